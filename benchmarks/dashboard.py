"""How long an organiser's dashboard takes to answer: ``python -m benchmarks.dashboard [ROWS]``.

The facets of a made-up event of ROWS cells (300,000 unless told) are read from a store of its own and asked four
questions, as `reports.dashboard` asks them; beside them, the same of as many cells as the demonstration has. Seconds
are this process's own (processor time), the fastest of three.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

import events
from accounts import SYSTEM, set_actor
from calculations.model import Place
from data.store import migrate
from data.store import schema as s
from data.store.engine import get_store, open_store, set_store
from reports import Narrowing, dashboard

RUNS, DEMO_ROWS, LINES = 3, 1_700, 9
CHENGDU = Place("geo:1815286", {"en": "Chengdu"}, 30.66667, 104.06667, "CN", "CN-51")
PLACES = ("geo:1816670", "geo:1796236", "geo:1814906", "geo:1809858", "geo:1795565", "")
KINDS = (("travel", "plane", "plane"), ("travel", "high_speed_rail", "high_speed_rail"), ("stay", "hotel", ""),
         ("food", "average_meal", ""), ("food", "vegan_meal", ""), ("local", "taxi", "taxi"),
         ("local", "metro", "metro"), ("waste", "residual_waste", ""))  # fmt: skip


def timed(work: Callable[[], Any]) -> float:
    """Seconds of the fastest run."""
    best = float("inf")
    for _ in range(RUNS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def fill(conn: sa.Connection, event_id: str, count: int) -> None:
    """So many cells: persons of random keys, each a row of its own and eight of lines."""
    chance = np.random.default_rng(1)
    nothing = dict.fromkeys(s.MEASURES_FACET, 0)
    rows: list[dict[str, Any]] = []
    for i in range(count // LINES):
        person = {"event_id": event_id, "session_id": "main", "code_id": "", "company_id": f"c{chance.integers(300)}",
                  "place_id": PLACES[chance.integers(len(PLACES))],
                  "began": f"2026-05-04T{i % 24:02d}"}  # fmt: skip
        person["code_id"] = f"k{i}"  # no two persons in one cell: the worst there is
        whole = dict.fromkeys(("participation_count", "answered_count", "people_count", "person_count"), 1)
        rows.append(person | nothing | whole | {"category": "", "activity": "", "mode": "", "month": ""})
        for category, activity, mode in KINDS:
            grams = int(chance.integers(1_000, 900_000))
            masses = {"line_count": 1, "person_count": 1, "low_g": grams // 2, "total_g": grams, "high_g": 2 * grams}
            keys = {"category": category, "activity": activity, "mode": mode, "month": "2026-05"}
            rows.append(person | nothing | masses | keys)
    for at in range(0, len(rows), 20_000):
        conn.execute(sa.insert(s.facet), rows[at : at + 20_000])


def measure(count: int) -> None:
    """Prints seconds of each question to an event of so many cells."""
    slug = f"cells-{count}"
    when = {"starts_at": datetime(2026, 5, 4, 1, tzinfo=UTC), "ends_at": datetime(2026, 5, 4, 10, tzinfo=UTC)}
    event = events.create_event(events.EventDraft(
        slug=slug, scenario="conference", names={"en": "Cells"}, place=CHENGDU, timezone="Asia/Shanghai",
        currency="CNY", livemode=False, sessions=(events.SessionDraft("main", {"en": "Main"}, "main"),), **when,
    ))  # fmt: skip
    with get_store().write() as conn:
        fill(conn, event.event_id, count)
    questions = {
        "the whole": Narrowing(), "one mode": Narrowing(mode=("plane",)), "one place": Narrowing(origin=(PLACES[0],)),
        "mode, place and hour": Narrowing(mode=("plane",), origin=(PLACES[0],), began=("2026-05-04T09",)),
    }  # fmt: skip
    for name, asked in questions.items():
        print(f"{count:>9,} cells  {name:<22} {timed(lambda asked=asked: dashboard(slug, asked)):.2f} s", flush=True)


def main() -> None:
    """Both sizes in a store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'cells.sqlite3'}")
        migrate.upgrade(store)
        set_store(store)
        set_actor(SYSTEM)
        for count in (DEMO_ROWS, int(sys.argv[1]) if len(sys.argv) > 1 else 300_000):
            measure(count)
        store.dispose()


if __name__ == "__main__":
    main()
