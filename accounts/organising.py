"""Who makes an event organises it: the one role that comes with an act of one's own, not from an administrator."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection

from accounts.actor import Actor
from accounts.permissions import require
from accounts.sessions import forget
from data.store import people as rows


def organise(conn: Connection, actor: Actor, event_id: str) -> None:
    """Gives the role of organiser at an event that the actor has just made, in the transaction that makes it. Needs
    event.create. Sessions are asked anew for their roles: here at once, in other processes within five seconds."""
    require(actor, "event.create")
    rows.grant(conn, actor.person_id, "organiser", event_id, "", datetime.now(UTC))
    forget()
