"""The facet: participations and lines by all their keys at once, asked and moved.

What its measures mean stands in `data.store.rebuild`; why there is one wide roll-up, in docs/decisions/014-facets.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from data.store import rebuild, rollups
from data.store import schema as s

Row = Mapping[Any, Any]
OF_LINES = ("activity", "mode", "month")  # a question of these is one of lines
_o = s.orders.c
_ORDERED = sa.select(_o.order_id).where(_o.event_id == sa.bindparam("e"), _o.participation_id == sa.bindparam("p"))
_ORDERED_ONCE = _ORDERED.limit(1)
_WAITING = sa.select(s.facet_delta.c.delta_id).where(s.facet_delta.c.event_id == sa.bindparam("e")).limit(1)


def sums(
    conn: sa.Connection, event_id: str, where: Mapping[str, Collection[str]], by: Sequence[str]
) -> list[sa.RowMapping]:
    """Every measure grouped by ``by`` (keys of the facet) and in their order, with what is not folded yet; groups of
    nothing but zeros left out. ``where``: key → accepted values; a key that is not there accepts all.

    Rows of persons as a whole (category '') are in no group of lines: they are left out where ``where`` or ``by`` names
    an activity, mode or month, unless a category is named beside it. ``person_count`` is a sum over cells and
    counts somebody once a cell: ask `people_bound` for people.
    """
    cells = _cells(event_id, where, by, (*by, *s.MEASURES_FACET))
    keys = [cells.c[name] for name in by]
    measures = [_sum(cells.c[name]) for name in s.MEASURES_FACET]
    some = sa.or_(*[sa.func.sum(cells.c[name]) != 0 for name in s.MEASURES_FACET])
    query = sa.select(*keys, *measures).group_by(*keys).having(some).order_by(*keys)
    return list(conn.execute(query).mappings())


def cells(conn: sa.Connection, event_id: str) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """(every cell of an event, its deltas that are not folded yet): values of its keys, then of its measures."""
    parts = []
    for table in (s.facet, s.facet_delta):
        columns = [table.c[name] for name in (*s.KEYS_FACET, *s.MEASURES_FACET)]
        found = conn.execute(sa.select(*columns).where(table.c.event_id == event_id))
        parts.append([tuple(row) for row in found])
    return parts[0], parts[1]


def people_bound(
    conn: sa.Connection, event_id: str, where: Mapping[str, Collection[str]], by: Sequence[str]
) -> dict[tuple[str, ...], int]:
    """Of each group of ``by``, in the order of ``by``: how many distinct participations are behind it at least. Which
    rows count is as in `sums`; groups of nobody are left out."""
    group = [name for name in by if name not in s.KEYS_PERSON]
    whole = _of_whole_alone(where, by)
    keys = (*s.KEYS_PERSON, *(group if whole else s.KEYS_LINE))
    if conn.execute(_WAITING, {"e": event_id}).first() is None:
        cells: Any = s.facet  # no cell stands in two rows
        wanted = _wanted(s.facet, event_id, where, by, whole)
    else:
        found, wanted = _cells(event_id, where, by, (*keys, "person_count"), whole), []
        columns = [found.c[name] for name in keys]
        cells = sa.select(*columns, _sum(found.c.person_count)).group_by(*columns).subquery()
    persons = [cells.c[name] for name in (*s.KEYS_PERSON, *group)]
    largest = sa.func.max(cells.c.person_count).label("most")
    most = sa.select(*persons, largest).where(*wanted).group_by(*persons).subquery()
    own = [most.c[name] for name in by]
    query = sa.select(*own, sa.cast(sa.func.sum(most.c.most), sa.BigInteger)).group_by(*own).order_by(*own)
    return {tuple(row[:-1]): int(row[-1]) for row in conn.execute(query) if row[-1]}


def _sum(column: sa.ColumnElement[int]) -> sa.Label[int]:
    return sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.BigInteger).label(column.key or "")


def _of_lines(where: Mapping[str, Any], by: Sequence[str]) -> bool:
    """Whether rows of persons as a whole are left out."""
    return "category" not in where and (
        any(name in where for name in OF_LINES)
        or ("category" not in by and any(name in by for name in OF_LINES))
    )  # fmt: skip


def _of_whole_alone(where: Mapping[str, Any], by: Sequence[str]) -> bool:
    """Whether lines tell nothing that rows of persons as a whole don't: nobody is in a line's cell without being in
    the whole's."""
    return not any(name in where or name in by for name in s.KEYS_LINE)


def _cells(
    event_id: str, where: Mapping[str, Collection[str]], by: Sequence[str], names: Sequence[str], whole: bool = False
) -> sa.Subquery:
    """Totals and deltas that are asked for."""
    parts = [
        sa.select(*[table.c[name] for name in names]).where(*_wanted(table, event_id, where, by, whole))
        for table in (s.facet, s.facet_delta)
    ]
    return sa.union_all(*parts).subquery()


def _wanted(
    table: sa.Table, event_id: str, where: Mapping[str, Collection[str]], by: Sequence[str], whole: bool
) -> list[sa.ColumnElement[bool]]:
    wanted = [table.c.event_id == event_id, *[table.c[name].in_(sorted(where[name])) for name in sorted(where)]]
    if whole:
        wanted.append(table.c.category == "")
    elif _of_lines(where, by):
        wanted.append(table.c.category != "")
    return wanted


def moved(conn: sa.Connection, part: Row, **keys: str) -> dict[str, Any]:
    """A participation's row with other values of its columns (``company_id``, ``origin_place_id``), and all that it
    is in the facet moved there. To be called while the store has the row as ``part`` has it, and before its next
    footprint is written."""
    there = {**part, **keys}
    _move(conn, part, rollups.person_keys(part), rollups.person_keys(there))
    return there


def _move(conn: sa.Connection, part: Row, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    if old == new:
        return
    event_id, participation_id = part["event_id"], part["participation_id"]
    asked = {"e": event_id, "p": participation_id}
    if part["footprint_version"] or conn.execute(_ORDERED_ONCE, asked).first() is not None:
        found = rebuild.of_participation(conn, event_id, participation_id)["facet"]
    else:  # it has begun, and nothing else
        found = [{**old, "participation_count": int(part["kind"] != "organiser")}]
    move_rows(conn, rollups.FACET, event_id, found, new)


def move_rows(
    conn: sa.Connection, rollup: rollups.Rollup, event_id: str, found: Sequence[Row], new: Mapping[str, str]
) -> None:
    """Rows of a roll-up are taken away and put under other keys."""
    gone = [{**row, **{name: -int(row.get(name) or 0) for name in rollup.measures}} for row in found]
    rollups.add_only(conn, rollup, event_id, [*gone, *[{**row, **new} for row in found]])
