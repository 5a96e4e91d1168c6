"""The country and region of many positions at once: what ``index.point`` says of each, in microseconds a position."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from data.places.index import _NEAREST_CITY_KM as MOST_KM
from data.places.index import Index, load

Floats = NDArray[np.float64]
NEAR_KM = 30.0  # most positions have a town so near; only the rest is compared with all within MOST_KM
CELL_DEGREES = 0.5
KM_PER_RADIAN = 6371.0
MOST_AT_ONCE = 2_000_000  # distances held at a time


def areas_of(lat: Floats, lon: Floats) -> list[tuple[str, str]]:
    """(country, region) of the nearest town within 150 km of each position in degrees, or ('', '')."""
    index = load()
    towns, left = np.full(len(lat), -1, dtype=np.int64), np.arange(len(lat))
    for reach_km in (NEAR_KM, MOST_KM):
        towns[left] = _nearest(index, lat[left], lon[left], reach_km)
        left = left[towns[left] < 0]
    areas = {
        town: (index.a["country"][town].decode(), index.a["region"][town].decode())
        for town in np.unique(towns[towns >= 0])
    }
    return [areas.get(town, ("", "")) for town in towns.tolist()]


def _nearest(index: Index, lat: Floats, lon: Floats, reach_km: float) -> NDArray[np.int64]:
    """The number of the nearest town of each position, -1 where none is nearer than ``reach_km``."""
    found = np.full(len(lat), -1, dtype=np.int64)
    town_lat, town_lon = index.a["lat"][: index.towns], index.a["lon"][: index.towns]
    for rows, towns in _cells(town_lat, town_lon, lat, lon, reach_km):
        lats, lons = np.radians(town_lat[towns]), np.radians(town_lon[towns])
        for start in range(0, len(rows), max(1, MOST_AT_ONCE // len(towns))):
            part = rows[start : start + max(1, MOST_AT_ONCE // len(towns))]
            a, b = np.radians(lat[part])[:, None], np.radians(lon[part])[:, None]
            h = np.sin((lats - a) / 2) ** 2 + np.cos(a) * np.cos(lats) * np.sin((lons - b) / 2) ** 2
            km = 2 * KM_PER_RADIAN * np.arcsin(np.sqrt(np.minimum(h, 1.0)))
            at = np.argmin(km, axis=1)
            found[part] = np.where(km[np.arange(len(part)), at] < reach_km, towns[at], -1)
    return found


def _cells(
    town_lat: Floats, town_lon: Floats, lat: Floats, lon: Floats, reach_km: float
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """(positions of a cell, towns that may be within reach of one of them), cell by cell."""
    south, west = np.floor(lat / CELL_DEGREES), np.floor(lon / CELL_DEGREES)
    key = (south * 100_000 + west).astype(np.int64)
    order = np.argsort(key, kind="stable")
    ends = np.flatnonzero(np.diff(key[order])) + 1
    by_lat = np.argsort(town_lat, kind="stable")
    sorted_lat = town_lat[by_lat]
    reach = math.degrees(reach_km / KM_PER_RADIAN) * 1.001
    for rows in np.split(order, ends):
        if not len(rows):
            continue
        low, high = south[rows[0]] * CELL_DEGREES - reach, (south[rows[0]] + 1) * CELL_DEGREES + reach
        band = by_lat[np.searchsorted(sorted_lat, low) : np.searchsorted(sorted_lat, high, side="right")]
        middle = (west[rows[0]] + 0.5) * CELL_DEGREES
        apart = np.abs((town_lon[band] - middle + 180.0) % 360.0 - 180.0)
        towns = np.sort(band[apart <= CELL_DEGREES / 2 + _widest(reach, max(abs(low), abs(high)))])
        if len(towns):
            yield rows, towns


def _widest(reach: float, lat: float) -> float:
    """How many degrees of longitude a circle of ``reach`` degrees spans to either side, at a latitude or nearer the
    equator."""
    if lat >= 89.0:
        return 180.0
    ratio = math.sin(math.radians(reach)) / math.cos(math.radians(lat))
    return 180.0 if ratio >= 1.0 else math.degrees(math.asin(ratio))
