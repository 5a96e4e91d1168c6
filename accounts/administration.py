"""People of the installation: finding them, inviting them, their roles, letting them in or not.

There is always somebody left who may do this: the last administrator keeps the role and is not disabled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from accounts.actor import Actor
from accounts.companies import name_key
from accounts.errors import Conflict, NotFound
from accounts.links import INVITE, RESET, send_link
from accounts.own import forget_factor
from accounts.people import create_person, record, tidy_name
from accounts.permissions import ROLES, require
from accounts.sessions import forget
from accounts.unproved import is_unproved
from calculations.model import FieldError, InputError
from data.store import companies, sign_ins
from data.store import orders as event_rows
from data.store import participations as company_rows
from data.store import people as rows
from data.store.engine import get_store, joined, run_write

PAGE = 50
GRANTED = tuple(role for role in ROLES if role != "guest")
LAST = "This is the last administrator who can sign in: make another one first."
UNPROVED = "This person registered with an email that nobody has shown to be theirs: mail them a link first."


@dataclass(frozen=True, slots=True)
class Grant:
    """A role: of the installation, of an event (``slug``), or of a company (``company_names``)."""

    role: str
    event_id: str = ""
    slug: str = ""
    company_id: str = ""
    company_names: Any = None


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody as an administrator sees them. ``waits`` = invited, and no password set yet."""

    person_id: str
    name: str
    email: str
    grants: tuple[Grant, ...]
    created_at: datetime
    disabled_at: datetime | None
    seen_at: datetime | None
    factor_on: bool
    waits: bool


def find_people(actor: Actor, wanted: str = "", role: str = "", page: int = 1) -> tuple[list[PersonView], bool]:
    """People by name or email and role, fifty a page, by name; and whether there are more. Needs people.view."""
    require(actor, "people.view")
    with get_store().read() as conn:
        found = rows.find_people(conn, wanted.strip().lower()[:80], role, (max(1, page) - 1) * PAGE, PAGE + 1)
        return _views(conn, found[:PAGE]), len(found) > PAGE


def person_view(actor: Actor, person_id: str) -> PersonView:
    """One of them. Needs people.view; raises NotFound."""
    require(actor, "people.view")
    with get_store().read() as conn:
        return _views(conn, [_known(conn, person_id)])[0]


def _known(conn: Connection, person_id: str) -> Any:
    found = rows.person(conn, person_id)
    if found is None:
        raise NotFound("There is nobody with the id {value}.", value=person_id[:60])
    return found


def _views(conn: Connection, found: Sequence[Any]) -> list[PersonView]:
    ids = [row["person_id"] for row in found]
    grants = rows.grants_of(conn, ids)
    slugs = rows.event_slugs(conn, sorted({row["event_id"] for row in grants if row["event_id"]}))
    names = company_rows.company_names(conn, sorted({row["company_id"] for row in grants if row["company_id"]}))
    seen, with_factor = rows.last_seen(conn, ids), sign_ins.with_factor(conn, ids)
    held: dict[str, list[Grant]] = {each: [] for each in ids}
    for row in grants:
        event, company = row["event_id"], row["company_id"]
        held[row["person_id"]].append(Grant(row["role"], event, slugs.get(event, ""), company, names.get(company)))
    return [
        PersonView(
            row["person_id"], row["name"], row["email"], tuple(held[row["person_id"]]), row["created_at"],
            row["disabled_at"], seen.get(row["person_id"]), row["person_id"] in with_factor, not row["password_hash"],
        )
        for row in found
    ]  # fmt: skip


def invite_person(
    actor: Actor, email: str, name: str, role: str, slug: str = "", company: str = "", locale: str = "en"
) -> str:
    """Makes somebody with a role and mails them a link to set their password; their id. Needs people.manage; raises
    InputError, NotFound, Conflict for an email that is somebody's."""
    require(actor, "people.manage")
    if not tidy_name(name):
        raise InputError([FieldError("name", "", "{field}: write 1 to 80 characters.")])
    with joined(get_store(), lambda conn: None) as joint:
        person_id = create_person(email, name, None, (), locale=locale)
        conn, slug = joint.begin(), _slug_of(slug)
        event_id, company_id = _scope_of(conn, role, slug, company)
        rows.grant(conn, person_id, role, event_id, company_id, datetime.now(UTC))
        send_link(conn, _known(conn, person_id), INVITE, actor)
        told = {"role": role, "event": slug, "company": company_id}
        record(conn, "", actor, "person.invite", person_id, told)
    return person_id


def invite_again(actor: Actor, person_id: str) -> None:
    """Mails a new link: to who was invited and has no password, or one to set a new password. Needs people.manage."""
    require(actor, "people.manage")
    with get_store().write() as conn:
        person = _known(conn, person_id)
        if person["disabled_at"]:
            raise Conflict("{name} is disabled; let them in again first.", name=person["name"])
        send_link(conn, person, RESET if person["password_hash"] else INVITE, actor)
        record(conn, "", actor, "person.invite-again", person_id)


def _slug_of(told: str) -> str:
    """An event's address as it is typed, or pasted with spaces or its whole link."""
    return told.strip().partition("?")[0].rstrip("/").rpartition("/e/")[2].partition("/")[0].lower()


def _scope_of(conn: Connection, role: str, slug: str, company: str) -> tuple[str, str]:
    """The ids of the event and the company (told by id or name) that a role is to be of, '' for none. Raises
    InputError, NotFound."""
    if role not in GRANTED:
        message = "{field}: {value} is no role; one of {roles}."
        raise InputError([FieldError("role", role, message, {"roles": ", ".join(GRANTED)})])
    if (role == "company") != bool(company.strip()):
        message = "{field}: the role of a company is of one company, and no other role is."
        raise InputError([FieldError("company", company, message)])
    if slug and role in ("company", "administrator", "exchange"):
        message = "{field}: this role is not of one event."
        raise InputError([FieldError("event", slug, message)])
    event = event_rows.event_of_slug(conn, slug) if slug else None
    if slug and event is None:
        raise NotFound("There is no event {value}.", value=slug[:60])
    found = companies.get(conn, company) or companies.by_key(conn, name_key(company)) if company.strip() else None
    if company.strip() and found is None:
        raise NotFound("There is no company {value}.", value=company[:60])
    return (event["event_id"] if event is not None else "", found["company_id"] if found is not None else "")


def grant_role(actor: Actor, person_id: str, role: str, slug: str = "", company: str = "") -> None:
    """Gives a role of the installation, of an event or of a company. Twice changes nothing. Needs people.manage; raises
    Conflict for who registered with an email that they have not shown to be theirs."""
    require(actor, "people.manage")
    with get_store().write() as conn:
        _known(conn, person_id)
        if is_unproved(conn, person_id):
            raise Conflict(UNPROVED)
        slug = _slug_of(slug)
        event_id, company_id = _scope_of(conn, role, slug, company)
        rows.grant(conn, person_id, role, event_id, company_id, datetime.now(UTC))
        told = {"role": role, "event": slug, "company": company_id}
        record(conn, event_id, actor, "person.grant", person_id, told)
    forget()


def take_role(actor: Actor, person_id: str, role: str, event_id: str = "", company_id: str = "") -> None:
    """Takes a role. Needs people.manage; raises Conflict for the last administrator's, NotFound where there is none."""
    require(actor, "people.manage")

    def work(conn: Connection) -> None:
        if (role, event_id, company_id) == ("administrator", "", ""):
            _check_not_last(conn, person_id)
        if not rows.take(conn, person_id, role, event_id, company_id):
            raise NotFound("This role is not there any more.")
        told = {"role": role, "company": company_id}
        record(conn, event_id, actor, "person.take", person_id, told)

    run_write(get_store(), work)
    forget()


def _check_not_last(conn: Connection, person_id: str) -> None:
    """Raises Conflict where it is an administrator and nobody else would be left; others who ask the same wait for this
    one's end."""
    found = {row["person_id"]: row["password_hash"] for row in rows.people_with(conn, "administrator", lock=True)}
    if person_id in found and not any(password for other, password in found.items() if other != person_id):
        raise Conflict(LAST)


def set_disabled(actor: Actor, person_id: str, is_disabled: bool) -> None:
    """Keeps somebody out, with all their sessions and tokens, or lets them in again. Needs people.manage; raises
    Conflict for the last administrator."""
    require(actor, "people.manage")

    def work(conn: Connection) -> None:
        now = datetime.now(UTC)
        _known(conn, person_id)
        if is_disabled:
            _check_not_last(conn, person_id)
            rows.end_logins(conn, person_id, now)
            sign_ins.end_links(conn, person_id, now)
        rows.change_person(conn, person_id, disabled_at=now if is_disabled else None)
        record(conn, "", actor, "person.disable" if is_disabled else "person.enable", person_id)

    run_write(get_store(), work)
    forget()


def end_sessions_of(actor: Actor, person_id: str) -> int:
    """Ends every session and token of somebody, who may sign in again; how many. The session that asks stays. Needs
    people.manage; raises NotFound."""
    require(actor, "people.manage")
    with get_store().write() as conn:
        _known(conn, person_id)
        ended = rows.end_logins(conn, person_id, datetime.now(UTC), but=actor.login_id)
        record(conn, "", actor, "person.sessions-ended", person_id, {"count": len(ended)})
    forget()
    return len(ended)


def reset_factor(actor: Actor, person_id: str) -> None:
    """Takes the second factor of somebody who has lost device and codes off, ends their sessions and tells them. Needs
    people.manage; nobody does it for themselves."""
    require(actor, "people.manage")
    if person_id == actor.person_id:
        raise Conflict("Another administrator does this for you; you can use a recovery code yourself.")
    with get_store().write() as conn:
        person = _known(conn, person_id)
        forget_factor(conn, actor, person)
        rows.end_logins(conn, person_id, datetime.now(UTC))
    forget()
