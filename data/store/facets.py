"""The facet: participations and lines by all their keys at once, read as columns and moved.

What its measures mean stands in `data.store.rebuild`; why there is one wide roll-up, in docs/decisions/014-facets.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from data.store import rebuild, rollups
from data.store import schema as s

Row = Mapping[Any, Any]
MASSES = ("person_count", "low_g", "total_g", "high_g", "reserved_g", "retired_g")  # of lines, beside how many
PART, ROW = "\x1f", "\x1e"  # between keys and between rows of a column that is one text; no key has them
_o = s.orders.c
_ORDERED = sa.select(_o.order_id).where(_o.event_id == sa.bindparam("e"), _o.participation_id == sa.bindparam("p"))
_ORDERED_ONCE = _ORDERED.limit(1)
_v, _d = s.live_version.c, s.facet_delta.c
_of_event: sa.BindParameter[str] = sa.bindparam("e")
_STATE = sa.select(_v.version, _v.as_of).where(_v.event_id == _of_event)
_PENDING = sa.select(sa.func.count()).select_from(s.facet_delta).where(_d.event_id == _of_event)


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows of the facet as columns, each one text: a row's keys of its people and of its line (PART between a row's
    keys, ROW between rows), and measures with commas between them. '' where there are no rows."""

    count: int
    people: str
    lines: str
    measures: Mapping[str, str]


def mark(conn: sa.Connection, event_id: str) -> tuple[Any, ...]:
    """What the facets of this moment are known by: whatever changes them changes it. Deltas only come, until a fold
    takes all of them and raises the version; who writes totals otherwise touches the version (`live.touch`)."""
    asked = {"e": event_id}
    state = conn.execute(_STATE, asked).first() or (0, None)
    return (*state, conn.execute(_PENDING, asked).scalar_one())


def columns(conn: sa.Connection, event_id: str) -> tuple[Columns, Columns]:
    """(persons as a whole, lines) of an event. What is not folded yet stands in rows of its own behind the others: a
    cell may stand in several. A text a column is read five times as fast as a value a cell."""
    wholes, lines = _columns(event_id, "=", s.WHOLE_FACET), _columns(event_id, "!=", ("line_count", *MASSES))
    return _read(conn, wholes, s.WHOLE_FACET), _read(conn, lines, ("line_count", *MASSES))


def _columns(event_id: str, category: str, names: Sequence[str]) -> sa.Select[*tuple[Any, ...]]:
    parts = []
    for table in (s.facet, s.facet_delta):
        keys = [_joined(table, s.KEYS_PERSON).label("people"), _joined(table, s.KEYS_LINE).label("lines")]
        wanted = (table.c.event_id == event_id, table.c.category.op(category)(""))
        parts.append(sa.select(*keys, *[table.c[name] for name in names]).where(*wanted))
    both = sa.union_all(*parts).subquery()
    texts = [sa.func.aggregate_strings(both.c[name], ROW) for name in ("people", "lines")]
    numbers = [sa.func.aggregate_strings(sa.cast(both.c[name], sa.Text), ",") for name in names]
    return sa.select(sa.func.count(), *texts, *numbers).select_from(both)


def _joined(table: sa.Table, names: Sequence[str]) -> sa.ColumnElement[str]:
    found: sa.ColumnElement[str] = table.c[names[0]]
    for name in names[1:]:
        found = found + PART + table.c[name]
    return found


def _read(conn: sa.Connection, query: sa.Select[*tuple[Any, ...]], names: Sequence[str]) -> Columns:
    count, people, lines, *numbers = conn.execute(query).one()
    measures = {name: text or "" for name, text in zip(names, numbers, strict=True)}
    return Columns(int(count), people or "", lines or "", measures)


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
