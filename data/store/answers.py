"""What an event's people told, as their current footprints keep it."""

from __future__ import annotations

import sqlalchemy as sa

from calculations.who_counts import UNCOUNTED
from data.store import schema as s


def current(conn: sa.Connection, event_id: str) -> list[sa.RowMapping]:
    """kind, people_count, origin_place_id, answers and total_g of every current footprint, and of imported groups (else
    '') the factor of their line: ``method:`` and its id where a method file made it. Nobody who is not
    counted."""
    p, f, line = s.participation.c, s.footprint.c, s.emission_line.c
    own = (f.event_id == p.event_id) & (f.participation_id == p.participation_id) & (f.version == p.footprint_version)
    first = (
        (line.event_id == p.event_id)
        & (line.participation_id == p.participation_id)
        & (line.version == p.footprint_version)
        & (line.line_no == 0)
        & (p.kind == "group")
    )
    query = (
        sa.select(
            p.kind,
            p.people_count,
            p.origin_place_id,
            f.answers,
            f.total_g,
            sa.func.coalesce(line.factor_id, "").label("factor_id"),
        )
        .select_from(s.participation.join(s.footprint, own).outerjoin(s.emission_line, first))
        .where(p.event_id == event_id, p.way != UNCOUNTED)
        .order_by(p.participation_id)
    )
    return list(conn.execute(query).mappings())
