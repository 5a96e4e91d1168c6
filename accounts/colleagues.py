"""Who looks after a company's account: its people invite one another by mail and take one another's role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from accounts.actor import Actor
from accounts.errors import Conflict, NotFound
from accounts.links import COLLEAGUE, send_link
from accounts.people import create_person, record, tidy_name
from accounts.permissions import require
from accounts.sessions import forget
from accounts.throttles import throttle
from calculations.model import FieldError, InputError
from data.store import companies as rows
from data.store import people, sign_ins
from data.store.engine import get_store, joined, run_write
from locales import pick

MOST = 50


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who looks after a company's account, or (``waits``) was asked to: by their email alone, as a name would
    tell that they have an account here."""

    person_id: str
    name: str
    email: str
    since: datetime
    waits: bool = False


@dataclass(frozen=True, slots=True)
class CompanyAccount:
    """A company's account as its people see it."""

    company_id: str
    names: Mapping[str, str]
    registered_at: datetime | None
    approved_at: datetime | None
    colleagues: tuple[Colleague, ...]


def company_account(actor: Actor, company_id: str) -> CompanyAccount:
    """The account and who looks after it. Needs company.view of this company; raises NotFound."""
    require(actor, "company.view", "", company_id)
    with get_store().read() as conn:
        company = rows.get(conn, company_id)
        if company is None:
            raise NotFound("There is no company {value}.", value=company_id[:60])
        here = people.people_with(conn, "company", company_id)
        asked = sign_ins.waiting_links(conn, COLLEAGUE, datetime.now(UTC))
    found = [Colleague(row["person_id"], row["name"], row["email"], row["granted_at"]) for row in here]
    known = {each.person_id for each in found}
    for row in asked:
        if any(grant[2] == company_id for grant in row["grants"]) and row["person_id"] not in known:
            known.add(row["person_id"])
            found.append(Colleague(row["person_id"], "", row["email"], row["created_at"], waits=True))
    return CompanyAccount(
        company_id, company["names"], company["registered_at"], company["approved_at"], tuple(found)
    )  # fmt: skip


def invite_colleague(actor: Actor, company_id: str, email: str, name: str, locale: str = "en") -> None:
    """Mails somebody a link by which they join the company's account; who has an account here keeps it. Whether the
    email was known is not told. Needs company.invite of this company; raises InputError, NotFound, TooMany."""
    require(actor, "company.invite", "", company_id)
    throttle(f"colleague:{actor.person_id}", 20, 3600)
    if not tidy_name(name):
        raise InputError([FieldError("name", "", "{field}: write 1 to 80 characters.")])
    with joined(get_store(), lambda conn: None) as joint:
        conn = joint.begin()
        company = rows.get(conn, company_id)
        if company is None:
            raise NotFound("There is no company {value}.", value=company_id[:60])
        person = people.person_by_email(conn, email.strip().lower()[:200])
        if person is None:
            person = people.person(conn, create_person(email, name, None, (), locale=locale))
        assert person is not None
        grants = [("company", "", company_id)]
        send_link(conn, person, COLLEAGUE, actor, grants, company=pick(company["names"], person["locale"]))
        record(conn, "", actor, "company.colleague", company_id, {"person": person["person_id"]})


def remove_colleague(actor: Actor, company_id: str, person_id: str) -> None:
    """Takes somebody's role in the company's account, or what they were asked to. Needs company.invite of this company;
    raises Conflict for the last one."""
    require(actor, "company.invite", "", company_id)

    def work(conn: Connection) -> None:
        here = [row["person_id"] for row in people.people_with(conn, "company", company_id, lock=True)]
        if here == [person_id]:
            raise Conflict("You are the last who looks after this account: ask somebody else to join first.")
        if person_id not in here:
            _end_asked(conn, company_id, person_id)
        people.take(conn, person_id, "company", "", company_id)
        record(conn, "", actor, "company.colleague-removed", company_id, {"person": person_id})

    run_write(get_store(), work)
    forget()


def _end_asked(conn: Connection, company_id: str, person_id: str) -> None:
    """What somebody was asked to by this company ends; what another company asks of them stays."""
    now = datetime.now(UTC)
    for row in sign_ins.waiting_links(conn, COLLEAGUE, now):
        if row["person_id"] == person_id and any(grant[2] == company_id for grant in row["grants"]):
            sign_ins.use_link(conn, row["link_hash"], now)
