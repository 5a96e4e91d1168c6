"""A company's list of people from a CSV or XLSX file: a column ``name`` (or first and last name), one person a row; all
in or all out."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from calculations.model import FieldError, InputError
from data.table_forms import plain
from data.table_given import letters
from data.table_guess import decoded, delimiter
from data.table_sheets import check_unpacked

MAX_PEOPLE = 5000
MAX_BYTES = 1024 * 1024
MAX_UNPACKED = 30 * 1024 * 1024
MAX_NAME = 80
SUFFIXES = (".csv", ".xlsx")
COLUMNS = (
    ("name",), ("fullname",), ("attendeename",), ("姓名",), ("名字",),
    ("firstname", "lastname"), ("givenname", "familyname"), ("vorname", "nachname"),
)  # fmt: skip
Rows = list[tuple[int, Sequence[str]]]


def read_people(content: bytes, file_name: str) -> list[str]:
    """The names, in their order. Raises InputError naming every row that is wrong (rows count from 2, below the head),
    or what is wrong with the file."""
    suffix = Path(file_name).suffix.lower()
    _check_file(content, suffix, file_name)
    head, rows = _csv(content, file_name) if suffix == ".csv" else _workbook(content)
    there = [plain(name) for name in head]
    found = next((each for each in COLUMNS if all(name in there for name in each)), None)
    if found is None:
        raise _wrong("{field}: the file has no column “name”.", file_name)
    rows = [(number, row) for number, row in rows if any(cell.strip() for cell in row)]
    if not 1 <= len(rows) <= MAX_PEOPLE:
        message = "{field}: it has {count} people; give 1 to {most}."
        raise InputError([FieldError("file", file_name[:80], message, {"count": len(rows), "most": MAX_PEOPLE})])
    places = [there.index(name) for name in found]
    names = [(number, _name(row[place] for place in places if place < len(row))) for number, row in rows]
    if errors := _wrong_rows(names):
        raise InputError(errors)
    return [name for _, name in names]


def _name(parts: Iterable[str]) -> str:
    return " ".join(letters(" ".join(parts)).split())


def _csv(content: bytes, file_name: str) -> tuple[list[str], Rows]:
    """The head and the rows of a text, as spreadsheets of any country save it."""
    try:
        text, _ = decoded(content.replace(b"\x00", b"") if content[:2] not in (b"\xff\xfe", b"\xfe\xff") else content)
    except ValueError:
        raise _wrong("{field}: {value} is no list; give a CSV or XLSX file.", file_name) from None
    csv.field_size_limit(MAX_BYTES)
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text)))
    return lines[0] if lines else [], list(enumerate(lines[1:], 2))


def _workbook(content: bytes) -> tuple[list[str], Rows]:
    from data.tables import read_rows  # brings pandas: only those who upload wait for it

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.xlsx"
        path.write_bytes(content)
        frame = read_rows(path)
    rows = frame.astype(str).itertuples(index=False, name=None)
    return [str(name) for name in frame.columns], list(enumerate(rows, 2))


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


def _wrong_rows(names: list[tuple[int, str]]) -> list[FieldError]:
    errors: list[FieldError] = []
    first_row: dict[str, int] = {}
    for row, name in names:
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
