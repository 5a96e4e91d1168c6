"""Planting against orders on the same lines, all at once: both ways together never cover more than a line."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

import offsetting
from accounts import Actor, set_actor
from data.store import claims
from data.store.engine import Store, get_store, repeated
from offsetting import forestry
from tests.support.load import EXCHANGE, IS_SOAK
from tests.support.shop import NOW, Shop, add_guest, open_shop, prove, set_lines
from tests.test_forestry import FACTS, ORGANISER

ROUNDS, GUESTS = 150 if IS_SOAK else 4, 4
Act = Callable[[], object]


def rush(acts: list[Act], actor: Actor) -> list[BaseException]:
    """All at once, each in a thread of its own; what went wrong but for what is refused with a sentence."""
    start, broken = threading.Barrier(len(acts)), []

    def one(act: Act) -> None:
        set_actor(actor)
        start.wait()
        try:
            act()
        except offsetting.Conflict:
            return
        except BaseException as error:
            broken.append(error)

    threads = [threading.Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return broken


def cover(shop: Shop) -> tuple[int, int, int]:
    """Grams emitted, covered by both ways, and planted of them; never more than a line on any line."""
    with get_store().read() as conn:
        lines = claims.lines_in_scope(conn, shop.event_id, None, "")
    for line in lines:
        assert 0 <= line["planted_g"] <= line["covered_g"] <= line["total_g"], dict(line)
    return tuple(sum(int(line[name]) for line in lines) for name in ("total_g", "covered_g", "planted_g"))


def buy(shop: Shop, guest: str, share: int) -> None:
    order = offsetting.place_order(guest, shop.project, share_percent=share, now=NOW)
    offsetting.demo_payment(order.order_id, "succeeded", now=NOW)


def buy_for_all(shop: Shop) -> None:
    order = offsetting.place_event_order(ORGANISER, shop.slug, shop.project, "residual", share_percent=20, now=NOW)
    offsetting.demo_payment(order.order_id, "succeeded", now=NOW)


def change(shop: Shop, guest: str, lines: tuple[int, ...]) -> None:
    """Told anew, and again where PostgreSQL asks for it, as whoever keeps a footprint does."""
    repeated(lambda: set_lines(shop, guest, lines))


def plant(shop: Shop, grams: int) -> None:
    plan_id = forestry.draft_plan(ORGANISER, shop.slug, replace(FACTS, expected_g=grams), now=NOW)
    forestry.agree_plan(ORGANISER, plan_id, b"%PDF the agreement", "agreement.pdf", now=NOW)


def test_planting_and_orders_at_once_never_exceed_a_line(store: Store) -> None:
    dice = random.Random(7)
    for number in range(ROUNDS):
        set_actor(ORGANISER)
        shop = open_shop(slug=f"race-{number}")
        guests = [add_guest(shop, (dice.randrange(1, 90_000), dice.randrange(1, 90_000))) for _ in range(GUESTS)]
        first = offsetting.place_order(guests[0], shop.project, share_percent=80, now=NOW)
        offsetting.demo_payment(first.order_id, "succeeded", now=NOW)
        acts: list[Act] = [lambda shop=shop: plant(shop, 150_000), lambda shop=shop: plant(shop, 90_000),
                           lambda shop=shop: buy_for_all(shop)]  # fmt: skip
        acts += [lambda guest=guest, shop=shop: buy(shop, guest, 60) for guest in guests]
        acts.append(lambda shop=shop, guest=guests[1]: change(shop, guest, (10_000, 70_000)))
        acts.append(lambda order=first: offsetting.refund_order(order.order_id, "asked for", EXCHANGE, now=NOW))
        dice.shuffle(acts)
        assert not rush(acts, ORGANISER)
        change(shop, guests[1], (10_000, 5_000_000))  # more than all orders hold: the plantings have their part
        plant(shop, 50_000)
        assert cover(shop)[2]
        prove(shop)


def test_plans_that_end_while_orders_are_paid_leave_each_line_whole(store: Store) -> None:
    for number in range(ROUNDS):
        set_actor(ORGANISER)
        shop = open_shop(slug=f"end-{number}")
        guests = [add_guest(shop, (40_000, 30_001)) for _ in range(GUESTS)]
        plans = []
        for grams in (100_000, 80_000):
            plans.append(forestry.draft_plan(ORGANISER, shop.slug, replace(FACTS, expected_g=grams), now=NOW))
            forestry.agree_plan(ORGANISER, plans[-1], b"%PDF the agreement", "agreement.pdf", now=NOW)
        acts: list[Act] = [lambda plan=plans[0]: forestry.withdraw_plan(ORGANISER, plan, "not kept", now=NOW),
                           lambda plan=plans[1]: forestry.lay_again(ORGANISER, plan, now=NOW)]  # fmt: skip
        acts += [lambda guest=guest, shop=shop: buy(shop, guest, 100) for guest in guests]
        acts.append(lambda shop=shop, guest=guests[0]: change(shop, guest, (5_000, 2)))
        assert not rush(acts, ORGANISER)
        forestry.lay_again(ORGANISER, plans[1], now=NOW)
        emitted_g, covered_g, _ = cover(shop)
        assert covered_g <= emitted_g
        prove(shop)


@pytest.mark.parametrize("planting_first", [True, False])
def test_whoever_comes_second_has_what_is_left(store: Store, planting_first: bool) -> None:
    shop = open_shop()
    set_actor(ORGANISER)
    guest = add_guest(shop, (60_000, 40_000))
    steps: list[Act] = [lambda: plant(shop, 70_000), lambda: buy(shop, guest, 50)]
    for step in steps if planting_first else reversed(steps):
        step()
    assert cover(shop) == ((100_000, 100_000, 70_000) if planting_first else (100_000, 100_000, 50_000))
    prove(shop)
