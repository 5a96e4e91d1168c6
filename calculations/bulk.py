"""A method over a whole table: trips by the million, the distance of each distinct pair of points computed once.

Grams are rounded half up, once per row (``attendances`` × kilograms of one person's trip); ``emission_kg`` is the same
before that rounding, so that totals can be compared with studies. Work is done in slices: memory stays bounded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from calculations.distance import geodesic_km_many
from calculations.methods import Method, method_mass
from calculations.model import FieldError, InputError

Floats = npt.NDArray[np.float64]
Grams = npt.NDArray[np.int64]
SLICE_ROWS = 262_144
SAMPLE_ROWS = 4_096
SHARED_BELOW = 0.8  # with fewer distinct pairs than this in a sample, looking for equal pairs pays
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
    for start in range(0, len(frame), SLICE_ROWS):
        part = slice(start, start + SLICE_ROWS)
        distance[part] = pair_distances(lat[part], lon[part], venue_lat[part], venue_lon[part])
        each = method_mass(method, distance[part])
        mass[part] = each.total_kg * people[part]
        total[part] = _half_up_g(mass[part])
        non_co2[part] = total[part] - _half_up_g(mass[part] - each.non_co2_kg * people[part])
    return frame.assign(distance_km=distance, emission_kg=mass, total_g=total, non_co2_g=non_co2)


def totals_of(frame: pd.DataFrame) -> BulkTotals:
    """The sums of a table that ``calculate_frame`` made."""
    people = int(frame["attendances"].sum()) if "attendances" in frame else len(frame)
    return BulkTotals(
        row_count=len(frame), attendance_count=people, total_g=int(frame["total_g"].sum()),
        non_co2_g=int(frame["non_co2_g"].sum()), total_kg=float(frame["emission_kg"].sum()),
    )  # fmt: skip


def pair_distances(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> Floats:
    """One-way geodesics in km of rows of coordinates in degrees; equal pairs are computed once."""
    if not _worth_sharing(lat1, lon1, lat2, lon2):
        return geodesic_km_many(lat1, lon1, lat2, lon2)
    code, first = _distinct(lat1, lon1, lat2, lon2)
    columns = (lat1, lon1, lat2, lon2)
    if not all(np.array_equal(column[first[code]], column) for column in columns):  # two pairs met in one hash
        return geodesic_km_many(*columns)
    return geodesic_km_many(*(column[first] for column in columns))[code]


def _worth_sharing(*columns: Floats) -> bool:
    rows = len(columns[0])
    picked = slice(None, None, max(1, rows // SAMPLE_ROWS))
    sample = _mixed(*(column[picked] for column in columns))
    return rows > 1 and len(np.unique(sample)) < SHARED_BELOW * len(sample)


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
