"""Batches, tranches, offerings and the exchange's desk, on both stores."""

from __future__ import annotations

import hashlib
import itertools
from datetime import date, timedelta
from typing import Any

import pytest

import offsetting
from accounts import Actor
from calculations.model import InputError
from data.store import allocations, demo, rollups
from data.store import schema as s
from data.store.engine import get_store
from tests.support.retirement import every_step, pick_of, retire_credits
from tests.support.shop import NOW, SPLIT, Shop, add_guest, open_shop, pay, prove, rows

pytestmark = pytest.mark.usefixtures("store")
EXCHANGE = Actor("person", "x", "Exchange", frozenset({("exchange", "", "")}))
SECOND = Actor("person", "y", "Exchange, second person", frozenset({("exchange", "", "")}))
GOOD: dict[str, Any] = {
    "link": "https://registry.example/retirements/1", "evidence": b"%PDF the registry's document",
    "evidence_name": "receipt.pdf", "retired_on": date(2021, 9, 7), "beneficiary": "Guests of the forum",
}  # fmt: skip


def sell(shop: Shop, grams: int) -> offsetting.Order:
    """A paid order of so many grams."""
    guest = add_guest(shop, (grams,))
    return pay(offsetting.place_order(guest, shop.project, share_percent=100, now=NOW))


def retire(shop: Shop, credit_count: int = 1, partly: bool = False, **other: Any) -> offsetting.Retirement:
    """A retirement instructed, entered by one person of the exchange and confirmed by another."""
    return retire_credits(shop, EXCHANGE, SECOND, credit_count, partly, **(GOOD | other))


@pytest.mark.parametrize(
    ("from_g", "to_g"), [(0, 1), (0, 1_000_000), (0, 2_500_000), (3, 40_000_003), (7_000_000, 367_000_000)]
)
def test_slots_tile_and_are_cut_at_whole_credits(from_g: int, to_g: int) -> None:
    found = allocations.slots(from_g, to_g)
    assert (found[0][0], found[-1][1]) == (from_g, to_g)
    assert all(a[1] == b[0] and b[0] % 1_000_000 == 0 for a, b in itertools.pairwise(found))
    assert 1 <= len(found) <= 16


def test_big_tranches_have_sixteen_slots() -> None:
    open_shop(credit_count=360)
    assert len(rows(s.allocation, state="free")) == 16
    prove()


def test_tranches_take_the_next_interval_until_there_is_none() -> None:
    shop = open_shop(credit_count=3)
    with pytest.raises(offsetting.Conflict, match="the longest has 0"):
        offsetting.assign_tranche(shop.event_id, shop.batch_id, 1_000_000, now=NOW)
    offsetting.add_batch("B", shop.project, vintage="2021", credit_count=5, serial_prefix="B-", now=NOW)
    made = [offsetting.assign_tranche(shop.event_id, "B", grams * 1_000_000, now=NOW) for grams in (2, 3)]
    bounds = [(row["from_g"], row["to_g"]) for tranche in made for row in rows(s.tranche, tranche_id=tranche)]
    assert bounds == [(0, 2_000_000), (2_000_000, 5_000_000)]
    assert rows(s.tranche, event_id="") == []
    assert offsetting.offers(shop.slug)[0].vintages == ("2020", "2021")
    prove(shop)


def test_what_is_not_sold_goes_back_and_can_be_assigned_again() -> None:
    shop = open_shop(credit_count=10)
    sell(shop, 300_000)
    held = offsetting.place_order(add_guest(shop, (1_200_000,)), shop.project, share_percent=100, now=NOW)
    assert offsetting.return_tranche(shop.event_id, shop.tranche_id, now=NOW) in (7_000_000, 8_000_000)
    prove(shop)
    other = open_shop(slug="other", credit_count=1)
    back = sum(row["to_g"] - row["from_g"] for row in rows(s.tranche, event_id="", batch_id=shop.batch_id))
    longest = max(row["to_g"] - row["from_g"] for row in rows(s.tranche, event_id="", batch_id=shop.batch_id))
    offsetting.assign_tranche(other.event_id, shop.batch_id, longest, now=NOW)
    assert pay(held).state == "pooled"
    assert back >= longest
    prove(shop, other)


def test_an_unsold_tranche_goes_back_whole() -> None:
    shop = open_shop(credit_count=40)
    assert offsetting.return_tranche(shop.event_id, shop.tranche_id, now=NOW) == 40_000_000
    assert [(row["event_id"], row["from_g"], row["to_g"]) for row in rows(s.tranche)] == [("", 0, 40_000_000)]
    assert rows(s.allocation) == []
    prove(shop)


def test_what_a_batch_may_not_be() -> None:
    shop = open_shop()
    live = open_shop(slug="live", livemode=True)
    with pytest.raises(offsetting.Conflict, match="Test credits"):
        offsetting.assign_tranche(live.event_id, shop.batch_id, 1_000_000, now=NOW)
    with pytest.raises(offsetting.Conflict, match="another batch"):
        offsetting.add_batch(shop.batch_id, shop.project, vintage="1999", credit_count=10, serial_prefix="", now=NOW)
    with pytest.raises(offsetting.NotFound):
        offsetting.add_batch("C", "nothing", vintage="2021", credit_count=5, serial_prefix="C-", now=NOW)
    with pytest.raises(InputError):
        offsetting.assign_tranche(shop.event_id, shop.batch_id, 1_500_000, now=NOW)
    for price, split in ((0, SPLIT), (4500, SPLIT[:2]), (4500, SPLIT[:1] * 2)):
        with pytest.raises(InputError):
            offsetting.open_offering(shop.event_id, shop.project, price, "CNY", split)


def test_orders_keep_the_terms_they_were_placed_under() -> None:
    shop = open_shop()
    order = offsetting.place_order(add_guest(shop), shop.project, share_percent=100, now=NOW)
    offsetting.open_offering(shop.event_id, shop.project, 9000, "CNY", [{"to": "owner", "share": 1}])
    paid = pay(order)
    assert paid.amount_minor == 2043
    assert {row["account"] for row in rows(s.journal)} == {"buyer", "project_owner", "exchange", "platform", "payment"}
    assert offsetting.quote(shop.event_id, shop.project, order.grams).amount_minor == 4085
    offsetting.open_offering(shop.event_id, shop.project, 9000, "CNY", SPLIT, is_open=False)
    assert offsetting.offers(shop.slug) == []
    with pytest.raises(offsetting.NotFound):
        offsetting.quote(shop.event_id, shop.project, 1)


def test_the_desk_counts_by_serial_range() -> None:
    shop = open_shop(credit_count=3)
    sell(shop, 700_000)
    sell(shop, 1_500_000)
    offsetting.place_order(add_guest(shop, (100_000,)), shop.project, share_percent=100, now=NOW)
    row = offsetting.retirement_desk(shop.slug)[0]
    assert row.serials == "DEMO-forum-2020-000001 – DEMO-forum-2020-000003"
    assert (row.sold_g, row.held_g, row.free_g, row.retired_g) == (2_200_000, 100_000, 700_000, 0)
    assert row.ready_count + row.begun_count >= 1
    assert offsetting.retirement_desk()[0] == row
    with pytest.raises(offsetting.NotFound):
        offsetting.retirement_desk("nothing")


def test_whole_credits_are_retired_and_orders_with_them() -> None:
    shop = open_shop(credit_count=2)
    first, second, third = sell(shop, 600_000), sell(shop, 900_000), sell(shop, 500_000)
    assert offsetting.retirement_desk(shop.slug)[0].ready_count == 2
    done = retire(shop)
    assert (done.serials, done.credit_count, done.surplus_g) == (("DEMO-forum-2020-000001",), 1, 0)
    prove(shop)
    states = [offsetting.get_order(o.order_id).state for o in (first, second, third)]
    assert "pooled" in states
    row = rows(s.retirement)[0]
    assert row["evidence_sha256"] == hashlib.sha256(GOOD["evidence"]).hexdigest()
    people = (row["entered_by"], row["confirmed_by"])
    assert (row["from_g"], row["to_g"], *people) == (0, 1_000_000, "person:x", "person:y")
    rest = retire(shop)
    assert set(done.order_ids) | set(rest.order_ids) == {o.order_id for o in (first, second, third)}
    retired = offsetting.get_order(first.order_id)
    assert retired.states[-1][0] == "retired"
    assert "retired" in {row["reason"] for row in rows(s.certificate_statement, number=first.certificate_number)}
    with get_store().read() as conn:
        measures = rollups.read(conn, rollups.TALLY, shop.event_id)[("main", "")]
    totals = dict(zip(rollups.TALLY.measures, measures, strict=True))
    assert (totals["reserved_g"], totals["retired_g"]) == (0, 2_000_000)
    assert {row["state"] for row in rows(s.board_person)} == {"retired"}
    with pytest.raises(offsetting.Conflict, match="Only 0"):
        retire(shop)
    with pytest.raises(offsetting.Conflict, match="can't be refunded"):
        offsetting.refund_order(first.order_id, "too late", EXCHANGE, now=NOW)
    prove(shop)


def test_a_partly_sold_credit_is_retired_only_when_asked_for() -> None:
    shop = open_shop(credit_count=1)
    order = sell(shop, 250_000)
    with pytest.raises(offsetting.Conflict, match="Only 0"):
        retire(shop)
    done = retire(shop, partly=True)
    assert (done.sold_g, done.surplus_g) == (250_000, 750_000)
    assert offsetting.get_order(order.order_id).state == "retired"
    assert offsetting.offers(shop.slug)[0].available_g == 0
    prove(shop)


def test_a_credit_with_held_grams_waits() -> None:
    shop = open_shop(credit_count=1)
    sell(shop, 250_000)
    order = offsetting.place_order(add_guest(shop, (100_000,)), shop.project, share_percent=100, now=NOW)
    with pytest.raises(offsetting.Conflict, match="Only 0"):
        retire(shop, partly=True)
    offsetting.run_due(order.expires_at)
    assert retire(shop, partly=True).credit_count == 1
    prove(shop)


def test_an_order_partly_retired_is_neither_retired_nor_refunded() -> None:
    shop = open_shop(credit_count=2)
    order = sell(shop, 2_000_000)
    retire(shop)
    assert offsetting.get_order(order.order_id).state == "pooled"
    with pytest.raises(offsetting.Conflict, match="some of its credits"):
        offsetting.refund_order(order.order_id, "half", EXCHANGE, now=NOW)
    assert offsetting.get_order(order.order_id).state == "pooled"
    prove(shop)
    retire(shop)
    assert offsetting.get_order(order.order_id).state == "retired"
    prove(shop)


@pytest.mark.parametrize("wrong", [
    {"link": "javascript:alert(1)"}, {"link": "registry.example/1"}, {"link": ""}, {"link": "https://"},
    {"link": "https://a b"}, {"evidence": b""}, {"retired_on": date(2021, 9, 8)},
])  # fmt: skip
def test_a_confirmation_needs_link_evidence_and_a_day(wrong: dict[str, Any]) -> None:
    shop = open_shop(credit_count=1)
    sell(shop, 1_000_000)
    with pytest.raises(InputError):
        retire(shop, **wrong)
    with pytest.raises(InputError):
        retire(shop, credit_count=0)
    assert rows(s.retirement) == []


@pytest.mark.parametrize("role", ["guest", "company", "organiser", "auditor", "sustainability"])
def test_nobody_else_retires(role: str) -> None:
    shop = open_shop(credit_count=1)
    sell(shop, 1_000_000)
    actor = Actor("person", "p", "Somebody", frozenset({(role, "", "")}))
    number = offsetting.draft_instruction(EXCHANGE, [pick_of(shop)], "Guests of the forum", now=NOW).number
    for who, error in ((actor, offsetting.Forbidden), (Actor("anonymous"), offsetting.Unauthenticated)):
        for act in every_step(shop, number):
            with pytest.raises(error):
                act(who)
    assert len(rows(s.instruction_step)) == 1


def test_test_events_are_forgotten_without_a_gap() -> None:
    shop = open_shop(credit_count=4)
    sell(shop, 500_000)
    with get_store().write() as conn:
        offsetting.forget_test_events(conn, [shop.event_id])
        demo.drop_test_events(conn, [shop.event_id])
    prove()
    assert sum(row["to_g"] - row["from_g"] for row in rows(s.tranche, event_id="")) == 4_000_000
    assert offsetting.run_due(NOW + timedelta(days=1)) == 0
