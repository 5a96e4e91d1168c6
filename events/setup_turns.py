"""Opening and closing at an hour that was set before: a job each, taken by any worker, safe to do twice."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from accounts import SYSTEM, Conflict, record
from data.store import events as event_rows
from data.store import jobs
from data.store import setup as rows
from data.store.engine import get_store
from events.catalogue import read_event
from events.states import move

JOB = "event_turn"
TURNS = {"opens_at": ("draft", "open"), "closes_at": ("open", "closed")}
REASON = "at the hour that was set"


def plan_turns(conn: sa.Connection, event_id: str, opens: datetime | None, closes: datetime | None) -> None:
    """Puts down the jobs of an event's hours; one that is there already stays, one that holds no more does nothing."""
    for name, at in (("opens_at", opens), ("closes_at", closes)):
        if at is None:
            continue
        job_id = f"turn:{name}:{at.astimezone(UTC):%Y%m%dT%H%M%S}"
        if not any(row["job_id"] == job_id for row in jobs.starting_with(conn, event_id, job_id)):
            jobs.put(conn, event_id, JOB, {"turn": name, "at": at.isoformat()}, at, job_id=job_id)


def deliver(job: jobs.Job, now: datetime) -> None:
    """Moves the event if the hour still holds and it stands where it did; what it lacks is noted, nothing is forced."""
    name = str(job.payload["turn"])
    source, to = TURNS[name]
    with get_store().write() as conn:
        event_rows.take_state(conn, job.event_id)
        due = rows.due_times(conn, job.event_id).get(name)
        row = rows.locked(conn, job.event_id)
        if due is not None and row is not None and due.isoformat() == job.payload["at"] and row["state"] == source:
            event = read_event(conn, event_id=job.event_id, actor=SYSTEM)
            try:
                move(conn, event, to, REASON, SYSTEM, now)
            except Conflict as error:
                record(conn, job.event_id, SYSTEM, "event.turn_failed", event.slug, {"to": to, "why": str(error)})
        jobs.done(conn, job, now)
