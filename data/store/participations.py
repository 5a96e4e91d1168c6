"""Rows of participations, footprints and their lines, and of companies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from calculations.who_counts import UNCOUNTED
from data.store import schema as s

Row = sa.RowMapping
_p, _f, _l = s.participation.c, s.footprint.c, s.emission_line.c
_KEY = sa.and_(_p.event_id == sa.bindparam("e"), _p.participation_id == sa.bindparam("p"))
_INSERT, _INSERT_FOOTPRINT = sa.insert(s.participation), sa.insert(s.footprint)
_INSERT_LINE = sa.insert(s.emission_line)
_GET = sa.select(s.participation).where(_KEY)
_GET_LOCKED = _GET.with_for_update()
_FOOTPRINT = sa.select(s.footprint).where(
    _f.event_id == sa.bindparam("e"), _f.participation_id == sa.bindparam("p"), _f.version == sa.bindparam("v")
)
_LINES = (
    sa.select(s.emission_line)
    .where(_l.event_id == sa.bindparam("e"), _l.participation_id == sa.bindparam("p"), _l.version == sa.bindparam("v"))
    .order_by(_l.line_no)
)


def insert(conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """New participations."""
    if rows:
        conn.execute(_INSERT, [dict(row) for row in rows])


def get(conn: sa.Connection, event_id: str, participation_id: str, lock: bool = False) -> Row | None:
    """One participation, taken for this transaction where ``lock``."""
    query = _GET_LOCKED if lock else _GET
    return conn.execute(query, {"e": event_id, "p": participation_id}).mappings().first()


def of_kind(conn: sa.Connection, event_id: str, kind: str) -> list[Row]:
    """Participations of one kind."""
    p = s.participation
    query = sa.select(p).where(p.c.event_id == event_id, p.c.kind == kind).order_by(p.c.participation_id)
    return list(conn.execute(query).mappings())


def people_of_kind(conn: sa.Connection, event_id: str, kind: str) -> dict[str, int]:
    """participation_id → people_count of one kind."""
    p = s.participation
    query = sa.select(p.c.participation_id, p.c.people_count).where(p.c.event_id == event_id, p.c.kind == kind)
    return {row.participation_id: row.people_count for row in conn.execute(query)}


def told_by_others(conn: sa.Connection, event_id: str, ids: Sequence[str] | None = None) -> set[str]:
    """Participations (of ``ids``, or all) that nobody here answers for: the organiser's own, groups, and who came in by
    a file."""
    where = [_p.event_id == event_id, sa.or_(_p.kind != "guest", _p.import_id != "")]
    if ids is not None:
        where.append(_p.participation_id.in_(ids))
    return set(conn.execute(sa.select(_p.participation_id).where(*where)).scalars())


def update(conn: sa.Connection, event_id: str, participation_id: str, **values: Any) -> None:
    """Changes columns of one participation."""
    given = {f"new_{name}": value for name, value in values.items()}
    conn.execute(_update(tuple(sorted(values))), {"e": event_id, "p": participation_id, **given})


@lru_cache(maxsize=32)
def _update(names: tuple[str, ...]) -> sa.Update:
    values = {name: sa.bindparam(f"new_{name}", type_=_p[name].type) for name in names}
    return sa.update(s.participation).where(_KEY).values(values)


def insert_footprints(
    conn: sa.Connection, footprints: Iterable[Mapping[str, Any]], lines: Iterable[Mapping[str, Any]]
) -> None:
    """New versions of footprints and all their lines."""
    many, many_lines = [dict(row) for row in footprints], [dict(row) for row in lines]
    if many:
        conn.execute(_INSERT_FOOTPRINT, many)
    if many_lines:
        conn.execute(_INSERT_LINE, many_lines)


def footprint(conn: sa.Connection, event_id: str, participation_id: str, version: int) -> Row | None:
    """One version of a footprint."""
    return conn.execute(_FOOTPRINT, {"e": event_id, "p": participation_id, "v": version}).mappings().first()


def lines(conn: sa.Connection, event_id: str, participation_id: str, version: int) -> list[Row]:
    """The lines of one version, in their order."""
    return list(conn.execute(_LINES, {"e": event_id, "p": participation_id, "v": version}).mappings())


def forget_answers(conn: sa.Connection, event_id: str, participation_id: str) -> None:
    """Empties what a person had typed, in every version."""
    f = s.footprint
    where = (f.c.event_id == event_id) & (f.c.participation_id == participation_id)
    conn.execute(sa.update(f).where(where).values(answers={}))


def answered_people(conn: sa.Connection, event_id: str, company_id: str) -> int:
    """People of a company who have told their footprint at an event and count there, those who have been unlinked
    since included."""
    p = s.participation.c
    query = sa.select(sa.func.coalesce(sa.func.sum(p.people_count), 0)).where(
        p.event_id == event_id, p.company_id == company_id, p.footprint_version > 0, p.kind != "organiser",
        p.way != UNCOUNTED,
    )  # fmt: skip
    return int(conn.execute(query).scalar_one())


def paid_orders(conn: sa.Connection, event_id: str, participation_id: str) -> int:
    """How many of a participation's orders are paid, pooled or retired."""
    o = s.orders
    query = sa.select(sa.func.count()).where(
        o.c.event_id == event_id, o.c.participation_id == participation_id, o.c.state.in_(("paid", "pooled", "retired"))
    )
    return conn.execute(query).scalar() or 0


def of_certificate(conn: sa.Connection, number: str) -> tuple[str, str] | None:
    """The event and the participation ('' for an order of the event) a certificate number was issued to."""
    n, o = s.certificate_number, s.orders
    query = (
        sa.select(n.c.event_id, o.c.participation_id)
        .join(o, (o.c.event_id == n.c.event_id) & (o.c.order_id == n.c.order_id))
        .where(n.c.number == number)
    )
    row = conn.execute(query).first()
    return (row.event_id, row.participation_id) if row else None


def company(conn: sa.Connection, names: Mapping[str, str], name_key: str, company_id: str, now: datetime) -> str:
    """The id of the company with this normalised name, made with ``company_id`` where there is none."""
    found = conn.execute(sa.select(s.company.c.company_id).where(s.company.c.name_key == name_key)).scalar()
    if found:
        return str(found)
    insert_into = (postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert)(s.company)
    row = {"company_id": company_id, "names": dict(names), "kind": "", "name_key": name_key, "created_at": now}
    conn.execute(insert_into.values(**row).on_conflict_do_nothing(index_elements=["name_key"]))
    query = sa.select(s.company.c.company_id).where(s.company.c.name_key == name_key)
    return str(conn.execute(query).scalar_one())


def company_names(conn: sa.Connection, company_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Names by language of companies."""
    query = sa.select(s.company.c.company_id, s.company.c.names).where(s.company.c.company_id.in_(company_ids))
    return {row.company_id: row.names for row in conn.execute(query)}


def wrong_footprints(conn: sa.Connection, event_id: str) -> list[str]:
    """Participations whose current footprint is not there, is not the sum of its lines or lies outside its bounds."""
    p, f, line = s.participation, s.footprint, s.emission_line
    masses = ("total_g", "non_co2_g", "upstream_g")  # low and high are propagated, not summed
    sums = (
        sa.select(line.c.participation_id, line.c.version, *[sa.func.sum(line.c[m]).label(m) for m in masses])
        .where(line.c.event_id == event_id)
        .group_by(line.c.participation_id, line.c.version)
        .subquery()
    )
    unequal = sa.or_(*[f.c[m] != sa.func.coalesce(sums.c[m], 0) for m in masses])
    query = (
        sa.select(p.c.participation_id)
        .outerjoin(
            f,
            (f.c.event_id == p.c.event_id)
            & (f.c.participation_id == p.c.participation_id)
            & (f.c.version == p.c.footprint_version),
        )
        .outerjoin(sums, (sums.c.participation_id == f.c.participation_id) & (sums.c.version == f.c.version))
        .where(p.c.event_id == event_id, p.c.footprint_version > 0)
        .where(sa.or_(f.c.version.is_(None), unequal, f.c.low_g > f.c.total_g, f.c.high_g < f.c.total_g))
    )
    return list(conn.execute(query).scalars())
