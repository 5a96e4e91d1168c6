"""A method over a whole table: trips by the million, the distance of each distinct pair of points computed once.

Grams are rounded half up, once per row (``attendances`` × kilograms of one person's trip); ``emission_kg`` is the same
before that rounding, so that totals can be compared with studies. Work is done in slices, on several threads: memory
stays bounded.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from calculations.distance import geodesic_km_many
from calculations.methods import Method, method_mass
from calculations.model import FieldError, InputError

Floats = npt.NDArray[np.float64]
Grams = npt.NDArray[np.int64]
SLICE_ROWS = 131_072
LEAST_ROWS = 16_384
KNOWN_PAIRS = 200_000
MAX_THREADS = 4
SAMPLE_RUNS, RUN_ROWS = 64, 64  # rows next to each other, so that sorted tables show their equal pairs too
ORIGIN_COLUMNS = (("origin_lat", "origin_lon"), ("lat", "lon"))


@dataclass(frozen=True, slots=True)
class BulkTotals:
    """What a calculated table adds up to."""

    row_count: int
    attendance_count: int
    total_g: int
    non_co2_g: int
    total_kg: float  # before rounding to grams


def calculate_frame(frame: pd.DataFrame, method: Method, to: tuple[float, float] | None = None) -> pd.DataFrame:
    """Adds ``distance_km`` (one way), ``emission_kg`` (unrounded), ``total_g`` and ``non_co2_g`` (integers) to a table
    of origins (``lat``/``lon`` or ``origin_lat``/``origin_lon``) and ``attendances`` (1 where absent). Each row goes to
    its ``venue_lat``/``venue_lon``, or all go to ``to`` (lat, lon). Rows keep their order. Raises InputError for a
    table without those columns, or a ``mode`` that the method does not count."""
    _check_modes(frame, method)
    lat, lon = _origins(frame)
    venue_lat, venue_lon = _venues(frame, to)
    people = _column(frame, "attendances") if "attendances" in frame else np.ones(len(frame))
    distance, mass = np.empty(len(frame)), np.empty(len(frame))
    total, non_co2 = np.empty(len(frame), dtype=np.int64), np.empty(len(frame), dtype=np.int64)
    known = KnownPairs()

    def work(part: slice) -> None:
        distance[part] = pair_distances(lat[part], lon[part], venue_lat[part], venue_lon[part], known)
        each = method_mass(method, distance[part])
        mass[part] = each.total_kg * people[part]
        total[part] = _half_up_g(mass[part])
        non_co2[part] = total[part] - _half_up_g(mass[part] - each.non_co2_kg * people[part])

    with slice_pool() as pool:
        list(pool.map(work, slices(len(frame))))
    return frame.assign(distance_km=distance, emission_kg=mass, total_g=total, non_co2_g=non_co2)


def slices(rows: int) -> list[slice]:
    """The rows of a table in slices: one for each core where it is short, of SLICE_ROWS at most."""
    each = min(SLICE_ROWS, max(LEAST_ROWS, -(-rows // _threads())))
    return [slice(start, min(start + each, rows)) for start in range(0, rows, each)]


def slice_pool() -> ThreadPoolExecutor:
    """Threads for slices, as many as there are cores, four at most: numpy and pyproj let each other run."""
    return ThreadPoolExecutor(_threads())


def _threads() -> int:
    return max(1, min(MAX_THREADS, os.cpu_count() or 1))


def totals_of(frame: pd.DataFrame) -> BulkTotals:
    """The sums of a table that ``calculate_frame`` made."""
    people = int(frame["attendances"].sum()) if "attendances" in frame else len(frame)
    return BulkTotals(
        row_count=len(frame), attendance_count=people, total_g=int(frame["total_g"].sum()),
        non_co2_g=int(frame["non_co2_g"].sum()), total_kg=float(frame["emission_kg"].sum()),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    """Pairs in the order of their hashes, and how far apart they are."""

    hashes: npt.NDArray[np.uint64]
    columns: tuple[Floats, ...]
    km: Floats


class KnownPairs:
    """Distances of pairs met in earlier slices, at most ``KNOWN_PAIRS``. Threads may share one: what two of them find
    at once is kept of one, and computed again where it is asked for."""

    def __init__(self) -> None:
        nothing = np.zeros(0)
        self._known = _Known(np.zeros(0, np.uint64), (nothing, nothing, nothing, nothing), nothing)

    def distances(self, columns: tuple[Floats, ...]) -> Floats:
        """One-way geodesics in km of distinct pairs."""
        known, hashes = self._known, _mixed(*columns)
        at = np.minimum(np.searchsorted(known.hashes, hashes), max(0, len(known.hashes) - 1))
        if not len(known.hashes):
            hit = np.zeros(len(hashes), dtype=np.bool_)
        else:
            pairs = zip(known.columns, columns, strict=True)
            hit = np.logical_and.reduce([known.hashes[at] == hashes, *(old[at] == new for old, new in pairs)])
        km = np.empty(len(hashes))
        km[hit] = known.km[at[hit]]
        new = tuple(column[~hit] for column in columns)
        km[~hit] = geodesic_km_many(*new)
        if len(known.hashes) + len(new[0]) <= KNOWN_PAIRS:
            self._keep(known, hashes[~hit], new, km[~hit])
        return km

    def _keep(self, known: _Known, hashes: npt.NDArray[np.uint64], columns: tuple[Floats, ...], km: Floats) -> None:
        order = np.argsort(joined := np.concatenate([known.hashes, hashes]), kind="stable")
        pairs = zip(known.columns, columns, strict=True)
        both = tuple(np.concatenate([old, new])[order] for old, new in pairs)
        self._known = _Known(joined[order], both, np.concatenate([known.km, km])[order])


def pair_distances(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats, known: KnownPairs | None = None) -> Floats:
    """One-way geodesics in km of rows of coordinates in degrees; equal pairs are computed once, those that ``known``
    has met not again."""
    columns = (lat1, lon1, lat2, lon2)
    if not _worth_sharing(*columns):
        return geodesic_km_many(*columns)
    code, first = _distinct(*columns)
    if not all(np.array_equal(column[first[code]], column) for column in columns):  # two pairs met in one hash
        return geodesic_km_many(*columns)
    return (known or KnownPairs()).distances(tuple(column[first] for column in columns))[code]


def _worth_sharing(*columns: Floats) -> bool:
    """Whether looking for equal pairs pays. s rows drawn from d equally frequent pairs meet about s² ÷ 2d times: so
    often with d = 2 × rows, where one row in five is saved."""
    rows = len(columns[0])
    picked = np.arange(rows)
    if rows > SAMPLE_RUNS * RUN_ROWS:
        starts = np.linspace(0, rows - RUN_ROWS, SAMPLE_RUNS).astype(np.intp)
        picked = np.unique(starts[:, None] + np.arange(RUN_ROWS))
    sample = _mixed(*(column[picked] for column in columns))
    met = len(sample) - len(np.unique(sample))
    return met > len(sample) ** 2 / (4 * rows)


def _distinct(*columns: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """(code of each row, first row of each code)."""
    code, keys = pd.factorize(_mixed(*columns))
    first = np.empty(len(keys), dtype=np.intp)
    first[code[::-1]] = np.arange(len(code) - 1, -1, -1)
    return code, first


def _mixed(*columns: Floats) -> npt.NDArray[np.uint64]:
    """A 64-bit hash per row (multiply, rotate and add over the bits of its numbers)."""
    mixed = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        bits = np.ascontiguousarray(column).view(np.uint64)
        mixed ^= bits * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
        mixed *= np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(32)
    return mixed


def _half_up_g(mass_kg: Floats) -> Grams:
    return np.floor(mass_kg * 1000.0 + 0.5).astype(np.int64)


def _column(frame: pd.DataFrame, name: str) -> Floats:
    return np.asarray(frame[name].to_numpy(dtype=np.float64))


def _origins(frame: pd.DataFrame) -> tuple[Floats, Floats]:
    for lat, lon in ORIGIN_COLUMNS:
        if lat in frame and lon in frame:
            return _column(frame, lat), _column(frame, lon)
    message = "The table needs the columns lat and lon (or origin_lat and origin_lon); it has {columns}."
    raise InputError([FieldError("columns", list(frame.columns), message, {"columns": ", ".join(frame.columns)})])


def _venues(frame: pd.DataFrame, to: tuple[float, float] | None) -> tuple[Floats, Floats]:
    if "venue_lat" in frame and "venue_lon" in frame:
        return _column(frame, "venue_lat"), _column(frame, "venue_lon")
    if to is None:
        message = "Say where the rows go: an events file, columns venue_lat and venue_lon, or --to LAT,LON."
        raise InputError([FieldError("to", None, message)])
    return np.full(len(frame), to[0]), np.full(len(frame), to[1])


def _check_modes(frame: pd.DataFrame, method: Method) -> None:
    if "mode" not in frame:
        return
    modes = frame["mode"].astype(str)
    wrong = modes[(modes != "") & (modes != method.mode)]
    if wrong.empty:
        return
    message = "Row {row}: the method {method} counts {known}, not {value}."
    raise InputError([
        FieldError(f"row {row}.mode", mode, message,
                   {"row": row, "method": method.method_id, "known": method.mode, "value": mode})
        for row, mode in zip(_row_numbers(frame, wrong), wrong, strict=True)
    ])  # fmt: skip


def _row_numbers(frame: pd.DataFrame, wrong: pd.Series) -> list[int]:
    """Numbers as a spreadsheet shows them: the header is row 1."""
    place = np.flatnonzero(frame.index.isin(wrong.index))
    return [int(number) + 2 for number in place]
