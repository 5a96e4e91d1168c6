"""Big screens of an event: a token each, revocable one by one, and the organiser's remote control of what they show.

A screen is known to the organiser by ``screen_id``, the beginning of its token's hash; the token itself is told once.
Every change raises the event's count of screen changes, which every worker looks at (events.hub).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from accounts import SYSTEM, NotFound, current_actor, record, require
from calculations.model import FieldError, InputError
from data.store import screens as rows
from data.store.engine import get_store
from events.catalogue import read_event
from events.model import Event
from events.screen_state import ScreenState, parse_state, read_state

SEEN_EVERY = timedelta(seconds=60)
ON_WITHIN = timedelta(seconds=150)
ID_CHARACTERS = 16
MOST_LABEL = 80
NO_LINK = "This screen's link is not valid, or no longer; ask the organiser for a new one."


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen as the organiser and its own stream know it. ``version`` grows with every change to it."""

    screen_id: str
    event_id: str
    label: str
    state: ScreenState
    version: int
    created_at: datetime
    identified_at: datetime | None = None
    seen_at: datetime | None = None
    revoked: bool = False
    token_hash: str = ""

    def is_on(self, now: datetime) -> bool:
        """Whether it was there within the last minutes."""
        return self.seen_at is not None and now - self.seen_at < ON_WITHIN


def screen_of(row: sa.RowMapping) -> Screen:
    """A row of the store as the domain knows it."""
    return Screen(
        row["token_hash"][:ID_CHARACTERS], row["event_id"], row["label"], read_state(row["control"]), row["version"],
        row["created_at"], row["identified_at"], row["seen_at"], row["revoked_at"] is not None, row["token_hash"],
    )  # fmt: skip


def screen_token(slug: str, label: str = "") -> str:
    """A new token for a screen; it is told this once. Needs screen.manage. Raises NotFound."""
    token = secrets.token_urlsafe(24)
    event = _managed(slug)
    with get_store().write() as conn:
        rows.add(conn, event.event_id, _hash(token), label.strip()[:MOST_LABEL], datetime.now(UTC))
        record(conn, event.event_id, current_actor(), "screen.add", label[:MOST_LABEL])
    return token


def screen_id_of(token: str) -> str:
    """What the organiser's pages call the screen of a token."""
    return _hash(token)[:ID_CHARACTERS]


def screen_by_token(token: str) -> tuple[Screen, Event]:
    """A screen and the event it may show, a draft too: its link was made for it. Raises NotFound for an unknown or
    revoked token."""
    with get_store().read() as conn:
        row = rows.by_token(conn, _hash(token[:200]))
        if row is None:
            raise NotFound(NO_LINK)
        return screen_of(row), read_event(conn, event_id=row["event_id"], actor=SYSTEM)


def screen_event(token: str) -> Event:
    """The event a screen may show. Raises NotFound for an unknown or revoked token."""
    return screen_by_token(token)[1]


def list_screens(slug: str) -> list[Screen]:
    """The screens of an event that are not revoked, oldest first. Needs screen.manage. Raises NotFound."""
    event = _managed(slug)
    with get_store().read() as conn:
        return [screen for screen in map(screen_of, rows.changed(conn, event.event_id)) if not screen.revoked]


def get_screen(slug: str, screen_id: str) -> Screen:
    """One of them. Raises NotFound."""
    for found in list_screens(slug):
        if found.screen_id == screen_id:
            return found
    raise NotFound("There is no screen “{screen}” at this event.", screen=screen_id[:40])


def control_screen(slug: str, screen_id: str, told: Mapping[str, Any]) -> Screen:
    """Tells a screen what to show, fields of `ScreenState.as_json`; those left out stay as they are. ``screen_id`` ''
    is every screen of the event; its first one is given back. Needs screen.manage. Raises NotFound, InputError."""
    event, found = _managed(slug), list_screens(slug) if not screen_id else [get_screen(slug, screen_id)]
    if not found:
        raise NotFound("This event has no screen yet.")
    wanted = {one.token_hash: parse_state(one.state.as_json() | dict(told)) for one in found}
    changed = [one for one in found if wanted[one.token_hash] != one.state]
    if changed:
        with get_store().write() as conn:
            for one in changed:
                new = wanted[one.token_hash].as_json()
                rows.change(conn, event.event_id, [one.token_hash], {"control": new})
                detail = {name: value for name, value in new.items() if value != one.state.as_json()[name]}
                record(conn, event.event_id, current_actor(), "screen.control", one.label or one.screen_id, detail)
    return get_screen(slug, found[0].screen_id)


def rename_screen(slug: str, screen_id: str, label: str) -> None:
    """Gives a screen another name. Needs screen.manage. Raises NotFound, InputError."""
    event, found, name = _managed(slug), get_screen(slug, screen_id), label.strip()
    if not name or len(name) > MOST_LABEL:
        message = "{field}: {value} does not fit; write a name of 1 to {most} characters."
        raise InputError([FieldError("label", name[:40], message, {"most": MOST_LABEL})])
    with get_store().write() as conn:
        rows.change(conn, event.event_id, [found.token_hash], {"label": name})
        record(conn, event.event_id, current_actor(), "screen.rename", name, {"before": found.label})


def identify_screens(slug: str, screen_id: str = "") -> int:
    """Lets a screen, or all of the event, show its name large for some seconds; how many. Needs screen.manage."""
    event, found = _managed(slug), [get_screen(slug, screen_id)] if screen_id else list_screens(slug)
    with get_store().write() as conn:
        hashes = [one.token_hash for one in found]
        return rows.change(conn, event.event_id, hashes, {"identified_at": datetime.now(UTC)})


def revoke_screen(slug: str, token: str = "", screen_id: str = "") -> int:
    """Revokes one screen's link (by token or id), or all of an event; how many. Their streams end within a second.
    Needs screen.manage. Raises NotFound."""
    event = _managed(slug)
    hashes = [_hash(token)] if token else [get_screen(slug, screen_id).token_hash] if screen_id else None
    with get_store().write() as conn:
        count = rows.revoke(conn, event.event_id, datetime.now(UTC), hashes)
        record(conn, event.event_id, current_actor(), "screen.revoke", screen_id or f"{count} of them")
    return count


def note_seen(seen: Iterable[Screen], now: datetime) -> int:
    """Notes which screens are on, each at most once a minute, in one transaction; how many were noted."""
    with get_store().write() as conn:
        return rows.note_seen(conn, [(one.event_id, one.token_hash) for one in seen], now, SEEN_EVERY)


def screen_counts(event_ids: list[str]) -> dict[str, int]:
    """How many changes there were among the screens of these events."""
    with get_store().read() as conn:
        return rows.counts(conn, event_ids)


def changed_screens(event_id: str, known: int = -1) -> list[Screen]:
    """Screens of an event that changed after its ``known`` count, revoked ones among them. For streams."""
    with get_store().read() as conn:
        return [screen_of(row) for row in rows.changed(conn, event_id, known)]


def _managed(slug: str) -> Event:
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    require(current_actor(), "screen.manage", event.event_id)
    return event


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
