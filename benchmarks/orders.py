"""Orders a second on one batch and on many, at 1, 4 and 16 buyers in one process, on both stores.

`python -m benchmarks.orders [--seconds 3] [--paid]`

Beside them, in the same run: bare three-row commits through the store's own writer, and the naive way, which reads what
is left, and writes back what is left after it, each in a transaction of its own: it sells what is sold already.
"""

import argparse
import itertools
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, func, insert, select, update

import offsetting
from data.store.engine import Store, open_store, set_store
from data.store.migrate import upgrade
from tests.support.postgres import start_postgres
from tests.support.shop import NOW, Shop, add_guest, open_shop

BUYERS = (1, 4, 16)
MANY = 16
GUESTS = 200  # so that one has few orders, as people do
STOCK_G = 2_000_000
GRAMS = 1000
meta = MetaData()
bare = Table(
    "bare", meta, Column("event_id", Text, primary_key=True), Column("row_id", BigInteger, primary_key=True),
    Column("note", Text, nullable=False),
)  # fmt: skip
stock = Table("stock", meta, Column("id", Integer, primary_key=True), Column("left_g", BigInteger, nullable=False))
sold = Table("sold", meta, Column("row_id", BigInteger, primary_key=True), Column("grams", BigInteger, nullable=False))
_BARE, _SOLD = insert(bare), insert(sold)
_numbers = itertools.count()
_LEFT = select(stock.c.left_g).where(stock.c.id == 1)


@dataclass
class Run:
    """What buyers did in a while: orders, seconds they took, and the longest wait for one."""

    count: int = 0
    took_s: float = 0.0
    longest_s: float = 0.0
    refused: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Orders a second."""
        return self.count / self.took_s if self.took_s else 0.0


def crowd(buyers: int, seconds: float, one: Callable[[int, int], bool | None]) -> Run:
    """`buyers` threads that do `one(buyer, number)` for so long; it says whether something was bought, or None
    where there is nothing left to buy."""
    run, gate, until = Run(), threading.Barrier(buyers + 1), [0.0]
    lock = threading.Lock()

    def work(buyer: int) -> None:
        count, refused, longest, number = 0, 0, 0.0, 0
        gate.wait()
        while time.perf_counter() < until[0]:
            start = time.perf_counter()
            try:
                bought = one(buyer, number)
            except Exception as error:
                run.broken.append(f"{type(error).__name__}: {error}"[:200])
                break
            if bought is None:
                break
            longest, number = max(longest, time.perf_counter() - start), number + 1
            count, refused = count + bought, refused + (not bought)
        with lock:
            run.count, run.refused, run.longest_s = (
                run.count + count,
                run.refused + refused,
                max(run.longest_s, longest),
            )

    threads = [threading.Thread(target=work, args=(buyer,)) for buyer in range(buyers)]
    for thread in threads:
        thread.start()
    start = time.perf_counter()
    until[0] = start + seconds
    gate.wait()
    for thread in threads:
        thread.join()
    run.took_s = time.perf_counter() - start
    return run


def commits(store: Store, buyers: int, seconds: float) -> Run:
    """Bare three-row commits."""

    def one(buyer: int, number: int) -> bool:
        first = next(_numbers) * 3
        rows = [{"event_id": "e", "row_id": first + part, "note": "x" * 40} for part in range(3)]
        with store.write() as connection:
            connection.execute(_BARE, rows)
        return True

    with store.write() as connection:
        meta.create_all(connection)
    return crowd(buyers, seconds, one)


def naive(store: Store, buyers: int, seconds: float) -> tuple[Run, int]:
    """Read, then write: (what was bought, grams sold that the stock does not know of)."""
    with store.write() as connection:
        for table in (stock, sold):
            connection.execute(table.delete())
        connection.execute(insert(stock).values(id=1, left_g=STOCK_G))

    def one(buyer: int, number: int) -> bool | None:
        with store.read() as connection:
            left = int(connection.execute(_LEFT).scalar_one())
        if left < GRAMS:
            return None
        with store.write() as connection:
            connection.execute(update(stock).where(stock.c.id == 1).values(left_g=left - GRAMS))
            connection.execute(_SOLD, {"row_id": next(_numbers), "grams": GRAMS})
        return True

    run = crowd(buyers, seconds, one)
    with store.read() as connection:
        left_g = int(connection.execute(_LEFT).scalar_one())
        sold_g = int(connection.execute(select(func.sum(sold.c.grams))).scalar_one())
    return run, sold_g - (STOCK_G - left_g)


def orders(shops: list[Shop], guests: dict[str, list[str]], buyers: int, seconds: float, paid: bool) -> Run:
    """Orders placed, and paid where asked for, each buyer at an event of its own as far as there are such."""

    def one(buyer: int, number: int) -> bool:
        shop = shops[buyer % len(shops)]
        own = guests[shop.event_id]
        guest = own[(buyer + number * 7) % len(own)]
        order = offsetting.place_order(guest, shop.project, grams=GRAMS, now=NOW)
        if paid:
            offsetting.demo_payment(order.order_id, "succeeded", now=NOW)
        return True

    return crowd(buyers, seconds, one)


def measure(name: str, store: Store, seconds: float, paid: bool) -> None:
    """One store's rows."""
    set_store(store)
    shops = [open_shop(10_000, f"shop-{number}") for number in range(MANY)]
    guests = {shop.event_id: [add_guest(shop) for _ in range(GUESTS)] for shop in shops}
    orders(shops[:1], guests, 2, 1.0, paid)  # warm
    print(f"{name}\n  {'buyers':>6} {'bare/s':>8} {'one batch/s':>12} {'of bare':>8} {'longest':>9} "
          f"{'many/s':>8} {'longest':>9} {'naive/s':>8} {'oversold':>10}")  # fmt: skip
    for buyers in BUYERS:
        bare_run = commits(store, buyers, seconds / 2)
        one = orders(shops[:1], guests, buyers, seconds, paid)
        many = orders(shops, guests, buyers, seconds, paid)
        again = commits(store, buyers, seconds / 2)
        bare_rate = (bare_run.rate + again.rate) / 2
        rough, over = naive(store, buyers, seconds)
        print(f"  {buyers:>6} {bare_rate:>8.0f} {one.rate:>12.0f} {one.rate / bare_rate:>8.0%} "
              f"{one.longest_s * 1000:>6.0f} ms {many.rate:>8.0f} {many.longest_s * 1000:>6.0f} ms "
              f"{rough.rate:>8.0f} {over / 1000:>7.0f} kg", flush=True)  # fmt: skip
        for error in (bare_run.broken + one.broken + many.broken + rough.broken)[:3]:
            print(f"    {error}")
    wrong = [finding for finding in offsetting.audit() if not finding.ok]
    print(f"  audit: {wrong or 'clean'}")
    set_store(None)


def main() -> None:
    """Measure both stores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--paid", action="store_true", help="pay each order too")
    parser.add_argument("--store", choices=("both", "sqlite", "postgresql"), default="both")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.store != "postgresql":
            store = open_store(f"sqlite:///{Path(folder)}/orders.sqlite3")
            upgrade(store)
            measure("SQLite", store, arguments.seconds, arguments.paid)
            store.dispose()
        if arguments.store != "sqlite":
            postgres = start_postgres(durable=True)
            try:
                store = open_store(postgres.new_database())
                measure("PostgreSQL", store, arguments.seconds, arguments.paid)
                store.dispose()
            finally:
                postgres.stop()


if __name__ == "__main__":
    main()
