"""Rows of an event's books: planned lines, comments and evidence of lines, closed books with their statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data.store import schema as s

Row = Mapping[Any, Any]
_c, _e, _p, _b = s.line_comment.c, s.line_evidence.c, s.planned_line.c, s.books.c


def put_planned(conn: sa.Connection, values: Row) -> None:
    """A planned line, in place of the one with its id."""
    where = (_p.event_id == values["event_id"], _p.line_id == values["line_id"])
    if conn.execute(sa.update(s.planned_line).where(*where).values(**values)).rowcount == 0:
        conn.execute(sa.insert(s.planned_line).values(**values))


def remove_planned(conn: sa.Connection, event_id: str, line_id: str, now: datetime) -> None:
    """Takes a planned line out of the plan; what it was stays."""
    where = (_p.event_id == event_id, _p.line_id == line_id)
    conn.execute(sa.update(s.planned_line).where(*where).values(removed_at=now))


def planned(conn: sa.Connection, event_id: str) -> list[Row]:
    """The lines of the plan as it stands, in the order they came."""
    query = sa.select(s.planned_line).where(_p.event_id == event_id, _p.removed_at.is_(None))
    return list(conn.execute(query.order_by(_p.at, _p.line_id)).mappings())


def add_comment(conn: sa.Connection, values: Row) -> None:
    """A comment on a line."""
    conn.execute(sa.insert(s.line_comment).values(**values))


def comments(conn: sa.Connection, event_id: str) -> list[Row]:
    """All comments of an event's lines, oldest first, withdrawn ones among them."""
    query = sa.select(s.line_comment).where(_c.event_id == event_id).order_by(_c.at, _c.comment_id)
    return list(conn.execute(query).mappings())


def comment(conn: sa.Connection, event_id: str, comment_id: str) -> Row | None:
    """One comment."""
    query = sa.select(s.line_comment).where(_c.event_id == event_id, _c.comment_id == comment_id)
    return conn.execute(query).mappings().first()


def withdraw_comment(conn: sa.Connection, event_id: str, comment_id: str, by: str, now: datetime) -> None:
    """Marks a comment as withdrawn."""
    where = (_c.event_id == event_id, _c.comment_id == comment_id, _c.withdrawn_at.is_(None))
    conn.execute(sa.update(s.line_comment).where(*where).values(withdrawn_at=now, withdrawn_by=by))


def put_evidence(conn: sa.Connection, values: Row) -> None:
    """A file of a line; the same file again is there again where it had been withdrawn."""
    where = _file(values["event_id"], values["line_id"], values["sha256"])
    again = {"withdrawn_at": None, "withdrawn_by": ""}
    if conn.execute(sa.update(s.line_evidence).where(*where).values(**again)).rowcount == 0:
        conn.execute(sa.insert(s.line_evidence).values(**values))


def withdraw_evidence(
    conn: sa.Connection, event_id: str, line_id: str, sha256: str, by: str, now: datetime
) -> None:  # fmt: skip
    """Marks a file as withdrawn; it stays where it is kept."""
    where = (*_file(event_id, line_id, sha256), _e.withdrawn_at.is_(None))
    conn.execute(sa.update(s.line_evidence).where(*where).values(withdrawn_at=now, withdrawn_by=by))


def _file(event_id: str, line_id: str, sha256: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (_e.event_id == event_id, _e.line_id == line_id, _e.sha256 == sha256)


def evidence(conn: sa.Connection, event_id: str) -> list[Row]:
    """All files of an event's lines, oldest first, withdrawn ones among them."""
    query = sa.select(s.line_evidence).where(_e.event_id == event_id).order_by(_e.at, _e.line_id, _e.sha256)
    return list(conn.execute(query).mappings())


def evidence_file(conn: sa.Connection, event_id: str, sha256: str) -> Row | None:
    """What is known of a file of an event's lines, by its hash."""
    query = sa.select(s.line_evidence).where(_e.event_id == event_id, _e.sha256 == sha256)
    return conn.execute(query.order_by(_e.at).limit(1)).mappings().first()


def counted_lines(conn: sa.Connection, event_id: str) -> Iterator[Row]:
    """Every line that counts (of each participation's current version), in the order of participation and number."""
    p, line = s.participation.c, s.emission_line.c
    same = (p.event_id == line.event_id) & (p.participation_id == line.participation_id)
    same &= p.footprint_version == line.version
    query = (
        sa.select(s.emission_line, p.kind.label("participation_kind"))
        .select_from(s.emission_line.join(s.participation, same))
        .where(line.event_id == event_id)
        .order_by(line.participation_id, line.line_no)
        .execution_options(yield_per=2000)
    )
    yield from conn.execute(query).mappings()


def orders_by_state(conn: sa.Connection, event_id: str) -> dict[str, tuple[int, int]]:
    """By state of orders: how many, and their grams."""
    o = s.orders.c
    query = sa.select(o.state, sa.func.count(), sa.func.sum(o.grams)).group_by(o.state)
    query = query.where(o.event_id == event_id, o.buyer != "gift")
    return {row[0]: (int(row[1]), int(row[2] or 0)) for row in conn.execute(query.order_by(o.state))}


def add(conn: sa.Connection, values: Row) -> None:
    """Closed books with their statement."""
    conn.execute(sa.insert(s.books).values(**values))


def change(conn: sa.Connection, event_id: str, version: int, **values: Any) -> None:
    """Published, or opened again; the statement never changes."""
    conn.execute(sa.update(s.books).where(_b.event_id == event_id, _b.version == version).values(**values))


def all_of(conn: sa.Connection, event_id: str, lock: bool = False) -> list[Row]:
    """All closings of an event's books, newest first; the event is taken for this transaction where ``lock``."""
    if lock:
        conn.execute(sa.select(s.event.c.event_id).where(s.event.c.event_id == event_id).with_for_update())
    query = sa.select(s.books).where(_b.event_id == event_id).order_by(_b.version.desc())
    return list(conn.execute(query).mappings())


def closed_events(conn: sa.Connection, event_id: str = "") -> list[Row]:
    """Books that are closed now: event, version and statement."""
    query = sa.select(s.books).where(_b.reopened_at.is_(None))
    query = query.where(_b.event_id == event_id) if event_id else query
    return list(conn.execute(query.order_by(_b.event_id, _b.version)).mappings())
