"""What is told of projects: versions of their facts, disputes, documents; batches by serial range with live figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data.store import schema as s

Row = Mapping[Any, Any]
_p, _b, _t, _a, _o = s.project.c, s.credit_batch.c, s.tranche.c, s.allocation.c, s.offering.c
_v, _d, _f = s.project_version.c, s.project_dispute.c, s.project_document.c


def projects(conn: sa.Connection) -> list[Row]:
    """All projects in the order of their ids."""
    return list(conn.execute(sa.select(s.project).order_by(_p.project_id)).mappings())


def project(conn: sa.Connection, project_id: str, lock: bool = False) -> Row | None:
    """One project, taken for this transaction where ``lock``."""
    query = sa.select(s.project).where(_p.project_id == project_id)
    return conn.execute(query.with_for_update() if lock else query).mappings().first()


def set_project(conn: sa.Connection, project_id: str, **values: Any) -> None:
    """New facts of a project; `add_version` keeps what they were."""
    conn.execute(sa.update(s.project).where(_p.project_id == project_id).values(**values))


def add_version(conn: sa.Connection, values: Row) -> None:
    """The facts of a project from a moment on."""
    conn.execute(sa.insert(s.project_version).values(**values))


def versions(conn: sa.Connection, project_id: str) -> list[Row]:
    """How a project was told, oldest first."""
    query = sa.select(s.project_version).where(_v.project_id == project_id).order_by(_v.version)
    return list(conn.execute(query).mappings())


def version_at(conn: sa.Connection, project_id: str, at: datetime) -> Row | None:
    """The version in force at a moment."""
    query = sa.select(s.project_version).where(_v.project_id == project_id, _v.at <= at)
    return conn.execute(query.order_by(_v.version.desc()).limit(1)).mappings().first()


def add_dispute(conn: sa.Connection, values: Row) -> None:
    """An entry on what is said against a project, or an answer to one."""
    conn.execute(sa.insert(s.project_dispute).values(**values))


def disputes(conn: sa.Connection, project_ids: list[str]) -> dict[str, list[Row]]:
    """Entries by project, oldest first."""
    query = sa.select(s.project_dispute).where(_d.project_id.in_(project_ids))
    found: dict[str, list[Row]] = {}
    for row in conn.execute(query.order_by(_d.project_id, _d.dated_on, _d.dispute_id)).mappings():
        found.setdefault(row["project_id"], []).append(row)
    return found


def add_document(conn: sa.Connection, values: Row) -> None:
    """A document of a project; whether it is public is the newest word."""
    known = document(conn, values["project_id"], values["sha256"])
    if known is None:
        conn.execute(sa.insert(s.project_document).values(**values))
    else:
        where = (_f.project_id == values["project_id"], _f.sha256 == values["sha256"])
        conn.execute(sa.update(s.project_document).where(*where).values(public=values["public"], name=values["name"]))


def document(conn: sa.Connection, project_id: str, sha256: str) -> Row | None:
    """One document of a project."""
    query = sa.select(s.project_document).where(_f.project_id == project_id, _f.sha256 == sha256)
    return conn.execute(query).mappings().first()


def documents(conn: sa.Connection, project_id: str) -> list[Row]:
    """A project's documents, newest first."""
    query = sa.select(s.project_document).where(_f.project_id == project_id).order_by(_f.at.desc(), _f.sha256)
    return list(conn.execute(query).mappings())


def batches(conn: sa.Connection, project_id: str = "") -> list[Row]:
    """Batches by serial range with grams by state: ``unassigned_g``, ``free_g``, ``held_g``, ``sold_g``, ``retired_g``
    (``surplus_g`` of it nobody's)."""
    named = ("free", "held", "sold", "retired", "surplus", "set_aside")
    grams = _a.to_g - _a.from_g
    by_state = [sa.func.sum(sa.case((_a.state == name, grams), else_=0)).label(name) for name in named]
    taken = (
        sa.select(_t.batch_id, *by_state)
        .join(s.tranche, (_t.event_id == _a.event_id) & (_t.tranche_id == _a.tranche_id))
        .group_by(_t.batch_id)
        .subquery()
    )
    left = (
        sa.select(_t.batch_id, sa.func.sum(_t.to_g - _t.from_g).label("unassigned"))
        .where(_t.event_id == "")
        .group_by(_t.batch_id)
        .subquery()
    )
    columns = [sa.func.coalesce(taken.c[name], 0).label(f"{name}_g") for name in named]
    query = (
        sa.select(s.credit_batch, *columns, sa.func.coalesce(left.c.unassigned, 0).label("unassigned_g"))
        .outerjoin(taken, taken.c.batch_id == _b.batch_id)
        .outerjoin(left, left.c.batch_id == _b.batch_id)
        .order_by(_b.project_id, _b.vintage, _b.batch_id)
    )
    return list(conn.execute(query.where(_b.project_id == project_id) if project_id else query).mappings())


def offers_of(conn: sa.Connection, project_id: str) -> list[Row]:
    """Where a project is or was on offer, with its price and split and the event's slug, names and state."""
    event = s.event.c
    query = (
        sa.select(s.offering, event.slug, event.names, event.state.label("event_state"))
        .join(s.event, event.event_id == _o.event_id)
        .where(_o.project_id == project_id)
        .order_by(event.starts_at.desc(), event.slug)
    )
    return list(conn.execute(query).mappings())


def open_events(conn: sa.Connection, livemode: bool) -> list[Row]:
    """Events that a project can be offered at, newest first."""
    event = s.event.c
    columns = (event.event_id, event.slug, event.names, event.currency)
    query = sa.select(*columns).where(event.livemode == livemode, event.payments, event.state != "closed")
    return list(conn.execute(query.order_by(event.starts_at.desc()).limit(200)).mappings())


def lock_batches(conn: sa.Connection) -> None:
    """Nobody else brings batches in until this transaction ends, so that no serial number comes in twice."""
    if conn.dialect.name == "postgresql":  # on SQLite the writer is alone
        conn.execute(sa.text("LOCK TABLE credit_batch IN SHARE ROW EXCLUSIVE MODE"))


def of_registry(conn: sa.Connection, registry: str) -> list[Row]:
    """Batches of a registry, however its name is cased."""
    query = sa.select(s.credit_batch).where(sa.func.lower(_b.registry) == registry.lower())
    return list(conn.execute(query.order_by(_b.batch_id)).mappings())


def add_import(conn: sa.Connection, values: Row) -> None:
    """A file that was brought in."""
    conn.execute(sa.insert(s.batch_import).values(**values))


def imported(conn: sa.Connection, sha256: str) -> Row | None:
    """A file that was brought in, by its hash."""
    return conn.execute(sa.select(s.batch_import).where(s.batch_import.c.sha256 == sha256)).mappings().first()


def imports(conn: sa.Connection, limit: int = 50) -> list[Row]:
    """Files that were brought in, newest first."""
    query = sa.select(s.batch_import).order_by(s.batch_import.c.at.desc()).limit(limit)
    return list(conn.execute(query).mappings())
