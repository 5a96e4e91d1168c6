"""What a guest's answer costs where the host pays for everybody, with few and with 10,000 lines on its certificate.

`python -m benchmarks.hosting [--lines 10000] [--answers 40] [--store both]`

Beside it, in the same run: the same answers at an event whose guests pay for themselves. Also how long it takes to lay
a plan over those who have answered, to state its certificate anew, and to retire a part of it.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable

import sqlalchemy as sa

import events
import offsetting
from accounts import SYSTEM, set_actor
from data.store import schema as s
from data.store.engine import Store, get_store, open_store, set_store
from data.store.ids import new_id
from data.store.migrate import upgrade
from tests.support.events import trip
from tests.support.hosting import NOW, answer, buy, confirm, entered, open_hosted
from tests.support.postgres import start_postgres

OWN_LINES = 4
CATEGORIES = ("travel", "local", "stay", "food")
LINE_G = 50_000


def fill(event_id: str, line_count: int) -> None:
    """Guests who have answered, as rows: so many lines of 50 kg."""
    people, feet, lines = [], [], []
    for _ in range(line_count // OWN_LINES):
        key = {"event_id": event_id, "participation_id": new_id(event_id)}
        people.append(key | {
            "secret_hash": "", "session_id": "main", "company_id": "", "kind": "guest", "people_count": 1, "pseudonym":
            "Quiet Magpie", "display_name": "", "display_consent": False, "footprint_version": 1, "origin_place_id": "",
            "main_mode": "plane", "created_at": NOW,
        })  # fmt: skip
        sums = dict.fromkeys(("low_g", "total_g", "high_g"), OWN_LINES * LINE_G)
        feet.append(key | {"version": 1, "answers": {}, **sums, "factor_set_sha256": "y", "created_at": NOW})
        lines += [
            key | {
                "version": 1, "line_no": number, "category": category, "activity": category, "mode": "",
                "quantity": 1.0, "unit": "km", "factor_id": "f", "low_g": LINE_G, "total_g": LINE_G, "high_g": LINE_G,
                "month": "2026-05", "trace": {},
            }
            for number, category in enumerate(CATEGORIES)
        ]  # fmt: skip
    with get_store().write() as conn:
        for table, rows in ((s.participation, people), (s.footprint, feet), (s.emission_line, lines)):
            conn.execute(sa.insert(table), rows)


def ms(act: Callable[[], object]) -> float:
    """How long something takes."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def answers(count: int) -> tuple[float, float]:
    """Medians of a first answer, and of another by the same guest, in ms."""
    first, again = [], []
    for _ in range(count):
        guest = events.start_participation("hall-2026", "main").participation_id
        first.append(ms(lambda of=guest: answer(trip("plane"), of=of)))
        again.append(ms(lambda of=guest: answer(trip("rail"), of=of)))
    return statistics.median(first), statistics.median(again)


def payer(event_id: str, word: str) -> None:
    """Who pays from now on."""
    with get_store().write() as conn:
        where = s.event.c.event_id == event_id
        conn.execute(sa.update(s.event).where(where).values(defaults={"payer": word}))


def measure(name: str, store: Store, line_count: int, count: int) -> None:
    """One store."""
    upgrade(store)
    set_store(store)
    set_actor(SYSTEM)
    event = open_hosted(line_count // 10 + 100)
    payer(event.event_id, "guest")
    answers(3)
    plain = answers(count)
    told = [("guests pay", plain)]
    payer(event.event_id, "host_all")
    buy(20_000_000)
    told.append(("the host pays, few lines", answers(count)))
    fill(event.event_id, line_count)
    order_g = line_count * LINE_G + 40_000_000
    kept: list[offsetting.Order] = []
    took = ms(lambda: kept.append(buy(order_g)))
    told.append((f"{line_count:,} lines", answers(count)))
    restated = ms(lambda: offsetting.run_due())
    with store.read() as conn:
        tranche = conn.execute(sa.select(s.tranche.c.tranche_id)).scalar_one()
    number = entered(tranche, event.event_id, 40)
    retired = ms(lambda: confirm(number))
    told.append((f"{line_count:,} lines, partly retired", answers(count)))
    for what, (first, again) in told:
        print(f"{name}: {what}: first {first:.1f} ms ({first / plain[0]:.1f}×), "
              f"again {again:.1f} ms ({again / plain[1]:.1f}×)", flush=True)  # fmt: skip
    print(f"{name}: laid over {line_count:,} lines in {took:,.0f} ms, stated anew in {restated:,.0f} ms, "
          f"40 credits retired in {retired:,.0f} ms", flush=True)  # fmt: skip
    wrong = [finding for finding in offsetting.audit(event.event_id) if not finding.ok]
    print(f"{name}: audit {wrong or 'clean'}", flush=True)
    set_store(None)
    store.dispose()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--answers", type=int, default=40)
    parser.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    told = parser.parse_args()
    if told.store != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            measure("SQLite", open_store(f"sqlite:///{folder}/bench.sqlite3"), told.lines, told.answers)
    if told.store != "sqlite":
        server = start_postgres(durable=True)
        try:
            measure("PostgreSQL", open_store(server.new_database()), told.lines, told.answers)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
