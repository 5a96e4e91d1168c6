"""Grams per unit of each distinct kind of activity, computed once through the footprint's own lines.

A trip's grams are in proportion to its distance, a stay's to its nights, and so on: each kind is computed once for a
long way or many nights, and scaled. Flights that a method prices are not, so they are computed per distinct distance.
The sums agree with those of the lines to the lines' own rounding (half a gram each).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np

from calculations.distance import geodesic_km, geodesic_km_many
from calculations.footprint import compute
from calculations.methods import Method, method_kg
from calculations.model import CATEGORIES, Answers, Boundary, FactorSet, Meal, OtherActivity, Place, Stay, Trip
from calculations.propagation import ratio_of, sources_of

MANY = 1000  # units that a kind is computed for, so that a line's rounding weighs nothing
_WEST, _EAST = (0.0, 0.0), (0.0, 90.0)  # a way of known length
WAY_KM = geodesic_km(*_WEST, *_EAST)
_PLACES = ("origin", "destination", "via", "round_trip", "count", "distance_km")
MOST_DEVIATIONS = 5.0  # of a logarithm: beyond some 18,000-fold a range tells nothing more


@dataclass(frozen=True, slots=True)
class Grams:
    """Grams of a category, not rounded yet. ``errors`` are (source, down, up): standard deviations of ln times the
    share of the figure that the source moves, as ``propagation`` says; the source '' is this quantity's own."""

    central: float = 0.0
    category: str = ""
    errors: tuple[tuple[str, float, float], ...] = ()

    def times(self, number: float) -> Grams:
        """So many of them."""
        return Grams(self.central * number, self.category, self.errors)


class Tally:
    """A sum of grams with what is uncertain about it: errors of one source add up, those of different ones do not."""

    def __init__(self) -> None:
        self.grams = 0.0
        self.linear: dict[str, list[float]] = {}
        self.variance = [0.0, 0.0]

    def add(self, grams: Grams, times: float, together: bool = False) -> None:
        """Adds the grams of ``times`` people; ``together`` their own errors are one, else each has their own."""
        mass = grams.central * times
        self.grams += mass
        for source, *sides in grams.errors:
            linear = self.linear.setdefault(source, [0.0, 0.0]) if source else self.variance
            for at, ratio in enumerate(sides):
                own = mass * mass if together else grams.central * mass
                linear[at] += mass * ratio if source else own * ratio * ratio

    def merge(self, other: Tally) -> None:
        """Adds another sum."""
        self.grams += other.grams
        for source, sides in other.linear.items():
            linear = self.linear.setdefault(source, [0.0, 0.0])
            linear[:] = [a + b for a, b in zip(linear, sides, strict=True)]
        self.variance = [a + b for a, b in zip(self.variance, other.variance, strict=True)]

    def rounded(self) -> tuple[int, int, int]:
        """(low, central, high) in whole grams, a 95 % interval."""
        total = round(self.grams)
        if total == 0:  # nothing, or what floats leave of grams added and taken away
            return 0, 0, 0
        sides = (sum(each[at] ** 2 for each in self.linear.values()) + self.variance[at] for at in (0, 1))
        down, up = (min(math.sqrt(side) / abs(self.grams), MOST_DEVIATIONS) for side in sides)
        return min(round(self.grams * ratio_of(-down)), total), total, max(round(self.grams * ratio_of(up)), total)


class Rates:
    """The grams of trips, stays, meals and other activities at an event. ``hotel_norm`` is the organiser's figure for
    hotels in ``hotel_country``. Raises FactorMissing as the lines do."""

    def __init__(self, factors: FactorSet, boundary: Boundary, hotel_norm: str | None = None, hotel_country: str = ""):
        self.factors, self.boundary = factors, boundary
        self.hotel_norm, self.hotel_country = hotel_norm, hotel_country
        self._known: dict[Hashable, Grams] = {}
        self._km: dict[tuple[float, float, float, float], float] = {}

    def measure(self, pairs: Iterable[tuple[Place, Place]]) -> None:
        """Computes the geodesics of many pairs at once, each distinct one once."""
        keys = list({_ends(a, b): None for a, b in pairs if _ends(a, b) not in self._km})
        if keys:
            columns = np.array(keys, dtype=np.float64).T
            self._km.update(zip(keys, geodesic_km_many(*columns).tolist(), strict=True))

    def km(self, a: Place, b: Place) -> float:
        """The geodesic between two places in km."""
        key = _ends(a, b)
        if key not in self._km:
            self._km[key] = geodesic_km(*key)
        return self._km[key]

    def trip(self, trip: Trip, method: Method | None = None) -> Grams:
        """One person's trip, there and back if so told, as often as told."""
        if method is not None and trip.mode == method.mode:
            grams = method_kg(method, self.km(trip.origin, trip.destination), trip.cabin) * 1000.0 * trip.count
            return Grams(grams, "travel")
        times = trip.count * (2 if trip.round_trip else 1)
        way_km = trip.distance_km
        if way_km is None:
            way_km = sum(self.km(a, b) for a, b in pairwise((trip.origin, *trip.via, trip.destination)))
        if trip.mode == "plane" and self.boundary.flight_method:
            return self._flight(trip).times(times)
        return self.per_km(trip).times(way_km * times)

    def per_km(self, trip: Trip) -> Grams:
        """One person's grams per km of geodesic (of the routed way, where one was told), one way."""
        routed = trip.distance_km is not None
        a, b = trip.origin, trip.destination
        region = a.region if a.region == b.region else ""  # a row of a region counts where both ends lie in it
        key = (*kind_of(trip), routed, region, a.country, b.country)
        found = self._known.get(key)
        if found is None:
            long = replace(
                trip, origin=replace(a, lat=_WEST[0], lon=_WEST[1]), destination=replace(b, lat=_EAST[0], lon=_EAST[1]),
                via=(), round_trip=False, count=MANY, distance_km=WAY_KM if routed else None,
            )  # fmt: skip
            found = self._known[key] = self._computed(Answers(trips=(long,)), MANY * WAY_KM)
        return found

    def _flight(self, trip: Trip) -> Grams:
        """One way by the event's own flight method, which need not be in proportion to the distance."""
        places = (trip.origin, *trip.via, trip.destination)
        key = ("flight", *kind_of(trip), trip.distance_km, *[(p.lat, p.lon, p.country) for p in places])
        found = self._known.get(key)
        if found is None:
            once = replace(trip, round_trip=False, count=MANY)
            found = self._known[key] = self._computed(Answers(trips=(once,)), MANY)
        return found

    def stay(self, stay: Stay, moved: bool = False) -> Grams:
        """One person's part of a stay. The organiser's figure counts as it does in a footprint; for a stay that has
        ``moved`` with the venue only where the country is still the same."""
        own = self.hotel_norm if not moved or stay.country == self.hotel_country else None
        place = (stay.place.country, stay.place.region) if stay.place else ()
        key = (replace(stay, place=None, nights=0), place, own)
        found = self._known.get(key)
        if found is None:
            long = Answers(stays=(replace(stay, nights=MANY),))
            found = self._known[key] = self._computed(long, MANY, own)
        return found.times(stay.nights)

    def meal(self, meal: Meal) -> Grams:
        """So many meals of one diet."""
        key = replace(meal, count=0)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._computed(Answers(meals=(replace(meal, count=MANY),)), MANY)
        return found.times(meal.count)

    def other(self, other: OtherActivity) -> Grams:
        """Any other activity."""
        key = replace(other, quantity=float(MANY))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._computed(Answers(other=(key,)), MANY)
        return found.times(other.quantity)

    def _computed(self, answers: Answers, units: float, hotel_norm: str | None = None) -> Grams:
        """One activity through the footprint itself, every category counted, per unit."""
        (line,) = compute(answers, self.factors, replace(self.boundary, categories=CATEGORIES), hotel_norm).lines
        errors = tuple(
            (str(each["id"]), each["share"] * each["sd_low"], each["share"] * each["sd_high"])
            for each in sources_of(line.trace)
        )
        return Grams(line.total_g / units, line.category, errors)


def kind_of(trip: Trip) -> tuple[Hashable, ...]:
    """All that a trip's figure a km goes by, but for its places."""
    return tuple(getattr(trip, each.name) for each in fields(trip) if each.name not in _PLACES)


def _ends(a: Place, b: Place) -> tuple[float, float, float, float]:
    return (a.lat, a.lon, b.lat, b.lon)
