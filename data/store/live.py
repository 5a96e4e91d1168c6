"""The live version of an event, its course over time, and the ticker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import boards
from data.store import schema as s
from data.store.ids import new_row_id

TICKER_KEPT = 200
BEYOND_BP = 10_001  # above the largest share
_ADD_TICKER = sa.insert(s.ticker)


def start(conn: sa.Connection, event_id: str, now: datetime) -> None:
    """Version 1 of a new event."""
    conn.execute(
        sa.insert(s.live_version).values(
            event_id=event_id, version=1, published_people=0, published_categories=None, as_of=now
        )
    )


def lock(conn: sa.Connection, event_id: str) -> bool:
    """Takes the event's version row for this transaction; False where another transaction has it."""
    row = s.live_version
    query = sa.select(row.c.version).where(row.c.event_id == event_id).with_for_update(skip_locked=True)
    return conn.execute(query).first() is not None


def state(conn: sa.Connection, event_id: str) -> sa.RowMapping | None:
    """version, as_of, published_people, published_categories."""
    return conn.execute(sa.select(s.live_version).where(s.live_version.c.event_id == event_id)).mappings().first()


def version(conn: sa.Connection, event_id: str) -> int:
    """The live version, 0 for an event without one."""
    query = sa.select(s.live_version.c.version).where(s.live_version.c.event_id == event_id)
    return conn.execute(query).scalar() or 0


def versions(conn: sa.Connection, event_ids: Sequence[str]) -> dict[str, int]:
    """The live versions of these events, those without one left out."""
    row = s.live_version.c
    query = sa.select(row.event_id, row.version).where(row.event_id.in_(event_ids))
    return {found.event_id: found.version for found in conn.execute(query)}


def raise_version(conn: sa.Connection, event_id: str, now: datetime) -> None:
    """One more, as of ``now``."""
    row = s.live_version
    conn.execute(sa.update(row).where(row.c.event_id == event_id).values(version=row.c.version + 1, as_of=now))


def touch(conn: sa.Connection, event_id: str) -> None:
    """Raises the version for a change that no delta tells, such as a name on a board."""
    row = s.live_version
    conn.execute(sa.update(row).where(row.c.event_id == event_id).values(version=row.c.version + 1))


def publish_categories(conn: sa.Connection, event_id: str, people_count: int, categories: list[dict[str, Any]]) -> None:
    """Keeps the categories as they are shown until five more have come."""
    row = s.live_version
    conn.execute(
        sa.update(row)
        .where(row.c.event_id == event_id)
        .values(published_people=people_count, published_categories=categories)
    )


def put_bucket(conn: sa.Connection, event_id: str, bucket_at: datetime, grams: Mapping[str, int]) -> None:
    """The totals as they stand at the end of a bucket: low_g, total_g, high_g, reserved_g, retired_g."""
    insert = (postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert)(s.timeline)
    conn.execute(
        insert.values(event_id=event_id, bucket_at=bucket_at, **grams).on_conflict_do_update(
            index_elements=["event_id", "bucket_at"], set_=dict(grams)
        )
    )


def put_buckets(conn: sa.Connection, event_id: str, rows: list[dict[str, Any]]) -> None:
    """Many buckets at once, of an event that has none there."""
    if rows:
        conn.execute(sa.insert(s.timeline), [{"event_id": event_id} | row for row in rows])


def timeline(conn: sa.Connection, event_id: str, limit: int = 400) -> list[dict[str, Any]]:
    """The newest buckets, oldest first."""
    query = sa.select(s.timeline).where(s.timeline.c.event_id == event_id).order_by(s.timeline.c.bucket_at.desc())
    rows = conn.execute(query.limit(limit)).mappings().all()
    return [{k: v for k, v in row.items() if k != "event_id"} for row in reversed(rows)]


def add_ticker(conn: sa.Connection, event_id: str, kind: str, at: datetime, **params: Any) -> None:
    """An anonymous line for the ticker: no grams, route or company."""
    row = {"event_id": event_id, "ticker_id": new_row_id(), "at": at, "kind": kind, "params": params}
    conn.execute(_ADD_TICKER, row)


def ticker(conn: sa.Connection, event_id: str, limit: int = 12) -> list[dict[str, Any]]:
    """The newest lines, newest first: at, kind, params."""
    query = sa.select(s.ticker.c.at, s.ticker.c.kind, s.ticker.c.params).where(s.ticker.c.event_id == event_id)
    rows = conn.execute(query.order_by(s.ticker.c.ticker_id.desc()).limit(limit)).mappings()
    return [dict(row) for row in rows]


def trim_ticker(conn: sa.Connection, event_id: str) -> None:
    """Drops all but the newest lines."""
    last = sa.select(s.ticker.c.ticker_id).where(s.ticker.c.event_id == event_id)
    edge = conn.execute(last.order_by(s.ticker.c.ticker_id.desc()).offset(TICKER_KEPT).limit(1)).scalar()
    if edge is not None:
        conn.execute(sa.delete(s.ticker).where(s.ticker.c.event_id == event_id, s.ticker.c.ticker_id <= edge))


def top_people(conn: sa.Connection, event_id: str, limit: int) -> list[dict[str, Any]]:
    """The first rows of the board of people, as `boards.people` gives them (``equals`` is 2 for any number of equals),
    found through its index however many are on it."""
    rows: list[dict[str, Any]] = []
    share_bp: int | None = BEYOND_BP
    while share_bp is not None and len(rows) <= limit:
        below = {"event_id": event_id, "share_bp": share_bp}
        share_bp = conn.execute(_NEXT_SHARE, below).scalar()
        if share_bp is not None:
            of_share = {"event_id": event_id, "share_bp": share_bp, "most": limit + 1 - len(rows)}
            rows += [dict(row) for row in conn.execute(_OF_SHARE, of_share).mappings()]
    keys = [(row["share_bp"], row["norm_bp"]) for row in rows]
    for row, key in zip(rows, keys, strict=True):
        row |= {"rank": keys.index(key) + 1, "equals": 2 if keys.count(key) > 1 else 1}
    return rows[:limit]


_BOARD = s.board_person.c
_NEXT_SHARE = sa.select(sa.func.max(_BOARD.share_bp)).where(
    _BOARD.event_id == sa.bindparam("event_id"), _BOARD.share_bp < sa.bindparam("share_bp")
)
_OF_SHARE = (
    sa.select(*[_BOARD[name] for name in boards.COLUMNS])
    .where(_BOARD.event_id == sa.bindparam("event_id"), _BOARD.share_bp == sa.bindparam("share_bp"))
    .order_by(_BOARD.norm_bp, _BOARD.participation_id)
    .limit(sa.bindparam("most"))
)
