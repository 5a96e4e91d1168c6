"""What people do with orders, in any sequence: the rules and the invariants of a stateful property test.

Beside the proofs of the audit and the roll-ups made anew, what is seen is held against a model of its own: which state
each order may be in, how many grams are free, how much money has come.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

import offsetting
from accounts import Actor
from calculations import order_states as states
from calculations.model import InputError
from data.store import rebuild
from data.store import schema as s
from data.store.engine import get_store
from tests.support.load import EXCHANGE
from tests.support.retirement import DAY, EVIDENCE, FIRST, LINK, SECOND, WHOM, retire_credits
from tests.support.shop import NOW, add_guest, open_shop, rows, set_lines

ORGANISER = Actor("person", "o", "Organiser", frozenset({("organiser", "", "")}))
COMPANY = Actor("person", "c", "Company", frozenset({("company", "", "acme")}))
STOCK = 3
LASTS = timedelta(hours=4)
OURS = ("order_count", "paid_order_count", "certificate_count", "reserved_g", "retired_g", "extra_g", "paid_minor",
        "money")  # fmt: skip
PLACED = (states.QUOTE, states.HELD)
LINES = st.lists(st.one_of(st.integers(0, 9), st.integers(100_000, 700_000)), min_size=1, max_size=4).filter(any)


class OrderMachine(RuleBasedStateMachine):
    """One event with three tonnes on offer, its guests, a company of five and an organiser."""

    guests = Bundle("guests")
    listed = Bundle("listed")
    orders = Bundle("orders")
    numbers = iter(range(10**9))

    @initialize(target=guests, payer=st.sampled_from(["guest", "host_all", "host_all"]))
    def open(self, payer: str) -> Any:
        """Doors; the event lasts a few hours, and its host pays for everybody or does not. Two guests have come."""
        self.shop = open_shop(STOCK, f"machine-{next(self.numbers)}")
        self.now, self.is_hosted = NOW, payer == "host_all"
        with get_store().write() as conn:
            event = sa.update(s.event).where(s.event.c.event_id == self.shop.event_id)
            conn.execute(event.values(defaults={"payer": payer}, ends_at=NOW + LASTS))
        self.known: dict[str, str] = {}
        self.colleagues = [add_guest(self.shop, (100_000, 9, 50_001), "acme") for _ in range(5)]
        return multiple(*[add_guest(self.shop, (400_000, 100_001)) for _ in range(2)])

    @rule(target=guests, lines=LINES, company=st.sampled_from(["", "", "acme"]))
    def begin(self, lines: list[int], company: str) -> str:
        """Somebody comes and tells."""
        return add_guest(self.shop, lines, company)

    @rule(guest=guests, lines=LINES)
    def change_footprint(self, guest: str, lines: list[int]) -> None:
        """Told anew: claims follow."""
        set_lines(self.shop, guest, lines)

    @rule(order=orders, left=st.sampled_from([(7,), (50_000, 3), (800_000, 800_000)]))
    def change_what_was_paid_for(self, order: str, left: tuple[int, ...]) -> None:
        """Whoever has ordered tells much less, or much more."""
        guest = rows(s.orders, order_id=order)[0]["participation_id"]
        if guest:
            set_lines(self.shop, guest, left)

    @rule(target=orders, guest=guests, share=st.integers(1, 200), gift=st.booleans())
    def order_share(self, guest: str, share: int, gift: bool) -> Any:
        """A share of a footprint."""
        return self._share(guest, share, gift)

    def _share(self, guest: str, share: int, gift: bool) -> Any:
        return self._placed(lambda: offsetting.place_order(
            guest, self.shop.project, share_percent=share, gift=gift, now=self.now
        ))  # fmt: skip

    @rule(target=orders, guest=guests, share=st.sampled_from([50, 100, 200]))
    def buy(self, guest: str, share: int) -> Any:
        """Ordered and paid."""
        placed = self._share(guest, share, False)
        if isinstance(placed, str):
            offsetting.demo_payment(placed, "succeeded", now=self.now)
            assert self._state(placed) == states.POOLED
        return placed

    @rule(target=orders, guest=guests, grams=st.integers(1, STOCK * 1_200_000))
    def order_grams(self, guest: str, grams: int) -> Any:
        """Grams: refused only where so many are not free."""
        free = self._grams("free")
        placed = self._placed(lambda: offsetting.place_order(guest, self.shop.project, grams=grams, now=self.now))
        assert isinstance(placed, str) == (grams <= free)
        return placed

    @rule(target=orders, share=st.sampled_from([None, 50, 100]))
    def organiser_orders(self, share: int | None) -> Any:
        """The residual, or a part of it."""
        return self._placed(lambda: offsetting.place_event_order(
            ORGANISER, self.shop.slug, self.shop.project, "residual", share_percent=share, now=self.now
        ))  # fmt: skip

    @rule(target=orders, grams=st.one_of(st.none(), st.integers(1, 500_000)))
    def company_orders(self, grams: int | None) -> Any:
        """For its own people."""
        return self._placed(lambda: offsetting.place_event_order(
            COMPANY, self.shop.slug, self.shop.project, "company", grams=grams, now=self.now
        ))  # fmt: skip

    @rule(target=orders, chosen=st.lists(st.one_of(guests, listed), min_size=1, max_size=3))
    def organiser_orders_for(self, chosen: list[str]) -> Any:
        """For some, by name."""
        return self._placed(lambda: offsetting.place_event_order(
            ORGANISER, self.shop.slug, self.shop.project, chosen, now=self.now
        ))  # fmt: skip

    def _placed(self, place: Any) -> Any:
        try:
            order_id = str(place().order_id)
        except (offsetting.Conflict, InputError):
            return multiple()
        self.known[order_id] = states.HELD
        return order_id

    @rule(order=orders, outcome=st.sampled_from(["succeeded", "succeeded", "doubled", "failed", "late", "lost"]))
    def pay(self, order: str, outcome: str) -> None:
        """The provider's page; a paid order can't be paid again."""
        before = self._state(order)
        try:
            offsetting.demo_payment(order, outcome, now=self.now)
        except offsetting.Conflict:
            assert before in states.SOLD or before == states.REFUNDED
            return
        assert before not in states.SOLD and before != states.REFUNDED
        after = self._state(order)
        if outcome in ("succeeded", "doubled"):
            assert after in (states.POOLED, states.REFUNDED)
            assert after == states.POOLED or before not in (states.HELD,)
        elif outcome == "failed":
            assert after == (states.FAILED if before == states.HELD else before)
        elif outcome == "late" and before != states.HELD:  # its time may be over already: then the call comes at once
            assert after in (before, states.POOLED, states.REFUNDED)
        else:
            assert after == before

    @rule(order=orders)
    def cancel(self, order: str) -> None:
        """Called off: only what is not paid."""
        before = self._state(order)
        try:
            offsetting.cancel_order(order, "changed my mind", Actor("guest"), now=self.now)
        except offsetting.Conflict:
            assert before not in (states.HELD, states.CANCELLED)
            return
        assert before in (states.HELD, states.CANCELLED)

    @rule(order=orders)
    def refund(self, order: str) -> None:
        """Money back: only what is paid and of which nothing is retired."""
        before = self._state(order)
        retired = any(row["state"] == "retired" for row in rows(s.allocation, order_id=order))
        try:
            offsetting.refund_order(order, "asked for", EXCHANGE, now=self.now)
        except offsetting.Conflict:
            assert before not in (states.POOLED, states.REFUNDED) or retired or self._is_instructed()
            return
        assert before in (states.POOLED, states.REFUNDED) and not retired

    def _is_instructed(self) -> bool:
        return False  # every instruction is confirmed in the step that drafts it

    @rule(minutes=st.sampled_from([1, 16, 120]))
    def time_passes(self, minutes: int) -> None:
        """What is due is done: orders expire, late calls come, money goes back."""
        self.now += timedelta(minutes=minutes)
        while offsetting.run_due(self.now, 500):
            pass
        held = rows(s.orders, event_id=self.shop.event_id, state="held")
        assert all(row["expires_at"] > self.now for row in held)

    @precondition(lambda self: self._grams("sold") > 500_000)
    @rule(count=st.sampled_from([1, 1, 2]), partly=st.sampled_from([True, True, False]))
    def retire(self, count: int, partly: bool) -> None:
        """Whole credits, by two people."""
        told = {"link": LINK, "evidence": EVIDENCE, "evidence_name": "r.pdf", "retired_on": DAY, "beneficiary": WHOM}
        try:
            retire_credits(self.shop, FIRST, SECOND, count, partly, now=self.now, **told)
        except offsetting.Conflict:
            return

    def teardown(self) -> None:
        """The doors close: nothing is held any more, and every credit that is begun is retired."""
        if not hasattr(self, "shop"):
            return
        self.time_passes(1500)
        for count in (3, 2, 1):
            self.retire(count, True)
        self.all_is_exact()

    @invariant()
    def all_is_exact(self) -> None:
        """After each step."""
        self.every_proof_holds()
        self.rollups_are_what_rows_say()
        self.orders_go_by_the_table()
        self.stock_is_what_orders_leave()
        self.money_is_what_orders_cost()
        self.certificates_say_what_is_claimed()
        self.nothing_lies_beside_lines_that_have_room()

    def every_proof_holds(self) -> None:
        """Tiling, coverage, journal, receipts, certificates, log, test and live."""
        wrong = [finding for finding in offsetting.audit(self.shop.event_id) if not finding.ok]
        assert not wrong, wrong

    def rollups_are_what_rows_say(self) -> None:
        """What live views show."""
        with get_store().read() as conn:
            found = rebuild.differences(conn, self.shop.event_id)
        assert [line for line in found if any(name in line for name in OURS)] == []

    def orders_go_by_the_table(self) -> None:
        """Each step is one of the table's, and the last of them is the state."""
        passed: dict[str, list[str]] = defaultdict(list)
        for row in sorted(rows(s.order_transition, event_id=self.shop.event_id), key=lambda row: row["seq"]):
            passed[row["order_id"]].append(row["state"])
        assert sorted(passed) == sorted(self.known)
        for order_id, seen in passed.items():
            assert seen[0] == states.QUOTE
            assert all(states.may(a, b) for a, b in pairwise(seen)), (order_id, seen)
            before, self.known[order_id] = self.known[order_id], self._state(order_id)
            assert seen[-1] == self.known[order_id]
            assert before not in (states.RETIRED, states.REFUNDED) or before == seen[-1]

    def stock_is_what_orders_leave(self) -> None:
        """Held and sold grams are those of orders; the rest is free or surplus."""
        taken = {"held": 0, "sold": 0}
        for row in rows(s.orders, event_id=self.shop.event_id):
            if row["state"] == states.HELD or row["state"] in states.SOLD:
                taken["held" if row["state"] == states.HELD else "sold"] += row["grams"]
        assert taken == {"held": self._grams("held"), "sold": self._grams("sold", "retired")}
        assert self._grams("free", "surplus") == STOCK * 1_000_000 - sum(taken.values())

    def money_is_what_orders_cost(self) -> None:
        """Nobody has paid without an order, and what was paid is owed to the last fen."""
        balances: dict[str, int] = defaultdict(int)
        for row in rows(s.journal, event_id=self.shop.event_id):
            balances[row["account"]] += row["amount_minor"]
        paid = [row for row in rows(s.orders, event_id=self.shop.event_id) if row["state"] in states.SOLD]
        due = sum(row["amount_minor"] + row["gift_minor"] for row in paid)
        assert sum(balances.values()) == 0
        back = balances.pop("to_give_back", 0)  # what is on its way back to buyers
        assert back >= 0
        assert -balances.pop("buyer", 0) - back == due == sum(balances.values())

    def certificates_say_what_is_claimed(self) -> None:
        """The newest statement of every paid order has its grams, its state and no more."""
        claimed: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for row in rows(s.claim, event_id=self.shop.event_id):
            claimed[row["order_id"]][max(0, -row["line_no"])] += row["grams"]
        waiting = {row["job_id"] for row in rows(s.job, event_id=self.shop.event_id, kind="restate", done_at=None)}
        retired: dict[str, int] = defaultdict(int)
        for row in rows(s.allocation, event_id=self.shop.event_id, state="retired"):
            retired[row["order_id"]] += row["to_g"] - row["from_g"]
        newest = {row["number"]: row for row in sorted(
            rows(s.certificate_statement, event_id=self.shop.event_id), key=lambda row: row["version"]
        )}  # fmt: skip
        for row in rows(s.orders, event_id=self.shop.event_id):
            if row["state"] not in states.SOLD:
                continue
            subject = json.loads(newest[row["certificate_number"]]["credential"])["credentialSubject"]
            told = [subject["coveredGrams"], subject["extraGrams"], subject.get("plannedGrams", 0)]
            is_late = f"restate-{row['order_id']}" in waiting  # it is stated anew within seconds
            assert is_late or told == claimed[row["order_id"]], (row["order_id"], told)
            assert sum(told) == row["grams"]
            assert (subject["state"] == "retired") == (row["state"] == states.RETIRED)
            parts = (subject["reservedGrams"], subject["retiredGrams"])
            assert parts == (row["grams"] - retired[row["order_id"]], retired[row["order_id"]]), row["order_id"]

    def nothing_lies_beside_lines_that_have_room(self) -> None:
        """A participation with an extra contribution of its own has every line covered."""
        mine = {"event_id": self.shop.event_id}
        newest = {row["participation_id"]: row["footprint_version"] for row in rows(s.participation, **mine)}
        beside: dict[str, int] = defaultdict(int)
        open_g: dict[str, int] = defaultdict(int)
        for row in rows(s.claim, event_id=self.shop.event_id):
            whose = row["participation_id"]
            if row["line_no"] < 0:
                beside[whose] += row["grams"]
            elif row["version"] == newest[whose]:
                open_g[whose] -= row["grams"]
        for row in rows(s.forestry_claim, **mine):
            if row["line_no"] >= 0 and row["version"] == newest[row["participation_id"]]:
                open_g[row["participation_id"]] -= row["grams"]
        for row in rows(s.emission_line, **mine):
            if row["version"] == newest[row["participation_id"]]:
                open_g[row["participation_id"]] += row["total_g"]
        wrong = {whose: open_g[whose] for whose, grams in beside.items() if whose and grams and open_g[whose]}
        assert not wrong, wrong

    def _grams(self, *wanted: str) -> int:
        found = rows(s.allocation, event_id=self.shop.event_id)
        return sum(row["to_g"] - row["from_g"] for row in found if row["state"] in wanted)

    def _state(self, order_id: str) -> str:
        return str(rows(s.orders, order_id=order_id)[0]["state"])
