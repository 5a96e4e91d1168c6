"""Many guests at once, the server killed under them at any instant, its provider's calls doubled, late and in the wrong
order: whoever was told so has paid, and every ledger is exact afterwards.
"""

from __future__ import annotations

import asyncio
import math
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import offsetting
from benchmarks.client import Times
from calculations import order_states as states
from data.store import schema as s
from data.store.engine import open_store, set_store
from tests.support import asyncs
from tests.support.load import IS_SOAK
from tests.support.load_storm import SECRET_KEY, StormWalker, walk_until
from tests.support.postgres import Postgres
from tests.support.server import Server
from tests.support.shop import rows

KILLS = int(os.environ.get("SOAK_KILLS", "100")) if IS_SOAK else 1
LIFE_S = (0.05, 5.0)  # each length of time as likely as one twice as long: a step just after a start takes seconds
WARM = 0.8  # so often it has answered before it is killed; else it may be cut while it starts
AT_ONCE = 24
LEAST = 60 if IS_SOAK else 30
Tell = Callable[[str], None]


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Prints in the long run, so that one sees how far it is."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    began = time.monotonic()

    def say(what: str) -> None:
        if IS_SOAK:
            with capture.global_and_fixture_disabled():
                print(f"\n  {request.node.name}: {what} after {time.monotonic() - began:.0f} s", flush=True)

    return say


def answered(times: Times) -> int:
    """How many requests have been answered."""
    return sum(len(step) for step in times.steps.values())


async def storm(server: Server, times: Times, kills: int, tell: Tell) -> tuple[list[StormWalker], list[str]]:
    """Guests go on coming while the server is killed and started again, each time after a random while."""
    over, chance = asyncio.Event(), random.Random()
    walking = asyncio.ensure_future(
        walk_until(server.url, AT_ONCE, times, "chengdu-2021", "cdcer-other", over.is_set)
    )  # fmt: skip
    for number in range(kills):
        seen = answered(times) if chance.random() < WARM else -1
        while not walking.done() and (answered(times) <= seen or (number == 0 and not times.steps["pay"])):
            await asyncio.sleep(0.01)
        await asyncio.sleep(math.exp(chance.uniform(*map(math.log, LIFE_S))))
        server.kill()
        await asyncio.to_thread(server.start)
        if number % 10 == 9:
            tell(f"killed {number + 1} times, {len(times.steps['pay'])} payments")
    while len(times.steps["pay"]) < LEAST and not walking.done():
        await asyncio.sleep(0.01)
    over.set()
    return await walking


def weather(server: Server, kills: int, tell: Tell) -> None:
    """One storm on the demonstration, and what is left of it."""
    server.start()
    times = Times()
    walkers, answers = asyncs.run(storm(server, times, kills, tell))
    server.stop()
    assert times.errors == []
    late = [order_id for walker in walkers for order_id in walker.late]
    left = [order_id for walker in walkers for order_id in walker.left]
    assert late and left and {"duplicate", states.POOLED} <= set(answers), Counter(answers)
    url = server.extra.get("DATABASE_URL") or f"sqlite:///{server.data_dir}/forumzero.sqlite3"
    store = open_store(url)
    set_store(store)
    try:
        check([number for walker in walkers for number in walker.certificates], late, left)
    finally:
        set_store(None)
        store.dispose()
    audited = server.cli("audit", check=False)
    assert audited.returncode == 0, audited.stdout
    tell(f"{len(times.steps['order'])} orders, {len(answers)} calls of the provider: {Counter(answers)}")


def check(numbers: list[str], late: list[str], left: list[str]) -> None:
    """Once all that is due by tomorrow is done: each who was told so has a certificate of an order that stands, money
    came for these orders alone, and nothing is held."""
    while offsetting.run_due(datetime.now(UTC) + timedelta(days=1), 500):
        pass
    gifts = {row["order_id"] for row in rows(s.orders, buyer="gift")}  # the demonstration's: no grams, no certificate
    orders = {row["order_id"]: row for row in rows(s.orders) if row["order_id"] not in gifts}
    paid = {order_id for order_id, row in orders.items() if row["state"] in states.SOLD}
    certified = {row["number"]: row["order_id"] for row in rows(s.certificate)}
    assert len(set(numbers)) == len(numbers) and {certified[number] for number in numbers} <= paid
    assert set(certified.values()) == paid
    assert {orders[order_id]["state"] for order_id in late} == {states.POOLED}
    assert {orders[order_id]["state"] for order_id in left} == {states.EXPIRED}
    assert {row["order_id"] for row in rows(s.payment, state="succeeded")} - gifts == paid
    assert {row["subject"] for row in rows(s.log_entry, kind="order")} - gifts == paid
    assert not rows(s.allocation, state="held") and not rows(s.orders, state=states.HELD)


@pytest.mark.xdist_group("storm")
def test_on_sqlite_with_two_workers(make_server: Callable[..., Server], demonstration: Path, tell: Tell) -> None:
    server = make_server(workers=2, SECRET_KEY=SECRET_KEY)
    server.copy(demonstration)
    weather(server, KILLS, tell)


@pytest.mark.xdist_group("storm")
def test_on_postgresql_with_more_workers(
    make_server: Callable[..., Server], postgres: Postgres, tell: Tell
) -> None:  # fmt: skip
    url = postgres.new_database()
    server = make_server(workers=4 if IS_SOAK else 2, database_url=url, SECRET_KEY=SECRET_KEY)
    server.cli("demo")
    weather(server, KILLS, tell)
    postgres.drop(url)
