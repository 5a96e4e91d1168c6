"""What was begun at payment providers for an order. Several may be begun; one is paid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s

Row = Mapping[Any, Any]
_a, _o = s.payment_attempt.c, s.orders.c
_UNPAID = ("held", "expired", "failed", "cancelled")
_OF_ORDER = sa.and_(_a.event_id == sa.bindparam("e"), _a.order_id == sa.bindparam("o"))
_ONE = sa.and_(_OF_ORDER, _a.provider == sa.bindparam("p"), _a.provider_ref == sa.bindparam("r"))
_INSERT = {
    "postgresql": postgresql.insert(s.payment_attempt).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(s.payment_attempt).on_conflict_do_nothing(),
}
_ALL = sa.select(s.payment_attempt).where(_OF_ORDER).order_by(_a.started_at, _a.provider_ref)
_GET = sa.select(s.payment_attempt).where(_ONE)
_CHOOSE = (
    sa.update(s.orders)
    .where(_o.event_id == sa.bindparam("e"), _o.order_id == sa.bindparam("o"), _o.state.in_(_UNPAID))
    .values(provider=sa.bindparam("new_p"), provider_ref=sa.bindparam("new_r"))
)
_ASKED = (
    sa.update(s.payment_attempt)
    .where(_ONE, sa.or_(_a.asked_at.is_(None), _a.asked_at <= sa.bindparam("before", type_=_a.asked_at.type)))
    .values(asked_at=sa.bindparam("now", type_=_a.asked_at.type))
    .returning(_a.order_id)
)
_FEE = sa.update(s.payment_attempt).where(_ONE).values(fee_minor=sa.bindparam("fee"))


def _key(row: Row) -> dict[str, Any]:
    return {"e": row["event_id"], "o": row["order_id"], "p": row["provider"], "r": row["provider_ref"]}


def add(conn: sa.Connection, attempt: Row) -> None:
    """Notes an attempt; one that is known stays as it is."""
    conn.execute(_INSERT[conn.dialect.name], {"fee_minor": None, "asked_at": None, **attempt})


def of_order(conn: sa.Connection, event_id: str, order_id: str) -> list[Row]:
    """All attempts at an order, the first begun first."""
    return list(conn.execute(_ALL, {"e": event_id, "o": order_id}).mappings())


def get(conn: sa.Connection, event_id: str, order_id: str, provider: str, ref: str) -> Row | None:
    """One attempt."""
    key = {"e": event_id, "o": order_id, "p": provider, "r": ref}
    return conn.execute(_GET, key).mappings().first()


def choose(conn: sa.Connection, event_id: str, order_id: str, provider: str, ref: str) -> None:
    """An order that is not paid remembers this provider and its reference."""
    conn.execute(_CHOOSE, {"e": event_id, "o": order_id, "new_p": provider, "new_r": ref})


def may_ask(conn: sa.Connection, attempt: Row, now: datetime, before: datetime) -> bool:
    """Whether the provider was last asked about an attempt by ``before``; it then counts as asked now. Of two who ask
    at once one is told yes."""
    return conn.execute(_ASKED, {**_key(attempt), "now": now, "before": before}).first() is not None


def set_fee(conn: sa.Connection, attempt: Row, fee_minor: int) -> None:
    """The provider's fee of a paid attempt, in minor units."""
    conn.execute(_FEE, {**_key(attempt), "fee": fee_minor})
