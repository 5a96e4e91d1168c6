"""Projects, batches, tranches and offerings, and the desk's sums over them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s

Row = Mapping[Any, Any]
UNASSIGNED = ""
_a, _t, _b, _p, _o = s.allocation.c, s.tranche.c, s.credit_batch.c, s.project.c, s.offering.c


def add_project(conn: sa.Connection, values: Row) -> None:
    """A project; one that is there under this id is left as it is."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    conn.execute(insert(s.project).values(**values).on_conflict_do_nothing())


def project(conn: sa.Connection, project_id: str) -> Row | None:
    """One project."""
    return conn.execute(sa.select(s.project).where(_p.project_id == project_id)).mappings().first()


def add_batch(conn: sa.Connection, values: Row) -> None:
    """An immutable batch."""
    conn.execute(sa.insert(s.credit_batch).values(**values))


def batch(conn: sa.Connection, batch_id: str) -> Row | None:
    """One batch."""
    return conn.execute(sa.select(s.credit_batch).where(_b.batch_id == batch_id)).mappings().first()


def put_offering(conn: sa.Connection, values: Row) -> None:
    """A project on offer at an event, or its new terms (orders keep those they were placed under)."""
    insert = (postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert)(s.offering)
    changed = {name: value for name, value in values.items() if name not in ("event_id", "project_id")}
    conn.execute(
        insert.values(**values).on_conflict_do_update(index_elements=["event_id", "project_id"], set_=changed)
    )  # fmt: skip


def offerings(conn: sa.Connection, event_id: str, project_id: str = "") -> list[Row]:
    """What is on offer at an event: offering and project in one row, with ``available_g`` and ``vintages``."""
    free = (
        sa.select(sa.func.coalesce(sa.func.sum(_a.to_g - _a.from_g), 0))
        .select_from(s.allocation)
        .join(s.tranche, (_t.event_id == _a.event_id) & (_t.tranche_id == _a.tranche_id))
        .where(_a.event_id == event_id, _a.state == "free", _t.project_id == _o.project_id)
        .scalar_subquery()
    )
    query = (
        sa.select(s.offering, *[c for c in _p if c.name not in ("project_id",)], free.label("available_g"))
        .join(s.project, _p.project_id == _o.project_id)
        .where(_o.event_id == event_id, _o.open)
        .order_by(_o.position, _o.project_id)
    )
    if project_id:
        query = query.where(_o.project_id == project_id)
    vintages = batches_of_event(conn, event_id)
    rows = conn.execute(query).mappings().all()
    return [dict(row) | {"vintages": vintages.get(row["project_id"], [])} for row in rows]


_TERMS = (
    sa.select(s.offering, _p.names, _p.kind, _p.livemode)
    .join(s.project, _p.project_id == _o.project_id)
    .where(_o.event_id == sa.bindparam("e"), _o.project_id == sa.bindparam("p"), _o.open)
)


def terms(conn: sa.Connection, event_id: str, project_id: str) -> Row | None:
    """Price, split and currency of an open offering, with the project's names."""
    return conn.execute(_TERMS, {"e": event_id, "p": project_id}).mappings().first()


def any_terms(conn: sa.Connection, event_id: str, project_id: str) -> Row | None:
    """Price and currency of an event's offering, open or closed."""
    where = (_o.event_id == event_id, _o.project_id == project_id)
    return conn.execute(sa.select(s.offering).where(*where)).mappings().first()


def batches_of_event(conn: sa.Connection, event_id: str) -> dict[str, list[str]]:
    """Vintages of the batches whose tranches an event has: project → vintages, in order."""
    query = (
        sa.select(_t.project_id, _b.vintage)
        .join(s.credit_batch, _b.batch_id == _t.batch_id)
        .where(_t.event_id == event_id)
        .distinct()
        .order_by(_t.project_id, _b.vintage)
    )
    found: dict[str, list[str]] = {}
    for row in conn.execute(query):
        found.setdefault(row.project_id, []).append(row.vintage)
    return found


def tranche(conn: sa.Connection, event_id: str, tranche_id: str, lock: bool = False) -> Row | None:
    """One tranche."""
    query = sa.select(s.tranche).where(_t.event_id == event_id, _t.tranche_id == tranche_id)
    return conn.execute(query.with_for_update() if lock else query).mappings().first()


def tranche_at(conn: sa.Connection, event_id: str, batch_id: str, at_g: int) -> str:
    """The id of an event's tranche that has gram ``at_g`` of a batch."""
    where = (_t.event_id == event_id, _t.batch_id == batch_id, _t.from_g <= at_g, _t.to_g > at_g)
    return str(conn.execute(sa.select(_t.tranche_id).where(*where)).scalar_one())


def unassigned(conn: sa.Connection, batch_id: str) -> list[Row]:
    """Intervals of a batch that no event has, in order, taken for this transaction."""
    query = sa.select(s.tranche).where(_t.event_id == UNASSIGNED, _t.batch_id == batch_id).order_by(_t.from_g)
    return list(conn.execute(query.with_for_update()).mappings())


def add_tranche(conn: sa.Connection, values: Row) -> None:
    """A tranche; its allocations are the caller's next step."""
    conn.execute(sa.insert(s.tranche).values(**values))


def set_tranche(conn: sa.Connection, event_id: str, tranche_id: str, from_g: int, to_g: int) -> None:
    """New bounds of a tranche."""
    where = (_t.event_id == event_id, _t.tranche_id == tranche_id)
    conn.execute(sa.update(s.tranche).where(*where).values(from_g=from_g, to_g=to_g))


def delete_tranche(conn: sa.Connection, event_id: str, tranche_id: str) -> None:
    """Takes a tranche away (its grams have gone to others)."""
    conn.execute(sa.delete(s.tranche).where(_t.event_id == event_id, _t.tranche_id == tranche_id))


def desk(conn: sa.Connection, event_id: str | None) -> list[Row]:
    """Tranches with their batch, project and event, and grams by state."""
    by_state = [
        sa.func.coalesce(sa.func.sum(sa.case((_a.state == name, _a.to_g - _a.from_g), else_=0)), 0).label(f"{name}_g")
        for name in ("free", "held", "sold", "retired", "surplus", "set_aside")
    ]
    sums = (
        sa.select(_a.event_id, _a.tranche_id, *by_state).group_by(_a.event_id, _a.tranche_id).subquery()
    )  # fmt: skip
    query = (
        sa.select(
            s.tranche, _b.serial_prefix, _b.serial_first, _b.serial_digits, _b.vintage, _b.registry,
            _b.credit_count, _p.names.label("project_names"), s.event.c.slug, s.event.c.names.label("event_names"),
            s.event.c.ends_at,
            *[sums.c[f"{name}_g"] for name in ("free", "held", "sold", "retired", "surplus", "set_aside")],
        )
        .join(s.credit_batch, _b.batch_id == _t.batch_id)
        .join(s.project, _p.project_id == _t.project_id)
        .outerjoin(s.event, s.event.c.event_id == _t.event_id)
        .outerjoin(sums, (sums.c.event_id == _t.event_id) & (sums.c.tranche_id == _t.tranche_id))
        .order_by(_t.batch_id, _t.from_g)
    )  # fmt: skip
    if event_id is not None:
        query = query.where(_t.event_id == event_id)
    return list(conn.execute(query).mappings())


def sold_intervals(conn: sa.Connection, event_id: str | None) -> list[Row]:
    """Every interval by tranche that is not retired, in order: what the desk counts whole credits from."""
    query = sa.select(_a.event_id, _a.tranche_id, _a.from_g, _a.to_g, _a.state).where(_a.state != "retired")
    query = query.order_by(_a.event_id, _a.tranche_id, _a.from_g)
    return list(conn.execute(query if event_id is None else query.where(_a.event_id == event_id)).mappings())


def add_retirement(conn: sa.Connection, values: Row) -> None:
    """A confirmed retirement of an interval of whole credits."""
    conn.execute(sa.insert(s.retirement).values(**values))


def unassign_test_tranches(conn: sa.Connection, event_ids: list[str]) -> None:
    """Before test events are dropped: their tranches belong to no event again. Live tranches are left alone."""
    where = (_t.event_id.in_(event_ids), sa.not_(_t.livemode))
    conn.execute(sa.update(s.tranche).where(*where).values(event_id=UNASSIGNED))
