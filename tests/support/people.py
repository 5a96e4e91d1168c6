"""People with sessions, and the letters that were written to them."""

from __future__ import annotations

import itertools
import json
import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

import accounts
from accounts import Actor
from accounts.sealing import unseal
from data.store import jobs
from data.store import schema as s
from data.store.engine import get_store

PASSWORD = "a long password"
_numbers = itertools.count(1)


def cheap_passwords(patch: pytest.MonkeyPatch) -> None:
    """Passwords whose hashes cost next to nothing: the tests make many."""
    patch.setattr("accounts.passwords._hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def person(*roles: str, event_id: str = "", company_id: str = "", email: str = "") -> tuple[str, str]:
    """Somebody with these roles: (id, email)."""
    address = email or f"{'-'.join(roles) or 'nobody'}-{next(_numbers)}@people.example.org"
    return accounts.create_person(address, f"Name of {address}", PASSWORD, roles, event_id, company_id), address


def session(email: str, password: str = PASSWORD) -> tuple[str, Actor]:
    """A fresh session: its token and who is behind it."""
    token = accounts.sign_in(email, password, "203.0.113.7", "Mozilla/5.0 (X11; Linux) Firefox/130.0").token
    return token, accounts.actor_of(token)


def actor(*roles: str, event_id: str = "", company_id: str = "") -> Actor:
    """Somebody new with these roles, signed in."""
    return session(person(*roles, event_id=event_id, company_id=company_id)[1])[1]


def deliver() -> int:
    """Does the jobs of letters that are due; how many."""
    now = datetime.now(UTC)
    with get_store().write() as conn:
        leased = [job for job in jobs.lease(conn, now, "test", 100) if job.kind == accounts.MAIL_JOB]
    for job in leased:
        accounts.deliver_letter(job, now)
    return len(leased)


def link_in(text: str) -> str:
    """The token of the last mailed link in a text."""
    return re.findall(r"/(?:reset|company/colleague)#([A-Za-z0-9_-]{40,})", text)[-1]


def written() -> str:
    """What stands in the letters that wait to be sent, newest last."""
    with get_store().read() as conn:
        rows = conn.execute(sa.select(s.letter).where(s.letter.c.sent_at.is_(None)).order_by(s.letter.c.created_at))
        return "\n".join(json.loads(unseal("letter", row["sealed"]) or "{}").get("text", "") for row in rows.mappings())


def open_company(name: str, email: str, who: str = "Cy", password: str = PASSWORD) -> str:
    """A company whose account somebody has opened by the mailed link; its id."""
    company_id = accounts.register_company(name, who, email)
    accounts.accept_colleague(link_in(written()), password)
    return company_id


def opened_formerly(name: str, email: str, who: str = "Ada") -> None:
    """An account as the form made it before a link was asked for: with a password that a stranger may have chosen."""
    person_id = accounts.create_person(email, who, PASSWORD, ())
    with get_store().write() as conn:
        accounts.record(conn, "", Actor("person", person_id), "company.register", "company", {"name": name})
