"""Trips: distance one way × there and back × how often × kg CO2e per passenger-km (or vehicle-km ÷ people on board)."""

from __future__ import annotations

from typing import Any

from calculations.distance import one_way
from calculations.lookup import Found, caution, factor_of, regional, table_of
from calculations.model import Boundary, EmissionLine, FactorMissing, FactorSet, Trip
from calculations.trace import build_line, rated, term
from calculations.uncertainty import bounds

# Ways within a place are local; ways that bring a person to the place are travel.
LOCAL_MODES = frozenset({"metro", "bus", "taxi", "motorcycle", "bicycle", "walk"})
FUELLED_MODES = frozenset({"car", "taxi"})
Rows = tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]  # factors, bounds, notes


def category_of(mode: str) -> str:
    """The category a trip by this mode counts in: travel or local."""
    return "local" if mode in LOCAL_MODES else "travel"


def trip_line(trip: Trip, factors: FactorSet, boundary: Boundary, group_size: int = 1) -> EmissionLine:
    """The emission line of one trip, for each of ``group_size`` people. Raises FactorMissing."""
    rows, bases, notes = _plane(trip, factors, boundary) if trip.mode == "plane" else _ground(trip, factors, boundary)
    detour = table_of(factors, "detour", trip.mode)
    places = (trip.origin, *trip.via, trip.destination)
    distance = one_way(places, float(detour["factor"]), str(detour["source"]), trip.distance_km)
    unit = _unit(rows[0]["unit"])
    return build_line(
        factors, category=category_of(trip.mode), activity=trip.mode, mode=trip.mode, unit=unit,
        terms=_terms(trip, distance["one_way_km"], unit, group_size), rows=rows, bases=bases, notes=notes,
        distance=distance,
    )  # fmt: skip


def _unit(factor_unit: str) -> str:
    return factor_unit.removeprefix("kg CO2e/").removeprefix("kWh/")


def _terms(trip: Trip, distance_km: float, unit: str, group_size: int) -> list[dict[str, Any]]:
    terms = [term("distance_km", distance_km), term("directions", 2 if trip.round_trip else 1)]
    if trip.count != 1:
        terms.append(term("count", trip.count))
    if group_size != 1:
        terms.append(term("group_size", group_size))
    if unit == "vehicle-km" and trip.people != 1:
        terms.append(term("people_on_board", trip.people, divide=True))
    return terms


def _plane(trip: Trip, factors: FactorSet, boundary: Boundary) -> Rows:
    ids = table_of(factors, "flight", "international", trip.cabin)
    with_all, co2_only = factor_of(factors, ids["with_rf"]), factor_of(factors, ids["without_rf"])
    if boundary.non_co2:
        span = table_of(factors, "flight", "multiplier_range")
        low, high = co2_only.value * float(span["low"]), co2_only.value * float(span["high"])
        low, high = min(low, with_all.value), max(high, with_all.value)
        rows = [rated(with_all, "with_non_co2", low, high), _apart(co2_only, "co2_only")]
        bases = [_multiplier_basis(span)]
    else:
        low, high, basis = bounds(co2_only, factors)
        rows, bases = [rated(co2_only, "co2_only", low, high), _apart(with_all, "with_non_co2")], [basis]
    notes = [{"message": "The 8 % for detours of aircraft is inside the factor; none is added.", "params": {}}]
    if boundary.upstream:
        _add_upstream(rows, bases, ids["upstream"], factors)
    return rows, bases, notes


def _apart(factor: Any, role: str) -> dict[str, Any]:
    return rated(factor, role, factor.value, factor.value, counted=False)


def _multiplier_basis(span: Any) -> dict[str, Any]:
    message = "The CO2 row times {low} to {high}: the published range of the multiplier for non-CO2 effects."
    return {
        "kind": "source", "message": message, "params": {"low": span["low"], "high": span["high"]},
        "source": span["source_title"], "source_address": span["source_address"],
    }  # fmt: skip


def _ground(trip: Trip, factors: FactorSet, boundary: Boundary) -> Rows:
    path = ["travel", trip.mode, *([trip.fuel] if trip.mode in FUELLED_MODES else [])]
    found = regional(factors, path, _regions(trip))
    notes = _border_notes(trip, found)
    if isinstance(found.entry, str):
        rows, bases = _simple(found, factors, notes)
    else:
        rows, bases = _energy(found, trip, factors, notes)
    upstream = factors.preferred.get("upstream", {}).get(rows[0]["id"])
    if boundary.upstream and upstream:
        _add_upstream(rows, bases, upstream, factors)
    elif boundary.upstream and rows[0]["includes_wtt"] in ("no", "n/a") and rows[0]["value"] > 0:
        notes.append({"message": "No row for the upstream part of this fuel was found; it is left out.", "params": {}})
    return rows, bases, notes


def _regions(trip: Trip) -> list[str]:
    same_region = trip.origin.region if trip.origin.region == trip.destination.region else ""
    return [same_region, trip.origin.country, trip.destination.country]


def _border_notes(trip: Trip, found: Found) -> list[dict[str, Any]]:
    if found.stands_in or trip.origin.country == trip.destination.country:
        return []
    if found.region not in (trip.origin.country, trip.destination.country):
        return []
    message = "The way crosses a border: the row of {region} stands for all of it."
    return [{"message": message, "params": {"region": found.region}}]


def _simple(found: Found, factors: FactorSet, notes: list[dict[str, Any]]) -> tuple[list[Any], list[Any]]:
    factor = factor_of(factors, found.entry)
    notes += stand_in_notes(found, factor.region, factors, factor.factor_id)
    low, high, basis = bounds(factor, factors, found.stands_in)
    return [rated(factor, "main", low, high)], [basis]


def _energy(found: Found, trip: Trip, factors: FactorSet, notes: list[dict[str, Any]]) -> tuple[list[Any], list[Any]]:
    """kWh per vehicle-km × kg per kWh of the place's grid."""
    energy = factor_of(factors, found.entry["energy"])
    grid_found = regional(factors, [found.entry["times"]], _regions(trip))
    grid = factor_of(factors, grid_found.entry)
    notes += stand_in_notes(grid_found, grid.region, factors, grid.factor_id)
    energy_low, energy_high, energy_basis = bounds(energy, factors)
    grid_low, grid_high, grid_basis = bounds(grid, factors, grid_found.stands_in)
    rows = [rated(energy, "intensity", energy_low, energy_high), rated(grid, "grid", grid_low, grid_high)]
    return rows, [energy_basis, grid_basis]


def _add_upstream(rows: list[Any], bases: list[Any], factor_id: str, factors: FactorSet) -> None:
    factor = factor_of(factors, factor_id)
    if factor.includes_wtt != "only":
        raise FactorMissing(f"{factor_id} is not a well-to-tank row")
    low, high, basis = bounds(factor, factors)
    rows.append(rated(factor, "upstream", low, high, group=1))
    bases.append(basis)


def stand_in_notes(found: Found, region: str, factors: FactorSet, factor_id: str) -> list[dict[str, Any]]:
    """What a reader must know of this choice: that the row only stands in, and the edition's caution about it."""
    notes = []
    if found.stands_in:
        message = "No row for this country or region was found; the row of {region} stands in."
        notes.append({"message": message, "params": {"region": region}})
    warning = caution(factors, factor_id)
    return [*notes, warning] if warning else notes
