"""The steps of a file that comes in, or is undone: rows checked, rows written, what follows made ready, made valid."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any

import sqlalchemy as sa

import offsetting
from accounts import SYSTEM, Conflict, NotFound, record
from calculations.model import FieldError, InputError
from data import table_staged as files
from data.store import boards
from data.store import events as event_rows
from data.store import import_work as works
from data.store import imports as rows
from data.store.encoded import encoded
from data.store.engine import get_store, run_write
from data.table_forms import kinds
from events.bringing_in_guess import checked
from events.bringing_in_lines import bucket, change_plan, check_meters, own_id, plan_change
from events.bringing_in_model import ATTENDED, METERS, PEOPLE, BadRow, Reading
from events.bringing_in_people import Counted, people_of, person_row, set_expected
from events.bringing_in_ready import CHANGED_MEANWHILE, COVERED, Guests, Ready, guest_of, ready_lines
from events.bringing_in_rows import Amounts, Of, Reader
from events.bringing_in_sums import Sums
from events.bringing_in_twice import check_twice
from events.bringing_in_work import Pace, Work, clear
from events.catalogue import read_event
from events.model import Event
from events.participations import company_of
from events.states import hold_state

READ, CHECKED = "read.jsonl", "checked.jsonl"  # kept beside a waiting file
MOST_BAD = 1_000
COUNTS = ("row_count", "new_count", "changed_count", "known_count")
BEAT_S = 0.7
BATCH = 1_000  # at most in one transaction, as are the others; how many they are follows from how long they take
PEOPLE_AT_ONCE = 500
COMPANIES_AT_ONCE = 50
COUNTED_AT_ONCE = 1_000
LINES_AT_ONCE = 800
FACETS_AT_ONCE = 4_000


def way_of_reading(event: Event, reading: Reading) -> Of:
    """What reads a row of such a file."""
    if not reading.kind or kinds()[reading.kind].shape == "people":
        return person_row
    return Amounts.at(event).row


# ---------------------------------------------------------------- checking
def check_rows(work: Work) -> Iterator[None]:
    """Reads every row; nothing is written but how far it is. Raises InputError with the bad ones."""
    event, waiting = work.event(), work.file()
    reading = checked(work.note["reading"], waiting.columns)
    if _is_in(work, reading, waiting):
        return
    work.save(step=works.CHECKING, done_count=0, of_count=waiting.row_count)
    yield
    reader, of = Reader(event, reading, waiting.columns), way_of_reading(event, reading)
    bad: list[BadRow] = []
    count, good, beat = 0, 0, time.monotonic()
    with files.beside(waiting, READ) as keep:
        for done, (number, cells) in enumerate(files.read(waiting), 1):
            row = reader.read(number, cells, of)
            if row is None or reader.take_errors():
                count += 1
                if len(bad) < MOST_BAD:
                    bad.append(BadRow(number, tuple(cells), reader.take_errors()))
            elif not count:
                good += 1
                keep([row.number, row.key, row.series, dict(row.content)])
            if time.monotonic() - beat > BEAT_S:
                work.save(done_count=done)
                yield
                beat = time.monotonic()
    with files.beside(waiting, CHECKED) as keep:
        for each in _as_json(reading, count, bad):
            keep(each)
    if bad:
        raise InputError([error for each in bad for error in each.errors][:MOST_BAD])
    work.save(step=works.STAGING, done_count=0, of_count=good)
    yield


def _is_in(work: Work, reading: Reading, waiting: files.Staged) -> bool:
    """Whether this very file came in while it stood in line: then nothing is to be done."""

    def ask(conn: sa.Connection) -> dict[str, Any]:
        known = rows.by_hash(conn, work.event_id, reading.kind, waiting.sha256)
        if known is None:
            return {}
        values = {"step": works.SWEEPING, "outcome": works.IN, "note": work.noted(already=True)}
        values["import_id"] = known["import_id"]
        works.drop_file(conn, work.event_id, work.import_id)
        work.keep(conn, **values)
        return values

    found = run_write(get_store(), ask)
    work.row |= found
    return bool(found)


def _as_json(reading: Reading, count: int, bad: list[BadRow]) -> Iterator[Any]:
    yield {"reading": reading.as_json(), "count": count}
    for each in bad:
        errors = [[e.field, str(e.value), e.message, dict(e.params)] for e in each.errors]
        yield [each.number, list(each.cells), errors]


def was_checked(waiting: files.Staged, reading: Reading) -> tuple[int, list[BadRow]] | None:
    """How many bad rows all of a file had when it was read so, and the first of them; None where it was not."""
    kept = files.kept_beside(waiting, CHECKED)
    head = next(kept, None)
    if head is None or head["reading"] != reading.as_json():
        return None
    bad = [BadRow(number, tuple(cells), tuple(FieldError(*each) for each in errors)) for number, cells, errors in kept]
    return int(head["count"]), bad


# ---------------------------------------------------------------- rows
def stage_rows(work: Work) -> Iterator[None]:
    """Writes what is new or changed under a file that is not in. Raises InputError where meters don't add up."""
    waiting = work.file()
    dataset = kinds()[work.kind].dataset
    left = islice(files.kept_beside(waiting, READ), work.done_count, None)
    with get_store().read() as conn:
        file = rows.get(conn, work.event_id, work.import_id)
    assert file is not None
    counts = {name: int(file[name]) for name in COUNTS}
    pace = Pace(BATCH)
    while part := list(islice(left, pace.size)):
        with get_store().read() as conn:
            names = [key for _, key, _, _ in part]
            held = rows.current(conn, work.event_id, dataset, names)
            newest = rows.versions(conn, work.event_id, dataset, names)
        fresh = [row for row in part if row[1] not in held or held[row[1]]["content"] != row[3]]
        counts["row_count"] += len(part)
        counts["known_count"] += len(part) - len(fresh)
        counts["changed_count"] += sum(row[1] in held for row in fresh)
        counts["new_count"] += sum(row[1] not in held for row in fresh)
        made = [
            {"event_id": work.event_id, "dataset": dataset, "row_key": key, "version": newest.get(key, 0) + 1,
             "import_id": work.import_id, "row_no": number, "series": series, "content": encoded(content)}
            for number, key, series, content in fresh
        ]  # fmt: skip
        pace.write(partial(_write_rows, work, made, dict(counts), work.done_count + len(part)))
        work.row["done_count"] += len(part)
        yield
    if dataset == METERS:
        with get_store().read() as conn:
            series = {each for _, each in rows.series_of(conn, work.event_id, work.import_id)}
            check_meters(conn, work.event(), series, work.holding)
    with get_store().read() as conn:
        check_twice(conn, work.event(), dataset, checked(work.note["reading"], waiting.columns), work.holding)
    work.save(step=works.MAKING, done_count=0, of_count=0, at_key="")
    yield


def _write_rows(work: Work, made: list[dict[str, Any]], counts: dict[str, int], done: int, conn: sa.Connection) -> None:
    rows.add_rows(conn, made)
    rows.set_file(conn, work.event_id, work.import_id, **counts)
    work.keep(conn, done_count=done)


# ---------------------------------------------------------------- what follows
def make_ready(work: Work) -> Iterator[None]:
    """Computes and writes what will hold; nobody sees it yet."""
    event = work.event()
    yield from clear(work, False)  # of a worker that was cut off: its sums went with it
    fresh = {"as_it_was": _mark_of(event), "lines": 0, "planned": {}}
    work.save(step=works.MAKING, at_key="", done_count=0, note=work.noted(**fresh))
    work.sums = Sums()
    if kinds()[work.kind].dataset in (PEOPLE, ATTENDED):
        yield from _ready_people(work, event)
    else:
        yield from _ready_lines(work, event)
    work.sums.settle()
    left, pace = iter(sorted(work.sums.of("facet").items())), Pace(FACETS_AT_ONCE)
    while part := list(islice(left, pace.size)):
        pace.write(partial(_write_facets, work, part))
        yield


def _write_facets(work: Work, part: list[Any], conn: sa.Connection) -> None:
    work.keep(conn)
    works.stage_facet(conn, work.event_id, work.import_id, part)


def _mark_of(event: Event) -> list[str]:
    """What must be the same when it is made valid."""
    return [event.factor_set_sha256, repr(event.boundary), repr(event.defaults.get("hotel_norm"))]


def _ready_people(work: Work, event: Event) -> Iterator[None]:
    event_id, only = work.event_id, "" if kinds()[work.kind].dataset == ATTENDED else work.import_id
    with get_store().read() as conn:
        any_came = rows.holds_any(conn, event_id, ATTENDED, work.holding)
        keys = rows.keys(conn, event_id, (PEOPLE, ATTENDED), only)
    work.save(of_count=len(keys))
    owned = sorted((own_id(event_id, "person", key), key) for key in keys)  # written in the order of the tables' keys
    guests, counted, pace = Guests(event, work.import_id, work.at), Counted(), Pace(PEOPLE_AT_ONCE)
    left = iter(owned)
    while part := dict(islice(left, pace.size)):
        with get_store().read() as conn:
            people = people_of(conn, event_id, list(part.values()), any_came, work.holding)
        counted.add(people.values())
        wanted = {own: guest_of(people.get(key)) for own, key in part.items()}
        names = iter(guests.unknown(wanted))
        while some := list(islice(names, COMPANIES_AT_ONCE)):
            guests.companies |= run_write(get_store(), partial(_companies, some, work.at))
        with get_store().read() as conn:
            ready = guests.ready(conn, wanted)
        _write_ready(work, pace, ready, len(wanted))
        yield
    counted.companies.update(guests.companies)
    yield from _count_others(work, any_came, counted, set(keys))


def _count_others(work: Work, any_came: bool, counted: Counted, done: set[str]) -> Iterator[None]:
    """Counts everybody else who holds, which takes a while where there are many."""
    beat = time.monotonic()
    with get_store().read() as conn:
        left = iter([key for key in rows.keys(conn, work.event_id, (PEOPLE, ATTENDED)) if key not in done])
    while part := list(islice(left, COUNTED_AT_ONCE)):
        with get_store().read() as conn:
            counted.add(people_of(conn, work.event_id, part, any_came, work.holding).values())
        if time.monotonic() - beat > BEAT_S:
            work.save()
            yield
            beat = time.monotonic()
    work.counted = counted


def _companies(names: list[str], now: datetime, conn: sa.Connection) -> dict[str, str]:
    return {name: company_of(conn, name, now) for name in names}


def _write_ready(work: Work, pace: Pace, ready: Ready, count: int) -> None:
    progress = {"done_count": work.done_count + count}

    def write(conn: sa.Connection) -> None:
        ready.write(conn, work.import_id)
        work.keep(conn, **progress)

    pace.write(write)
    work.row |= progress
    work.sums.add(ready.deltas)


def _ready_lines(work: Work, event: Event) -> Iterator[None]:
    dataset = kinds()[work.kind].dataset
    with get_store().read() as conn:
        buckets = sorted({each[:3] for _, each in rows.series_of(conn, work.event_id, work.import_id)})
    work.save(of_count=len(buckets))
    for each in (name for name in buckets if name > work.at_key):
        with get_store().read() as conn:
            found = bucket(conn, work.event_id, dataset, each, work.holding)
            ready = ready_lines(conn, event, found, work.import_id, work.at)
        note = work.noted(lines=work.note.get("lines", 0) + len(found.entries) + len(found.planned))
        note["planned"] = {**work.note.get("planned", {}), each: list(found.planned)}
        if ready:
            yield from _write_lines(work, ready)
        progress = {"at_key": each, "done_count": work.done_count + 1, "note": note}
        run_write(get_store(), partial(_write_bucket, work, ready, progress))
        work.row |= progress
        if ready:
            work.sums.add(ready.deltas)
        yield


def _write_lines(work: Work, ready: Ready) -> Iterator[None]:
    """The lines of a version, in short transactions; what a worker that was cut off had written of it is put away."""
    key = (work.event_id, ready.feet[0]["participation_id"], int(ready.feet[0]["version"]))

    def clear(conn: sa.Connection) -> None:
        work.keep(conn)
        works.clear_lines(conn, *key)

    run_write(get_store(), clear)
    left, pace = iter([{**line, "trace": encoded(line["trace"])} for line in ready.lines]), Pace(LINES_AT_ONCE)
    ready.lines = []
    while part := list(islice(left, pace.size)):
        pace.write(partial(_write_some, work, part))
        yield


def _write_some(work: Work, part: list[dict[str, Any]], conn: sa.Connection) -> None:
    work.keep(conn)
    works.add_lines(conn, part)


def _write_bucket(work: Work, ready: Ready | None, progress: Mapping[str, Any], conn: sa.Connection) -> None:
    if ready:
        ready.write(conn, work.import_id)
    work.keep(conn, **progress)


# ---------------------------------------------------------------- making it valid
def make_valid(work: Work) -> None:
    """One short transaction: what stands ready holds, or nothing does. Raises Conflict where somebody was ordered for
    meanwhile, or the event is another than it was."""
    event_id, import_id, now = work.event_id, work.import_id, datetime.now(UTC)
    dataset = kinds()[work.kind].dataset
    event = work.event()
    with get_store().read() as conn:
        ready = works.counts(conn, event_id, import_id)
        plans = [
            plan_change(conn, event, f"{dataset}-{name[:2]}", entries, now)
            for name, entries in sorted(work.note.get("planned", {}).items())
        ]

    def write(conn: sa.Connection) -> dict[str, Any]:
        event_rows.take_state(conn, event_id)  # no order, answer or change of state is under way
        hold_state(conn, event_id, "import")
        event = read_event(conn, event_id=event_id, actor=SYSTEM)
        _refuse_changed(conn, work, event, ready)
        if not works.make_valid(conn, event_id, import_id, ready):
            raise Conflict(CHANGED_MEANWHILE)
        work.sums.write(conn, event_id)
        works.add_facet(conn, event_id, import_id)
        for row in works.lines_ready(conn, event_id, import_id) if works.LINES in ready else ():
            offsetting.reslice(conn, event_id, row["participation_id"], row["footprint_version"], None, now)
            boards.refresh_person(conn, event_id, row["participation_id"], now)
        for plan in plans:
            change_plan(conn, event_id, plan, now)
        detail = _detail(conn, work, event, ready, now)
        _tell(conn, work, detail, now)
        values = {"outcome": work.what, "step": works.SWEEPING, "done_count": 0, "of_count": 0,
                  "note": work.noted(planned={}, detail=detail)}  # fmt: skip
        work.keep(conn, **values)
        return values

    work.row |= run_write(get_store(), write)


def _refuse_changed(conn: sa.Connection, work: Work, event: Event, ready: Mapping[str, int]) -> None:
    some = works.CHANGED in ready or works.GONE in ready
    if some and (covered := works.ordered(conn, work.event_id, work.import_id)):
        raise Conflict(COVERED, count=covered)
    if work.note["as_it_was"] != _mark_of(event):
        raise Conflict(CHANGED_MEANWHILE)
    file = rows.get(conn, work.event_id, work.import_id)
    if file is None:
        raise NotFound("There is no import “{value}”.", value=work.import_id[:40])
    if work.what == works.UNDONE and file["state"] != rows.IN:
        raise Conflict("This import was undone before.")


def _detail(
    conn: sa.Connection, work: Work, event: Event, made: Mapping[str, int], now: datetime
) -> dict[str, Any]:  # fmt: skip
    """What it came to."""
    if work.counted is None:
        return {"lines": work.note.get("lines", 0)}
    told = set_expected(conn, event, work.counted, now)
    return told | {"guests_made": made.get(works.NEW, 0), "guests_changed": made.get(works.CHANGED, 0),
                   "guests_removed": made.get(works.GONE, 0)}  # fmt: skip


def _tell(conn: sa.Connection, work: Work, detail: dict[str, Any], now: datetime) -> None:
    """The file is in, or undone; who did it."""
    actor, key = work.actor, (work.event_id, work.import_id)
    file = rows.get(conn, *key)
    assert file is not None
    told = {"file": file["name"], "kind": file["kind"]}
    if work.what == works.UNDONE:
        rows.set_file(conn, *key, state=rows.UNDONE, undone_by=actor.name or actor.label, undone_at=now)
        record(conn, work.event_id, actor, "import.undo", work.import_id, {**told, "rows": file["row_count"]})
        return
    rows.set_file(conn, *key, state=rows.IN, at=now, detail=detail)
    counts = {name: int(file[name]) for name in COUNTS}
    record(conn, work.event_id, actor, "import", work.import_id, {**told, **counts})
