"""Tables of the big screens: their tokens with what each is told to show, and an event's count of such changes."""

from __future__ import annotations

import sqlalchemy as sa

from data.store.schema_base import at as _at
from data.store.schema_base import count as _count
from data.store.schema_base import json as _json
from data.store.schema_base import key as _key
from data.store.schema_base import metadata
from data.store.schema_base import text as _text

screen_token = sa.Table(  # control: what the organiser's remote control says, null = nothing yet; version: its last
    # change, of screen_count; seen_at: coarse, at most one write a minute
    "screen_token", metadata, _key("event_id"), _key("token_hash"), _text("label"), _at("created_at"),
    _at("revoked_at", True), _json("control", True), _count("version"), _at("identified_at", True),
    _at("seen_at", True), sa.Index(None, "token_hash"),
)  # fmt: skip
screen_count = sa.Table(  # raised by one with every change to a screen of the event; workers look at it
    "screen_count", metadata, _key("event_id"), _count("last"),
)  # fmt: skip
