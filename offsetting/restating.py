"""A certificate of an order for many, stated anew a moment later: whoever answers does not wait for its signature.

Until then the newest statement stays true of the moment it was signed (``validFrom``): the grams bought are the same,
of which more have found their lines since.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from data.store import jobs
from data.store.engine import get_store, run_write
from offsetting import certificates

Row = Mapping[Any, Any]
RESTATE_JOB = "restate"


def later(conn: Connection, order: Row, now: datetime) -> None:
    """Within a change of what an order claims: its certificate is stated anew within seconds, once for all changes
    until then."""
    number = order["certificate_number"]
    if number:
        job_id = f"{RESTATE_JOB}-{order['order_id']}"
        jobs.put_again(conn, order["event_id"], RESTATE_JOB, job_id, {"number": number}, now)


def deliver(job: jobs.Job, now: datetime) -> None:
    """The job: a new statement, unless the newest one says the same or the certificate was revoked."""

    number = str(job.payload["number"])

    def work(conn: Connection) -> None:
        jobs.done(conn, job, now)  # first: what changes from here on asks anew
        certificates.reissue(conn, job.event_id, number, "claim changed", now)

    run_write(get_store(), work)
