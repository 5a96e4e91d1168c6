"""Method files: flight arithmetic as bands of kg per passenger-km by one-way distance, for studies and comparisons.

With d the one-way geodesic in km, u ``uplift_km`` (added only where d > 0), x = d + u, k the kg per km of the CO2 part,
n its non-CO2 part per km (if a band has one) and m ``multiplier``:

    one way kg = (m × k(x) + n(x)) × x        a trip there and back counts twice

- ``step``: k is that of the last band with ``from_km`` ≤ x.
- ``linear``: k runs straight from band to band; before the first and after the last it stays.
- ``monotone``: ``step``, but a band's kilograms never fall below what the band before had reached at its end: who lives
  farther away never emits less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from calculations.model import MODES, FieldError, InputError

Floats = npt.NDArray[np.float64]
INTERPOLATIONS = ("step", "linear", "monotone")
MAX_BANDS = 200


@dataclass(frozen=True, slots=True)
class Method:
    """A parsed method file; ``from_km`` ascends from 0 and is as long as the two rates."""

    method_id: str
    name: str
    source: str
    interpolation: str
    from_km: tuple[float, ...]
    kg_per_km: tuple[float, ...]
    non_co2_kg_per_km: tuple[float, ...]
    multiplier: float
    uplift_km: float
    round_trip: bool
    mode: str
    round_decimals: int | None  # of kg per attendance, where a study rounds there


@dataclass(frozen=True, slots=True)
class MethodMass:
    """kg CO2e per trip and person, with the non-CO2 part within it."""

    total_kg: Floats
    non_co2_kg: Floats


def method_mass(method: Method, distance_km: Floats) -> MethodMass:
    """Kilograms of one person's trip (there and back if the method says so) for one-way geodesics in km."""
    distance = np.asarray(distance_km, dtype=np.float64)
    way = np.where(distance > 0, distance + method.uplift_km, 0.0) if method.uplift_km else distance
    directions = 2.0 if method.round_trip else 1.0
    total = _kilograms(method, way, directions * method.multiplier, method.kg_per_km, directions)
    co2 = _kilograms(method, way, directions, method.kg_per_km, 0.0)
    if method.round_decimals is not None:
        total, co2 = np.round(total, method.round_decimals), np.round(co2, method.round_decimals)
    return MethodMass(total_kg=total, non_co2_kg=np.maximum(total - co2, 0.0))


def method_kg(method: Method, distance_km: float) -> float:
    """The same for one distance, in kg."""
    return float(method_mass(method, np.array([distance_km])).total_kg[0])


def _kilograms(method: Method, way: Floats, co2: float, rates: tuple[float, ...], extra: float) -> Floats:
    """``co2`` × k(x) × x + ``extra`` × n(x) × x, by the method's interpolation."""
    knots = np.array(method.from_km)
    co2_rate, more_rate = np.array(rates), np.array(method.non_co2_kg_per_km)
    if method.interpolation == "linear":
        mass: Floats = co2 * np.interp(way, knots, co2_rate) * way
        return mass + extra * np.interp(way, knots, more_rate) * way if more_rate.any() else mass
    band = np.searchsorted(knots, way, side="right") - 1
    mass = np.asarray(co2 * co2_rate[band] * way)
    if more_rate.any():
        mass = mass + extra * more_rate[band] * way
    if method.interpolation == "monotone" and len(knots) > 1:
        reached = np.maximum.accumulate((co2 * co2_rate + extra * more_rate)[:-1] * knots[1:])
        mass = np.maximum(mass, np.concatenate([[0.0], reached])[band])
    return mass


def parse_method(document: Mapping[str, Any], method_id: str) -> Method:
    """A method from its TOML document. Raises InputError naming every field that is wrong."""
    errors: list[FieldError] = []
    _unknown(document, ("name", "source", "air", "trip"), "", errors)
    air, trip = _section(document, "air", errors), _section(document, "trip", errors)
    _unknown(air, ("interpolation", "bands", "multiplier", "uplift_km", "round_decimals"), "air.", errors)
    _unknown(trip, ("round_trip", "mode"), "trip.", errors)
    if not isinstance(document.get("air"), Mapping):
        raise InputError(errors)
    bands = _bands(air.get("bands"), errors)
    method = Method(
        method_id=method_id, name=_text(document, "name", "", errors, method_id),
        source=_text(document, "source", "", errors, ""),
        interpolation=_choice(air, "interpolation", "air.", INTERPOLATIONS, "step", errors),
        from_km=tuple(each[0] for each in bands), kg_per_km=tuple(each[1] for each in bands),
        non_co2_kg_per_km=tuple(each[2] for each in bands),
        multiplier=_number(air.get("multiplier", 1.0), "air.multiplier", errors, 0.0, 100.0),
        uplift_km=_number(air.get("uplift_km", 0.0), "air.uplift_km", errors, 0.0, 20_000.0),
        round_trip=_flag(trip.get("round_trip", True), "trip.round_trip", errors),
        mode=_choice(trip, "mode", "trip.", MODES, "plane", errors),
        round_decimals=_decimals(air.get("round_decimals"), errors),
    )  # fmt: skip
    if errors:
        raise InputError(errors)
    return method


def _unknown(table: Mapping[str, Any], known: tuple[str, ...], path: str, errors: list[FieldError]) -> None:
    for key in table:
        if key not in known:
            message = "{field} is not known here; known are {known}."
            errors.append(FieldError(path + str(key), table[key], message, {"field": key, "known": ", ".join(known)}))


def _section(document: Mapping[str, Any], name: str, errors: list[FieldError]) -> Mapping[str, Any]:
    section = document.get(name, {} if name == "trip" else None)
    if isinstance(section, Mapping):
        return section
    errors.append(FieldError(name, section, "{field} must be a table.", {"field": name}))
    return {}


def _text(table: Mapping[str, Any], key: str, path: str, errors: list[FieldError], otherwise: str) -> str:
    value = table.get(key, otherwise)
    if isinstance(value, str):
        return value
    errors.append(FieldError(path + key, value, "{field} must be text.", {"field": path + key}))
    return otherwise


def _choice(
    table: Mapping[str, Any], key: str, path: str, known: tuple[str, ...], otherwise: str, errors: list[FieldError]
) -> str:
    value = table.get(key, otherwise)
    if isinstance(value, str) and value in known:
        return value
    params = {"field": path + key, "known": ", ".join(known)}
    errors.append(FieldError(path + key, value, "{field} must be one of {known}.", params))
    return otherwise


def _number(value: Any, path: str, errors: list[FieldError], low: float, high: float) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high:
        return float(value)
    params = {"field": path, "low": low, "high": high}
    errors.append(FieldError(path, value, "{field} must be a number from {low} to {high}.", params))
    return low


def _flag(value: Any, path: str, errors: list[FieldError]) -> bool:
    if isinstance(value, bool):
        return value
    errors.append(FieldError(path, value, "{field} must be true or false.", {"field": path}))
    return True


def _decimals(value: Any, errors: list[FieldError]) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 9):
        return value
    params = {"field": "air.round_decimals", "low": 0, "high": 9}
    message = "{field} must be a whole number from {low} to {high}."
    errors.append(FieldError("air.round_decimals", value, message, params))
    return None


def _bands(value: Any, errors: list[FieldError]) -> list[tuple[float, float, float]]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_BANDS:
        params = {"field": "air.bands", "limit": MAX_BANDS}
        errors.append(FieldError("air.bands", value, "{field} must be a list of 1 to {limit} bands.", params))
        return [(0.0, 0.0, 0.0)]
    bands = [_band(each, f"air.bands[{number}]", errors) for number, each in enumerate(value)]
    starts = [each[0] for each in bands]
    if not errors and (starts[0] != 0 or any(b <= a for a, b in pairwise(starts))):
        message = "{field}: from_km must begin at 0 and rise from band to band."
        errors.append(FieldError("air.bands", starts, message, {"field": "air.bands"}))
    return bands


def _band(band: Any, path: str, errors: list[FieldError]) -> tuple[float, float, float]:
    if not isinstance(band, Mapping):
        message = "{field} must be a table with from_km and kg_per_km."
        errors.append(FieldError(path, band, message, {"field": path}))
        return 0.0, 0.0, 0.0
    _unknown(band, ("from_km", "kg_per_km", "non_co2_kg_per_km"), path + ".", errors)
    start = _number(band.get("from_km"), path + ".from_km", errors, 0.0, 20_100.0)
    rate = _number(band.get("kg_per_km"), path + ".kg_per_km", errors, 0.0, 100.0)
    more = _number(band.get("non_co2_kg_per_km", 0.0), path + ".non_co2_kg_per_km", errors, 0.0, 100.0)
    return start, rate, more
