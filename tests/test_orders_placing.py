"""Placing, cancelling and expiring orders, on both stores."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

import offsetting
from accounts import Actor
from calculations.model import InputError
from data.store import schema as s
from data.store.engine import Store
from tests.support.shop import LINES, NOW, TOTAL_G, add_guest, covered, open_shop, pay, prove, rows

pytestmark = pytest.mark.usefixtures("store")
EXCHANGE = Actor("person", "x", "Exchange", frozenset({("exchange", "", "")}))
OUTSIDER = Actor("person", "o", "Outsider", frozenset({("guest", "", "")}))


def test_an_order_holds_its_grams_and_its_price() -> None:
    shop = open_shop()
    guest = add_guest(shop)
    order = offsetting.place_order(guest, shop.project, share_percent=100, now=NOW)
    assert (order.state, order.grams, order.amount_minor) == ("held", TOTAL_G, 2043)
    assert order.expires_at == NOW + timedelta(minutes=15)
    assert offsetting.offers(shop.slug)[0].available_g == 10_000_000 - TOTAL_G
    seen = offsetting.get_order(order.order_id)
    assert [state for state, _ in seen.states] == ["quote", "held"]
    assert sum(a.to_g - a.from_g for a in seen.allocations) == TOTAL_G
    assert seen.as_json()["expires_at"] == "2021-09-07T02:57:00.000Z"
    prove(shop)


@pytest.mark.parametrize(("share", "grams", "price"), [
    (25, 113_464, 511), (50, 226_928, 1022), (100, 453_856, 2043), (200, 907_712, 4085),
])  # fmt: skip
def test_shares_are_quoted_as_they_are_placed(share: int, grams: int, price: int) -> None:
    shop = open_shop()
    order = offsetting.place_order(add_guest(shop), shop.project, share_percent=share, now=NOW)
    quoted = offsetting.shares(shop.event_id, shop.project, TOTAL_G)[share]
    assert (order.grams, order.amount_minor) == (quoted.grams, quoted.amount_minor) == (grams, price)
    assert sum(quoted.parts.values()) == quoted.amount_minor


def test_a_gift_is_apart_from_the_price() -> None:
    shop = open_shop()
    order = offsetting.place_order(add_guest(shop), shop.project, share_percent=100, gift=True, now=NOW)
    assert (order.amount_minor, order.gift_minor, order.total_minor) == (2043, 100, 2143)
    paid = pay(order)
    owed = {row["account"]: row["amount_minor"] for row in rows(s.journal, order_id=paid.order_id)}
    assert owed == {
        "buyer": -2143,
        "project_owner": 1717,
        "exchange": 163,
        "platform": 102,
        "payment": 61,
        "special_fund": 100,
    }
    prove(shop)


@pytest.mark.parametrize("wrong", [
    {}, {"share_percent": 50, "grams": 5}, {"share_percent": 0}, {"share_percent": 201}, {"share_percent": True},
    {"grams": 0}, {"grams": -5}, {"grams": 1.5}, {"grams": 10**16},
])  # fmt: skip
def test_an_amount_that_is_none_is_refused(wrong: dict[str, int]) -> None:
    shop = open_shop()
    with pytest.raises(InputError):
        offsetting.place_order(add_guest(shop), shop.project, now=NOW, **wrong)
    assert rows(s.orders) == []


def test_what_is_not_there_is_refused() -> None:
    shop = open_shop()
    guest = add_guest(shop)
    for participation, project in (
        (guest, "none"),
        ("nonsense", shop.project),
        (f"{shop.event_id}-none", shop.project),
    ):
        with pytest.raises(offsetting.NotFound):
            offsetting.place_order(participation, project, share_percent=100, now=NOW)
    with pytest.raises(offsetting.Conflict, match="footprint"):
        offsetting.place_order(add_guest(shop, ()), shop.project, share_percent=100, now=NOW)
    with pytest.raises(offsetting.Conflict, match="0 g"):
        offsetting.place_order(add_guest(shop, (0,)), shop.project, share_percent=100, now=NOW)
    with pytest.raises(offsetting.NotFound):
        offsetting.get_order(f"{shop.event_id}-none")


def test_test_money_buys_nothing_at_a_live_event() -> None:
    shop = open_shop(livemode=True)
    with pytest.raises(offsetting.Conflict, match="test money"):
        offsetting.place_order(add_guest(shop), shop.project, share_percent=100, now=NOW)


def test_more_than_is_left_is_refused_and_the_last_gram_is_sold() -> None:
    shop = open_shop(credit_count=2)
    guest = add_guest(shop, (5_000_000,))
    offsetting.place_order(guest, shop.project, grams=1_700_000, now=NOW)  # over a slot: several intervals
    with pytest.raises(offsetting.Conflict, match="Only 300.000 kg .* fewer than 300.001 kg"):
        offsetting.place_order(guest, shop.project, grams=300_001, now=NOW)
    offsetting.place_order(guest, shop.project, grams=300_000, now=NOW)
    assert offsetting.offers(shop.slug)[0].available_g == 0
    prove(shop)


def test_cancelled_grams_are_on_offer_again_as_one_piece() -> None:
    shop = open_shop(credit_count=1)
    guest = add_guest(shop)
    orders = [offsetting.place_order(guest, shop.project, grams=grams, now=NOW) for grams in (100, 200, 300)]
    for order in (orders[1], orders[0], orders[2]):
        assert offsetting.cancel_order(order.order_id, "changed my mind", Actor("guest", guest)).state == "cancelled"
    free = rows(s.allocation, event_id=shop.event_id)
    assert [(row["from_g"], row["to_g"], row["state"]) for row in free] == [(0, 1_000_000, "free")]
    assert offsetting.cancel_order(orders[0].order_id, "again", Actor("guest", guest)).state == "cancelled"
    assert len(rows(s.order_transition, order_id=orders[0].order_id)) == 3
    prove(shop)


def test_only_who_may_cancels_and_only_what_is_not_paid() -> None:
    shop = open_shop()
    order = offsetting.place_order(add_guest(shop), shop.project, share_percent=100, now=NOW)
    for actor, refusal in ((OUTSIDER, offsetting.Forbidden), (Actor("anonymous"), offsetting.Unauthenticated)):
        with pytest.raises(refusal):
            offsetting.cancel_order(order.order_id, "no", actor)
    pay(order)
    with pytest.raises(offsetting.Conflict, match="any more"):
        offsetting.cancel_order(order.order_id, "too late", EXCHANGE)


def test_an_order_expires_once_its_time_is_up() -> None:
    shop = open_shop()
    order = offsetting.place_order(add_guest(shop), shop.project, share_percent=100, now=NOW)
    assert offsetting.run_due(order.expires_at - timedelta(seconds=1)) == 0
    assert offsetting.run_due(order.expires_at) == 1
    assert offsetting.run_due(order.expires_at) == 0
    assert offsetting.get_order(order.order_id).state == "expired"
    assert offsetting.offers(shop.slug)[0].available_g == 10_000_000
    prove(shop)


def test_a_second_order_covers_what_is_open_and_the_rest_is_extra() -> None:
    shop = open_shop()
    guest = add_guest(shop)
    pay(offsetting.place_order(guest, shop.project, share_percent=50, now=NOW))
    assert sum(covered(guest)[0]) == TOTAL_G // 2
    pay(offsetting.place_order(guest, shop.project, share_percent=100, now=NOW))
    assert covered(guest) == (list(LINES), TOTAL_G // 2)
    prove(shop)


def test_sixteen_buyers_race_for_the_last_tonne(store: Store) -> None:
    shop = open_shop(credit_count=1)
    guests = [add_guest(shop) for _ in range(16)]
    bought: list[int] = []
    refused: list[str] = []

    def buy(guest: str) -> None:
        for grams in (70_000, 30_000, 30_000, 12_500, 12_500):
            try:
                bought.append(offsetting.place_order(guest, shop.project, grams=grams, now=NOW).grams)
            except offsetting.Conflict as refusal:
                refused.append(str(refusal))

    threads = [threading.Thread(target=buy, args=(guest,)) for guest in guests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bought) + len(refused) == 80
    assert sum(bought) <= 1_000_000
    left = offsetting.offers(shop.slug)[0].available_g
    assert sum(bought) + left == 1_000_000
    assert left < 12_500  # nobody was refused what was there
    prove(shop)


def test_sixteen_buyers_race_over_slots_to_the_last_gram(store: Store) -> None:
    shop = open_shop(credit_count=16)
    guests = [add_guest(shop) for _ in range(16)]
    sold: list[int] = []

    def buy(guest: str) -> None:
        for _ in range(10):
            try:
                sold.append(offsetting.place_order(guest, shop.project, grams=400_000, now=NOW).grams)
            except offsetting.Conflict:
                return

    threads = [threading.Thread(target=buy, args=(guest,)) for guest in guests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sold) == 16_000_000
    assert offsetting.offers(shop.slug)[0].available_g == 0
    prove(shop)
