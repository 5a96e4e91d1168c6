"""How long an organiser's dashboard takes to answer: ``python -m benchmarks.dashboard [CELLS]``.

The facets of a made-up event of CELLS cells (300,000 unless told) are in a store of its own, each person in a cell of
theirs: the worst there is. Its questions are asked as `reports.dashboard` asks them: the first of a version, which
reads the cells, another one, and the same again; beside them, in the same run, the sums of eight figures under the same
condition by the store's own GROUP BY, and the same questions to as many cells as the demonstration has. Milliseconds
are this process's own (processor time), the median of three; ``x`` is the dashboard's beside the store's.
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
from data.store import live, migrate
from data.store import schema as s
from data.store.engine import get_store, open_store, set_store
from reports import Narrowing, dashboard

RUNS, DEMO_ROWS, LINES = 3, 1_700, 9
CHENGDU = Place("geo:1815286", {"en": "Chengdu"}, 30.66667, 104.06667, "CN", "CN-51")
PLACES = ("geo:1816670", "geo:1796236", "geo:1814906", "geo:1809858", "geo:1795565", "")
KINDS = (("travel", "plane", "plane"), ("travel", "high_speed_rail", "high_speed_rail"), ("stay", "hotel", ""),
         ("food", "average_meal", ""), ("food", "vegan_meal", ""), ("local", "taxi", "taxi"),
         ("local", "metro", "metro"), ("waste", "residual_waste", ""))  # fmt: skip


def timed(work: Callable[[], Any], before: Callable[[], Any] = bool) -> float:
    """Milliseconds of the median run; ``before`` each, not counted."""
    found = []
    for _ in range(RUNS):
        before()
        start = time.process_time()
        work()
        found.append(1000 * (time.process_time() - start))
    return sorted(found)[RUNS // 2]


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
        "the whole": (Narrowing(), {}), "one mode": (Narrowing(mode=("plane",)), {"mode": "plane"}),
        "one place": (Narrowing(origin=(PLACES[0],)), {"place_id": PLACES[0]}),
        "mode and place": (Narrowing(mode=("plane",), origin=(PLACES[0],)), {"mode": "plane", "place_id": PLACES[0]}),
        "a month, all cells": (Narrowing(month_from="2026-05", month_to="2026-05"), {"month": "2026-05"}),
    }  # fmt: skip

    def touched() -> None:
        with get_store().write() as conn:
            live.touch(conn, event.event_id)

    def knows_the_whole() -> None:
        touched()
        dashboard(slug)

    for name, (asked, where) in questions.items():
        bare = timed(lambda where=where: grouped(event.event_id, where))
        first = timed(lambda asked=asked: dashboard(slug, asked), touched)
        other = timed(lambda asked=asked: dashboard(slug, asked), knows_the_whole)
        again = timed(lambda asked=asked: dashboard(slug, asked))
        ways = " ".join(f"{word} {ms:7.0f} ms ({ms / bare:.2f} x)" for word, ms in
                        (("first", first), ("another", other), ("again", again)))  # fmt: skip
        print(f"{count:>9,} cells  {name:<20} {ways}  store {bare:7.0f} ms", flush=True)


def grouped(event_id: str, where: dict[str, str]) -> None:
    """What eight figures need, by GROUP BY of the store."""
    f = s.facet.c
    wanted = [f.event_id == event_id, *[f[name] == value for name, value in where.items()]]
    with get_store().read() as conn:
        for by in (*s.KEYS_PERSON, "category", "mode", "activity"):
            sums = [sa.func.sum(f[name]) for name in s.MEASURES_FACET]
            conn.execute(sa.select(f[by], *sums).where(*wanted).group_by(f[by])).all()


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
