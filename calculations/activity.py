"""All other activities: quantity × the row that the scenario's template, the factor set or the activity itself names.

A factor set's ``[activity]`` table says, per unit, what prices an activity: a row's id; a table by region, of ids;
``table:<path>`` (one of the edition's regional tables); ``{energy, times}`` (kWh per unit × a grid); or
``{with_rf, without_rf}`` (air freight with and without its non-CO2 part).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from calculations.flights import cabin_rows
from calculations.lookup import (
    Found,
    Note,
    entry_for,
    factor_of,
    own_region,
    regional,
    stand_in_notes,
    table_of,
    told_once,
)
from calculations.model import Boundary, EmissionLine, Factor, FactorMissing, FactorSet, OtherActivity
from calculations.supply import GRID_TABLE, market_rows, supply_notes
from calculations.trace import ARITHMETIC, build_line, quantity_of, rate_of, rated, term, to_grams
from calculations.uncertainty import bounds
from calculations.units import conversion
from calculations.upstream import tell_upstream

FACTOR = "factor:"  # an activity that names its row itself
TABLE = "table:"
WHOLE = ("energy", "with_rf")  # keys of an entry that is no table by region


@dataclass(frozen=True, slots=True)
class Asked:
    """An activity and what prices it: ``entry`` as the factor set's table holds it, and ``times`` a table of grids."""

    category: str
    entry: Any
    times: str = ""
    scale: float = 1.0
    conversion: float = 1.0
    notes: tuple[str, ...] = ()
    unit: str = ""  # of the row, where a table may hold rows of several units


@dataclass(slots=True)
class Priced:
    """The rows of a line as they are found, with all that is said about them."""

    rows: list[dict[str, Any]]
    bases: list[dict[str, Any]]
    notes: list[Note]
    steps: list[dict[str, Any]]
    is_electric: bool = False


def activity_line(other: OtherActivity, factors: FactorSet, boundary: Boundary, group_size: int = 1) -> EmissionLine:
    """The line of one activity, for each of ``group_size`` people. Raises FactorMissing."""
    asked = asked_of(other, factors)
    priced = _priced(asked, other, factors, boundary)
    terms = _terms(asked, other.quantity, group_size)
    more: dict[str, Any] = {"lookup": priced.steps}
    if priced.is_electric:
        more |= _by_both_bases(priced, other, terms, factors, boundary)
    elif not any(row["role"] == "upstream" for row in priced.rows):
        tell_upstream(priced.rows, priced.bases, priced.notes, factors, boundary)
    return build_line(
        factors, category=asked.category, activity=other.activity, unit=priced.rows[0]["unit"].split("/", 1)[1],
        terms=terms, rows=priced.rows, bases=priced.bases, notes=told_once(priced.notes), more=more,
    )  # fmt: skip


def asked_of(other: OtherActivity, factors: FactorSet) -> Asked:
    """What prices an activity, in the unit told. Raises FactorMissing with the units that would be right."""
    if other.factor or other.by_region:
        entry, ours = other.factor or TABLE + other.by_region, factors.preferred.get("activity", {})
        said = ours.get(other.activity, {})
        same = said.get("factor", said.get("by_region")) == (other.factor or other.by_region)
        notes = tuple(said.get("notes", ())) if same else ()
        return Asked(other.category, entry, other.times, other.scale, other.conversion, notes)
    if other.activity.startswith(FACTOR):
        return _named(other, factors)
    said = table_of(factors, "activity", other.activity)
    rows = rows_by_unit(said)
    unit, times = _converted(other, factors, list(rows))
    notes = tuple(said.get("notes", ()))
    times *= other.conversion
    return Asked(said["category"], rows[unit], said.get("times", ""), other.scale, times, notes, unit)


def rows_by_unit(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entries of an activity of the factor set by their units."""
    if "rows" in said:
        found: Mapping[str, Any] = said["rows"]
        return found
    return {said["unit"]: said.get("factor") or TABLE + said["by_region"]}


def category_of_row(factors: FactorSet, factor: Factor) -> str:
    """The category that a row named directly counts in. Raises FactorMissing for yardsticks and upstream parts."""
    category = factors.preferred.get("row_category", {}).get(factor.category)
    if category is None:
        raise FactorMissing(f"{factor.factor_id} is a row of {factor.category}, which is no activity of its own")
    return str(category)


def unit_of_row(factor: Factor) -> str:
    """The unit in which the quantity of a row is told."""
    return factor.unit.split("/", 1)[1]


def _named(other: OtherActivity, factors: FactorSet) -> Asked:
    factor = factor_of(factors, other.activity.removeprefix(FACTOR))
    _, times = _converted(other, factors, [unit_of_row(factor)])
    return Asked(category_of_row(factors, factor), factor.factor_id, "", other.scale, times * other.conversion)


def _converted(other: OtherActivity, factors: FactorSet, wanted: list[str]) -> tuple[str, float]:
    found = conversion(factors, other.unit, wanted)
    if found is None:
        raise FactorMissing(f"{other.activity} is counted in {', '.join(wanted)}, not {other.unit}")
    return found


def _terms(asked: Asked, quantity: float, group_size: int) -> list[dict[str, Any]]:
    terms = [term("quantity", quantity)]
    if asked.conversion != 1.0:
        terms.append(term("unit_conversion", asked.conversion))
    if asked.scale != 1.0:
        terms.append(term("scale", asked.scale))
    if group_size != 1:
        terms.append(term("group_size", group_size))
    return terms


def _priced(asked: Asked, other: OtherActivity, factors: FactorSet, boundary: Boundary) -> Priced:
    priced = Priced([], [], [{"message": each, "params": {}} for each in asked.notes], [])
    wanted = [other.region]
    found = _entry(asked, factors, wanted)
    if isinstance(found.entry, Mapping) and "upstream" in found.entry:
        priced.rows, priced.bases, notes = cabin_rows(found.entry, factors, boundary)
        priced.notes += notes
        return priced
    if isinstance(found.entry, Mapping) and "with_rf" in found.entry:
        _add_air(priced, found, factors, boundary, wanted)
        return priced
    entry = found.entry
    name = entry["energy"] if isinstance(entry, Mapping) else entry
    factor = factor_of(factors, name)
    if not found.steps:
        found = own_region(factors, factor, wanted)
    is_kwh = factor.unit.startswith("kWh/")
    _add(priced, "intensity" if is_kwh else "main", replace(found, entry=name), factors)
    times = entry["times"] if isinstance(entry, Mapping) else asked.times or (GRID_TABLE if is_kwh else "")
    if times:
        _add(priced, "grid", regional(factors, times.split("."), wanted), factors)
    priced.is_electric = GRID_TABLE in (times, str(asked.entry).removeprefix(TABLE))
    return priced


def _entry(asked: Asked, factors: FactorSet, wanted: list[str]) -> Found:
    """The entry for a place; one that does not go by region is found without a step."""
    entry = asked.entry
    if isinstance(entry, str) and entry.startswith(TABLE):
        name = entry.removeprefix(TABLE)

        def fits(each: Any) -> bool:
            return not asked.unit or not isinstance(each, str) or unit_of_row(factor_of(factors, each)) == asked.unit

        table = table_of(factors, *name.split("."))
        if any(key in table for key in WHOLE):  # a cabin of the flight table: one entry everywhere
            return Found(table, "", stands_in=False)
        return entry_for(factors, table, name, wanted, fits)
    if isinstance(entry, Mapping) and not any(key in entry for key in WHOLE):
        return entry_for(factors, entry, "activity", wanted)
    return Found(entry, "", stands_in=False)


def _add(priced: Priced, role: str, found: Found, factors: FactorSet, counted: bool = True) -> None:
    factor = factor_of(factors, found.entry)
    low, high, basis = bounds(factor, factors, found.stands_in)
    priced.rows.append(rated(factor, role, low, high, counted=counted))
    if counted:
        priced.bases.append(basis)
        priced.notes += stand_in_notes(found, factors, factor)
        priced.steps += found.steps


def _add_air(priced: Priced, found: Found, factors: FactorSet, boundary: Boundary, wanted: list[str]) -> None:
    """Air freight: the row with all effects and the one of CO2 alone, of which the boundary counts one."""
    pair = (("with_rf", "with_non_co2"), ("without_rf", "co2_only"))
    for name, role in pair if boundary.non_co2 else pair[::-1]:
        row = factor_of(factors, found.entry[name])
        own = own_region(factors, row, wanted)
        _add(priced, role, own, factors, counted=not priced.rows)


def _by_both_bases(
    priced: Priced, other: OtherActivity, terms: list[dict[str, Any]], factors: FactorSet, boundary: Boundary
) -> dict[str, Any]:
    """Completes the rows on the basis that counts; what the trace tells of the other one."""
    by_market = boundary.electricity == "market"
    bought, grid = market_rows(priced.rows, other.supply), list(priced.rows)
    rows, beside = (bought, grid) if by_market else (grid, bought)
    beside_notes: list[Note] = []
    beside = list(beside)
    _tell(beside, [], beside_notes, factors, boundary)
    priced.rows = list(rows)
    if by_market:
        priced.notes += supply_notes(other.supply)
    _tell(priced.rows, priced.bases, priced.notes, factors, boundary)
    other_g = to_grams(ARITHMETIC.multiply(quantity_of(terms), rate_of(beside, "value")))
    bases = ("market", "location") if by_market else ("location", "market")
    told = {"basis": bases[0], "other_basis": bases[1], "other_basis_g": other_g}
    return told | {"other_basis_notes": [] if by_market else supply_notes(other.supply)}


def _tell(
    rows: list[dict[str, Any]], bases: list[dict[str, Any]], notes: list[Note], factors: FactorSet, boundary: Boundary
) -> None:
    tell_upstream(rows, bases, notes, factors, boundary)
    if boundary.upstream and any(row["role"] == "supply" for row in rows):
        message = "The upstream part of what is bought was not told; it is left out."
        notes.append({"message": message, "params": {}})
