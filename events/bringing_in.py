"""Bringing files in: looked at first, mended, all in or all out, nothing twice, and undone as a whole.

A file waits on this server's disk while its columns are mapped; what stays of it is its hash, and of each row what it
means here, without names and mails. What holds is the newest version of a row among files that are in: lines, people
and the number expected are made from that alone, so that undoing a file is the same work again without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa

from accounts import Conflict, NotFound, current_actor, record, require
from calculations.model import FieldError, InputError
from data import table_staged as files
from data.store import imports as rows
from data.store.engine import get_store, run_write
from data.store.ids import new_id
from data.table_forms import exports, kinds, known_export
from data.table_given import as_written, csv_text
from data.table_staged import Staged
from events.bringing_in_guess import FILE_ROW, WRONG, checked, dates_tell, guess, shape_of
from events.bringing_in_lines import COVERED, Guests, check_meters, guest_of, make_lines
from events.bringing_in_model import (
    ATTENDED,
    METERS,
    PEOPLE,
    BadRow,
    Brought,
    ImportCard,
    Looked,
    Reading,
    ReadRow,
)
from events.bringing_in_people import people_of, person_row, set_expected
from events.bringing_in_rows import Amounts, Reader
from events.catalogue import read_event
from events.live import fold_in
from events.model import Event
from events.states import hold_state, require_state

SAMPLES = 200  # rows that a reading is guessed from
CHECKED = 5_000  # rows that are checked while one maps; all of them before they come in
SHOWN = 12
MOST_BAD = 1_000
BATCH = 1_000
T = TypeVar("T")


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


def forget_file(slug: str, token: str) -> None:
    """Drops a waiting file."""
    files.drop(files.waiting_file(token, _event(slug).event_id).token)


def sweep_files() -> int:
    """Drops files that have waited for more than two hours; how many. For the background."""
    return files.sweep()


def bring_in(slug: str, token: str, told: Any = None) -> Brought:
    """Brings a waiting file in, all of it or nothing; the mapping is remembered either way. Needs event.import. Raises
    InputError with every bad row (the first thousand), Conflict where people it changes have been ordered for."""
    event = _event(slug)
    waiting = files.waiting_file(token, event.event_id)
    reading = _reading(event, waiting, told)[0]
    reader, of = Reader(event, reading, waiting.columns), _way_of_reading(event, reading)
    files.remember(waiting, reading.as_json())
    now = datetime.now(UTC)
    run_write(get_store(), lambda conn: rows.put_mapping(
        conn, event.event_id, shape_of(waiting.columns), reading.as_json(), now))  # fmt: skip
    missing = _missing(reading)
    errors = [FieldError(name, "", "{field} is needed: choose its column.", {}) for name in missing]
    if not missing:
        _, bad, _ = _checked_rows(reader, waiting, of, None)
        errors = [error for each in bad for error in each.errors]
    if errors:
        raise InputError(errors[:MOST_BAD])
    brought = run_write(get_store(), lambda conn: _store(conn, event, waiting, reading, of, now))
    files.drop(token)
    return brought


def undo_import(slug: str, import_id: str) -> None:
    """Takes a whole import back: what held before it holds again. Needs event.import. Raises NotFound, Conflict (the
    books are closed, it is undone already, or people of it have been ordered for)."""
    event = _event(slug)
    actor, now = current_actor(), datetime.now(UTC)

    def work(conn: sa.Connection) -> None:
        rows.lock(conn, event.event_id)
        hold_state(conn, event.event_id, "import")
        file = rows.get(conn, event.event_id, import_id)
        if file is None:
            raise NotFound("There is no import “{value}”.", value=import_id[:40])
        if file["state"] != rows.IN:
            raise Conflict("This import was undone before.")
        ours = list(rows.of_import(conn, event.event_id, import_id)) if kinds()[file["kind"]].shape == "people" else []
        covered = sum(len(rows.ordered(conn, event.event_id, part)) for part in _parts(ours, rows.AT_ONCE))
        if covered:
            raise Conflict(COVERED, count=covered)
        by = {"undone_by": actor.name or actor.label, "undone_at": now}
        rows.set_file(conn, event.event_id, import_id, state=rows.UNDONE, **by)
        _follow(conn, event, file["kind"], rows.series_of(conn, event.event_id, import_id), None, import_id, now)
        told = {"file": file["name"], "kind": file["kind"], "rows": file["row_count"]}
        record(conn, event.event_id, actor, "import.undo", import_id, told)

    run_write(get_store(), work)


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
    _, bad, _ = _checked_rows(reader, waiting, _way_of_reading(event, reading), None, files.MOST_ROWS)
    return waiting.name, str, bad, waiting.columns, waiting.sha256[:12]


def bad_rows_csv(slug: str, token: str, say: Callable[[FieldError], str]) -> str:
    """A CSV of the bad rows of a waiting file with what is wrong with each, to be mended and brought in again. ``say``
    makes the sentence of an error. Needs event.import."""
    _, _, bad, columns, mark = bad_rows(slug, token)
    given = ([f"{mark}:{each.number}", *each.cells, " ".join(say(error) for error in each.errors)] for each in bad)
    return csv_text([FILE_ROW, *columns, WRONG], given)


def _parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """As many at a time."""
    left = iter(items)
    while part := list(islice(left, size)):
        yield part


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
    first, bad, count = (
        _checked_rows(reader, waiting, _way_of_reading(event, reading), CHECKED)
        if reading.kind and not missing
        else ([], [], 0)
    )
    if reading.kind:
        files.remember(waiting, reading.as_json())
    with get_store().read() as conn:
        known = rows.by_hash(conn, event.event_id, reading.kind, waiting.sha256)
    tells = dates_tell(reading.kind, reading.columns, samples) if reading.kind else None
    return Looked(
        event, waiting.token, waiting.name, waiting.sha256, waiting.form, waiting.encoding, waiting.sheet,
        waiting.columns, tuple(samples[:SHOWN]), waiting.row_count, export.names if export else {},
        exports()[export.export_id].source if export else "", reading, remembered, tells is not None, tuple(first),
        tuple(bad[:MOST_BAD]), count, tuple(reader.places.values()), missing, min(waiting.row_count, CHECKED),
        known["at"] if known else None, mended,
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


Of = Callable[[Reader], ReadRow | None]


def _way_of_reading(event: Event, reading: Reading) -> Of:
    if not reading.kind or kinds()[reading.kind].shape == "people":
        return person_row
    return Amounts.at(event).row


def _checked_rows(
    reader: Reader, waiting: Staged, of: Of, most: int | None, most_bad: int = MOST_BAD
) -> tuple[list[ReadRow], list[BadRow], int]:
    """The first rows as they are read, the bad ones, and how many those are."""
    first: list[ReadRow] = []
    bad: list[BadRow] = []
    count = 0
    for number, cells in islice(files.read(waiting), most):
        row = reader.read(number, cells, of)
        if errors := reader.take_errors():
            count += 1
            if len(bad) < most_bad:
                bad.append(BadRow(number, tuple(cells), errors))
        elif row is not None and len(first) < SHOWN:
            first.append(row)
    return first, bad, count


def _good_rows(event: Event, reading: Reading, waiting: Staged, of: Of) -> Iterator[ReadRow]:
    reader = Reader(event, reading, waiting.columns)
    for number, cells in files.read(waiting):
        row = reader.read(number, cells, of)
        if row is None:
            raise InputError(list(reader.take_errors()))
        yield row


def _store(
    conn: sa.Connection, event: Event, waiting: Staged, reading: Reading, of: Of, now: datetime
) -> Brought:  # fmt: skip
    rows.lock(conn, event.event_id)
    hold_state(conn, event.event_id, "import")
    event = read_event(conn, event_id=event.event_id)
    if known := rows.by_hash(conn, event.event_id, reading.kind, waiting.sha256):
        counts = {name: int(known[name]) for name in ("row_count", "new_count", "changed_count", "known_count")}
        return Brought(known["import_id"], reading.kind, **counts, already=True, detail=known["detail"])
    actor, import_id = current_actor(), new_id(event.event_id)
    file = {
        "event_id": event.event_id, "import_id": import_id, "kind": reading.kind, "name": waiting.name,
        "sha256": waiting.sha256, "state": rows.IN, "mapping": reading.as_json(), "detail": {}, "at": now,
        "actor": actor.name or actor.label,
    }  # fmt: skip
    rows.add_file(conn, file)
    counts, keys, series = _add_versions(conn, event, reading, waiting, of, import_id)
    dataset = kinds()[reading.kind].dataset
    if dataset == METERS:
        check_meters(conn, event, {each for _, each in series})
    changed = counts["new_count"] + counts["changed_count"] > 0
    detail = _follow(conn, event, reading.kind, series, keys, import_id, now) if changed else {}
    rows.set_file(conn, event.event_id, import_id, **counts, detail=detail)
    told = {"file": waiting.name, "kind": reading.kind, **counts}
    record(conn, event.event_id, actor, "import", import_id, told)
    return Brought(import_id, reading.kind, **counts, already=False, detail=detail)


def _add_versions(
    conn: sa.Connection, event: Event, reading: Reading, waiting: Staged, of: Of, import_id: str
) -> tuple[dict[str, int], list[str], set[tuple[str, str]]]:
    """Writes what is new or changed; counts, the keys and series that changed."""
    dataset = kinds()[reading.kind].dataset
    counts = {"row_count": 0, "new_count": 0, "changed_count": 0, "known_count": 0}
    keys: list[str] = []
    series: set[tuple[str, str]] = set()
    for part in _parts(_good_rows(event, reading, waiting, of), BATCH):
        names = [row.key for row in part]
        held = rows.current(conn, event.event_id, dataset, names)
        newest = rows.versions(conn, event.event_id, dataset, names)
        fresh = [row for row in part if row.key not in held or held[row.key]["content"] != row.content]
        rows.add_rows(conn, [
            {"event_id": event.event_id, "dataset": dataset, "row_key": row.key, "version": newest.get(row.key, 0) + 1,
             "import_id": import_id, "row_no": row.number, "series": row.series, "content": dict(row.content)}
            for row in fresh
        ])  # fmt: skip
        counts["row_count"] += len(part)
        counts["known_count"] += len(part) - len(fresh)
        counts["changed_count"] += sum(row.key in held for row in fresh)
        counts["new_count"] += sum(row.key not in held for row in fresh)
        keys += [row.key for row in fresh]
        series |= {(dataset, row.series) for row in fresh}
    return counts, keys, series


def _follow(
    conn: sa.Connection, event: Event, kind: str, series: set[tuple[str, str]], keys: list[str] | None, import_id: str,
    now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """Lines, people and the number expected as the rows that hold make them; what that came to."""
    dataset = kinds()[kind].dataset
    if dataset in (PEOPLE, ATTENDED):
        guests = Guests(conn, event, import_id, now)
        if keys is None or dataset == ATTENDED:
            guests.follow_all()
        else:
            for part in _parts(sorted(set(keys)), BATCH):
                people = people_of(conn, event.event_id, part, guests.any_came)
                guests.follow({key: guest_of(people.get(key)) for key in part})
        told = set_expected(conn, event, now)
        told |= {"guests_made": guests.made, "guests_changed": guests.changed, "guests_removed": guests.removed}
    else:
        told = {"lines": make_lines(conn, event, dataset, {each[:3] for _, each in series}, import_id, now)}
    fold_in(conn, event.event_id, now)
    return told
