"""Tables that people bring (CSV, XLSX, Parquet): read as text, checked row by row, all in or all out.

An attendance table has ``lat`` and ``lon`` (or ``origin_lat`` and ``origin_lon``), or a ``place``; and may have
``attendances`` (1), ``mode`` and ``event``. An events table has ``event``, ``venue_lat`` and ``venue_lon`` (or ``lat``
and ``lon``) and whatever else its owner keeps there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from calculations.bulk import BulkTotals, calculate_frame, totals_of
from calculations.methods import Method
from calculations.model import MODES, FieldError, InputError, Place
from data.table_slices import BROKEN, read_slices

MAX_ROWS = 5_000_000
MAX_BYTES = 2 * 1024**3
MAX_ATTENDANCES = 1_000_000
SUFFIXES = (".csv", ".xlsx", ".parquet")
Resolve = Callable[[str], Place | None]
_REASON = "The file {value} cannot be read: {reason}"


@dataclass(frozen=True, slots=True)
class CalculatedFile:
    """The lines of a calculated file and their sums; ``by_event`` is empty where rows name no event."""

    frame: pd.DataFrame
    totals: BulkTotals
    by_event: dict[str, BulkTotals]
    method: Method


def read_rows(path: Path) -> pd.DataFrame:
    """A file as a table of text, names of columns stripped. Raises InputError where it cannot be read as one."""
    if path.suffix.lower() not in SUFFIXES:
        raise _unreadable(path, "The file {value} cannot be read: its name must end in .csv, .xlsx or .parquet.")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _unreadable(path, "The file {value} is larger than {limit} MiB.", limit=MAX_BYTES // 1024**2)
        frame = _read(path)
    except InputError:
        raise
    except BROKEN as error:
        raise _unreadable(path, _REASON, reason=str(error) or type(error).__name__) from error
    frame.columns = [str(column).strip().lstrip("\ufeff") for column in frame.columns]
    _check_shape(path, frame)
    return frame.reset_index(drop=True)


def _read(path: Path) -> pd.DataFrame:
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True)
    if suffix == ".xlsx":
        return pa.concat_tables(part.table for part in read_slices(path)).to_pandas()
    return pd.read_parquet(path)


def _check_shape(path: Path, frame: pd.DataFrame) -> None:
    twice = sorted({column for column in frame.columns if list(frame.columns).count(column) > 1})
    if twice:
        raise _unreadable(path, "The file {value} has the column {column} twice.", column=twice[0])
    if len(frame) == 0:
        raise _unreadable(path, "The file {value} has no rows.")
    if len(frame) > MAX_ROWS:
        message = "The file {value} has {count} rows; at most {limit} are read."
        raise _unreadable(path, message, count=len(frame), limit=MAX_ROWS)


def _unreadable(path: Path, message: str, **params: Any) -> InputError:
    return InputError([FieldError("file", path.name, message, {"value": path.name, **params})])


def read_attendance(path: Path, events: Path | None = None, resolve: Resolve | None = None) -> pd.DataFrame:
    """The rows of an attendance file with numbers as numbers: lat, lon, attendances, mode and event, venue_lat and
    venue_lon where an events file joins them, and every other column as it was. Raises InputError listing every bad
    row; the row numbers are those a spreadsheet shows."""
    frame = read_rows(path)
    errors: list[FieldError] = []
    frame = _with_origins(frame, resolve, errors)
    frame["attendances"] = _numbers(frame, "attendances", 0, MAX_ATTENDANCES, errors, whole=True)
    _check_modes(frame, errors)
    for column, limit in (("venue_lat", 90.0), ("venue_lon", 180.0)):
        if column in frame:
            frame[column] = _numbers(frame, column, -limit, limit, errors)
    if events is not None and not errors:
        frame = _joined(frame, read_events(events), errors)
    if errors:
        raise InputError(errors)
    return frame


def read_events(path: Path) -> pd.DataFrame:
    """The rows of an events file: ``event`` (unique), venue_lat, venue_lon, and every other column as text."""
    frame = read_rows(path)
    errors: list[FieldError] = []
    if "event" not in frame:
        raise _unreadable(path, "The file {value} has no column {column}.", column="event")
    if "venue_lat" not in frame and {"lat", "lon"} <= set(frame.columns):
        frame = frame.rename(columns={"lat": "venue_lat", "lon": "venue_lon"})
    for column, limit in (("venue_lat", 90.0), ("venue_lon", 180.0)):
        if column not in frame:
            raise _unreadable(path, "The file {value} has no column {column}.", column=column)
        frame[column] = _numbers(frame, column, -limit, limit, errors)
    for row in np.flatnonzero(frame["event"].duplicated()):
        errors.append(_bad(row, "event", frame["event"][row], "Row {row}: the event {value} stands here twice."))
    for row in np.flatnonzero(frame["event"] == ""):
        errors.append(_bad(row, "event", "", "Row {row}: the event has no name."))
    if errors:
        raise InputError(errors)
    return frame


def _with_origins(frame: pd.DataFrame, resolve: Resolve | None, errors: list[FieldError]) -> pd.DataFrame:
    if {"origin_lat", "origin_lon"} <= set(frame.columns):
        frame = frame.drop(columns=[name for name in ("lat", "lon") if name in frame])
        frame = frame.rename(columns={"origin_lat": "lat", "origin_lon": "lon"})
    elif "place" in frame and "lat" not in frame and resolve is not None:
        frame = _from_places(frame, resolve, errors)
    if not {"lat", "lon"} <= set(frame.columns):
        message = "The table needs the columns lat and lon (or origin_lat and origin_lon); it has {columns}."
        columns = ", ".join(frame.columns)
        raise InputError([*errors, FieldError("columns", columns, message, {"columns": columns})])
    frame["lat"] = _numbers(frame, "lat", -90.0, 90.0, errors)
    frame["lon"] = _numbers(frame, "lon", -180.0, 180.0, errors)
    return frame


def _from_places(frame: pd.DataFrame, resolve: Resolve, errors: list[FieldError]) -> pd.DataFrame:
    names = frame["place"].astype(str)
    found = {name: resolve(name) for name in names.unique()}
    for row in np.flatnonzero(names.map(lambda name: found[name] is None)):
        errors.append(_bad(row, "place", names[row], "Row {row}: no place is called {value}."))
    known = {name: place for name, place in found.items() if place is not None}
    return frame.assign(
        lat=names.map(lambda name: known[name].lat if name in known else 0.0),
        lon=names.map(lambda name: known[name].lon if name in known else 0.0),
    )


def _numbers(
    frame: pd.DataFrame, column: str, low: float, high: float, errors: list[FieldError], whole: bool = False
) -> pd.Series[Any]:
    """A column as numbers within bounds; every row that is none is listed. A missing whole number is 1."""
    if column not in frame and whole:
        return pd.Series(np.ones(len(frame), dtype=np.int64))
    given = frame[column]
    if whole:
        given = given.where(given.astype(str).str.strip() != "", "1")
    values = pd.to_numeric(given, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    good = (values >= low) & (values <= high)
    if whole:
        good &= values == np.floor(values)
    message = (
        "Row {row}: {column} must be a whole number from {low} to {high}; it is {value}."
        if whole
        else "Row {row}: {column} must be a number from {low} to {high}; it is {value}."
    )
    for row in np.flatnonzero(~good):
        errors.append(_bad(row, column, given.iloc[row], message, low=low, high=high))
    safe = np.where(good, values, low)
    return pd.Series(safe.astype(np.int64) if whole else safe)


def _check_modes(frame: pd.DataFrame, errors: list[FieldError]) -> None:
    if "mode" not in frame:
        return
    modes = frame["mode"].astype(str).str.strip()
    frame["mode"] = modes
    for row in np.flatnonzero(~modes.isin(("", *MODES))):
        message = "Row {row}: {column} must be one of {known}; it is {value}."
        errors.append(_bad(row, "mode", modes.iloc[row], message, known=", ".join(MODES)))


def _joined(frame: pd.DataFrame, events: pd.DataFrame, errors: list[FieldError]) -> pd.DataFrame:
    if "event" not in frame:
        message = "The attendance file has no column event; the events file needs one to join."
        errors.append(FieldError("columns", None, message))
        return frame
    venue = events.set_index("event")[["venue_lat", "venue_lon"]]
    for row in np.flatnonzero(~frame["event"].isin(venue.index)):
        message = "Row {row}: the event {value} is not in the events file."
        errors.append(_bad(row, "event", frame["event"].iloc[row], message))
    if errors:
        return frame
    place = venue.index.get_indexer(frame["event"])
    return frame.assign(venue_lat=venue["venue_lat"].to_numpy()[place], venue_lon=venue["venue_lon"].to_numpy()[place])


def _bad(row: int | np.integer[Any], column: str, value: Any, message: str, **params: Any) -> FieldError:
    shown = str(value)[:100]
    number = int(row) + 2  # the header is row 1
    return FieldError(f"row {number}.{column}", shown, message,
                      {"row": number, "column": column, "value": shown, **params})  # fmt: skip


def calculate_file(
    path: Path, method: Method, to: tuple[float, float] | None = None, events: Path | None = None,
    resolve: Resolve | None = None,
) -> CalculatedFile:  # fmt: skip
    """A file of origins through a method: lines in grams and totals. Raises InputError."""
    frame = calculate_frame(read_attendance(path, events, resolve), method, to)
    by_event = {}
    if "event" in frame:
        by_event = {str(name): totals_of(rows) for name, rows in frame.groupby("event", sort=True, dropna=False)}
    return CalculatedFile(frame=frame, totals=totals_of(frame), by_event=by_event, method=method)


def write_rows(frame: pd.DataFrame, path: Path) -> None:
    """A table to a file, in the form its name ends in. Raises InputError for another ending."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        frame.to_csv(path, index=False, encoding="utf-8")
    elif suffix == ".xlsx":
        frame.to_excel(path, index=False, engine="openpyxl")
    elif suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        message = "The file {value} cannot be written: its name must end in .csv, .xlsx or .parquet."
        raise InputError([FieldError("out", path.name, message, {"value": path.name})])


def parse_point(text: str) -> tuple[float, float]:
    """ "LAT,LON" in degrees. Raises InputError."""
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        lat, lon = float("nan"), float("nan")
    if -90 <= lat <= 90 and -180 <= lon <= 180:
        return lat, lon
    message = "{value} is no point; write latitude and longitude in degrees, such as 30.66,104.06."
    raise InputError([FieldError("to", text, message, {"value": text})])
