"""What a worker does beside answering: folds changes, runs due jobs, fills the log, watches live versions.

Safe in many workers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import anyio.to_thread

import accounts
import events
import offsetting

log = logging.getLogger("forum_zero")
FOLD_SECONDS = 0.2
JOB_SECONDS = 0.5
LOG_SECONDS = 2.0
IMPORT_SECONDS = 0.3
SWEEP_SECONDS = 600.0


async def _repeat(name: str, seconds: float, work: Callable[[], Any]) -> None:
    """Runs ``work`` in a thread again and again; a failure is logged and tried again a little later."""
    while True:
        try:
            await anyio.to_thread.run_sync(work)
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.exception("background work %s failed", name)
            await asyncio.sleep(5 * seconds)


@asynccontextmanager
async def start_background() -> AsyncIterator[None]:
    """Starts the loops of this process and ends them with it."""
    await anyio.to_thread.run_sync(offsetting.log_former)
    tasks = [
        asyncio.create_task(_repeat("fold", FOLD_SECONDS, events.fold_due)),
        asyncio.create_task(_repeat("jobs", JOB_SECONDS, lambda: offsetting.run_due(datetime.now(UTC), 50))),
        asyncio.create_task(_repeat("log", LOG_SECONDS, offsetting.log_sequence)),
        asyncio.create_task(_repeat("deadlines", SWEEP_SECONDS, offsetting.plan_deadline_watch)),
        asyncio.create_task(_repeat("sweep", SWEEP_SECONDS, accounts.sweep)),
        asyncio.create_task(_repeat("files", SWEEP_SECONDS, events.sweep_files)),
        asyncio.create_task(_repeat("imports", IMPORT_SECONDS, events.run_imports)),
        asyncio.create_task(events.HUB.watch()),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
