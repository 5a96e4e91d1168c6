"""How often something may be tried, counted in the store: over all processes."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from accounts.errors import TooMany
from data.store import people as rows
from data.store.engine import get_store


def throttle(name: str, limit: int, window_s: int) -> None:
    """Counts one use of ``name``, over all processes; raises TooMany past ``limit`` in a window of ``window_s`` s."""
    now = time.time()
    start = int(now // window_s) * window_s
    with get_store().write() as conn:
        hits = rows.hit(conn, name[:200], str(start), datetime.fromtimestamp(start + 2 * window_s, UTC))
    if hits > limit:
        wait_s = max(1, int(start + window_s - now))
        raise TooMany("Too many tries; try again in {seconds} seconds.", wait_s, seconds=wait_s)
