"""Forestry plans, what monitoring recorded of them, and their claims on lines: signed grams, as those of orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data.store import schema as s
from data.store.ids import new_row_id

Row = Mapping[Any, Any]
_f, _r, _c = s.forestry_plan.c, s.forestry_record.c, s.forestry_claim.c
CONFIRMED = "confirmed"


def add_plan(conn: sa.Connection, values: Row) -> None:
    """A plan."""
    conn.execute(sa.insert(s.forestry_plan).values(**values))


def set_plan(conn: sa.Connection, event_id: str, plan_id: str, **values: Any) -> None:
    """New values of a plan: its state and who agreed or closed it; its facts only while it is drafted."""
    where = (_f.event_id == event_id, _f.plan_id == plan_id)
    conn.execute(sa.update(s.forestry_plan).where(*where).values(**values))


def plan(conn: sa.Connection, event_id: str, plan_id: str, lock: bool = False) -> Row | None:
    """One plan, taken for this transaction where ``lock``."""
    query = sa.select(s.forestry_plan).where(_f.event_id == event_id, _f.plan_id == plan_id)
    return conn.execute(query.with_for_update() if lock else query).mappings().first()


def plans(conn: sa.Connection, event_id: str | None) -> list[Row]:
    """The plans of an event or of all, the oldest first, with the event's slug, names and end."""
    event = s.event.c
    query = (
        sa.select(s.forestry_plan, event.slug, event.names.label("event_names"), event.ends_at, event.timezone)
        .join(s.event, event.event_id == _f.event_id)
        .order_by(_f.event_id, _f.drafted_at, _f.plan_id)
    )
    return list(conn.execute(query if event_id is None else query.where(_f.event_id == event_id)).mappings())


def add_record(conn: sa.Connection, values: Row) -> None:
    """What monitoring found, as one person entered it."""
    conn.execute(sa.insert(s.forestry_record).values(**values))


def record(conn: sa.Connection, event_id: str, record_id: str, lock: bool = False) -> Row | None:
    """One record."""
    query = sa.select(s.forestry_record).where(_r.event_id == event_id, _r.record_id == record_id)
    return conn.execute(query.with_for_update() if lock else query).mappings().first()


def settle_record(conn: sa.Connection, event_id: str, record_id: str, **values: Any) -> None:
    """What became of an entered record: state, confirmed_by, confirmed_at, reason."""
    where = (_r.event_id == event_id, _r.record_id == record_id)
    conn.execute(sa.update(s.forestry_record).where(*where).values(**values))


def records(conn: sa.Connection, event_id: str | None, plan_id: str = "") -> list[Row]:
    """Records in the order they were entered, of a plan, an event or all."""
    query = sa.select(s.forestry_record).order_by(_r.event_id, _r.entered_at, _r.record_id)
    if event_id is not None:
        query = query.where(_r.event_id == event_id)
    return list(conn.execute(query.where(_r.plan_id == plan_id) if plan_id else query).mappings())


def confirmed_records(conn: sa.Connection, event_id: str, plan_id: str = "") -> dict[str, list[Row]]:
    """Confirmed records by plan, in the order of their confirmation."""
    query = sa.select(s.forestry_record).where(_r.event_id == event_id, _r.state == CONFIRMED)
    if plan_id:
        query = query.where(_r.plan_id == plan_id)
    found: dict[str, list[Row]] = {}
    for row in conn.execute(query.order_by(_r.plan_id, _r.confirmed_at, _r.record_id)).mappings():
        found.setdefault(row["plan_id"], []).append(row)
    return found


def add_claims(conn: sa.Connection, row: Row, entries: Iterable[tuple[str, int, int, int]], at: datetime) -> None:
    """Entries (participation_id, version, line_no, signed grams) of a plan; those of 0 g are left out."""
    values = [
        {
            "event_id": row["event_id"], "claim_id": new_row_id(), "plan_id": row["plan_id"],
            "participation_id": participation_id, "version": version, "line_no": line_no, "grams": grams,
            "livemode": row["livemode"], "at": at,
        }
        for participation_id, version, line_no, grams in entries if grams
    ]  # fmt: skip
    if values:
        conn.execute(sa.insert(s.forestry_claim), values)


def _net(where: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    keys = (_c.plan_id, _c.participation_id, _c.version, _c.line_no)
    return (
        sa.select(*keys, sa.func.sum(_c.grams).label("grams"), sa.func.min(_c.claim_id).label("first"))
        .where(*where)
        .group_by(*keys)
        .having(sa.func.sum(_c.grams) != 0)
        .order_by(_c.plan_id, sa.text("first"))
    )


def net_of_plan(conn: sa.Connection, event_id: str, plan_id: str) -> list[Row]:
    """What a plan's claims add up to by line, in the order they were laid."""
    return list(conn.execute(_net([_c.event_id == event_id, _c.plan_id == plan_id])).mappings())


_OF_PARTICIPATION = _net([_c.event_id == sa.bindparam("e"), _c.participation_id == sa.bindparam("p")])


def net_of_participation(conn: sa.Connection, event_id: str, participation_id: str) -> list[Row]:
    """What forestry claims on a participation's lines add up to, by plan and line."""
    return list(conn.execute(_OF_PARTICIPATION, {"e": event_id, "p": participation_id}).mappings())


def sums(conn: sa.Connection, event_id: str | None) -> dict[str, tuple[int, int]]:
    """Grams on lines and beside them, by plan."""
    on_line = sa.func.sum(sa.case((_c.line_no >= 0, _c.grams), else_=0))
    beside = sa.func.sum(sa.case((_c.line_no < 0, _c.grams), else_=0))
    query = sa.select(_c.plan_id, on_line, beside).group_by(_c.plan_id)
    rows = conn.execute(query if event_id is None else query.where(_c.event_id == event_id))
    return {plan_id: (int(lines), int(rest)) for plan_id, lines, rest in rows}
