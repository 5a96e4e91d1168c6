"""Workbooks that anybody may hand in: what they unpack to is bounded before, and their rows while they are read."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MOST_ROWS = 1_048_576  # of any sheet
BROKEN = (  # what readers raise for a file that is no workbook, whatever its name says
    OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, SyntaxError, EOFError,
    RuntimeError, zlib.error, zipfile.BadZipFile, InvalidFileException,
)  # fmt: skip


def check_unpacked(source: Path | IO[bytes], most_bytes: int) -> None:
    """Raises ValueError for what unpacks to more, BadZipFile for what is not packed."""
    with zipfile.ZipFile(source) as packed:
        if sum(part.file_size for part in packed.infolist()) > most_bytes:
            raise ValueError("it unpacks to far more than it is")


def sheet_rows(source: Path | IO[bytes], most_columns: int | None = None) -> Iterator[tuple[Any, ...]]:
    """The rows of a workbook's first sheet as `rows_of`. Raises what BROKEN names."""
    book = load_workbook(source, read_only=True, data_only=True, keep_links=False)
    try:
        yield from rows_of(book.worksheets[0], most_columns)
    finally:
        book.close()


def rows_of(sheet: Any, most_columns: int | None = None) -> Iterator[tuple[Any, ...]]:
    """The rows of a sheet that is only read, () for one without a cell. Raises ValueError for more rows than there can
    be: a sheet that names its rows may tell of any number of them in a few bytes."""
    for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=most_columns), 1):
        if number > MOST_ROWS:
            raise ValueError(f"it tells of more than {MOST_ROWS} rows")
        yield row if row.count(None) < len(row) else ()
