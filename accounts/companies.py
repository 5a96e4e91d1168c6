"""Companies: an account they open themselves, and invitations by which guests say that they belong to them.

A company is known by its name, compared as letters and digits alone. Guests may have named it before it has an account;
whoever first uses the link that registering mails has it, anybody after that needs its people. At live events a company
acts once an administrator has approved it; at test events at once.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from accounts.actor import Actor
from accounts.errors import Conflict, Forbidden, NotFound
from accounts.links import REGISTER, check_free, send_link
from accounts.people import create_person, record, tidy_name
from accounts.permissions import may, require
from accounts.throttles import throttle
from calculations.model import FieldError, InputError
from data.people_list import read_people
from data.settings import get_settings
from data.store import companies as rows
from data.store import orders as event_rows
from data.store import participations as company_rows
from data.store import people
from data.store.engine import get_store, joined, run_write
from data.store.ids import new_row_id

MAX_NAME = 80
MOST_LINKS = 20
MOST_WAITING = 200
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CONFUSABLE = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
CODE_LENGTH = 12
NO_CODE = "No company has an invitation with this code at this event. Compare it with the one you were given."
NOT_APPROVED = "This company has not been approved for live events yet; at test events it can do everything."


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as its company sees it: ``label`` is what it is for, or whom; ``is_personal`` for one person."""

    invitation_id: str
    label: str
    code: str
    is_personal: bool
    use_count: int
    created_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class WaitingCompany:
    """A registered company that may not act at live events yet."""

    company_id: str
    names: Mapping[str, str]
    registered_at: datetime


def name_key(name: str) -> str:
    """A company's name as it is compared: letters and digits alone, compatibility forms, lower case."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def register_company(name: str, person: str, email: str, address: str = "", locale: str = "en") -> str:
    """Mails whoever has the email a link by which they open a company's account; the company's id. Whether the email
    was somebody's is not told: who has an account keeps it. Raises InputError for what does not fit, Conflict where the
    company has an account, TooMany after ten tries in an hour from an address or five for an email."""
    throttle(f"register:{address}", 10, 3600)
    throttle(f"register-for:{email.strip().lower()[:200]}", 5, 3600)
    tidy = tidy_name(name)
    if not name_key(tidy) or len(tidy) > MAX_NAME:
        message = "{field}: a company's name has letters or digits, and at most 80 characters."
        raise InputError([FieldError("name", tidy[:MAX_NAME], message)])
    if not tidy_name(person):
        raise InputError([FieldError("person", "", "{field}: say who you are.")])
    now = datetime.now(UTC)
    with joined(get_store(), lambda conn: None) as joint:
        conn = joint.begin()
        who = people.person_by_email(conn, email.strip().lower()[:200])
        if who is None:
            who = people.person(conn, create_person(email, person, None, (), locale=locale))
        assert who is not None
        company_id = company_rows.company(conn, {"und": tidy}, name_key(tidy), new_row_id(), now)
        check_free(conn, company_id, tidy)
        if not who["disabled_at"]:
            grants = [("company", "", company_id)]
            send_link(conn, who, REGISTER, Actor("guest"), grants, company=tidy)
        record(conn, "", Actor("guest"), "company.register-asked", company_id, {"name": tidy})
    return company_id


def approve_company(actor: Actor, company_id: str) -> None:
    """Lets a registered company act at live events. Twice changes nothing. Needs people.manage; raises NotFound."""
    require(actor, "people.manage")
    with get_store().write() as conn:
        if rows.get(conn, company_id) is None:
            raise NotFound("There is no company {value}.", value=company_id[:60])
        if rows.approve(conn, company_id, datetime.now(UTC)):
            record(conn, "", actor, "company.approve", company_id)


def waiting_companies(actor: Actor) -> list[WaitingCompany]:
    """Companies that wait to be approved for live events. Needs people.manage."""
    require(actor, "people.manage")
    with get_store().read() as conn:
        found = rows.waiting(conn, MOST_WAITING)
    return [WaitingCompany(row["company_id"], row["names"], row["registered_at"]) for row in found]


def own_companies(actor: Actor) -> list[tuple[str, Mapping[str, str]]]:
    """The companies an actor's own roles name: (id, names), in the order of ids."""
    ids = sorted({company for role, _, company in actor.roles if role == "company" and company})
    with get_store().read() as conn:
        names = company_rows.company_names(conn, ids)
    return [(company_id, names.get(company_id, {})) for company_id in ids]


def check_live(conn: Connection, company_id: str, livemode: bool) -> None:
    """Raises Conflict where a company that registered itself is not approved and the event is live."""
    company = rows.get(conn, company_id)
    if livemode and company is not None and company["registered_at"] and not company["approved_at"]:
        raise Conflict(NOT_APPROVED)


def code_of(invitation_id: str) -> str:
    """An invitation's code: 60 bits under a key of this installation's own, in fours."""
    key = hashlib.sha256(b"forum-zero/company-invitation/1|" + get_settings().secret().encode()).digest()
    number = int.from_bytes(hmac.new(key, invitation_id.encode(), hashlib.sha256).digest()[:8], "big")
    text = "".join(_ALPHABET[(number >> 5 * i) & 31] for i in range(CODE_LENGTH))
    return "-".join(text[i : i + 4] for i in range(0, CODE_LENGTH, 4))


def code_hash(typed: str) -> str:
    """The hash of a code as typed, in any case, with or without dashes, O for 0 and I or L for 1; '' for none."""
    bare = "".join(c for c in unicodedata.normalize("NFKC", typed[:60]).upper() if c.isalnum()).translate(_CONFUSABLE)
    return hashlib.sha256(bare.encode()).hexdigest() if len(bare) == CODE_LENGTH else ""


def invite_by_link(actor: Actor, company_id: str, slug: str, label: str = "") -> Invitation:
    """A link that any number of a company's people can use. Needs company.invite; raises NotFound, Conflict, InputError
    past 20 links that stand."""
    tidy = " ".join(label.split())[:MAX_NAME]

    def work(conn: Connection) -> Invitation:
        event = _allowed(conn, actor, company_id, slug)
        standing = [row for row in rows.invitations(conn, event["event_id"], company_id) if not row["withdrawn_at"]]
        if sum(row["most_uses"] == 0 for row in standing) >= MOST_LINKS:
            raise Conflict("There are {most} links already; withdraw one first.", most=MOST_LINKS)
        return _add(conn, actor, event["event_id"], company_id, [tidy], most_uses=0)[0]

    return run_write(get_store(), work)


def invite_by_list(actor: Actor, company_id: str, slug: str, content: bytes, file_name: str) -> list[Invitation]:
    """A personal code for each person of a CSV or XLSX file with a column ``name``, all in or all out; names that have
    one already keep it. Needs company.invite; raises InputError with every bad row, NotFound, Conflict."""
    require(actor, "company.invite", "", company_id)
    names = read_people(content, file_name)

    def work(conn: Connection) -> list[Invitation]:
        event = _allowed(conn, actor, company_id, slug)
        standing = [row for row in rows.invitations(conn, event["event_id"], company_id) if not row["withdrawn_at"]]
        known = {row["label"].casefold() for row in standing if row["most_uses"] == 1}
        fresh = [name for name in names if name.casefold() not in known]
        return _add(conn, actor, event["event_id"], company_id, fresh, most_uses=1)

    return run_write(get_store(), work)


def _allowed(conn: Connection, actor: Actor, company_id: str, slug: str) -> Mapping[Any, Any]:
    event = event_rows.event_of_slug(conn, slug)
    if event is None:
        raise NotFound("There is no event {value}.", value=slug[:60])
    require(actor, "company.invite", event["event_id"], company_id)
    if rows.get(conn, company_id) is None:
        raise NotFound("There is no company {value}.", value=company_id[:60])
    check_live(conn, company_id, bool(event["livemode"]))
    return event


def _add(
    conn: Connection, actor: Actor, event_id: str, company_id: str, labels: list[str], most_uses: int
) -> list[Invitation]:
    now, made = datetime.now(UTC), []
    for label in labels:
        invitation_id = new_row_id()
        made.append({
            "event_id": event_id, "invitation_id": invitation_id, "company_id": company_id, "label": label,
            "code_hash": code_hash(code_of(invitation_id)), "most_uses": most_uses, "use_count": 0,
            "participation_id": "", "created_at": now, "withdrawn_at": None,
        })  # fmt: skip
    rows.add_invitations(conn, made)
    detail = {"count": len(made), "personal": most_uses == 1}
    record(conn, event_id, actor, "company.invite", company_id, detail)
    return [_view(row) for row in made]


def _view(row: Mapping[Any, Any]) -> Invitation:
    return Invitation(
        row["invitation_id"], row["label"], code_of(row["invitation_id"]), row["most_uses"] == 1, int(row["use_count"]),
        row["created_at"], row["withdrawn_at"],
    )  # fmt: skip


def invitations(actor: Actor, company_id: str, slug: str) -> list[Invitation]:
    """A company's invitations to an event, oldest first, withdrawn ones too. Who used a personal one is not told, only
    that it was used. Needs company.invite; raises NotFound, Forbidden."""
    with get_store().read() as conn:
        event = event_rows.event_of_slug(conn, slug)
        if event is None:
            raise NotFound("There is no event {value}.", value=slug[:60])
        if not may(actor, "company.invite", event["event_id"], company_id):
            require(actor, "company.invite")
            raise Forbidden("This company is not yours.")
        found = rows.invitations(conn, event["event_id"], company_id)
    return [_view(row) for row in found]


def withdraw_invitation(actor: Actor, company_id: str, slug: str, invitation_id: str) -> None:
    """Ends an invitation: nobody can join by it any more, those who have stay. Twice changes nothing."""

    def work(conn: Connection) -> None:
        event = _allowed(conn, actor, company_id, slug)
        if rows.withdraw(conn, event["event_id"], company_id, invitation_id, datetime.now(UTC)):
            record(conn, event["event_id"], actor, "company.withdraw", company_id, {"invitation": invitation_id})

    run_write(get_store(), work)
