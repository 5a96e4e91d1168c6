"""Deferred work: any worker takes what is due, and anything may be done twice."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime

import accounts
from data.store import jobs
from data.store.engine import get_store, run_write
from offsetting import attempts, deadlines, giving_back, payments, restating
from offsetting.providers import DEMO_JOB

HANDLERS: dict[str, Callable[[jobs.Job, datetime], None]] = {
    DEMO_JOB: payments.deliver,
    giving_back.REFUND_JOB: giving_back.pay_back,
    attempts.CLOSE_JOB: attempts.close,
    attempts.FEE_JOB: attempts.ask_fee,
    deadlines.WATCH_JOB: deadlines.deliver,
    restating.RESTATE_JOB: restating.deliver,
    accounts.MAIL_JOB: accounts.deliver_letter,
}
_log = logging.getLogger(__name__)


def on_job(kind: str, handler: Callable[[jobs.Job, datetime], None]) -> None:
    """Tells what to do with jobs of a kind, for folders that this one does not import."""
    HANDLERS[kind] = handler


def run_due(now: datetime | None = None, limit: int = 50) -> int:
    """Expires orders whose time is up and does the jobs that are due; how many of both. One that fails is noted and
    tried again later; the others go on."""
    at = now or datetime.now(UTC)
    return payments.expire_due(at, limit) + _run_jobs(at, limit)


def _run_jobs(now: datetime, limit: int) -> int:
    store = get_store()
    with store.read() as conn:
        if not jobs.any_due(conn, now):
            return 0
    leased = run_write(store, lambda conn: jobs.lease(conn, now, f"process {os.getpid()}", limit))
    for job in leased:
        run_job(job, now)
    return len(leased)


def run_job(job: jobs.Job, now: datetime) -> None:
    """Does one leased job and notes how it went."""
    try:
        HANDLERS[job.kind](job, now)
    except Exception as error:  # whatever it is: the row keeps it, and the next worker tries again
        text = f"{type(error).__name__}: {error}"
        _log.warning("job %s (%s) failed: %s", job.job_id, job.kind, text)
        run_write(get_store(), lambda conn: jobs.failed(conn, job, now, text))
