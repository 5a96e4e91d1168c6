"""Which of a forum's own pages have something to show."""

from __future__ import annotations

from data.store import forum as rows
from data.store.engine import get_store

DOORS = ("pledges", "memoranda", "thanks", "fund")


def forum_doors(event_id: str) -> tuple[str, ...]:
    """Of `DOORS` those with something behind them, for whoever may see the event."""
    with get_store().read() as conn:
        there = {
            "pledges": any(row["state"] == "open" for row in rows.pledges(conn, event_id)),
            "memoranda": any(row["published_at"] is not None for row in rows.memoranda(conn, event_id)),
            "thanks": bool(rows.sponsors(conn, event_id) or rows.thanked_companies(conn, event_id)),
            "fund": rows.fund(conn, event_id) is not None,
        }
    return tuple(door for door in DOORS if there[door])
