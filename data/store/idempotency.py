"""Rows that remember what a key was used for and what it was answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s

_row = s.idempotency


def claim(conn: sa.Connection, scope: str, key: str, body_sha256: str, now: datetime) -> bool:
    """Whether the key was free and is ours now."""
    insert = (postgresql if conn.dialect.name == "postgresql" else sqlite).insert(_row)
    values = {"scope": scope, "key": key, "body_sha256": body_sha256, "status": 0, "answer": None, "created_at": now}
    return conn.execute(insert.values(**values).on_conflict_do_nothing().returning(_row.c.key)).first() is not None


def get(conn: sa.Connection, scope: str, key: str) -> sa.RowMapping | None:
    return conn.execute(sa.select(_row).where(_row.c.scope == scope, _row.c.key == key)).mappings().first()


def answer(conn: sa.Connection, scope: str, key: str, status: int, body: Any) -> None:
    conn.execute(sa.update(_row).where(_row.c.scope == scope, _row.c.key == key).values(status=status, answer=body))


def sweep(conn: sa.Connection, before: datetime) -> None:
    conn.execute(sa.delete(_row).where(_row.c.created_at < before))
