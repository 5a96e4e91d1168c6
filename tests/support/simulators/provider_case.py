"""What holds of every payment provider, whichever way it signs: once, doubled, late, lost, odd sums, refunds.

A test file of a provider names its simulator in the fixture ``simulator`` and fills in the few ways in which providers
differ; what is a provider's own stands in its file.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

import offsetting
from accounts import SYSTEM
from data.settings import get_settings
from data.store import journal
from data.store import schema as s
from data.store.engine import get_store
from tests.support.shop import open_shop, prove, rows
from tests.support.simulators.base import Simulator, key_pair
from tests.support.simulators.product import DESKTOP, hand_in, held, payments, state, undone, use, work

Told = tuple[dict[str, str], bytes]
S = TypeVar("S", bound=Simulator)
DUE, ODD = 2043, 2042  # what an order of the shop costs, and what it does not

both_stores = pytest.mark.usefixtures("store")
one_store = pytest.mark.usefixtures("sqlite_store")  # what no store has a part in


def serving(made: S, monkeypatch: pytest.MonkeyPatch) -> Iterator[S]:
    """A simulator that the product is set to."""
    yield from (made for _ in use(monkeypatch, made.settings()))
    made.stop()


def nothing_changes(name: str, told: Told, order: offsetting.Order, answer: bytes) -> None:
    """A webhook that is not believed leaves no trace."""
    outcome = hand_in(name, told)
    assert (outcome.status, outcome.body, state(order)) == (400, answer, "held")
    assert rows(s.webhook_event) == []


class ProviderCase(ABC):
    """The tests that all share; a file's class says how its provider is asked."""

    name = ""
    unpaid = "ignored: nothing to do"  # what asking it brings before anything is paid
    error = ""  # what its errors name

    @abstractmethod
    def begun(self, simulator: Any, order: offsetting.Order) -> str:
        """An order's payment, begun as far as the provider knows it; its reference."""

    @abstractmethod
    def told(self, simulator: Any, ref: str, again: str = "", late: datetime | None = None) -> Told:
        """Its webhook of a payment; ``again``: another of it under this name, ``late``: of one paid at that time."""

    @abstractmethod
    def set_sum(self, simulator: Any, ref: str, amount_minor: int) -> None:
        """The payment is of another sum than was asked for."""

    @abstractmethod
    def is_closed(self, simulator: Any, ref: str) -> bool:
        """Whether nobody can pay it any more."""

    @abstractmethod
    def refunds(self, simulator: Any) -> list[tuple[str, int]]:
        """What it paid back: our id of the refund, or the payment's, and minor units."""

    def refund_name(self, ref: str, refund_id: str) -> str:
        """How its refunds are named in ``refunds``."""
        return refund_id

    @both_stores
    def test_a_doubled_and_a_late_webhook(self, simulator: Any) -> None:
        shop = open_shop()
        order = held(shop)
        ref = self.begun(simulator, order)
        simulator.pay(ref)
        told = self.told(simulator, ref)
        assert [hand_in(self.name, told).outcome for _ in range(2)] == ["pooled", "duplicate"]
        assert hand_in(self.name, self.told(simulator, ref, again="other")).outcome == "already_paid"
        late = held(shop)
        ref = self.begun(simulator, late)
        offsetting.run_due(late.expires_at)
        assert state(late) == "expired"
        assert self.is_closed(simulator, ref)  # so that nobody pays it any more
        after = late.expires_at + timedelta(minutes=2)
        assert hand_in(self.name, self.told(simulator, ref, late=after), after).outcome == "pooled"
        assert [name for name, _ in offsetting.get_order(late.order_id).states][-2:] == ["paid_late", "pooled"]
        prove(shop)

    @both_stores
    def test_a_lost_webhook_is_asked_for(self, simulator: Any) -> None:
        shop = open_shop()
        order = held(shop)
        ref = self.begun(simulator, order)
        assert offsetting.reconcile(order.order_id) == self.unpaid
        simulator.is_down = True
        assert offsetting.reconcile(order.order_id) == ""
        simulator.is_down = False
        simulator.pay(ref)
        assert offsetting.reconcile(order.order_id, at_most_every=timedelta(seconds=5)) == "pooled"
        count = len(simulator.asked)
        assert offsetting.reconcile(order.order_id, at_most_every=timedelta(seconds=5)) == ""
        assert len(simulator.asked) == count
        prove(shop)

    @both_stores
    def test_another_sum_is_booked_and_goes_back_once(self, simulator: Any) -> None:
        shop = open_shop()
        order = held(shop)
        ref = self.begun(simulator, order)
        self.set_sum(simulator, ref, ODD)
        simulator.pay(ref)
        told = self.told(simulator, ref)
        twice = [hand_in(self.name, told).outcome for _ in range(2)]
        assert twice == ["refunded: another amount or currency", "duplicate"]
        assert hand_in(self.name, self.told(simulator, ref, again="other")).outcome == "refunded_already"
        assert offsetting.reconcile(order.order_id) == "refunded_already"
        assert state(order) == "held"
        assert self._standing(shop.event_id, order) == {"buyer": -ODD, "to_give_back": ODD}
        simulator.is_down = True
        work()
        assert any(self.error in error for error in undone())
        (back,) = offsetting.money_back(order.order_id)
        assert (back.state, back.amount_minor, back.due_minor) == ("under_way", ODD, DUE)
        prove(shop)
        simulator.is_down = False
        work(timedelta(minutes=2))
        work(timedelta(minutes=3))
        assert self.refunds(simulator) == [(self.refund_name(ref, back.job_id), ODD)]
        assert payments(order) == [(self.name, "refunded", ODD), (self.name, "succeeded", ODD)]
        assert self._standing(shop.event_id, order) == {}
        assert offsetting.money_back(order.order_id)[0].state == "done"
        prove(shop)

    def _standing(self, event_id: str, order: offsetting.Order) -> dict[str, int]:
        with get_store().read() as conn:
            return journal.balances(conn, event_id, order.order_id)

    @both_stores
    def test_a_refund_goes_back_once(self, simulator: Any) -> None:
        shop = open_shop()
        order = held(shop)
        ref = self.begun(simulator, order)
        simulator.pay(ref)
        hand_in(self.name, self.told(simulator, ref))
        offsetting.refund_order(order.order_id, "asked for", SYSTEM)
        simulator.is_down = True
        work()
        assert any(self.error in error for error in undone())
        assert self._standing(shop.event_id, order) == {"buyer": -DUE, "to_give_back": DUE}
        simulator.is_down = False
        work(timedelta(minutes=2))
        assert undone() == []
        assert self.refunds(simulator) == [(self.refund_name(ref, f"refund-{order.order_id}"), DUE)]
        assert payments(order) == [(self.name, "refunded", DUE), (self.name, "succeeded", DUE)]
        prove(shop)


class KeyedCase(ProviderCase):
    """A provider whose answers and webhooks are signed with keys that the settings hold."""

    unreadable = ""  # a setting that holds such a key

    @one_store
    def test_an_answer_that_it_did_not_sign_is_not_believed(self, simulator: Any) -> None:
        order = held(open_shop())
        simulator.pay(self.begun(simulator, order))
        simulator.own = key_pair("somebody else")
        assert (offsetting.reconcile(order.order_id), state(order)) == ("", "held")

    @one_store
    def test_keys_that_can_t_be_read_stop_nothing_else(
        self, simulator: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:  # fmt: skip
        order = held(open_shop())
        ref = self.begun(simulator, order)
        simulator.pay(ref)
        monkeypatch.setenv(self.unreadable, "no key")
        get_settings.cache_clear()
        with pytest.raises(offsetting.Conflict, match="does not answer"):
            offsetting.start_payment(held(open_shop(slug="other")).order_id, self.name, DESKTOP)
        assert hand_in(self.name, self.told(simulator, ref)).status == 400
        assert (offsetting.reconcile(order.order_id), state(order)) == ("", "held")
