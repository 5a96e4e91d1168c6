"""Mailed links that are used once: to set a first password, to set a new one, to open or join a company's account.

The link carries a token in its fragment; the store keeps its hash alone. A new link of a kind ends the former.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from accounts.actor import Actor
from accounts.errors import Conflict, NotFound
from accounts.letters import post
from accounts.passwords import hash_password, password_errors
from accounts.people import record
from accounts.sessions import forget, token_hash
from accounts.throttles import throttle
from accounts.unproved import end_all, is_unproved
from calculations.model import InputError
from data.settings import get_settings
from data.store import companies, people
from data.store import sign_ins as rows
from data.store.engine import get_store
from locales import pick

INVITE, RESET, COLLEAGUE, REGISTER = "invite", "reset", "colleague", "register"
LIFE = {INVITE: timedelta(days=7), RESET: timedelta(minutes=30), COLLEAGUE: timedelta(days=7),
        REGISTER: timedelta(days=2)}  # fmt: skip
PAGES = {INVITE: "/reset", RESET: "/reset", COLLEAGUE: "/company/colleague", REGISTER: "/company/colleague"}
SEVERAL = (COLLEAGUE, REGISTER)  # of these a person may have one for each company
OVER = "This link was used, has expired or is not whole. Ask for a new one."
IGNORE = "If you did not ask for this, you need do nothing."
TAKEN = "{company} has an account already: ask its people, or write to the organiser if it is not theirs."
LETTERS: dict[str, tuple[str, list[str]]] = {
    INVITE: (
        "Your account at Forum Zero",
        [
            "Hello {name},",
            "{maker} has made an account for you at Forum Zero. Set a password within seven days:",
            "{link}",
            IGNORE,
        ],
    ),
    RESET: (
        "A new password for Forum Zero",
        ["Hello {name},", "Somebody, most likely you, asked for a new password. The link works once, for 30 minutes:",
         "{link}", IGNORE],
    ),
    COLLEAGUE: (
        "An account of {company} at Forum Zero",
        ["Hello {name},", "{maker} asks you to look after the account of {company} with them. Within seven days:",
         "{link}", IGNORE],
    ),
    REGISTER: (
        "Open the account of {company} at Forum Zero",
        [
            "Hello {name},",
            "Somebody, most likely you, asked to open the account of {company}. The link works for two days:",
            "{link}",
            IGNORE,
        ],
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that can be used: what for, by whom; ``has_password`` where they can sign in already."""

    purpose: str
    person_id: str
    name: str
    email: str
    has_password: bool
    company_ids: tuple[str, ...]


def send_link(
    conn: Connection, person: Any, purpose: str, maker: Actor, grants: Sequence[Sequence[str]] = (), **params: Any
) -> None:
    """Mails a person a link, beside the change that it belongs to; what is used of it is only its newest."""
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    if purpose not in SEVERAL:
        rows.end_links(conn, person["person_id"], now, purpose)
    rows.add_link(conn, {
        "link_hash": token_hash(token), "person_id": person["person_id"], "purpose": purpose,
        "grants": [list(each) for each in grants], "made_by": maker.label, "created_at": now,
        "expires_at": now + LIFE[purpose], "used_at": None,
    })  # fmt: skip
    subject, lines = LETTERS[purpose]
    told = {"name": person["name"], "link": f"{get_settings().base_url}{PAGES[purpose]}#{token}", "maker": maker.name}
    post(conn, purpose, person["email"], person["locale"], subject, lines, **{**told, **params})


def ask_reset(email: str, address: str = "") -> None:
    """Mails a link to set a new password where the email is somebody's; says nothing of whether it is. Raises TooMany
    after five asks in an hour for an email or twenty for an address."""
    wanted = email.strip().lower()[:200]
    throttle(f"reset:{wanted}", 5, 3600)
    throttle(f"reset-from:{address}", 20, 3600)
    with get_store().write() as conn:
        person = people.person_by_email(conn, wanted)
        known = person is not None and not person["disabled_at"]
        if person is not None and known:
            send_link(conn, person, RESET, Actor("person", person["person_id"], person["name"]))
        told = person["person_id"] if person is not None and known else ""  # an unknown email costs a row as well
        record(conn, "", Actor("guest"), "account.reset-asked", told)


def open_link(token: str, purposes: Sequence[str] = (INVITE, RESET)) -> OpenLink:
    """What a mailed link is for; using it is another step. Raises NotFound with one sentence for every reason."""
    with get_store().read() as conn:
        found = _live(conn, token, purposes)
    companies = tuple(sorted({str(grant[2]) for grant in found["grants"] if grant[2]}))
    return OpenLink(
        found["purpose"], found["person_id"], found["name"], found["email"], bool(found["password_hash"]), companies
    )


def _live(conn: Connection, token: str, purposes: Sequence[str]) -> Any:
    found = rows.link(conn, token_hash(token.strip()[:200]), datetime.now(UTC))
    if found is None or found["purpose"] not in purposes:
        raise NotFound(OVER)
    return found


def company_of_link(token: str, address: str = "") -> str:
    """The name of the company whose account a mailed link opens or joins; using it is another step. Raises NotFound
    with one sentence for every reason, TooMany."""
    throttle(f"link-look:{address}", 60, 300)
    with get_store().read() as conn:
        grants = _live(conn, token, SEVERAL)["grants"]
        company = companies.get(conn, str(grants[0][2])) if grants else None
    if company is None:
        raise NotFound(OVER)
    return pick(company["names"])


def set_password_by_link(token: str, password: str, address: str = "") -> str:
    """Sets the password of a mailed link's person and ends all their sessions and other links; their email. Raises
    InputError for a password that won't do (the link stays), NotFound for a link that is over, TooMany."""
    throttle(f"link-from:{address}", 30, 300)
    with get_store().write() as conn:
        found, now = _live(conn, token, (INVITE, RESET)), datetime.now(UTC)
        if errors := password_errors(password, found["email"]):
            raise InputError(errors)
        person_id = found["person_id"]
        if not rows.use_link(conn, found["link_hash"], now):
            raise NotFound(OVER)
        people.set_password(conn, person_id, hash_password(password))
        ended = end_all(conn, person_id, now) if is_unproved(conn, person_id) else []
        ended += people.end_logins(conn, person_id, now, kind="session")
        ended += people.end_logins(conn, person_id, now, kind="waiting")
        for purpose in (INVITE, RESET):
            rows.end_links(conn, person_id, now, purpose)
        _grant(conn, person_id, found["grants"], now)
        record(conn, "", Actor("person", person_id), f"account.{found['purpose']}", person_id)
        told_of_change(conn, found)
    forget(ended)
    return str(found["email"])


def told_of_change(conn: Connection, person: Any) -> None:
    """A letter that the password has changed, so that its owner knows."""
    lines = [
        "Hello {name},",
        "The password of your account has just been changed, and all its sessions were ended.",
        "If this was not you, ask the administrator of this installation to disable the account.",
    ]
    subject = "The password of your account was changed"
    post(conn, "changed", person["email"], person["locale"], subject, lines, name=person["name"])


def accept_colleague(token: str, password: str, address: str = "") -> str:
    """Opens or joins a company's account by a mailed link; who has no password sets one, and who has one but has never
    shown that the email is theirs sets another. Raises as `set_password_by_link`, and Conflict where somebody else has
    opened the account meanwhile."""
    throttle(f"link-from:{address}", 30, 300)
    with get_store().write() as conn:
        found, now = _live(conn, token, (COLLEAGUE, REGISTER)), datetime.now(UTC)
        person_id, me = found["person_id"], Actor("person", found["person_id"])
        unproved = is_unproved(conn, person_id)
        if unproved or not found["password_hash"]:
            if errors := password_errors(password, found["email"]):
                raise InputError(errors)
            people.set_password(conn, person_id, hash_password(password))
        if unproved:
            end_all(conn, person_id, now)
        if not rows.use_link(conn, found["link_hash"], now):
            raise NotFound(OVER)
        for _, _, company_id in found["grants"]:
            if found["purpose"] == REGISTER:
                _open_company(conn, me, company_id, now)
            record(conn, "", me, "company.joined", company_id)
        _grant(conn, person_id, found["grants"], now)
    forget()
    return str(found["email"])


def check_free(conn: Connection, company_id: str, name: str) -> None:
    """Raises Conflict where a company's account is somebody's."""
    company = companies.get(conn, company_id)
    if companies.has_people(conn, company_id) or company is None or company["registered_at"]:
        raise Conflict(TAKEN, company=name)


def _open_company(conn: Connection, actor: Actor, company_id: str, now: datetime) -> None:
    company = companies.get(conn, company_id)
    name = pick(company["names"]) if company is not None else ""
    check_free(conn, company_id, name)
    if not companies.register(conn, company_id, now):
        raise Conflict(TAKEN, company=name)
    record(conn, "", actor, "company.register", company_id, {"name": name})


def _grant(conn: Connection, person_id: str, grants: Sequence[Sequence[str]], now: datetime) -> None:
    for role, event_id, company_id in grants:
        people.grant(conn, person_id, role, event_id, company_id, now)
