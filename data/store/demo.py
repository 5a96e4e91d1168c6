"""Dropping test data that is seeded anew. Nothing here touches a live row."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from data.store import schema as s

# who may see an event stays, as do printed codes and who changed what; the log only ever grows
KEPT = {"role_grant", "screen_token", "screen_count", "event_code", "audit_trail", "log_entry"}


def drop_test_events(conn: sa.Connection, event_ids: Sequence[str]) -> None:
    """Every row of these events, of those among them that are test events."""
    query = sa.select(s.event.c.event_id).where(s.event.c.event_id.in_(event_ids), s.event.c.livemode.is_(False))
    test_ids = list(conn.execute(query).scalars())
    for table in s.metadata.sorted_tables:
        if test_ids and "event_id" in table.c and table.name not in KEPT:
            conn.execute(sa.delete(table).where(table.c.event_id.in_(test_ids)))
