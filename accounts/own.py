"""A person's own account: name and language, password, second factor, sessions, programs' tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from accounts import second_factor
from accounts.actor import Actor
from accounts.errors import NotFound
from accounts.letters import post
from accounts.links import told_of_change
from accounts.passwords import hash_password, matches, password_errors
from accounts.people import MOST_NAME, record, tidy_name
from accounts.permissions import require
from accounts.sessions import ID_LETTERS, create_program_token, forget, token_hash
from accounts.throttles import throttle
from calculations.model import FieldError, InputError
from data.settings import get_settings
from data.store import people as rows
from data.store import sign_ins
from data.store.engine import get_store
from locales import LANGUAGES

MOST_TOKENS = 20
OLD_WRONG = "{field}: this is not your password."


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser, or a program's token: ``label`` of a token, ``device`` and ``seen_from`` (coarse) of a
    browser; ``is_this`` for the one that asks."""

    session_id: str
    label: str
    device: str
    seen_from: str
    begun_at: datetime
    seen_at: datetime
    expires_at: datetime
    has_factor: bool
    is_this: bool


@dataclass(frozen=True, slots=True)
class Account:
    """What a person sees of their own account."""

    person_id: str
    name: str
    email: str
    locale: str
    has_password: bool
    factor_on: bool
    recovery_left: int
    factor_setting: str
    issuers: tuple[str, ...]
    sessions: tuple[Session, ...]
    tokens: tuple[Session, ...]


def own_account(actor: Actor) -> Account:
    """The account of who asks. Needs a person's session."""
    person = _person(actor)
    now, person_id = datetime.now(UTC), actor.person_id
    with get_store().read() as conn:
        sessions = [_session(row, actor) for row in rows.logins_of(conn, person_id, "session", now)]
        tokens = [_session(row, actor) for row in rows.logins_of(conn, person_id, "program", now)]
        issuers = tuple(row["issuer"] for row in sign_ins.identities_of(conn, person_id))
    return Account(
        person_id, person["name"], person["email"], person["locale"], bool(person["password_hash"]),
        second_factor.is_on(person_id), second_factor.recovery_left(person_id), get_settings().second_factor, issuers,
        tuple(sessions), tuple(tokens),
    )  # fmt: skip


def _person(actor: Actor) -> Any:
    require(actor, "account.own")
    with get_store().read() as conn:
        person = rows.person(conn, actor.person_id)
    if person is None:
        raise NotFound("There is nobody with the id {value}.", value=actor.person_id)
    return person


def _session(row: Any, actor: Actor) -> Session:
    session_id = str(row["token_hash"])[:ID_LETTERS]
    return Session(
        session_id, row["label"], row["agent"], row["seen_from"], row["created_at"],
        row["seen_at"] or row["created_at"], row["expires_at"], row["factor_at"] is not None,
        session_id == actor.login_id,
    )  # fmt: skip


def change_own(actor: Actor, name: str, locale: str) -> None:
    """A person's name and the language of letters to them. Raises InputError."""
    require(actor, "account.own")
    tidy = tidy_name(name)
    errors = []
    if not tidy or len(tidy) > MOST_NAME:
        errors.append(FieldError("name", tidy[:MOST_NAME], "{field}: write 1 to 80 characters."))
    if locale not in LANGUAGES:
        message = "{field}: {value} is none of the languages; one of {languages}."
        errors.append(FieldError("locale", locale, message, {"languages": ", ".join(LANGUAGES)}))
    if errors:
        raise InputError(errors)
    with get_store().write() as conn:
        rows.change_person(conn, actor.person_id, name=tidy, locale=locale)
        record(conn, "", actor, "account.change", actor.person_id)
    forget()


def change_password(actor: Actor, old: str, new: str) -> None:
    """Another password, by the one there was; ends every other session. Raises InputError, TooMany after ten tries in
    five minutes. Who has none yet (made by another issuer) asks for a mailed link."""
    person = _person(actor)
    _check_password(actor, person, old)
    if errors := password_errors(new, person["email"], "new"):
        raise InputError(errors)
    with get_store().write() as conn:
        rows.set_password(conn, actor.person_id, hash_password(new))
        ended = rows.end_logins(conn, actor.person_id, datetime.now(UTC), kind="session", but=actor.login_id)
        record(conn, "", actor, "account.password", actor.person_id)
        told_of_change(conn, person)
    forget(ended)


def _check_password(actor: Actor, person: Any, password: str) -> None:
    throttle(f"password:{actor.person_id}", 10, 300)
    if not matches(person["password_hash"], password):
        raise InputError([FieldError("old", "…", OLD_WRONG)])


def begin_factor(actor: Actor, password: str) -> second_factor.Setup:
    """Begins setting up a second factor. Who has a password gives it: a browser left open must not take the account
    over. Raises InputError, Conflict."""
    person = _person(actor)
    if person["password_hash"]:
        _check_password(actor, person, password)
    return second_factor.begin_setup(actor.person_id, person["email"])


def confirm_factor(actor: Actor, code: str) -> list[str]:
    """Switches the factor on; this session counts as begun with it, others end. Recovery codes, shown once."""
    person = _person(actor)
    codes = second_factor.confirm_setup(actor.person_id, code)
    now = datetime.now(UTC)
    with get_store().write() as conn:
        rows.end_logins(conn, actor.person_id, now, kind="session", but=actor.login_id)
        for row in rows.logins_of(conn, actor.person_id, "session", now):
            rows.change_login(conn, row["token_hash"], factor_at=now)
        record(conn, "", actor, "account.factor-on", actor.person_id)
        _told(conn, person, "A second factor was set up", "A second factor has just been set up for your account.")
    forget()
    return codes


def drop_factor(actor: Actor, code: str, password: str = "") -> None:
    """Takes the factor off, by one more of its codes and, where there is one, the password. Raises InputError,
    Unauthenticated, TooMany."""
    person = _person(actor)
    if person["password_hash"]:
        _check_password(actor, person, password)
    second_factor.prove(actor.person_id, code)
    with get_store().write() as conn:
        forget_factor(conn, actor, person)
    forget()


def forget_factor(conn: Connection, actor: Actor, person: Any) -> None:
    """Takes somebody's second factor off, and tells them."""
    if sign_ins.drop_factor(conn, person["person_id"]):
        now = datetime.now(UTC)
        for kind in ("session", "program"):
            for row in rows.logins_of(conn, person["person_id"], kind, now):
                rows.change_login(conn, row["token_hash"], factor_at=None)
        record(conn, "", actor, "account.factor-off", person["person_id"])
        _told(conn, person, "Your second factor was taken off",
              "The second factor of your account has just been taken off.")  # fmt: skip


def fresh_recovery_codes(actor: Actor, code: str) -> list[str]:
    """Ten new recovery codes, by one more code of the device. Raises Unauthenticated, TooMany."""
    require(actor, "account.own")
    second_factor.prove(actor.person_id, code)
    codes = second_factor.new_recovery_codes(actor.person_id)
    with get_store().write() as conn:
        record(conn, "", actor, "account.recovery-codes", actor.person_id)
    return codes


def _told(conn: Connection, person: Any, subject: str, line: str) -> None:
    wrong = "If this was not you, ask the administrator of this installation to disable the account."
    post(conn, "changed", person["email"], person["locale"], subject, ["Hello {name},", line, wrong],
         name=person["name"])  # fmt: skip


def end_session(actor: Actor, session_id: str) -> None:
    """Ends one of a person's own sessions or tokens. Twice changes nothing."""
    require(actor, "account.own")
    if len(session_id) != ID_LETTERS:
        raise NotFound("There is no such session.")
    with get_store().write() as conn:
        ended = rows.end_logins(conn, actor.person_id, datetime.now(UTC), starting=session_id)
        if ended:
            record(conn, "", actor, "account.session-ended", actor.person_id, {"session": session_id[:8]})
    forget(ended)


def end_other_sessions(actor: Actor) -> int:
    """Ends all of a person's sessions but the one that asks; how many."""
    require(actor, "account.own")
    with get_store().write() as conn:
        ended = rows.end_logins(conn, actor.person_id, datetime.now(UTC), kind="session", but=actor.login_id)
        record(conn, "", actor, "account.sessions-ended", actor.person_id, {"count": len(ended)})
    forget(ended)
    return len(ended)


def make_token(actor: Actor, label: str) -> str:
    """A token for a program that acts with this person's roles, for a year; shown once. Raises InputError."""
    require(actor, "account.own")
    tidy = tidy_name(label)
    if not tidy or len(tidy) > MOST_NAME:
        raise InputError([FieldError("label", tidy[:MOST_NAME], "{field}: write 1 to 80 characters.")])
    now = datetime.now(UTC)
    with get_store().read() as conn:
        if len(rows.logins_of(conn, actor.person_id, "program", now)) >= MOST_TOKENS:
            message = "{field}: there are {most} tokens already; revoke one first."
            raise InputError([FieldError("label", tidy, message, {"most": MOST_TOKENS})])
    token = create_program_token(actor.person_id, tidy, now if actor.has_factor else None)
    with get_store().write() as conn:
        record(conn, "", actor, "account.token", actor.person_id, {"label": tidy, "token": token_hash(token)[:8]})
    return token
