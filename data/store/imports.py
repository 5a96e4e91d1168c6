"""Rows of what was brought in from files: the files, their rows by version, mappings; and taking people out again.

What holds of a row is the highest version whose file is still in (state ``in``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s

Row = Mapping[Any, Any]
_f, _r, _m, _p = s.import_file.c, s.import_row.c, s.import_mapping.c, s.participation.c
IN, UNDONE = "in", "undone"
AT_ONCE = 500


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
    query = sa.select(s.import_file).where(_f.event_id == event_id)
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


def _current(event_id: str, dataset: str) -> sa.Select[Any]:
    columns = (_r.row_key, _r.version, _r.import_id, _r.row_no, _r.series, _r.content)
    return (
        sa.select(*columns)
        .join(s.import_file, (_f.event_id == _r.event_id) & (_f.import_id == _r.import_id))
        .where(_r.event_id == event_id, _r.dataset == dataset, _f.state == IN)
        .order_by(_r.row_key, _r.version)
    )


def current(
    conn: sa.Connection, event_id: str, dataset: str, keys: Sequence[str] | None = None, series: str = ""
) -> dict[str, Row]:
    """row_key → the version that holds; of some keys, or of series that begin so."""
    query = _current(event_id, dataset)
    if series:
        query = query.where(_r.series.like(series.replace("%", "") + "%"))
    if keys is None:
        return {row["row_key"]: row for row in conn.execute(query).mappings()}
    found: dict[str, Row] = {}
    for start in range(0, len(keys), AT_ONCE):
        part = query.where(_r.row_key.in_(keys[start : start + AT_ONCE]))
        found |= {row["row_key"]: row for row in conn.execute(part).mappings()}
    return found


def pages(conn: sa.Connection, event_id: str, datasets: Sequence[str], size: int = 2000) -> Iterator[list[str]]:
    """All row keys of some datasets, in order, in pages."""
    after = ""
    while True:
        query = sa.select(_r.row_key).where(_r.event_id == event_id, _r.dataset.in_(datasets), _r.row_key > after)
        keys = list(conn.execute(query.distinct().order_by(_r.row_key).limit(size)).scalars())
        if not keys:
            return
        yield keys
        after = keys[-1]


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


def holds_any(conn: sa.Connection, event_id: str, dataset: str) -> bool:
    """Whether any row of a dataset holds."""
    return conn.execute(_current(event_id, dataset).limit(1)).first() is not None


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
    """Participations by id, those that are there, each taken for this transaction."""
    query = sa.select(s.participation).where(_p.event_id == event_id, _p.participation_id.in_(ids))
    found = conn.execute(query.order_by(_p.participation_id).with_for_update()).mappings()
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
    for table in (s.claim, s.forestry_claim, s.orders):
        part = table.c.participation_id
        query = sa.select(part).where(table.c.event_id == event_id, part.in_(ids)).distinct()
        found |= set(conn.execute(query).scalars())
    return found


def of_import(conn: sa.Connection, event_id: str, import_id: str) -> Iterable[str]:
    """Participations that an import brought, or was the last to change."""
    query = sa.select(_p.participation_id).where(_p.event_id == event_id, _p.import_id == import_id)
    return conn.execute(query.order_by(_p.participation_id)).scalars().all()


def remove(conn: sa.Connection, event_id: str, ids: Sequence[str]) -> None:
    """Takes participations with their footprints and lines out of the store. Nothing may have been ordered for them."""
    for table in (s.emission_line, s.footprint, s.board_person, s.participation):
        conn.execute(sa.delete(table).where(table.c.event_id == event_id, table.c.participation_id.in_(ids)))
