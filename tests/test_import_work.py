"""Files on their way: cut off at any step and taken up, left out, and never against an order placed meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

import events
import offsetting
from accounts import SYSTEM, Conflict, set_actor
from calculations.model import InputError
from data.store import import_work
from data.store import participations as part_rows
from data.store import schema as s
from data.store.encoded import encoded
from data.store.engine import Store, get_store
from events import bringing_in_run as run
from events import bringing_in_steps as steps
from events import bringing_in_work as work_of
from tests.support.api import open_forum
from tests.support.events import draft

SLUG = "hall-2026"
ROWS = 16
TOWNS = ("北京", "上海")
PEOPLE = "ID,City,Travel mode,Company\n" + "".join(f"R{n},{TOWNS[n % 2]},plane,Firm {n % 3}\n" for n in range(ROWS))
BILLS = "Invoice,Energy,Consumption,Unit\n" + "".join(f"I{n},Electricity,{n + 1},kWh\n" for n in range(ROWS))
WRITTEN = (s.participation, s.footprint, s.emission_line, s.import_row, s.import_file, s.import_staged, s.import_facet,
           s.company)  # fmt: skip


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    set_actor(SYSTEM)
    for name, size in (
        ("BATCH", 7),
        ("PEOPLE_AT_ONCE", 7),
        ("LINES_AT_ONCE", 3),
        ("FACETS_AT_ONCE", 3),
        ("BEAT_S", 0.0),
    ):
        monkeypatch.setattr(steps, name, size)


def start(content: str, slug: str = SLUG) -> events.Going:
    seen = events.receive_file(slug, "file.csv", content.encode())
    return events.start_import(slug, seen.token)


def counts() -> dict[str, int]:
    with get_store().read() as conn:
        asked = {table.name: sa.select(sa.func.count()).select_from(table) for table in WRITTEN}
        return {name: int(conn.execute(query).scalar_one()) for name, query in asked.items()}


def cut_off() -> None:
    """The worker is dead: what it held in memory is gone, and its lease is over."""
    run._live.clear()
    with get_store().write() as conn:
        past = datetime.now(UTC) - timedelta(seconds=1)
        conn.execute(sa.update(s.import_work).where(s.import_work.c.ended_at.is_(None)).values(leased_until=past))


def going(slug: str = SLUG) -> events.Going:
    return events.going_of(slug)[0]


def proven() -> bool:
    return all(finding.ok for finding in events.audit(SLUG))


@pytest.mark.parametrize("content", [PEOPLE, BILLS])
def test_a_file_comes_in_once_wherever_its_worker_is_killed(sqlite_store: Store, content: str) -> None:
    events.create_event(draft())
    start(content)
    for step in ("checking", "staging", "making", "sweeping"):
        while going().step != step or (step != "sweeping" and not going().done_count):
            run.run_imports(slice_s=-1.0)
        if step == "making":
            assert counts()["footprint"] or content == BILLS
            assert events.totals(SLUG).participants == 0 and not events.inventory_view(SLUG).lines and proven()
        cut_off()
    while going().ended_at is None:
        run.run_imports()
    assert going().outcome == "in" and events.totals(SLUG).participants == (ROWS if content == PEOPLE else 0)
    assert len(events.inventory_view(SLUG).lines) == (0 if content == PEOPLE else ROWS)
    found = counts()
    assert found["import_staged"] == found["import_facet"] == 0 and found["import_file"] == 1 and proven()
    assert found["footprint"] == found["participation"]  # nothing is left of what was begun and begun again


@pytest.mark.parametrize("content", [PEOPLE, BILLS])
def test_what_is_left_out_leaves_nothing(sqlite_store: Store, content: str) -> None:
    events.create_event(draft())
    before = counts()
    first = start(content)
    while going().step != "making" or not counts()["footprint"]:
        run.run_imports(slice_s=-1.0)
    events.cancel_import(SLUG, first.work_id)
    while going().ended_at is None:
        run.run_imports()
    assert going().outcome == "cancelled" and counts() == before and proven() and not events.imports_of(SLUG)
    again = events.start_import(SLUG, first.token)  # the file waits still
    assert run.wait_for(again.event_id, again.work_id)["outcome"] == "in" and counts()["import_file"] == 1
    with pytest.raises(Conflict):
        events.cancel_import(SLUG, again.work_id)


def test_a_worker_that_was_thought_dead_changes_nothing(sqlite_store: Store) -> None:
    events.create_event(draft())
    start(PEOPLE)
    while going().step != "making":
        run.run_imports(slice_s=-1.0)
    held, steps_left = run._live.pop()
    with get_store().write() as conn:
        values = {"leased_by": "another", "leased_until": datetime.now(UTC) + timedelta(seconds=60)}
        conn.execute(sa.update(s.import_work).values(**values))
    before = counts()
    assert run._step(held, steps_left) is False and counts() == before
    assert run.run_imports() == 0  # it is another's


def race(monkeypatch: pytest.MonkeyPatch, other: Callable[[], Any]) -> list[BaseException | Any]:
    """Runs ``other`` at the moment at which what is undone would hold: after all was looked at outside, before the
    transaction begins."""
    found: list[Any] = []
    real = steps.make_valid

    def late(work: Any) -> None:
        found.append(other())
        real(work)

    monkeypatch.setattr(run, "make_valid", late)
    return found


def test_an_order_placed_while_an_import_is_undone_keeps_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    forum = open_forum()
    seen = events.receive_file(forum.slug, "people.csv", PEOPLE.encode())
    brought = events.bring_in(forum.slug, seen.token)
    with get_store().read() as conn:
        query = sa.select(s.participation.c.participation_id).where(s.participation.c.import_id == brought.import_id)
        person = conn.execute(query.limit(1)).scalar_one()
    race(monkeypatch, lambda: offsetting.place_order(person, forum.project, share_percent=100))
    with pytest.raises(Conflict, match="ordered"):
        events.undo_import(forum.slug, brought.import_id)
    assert events.imports_of(forum.slug)[0].state == "in"
    assert all(finding.ok for finding in events.audit(forum.slug)) and not counts()["import_staged"]


def test_an_order_and_an_undoing_at_once_never_both_hold(store: Store) -> None:
    """The other way round: the order has looked at its guest and not written yet when the undoing becomes valid. It
    holds the event's state, so that the undoing waits for it (one writer at a time on SQLite)."""
    forum = open_forum()
    seen = events.receive_file(forum.slug, "people.csv", PEOPLE.encode())
    brought = events.bring_in(forum.slug, seen.token)
    event_id = events.get_event(forum.slug).event_id
    with get_store().read() as conn:
        query = sa.select(s.participation.c.participation_id).where(s.participation.c.import_id == brought.import_id)
        people = list(conn.execute(query.limit(6)).scalars())
    ended: list[str] = []
    gate = threading.Barrier(2)

    def undo() -> None:
        set_actor(SYSTEM)
        gate.wait()
        try:
            events.undo_import(forum.slug, brought.import_id)
            ended.append("undone")
        except Conflict:
            ended.append("stays")

    thread = threading.Thread(target=undo)
    thread.start()
    gate.wait()
    placed = 0
    for person in people:
        try:
            offsetting.place_order(person, forum.project, share_percent=100)
            placed += 1
        except (Conflict, events.NotFound):
            break
    thread.join()
    with get_store().read() as conn:
        query = sa.select(s.orders.c.participation_id).where(s.orders.c.event_id == event_id)
        orders = list(conn.execute(query).scalars())
        there = set(conn.execute(sa.select(s.participation.c.participation_id)).scalars())
    assert all(order in there for order in orders if order in people)
    assert ended == (["stays"] if placed else ["undone"])
    assert all(finding.ok for finding in events.audit(forum.slug))


def test_somebody_who_moves_while_a_file_is_undone_keeps_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    events.create_event(draft())
    seen = events.receive_file(SLUG, "people.csv", PEOPLE.encode())
    brought = events.bring_in(SLUG, seen.token)
    people, one = counts()["participation"], s.participation.c.participation_id

    def move() -> None:
        with get_store().write() as conn:
            first = conn.execute(sa.select(sa.func.min(one))).scalar_one()
            conn.execute(sa.update(s.participation).where(one == first).values(company_id="another"))

    race(monkeypatch, move)
    with pytest.raises(Conflict, match="changed while"):
        events.undo_import(SLUG, brought.import_id)
    found = counts()
    assert found["participation"] == people == ROWS and events.imports_of(SLUG)[0].state == "in"
    assert not found["import_staged"] and not found["import_facet"]


def test_rows_of_files_are_stored_as_all_others(store: Store) -> None:
    """Traces encoded before, times bound once and a copy on PostgreSQL leave the very same rows."""
    now, trace = (
        datetime(2026, 5, 4, 7, 30, 15, 120, UTC),
        {"factor": 0.125, "名": ["广州", 'a "b"\\c\n\t', None, True]},
    )
    line = {"event_id": "e", "participation_id": "p", "version": 1, "line_no": 0, "category": "travel", "activity": "a",
            "mode": "", "quantity": 1.5, "unit": "km", "distance_km": None, "factor_id": "f", "low_g": 1, "total_g": 2,
            "high_g": 2**40, "non_co2_g": 0, "month": "2026-05", "upstream_g": 0, "quality": 210}  # fmt: skip
    foot = {"event_id": "e", "participation_id": "p", "version": 1, "factor_set_sha256": "x", "created_at": now}
    with get_store().write() as conn:
        part_rows.insert_footprints(conn, [foot | {"answers": trace}], [line | {"trace": trace}])
        other = {"participation_id": "q"}
        feet, lines = [foot | other | {"answers": encoded(trace)}], [line | other | {"trace": encoded(trace)}]
        import_work.add_footprints(conn, feet, lines)
    with get_store().read() as conn:
        for table in (s.footprint, s.emission_line):
            kept = [c for c in table.columns if c.name != "participation_id"]
            as_text = [sa.cast(c, sa.Text) if isinstance(c.type, sa.JSON | sa.DateTime) else c for c in kept]
            one, two = conn.execute(sa.select(*as_text, *kept).order_by(table.c.participation_id)).all()
            assert tuple(one) == tuple(two) and trace in one


def test_a_step_writes_as_much_as_others_may_wait_for(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, pace = [0.0], work_of.Pace(64)
    monkeypatch.setattr(work_of, "time", SimpleNamespace(monotonic=lambda: clock[0]))

    def size_after(took_s: float) -> int:
        def write(conn: sa.Connection) -> None:
            clock[0] += took_s

        pace.write(write)
        return pace.size

    assert pace.size == 16 and size_after(0.001) == 32 and size_after(0.001) == 64 == size_after(0.001)
    assert size_after(0.2) == 32 and size_after(30.0) == 4 and size_after(0.04) == 8


READINGS = "Meter,Date,Reading,Unit,What\nE-1,2026-05-01,100,kWh,Electricity\nE-1,2026-05-31,900,kWh,Electricity\n"
BILLED = "Invoice,Energy,From,Until,Consumption,Unit{head}\nR1,Electricity,{first},{last},800,kWh{meter}\n"


@pytest.mark.parametrize("readings_first", [True, False])
@pytest.mark.parametrize(
    ("first", "last", "meter", "apart", "is_refused"),
    [
        ("2026-05-01", "2026-05-31", "", False, True), ("2026-05-01", "2026-05-31", "e-1", True, True),
        ("2026-05-01", "2026-05-31", "E-2", False, False), ("2026-05-01", "2026-05-31", "", True, False),
        ("2026-06-01", "2026-06-30", "", False, False), ("2026-05-31", "2026-06-30", "", False, False),
    ],
)  # fmt: skip
def test_an_invoice_and_readings_of_one_meter_count_once(
    sqlite_store: Store, readings_first: bool, first: str, last: str, meter: str, apart: bool, is_refused: bool
) -> None:
    events.create_event(draft())
    head, cell = (",Meter", f",{meter}") if meter else ("", "")
    bill = BILLED.format(first=first, last=last, head=head, meter=cell)
    files = [("a.csv", READINGS), ("b.csv", bill)] if readings_first else [("b.csv", bill), ("a.csv", READINGS)]
    seen = [events.receive_file(SLUG, name, text.encode()) for name, text in files]
    assert {each.reading.kind for each in seen} == {"meters", "energy"}
    events.bring_in(SLUG, seen[0].token, seen[0].reading.as_json() | {"apart": apart})
    told = seen[1].reading.as_json() | {"apart": apart}
    if is_refused:
        with pytest.raises(InputError, match="counted twice"):
            events.bring_in(SLUG, seen[1].token, told)
    else:
        events.bring_in(SLUG, seen[1].token, told)
    assert len(events.inventory_view(SLUG).lines) == (1 if is_refused else 2)
