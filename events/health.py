"""What monitoring asks: whether the store answers, how much waits in it, and which live versions there are."""

from __future__ import annotations

from data.store import health, live
from data.store.engine import get_store


def readiness() -> dict[str, str | bool]:
    """Whether the store answers and its migrations are done."""
    return health.readiness(get_store())


def gauges() -> dict[str, float]:
    """Jobs that wait and events whose changes are not folded yet."""
    with get_store().read() as conn:
        return health.gauges(conn)


def live_versions(event_ids: list[str]) -> dict[str, int]:
    """The live version of each event that is watched."""
    with get_store().read() as conn:
        return live.versions(conn, event_ids)
