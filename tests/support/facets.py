"""Questions to the facet in SQL, asked of its rows as they stand: what the facet says, beside what the rows say."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from data.store import schema as s

OF_LINES = ("activity", "mode", "month")  # a question of these is one of lines


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


def people_bound(
    conn: sa.Connection, event_id: str, where: Mapping[str, Collection[str]], by: Sequence[str]
) -> dict[tuple[str, ...], int]:
    """Of each group of ``by``, in the order of ``by``: how many distinct participations are behind it at least. Which
    rows count is as in `sums`; groups of nobody are left out."""
    group = [name for name in by if name not in s.KEYS_PERSON]
    whole = _of_whole_alone(where, by)
    keys = (*s.KEYS_PERSON, *(group if whole else s.KEYS_LINE))
    found = _cells(event_id, where, by, (*keys, "person_count"), whole)
    columns = [found.c[name] for name in keys]
    cells = sa.select(*columns, _sum(found.c.person_count)).group_by(*columns).subquery()
    persons = [cells.c[name] for name in (*s.KEYS_PERSON, *group)]
    largest = sa.func.max(cells.c.person_count).label("most")
    most = sa.select(*persons, largest).group_by(*persons).subquery()
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
