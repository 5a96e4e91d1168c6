"""The organiser's own lines of an event: what may be told, what was told line by line, and what it came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from accounts import NotFound, current_actor, may, record, require
from calculations.activity import rows_by_unit
from calculations.model import EmissionLine, FactorSet, FieldError, InputError, Scenario
from data.library import load_scenarios
from data.store import books as book_rows
from data.store import participations as rows
from data.store.engine import get_store, run_write
from events import inventory_notes
from events.catalogue import read_event
from events.footprints import compute_answers, factors_of, inventory_scenario, line_of, line_rows, parse
from events.inventory_entries import IMPORTED, TYPED, bare, new_line_id, typed_part, with_ids
from events.inventory_notes import LineComment, LineFile
from events.model import Event, Names
from events.states import hold_state, require_state

ACTUAL, PLANNED = "actual", "planned"
MOST_PLANNED = 500
FACTOR = "factor:"  # an activity that names a row of the factor set itself


@dataclass(frozen=True, slots=True)
class InventoryChoice:
    """Something an organiser may tell: an activity of the templates or of the factor set, or a row of it by its own
    name (``detail`` then has its region, year and value). ``units`` are those it is told in."""

    key: str
    names: Names
    category: str
    units: tuple[str, ...]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class InventoryLine:
    """One thing that was told, as the body of a footprint holds it, and its emission line; None where the boundary
    does not count its category. ``line_id`` stays when the line is changed; ``number`` is its place among what was
    typed (None for what an import brought and for what is planned)."""

    entry: Mapping[str, Any]
    line: EmissionLine | None
    line_id: str = ""
    stage: str = ACTUAL
    number: int | None = None
    comments: tuple[LineComment, ...] = ()
    files: tuple[LineFile, ...] = ()

    @property
    def source(self) -> str:
        """Typed, or imported."""
        return str(self.entry.get("source", TYPED))

    @property
    def session(self) -> str:
        """The session it was for; '' where none was told."""
        return str(self.entry.get("session", ""))

    @property
    def proofs(self) -> tuple[LineFile, ...]:
        """Its files that were not withdrawn."""
        return tuple(each for each in self.files if each.withdrawn_at is None)


@dataclass(frozen=True, slots=True)
class InventoryView:
    """The organiser's lines at their current version (of what is typed; 0 before the first), and what is planned. The
    sums are of actual lines alone."""

    event: Event
    version: int
    lines: tuple[InventoryLine, ...]
    low_g: int
    total_g: int
    high_g: int
    by_category: Mapping[str, tuple[int, int, int]]
    may_edit: bool
    planned: tuple[InventoryLine, ...] = ()
    planned_by_category: Mapping[str, tuple[int, int, int]] | None = None

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What was typed, to be changed and saved again."""
        return [dict(each.entry) for each in self.lines if each.number is not None]

    def line(self, line_id: str) -> InventoryLine | None:
        """The line with an id, actual or planned."""
        return next((each for each in (*self.lines, *self.planned) if each.line_id == line_id), None)


def inventory_view(slug: str) -> InventoryView:
    """The organiser's own lines as they are stored. Needs event.view. Raises NotFound, Forbidden."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        return read_inventory(conn, event)


def read_inventory(conn: sa.Connection, event: Event) -> InventoryView:
    """The same within a transaction; the caller has asked for the permission."""
    parts = rows.of_kind(conn, event.event_id, "organiser")
    typed = typed_part(parts)
    stored = [line for part in parts for line in _stored(conn, event, part, part is typed)]
    notes = inventory_notes.notes_of(conn, event.event_id)
    lines = tuple(_noted(each, *notes) for each in stored)
    planned = tuple(_noted(_planned(row), *notes) for row in book_rows.planned(conn, event.event_id))
    counted = [each.line for each in lines if each.line is not None]
    return InventoryView(
        event=event, version=typed["footprint_version"] if typed else 0, lines=lines,
        low_g=sum(line.low_g for line in counted), total_g=sum(line.total_g for line in counted),
        high_g=sum(line.high_g for line in counted), by_category=_sums(counted),
        may_edit=may(current_actor(), "event.edit", event.event_id), planned=planned,
        planned_by_category=_sums(each.line for each in planned if each.line is not None),
    )  # fmt: skip


def _stored(conn: sa.Connection, event: Event, part: sa.RowMapping, typed: bool) -> tuple[InventoryLine, ...]:
    """The lines of one of the organiser's participations: what is typed, or what an import brought."""
    foot = rows.footprint(conn, event.event_id, part["participation_id"], part["footprint_version"])
    if foot is None:
        return ()
    stored = rows.lines(conn, event.event_id, part["participation_id"], foot["version"])
    told = _told(foot["answers"], event)
    if not typed:
        told = [(name, {**entry, "source": IMPORTED}) for name, entry in told]
    return _side_by_side(told, [line_of(row) for row in stored], typed)


def _planned(row: Mapping[Any, Any]) -> InventoryLine:
    line = line_of(row["line"]) if row["line"] else None
    return InventoryLine({"source": TYPED, **row["entry"]}, line, row["line_id"], PLANNED)


def _noted(
    each: InventoryLine, comments: Mapping[str, tuple[LineComment, ...]], files: Mapping[str, tuple[LineFile, ...]]
) -> InventoryLine:  # fmt: skip
    return replace(each, comments=comments.get(each.line_id, ()), files=files.get(each.line_id, ()))


def save_planned(slug: str, entry: Mapping[str, Any], line_id: str = "") -> str:
    """Keeps a line of what is planned, in place of the one with ``line_id``; the line's id. It counts in no total.
    Needs event.edit. Raises NotFound, InputError, Conflict (the books are closed)."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    require(current_actor(), "event.edit", event.event_id)
    require_state(event, "inventory")
    body = {"trips": [], "stays": [], "meals": [], "other": [dict(entry)]}
    lines = compute_answers(event, parse(event, bare(body), inventory_scenario(event))).result.lines
    row = line_rows(event.event_id, "", 0, lines, "")[0] if lines else {}
    now, kept = datetime.now(UTC), line_id or new_line_id()
    actor = current_actor()

    def work(conn: sa.Connection) -> None:
        hold_state(conn, event.event_id, "inventory")
        there = [each["line_id"] for each in book_rows.planned(conn, event.event_id)]
        if line_id and line_id not in there:
            raise NotFound(inventory_notes.NO_LINE, value=line_id[:40])
        if not line_id and len(there) >= MOST_PLANNED:
            message = "A plan takes at most {limit} lines."
            raise InputError([FieldError("activity", len(there), message, {"limit": MOST_PLANNED})])
        book_rows.put_planned(conn, {
            "event_id": event.event_id, "line_id": kept, "entry": {**entry, "id": kept}, "line": row,
            "low_g": row.get("low_g", 0), "total_g": row.get("total_g", 0), "high_g": row.get("high_g", 0),
            "by": actor.name or actor.label, "at": now, "removed_at": None,
        })  # fmt: skip
        record(conn, event.event_id, actor, "inventory.planned", kept, {"entry": dict(entry)})

    run_write(get_store(), work)
    return kept


def remove_planned(slug: str, line_id: str) -> None:
    """Takes a line out of what is planned. Needs event.edit. Raises NotFound, Conflict (the books are closed)."""
    actor, now = current_actor(), datetime.now(UTC)

    def work(conn: sa.Connection) -> None:
        event = read_event(conn, slug=slug)
        require(actor, "event.edit", event.event_id)
        hold_state(conn, event.event_id, "inventory")
        if line_id not in [each["line_id"] for each in book_rows.planned(conn, event.event_id)]:
            raise NotFound(inventory_notes.NO_LINE, value=line_id[:40])
        book_rows.remove_planned(conn, event.event_id, line_id, now)
        record(conn, event.event_id, actor, "inventory.planned.remove", line_id, {})

    run_write(get_store(), work)


def comment_line(slug: str, line_id: str, text: str) -> str:
    """Says something of a line of the inventory (`inventory_notes.add_comment`)."""
    return inventory_notes.add_comment(slug, line_id, text, _line_ids)


def prove_line(slug: str, line_id: str, name: str, content: bytes) -> str:
    """Keeps a file that proves a line of the inventory (`inventory_notes.add_evidence`)."""
    return inventory_notes.add_evidence(slug, line_id, name, content, _line_ids)


def _line_ids(conn: sa.Connection, event: Event) -> list[str]:
    view = read_inventory(conn, event)
    return [each.line_id for each in (*view.lines, *view.planned)]


def inventory_choices(slug: str) -> tuple[InventoryChoice, ...]:
    """All that may be told, the activities with names of their own first, then the rows of the factor set."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    require(current_actor(), "event.view", event.event_id)
    return choices_of(event)


def choices_of(event: Event) -> tuple[InventoryChoice, ...]:
    """The same for a caller who has asked for the permission."""
    factors = factors_of(event)
    return (*_own_choices(inventory_scenario(event), factors), *_row_choices(factors))


def activities(slug: str) -> tuple[InventoryChoice, ...]:
    """What a guest of an event may tell beside trips, stays and meals: what its template asks, and what its factor set
    prices itself. Raises NotFound, Conflict."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    return _own_choices(load_scenarios()[event.scenario], factors_of(event))


def _own_choices(scenario: Scenario, factors: FactorSet) -> tuple[InventoryChoice, ...]:
    both = (*_named_choices(factors), *_template_choices(scenario, factors))
    return tuple({each.key: each for each in both}.values())


def _template_choices(scenario: Scenario, factors: FactorSet) -> Iterable[InventoryChoice]:
    for each in scenario.activities:
        if each.key and each.names:
            ours = {} if each.factor or each.by_region else factors.preferred.get("activity", {}).get(each.key, {})
            units = dict.fromkeys([each.unit, *(rows_by_unit(ours) if ours else ())])
            yield InventoryChoice(each.key, each.names, each.category, tuple(units))


def _named_choices(factors: FactorSet) -> Iterable[InventoryChoice]:
    for key, said in factors.preferred.get("activity", {}).items():
        if "names" in said:
            yield InventoryChoice(key, said["names"], said["category"], tuple(rows_by_unit(said)))


def _row_choices(factors: FactorSet) -> Iterable[InventoryChoice]:
    categories = factors.preferred.get("row_category", {})
    for row in factors.factors.values():
        category = categories.get(row.category)
        if category and row.includes_wtt != "only":
            detail = f"{row.region} {row.year}, {row.value:g} {row.unit}"
            yield InventoryChoice(
                FACTOR + row.factor_id, {"en": row.activity}, category, (row.unit.split("/", 1)[-1],), detail
            )


def _told(answers: Mapping[str, Any], event: Event) -> list[tuple[str, dict[str, Any]]]:
    """(the stored line's activity, the entry) of what was told; the demonstration's own form becomes the usual one."""
    if "inventory" in answers:
        factors = factors_of(event)
        entries = with_ids([_entry(each, factors) for each in answers["inventory"]])
        return list(zip((each["activity"] for each in answers["inventory"]), entries, strict=True))
    return [(each["activity"], each) for each in with_ids(answers.get("other", []))]


def _entry(told: Mapping[str, Any], factors: FactorSet) -> dict[str, Any]:
    """A line that named its row itself, by the activity that has the same row, else by the row."""
    wanted = told.get("factor") or f"table:{told.get('by_region', '')}"
    key = f"{FACTOR}{told['factor']}" if told.get("factor") else told["activity"]
    for name, said in factors.preferred.get("activity", {}).items():
        entry = rows_by_unit(said).get(told["unit"])
        energy = entry.get("energy") if isinstance(entry, Mapping) else None
        if wanted in (entry, energy):
            key = name
            break
    return {"activity": key, "quantity": told["quantity"], "unit": told["unit"]}


def _side_by_side(
    told: Sequence[tuple[str, dict[str, Any]]], lines: Sequence[EmissionLine], typed: bool
) -> tuple[InventoryLine, ...]:
    """Each entry with its line; lines stand in the entries' order, those of categories not counted are not there."""
    found, number = [], 0
    for place, (activity, entry) in enumerate(told):
        line = lines[number] if number < len(lines) and lines[number].activity == activity else None
        number += line is not None
        found.append(InventoryLine(entry, line, entry["id"], ACTUAL, place if typed else None))
    return tuple(found)


def _sums(lines: Iterable[EmissionLine]) -> dict[str, tuple[int, int, int]]:
    sums: dict[str, tuple[int, int, int]] = {}
    for line in lines:
        low, total, high = sums.get(line.category, (0, 0, 0))
        sums[line.category] = (low + line.low_g, total + line.total_g, high + line.high_g)
    return sums
