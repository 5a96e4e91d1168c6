"""Tables written a slice at a time, all or nothing: a file takes its name once all of it is there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from openpyxl import Workbook

from calculations.model import FieldError, InputError

XLSX_MOST_ROWS = 1_048_575  # and the header
SUFFIXES = (".csv", ".xlsx", ".parquet")


class Output:
    """A file that is being written, in the form its name ends in; it appears when the block ends without an error.
    Raises InputError for another ending, a folder that is not there, or too many rows for a sheet."""

    def __init__(self, path: Path, option: str = "out"):
        self.path, self.option = path, option
        self._writer: Any = None
        self._rows = 0
        if path.suffix.lower() not in SUFFIXES:
            message = "The file {value} cannot be written: its name must end in .csv, .xlsx or .parquet."
            raise self._wrong(message)
        if not path.absolute().parent.is_dir():
            raise self._wrong("The file {value} cannot be written: its folder is not there.")

    def __enter__(self) -> Self:
        handle, name = tempfile.mkstemp(suffix=self.path.suffix.lower(), dir=self.path.absolute().parent)
        os.close(handle)
        self._part = Path(name)
        return self

    def write(self, table: pa.Table) -> None:
        """Append rows; every call has the same columns."""
        self._rows += table.num_rows
        suffix = self.path.suffix.lower()
        if suffix == ".xlsx":
            self._write_sheet(table)
            return
        if suffix == ".csv":
            table = _decoded(table)
        if self._writer is None:
            made = pa.csv.CSVWriter if suffix == ".csv" else pa.parquet.ParquetWriter
            self._writer = made(self._part, table.schema)
        self._writer.write_table(table)

    def _write_sheet(self, table: pa.Table) -> None:
        if self._rows > XLSX_MOST_ROWS:
            message = "The file {value} cannot be written: a sheet holds {limit} rows; name it .csv or .parquet."
            raise self._wrong(message, limit=f"{XLSX_MOST_ROWS:,}")
        if self._writer is None:
            self._writer = Workbook(write_only=True)
            self._sheet = self._writer.create_sheet()
            self._sheet.append(table.column_names)
        for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
            self._sheet.append(row)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._writer is not None and self.path.suffix.lower() == ".xlsx":
                if kind is None:
                    self._writer.save(self._part)
            elif self._writer is not None:
                self._writer.close()
            if kind is None and self._writer is not None:
                self._part.chmod(0o644)
                self._part.replace(self.path)
        finally:
            self._part.unlink(missing_ok=True)

    def _wrong(self, message: str, **params: Any) -> InputError:
        return InputError([FieldError(self.option, self.path.name, message, {"value": self.path.name, **params})])


def _decoded(table: pa.Table) -> pa.Table:
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(field.type.value_type))
    return table
