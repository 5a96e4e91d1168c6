"""Bringing files in: looked at first, mended, all in or all out, nothing twice, and undone as a whole.

A file waits on this server's disk while its columns are mapped; what stays of it is its hash, and of each row what it
means here, without names and mails. What holds is the newest version of a row among files that are in: lines, people
and the number expected are made from that alone, so that undoing a file is the same work again without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from accounts import current_actor, require
from calculations.model import FieldError, InputError
from data import table_staged as files
from data.store import imports as rows
from data.store.engine import get_store, run_write
from data.table_forms import exports, kinds, known_export
from data.table_given import as_written, csv_text
from data.table_staged import Staged
from events.bringing_in_going import Going, brought_of, queue_file, queue_undo
from events.bringing_in_guess import FILE_ROW, WRONG, checked, dates_tell, guess, shape_of
from events.bringing_in_lines import meter_errors
from events.bringing_in_model import BadRow, Brought, ImportCard, Looked, Reading, ReadRow
from events.bringing_in_rows import Of, Reader
from events.bringing_in_run import wait_for
from events.bringing_in_steps import was_checked, way_of_reading
from events.catalogue import read_event
from events.model import Event
from events.states import require_state

SAMPLES = 200  # rows that a reading is guessed from
CHECKED = 5_000  # rows that are checked while one maps; all of them before they come in
SHOWN = 12
MOST_BAD = 1_000


def receive_file(slug: str, name: str, content: bytes) -> Looked:
    """Takes a file in to be looked at. A table of bad rows that was given out and mended puts its rows in their place.
    Needs event.import. Raises NotFound, Forbidden, Conflict (the books are closed), InputError."""
    event = _event(slug)
    waiting = files.stage(event.event_id, name, content)
    mended = 0
    if FILE_ROW in waiting.columns:
        waiting, mended = _mended(event, waiting)
    return _look(event, waiting, None, mended)


def look_at(slug: str, token: str, told: Any = None) -> Looked:
    """A waiting file as it would be read, as ``told`` says (as ``Reading.as_json``), else as it is guessed or
    remembered. Stores nothing. Raises InputError where the file waits no longer, or ``told`` is no reading."""
    event = _event(slug)
    return _look(event, files.waiting_file(token, event.event_id), told)


def choose_sheet(slug: str, token: str, sheet: str) -> Looked:
    """A waiting workbook with another of its sheets. Needs event.import. Raises InputError."""
    event = _event(slug)
    return _look(event, files.choose_sheet(files.waiting_file(token, event.event_id), sheet), None)


def forget_file(slug: str, token: str) -> None:
    """Drops a waiting file."""
    files.drop(files.waiting_file(token, _event(slug).event_id).token)


def sweep_files() -> int:
    """Drops files that have waited for more than two hours; how many. For the background."""
    return files.sweep()


def bring_in(slug: str, token: str, told: Any = None) -> Brought:
    """Brings a waiting file in, all of it or nothing, and waits until that is done; the mapping is remembered either
    way. Needs event.import. Raises InputError with every bad row (the first thousand), Conflict where people it changes
    have been ordered for."""
    going = start_import(slug, token, told)
    return brought_of(wait_for(going.event_id, going.work_id))


def start_import(slug: str, token: str, told: Any = None) -> Going:
    """The same without waiting: any worker does it; ``going_of`` tells how far it is. Raises InputError where a needed
    column is missing, or the file waits no longer."""
    event = _event(slug)
    waiting = files.waiting_file(token, event.event_id)
    reading = _reading(event, waiting, told)[0]
    files.remember(waiting, reading.as_json())
    now, shape = datetime.now(UTC), shape_of(waiting.columns)
    run_write(get_store(), lambda conn: rows.put_mapping(conn, event.event_id, shape, reading.as_json(), now))
    if missing := _missing(reading):
        raise InputError([FieldError(name, "", "{field} is needed: choose its column.", {}) for name in missing])
    return run_write(get_store(), lambda conn: queue_file(conn, event, waiting, reading, now))


def undo_import(slug: str, import_id: str) -> None:
    """Takes a whole import back and waits until that is done: what held before it holds again. Needs event.import.
    Raises NotFound, Conflict (the books are closed, it is undone already, or people of it have been ordered for)."""
    going = start_undo(slug, import_id)
    wait_for(going.event_id, going.work_id)


def start_undo(slug: str, import_id: str) -> Going:
    """The same without waiting."""
    event, now = _event(slug), datetime.now(UTC)
    return run_write(get_store(), lambda conn: queue_undo(conn, event, import_id, now))


def imports_of(slug: str) -> list[ImportCard]:
    """The imports of an event, newest first. Needs event.view."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        found = rows.files(conn, event.event_id)
    names = ("import_id", "kind", "name", "sha256", "state", "row_count", "new_count", "changed_count", "known_count",
             "actor", "at", "undone_by", "undone_at", "detail")  # fmt: skip
    return [ImportCard(**{name: row[name] for name in names}) for row in found]


def bad_rows(slug: str, token: str) -> tuple[str, Callable[[FieldError], str], list[BadRow], tuple[str, ...], str]:
    """Every bad row of a waiting file, as it was read last: its name, rows, columns and what marks its rows."""
    event = _event(slug)
    waiting = files.waiting_file(token, event.event_id)
    reading = _reading(event, waiting, waiting.note or None)[0]
    reader = Reader(event, reading, waiting.columns)
    _, bad, _ = _checked_rows(reader, waiting, way_of_reading(event, reading), None, files.MOST_ROWS)
    return waiting.name, str, bad, waiting.columns, waiting.sha256[:12]


def bad_rows_csv(slug: str, token: str, say: Callable[[FieldError], str]) -> str:
    """A CSV of the bad rows of a waiting file with what is wrong with each, to be mended and brought in again. ``say``
    makes the sentence of an error. Needs event.import."""
    _, _, bad, columns, mark = bad_rows(slug, token)
    given = ([f"{mark}:{each.number}", *each.cells, " ".join(say(error) for error in each.errors)] for each in bad)
    return csv_text([FILE_ROW, *columns, WRONG], given)


def _event(slug: str) -> Event:
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    require(current_actor(), "event.import", event.event_id)
    require_state(event, "import")
    return event


def _mended(event: Event, waiting: Staged) -> tuple[Staged, int]:
    """The file that mended rows belong to, with them in place; both files they were made of are forgotten."""
    at = waiting.columns.index(FILE_ROW)
    kept = [i for i, name in enumerate(waiting.columns) if name not in (FILE_ROW, WRONG)]
    given = {cells[at]: [as_written(cells[i]) for i in kept] for _, cells in files.read(waiting)}
    mark = next(iter(given), "").partition(":")[0]
    whole = files.find_by_hash(event.event_id, mark) if len(mark) == 12 else None
    columns = tuple(waiting.columns[i] for i in kept)
    if whole is None or whole.columns != columns or any(not _is_mark(each, mark) for each in given):
        files.drop(waiting.token)
        message = "{value}: the file that these rows belong to is no longer kept here; bring in the whole file again."
        raise InputError([FieldError("file", waiting.name, message, {"value": waiting.name})])
    done = files.mend(whole, {int(each.partition(":")[2]): cells for each, cells in given.items()})
    files.drop(waiting.token)
    files.drop(whole.token)
    return done, len(given)


def _is_mark(text: str, mark: str) -> bool:
    return text.startswith(f"{mark}:") and text.partition(":")[2].isdecimal() and len(text) < 24


def _reading(event: Event, waiting: Staged, told: Any) -> tuple[Reading, bool]:
    """How a file is read: as told, as it was left, as such files were read before, or as it is guessed."""
    if isinstance(told, Mapping) and not told.get("columns") and told.get("kind") in kinds():
        return guess(waiting.columns, _samples(waiting), waiting.name, told["kind"]), False
    if told:
        return checked(told, waiting.columns), False
    if waiting.note:
        return checked(waiting.note, waiting.columns), True
    with get_store().read() as conn:
        known = rows.mapping(conn, event.event_id, shape_of(waiting.columns))
    if known:
        return checked(known, waiting.columns), True
    return guess(waiting.columns, _samples(waiting), waiting.name), False


def _samples(waiting: Staged) -> list[tuple[str, ...]]:
    return [tuple(cells) for _, cells in islice(files.read(waiting), SAMPLES)]


def _look(event: Event, waiting: Staged, told: Any, mended: int = 0) -> Looked:
    reading, remembered = _reading(event, waiting, told)
    samples, export = _samples(waiting), known_export(waiting.columns)
    missing = _missing(reading)
    reader = Reader(event, reading, waiting.columns)
    first, bad, count, seen = (
        (*_checked_rows(reader, waiting, way_of_reading(event, reading), CHECKED), min(waiting.row_count, CHECKED))
        if reading.kind and not missing
        else ([], [], 0, 0)
    )
    if reading.kind and (whole := was_checked(waiting, reading)):
        (count, bad), seen = whole, waiting.row_count
    if reading.kind:
        files.remember(waiting, reading.as_json())
    with get_store().read() as conn:
        known = rows.by_hash(conn, event.event_id, reading.kind, waiting.sha256)
    tells = dates_tell(reading.kind, reading.columns, samples) if reading.kind else None
    return Looked(
        event, waiting.token, waiting.name, waiting.sha256, waiting.form, waiting.encoding, waiting.sheet,
        waiting.columns, tuple(samples[:SHOWN]), waiting.row_count, export.names if export else {},
        exports()[export.export_id].source if export else "", reading, remembered, tells is not None, tuple(first),
        tuple(bad[:MOST_BAD]), count, tuple(reader.places.values()), missing, seen,
        known["at"] if known else None, mended, waiting.sheets,
    )  # fmt: skip


def _missing(reading: Reading) -> tuple[str, ...]:
    """Fields that a kind needs and nothing tells."""
    if not reading.kind:
        return ("kind",)
    fields = kinds()[reading.kind].fields
    return tuple(
        name for name, field in fields.items()
        if field.needed and name not in reading.columns and name not in reading.fixed
    )  # fmt: skip


def _checked_rows(
    reader: Reader, waiting: Staged, of: Of, most: int | None, most_bad: int = MOST_BAD
) -> tuple[list[ReadRow], list[BadRow], int]:
    """The first rows as they are read, the bad ones, and how many those are."""
    first: list[ReadRow] = []
    bad: list[BadRow] = []
    readings: dict[int, tuple[dict[str, Any], list[str]]] = {}
    count = 0
    for number, cells in islice(files.read(waiting), most):
        row = reader.read(number, cells, of)
        if errors := reader.take_errors():
            count += 1
            if len(bad) < most_bad:
                bad.append(BadRow(number, tuple(cells), errors))
            continue
        if row is not None and reader.kind.shape == "meters":
            held = {"series": row.series, "row_key": row.key, "row_no": number, "content": row.content}
            readings[number] = (held, cells)
        if row is not None and len(first) < SHOWN:
            first.append(row)
    for error in meter_errors(held for held, _ in readings.values()):  # the rest is seen beside what is in already
        count += 1
        number = int(error.params["row"])
        bad.append(BadRow(number, tuple(readings[number][1]), (error,)))
    return first, sorted(bad, key=lambda each: each.number)[:most_bad], count
