"""Files that wait to be brought in: read once into plain UTF-8 rows under DATA_DIR/staged, dropped when they are in, or
after two hours. They may hold names of people, so nobody but the server's own account can read them.

CSV (UTF-8, UTF-16, GB 18030, Windows-1252; parted by commas, semicolons, tabs or bars) and XLSX.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import os
import re
import secrets
import shutil
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from calculations.bulk_rows import cell_text
from calculations.model import FieldError, InputError
from data.settings import get_settings
from data.table_forms import exports, guessed_kind
from data.table_guess import HEADER_ROWS, decoded, delimiter, what_else
from data.table_sheets import rows_of
from data.table_slices import BROKEN

MOST_BYTES = 20_000_000
MOST_ROWS = 200_000
MOST_COLUMNS = 200
MOST_CELL = 2_000
MOST_UNPACKED = 200_000_000
MOST_SHARED = 60_000_000
MOST_WHOLE = 8_000_000  # of a part that is read as one tree: styles, names, links
NOT_WHOLE = ("xl/worksheets/", "xl/media/", "xl/pivotCache/", "xl/externalLinks/")  # read by rows, or not at all
MOST_RATIO = 300  # of a part of a workbook: what people type packs to a tenth or a twentieth
MOST_SHEETS = 50
MOST_FORMERS = 50
BOOK = "book.xlsx"  # a workbook with several sheets, kept while another may be chosen
KEPT_S = 2 * 3600
_TOKEN = re.compile(r"[\w-]{20,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that waits. ``header_row`` counts as a spreadsheet does; ``sha256`` is of the bytes as they came, or of
    what was mended, or of both the bytes and the sheet where that was chosen by hand; ``sheets`` are those that may be
    chosen; ``note`` is what else is kept beside it (the mapping)."""

    token: str
    event_id: str
    name: str
    sha256: str
    form: str  # csv or xlsx
    encoding: str
    sheet: str
    header_row: int
    columns: tuple[str, ...]
    row_count: int
    note: dict[str, Any] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    formers: tuple[str, ...] = ()  # hashes it had before rows of it were mended


def stage(event_id: str, name: str, content: bytes, sheet: str = "") -> Staged:
    """Reads a file and keeps its rows; of a workbook the sheet that is told, else the one that tells what it holds.
    Raises InputError where it is no table, or too large a one."""
    sweep()
    name = Path(name.replace("\\", "/")).name[:120] or "file"
    if not content or len(content) > MOST_BYTES:
        message = "{value}: {size} bytes; a file of 1 byte to {limit} MB can be read."
        raise _wrong(name, message, size=len(content), limit=MOST_BYTES // 1_000_000)
    if said := what_else(content):
        raise _wrong(name, said)
    is_book = content[:4] == b"PK\x03\x04"
    try:
        form, encoding, read_sheet, rows, sheets = _book(content, name, sheet) if is_book else _text(content, name)
        header_row, header, body = _headed(rows, name)
        digest = hashlib.sha256(content + (f"\0{sheet}".encode() if sheet else b"")).hexdigest()
        blank = Staged(
            secrets.token_urlsafe(18), event_id, name, digest, form, encoding, read_sheet, header_row,
            _columns(header, name), 0, sheets=sheets,
        )  # fmt: skip
        return _kept(blank, body, content if sheets else b"")
    except BROKEN as error:
        if isinstance(error, InputError):
            raise
        message = "{value} cannot be read: {reason}. Give a CSV file, or XLSX."
        raise _wrong(name, message, reason=(str(error) or type(error).__name__)[:200]) from error


def choose_sheet(waiting: Staged, sheet: str) -> Staged:
    """The same workbook with another of its sheets, in place of the one that waits. Raises InputError."""
    try:
        content = (_folder(waiting.token) / BOOK).read_bytes()
    except OSError:
        raise _wrong("file", "This file is no longer kept here; choose it again.") from None
    if sheet not in waiting.sheets:
        message = "{value} is no sheet of this workbook; there are {known}."
        raise InputError([FieldError("sheet", sheet[:60], message, {"value": sheet[:60], "known": _listed(waiting)})])
    done = stage(waiting.event_id, waiting.name, content, sheet)
    drop(waiting.token)
    return done


def _listed(waiting: Staged) -> str:
    return ", ".join(waiting.sheets[:20])


def _kept(staged: Staged, body: Iterable[list[str]], book: bytes = b"") -> Staged:
    """``book`` is a workbook of which another sheet may be chosen."""
    folder = _folder(staged.token)
    folder.mkdir(mode=0o700, parents=True)
    try:
        if book:
            (folder / BOOK).write_bytes(book)
        with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
            count = _write_rows(csv.writer(file), body, staged)
        if not count:
            raise _wrong(staged.name, "{value} has no rows below its header.")
        done = replace(staged, row_count=count)
        _write_facts(done)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return done


def _write_rows(writer: Any, body: Iterable[list[str]], staged: Staged) -> int:
    """How many rows there are; rows without a cell keep their place, but for those at the end."""
    width, count, blank, letters = len(staged.columns), 0, 0, 0
    header = [name.partition(" (2)")[0] for name in staged.columns]
    for cells in body:
        if not any(cells[:width]) or _is_header(cells, header):
            blank += 1  # it keeps its place
            continue
        count += 1
        if count > MOST_ROWS or blank > MOST_ROWS:
            raise _wrong(staged.name, "{value} has more than {limit} rows; split it.", limit=MOST_ROWS)
        writer.writerows([[""] * width] * blank)
        blank, fitted = 0, _fitted(cells, width)
        letters += sum(map(len, fitted))
        if letters > MOST_UNPACKED:  # a text that many cells share is written out in each
            raise _wrong(staged.name, "{value} unpacks to far more than it is: it is not read.")
        writer.writerow(fitted)
    return count


def _is_header(cells: list[str], header: list[str]) -> bool:
    """Whether a row is the header once more, as where two files were put together."""
    return len(header) > 1 and [" ".join(cell.split()) for cell in cells[: len(header)]] == header


def _fitted(cells: list[str], width: int) -> list[str]:
    return [cell[:MOST_CELL] for cell in cells[:width]] + [""] * (width - len(cells))


def waiting_file(token: str, event_id: str) -> Staged:
    """A file that waits at an event. Raises InputError where it waits no longer."""
    try:
        told = json.loads((_folder(token) / "facts.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = {}
    if told.get("event_id") != event_id:
        raise _wrong("file", "This file is no longer kept here; choose it again.")
    return Staged(**told | {name: tuple(told.get(name, ())) for name in ("columns", "sheets", "formers")})


def find_by_hash(event_id: str, sha256_start: str) -> Staged | None:
    """The newest file waiting at an event whose hash begins so, or did before it was mended."""
    found = []
    for facts in _root().glob("*/facts.json"):
        with suppress(OSError, ValueError):  # just dropped, or just being written
            told = json.loads(facts.read_text(encoding="utf-8"))
            hashes = (told["sha256"], *told.get("formers", ()))
            if told["event_id"] == event_id and any(each.startswith(sha256_start) for each in hashes):
                found.append((facts.stat().st_mtime, facts.parent.name))
    return waiting_file(max(found)[1], event_id) if found else None


def read(waiting: Staged) -> Iterator[tuple[int, list[str]]]:
    """(number as a spreadsheet shows it, cells) of each row; rows without a cell are left out but counted."""
    with (_folder(waiting.token) / "rows.csv").open(encoding="utf-8", newline="") as file:
        for number, cells in enumerate(csv.reader(file), waiting.header_row + 1):
            if any(cells):
                yield number, cells


def remember(waiting: Staged, note: dict[str, Any]) -> Staged:
    """Keeps something beside a waiting file."""
    noted = replace(waiting, note=note)
    _write_facts(noted)
    return noted


def mend(waiting: Staged, rows: dict[int, list[str]]) -> Staged:
    """A waiting file with some rows in the place of others (by their numbers), as a file of its own."""
    mended = hashlib.sha256(waiting.sha256.encode())
    for number in sorted(rows):
        mended.update(json.dumps([number, rows[number]], ensure_ascii=False).encode())
    blank = replace(
        waiting, token=secrets.token_urlsafe(18), sha256=mended.hexdigest(), row_count=0, sheets=(),
        formers=(*waiting.formers, waiting.sha256)[-MOST_FORMERS:],
    )  # fmt: skip
    with (_folder(waiting.token) / "rows.csv").open(encoding="utf-8", newline="") as file:
        numbered = enumerate(csv.reader(file), waiting.header_row + 1)
        return _kept(blank, (rows.get(number, cells) for number, cells in numbered))


@contextmanager
def beside(waiting: Staged, name: str) -> Iterator[Callable[[Any], None]]:
    """Keeps values, a line of JSON each, beside a waiting file: all of them or, where that is cut short, none."""
    folder = _folder(waiting.token)
    with (folder / f"{name}.part").open("w", encoding="utf-8") as file:
        yield lambda value: print(json.dumps(value, ensure_ascii=False), file=file)
        file.flush()
        os.fsync(file.fileno())
    (folder / f"{name}.part").replace(folder / name)


def kept_beside(waiting: Staged, name: str) -> Iterator[Any]:
    """The same values; none where nothing is kept so."""
    path = _folder(waiting.token) / name
    if path.is_file():
        with path.open(encoding="utf-8") as file:
            yield from map(json.loads, file)


def touch(waiting: Staged) -> None:
    """It is being worked on: it waits for two hours more."""
    with suppress(FileNotFoundError):
        os.utime(_folder(waiting.token))


def drop(token: str) -> None:
    """Forgets a waiting file."""
    shutil.rmtree(_folder(token), ignore_errors=True)


def sweep(older_than_s: int = KEPT_S) -> int:
    """Forgets files that have waited too long; how many."""
    count = 0
    for folder in _root().glob("*"):
        with suppress(FileNotFoundError):  # another worker was first
            if time.time() - folder.stat().st_mtime > older_than_s:
                shutil.rmtree(folder, ignore_errors=True)
                count += 1
    return count


def _root() -> Path:
    return get_settings().data_dir / "staged"


def _folder(token: str) -> Path:
    if not _TOKEN.fullmatch(token):
        raise _wrong("file", "This file is no longer kept here; choose it again.")
    return _root() / token


def _write_facts(told: Staged) -> None:
    path = _folder(told.token) / "facts.json"
    path.write_text(json.dumps(asdict(told), ensure_ascii=False), encoding="utf-8")


def _wrong(name: str, message: str, **params: Any) -> InputError:
    return InputError([FieldError("file", name, message, {"value": name, **params})])


Read = tuple[str, str, str, Iterator[list[str]], tuple[str, ...]]  # form, encoding, sheet, rows, sheets to choose


def _text(content: bytes, name: str) -> Read:
    try:
        text, encoding = decoded(content)
    except ValueError:
        raise _wrong(name, "{value} is no text in UTF-8 or GBK; save it as CSV (UTF-8) or XLSX.") from None
    csv.field_size_limit(1_000_000)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text))
    return "csv", encoding, "", _stripped(lines), ()


def _stripped(lines: Iterable[list[str]]) -> Iterator[list[str]]:
    for line in lines:
        yield [cell.strip().replace("\x00", "") for cell in line[: MOST_COLUMNS + 1]]


def _book(content: bytes, name: str, told: str) -> Read:
    _check_book(content, name)
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    wanted = {each.sheet for each in exports().values() if each.sheet}
    seen = [each for each in book.worksheets if each.sheet_state == "visible"] or book.worksheets
    filled, best = _filled_sheets(seen)
    chosen = next((each for each in seen if each.title == told), None) if told else None
    sheet = chosen or next((each for each in seen if each.title in wanted), None) or best
    rows = rows_of(sheet, MOST_COLUMNS + 1)
    titles = tuple(str(each.title) for each in filled)
    choices = titles if len(titles) > 1 else ()
    return "xlsx", "", str(sheet.title), ([_cell(value) for value in row] for row in rows), choices


def _filled_sheets(sheets: list[Any]) -> tuple[list[Any], Any]:
    """The sheets with a row below a header (at most MOST_SHEETS), and the best of them: the first whose header tells
    what it holds, else the first."""
    filled, best = [], None
    for sheet in sheets[:MOST_SHEETS]:
        rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS, max_row=HEADER_ROWS)
        first = [[_cell(value) for value in row] for row in rows]
        counts = [sum(map(bool, row)) for row in first]
        place = next((i for i, count in enumerate(counts) if count and 3 * count >= 2 * max(counts)), None)
        if place is not None and any(counts[place + 1 :]):
            filled.append(sheet)
            if best is None and guessed_kind([cell for cell in first[place] if cell]):
                best = sheet
    return filled, best or (filled or sheets)[0]


def _cell(value: Any) -> str:
    text = value.isoformat(sep=" ") if hasattr(value, "hour") and hasattr(value, "year") else cell_text(value)
    return text.removesuffix(" 00:00:00")


def _check_book(content: bytes, name: str) -> None:
    """Refuses a workbook that unpacks to far more than it is, before anything of it is unpacked."""
    parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    for part in parts:
        is_whole = not part.filename.startswith(NOT_WHOLE) and not part.filename.endswith(".bin")
        most = MOST_SHARED if part.filename.endswith("sharedStrings.xml") else MOST_WHOLE
        packed = part.file_size > 1_000_000 and part.file_size > MOST_RATIO * max(1, part.compress_size)
        if packed or (is_whole and part.file_size > most):
            raise _wrong(name, "{value} unpacks to far more than it is: it is not read.")
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _wrong(name, "{value} unpacks to far more than it is: it is not read.")


def _headed(rows: Iterator[list[str]], name: str) -> tuple[int, list[str], Iterator[list[str]]]:
    """The header is the first of the first rows that fills most columns; titles above it are left out."""
    first = list(itertools.islice(rows, HEADER_ROWS))
    filled = [sum(1 for cell in row if cell) for row in first]
    if not filled or not max(filled):
        raise _wrong(name, "{value} has no rows.")
    place = next(i for i, count in enumerate(filled) if 3 * count >= 2 * max(filled))
    return place + 1, first[place], itertools.chain(first[place + 1 :], rows)


def _columns(header: list[str], name: str) -> tuple[str, ...]:
    """Names of columns; what has none is called by its number, and a name's second time by ``(2)``."""
    while header and not header[-1]:
        header = header[:-1]
    if len(header) > MOST_COLUMNS:
        raise _wrong(name, "{value} has more than {limit} columns.", limit=MOST_COLUMNS)
    seen: dict[str, int] = {}
    found = []
    for number, cell in enumerate(header, 1):
        title = " ".join(cell.lstrip("\ufeff").split())[:100] or f"#{number}"
        seen[title] = seen.get(title, 0) + 1
        found.append(title if seen[title] == 1 else f"{title} ({seen[title]})")
    return tuple(found)
