"""What would be counted twice: an invoice and the readings of the meter it bills, of the same activity and days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from calculations.model import FieldError, InputError
from data.store import imports as rows
from data.store.imports import Holding
from data.table_cells import sum_at
from data.table_forms import folded
from events.bringing_in_lines import meter_pairs
from events.bringing_in_model import METERS, Reading
from events.footprints import factors_of
from events.model import Event

BILLS = "energy"
SUM = (
    "{field}: {value} says that this row adds up others, which would be counted twice. Take it out of the file, or "
    "empty its cells; if it is a row of its own, write its name otherwise."
)
MOST_TOLD = 20
SAME = (
    "{what} of the meter {meter} from {first} to {last} is in an invoice ({billed}) and in its readings: it would be "
    "counted twice. Leave one of the two out."
)
ALIKE = (
    "{what} from {first} to {last} is told by readings of the meter {meter}, and an invoice ({billed}) tells {what} of "
    "the same days: it would be counted twice. Leave one of the two out; if they are of different meters, name the "
    "invoice's meter in a column, or choose below the file that they are apart."
)


def sum_of_others(number: int, cells: Sequence[str], columns: Sequence[str]) -> list[FieldError]:
    """What is wrong with a row that adds up others; nothing where it does not."""
    at = sum_at(cells)
    if not 0 <= at < len(columns):
        return []
    shown = cells[at].strip()[:80]
    params = {"field": columns[at], "value": shown, "row": number}
    return [FieldError(f"row {number}.{columns[at]}", shown, SUM, params)]


@dataclass(frozen=True, slots=True)
class Span:
    """What readings of a meter tell: days as ISO text."""

    meter: str
    first: str
    last: str


def check_twice(conn: sa.Connection, event: Event, dataset: str, reading: Reading, holding: Holding) -> None:
    """Raises InputError where invoices and readings that would hold tell the same amounts. Invoices that name a meter
    are compared with its readings alone; others with all of their activity and session, unless told apart."""
    if dataset not in (METERS, BILLS):
        return
    bills = rows.current(conn, event.event_id, BILLS, holding=holding)
    spans = _spans(rows.current(conn, event.event_id, METERS, holding=holding)) if bills else {}
    names = factors_of(event).preferred.get("activity", {}) if spans else {}
    errors = []
    for bill in bills.values() if spans else ():
        error = _twice(bill["content"], spans, reading.apart or bool(bill["content"].get("apart")), names)
        errors += [error] if error else []
        if len(errors) == MOST_TOLD:
            break
    if errors:
        raise InputError(errors)


def _spans(readings: Mapping[str, Mapping[Any, Any]]) -> dict[tuple[Any, ...], list[Span]]:
    """By activity, session and stage, and by meter beside: the days between readings."""
    found: dict[tuple[Any, ...], list[Span]] = {}
    for one, later in meter_pairs(readings.values()):
        a, b = one["content"], later["content"]
        span = Span(a["meter"], a["day"], b["day"])
        for key in _keys(b["activity"], b):
            if found.get(key) and found[key][-1].meter == span.meter and found[key][-1].last == span.first:
                span = Span(span.meter, found[key].pop().first, span.last)
            found.setdefault(key, []).append(span)
    return found


def _keys(activity: str, content: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    yield (activity, bool(content["planned"]), content["session"])
    if content.get("meter"):
        yield (activity, bool(content["planned"]), "meter", folded(content["meter"]))


def _twice(
    bill: Mapping[str, Any], spans: Mapping[tuple[Any, ...], list[Span]], apart: bool, names: Mapping[str, Any]
) -> FieldError | None:
    activity = bill["entry"]["activity"]
    keys = list(_keys(activity, bill))
    named = len(keys) == 2
    if apart and not named:
        return None
    first, last = bill["days"][0], bill["days"][1] or bill["days"][0]
    for span in spans.get(keys[-1], ()):
        if not first or (first < span.last and last > span.first) or span.first <= first == last <= span.last:
            billed = " – ".join(dict.fromkeys(day for day in bill["days"] if day)) or "–"
            said = names.get(activity, {}).get("names", {}).get("en", activity)
            params = {"what": said, "activity": activity, "meter": span.meter, "billed": billed}
            params |= {"first": span.first, "last": span.last}
            return FieldError("file", span.meter, SAME if named else ALIKE, params)
    return None
