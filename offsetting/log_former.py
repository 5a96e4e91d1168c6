"""Entries of the log for what was paid, retired or revoked before there was a log; safe to do twice."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection

from calculations import order_states as states
from data.store import log as rows
from data.store.engine import get_store, run_write
from offsetting import log, retiring, settling

BATCH = 200


def log_former(now: datetime | None = None) -> int:
    """Writes the entries that are missing; how many."""
    at, count = now or datetime.now(UTC), 0
    while done := run_write(get_store(), lambda conn: _some(conn, at)):
        count += done
    return count


def _some(conn: Connection, now: datetime) -> int:
    orders, retirements = rows.unlogged_orders(conn, BATCH), rows.unlogged_retirements(conn, BATCH)
    for row in orders:
        order_id, number = row["order_id"], row["certificate_number"]
        if row["state"] == states.REFUNDED:
            kind, told = log.REVOCATION, settling.revoked(row)
        else:
            kind, told = log.ORDER, settling.logged(conn, row, number)
        log.append(conn, row["event_id"], kind, order_id, told, row["livemode"], row["paid_at"] or now)
    for row in retirements:
        told, live = retiring.logged(row), row["livemode"]
        log.append(conn, row["event_id"], log.RETIREMENT, row["retirement_id"], told, live, row["confirmed_at"])
    return len(orders) + len(retirements)
