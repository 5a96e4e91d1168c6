"""Rows of what was brought in from files: the files, their rows by version, mappings; and taking people out again.

What holds of a row is the highest version whose file is still in (state ``in``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s

Row = Mapping[Any, Any]
_f, _r, _m, _p = s.import_file.c, s.import_row.c, s.import_mapping.c, s.participation.c
IN, UNDONE, COMING = "in", "undone", "coming"
AT_ONCE = 500


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
    if rows:
        conn.execute(sa.insert(s.import_row), [dict(row) for row in rows])


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
    found: dict[str, Row] = {}
    for start in range(0, len(keys), AT_ONCE):
        part = query.where(_r.row_key.in_(keys[start : start + AT_ONCE]))
        found |= {row["row_key"]: row for row in conn.execute(part).mappings()}
    return found


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
    found: dict[str, int] = {}
    for start in range(0, len(keys), AT_ONCE):
        query = sa.select(_r.row_key, sa.func.max(_r.version)).where(
            _r.event_id == event_id, _r.dataset == dataset, _r.row_key.in_(keys[start : start + AT_ONCE])
        )
        found |= {key: int(version) for key, version in conn.execute(query.group_by(_r.row_key))}
    return found


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
    query = sa.select(s.participation).where(_p.event_id == event_id, _p.participation_id.in_(ids))
    found = conn.execute(query.order_by(_p.participation_id)).mappings()
    return {row["participation_id"]: row for row in found}


def footprints(conn: sa.Connection, event_id: str, ids: Sequence[str]) -> dict[str, Row]:
    """participation_id → the current version of its footprint."""
    p, f = s.participation, s.footprint
    same = (p.c.event_id == f.c.event_id) & (p.c.participation_id == f.c.participation_id)
    query = sa.select(f).join(p, same & (p.c.footprint_version == f.c.version))
    query = query.where(f.c.event_id == event_id, f.c.participation_id.in_(ids))
    return {row["participation_id"]: row for row in conn.execute(query).mappings()}


def ordered(conn: sa.Connection, event_id: str, ids: Sequence[str]) -> set[str]:
    """Those among participations that an order was placed for, by themselves or by others, or planting is claimed."""
    found: set[str] = set()
    for table in (s.claim, s.forestry_claim, s.orders) if ids else ():
        part = table.c.participation_id
        query = sa.select(part).where(table.c.event_id == event_id, part.in_(ids)).distinct()
        found |= set(conn.execute(query).scalars())
    return found


def of_import(conn: sa.Connection, event_id: str, import_id: str) -> Iterable[str]:
    """Participations that an import brought, or was the last to change."""
    query = sa.select(_p.participation_id).where(_p.event_id == event_id, _p.import_id == import_id)
    return conn.execute(query.order_by(_p.participation_id)).scalars().all()


def lines_of(conn: sa.Connection, event_id: str, versions: Mapping[str, int]) -> dict[str, list[Row]]:
    """participation_id → the lines of the version told of it."""
    line = s.emission_line
    found: dict[str, list[Row]] = {key: [] for key in versions}
    ids = sorted(versions)
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        query = sa.select(line).where(line.c.event_id == event_id, line.c.participation_id.in_(part))
        for row in conn.execute(query.order_by(line.c.participation_id, line.c.line_no)).mappings():
            if row["version"] == versions[row["participation_id"]]:
                found[row["participation_id"]].append(row)
    return found
