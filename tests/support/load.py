"""Buyers who all want the last grams at once: threads of this process, or of several processes of their own.

`python -m tests.support.load` is such a process: it reads a rush (JSON) a line and answers with what came of it.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

import offsetting
from accounts import Actor
from data.store import schema as s
from data.store.engine import get_store
from tests.support.shop import NOW, SPLIT, Shop

IS_SOAK = os.environ.get("SOAK") == "1"
STOCK_G = 1_000_000
LATER = NOW + timedelta(hours=1)
TOMORROW = NOW + timedelta(days=1)
EXCHANGE = Actor("person", "x", "Exchange", frozenset({("exchange", "", "")}))


@dataclass(frozen=True)
class Lot:
    """One tonne of a project of its own, at the event of a shop."""

    project: str
    tranche_id: str


@dataclass
class Came:
    """What came of a rush: grams of each order that was placed, and those that were refused."""

    bought: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def add(self, other: Came) -> None:
        """Take in what came of a part."""
        self.bought += other.bought
        self.refused += other.refused
        self.broken += other.broken


def open_lot(shop: Shop, number: int) -> Lot:
    """A tonne on offer at the shop's event."""
    project = f"lot-{shop.slug}-{number}"
    offsetting.add_project(
        project, {"en": "A tonne"}, type="mixed", kind="reduction", methodology="CDCER", registry="demo",
        livemode=False, now=NOW,
    )  # fmt: skip
    offsetting.add_batch(project, project, vintage="2020", credit_count=1, serial_prefix=f"{project}-", now=NOW)
    tranche_id = offsetting.assign_tranche(shop.event_id, project, STOCK_G, now=NOW)
    offsetting.open_offering(shop.event_id, project, 4500, "CNY", SPLIT)
    return Lot(project, tranche_id)


def rush(guests: Sequence[str], project: str, seed: str, lively: bool) -> Came:
    """All guests at once, a thread each. ``lively``: they also pay, fail, call off, come late and are refunded, while
    orders expire."""
    came, gate = Came(), threading.Barrier(len(guests) + lively)
    done = threading.Event()

    def buyer(number: int) -> None:
        chance = random.Random(f"{seed}/{number}")
        gate.wait()
        try:
            (_live if lively else _buy)(guests[number], project, chance, came)
        except Exception as error:
            came.broken.append(f"{type(error).__name__}: {error}")

    def clock() -> None:
        gate.wait()
        while not done.is_set():
            offsetting.expire_due(LATER, 5)

    threads = [threading.Thread(target=buyer, args=(number,)) for number in range(len(guests))]
    ticking = threading.Thread(target=clock) if lively else None
    for thread in [*threads, *([ticking] if ticking else [])]:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    if ticking:
        ticking.join()
    return came


def _buy(guest: str, project: str, chance: random.Random, came: Came) -> str:
    """Two orders, the second a small one; the id of the last that was placed."""
    order_id = ""
    for grams in (chance.randint(20_000, 70_000), chance.randint(1, 3000)):
        try:
            order_id = offsetting.place_order(guest, project, grams=grams, now=NOW).order_id
            came.bought.append(grams)
        except offsetting.Conflict:
            came.refused.append(grams)
    return order_id


def _live(guest: str, project: str, chance: random.Random, came: Came) -> None:
    for _ in range(2):
        order_id = _buy(guest, project, chance, came)
        if not order_id:
            continue
        try:
            _turn(order_id, guest, chance.choice(("pay", "doubled", "fail", "cancel", "late", "refund", "leave")))
        except offsetting.Conflict:  # overtaken: it expired, or was paid
            pass


def _turn(order_id: str, guest: str, how: str) -> None:
    if how == "cancel":
        offsetting.cancel_order(order_id, "changed my mind", Actor("guest", guest), now=NOW)
    elif how != "leave":
        outcome = {"doubled": "doubled", "fail": "failed", "late": "late"}.get(how, "succeeded")
        offsetting.demo_payment(order_id, outcome, now=NOW)
    if how in ("fail", "cancel"):  # and it was paid after all
        offsetting.demo_payment(order_id, "succeeded", now=NOW)
    if how == "refund":
        offsetting.refund_order(order_id, "asked for", EXCHANGE, now=NOW)


def settle() -> None:
    """All that is due by tomorrow is done: nothing is held any more."""
    while offsetting.run_due(TOMORROW, 500):
        pass


def grams_of(shop: Shop, lot: Lot) -> dict[str, int]:
    """Grams of a lot by state, once its intervals are seen to tile it and each is of an order that is in its state."""
    a, o = s.allocation.c, s.orders.c
    query = (
        sa.select(a.from_g, a.to_g, a.state, a.order_id, o.state.label("order_state"), o.grams)
        .outerjoin(s.orders, (o.event_id == a.event_id) & (o.order_id == a.order_id))
        .where(a.event_id == shop.event_id, a.tranche_id == lot.tranche_id)
        .order_by(a.from_g)
    )
    with get_store().read() as conn:
        rows = conn.execute(query).all()
    assert [row.from_g for row in rows] == [0, *[row.to_g for row in rows[:-1]]] and rows[-1].to_g == STOCK_G
    grams: dict[str, int] = {}
    by_order: dict[str, list[int]] = {}
    for row in rows:
        grams[row.state] = grams.get(row.state, 0) + row.to_g - row.from_g
        if row.state != "free":
            fits = {"held": ("held",), "sold": ("paid", "pooled")}[row.state]
            assert row.order_state in fits, (row.state, row.order_state)
            by_order.setdefault(row.order_id, [row.grams]).append(row.from_g - row.to_g)
    assert all(sum(parts) == 0 for parts in by_order.values()), by_order
    return grams


class Crowd:
    """Processes that rush together; `close` ends them."""

    def __init__(self, url: str, data_dir: Path, count: int) -> None:
        environment = os.environ | {"DATABASE_URL": url, "DATA_DIR": str(data_dir), "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", "tests.support.load"]
        self.processes = [
            subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(count)
        ]

    def rush(self, guests: Sequence[str], project: str, seed: str, lively: bool) -> Came:
        """As `rush`, the guests dealt out to the processes."""
        for number, process in enumerate(self.processes):
            own = list(guests[number :: len(self.processes)])
            assert process.stdin is not None
            process.stdin.write(json.dumps([own, project, f"{seed}/{number}", lively]) + "\n")
            process.stdin.flush()
        came = Came()
        for process in self.processes:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, f"a process of the crowd ended with {process.wait()}"
            came.add(Came(**json.loads(line)))
        return came

    def close(self) -> None:
        """End the processes."""
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)


def main() -> None:
    """Rushes as they are read, one a line."""
    for line in sys.stdin:
        print(json.dumps(asdict(rush(*json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
