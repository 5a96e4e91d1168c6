"""What files of amounts and readings come to: the organiser's lines by part of a dataset, and planned lines. Each part
is made anew from the rows that hold, so that a changed row, a new file and an undone one go the same way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from calculations.answers import MAX_ITEMS
from calculations.model import Answers, FieldError, InputError, OtherActivity
from data.store import books as book_rows
from data.store import imports as rows
from data.store.imports import Holding
from events.bringing_in_model import METERS
from events.footprints import Computed, compute_answers, inventory_scenario, line_rows, parse
from events.inventory_entries import IMPORTED, bare
from events.model import Event

ID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
MOST_PLANNED = 5_000


def own_id(event_id: str, *parts: str) -> str:
    """The id of what a row becomes: it follows from the row's key, so that nothing comes in twice."""
    digest = hashlib.sha256("\x1f".join(("import", event_id, *parts)).encode()).digest()
    return event_id + "-" + "".join(ID_LETTERS[byte % 32] for byte in digest[:20])


# ---------------------------------------------------------------- the organiser's lines
@dataclass(frozen=True, slots=True)
class Bucket:
    """A part of a dataset's lines as they will be: those that count, and those of the plan."""

    name: str
    entries: tuple[dict[str, Any], ...]
    planned: tuple[dict[str, Any], ...]


def bucket(conn: sa.Connection, event_id: str, dataset: str, series: str, holding: Holding) -> Bucket:
    """The lines that the rows which hold make of a part of a dataset."""
    held = rows.current(conn, event_id, dataset, series=series, holding=holding).values()
    found = list(_consumption(held) if dataset == METERS else _entries(held))
    actual, planned = ([entry for entry, is_planned in found if is_planned == which] for which in (False, True))
    return Bucket(f"{dataset}-{series[:2]}", tuple(actual), tuple(planned))


def bucket_id(event_id: str, name: str) -> str:
    """The participation that a part of a dataset's lines stand in."""
    return own_id(event_id, "lines", name)


def compute_lines(event: Event, entries: Sequence[dict[str, Any]]) -> Computed:
    """What lines come to."""
    return compute_answers(event, _answers(event, entries))


def _entries(held: Iterable[Mapping[Any, Any]]) -> Iterator[tuple[dict[str, Any], bool]]:
    for row in sorted(held, key=lambda each: (each["content"]["days"], each["row_key"])):
        told = row["content"]
        yield _entry(told["entry"], row["row_key"], row["import_id"], told["session"]), bool(told["planned"])


def _consumption(held: Iterable[Mapping[Any, Any]]) -> Iterator[tuple[dict[str, Any], bool]]:
    """What was used between readings of each meter that follow one another."""
    for one, next_one in meter_pairs(held):
        told, later = one["content"], next_one["content"]
        used = (later["reading"] - told["reading"]) * later["times"]
        entry = {"activity": later["activity"], "quantity": used, "unit": later["unit"], "known": "measured"}
        key = hashlib.sha256(f"{one['row_key']} {next_one['row_key']}".encode()).hexdigest()
        yield _entry(entry, key, next_one["import_id"], later["session"]), bool(later["planned"])


def meter_pairs(held: Iterable[Mapping[Any, Any]]) -> Iterator[tuple[Mapping[Any, Any], Mapping[Any, Any]]]:
    """Readings of one meter, each with the one after it."""
    ordered = sorted(held, key=lambda each: (each["series"], each["content"]["day"], each["row_key"]))
    for one, next_one in pairwise(ordered):
        if one["series"] == next_one["series"]:
            yield one, next_one


def check_meters(conn: sa.Connection, event: Event, series: Iterable[str], holding: Holding) -> None:
    """Raises InputError where a meter runs backwards, or changes its unit or what it meters."""
    errors: list[FieldError] = []
    for each in sorted(series):
        errors += meter_errors(rows.current(conn, event.event_id, METERS, series=each, holding=holding).values())
    if errors:
        raise InputError(errors[:200])


def meter_errors(held: Iterable[Mapping[Any, Any]]) -> Iterator[FieldError]:
    """What is wrong with readings that follow one another; ``row`` among the parameters is the later one's number."""
    for one, later in meter_pairs(held):
        a, b = one["content"], later["content"]
        params = {
            "row": later["row_no"], "meter": b["meter"], "value": f"{b['reading']:,.6g} {b['unit']}",
            "day": b["day"], "before": f"{a['reading']:,.6g} {a['unit']}", "earlier": a["day"], "field": "reading",
        }  # fmt: skip
        if (a["unit"], a["activity"]) != (b["unit"], b["activity"]):
            message = "Meter {meter}: {value} on {day} is told in another unit than {before} on {earlier}."
        elif b["reading"] < a["reading"]:
            message = (
                "Meter {meter}: {value} on {day} is less than {before} on {earlier}; a new meter needs a new name."
            )
        else:
            continue
        yield FieldError(f"row {later['row_no']}.quantity", params["value"], message, params)


def _entry(told: Mapping[str, Any], key: str, import_id: str, session: str) -> dict[str, Any]:
    own = {"id": hashlib.sha256(key.encode()).hexdigest()[:16], "source": IMPORTED, "origin": import_id}
    return {**told, **own} | ({"session": session} if session else {})


def _answers(event: Event, entries: Sequence[dict[str, Any]]) -> Answers:
    """Answers of as many entries as there are: a body is read in parts that it may hold."""
    scenario = inventory_scenario(event)
    other: list[OtherActivity] = []
    for start in range(0, len(entries), MAX_ITEMS):
        part = {"trips": [], "stays": [], "meals": [], "other": list(entries[start : start + MAX_ITEMS])}
        other += parse(event, bare(part), scenario).other
    return Answers(other=tuple(other))


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What a part of a dataset changes in the plan: lines that go, and rows that come or change."""

    gone: tuple[str, ...]
    put: tuple[dict[str, Any], ...]


def plan_change(
    conn: sa.Connection, event: Event, name: str, entries: Sequence[dict[str, Any]], now: datetime
) -> PlanChange:
    """The plan's lines of a part of a dataset: what is new or changed is to be put there, what is gone taken out.
    Raises InputError where the plan would become too long."""
    there = {row["line_id"]: row for row in book_rows.planned(conn, event.event_id)}
    ours = {line_id for line_id, row in there.items() if row["entry"].get("part") == name}
    wanted = {entry["id"]: {**entry, "part": name} for entry in entries}
    if len(there) - len(ours) + len(wanted) > MOST_PLANNED:
        message = "A plan takes at most {limit} lines; with this file it would have {value}."
        raise InputError([FieldError("file", len(wanted), message, {"limit": MOST_PLANNED})])
    fresh = [
        (i, entry) for i, entry in sorted(wanted.items()) if i not in there or there[i]["entry"] != entry
    ]  # fmt: skip
    return PlanChange(tuple(sorted(ours - set(wanted))), tuple(_plan_row(event, *each, now) for each in fresh))


def _plan_row(event: Event, line_id: str, entry: dict[str, Any], now: datetime) -> dict[str, Any]:
    lines = compute_lines(event, [_unmarked(entry)]).result.lines
    row = line_rows(event.event_id, "", 0, lines, "")[0] if lines else {}
    return {
        "event_id": event.event_id, "line_id": line_id, "entry": entry, "line": row, "low_g": row.get("low_g", 0),
        "total_g": row.get("total_g", 0), "high_g": row.get("high_g", 0), "by": entry["origin"], "at": now,
        "removed_at": None,
    }  # fmt: skip


def change_plan(conn: sa.Connection, event_id: str, change: PlanChange, now: datetime) -> None:
    """Writes it."""
    for line_id in change.gone:
        book_rows.remove_planned(conn, event_id, line_id, now)
    for row in change.put:
        book_rows.put_planned(conn, row)


def _unmarked(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "part"}
