"""What is owed to each recipient of many orders, beside a sum over the whole journal.

`python -m benchmarks.settlements [--orders 100000] [--events 100]`
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, insert, select

from accounts import SYSTEM, set_actor
from calculations.money import NOT_OWED, split_minor
from data.store import rollups
from data.store import schema as s
from data.store.engine import Store, open_store, set_store
from data.store.migrate import upgrade
from offsetting import settlements
from tests.support.postgres import start_postgres
from tests.support.shop import NOW, SPLIT, Shop, open_shop

PRICE = 2043
ROUNDS = 7
AT_ONCE = 20_000


def fill(shops: list[Shop], order_count: int, store: Store) -> None:
    """The journal of so many paid orders, and the roll-up that is kept of it."""
    parts = split_minor(PRICE, SPLIT)
    amounts = {"buyer": -PRICE, **parts}
    rows: list[dict[str, object]] = []
    with store.write() as conn:
        for number in range(order_count):
            shop = shops[number % len(shops)]
            rows += [
                {
                    "event_id": shop.event_id, "posting_id": f"p{number:012d}", "seq": seq,
                    "order_id": f"o{number:012d}", "account": account, "amount_minor": amount, "currency": "CNY",
                    "memo": "payment", "livemode": False, "at": NOW + timedelta(seconds=number),
                    "project_id": shop.project, "settlement_id": "",
                }
                for seq, (account, amount) in enumerate(amounts.items())
            ]  # fmt: skip
            if len(rows) >= AT_ONCE or number == order_count - 1:
                conn.execute(insert(s.journal), rows)
                rows = []
        each = order_count // len(shops)
        for shop in shops:
            of = {"project_id": shop.project, "currency": "CNY"}
            rollups.add_money(conn, shop.event_id, [
                {"recipient": to, "amount_minor": part * each, **of} for to, part in parts.items()
            ])  # fmt: skip


def whole_scan(store: Store) -> None:
    """What is open, summed over the journal: every row that no settlement has."""
    j, line = s.journal.c, s.settlement_line.c
    settled = select(line.seq).where(line.event_id == j.event_id, line.posting_id == j.posting_id, line.seq == j.seq)
    keys = (j.account, j.project_id, j.currency, j.livemode)
    query = select(*keys, func.sum(j.amount_minor)).where(
        j.settlement_id == "", j.account.not_in(NOT_OWED), ~settled.exists()
    )
    with store.read() as conn:
        conn.execute(query.group_by(*keys)).all()


def median_ms(work: Callable[[], object]) -> float:
    """Half of the times it took less."""
    took = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return sorted(took)[ROUNDS // 2] * 1000


def measure(name: str, store: Store, order_count: int, event_count: int) -> None:
    """One store's row."""
    set_store(store)
    set_actor(SYSTEM)
    shops = [open_shop(1, f"shop-{number}") for number in range(event_count)]
    fill(shops, order_count, store)
    owed, scan = median_ms(settlements.owed), median_ms(lambda: whole_scan(store))
    print(f"{name}: {order_count} orders at {event_count} events: owed {owed:.1f} ms, the journal's sum {scan:.0f} ms "
          f"({scan / owed:.0f} times)", flush=True)  # fmt: skip
    set_store(None)


def main() -> None:
    """Measure both stores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=100)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder)}/settlements.sqlite3")
        upgrade(store)
        measure("SQLite", store, arguments.orders, arguments.events)
        store.dispose()
    postgres = start_postgres()
    try:
        store = open_store(postgres.new_database())
        measure("PostgreSQL", store, arguments.orders, arguments.events)
        store.dispose()
    finally:
        postgres.stop()


if __name__ == "__main__":
    main()
