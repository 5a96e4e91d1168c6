"""Claims: signed grams that say which lines which order neutralises. The sum over entries is what holds.

A claim row names the version of the footprint whose line it covers; ``line_no`` −1 is an extra contribution.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data.store import rollups
from data.store import schema as s
from data.store.ids import new_row_id

Row = Mapping[Any, Any]
_c, _p, _l, _o, _f = s.claim.c, s.participation.c, s.emission_line.c, s.orders.c, s.forestry_claim.c
MOST_KEYS = 5000  # that one statement names
_INSERT = sa.insert(s.claim)
_LINE_KEYS = (_l.category, _l.activity, _l.mode, _l.month)
_PERSON_KEYS = rollups.person_columns()


def add(conn: sa.Connection, order: Row, entries: Iterable[tuple[str, int, int, int]], at: datetime) -> None:
    """Entries (participation_id, version, line_no, signed grams) of an order; those of 0 g are left out."""
    rows = [
        {
            "event_id": order["event_id"], "claim_id": new_row_id(), "order_id": order["order_id"],
            "participation_id": participation_id, "version": version, "line_no": line_no, "grams": grams,
            "livemode": order["livemode"], "at": at,
        }
        for participation_id, version, line_no, grams in entries if grams
    ]  # fmt: skip
    if rows:
        conn.execute(_INSERT, rows)


def _line_of_claim() -> sa.ColumnElement[bool]:
    return sa.and_(
        _l.event_id == _c.event_id, _l.participation_id == _c.participation_id, _l.version == _c.version,
        _l.line_no == _c.line_no,
    )  # fmt: skip


_LOCK_ONE = (
    sa.select(_p.participation_id)
    .where(_p.event_id == sa.bindparam("e"), _p.participation_id == sa.bindparam("p"))
    .with_for_update()
)


def lock_participation(conn: sa.Connection, event_id: str, participation_id: str) -> None:
    """Keeps a participation's lines and coverage as they are until the transaction ends."""
    if conn.dialect.name != "sqlite":  # there the writer is alone
        conn.execute(_LOCK_ONE, {"e": event_id, "p": participation_id})


def _scope(event_id: str, participations: Sequence[str] | None, company_id: str) -> list[sa.ColumnElement[bool]]:
    where: list[sa.ColumnElement[bool]] = [_p.event_id == event_id]
    if participations is not None:
        where.append(_p.participation_id.in_(participations))
    if company_id:
        where.append(_p.company_id == company_id)
    return where


def lock_scope(
    conn: sa.Connection, event_id: str, participations: Sequence[str] | None, company_id: str
) -> frozenset[str] | None:  # fmt: skip
    """The same for all in a scope, in the order of keys: some participations, a company's, or the event's. Whom it
    found: who comes in later is not locked; None where the writer is alone anyway."""
    if conn.dialect.name == "sqlite":
        return None
    ids = None if participations is None else sorted(participations)
    parts = [ids] if ids is None else [ids[at : at + MOST_KEYS] for at in range(0, len(ids), MOST_KEYS)]
    found: set[str] = set()
    for part in parts:
        query = sa.select(_p.participation_id).where(*_scope(event_id, part, company_id))
        found.update(conn.execute(query.order_by(_p.participation_id).with_for_update()).scalars())
    return frozenset(found)


def take_lines(
    conn: sa.Connection, event_id: str, participations: Sequence[str] | None, company_id: str
) -> list[Row]:  # fmt: skip
    """The lines of a scope (`lines_in_scope`), which stay as they are until the transaction ends."""
    locked = lock_scope(conn, event_id, participations, company_id)
    return those_of(lines_in_scope(conn, event_id, participations, company_id), locked)


def those_of(lines: Sequence[Row], locked: frozenset[str] | None) -> list[Row]:
    """Of lines those of participations that `lock_scope` found."""
    return [line for line in lines if locked is None or line["participation_id"] in locked]


def _lines_query(where: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    covered = (
        sa.select(sa.func.coalesce(sa.func.sum(_c.grams), 0))
        .where(
            _c.event_id == _l.event_id, _c.participation_id == _l.participation_id, _c.version == _l.version,
            _c.line_no == _l.line_no,
        )
        .scalar_subquery()
    )  # fmt: skip
    planted = (
        sa.select(sa.func.coalesce(sa.func.sum(_f.grams), 0))
        .where(
            _f.event_id == _l.event_id, _f.participation_id == _l.participation_id, _f.version == _l.version,
            _f.line_no == _l.line_no,
        )
        .scalar_subquery()
    )  # fmt: skip
    return (
        sa.select(
            _p.participation_id, _l.version, _l.line_no, _l.total_g, (covered + planted).label("covered_g"),
            planted.label("planted_g"), *_PERSON_KEYS, *_LINE_KEYS,
        )
        .select_from(s.participation)
        .join(
            s.emission_line,
            (_l.event_id == _p.event_id)
            & (_l.participation_id == _p.participation_id)
            & (_l.version == _p.footprint_version),
        )
        .where(*where)
        .order_by(_p.participation_id, _l.line_no)
    )  # fmt: skip


_LINES_ONE = _lines_query([_p.event_id == sa.bindparam("e"), _p.participation_id == sa.bindparam("p")])


def lines_of(conn: sa.Connection, event_id: str, participation_id: str) -> list[Row]:
    """Current lines of a participation with ``covered_g`` (orders and plantings together), ``planted_g`` (of it, by
    plantings) and the keys of the roll-ups."""
    return list(conn.execute(_LINES_ONE, {"e": event_id, "p": participation_id}).mappings())


def lines_in_scope(
    conn: sa.Connection, event_id: str, participations: Sequence[str] | None, company_id: str
) -> list[Row]:  # fmt: skip
    """The same for all in a scope; an empty list of participations has none."""
    query = _lines_query(_scope(event_id, participations, company_id))
    return list(conn.execute(query).mappings())


_HELD = (
    sa.select(_o.order_id, _o.participation_id, _o.company_id, _o.covers, _o.grams)
    .where(_o.event_id == sa.bindparam("e"), sa.text("state = 'held'"))
    .order_by(_o.created_at, _o.order_id)
)
_HELD_BY = sa.select(sa.func.coalesce(sa.func.sum(_o.grams), 0)).where(
    _o.event_id == sa.bindparam("e"), _o.participation_id == sa.bindparam("p"), sa.text("state = 'held'")
)


def held_orders(conn: sa.Connection, event_id: str) -> list[Row]:
    """Orders of an event that wait for their payment, oldest first: whose they are, whom they cover and their grams."""
    return list(conn.execute(_HELD, {"e": event_id}).mappings())


def held_by(conn: sa.Connection, event_id: str, participation_id: str) -> int:
    """Grams of a participation's own orders that wait for their payment."""
    return int(conn.execute(_HELD_BY, {"e": event_id, "p": participation_id}).scalar_one())


def _net_query() -> sa.Select[Any]:
    keys = (
        _c.order_id, _c.participation_id, _c.version, _c.line_no,
        *[sa.func.coalesce(column, "").label(column.name) for column in (*_PERSON_KEYS, *_LINE_KEYS)],
    )  # fmt: skip
    return (
        sa.select(*keys, sa.func.sum(_c.grams).label("grams"))
        .select_from(s.claim)
        .outerjoin(s.participation, (_p.event_id == _c.event_id) & (_p.participation_id == _c.participation_id))
        .outerjoin(s.emission_line, _line_of_claim())
        .group_by(*keys)
        .having(sa.func.sum(_c.grams) != 0)
        .order_by(_c.order_id, _c.participation_id, _c.line_no, _c.version)
    )


_NET_OF_ORDER = _net_query().where(_c.event_id == sa.bindparam("e"), _c.order_id == sa.bindparam("o"))


def net_of_order(conn: sa.Connection, event_id: str, order_id: str) -> list[Row]:
    """What an order's claims add up to, by line, with the keys of the roll-ups."""
    return list(conn.execute(_NET_OF_ORDER, {"e": event_id, "o": order_id}).mappings())


Net = tuple[str, str, int, int, int, tuple[str, ...]]
"""What an order's claims on one line add up to: order, participation, line, version, grams, keys of the facet."""


def net_of_orders(
    conn: sa.Connection, event_id: str, order_ids: Sequence[str], participations: Sequence[str] | None = None
) -> list[Net]:  # fmt: skip
    """The same of several orders, of these participations ('' for what lies on none) where they are told; sorted."""
    n = _lines_of_orders(event_id, order_ids, participations)
    on_line = _l.participation_id == n.c.participation_id
    on_line &= (_l.event_id == event_id) & (_l.version == n.c.version) & (_l.line_no == n.c.line_no)
    person = (_p.event_id == event_id) & (_p.participation_id == n.c.participation_id)
    keys = [sa.func.coalesce(column, "") for column in (*_PERSON_KEYS, *_LINE_KEYS)]
    query = sa.select(*n.c, *keys).select_from(n).outerjoin(s.participation, person).outerjoin(s.emission_line, on_line)
    return sorted((*row[:4], int(row[4]), tuple(row[5:])) for row in conn.execute(query))


def _lines_of_orders(event_id: str, order_ids: Sequence[str], participations: Sequence[str] | None) -> sa.Subquery:
    keys = (_c.order_id, _c.participation_id, _c.line_no, _c.version)
    where = [_c.event_id == event_id, _c.order_id.in_(order_ids)]
    where += [] if participations is None else [_c.participation_id.in_(participations)]
    summed = sa.func.sum(_c.grams)
    return sa.select(*keys, summed.label("grams")).where(*where).group_by(*keys).having(summed != 0).subquery()


_ANY_OF = sa.select(_c.claim_id).where(_c.event_id == sa.bindparam("e"), _c.participation_id == sa.bindparam("p"))


def net_of_participation(conn: sa.Connection, event_id: str, participation_id: str) -> list[Row]:
    """What claims on a participation add up to, by order and line; quickly nothing where it never had one."""
    if conn.execute(_ANY_OF.limit(1), {"e": event_id, "p": participation_id}).first() is None:
        return []
    query = _net_query().where(_c.event_id == event_id, _c.participation_id == participation_id)
    return list(conn.execute(query).mappings())


_PLANNED = (
    sa.select(_c.order_id, _c.line_no, sa.func.sum(_c.grams).label("grams"))
    .where(_c.event_id == sa.bindparam("e"), _c.participation_id == "", _c.version == 0, _c.line_no < 0)
    .group_by(_c.order_id, _c.line_no)
    .having(sa.func.sum(_c.grams) != 0)
    .order_by(_c.order_id)
)


def on_no_line(conn: sa.Connection, event_id: str) -> list[Row]:
    """Grams of companies and the organiser on no line: order_id, line_no (−1 extra, −2 plan), grams."""
    return list(conn.execute(_PLANNED, {"e": event_id}).mappings())


_SHARED = (
    sa.select(_o.order_id)
    .where(_o.event_id == sa.bindparam("e"), _o.participation_id == "")
    .where(_o.order_id.in_(sa.select(_c.order_id).where(
        _c.event_id == sa.bindparam("e"), _c.participation_id == sa.bindparam("p")
    )))
)  # fmt: skip


def take_orders_on(conn: sa.Connection, event_id: str, participation_id: str) -> None:
    """Before lines or keys of a participation change, which the caller has taken: orders that are on others' lines too
    are taken with it, and with all that have grams on no line, in the order of ids. What is retired of an order lies on
    all its lines by their proportion, so only one at a time may move them."""
    if conn.dialect.name == "sqlite":
        return
    shared = set(conn.execute(_SHARED, {"e": event_id, "p": participation_id}).scalars())
    if shared:
        shared |= {row["order_id"] for row in on_no_line(conn, event_id)}
        locked = sa.select(_o.order_id).where(_o.event_id == event_id, _o.order_id.in_(sorted(shared)))
        conn.execute(locked.order_by(_o.order_id).with_for_update())


def extras(conn: sa.Connection, event_id: str, participations: Sequence[str]) -> list[Row]:
    """Extra contributions that lie on these participations or on none: order_id, participation_id, version, grams."""
    keys = (_c.order_id, _c.participation_id, _c.version)
    where = (_c.event_id == event_id, _c.line_no == -1, _c.participation_id.in_([*participations, ""]))
    total = sa.func.sum(_c.grams)
    query = sa.select(*keys, total.label("grams")).where(*where).group_by(*keys).having(total > 0).order_by(*keys)
    return list(conn.execute(query).mappings())


_COVERERS = (
    sa.select(
        _o.order_id, _o.buyer, _o.company_id, _o.state, _o.certificate_number,
        sa.func.sum(sa.case((_c.line_no >= 0, _c.grams), else_=0)).label("covered_g"),
        sa.func.sum(sa.case((_c.line_no == -1, _c.grams), else_=0)).label("extra_g"),
    )
    .select_from(s.claim)
    .join(s.orders, (_o.event_id == _c.event_id) & (_o.order_id == _c.order_id))
    .where(_c.event_id == sa.bindparam("e"), _c.participation_id == sa.bindparam("p"))
    .group_by(_o.order_id, _o.buyer, _o.company_id, _o.state, _o.certificate_number, _o.paid_at)
    .having(sa.func.sum(sa.func.abs(_c.grams)) > 0)
    .order_by(_o.paid_at, _o.order_id)
)  # fmt: skip


def coverers(conn: sa.Connection, event_id: str, participation_id: str) -> list[Row]:
    """Orders that have claims on a participation, oldest first, with their grams on its lines and extra ones."""
    return list(conn.execute(_COVERERS, {"e": event_id, "p": participation_id}).mappings())


def by_buyer(conn: sa.Connection, event_id: str) -> list[Row]:
    """Grams that companies' and the organiser's orders have claimed: buyer, line (0 = any line, −1, −2), grams."""
    line = sa.case((_c.line_no >= 0, 0), else_=_c.line_no).label("line_no")
    query = (
        sa.select(_o.buyer, line, sa.func.sum(_c.grams).label("grams"))
        .select_from(s.orders)
        .join(s.claim, (_o.event_id == _c.event_id) & (_o.order_id == _c.order_id))
        .where(_o.event_id == event_id, _o.participation_id == "", _o.state.in_(("paid", "pooled", "retired")))
        .group_by(_o.buyer, line)
    )
    return list(conn.execute(query).mappings())


def covered_participations(conn: sa.Connection, event_id: str, order_ids: Sequence[str]) -> list[str]:
    """Whose lines orders have claimed, in order."""
    where = (_c.event_id == event_id, _c.order_id.in_(order_ids), _c.participation_id != "")
    return list(
        conn.execute(sa.select(_c.participation_id).where(*where).distinct().order_by(_c.participation_id)).scalars()
    )
