"""The ends of many trips: places resolved once per distinct name, positions rounded as everywhere, and how far it is
between them, once per distinct pair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from threading import Lock

import numpy as np
import numpy.typing as npt
import pandas as pd

from calculations.answers import MAX_VIA
from calculations.bulk import KnownPairs, pair_distances
from calculations.bulk_columns import Cells, Codes, Floats, Mask
from calculations.bulk_rates import BLOCK
from calculations.bulk_rows import POSITION_DECIMALS, place_of
from calculations.model import Place

Resolve = Callable[[str], Place | None]
AreasOf = Callable[[Floats, Floats], list[tuple[str, str]]]  # (country, region) of positions in degrees
Area = tuple[str, str, str]  # country, region, and AIRPORT or '': what rates and their bounds may depend on
AIRPORT = "iata:"
KNOWN_POSITIONS = 300_000  # kept from slice to slice


@dataclass(frozen=True, slots=True)
class Ends:
    """One end of each row: degrees (those of ``otherwise`` where it is blank), the number of its area (0 where blank),
    and which rows the one-by-one path must read."""

    lat: Floats
    lon: Floats
    area: Codes
    slow: Mask


class Gazetteer:
    """Places and areas met so far, each looked up once."""

    def __init__(self, resolve: Resolve, areas_of: AreasOf | None = None):
        self._resolve, self._areas_of = resolve, areas_of
        self._places: dict[str, Place | None] = {}
        self._lock = Lock()
        self.known = KnownPairs()
        self._positions: dict[int, int] = {}  # by hundredths of a degree
        self._area_numbers: dict[Area, int] = {("blank", "", ""): 0}

    def place(self, text: str) -> Place | None:
        """The place of an id, a name, or ``LAT,LON``; None where there is none."""
        if text not in self._places:
            self._places[text] = place_of(text, self._resolve)
        return self._places[text]

    def area_number(self, place: Place) -> int:
        """The number of a place's area."""
        return self._numbered((place.country, place.region, AIRPORT if place.place_id.startswith(AIRPORT) else ""))

    def anywhere(self, numbers: Codes) -> Codes:
        """The areas' numbers where country and region do not matter."""
        areas = list(self._area_numbers)
        wide = [0, *(self._numbered(("", "", kind)) for _, _, kind in areas[1:])]
        return np.array(wide, dtype=np.int64)[numbers]

    def _numbered(self, area: Area) -> int:
        with self._lock:  # a number is given out once, whichever thread asks
            return self._area_numbers.setdefault(area, len(self._area_numbers))

    def stand_in(self, number: int) -> Place | None:
        """A place that stands for all of an area, somewhere; None for 0."""
        if number == 0:
            return None
        country, region, kind = list(self._area_numbers)[number]
        return Place(kind, {}, 0.0, float(number), country, region, kind="airport" if kind else "point")

    def areas(self, lat: Floats, lon: Floats) -> Codes:
        """The numbers of the areas in which positions (of two decimals) lie, each distinct one looked up once."""
        if len(self._positions) > KNOWN_POSITIONS:
            self._positions = {}
        known = self._positions
        key = (np.rint(lat * 100) * 100_000 + np.rint(lon * 100)).astype(np.int64)
        code, keys = pd.factorize(key)
        first = np.empty(len(keys), dtype=np.intp)
        first[code[::-1]] = np.arange(len(code) - 1, -1, -1)
        new = [place for place, each in enumerate(keys.tolist()) if each not in known]
        rows = first[new]
        for place, area in zip(new, self._looked_up(lat[rows], lon[rows]), strict=True):
            known[int(keys[place])] = area
        found = np.array([known[each] for each in keys.tolist()], dtype=np.int64)
        return np.asarray(found[code])

    def _looked_up(self, lat: Floats, lon: Floats) -> list[int]:
        if self._areas_of is not None:
            return [self._numbered((*area, "")) for area in self._areas_of(lat, lon)]
        pairs = zip(lat.tolist(), lon.tolist(), strict=True)
        found = [place_of(f"{a:.2f},{b:.2f}", self._resolve) for a, b in pairs]
        return [0 if place is None else self.area_number(place) for place in found]


def ends_of(cells: Cells, end: str, places: Gazetteer, otherwise: Place | None, anywhere: Mask) -> Ends:
    """The ends called ``from``, ``to`` or ``place``. A blank one is ``otherwise``; where ``anywhere`` holds, the area
    does not matter and is not looked up."""
    named = _named(cells, end, places, otherwise)
    if not (cells.has(f"{end}_lat") or cells.has(f"{end}_lon")):
        return _widened(named, anywhere, places)
    lat, lon = cells.numbers(f"{end}_lat"), cells.numbers(f"{end}_lon")
    given = ~(lat.blank & lon.blank)
    slow = given & (lat.blank | lon.blank | lat.wrong | lon.wrong)
    slow |= (np.abs(lat.values) > 90.0) | (np.abs(lon.values) > 180.0)
    if cells.has(end):
        slow |= given & ~cells.coded(end).mask("")
    at = given & ~slow
    south, east = np.where(at, rounded(lat.values), named.lat), np.where(at, rounded(lon.values), named.lon)
    area = np.where(at, places.area_number(Place("", {}, 0.0, 0.0, "")), named.area)
    ask = np.flatnonzero(at & ~anywhere)
    if len(ask):
        area[ask] = places.areas(south[ask], east[ask])
    return _widened(Ends(south, east, area, (named.slow & ~at) | slow), anywhere, places)


def _widened(ends: Ends, anywhere: Mask, places: Gazetteer) -> Ends:
    if not anywhere.any() or not ends.area.any():
        return ends
    wide = places.anywhere(ends.area)
    return replace(ends, area=wide if anywhere.all() else np.where(anywhere, wide, ends.area))


def _named(cells: Cells, end: str, places: Gazetteer, otherwise: Place | None) -> Ends:
    if not cells.has(end):
        south, east = (otherwise.lat, otherwise.lon) if otherwise else (0.0, 0.0)
        nothing = np.zeros(cells.size, dtype=np.int64)
        return Ends(np.full(cells.size, south), np.full(cells.size, east), nothing, cells.none)
    column = cells.coded(end)
    found = [places.place(text) if text else None for text in column.values]
    at = [otherwise if text == "" else place for text, place in zip(column.values, found, strict=True)]
    lat = np.array([place.lat if place else 0.0 for place in at])[column.codes]
    lon = np.array([place.lon if place else 0.0 for place in at])[column.codes]
    area = np.array([places.area_number(place) if place else 0 for place in found], dtype=np.int64)[column.codes]
    pairs = zip(column.values, found, strict=True)
    slow = np.array([text != "" and place is None for text, place in pairs], dtype=np.bool_)[column.codes]
    return Ends(lat, lon, area, slow)


def rounded(degrees: Floats) -> Floats:
    """Degrees to 0.01°, as ``round`` does it: where scaling cannot tell, that itself is asked."""
    result = np.empty(len(degrees))
    for start in range(0, len(degrees), BLOCK):
        given, part = degrees[start : start + BLOCK], result[start : start + BLOCK]
        scaled = given * 100.0
        np.rint(scaled, out=part)
        np.abs(np.subtract(scaled, part, out=scaled), out=scaled)
        part /= 100.0
        part += 0.0
        for row in np.flatnonzero(scaled > 0.499999):
            part[row] = round(float(given[row]), POSITION_DECIMALS) + 0.0
    return result


def stops_of(cells: Cells, places: Gazetteer) -> Ends:
    """The stops on the way, as far as rates may depend on them: the area is that of an airport where all are, of
    anywhere where not, 0 where there are none."""
    column = cells.coded("via")
    stops = [_stops(text, places) for text in column.values]
    kinds = [{AIRPORT if each.place_id.startswith(AIRPORT) else "" for each in found or ()} for found in stops]
    wide = [Place(min(kind), {}, 0.0, 0.0, "") if kind else None for kind in kinds]
    area = np.array([places.area_number(place) if place else 0 for place in wide], dtype=np.int64)[column.codes]
    slow = np.array([found is None for found in stops], dtype=np.bool_)[column.codes]
    nothing = np.zeros(1)
    return Ends(nothing, nothing, area, slow)


def geodesics(cells: Cells, start: Ends, stop: Ends, places: Gazetteer) -> Floats:
    """km one way by the row's stops; of no meaning where a stop is no place."""
    if not cells.has("via"):
        return pair_distances(start.lat, start.lon, stop.lat, stop.lon, places.known)
    column = cells.coded("via")
    stops = [_stops(text, places) for text in column.values]
    count = np.array([0 if found is None else len(found) for found in stops])[column.codes]
    total = np.zeros(cells.size)
    for legs in np.unique(count):
        rows = np.flatnonzero(count == legs)
        total[rows] = _over(rows, int(legs), column.codes, stops, start, stop, places.known)
    return total


def _over(
    rows: npt.NDArray[np.intp], legs: int, codes: Codes, stops: list[tuple[Place, ...] | None], start: Ends, stop: Ends,
    known: KnownPairs,
) -> Floats:  # fmt: skip
    """Rows with so many stops: the sum of their legs, in order."""
    points = [(start.lat[rows], start.lon[rows])]
    for leg in range(legs):
        chosen = [found[leg] if found is not None and len(found) == legs else None for found in stops]
        lat = np.array([place.lat if place else 0.0 for place in chosen])[codes[rows]]
        lon = np.array([place.lon if place else 0.0 for place in chosen])[codes[rows]]
        points.append((lat, lon))
    points.append((stop.lat[rows], stop.lon[rows]))
    each = [pair_distances(*a, *b, known) for a, b in pairwise(points)]
    return each[0] if legs == 0 else np.array([sum(row) for row in zip(*(leg.tolist() for leg in each), strict=True)])


def _stops(text: str, places: Gazetteer) -> tuple[Place, ...] | None:
    names = [part.strip() for part in text.split(";") if part.strip()]
    found = [places.place(name) for name in names]
    return None if len(names) > MAX_VIA or None in found else tuple(place for place in found if place is not None)
