"""Ambassadors: guests whose shared link brought others who finished a footprint. Counts alone, never who.

A link carries a random code that tells nothing of its guest. The certificate states that others were brought and how
many, under the guest's pseudonym; it claims nothing of emissions, and is revoked when its holder leaves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

import offsetting
from accounts import NotFound, current_actor, record, require
from calculations.model import FieldError, InputError
from data.settings import get_settings
from data.store import events as event_rows
from data.store import forum as rows
from data.store import participations
from data.store.engine import get_store, run_write
from data.store.ids import event_of, new_code
from events.catalogue import read_event
from events.model import SMALLEST_GROUP, Event, Names
from events.pseudonyms import spoken

FROM = "ambassador_from"  # the key of event.defaults
LEAST_FROM, MOST_FROM = SMALLEST_GROUP, 1000
NONE_SUCH = "There is no ambassador’s certificate with the number {value}."
SAYS = "Others came by a link its holder shared and told their footprint. It claims nothing of any emissions."


@dataclass(frozen=True, slots=True)
class Ambassador:
    """A guest's shared link and what it brought: ``brought`` is None under five; ``needed`` opens the certificate,
    whose ``number`` is '' before."""

    code: str
    link: str
    brought: int | None
    needed: int
    number: str


@dataclass(frozen=True, slots=True)
class AmbassadorCertificate:
    """A certificate as anybody may look at it; ``names`` is the holder's pseudonym by language."""

    number: str
    event: Event
    names: Names
    brought: int
    livemode: bool
    issued_at: datetime
    revoked_at: datetime | None
    statement: str


def needed_at(event: Event) -> int:
    """How many have to be brought for a certificate."""
    return int(event.defaults.get(FROM, LEAST_FROM))


def set_ambassadors(slug: str, needed: int) -> None:
    """How many have to be brought for a certificate, five and more. Needs event.edit. Raises NotFound, InputError."""
    actor = current_actor()
    if isinstance(needed, bool) or not LEAST_FROM <= needed <= MOST_FROM:
        message = "{field}: {value} does not fit; write a whole number from {least} to {most}."
        raise InputError([FieldError("needed", needed, message, {"least": LEAST_FROM, "most": MOST_FROM})])

    def work(conn: sa.Connection) -> None:
        event = read_event(conn, slug=slug)
        require(actor, "event.edit", event.event_id)
        event_rows.set_expected(conn, event.event_id, event.expected_people, {**event.defaults, FROM: needed})
        record(conn, event.event_id, actor, "forum.ambassadors", event.slug, {"needed": needed})

    run_write(get_store(), work)


def came_by_link(participation_id: str, code: str, now: datetime | None = None) -> None:
    """Notes by which shared link a participation came; the first counts, an unknown code or one's own is nothing."""
    event_id, at, told = event_of(participation_id), now or datetime.now(UTC), code.strip().lower()[:20]
    if not told or not event_id:
        return

    def work(conn: sa.Connection) -> None:
        if rows.sharer(conn, event_id, told) not in ("", participation_id):
            values = {"event_id": event_id, "participation_id": participation_id, "code": told, "at": at}
            rows.add_referral(conn, values)

    run_write(get_store(), work)


def ambassador(participation_id: str, now: datetime | None = None) -> Ambassador:
    """A guest's link, made at the first look, and the certificate once enough have come; the caller has proved that it
    is the guest's. Raises NotFound."""
    event_id, at = event_of(participation_id), now or datetime.now(UTC)

    def work(conn: sa.Connection) -> Ambassador:
        part = participations.get(conn, event_id, participation_id, lock=True) if event_id else None
        if part is None or part["deleted_at"] is not None or part["kind"] != "guest":
            raise NotFound("There is no participation “{participation}”.", participation=participation_id[:64])
        event = read_event(conn, event_id=event_id)
        code = rows.code_of(conn, event_id, participation_id) or _new_code(conn, event_id, participation_id, at)
        brought, needed = rows.brought(conn, event_id, code), needed_at(event)
        kept = rows.ambassador_of(conn, event_id, participation_id)
        number = str(kept["number"]) if kept else ""
        if not number and brought >= needed:
            number = _issue(conn, event, participation_id, part["pseudonym"], brought, at)
        link = f"{get_settings().base_url}/e/{event.slug}?by={code}"
        return Ambassador(code, link, brought if brought >= SMALLEST_GROUP else None, needed, number)

    return run_write(get_store(), work)


def _new_code(conn: sa.Connection, event_id: str, participation_id: str, now: datetime) -> str:
    code = new_code() + new_code()[:3]  # 50 random bits: nobody finds another's by trying
    rows.add_code(conn, {"event_id": event_id, "code": code, "participation_id": participation_id, "made_at": now})
    return code


def _issue(
    conn: sa.Connection, event: Event, participation_id: str, pseudonym: str, brought: int, now: datetime
) -> str:  # fmt: skip
    subject: dict[str, Any] = {
        "type": "Ambassador", "event": event.slug, "eventNames": dict(event.names), "holder": dict(spoken(pseudonym)),
        "brought": brought, "livemode": event.livemode, "says": SAYS,
    }  # fmt: skip
    number, text, sha256 = offsetting.sign_ambassador(conn, event.event_id, subject, event.livemode, now)
    rows.add_ambassador(conn, {
        "event_id": event.event_id, "number": number, "participation_id": participation_id, "brought": brought,
        "statement": text, "sha256": sha256, "livemode": event.livemode, "issued_at": now, "revoked_at": None,
        "reason": "",
    })  # fmt: skip
    return number


def find_ambassador(text: str) -> str:
    """The number of an ambassador's certificate from what someone typed, pasted or scanned, as with certificates of
    claims: any case, dashes missing, an address, a file's name. Raises NotFound."""
    with get_store().read() as conn:
        return str(_find(conn, text)["number"])


def _find(conn: sa.Connection, text: str) -> Any:
    found = (rows.ambassador(conn, number) for number in offsetting.possible_numbers(text))
    row = next((each for each in found if each is not None), None)
    if row is None:
        raise NotFound(NONE_SUCH, value=text.strip()[:40])
    return row


def ambassador_certificate(number: str) -> AmbassadorCertificate:
    """The certificate of a number. Raises NotFound."""
    with get_store().read() as conn:
        row = _find(conn, number)
        event = read_event(conn, event_id=row["event_id"])
    names = json.loads(row["statement"])["credentialSubject"]["holder"]
    return AmbassadorCertificate(
        row["number"], event, names, row["brought"], bool(row["livemode"]), row["issued_at"], row["revoked_at"],
        row["statement"],
    )  # fmt: skip
