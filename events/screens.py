"""Tokens of big screens: revocable, of one event, good for looking at its snapshot and nothing else."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime

from accounts import NotFound, current_actor, record, require
from data.store import events as rows
from data.store.engine import get_store
from events.catalogue import read_event
from events.model import Event


def screen_token(slug: str, label: str = "") -> str:
    """A new token for a screen; it is told this once. Needs screen.manage. Raises NotFound."""
    token = secrets.token_urlsafe(24)
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    require(current_actor(), "screen.manage", event.event_id)
    with get_store().write() as conn:
        rows.add_screen(conn, event.event_id, _hash(token), label[:80], datetime.now(UTC))
        record(conn, event.event_id, current_actor(), "screen.add", label[:80])
    return token


def screen_event(token: str) -> Event:
    """The event a screen may show. Raises NotFound for an unknown or revoked token."""
    with get_store().read() as conn:
        event_id = rows.screen_event(conn, _hash(token[:200]))
        if event_id is None:
            raise NotFound("This screen's link is not valid, or no longer; ask the organiser for a new one.")
        return read_event(conn, event_id=event_id)


def revoke_screen(slug: str, token: str = "") -> int:
    """Revokes one screen's link, or all of an event; how many. Needs screen.manage. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    require(current_actor(), "screen.manage", event.event_id)
    with get_store().write() as conn:
        count = rows.revoke_screens(conn, event.event_id, datetime.now(UTC), _hash(token) if token else "")
        record(conn, event.event_id, current_actor(), "screen.revoke", f"{count} of them")
    return count


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
