"""A file of 20,000 and of 200,000 rows brought in while other people order: how long it takes, how much memory it
needs, and how long an order waits for the writer meanwhile.

`python -m benchmarks.imports [--rows 20000 200000] [--kind people|energy] [--store both]`

Then the file is undone, while orders go on again. Beside it, in the same run: the longest wait of the same orders with
nothing brought in. Each run is a process of its
own, so that the memory of one is not that of another.
"""

import argparse
import csv
import io
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import events
import offsetting
from accounts import SYSTEM, set_actor
from benchmarks.orders import Run
from data.store.engine import Store, open_store, set_store
from data.store.migrate import upgrade
from tests.support.events import draft
from tests.support.postgres import start_postgres
from tests.support.shop import NOW, add_guest, open_shop

TOWNS = ("北京", "上海", "广州", "深圳", "重庆", "西安", "武汉", "杭州", "南京", "成都", "昆明", "Tokyo", "Berlin")
MODES = ("plane", "high_speed_rail", "rail", "car")
FUELS = (("Electricity", "kWh"), ("Natural gas", "MWh"), ("District heating", "GJ"), ("Water", "m3"))
CALM_S = 3.0
GUESTS = 50


@dataclass
class Beside(Run):
    """Orders that were placed beside something else, and the processor time of both."""

    cpu_s: float = 0.0


def people(count: int) -> bytes:
    """Registrations with their journeys."""
    dice = random.Random(1)
    rows = [["ID", "City", "Travel mode", "Nights", "Company"]]
    rows += [[f"R{n:07}", dice.choice(TOWNS), dice.choice(MODES), str(dice.randrange(4)), f"Company {n % 300}"]
             for n in range(count)]  # fmt: skip
    return _csv(rows)


def energy(count: int) -> bytes:
    """Invoices."""
    dice = random.Random(2)
    rows = [["Invoice", "Energy", "From", "Consumption", "Unit"]]
    for n in range(count):
        fuel, unit = dice.choice(FUELS)
        rows.append([f"I{n:07}", fuel, f"2026-05-{n % 28 + 1:02}", f"{dice.random() * 900:.1f}", unit])
    return _csv(rows)


def _csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def ordering(project: str, guests: list[str], stop: threading.Event, run: Beside) -> None:
    """Orders, one after the other with a breath between, until told to stop."""
    began = time.perf_counter()
    while not stop.is_set():
        start = time.perf_counter()
        try:
            offsetting.place_order(guests[run.count % len(guests)], project, grams=1000, now=NOW)
        except Exception as error:
            run.broken.append(f"{type(error).__name__}: {error}"[:200])
        run.longest_s = max(run.longest_s, time.perf_counter() - start)
        run.count += 1
        time.sleep(0.01)
    run.took_s = time.perf_counter() - began


def measure(name: str, store: Store, kind: str, count: int) -> None:
    """One file into one store."""
    set_store(store)
    set_actor(SYSTEM)
    shop = open_shop(10_000, "shop")
    slug = events.create_event(draft()).slug
    guests = [add_guest(shop) for _ in range(GUESTS)]
    content = (people if kind == "people" else energy)(count)
    calm, coming, going = Beside(), Beside(), Beside()
    with beside(shop.project, guests, calm):
        time.sleep(CALM_S)
    start = time.perf_counter()
    seen = events.receive_file(slug, "file.csv", content)
    looked_s = time.perf_counter() - start
    before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:<11} {kind:<7} {count:>8,} rows: looked at in {looked_s:.1f} s; orders alone: longest wait "
          f"{calm.longest_s * 1000:.0f} ms ({calm.rate:.0f}/s)", flush=True)  # fmt: skip
    with beside(shop.project, guests, coming):
        brought = events.bring_in(slug, seen.token, seen.reading.as_json())
    after_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told("in", coming, f"{brought.new_count:,} new; {before_mb:.0f} → {after_mb:.0f} MB")
    with beside(shop.project, guests, going):
        events.undo_import(slug, brought.import_id)
    wrong = [finding for finding in events.audit(slug) if not finding.ok]
    told("undone", going, f"audit: {wrong or 'clean'}")
    for error in (calm.broken + coming.broken + going.broken)[:3]:
        print(f"  {error}")
    set_store(None)


@contextmanager
def beside(project: str, guests: list[str], run: Beside) -> Iterator[None]:
    """Orders go on while the block runs; ``run.cpu_s`` is the processor time of this process, theirs included."""
    stop, began_cpu_s = threading.Event(), time.process_time()
    thread = threading.Thread(target=ordering, args=(project, guests, stop, run))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        run.cpu_s = time.process_time() - began_cpu_s


def told(what: str, run: Run, more: str) -> None:
    """A line of figures, with what else was at work."""
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"  {what} within {run.took_s:.1f} s, {run.cpu_s:.1f} s of a processor; orders meanwhile: longest wait "
          f"{run.longest_s * 1000:.0f} ms ({run.rate:.0f}/s); load {load}; {more}", flush=True)  # fmt: skip


def one(store: str, kind: str, count: int) -> None:
    """A run in this process."""
    with tempfile.TemporaryDirectory() as folder:
        if store == "sqlite":
            opened = open_store(f"sqlite:///{Path(folder)}/imports.sqlite3")
            upgrade(opened)
            measure("SQLite", opened, kind, count)
            opened.dispose()
            return
        postgres = start_postgres(durable=True)
        try:
            opened = open_store(postgres.new_database())
            measure("PostgreSQL", opened, kind, count)
            opened.dispose()
        finally:
            postgres.stop()


def main() -> None:
    """Each store, kind and size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 200_000])
    parser.add_argument("--kind", nargs="+", choices=("people", "energy"), default=["people", "energy"])
    parser.add_argument("--store", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--here", action="store_true", help="in this process: one store, kind and size")
    given = parser.parse_args()
    if given.here:
        one(given.store[0], given.kind[0], given.rows[0])
        return
    for store in given.store:
        for kind in given.kind:
            for count in given.rows:
                ask = ["--here", "--store", store, "--kind", kind, "--rows", str(count)]
                subprocess.run([sys.executable, "-m", "benchmarks.imports", *ask], check=False)


if __name__ == "__main__":
    main()
