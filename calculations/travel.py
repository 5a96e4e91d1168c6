"""Trips: distance one way × there and back × how often × kg CO2e per passenger-km (or vehicle-km ÷ people on board)."""

from __future__ import annotations

from typing import Any

from calculations.distance import one_way
from calculations.flights import Rows, plane_rows
from calculations.lookup import Found, caution, factor_of, regional, table_of
from calculations.model import Boundary, EmissionLine, FactorSet, Trip
from calculations.trace import build_line, rated, term
from calculations.uncertainty import bounds
from calculations.upstream import add_upstream

# Ways within a place are local; ways that bring a person to the place are travel.
LOCAL_MODES = frozenset({"metro", "bus", "taxi", "motorcycle", "bicycle", "walk"})
FUELLED_MODES = frozenset({"car", "taxi"})


def category_of(mode: str) -> str:
    """The category a trip by this mode counts in: travel or local."""
    return "local" if mode in LOCAL_MODES else "travel"


def trip_line(trip: Trip, factors: FactorSet, boundary: Boundary, group_size: int = 1) -> EmissionLine:
    """The emission line of one trip, for each of ``group_size`` people. Raises FactorMissing."""
    more: dict[str, Any] = {}
    rows, bases, notes = (
        plane_rows(trip, factors, boundary, more) if trip.mode == "plane" else _ground(trip, factors, boundary)
    )
    detour = table_of(factors, "detour", trip.mode)
    places = (trip.origin, *trip.via, trip.destination)
    distance = one_way(places, float(detour["factor"]), str(detour["source"]), trip.distance_km)
    unit = _unit(rows[0]["unit"])
    return build_line(
        factors, category=category_of(trip.mode), activity=trip.mode, mode=trip.mode, unit=unit,
        terms=_terms(trip, distance["one_way_km"], unit, group_size), rows=rows, bases=bases, notes=notes,
        distance=distance, more=more,
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
        add_upstream(rows, bases, upstream, factors)
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


def stand_in_notes(found: Found, region: str, factors: FactorSet, factor_id: str) -> list[dict[str, Any]]:
    """What a reader must know of this choice: that the row only stands in, and the edition's caution about it."""
    notes = []
    if found.stands_in:
        message = "No row for this country or region was found; the row of {region} stands in."
        notes.append({"message": message, "params": {"region": region}})
    warning = caution(factors, factor_id)
    return [*notes, warning] if warning else notes
