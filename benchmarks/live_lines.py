"""What a change costs the server with few and with very many emission lines behind the live view.

`python -m benchmarks.live_lines [--lines 10000 10000000] [--displays 1000] [--changes 40] [--workers 2]`

Each size is a store of its own: the demonstration's event filled with so many more lines (ten a guest) straight in SQL,
with the guests, their rows on the board, and roll-ups that say the same. Then displays (nine of ten the API's stream,
one of ten a big screen's) watch, guests answer one after another, and what the server's processes took is counted from
the first change to the last, less what the same time costs idle. Some 4 GB of disk for 10,000,000 lines, given back.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from benchmarks.journey import SLUG
from benchmarks.streams import Board, cpu_seconds, display, spread
from tests.support.server import Server

LINES_A_GUEST = 10
GIVEN_G = 40_000  # of each line; made up
MOST_BYTES = 6_000_000_000
PAUSE_SECONDS = 1.5  # between changes, so that each has been told before the next
PEOPLE = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :guests)
INSERT INTO participation (event_id, participation_id, secret_hash, session_id, company_id, kind, people_count,
  pseudonym, display_name, display_consent, footprint_version, origin_place_id, main_mode, created_at, origin_region,
  way)
SELECT :event, :event || '-0' || printf('%019d', i), '', :session, '', 'guest', 1, 'Guest ' || i, '', 0, 1, '', 'plane',
  '2021-09-07 00:00:00', '', 'onsite' FROM n"""
LINES = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :lines)
INSERT INTO emission_line (event_id, participation_id, version, line_no, category, activity, mode, quantity, unit,
  factor_id, low_g, total_g, high_g, non_co2_g, month, trace, upstream_g, quality)
SELECT :event, :event || '-0' || printf('%019d', i / :each), 1, i % :each, 'travel', 'trip', 'plane', 1.0, 'km', '',
  :grams, :grams, :grams, 0, '2021-09', '{}', 0, 0 FROM n"""
BOARD = """
INSERT INTO board_person (event_id, participation_id, share_bp, norm_bp, grams_g, display, mode, state, updated_at)
SELECT event_id, participation_id, 10000 - 2500 * (rowid % 4), rowid % 977, :grams, pseudonym, 'plane', 'reserved',
  created_at FROM participation WHERE event_id = :event AND pseudonym LIKE 'Guest %' AND rowid % 5 < 3"""
ROLLUPS = """
UPDATE {table} SET {sums} WHERE rowid = (SELECT rowid FROM {table} WHERE event_id = :event AND {where} LIMIT 1)"""


def fill(path: Path, lines: int) -> None:
    """So many lines more for the event, their guests, the board, and the same in the roll-ups."""
    with sqlite3.connect(path) as conn:
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("PRAGMA cache_size = -200000")
        event, session = conn.execute(
            "SELECT e.event_id, s.session_id FROM event e JOIN event_session s USING (event_id) WHERE e.slug = ?"
            " AND s.kind = 'main'", (SLUG,),
        ).fetchone()  # fmt: skip
        guests = lines // LINES_A_GUEST
        grams = lines * GIVEN_G
        values: dict[str, Any] = {
            "event": event, "session": session, "lines": lines, "guests": guests, "each": LINES_A_GUEST,
            "grams": GIVEN_G, "sum": grams,
        }  # fmt: skip
        for statement in (PEOPLE, LINES, BOARD):
            conn.execute(statement, values)
        masses = "low_g = low_g + :sum, total_g = total_g + :sum, high_g = high_g + :sum"
        people = ", people_count = people_count + :guests, participation_count = participation_count + :guests"
        answered = ", answered_count = answered_count + :guests"
        for table, sums, where in (
            ("tally", masses + people + answered, "people_count > 0"),
            ("cube", masses + ", line_count = line_count + :lines", "category = 'travel' AND mode = 'plane'"),
            ("origin", "people_count = people_count + :guests, air_count = air_count + :guests", "people_count > 4"),
        ):
            conn.execute(ROLLUPS.format(table=table, sums=sums, where=where), values)
    conn.close()


async def change(server: Server, api: httpx.AsyncClient) -> None:
    """One guest answers, three requests and one new version."""
    begun = (await api.post(f"/events/{SLUG}/participations", json={})).json()
    proof = {"Authorization": f"Bearer {begun['secret']}"}
    body = {"trips": [{"from": "iata:PEK", "mode": "plane", "round_trip": True}]}
    answer = await api.put(f"/participations/{begun['participation_id']}/footprint", json=body, headers=proof)
    answer.raise_for_status()


async def measure(server: Server, arguments: argparse.Namespace) -> dict[str, Any]:
    """What the changes cost, and how long they took to the displays."""
    assert server.process is not None
    board = Board()
    wall = "/screen/" + server.log.split("/screen/")[1].split()[0] + "/stream?lang=en"
    paths = [wall if number % 10 == 0 else f"/api/v1/events/{SLUG}/live" for number in range(arguments.displays)]
    displays = [asyncio.ensure_future(display(server, board, path)) for path in paths]
    until = time.perf_counter() + 90
    while board.open_count < arguments.displays and time.perf_counter() < until:
        await asyncio.sleep(0.05)
    await asyncio.sleep(2)
    before, start = cpu_seconds(server.process.pid), time.perf_counter()
    await asyncio.sleep(10)
    idle = (cpu_seconds(server.process.pid) - before) / (time.perf_counter() - start)
    known, sent = set(board.seen), []
    async with httpx.AsyncClient(base_url=server.url + "/api/v1", timeout=60) as api:
        before, start = cpu_seconds(server.process.pid), time.perf_counter()
        for _ in range(arguments.changes):
            await change(server, api)
            sent.append(time.perf_counter())
            await asyncio.sleep(PAUSE_SECONDS)
        await asyncio.sleep(1)
        took = time.perf_counter() - start
        spent = cpu_seconds(server.process.pid) - before
    for task in displays:
        task.cancel()
    await asyncio.gather(*displays, return_exceptions=True)
    fresh = {version: moments for version, moments in board.seen.items() if version not in known}
    delays = sorted(moment - _answered(sent, moments) for moments in fresh.values() for moment in moments)
    return {
        "open": board.open_count, "broken": board.broken_count, "versions": len(fresh), "idle": idle,
        "change_ms": (spent - idle * took) * 1000 / max(1, len(fresh)), "delays": spread(delays),
        "within": sum(delay <= 1 for delay in delays) / max(1, len(delays)),
    }  # fmt: skip


def _answered(sent: list[float], moments: list[float]) -> float:
    """When the change that a version tells was answered; its first half may be told a little before that."""
    first = min(moments)
    return max((at for at in sent if at <= first), default=first)


def run(lines: int, arguments: argparse.Namespace) -> None:
    """One size: fill, serve, measure, give the disk back."""
    folder = Path(tempfile.mkdtemp(prefix="live-lines-"))
    server = Server(folder, workers=arguments.workers)
    try:
        server.cli("demo")
        path = folder / "forumzero.sqlite3"
        start = time.perf_counter()
        fill(path, lines)
        size = path.stat().st_size
        print(f"{lines:,} lines more in {time.perf_counter() - start:.0f} s, {size / 1e9:.2f} GB", flush=True)
        if size > MOST_BYTES:
            raise SystemExit(f"the store has {size:,} bytes, more than {MOST_BYTES:,}")
        server.start()
        seen = asyncio.run(measure(server, arguments))
        load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
        print(
            f"  {seen['open']} displays open, {seen['broken']} broken; idle {seen['idle']:.1%} of a core;"
            f" {seen['versions']} versions, {seen['change_ms']:.0f} ms of processor time each; from the answer to a"
            f" display: {seen['delays']}; {seen['within']:.2%} within a second; load {load}",
            flush=True,
        )
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Measure every size, one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[10_000, 10_000_000])
    parser.add_argument("--displays", type=int, default=1000)
    parser.add_argument("--changes", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    for lines in arguments.lines:
        run(lines, arguments)


if __name__ == "__main__":
    main()
