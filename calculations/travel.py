"""Trips: distance one way × there and back × how often × kg CO2e per passenger-km (or vehicle-km ÷ people on board)."""

from __future__ import annotations

from typing import Any

from calculations.distance import one_way
from calculations.flights import Rows, plane_rows
from calculations.lookup import Found, factor_of, own_region, regional, stand_in_notes, table_of, told_once
from calculations.model import Boundary, EmissionLine, FactorMissing, FactorSet, Trip
from calculations.trace import build_line, rated, term
from calculations.uncertainty import bounds
from calculations.upstream import tell_upstream

# Ways within a place are local; ways that bring a person to the place are travel.
LOCAL_MODES = frozenset({"metro", "bus", "taxi", "motorcycle", "bicycle", "walk"})
FUELLED_MODES = frozenset({"car", "taxi"})
Steps = list[dict[str, Any]]


def category_of(mode: str) -> str:
    """The category a trip by this mode counts in: travel or local."""
    return "local" if mode in LOCAL_MODES else "travel"


def trip_line(trip: Trip, factors: FactorSet, boundary: Boundary, group_size: int = 1) -> EmissionLine:
    """The emission line of one trip, for each of ``group_size`` people. Raises FactorMissing."""
    steps: Steps = []
    more: dict[str, Any] = {}
    is_plane = trip.mode == "plane"
    rows, bases, notes = (
        plane_rows(trip, factors, boundary, more) if is_plane else ground_rows(trip, factors, boundary, steps)
    )
    detour = table_of(factors, "detour", trip.mode)
    places = (trip.origin, *trip.via, trip.destination)
    detour_source = more["method"]["name"] if "method" in more else str(detour["source"])
    distance = one_way(places, float(detour["factor"]), detour_source, trip.distance_km)
    unit = _unit(rows[0]["unit"])
    return build_line(
        factors, category=category_of(trip.mode), activity=trip.mode, mode=trip.mode, unit=unit,
        terms=_terms(trip, distance["one_way_km"], unit, group_size), rows=rows, bases=bases, notes=told_once(notes),
        distance=distance, known=trip.known, more=more | ({"lookup": steps} if steps else {}),
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


def ground_rows(trip: Trip, factors: FactorSet, boundary: Boundary, steps: Steps) -> Rows:
    """The rows, bounds and notes of a trip on the ground or by sea; ``steps`` takes the steps of the look-up. Raises
    FactorMissing."""
    found, notes = _found(trip, factors)
    steps += found.steps
    if isinstance(found.entry, str):
        notes += _border_notes(trip, found)
        rows, bases = _simple(found, factors, notes)
        notes += _loud_notes(trip, found, factors)
    else:
        rows, bases = _energy(found, trip, factors, notes, steps)
    tell_upstream(rows, bases, notes, factors, boundary)
    return rows, bases, notes


def _found(trip: Trip, factors: FactorSet) -> tuple[Found, list[dict[str, Any]]]:
    """The entry of the trip's mode, fuel and size. Where the edition knows no such size the average stands for it."""
    fuel = [trip.fuel] if trip.mode in FUELLED_MODES else []
    notes: list[dict[str, Any]] = []
    if trip.size:
        try:
            return regional(factors, ["size", trip.mode, *fuel, trip.size], _regions(trip)), notes
        except FactorMissing:
            message = "No row for the size {size} was found; the average stands for it."
            notes.append({"message": message, "params": {"size": trip.size}})
    return regional(factors, ["travel", trip.mode, *fuel], _regions(trip)), notes


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


def _loud_notes(trip: Trip, found: Found, factors: FactorSet) -> list[dict[str, Any]]:
    """What the edition says where a country lacks a row of its own that a reader would expect."""
    said = factors.preferred.get("loud", {}).get(trip.mode, {}).get(trip.origin.country)
    return [{"message": said, "params": {}}] if said and found.stands_in else []


def _simple(found: Found, factors: FactorSet, notes: list[dict[str, Any]]) -> tuple[list[Any], list[Any]]:
    factor = factor_of(factors, found.entry)
    notes += stand_in_notes(found, factors, factor)
    low, high, basis = bounds(factor, factors, found.stands_in)
    return [rated(factor, "main", low, high)], [basis]


def _energy(
    found: Found, trip: Trip, factors: FactorSet, notes: list[dict[str, Any]], steps: Steps
) -> tuple[list[Any], list[Any]]:
    """kWh per vehicle-km × kg per kWh of the grid where it drives: the province's within one, the country's across
    provinces, and across countries that of where it starts."""
    energy = factor_of(factors, found.entry["energy"])
    made_for = own_region(factors, energy, _regions(trip))
    if made_for.stands_in:
        message = "The electricity a vehicle needs per km is a figure of {region}; the grid is that of the place."
        notes.append({"message": message, "params": {"region": energy.region}})
    grid_found = regional(factors, [found.entry["times"]], _regions(trip))
    steps += grid_found.steps
    notes += _border_notes(trip, grid_found)
    grid = factor_of(factors, grid_found.entry)
    notes += stand_in_notes(grid_found, factors, grid)
    energy_low, energy_high, energy_basis = bounds(energy, factors)
    grid_low, grid_high, grid_basis = bounds(grid, factors, grid_found.stands_in)
    rows = [rated(energy, "intensity", energy_low, energy_high), rated(grid, "grid", grid_low, grid_high)]
    return rows, [energy_basis, grid_basis]
