"""Paid orders when footprints change and when money goes back; companies and the organiser cover the rest."""

from __future__ import annotations

import random

import pytest

import offsetting
from accounts import Actor
from calculations.model import InputError
from data.store import journal, rollups
from data.store import schema as s
from data.store.engine import get_store
from tests.support.shop import NOW, TOTAL_G, add_guest, covered, open_shop, pay, prove, rows, set_lines

pytestmark = pytest.mark.usefixtures("store")
ORGANISER = Actor("person", "o", "Organiser", frozenset({("organiser", "", "")}))
EXCHANGE = Actor("person", "x", "Exchange", frozenset({("exchange", "", "")}))
COMPANY = Actor("person", "c", "Company", frozenset({("company", "", "acme")}))


def test_surplus_becomes_an_extra_contribution_and_comes_back() -> None:
    shop = open_shop()
    guest = add_guest(shop)
    order = pay(offsetting.place_order(guest, shop.project, share_percent=100, now=NOW))
    set_lines(shop, guest, (100_000,))
    assert covered(guest) == ([100_000], TOTAL_G - 100_000)
    prove(shop)
    set_lines(shop, guest, (400_000, 100_000))
    assert covered(guest) == ([363_084, 90_772], 0)
    prove(shop)
    assert offsetting.get_order(order.order_id).certificate_number == order.certificate_number
    statements = rows(s.certificate_statement, number=order.certificate_number)
    assert [row["reason"] for row in statements] == ["issued", "claim changed", "claim changed"]


def test_the_older_order_keeps_its_cover() -> None:
    shop = open_shop()
    guest = add_guest(shop, (100, 100))
    first = pay(offsetting.place_order(guest, shop.project, grams=60, now=NOW))
    second = pay(offsetting.place_order(guest, shop.project, grams=140, now=NOW))
    set_lines(shop, guest, (100,))
    extra = {row["order_id"]: row["grams"] for row in rows(s.claim, participation_id=guest, line_no=-1)}
    older = min(first, second, key=lambda order: order.order_id)  # paid at one moment: the id decides
    assert sum(grams for order_id, grams in extra.items() if order_id == older.order_id) == max(0, older.grams - 100)
    assert covered(guest) == ([100], 100)
    prove(shop)


def test_a_refund_undoes_everything() -> None:
    shop = open_shop()
    order = pay(offsetting.place_order(add_guest(shop), shop.project, share_percent=200, gift=True, now=NOW))
    refunded = offsetting.refund_order(order.order_id, "by mistake", EXCHANGE, now=NOW)
    assert refunded.state == "refunded"
    assert covered(order.participation_id) == ([], 0)
    assert offsetting.offers(shop.slug)[0].available_g == 10_000_000
    assert rows(s.board_person) == []
    with get_store().read() as conn:
        standing = {"buyer": -order.total_minor, "to_give_back": order.total_minor}  # until the provider has taken it
        assert journal.balances(conn, shop.event_id, order.order_id) == standing
        assert rollups.read(conn, rollups.MONEY, shop.event_id) == {}
    assert rows(s.certificate)[0]["revoked_at"] is not None
    assert offsetting.refund_order(order.order_id, "again", EXCHANGE, now=NOW).state == "refunded"
    offsetting.run_due(NOW)
    with get_store().read() as conn:
        assert journal.balances(conn, shop.event_id, order.order_id) == {}
    assert sorted(row["state"] for row in rows(s.payment)) == ["refunded", "succeeded"]
    assert [row["action"] for row in rows(s.audit_trail)] == ["order.refund"]
    prove(shop)


def test_only_the_exchange_refunds_and_only_what_is_paid() -> None:
    shop = open_shop()
    order = offsetting.place_order(add_guest(shop), shop.project, share_percent=100, now=NOW)
    with pytest.raises(offsetting.Conflict):
        offsetting.refund_order(order.order_id, "not paid", EXCHANGE, now=NOW)
    for actor, refusal in ((ORGANISER, offsetting.Forbidden), (Actor("anonymous"), offsetting.Unauthenticated)):
        with pytest.raises(refusal):
            offsetting.refund_order(order.order_id, "no", actor, now=NOW)


def test_the_organiser_covers_what_is_left() -> None:
    shop = open_shop()
    first, second = add_guest(shop), add_guest(shop, (50_000,), session_id="side")
    inventory = add_guest(shop, (200_000,), kind="organiser")
    pay(offsetting.place_order(first, shop.project, share_percent=50, now=NOW))
    offsetting.place_order(second, shop.project, share_percent=100, now=NOW)  # held counts as covered
    order = offsetting.place_event_order(ORGANISER, shop.slug, shop.project, "residual", now=NOW)
    assert order.grams == TOTAL_G // 2 + 200_000
    pay(order)
    assert sum(covered(first)[0]) + sum(covered(second)[0]) + sum(covered(inventory)[0]) == TOTAL_G + 200_000
    prove(shop)
    assert offsetting.offers(shop.slug)[0].available_g == 10_000_000 - TOTAL_G - 250_000


def test_what_guests_cover_meanwhile_makes_the_organisers_an_extra() -> None:
    shop = open_shop()
    guest = add_guest(shop)
    order = offsetting.place_event_order(ORGANISER, shop.slug, shop.project, "residual", now=NOW)
    pay(offsetting.place_order(guest, shop.project, share_percent=100, now=NOW))
    pay(order)
    assert covered("") == ([], TOTAL_G)
    prove(shop)
    set_lines(shop, guest, (100,))
    prove(shop)
    with pytest.raises(offsetting.Conflict, match="nothing left"):
        offsetting.place_event_order(ORGANISER, shop.slug, shop.project, "residual", now=NOW)


def test_a_company_covers_its_own_people_only() -> None:
    shop = open_shop()
    own, other = [add_guest(shop, company_id="acme") for _ in range(4)], add_guest(shop, company_id="other")
    with pytest.raises(offsetting.Conflict, match="five of your people"):
        offsetting.place_event_order(COMPANY, shop.slug, shop.project, "company", share_percent=50, now=NOW)
    own.append(add_guest(shop, company_id="acme"))
    order = offsetting.place_event_order(COMPANY, shop.slug, shop.project, "company", share_percent=50, now=NOW)
    assert (order.buyer, order.company_id, order.grams) == ("company", "acme", 5 * TOTAL_G // 2)
    pay(order)
    assert sum(row["grams"] for row in rows(s.claim)) == 5 * TOTAL_G // 2
    assert {row["participation_id"] for row in rows(s.claim)} <= set(own)
    assert covered(other) == ([], 0)
    prove(shop)
    for covers in ({"company": "other"}, "residual"):
        with pytest.raises(offsetting.Forbidden):
            offsetting.place_event_order(COMPANY, shop.slug, shop.project, covers, now=NOW)


def test_named_participations_are_covered() -> None:
    shop, elsewhere = open_shop(), open_shop(slug="elsewhere")
    guests = [add_guest(shop) for _ in range(3)]
    stranger = add_guest(elsewhere)
    pay(offsetting.place_event_order(ORGANISER, shop.slug, shop.project, guests[:2], now=NOW))
    assert [sum(covered(guest)[0]) for guest in guests] == [TOTAL_G, TOTAL_G, 0]
    for covers in ([], [stranger], ["nonsense"], "everybody", 7):
        with pytest.raises(InputError):
            offsetting.place_event_order(ORGANISER, shop.slug, shop.project, covers, now=NOW)
    prove(shop, elsewhere)


def test_a_long_random_life_stays_exact() -> None:
    dice = random.Random(7)
    shop = open_shop(credit_count=5)
    guests = [add_guest(shop, (dice.randint(1, 400_000), dice.randint(0, 9))) for _ in range(4)]
    orders: list[offsetting.Order] = []
    for _ in range(60):
        act = dice.choice(["order", "order", "pay", "fail", "refund", "change", "residual"])
        try:
            if act == "order":
                orders.append(
                    offsetting.place_order(
                        dice.choice(guests), shop.project, share_percent=dice.randint(1, 200), now=NOW
                    )
                )
            elif act == "residual":
                orders.append(offsetting.place_event_order(ORGANISER, shop.slug, shop.project, "residual", now=NOW))
            elif act == "change":
                set_lines(shop, dice.choice(guests), [dice.randint(0, 400_000) for _ in range(dice.randint(1, 4))])
            elif orders and act in ("pay", "fail"):
                pay(dice.choice(orders), "succeeded" if act == "pay" else "failed")
            elif orders:
                offsetting.refund_order(dice.choice(orders).order_id, "dice", EXCHANGE, now=NOW)
        except offsetting.Conflict:
            continue
    prove(shop)
    assert {order.state for order in (offsetting.get_order(o.order_id) for o in orders)} >= {"pooled", "refunded"}
