"""Dropping test data that is seeded anew. Nothing here touches a live row."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from data.store import schema as s

KEPT = {"role_grant", "screen_token", "audit_trail"}  # who may see an event stays, as does who changed what


def drop_test_events(conn: sa.Connection, event_ids: Sequence[str]) -> None:
    """Every row of these events, of those among them that are test events."""
    query = sa.select(s.event.c.event_id).where(s.event.c.event_id.in_(event_ids), s.event.c.livemode.is_(False))
    test_ids = list(conn.execute(query).scalars())
    for table in s.metadata.sorted_tables:
        if test_ids and "event_id" in table.c and table.name not in KEPT:
            conn.execute(sa.delete(table).where(table.c.event_id.in_(test_ids)))


def drop_test_batches(conn: sa.Connection, project_ids: Sequence[str]) -> None:
    """The test batches of these projects with their tranches, where no event has grams of them any more."""
    batch, tranche = s.credit_batch, s.tranche
    mine = sa.select(batch.c.batch_id).where(batch.c.project_id.in_(project_ids), batch.c.livemode.is_(False))
    taken = sa.select(tranche.c.batch_id).where(tranche.c.event_id != "")
    ids = list(conn.execute(mine.where(batch.c.batch_id.not_in(taken))).scalars())
    spare = sa.select(tranche.c.tranche_id).where(tranche.c.batch_id.in_(ids), tranche.c.event_id == "")
    conn.execute(
        sa.delete(s.allocation).where(s.allocation.c.event_id == "", s.allocation.c.tranche_id.in_(spare))
    )  # fmt: skip
    conn.execute(sa.delete(tranche).where(tranche.c.batch_id.in_(ids)))
    conn.execute(sa.delete(batch).where(batch.c.batch_id.in_(ids)))
