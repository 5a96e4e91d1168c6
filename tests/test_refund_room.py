"""What a refund frees is covered, in its own transaction, by what others have paid for and that lay on no line."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest

import offsetting
from accounts import SYSTEM, Actor, set_actor
from data.store import schema as s
from tests.support.retirement import SECOND, enter, sent
from tests.support.shop import NOW, Shop, add_guest, covered, open_shop, pay, prove, rows

ORGANISER = Actor("person", "o", "Organiser", frozenset({("organiser", "", "")}))
COMPANY = Actor("person", "c", "Company", frozenset({("company", "", "acme")}))
pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def shop() -> Shop:
    set_actor(ORGANISER)
    return open_shop(credit_count=6)


def buy(shop: Shop, guest: str, grams: int) -> offsetting.Order:
    return pay(offsetting.place_order(guest, shop.project, grams=grams, now=NOW))


def buy_for(shop: Shop, actor: Actor, covers: object, grams: int) -> offsetting.Order:
    return pay(offsetting.place_event_order(actor, shop.slug, shop.project, covers, grams=grams, now=NOW))


def refund(order: offsetting.Order) -> None:
    offsetting.refund_order(order.order_id, "asked for", SYSTEM, now=NOW)


def laid(order: offsetting.Order) -> tuple[int, int, int]:
    """Grams on lines and extra as they are signed, and the statement's version."""
    subject = json.loads(offsetting.certificate_credential(order.certificate_number))["credentialSubject"]
    return subject["coveredGrams"], subject["extraGrams"], subject["statementVersion"]


def test_a_guests_later_order_covers_what_the_first_no_longer_does(shop: Shop) -> None:
    guest = add_guest(shop, (300_000, 100_000))
    first, second, third = (buy(shop, guest, grams) for grams in (400_000, 250_000, 400_000))
    assert laid(second) == (0, 250_000, 1)
    refund(first)
    assert (laid(second), laid(third)) == ((250_000, 0, 2), (150_000, 250_000, 2)), "the older one first"
    assert covered(guest) == ([300_000, 100_000], 250_000)
    prove(shop)
    refund(second)
    assert laid(third) == (400_000, 0, 3)
    refund(third)
    assert covered(guest) == ([], 0)
    prove(shop)


def test_a_companys_refund_leaves_room_for_its_people_and_the_other_way_round(shop: Shop) -> None:
    guests = [add_guest(shop, (100_000,), "acme") for _ in range(5)]
    whole = buy_for(shop, COMPANY, "company", 500_000)
    own = buy(shop, guests[0], 80_000)
    assert laid(own) == (0, 80_000, 1)
    refund(whole)
    assert laid(own) == (80_000, 0, 2) and covered(guests[1]) == ([], 0)
    again = buy_for(shop, COMPANY, "company", 500_000)
    assert laid(again) == (420_000, 80_000, 1)
    other = buy(shop, add_guest(shop, (90_000,)), 90_000)
    refund(own)
    assert laid(again) == (500_000, 0, 2)
    refund(other)
    assert laid(again) == (500_000, 0, 2), "what is not its people's is none of its scope"
    prove(shop)


def test_the_organisers_extra_covers_what_nobody_holds(shop: Shop) -> None:
    first, second, third = (add_guest(shop, (100_000,)) for _ in range(3))
    over = offsetting.place_event_order(ORGANISER, shop.slug, shop.project, [first, second], grams=150_000, now=NOW)
    orders = [buy(shop, guest, 100_000) for guest in (first, second, third)]
    over = pay(over)
    assert laid(over) == (0, 150_000, 1)
    refund(orders[2])
    assert laid(over) == (0, 150_000, 1), "it was never for the third"
    refund(orders[0])
    assert laid(over) == (100_000, 50_000, 2)
    held = offsetting.place_order(second, shop.project, grams=60_000, now=NOW)
    refund(orders[1])
    assert laid(over) == (140_000, 10_000, 3), "60 kg are held, and left to whoever holds them"
    assert laid(pay(held)) == (60_000, 0, 1)
    prove(shop)


@pytest.mark.parametrize("grams", [1_500_007, 1_000_000])
def test_what_is_retired_goes_along_by_the_gram(shop: Shop, grams: int) -> None:
    guest = add_guest(shop, (500_000, 7, 400_000))
    over = offsetting.place_order(guest, shop.project, grams=grams, now=NOW)  # its credits come first
    first = buy(shop, guest, 900_007)
    over = pay(over)
    number = sent(shop)
    enter(number)
    offsetting.confirm_retirement(SECOND, number, now=NOW)
    assert laid(over) == (0, grams, 2)
    prove(shop)
    refund(first)
    assert laid(over) == (900_007, grams - 900_007, 3)
    assert offsetting.certificate(over.certificate_number).retired_g == 1_000_000
    prove(shop)


def test_a_settled_plans_surplus_covers_too(shop: Shop) -> None:
    guest = add_guest(shop, (200_000,))
    before = NOW - timedelta(days=1)
    plan = offsetting.place_event_order(ORGANISER, shop.slug, shop.project, "plan", grams=300_000, now=before)
    offsetting.demo_payment(plan.order_id, "succeeded", now=before)
    plan = offsetting.get_order(plan.order_id)
    own = buy(shop, guest, 150_000)
    refund(own)
    assert laid(plan) == (0, 0, 1), "what waits on the plan is laid when the plan is settled"
    own = buy(shop, guest, 150_000)
    offsetting.settle_plan(ORGANISER, shop.slug, now=NOW)
    assert laid(plan) == (50_000, 250_000, 2)
    refund(own)
    assert laid(plan) == (200_000, 100_000, 3)
    prove(shop)


def test_where_nothing_lies_beside_nothing_is_stated_anew(shop: Shop) -> None:
    guest = add_guest(shop, (300_000,))
    first, second = buy(shop, guest, 100_000), buy(shop, guest, 100_000)
    refund(first)
    assert laid(second) == (100_000, 0, 1)
    assert not rows(s.claim, order_id=second.order_id, line_no=-1)


def test_two_refunds_at_once_lay_each_gram_once(shop: Shop) -> None:
    for _ in range(4):
        guest = add_guest(shop, (100_000,), "acme")
        first, second, third = (buy(shop, guest, 100_000) for _ in range(3))
        start = threading.Barrier(2)

        def back(order: offsetting.Order, start: threading.Barrier = start) -> None:
            set_actor(ORGANISER)
            start.wait()
            refund(order)

        threads = [threading.Thread(target=back, args=(order,)) for order in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert covered(guest) == ([100_000], 0)
        assert laid(third)[:2] == (100_000, 0)
    prove(shop)
