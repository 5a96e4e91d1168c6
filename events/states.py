"""Where an event stands: moved from state to state, and asked before anything that its state does not permit."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from accounts import Actor, Conflict, current_actor, record, require
from calculations import event_states as states
from calculations.model import FieldError, InputError
from data.store import events as rows
from data.store import live
from data.store.engine import get_store
from events.catalogue import read_event
from events.model import Event, EventCard
from events.setup_gaps import gaps_of

MOST_REASON = 500


def require_state(event: EventCard, what: str) -> None:
    """Raises Conflict with a sentence where the event's state does not permit ``what`` (calculations.event_states)."""
    if refused := states.refusal(event.state, what):
        raise Conflict(refused)


def hold_state(conn: sa.Connection, event_id: str, what: str) -> None:
    """The same in the transaction that does ``what``: until it ends the event goes into no other state."""
    rows.hold_state(conn, event_id)
    if refused := states.refusal(rows.state_of(conn, event_id), what):
        raise Conflict(refused)


def change_state(slug: str, to: str, reason: str = "") -> Event:
    """Moves an event into another state and returns it. Needs the transition's permission (event.edit; opening closed
    books: event.reopen). Raises NotFound, Forbidden, Conflict for what the table has not, InputError for a reason
    that is missing. An event that is there already stays; nothing is written."""
    with get_store().write() as conn:
        rows.take_state(conn, read_event(conn, slug=slug).event_id)
        event = read_event(conn, slug=slug)  # as it stands now that nothing which it permits is under way
        if event.state == to:
            require(current_actor(), "event.edit", event.event_id)
            return event
        return move(conn, event, to, reason, current_actor())


def move(conn: sa.Connection, event: Event, to: str, reason: str, actor: Actor, now: datetime | None = None) -> Event:
    """The same within a transaction that has taken the event's state, for whoever closes books."""
    step = (event.state, to)
    if not states.may(*step):
        raise Conflict("An event that is {state} can't become {to}.", state=event.state, to=to[:20])
    require(actor, states.PERMISSIONS[step], event.event_id)
    if step == (states.DRAFT, states.OPEN):
        _check_complete(conn, event)
    told = " ".join(reason.split())
    if len(told) > MOST_REASON or (step in states.WITH_REASON and not told):
        message = "{field}: tell why, in at most {limit} characters."
        raise InputError([FieldError("reason", told[:100], message, {"limit": MOST_REASON})])
    rows.set_state(conn, event.event_id, to)
    live.touch(conn, event.event_id)
    detail = {"from": event.state, "to": to, "reason": told, "at": (now or datetime.now(UTC)).isoformat()}
    record(conn, event.event_id, actor, "event.state", event.slug, detail)
    return read_event(conn, event_id=event.event_id, actor=actor)


def _check_complete(conn: sa.Connection, event: Event) -> None:
    missing = [gap.message for gap in gaps_of(conn, event) if gap.needed]
    if missing:
        raise Conflict(missing[0])
