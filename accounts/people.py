"""Use cases of people: sign in and out, roles, programs' tokens, throttles, who changed what."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from accounts.actor import ANONYMOUS, Actor
from accounts.errors import Conflict, TooMany, Unauthenticated
from accounts.permissions import ROLES
from calculations.model import FieldError, InputError
from data.store import idempotency
from data.store import people as rows
from data.store.engine import get_store
from data.store.ids import new_row_id

SESSION_HOURS = 12
PROGRAM_DAYS = 365
KEY_DAYS = 7
ACTOR_SECONDS = 5.0
_hasher = PasswordHasher()
_actors: dict[str, tuple[float, Actor]] = {}

INSTALL_PEOPLE = (
    ("organiser@forum-zero.example", "Demo organiser", ("organiser",)),
    ("exchange@forum-zero.example", "Demo exchange desk", ("exchange",)),
    ("exchange-2@forum-zero.example", "Demo exchange desk, second person", ("exchange",)),
    ("reports@forum-zero.example", "Demo sustainability team", ("sustainability",)),
    ("auditor@forum-zero.example", "Demo auditor", ("auditor",)),
    ("admin@forum-zero.example", "Demo administrator", ("administrator",)),
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session: the token goes into the cookie, its hash into the store."""

    token: str
    person_id: str
    name: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class InstallPerson:
    """Somebody made for this install; ``password`` only in the run that made them."""

    email: str
    name: str
    role: str
    password: str | None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@lru_cache(maxsize=1)
def _dummy_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except Argon2Error:
        return False


def throttle(name: str, limit: int, window_s: int) -> None:
    """Counts one use of ``name``, over all processes; raises TooMany past ``limit`` in a window of ``window_s`` s."""
    now = time.time()
    start = int(now // window_s) * window_s
    with get_store().write() as conn:
        hits = rows.hit(conn, name[:200], str(start), datetime.fromtimestamp(start + 2 * window_s, UTC))
    if hits > limit:
        wait_s = max(1, int(start + window_s - now))
        raise TooMany("Too many tries; try again in {seconds} seconds.", wait_s, seconds=wait_s)


def sweep() -> None:
    """Forgets counters whose windows are over, and idempotency keys after a week; any worker may, at any time."""
    now = datetime.now(UTC)
    with get_store().write() as conn:
        rows.sweep_throttles(conn, now)
        idempotency.sweep(conn, now - timedelta(days=KEY_DAYS))


def sign_in(email: str, password: str, address: str = "") -> SignedIn:
    """A session of 12 hours. Raises Unauthenticated with one sentence for every reason, TooMany after ten tries in
    five minutes for an email or thirty for an address."""
    email = email.strip().lower()[:200]
    throttle(f"sign-in:{email}", 10, 300)
    throttle(f"sign-in-from:{address}", 30, 300)
    with get_store().read() as conn:
        person = rows.person_by_email(conn, email)
    good = _matches(person["password_hash"] if person else _dummy_hash(), password[:200])
    if person is None or not good or person["disabled_at"]:
        raise Unauthenticated("Email and password don't match; check both and try again.")
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    expires = now + timedelta(hours=SESSION_HOURS)
    with get_store().write() as conn:
        rows.add_login(conn, _login(token, person["person_id"], "session", "", now, expires))
    return SignedIn(token, person["person_id"], person["name"], expires)


def _login(token: str, person_id: str, kind: str, label: str, now: datetime, expires: datetime) -> dict[str, Any]:
    return {
        "token_hash": _hash(token), "person_id": person_id, "kind": kind, "label": label, "created_at": now,
        "expires_at": expires, "ended_at": None,
    }  # fmt: skip


def create_program_token(person_id: str, label: str) -> str:
    """A bearer token for a program that acts with a person's roles, for a year; shown once."""
    token, now = "fzp_" + secrets.token_urlsafe(32), datetime.now(UTC)
    with get_store().write() as conn:
        rows.add_login(conn, _login(token, person_id, "program", label, now, now + timedelta(days=PROGRAM_DAYS)))
    return token


def sign_out(token: str) -> None:
    """Ends the session at once in this process, within five seconds in the others."""
    _actors.pop(_hash(token), None)
    with get_store().write() as conn:
        rows.end_login(conn, _hash(token), datetime.now(UTC))


def actor_of(token: str) -> Actor:
    """The actor of a session or program token, ANONYMOUS where it is unknown or over. Kept for five seconds."""
    token_hash = _hash(token[:200])
    known = _actors.get(token_hash)
    if known and known[0] > time.monotonic():
        return known[1]
    with get_store().read() as conn:
        login = rows.login_of(conn, token_hash, datetime.now(UTC))
        roles = rows.roles_of(conn, login["person_id"]) if login else []
    if login is None:
        return ANONYMOUS
    kind = "program" if login["kind"] == "program" else "person"
    actor = Actor(kind, login["person_id"], login["name"], frozenset(roles))
    if len(_actors) > 10_000:
        _actors.clear()
    _actors[token_hash] = (time.monotonic() + ACTOR_SECONDS, actor)
    return actor


def create_person(
    email: str, name: str, password: str, roles: tuple[str, ...], event_id: str = "", company_id: str = ""
) -> str:
    """A person with roles; returns their id. Raises InputError for what does not fit, Conflict for a known email."""
    errors = _person_errors(email, password, roles)
    if errors:
        raise InputError(errors)
    now, person_id, email = datetime.now(UTC), new_row_id(), email.strip().lower()
    row = {
        "person_id": person_id, "email": email, "name": name.strip()[:200], "locale": "en",
        "password_hash": _hasher.hash(password), "created_at": now, "disabled_at": None,
    }  # fmt: skip
    with get_store().write() as conn:
        if rows.person_by_email(conn, email):
            raise Conflict("There is somebody with the email {email} already.", email=email)
        rows.add_person(conn, row)
        for role in roles:
            rows.grant(conn, person_id, role, event_id, company_id, now)
    return person_id


def _person_errors(email: str, password: str, roles: tuple[str, ...]) -> list[FieldError]:
    errors = []
    if "@" not in email or len(email) > 200:
        errors.append(FieldError("email", email, "{field}: {value} is no email address; write name@host."))
    if len(password) < 10:
        errors.append(FieldError("password", "…", "{field}: a password has at least 10 characters."))
    for role in roles:
        if role not in ROLES:
            errors.append(
                FieldError("role", role, "{field}: {value} is no role; one of {roles}.", {"roles": ", ".join(ROLES)})
            )
    return errors


def ensure_install_people() -> list[InstallPerson]:
    """The people of the demonstration, made once with passwords of this install's own."""
    found = []
    for email, name, roles in INSTALL_PEOPLE:
        with get_store().read() as conn:
            known = rows.person_by_email(conn, email)
        password = None
        if known is None:
            password = "-".join(secrets.token_hex(2) for _ in range(4))
            create_person(email, name, password, roles)
        found.append(InstallPerson(email, name, roles[0], password))
    return found


def record(
    conn: Any, event_id: str, actor: Actor, action: str, subject: str, detail: dict[str, Any] | None = None
) -> None:
    """One entry of the audit trail, in the transaction of the change."""
    rows.add_audit(conn, {
        "event_id": event_id, "entry_id": new_row_id(), "at": datetime.now(UTC), "actor": actor.label, "action": action,
        "subject": subject, "detail": detail or {},
    })  # fmt: skip
