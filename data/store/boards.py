"""The board of people: one row a participation that has paid for some of its footprint, made anew from the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from calculations.ranking import norm_bp, share_bp
from data.store import schema as s

COLUMNS = ("participation_id", "share_bp", "norm_bp", "grams_g", "display", "mode", "state")

AT_ONCE = 500


def refresh_person(conn: sa.Connection, event_id: str, participation_id: str, now: datetime) -> None:
    """Makes one person's row from footprint, claims and order states; no row without coverage, or once deleted."""
    person = conn.execute(_person_query(), {"e": event_id, "p": participation_id}).mappings().first()
    covered = coverage(conn, event_id, participation_id)
    row = board_row(person, *covered, now) if person is not None else None
    if row is None:
        remove(conn, event_id, participation_id)
    else:
        put(conn, [row])


def refresh_people(conn: sa.Connection, event_id: str, participations: Sequence[str], now: datetime) -> None:
    """The same for many, some hundreds at a time."""
    for start in range(0, len(participations), AT_ONCE):
        asked = {"e": event_id, "p": list(participations[start : start + AT_ONCE])}
        sums: Counter[tuple[str, bool]] = Counter()
        for participation_id, state, grams in conn.execute(_coverage_of_many(), asked):
            sums[participation_id, state == "retired"] += int(grams or 0)
        people = {row["participation_id"]: row for row in conn.execute(_people_query(), asked).mappings()}
        found = [board_row(row, sums[each, False], sums[each, True], now) for each, row in people.items()]
        rows = [row for row in found if row is not None]
        put(conn, rows)
        on_it = {row["participation_id"] for row in rows}
        for gone in (each for each in asked["p"] if each not in on_it):
            remove(conn, event_id, gone)


@cache  # built once: building costs more than running it
def _person_query() -> sa.Select[Any]:
    return _of_people(s.participation.c.participation_id == sa.bindparam("p"))


@cache
def _people_query() -> sa.Select[Any]:
    return _of_people(s.participation.c.participation_id.in_(sa.bindparam("p", expanding=True)))


def _of_people(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    part, foot = s.participation, s.footprint
    on_same = (foot.c.event_id == part.c.event_id) & (foot.c.participation_id == part.c.participation_id)
    return (
        sa.select(part, foot.c.total_g, foot.c.travel_g, foot.c.norm_g)
        .join(foot, on_same & (foot.c.version == part.c.footprint_version))
        .where(part.c.event_id == sa.bindparam("e"), which)
    )


@cache
def _coverage_of_many() -> sa.Select[Any]:
    claim, order = s.claim.c, s.orders.c
    return (
        sa.select(claim.participation_id, order.state, sa.func.sum(claim.grams))
        .join(s.orders, (order.event_id == claim.event_id) & (order.order_id == claim.order_id))
        .where(claim.event_id == sa.bindparam("e"), claim.participation_id.in_(sa.bindparam("p", expanding=True)))
        .where(claim.line_no >= 0)
        .group_by(claim.participation_id, order.state)
    )


def board_row(person: Mapping[Any, Any], reserved_g: int, retired_g: int, now: datetime) -> dict[str, Any] | None:
    """The row of a person (participation and footprint in one mapping); None where nothing is covered."""
    covered_g = reserved_g + retired_g
    if covered_g <= 0 or person["deleted_at"] is not None or person["kind"] != "guest":
        return None
    shown = person["display_name"] if person["display_consent"] and person["display_name"] else person["pseudonym"]
    return {
        "event_id": person["event_id"],
        "participation_id": person["participation_id"],
        "share_bp": share_bp(covered_g, person["total_g"]),
        "norm_bp": norm_bp(person["travel_g"], person["norm_g"]),
        "grams_g": covered_g,
        "display": shown,
        "mode": person["main_mode"],
        "state": "retired" if reserved_g <= 0 else "reserved",
        "updated_at": now,
    }


def coverage(conn: sa.Connection, event_id: str, participation_id: str) -> tuple[int, int]:
    """Grams of a participation's lines that are reserved, and retired."""
    sums = {False: 0, True: 0}
    for state, grams in conn.execute(_coverage_query(), {"e": event_id, "p": participation_id}):
        sums[state == "retired"] += int(grams or 0)
    return sums[False], sums[True]


@cache
def _coverage_query() -> sa.Select[Any]:
    claim, order = s.claim, s.orders
    return (
        sa.select(order.c.state, sa.func.sum(claim.c.grams))
        .join(order, (order.c.event_id == claim.c.event_id) & (order.c.order_id == claim.c.order_id))
        .where(claim.c.event_id == sa.bindparam("e"), claim.c.participation_id == sa.bindparam("p"))
        .where(claim.c.line_no >= 0)
        .group_by(order.c.state)
    )


def put(conn: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Writes rows, over those that are there, in the order of keys."""
    values = sorted((dict(row) for row in rows), key=lambda row: (row["event_id"], row["participation_id"]))
    if not values:
        return
    conn.execute(_upsert(conn.dialect.name), values)


@cache
def _upsert(dialect: str) -> sa.Insert:
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(s.board_person)
    changed = {c: insert.excluded[c] for c in (*COLUMNS[1:], "updated_at")}
    return insert.on_conflict_do_update(index_elements=["event_id", "participation_id"], set_=changed)


def remove(conn: sa.Connection, event_id: str, participation_id: str) -> None:
    """Takes a person off the board."""
    conn.execute(_removal(), {"e": event_id, "p": participation_id})


@cache
def _removal() -> sa.Delete:
    b = s.board_person.c
    where = (b.event_id == sa.bindparam("e"), b.participation_id == sa.bindparam("p"))
    return sa.delete(s.board_person).where(*where)


def _ranked(event_id: str) -> sa.Subquery:
    b = s.board_person
    better = sa.func.rank().over(order_by=(b.c.share_bp.desc(), b.c.norm_bp.asc()))
    equals = sa.func.count().over(partition_by=(b.c.share_bp, b.c.norm_bp))
    columns = [b.c[c] for c in COLUMNS]
    return sa.select(*columns, better.label("rank"), equals.label("equals")).where(b.c.event_id == event_id).subquery()


def people(conn: sa.Connection, event_id: str, offset: int, limit: int) -> list[dict[str, Any]]:
    """Rows by share, then norm; ``rank`` is shared by equals and ``equals`` says how many share it."""
    ranked = _ranked(event_id)
    query = sa.select(ranked).order_by(ranked.c.rank, ranked.c.participation_id).offset(offset).limit(limit)
    return [dict(row) for row in conn.execute(query).mappings()]


def among(
    conn: sa.Connection, event_id: str, where: Mapping[str, Collection[str]], limit: int
) -> tuple[list[dict[str, Any]], int]:
    """(the first rows, how many there are) of those whose participation has accepted values in its columns; ranks and
    equals are among them."""
    b, p = s.board_person, s.participation
    same = (p.c.event_id == b.c.event_id) & (p.c.participation_id == b.c.participation_id)
    wanted = [b.c.event_id == event_id, *[p.c[name].in_(sorted(where[name])) for name in sorted(where)]]
    better = sa.func.rank().over(order_by=(b.c.share_bp.desc(), b.c.norm_bp.asc()))
    equals = sa.func.count().over(partition_by=(b.c.share_bp, b.c.norm_bp))
    of_all = sa.func.count().over()
    columns = [*[b.c[c] for c in COLUMNS], better.label("rank"), equals.label("equals"), of_all.label("of_all")]
    query = sa.select(*columns).select_from(b.join(p, same)).where(*wanted)
    ordered = query.order_by(b.c.share_bp.desc(), b.c.norm_bp, b.c.participation_id).limit(limit)
    rows = [dict(row) for row in conn.execute(ordered).mappings()]
    return rows, rows[0]["of_all"] if rows else 0


def person(conn: sa.Connection, event_id: str, participation_id: str) -> dict[str, Any] | None:
    """One person's row with its rank."""
    b = s.board_person
    where = (b.c.event_id == event_id, b.c.participation_id == participation_id)
    mine = conn.execute(sa.select(*[b.c[c] for c in COLUMNS]).where(*where)).mappings().first()
    if mine is None:
        return None
    ahead = (b.c.share_bp > mine["share_bp"]) | ((b.c.share_bp == mine["share_bp"]) & (b.c.norm_bp < mine["norm_bp"]))
    level = (b.c.share_bp == mine["share_bp"]) & (b.c.norm_bp == mine["norm_bp"])
    sums = [sa.func.count(sa.case((part, 1))) for part in (ahead, level)]
    counts = tuple(conn.execute(sa.select(*sums).where(b.c.event_id == event_id)).one())
    return dict(mine) | {"rank": counts[0] + 1, "equals": counts[1]}


def people_count(conn: sa.Connection, event_id: str) -> int:
    """How many people are on the board."""
    b = s.board_person
    return conn.execute(sa.select(sa.func.count()).select_from(b).where(b.c.event_id == event_id)).scalar() or 0
