"""Any sequence of what people do with orders leaves every ledger exact: a stateful property test of the order machine.

Beside the rules that every event has: a host that pays for everybody on the plan, staff who do not count, people of a
file that comes and goes, and planting.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

import offsetting
from calculations import order_states as states
from calculations.slicing import PLAN_LINE
from data.store import schema as s
from data.store.engine import Store, open_store, set_store
from data.store.migrate import upgrade
from tests.support.load import IS_SOAK
from tests.support.order_machine import LASTS, LINES, ORGANISER, OrderMachine
from tests.support.shop import NOW, add_guest, rows, set_lines
from tests.test_forestry import agreed, found

ENDS = ("failed", "anew", "cancelled", "refunded", "late")
ANEW = ((7,), (50_000, 3), (800_000, 800_000), ())


class HostedMachine(OrderMachine):
    """The same event, whose host may pay for everybody."""

    guests = OrderMachine.guests
    listed = OrderMachine.listed
    orders = OrderMachine.orders

    @rule(guest=guests)
    def counts_no_more(self, guest: str) -> None:
        """One of the staff, where guests alone count."""
        set_lines(self.shop, guest, ())

    @rule(target=listed, lines=LINES)
    def file_comes(self, lines: list[int]) -> str:
        """Somebody of a file: the host's plan waits for them."""
        return add_guest(self.shop, lines, import_id="file")

    @rule(one=listed, lines=st.sampled_from([(), (), (300_000, 7)]))
    def file_goes(self, one: str, lines: tuple[int, ...]) -> None:
        """Undone, or brought anew."""
        set_lines(self.shop, one, lines)

    @rule(target=orders, grams=st.integers(50_000, 900_000), guest=guests, lines=st.sampled_from(ANEW))
    def organiser_plans(self, grams: int, guest: str, lines: tuple[int, ...]) -> Any:
        """On the plan, and paid: at an event whose host pays for all it covers who has answered, and who does."""
        placed = self._placed(lambda: offsetting.place_event_order(
            ORGANISER, self.shop.slug, self.shop.project, "plan", grams=grams, now=self.now
        ))  # fmt: skip
        if isinstance(placed, str):
            offsetting.demo_payment(placed, "succeeded", now=self.now)
            assert self._state(placed) == states.POOLED
            set_lines(self.shop, guest, lines)
        return placed

    @rule()
    def settle_the_plan(self) -> None:
        """After the event."""
        try:
            offsetting.settle_plan(ORGANISER, self.shop.slug, now=self.now)
        except offsetting.Conflict:
            assert self.now < NOW + LASTS
            return
        laid = [row["grams"] for row in rows(s.claim, event_id=self.shop.event_id) if row["line_no"] == PLAN_LINE]
        assert sum(laid) == 0

    @rule(expected_g=st.sampled_from([30_000, 900_000]), burns=st.booleans())
    def plant(self, expected_g: int, burns: bool) -> None:
        """The second way; of some of it lines fall back to open."""
        plan_id = agreed(self.shop, expected_g=expected_g)
        if burns:
            found(plan_id, "reversal", 20_000)

    @rule(target=orders, guest=guests, end=st.sampled_from(ENDS))
    def order_to_an_end(self, guest: str, end: str) -> Any:
        """Ordered, and declined, tried again, called off, paid back or left until it expires."""
        placed = self._share(guest, 100, False)
        if not isinstance(placed, str):
            return placed
        if end == "cancelled":
            self.cancel(placed)
        elif end == "late":
            offsetting.demo_payment(placed, "late", now=self.now)
            self.time_passes(16)
        else:
            offsetting.demo_payment(placed, "succeeded" if end == "refunded" else "failed", now=self.now)
            if end == "anew":
                offsetting.demo_payment(placed, "succeeded", now=self.now)
            elif end == "refunded":
                self.refund(placed)
        return placed

    @invariant()
    def the_plan_leaves_nothing_beside_its_guests(self) -> None:
        """What a smaller footprint leaves of the host's grams is on the plan, never beside the guest."""
        if not self.is_hosted:
            return
        mine = {"event_id": self.shop.event_id}
        planned = {row["order_id"] for row in rows(s.orders, **mine) if (row["covers"] or {}).get("kind") == "plan"}
        people = {row["participation_id"] for row in rows(s.participation, **mine) if not row["import_id"]}
        beside: dict[str, int] = defaultdict(int)
        for row in rows(s.claim, **mine):
            if row["order_id"] in planned and row["participation_id"] in people and row["line_no"] < 0:
                beside[row["participation_id"]] += row["grams"]
        assert not any(beside.values()), beside


@pytest.fixture
def quick_store(own_folder: Path, migrated_file: Path) -> Iterator[Store]:
    """An SQLite store in memory where the machine has a folder there, as each step commits a few times."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        store = open_store(f"sqlite:///{folder}/machine.sqlite3")
        upgrade(store)
        set_store(store)
        yield store
        set_store(None)
        store.dispose()


def every_end(payer: str) -> None:
    """A life that comes to each state once, and in which guests answer under an order that is retired in part, whatever
    chance brings in others."""
    life = HostedMachine()
    life.open(payer)
    guests = [add_guest(life.shop, (70_001, 9, 33_333)) for _ in range(3)]
    life.organiser_plans(1_400_000, guests[0], ANEW[1])
    life.retire(1, True)
    for guest, lines in zip(guests, (ANEW[0], ANEW[2], ANEW[1]), strict=True):
        set_lines(life.shop, guest, lines)
        life.all_is_exact()
    for end in ENDS:
        life.order_to_an_end(add_guest(life.shop, (90_000,)), end)
        life.all_is_exact()
    life.teardown()


def run(examples: int, steps: int) -> None:
    """So many lives of an event, each of so many steps at most."""
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, phases=[Phase.generate],
        derandomize=not IS_SOAK, database=None, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(HostedMachine, settings=chosen)


def test_every_life_of_orders_is_exact(quick_store: Store) -> None:
    run(120 if IS_SOAK else 10, 50 if IS_SOAK else 34)
    every_end("host_all")
    seen = {row["state"] for row in rows(s.order_transition)}
    assert seen == set(states.STATES), set(states.STATES) - seen
    wrong = [finding for finding in offsetting.audit() if not finding.ok]
    assert not wrong, wrong


def test_so_it_is_on_postgresql(postgres_store: Store) -> None:
    run(40 if IS_SOAK else 2, 50 if IS_SOAK else 15)
    every_end("host_all")
    wrong = [finding for finding in offsetting.audit() if not finding.ok]
    assert not wrong, wrong
