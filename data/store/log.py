"""Rows of the transparency log: entries wait without a position until a sequencer puts them into the tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s

Row = Mapping[Any, Any]
HEAD = "log"
_e, _n, _c = s.log_entry.c, s.log_node.c, s.log_checkpoint.c
_ADD = sa.insert(s.log_entry)
_NODE = sa.select(_n.hash).where(_n.level == sa.bindparam("level"), _n.idx == sa.bindparam("idx"))
_PLACE = (
    sa.update(s.log_entry)
    .where(_e.event_id == sa.bindparam("e"), _e.entry_id == sa.bindparam("i"))
    .values(position=sa.bindparam("at_position"))
)


def add(conn: sa.Connection, values: Row) -> None:
    """An entry that waits for its place."""
    conn.execute(_ADD, dict(values))


def any_waiting(conn: sa.Connection) -> bool:
    """Whether an entry has no place yet."""
    return conn.execute(sa.select(_e.entry_id).where(_e.position.is_(None)).limit(1)).first() is not None


def waiting(conn: sa.Connection, limit: int) -> list[Row]:
    """Entries without a place, in the order of their time."""
    query = sa.select(s.log_entry).where(_e.position.is_(None)).order_by(_e.at, _e.event_id, _e.entry_id)
    return list(conn.execute(query.limit(limit)).mappings())


def lock_head(conn: sa.Connection) -> int:
    """The size of the tree, kept from other sequencers until the transaction ends."""
    conn.execute(_first_head(conn.dialect.name), {"name": HEAD, "size": 0})
    query = sa.select(s.log_head.c.size).where(s.log_head.c.name == HEAD).with_for_update()
    return int(conn.execute(query).scalar_one())


@cache
def _first_head(dialect: str) -> Any:
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(s.log_head)
    return insert.on_conflict_do_nothing()


def place(conn: sa.Connection, entries: Sequence[Row], size: int, nodes: Mapping[tuple[int, int], str]) -> None:
    """Gives entries the positions from ``size`` on, and keeps the subtrees that are complete with them."""
    conn.execute(
        _PLACE,
        [{"e": row["event_id"], "i": row["entry_id"], "at_position": size + i} for i, row in enumerate(entries)],
    )
    rows = [{"level": level, "idx": idx, "hash": text} for (level, idx), text in sorted(nodes.items())]
    conn.execute(sa.insert(s.log_node), rows)
    conn.execute(sa.update(s.log_head).where(s.log_head.c.name == HEAD).values(size=size + len(entries)))


def node(conn: sa.Connection, level: int, idx: int) -> str:
    """The hash of a complete subtree. Raises where it is not there."""
    return str(conn.execute(_NODE, {"level": level, "idx": idx}).scalar_one())


def add_checkpoint(conn: sa.Connection, size: int, root: str, note: str, now: datetime) -> None:
    """A signed head of the tree."""
    conn.execute(sa.insert(s.log_checkpoint), {"size": size, "root": root, "note": note, "at": now})


def checkpoint(conn: sa.Connection, size: int | None = None) -> Row | None:
    """The newest checkpoint, or that of a size."""
    query = sa.select(s.log_checkpoint).order_by(_c.size.desc()).limit(1)
    return conn.execute(query if size is None else query.where(_c.size == size)).mappings().first()


def entry_at(conn: sa.Connection, position: int) -> Row | None:
    """The entry at a position."""
    return conn.execute(sa.select(s.log_entry).where(_e.position == position)).mappings().first()


def entries_of(conn: sa.Connection, event_id: str, subject: str) -> list[Row]:
    """Entries about one order or retirement, in the order of their time."""
    query = sa.select(s.log_entry).where(_e.event_id == event_id, _e.subject == subject)
    return list(conn.execute(query.order_by(_e.at, _e.entry_id)).mappings())


def placed(conn: sa.Connection, start: int, limit: int) -> list[Row]:
    """Entries from a position on, in their order."""
    query = sa.select(s.log_entry).where(_e.position >= start).order_by(_e.position).limit(limit)
    return list(conn.execute(query).mappings())


def size(conn: sa.Connection) -> int:
    """How many entries the tree has."""
    return int(conn.execute(sa.select(s.log_head.c.size).where(s.log_head.c.name == HEAD)).scalar() or 0)


def keep_key(conn: sa.Connection, verifier_key: str, now: datetime) -> None:
    """A key that has signed checkpoints; one that is known stays as it is."""
    insert = (postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert)(s.log_key)
    conn.execute(insert.on_conflict_do_nothing(), {"verifier_key": verifier_key, "created_at": now})


def keys(conn: sa.Connection) -> list[str]:
    """Every key that has signed checkpoints, the newest first."""
    query = sa.select(s.log_key.c.verifier_key).order_by(s.log_key.c.created_at.desc(), s.log_key.c.verifier_key)
    return list(conn.execute(query).scalars())


def unlogged_orders(conn: sa.Connection, limit: int) -> list[Row]:
    """Orders that were paid and have no entry, or were refunded with a certificate and have no revocation."""
    o = s.orders.c
    kind = sa.case((o.state == "refunded", "revocation"), else_="order")
    known = sa.exists().where(_e.event_id == o.event_id, _e.subject == o.order_id, _e.kind == kind)
    sold = o.state.in_(("paid", "pooled", "retired")) | ((o.state == "refunded") & (o.certificate_number != ""))
    sold &= o.buyer != "gift"  # the log is of credits
    query = sa.select(s.orders).where(sold, ~known).order_by(o.event_id, o.order_id).limit(limit).with_for_update()
    return list(conn.execute(query).mappings())


def unlogged_retirements(conn: sa.Connection, limit: int) -> list[Row]:
    """Retirements that have no entry."""
    r = s.retirement.c
    known = sa.exists().where(_e.event_id == r.event_id, _e.subject == r.retirement_id)
    query = sa.select(s.retirement).where(~known).order_by(r.event_id, r.retirement_id).limit(limit).with_for_update()
    return list(conn.execute(query).mappings())
