"""Thirty-two buyers and one tonne, again and again: sold is what there was, to the gram, and nothing is sold twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

import offsetting
from accounts import Actor
from data.store import schema as s
from data.store.engine import Store
from tests.support.load import IS_SOAK, NOW, STOCK_G, Came, Crowd, Lot, grams_of, open_lot, rush, settle
from tests.support.shop import Shop, add_guest, open_shop, prove, rows

BUYERS, PROCESSES = 32, 4 if IS_SOAK else 2
ROUNDS = {"threads": 500, "processes": 500} if IS_SOAK else {"threads": 5, "processes": 4}
LIVELY_ROUNDS = {"threads": 60, "processes": 60} if IS_SOAK else {"threads": 1, "processes": 1}
Rush = Callable[[list[str], str, str, bool], Came]


@pytest.fixture(params=["threads", "processes"])
def crowd(request: pytest.FixtureRequest, store: Store, own_folder: Path) -> Iterator[Rush]:
    """A way for buyers to come at once."""
    if request.param == "threads":
        yield rush
        return
    opened = Crowd(store.url.render_as_string(hide_password=False), own_folder, PROCESSES)
    yield opened.rush
    opened.close()


def how(request: pytest.FixtureRequest) -> str:
    return "processes" if "processes" in request.node.name else "threads"


def test_the_last_tonne_is_sold_to_the_gram(request: pytest.FixtureRequest, crowd: Rush) -> None:
    shop, began = open_shop(slug="rush"), time.monotonic()
    guests = [add_guest(shop) for _ in range(BUYERS)]
    for number in range(ROUNDS[how(request)]):
        lot = open_lot(shop, number)
        came = crowd(guests, lot.project, f"{number}", False)
        assert not came.broken, came.broken
        assert len(came.bought) + len(came.refused) == BUYERS * 2
        grams = grams_of(shop, lot)
        assert grams == {"held": sum(came.bought), "free": STOCK_G - sum(came.bought)} or sum(came.bought) == STOCK_G
        assert grams.get("free", 0) < min(came.refused)  # nobody was refused what was there
        last_order(shop, lot, guests[number % BUYERS], grams.get("free", 0))
        tell(request, number, began)
    prove(shop)


def last_order(shop: Shop, lot: Lot, guest: str, left: int) -> None:
    """What is left can be bought whole, and not a gram more."""
    with pytest.raises(offsetting.Conflict):
        offsetting.place_order(guest, lot.project, grams=left + 1, now=NOW)
    if left:
        offsetting.place_order(guest, lot.project, grams=left, now=NOW)
    assert grams_of(shop, lot) == {"held": STOCK_G}


def test_with_holds_expiring_refunds_and_late_payments(request: pytest.FixtureRequest, crowd: Rush) -> None:
    shop, began = open_shop(slug="lively"), time.monotonic()
    guests = [add_guest(shop) for _ in range(BUYERS)]
    for number in range(LIVELY_ROUNDS[how(request)]):
        lot = open_lot(shop, number)
        came = crowd(guests, lot.project, f"{number}", True)
        assert not came.broken, came.broken
        assert sum(grams_of(shop, lot).values()) == STOCK_G
        settle()
        grams = grams_of(shop, lot)
        assert set(grams) <= {"sold", "free"} and sum(grams.values()) == STOCK_G
        tell(request, number, began)
        if number % 20 == 19:
            prove(shop)
    prove(shop)
    states = {row["state"] for row in rows(s.orders, event_id=shop.event_id)}
    assert states >= {"pooled", "refunded", "expired"}, "the rush was not as lively as it should be"


def test_what_touches_is_given_back_as_one(store: Store) -> None:
    """Intervals of one order that touch, with free grams on both sides: nothing is lost as they join."""
    shop = open_shop(slug="touching")
    lot, guest = open_lot(shop, 0), add_guest(shop)
    free = {"event_id": shop.event_id, "tranche_id": lot.tranche_id, "state": "free", "slot": 0, "livemode": False}
    cuts = (0, 100_000, 400_000, 700_000, STOCK_G)
    with store.write() as conn:
        conn.execute(sa.delete(s.allocation).where(s.allocation.c.tranche_id == lot.tranche_id))
        for from_g, to_g in pairwise(cuts):
            conn.execute(sa.insert(s.allocation), free | {"order_id": "", "from_g": from_g, "to_g": to_g})
    order = offsetting.place_order(guest, lot.project, grams=650_000, now=NOW)
    assert grams_of(shop, lot) == {"held": 650_000, "free": 350_000}
    offsetting.cancel_order(order.order_id, "changed my mind", Actor("guest", guest), now=NOW)
    assert grams_of(shop, lot) == {"free": STOCK_G}
    assert len(rows(s.allocation, tranche_id=lot.tranche_id)) < len(cuts) - 1
    prove(shop)


def tell(request: pytest.FixtureRequest, number: int, began: float) -> None:
    """In the long run one sees how far it is."""
    if IS_SOAK and number % 100 == 99:
        capture = request.config.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            print(f"\n  {request.node.name}: {number + 1} rounds in {time.monotonic() - began:.0f} s", flush=True)
