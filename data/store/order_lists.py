"""Orders of an event as desks list them: newest first, counted by state."""

from __future__ import annotations

import sqlalchemy as sa

from data.store import schema as s

_o = s.orders.c


def page(
    conn: sa.Connection, event_id: str, state: str, company_id: str, offset: int, limit: int
) -> list[sa.RowMapping]:
    """Orders with the names of project and company, newest first; '' for a state or company means any."""
    query = (
        sa.select(s.orders, s.project.c.names.label("project_names"), s.company.c.names.label("company_names"))
        .join(s.project, s.project.c.project_id == _o.project_id)
        .outerjoin(s.company, s.company.c.company_id == _o.company_id)
        .where(*_where(event_id, state, company_id))
        .order_by(_o.created_at.desc(), _o.order_id)
    )
    return list(conn.execute(query.offset(offset).limit(limit)).mappings())


def sums(conn: sa.Connection, event_id: str, company_id: str) -> list[sa.RowMapping]:
    """By state: how many orders, their grams and their money in minor units."""
    money = sa.func.sum(_o.amount_minor + _o.gift_minor).label("amount_minor")
    query = sa.select(_o.state, sa.func.count().label("order_count"), sa.func.sum(_o.grams).label("grams"), money)
    query = query.where(*_where(event_id, "", company_id)).group_by(_o.state).order_by(_o.state)
    return list(conn.execute(query).mappings())


def _where(event_id: str, state: str, company_id: str) -> list[sa.ColumnElement[bool]]:
    wanted = [_o.event_id == event_id]
    if state:
        wanted.append(_o.state == state)
    if company_id:
        wanted.append(_o.company_id == company_id)
    return wanted
