"""Lists of the desks: orders of an event, newest first and counted by state; retirements and their certificates."""

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


def covered(conn: sa.Connection, event_id: str) -> tuple[int, int]:
    """Grams of an event's lines that orders cover, and extra contributions, from the roll-ups."""
    sums = [0, 0]
    for table in (s.tally, s.tally_delta):
        grams = sa.func.coalesce(sa.func.sum(table.c.reserved_g + table.c.retired_g), 0)
        extra = sa.func.coalesce(sa.func.sum(table.c.extra_g), 0)
        row = conn.execute(sa.select(grams, extra).where(table.c.event_id == event_id)).one()
        sums = [sums[0] + int(row[0]), sums[1] + int(row[1])]
    return sums[0], sums[1]


def _where(event_id: str, state: str, company_id: str) -> list[sa.ColumnElement[bool]]:
    wanted = [_o.event_id == event_id, _o.buyer != "gift"]  # gifts stand on the fund's own page
    if state:
        wanted.append(_o.state == state)
    if company_id:  # what the company bought; its people's own orders are theirs
        wanted += [_o.company_id == company_id, _o.buyer == "company"]
    return wanted


def retirements(conn: sa.Connection, limit: int) -> list[sa.RowMapping]:
    """Confirmed retirements with the names of their event and project, newest first."""
    r, t = s.retirement.c, s.tranche.c
    query = (
        sa.select(s.retirement, s.event.c.names.label("event_names"), s.project.c.names.label("project_names"))
        .join(s.event, s.event.c.event_id == r.event_id)
        .join(s.tranche, (t.event_id == r.event_id) & (t.tranche_id == r.tranche_id))
        .join(s.project, s.project.c.project_id == t.project_id)
        .order_by(r.confirmed_at.desc(), r.retirement_id.desc())
        .limit(limit)
    )
    return list(conn.execute(query).mappings())


def certificates_within(conn: sa.Connection, retirement: sa.RowMapping, limit: int) -> list[str]:
    """Numbers of certificates whose order is retired and has grams in a retirement's interval, by serial number."""
    a = s.allocation.c
    query = (
        sa.select(_o.certificate_number)
        .select_from(s.allocation)
        .join(s.orders, (_o.event_id == a.event_id) & (_o.order_id == a.order_id))
        .where(
            a.event_id == retirement["event_id"], a.tranche_id == retirement["tranche_id"], _o.state == "retired",
            a.from_g < retirement["to_g"], a.to_g > retirement["from_g"], _o.certificate_number != "",
        )
        .order_by(a.from_g)
        .limit(2 * limit)
    )  # fmt: skip
    return list(dict.fromkeys(conn.execute(query).scalars()))[:limit]
