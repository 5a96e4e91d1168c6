"""Tables of an event's books: what is planned beside what is told, comments and evidence of lines, closed books; and of
what is told before and after it: plans and evaluation reports."""

from __future__ import annotations

import sqlalchemy as sa

from data.store.schema_base import Grams, metadata
from data.store.schema_base import at as _at
from data.store.schema_base import count as _count
from data.store.schema_base import json as _json
from data.store.schema_base import key as _key
from data.store.schema_base import text as _text

# ---------------------------------------------------------------- lines of the organiser's own inventory
planned_line = sa.Table(  # what is planned: never a part of what is counted. line {} = its category is not counted
    "planned_line", metadata, _key("event_id"), _key("line_id"), _json("entry"), _json("line"), _count("low_g", Grams),
    _count("total_g", Grams), _count("high_g", Grams), _text("by"), _at("at"), _at("removed_at", True),
)  # fmt: skip
line_comment = sa.Table(  # never deleted: withdrawn. line_id is the entry's own, of a planned or an actual line
    "line_comment", metadata, _key("event_id"), _key("comment_id"), _text("line_id"), _text("text"), _text("by"),
    _text("by_person"), _at("at"), _at("withdrawn_at", True), _text("withdrawn_by", server_default=sa.text("''")),
    sa.Index(None, "event_id", "line_id"),
)  # fmt: skip
line_evidence = sa.Table(  # the file itself lies in DATA_DIR under its hash
    "line_evidence", metadata, _key("event_id"), _key("line_id"), _key("sha256"), _text("name"), _text("media_type"),
    _count("size_bytes"), _text("by"), _at("at"), _at("withdrawn_at", True),
    _text("withdrawn_by", server_default=sa.text("''")), sa.Index(None, "event_id", "sha256"),
)  # fmt: skip

# ---------------------------------------------------------------- closed books: written once; opened again, told so
books = sa.Table(
    "books", metadata, _key("event_id"), sa.Column("version", sa.BigInteger, primary_key=True), _text("statement"),
    _text("sha256"), _text("note"), _text("closed_by"), _at("closed_at"), _at("published_at", True),
    _text("published_by", server_default=sa.text("''")), _at("reopened_at", True),
    _text("reopened_by", server_default=sa.text("''")), _text("reason", server_default=sa.text("''")),
    sa.Column("livemode", sa.Boolean, nullable=False),
)  # fmt: skip

# ---------------------------------------------------------------- before and after
event_plan = sa.Table(  # what was published; a draft is the row of version 0
    "event_plan", metadata, _key("event_id"), sa.Column("version", sa.BigInteger, primary_key=True), _json("body"),
    _text("sha256"), _text("by"), _at("at"),
)  # fmt: skip
evaluation = sa.Table(  # state: draft, submitted, reviewed, approved, published, superseded; a draft's body may change
    "evaluation", metadata, _key("event_id"), sa.Column("version", sa.BigInteger, primary_key=True), _json("body"),
    _text("sha256"), _text("state"), _at("at"),
)  # fmt: skip
evaluation_step = sa.Table(  # who did what to a report; ``sha256`` is of the body they saw
    "evaluation_step", metadata, _key("event_id"), sa.Column("version", sa.BigInteger, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True), _text("state"), _text("by"), _text("by_person"), _text("note"),
    _text("sha256"), _at("at"),
)  # fmt: skip
