"""Tables of money beside the journal: settlements of what is owed, receipts, and the series of their numbers."""

from __future__ import annotations

import sqlalchemy as sa

from data.store.schema_base import Minor, metadata
from data.store.schema_base import at as _at
from data.store.schema_base import count as _count
from data.store.schema_base import json as _json
from data.store.schema_base import key as _key
from data.store.schema_base import text as _text

number_series = sa.Table(  # without gaps: the last number of receipts and credit notes by event, of settlements at ''
    "number_series", metadata, _key("event_id"), _key("series"),
    sa.Column("year", sa.BigInteger, primary_key=True, autoincrement=False), _count("last_no"),
)  # fmt: skip
receipt = sa.Table(  # kind: receipt, credit_note (refers_to its receipt, amount negative); seller as it was then
    "receipt", metadata, _key("event_id"), _key("number"), _text("kind"), _count("year"), _count("seq_no"),
    _text("order_id"), _text("refers_to"), _count("amount_minor", Minor), _text("currency"), _json("seller"),
    sa.Column("livemode", sa.Boolean, nullable=False), _at("at"),
    sa.Index(None, "event_id", "order_id", "kind", unique=True),
)  # fmt: skip
receipt_buyer = sa.Table(  # whom the receipt names, as told; the newest version counts
    "receipt_buyer", metadata, _key("event_id"), _key("order_id"),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False), _text("title"), _text("tax_number"),
    _text("address"), _text("entered_by"), _at("at"),
)  # fmt: skip
settlement = sa.Table(  # what was paid out to a recipient, written once; project_id '' = of all projects
    "settlement", metadata, _key("settlement_id"), _text("number", unique=True), _text("account"), _text("project_id"),
    _text("currency"), sa.Column("livemode", sa.Boolean, nullable=False), _at("from_at", True), _at("until_at"),
    _count("amount_minor", Minor), _count("line_count"), _text("reference"), _at("paid_on"), _text("entered_by"),
    _text("entered_by_id"), _at("entered_at"),
)  # fmt: skip
settlement_line = sa.Table(  # the journal's rows that a settlement settles: each at most once, by its key
    "settlement_line", metadata, _key("event_id"), _key("posting_id"),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False), _text("settlement_id", index=True),
)  # fmt: skip
settlement_look = sa.Table(  # kind: checked (by a second person), returned (the payment out came back)
    "settlement_look", metadata, _key("settlement_id"), _key("kind"), _text("by"), _text("note"), _at("at"),
)  # fmt: skip
