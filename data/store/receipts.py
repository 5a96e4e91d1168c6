"""Receipts, credit notes, whom they name, and the series their numbers come from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s

Row = Mapping[Any, Any]
_INSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_r, _b, _n = s.receipt.c, s.receipt_buyer.c, s.number_series.c


def _next_number(insert: Any) -> Any:
    first = insert(s.number_series).values(
        event_id=sa.bindparam("e"), series=sa.bindparam("k"), year=sa.bindparam("y"), last_no=1
    )
    key = ["event_id", "series", "year"]
    return first.on_conflict_do_update(index_elements=key, set_={"last_no": _n.last_no + 1}).returning(_n.last_no)


_NEXT = {name: _next_number(insert) for name, insert in _INSERTS.items()}
_ADD = sa.insert(s.receipt)
_OF_ORDER = (
    sa.select(s.receipt)
    .where(_r.event_id == sa.bindparam("e"), _r.order_id == sa.bindparam("o"))
    .order_by(_r.amount_minor.desc())
)
_ZONE = sa.select(s.event.c.timezone).where(s.event.c.event_id == sa.bindparam("e"))


def next_number(conn: sa.Connection, event_id: str, series: str, year: int) -> int:
    """The next number of a series, from 1. Its row stays taken until the transaction ends, so that a number is given
    once and none is left out: ask last."""
    found = conn.execute(_NEXT[conn.dialect.name], {"e": event_id, "k": series, "y": year}).scalar()
    return int(found or 0)


def zone_of(conn: sa.Connection, event_id: str) -> str:
    """The time zone of an event."""
    return str(conn.execute(_ZONE, {"e": event_id}).scalar() or "UTC")


def add(conn: sa.Connection, values: Row) -> None:
    """A receipt or a credit note."""
    conn.execute(_ADD, dict(values))


def of_order(conn: sa.Connection, event_id: str, order_id: str) -> list[Row]:
    """The receipt of an order, and its credit note after it."""
    return list(conn.execute(_OF_ORDER, {"e": event_id, "o": order_id}).mappings())


def buyer(conn: sa.Connection, event_id: str, order_id: str) -> Row | None:
    """Whom the receipt of an order names, as last told."""
    query = sa.select(s.receipt_buyer).where(_b.event_id == event_id, _b.order_id == order_id)
    return conn.execute(query.order_by(_b.version.desc()).limit(1)).mappings().first()


def add_buyer(conn: sa.Connection, values: Row) -> None:
    """Whom the receipt names, as told now: a new version."""
    conn.execute(sa.insert(s.receipt_buyer).values(**values))


def context(conn: sa.Connection, event_id: str, order_id: str) -> Row | None:
    """An order with the names of its event, project and company, and the event's zone."""
    o, e, p, c = s.orders.c, s.event.c, s.project.c, s.company.c
    query = (
        sa.select(
            s.orders, e.names.label("event_names"), e.slug, e.timezone, e.simulated, p.names.label("project_names"),
            p.registry, c.names.label("company_names"),
        )
        .join(s.event, e.event_id == o.event_id)
        .outerjoin(s.project, p.project_id == o.project_id)  # a gift is of none
        .outerjoin(s.company, c.company_id == o.company_id)
        .where(o.event_id == event_id, o.order_id == order_id)
    )  # fmt: skip
    return conn.execute(query).mappings().first()


def turned_at(conn: sa.Connection, event_id: str, order_id: str, state: str) -> tuple[datetime, str] | None:
    """When an order first came into a state, and why."""
    t = s.order_transition.c
    query = sa.select(t.at, t.reason).where(t.event_id == event_id, t.order_id == order_id, t.state == state)
    row = conn.execute(query.order_by(t.seq).limit(1)).first()
    return (row.at, row.reason) if row else None
