"""Tables of what was brought in from files: the files (their hashes, never their text), the rows as they were read,
and how the columns of a shape of file were mapped. Rows are written once; the highest version that holds counts.
"""

from __future__ import annotations

import sqlalchemy as sa

from data.store.schema_base import at as _at
from data.store.schema_base import count as _count
from data.store.schema_base import json as _json
from data.store.schema_base import key as _key
from data.store.schema_base import metadata
from data.store.schema_base import text as _text
from data.store.schema_facets import KEYS_FACET, MEASURES_FACET

import_file = sa.Table(  # state: in, undone. mapping: as it was read; detail: what it brought
    "import_file", metadata, _key("event_id"), _key("import_id"), _text("kind"), _text("name"), _text("sha256"),
    _text("state"), _count("row_count"), _count("new_count"), _count("changed_count"), _count("known_count"),
    _json("mapping"), _json("detail"), _text("actor"), _at("at"), _text("undone_by", server_default=sa.text("''")),
    _at("undone_at", True), sa.Index(None, "event_id", "sha256"),
)  # fmt: skip
import_row = sa.Table(  # row_key is a keyed hash of what names the row; content holds no name and no mail
    "import_row", metadata, _key("event_id"), _key("dataset"), _key("row_key"),
    sa.Column("version", sa.BigInteger, primary_key=True), _text("import_id"), _count("row_no"), _text("series"),
    _json("content"), sa.Index(None, "event_id", "import_id"), sa.Index(None, "event_id", "dataset", "series"),
)  # fmt: skip
import_mapping = sa.Table(  # remembered per event and shape of file (a hash of its columns)
    "import_mapping", metadata, _key("event_id"), _key("shape"), _json("mapping"), _at("at"),
)  # fmt: skip
import_work = sa.Table(  # what goes on with a file. what: in, undo; step, outcome: see data/store/import_work.py
    "import_work", metadata, _key("event_id"), _key("work_id"), _text("import_id"), _text("what"), _text("kind"),
    _text("name"), _text("token"), _text("step"), _text("outcome"), _text("at_key"), _count("done_count"),
    _count("of_count"), _json("note"), _count("attempts"), sa.Column("is_cancelled", sa.Boolean, nullable=False),
    _text("leased_by"), _at("leased_until", True), _at("at"), _at("ended_at", True), sa.Index(None, "outcome", "at"),
)  # fmt: skip
import_facet = sa.Table(  # what a file will add to the roll-up `facet`
    "import_facet", metadata, _key("event_id"), _key("import_id"), *[_key(name) for name in KEYS_FACET],
    *[_count(name) for name in MEASURES_FACET],
)  # fmt: skip


def staged_of(participation: sa.Table) -> sa.Table:
    """Participations as they will be: ``action`` is new, changed, gone or lines; a participation's own columns beside
    (``footprint_version`` the version that is written already and will hold)."""
    own = [sa.Column(c.name, c.type, nullable=c.nullable) for c in participation.columns]
    keys = ("event_id", "participation_id")
    return sa.Table(
        "import_staged", metadata, _key("event_id"), _key("import_id"), _key("participation_id"), _text("action"),
        *[column for column in own if column.name not in (*keys, "import_id")], _text("origin"),
    )  # fmt: skip
