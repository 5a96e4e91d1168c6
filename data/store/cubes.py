"""The cube of emissions and the tally of people, read across events for reports; with what is not folded yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from data.store import schema as s
from data.store.events import HIDDEN_STATE

GRAMS = ("line_count", "low_g", "total_g", "high_g", "upstream_g", "reserved_g", "retired_g")
DIMENSIONS = ("event_id", *s.KEYS_CUBE)


@dataclass(frozen=True, slots=True)
class Slice:
    """Which cells of the cube: of these events; an empty tuple or '' is no condition. Months are ``2021-09``."""

    event_ids: tuple[str, ...]
    session_ids: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    month_from: str = ""
    month_to: str = ""


def events(conn: sa.Connection, livemode: bool) -> list[sa.RowMapping]:
    """Published events that are live, or those that are tests, oldest first."""
    e = s.event.c
    columns = (e.event_id, e.slug, e.names, e.texts, e.starts_at, e.timezone)
    query = sa.select(*columns).where(e.livemode.is_(livemode), e.state != HIDDEN_STATE)
    return list(conn.execute(query.order_by(e.starts_at, e.event_id)).mappings())


def sessions(conn: sa.Connection, event_ids: Sequence[str]) -> list[sa.RowMapping]:
    """Sessions of events in their order."""
    c = s.event_session.c
    query = sa.select(s.event_session).where(c.event_id.in_(event_ids)).order_by(c.event_id, c.position)
    return list(conn.execute(query).mappings())


def sums(conn: sa.Connection, of: Slice, by: Sequence[str]) -> list[sa.RowMapping]:
    """Grams and line counts grouped by ``by`` (names of DIMENSIONS), cells of nothing but zeros left out."""
    both = sa.union_all(*[_part(table, of, by) for table in (s.cube, s.cube_delta)]).subquery()
    keys = [both.c[name] for name in by]
    measures = [sa.func.coalesce(sa.func.sum(both.c[name]), 0).label(name) for name in GRAMS]
    query = sa.select(*keys, *measures).group_by(*keys).order_by(*keys)
    return [row for row in conn.execute(query).mappings() if any(row[name] for name in GRAMS)]


def spreads(conn: sa.Connection, event_ids: Sequence[str]) -> list[sa.RowMapping]:
    """What is uncertain at these events by event, category and source of error, with what is not folded yet."""
    names = ("event_id", *s.KEYS_SPREAD, *s.MEASURES_SPREAD)
    parts = [sa.select(*[t.c[n] for n in names]).where(t.c.event_id.in_(event_ids)) for t in (s.spread, s.spread_delta)]
    return list(conn.execute(sa.union_all(*parts)).mappings())


def _part(table: sa.Table, of: Slice, by: Sequence[str]) -> sa.Select[tuple[object, ...]]:
    c = table.c
    wanted: list[sa.ColumnElement[bool]] = [c.event_id.in_(of.event_ids)]
    for column, values in ((c.session_id, of.session_ids), (c.category, of.categories), (c.mode, of.modes)):
        if values:
            wanted.append(column.in_(values))
    if of.month_from:
        wanted.append(c.month >= of.month_from)
    if of.month_to:
        wanted.append(c.month <= of.month_to)
    return sa.select(*[c[name] for name in (*by, *GRAMS)]).where(*wanted)


def people(conn: sa.Connection, event_ids: Sequence[str], session_ids: Sequence[str]) -> dict[tuple[str, str], int]:
    """People by (event_id, session_id), in these sessions only where given."""
    found: dict[tuple[str, str], int] = {}
    for table in (s.tally, s.tally_delta):
        c = table.c
        query = sa.select(c.event_id, c.session_id, sa.func.sum(c.people_count)).where(c.event_id.in_(event_ids))
        if session_ids:
            query = query.where(c.session_id.in_(session_ids))
        for event_id, session_id, count in conn.execute(query.group_by(c.event_id, c.session_id)):
            found[event_id, session_id] = found.get((event_id, session_id), 0) + int(count)
    return found


def values(conn: sa.Connection, event_ids: Sequence[str], column: str) -> list[str]:
    """What occurs in a column of the cube at these events, in order."""
    parts = [sa.select(t.c[column]).where(t.c.event_id.in_(event_ids)).distinct() for t in (s.cube, s.cube_delta)]
    return sorted(set(conn.execute(sa.union(*parts)).scalars()))


def company_sums(conn: sa.Connection, company_id: str = "") -> list[sa.RowMapping]:
    """People, grams and money by company and event, of one company where given, newest event first."""
    measures = ("people_count", "low_g", "total_g", "high_g", "reserved_g", "retired_g", "extra_g")
    parts = []
    for table in (s.tally, s.tally_delta):
        wanted = table.c.company_id == company_id if company_id else table.c.company_id != ""
        parts.append(sa.select(*[table.c[name] for name in ("event_id", "company_id", *measures)]).where(wanted))
    both = sa.union_all(*parts).subquery()
    e, c = s.event.c, s.company.c
    query = (
        sa.select(
            both.c.event_id, both.c.company_id, e.slug, e.names, e.livemode, e.state, e.starts_at,
            c.names.label("company_names"), *[sa.func.sum(both.c[name]).label(name) for name in measures],
        )
        .join(s.event, e.event_id == both.c.event_id)
        .join(s.company, c.company_id == both.c.company_id)
        .group_by(both.c.event_id, both.c.company_id, e.event_id, c.company_id)  # keys: the rest depends on them
        .order_by(e.starts_at.desc(), both.c.company_id)
    )  # fmt: skip
    return list(conn.execute(query).mappings())
