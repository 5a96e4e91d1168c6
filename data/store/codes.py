"""Rows of codes that guests scan: made, found by what was typed, renamed, revoked; and their scans."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data.store import rollups
from data.store import schema as s
from data.store.ids import new_code, new_row_id

Row = sa.RowMapping
_c = s.event_code.c
FORM = re.compile(r"[0-9a-hjkmnp-tv-z]{7}")
DEFAULTS = ("poster", "wall")  # every event is made with a code of each of these channels
_INSERT = sa.insert(s.event_code)
_FIND = sa.select(s.event_code).where(_c.code_id == sa.bindparam("code_id"))


def new(
    conn: sa.Connection, event_id: str, channel: str, now: datetime, session_id: str = "", label: str = "",
    by: str = "system", is_default: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Writes a code that no event has, and returns its row."""
    code_id = new_code()
    while find(conn, code_id) is not None:
        code_id = new_code()
    row = {
        "event_id": event_id, "code_id": code_id, "session_id": session_id, "channel": channel, "label": label,
        "is_default": is_default, "made_by": by, "made_at": now, "revoked_at": None,
    }  # fmt: skip
    conn.execute(_INSERT, row)
    return row


def insert_defaults(conn: sa.Connection, event_id: str, now: datetime) -> None:
    """Gives an event the codes that each is made with, where it has them not."""
    have = {row["channel"] for row in of_event(conn, event_id) if row["is_default"]}
    for channel in DEFAULTS:
        if channel not in have:
            new(conn, event_id, channel, now, is_default=True)


def find(conn: sa.Connection, code_id: str) -> Row | None:
    """The code of any event, revoked ones too."""
    return conn.execute(_FIND, {"code_id": code_id}).mappings().first()


def of_event(conn: sa.Connection, event_id: str) -> list[Row]:
    """The codes of an event, revoked ones too, in the order they were made."""
    query = sa.select(s.event_code).where(_c.event_id == event_id).order_by(_c.made_at, _c.channel, _c.code_id)
    return list(conn.execute(query).mappings())


def default(conn: sa.Connection, event_id: str, channel: str) -> Row | None:
    """The code an event was made with for a channel, unless it is revoked."""
    query = sa.select(s.event_code).where(
        _c.event_id == event_id, _c.channel == channel, _c.is_default, _c.revoked_at.is_(None)
    )
    return conn.execute(query.order_by(_c.made_at, _c.code_id)).mappings().first()


def count(conn: sa.Connection, event_id: str) -> int:
    """How many codes an event has ever had."""
    query = sa.select(sa.func.count()).select_from(s.event_code).where(_c.event_id == event_id)
    return conn.execute(query).scalar_one()


def update(conn: sa.Connection, event_id: str, code_id: str, **values: Any) -> int:
    """Changes a code that is not revoked; how many there were."""
    statement = sa.update(s.event_code).where(_c.event_id == event_id, _c.code_id == code_id, _c.revoked_at.is_(None))
    return conn.execute(statement.values(**values)).rowcount


def add_scan(conn: sa.Connection, event_id: str, code_id: str, at: datetime) -> None:
    """One scan, and its delta."""
    conn.execute(sa.insert(s.code_scan).values(event_id=event_id, scan_id=new_row_id(), code_id=code_id, at=at))
    rollups.add_scan(conn, event_id, code_id)


def scans_by_time(conn: sa.Connection, event_id: str) -> list[tuple[str, datetime, int]]:
    """(code, beginning of five minutes, scans) of an event, in order."""
    scan = s.code_scan.c
    query = sa.select(scan.code_id, scan.at, sa.func.count()).where(scan.event_id == event_id)
    found = conn.execute(query.group_by(scan.code_id, scan.at).order_by(scan.at, scan.code_id)).all()
    return [(code_id, at, number) for code_id, at, number in found]
