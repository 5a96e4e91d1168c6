"""Rows of what goes on with files that are brought in, and of what stands ready and does not hold yet.

A work's step: waiting → checking → staging → making → sweeping, or waiting → making → sweeping where an import is
undone. Its outcome: '' while it goes on; in, undone, failed, cancelled. Whoever holds its lease writes; every write of
a holder also asks that the lease is still its own, so that a worker that was thought dead changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import live, rollups
from data.store import schema as s
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
    many = [
        {"event_id": event_id, "import_id": import_id, "participation_id": row["participation_id"],
         "action": row["action"], "origin": row["import_id"]} | {name: row[name] for name in _OWN}
        for row in rows
    ]  # fmt: skip
    if many:
        conn.execute(sa.insert(s.import_staged), many)


def stage_facet(conn: sa.Connection, event_id: str, import_id: str, sums: Sequence[tuple[Key, Measures]]) -> None:
    """What they will add to the facet."""
    key = {"event_id": event_id, "import_id": import_id}
    many = rollups.as_rows(rollups.FACET, dict(sums))
    if many:
        conn.execute(sa.insert(s.import_facet), [key | row for row in many])


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
    ids = sa.select(_t.participation_id).where(*_staged(event_id, import_id, CHANGED, GONE))
    found: set[str] = set()
    for table in (s.claim, s.forestry_claim, s.orders):
        part = table.c.participation_id
        query = sa.select(part).where(table.c.event_id == event_id, part != "", part.in_(ids)).distinct()
        found |= set(conn.execute(query).scalars())
    return len(found)


def moved_on(conn: sa.Connection, event_id: str, import_id: str) -> bool:
    """Whether any of those who would change stands otherwise now than when that was made ready."""
    was = sa.case((_t.action == GONE, _t.footprint_version), else_=_t.footprint_version - 1)
    same = sa.and_(_p.event_id == _t.event_id, _p.participation_id == _t.participation_id)
    there = sa.select(sa.func.count()).select_from(s.import_staged.join(s.participation, same))
    there = there.where(*_staged(event_id, import_id, CHANGED, GONE, LINES), _p.footprint_version == was)
    known = sa.select(sa.func.count()).where(*_staged(event_id, import_id, CHANGED, GONE, LINES))
    fresh = sa.select(sa.func.count()).select_from(s.import_staged.join(s.participation, same))
    fresh = fresh.where(*_staged(event_id, import_id, NEW))
    is_other = conn.execute(there).scalar_one() != conn.execute(known).scalar_one()
    return bool(is_other or conn.execute(fresh).scalar_one())


def make_valid(conn: sa.Connection, event_id: str, import_id: str) -> None:
    """All that stands ready holds from now on."""
    columns = ["event_id", "participation_id", *_OWN, "import_id"]
    ready = [_t[name] for name in columns[:-1]]
    fresh = sa.select(*ready, _t.origin).where(*_staged(event_id, import_id, NEW)).order_by(_t.participation_id)
    conn.execute(sa.insert(s.participation).from_select(columns, fresh))
    values = {name: _t[name] for name in _OWN} | {"import_id": _t.origin}
    same = (_p.event_id == _t.event_id, _p.participation_id == _t.participation_id)
    conn.execute(
        sa.update(s.participation).where(*same, *_staged(event_id, import_id, CHANGED, LINES)).values(**values)
    )
    ids = sa.select(_t.participation_id).where(*_staged(event_id, import_id, GONE))
    for table in (s.board_person, s.participation):
        conn.execute(sa.delete(table).where(table.c.event_id == event_id, table.c.participation_id.in_(ids)))


def sweep_some(conn: sa.Connection, event_id: str, import_id: str, holds: bool, limit: int) -> int:
    """Takes away some of what stood ready: with ``holds`` what nobody needs any more (all of those who went), else all
    that was written for it. How many participations that were; 0 where nothing is left."""
    query = sa.select(_t.participation_id, _t.action, _t.footprint_version)
    query = query.where(_t.event_id == event_id, _t.import_id == import_id).limit(limit)
    found = list(conn.execute(query))
    for table in (s.emission_line, s.footprint):
        key = (table.c.event_id == event_id, table.c.participation_id)
        gone = [row.participation_id for row in found if holds and row.action == GONE]
        if gone:
            conn.execute(sa.delete(table).where(key[0], key[1].in_(gone)))
        written = [row for row in found if not holds and row.action != GONE]
        for version in sorted({row.footprint_version for row in written}):
            ids = [row.participation_id for row in written if row.footprint_version == version]
            conn.execute(sa.delete(table).where(key[0], key[1].in_(ids), table.c.version == version))
    done = [row.participation_id for row in found]
    conn.execute(
        sa.delete(s.import_staged).where(
            _t.event_id == event_id, _t.import_id == import_id, _t.participation_id.in_(done)
        )
    )
    return len(found)


def drop_facet(conn: sa.Connection, event_id: str, import_id: str) -> None:
    """What was to be added is added, or will never be."""
    conn.execute(sa.delete(s.import_facet).where(_d.event_id == event_id, _d.import_id == import_id))


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
    conn.execute(sa.insert(s.emission_line), [dict(row) for row in lines])
