"""Retirement instructions: rows written once, their steps appended, their credits as runs of whole credits by event.

An instruction belongs to the exchange, not to an event; its runs are each of one event, in grams of a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from calculations.instruction_states import OPEN
from data.store import schema as s
from data.store.ids import new_row_id

Row = Mapping[Any, Any]
_i, _r, _p, _a, _t, _o = (
    s.instruction.c, s.instruction_run.c, s.instruction_step.c, s.allocation.c, s.tranche.c, s.orders.c,
)  # fmt: skip


def next_no(conn: sa.Connection, name: str) -> int:
    """The next number of a series, from 1; without gaps, as it is taken in the transaction that uses it."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    once_more = insert(s.instruction_counter).values(name=name, last=1).on_conflict_do_update(
        index_elements=["name"], set_={"last": s.instruction_counter.c.last + 1}
    )  # fmt: skip
    return int(conn.execute(once_more.returning(s.instruction_counter.c.last)).scalar_one())


def add(conn: sa.Connection, values: Row, runs: Iterable[Row]) -> str:
    """A new instruction with its runs; its id."""
    instruction_id = new_row_id()
    conn.execute(sa.insert(s.instruction).values(instruction_id=instruction_id, **values))
    conn.execute(sa.insert(s.instruction_run), [
        {"instruction_id": instruction_id, "run_no": number} | dict(run) for number, run in enumerate(runs, 1)
    ])  # fmt: skip
    return instruction_id


def move(conn: sa.Connection, instruction_id: str, sources: Sequence[str], to: str) -> bool:
    """Into another state; False, and nothing changed, where it is in none of ``sources``."""
    where = (_i.instruction_id == instruction_id, _i.state.in_(sources))
    return bool(conn.execute(sa.update(s.instruction).where(*where).values(state=to)).rowcount)


def add_step(conn: sa.Connection, instruction_id: str, state: str, at: datetime, actor: str, reason: str) -> None:
    """One more step; the caller has the instruction's row."""
    seq = sa.select(sa.func.coalesce(sa.func.max(_p.seq), 0) + 1).where(_p.instruction_id == instruction_id)
    values = {
        "instruction_id": instruction_id, "seq": conn.execute(seq).scalar_one(), "state": state, "at": at,
        "actor": actor, "reason": reason,
    }  # fmt: skip
    conn.execute(sa.insert(s.instruction_step).values(**values))


def add_entry(conn: sa.Connection, instruction_id: str, values: Row) -> None:
    """What was entered; the newest counts."""
    e = s.instruction_entry.c
    seq = sa.select(sa.func.coalesce(sa.func.max(e.seq), 0) + 1).where(e.instruction_id == instruction_id)
    row = {"instruction_id": instruction_id, "seq": conn.execute(seq).scalar_one(), **values}
    conn.execute(sa.insert(s.instruction_entry).values(**row))


def _query() -> sa.Select[Any]:
    return sa.select(s.instruction, s.project.c.names.label("project_names")).outerjoin(
        s.project, s.project.c.project_id == _i.project_id
    )


def get(conn: sa.Connection, text: str) -> Row | None:
    """An instruction by its id or number, with its project's names."""
    return conn.execute(_query().where(sa.or_(_i.instruction_id == text, _i.number == text))).mappings().first()


def newest(conn: sa.Connection, limit: int) -> list[Row]:
    """Instructions, those that are open first, then the newest."""
    is_open = sa.case((_i.state.in_(OPEN), 0), else_=1)
    query = _query().order_by(is_open, _i.drafted_at.desc(), _i.instruction_id.desc()).limit(limit)
    return list(conn.execute(query).mappings())


def runs_of(conn: sa.Connection, instruction_ids: Sequence[str]) -> list[Row]:
    """Runs with their event's slug, names and end, in order."""
    e = s.event.c
    query = (
        sa.select(s.instruction_run, e.slug, e.names.label("event_names"), e.ends_at)
        .outerjoin(s.event, e.event_id == _r.event_id)
        .where(_r.instruction_id.in_(instruction_ids))
        .order_by(_r.instruction_id, _r.run_no)
    )
    return list(conn.execute(query).mappings())


def steps_of(conn: sa.Connection, instruction_id: str) -> list[Row]:
    """Steps in order."""
    query = sa.select(s.instruction_step).where(_p.instruction_id == instruction_id).order_by(_p.seq)
    return list(conn.execute(query).mappings())


def entries_of(conn: sa.Connection, instruction_id: str) -> list[Row]:
    """What was entered, the newest first."""
    e = s.instruction_entry.c
    query = sa.select(s.instruction_entry).where(e.instruction_id == instruction_id).order_by(e.seq.desc())
    return list(conn.execute(query).mappings())


def open_runs(conn: sa.Connection, event_id: str | None = None) -> list[Row]:
    """Intervals of an event, or of all, that open instructions have."""
    query = (
        sa.select(_r.event_id, _r.batch_id, _r.from_g, _r.to_g, _r.instruction_id)
        .join(s.instruction, _i.instruction_id == _r.instruction_id)
        .where(_i.state.in_(OPEN))
        .order_by(_r.event_id, _r.batch_id, _r.from_g)
    )
    return list(conn.execute(query if event_id is None else query.where(_r.event_id == event_id)).mappings())


def number_holding(conn: sa.Connection, event_id: str, intervals: Iterable[Row]) -> str:
    """The number of an open instruction that has grams of these intervals of batches; '' where none has."""
    query = (
        sa.select(_i.number)
        .join(s.instruction_run, _r.instruction_id == _i.instruction_id)
        .where(
            _i.state.in_(OPEN), _r.event_id == event_id, _r.batch_id == sa.bindparam("b"),
            _r.from_g < sa.bindparam("upto"), _r.to_g > sa.bindparam("start"),
        )
    )  # fmt: skip
    for row in intervals:
        found = conn.execute(query, {"b": row["batch_id"], "start": row["from_g"], "upto": row["to_g"]}).scalar()
        if found:
            return str(found)
    return ""


def waiting(conn: sa.Connection) -> list[Row]:
    """Sold grams that are not retired, by event, project, vintage and kind of money, with the oldest payment that
    waits, the event's slug, names and end."""
    e, b = s.event.c, s.credit_batch.c
    keys = (_a.event_id, _t.project_id, b.vintage, _a.livemode, e.slug, e.ends_at)
    query = (
        sa.select(*keys, sa.func.sum(_a.to_g - _a.from_g).label("sold_g"), sa.func.min(_o.paid_at).label("oldest_at"))
        .select_from(s.allocation)
        .join(s.tranche, (_t.event_id == _a.event_id) & (_t.tranche_id == _a.tranche_id))
        .join(s.credit_batch, b.batch_id == _t.batch_id)
        .join(s.orders, (_o.event_id == _a.event_id) & (_o.order_id == _a.order_id))
        .join(s.event, e.event_id == _a.event_id)
        .where(_a.state == "sold")
        .group_by(*keys)
        .order_by(_a.event_id, _t.project_id, b.vintage)
    )
    return list(conn.execute(query).mappings())


def waiting_of_event(conn: sa.Connection, event_id: str) -> int:
    """Grams of an event that are sold and not retired."""
    query = sa.select(sa.func.sum(_a.to_g - _a.from_g)).where(_a.event_id == event_id, _a.state == "sold")
    return int(conn.execute(query).scalar() or 0)


def names_of(conn: sa.Connection, person_ids: Iterable[str]) -> dict[str, str]:
    """Names of people by id."""
    p = s.person.c
    query = sa.select(p.person_id, p.name).where(p.person_id.in_(sorted(set(person_ids))))
    return {row.person_id: row.name for row in conn.execute(query)}


def notes_of(conn: sa.Connection, event_id: str, action: str, subject: str) -> list[Mapping[str, Any]]:
    """What entries of the audit trail say of an event's subject."""
    a = s.audit_trail.c
    query = sa.select(a.detail).where(a.event_id == event_id, a.action == action, a.subject == subject)
    return list(conn.execute(query).scalars())


def evidence_of(conn: sa.Connection, sha256: str) -> Row | None:
    """Under which name a document came, and for which instruction; None where nothing refers to it."""
    e = s.instruction_entry.c
    query = sa.select(s.instruction_entry).where(e.evidence_sha256 == sha256).order_by(e.entered_at).limit(1)
    return conn.execute(query).mappings().first()


def forget(conn: sa.Connection, event_ids: Sequence[str]) -> None:
    """Before test events are dropped: their runs, and test instructions that have no others."""
    live = sa.select(_i.instruction_id).where(_i.livemode)
    gone = sa.delete(s.instruction_run).where(_r.event_id.in_(event_ids), _r.instruction_id.not_in(live))
    conn.execute(gone)
    empty = sa.select(_i.instruction_id).where(
        sa.not_(_i.livemode), ~sa.exists().where(_r.instruction_id == _i.instruction_id)
    )
    ids = list(conn.execute(empty).scalars())
    for table in (s.instruction_step, s.instruction_entry, s.instruction):
        conn.execute(sa.delete(table).where(table.c.instruction_id.in_(ids)))
