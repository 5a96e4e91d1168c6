"""Where should we have met? The place, or the pair or triple of hubs, that costs an event's guests least travel.

Each guest's journey is priced as ``parties.moved`` says and by the event's own factors. The answer is exact: what is
shown is computed with WGS84 geodesics. To get there fast, all candidates are screened on a sphere first, with bounds
that hold: every geodesic d on the ellipsoid between two points whose geodetic latitudes and longitudes stand at the
angle s on a unit sphere obeys

    6335.439 km × s ≤ d ≤ 6399.594 km × s,

since along any path the length element is M² dφ² + N² cos²φ dλ², where both radii of curvature of WGS84, M and N,
lie between a(1−e²) (along the meridian at the equator) and a/√(1−e²) (at the pole). Grams rise with the distance for
each way of travelling, so a sum that exceeds another's upper bound with its lower bound can never be the least. Where
the way of travelling changes within those bounds, the distance is measured at once. Flights that a method file prices
need not rise with the distance: then all distances are measured. A method that goes by territory is ranked by its
general rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calculations.distance import geodesic_km_many
from calculations.lookup import table_of
from calculations.methods import Method, one_way_parts
from calculations.model import Place, Trip
from calculations.parties import Journey, Party, joined_countries, journeys_of, moved, near, on_rails
from calculations.rates import WAY_KM, Rates, kind_of

Floats = npt.NDArray[np.float64]
LEAST_RADIUS_KM, MOST_RADIUS_KM = 6335.439, 6399.594  # WGS84: a(1−e²) = 6335.43933, a/√(1−e²) = 6399.59363
MIDDLE_RADIUS_KM = (LEAST_RADIUS_KM + MOST_RADIUS_KM) / 2
SPREAD = (MOST_RADIUS_KM - LEAST_RADIUS_KM) / (MOST_RADIUS_KM + LEAST_RADIUS_KM) * (1 + 1e-5)
SLACK_KM = 0.01  # of the angle's floating point, near zero and near the antipode


@dataclass(frozen=True, slots=True)
class Ways:
    """Those who travel alike, from one place and in one way. ``air_g`` is one person's grams per km of geodesic by air
    for all their ``times`` one way; a ``method``'s figures for one way come on top, ``times`` as well. ``told_g`` is
    what they told for the actual venue. Up to ``limit_km`` they stay on the ground (``journey`` tells how), where rails
    join."""

    journey: Journey
    people: float
    air_g: float
    told_g: float
    limit_km: float
    times: float
    method: Method | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A place or a set of hubs: grams of all journeys, and for hubs how many people come to each."""

    places: tuple[Place, ...]
    total_g: int
    people: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """The cities from the least grams; the actual venue's own figure, and its rank among all ``count`` (equal figures
    share a rank). ``measured`` cities were computed on the ellipsoid, the others were shown to be no candidates."""

    rows: tuple[Choice, ...]
    actual: Choice
    actual_rank: int
    count: int
    measured: int


@dataclass(frozen=True, slots=True)
class Hubs:
    """The best set of hubs. ``proven``: every set was weighed; else an exchange search found none better."""

    best: Choice
    proven: bool
    weighed: int


def ways_of(parties: Sequence[Party], venue: Place, rates: Rates, rail_below_km: float = 0.0) -> list[Ways]:
    """The journeys of an event's people, those alike put together. Ways there and back that were told apart and are
    unlike are counted as two, each of which chooses its hub for itself."""
    rates.measure((trip.origin, venue) for party in parties for trip in party.answers.trips)
    kinds: dict[object, list[Ways]] = {}
    for party in parties:
        for journey in journeys_of(party.answers, venue, rates.km)[0] if party.kind != "organiser" else ():
            ways = _ways(party, journey, rates, rail_below_km)
            main, home = journey.main, journey.home
            place = (home.lat, home.lon, home.country, home.region)
            key = (place, ways.air_g, round(ways.told_g, 6), ways.limit_km, ways.times, *kind_of(main), journey.outward,
                   ways.method and ways.method.method_id)  # fmt: skip
            kinds.setdefault(key, []).append(ways)
    return [replace(alike[0], people=sum(each.people for each in alike)) for alike in kinds.values()]


def _ways(party: Party, journey: Journey, rates: Rates, rail_below_km: float) -> Ways:
    main, factors = journey.main, rates.factors
    told_g = sum(rates.trip(on_rails(trip, factors, rail_below_km, rates.km), party.method).central
                 for trip in journey.told)  # fmt: skip
    flies = main.mode == "plane"
    cabin = main.cabin if flies else "economy"
    air = replace(main, mode="plane", cabin=cabin, via=(), distance_km=None, people=1)
    limit_km = rail_below_km if flies else float(table_of(factors, "better")["rail_max_km"])
    times = main.count * (2 if main.round_trip else 1)
    if party.method is not None and main.mode == party.method.mode:
        times = main.count * (2 if party.method.round_trip else 1)
        return Ways(journey, party.people, 0.0, told_g, limit_km, times, party.method)
    method = rates.boundary.method
    return Ways(journey, party.people, _per_km(air, method, rates) * times, told_g, limit_km, times, method)


def _per_km(air: Trip, method: Method | None, rates: Rates) -> float:
    """Grams per km that are in proportion to the distance: all of them, or what comes on top of a method's (the
    upstream fuel of a row)."""
    whole = rates.per_km(air).central
    if method is None:
        return whole
    own = _one_way_g(method, np.array([WAY_KM]), air.cabin, rates)[0] / WAY_KM
    return max(0.0, whole - float(own))


def _one_way_g(method: Method, km: Floats, cabin: str, rates: Rates) -> Floats:
    """Grams of one flight by a method; the non-CO2 part that it tells apart counts as the boundary says, but always in
    an import's own method."""
    co2, more = one_way_parts(method, km, cabin)
    whole = method is not rates.boundary.method or rates.boundary.non_co2 or method.non_co2 != "apart"
    return np.asarray((co2 + more if whole else co2) * 1000.0)


def rank_cities(
    ways: Sequence[Ways], cities: Sequence[Place], venue: Place, rates: Rates, shown: int = 20
) -> Ranking:  # fmt: skip
    """The ``shown`` best of ``cities`` (and the venue as it is), the best first; equal ones in the order given."""
    field = _Field(ways, [city for city in cities if not near(city, venue, rates.km)], rates)
    actual_g = float(field.people @ field.told)
    low, high = field.bounds()
    limit = np.sort(high)[min(shown, len(high)) - 1] if len(high) else 0.0
    wanted = np.flatnonzero((low <= limit) | ((low <= actual_g) & (high >= actual_g)))
    exact = field.people @ field.exact(wanted)
    surely = np.count_nonzero(high < actual_g) - np.count_nonzero(high[wanted] < actual_g)
    better = surely + np.count_nonzero(np.round(exact) < round(actual_g))
    rows = [
        Choice((field.cities[at],), round(grams)) for at, grams in zip(wanted.tolist(), exact.tolist(), strict=True)
    ]
    rows.sort(key=lambda row: row.total_g)
    actual = Choice((venue,), round(actual_g))
    return Ranking(tuple(rows[:shown]), actual, 1 + int(better), len(field.cities) + 1, len(wanted))


def best_hubs(ways: Sequence[Ways], cities: Sequence[Place], venue: Place, rates: Rates, hub_count: int = 2) -> Hubs:
    """The best two or three hubs of ``cities`` and the venue itself. Two: of all pairs, proven. Three: the best third
    to each of the best pairs, then exchanged one by one until no exchange helps."""
    field = _Field(ways, [city for city in cities if not near(city, venue, rates.km)], rates)
    weights = field.weighed()
    pairs = _all_pairs(weights)
    if hub_count == 2:
        best, weighed = _best_pair(field, pairs), len(weights) * (len(weights) - 1) // 2
    else:
        starts = [_exchanged(weights, pair) for pair in _lowest(pairs, 12)]
        best = min(starts, key=lambda at: (field.total(at), at))
        weighed = len(starts)
    places = [*field.cities, venue]
    columns = np.array([field.column(at) for at in best])
    nearest = np.argmin(columns, axis=0)
    people = [round(float(field.people[nearest == at].sum())) for at in range(len(best))]
    chosen = tuple(places[at] for at in best)
    return Hubs(Choice(chosen, round(field.total(best)), tuple(people)), hub_count == 2, weighed)


class _Field:
    """All ways to all cities: homes and cities as arrays, the distances between them, on the sphere until measured."""

    def __init__(self, ways: Sequence[Ways], cities: Sequence[Place], rates: Rates):
        self.ways, self.cities, self.rates = ways, list(cities), rates
        homes = {(way.journey.home.lat, way.journey.home.lon): None for way in ways}
        number = {home: at for at, home in enumerate(homes)}
        self.at = np.array([number[way.journey.home.lat, way.journey.home.lon] for way in ways], dtype=np.int64)
        self.homes = np.array(list(homes), dtype=np.float64).reshape(-1, 2)
        self.points = np.array([(city.lat, city.lon) for city in self.cities], dtype=np.float64).reshape(-1, 2)
        self.people, self.told, self.air, self.limit, self.times = (
            np.array([getattr(way, name) for way in ways], dtype=np.float64)
            for name in ("people", "told_g", "air_g", "limit_km", "times")
        )
        self.areas: dict[tuple[str, str], list[int]] = {}
        for number_of, city in enumerate(self.cities):
            self.areas.setdefault((city.country, city.region), []).append(number_of)
        self.joined: dict[str, frozenset[str]] = {}
        self.ground, self.kind = self._ground()
        self.methods: dict[tuple[str, str], list[int]] = {}
        for number_of, way in enumerate(ways):
            if way.method is not None:
                self.methods.setdefault((way.method.method_id, _cabin(way)), []).append(number_of)
        self.km = self._distances()
        self._columns: dict[int, Floats] = {}

    def _ground(self) -> tuple[Floats, npt.NDArray[np.int64]]:
        """Grams per km on the ground, one way, by kind and city (NaN where no rails join), and the kind of each way."""
        kinds: dict[object, int] = {}
        rows: list[Floats] = []
        kind = np.full(len(self.ways), -1, dtype=np.int64)
        for at in np.flatnonzero(self.limit > 0).tolist():
            journey = self.ways[at].journey
            home, main = journey.home, journey.main
            key = (
                home.country,
                home.region,
                main.mode,
                main.cabin,
                main.fuel,
                main.people,
                main.known,
                journey.outward,
            )
            if key not in kinds:
                kinds[key] = len(rows)
                rows.append(self._ground_row(journey))
            kind[at] = kinds[key]
        return np.array(rows, dtype=np.float64).reshape(-1, len(self.cities)), kind

    def _ground_row(self, journey: Journey) -> Floats:
        factors, home = self.rates.factors, journey.home
        row = np.full(len(self.cities), np.nan)
        for (country, region), numbers in self.areas.items():
            if country not in self.joined.setdefault(home.country, joined_countries(home.country, factors)):
                continue
            there = replace(self.cities[numbers[0]], country=country, region=region)
            trip = moved(journey, there, factors, _nowhere, rail_below_km=1.0)
            row[numbers] = self.rates.per_km(trip).central
        return row

    def _distances(self) -> Floats:
        """km from each home to each city: on the sphere, measured where a limit or a method asks for it."""
        if self.methods:
            return self._measured(np.arange(len(self.cities)))
        angle = np.arccos(np.clip(_unit(self.homes) @ _unit(self.points).T, -1.0, 1.0))
        km = np.asarray(angle * MIDDLE_RADIUS_KM)
        for limit in np.unique(self.limit[self.limit > 0]).tolist():
            home, city = np.nonzero(np.abs(km - limit) <= limit * SPREAD * 1.1 + SLACK_KM)
            ends = (self.homes[home, 0], self.homes[home, 1], self.points[city, 0], self.points[city, 1])
            km[home, city] = geodesic_km_many(*[np.ascontiguousarray(each) for each in ends])
        return km

    def _measured(self, cities: npt.NDArray[np.int64]) -> Floats:
        count, many = len(self.homes), len(cities)
        lat, lon = np.repeat(self.homes[:, 0], many), np.repeat(self.homes[:, 1], many)
        to = np.tile(self.points[cities], (count, 1))
        km = geodesic_km_many(lat, lon, np.ascontiguousarray(to[:, 0]), np.ascontiguousarray(to[:, 1]))
        return km.reshape(count, many)

    def masses(self, km: Floats, cities: npt.NDArray[np.int64]) -> Floats:
        """One person's grams of each way to each city, by these distances."""
        way_km = km[self.at]
        mass = way_km * self.air[:, None]
        for (_, cabin), rows in self.methods.items():
            mass[rows] += self._by_method(way_km[rows], rows, cabin)
        ground = np.flatnonzero(self.limit > 0)
        if len(ground):
            rate = self.ground[self.kind[ground]][:, cities] * self.times[ground, None]
            stays = ~np.isnan(rate) & (way_km[ground] <= self.limit[ground, None])
            mass[ground] = np.where(stays, rate * way_km[ground], mass[ground])
        return mass

    def _by_method(self, km: Floats, rows: list[int], cabin: str) -> Floats:
        method = self.ways[rows[0]].method
        if method is None:
            return np.zeros_like(km)
        grams = _one_way_g(method, km.ravel(), cabin, self.rates)
        return np.asarray(grams.reshape(km.shape) * self.times[rows, None])

    def bounds(self) -> tuple[Floats, Floats]:
        """Low and high grams of all journeys to each city."""
        middle = self.people @ self.masses(self.km, np.arange(len(self.cities)))
        if self.methods:
            return middle, middle
        slack = float(self.people @ np.maximum(self.air, 1000.0 * self.times)) * SLACK_KM
        return middle * (1 - SPREAD) - slack, middle * (1 + SPREAD) + slack

    def exact(self, cities: npt.NDArray[np.int64]) -> Floats:
        """One person's grams of each way to these cities, by measured distances."""
        return self.masses(self._measured(cities), cities)

    def weighed(self) -> npt.NDArray[np.float32]:
        """Grams of each way's people to each city, and at last to the venue as told; a row per city, on the sphere."""
        every = np.arange(len(self.cities))
        masses = np.column_stack([self.masses(self.km, every), self.told])
        return np.ascontiguousarray((masses * self.people[:, None]).T, dtype=np.float32)

    def column(self, at: int) -> Floats:
        """One person's grams of each way to one city, or to the venue (the number after the last), measured."""
        if at == len(self.cities):
            return self.told
        if at not in self._columns:
            self._columns[at] = self.exact(np.array([at]))[:, 0]
        return self._columns[at]

    def total(self, hubs: Sequence[int]) -> float:
        """Grams of all journeys when everyone goes to the hub that costs least, measured."""
        return float(self.people @ np.min([self.column(at) for at in hubs], axis=0))


def _nowhere(_a: Place, _b: Place) -> float:
    """No distance: only the way of travelling is asked for."""
    return 0.0


def _unit(points: Floats) -> Floats:
    lat, lon = np.radians(points[:, 0]), np.radians(points[:, 1])
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def _cabin(way: Ways) -> str:
    return way.journey.main.cabin if way.journey.main.mode == "plane" else "economy"


CHUNK = 256  # ways at a time, so that what is compared stays near the processor


def _all_pairs(weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Grams of every pair of rows when each way takes the lesser; infinite on and below the diagonal."""
    count = len(weights)
    sums = np.full((count, count), np.inf, dtype=np.float32)
    for first in range(count - 1):
        sums[first, first + 1 :] = 0.0
    for start in range(0, weights.shape[1], CHUNK):
        part = np.ascontiguousarray(weights[:, start : start + CHUNK])
        room = np.empty_like(part)
        ones = np.ones(part.shape[1], dtype=np.float32)
        for first in range(count - 1):
            lesser = np.minimum(part[first + 1 :], part[first], out=room[first + 1 :])
            sums[first, first + 1 :] += lesser @ ones
    return sums


def _lowest(pairs: npt.NDArray[np.float32], count: int) -> list[tuple[int, int]]:
    flat = pairs.ravel()
    few = np.argpartition(flat, min(count, len(flat) - 1))[:count]
    ordered = few[np.argsort(flat[few], kind="stable")]
    return [(int(at) // len(pairs), int(at) % len(pairs)) for at in ordered if np.isfinite(flat[at])]


def _best_pair(field: _Field, pairs: npt.NDArray[np.float32]) -> tuple[int, ...]:
    """The pair of least grams as measured: pairs are measured from the least on, until the bounds exclude the rest."""
    flat = pairs.ravel()
    least = float(flat.min())
    close = np.flatnonzero(flat <= least * (1 + SPREAD) / (1 - SPREAD) * (1 + 1e-4) + 1.0)
    best: tuple[float, tuple[int, ...]] = (np.inf, ())
    for at in close[np.argsort(flat[close], kind="stable")].tolist():
        if flat[at] * (1 - SPREAD) * (1 - 1e-4) > best[0]:
            break
        pair = (at // len(pairs), at % len(pairs))
        best = min(best, (field.total(pair), pair))
    return best[1]


def _exchanged(weights: npt.NDArray[np.float32], pair: tuple[int, int]) -> tuple[int, ...]:
    """A third hub added to a pair, then each of the three exchanged for a better one until none is."""
    hubs = [*pair, _third(weights, pair)]
    total = float(np.min(weights[hubs], axis=0).sum())
    improved = True
    while improved:
        improved = False
        for position in range(len(hubs)):
            others = [hub for at, hub in enumerate(hubs) if at != position]
            candidate = [*others, _third(weights, others)]
            sum_g = float(np.min(weights[candidate], axis=0).sum())
            if sum_g < total * (1 - 1e-6):
                hubs, total, improved = candidate, sum_g, True
    return tuple(sorted(hubs))


def _third(weights: npt.NDArray[np.float32], hubs: Sequence[int]) -> int:
    return int(np.argmin(np.minimum(weights, np.min(weights[list(hubs)], axis=0)).sum(axis=1)))
