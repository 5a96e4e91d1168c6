"""Rows of what was brought in from files: the files, their rows by version, mappings; and taking people out again.

What holds of a row is the highest version whose file is still in (state ``in``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s
from data.store.bulk import insert_many

Row = Mapping[Any, Any]
_f, _r, _m, _p = s.import_file.c, s.import_row.c, s.import_mapping.c, s.participation.c
IN, UNDONE, COMING = "in", "undone", "coming"


@dataclass(frozen=True, slots=True)
class Holding:
    """Which files hold: those that are in, and what would be with ``also`` in and ``without`` undone."""

    also: str = ""
    without: str = ""

    def where(self) -> sa.ColumnElement[bool]:
        """The same of the table of files."""
        if self.also:
            return sa.or_(_f.state == IN, _f.import_id == self.also)
        return sa.and_(_f.state == IN, _f.import_id != self.without) if self.without else _f.state == IN


AS_IT_IS = Holding()


def among(dialect: str, column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """A column that is one of the list ``ids``. The list is one value of the run, so that the statement stays the same
    however long it is."""
    if dialect == "postgresql":
        return column == sa.any_(sa.bindparam("ids", type_=postgresql.ARRAY(sa.Text)))
    given = sa.func.json_each(sa.bindparam("ids", type_=sa.JSON)).table_valued("value")
    return column.in_(sa.select(given.c.value))


def lock(conn: sa.Connection, event_id: str) -> None:
    """Nobody else brings anything in for this event, or undoes it, until the transaction ends."""
    if conn.dialect.name == "postgresql":  # on SQLite the writer is alone
        conn.execute(
            sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"import:{event_id}"}
        )


def by_hash(conn: sa.Connection, event_id: str, kind: str, sha256: str) -> Row | None:
    """The import of a file that is in."""
    where = (_f.event_id == event_id, _f.sha256 == sha256, _f.kind == kind, _f.state == IN)
    return conn.execute(sa.select(s.import_file).where(*where)).mappings().first()


def get(conn: sa.Connection, event_id: str, import_id: str) -> Row | None:
    """One import."""
    query = sa.select(s.import_file).where(_f.event_id == event_id, _f.import_id == import_id)
    return conn.execute(query).mappings().first()


def files(conn: sa.Connection, event_id: str, limit: int = 200) -> list[Row]:
    """Imports of an event, newest first."""
    query = sa.select(s.import_file).where(_f.event_id == event_id, _f.state != COMING)
    return list(conn.execute(query.order_by(_f.at.desc(), _f.import_id.desc()).limit(limit)).mappings())


def add_file(conn: sa.Connection, values: Row) -> None:
    """An import that begins."""
    conn.execute(sa.insert(s.import_file).values(**values))


def set_file(conn: sa.Connection, event_id: str, import_id: str, **values: Any) -> None:
    """Changes columns of an import."""
    conn.execute(sa.update(s.import_file).where(_f.event_id == event_id, _f.import_id == import_id).values(**values))


def add_rows(conn: sa.Connection, rows: Sequence[Row]) -> None:
    """New versions of rows."""
    insert_many(conn, s.import_row, rows)


@lru_cache(maxsize=16)
def _current_among(dialect: str, event_id: str, dataset: str, holding: Holding) -> sa.Select[Any]:
    return _current(event_id, dataset, holding).where(among(dialect, _r.row_key))


def _current(event_id: str, dataset: str, holding: Holding = AS_IT_IS) -> sa.Select[Any]:
    columns = (_r.row_key, _r.version, _r.import_id, _r.row_no, _r.series, _r.content)
    return (
        sa.select(*columns)
        .join(s.import_file, (_f.event_id == _r.event_id) & (_f.import_id == _r.import_id))
        .where(_r.event_id == event_id, _r.dataset == dataset, holding.where())
        .order_by(_r.row_key, _r.version)
    )


def current(
    conn: sa.Connection, event_id: str, dataset: str, keys: Sequence[str] | None = None, series: str = "",
    holding: Holding = AS_IT_IS,
) -> dict[str, Row]:  # fmt: skip
    """row_key → the version that holds; of some keys, or of series that begin so."""
    query = _current(event_id, dataset, holding)
    if series:  # a range, which an index serves
        query = query.where(_r.series >= series, _r.series < series[:-1] + chr(ord(series[-1]) + 1))
    if keys is None:
        return {row["row_key"]: row for row in conn.execute(query).mappings()}
    query = _current_among(conn.dialect.name, event_id, dataset, holding)
    return {row["row_key"]: row for row in conn.execute(query, {"ids": list(keys)}).mappings()}


def keys(conn: sa.Connection, event_id: str, datasets: Sequence[str], import_id: str = "") -> list[str]:
    """The row keys of some datasets, in order; of one file alone where ``import_id`` is told."""
    found: set[str] = set()
    for dataset in datasets:
        where = [_r.event_id == event_id, _r.dataset == dataset]
        where += [_r.import_id == import_id] if import_id else []
        found |= set(conn.execute(sa.select(_r.row_key).where(*where).distinct()).scalars())
    return sorted(found)


def versions(conn: sa.Connection, event_id: str, dataset: str, keys: Sequence[str]) -> dict[str, int]:
    """row_key → its highest version, of imports that were undone too."""
    asked = {"e": event_id, "d": dataset, "ids": list(keys)}
    return {key: int(version) for key, version in conn.execute(_versions(conn.dialect.name), asked)}


@cache
def _versions(dialect: str) -> sa.Select[Any]:
    query = sa.select(_r.row_key, sa.func.max(_r.version)).where(
        _r.event_id == sa.bindparam("e"), _r.dataset == sa.bindparam("d"), among(dialect, _r.row_key)
    )
    return query.group_by(_r.row_key)


def series_of(conn: sa.Connection, event_id: str, import_id: str) -> set[tuple[str, str]]:
    """(dataset, series) that the rows of an import belong to."""
    query = sa.select(_r.dataset, _r.series).where(_r.event_id == event_id, _r.import_id == import_id).distinct()
    return {(dataset, series) for dataset, series in conn.execute(query)}


def holds_any(conn: sa.Connection, event_id: str, dataset: str, holding: Holding = AS_IT_IS) -> bool:
    """Whether any row of a dataset holds."""
    return conn.execute(_current(event_id, dataset, holding).limit(1)).first() is not None


def mapping(conn: sa.Connection, event_id: str, shape: str) -> Row | None:
    """How the columns of a shape of file were mapped last."""
    query = sa.select(_m.mapping).where(_m.event_id == event_id, _m.shape == shape)
    found: Row | None = conn.execute(query).scalar()
    return found


def put_mapping(conn: sa.Connection, event_id: str, shape: str, told: Row, at: datetime) -> None:
    """Remembers a mapping."""
    insert_into = (postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert)(s.import_mapping)
    values = {"mapping": dict(told), "at": at}
    query = insert_into.values(event_id=event_id, shape=shape, **values)
    conn.execute(query.on_conflict_do_update(index_elements=["event_id", "shape"], set_=values))


def participations(conn: sa.Connection, event_id: str, ids: Sequence[str]) -> dict[str, Row]:
    """Participations by id, those that are there."""
    found = conn.execute(_participations(conn.dialect.name), {"e": event_id, "ids": list(ids)}).mappings()
    return {row["participation_id"]: row for row in found}


@cache
def _participations(dialect: str) -> sa.Select[Any]:
    where = (_p.event_id == sa.bindparam("e"), among(dialect, _p.participation_id))
    return sa.select(s.participation).where(*where).order_by(_p.participation_id)


def answers(conn: sa.Connection, event_id: str, ids: Sequence[str]) -> dict[str, Any]:
    """participation_id → what was told for the current version of its footprint."""
    return dict(map(tuple, conn.execute(_answers(conn.dialect.name), {"e": event_id, "ids": list(ids)})))


@cache
def _answers(dialect: str) -> sa.Select[Any]:
    f = s.footprint.c
    same = (
        (_p.event_id == f.event_id) & (_p.participation_id == f.participation_id) & (_p.footprint_version == f.version)
    )
    query = sa.select(f.participation_id, f.answers).join(s.participation, same)
    return query.where(f.event_id == sa.bindparam("e"), among(dialect, f.participation_id))


def ordered(conn: sa.Connection, event_id: str, ids: Sequence[str]) -> set[str]:
    """Those among participations that an order was placed for, by themselves or by others, or planting is claimed."""
    found: set[str] = set()
    for query in _ordered(conn.dialect.name) if ids else ():
        found |= set(conn.execute(query, {"e": event_id, "ids": list(ids)}).scalars())
    return found


@cache
def _ordered(dialect: str) -> tuple[sa.Select[Any], ...]:
    parts = [table.c for table in (s.claim, s.forestry_claim, s.orders)]
    return tuple(
        sa.select(c.participation_id)
        .where(c.event_id == sa.bindparam("e"), among(dialect, c.participation_id))
        .distinct()
        for c in parts
    )


def of_import(conn: sa.Connection, event_id: str, import_id: str) -> Iterable[str]:
    """Participations that an import brought, or was the last to change."""
    query = sa.select(_p.participation_id).where(_p.event_id == event_id, _p.import_id == import_id)
    return conn.execute(query.order_by(_p.participation_id)).scalars().all()


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody's current footprint adds to the roll-ups: equal for those who told the same. ``foot`` holds the
    values of FOOT, ``lines`` those of LINE of each line; a line's trace is the text that is stored."""

    foot: tuple[Any, ...]
    lines: tuple[tuple[Any, ...], ...]


FOOT = ("low_g", "total_g", "high_g")
LINE = ("category", "activity", "mode", "month", "low_g", "total_g", "high_g", "non_co2_g", "upstream_g", "quality",
        "trace")  # fmt: skip


def told(conn: sa.Connection, event_id: str, ids: Sequence[str]) -> dict[str, Told]:
    """participation_id → what its current version adds to the roll-ups, read without decoding anything."""
    asked = {"e": event_id, "ids": list(ids)}
    feet, lines = _told(conn.dialect.name)
    by: dict[str, list[tuple[Any, ...]]] = {}
    for row in conn.execute(lines, asked):
        by.setdefault(row[0], []).append(tuple(row[1:]))
    return {row[0]: Told(tuple(row[1:]), tuple(by.get(row[0], ()))) for row in conn.execute(feet, asked)}


@cache
def _told(dialect: str) -> tuple[sa.Select[Any], sa.Select[Any]]:
    f, n = s.footprint.c, s.emission_line.c

    def of_current(table: Any, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
        same = (_p.event_id == table.event_id) & (_p.participation_id == table.participation_id)
        query = sa.select(table.participation_id, *columns)
        query = query.join(s.participation, same & (_p.footprint_version == table.version))
        return query.where(table.event_id == sa.bindparam("e"), among(dialect, table.participation_id))

    trace = sa.cast(n.trace, sa.Text).label("trace")
    lines = of_current(n, *[trace if name == "trace" else n[name] for name in LINE])
    return of_current(f, *[f[name] for name in FOOT]), lines.order_by(n.participation_id, n.line_no)
