"""Rows that remember what a key was used for and what it was answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s

_row = s.idempotency
_KEY = sa.and_(_row.c.scope == sa.bindparam("a_scope"), _row.c.key == sa.bindparam("a_key"))
_CLAIM = {
    name: insert(_row).on_conflict_do_nothing().returning(_row.c.key)
    for name, insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}
_GET = sa.select(_row).where(_KEY)
_ANSWER = sa.update(_row).where(_KEY).values(status=sa.bindparam("new_status"), answer=sa.bindparam("new_answer"))


def claim(conn: sa.Connection, scope: str, key: str, body_sha256: str, now: datetime) -> bool:
    """Whether the key was free and is ours now."""
    values = {"scope": scope, "key": key, "body_sha256": body_sha256, "status": 0, "answer": None, "created_at": now}
    return conn.execute(_CLAIM[conn.dialect.name], values).first() is not None


def get(conn: sa.Connection, scope: str, key: str) -> sa.RowMapping | None:
    return conn.execute(_GET, {"a_scope": scope, "a_key": key}).mappings().first()


def answer(conn: sa.Connection, scope: str, key: str, status: int, body: Any) -> None:
    conn.execute(_ANSWER, {"a_scope": scope, "a_key": key, "new_status": status, "new_answer": body})


def sweep(conn: sa.Connection, before: datetime) -> None:
    conn.execute(sa.delete(_row).where(_row.c.created_at < before))
