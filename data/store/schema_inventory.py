"""Tables of the inventory beside batches (what is told of a project, and the files that batches came in) and of
forestry, the second way: planting agreed with an event, what monitoring found, and the lines it stands for."""

from __future__ import annotations

import sqlalchemy as sa

from data.store.schema_base import Grams, metadata
from data.store.schema_base import at as _at
from data.store.schema_base import count as _count
from data.store.schema_base import json as _json
from data.store.schema_base import key as _key
from data.store.schema_base import text as _text

# ---------------------------------------------------------------- inventory: written once, never changed
project_version = sa.Table(  # the facts of a project as they were told from ``at`` on
    "project_version", metadata, _key("project_id"), sa.Column("version", sa.BigInteger, primary_key=True),
    _json("facts"), _json("changed"), _text("actor"), _text("reason"), _at("at"),
)  # fmt: skip
project_dispute = sa.Table(  # what is said against a project, and answers to it (``answers`` = the entry they are to)
    "project_dispute", metadata, _key("project_id"), _key("dispute_id"), _at("dated_on"), _text("text"),
    _text("source"), _text("link"), _text("answers"), _text("actor"), _at("at"),
)  # fmt: skip
project_document = sa.Table(  # the file itself lies in DATA_DIR under its hash
    "project_document", metadata, _key("project_id"), _key("sha256"), _text("name"), _text("media_type"),
    _count("size_bytes"), sa.Column("public", sa.Boolean, nullable=False), _text("actor"), _at("at"),
)  # fmt: skip
batch_import = sa.Table(  # a file of batches that was brought in, by its hash
    "batch_import", metadata, _key("sha256"), _text("name"), _json("batch_ids"), _count("credit_count"),
    _text("actor"), _at("at"),
)  # fmt: skip

# ---------------------------------------------------------------- forestry
forestry_plan = sa.Table(  # state: drafted, agreed, confirmed, closed, withdrawn. species: [{"name", "count"}]
    "forestry_plan", metadata, _key("event_id"), _key("plan_id"), _text("title"), _text("place"), _text("planter"),
    _count("area_m2"), _json("species"), _at("planted_by"), _json("checks"), _count("survival_percent"),
    _at("sink_due_on"), _text("method"), _count("expected_g", Grams), _text("replaces"), _text("state"),
    sa.Column("livemode", sa.Boolean, nullable=False), _text("document_sha256"), _text("document_name"),
    _text("drafted_by"), _at("drafted_at"), _text("agreed_by"), _at("agreed_at", True), _at("closed_at", True),
)  # fmt: skip
forestry_record = sa.Table(  # kind: planted, survival, measured (grams since planting), reversal (grams lost)
    "forestry_record", metadata, _key("event_id"), _key("record_id"), _text("plan_id"), _text("kind"),
    _at("observed_on"), _count("survival_percent"), _count("grams", Grams), _text("note"), _text("evidence_sha256"),
    _text("evidence_name"), _count("evidence_bytes"), _text("entered_by"), _text("entered_person"), _at("entered_at"),
    _text("state"), _text("confirmed_by"), _at("confirmed_at", True), _text("reason"),
    sa.Index(None, "event_id", "plan_id"),
)  # fmt: skip
forestry_claim = sa.Table(  # signed grams, as in claim; line_no -1 = of the planting, not on any line
    "forestry_claim", metadata, _key("event_id"), _key("claim_id"), _text("plan_id"), _text("participation_id"),
    _count("version"), _count("line_no"), sa.Column("grams", Grams, nullable=False),
    sa.Column("livemode", sa.Boolean, nullable=False), _at("at"), sa.Index(None, "event_id", "plan_id"),
    sa.Index(None, "event_id", "participation_id", "version", "line_no"),
)  # fmt: skip
