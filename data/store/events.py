"""Rows of events and their sessions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from data.store import schema as s

Row = sa.RowMapping
HIDDEN_STATE = "draft"
_BY_SLUG = sa.select(s.event).where(s.event.c.slug == sa.bindparam("slug"))
_BY_ID = sa.select(s.event).where(s.event.c.event_id == sa.bindparam("event_id"))
_STATE = sa.select(s.event.c.state).where(s.event.c.event_id == sa.bindparam("event_id"))
_HOLD = sa.text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")
_TAKE = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_SESSIONS = (
    sa.select(s.event_session)
    .where(s.event_session.c.event_id == sa.bindparam("event_id"))
    .order_by(s.event_session.c.position)
)


def insert(conn: sa.Connection, event: Mapping[str, Any], sessions: Iterable[Mapping[str, Any]]) -> None:
    """A new event and its sessions, in the order given."""
    conn.execute(sa.insert(s.event).values(**event))
    rows = [dict(row) | {"event_id": event["event_id"], "position": i} for i, row in enumerate(sessions)]
    if rows:
        conn.execute(sa.insert(s.event_session), rows)


def by_slug(conn: sa.Connection, slug: str) -> Row | None:
    """The event of a slug."""
    return conn.execute(_BY_SLUG, {"slug": slug}).mappings().first()


def by_id(conn: sa.Connection, event_id: str) -> Row | None:
    """The event of an id."""
    return conn.execute(_BY_ID, {"event_id": event_id}).mappings().first()


def sessions(conn: sa.Connection, event_id: str) -> list[Row]:
    """Sessions in their order, the organiser's own among them."""
    return list(conn.execute(_SESSIONS, {"event_id": event_id}).mappings())


def slugs(conn: sa.Connection, wanted: Sequence[str]) -> set[str]:
    """Those of the slugs that are taken."""
    return set(conn.execute(sa.select(s.event.c.slug).where(s.event.c.slug.in_(wanted))).scalars())


def ids(conn: sa.Connection, simulated: bool | None = None) -> list[str]:
    """Every event id, or those of simulated (or other) events only."""
    query = sa.select(s.event.c.event_id).order_by(s.event.c.event_id)
    if simulated is not None:
        query = query.where(s.event.c.simulated.is_(simulated))
    return list(conn.execute(query).scalars())


def find(
    conn: sa.Connection, words: Sequence[str], scenario: str, offset: int, limit: int,
    only: Collection[str] | None = None,
) -> tuple[list[Row], int]:  # fmt: skip
    """Published events (of some ids alone, where told) whose names hold every word, newest first, and how many there
    are in all."""
    conditions: list[sa.ColumnElement[bool]] = [s.event.c.state != HIDDEN_STATE]
    conditions += [s.event.c.event_id.in_(sorted(only))] if only is not None else []
    conditions += [s.event.c.search_text.contains(word, autoescape=True) for word in words]
    if scenario:
        conditions.append(s.event.c.scenario == scenario)
    query = sa.select(s.event).where(*conditions)
    total = conn.execute(sa.select(sa.func.count()).select_from(s.event).where(*conditions)).scalar() or 0
    ordered = query.order_by(s.event.c.starts_at.desc(), s.event.c.slug)
    return list(conn.execute(ordered.offset(offset).limit(limit)).mappings()), total


def hold_state(conn: sa.Connection, event_id: str) -> None:
    """The event's state stays as it is until this transaction ends; any number hold it at once, and only `take_state`
    waits for them. What is read of the state afterwards is true. A writer on SQLite is alone, and needs none."""
    if conn.dialect.name == "postgresql":
        conn.execute(_HOLD, {"name": f"state:{event_id}"})


def take_state(conn: sa.Connection, event_id: str) -> None:
    """Before an event's state changes: waits for all who hold it; nobody holds it until the transaction ends."""
    if conn.dialect.name == "postgresql":
        conn.execute(_TAKE, {"name": f"state:{event_id}"})


def state_of(conn: sa.Connection, event_id: str) -> str:
    """Where an event stands; '' where there is none."""
    return str(conn.execute(_STATE, {"event_id": event_id}).scalar() or "")


def set_state(conn: sa.Connection, event_id: str, state: str) -> None:
    """draft, open, closed or settled."""
    conn.execute(sa.update(s.event).where(s.event.c.event_id == event_id).values(state=state))


def expecting(conn: sa.Connection, event_ids: Sequence[str]) -> list[str]:
    """Those of the events whose organiser has told how many people are expected."""
    row = s.event.c
    query = sa.select(row.event_id).where(row.event_id.in_(event_ids), row.expected_people > 0)
    return list(conn.execute(query.order_by(row.event_id)).scalars())


def set_expected(conn: sa.Connection, event_id: str, people: int, defaults: Mapping[str, Any]) -> None:
    """How many people are expected, and the defaults with what is told of them."""
    values = {"expected_people": people, "defaults": dict(defaults)}
    conn.execute(sa.update(s.event).where(s.event.c.event_id == event_id).values(**values))
