"""The facet: whatever is done, it is what the rows say and adds up to the other roll-ups; nobody is counted twice."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

import accounts
import events
import offsetting
from accounts import SYSTEM, Conflict, set_actor
from data.store import facets, forum, participations, rebuild, rollups
from data.store import schema as s
from data.store.engine import Store, get_store
from data.store.migrate import config
from events.participations import began_of
from offsetting import forestry
from tests.support import facets as facet_questions
from tests.support.api import Forum, open_forum
from tests.support.events import BEIJING, SHANGHAI, body, draft, trip
from tests.support.imports import bring, text
from tests.support.people import open_company
from tests.support.retirement import EVIDENCE, FIRST, LINK, SECOND, WHOM
from tests.support.shop import rows
from tests.test_forestry import FACTS

BODIES = (
    body(trip(), nights=1), body(trip("high_speed_rail", SHANGHAI), nights=2), body(trip("car", SHANGHAI, people=2)),
    body(trip("plane", SHANGHAI), trip("high_speed_rail", BEIJING)), body(),
)  # fmt: skip
GROUPS = (
    ((), {}), (("session_id",), {}), (("category",), {}), (("mode",), {}), (("place_id", "category"), {}),
    (("company_id",), {"mode": ["plane", "high_speed_rail"]}), (("code_id",), {"category": ["travel"]}),
    ((), {"mode": [""]}),
    (("mode",), {"session_id": ["main"], "company_id": [""]}), (("began", "month"), {}), (("activity",), {"month": []}),
)  # fmt: skip


@dataclass
class Day:
    """A forum with a company, a code and guests, to whom everything can happen that roll-ups know."""

    forum: Forum
    company: accounts.Actor
    link: str
    code: str
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    guests: list[str] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)

    def begin(self, session: str = "main", code: bool = False, company: str | None = None) -> str:
        started = events.start_participation(self.forum.slug, session, company, code=self.code if code else "")
        self.guests.append(started.participation_id)
        return started.participation_id

    def answer(self, which: int, body: int) -> None:
        events.save_footprint(self.guests[which % len(self.guests)], BODIES[body % len(BODIES)])

    def order(self, which: int, share: int = 100, pay: str = "succeeded") -> str:
        guest = self.guests[which % len(self.guests)]
        order = offsetting.place_order(guest, self.forum.project, share_percent=share)
        self.orders.append(order.order_id)
        if pay:
            offsetting.demo_payment(order.order_id, pay)
        return order.order_id

    def refund(self, which: int) -> None:
        offsetting.refund_order(self.orders[which % len(self.orders)], "not wanted", SECOND)

    def join(self, which: int) -> None:
        events.join_company(self.guests[which % len(self.guests)], self.link, consent=True)

    def leave(self, which: int) -> None:
        events.leave_company(self.guests[which % len(self.guests)])

    def delete(self, which: int) -> None:
        events.delete_participation(self.guests.pop(which % len(self.guests)))

    def residual(self) -> None:
        order = offsetting.place_event_order(SYSTEM, self.forum.slug, self.forum.project, "residual", 50)
        self.orders.append(order.order_id)
        offsetting.demo_payment(order.order_id, "succeeded")

    def covers_company(self) -> None:
        order = offsetting.place_event_order(self.company, self.forum.slug, self.forum.project, "company")
        self.orders.append(order.order_id)
        offsetting.demo_payment(order.order_id, "succeeded")

    def retire(self, credit_count: int = 1) -> None:
        tranche = rows(s.tranche, event_id=self.forum.event_id)[0]["tranche_id"]
        pick = offsetting.Pick(self.forum.event_id, tranche, credit_count, True)
        number = offsetting.draft_instruction(FIRST, [pick], WHOM).number
        offsetting.send_instruction(FIRST, number)
        offsetting.enter_retirement(
            FIRST, number, link=LINK, evidence=EVIDENCE, evidence_name="r.pdf", retired_on=datetime.now(UTC).date(),
            beneficiary=WHOM,
        )  # fmt: skip
        offsetting.confirm_retirement(SECOND, number)

    def fold(self) -> None:
        events.fold(self.forum.event_id)


def open_day(slug: str = "hall-2026") -> Day:
    set_actor(SYSTEM)
    forum = open_forum(slug)
    company_id = open_company(f"Green Rail {slug}", f"desk@{slug}.example")
    company = accounts.Actor("person", "c", "Company", frozenset({("company", "", company_id)}))
    link = accounts.invite_by_link(company, company_id, slug, "All of us").code
    return Day(forum, company, link, events.make_code(slug, "table_card", "main", "Left").code_id)


@pytest.fixture(autouse=True)
def system() -> Iterator[None]:
    set_actor(SYSTEM)
    yield
    set_actor(accounts.Actor("anonymous"))


def agree(event_id: str, asked: bool = True) -> None:
    """Roll-ups are what rows say; the facet adds up to each of the others; no group is told more people than it has."""
    with get_store().read() as conn:
        assert rebuild.differences(conn, event_id) == []
        found = {name: rollups.as_rows(r, rollups.read(conn, r, event_id)) for name, r in rollups.ALL.items()}
        of_lines = [row for row in found["facet"] if row["category"]]
        grams = ("total_g", "reserved_g", "retired_g")
        counts = tuple(name for name in s.WHOLE_FACET if name != "person_count")
        _same(of_lines, found["cube"], s.KEYS_CUBE, ("line_count", "low_g", "high_g", *grams))
        _same(found["facet"], found["tally"], s.KEYS_TALLY, (*counts, *grams))
        _same(_told(found["facet"], "code_id"), found["channel"], ("code_id",), s.MEASURES_CHANNEL[1:])
        _same(_told(found["facet"], "place_id"), found["origin"], ("place_id",), ("people_count",))
        for by, where in GROUPS if asked else ():
            _asked(conn, event_id, found["facet"], by, where)


def _told(cells: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    return [cell for cell in cells if cell[key]]


def _grouped(cells: Any, by: tuple[str, ...], measures: tuple[str, ...]) -> dict[tuple[str, ...], list[int]]:
    sums: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0] * len(measures))
    for cell in cells:
        entry = sums[tuple(cell[name] for name in by)]
        entry[:] = [old + int(cell[name]) for old, name in zip(entry, measures, strict=True)]
    return {key: entry for key, entry in sums.items() if any(entry)}


def _same(left: Any, right: Any, by: tuple[str, ...], measures: tuple[str, ...]) -> None:
    assert _grouped(left, by, measures) == _grouped(right, by, measures)


def _asked(conn: sa.Connection, event_id: str, cells: Any, by: tuple[str, ...], where: dict[str, list[str]]) -> None:
    lines = {"activity", "mode", "month"}
    alone = "category" not in where and (lines & {*where} or (lines & {*by} and "category" not in by))
    wanted = [c for c in cells if all(c[k] in v for k, v in where.items()) and not (alone and not c["category"])]
    _same(facet_questions.sums(conn, event_id, where, by), wanted, by, s.MEASURES_FACET)
    bound, people = (
        facet_questions.people_bound(conn, event_id, where, by),
        _people(conn, event_id, where, by, bool(alone)),
    )
    assert all(count <= len(people[key]) for key, count in bound.items())
    assert {key for key, found in people.items() if found} == set(bound)
    if not lines & {*where, *by} and "category" not in by and "category" not in where:
        assert bound == {key: len(found) for key, found in people.items()}


def _people(
    conn: sa.Connection, event_id: str, where: dict[str, list[str]], by: tuple[str, ...], alone: bool
) -> dict[tuple[str, ...], set[str]]:  # fmt: skip
    """Who is in each group, from the rows."""
    p, line = s.participation, s.emission_line
    columns = [*rollups.person_columns(), p.c.participation_id]
    current = (line.c.participation_id == p.c.participation_id) & (line.c.version == p.c.footprint_version)
    guests = (p.c.event_id == event_id, p.c.kind != "organiser", p.c.footprint_version > 0)
    query = sa.select(*columns, *[line.c[n] for n in s.KEYS_LINE]).join(line, current).where(*guests)
    cells: list[Any] = list(conn.execute(query).mappings())
    if not alone:
        whole = conn.execute(sa.select(*columns).where(*guests)).mappings()
        cells += [{**row, **dict.fromkeys(s.KEYS_LINE, "")} for row in whole]
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for cell in cells:
        if all(cell[key] in values for key, values in where.items()):
            found[tuple(cell[name] for name in by)].add(cell["participation_id"])
    return found


def test_every_kind_of_change_moves_the_facet_with_the_rows(store: Store) -> None:
    day = open_day()
    first = day.begin(code=True)
    steps: list[Callable[[], Any]] = [
        partial(day.answer, 0, 0), partial(day.answer, 0, 0), partial(day.order, 0, 60), partial(day.answer, 0, 1),
        day.fold, partial(day.join, 0), partial(day.order, 0, 150), partial(day.answer, 0, 4),
        partial(day.answer, 0, 2),
        *[partial(day.begin, "life", code, "Own words") for code in (True, False)],
        *[partial(day.begin, "main") for _ in range(5)],
        *[partial(day.answer, i, i) for i in range(1, 8)], *[partial(day.join, i) for i in range(3, 8)],
        partial(day.order, 3, pay="failed"), day.residual, partial(day.leave, 0), day.covers_company,
        partial(day.answer, 4, 0), day.retire, partial(day.answer, 0, 3), partial(day.leave, 4),
        partial(day.answer, 5, 1), day.fold, partial(day.delete, 2), partial(_gift, day), partial(_expire, day),
        partial(_cancel, day), partial(_plan_forest, day), partial(_own_lines, day), partial(_bring_in_and_undo, day),
        partial(_refund_all, day),
    ]  # fmt: skip
    offsetting.place_order(first, day.forum.project, grams=5_000)  # before there is any footprint: under no place
    for i, step in enumerate(steps):
        step()
        if store.is_sqlite or i % 3 == 0:
            agree(day.forum.event_id, i % 6 == 0)
    day.fold()
    agree(day.forum.event_id)
    states = {(row["buyer"], row["state"]) for row in rows(s.orders, event_id=day.forum.event_id)}
    assert states >= {
        ("guest", "refunded"), ("guest", "cancelled"), ("guest", "expired"), ("guest", "failed"), ("gift", "paid"),
        ("gift", "refunded"),
    }  # fmt: skip
    assert {state for buyer, state in states if buyer in ("company", "organiser")} & {"refunded", "pooled", "retired"}
    assert rows(s.retirement, event_id=day.forum.event_id)


def _gift(day: Day) -> None:
    with get_store().write() as conn:
        forum.put_fund(conn, {
            "event_id": day.forum.event_id, "names": {"en": "Fund"}, "texts": {"en": "Trees"}, "sha256": "",
            "file_name": "", "size_bytes": 0, "is_open": True, "made_by": "test", "made_at": datetime.now(UTC),
        })  # fmt: skip
    kept, returned = (offsetting.place_gift(day.forum.slug, 5_000) for _ in range(2))
    for order_id in (kept, returned):
        offsetting.demo_payment(order_id, "succeeded")
    offsetting.refund_order(returned, "not wanted", SECOND)


def _expire(day: Day) -> None:
    late = day.order(1, pay="")
    offsetting.expire_due(datetime.now(UTC) + timedelta(days=1))
    agree(day.forum.event_id)
    offsetting.demo_payment(late, "succeeded")  # after it has expired: taken anew


def _cancel(day: Day) -> None:
    offsetting.cancel_order(day.order(1, pay=""), "changed their mind")


def _plan_forest(day: Day) -> None:
    facts = replace(FACTS, planted_by=date(2027, 4, 1), checks=(date(2028, 4, 1),), sink_due_on=date(2032, 5, 1))
    plan_id = forestry.draft_plan(SYSTEM, day.forum.slug, facts)
    forestry.agree_plan(SYSTEM, plan_id, b"%PDF the agreement", "agreement.pdf")


def _own_lines(day: Day) -> None:
    power = {"activity": "electricity", "quantity": 1200, "unit": "kWh"}
    for count in (2, 1):
        events.save_inventory(day.forum.slug, {"other": [power] * count})


def _bring_in_and_undo(day: Day) -> None:
    header, zhang = "编号,姓名,同意公开,出发城市,交通方式,住宿晚数,单位,分会场", "1,张三,是,北京,高铁,2,绿铁,main"
    brought = bring("people.csv", text(header, zhang, "2,李四,否,上海,飞机,1,,main"))
    agree(day.forum.event_id)
    events.undo_import(day.forum.slug, brought.import_id)


def _refund_all(day: Day) -> None:
    for order in rows(s.orders, event_id=day.forum.event_id, state="pooled"):
        with suppress(Conflict):  # some of its credits are retired
            offsetting.refund_order(order["order_id"], "called off", SECOND)
            agree(day.forum.event_id)


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_happens_in_whatever_order(sqlite_store: Store, seed: int) -> None:
    day, chance = open_day(), random.Random(seed)
    which = partial(chance.randrange, 100)
    moves: list[Callable[[], Any]] = [
        lambda: day.begin(chance.choice(("main", "life")), bool(which() % 2)), lambda: day.answer(which(), which()),
        lambda: day.answer(which(), which()), lambda: day.order(which(), chance.choice((40, 100, 180))),
        lambda: day.refund(which()), lambda: day.join(which()), lambda: day.leave(which()), day.residual,
        day.covers_company, day.retire, day.fold,
    ]  # fmt: skip
    for i in range(6):
        day.begin()
        day.answer(i, i)
    for step in range(40):
        with suppress(Conflict, ZeroDivisionError):  # refused, or nobody to do it to yet
            chance.choice(moves)()
        if step % 8 == 7:
            agree(day.forum.event_id)


def test_a_group_brought_in_has_a_place_and_no_day(sqlite_store: Store, tmp_path: Path) -> None:
    event = events.create_event(draft())
    file = tmp_path / "groups.csv"
    file.write_text("place,attendances,mode\nBeijing,10,high_speed_rail\nChongqing,6,\n", encoding="utf-8")
    events.import_attendance(file, slug="hall-2026")
    agree(event.event_id)
    with get_store().read() as conn:
        found = facet_questions.sums(conn, event.event_id, {"category": [""]}, ("began", "place_id"))
    assert sorted((row["began"], row["people_count"], row["person_count"]) for row in found) == [
        ("", 6, 1),
        ("", 10, 1),
    ]


def test_the_day_somebody_began_has_its_hour_at_short_events_alone(sqlite_store: Store) -> None:
    event = events.create_event(draft())
    at = datetime(2026, 5, 3, 22, 30, tzinfo=UTC)
    assert began_of(event, at) == "2026-05-04T06"
    assert began_of(replace(event, ends_at=event.starts_at + timedelta(days=3)), at) == "2026-05-04T06"
    assert began_of(replace(event, ends_at=event.starts_at + timedelta(days=4)), at) == "2026-05-04"


def test_cells_of_several_lines_count_nobody_twice(sqlite_store: Store) -> None:
    """Three people with two lines each: six cells of one person, and three people."""
    day = open_day()
    for i in range(3):
        day.begin()
        day.answer(i, 0)
    with get_store().read() as conn:
        ask = partial(facet_questions.people_bound, conn, day.forum.event_id)
        assert ask({}, ()) == {(): 3}
        assert ask({"category": ["travel", "stay"]}, ()) == {(): 3}
        assert ask({}, ("category",)) == {("",): 3, ("stay",): 3, ("travel",): 3}
        assert ask({"session_id": ["elsewhere"]}, ()) == {}
        summed = facet_questions.sums(conn, day.forum.event_id, {"category": ["travel", "stay"]}, ())
    assert [row["person_count"] for row in summed] == [6]


def test_an_order_waits_for_who_moves_its_guest(postgres_store: Store) -> None:
    """A guest's place or company can't change between an order's look at it and what the order notes under it."""
    day = open_day()
    guest = day.begin()
    day.answer(0, 0)
    asked, began, done = get_store(), threading.Event(), []

    def order() -> None:
        set_actor(SYSTEM)
        began.set()
        done.append(day.order(0))

    with asked.write() as conn:
        part = participations.get(conn, day.forum.event_id, guest, lock=True)
        assert part is not None
        facets.moved(conn, part, origin_place_id=SHANGHAI)
        participations.update(conn, day.forum.event_id, guest, origin_place_id=SHANGHAI)
        thread = threading.Thread(target=order)
        thread.start()
        began.wait()
        thread.join(0.3)
        assert done == []
    thread.join()
    with get_store().read() as conn:
        assert [line for line in rebuild.differences(conn, day.forum.event_id) if line.startswith("facet")] == []


def test_a_store_from_before_is_filled_by_its_migration(store: Store) -> None:
    day = open_day()
    for i in range(4):
        day.begin("main", code=bool(i % 2))
        day.answer(i, i)
    day.join(0)
    day.order(0, 150)
    day.order(1, 60)
    day.retire()
    _own_lines(day)
    offsetting.place_order(day.begin(), day.forum.project, grams=5_000)
    with get_store().write() as conn:
        wanted = rebuild.rebuild(conn, day.forum.event_id)["facet"]
        command.downgrade(config(conn), "0020")
        command.upgrade(config(conn), "0021")
        assert rollups.read(conn, rollups.FACET, day.forum.event_id) == wanted
        assert len(wanted) == 11
