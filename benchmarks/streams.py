"""A thousand displays on the live stream of one event while guests go on ordering.

`python -m benchmarks.streams [--displays 1000] [--journeys 300] [--at-once 8] [--workers 2]`

Each display notes when it saw each live version; a version's delay at a display is counted from the first display that
saw it, and a payment's delay from the moment the API had taken it.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.client import Times
from benchmarks.journey import PROJECT, SLUG
from benchmarks.walk import walk_many
from tests.support.server import Server


@dataclass
class Board:
    """What all displays have seen: version → when each saw it."""

    seen: dict[int, list[float]] = field(default_factory=dict)
    open_count: int = 0
    broken_count: int = 0


async def display(server: Server, board: Board, path: str = f"/api/v1/events/{SLUG}/live") -> None:
    """One display: opens a stream and notes versions until it is cancelled."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=2**20)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n".encode())
    counted = False
    try:
        while line := await reader.readline():
            if line.startswith(b"id:"):
                board.seen.setdefault(int(line[3:]), []).append(time.perf_counter())
                board.open_count += not counted
                counted = True
        board.broken_count += 1
    finally:
        writer.close()


def processes(root: int) -> Iterator[int]:
    """A process and everything it started."""
    yield root
    children = Path(f"/proc/{root}/task/{root}/children").read_text().split()
    for child in children:
        yield from processes(int(child))


def cpu_seconds(root: int) -> float:
    """Processor time of a server and its workers so far."""
    ticks = 0
    for pid in processes(root):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_mb(root: int) -> list[int]:
    """Resident memory of each of a server's processes, in MB."""
    return [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 // 10**6 for pid in processes(root)]


async def measure(server: Server, arguments: argparse.Namespace) -> None:
    """Open the displays, let them idle, then let guests go on ordering; print what was seen."""
    assert server.process is not None
    board, times = Board(), Times()
    displays = [asyncio.ensure_future(display(server, board)) for _ in range(arguments.displays)]
    opened = time.perf_counter()
    while board.open_count < arguments.displays and time.perf_counter() - opened < 60:
        await asyncio.sleep(0.05)
    print(f"{board.open_count} of {arguments.displays} displays open after {time.perf_counter() - opened:.1f} s")
    before, start = cpu_seconds(server.process.pid), time.perf_counter()
    await asyncio.sleep(5)
    idle = (cpu_seconds(server.process.pid) - before) / (time.perf_counter() - start)
    print(f"idle: {idle:.1%} of a core; memory {memory_mb(server.process.pid)} MB")
    known = set(board.seen)
    start = time.perf_counter()
    await walk_many(server.url, arguments.journeys, arguments.at_once, times, SLUG, PROJECT)
    took = time.perf_counter() - start
    await asyncio.sleep(2)
    for task in displays:
        task.cancel()
    await asyncio.gather(*displays, return_exceptions=True)
    fresh = {version: moments for version, moments in board.seen.items() if version not in known}
    delays = sorted(moment - min(moments) for moments in fresh.values() for moment in moments)
    print(
        f"{arguments.journeys / took:.1f} journeys/s meanwhile, {len(times.errors)} errors, {board.broken_count} broken"
    )
    print(f"{len(fresh)} versions; from the first display to each: " + spread(delays))
    print(json.dumps({step: round(times.quantile_ms(step, 0.95)) for step in times.steps}), "p95 ms a step")


def spread(delays: list[float]) -> str:
    """p50, p95, p99 and the longest of sorted delays, in ms."""
    if not delays:
        return "nothing seen"
    at = {name: delays[min(len(delays) - 1, int(len(delays) * share))] for name, share in QUANTILES}
    return ", ".join(f"{name} {value * 1000:.0f} ms" for name, value in at.items())


QUANTILES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("longest", 1.0))


def main() -> None:
    """Serve with a store of its own and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--displays", type=int, default=1000)
    parser.add_argument("--journeys", type=int, default=300)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), workers=arguments.workers)
        server.cli("demo")
        server.start()
        try:
            asyncio.run(measure(server, arguments))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
