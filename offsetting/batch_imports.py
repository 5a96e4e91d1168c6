"""Batches by serial range from a file (CSV or XLSX): all in or all out, looked at first, never twice, never changed.

Columns: ``project`` (its id), ``vintage`` (a year), ``registry``, ``serial_from``, ``serial_to``, ``count`` and, if one
likes, ``document``. The same file brings nothing a second time; serial numbers that are known are refused.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from accounts import Actor, record, require
from calculations.model import FieldError, InputError
from calculations.serials import parse_serial
from data import evidence as files
from data.store import inventory as rows
from data.store.engine import get_store, run_write
from data.table_sheets import BROKEN, check_unpacked, sheet_rows
from offsetting import stock

NEEDED = ("project", "vintage", "registry", "serial_from", "serial_to", "count")
COLUMNS = (*NEEDED, "document")
MOST_ROWS = 10_000
MOST_BYTES, MOST_UNPACKED = 5_000_000, 100_000_000
MOST_CREDITS = 10**9
_YEAR = re.compile(r"(19|20)\d\d")


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A row of the file as a batch; ``row_no`` counts as a spreadsheet does, the header being 1."""

    row_no: int
    batch_id: str
    project_id: str
    vintage: str
    registry: str
    serial_from: str
    serial_to: str
    credit_count: int
    document: str
    serial_prefix: str
    serial_first: int
    serial_digits: int


@dataclass(frozen=True, slots=True)
class BatchPreview:
    """What a file would bring: its batches, or all that is wrong with it. ``known``: it was brought in before."""

    sha256: str
    name: str
    batches: tuple[BatchRow, ...]
    errors: tuple[FieldError, ...]
    known: bool

    @property
    def credit_count(self) -> int:
        """All its credits."""
        return sum(batch.credit_count for batch in self.batches)


@dataclass(frozen=True, slots=True)
class BatchImport:
    """What a file has brought. ``already``: nothing new, as the very file was brought in before."""

    sha256: str
    batch_ids: tuple[str, ...]
    credit_count: int
    already: bool


def preview_batches(actor: Actor, content: bytes, name: str) -> BatchPreview:
    """What a file would bring; stores nothing. Needs credits.manage. Raises InputError where it is no table."""
    require(actor, "credits.manage")
    table = _table(content, name)
    with get_store().read() as conn:
        return _preview(conn, table, content, name)


def import_batches(actor: Actor, content: bytes, name: str, now: datetime | None = None) -> BatchImport:
    """Brings a file's batches in, all of them or none; the file itself is kept as evidence. Needs credits.manage.
    Raises InputError with every row that does not fit."""
    require(actor, "credits.manage")
    at, table = now or datetime.now(UTC), _table(content, name)

    def work(conn: Connection) -> BatchImport:
        rows.lock_batches(conn)
        found = _preview(conn, table, content, name)
        if found.known:
            known = rows.imported(conn, found.sha256)
            assert known is not None
            return BatchImport(found.sha256, tuple(known["batch_ids"]), int(known["credit_count"]), already=True)
        if found.errors:
            raise InputError(list(found.errors))
        files.keep(content)
        for batch in found.batches:
            stock.put_batch(conn, _values(conn, batch, found.sha256), at)
        ids = [batch.batch_id for batch in found.batches]
        rows.add_import(conn, {
            "sha256": found.sha256, "name": found.name, "batch_ids": ids, "credit_count": found.credit_count,
            "actor": actor.label, "at": at,
        })  # fmt: skip
        told = {"file": found.name, "batches": len(ids), "credits": found.credit_count}
        record(conn, "", actor, "batches.import", found.sha256, told)
        return BatchImport(found.sha256, tuple(ids), found.credit_count, already=False)

    return run_write(get_store(), work)


def past_imports() -> list[Mapping[Any, Any]]:
    """Files that were brought in, newest first. The caller asks for credits.view."""
    with get_store().read() as conn:
        return list(rows.imports(conn))


def _preview(conn: Connection, table: Sequence[Mapping[str, str]], content: bytes, name: str) -> BatchPreview:
    sha256 = hashlib.sha256(content).hexdigest()
    if rows.imported(conn, sha256) is not None:
        return BatchPreview(sha256, name[:200], (), (), known=True)
    projects = {row["project_id"]: row for row in rows.projects(conn)}
    batches: list[BatchRow] = []
    errors: list[FieldError] = []
    taken: dict[str, list[Mapping[str, Any]]] = {}
    for row_no, cells in enumerate(table, start=2):
        wrong, batch = _row(row_no, cells, projects)
        if batch is not None:
            clash = _clash(conn, batch, taken)
            wrong += clash
            batches.append(batch)
        errors += wrong
    return BatchPreview(sha256, name[:200], tuple(batches), tuple(errors), known=False)


def _clash(conn: Connection, batch: BatchRow, taken: dict[str, list[Mapping[str, Any]]]) -> list[FieldError]:
    """Serial numbers that another batch of the registry has, known or of this file."""
    key = batch.registry.lower()
    others = taken.setdefault(key, [dict(row) for row in rows.of_registry(conn, batch.registry)])
    values = _cut(batch)
    found = stock.clash_of(values, others)
    named = {other["batch_id"]: other.get("row_no") for other in others}
    others.append(values)
    if found is None:
        return []
    if named[found[0]]:
        message = "{field}: {value} has serial numbers {serials} of row {other}; each may be in one row alone."
        told = {"serials": found[1], "other": named[found[0]]}
    else:
        message = "{field}: {value} has serial numbers {serials} of batch {other}, which is in already."
        told = {"serials": found[1], "other": found[0]}
    return [_bad(batch.row_no, "serial_from", batch.serial_from, message, **told)]


def _cut(batch: BatchRow) -> dict[str, Any]:
    return {
        "batch_id": batch.batch_id, "row_no": batch.row_no, "serial_prefix": batch.serial_prefix,
        "serial_first": batch.serial_first, "serial_digits": batch.serial_digits, "credit_count": batch.credit_count,
    }  # fmt: skip


def _values(conn: Connection, batch: BatchRow, sha256: str) -> dict[str, Any]:
    project = rows.project(conn, batch.project_id)
    assert project is not None
    cut = _cut(batch)
    del cut["row_no"]
    return cut | {
        "project_id": batch.project_id, "vintage": batch.vintage, "registry": batch.registry,
        "livemode": project["livemode"], "document": batch.document, "import_sha256": sha256,
    }  # fmt: skip


def _row(
    row_no: int, cells: Mapping[str, str], projects: Mapping[str, Any]
) -> tuple[list[FieldError], BatchRow | None]:  # fmt: skip
    """What is wrong with a row, or the batch it is."""
    errors = []
    if cells["project"] not in projects:
        near = ", ".join(sorted(projects)[:5])
        message = "{field}: there is no project {value}; known are {known}."
        errors.append(_bad(row_no, "project", cells["project"], message, known=near or "–"))
    if not _YEAR.fullmatch(cells["vintage"]):
        message = "{field}: {value} is no year; write it like 2020."
        errors.append(_bad(row_no, "vintage", cells["vintage"], message))
    for name, most in (("registry", 200), ("document", 200)):
        if len(cells[name]) > most or (name == "registry" and not cells[name]):
            message = "{field}: {value} does not fit; give 1 to {most} characters."
            errors.append(_bad(row_no, name, cells[name][:60], message, most=most))
    wrong, run = _run(row_no, cells)
    errors += wrong
    if errors or run is None:
        return errors, None
    prefix, first, digits, count = run
    named = f"{cells['registry'].lower()}|{cells['serial_from']}".encode()
    batch_id = f"{cells['project'][:40]}-{cells['vintage']}-{hashlib.sha256(named).hexdigest()[:8]}"
    batch = BatchRow(
        row_no, batch_id, cells["project"], cells["vintage"], cells["registry"], cells["serial_from"],
        cells["serial_to"], count, cells["document"], prefix, first, digits,
    )  # fmt: skip
    return [], batch


def _run(row_no: int, cells: Mapping[str, str]) -> tuple[list[FieldError], tuple[str, int, int, int] | None]:
    """Prefix, first number, digits and number of credits of a row."""
    ends, errors = [], []
    for name in ("serial_from", "serial_to"):
        try:
            ends.append(parse_serial(cells[name]))
        except ValueError:
            message = "{field}: {value} is no serial number; it has to end in a number, like CDCER-2020-000001."
            errors.append(_bad(row_no, name, cells[name][:60], message))
    if errors:
        return errors, None
    first, last = ends
    padded = any(end.digits != len(str(end.number)) for end in ends)
    if first.prefix != last.prefix or (padded and first.digits != last.digits):
        message = "{field}: {value} is not of the run of {first}; both have to begin alike and be as long."
        return [_bad(row_no, "serial_to", cells["serial_to"], message, first=cells["serial_from"])], None
    count = last.number - first.number + 1
    if not 1 <= count <= MOST_CREDITS:
        message = "{field}: {value} does not come after {first}, or is further than {most} credits from it."
        told = {"first": cells["serial_from"], "most": MOST_CREDITS}
        return [_bad(row_no, "serial_to", cells["serial_to"], message, **told)], None
    if cells["count"].replace(",", "") != str(count):
        message = "{field}: {value} is not the number from {first} to {last}, which is {count}."
        told = {"first": cells["serial_from"], "last": cells["serial_to"], "count": count}
        return [_bad(row_no, "count", cells["count"], message, **told)], None
    return [], (first.prefix, first.number, first.digits, count)


def _bad(row_no: int, column: str, value: object, message: str, **params: Any) -> FieldError:
    return FieldError(f"{column} (row {row_no})", value, message, params)


def _table(content: bytes, name: str) -> list[dict[str, str]]:
    """The file's rows as texts by column; empty rows are left out only at the end. Raises InputError."""
    if not content or len(content) > MOST_BYTES:
        message = "{field}: {value} has {size} bytes; a file of 1 byte to {most} MB can be read."
        raise InputError([_file(name, message, size=len(content), most=MOST_BYTES // 1_000_000)])
    lines = _xlsx(content, name) if name.lower().endswith(".xlsx") else _csv(content, name)
    while lines and not any(lines[-1]):
        lines.pop()
    if len(lines) < 2:
        raise InputError([_file(name, "{field}: {value} has no rows below its header.")])
    if len(lines) - 1 > MOST_ROWS:
        message = "{field}: {value} has {count} rows; at most {most} can come at once."
        raise InputError([_file(name, message, count=len(lines) - 1, most=MOST_ROWS)])
    header = [cell.strip().lower() for cell in lines[0]]
    strange = [cell for cell in header if cell and cell not in COLUMNS]
    missing = [column for column in NEEDED if column not in header]
    named = [cell for cell in header if cell]
    if strange or missing or len(set(named)) != len(named):
        message = "{field}: {value} must have the columns {columns}, each once; missing {missing}, not known {strange}."
        told = {"missing": ", ".join(missing) or "–", "strange": ", ".join(strange) or "–"}
        raise InputError([_file(name, message, columns=", ".join(COLUMNS), **told)])
    return [
        dict.fromkeys(COLUMNS, "") | dict(zip(header, (cell.strip() for cell in line), strict=False))
        for line in lines[1:]
    ]


def _file(name: str, message: str, **params: Any) -> FieldError:
    return FieldError("file", name[:80], message, params)


def _csv(content: bytes, name: str) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
        if "\0" in text:  # no store keeps it
            raise csv.Error("NUL")
        return [list(line) for line in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except (UnicodeDecodeError, csv.Error):
        message = "{field}: {value} could not be read; give a CSV file in UTF-8, or XLSX."
        raise InputError([_file(name, message)]) from None


def _xlsx(content: bytes, name: str) -> list[list[str]]:
    try:
        check_unpacked(io.BytesIO(content), MOST_UNPACKED)
        lines = itertools.islice(sheet_rows(io.BytesIO(content), most_columns=20), MOST_ROWS + 2)
        return [[_text(cell) for cell in line] for line in lines]
    except BROKEN:
        message = "{field}: {value} could not be read; give a CSV file in UTF-8, or XLSX."
        raise InputError([_file(name, message)]) from None


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
