"""Rows of big screens: tokens by their hash, what each is told to show, and the count that tells of changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s

Row = sa.RowMapping
_screen = s.screen_token.c
_BY_TOKEN = sa.select(s.screen_token).where(_screen.token_hash == sa.bindparam("token_hash"))
_CHANGED = (
    sa.select(s.screen_token)
    .where(_screen.event_id == sa.bindparam("event_id"), _screen.version > sa.bindparam("known"))
    .order_by(_screen.created_at, _screen.token_hash)
)


def next_version(conn: sa.Connection, event_id: str) -> int:
    """One more change among an event's screens. Its row is held until the transaction ends, so that versions become
    visible in their order."""
    insert = (postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert)(s.screen_count)
    last = s.screen_count.c.last
    statement = insert.values(event_id=event_id, last=1).on_conflict_do_update(
        index_elements=["event_id"], set_={"last": last + 1}
    )
    return int(conn.execute(statement.returning(last)).scalar_one())


def counts(conn: sa.Connection, event_ids: Sequence[str]) -> dict[str, int]:
    """The changes so far among the screens of these events; events without any are left out."""
    row = s.screen_count.c
    query = sa.select(row.event_id, row.last).where(row.event_id.in_(event_ids))
    return {found.event_id: found.last for found in conn.execute(query)}


def add(conn: sa.Connection, event_id: str, token_hash: str, label: str, now: datetime) -> None:
    """A token of a screen, by its hash."""
    conn.execute(
        sa.insert(s.screen_token).values(
            event_id=event_id, token_hash=token_hash, label=label, created_at=now, revoked_at=None,
            version=next_version(conn, event_id),
        )
    )  # fmt: skip


def by_token(conn: sa.Connection, token_hash: str) -> Row | None:
    """The row of a token that is not revoked."""
    row = conn.execute(_BY_TOKEN, {"token_hash": token_hash}).mappings().first()
    return None if row is None or row["revoked_at"] is not None else row


def changed(conn: sa.Connection, event_id: str, known: int = -1) -> Sequence[Row]:
    """Screens of an event whose version is above ``known``, revoked ones among them; by age."""
    return conn.execute(_CHANGED, {"event_id": event_id, "known": known}).mappings().all()


def revoke(conn: sa.Connection, event_id: str, now: datetime, token_hashes: Iterable[str] | None = None) -> int:
    """Revokes some tokens of an event, or all of them; how many were in use."""
    statement = sa.update(s.screen_token).where(_screen.event_id == event_id, _screen.revoked_at.is_(None))
    if token_hashes is not None:
        statement = statement.where(_screen.token_hash.in_(sorted(token_hashes)))
    values = {"revoked_at": now, "version": next_version(conn, event_id)}
    return conn.execute(statement.values(**values)).rowcount


def change(conn: sa.Connection, event_id: str, token_hashes: Iterable[str], values: Mapping[str, Any]) -> int:
    """Changes screens that are not revoked (control, label, identified_at); how many."""
    statement = sa.update(s.screen_token).where(
        _screen.event_id == event_id, _screen.revoked_at.is_(None), _screen.token_hash.in_(sorted(token_hashes))
    )
    return conn.execute(statement.values(version=next_version(conn, event_id), **values)).rowcount


def note_seen(conn: sa.Connection, screens: Iterable[tuple[str, str]], now: datetime, at_most_every: timedelta) -> int:
    """Notes that screens (event_id, token_hash) are on, those noted within ``at_most_every`` left out; how many."""
    due = (_screen.seen_at.is_(None)) | (_screen.seen_at < now - at_most_every)
    statement = sa.update(s.screen_token).where(
        _screen.event_id == sa.bindparam("of_event"), _screen.token_hash == sa.bindparam("of_token"), due
    )
    values = [{"of_event": event_id, "of_token": token_hash} for event_id, token_hash in sorted(screens)]
    return sum(conn.execute(statement.values(seen_at=now), value).rowcount for value in values)


def approved_companies(conn: sa.Connection, company_ids: Sequence[str]) -> set[str]:
    """Those of these companies that have an account of their own which the administrator has approved."""
    row = s.company.c
    query = sa.select(row.company_id).where(row.company_id.in_(company_ids), row.approved_at.is_not(None))
    return set(conn.execute(query).scalars())
