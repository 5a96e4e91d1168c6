"""Rows of setting up events: changing a draft, its sessions, its logo, what was asked of the exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s

Row = Mapping[Any, Any]
_e, _s, _r, _p, _b, _t = (
    s.event.c, s.event_session.c, s.credit_request.c, s.project.c, s.credit_batch.c, s.tranche.c,
)  # fmt: skip


def _put(conn: sa.Connection, table: sa.Table, values: Row) -> None:
    insert = (postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert)(table)
    changed = {name: value for name, value in values.items() if name != "event_id"}
    conn.execute(insert.values(**values).on_conflict_do_update(index_elements=["event_id"], set_=changed))


def update_event(conn: sa.Connection, event_id: str, values: Row) -> None:
    """Changes columns of an event."""
    conn.execute(sa.update(s.event).where(_e.event_id == event_id).values(**values))


def locked(conn: sa.Connection, event_id: str) -> Row | None:
    """The event's row, taken for this transaction."""
    return conn.execute(sa.select(s.event).where(_e.event_id == event_id).with_for_update()).mappings().first()


def drafts(conn: sa.Connection) -> list[Row]:
    """Events that are drafts, newest first (who may see which is the caller's to ask)."""
    query = sa.select(s.event).where(_e.state == "draft").order_by(_e.created_at.desc(), _e.event_id).limit(200)
    return list(conn.execute(query).mappings())


# ---------------------------------------------------------------- how far it has come
def put_setup(conn: sa.Connection, values: Row) -> None:
    """How far an event's set-up has come."""
    _put(conn, s.event_setup, values)


def setup(conn: sa.Connection, event_id: str) -> Row | None:
    """The same, read."""
    return conn.execute(sa.select(s.event_setup).where(s.event_setup.c.event_id == event_id)).mappings().first()


# ---------------------------------------------------------------- sessions
def put_sessions(conn: sa.Connection, event_id: str, sessions: Sequence[Row]) -> None:
    """An event's sessions in their order, in place of those it had."""
    conn.execute(sa.delete(s.event_session).where(_s.event_id == event_id))
    rows = [dict(row) | {"event_id": event_id, "position": i} for i, row in enumerate(sessions)]
    if rows:
        conn.execute(sa.insert(s.event_session), rows)


def used_sessions(conn: sa.Connection, event_id: str) -> set[str]:
    """Sessions that somebody's part in the event names."""
    p = s.participation.c
    return set(conn.execute(sa.select(p.session_id).where(p.event_id == event_id).distinct()).scalars())


# ---------------------------------------------------------------- logo
def put_logo(conn: sa.Connection, values: Row) -> None:
    """The event's logo, in place of a former one."""
    _put(conn, s.event_logo, values)


def logo(conn: sa.Connection, event_id: str) -> Row | None:
    """What is told of the event's logo."""
    return conn.execute(sa.select(s.event_logo).where(s.event_logo.c.event_id == event_id)).mappings().first()


def drop_logo(conn: sa.Connection, event_id: str) -> None:
    """The event has none."""
    conn.execute(sa.delete(s.event_logo).where(s.event_logo.c.event_id == event_id))


# ---------------------------------------------------------------- projects and requests
def projects(conn: sa.Connection, livemode: bool) -> list[Row]:
    """Projects of a mode with ``free_g`` that no event has, in the order of their ids."""
    free = (
        sa.select(sa.func.coalesce(sa.func.sum(_t.to_g - _t.from_g), 0))
        .where(_t.event_id == "", _t.project_id == _p.project_id)
        .scalar_subquery()
    )
    query = sa.select(s.project, free.label("free_g")).where(_p.livemode.is_(livemode)).order_by(_p.project_id)
    return list(conn.execute(query).mappings())


def offerings_of(conn: sa.Connection, event_id: str) -> list[Row]:
    """Every offering of an event, open or closed."""
    o = s.offering.c
    query = sa.select(s.offering).where(o.event_id == event_id).order_by(o.position, o.project_id)
    return list(conn.execute(query).mappings())


def former_terms(conn: sa.Connection, project_ids: Sequence[str]) -> dict[str, Row]:
    """project → the terms (price, currency, split) of its newest offering anywhere."""
    o = s.offering.c
    query = (
        sa.select(s.offering, _e.created_at)
        .join(s.event, _e.event_id == o.event_id)
        .where(o.project_id.in_(project_ids))
        .order_by(_e.created_at, o.event_id)
    )
    return {row["project_id"]: row for row in conn.execute(query).mappings()}


def given_g(conn: sa.Connection, event_id: str) -> dict[str, int]:
    """project → grams of the event's tranches."""
    query = (
        sa.select(_t.project_id, sa.func.sum(_t.to_g - _t.from_g))
        .where(_t.event_id == event_id)
        .group_by(_t.project_id)
    )
    return {project_id: int(grams) for project_id, grams in conn.execute(query).tuples()}


def add_request(conn: sa.Connection, values: Row) -> None:
    """Something asked of the exchange."""
    conn.execute(sa.insert(s.credit_request).values(**values))


def requests(conn: sa.Connection, event_id: str = "", state: str = "") -> list[Row]:
    """What was asked, newest first, with the event's slug, names, place and days and the project's names; of one event,
    or in a state."""
    query = (
        sa.select(
            s.credit_request,
            _e.slug,
            _e.names.label("event_names"),
            _e.livemode,
            _p.names.label("project_names"),
            _e.place,
            _e.starts_at,
            _e.ends_at,
            _e.timezone,
        )
        .join(s.event, _e.event_id == _r.event_id)
        .join(s.project, _p.project_id == _r.project_id)
        .order_by(_r.asked_at.desc(), _r.request_id)
    )
    if event_id:
        query = query.where(_r.event_id == event_id)
    if state:
        query = query.where(_r.state == state)
    return list(conn.execute(query.limit(500)).mappings())


def request(conn: sa.Connection, event_id: str, request_id: str) -> Row | None:
    """One request, taken for this transaction."""
    query = sa.select(s.credit_request).where(_r.event_id == event_id, _r.request_id == request_id)
    return conn.execute(query.with_for_update()).mappings().first()


def answer_request(conn: sa.Connection, event_id: str, request_id: str, values: Row) -> None:
    """Its state, who answered and what."""
    where = (_r.event_id == event_id, _r.request_id == request_id)
    conn.execute(sa.update(s.credit_request).where(*where).values(**values))


def free_batches(conn: sa.Connection, project_id: str) -> list[Row]:
    """Batches of a project with their longest unassigned interval, the longest first: batch_id, vintage, longest_g."""
    longest = sa.func.max(_t.to_g - _t.from_g).label("longest_g")
    query = (
        sa.select(_b.batch_id, _b.vintage, longest)
        .join(s.tranche, (_t.batch_id == _b.batch_id) & (_t.event_id == ""))
        .where(_b.project_id == project_id)
        .group_by(_b.batch_id, _b.vintage)
        .order_by(longest.desc(), _b.batch_id)
    )
    return list(conn.execute(query).mappings())


# ---------------------------------------------------------------- what an event has
def people_count(conn: sa.Connection, event_id: str) -> int:
    """Participations of an event, the organiser's own apart."""
    p = s.participation.c
    query = sa.select(sa.func.count()).where(p.event_id == event_id, p.kind != "organiser")
    return int(conn.execute(query).scalar_one())


def due_times(conn: sa.Connection, event_id: str) -> dict[str, datetime | None]:
    """opens_at, closes_at, pay_until, books_by."""
    columns = (_e.opens_at, _e.closes_at, _e.pay_until, _e.books_by)
    row = conn.execute(sa.select(*columns).where(_e.event_id == event_id)).mappings().first()
    return dict(row) if row else {}
