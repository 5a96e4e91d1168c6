"""Rows of what is told before and after an event: plans by version, evaluation reports and the steps they took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from data.store import schema as s

Row = Mapping[Any, Any]
DRAFT_VERSION = 0
_p, _e, _s = s.event_plan.c, s.evaluation.c, s.evaluation_step.c


def plans(conn: sa.Connection, event_id: str, lock: bool = False) -> list[Row]:
    """An event's plans, the newest version first; version 0 is the draft. The event is taken for this transaction
    where ``lock``."""
    if lock:
        take(conn, event_id)
    query = sa.select(s.event_plan).where(_p.event_id == event_id).order_by(_p.version.desc())
    return list(conn.execute(query).mappings())


def take(conn: sa.Connection, event_id: str) -> None:
    """Takes an event for this transaction."""
    conn.execute(sa.select(s.event.c.event_id).where(s.event.c.event_id == event_id).with_for_update())


def put_plan(conn: sa.Connection, values: Row) -> None:
    """A draft in place of the former one, or a new version."""
    where = (_p.event_id == values["event_id"], _p.version == values["version"])
    is_draft = values["version"] == DRAFT_VERSION
    if not is_draft or conn.execute(sa.update(s.event_plan).where(*where).values(**values)).rowcount == 0:
        conn.execute(sa.insert(s.event_plan).values(**values))


def evaluations(conn: sa.Connection, event_id: str) -> list[Row]:
    """An event's evaluation reports, the newest first."""
    query = sa.select(s.evaluation).where(_e.event_id == event_id).order_by(_e.version.desc())
    return list(conn.execute(query).mappings())


def add_evaluation(conn: sa.Connection, values: Row) -> None:
    """A new report."""
    conn.execute(sa.insert(s.evaluation).values(**values))


def set_evaluation(conn: sa.Connection, event_id: str, version: int, **values: Any) -> None:
    """Its body while it is a draft, its state."""
    where = (_e.event_id == event_id, _e.version == version)
    conn.execute(sa.update(s.evaluation).where(*where).values(**values))


def add_step(conn: sa.Connection, values: Row) -> None:
    """What somebody did to a report."""
    conn.execute(sa.insert(s.evaluation_step).values(**values))


def steps(conn: sa.Connection, event_id: str, version: int) -> list[Row]:
    """What was done to a report, in order."""
    query = sa.select(s.evaluation_step).where(_s.event_id == event_id, _s.version == version)
    return list(conn.execute(query.order_by(_s.seq)).mappings())
