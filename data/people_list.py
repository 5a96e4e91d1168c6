"""A company's list of people from a CSV or XLSX file: a column ``name``, one person a row; all in or all out."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from calculations.model import FieldError, InputError
from data.table_given import letters
from data.table_sheets import check_unpacked

MAX_PEOPLE = 5000
MAX_BYTES = 1024 * 1024
MAX_UNPACKED = 30 * 1024 * 1024
MAX_NAME = 80
SUFFIXES = (".csv", ".xlsx")


def read_people(content: bytes, file_name: str) -> list[str]:
    """The names, in their order. Raises InputError naming every row that is wrong (rows count from 2, below the head),
    or what is wrong with the file."""
    suffix = Path(file_name).suffix.lower()
    _check_file(content, suffix, file_name)
    from data.tables import read_rows  # brings pandas: only those who upload wait for it

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"people{suffix}"
        path.write_bytes(content)
        frame = read_rows(path)
    columns = {str(name).strip().casefold(): name for name in frame.columns}
    if "name" not in columns:
        raise _wrong("{field}: the file has no column “name”.", file_name)
    if not 1 <= len(frame) <= MAX_PEOPLE:
        message = "{field}: it has {count} people; give 1 to {most}."
        raise InputError([FieldError("file", file_name[:80], message, {"count": len(frame), "most": MAX_PEOPLE})])
    names = [" ".join(letters(str(value)).split()) for value in frame[columns["name"]]]
    if errors := _wrong_rows(names):
        raise InputError(errors)
    return names


def _check_file(content: bytes, suffix: str, file_name: str) -> None:
    if suffix not in SUFFIXES:
        raise _wrong("{field}: {value} is no list; give a CSV or XLSX file.", file_name)
    if len(content) > MAX_BYTES:
        raise _wrong("{field}: {value} is larger than 1 MiB.", file_name)
    if suffix == ".xlsx":
        try:
            check_unpacked(io.BytesIO(content), MAX_UNPACKED)
        except zipfile.BadZipFile:
            raise _wrong("{field}: {value} is no list; give a CSV or XLSX file.", file_name) from None
        except ValueError:
            raise _wrong("{field}: {value} is larger than 1 MiB.", file_name) from None


def _wrong(message: str, file_name: str) -> InputError:
    return InputError([FieldError("file", file_name[:80], message)])


def _wrong_rows(names: list[str]) -> list[FieldError]:
    errors: list[FieldError] = []
    first_row: dict[str, int] = {}
    for row, name in enumerate(names, start=2):
        told = {"row": row}
        if not name:
            errors.append(FieldError("name", "", "Row {row}: the name is empty.", told))
        elif len(name) > MAX_NAME:
            errors.append(
                FieldError("name", name[:MAX_NAME], "Row {row}: “{value}” is longer than 80 characters.", told)
            )
        elif name.casefold() in first_row:
            told["first"] = first_row[name.casefold()]
            message = "Row {row}: “{value}” stands in row {first} already; tell them apart."
            errors.append(FieldError("name", name, message, told))
        else:
            first_row[name.casefold()] = row
    return errors
