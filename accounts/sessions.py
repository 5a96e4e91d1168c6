"""Signing in and out: sessions of browsers, the wait for a second factor, tokens of programs, who is behind each."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts import second_factor
from accounts.actor import ANONYMOUS, Actor
from accounts.errors import Unauthenticated
from accounts.passwords import matches
from accounts.throttles import throttle
from data.settings import get_settings
from data.store import people as rows
from data.store.engine import get_store

SESSION_HOURS = 12
WAITING_MINUTES = 5
PROGRAM_DAYS = 365
ACTOR_SECONDS = 5.0
SEEN_MINUTES = 10
ID_LETTERS = 24
AGENTS = (("Edg", "Edge"), ("OPR/", "Opera"), ("MicroMessenger", "WeChat"), ("Firefox/", "Firefox"),
          ("Chrome/", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
           ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip
_actors: dict[str, tuple[float, Actor]] = {}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session: the token goes into the cookie, its hash into the store. Where ``needs_code``, the token opens
    nothing but `finish_sign_in`."""

    token: str
    person_id: str
    name: str
    expires_at: datetime
    needs_code: bool = False


def token_hash(token: str) -> str:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(email: str, password: str, address: str = "", agent: str = "") -> SignedIn:
    """A session of 12 hours; or, for those with a second factor, five minutes to give its code. Raises Unauthenticated
    with one sentence for every reason, and TooMany (`_count`)."""
    email = email.strip().lower()[:200]
    _count(email, network_of(address))
    with get_store().read() as conn:
        person = rows.person_by_email(conn, email)
    good = matches(person["password_hash"] if person else "", password)
    if person is None or not good or person["disabled_at"]:
        raise Unauthenticated("Email and password don't match; check both and try again.")
    return begin(person["person_id"], person["name"], address, agent)


def _count(email: str, network: str) -> None:
    """Counts a try at signing in: thirty in five minutes from one network, ten of them for one email, and over all
    networks 200 in an hour for an email. What is refused counts no further, so that somebody with one network keeps
    nobody else out (at most 120 tries in an hour reach the last), and many networks together guess little."""
    throttle(f"sign-in-from:{network}", 30, 300)
    throttle(f"sign-in:{network}|{email}", 10, 300)
    throttle(f"sign-in:{email}", 200, 3600)


def begin(person_id: str, name: str, address: str = "", agent: str = "") -> SignedIn:
    """A session for somebody who has proved who they are, but for the second factor where they have one."""
    waits = get_settings().second_factor != "off" and second_factor.is_on(person_id)
    life = timedelta(minutes=WAITING_MINUTES) if waits else timedelta(hours=SESSION_HOURS)
    token, expires = _add(person_id, "waiting" if waits else "session", life, address=address, agent=agent)
    return SignedIn(token, person_id, name, expires, waits)


def finish_sign_in(token: str, code: str, address: str = "", agent: str = "") -> SignedIn:
    """The session of who waited for it, by a code of the second factor or a recovery code. Raises Unauthenticated for a
    wrong code or a wait that is over, TooMany."""
    now, hashed = datetime.now(UTC), token_hash(token[:200])
    with get_store().read() as conn:
        login = rows.login_of(conn, hashed, now)
    if login is None or login["kind"] != "waiting":
        raise Unauthenticated("The time for the code is over; sign in again.")
    second_factor.prove(login["person_id"], code)
    with get_store().write() as conn:
        rows.end_login(conn, hashed, now)
    life = timedelta(hours=SESSION_HOURS)
    fresh, expires = _add(login["person_id"], "session", life, address=address, agent=agent, factor_at=now)
    return SignedIn(fresh, login["person_id"], login["name"], expires)


def _add(
    person_id: str, kind: str, life: timedelta, *, label: str = "", address: str = "", agent: str = "",
    factor_at: datetime | None = None, start: str = "",
) -> tuple[str, datetime]:  # fmt: skip
    token, now = start + secrets.token_urlsafe(32), datetime.now(UTC)
    row: dict[str, Any] = {
        "token_hash": token_hash(token), "person_id": person_id, "kind": kind, "label": label[:80], "created_at": now,
        "expires_at": now + life, "ended_at": None, "agent": device_of(agent), "seen_from": region_of(address),
        "factor_at": factor_at, "seen_at": now if kind == "session" else None,
    }  # fmt: skip
    with get_store().write() as conn:
        rows.add_login(conn, row)
    return token, now + life


def create_program_token(person_id: str, label: str, factor_at: datetime | None = None) -> str:
    """A bearer token for a program that acts with a person's roles, for a year; shown once. With ``factor_at`` it was
    made by somebody who had given a second factor's code, and counts so."""
    life = timedelta(days=PROGRAM_DAYS)
    return _add(person_id, "program", life, label=label, factor_at=factor_at, start="fzp_")[0]


def sign_out(token: str) -> None:
    """Ends the session at once in this process, within five seconds in the others."""
    forget([token_hash(token)])
    with get_store().write() as conn:
        rows.end_login(conn, token_hash(token), datetime.now(UTC))


def forget(hashes: list[str] | None = None) -> None:
    """What this process remembers of sessions is asked anew: of these, or of all."""
    if hashes is None:
        _actors.clear()
    for each in hashes or []:
        _actors.pop(each, None)


def actor_of(token: str) -> Actor:
    """The actor of a session or program token, ANONYMOUS where it is unknown or over. Kept for five seconds."""
    hashed = token_hash(token[:200])
    known = _actors.get(hashed)
    if known and known[0] > time.monotonic():
        return known[1]
    now = datetime.now(UTC)
    with get_store().read() as conn:
        login = rows.login_of(conn, hashed, now)
        roles = rows.roles_of(conn, login["person_id"]) if login else []
    if login is None or login["kind"] == "waiting":
        return ANONYMOUS
    kind = "program" if login["kind"] == "program" else "person"
    has_factor = login["factor_at"] is not None
    actor = Actor(kind, login["person_id"], login["name"], frozenset(roles), hashed[:ID_LETTERS], has_factor)
    if len(_actors) > 10_000:
        _actors.clear()
    _actors[hashed] = (time.monotonic() + ACTOR_SECONDS, actor)
    _note_seen(hashed, login, now)
    return actor


def _note_seen(hashed: str, login: Any, now: datetime) -> None:
    """That a session was used, at most every ten minutes."""
    seen_at = login["seen_at"] or login["created_at"]
    if now - seen_at >= timedelta(minutes=SEEN_MINUTES):
        with get_store().write() as conn:
            rows.change_login(conn, hashed, seen_at=now)


def device_of(agent: str) -> str:
    """A browser in a few words, "Firefox · Linux"; '' where it does not say."""
    words = [next((word for mark, word in table if mark in agent), "") for table in (AGENTS, SYSTEMS)]
    return " · ".join(word for word in words if word)


def network_of(address: str) -> str:
    """Who is counted as one that asks: an address, or the 64 bits of IPv6 that one connection has to itself."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(ipaddress.ip_network(f"{found}/64", strict=False))


def region_of(address: str) -> str:
    """Where somebody asked from, coarsely: the first 24 bits of an address (48 of IPv6), "local" for this machine."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if found.is_loopback:
        return "local"
    return str(ipaddress.ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))
