"""What a method file says of one class: kilograms per passenger by one-way distance, in one of three forms.

With d the one-way WGS84 geodesic in km, x the way in km (the geodesic with the method's uplift) and 0 kg at d = 0:

- **bands**: k kg per km of the CO2 part and n of a non-CO2 part, from ``from_km`` on; (k × x, n × x) where
  ``step`` takes the last band with ``from_km`` ≤ d; ``linear`` lets k and n run straight from band to band (and keeps
  the last); ``monotone`` takes the kilograms at each ``from_km`` as knots, lifts a knot that lies below an earlier one,
  and runs through them by a monotone cubic (Fritsch and Carlson 1980), so that kilograms have no cliff and never fall
  as the distance grows; it leaves 0 km with the first band's k, and from the last knot on it is k × x, or level where
  that would fall.
- **points**: kilograms at x itself, straight (``linear``) or by the monotone cubic (``monotone``) from point to point;
  0 below the first point, the last stretch's slope beyond the last.
- **ranges**: a polynomial in x per range of d; between two ranges both are blended linearly in d. What a polynomial
  gives is kg of CO2, or of fuel where ``seats``, ``load_share`` and ``cargo_share`` say how a passenger shares it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
BANDS, POINTS, RANGES = "bands", "points", "ranges"


@dataclass(frozen=True, slots=True)
class Band:
    """From ``from_km`` on: kg per passenger-km of the CO2 part, and of a non-CO2 part beside it."""

    from_km: float
    kg_per_km: float
    non_co2_kg_per_km: float = 0.0


@dataclass(frozen=True, slots=True)
class Point:
    """kg of one passenger's way of ``km``."""

    km: float
    kg: float
    non_co2_kg: float = 0.0


@dataclass(frozen=True, slots=True)
class Range:
    """From ``from_km`` to ``to_km``: coefficients of x⁰, x¹, … and how a passenger shares what they give."""

    from_km: float
    to_km: float
    kg: tuple[float, ...]
    non_co2_kg: tuple[float, ...] = ()
    seats: float = 1.0
    load_share: float = 1.0
    cargo_share: float = 0.0
    weight: float = 1.0  # of the class


@dataclass(frozen=True, slots=True)
class Curve:
    """The kilograms of one class; one of the three tuples is filled."""

    interpolation: str
    bands: tuple[Band, ...] = ()
    points: tuple[Point, ...] = ()
    ranges: tuple[Range, ...] = ()
    times: float = 1.0  # the class, where it is a multiple of another class's kilograms

    @property
    def form(self) -> str:
        """bands, points or ranges."""
        return BANDS if self.bands else POINTS if self.points else RANGES


@dataclass(frozen=True, slots=True)
class Uplift:
    """From a geodesic to the way that is flown: × ``factor``, + ``km``."""

    factor: float = 1.0
    km: float = 0.0

    def way(self, distance_km: Floats) -> Floats:
        """The way in km, 0 where there is none."""
        return np.where(distance_km > 0, distance_km * self.factor + self.km, 0.0)


def kilograms(curve: Curve, distance_km: Floats, uplift: Uplift) -> tuple[Floats, Floats]:
    """(what the curve gives, its non-CO2 part beside it) per passenger one way, in kg of CO2 or fuel."""
    forms = {BANDS: _of_bands, POINTS: _of_points, RANGES: _of_ranges}
    given, more = forms[curve.form](curve, distance_km, uplift)
    there = distance_km > 0
    return np.where(there, given * curve.times, 0.0), np.where(there, more * curve.times, 0.0)


def _of_bands(curve: Curve, distance: Floats, uplift: Uplift) -> tuple[Floats, Floats]:
    knots = np.array([band.from_km for band in curve.bands])
    co2 = np.array([band.kg_per_km for band in curve.bands])
    more = np.array([band.non_co2_kg_per_km for band in curve.bands])
    way = uplift.way(distance)
    if curve.interpolation == "linear":
        return np.interp(distance, knots, co2) * way, np.interp(distance, knots, more) * way
    if curve.interpolation == "monotone" and len(knots) > 1:
        return _through_bands(knots, co2, distance, uplift), _through_bands(knots, more, distance, uplift)
    band = np.searchsorted(knots, distance, side="right") - 1
    return co2[band] * way, more[band] * way


def _through_bands(knots: Floats, rates: Floats, distance: Floats, uplift: Uplift) -> Floats:
    """The monotone cubic through the kilograms at each band's beginning."""
    reached = np.maximum.accumulate(rates * (knots * uplift.factor + uplift.km))
    first, last = float(rates[0]) * uplift.factor, float(rates[-1]) * uplift.factor
    inside = monotone_cubic(knots, reached, distance, first, last)
    beyond = np.maximum(reached[-1], rates[-1] * uplift.way(distance))
    return np.where(distance >= knots[-1], beyond, inside)


def _of_points(curve: Curve, distance: Floats, uplift: Uplift) -> tuple[Floats, Floats]:
    way = uplift.way(distance)
    km = np.array([point.km for point in curve.points])
    parts = (np.array([point.kg for point in curve.points]), np.array([point.non_co2_kg for point in curve.points]))
    given, more = (_through_points(curve.interpolation, km, part, way) for part in parts)
    return given, more


def _through_points(interpolation: str, km: Floats, kg: Floats, way: Floats) -> Floats:
    if len(km) == 1:
        return np.where(way >= km[0], kg[0], 0.0)
    slopes = np.diff(kg) / np.diff(km)
    if interpolation == "monotone":
        inside = monotone_cubic(km, kg, way, float(slopes[0]), float(slopes[-1]))
    else:
        inside = np.interp(way, km, kg)
    beyond = kg[-1] + slopes[-1] * (way - km[-1])
    return np.where(way < km[0], 0.0, np.where(way > km[-1], beyond, inside))


def monotone_cubic(knots: Floats, values: Floats, at: Floats, first_slope: float, last_slope: float) -> Floats:
    """The cubic through (knots, values), values rising or level, that never falls between them; ``at`` outside the
    knots is taken as the nearest of them. Slopes within are the weighted harmonic means of Fritsch and Butland 1984,
    those of both ends are given and held to three times the secant, as Fritsch and Carlson 1980 prove enough."""
    steps = np.diff(knots)
    secants = np.diff(values) / steps
    slopes = np.empty(len(knots))
    slopes[0], slopes[-1] = min(first_slope, 3 * secants[0]), min(last_slope, 3 * secants[-1])
    slopes[1:-1] = _harmonic(secants[:-1], secants[1:], 2 * steps[1:] + steps[:-1], steps[1:] + 2 * steps[:-1])
    place = np.clip(at, knots[0], knots[-1])
    piece = np.clip(np.searchsorted(knots, place, side="right") - 1, 0, len(steps) - 1)
    t = (place - knots[piece]) / steps[piece]
    left = values[piece] + t * t * (3 - 2 * t) * (values[piece + 1] - values[piece])
    bend = t * (1 - t) * ((1 - t) * slopes[piece] - t * slopes[piece + 1]) * steps[piece]
    return np.asarray(left + bend, dtype=np.float64)


def _harmonic(before: Floats, after: Floats, weight_before: Floats, weight_after: Floats) -> Floats:
    rises = (before > 1e-12) & (after > 1e-12)
    safe_before, safe_after = np.where(rises, before, 1.0), np.where(rises, after, 1.0)
    mean = (weight_before + weight_after) / (weight_before / safe_before + weight_after / safe_after)
    return np.where(rises, mean, 0.0)


def _of_ranges(curve: Curve, distance: Floats, uplift: Uplift) -> tuple[Floats, Floats]:
    way = uplift.way(distance)
    given, more = np.zeros_like(way), np.zeros_like(way)
    for number, each in enumerate(curve.ranges):
        share = _share(curve.ranges, number, distance)
        taken = share * (1 - each.cargo_share) / (each.seats * each.load_share) * each.weight
        given += taken * np.polynomial.polynomial.polyval(way, each.kg)
        if each.non_co2_kg:
            more += taken * np.polynomial.polynomial.polyval(way, each.non_co2_kg)
    return given, more


def _share(ranges: tuple[Range, ...], number: int, distance: Floats) -> Floats:
    """How much of a range's result counts at each distance: 1 within it, falling to 0 across the gaps beside it."""
    knots, shares = [], []
    for place, each in enumerate(ranges):
        knots += [each.from_km, each.to_km]
        shares += [float(place == number)] * 2
    return np.interp(distance, knots, shares)
