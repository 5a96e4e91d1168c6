"""Accounts that somebody opened with an email which nobody has shown to be theirs: a company's, registered by a form.

Whoever shows it later, by a mailed link or at an issuer that has verified it, has the account from then on; who knows
only the password it was opened with has nothing of what is given to it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from data.store import people

OPENED = "company.register"
PROOFS = ("account.reset", "account.invite", "company.joined", "account.openid-linked")


def is_unproved(conn: Connection, person_id: str) -> bool:
    """Whether a person opened their account themselves and has used no mailed link and no issuer since."""

    def told(action: str) -> bool:
        mine = [f"person:{person_id}"]
        return bool(people.trail(conn, event_ids=None, actors=mine, action=action, before="", limit=1, is_whole=True))

    return told(OPENED) and not any(told(action) for action in PROOFS)


def end_all(conn: Connection, person_id: str, now: datetime) -> list[str]:
    """Ends what was begun before the email was proved: sessions, waits and programs' tokens; their hashes."""
    return people.end_logins(conn, person_id, now)
