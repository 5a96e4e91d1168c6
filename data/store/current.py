"""The current versions of an event's footprints, read in pages, and the boundary they are computed under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data.store import schema as s

Row = sa.RowMapping


def footprints(conn: sa.Connection, event_id: str, after: str = "", limit: int = 500) -> list[Row]:
    """Current footprints (kind, deleted_at, answers, sums, created_at) in the order of their participation's id,
    beginning behind ``after``."""
    p, f = s.participation, s.footprint
    query = (
        sa.select(p.c.participation_id, p.c.kind, p.c.deleted_at, f.c.version, f.c.answers, f.c.low_g, f.c.total_g,
                  f.c.high_g, f.c.created_at)
        .join(f, _current())
        .where(p.c.event_id == event_id, p.c.participation_id > after)
        .order_by(p.c.participation_id)
        .limit(limit)
    )  # fmt: skip
    return list(conn.execute(query).mappings())


def lines(conn: sa.Connection, event_id: str, participation_ids: Sequence[str]) -> dict[str, list[Row]]:
    """participation_id → lines of its current version, in their order."""
    p, line = s.participation, s.emission_line
    query = (
        sa.select(line)
        .join(p, (p.c.event_id == line.c.event_id) & (p.c.participation_id == line.c.participation_id))
        .where(line.c.event_id == event_id, line.c.participation_id.in_(participation_ids))
        .where(line.c.version == p.c.footprint_version)
        .order_by(line.c.participation_id, line.c.line_no)
    )
    found: dict[str, list[Row]] = {}
    for row in conn.execute(query).mappings():
        found.setdefault(row["participation_id"], []).append(row)
    return found


def count_before(conn: sa.Connection, event_id: str, at: datetime) -> int:
    """Current footprints that were computed before a moment and can be computed again (guests and the organiser)."""
    p, f = s.participation, s.footprint
    query = (
        sa.select(sa.func.count())
        .select_from(p.join(f, _current()))
        .where(p.c.event_id == event_id, p.c.deleted_at.is_(None), p.c.kind != "group", f.c.created_at < at)
    )
    return int(conn.execute(query).scalar_one())


def count_flights_by_others(conn: sa.Connection, event_id: str, method_id: str) -> int:
    """Current footprints that hold a flight priced by another method; '' stands for the rows of a factor set."""
    p, line = s.participation, s.emission_line
    same = line.c.factor_id == f"method:{method_id}" if method_id else ~line.c.factor_id.startswith("method:")
    query = (
        sa.select(sa.func.count(sa.distinct(p.c.participation_id)))
        .select_from(
            p.join(line, (line.c.event_id == p.c.event_id) & (line.c.participation_id == p.c.participation_id))
        )
        .where(p.c.event_id == event_id, p.c.deleted_at.is_(None), line.c.version == p.c.footprint_version)
        .where(line.c.mode == "plane", ~same)
    )
    return int(conn.execute(query).scalar_one())


def set_boundary(conn: sa.Connection, event_id: str, boundary: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
    """What an event counts from now on, and what its calculator fills in."""
    row = s.event
    values = {"boundary": dict(boundary), "defaults": dict(defaults)}
    conn.execute(sa.update(row).where(row.c.event_id == event_id).values(**values))


def _current() -> sa.ColumnElement[bool]:
    p, f = s.participation, s.footprint
    return (
        (f.c.event_id == p.c.event_id)
        & (f.c.participation_id == p.c.participation_id)
        & (f.c.version == p.c.footprint_version)
    )
