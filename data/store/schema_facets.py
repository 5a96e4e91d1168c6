"""Table of the roll-up that knows everything a dashboard filters by at once (docs/decisions/014-facets.md)."""

from __future__ import annotations

import sqlalchemy as sa

from data.store.schema_base import count as _count
from data.store.schema_base import key as _key
from data.store.schema_base import metadata
from data.store.schema_base import text as _text

KEYS_PERSON = ("session_id", "company_id", "code_id", "place_id", "began")  # of the participation
KEYS_LINE = ("category", "activity", "mode", "month")  # of the line; all '' on rows of the person as a whole
KEYS_FACET = KEYS_PERSON + KEYS_LINE
GRAMS = ("low_g", "total_g", "high_g", "reserved_g", "retired_g")  # on rows of lines
WHOLE_FACET = (  # on rows of the person as a whole
    "person_count", "participation_count", "answered_count", "people_count", "order_count", "paid_order_count",
    "certificate_count", "extra_g", "paid_minor",
)  # fmt: skip
MEASURES_FACET = ("line_count", "person_count", *GRAMS, *WHOLE_FACET[1:])  # person_count is on both kinds of rows

facet = sa.Table(
    "facet", metadata, _key("event_id"), *[_key(name) for name in KEYS_FACET],
    *[_count(name) for name in MEASURES_FACET],
)  # fmt: skip
facet_delta = sa.Table(
    "facet_delta", metadata, _key("event_id"), _key("delta_id"), *[_text(name) for name in KEYS_FACET],
    *[_count(name) for name in MEASURES_FACET],
)  # fmt: skip
