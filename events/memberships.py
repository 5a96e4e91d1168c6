"""A guest's company: joined by an invitation's code with their word for it, left again whenever they like.

Companies see totals of their people, never one person's trips. What a company has covered stays covered after
somebody leaves; from then on their figures are no longer among the company's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from accounts import NO_CODE, Actor, Conflict, NotFound, check_live, code_hash, record, throttle
from data.store import claims, companies, facets, live, orders, rebuild, rollups
from data.store import participations as rows
from data.store.engine import get_store, run_write
from data.store.ids import event_of

CODES_A_MINUTE = 120  # tried at an event, by anybody
NO_CONSENT = "Joining a company needs your word that it may count you among its people."


@dataclass(frozen=True, slots=True)
class Membership:
    """The company a guest belongs to, or is invited to."""

    company_id: str
    names: Mapping[str, str]


def invited_by(slug: str, code: str) -> Membership:
    """The company whose invitation a code is. Raises NotFound for another code or an ended one, TooMany."""
    with get_store().read() as conn:
        event = orders.event_of_slug(conn, slug)
    if event is None:
        raise NotFound("There is no event “{event}”.", event=slug[:64])
    event_id = str(event["event_id"])
    throttle(f"company-code:{event_id}", CODES_A_MINUTE, 60)
    with get_store().read() as conn:
        found = _invitation(conn, event_id, code)
    return Membership(found["company_id"], found["names"])


def _invitation(conn: sa.Connection, event_id: str, code: str) -> Mapping[Any, Any]:
    hashed = code_hash(code)
    found = companies.invitation_of_code(conn, event_id, hashed) if hashed else None
    if found is None:
        raise NotFound(NO_CODE)
    if found["withdrawn_at"]:
        raise NotFound("This invitation has been withdrawn; ask your company for another.")
    return found


def company_of_guest(participation_id: str) -> Membership | None:
    """The company a participation belongs to, None where it belongs to none. Raises NotFound."""
    with get_store().read() as conn:
        part = _existing(conn, participation_id, lock=False)
        names = rows.company_names(conn, [part["company_id"]]) if part["company_id"] else {}
    return Membership(part["company_id"], names.get(part["company_id"], {})) if part["company_id"] else None


def join_company(participation_id: str, code: str, consent: bool) -> Membership:
    """Makes a guest one of a company's people. Joining the same again changes nothing. Raises NotFound, Conflict
    without consent, while in another company, or where a personal code was used by somebody else."""
    if consent is not True:
        raise Conflict(NO_CONSENT)

    def work(conn: sa.Connection) -> Membership:
        part = _existing(conn, participation_id)
        event_id = part["event_id"]
        found = _invitation(conn, event_id, code)
        event = orders.event_row(conn, event_id)
        assert event is not None
        check_live(conn, found["company_id"], bool(event["livemode"]))
        if part["company_id"] == found["company_id"]:
            return Membership(found["company_id"], found["names"])
        if part["company_id"]:
            raise Conflict("You belong to another company at this event; leave it first.")
        if not companies.use(conn, event_id, found["invitation_id"], participation_id):
            raise Conflict("This personal code has been used already; ask your company for another.")
        _move(conn, part, found["company_id"])
        _note(conn, part, "company.join", found["company_id"])
        return Membership(found["company_id"], found["names"])

    return run_write(get_store(), work)


def leave_company(participation_id: str) -> None:
    """Takes a guest out of their company; a second time changes nothing. Raises NotFound."""

    def work(conn: sa.Connection) -> None:
        part = _existing(conn, participation_id)
        if part["company_id"]:
            companies.give_back(conn, part["event_id"], part["company_id"], participation_id)
            _move(conn, part, "")
            _note(conn, part, "company.leave", part["company_id"])

    run_write(get_store(), work)


def _existing(conn: sa.Connection, participation_id: str, lock: bool = True) -> Mapping[Any, Any]:
    event_id = event_of(participation_id)
    row = rows.get(conn, event_id, participation_id, lock=lock) if event_id else None
    if row is None or row["deleted_at"] is not None or row["kind"] != "guest":
        raise NotFound("There is no participation “{participation}”.", participation=participation_id[:64])
    return row


def _move(conn: sa.Connection, part: Mapping[Any, Any], company_id: str) -> None:
    """The participation's company, and everything of it in the roll-ups that know companies."""
    event_id, participation_id = part["event_id"], part["participation_id"]
    claims.take_orders_on(conn, event_id, participation_id)
    before = rebuild.of_participation(conn, event_id, participation_id)
    rows.update(conn, event_id, participation_id, company_id=company_id)
    for name, found in before.items():
        facets.move_rows(conn, rollups.ALL[name], event_id, found, {"company_id": company_id})
    live.touch(conn, event_id)


def _note(conn: sa.Connection, part: Mapping[Any, Any], action: str, company_id: str) -> None:
    detail = {"company": company_id, "at": datetime.now(UTC).isoformat(timespec="seconds")}
    record(conn, part["event_id"], Actor("guest"), action, part["participation_id"], detail)
