"""The deadline of retirement: twelve months after an event's end, watched once a day.

A job of the day writes a note into the audit trail of each event that has grams waiting when 60, 30 and no days are
left, each once. The job is a row like any other: any worker takes it, and doing it twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from accounts import SYSTEM, record
from calculations.deadlines import days_left, notice_due, retire_by
from data.store import jobs, orders
from data.store import retirements as rows
from data.store.engine import get_store, run_write

WATCH_JOB = "retirement_deadlines"
NOTE = "retirement.deadline"


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when an event's sold credits are to be retired, how many whole days are left (negative: it has passed), and
    the grams that wait."""

    retire_by: datetime
    days_left: int
    waiting_g: int


def retirement_deadline(event_id: str, now: datetime | None = None) -> Deadline | None:
    """The deadline of an event; None for an event that is not there. The caller asks for event.view."""
    at = now or datetime.now(UTC)
    with get_store().read() as conn:
        event = orders.event_row(conn, event_id)
        if event is None:
            return None
        waiting_g = rows.waiting_of_event(conn, event_id)
    return Deadline(retire_by(event["ends_at"]), days_left(event["ends_at"], at), waiting_g)


def plan_deadline_watch(now: datetime | None = None) -> None:
    """Sees to it that there is a job for today; any process may, as often as it likes."""
    at = now or datetime.now(UTC)
    job_id = f"deadlines-{at:%Y-%m-%d}"
    with get_store().read() as conn:
        if jobs.starting_with(conn, "", job_id):
            return
    run_write(get_store(), lambda conn: jobs.put_once(conn, WATCH_JOB, job_id, at))


def deliver(job: jobs.Job, now: datetime) -> None:
    """The job of a day: its notes, and that it is done."""

    def work(conn: Connection) -> None:
        _write_notes(conn, now)
        jobs.done(conn, job, now)

    run_write(get_store(), work)


def _write_notes(conn: Connection, now: datetime) -> int:
    """A note for each event that has grams waiting and a notice due; how many were new."""
    waiting: dict[str, tuple[datetime, int]] = {}
    for row in rows.waiting(conn):
        waiting[row["event_id"]] = (row["ends_at"], waiting.get(row["event_id"], (now, 0))[1] + int(row["sold_g"]))
    count = 0
    for event_id, (ends_at, grams) in sorted(waiting.items()):
        days = notice_due(ends_at, now)
        subject = retire_by(ends_at).date().isoformat()
        if days is None or any(
            said.get("notice_days") == days for said in rows.notes_of(conn, event_id, NOTE, subject)
        ):
            continue  # one worker has this job: none notes it beside this one
        detail = {"notice_days": days, "days_left": days_left(ends_at, now), "waiting_g": grams}
        record(conn, event_id, SYSTEM, "retirement.deadline", subject, detail)
        count += 1
    return count
