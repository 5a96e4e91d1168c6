"""Rows of what goes on with files that are brought in, and of what stands ready and does not hold yet.

A work's step: waiting → checking → staging → making → sweeping, or waiting → making → sweeping where an import is
undone. Its outcome: '' while it goes on; in, undone, failed, cancelled. Whoever holds its lease writes; every write of
a holder also asks that the lease is still its own, so that a worker that was thought dead changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import live, rollups
from data.store import schema as s
from data.store.bulk import insert_many
from data.store.imports import among
from data.store.rollups import Key, Measures

Row = Mapping[Any, Any]
_w, _t, _d, _p = s.import_work.c, s.import_staged.c, s.import_facet.c, s.participation.c
GOING, IN, UNDONE, FAILED, CANCELLED = "", "in", "undone", "failed", "cancelled"
WAITING, CHECKING, STAGING, MAKING, SWEEPING = "waiting", "checking", "staging", "making", "sweeping"
BEFORE = (WAITING, CHECKING, STAGING, MAKING)  # nothing holds yet: it may be cancelled
LEASE_S = 30
COMING = "coming"  # the state of a file whose rows do not hold yet
NEW, CHANGED, GONE, LINES = "new", "changed", "gone", "lines"
_OWN = [c.name for c in s.participation.columns if c.name not in ("event_id", "participation_id", "import_id")]


class LeaseLost(Exception):
    """Another worker has taken this over."""


def add(conn: sa.Connection, values: Row) -> None:
    """Something to do."""
    conn.execute(sa.insert(s.import_work).values(**values))


def get(conn: sa.Connection, event_id: str, work_id: str) -> Row | None:
    """One work."""
    query = sa.select(s.import_work).where(_w.event_id == event_id, _w.work_id == work_id)
    return conn.execute(query).mappings().first()


def newest(conn: sa.Connection, event_id: str, limit: int = 20) -> list[Row]:
    """What goes on, and what has ended last, at an event."""
    query = sa.select(s.import_work).where(_w.event_id == event_id).order_by(_w.at.desc(), _w.work_id.desc())
    return list(conn.execute(query.limit(limit)).mappings())


def _open() -> sa.ColumnElement[bool]:
    return _w.ended_at.is_(None)


def waiting(conn: sa.Connection, now: datetime) -> list[Row]:
    """The oldest open work of each event that nobody has leased."""
    query = sa.select(s.import_work).where(_open()).order_by(_w.event_id, _w.at, _w.work_id)
    first: dict[str, Row] = {}
    for row in conn.execute(query).mappings():
        first.setdefault(row["event_id"], row)
    return [row for row in first.values() if row["leased_until"] is None or row["leased_until"] < now]


def lease(conn: sa.Connection, row: Row, owner: str, now: datetime) -> bool:
    """Takes a work for a while; False where somebody was first."""
    free = sa.or_(_w.leased_until.is_(None), _w.leased_until < now)
    values = {"leased_by": owner, "leased_until": now + timedelta(seconds=LEASE_S), "attempts": row["attempts"] + 1}
    return _changed(conn, row, _open(), free, **values)


def keep(conn: sa.Connection, row: Row, owner: str, now: datetime, **values: Any) -> None:
    """Goes on holding a work, and notes how far it is. Raises LeaseLost."""
    until = now + timedelta(seconds=LEASE_S)
    if not _changed(conn, row, _w.leased_by == owner, _open(), leased_until=until, **values):
        raise LeaseLost(row["work_id"])


def let_go(conn: sa.Connection, row: Row, owner: str, until: datetime | None) -> None:
    """Leaves a work to whoever comes after ``until``."""
    _changed(conn, row, _w.leased_by == owner, leased_by="", leased_until=until)


def cancel(conn: sa.Connection, row: Row) -> bool:
    """Asks that it be left; False where it holds already."""
    return _changed(conn, row, _open(), _w.outcome == GOING, _w.step.in_(BEFORE), is_cancelled=True)


def _changed(conn: sa.Connection, row: Row, *where: sa.ColumnElement[bool], **values: Any) -> bool:
    query = sa.update(s.import_work).where(_w.event_id == row["event_id"], _w.work_id == row["work_id"], *where)
    return conn.execute(query.values(**values)).rowcount == 1


# ---------------------------------------------------------------- what stands ready
def stage(conn: sa.Connection, event_id: str, import_id: str, rows: Sequence[Row]) -> None:
    """Participations as they will be; ``rows`` hold ``action`` and a participation's own columns."""
    key = {"event_id": event_id, "import_id": import_id}
    insert_many(conn, s.import_staged, [{**row, "origin": row["import_id"], **key} for row in rows])


def stage_gone(conn: sa.Connection, event_id: str, import_id: str, versions: Mapping[str, int]) -> bool:
    """Participations that will go, as they stand; False where one is not at the version told of it."""
    query, count = _stage_gone(conn.dialect.name), 0
    for version in sorted(set(versions.values())):
        ids = [own for own, each in versions.items() if each == version]
        asked = {"e": event_id, "i": import_id, "v": version, "ids": ids}
        count += conn.execute(query, asked).rowcount
    return count == len(versions)


@cache
def _stage_gone(dialect: str) -> sa.Insert:
    asked = (_p.event_id == sa.bindparam("e"), _p.footprint_version == sa.bindparam("v"))
    told = [
        sa.bindparam("i", type_=sa.Text),
        sa.literal_column(f"'{GONE}'"),
        _p.import_id,
        *[_p[name] for name in _OWN],
    ]
    query = sa.select(_p.event_id, _p.participation_id, *told).where(*asked, among(dialect, _p.participation_id))
    columns = ["event_id", "participation_id", "import_id", "action", "origin", *_OWN]
    return sa.insert(s.import_staged).from_select(columns, query).execution_options(preserve_rowcount=True)


def stage_facet(conn: sa.Connection, event_id: str, import_id: str, sums: Sequence[tuple[Key, Measures]]) -> None:
    """What they will add to the facet."""
    key = {"event_id": event_id, "import_id": import_id}
    many = rollups.as_rows(rollups.FACET, dict(sums))
    insert_many(conn, s.import_facet, [key | row for row in many])


def add_facet(conn: sa.Connection, event_id: str, import_id: str) -> None:
    """Adds it to the totals, in the order of keys: as many rows would be long in folding. What is read of the facet is
    of a version, so this is another."""
    names = ["event_id", *rollups.FACET.keys, *rollups.FACET.measures]
    ready = sa.select(*[_d[name] for name in names]).where(_d.event_id == event_id, _d.import_id == import_id)
    ready = ready.order_by(*[_d[name] for name in rollups.FACET.keys])
    insert = (postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert)(s.facet)
    insert = insert.from_select(names, ready)
    conn.execute(insert.on_conflict_do_update(
        index_elements=["event_id", *rollups.FACET.keys],
        set_={m: s.facet.c[m] + insert.excluded[m] for m in rollups.FACET.measures},
    ))  # fmt: skip
    live.touch(conn, event_id)


def _staged(event_id: str, import_id: str, *actions: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (_t.event_id == event_id, _t.import_id == import_id, _t.action.in_(actions))


def counts(conn: sa.Connection, event_id: str, import_id: str) -> dict[str, int]:
    """How many participations stand ready, by what becomes of them."""
    query = sa.select(_t.action, sa.func.count()).where(_t.event_id == event_id, _t.import_id == import_id)
    return {action: int(count) for action, count in conn.execute(query.group_by(_t.action))}


def lines_ready(conn: sa.Connection, event_id: str, import_id: str) -> list[Row]:
    """Parts of the inventory that stand ready."""
    where = _staged(event_id, import_id, LINES)
    return list(conn.execute(sa.select(s.import_staged).where(*where).order_by(_t.participation_id)).mappings())


def ordered(conn: sa.Connection, event_id: str, import_id: str) -> int:
    """How many of those who would change or go were ordered for, or planting is claimed for them."""
    places = [table.c for table in (s.claim, s.forestry_claim, s.orders)]
    found = [sa.exists().where(c.event_id == event_id, c.participation_id == _t.participation_id) for c in places]
    query = sa.select(sa.func.count()).where(*_staged(event_id, import_id, CHANGED, GONE), sa.or_(*found))
    return int(conn.execute(query).scalar_one())


def make_valid(conn: sa.Connection, event_id: str, import_id: str, ready: Mapping[str, int]) -> bool:
    """All that stands ready holds from now on; ``ready`` are its ``counts``. False where one of those who would come,
    change or go stands otherwise now than when that was made ready: then nothing of it may be kept."""
    took = {
        NEW: lambda: _bring(conn, event_id, import_id),
        CHANGED: lambda: _change(conn, event_id, import_id),
        GONE: lambda: _take_out(conn, event_id, import_id),
    }
    wanted = {NEW: ready.get(NEW, 0), CHANGED: ready.get(CHANGED, 0) + ready.get(LINES, 0), GONE: ready.get(GONE, 0)}
    return all(took[action]() == count for action, count in wanted.items() if count)


def _bring(conn: sa.Connection, event_id: str, import_id: str) -> int:
    columns = ["event_id", "participation_id", *_OWN, "import_id"]
    fresh = sa.select(*[_t[name] for name in columns[:-1]], _t.origin)
    fresh = fresh.where(*_staged(event_id, import_id, NEW)).order_by(_t.participation_id)
    insert = (postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert)(s.participation)
    query = insert.from_select(columns, fresh).on_conflict_do_nothing()
    return conn.execute(query.execution_options(preserve_rowcount=True)).rowcount


def _change(conn: sa.Connection, event_id: str, import_id: str) -> int:
    values = {name: _t[name] for name in _OWN} | {"import_id": _t.origin}
    same = (_p.event_id == _t.event_id, _p.participation_id == _t.participation_id)
    was = _p.footprint_version == _t.footprint_version - 1
    query = sa.update(s.participation).where(*same, was, *_staged(event_id, import_id, CHANGED, LINES))
    return conn.execute(query.values(**values)).rowcount


def _take_out(conn: sa.Connection, event_id: str, import_id: str) -> int:
    """Those who go, each as it was staged."""
    b, going = s.board_person.c, _staged(event_id, import_id, GONE)
    as_it_was = [_t[name] == _p[name] for name in ("footprint_version", "session_id", "company_id", "code_id")]
    on_board = sa.exists().where(_t.participation_id == b.participation_id, *going)
    conn.execute(sa.delete(s.board_person).where(b.event_id == event_id, on_board))
    same = sa.and_(_p.event_id == _t.event_id, _p.participation_id == _t.participation_id)
    query = sa.delete(s.participation)
    if conn.dialect.name == "postgresql":
        return conn.execute(query.where(same, *going, *as_it_was)).rowcount
    rowid: sa.ColumnElement[int] = sa.column("rowid", _selectable=s.participation)
    there = sa.select(rowid).select_from(s.import_staged.join(s.participation, same)).where(*going, *as_it_was)
    return conn.execute(query.where(rowid.in_(there.correlate(None)))).rowcount


def sweep_some(
    conn: sa.Connection, event_id: str, import_id: str, holds: bool, limit: int, after: str = ""
) -> tuple[int, str]:
    """Takes away some of what stood ready ``after`` a participation: with ``holds`` what nobody needs any more (all of
    those who went), else all that was written for it. How many participations that were, 0 where nothing is left, and
    the last of them."""
    query = sa.select(_t.participation_id, _t.action, _t.footprint_version).order_by(_t.participation_id)
    query = query.where(_t.event_id == event_id, _t.import_id == import_id, _t.participation_id > after).limit(limit)
    found = list(conn.execute(query))
    if not found:
        return 0, after
    gone = [row.participation_id for row in found if row.action == GONE]
    written: dict[int, list[str]] = {}
    for row in found if not holds else ():
        if row.action != GONE:
            written.setdefault(row.footprint_version, []).append(row.participation_id)
    for whole, of_version in map(_swept, (conn.dialect.name,) * 2, (s.emission_line, s.footprint)):
        if gone and holds:
            conn.execute(whole, {"e": event_id, "ids": gone})
        for version, ids in sorted(written.items()):
            conn.execute(of_version, {"e": event_id, "v": version, "ids": ids})
    last = str(found[-1].participation_id)
    swept = (
        _t.event_id == event_id,
        _t.import_id == import_id,
        _t.participation_id > after,
        _t.participation_id <= last,
    )
    conn.execute(sa.delete(s.import_staged).where(*swept))
    return len(found), last


@cache
def _swept(dialect: str, table: sa.Table) -> tuple[sa.Delete, sa.Delete]:
    """Deletes all versions of some participations, and one of them."""
    c = table.c
    whole = sa.delete(table).where(c.event_id == sa.bindparam("e"), among(dialect, c.participation_id))
    return whole, whole.where(c.version == sa.bindparam("v"))


def drop_facet(conn: sa.Connection, event_id: str, import_id: str, limit: int) -> int:
    """What was to be added is added, or will never be: some of it; how many rows that were."""
    mine = (_d.event_id == event_id, _d.import_id == import_id)
    keys = [_d[name] for name in rollups.FACET.keys]
    found = conn.execute(sa.select(*keys).where(*mine).order_by(*keys).limit(limit)).all()
    if found:
        last = tuple(sa.literal(value) for value in found[-1])
        conn.execute(sa.delete(s.import_facet).where(*mine, sa.tuple_(*keys) <= sa.tuple_(*last)))
    return len(found)


def drop_rows(conn: sa.Connection, event_id: str, import_id: str, limit: int) -> int:
    """Takes away some rows of a file that never held; how many."""
    r = s.import_row.c
    keys = sa.select(r.dataset, r.row_key, r.version).where(r.event_id == event_id, r.import_id == import_id)
    found = list(conn.execute(keys.limit(limit)))
    if found:
        key = (r.event_id == sa.bindparam("e"), r.dataset == sa.bindparam("d"), r.row_key == sa.bindparam("k"),
               r.version == sa.bindparam("v"))  # fmt: skip
        conn.execute(
            sa.delete(s.import_row).where(*key),
            [{"e": event_id, "d": row.dataset, "k": row.row_key, "v": row.version} for row in found],
        )
    return len(found)


def drop_file(conn: sa.Connection, event_id: str, import_id: str) -> None:
    """A file that never held is no import."""
    f = s.import_file.c
    conn.execute(sa.delete(s.import_file).where(f.event_id == event_id, f.import_id == import_id, f.state == COMING))


def drop_companies(conn: sa.Connection, made_at: datetime) -> None:
    """Takes away companies that were made at that moment, for a file that stayed out, and that nobody has."""
    company = s.company.c
    made = sa.select(company.company_id).where(company.created_at == made_at, company.kind == "")
    ids = set(conn.execute(made).scalars())
    for table in (s.participation, s.orders, s.company_invitation, s.role_grant, s.company_thanks, s.import_staged):
        had = sa.select(table.c.company_id).where(table.c.company_id.in_(sorted(ids))).distinct()
        ids -= set(conn.execute(had).scalars()) if ids else set()
    if ids:
        conn.execute(sa.delete(s.company).where(company.company_id.in_(sorted(ids))))


def clear_lines(conn: sa.Connection, event_id: str, participation_id: str, version: int) -> None:
    """Takes away what was written of a version that does not hold, by a worker that did not get further."""
    for table in (s.emission_line, s.footprint):
        key = (table.c.event_id == event_id, table.c.participation_id == participation_id, table.c.version == version)
        conn.execute(sa.delete(table).where(*key))


def add_lines(conn: sa.Connection, lines: Sequence[Row]) -> None:
    """Lines of a version that does not hold yet."""
    insert_many(conn, s.emission_line, lines)


def add_footprints(conn: sa.Connection, footprints: Sequence[Row], lines: Sequence[Row]) -> None:
    """Versions that do not hold yet, and their lines."""
    insert_many(conn, s.footprint, footprints)
    insert_many(conn, s.emission_line, lines)
