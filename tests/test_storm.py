"""Many guests at once, payments doubled and late, the server killed under them: nothing is lost or sold twice."""

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

import offsetting
from benchmarks.client import Times
from benchmarks.walk import OUTCOMES, Walker, walk_many
from data.store.engine import open_store, set_store
from tests.support import asyncs
from tests.support.postgres import Postgres
from tests.support.server import Server

IS_SOAK = os.environ.get("SOAK") == "1"
COUNT = 2000 if IS_SOAK else 120
KILLS = 6 if IS_SOAK else 1
AT_ONCE = 24


async def storm(server: Server, times: Times, kills: int) -> list[Walker]:
    """All journeys, while the server is killed and started again `kills` times in the middle of them."""
    walking = asyncio.ensure_future(
        walk_many(server.url, COUNT, AT_ONCE, times, "chengdu-2021", "cdcer-other", OUTCOMES)
    )
    for number in range(kills):
        enough = COUNT * (number + 1) // (kills + 1)
        while len(times.steps["pay"]) < enough and not walking.done():
            await asyncio.sleep(0.01)
        server.kill()
        await asyncio.to_thread(server.start)
    return await walking


def weather(server: Server, kills: int) -> None:
    """One storm: every journey ends with a certificate, the late ones once their orders have expired."""
    server.cli("demo")
    server.start()
    times = Times()
    walkers = asyncs.run(storm(server, times, kills))
    server.stop()
    assert times.errors == []
    numbers = [number for walker in walkers for number in walker.certificates]
    late = [order_id for walker in walkers for order_id in walker.late]
    assert late
    assert len(set(numbers)) == len(numbers) == COUNT - len(late)
    states = tomorrow(server, late)
    assert states == {"pooled"}
    audited = server.cli("audit", check=False)
    assert audited.returncode == 0, audited.stdout


def tomorrow(server: Server, order_ids: list[str]) -> set[str]:
    """The states of orders once everything that was due by tomorrow is done."""
    url = server.extra.get("DATABASE_URL") or f"sqlite:///{server.data_dir}/forumzero.sqlite3"
    store = open_store(url)
    set_store(store)
    try:
        while offsetting.run_due(datetime.now(UTC) + timedelta(days=1), 500):
            pass
        return {offsetting.get_order(order_id).state for order_id in order_ids}
    finally:
        set_store(None)
        store.dispose()


@pytest.mark.xdist_group("storm")
def test_on_sqlite_with_two_workers(make_server: Callable[..., Server]) -> None:
    weather(make_server(workers=2), KILLS)


@pytest.mark.xdist_group("storm")
def test_on_postgresql_with_four_workers(make_server: Callable[..., Server], postgres: Postgres) -> None:
    url = postgres.new_database()
    weather(make_server(workers=4, database_url=url), KILLS)
    postgres.drop(url)
