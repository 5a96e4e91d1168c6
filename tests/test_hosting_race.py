"""Guests answer under the host's orders on the plan while these are paid, paid back and retired, all at once: nobody
waits for who waits for them, no gram lies on two lines or on none, and what is left on the plan finds whoever has room.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable

import pytest
from sqlalchemy.exc import DBAPIError

import offsetting
from accounts import SYSTEM, set_actor
from calculations.order_states import SOLD
from data.store import claims, engine
from data.store import schema as s
from data.store.engine import Store, get_store
from tests.support.events import trip
from tests.support.hosting import PROJECT, answer, buy, confirm, entered, open_hosted, wrong_of
from tests.support.load import EXCHANGE, IS_SOAK
from tests.support.shop import rows

ROUNDS = 60 if IS_SOAK else 2
LONGEST_S = 60.0
TOLD = ([trip("plane")], [trip("rail")], [], [trip("plane"), trip("rail")])


class Crowd:
    """People who each do their own at once; what broke on the way."""

    def __init__(self) -> None:
        self.broken: list[str] = []
        self._threads: list[threading.Thread] = []
        self._gate = threading.Event()

    def add(self, act: Callable[[], object]) -> None:
        """One more, who begins when all do."""

        def run() -> None:
            set_actor(SYSTEM)
            self._gate.wait()
            try:
                act()
            except offsetting.Conflict:
                pass  # overtaken
            except Exception as error:
                self.broken.append(f"{type(error).__name__}: {error}"[:4000])

        self._threads.append(threading.Thread(target=run, daemon=True))

    def go(self) -> None:
        """All begin; each is done within a bounded time."""
        for thread in self._threads:
            thread.start()
        self._gate.set()
        for thread in self._threads:
            thread.join(LONGEST_S)
        assert not any(thread.is_alive() for thread in self._threads), "somebody waits for ever"
        assert not self.broken, "\n".join(self.broken)


def tell(guest: str, seed: str, times: int) -> Callable[[], object]:
    """A guest who answers again and again, more and less."""
    chance = random.Random(seed)
    return lambda: [answer(*chance.choice(TOLD), of=guest) for _ in range(times)]


def come(count: int) -> Callable[[], object]:
    """New guests, one after the other."""
    return lambda: [answer(trip("rail")) for _ in range(count)]


def pay_oneself(guest: str) -> None:
    """A guest who pays all the same, and is paid back."""
    own = offsetting.place_order(guest, PROJECT, share_percent=100)
    offsetting.demo_payment(own.order_id, "succeeded")
    offsetting.refund_order(own.order_id, "asked for", EXCHANGE)


def back_and_anew(order_id: str, grams: int) -> None:
    """An order on the plan is paid back, and another is bought."""
    offsetting.refund_order(order_id, "asked for", EXCHANGE)
    buy(grams)


def passed_over(event_id: str) -> list[str]:
    """Guests with open lines while grams wait on the plan."""
    with get_store().read() as conn:
        waiting = sum(int(row["grams"]) for row in claims.on_no_line(conn, event_id) if row["line_no"] == -2)
        lines = claims.lines_in_scope(conn, event_id, None, "") if waiting else []
        return [line["participation_id"] for line in lines if line["total_g"] > line["covered_g"]]


def unstated(event_id: str) -> list[str]:
    """Certificates whose newest statement tells others' grams than the claims."""
    newest = {row["number"]: row for row in sorted(rows(s.certificate_statement), key=lambda row: row["version"])}
    found = []
    for order in rows(s.orders, event_id=event_id):
        if order["state"] in SOLD:
            subject = json.loads(newest[order["certificate_number"]]["credential"])["credentialSubject"]
            on_lines = sum(row["grams"] for row in rows(s.claim, order_id=order["order_id"]) if row["line_no"] >= 0)
            told = (subject["coveredGrams"], subject["reservedGrams"] + subject["retiredGrams"])
            found += [] if told == (on_lines, order["grams"]) else [f"{order['order_id']}: {told}, {on_lines}"]
    return found


@pytest.fixture
def repeated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What PostgreSQL broke off because two waited for each other."""
    seen: list[str] = []
    real = engine.is_repeatable

    def noted(error: DBAPIError) -> bool:
        seen.append(str(error.orig))
        return real(error)

    monkeypatch.setattr(engine, "is_repeatable", noted)
    return seen


def test_answers_refunds_and_retirements_at_once(postgres_store: Store, repeated: list[str]) -> None:
    event = open_hosted(20 * (ROUNDS + 2))
    tranche = rows(s.tranche, event_id=event.event_id)[0]["tranche_id"]
    told = [answer(trip("plane")) for _ in range(5)]
    guests, plane_g = [guest for guest, _ in told], told[0][1]
    bought = [buy(2 * plane_g), buy(2 * plane_g)]
    for number in range(ROUNDS):
        bought, crowd, ample = [*bought[1:], buy((30, 1)[number % 2] * plane_g)], Crowd(), number % 2 == 0
        instruction = entered(tranche, event.event_id, 1) if ample else ""
        for guest in guests:
            crowd.add(tell(guest, f"{number}/{guest[-3:]}", 4))
        crowd.add(come(3))
        crowd.add(lambda guest=guests[number % 5]: pay_oneself(guest))
        crowd.add(lambda order=bought[0]: back_and_anew(order.order_id, plane_g))
        crowd.add(lambda: buy(plane_g // 2))
        crowd.add(lambda: [offsetting.run_due() for _ in range(6)])
        if instruction:
            crowd.add(lambda it=instruction: confirm(it))
        crowd.go()
        assert not wrong_of(event.event_id), (number, wrong_of(event.event_id))
        assert not ample or not passed_over(event.event_id), number
    while offsetting.run_due():
        pass
    assert not unstated(event.event_id)
    assert repeated == []
