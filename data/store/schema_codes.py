"""Tables of the codes that guests scan: short links by hall and channel, their scans, and the roll-up of both."""

from __future__ import annotations

import sqlalchemy as sa

from data.store.schema_base import Grams, metadata
from data.store.schema_base import at as _at
from data.store.schema_base import count as _count
from data.store.schema_base import key as _key
from data.store.schema_base import text as _text

KEYS_CHANNEL = ("code_id",)
MEASURES_CHANNEL = (
    "scan_count", "participation_count", "answered_count", "people_count", "paid_order_count", "certificate_count",
    "total_g",
)  # fmt: skip

event_code = sa.Table(  # code_id is what the short link ends with; is_default: made with the event, one a channel
    "event_code", metadata, _key("event_id"), _key("code_id"), _text("session_id"), _text("channel"), _text("label"),
    sa.Column("is_default", sa.Boolean, nullable=False), _text("made_by"), _at("made_at"), _at("revoked_at", True),
    sa.Index(None, "code_id"),
)  # fmt: skip
code_scan = sa.Table(  # written once, nothing of who scanned; at: the beginning of its five minutes
    "code_scan", metadata, _key("event_id"), _key("scan_id"), _text("code_id"), _at("at"),
)  # fmt: skip


def _measures() -> list[sa.Column[int]]:
    return [_count(name, Grams) for name in MEASURES_CHANNEL]


channel = sa.Table("channel", metadata, _key("event_id"), _key("code_id"), *_measures())
channel_delta = sa.Table(
    "channel_delta", metadata, _key("event_id"), _key("delta_id"), _text("code_id"), *_measures()
)  # fmt: skip
