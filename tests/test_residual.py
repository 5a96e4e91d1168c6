"""The organiser's residual, before the event on the plan and after it on the actuals; who left what to whom."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

import offsetting
from accounts import Actor, set_actor
from calculations.model import InputError
from calculations.slicing import open_beside, slice_beside
from data.store import schema as s
from data.store.engine import get_store
from tests.support.shop import NOW, TOTAL_G, Shop, add_guest, covered, open_shop, pay, prove, rows, set_lines

ORGANISER = Actor("person", "o", "Organiser", frozenset({("organiser", "", "")}))
EXCHANGE = Actor("person", "x", "Exchange", frozenset({("exchange", "", "")}))
COMPANY = Actor("person", "c", "Company", frozenset({("company", "", "acme")}))
BEFORE = NOW - timedelta(days=1)
pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture(autouse=True)
def signed_in() -> None:
    set_actor(ORGANISER)


def plan(shop: Shop, grams: int) -> offsetting.Order:
    """An order on the plan, placed and paid the day before the event."""
    order = offsetting.place_event_order(ORGANISER, shop.slug, shop.project, "plan", grams=grams, now=BEFORE)
    offsetting.demo_payment(order.order_id, "succeeded", now=BEFORE)
    return offsetting.get_order(order.order_id)


def test_the_plan_waits_and_is_settled_on_the_actuals() -> None:
    shop = open_shop()
    order = plan(shop, 500_000)
    assert (order.state, order.covers) == ("pooled", "plan")
    guest, payer = add_guest(shop, (300_000,)), add_guest(shop, (400_000,))
    assert rows(s.claim) == [rows(s.claim)[0] | {"line_no": -2, "grams": 500_000, "participation_id": ""}]
    assert offsetting.coverage_split(shop.slug).planned_g == 500_000
    held = offsetting.certificate(order.certificate_number)
    assert (held.covered_g, held.extra_g, held.planned_g, held.grams) == (0, 0, 500_000, 500_000)
    pay(offsetting.place_order(payer, shop.project, share_percent=50, now=NOW))
    prove(shop)
    with pytest.raises(offsetting.Conflict, match="settle the plan first"):
        offsetting.place_event_order(ORGANISER, shop.slug, shop.project, "residual", now=NOW)
    settled = offsetting.settle_plan(ORGANISER, shop.slug, now=NOW)
    assert (settled.laid_g, settled.extra_g) == (500_000, 0)
    assert (covered(guest)[0], covered(payer)[0]) == ([300_000], [400_000])
    split = offsetting.coverage_split(shop.slug)
    assert (split.covered_g, split.planned_g) == ({"guest": 200_000, "company": 0, "organiser": 500_000}, 0)
    prove(shop)
    assert offsetting.certificate(order.certificate_number).planned_g == 0
    again = offsetting.settle_plan(ORGANISER, shop.slug, now=NOW)
    assert (again.laid_g, again.extra_g) == (0, 0)
    with pytest.raises(offsetting.Conflict, match="nothing left"):
        offsetting.place_event_order(ORGANISER, shop.slug, shop.project, "residual", now=NOW)


def test_a_plan_that_was_too_small_leaves_a_rest_to_order() -> None:
    shop = open_shop()
    plan(shop, 100_000)
    add_guest(shop, (300_000,))
    assert offsetting.settle_plan(ORGANISER, shop.slug, now=NOW).laid_g == 100_000
    rest = offsetting.place_event_order(ORGANISER, shop.slug, shop.project, "residual", now=NOW)
    assert rest.grams == 200_000
    pay(rest)
    prove(shop)


def test_a_plan_that_was_too_large_is_extra_by_name_and_covers_what_opens_later() -> None:
    shop = open_shop()
    order, guest = plan(shop, 900_000), add_guest(shop, (300_000,))
    settled = offsetting.settle_plan(ORGANISER, shop.slug, now=NOW)
    assert (settled.laid_g, settled.extra_g) == (300_000, 600_000)
    assert covered("") == ([], 600_000)
    held = offsetting.certificate(order.certificate_number)
    assert (held.covered_g, held.extra_g, held.holder_kind) == (300_000, 600_000, "organiser")
    assert offsetting.settle_plan(ORGANISER, shop.slug, now=NOW).extra_g == 600_000
    assert len(rows(s.certificate_statement, number=order.certificate_number)) == 2
    set_lines(shop, guest, (300_000, 50_000))
    assert offsetting.settle_plan(ORGANISER, shop.slug, now=NOW).laid_g == 50_000
    prove(shop)
    refunded = offsetting.refund_order(order.order_id, "not wanted", EXCHANGE, now=NOW)
    assert refunded.state == "refunded"
    assert covered(guest) == ([], 0)
    prove(shop)


def test_a_plan_refunded_before_it_is_settled_leaves_nothing() -> None:
    shop = open_shop()
    order = plan(shop, 500_000)
    offsetting.refund_order(order.order_id, "called off", EXCHANGE, now=BEFORE)
    prove(shop)
    add_guest(shop)
    assert offsetting.settle_plan(ORGANISER, shop.slug, now=NOW).order_count == 0


def test_a_plan_has_its_time_and_says_how_much() -> None:
    shop = open_shop()
    with pytest.raises(InputError):
        offsetting.place_event_order(ORGANISER, shop.slug, shop.project, "plan", now=BEFORE)
    with pytest.raises(offsetting.Conflict, match="no plan any more"):
        offsetting.place_event_order(ORGANISER, shop.slug, shop.project, "plan", grams=5_000, now=NOW)
    with pytest.raises(offsetting.Conflict, match="not over"):
        offsetting.settle_plan(ORGANISER, shop.slug, now=BEFORE)
    with pytest.raises(offsetting.Forbidden):
        offsetting.settle_plan(COMPANY, shop.slug, now=NOW)
    with pytest.raises(offsetting.NotFound):
        offsetting.settle_plan(ORGANISER, "elsewhere", now=NOW)


def test_settling_leaves_to_a_guest_what_they_hold() -> None:
    shop = open_shop()
    plan(shop, 300_000)
    guest, other = add_guest(shop, (300_000,)), add_guest(shop, (100_000,))
    held = offsetting.place_order(guest, shop.project, share_percent=100, now=NOW)
    settled = offsetting.settle_plan(ORGANISER, shop.slug, now=NOW)
    assert (settled.laid_g, settled.extra_g) == (100_000, 200_000)
    pay(held)
    assert covered(guest) == ([300_000], 0)
    assert covered(other) == ([100_000], 0)
    prove(shop)


def test_a_wide_order_leaves_to_guests_what_they_hold_and_nobody_is_left_short() -> None:
    shop = open_shop()
    guests = [add_guest(shop, (100_000,), company_id="acme") for _ in range(5)]
    held = offsetting.place_order(guests[0], shop.project, share_percent=100, now=NOW)
    company = offsetting.place_event_order(COMPANY, shop.slug, shop.project, "company", now=NOW)
    assert company.grams == 400_000
    pay(company)
    assert covered(guests[0]) == ([], 0)
    assert [covered(guest)[0] for guest in guests[1:]] == [[100_000]] * 4
    pay(held)
    assert covered(guests[0]) == ([100_000], 0)
    assert covered("") == ([], 0)
    prove(shop)


def test_the_first_that_is_paid_covers_and_the_later_is_told_before_and_is_extra() -> None:
    shop = open_shop()
    guest = add_guest(shop)
    residual = offsetting.place_event_order(ORGANISER, shop.slug, shop.project, "residual", now=NOW)
    held = offsetting.place_order(guest, shop.project, rest=True, now=NOW)  # the residual is not paid
    assert (held.grams, offsetting.extra_if_paid(held.order_id)) == (TOTAL_G, 0)
    late = NOW + timedelta(minutes=1)
    offsetting.cancel_order(held.order_id, "thinking it over", "guest", now=late)
    pay(residual)
    with pytest.raises(offsetting.Conflict, match="nothing left"):
        offsetting.place_order(guest, shop.project, rest=True, now=late)
    again = offsetting.place_order(guest, shop.project, share_percent=25, now=late)
    assert offsetting.extra_if_paid(again.order_id) == again.grams
    pay(again)
    assert covered(guest)[1] == again.grams
    seen = offsetting.coverage_of(guest)
    assert (seen.covered_g, seen.open_g, seen.by_others_g) == (TOTAL_G, 0, TOTAL_G)
    assert [(part.buyer, part.grams, part.extra_g) for part in seen.parts] == [
        ("organiser", TOTAL_G, 0), ("guest", 0, again.grams),
    ]  # fmt: skip
    assert offsetting.extra_if_paid(again.order_id) == 0
    prove(shop)


def test_an_order_adds_to_the_first_one() -> None:
    shop = open_shop()
    guest = add_guest(shop, (100_000,))
    first = pay(offsetting.place_order(guest, shop.project, share_percent=100, now=NOW))
    set_lines(shop, guest, (100_000, 60_000))
    second = offsetting.place_order(guest, shop.project, rest=True, now=NOW)
    assert (second.grams, second.adds_to, first.adds_to) == (60_000, first.order_id, "")
    assert second.as_json()["adds_to"] == first.order_id
    with pytest.raises(offsetting.Conflict, match="nothing left"):
        offsetting.place_order(guest, shop.project, rest=True, now=NOW)
    pay(second)
    set_lines(shop, guest, (100_000, 60_000, 5_000))
    third = pay(offsetting.place_order(guest, shop.project, rest=True, now=NOW))
    assert (third.grams, third.adds_to) == (5_000, first.order_id)
    assert covered(guest) == ([100_000, 60_000, 5_000], 0)
    prove(shop)


def test_two_parties_covering_the_same_lines_at_once_never_exceed_them() -> None:
    shop = open_shop(credit_count=40)
    guests = [add_guest(shop, (90_000, 10_001), company_id="acme") for _ in range(6)]
    orders = [offsetting.place_event_order(ORGANISER, shop.slug, shop.project, "residual", now=NOW)]
    orders += [offsetting.place_event_order(COMPANY, shop.slug, shop.project, "company", now=NOW)]
    orders += [offsetting.place_order(guest, shop.project, share_percent=100, now=NOW) for guest in guests]
    gate = threading.Barrier(len(orders))

    def settle_one(order: offsetting.Order) -> None:
        gate.wait(timeout=30)
        offsetting.demo_payment(order.order_id, "succeeded", now=NOW)

    threads = [threading.Thread(target=settle_one, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert {offsetting.get_order(order.order_id).state for order in orders} == {"pooled"}
    whole = 6 * 100_001
    split = offsetting.coverage_split(shop.slug)
    assert sum(split.covered_g.values()) == whole
    assert sum(split.extra_g.values()) == sum(order.grams for order in orders) - whole
    prove(shop)


def test_the_proof_of_plans_sees_what_is_wrong() -> None:
    shop = open_shop()
    order = pay(offsetting.place_order(add_guest(shop), shop.project, share_percent=50, now=NOW))
    with get_store().write() as conn:
        conn.execute(s.claim.update().where(s.claim.c.order_id == order.order_id).values(line_no=-2))
        conn.execute(s.orders.update().where(s.orders.c.order_id == order.order_id).values(adds_to="nobody's"))
    wrong = {finding.name: finding.detail for finding in offsetting.audit(shop.event_id) if not finding.ok}
    assert "is on no plan" in wrong["what lies on no line is extra or on the plan"]
    assert "adds to nobody's" in wrong["what lies on no line is extra or on the plan"]


def test_holds_are_laid_before_what_is_free_is_told() -> None:
    assert open_beside([10, 10, 10], [([0], 7), ([0, 1], 100)]) == [0, 0, 10]
    laid = slice_beside(15, [10, 10], [([0], 10)])
    assert (laid.grams, laid.extra_g) == ((5, 10), 0)
    assert slice_beside(25, [10, 10], []).extra_g == 5
