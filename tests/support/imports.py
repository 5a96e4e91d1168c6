"""Files brought in for an event of tests, and what they came to."""

from __future__ import annotations

from typing import Any

import events
from calculations.model import InputError
from events.bringing_in_model import Brought, Looked

SLUG = "hall-2026"
METERS = ("表号,抄表日期,读数,单位,能源", "E-1,2026/5/1,1000,度,电", "E-1,2026/5/5,3500,度,电", "W-1,2026/5/1,10,方,水")
PRETIX = (
    "Event slug,Order code,Position ID,Status,Email,Product,Attendee name,Company,City,Country,"
    "Pseudonymization ID,Company,City,Country"
)


def text(*lines: str, encoding: str = "utf-8") -> bytes:
    return ("\n".join(lines) + "\n").encode(encoding)


def look(name: str, content: bytes, **told: Any) -> Looked:
    seen = events.receive_file(SLUG, name, content)
    return events.look_at(SLUG, seen.token, seen.reading.as_json() | told) if told else seen


def bring(name: str, content: bytes, **told: Any) -> Brought:
    seen = look(name, content, **told)
    return events.bring_in(SLUG, seen.token, seen.reading.as_json())


def sentences(error: InputError) -> list[str]:
    return [each.message.format(**{"field": each.field, "value": each.value, **each.params}) for each in error.errors]


def own_lines() -> list[tuple[str, float, str]]:
    view = events.inventory_view(SLUG)
    return sorted((e.entry["activity"], round(e.entry["quantity"], 6), e.entry["unit"]) for e in view.lines)
