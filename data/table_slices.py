"""Tables that people bring, a slice at a time, so that memory stays bounded: CSV, XLSX and Parquet.

CSV is UTF-8, its columns parted by commas (or by semicolons or tabs, where the header has no comma). Cells of CSV and
XLSX are text; those of Parquet keep their types.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from calculations.bulk_rows import cell_text
from calculations.model import FieldError, InputError
from data import table_sheets
from data.table_sheets import check_unpacked, sheet_rows

MAX_ROWS = 5_000_000
MAX_BYTES = 2 * 1024**3
MAX_COLUMNS = 500
SLICE_ROWS = 131_072
CSV_BLOCK_BYTES = 12 * 1024**2
XLSX_ROWS = 16_384  # read in Python, so in smaller slices
HEADER_BYTES = 1024**2
SUFFIXES = (".csv", ".xlsx", ".parquet")
BROKEN = (*table_sheets.BROKEN, csv.Error, pa.ArrowException)  # for a file that is not what its name says
REASON = "The file {value} cannot be read: {reason}"


@dataclass(frozen=True, slots=True)
class Slice:
    """Some rows of a file; ``first_row`` is the number of the first as a spreadsheet shows it (the header is row 1)."""

    first_row: int
    table: pa.Table


def unreadable(path: Path, message: str, **params: Any) -> InputError:
    """What is wrong with a file as a whole."""
    return InputError([FieldError("file", path.name, message, {"value": path.name, **params})])


def read_slices(path: Path) -> Iterator[Slice]:
    """The rows of a file, slice by slice. Raises InputError where it is no table, or too large a one."""
    if path.suffix.lower() not in SUFFIXES:
        raise unreadable(path, "The file {value} cannot be read: its name must end in .csv, .xlsx or .parquet.")
    first_row = 2
    try:
        if path.stat().st_size > MAX_BYTES:
            raise unreadable(path, "The file {value} is larger than {limit} MiB.", limit=MAX_BYTES // 1024**2)
        for table in _tables(path):
            named = table.rename_columns(_names(path, table.column_names))
            if named.num_rows:
                yield Slice(first_row, named)
            first_row += named.num_rows
            if first_row - 2 > MAX_ROWS:
                message = "The file {value} has more than {limit} rows; split it."
                raise unreadable(path, message, limit=MAX_ROWS)
    except BROKEN as error:
        raise unreadable(path, REASON, reason=str(error) or type(error).__name__) from error
    if first_row == 2:
        raise unreadable(path, "The file {value} has no rows.")


def column_names(path: Path) -> list[str]:
    """The columns of a file. Raises InputError."""
    return list(next(iter(read_slices(path))).table.column_names)


def _tables(path: Path) -> Iterator[pa.Table]:
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _csv(path)
    return _xlsx(path) if suffix == ".xlsx" else _parquet(path)


def _names(path: Path, columns: list[str]) -> list[str]:
    names = [str(column).strip().lstrip("\ufeff") for column in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise unreadable(path, "The file {value} has the column {column} twice.", column=twice[0])
    if len(names) > MAX_COLUMNS:
        raise unreadable(path, "The file {value} has more than {limit} columns.", limit=MAX_COLUMNS)
    return names


def _csv(path: Path) -> Iterator[pa.Table]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        header = lines.readline(HEADER_BYTES)
        delimiter = next((mark for mark in (",", ";", "\t") if mark in header), ",")
        lines.seek(0)
        names = next(csv.reader(lines, delimiter=delimiter), [])
    _names(path, names)
    reader = pa.csv.open_csv(
        path,
        read_options=pa.csv.ReadOptions(block_size=CSV_BLOCK_BYTES, column_names=names, skip_rows=1, use_threads=False),
        parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, quoted_strings_can_be_null=False
        ),
    )
    return (pa.Table.from_batches([batch]) for batch in reader)


def _xlsx(path: Path) -> Iterator[pa.Table]:
    check_unpacked(path, MAX_BYTES)
    rows = sheet_rows(path)
    names = [cell_text(value) for value in next(rows, ())]
    while names and not names[-1]:
        names.pop()
    held: list[list[str]] = []
    blank = 0  # rows without a cell at the end of a sheet are none
    for row in rows:
        cells = [cell_text(value) for value in row[: len(names)]]
        if not any(cells):
            blank += 1
            continue
        held += [[""] * len(names)] * blank + [cells + [""] * (len(names) - len(cells))]
        blank = 0
        if len(held) >= XLSX_ROWS:
            yield _texts(names, held)
            held = []
    if held:
        yield _texts(names, held)


def _texts(names: list[str], rows: list[list[str]]) -> pa.Table:
    columns = zip(*rows, strict=True)
    return pa.Table.from_arrays([pa.array(column, pa.string()) for column in columns], names=names)


def _parquet(path: Path) -> Iterator[pa.Table]:
    with pa.parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=SLICE_ROWS):
            yield pa.Table.from_batches([batch])
