"""Tables of what forums have of their own: pledges, memoranda, thanks, the special fund, shared links, ambassadors."""

from __future__ import annotations

import sqlalchemy as sa

from data.store.schema_base import Grams, metadata
from data.store.schema_base import at as _at
from data.store.schema_base import count as _count
from data.store.schema_base import json as _json
from data.store.schema_base import key as _key
from data.store.schema_base import text as _text

KEYS_PLEDGE, MEASURES_PLEDGE = ("pledge_id",), ("signature_count",)

pledge = sa.Table(  # change_g: grams a person and year; computed: the change and its traces, {} where it was typed
    "pledge", metadata, _key("event_id"), _key("pledge_id"), _json("names"), _json("texts"),
    _count("change_g", Grams), _json("computed"), _text("source"), _count("position"), _text("state"),
    _text("made_by"), _at("made_at"),
)  # fmt: skip
pledge_signature = sa.Table(  # signer: a participation, or the hash of what a device keeps; name '' = not shown
    "pledge_signature", metadata, _key("event_id"), _key("pledge_id"), _key("signer"), _text("name"), _at("signed_at"),
    sa.Index(None, "event_id", "signer"),
)  # fmt: skip
pledge_sum = sa.Table(
    "pledge_sum", metadata, _key("event_id"), _key("pledge_id"), _count("signature_count"),
)  # fmt: skip
pledge_sum_delta = sa.Table(
    "pledge_sum_delta", metadata, _key("event_id"), _key("delta_id"), _text("pledge_id"), _count("signature_count"),
)  # fmt: skip
memorandum = sa.Table(  # partners: names; sha256 '' = no document; signed_on: a day as text
    "memorandum", metadata, _key("event_id"), _key("memorandum_id"), _json("names"), _json("partners"), _json("texts"),
    _text("sha256"), _text("file_name"), _count("size_bytes"), _text("signed_on"), _at("published_at", True),
    _text("made_by"), _at("made_at"),
)  # fmt: skip
sponsor = sa.Table(  # whom the organiser thanks; sha256 '' = no logo
    "sponsor", metadata, _key("event_id"), _key("sponsor_id"), _json("names"), _text("kind"), _json("texts"),
    _text("sha256"), _text("media_type"), _count("width_px"), _count("height_px"), _count("position"),
    _text("made_by"), _at("made_at"),
)  # fmt: skip
company_thanks = sa.Table(  # a company's word that it may be named among those who covered their people
    "company_thanks", metadata, _key("event_id"), _key("company_id"),
    sa.Column("consent", sa.Boolean, nullable=False), _text("by"), _at("at"),
)  # fmt: skip
special_fund = sa.Table(  # what an event's fund supports, in the organiser's words; is_open: gifts are taken
    "special_fund", metadata, _key("event_id"), _json("names"), _json("texts"), _text("sha256"), _text("file_name"),
    _count("size_bytes"), sa.Column("is_open", sa.Boolean, nullable=False), _text("made_by"), _at("made_at"),
)  # fmt: skip
referral_code = sa.Table(  # what stands in a guest's shared link; it tells nothing of them
    "referral_code", metadata, _key("event_id"), _key("code"), _text("participation_id"), _at("made_at"),
    sa.Index(None, "event_id", "participation_id", unique=True),
)  # fmt: skip
referral = sa.Table(  # by which shared link a participation came
    "referral", metadata, _key("event_id"), _key("participation_id"), _text("code"), _at("at"),
    sa.Index(None, "event_id", "code"),
)  # fmt: skip
ambassador = sa.Table(  # a signed statement that a shared link brought others; never of grams
    "ambassador", metadata, _key("event_id"), _key("number"), _text("participation_id"), _count("brought"),
    _text("statement"), _text("sha256"), sa.Column("livemode", sa.Boolean, nullable=False), _at("issued_at"),
    _at("revoked_at", True), _text("reason"), sa.Index(None, "number"),
    sa.Index(None, "event_id", "participation_id"),
)  # fmt: skip
