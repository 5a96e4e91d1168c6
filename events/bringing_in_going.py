"""Files that are under way: put in line, looked at, cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from accounts import Conflict, NotFound, current_actor, require
from data.store import import_work as works
from data.store import imports as rows
from data.store.engine import get_store, run_write
from data.store.ids import new_id
from data.table_staged import Staged
from events.bringing_in_model import Brought, Reading
from events.catalogue import read_event
from events.model import Event
from events.states import hold_state


@dataclass(frozen=True, slots=True)
class Going:
    """A file that comes in or is undone: how far it is. ``step`` is waiting, checking, staging, making, sweeping;
    ``outcome`` '' while nothing holds, then in, undone, failed, cancelled. ``note`` holds what it was refused with."""

    event_id: str
    work_id: str
    import_id: str
    what: str
    kind: str
    name: str
    token: str
    step: str
    outcome: str
    done_count: int
    of_count: int
    is_cancelled: bool
    at: datetime
    ended_at: datetime | None
    note: Mapping[str, Any]

    @property
    def is_over(self) -> bool:
        """Whether it holds, or never will."""
        return self.outcome != works.GOING or self.ended_at is not None

    @property
    def may_be_cancelled(self) -> bool:
        """Whether nothing of it holds yet."""
        return not self.is_over and self.step in works.BEFORE and not self.is_cancelled


def queue_file(conn: sa.Connection, event: Event, waiting: Staged, reading: Reading, now: datetime) -> Going:
    """Puts a file in line within a transaction; one that is in line already is that one."""
    rows.lock(conn, event.event_id)
    hold_state(conn, event.event_id, "import")
    for row in works.newest(conn, event.event_id):
        if row["ended_at"] is None and row["token"] == waiting.token and row["outcome"] == works.GOING:
            return _going(row)
    known = rows.by_hash(conn, event.event_id, reading.kind, waiting.sha256)
    import_id = new_id(event.event_id)
    actor = current_actor()
    if known is None:
        rows.add_file(conn, {
            "event_id": event.event_id, "import_id": import_id, "kind": reading.kind, "name": waiting.name,
            "sha256": waiting.sha256, "state": rows.COMING, "mapping": reading.as_json(), "detail": {}, "at": now,
            "actor": actor.name or actor.label,
        })  # fmt: skip
    note = {"reading": reading.as_json(), "sha256": waiting.sha256, "actor": _actor()}
    row = _row(event, works.IN, import_id, reading.kind, waiting.name, note, now) | {"token": waiting.token}
    if known is not None:  # this very file is in: there is nothing to do
        row |= {"import_id": known["import_id"], "step": works.SWEEPING, "outcome": works.IN, "ended_at": now}
        row["note"] = {**note, "already": True}
    works.add(conn, row)
    return _going(row)


def queue_undo(conn: sa.Connection, event: Event, import_id: str, now: datetime) -> Going:
    """Puts the undoing of an import in line. Raises NotFound, Conflict."""
    rows.lock(conn, event.event_id)
    hold_state(conn, event.event_id, "import")
    file = rows.get(conn, event.event_id, import_id)
    if file is None or file["state"] == rows.COMING:
        raise NotFound("There is no import “{value}”.", value=import_id[:40])
    if file["state"] != rows.IN:
        raise Conflict("This import was undone before.")
    for row in works.newest(conn, event.event_id):
        if row["ended_at"] is None and (row["import_id"], row["what"]) == (import_id, works.UNDONE):
            return _going(row)
    row = _row(event, works.UNDONE, import_id, file["kind"], file["name"], {"actor": _actor()}, now)
    works.add(conn, row)
    return _going(row)


def _row(
    event: Event, what: str, import_id: str, kind: str, name: str, note: dict[str, Any], now: datetime
) -> dict[str, Any]:
    return {
        "event_id": event.event_id, "work_id": new_id(event.event_id), "import_id": import_id, "what": what,
        "kind": kind, "name": name, "token": "", "step": works.WAITING, "outcome": works.GOING, "at_key": "",
        "done_count": 0, "of_count": 0, "note": note, "attempts": 0, "is_cancelled": False, "leased_by": "",
        "leased_until": None, "at": now, "ended_at": None,
    }  # fmt: skip


def _actor() -> dict[str, str]:
    actor = current_actor()
    return {"kind": actor.kind, "person_id": actor.person_id, "name": actor.name}


def _going(row: Mapping[Any, Any]) -> Going:
    return Going(**{name: row[name] for name in Going.__slots__})


def going_of(slug: str) -> list[Going]:
    """What is under way at an event, and what ended last, newest first. Needs event.view."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        found = [_going(row) for row in works.newest(conn, event.event_id)]
    may_see = {"already", "detail", "errors", "refused"}
    return [replace(each, note={k: v for k, v in each.note.items() if k in may_see}) for each in found]


def cancel_import(slug: str, work_id: str) -> None:
    """Leaves a file out that is on its way. Needs event.import. Raises NotFound, Conflict where it holds already."""

    def work(conn: sa.Connection) -> None:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.import", event.event_id)
        row = works.get(conn, event.event_id, work_id)
        if row is None:
            raise NotFound("There is no import “{value}”.", value=work_id[:40])
        if not works.cancel(conn, row) and not row["is_cancelled"]:
            raise Conflict("It has ended already: what came in can be undone.")

    run_write(get_store(), work)


def brought_of(row: Mapping[Any, Any]) -> Brought:
    """What a file that is in has brought. Raises Conflict where it was cancelled."""
    if row["outcome"] == works.CANCELLED:
        raise Conflict("It was cancelled: nothing came in.")
    with get_store().read() as conn:
        file = rows.get(conn, row["event_id"], row["import_id"])
    assert file is not None
    counts = {name: int(file[name]) for name in ("row_count", "new_count", "changed_count", "known_count")}
    already = bool(row["note"].get("already"))
    return Brought(row["import_id"], row["kind"], **counts, already=already, detail=file["detail"])
