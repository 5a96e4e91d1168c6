"""Whole journeys a second through the API, on both stores, beside the store's bare commits in the same run.

`python -m benchmarks.journey [--count 1000] [--at-once 32] [--workers 2]`
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from sqlalchemy import BigInteger, Column, MetaData, Table, Text, insert

from benchmarks.client import Times
from benchmarks.walk import walk_many
from data.store.engine import open_store
from tests.support.postgres import start_postgres
from tests.support.server import Server

STEPS = ("start", "footprint", "order", "pay", "look", "certificate")
SLUG, PROJECT = "chengdu-2021", "cdcer-other"
bare = Table(
    "bare", MetaData(), Column("event_id", Text, primary_key=True), Column("row_id", BigInteger, primary_key=True),
    Column("note", Text, nullable=False),
)  # fmt: skip


def bare_commits(url: str, count: int = 3000) -> float:
    """Three-row commits a second through the store's own writer, one after the other."""
    store = open_store(url)
    with store.write() as connection:
        bare.metadata.create_all(connection)
    start = time.perf_counter()
    for number in range(count):
        rows = [{"event_id": "e", "row_id": number * 3 + part, "note": "x" * 40} for part in range(3)]
        with store.write() as connection:
            connection.execute(insert(bare), rows)
    took = time.perf_counter() - start
    with store.write() as connection:
        bare.metadata.drop_all(connection)
    store.dispose()
    return count / took


def measure(server: Server, count: int, at_once: int) -> tuple[float, Times]:
    """(journeys a second, times of each step); the first tenth warms the server up and is not counted."""
    asyncio.run(walk_many(server.url, max(at_once, count // 10), at_once, Times(), SLUG, PROJECT))
    times = Times()
    start = time.perf_counter()
    asyncio.run(walk_many(server.url, count, at_once, times, SLUG, PROJECT))
    return count / (time.perf_counter() - start), times


def report(name: str, rate: float, commits: float, times: Times) -> None:
    """Print one store's rows."""
    print(f"{name}: {rate:.1f} journeys/s, {len(times.errors)} errors; bare three-row commits {commits:.0f}/s")
    for step in STEPS:
        print(f"  {step:<12} p50 {times.quantile_ms(step, 0.5):7.1f} ms   p95 {times.quantile_ms(step, 0.95):7.1f} ms")
    for error in times.errors[:3]:
        print(f"  {error}")


def run(name: str, folder: Path, url: str, arguments: argparse.Namespace) -> None:
    """Serve on one store and measure it."""
    server = Server(folder, workers=arguments.workers, extra={"DATABASE_URL": url, "LOG_LEVEL": "warning"})
    commits = bare_commits(url)
    server.cli("demo")
    server.start()
    try:
        rate, times = measure(server, arguments.count, arguments.at_once)
        report(name, rate, commits, times)
        print("  " + server.cli("audit", check=False).stdout.strip().replace("\n", "\n  "))
    finally:
        server.stop()


def main() -> None:
    """Measure both stores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run("SQLite", folder / "sqlite", f"sqlite:///{folder}/journey.sqlite3", arguments)
        postgres = start_postgres(durable=True)
        try:
            run("PostgreSQL", folder / "postgresql", postgres.new_database(), arguments)
        finally:
            postgres.stop()


if __name__ == "__main__":
    main()
