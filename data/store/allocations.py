"""Intervals of grams that tile a tranche: free, held, sold, retired, surplus, and set_aside.

``set_aside`` are free grams of a partly sold credit that an open retirement instruction has: off sale, nobody's,
surplus once it is confirmed, free again when it is withdrawn.

Grams are taken from the **end** of a free row, so that its key stays and PostgreSQL updates it in place. Big tranches
are cut into slots (`slots`); on PostgreSQL a buyer first tries a slot of its own, past rows that others have, then any
slot, and only then waits, in the order of keys, for whatever is left: the last gram is sold, and nobody waits for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import sqlalchemy as sa

from data.store import schema as s

SLOT_COUNT = 16
LEAST_SLOT_G = 1_000_000
_a = s.allocation.c
_INSERT = sa.insert(s.allocation)


@dataclass(frozen=True, slots=True)
class Interval:
    """Grams ``from_g … to_g`` of a tranche."""

    tranche_id: str
    from_g: int
    to_g: int

    @property
    def grams(self) -> int:
        """How many."""
        return self.to_g - self.from_g


def slots(from_g: int, to_g: int) -> list[tuple[int, int]]:
    """At most 16 slots of an interval, cut at whole credits, none shorter than one credit but a lone one."""
    cuts = [from_g]
    count = max(1, min(SLOT_COUNT, (to_g - from_g) // LEAST_SLOT_G))
    for i in range(1, count):
        cut = (from_g + (to_g - from_g) * i // count) // LEAST_SLOT_G * LEAST_SLOT_G
        if cut > cuts[-1]:
            cuts.append(cut)
    return list(zip(cuts, [*cuts[1:], to_g], strict=True))


def insert(conn: sa.Connection, rows: Iterable[Mapping[Any, Any]]) -> None:
    """New rows."""
    values = [dict(row) for row in rows]
    if values:
        conn.execute(_INSERT, values)


def tile(conn: sa.Connection, tranche: Mapping[Any, Any]) -> None:
    """The free slots of a new tranche."""
    insert(conn, (
        _row(tranche["event_id"], tranche["tranche_id"], from_g, to_g, "free", "", slot, tranche["livemode"])
        for slot, (from_g, to_g) in enumerate(slots(tranche["from_g"], tranche["to_g"]))
    ))  # fmt: skip


def _row(
    event_id: str, tranche_id: str, from_g: int, to_g: int, state: str, order_id: str, slot: int, livemode: bool
) -> dict[str, Any]:  # fmt: skip
    return {
        "event_id": event_id, "tranche_id": tranche_id, "from_g": from_g, "to_g": to_g, "state": state,
        "order_id": order_id, "slot": slot, "livemode": livemode,
    }  # fmt: skip


_CUT = """
UPDATE allocation SET to_g = to_g - :grams
WHERE event_id = :event_id AND (tranche_id, from_g) = (
  SELECT a.tranche_id, a.from_g FROM allocation a
  WHERE a.event_id = :event_id AND a.state = 'free' AND a.to_g - a.from_g > :grams {slot}
    AND a.tranche_id IN (SELECT t.tranche_id FROM tranche t WHERE t.event_id = :event_id AND t.project_id = :project_id)
  ORDER BY a.tranche_id, a.slot, a.from_g LIMIT 1 {lock})
RETURNING tranche_id, to_g, slot, livemode
"""
_CUT_SQLITE = sa.text(_CUT.format(slot="", lock=""))
_CUT_SLOT = sa.text(_CUT.format(slot="AND a.slot = :slot", lock="FOR UPDATE OF a SKIP LOCKED"))
_CUT_ANY = sa.text(_CUT.format(slot="", lock="FOR UPDATE OF a SKIP LOCKED"))


def take(
    conn: sa.Connection, event_id: str, project_id: str, order_id: str, grams: int, state: str = "held"
) -> list[Interval]:  # fmt: skip
    """Exactly ``grams`` free grams of a project's tranches for an order; an empty list, and nothing changed, where so
    many are not free."""
    wanted = {"event_id": event_id, "project_id": project_id, "grams": grams}
    if conn.dialect.name == "sqlite":
        cut = conn.execute(_CUT_SQLITE, wanted).first()
    else:
        slot = crc32(order_id.encode()) % SLOT_COUNT
        cut = conn.execute(_CUT_SLOT, wanted | {"slot": slot}).first() or conn.execute(_CUT_ANY, wanted).first()
    if cut is None:
        return _gather(conn, event_id, project_id, order_id, grams, state)
    taken = Interval(cut.tranche_id, cut.to_g, cut.to_g + grams)
    insert(conn, [_row(event_id, taken.tranche_id, taken.from_g, taken.to_g, state, order_id, cut.slot, cut.livemode)])
    return [taken]


def _gather(
    conn: sa.Connection, event_id: str, project_id: str, order_id: str, grams: int, state: str
) -> list[Interval]:  # fmt: skip
    """Several rows together, waiting for those that others have, in the order of keys."""
    of_project = sa.select(s.tranche.c.tranche_id).where(
        s.tranche.c.event_id == event_id, s.tranche.c.project_id == project_id
    )
    query = (
        sa.select(s.allocation)
        .where(_a.event_id == event_id, _a.state == "free", _a.tranche_id.in_(of_project))
        .order_by(_a.tranche_id, _a.from_g)
        .with_for_update()
    )
    free = conn.execute(query).mappings().all()
    if sum(row["to_g"] - row["from_g"] for row in free) < grams:
        return []
    taken: list[Interval] = []
    for row in free:
        part = min(grams - sum(i.grams for i in taken), row["to_g"] - row["from_g"])
        if part == 0:
            break
        taken.append(_take_from(conn, row, part, order_id, state))
    return taken


def _take_from(conn: sa.Connection, row: Mapping[Any, Any], grams: int, order_id: str, state: str) -> Interval:
    cut = row["to_g"] - grams
    if cut == row["from_g"]:
        _set(conn, row, state=state, order_id=order_id)
    else:
        _set(conn, row, to_g=cut)
        insert(conn, [dict(row) | {"from_g": cut, "state": state, "order_id": order_id}])
    return Interval(row["tranche_id"], cut, row["to_g"])


def _key(event_id: str, tranche_id: str, from_g: int) -> sa.ColumnElement[bool]:
    return sa.and_(_a.event_id == event_id, _a.tranche_id == tranche_id, _a.from_g == from_g)


def _set(conn: sa.Connection, row: Mapping[Any, Any], **values: Any) -> None:
    where = _key(row["event_id"], row["tranche_id"], row["from_g"])
    conn.execute(sa.update(s.allocation).where(where).values(**values))


def free_grams(conn: sa.Connection, event_id: str, project_id: str) -> int:
    """Grams of a project that an event has free."""
    query = (
        sa.select(sa.func.sum(_a.to_g - _a.from_g))
        .join(s.tranche, (s.tranche.c.event_id == _a.event_id) & (s.tranche.c.tranche_id == _a.tranche_id))
        .where(_a.event_id == event_id, _a.state == "free", s.tranche.c.project_id == project_id)
    )
    return int(conn.execute(query).scalar() or 0)


_TURN = (
    sa.update(s.allocation)
    .where(_a.event_id == sa.bindparam("e"), _a.order_id == sa.bindparam("o"), _a.state == sa.bindparam("was"))
    .values(state=sa.bindparam("becomes"))
    .returning(_a.to_g - _a.from_g)
)


def turn(conn: sa.Connection, event_id: str, order_id: str, state: str, to: str) -> int:
    """An order's intervals from one state into another; how many grams that were."""
    rows = conn.execute(_TURN, {"e": event_id, "o": order_id, "was": state, "becomes": to})
    return sum(rows.scalars())


def release(conn: sa.Connection, event_id: str, order_id: str, state: str) -> int:
    """An order's intervals of a state are free again and join free neighbours of their slot; how many grams."""
    where = (_a.event_id == event_id, _a.order_id == order_id, _a.state == state)
    rows = conn.execute(sa.update(s.allocation).where(*where).values(state="free", order_id="").returning(
        _a.event_id, _a.tranche_id, _a.from_g, _a.to_g, _a.slot
    )).mappings().all()  # fmt: skip
    _join(conn, rows)
    return int(sum(row["to_g"] - row["from_g"] for row in rows))


def _join(conn: sa.Connection, rows: Iterable[Mapping[Any, Any]]) -> None:
    """Rows that have just become free join one another, and free neighbours of their slot that nobody else has taken at
    this moment: who gives back never waits for who takes, so neither can hold up the other."""
    for run in _runs(rows):
        first, to_g, gone = run[0], run[-1]["to_g"], [row["from_g"] for row in run[1:]]
        for beside in conn.execute(_BESIDE, _place_of(first) | {"from": first["from_g"], "to": to_g}).mappings().all():
            if beside["from_g"] == to_g:
                gone.append(to_g)
                to_g = beside["to_g"]
            else:
                gone.append(first["from_g"])
                first = dict(first) | {"from_g": beside["from_g"]}
        if gone:
            for from_g in gone:
                conn.execute(_DROP, _place_of(first) | {"from": from_g})
            _set(conn, first, to_g=to_g)


def _place_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {"e": row["event_id"], "t": row["tranche_id"], "in_slot": row["slot"]}


_BESIDE = (
    sa.select(_a.from_g, _a.to_g)
    .where(
        _a.event_id == sa.bindparam("e"), _a.tranche_id == sa.bindparam("t"), _a.slot == sa.bindparam("in_slot"),
        _a.state == "free", sa.or_(_a.from_g == sa.bindparam("to"), _a.to_g == sa.bindparam("from")),
    )
    .with_for_update(skip_locked=True)
)  # fmt: skip
_DROP = sa.delete(s.allocation).where(
    _a.event_id == sa.bindparam("e"), _a.tranche_id == sa.bindparam("t"), _a.slot == sa.bindparam("in_slot"),
    _a.from_g == sa.bindparam("from"),
)  # fmt: skip


def _runs(rows: Iterable[Mapping[Any, Any]]) -> list[list[Mapping[Any, Any]]]:
    """Rows in order, those together that touch within a slot."""
    runs: list[list[Mapping[Any, Any]]] = []
    for row in sorted(rows, key=lambda r: (r["tranche_id"], r["from_g"])):
        last = runs[-1][-1] if runs else None
        if last and (last["tranche_id"], last["slot"], last["to_g"]) == (row["tranche_id"], row["slot"], row["from_g"]):
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def of_tranche(
    conn: sa.Connection, event_id: str, tranche_id: str, states: Sequence[str] = (), lock: bool = False
) -> list[Mapping[Any, Any]]:  # fmt: skip
    """The rows of a tranche in order, of ``states`` only where given; taken for this transaction where ``lock``."""
    query = sa.select(s.allocation).where(_a.event_id == event_id, _a.tranche_id == tranche_id).order_by(_a.from_g)
    if states:
        query = query.where(_a.state.in_(states))
    return list(conn.execute(query.with_for_update() if lock else query).mappings())


_OF_ORDER = (
    sa.select(s.tranche.c.batch_id, _a.tranche_id, _a.from_g, _a.to_g, _a.state)
    .join(s.tranche, (s.tranche.c.event_id == _a.event_id) & (s.tranche.c.tranche_id == _a.tranche_id))
    .where(_a.event_id == sa.bindparam("e"), _a.order_id == sa.bindparam("o"))
    .order_by(s.tranche.c.batch_id, _a.from_g)
)


def of_order(conn: sa.Connection, event_id: str, order_id: str) -> list[Mapping[Any, Any]]:
    """An order's intervals with their batch, in order."""
    return list(conn.execute(_OF_ORDER, {"e": event_id, "o": order_id}).mappings())


def take_order(conn: sa.Connection, event_id: str, order_id: str) -> None:
    """Takes an order's intervals for this transaction, in the order of keys, as a retirement of them does."""
    query = sa.select(_a.from_g).where(_a.event_id == event_id, _a.order_id == order_id)
    conn.execute(query.order_by(_a.tranche_id, _a.from_g).with_for_update())


def cut_at(conn: sa.Connection, row: Mapping[Any, Any], at_g: int) -> None:
    """Splits a row in two at ``at_g``, which lies inside of it."""
    _set(conn, row, to_g=at_g)
    insert(conn, [dict(row) | {"from_g": at_g}])


def within(conn: sa.Connection, event_id: str, batch_id: str, from_g: int, to_g: int) -> list[Mapping[Any, Any]]:
    """An event's rows that have grams of an interval of a batch, in order, taken for this transaction."""
    query = (
        sa.select(s.allocation)
        .join(s.tranche, (s.tranche.c.event_id == _a.event_id) & (s.tranche.c.tranche_id == _a.tranche_id))
        .where(_a.event_id == event_id, s.tranche.c.batch_id == batch_id, _a.from_g < to_g, _a.to_g > from_g)
        .order_by(_a.tranche_id, _a.from_g)
        .with_for_update(of=s.allocation)
    )
    return list(conn.execute(query).mappings())


def turn_within(
    conn: sa.Connection, event_id: str, batch_id: str, from_g: int, to_g: int, turns: Mapping[str, str]
) -> dict[str, int]:  # fmt: skip
    """Grams of an interval from one state into another (``turns``: state → state), rows cut at its ends; how many grams
    were in which state, those of no turn among them."""
    grams: dict[str, int] = {}
    freed: list[Mapping[Any, Any]] = []
    for row in within(conn, event_id, batch_id, from_g, to_g):
        part = dict(row)
        if part["from_g"] < from_g:
            cut_at(conn, part, from_g)
            part["from_g"] = from_g
        if part["to_g"] > to_g:
            cut_at(conn, part, to_g)
            part["to_g"] = to_g
        grams[part["state"]] = grams.get(part["state"], 0) + part["to_g"] - part["from_g"]
        if part["state"] in turns:
            _set(conn, part, state=turns[part["state"]])
            freed += [part] if turns[part["state"]] == "free" else []
    _join(conn, freed)
    return grams


def retired_grams(conn: sa.Connection, event_id: str, order_ids: Sequence[str]) -> dict[str, int]:
    """Grams of each order that are retired."""
    where = (_a.event_id == event_id, _a.order_id.in_(order_ids), _a.state == "retired")
    query = sa.select(_a.order_id, sa.func.sum(_a.to_g - _a.from_g)).where(*where).group_by(_a.order_id)
    return {order_id: int(grams) for order_id, grams in conn.execute(query)}


def delete_within(conn: sa.Connection, event_id: str, tranche_id: str, from_g: int, to_g: int) -> None:
    """Takes free rows within an interval away: they go back to the batch."""
    conn.execute(
        sa.delete(s.allocation).where(
            _a.event_id == event_id, _a.tranche_id == tranche_id, _a.state == "free",
            _a.from_g >= from_g, _a.to_g <= to_g,
        )
    )  # fmt: skip


def move(conn: sa.Connection, event_id: str, tranche_id: str, from_g: int, to_g: int, new_tranche_id: str) -> None:
    """Rows within an interval go to another tranche of the same event and batch."""
    where = (_a.event_id == event_id, _a.tranche_id == tranche_id, _a.from_g >= from_g, _a.to_g <= to_g)
    conn.execute(sa.update(s.allocation).where(*where).values(tranche_id=new_tranche_id))
