"""The organiser's own lines of an event: what may be told, what was told line by line, and what it came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts import current_actor, may, require
from calculations.activity import rows_by_unit
from calculations.model import EmissionLine, FactorSet, Scenario
from data.library import load_scenarios
from data.store import participations as rows
from data.store.engine import get_store
from events.catalogue import read_event
from events.footprints import factors_of, inventory_scenario, line_of
from events.model import Event, Names

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
    does not count its category."""

    entry: Mapping[str, Any]
    line: EmissionLine | None


@dataclass(frozen=True, slots=True)
class InventoryView:
    """The organiser's lines at their current version; 0 before the first."""

    event: Event
    version: int
    lines: tuple[InventoryLine, ...]
    low_g: int
    total_g: int
    high_g: int
    by_category: Mapping[str, tuple[int, int, int]]
    may_edit: bool

    @property
    def entries(self) -> list[dict[str, Any]]:
        """What was told, to be changed and saved again."""
        return [dict(each.entry) for each in self.lines]


def inventory_view(slug: str) -> InventoryView:
    """The organiser's own lines as they are stored. Needs event.view. Raises NotFound, Forbidden."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        part = next(iter(rows.of_kind(conn, event.event_id, "organiser")), None)
        foot = (
            rows.footprint(conn, event.event_id, part["participation_id"], part["footprint_version"]) if part else None
        )
        stored = rows.lines(conn, event.event_id, foot["participation_id"], foot["version"]) if foot else []
    lines = [line_of(row) for row in stored]
    told = _told(foot["answers"] if foot else {}, event)
    return InventoryView(
        event=event, version=foot["version"] if foot else 0, lines=_side_by_side(told, lines),
        low_g=sum(line.low_g for line in lines), total_g=sum(line.total_g for line in lines),
        high_g=sum(line.high_g for line in lines), by_category=_sums(lines),
        may_edit=may(current_actor(), "event.edit", event.event_id),
    )  # fmt: skip


def inventory_choices(slug: str) -> tuple[InventoryChoice, ...]:
    """All that may be told, the activities with names of their own first, then the rows of the factor set."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    require(current_actor(), "event.view", event.event_id)
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
        return [(each["activity"], _entry(each, factors)) for each in answers["inventory"]]
    return [(each["activity"], dict(each)) for each in answers.get("other", [])]


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
    told: Sequence[tuple[str, dict[str, Any]]], lines: Sequence[EmissionLine]
) -> tuple[InventoryLine, ...]:
    """Each entry with its line; lines stand in the entries' order, those of categories not counted are not there."""
    found, number = [], 0
    for activity, entry in told:
        line = lines[number] if number < len(lines) and lines[number].activity == activity else None
        number += line is not None
        found.append(InventoryLine(entry, line))
    return tuple(found)


def _sums(lines: Iterable[EmissionLine]) -> dict[str, tuple[int, int, int]]:
    sums: dict[str, tuple[int, int, int]] = {}
    for line in lines:
        low, total, high = sums.get(line.category, (0, 0, 0))
        sums[line.category] = (low + line.low_g, total + line.total_g, high + line.high_g)
    return sums
