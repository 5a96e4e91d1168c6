"""Names on the board of people, moderated by the organiser: hidden behind the pseudonym, or other words, with a reason.

What is kept is a mark on the event by participation; the guest's own name, and the certificates that carry it, stay as
they are. Every board reads the marks when it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from accounts import Conflict, NotFound, current_actor, record, require
from calculations.model import FieldError, InputError
from data.store import events as event_rows
from data.store import live, participations
from data.store.engine import get_store
from data.store.ids import event_of
from events.catalogue import read_event
from events.model import Event

MARKS = "board_names"  # the key of event.defaults
ACTS = ("hide", "rename", "lift")
MOST_REASON, MOST_NAME, MOST_MARKS = 200, 40, 1000


@dataclass(frozen=True, slots=True)
class BoardName:
    """A mark: ``display`` is what boards show instead, ``act`` hide or rename, ``reason`` the organiser's own words."""

    participation_id: str
    display: str
    act: str
    reason: str


def board_marks(event: Event) -> dict[str, BoardName]:
    """The names of this event that are moderated, by participation."""
    return {key: BoardName(key, mark["display"], mark["act"], mark["reason"]) for key, mark in _marks(event).items()}


def _marks(event: Event) -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = event.defaults.get(MARKS) or {}
    return found


def shown_name(event: Event, participation_id: str, display: str) -> str:
    """What a board shows of somebody."""
    mark = _marks(event).get(participation_id)
    return str(mark["display"]) if mark else display


def moderate_name(slug: str, participation_id: str, act: str, reason: str = "", name: str = "") -> None:
    """Hides a name of the board behind its pseudonym, shows other words in its place, or lifts either. Needs
    event.edit; the trail keeps the reason, never the name. Raises NotFound, InputError, Conflict."""
    told, words = " ".join(reason.split()), " ".join(name.split())
    with get_store().write() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.edit", event.event_id)
        _check(act, told, words)
        event_rows.take_state(conn, event.event_id)  # one who changes marks at a time
        event = read_event(conn, event_id=event.event_id)
        marks = {key: dict(mark) for key, mark in _marks(event).items()}
        if act == "lift":
            marks.pop(participation_id, None)
        else:
            display = words if act == "rename" else _pseudonym(conn, event.event_id, participation_id)
            at = datetime.now(UTC).isoformat()
            marks[participation_id] = {"display": display, "act": act, "reason": told, "at": at}
        if len(marks) > MOST_MARKS:
            raise Conflict("At most {limit} names of an event can be moderated.", limit=MOST_MARKS)
        _keep(conn, event, marks)
        record(conn, event.event_id, current_actor(), f"board.{act}", participation_id, {"reason": told})


def forget_mark(conn: sa.Connection, event_id: str, participation_id: str) -> None:
    """Drops the mark of somebody who is deleted, within that transaction."""
    event = read_event(conn, event_id=event_id)
    if participation_id in _marks(event):
        _keep(conn, event, {key: dict(mark) for key, mark in _marks(event).items() if key != participation_id})


def _keep(conn: sa.Connection, event: Event, marks: Mapping[str, Mapping[str, str]]) -> None:
    event_rows.set_expected(conn, event.event_id, event.expected_people, {**event.defaults, MARKS: dict(marks)})
    live.touch(conn, event.event_id)


def _pseudonym(conn: sa.Connection, event_id: str, participation_id: str) -> str:
    row = participations.get(conn, event_id, participation_id) if event_of(participation_id) == event_id else None
    if row is None or row["deleted_at"] is not None:
        raise NotFound("There is no participation “{participation}”.", participation=participation_id[:64])
    return str(row["pseudonym"])


def _check(act: str, reason: str, name: str) -> None:
    errors = []
    if act not in ACTS:
        errors.append(FieldError("act", act[:20], "{field} must be hide, rename or lift; it is {value}."))
    if act != "lift" and not 3 <= len(reason) <= MOST_REASON:
        message = "{field}: tell why, in at most {limit} characters."
        errors.append(FieldError("reason", reason[:MOST_NAME], message, {"limit": MOST_REASON}))
    if act == "rename" and not 0 < len(name) <= MOST_NAME:
        message = "{field}: tell the words to show, in at most {limit} characters; there are {count}."
        errors.append(FieldError("name", name[:MOST_NAME], message, {"limit": MOST_NAME, "count": len(name)}))
    if errors:
        raise InputError(errors)
