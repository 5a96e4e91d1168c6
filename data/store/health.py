"""What monitoring asks of the store."""

from __future__ import annotations

import sqlalchemy as sa

from data.store import migrate, rollups
from data.store import schema as s
from data.store.engine import Store


def readiness(store: Store) -> dict[str, str | bool]:
    """Whether the store answers and its tables are those of this release."""
    try:
        with store.read() as conn:
            conn.execute(sa.select(sa.literal(1)))
        migrated = migrate.is_current(store)
    except sa.exc.SQLAlchemyError as error:
        return {"ready": False, "store": type(error).__name__, "migrated": False}
    return {"ready": migrated, "store": "answers", "migrated": migrated}


def gauges(conn: sa.Connection) -> dict[str, float]:
    """Jobs that wait, and events whose changes are not folded yet."""
    waiting = conn.execute(sa.select(sa.func.count()).where(s.job.c.done_at.is_(None))).scalar_one()
    return {"jobs_waiting": float(waiting), "events_unfolded": float(len(rollups.dirty_events(conn)))}
