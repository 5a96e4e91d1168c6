"""Tables of setting up an event: how far its organiser has come, its logo, and grams asked of the exchange."""

from __future__ import annotations

import sqlalchemy as sa

from data.store.schema_base import Grams, Minor, metadata
from data.store.schema_base import at as _at
from data.store.schema_base import count as _count
from data.store.schema_base import json as _json
from data.store.schema_base import key as _key
from data.store.schema_base import text as _text

event_setup = sa.Table(  # done: the steps that were kept at least once, in the order of the stepper
    "event_setup", metadata, _key("event_id"), _json("done"), _text("made_by"), _text("copied_from"), _at("made_at"),
)  # fmt: skip
event_logo = sa.Table(  # the picture itself lies in DATA_DIR under its hash
    "event_logo", metadata, _key("event_id"), _text("sha256"), _text("media_type"), _count("size_bytes"),
    _count("width_px"), _count("height_px"), _text("actor"), _at("at"),
)  # fmt: skip
credit_request = sa.Table(  # state: asked, granted, declined, withdrawn; grams 0 = new terms only
    "credit_request", metadata, _key("event_id"), _key("request_id"), _text("project_id"), _count("grams", Grams),
    _count("price_minor_per_tonne", Minor), _text("currency"), _text("note"), _text("state"), _text("asked_by"),
    _at("asked_at"), _text("answered_by"), _at("answered_at", True), _text("answer"), _text("tranche_id"),
    sa.Index(None, "state"),
)  # fmt: skip
