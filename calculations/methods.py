"""Methods: published (or one's own) flight arithmetic as data, for studies, comparisons and events.

With ``given`` and ``more`` what the class's curve gives (``method_curves``; bands of kg per km, points of kg, or
polynomials), m ``multiplier``, the way x = geodesic × ``uplift_factor`` + ``uplift_km``:

    CO2 part     = given × (``co2_kg_per_fuel_kg`` + ``upstream_kg_per_fuel_kg``)
                   + ``kg_per_km`` × x + ``kg_per_flight``
    non-CO2 part = given × ``co2_kg_per_fuel_kg`` × (m − 1) + more
    one way      = CO2 part + non-CO2 part          a trip there and back counts twice

For bands and points of CO2 that is m × given + more: the fuel's figures are 1 and 0 there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from calculations.method_curves import Curve, Floats, Uplift, kilograms

PARTS = ("apart", "inside", "none", "not_stated")  # what a method's figures say of non-CO2 effects and upstream fuel
STATUSES = ("read", "secondary", "design", "own")  # where its numbers were read; a choice of ours; an event's own


@dataclass(frozen=True, slots=True)
class Rates:
    """The curves by class, economy first; a class that is not here is priced as economy."""

    cabins: tuple[tuple[str, Curve], ...]

    def curve(self, cabin: str) -> Curve:
        """The curve of a class, or of economy where the method has none for it."""
        return dict(self.cabins).get(cabin, self.cabins[0][1])

    def has(self, cabin: str) -> bool:
        """Whether the class has a curve of its own."""
        return cabin in dict(self.cabins)


@dataclass(frozen=True, slots=True)
class Territory:
    """Which rates hold by the countries of both ends, where they are known: both in ``home``, neither, or by the
    country at the other end. A country that no list names is priced by the method's general rates."""

    home: tuple[str, ...]
    within: Rates
    outside: Rates
    by_country: tuple[tuple[tuple[str, ...], Rates], ...]


@dataclass(frozen=True, slots=True)
class Method:
    """A parsed method file; ``text`` is the file as it was read and ``sha256`` its hash, '' where none was."""

    method_id: str
    name: str
    source: str
    rates: Rates
    multiplier: float
    uplift_km: float
    round_trip: bool
    mode: str
    round_decimals: int | None  # of kg per attendance, where a study rounds there
    uplift_factor: float = 1.0
    co2_kg_per_fuel_kg: float = 1.0
    upstream_kg_per_fuel_kg: float = 0.0
    kg_per_km: float = 0.0
    kg_per_flight: float = 0.0
    non_co2: str = "none"
    upstream: str = "none"
    uplift_inside: bool = False
    territory: Territory | None = None
    source_address: str = ""
    status: str = ""
    year: str = ""
    licence: str = ""
    note: str = ""
    sha256: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class MethodMass:
    """kg CO2e per trip and person, with the non-CO2 part within it."""

    total_kg: Floats
    non_co2_kg: Floats


def method_mass(method: Method, distance_km: Floats, cabin: str = "economy") -> MethodMass:
    """Kilograms of one person's trip (there and back if the method says so) for one-way geodesics in km. A method that
    asks for countries is computed by its general rates: see ``between``."""
    distance = np.asarray(distance_km, dtype=np.float64)
    co2, non_co2 = one_way_parts(method, distance, cabin)
    directions = 2.0 if method.round_trip else 1.0
    co2, total = directions * co2, directions * (co2 + non_co2)
    if method.round_decimals is not None:
        total, co2 = np.round(total, method.round_decimals), np.round(co2, method.round_decimals)
    return MethodMass(total_kg=total, non_co2_kg=np.maximum(total - co2, 0.0))


def one_way_parts(method: Method, distance_km: Floats, cabin: str = "economy") -> tuple[Floats, Floats]:
    """(CO2 part, non-CO2 part) in kg of one person's flight one way, not rounded."""
    distance = np.asarray(distance_km, dtype=np.float64)
    there = distance > 0
    uplift = Uplift(method.uplift_factor, method.uplift_km)
    given, more = kilograms(method.rates.curve(cabin), distance, uplift)
    fixed = np.where(there, method.kg_per_km * uplift.way(distance) + method.kg_per_flight, 0.0)
    co2 = given * (method.co2_kg_per_fuel_kg + method.upstream_kg_per_fuel_kg) + fixed
    return co2, given * method.co2_kg_per_fuel_kg * (method.multiplier - 1.0) + more


def way_km(method: Method, distance_km: float) -> float:
    """The kilometres a method counts for a one-way geodesic."""
    return distance_km * method.uplift_factor + method.uplift_km if distance_km > 0 else 0.0


def method_kg(method: Method, distance_km: float, cabin: str = "economy") -> float:
    """``method_mass`` for one distance, in kg."""
    return float(method_mass(method, np.array([distance_km]), cabin).total_kg[0])


def between(method: Method, country: str, other_country: str) -> Method:
    """The method as it holds between two countries or regions (ISO 3166-1): itself, unless it goes by territory."""
    rates = _rates_between(method, country, other_country)
    return method if rates is method.rates else replace(method, rates=rates)


def _rates_between(method: Method, country: str, other_country: str) -> Rates:
    territory = method.territory
    if territory is None or not country or not other_country:
        return method.rates
    at_home = [place in territory.home for place in (country, other_country)]
    if all(at_home):
        return territory.within
    if not any(at_home):
        return territory.outside
    far = other_country if at_home[0] else country
    return next((rates for countries, rates in territory.by_country if far in countries), method.rates)


def curve_table(method: Method, cabin: str = "economy") -> Mapping[str, Any]:
    """The arithmetic that holds for a class, as plain values: an ``[air]`` table of its own."""
    curve = method.rates.curve(cabin)
    parts: tuple[Any, ...] = curve.bands or curve.points or curve.ranges
    table: dict[str, Any] = {curve.form: [_plain(each) for each in parts]}
    if curve.form != "ranges":
        table["interpolation"] = curve.interpolation
    named = {
        "times": curve.times, "multiplier": method.multiplier, "uplift_km": method.uplift_km,
        "uplift_factor": method.uplift_factor, "co2_kg_per_fuel_kg": method.co2_kg_per_fuel_kg,
        "upstream_kg_per_fuel_kg": method.upstream_kg_per_fuel_kg, "kg_per_km": method.kg_per_km,
        "kg_per_flight": method.kg_per_flight,
    }  # fmt: skip
    usual = {"uplift_km": 0.0, "kg_per_km": 0.0, "kg_per_flight": 0.0, "upstream_kg_per_fuel_kg": 0.0}
    return table | {key: value for key, value in named.items() if value != usual.get(key, 1.0) or key == "multiplier"}


def _plain(part: Any) -> dict[str, Any]:
    """A band, point or range without what is as usual."""
    found = {}
    for each in fields(part):
        value = getattr(part, each.name)
        if value != each.default:
            found[each.name] = list(value) if isinstance(value, tuple) else value
    return found
