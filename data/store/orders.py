"""Orders and their transitions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from data.store import rollups
from data.store import schema as s

Row = Mapping[Any, Any]
_o = s.orders.c
_KEY = sa.and_(_o.event_id == sa.bindparam("e"), _o.order_id == sa.bindparam("o"))
_GET = sa.select(s.orders).where(_KEY)
_GET_LOCKED = _GET.with_for_update()
_CERTIFICATE = sa.update(s.orders).where(_KEY).values(certificate_number=sa.bindparam("number"))
_INSERT, _TRANSITION = sa.insert(s.orders), sa.insert(s.order_transition)
_t, _p = s.order_transition.c, s.participation.c
_PASSED = sa.and_(_t.event_id == sa.bindparam("e"), _t.order_id == sa.bindparam("o"))
_LAST_SEQ = sa.select(sa.func.max(_t.seq)).where(_PASSED)
_TRANSITIONS = sa.select(s.order_transition).where(_PASSED).order_by(_t.seq)
_GROUP_OF = sa.select(*rollups.person_columns()).where(
    _p.event_id == sa.bindparam("e"), _p.participation_id == sa.bindparam("p")
)
_EVENT_OF_SLUG = sa.select(s.event).where(s.event.c.slug == sa.bindparam("slug"))
_EVENT = sa.select(s.event).where(s.event.c.event_id == sa.bindparam("e"))


def _context_query() -> sa.Select[*tuple[Any, ...]]:
    p, e, f, o = s.participation.c, s.event.c, s.footprint.c, s.offering.c
    footprint = (f.event_id == p.event_id) & (f.participation_id == p.participation_id)
    paid = s.orders.alias().c
    first_paid = (
        sa.select(paid.order_id)
        .where(
            paid.event_id == p.event_id, paid.participation_id == p.participation_id,
            paid.state.in_(("paid", "pooled", "retired")), paid.adds_to == "",
        )
        .order_by(paid.paid_at, paid.order_id)
        .limit(1)
        .scalar_subquery()
    )  # fmt: skip
    return (
        sa.select(
            *rollups.person_columns(), p.kind, p.deleted_at, e.livemode, e.payments, e.state.label("event_state"),
            e.pay_until, e.timezone, e.defaults, o.project_id, o.currency, o.price_minor_per_tonne, o.split, f.total_g,
            first_paid.label("first_paid"),
        )
        .select_from(s.participation)
        .join(s.event, e.event_id == p.event_id)
        .outerjoin(s.offering, (o.event_id == p.event_id) & (o.project_id == sa.bindparam("project")) & o.open)
        .outerjoin(s.footprint, footprint & (f.version == p.footprint_version))
        .where(p.event_id == sa.bindparam("e"), p.participation_id == sa.bindparam("p"))
        .with_for_update(read=True, of=s.participation)  # its company and place stay as they are told here
    )  # fmt: skip


_CONTEXT = _context_query()


def context(conn: sa.Connection, event_id: str, participation_id: str, project_id: str) -> Row | None:
    """What an order needs to know in one row: participation, event, footprint (None without one) and terms (None
    where the project is not on offer)."""
    found = conn.execute(_CONTEXT, {"e": event_id, "p": participation_id, "project": project_id})
    return found.mappings().first()


def insert(conn: sa.Connection, values: Row) -> None:
    """A new order."""
    conn.execute(_INSERT, dict(values))


def get(conn: sa.Connection, event_id: str, order_id: str, lock: bool = False) -> Row | None:
    """One order, taken for this transaction where ``lock``."""
    query = _GET_LOCKED if lock else _GET
    return conn.execute(query, {"e": event_id, "o": order_id}).mappings().first()


def move(
    conn: sa.Connection, event_id: str, order_id: str, sources: Collection[str], to: str, **values: Any
) -> Row | None:  # fmt: skip
    """The guarded transition: the order as it is now, or None where it was in none of ``sources``."""
    statement = _move(tuple(sorted(sources)), tuple(sorted(values)))
    given = {f"new_{name}": value for name, value in values.items()}
    return conn.execute(statement, {"e": event_id, "o": order_id, "new_state": to, **given}).mappings().first()


@lru_cache(maxsize=64)
def _move(sources: tuple[str, ...], names: tuple[str, ...]) -> sa.Executable:
    values = {name: sa.bindparam(f"new_{name}", type_=_o[name].type) for name in ("state", *names)}
    return sa.update(s.orders).where(_KEY, _o.state.in_(sources)).values(values).returning(s.orders)


def add_transitions(
    conn: sa.Connection, event_id: str, order_id: str, states: Sequence[str], at: datetime, actor: str, reason: str,
    first_seq: int | None = None,
) -> None:  # fmt: skip
    """Notes the states an order has come into, in their order."""
    if first_seq is None:
        first_seq = (conn.execute(_LAST_SEQ, {"e": event_id, "o": order_id}).scalar() or 0) + 1
    conn.execute(_TRANSITION, [
        {
            "event_id": event_id, "order_id": order_id, "seq": first_seq + i, "state": state, "at": at,
            "actor": actor, "reason": reason,
        }
        for i, state in enumerate(states)
    ])  # fmt: skip


def set_certificate(conn: sa.Connection, event_id: str, order_id: str, number: str) -> None:
    """The number of the order's certificate."""
    conn.execute(_CERTIFICATE, {"e": event_id, "o": order_id, "number": number})


def transitions(conn: sa.Connection, event_id: str, order_id: str) -> list[Row]:
    """The states an order has been in, first to last."""
    return list(conn.execute(_TRANSITIONS, {"e": event_id, "o": order_id}).mappings())


def overdue(conn: sa.Connection, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Held orders past their time, the longest past first: (event_id, order_id)."""
    query = sa.select(_o.event_id, _o.order_id).where(sa.text("state = 'held'"), _o.expires_at <= now)
    return [(row.event_id, row.order_id) for row in conn.execute(query.order_by(_o.expires_at).limit(limit))]


def of_participation(conn: sa.Connection, event_id: str, participation_id: str) -> list[Row]:
    """Orders of one participation, newest first."""
    query = sa.select(s.orders).where(_o.event_id == event_id, _o.participation_id == participation_id)
    return list(conn.execute(query.order_by(_o.created_at.desc())).mappings())


def together(conn: sa.Connection, event_id: str, participation_id: str, first: str) -> list[Row]:
    """A guest's first order and those that add to it, oldest first."""
    mine = (_o.event_id == event_id, _o.participation_id == participation_id)
    query = sa.select(s.orders).where(*mine, sa.or_(_o.order_id == first, _o.adds_to == first))
    return list(conn.execute(query.order_by(_o.created_at, _o.order_id)).mappings())


def many(conn: sa.Connection, event_id: str, order_ids: Sequence[str], lock: bool = False) -> list[Row]:
    """Orders by their ids, in the order of ids."""
    query = sa.select(s.orders).where(_o.event_id == event_id, _o.order_id.in_(order_ids)).order_by(_o.order_id)
    return list(conn.execute(query.with_for_update() if lock else query).mappings())


def event_of_slug(conn: sa.Connection, slug: str) -> Row | None:
    """The event of a slug, as orders see it."""
    return conn.execute(_EVENT_OF_SLUG, {"slug": slug}).mappings().first()


def event_row(conn: sa.Connection, event_id: str) -> Row | None:
    """The event of an id."""
    return conn.execute(_EVENT, {"e": event_id}).mappings().first()


def group_of(conn: sa.Connection, event_id: str, participation_id: str) -> dict[str, str]:
    """The keys of the facet that a participation gives; nothing where there is none."""
    row = conn.execute(_GROUP_OF, {"e": event_id, "p": participation_id}).mappings().first()
    return dict(row) if row else {}
