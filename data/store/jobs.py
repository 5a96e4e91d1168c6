"""Deferred work: a row with a due time and a lease, taken by any worker, safe to do twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s
from data.store.ids import new_row_id

LEASE_S = 60
MOST_ATTEMPTS = 20
LONGEST_WAIT_S = 3600
_j = s.job.c
_INSERT = sa.insert(s.job)
_DONE = (
    sa.update(s.job)
    .where(_j.event_id == sa.bindparam("e"), _j.job_id == sa.bindparam("j"))
    .values(done_at=sa.bindparam("now", type_=_j.done_at.type), last_error="")
)


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work, leased to whoever holds this."""

    event_id: str
    job_id: str
    kind: str
    payload: Mapping[str, Any]
    attempts: int


def put(
    conn: sa.Connection, event_id: str, kind: str, payload: Mapping[str, Any], due_at: datetime, *,
    job_id: str = "", leased_by: str = "",
) -> Job:  # fmt: skip
    """A new job; with ``leased_by`` it is that worker's own for the first minute after ``due_at``."""
    job = Job(event_id, job_id or new_row_id(), kind, payload, 1 if leased_by else 0)
    leased_until = due_at + timedelta(seconds=LEASE_S) if leased_by else None
    conn.execute(_INSERT, {
        "event_id": event_id, "job_id": job.job_id, "kind": kind, "payload": dict(payload), "due_at": due_at,
        "leased_until": leased_until, "leased_by": leased_by, "attempts": job.attempts, "done_at": None,
        "last_error": "",
    })  # fmt: skip
    return job


def put_once(conn: sa.Connection, kind: str, job_id: str, due_at: datetime) -> None:
    """A job of no event; nothing where there is one under this id."""
    insert = (postgresql if conn.dialect.name == "postgresql" else sqlite).insert(s.job)
    conn.execute(insert.on_conflict_do_nothing(), {
        "event_id": "", "job_id": job_id, "kind": kind, "payload": {}, "due_at": due_at, "leased_until": None,
        "leased_by": "", "attempts": 0, "done_at": None, "last_error": "",
    })  # fmt: skip


def put_again(
    conn: sa.Connection, event_id: str, kind: str, job_id: str, payload: Mapping[str, Any], due_at: datetime
) -> None:
    """A job that waits at most once: one that is done is due anew, one that waits stays as it is. Whoever does it notes
    it as done before they read what it is about: a change that comes too late for them makes it due anew."""
    insert = (postgresql if conn.dialect.name == "postgresql" else sqlite).insert(s.job)
    fresh = {"payload": dict(payload), "due_at": due_at, "leased_until": None, "leased_by": "", "attempts": 0,
             "done_at": None, "last_error": ""}  # fmt: skip
    changed = {name: insert.excluded[name] for name in fresh}
    again = insert.on_conflict_do_update(
        index_elements=["event_id", "job_id"], set_=changed, where=_j.done_at.is_not(None)
    )
    conn.execute(again, {"event_id": event_id, "job_id": job_id, "kind": kind, **fresh})


def _due(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(_j.done_at.is_(None), _j.due_at <= now, sa.or_(_j.leased_until.is_(None), _j.leased_until < now))


def any_due(conn: sa.Connection, now: datetime) -> bool:
    """Whether there is anything to lease: a read, so that idle workers write nothing."""
    return conn.execute(sa.select(_j.job_id).where(_due(now)).limit(1)).first() is not None


def lease(conn: sa.Connection, now: datetime, owner: str, limit: int) -> list[Job]:
    """Up to ``limit`` due jobs, the longest due first, kept from other workers for a minute."""
    query = sa.select(s.job).where(_due(now)).order_by(_j.due_at, _j.job_id).limit(limit)
    rows = conn.execute(query.with_for_update(skip_locked=True)).mappings().all()
    until = now + timedelta(seconds=LEASE_S)
    for row in rows:
        _update(
            conn, row["event_id"], row["job_id"],
            leased_until=until, leased_by=owner, attempts=row["attempts"] + 1,
        )  # fmt: skip
    return [Job(r["event_id"], r["job_id"], r["kind"], r["payload"], r["attempts"] + 1) for r in rows]


def done(conn: sa.Connection, job: Job, now: datetime) -> None:
    """The work is finished; the row stays as a record."""
    conn.execute(_DONE, {"e": job.event_id, "j": job.job_id, "now": now})


def again(conn: sa.Connection, event_id: str, job_id: str, now: datetime) -> None:
    """A job that was left with its error is due anew, with all its attempts."""
    _update(conn, event_id, job_id, due_at=now, leased_until=None, leased_by="", attempts=0, done_at=None)


def failed(conn: sa.Connection, job: Job, now: datetime, error: str) -> None:
    """It went wrong: tried again after 2, 4, 8 … seconds, at most an hour; after the last attempt it is left with its
    error."""
    wait = timedelta(seconds=min(LONGEST_WAIT_S, 2**job.attempts))
    over = now if job.attempts >= MOST_ATTEMPTS else None
    _update(
        conn, job.event_id, job.job_id,
        due_at=now + wait, leased_until=None, leased_by="", done_at=over, last_error=error[:500],
    )  # fmt: skip


def _update(conn: sa.Connection, event_id: str, job_id: str, **values: Any) -> None:
    conn.execute(sa.update(s.job).where(_j.event_id == event_id, _j.job_id == job_id).values(**values))


def starting_with(conn: sa.Connection, event_id: str, prefix: str) -> list[sa.RowMapping]:
    """The jobs of an event whose id begins with ``prefix``, the earliest due first."""
    query = sa.select(s.job).where(_j.event_id == event_id, _j.job_id >= prefix, _j.job_id < prefix + "~")
    return list(conn.execute(query.order_by(_j.due_at, _j.job_id)).mappings())
