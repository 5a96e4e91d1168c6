"""What is owed, settlements and their statements; the journal's balance at every instant. On both stores."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import offsetting
from accounts import SYSTEM, Actor, Conflict, Forbidden, Unauthenticated, set_actor
from calculations.model import InputError
from data.store import journal, rollups
from data.store import schema as s
from data.store.engine import get_store
from offsetting import fees, settlements
from offsetting.settlements import Account
from tests.support.shop import NOW, Shop, add_guest, open_shop, prove, rows

pytestmark = pytest.mark.usefixtures("store")
CLERK = Actor("person", "p1", "Chen Jie", frozenset({("exchange", "", "")}))
SECOND = Actor("person", "p2", "Wang Lin", frozenset({("exchange", "", "")}))
AUDITOR = Actor("person", "p3", "Auditor", frozenset({("auditor", "", "")}))
ELSEWHERE = Actor("person", "p4", "Of one event", frozenset({("exchange", "abcdefgh", "")}))
DAY = NOW.date()


@pytest.fixture(autouse=True)
def clerk() -> Iterator[None]:
    set_actor(CLERK)
    yield
    set_actor(Actor("anonymous"))


def sold(shop: Shop, share: int = 100, at: datetime = NOW, gift: bool = False) -> offsetting.Order:
    """A guest's order, paid at an instant."""
    order = offsetting.place_order(add_guest(shop), shop.project, share_percent=share, gift=gift, now=at)
    offsetting.demo_payment(order.order_id, "succeeded", now=at)
    return offsetting.get_order(order.order_id)


def owner(shop: Shop) -> Account:
    return Account("project_owner", shop.project, "CNY", False)


def settle(shop: Shop, minor: int, until: date = DAY, after: timedelta = timedelta(days=2)) -> str:
    return settlements.settle(CLERK, owner(shop), until, minor, "ICBC 2021-0917", DAY, now=NOW + after)


def open_of(whose: Account) -> int:
    return sum(o.open_minor for o in settlements.owed() if o.whose == whose)


def test_what_is_owed_is_by_project_owner_and_recipient() -> None:
    shop, other = open_shop(), open_shop(slug="other")
    sold(shop)
    sold(shop, 50)
    sold(other, gift=True)
    found = {(o.account, o.project_id): o.open_minor for o in settlements.owed()}
    assert found == {
        ("project_owner", shop.project): 1717 + 860, ("project_owner", other.project): 1717,
        ("exchange", ""): 163 + 81 + 163, ("platform", ""): 102 + 51 + 102, ("payment", ""): 61 + 30 + 61,
        ("special_fund", ""): rows(s.orders, event_id=other.event_id)[0]["gift_minor"],
    }  # fmt: skip


def test_a_settlement_pays_out_what_is_open_once() -> None:
    shop = open_shop()
    orders = [sold(shop), sold(shop, 50)]
    number = settle(shop, 1717 + 860)
    assert number == "TEST-S-2021-0001"
    assert open_of(owner(shop)) == 0
    known = settlements.settlements()[0]
    assert (known.amount_minor, known.line_count, known.entered_by) == (2577, 2, "Chen Jie")
    assert [o.paid_out_minor for o in settlements.owed() if o.whose == owner(shop)] == [2577]
    statement = settlements.statement_of(number)
    assert sorted(line.order_id for line in statement.lines) == sorted(o.order_id for o in orders)
    assert statement.total_minor == 2577
    with pytest.raises(Conflict, match="settled already"):
        settle(shop, 2577)
    prove(shop)


def test_rounding_is_said_exactly() -> None:
    shop = open_shop()
    sold(shop)
    line = settlements.statement(owner(shop), DAY).lines[0]
    exact = Decimal(453_856) * 4500 / 1_000_000 * Decimal("0.84")
    assert (line.amount_minor, line.order_minor, line.grams, line.share) == (1717, 2043, 453_856, Decimal("0.84"))
    assert line.rounding == 1717 - exact == Decimal("1.42432")


def test_a_refund_after_a_settlement_is_carried_into_the_next() -> None:
    shop = open_shop()
    first = sold(shop)
    number = settle(shop, 1717)
    offsetting.refund_order(first.order_id, "asked for", SYSTEM, now=NOW + timedelta(days=3))
    assert open_of(owner(shop)) == -1717
    later = DAY + timedelta(days=4)
    with pytest.raises(Conflict, match="carried into the next"):
        settle(shop, -1717, later, timedelta(days=5))
    for _ in range(2):
        sold(shop, at=NOW + timedelta(days=3))
    draft = settlements.statement(owner(shop), later)
    assert (draft.carried_minor, draft.total_minor, draft.sum_of("sale")) == (-1717, 1717, 2 * 1717)
    assert [line.before for line in draft.lines if line.kind == "refund"] == [number]
    assert settle(shop, 1717, later, timedelta(days=5)) == "TEST-S-2021-0002"
    assert settlements.statement_of("TEST-S-2021-0001").total_minor == 1717
    prove(shop)


def test_an_order_refunded_before_is_no_debt() -> None:
    shop = open_shop()
    order = sold(shop)
    offsetting.refund_order(order.order_id, "asked for", SYSTEM, now=NOW)
    sold(shop)
    draft = settlements.statement(owner(shop), DAY)
    assert (draft.total_minor, draft.carried_minor, len(draft.lines)) == (1717, 0, 3)
    assert draft.rounding == Decimal("1.42432")
    assert draft.grams == 453_856
    settle(shop, 1717)
    prove(shop)


def test_a_period_ends_with_the_exchanges_day(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop()
    sold(shop, at=datetime.fromisoformat("2021-09-07T23:59:59+00:00"))
    sold(shop, at=datetime.fromisoformat("2021-09-08T00:00:00+00:00"))
    assert settlements.statement(owner(shop), DAY).total_minor == 1717
    settle(shop, 1717)
    assert open_of(owner(shop)) == 1717


def test_two_who_settle_at_once_pay_once() -> None:
    shop = open_shop()
    sold(shop)
    done: list[str] = []

    def work() -> None:
        try:
            done.append(settle(shop, 1717))
        except Conflict as error:
            done.append(error.message)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done)[-1] == "TEST-S-2021-0001"
    assert sum(text.startswith("TEST-") for text in done) == 1
    assert len(rows(s.settlement)) == len(rows(s.settlement_line)) == 1
    prove(shop)


def test_what_has_changed_since_the_look_is_refused() -> None:
    shop = open_shop()
    sold(shop)
    with pytest.raises(Conflict, match="changed since you looked"):
        settle(shop, 1716)
    assert rows(s.settlement) == rows(s.settlement_line) == rows(s.number_series, event_id="") == []


def test_a_payment_that_came_back_is_open_again() -> None:
    shop = open_shop()
    sold(shop)
    number = settle(shop, 1717)
    for _ in range(2):
        settlements.return_payment(CLERK, number, "account closed", now=NOW + timedelta(days=3))
    assert open_of(owner(shop)) == 1717
    draft = settlements.statement(owner(shop), DAY + timedelta(days=3))
    assert [(line.kind, line.amount_minor) for line in draft.lines] == [("came_back", 1717)]
    assert settle(shop, 1717, DAY + timedelta(days=3), timedelta(days=4)) == "TEST-S-2021-0002"
    assert settlements.settlements()[1].returned_note == "account closed"
    prove(shop)


def test_live_money_is_settled_apart() -> None:
    shop, other = open_shop(), open_shop(slug="live", livemode=True)
    sold(shop)
    of = {"project_id": other.project, "currency": "CNY"}
    with get_store().write() as conn:
        live = {"event_id": other.event_id, "order_id": "", "livemode": True, **of}
        journal.post(conn, live, {"buyer": -500, "project_owner": 500}, "payment", NOW)
        rollups.add_money(conn, other.event_id, [{"recipient": "project_owner", "amount_minor": 500, **of}])
    whose = Account("project_owner", other.project, "CNY", True)
    assert [o.open_minor for o in settlements.owed() if o.account == "project_owner"] == [500, 1717]
    assert settlements.settle(CLERK, whose, DAY, 500, "x", DAY, now=NOW) == "S-2021-0001"
    assert settle(shop, 1717) == "TEST-S-2021-0001"
    with get_store().write() as conn:
        offsetting.forget_test_events(conn, [shop.event_id])
    assert [row["number"] for row in rows(s.settlement)] == ["S-2021-0001"]


def test_a_second_person_looks() -> None:
    shop = open_shop()
    sold(shop)
    number = settle(shop, 1717)
    with pytest.raises(Conflict, match="second person"):
        settlements.check_settlement(CLERK, number)
    settlements.check_settlement(SECOND, number, "seen on the bank's statement")
    settlements.check_settlement(AUDITOR, number)
    assert settlements.settlements()[0].checked_by == "Wang Lin"


def test_who_may() -> None:
    shop = open_shop()
    sold(shop)
    for actor, refused in ((AUDITOR, Forbidden), (ELSEWHERE, Forbidden), (Actor("anonymous"), Unauthenticated)):
        with pytest.raises(refused):
            settlements.settle(actor, owner(shop), DAY, 1717, "x", DAY, now=NOW)
    set_actor(AUDITOR)
    assert settlements.owed()
    set_actor(ELSEWHERE)
    for ask in (settlements.owed, settlements.settlements, lambda: settlements.statement(owner(shop), DAY)):
        with pytest.raises(Forbidden):
            ask()


@pytest.mark.parametrize(("reference", "until", "paid_on", "field"), [
    ("", DAY, DAY, "reference"), ("x" * 121, DAY, DAY, "reference"), ("x", date(2021, 9, 12), DAY, "until"),
    ("x", DAY, date(2021, 9, 12), "paid_on"),
])  # fmt: skip
def test_what_does_not_fit_is_named(reference: str, until: date, paid_on: date, field: str) -> None:
    with pytest.raises(InputError) as caught:
        settlements.settle(CLERK, Account("exchange", "", "CNY", False), until, 1, reference, paid_on, now=NOW)
    assert [error.field for error in caught.value.errors] == [field]


def test_a_fee_takes_the_place_of_its_share_once() -> None:
    shop = open_shop()
    order = sold(shop)
    with get_store().write() as conn:
        assert fees.book_fee(conn, shop.event_id, order.order_id, 50, NOW)
        assert not fees.book_fee(conn, shop.event_id, order.order_id, 50, NOW)
    found = {o.account: o.open_minor for o in settlements.owed() if o.open_minor}
    assert found == {"project_owner": 1717, "exchange": 163 + 11, "platform": 102}
    prove(shop)
    offsetting.refund_order(order.order_id, "asked for", SYSTEM, now=NOW)
    assert {o.account: o.open_minor for o in settlements.owed() if o.open_minor} == {"exchange": -50}
    prove(shop)


def test_a_fee_told_after_a_refund_is_the_exchanges() -> None:
    shop = open_shop()
    order = sold(shop)
    offsetting.refund_order(order.order_id, "asked for", SYSTEM, now=NOW)
    with get_store().write() as conn:
        assert fees.book_fee(conn, shop.event_id, order.order_id, 50, NOW)
    assert {o.account: o.open_minor for o in settlements.owed() if o.open_minor} == {"exchange": -50}
    prove(shop)


def test_dropping_a_test_event_forgets_its_settlements() -> None:
    shop, other = open_shop(), open_shop(slug="other")
    sold(shop)
    sold(other)
    exchange = Account("exchange", "", "CNY", False)
    number = settlements.settle(CLERK, exchange, DAY, 326, "x", DAY, now=NOW)
    settlements.return_payment(CLERK, number, "wrong", now=NOW)
    settlements.settle(CLERK, exchange, DAY, 326, "y", DAY, now=NOW)
    with get_store().write() as conn:
        offsetting.forget_test_events(conn, [shop.event_id])
    assert rows(s.settlement) == rows(s.settlement_line) == rows(s.settlement_look) == []
    assert open_of(exchange) == 326
    prove(other)


def test_audit_sees_what_is_wrong() -> None:
    shop = open_shop()
    sold(shop)
    sold(shop)
    settle(shop, 2 * 1717)
    line = rows(s.settlement_line)[0]
    with get_store().write() as conn:
        conn.execute(sa.delete(s.settlement_line).where(s.settlement_line.c.posting_id == line["posting_id"]))
    assert [f.name for f in offsetting.audit() if not f.ok] == [
        "what is settled is settled once and is what was paid out"
    ]  # fmt: skip


STEPS = st.lists(
    st.tuples(st.sampled_from(["pay", "gift", "late", "refund", "fee", "settle", "exchange", "return"]),
              st.integers(0, 9)),
    min_size=4, max_size=12,
)  # fmt: skip


@hypothesis_settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(STEPS)
def test_the_journal_balances_at_every_instant(steps: list[tuple[str, int]]) -> None:
    shop = open_shop(credit_count=3, slug=f"forum-{len(rows(s.event))}")
    paid: list[offsetting.Order] = []
    for i, (kind, pick) in enumerate(steps):
        at = NOW + timedelta(hours=i)
        _step(shop, paid, kind, pick, at)
        whole = sum(row["amount_minor"] for row in rows(s.journal, event_id=shop.event_id))
        assert whole == 0
    prove(shop)
    for whose in (owner(shop), Account("exchange", "", "CNY", False)):
        with get_store().read() as conn:
            j = s.journal.c
            query = sa.select(sa.func.coalesce(sa.func.sum(j.amount_minor), 0)).where(*whose.holds(j))
            assert open_of(whose) == conn.execute(query).scalar()


def _step(shop: Shop, paid: list[offsetting.Order], kind: str, pick: int, at: datetime) -> None:
    """One thing that happens; what can't be now does not."""
    try:
        if kind in ("pay", "gift"):
            paid.append(sold(shop, 25 * (1 + pick % 8), at, gift=kind == "gift"))
        elif kind == "late":
            order = offsetting.place_order(add_guest(shop), shop.project, share_percent=200, now=at)
            offsetting.expire_due(at + timedelta(hours=2))
            offsetting.demo_payment(order.order_id, "succeeded", now=at + timedelta(hours=2))
        elif kind == "refund" and paid:
            offsetting.refund_order(paid[pick % len(paid)].order_id, "asked for", SYSTEM, now=at)
        elif kind == "fee" and paid:
            with get_store().write() as conn:
                fees.book_fee(conn, shop.event_id, paid[pick % len(paid)].order_id, 10 * pick, at)
        elif kind in ("settle", "exchange"):
            whose = owner(shop) if kind == "settle" else Account("exchange", "", "CNY", False)
            settlements.settle(CLERK, whose, at.date(), open_of(whose), "x", DAY, now=at + timedelta(days=1))
        elif kind == "return" and (known := settlements.settlements()):
            settlements.return_payment(CLERK, known[pick % len(known)].number, "came back", now=at)
    except Conflict:
        pass
