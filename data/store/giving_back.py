"""Money that goes back, as its jobs tell: of an order, and all that has not gone back yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from data.store import schema as s

Row = Mapping[Any, Any]
_j, _o, _e = s.job.c, s.orders.c, s.event.c


def _told() -> sa.Select[Any]:
    """Refund jobs, each with its order and its event."""
    order_id = _j.payload["order_id"].as_string()
    return (
        sa.select(
            _j.event_id, _j.job_id, _j.payload, _j.done_at, _j.last_error, _o.amount_minor, _o.gift_minor, _o.currency,
            _o.livemode, _e.names, _e.slug,
        )
        .join(s.orders, (_o.event_id == _j.event_id) & (_o.order_id == order_id))
        .join(s.event, _e.event_id == _j.event_id)
        .where(sa.text("job.kind = 'refund'"))
    )  # fmt: skip


def of_order(conn: sa.Connection, event_id: str, order_id: str) -> list[Row]:
    """What goes back of an order, in the order of its ids."""
    query = _told().where(_j.event_id == event_id, _o.order_id == order_id)
    return list(conn.execute(query.order_by(_j.job_id)).mappings())


def standing(conn: sa.Connection) -> list[Row]:
    """What has not gone back yet: under way, or given up with its error."""
    query = _told().where(sa.or_(_j.done_at.is_(None), sa.text("job.last_error <> ''")))
    return list(conn.execute(query).mappings())


def get(conn: sa.Connection, event_id: str, job_id: str) -> Row | None:
    """One of these jobs, taken for this transaction."""
    query = sa.select(s.job).where(_j.event_id == event_id, _j.job_id == job_id, sa.text("job.kind = 'refund'"))
    return conn.execute(query.with_for_update()).mappings().first()
