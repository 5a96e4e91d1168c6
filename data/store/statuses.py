"""Rows of the status lists: which bit of which list of an event is a certificate's."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s

_e, _c, _a = s.status_entry.c, s.certificate.c, s.ambassador.c
_OF = sa.select(_e.list_no, _e.idx).where(_e.event_id == sa.bindparam("e"), _e.number == sa.bindparam("n"))


def take(conn: sa.Connection, event_id: str, list_no: int, idx: int, number: str) -> bool:
    """Whether the bit was free and is the certificate's now."""
    row = {"event_id": event_id, "list_no": list_no, "idx": idx, "number": number}
    return conn.execute(_take(conn.dialect.name), row).first() is not None


@cache
def _take(dialect: str) -> Any:
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(s.status_entry)
    return insert.on_conflict_do_nothing().returning(_e.idx)


def of(conn: sa.Connection, event_id: str, number: str) -> tuple[int, int] | None:
    """The list and the bit of a certificate."""
    row = conn.execute(_OF, {"e": event_id, "n": number}).first()
    return (int(row.list_no), int(row.idx)) if row else None


def any_of(conn: sa.Connection, event_id: str, list_no: int) -> bool:
    """Whether an event has this list."""
    query = sa.select(_e.idx).where(_e.event_id == event_id, _e.list_no == list_no).limit(1)
    return conn.execute(query).first() is not None


def revoked(conn: sa.Connection, event_id: str, list_no: int) -> list[int]:
    """The bits of the certificates that are revoked."""
    same = (_c.event_id == _e.event_id) & (_c.number == _e.number)
    mine = (_e.event_id == event_id, _e.list_no == list_no)
    query = sa.select(_e.idx).join(s.certificate, same).where(*mine, _c.revoked_at.is_not(None))
    honoured = (_a.event_id == _e.event_id) & (_a.number == _e.number)
    others = sa.select(_e.idx).join(s.ambassador, honoured).where(*mine, _a.revoked_at.is_not(None))
    return sorted({*conn.execute(query).scalars(), *conn.execute(others).scalars()})
