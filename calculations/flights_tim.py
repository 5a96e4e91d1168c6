"""The arithmetic of the Travel Impact Model for one flight whose aircraft, seats and fuel are known.

Source: Google, Travel Impact Model (github.com/google/travel-impact-model, CC BY 4.0), "Example emission estimation".
It rounds at each step as published there: whole kilograms of fuel and emissions, grams per seat and per passenger.

    fuel        = LTO + climb, cruise and descent at (distance × adjustment − LTO distance), straight between two knots
    passenger   = (fuel × upstream + fuel × burnt) × (1 − cargo share) ÷ economy seats × class ÷ load share
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

Knot = tuple[float, float]  # (nautical miles, kg of fuel)


@dataclass(frozen=True, slots=True)
class TimFlight:
    """One flight: ``fuel_kg`` burnt; kg CO2e per kg of fuel upstream and burnt; the cargo's share of the mass;
    ``economy_seats``: all seats by the room of an economy seat; the share of seats taken."""

    fuel_kg: float
    upstream_kg_per_kg: float
    burnt_kg_per_kg: float
    cargo_share: float
    economy_seats: float
    load_share: float


def fuel_kg(distance_nm: float, lto_kg: float, knots: tuple[Knot, Knot], adjustment: float, lto_nm: float) -> Decimal:
    """Fuel of a flight over ``distance_nm`` nautical miles: ``lto_kg`` for landing and take-off, and the rest between
    the two ``knots`` of the aircraft's table that surround it."""
    (low_nm, low_kg), (high_nm, high_kg) = (tuple(map(_exact, knot)) for knot in knots)
    way_nm = _rounded(_exact(distance_nm) * _exact(adjustment) - _exact(lto_nm), 0)
    cruise_kg = low_kg + (way_nm - low_nm) * (high_kg - low_kg) / (high_nm - low_nm)
    return _exact(lto_kg) + _rounded(cruise_kg, 0)


def passenger_kg(flight: TimFlight, class_factor: float) -> Decimal:
    """kg CO2e, upstream included and non-CO2 effects not, of one passenger in a seat that takes ``class_factor``
    times the room of an economy seat."""
    fuel = _exact(flight.fuel_kg)
    return sum((_part_kg(flight, fuel * _exact(rate), class_factor) for rate in _rates(flight)), Decimal(0))


def _rates(flight: TimFlight) -> tuple[float, float]:
    return flight.upstream_kg_per_kg, flight.burnt_kg_per_kg


def _part_kg(flight: TimFlight, emission_kg: Decimal, class_factor: float) -> Decimal:
    of_passengers = _rounded(_rounded(emission_kg, 0) * (1 - _exact(flight.cargo_share)), 0)
    seat_kg = _rounded(of_passengers / _exact(flight.economy_seats), 3)
    return _rounded(_rounded(seat_kg * _exact(class_factor), 3) / _exact(flight.load_share), 3)


def _exact(value: float) -> Decimal:
    return Decimal(repr(value))


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
