"""Gifts to the special fund: paid like any order, kept apart from credits, proved order by order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

import offsetting
from accounts import Actor, set_actor
from calculations.model import InputError
from data.store import forum, rebuild, rollups
from data.store import schema as s
from data.store.engine import Store, get_store
from tests.support.shop import NOW, Shop, add_guest, open_shop, pay, prove, rows

EXCHANGE = Actor("person", "p-exchange", "Exchange", frozenset({("exchange", "", "")}))


@pytest.fixture
def shop(store: Store) -> Shop:
    """An event whose fund takes gifts."""
    made = open_shop()
    open_fund(made)
    return made


def open_fund(shop: Shop, is_open: bool = True) -> None:
    with get_store().write() as conn:
        forum.put_fund(conn, {
            "event_id": shop.event_id, "names": {"en": "Fund"}, "texts": {"en": "Trees"}, "sha256": "",
            "file_name": "", "size_bytes": 0, "is_open": is_open, "made_by": "test", "made_at": NOW,
        })  # fmt: skip


def give(shop: Shop, amount: int = 5_000, outcome: str = "succeeded") -> offsetting.Order:
    order_id = offsetting.place_gift(shop.slug, amount, now=NOW)
    return pay(offsetting.get_order(order_id), outcome)


def on_fund(shop: Shop) -> int:
    entries = rows(s.journal, event_id=shop.event_id, account="special_fund")
    return sum(entry["amount_minor"] for entry in entries)


def proof(shop: Shop) -> offsetting.Finding:
    return next(f for f in offsetting.audit(shop.event_id) if f.name.startswith("gifts buy no gram"))


def test_a_gift_is_the_funds_alone_and_buys_no_gram(shop: Shop) -> None:
    paid = give(shop)
    assert (paid.state, paid.buyer, paid.grams, paid.amount_minor, paid.gift_minor) == ("paid", "gift", 0, 0, 5_000)
    assert paid.certificate_number == "" and paid.allocations == ()
    assert on_fund(shop) == 5_000
    assert rows(s.claim, event_id=shop.event_id) == [] and rows(s.certificate, event_id=shop.event_id) == []
    receipt = offsetting.receipts.receipt_of(paid.order_id)
    assert receipt.receipt is not None and receipt.receipt.number.startswith("TEST-R-")
    assert (receipt.gift_minor, receipt.price_minor, receipt.total_minor) == (5_000, 0, 5_000)
    assert not rows(s.log_entry, event_id=shop.event_id), "the log is of credits"
    prove(shop)


def test_told_twice_a_gift_is_given_once(shop: Shop) -> None:
    give(shop, outcome="doubled")
    assert on_fund(shop) == 5_000
    assert len(rows(s.payment, event_id=shop.event_id)) == 1
    prove(shop)


def test_a_late_gift_is_taken_and_one_called_off_goes_back(shop: Shop) -> None:
    late = offsetting.place_gift(shop.slug, 300, now=NOW)
    after = NOW + timedelta(hours=2)
    offsetting.expire_due(after)
    assert offsetting.get_order(late).state == "expired"
    offsetting.demo_payment(late, "succeeded", now=after)
    assert [state for state, _ in offsetting.get_order(late).states][-3:] == ["expired", "paid_late", "paid"]
    off = offsetting.place_gift(shop.slug, 700, now=NOW)
    offsetting.cancel_order(off, "changed my mind", now=NOW)
    offsetting.demo_payment(off, "succeeded", now=NOW)
    assert offsetting.get_order(off).state == "refunded"
    assert on_fund(shop) == 300
    assert len(rows(s.receipt, event_id=shop.event_id)) == 1, "what was called off has no receipt"
    prove(shop)


def test_a_gift_goes_back_whole_with_a_credit_note(shop: Shop) -> None:
    paid = give(shop)
    set_actor(EXCHANGE)
    back = offsetting.refund_order(paid.order_id, "asked for", EXCHANGE, now=NOW)
    assert back.state == "refunded" and on_fund(shop) == 0
    offsetting.refund_order(paid.order_id, "asked for", EXCHANGE, now=NOW)
    assert sorted(r["kind"] for r in rows(s.receipt, event_id=shop.event_id)) == ["credit_note", "receipt"]
    offsetting.run_due(NOW + timedelta(minutes=1))
    assert offsetting.money_back(paid.order_id)[0].state == "done"
    prove(shop)


def test_a_failed_gift_gives_nothing(shop: Shop) -> None:
    assert give(shop, outcome="failed").state == "failed"
    assert on_fund(shop) == 0
    prove(shop)


@pytest.mark.parametrize("amount", [0, -5, 10**9, True, 1.5])
def test_an_amount_that_is_none_is_refused(shop: Shop, amount: Any) -> None:
    with pytest.raises(InputError, match="amount"):
        offsetting.place_gift(shop.slug, amount)
    assert rows(s.orders, event_id=shop.event_id) == []


def test_a_closed_fund_takes_nothing(sqlite_store: Store) -> None:
    shop = open_shop()
    with pytest.raises(offsetting.Conflict, match="no gifts"):
        offsetting.place_gift(shop.slug, 500)
    open_fund(shop, is_open=False)
    with pytest.raises(offsetting.Conflict, match="no gifts"):
        offsetting.place_gift(shop.slug, 500)
    with pytest.raises(offsetting.NotFound):
        offsetting.place_gift("nowhere", 500)


def test_gifts_of_their_own_and_those_beside_credits_are_one_fund(shop: Shop) -> None:
    for _ in range(3):
        give(shop, 1_000)
    beside = pay(offsetting.place_order(add_guest(shop), shop.project, share_percent=100, gift=True, now=NOW))
    assert offsetting.fund_figures(shop.slug).given_minor is None, "four are too few to be shown"
    give(shop, 1_000)
    assert offsetting.fund_figures(shop.slug).given_minor == 4_000 + beside.gift_minor == on_fund(shop)
    set_actor(EXCHANGE)
    assert offsetting.list_orders(shop.slug).total == 1, "gifts stand on the fund's page"
    assert {g.amount_minor for g in offsetting.gifts_of(shop.slug)} == {1_000}
    prove(shop)


def test_gifts_are_no_orders_of_credits_in_the_figures(shop: Shop) -> None:
    give(shop)
    with get_store().read() as conn:
        tally = rollups.as_rows(rollups.TALLY, rollups.read(conn, rollups.TALLY, shop.event_id))
        assert rebuild.differences(conn, shop.event_id) == []
    assert sum(row["paid_order_count"] + row["order_count"] for row in tally) == 0
    assert sum(row["paid_minor"] for row in tally) == 5_000


def test_the_proof_sees_a_gift_that_bought_or_vanished(sqlite_store: Store) -> None:
    shop = open_shop()
    open_fund(shop)
    paid = give(shop)
    assert proof(shop).ok
    o, j = s.orders.c, s.journal.c
    with get_store().write() as conn:
        conn.execute(sa.update(s.orders).where(o.order_id == paid.order_id).values(grams=10))
    assert "is of 10 g" in proof(shop).detail
    with get_store().write() as conn:
        conn.execute(sa.update(s.orders).where(o.order_id == paid.order_id).values(grams=0))
        to_platform = sa.update(s.journal).where(j.order_id == paid.order_id, j.account == "special_fund")
        conn.execute(to_platform.values(account="platform"))
    assert "the fund has 0 of it" in proof(shop).detail and "of a gift to platform" in proof(shop).detail
