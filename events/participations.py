"""Participations: beginning, proving by the secret, taking oneself out again."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

import offsetting
from accounts import NotFound, Unauthenticated, name_key, throttle
from calculations.model import FieldError, InputError
from data.store import boards, forum, live, rollups
from data.store import participations as rows
from data.store.engine import get_store
from data.store.ids import event_of, new_id, new_row_id
from events.board_names import forget_mark
from events.catalogue import read_event
from events.codes import code_at
from events.model import Event, Participation, Started
from events.pseudonyms import new_pseudonym
from events.states import hold_state, require_state

MAX_NAME = 80
BY_HOUR = timedelta(days=3)
WRONG_SECRETS = 20  # a participation and minute
ROW = {
    "display_name": "", "display_consent": False, "footprint_version": 0, "origin_place_id": "", "main_mode": "",
    "deleted_at": None, "people_count": 1, "kind": "guest", "session_id": "", "company_id": "", "pseudonym": "",
    "origin_region": "", "way": "", "import_id": "",
    "code_id": "", "began": "",
}  # fmt: skip


def start_participation(
    slug: str, session: str | None = None, company: str | None = None, display: Mapping[str, Any] | None = None,
    code: str = "",
) -> Started:  # fmt: skip
    """Begins a guest's part in an open event. ``company`` is free text; ``display`` is {pseudonym, consent}: the name
    is shown on boards only with consent; ``code`` is the one that was scanned (one that is not this event's is none).
    Raises NotFound, Conflict (closed), InputError."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    require_state(event, "answer")
    name, consent, company_name = _checked(event, session, company, display)
    started = Started(new_id(event.event_id), secrets.token_urlsafe(32))
    now = datetime.now(UTC)
    with get_store().write() as conn:
        hold_state(conn, event.event_id, "answer")
        company_id = company_of(conn, company_name, now)
        came_by = code_at(conn, event.event_id, code) if code else None
        key = {"session_id": session or "", "company_id": company_id, "code_id": came_by.code_id if came_by else "",
               "began": began_of(event, now)}  # fmt: skip
        row = ROW | key | {
            "event_id": event.event_id, "participation_id": started.participation_id,
            "secret_hash": secret_hash(started.secret), "pseudonym": new_pseudonym(), "display_name": name,
            "display_consent": consent, "created_at": now,
        }  # fmt: skip
        rows.insert(conn, [row])
        rollups.add_tally(conn, event.event_id, [key | {"participation_count": 1}])
    return started


def began_of(event: Event, at: datetime) -> str:
    """The day somebody began, in the event's zone: ``2021-09-07``; with the hour (``2021-09-07T14``) where the event
    lasts at most three days."""
    short = event.ends_at - event.starts_at <= BY_HOUR
    return at.astimezone(ZoneInfo(event.timezone)).strftime("%Y-%m-%dT%H" if short else "%Y-%m-%d")


def secret_hash(secret: str) -> str:
    """What the store keeps of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _checked(event: Event, session: Any, company: Any, display: Any) -> tuple[str, bool, str]:
    errors: list[FieldError] = []
    known = [s.session_id for s in event.sessions]
    if session not in (None, "") and session not in known:
        message = "There is no session “{value}” at this event; choose one of {known}."
        errors.append(_field("session", session, message, known=", ".join(known) or "none"))
    company_name = _text("company", company, errors)
    told = {} if display is None else display
    if not isinstance(told, Mapping):
        errors.append(_field("display", told, "{field} must hold pseudonym and consent."))
        told = {}
    for key in set(told) - {"pseudonym", "consent"}:
        message = "{field} is not known here; known are {known}."
        errors.append(_field(f"display.{key}"[:100], told[key], message, known="pseudonym, consent"))
    consent = told.get("consent", False)
    if not isinstance(consent, bool):
        errors.append(_field("display.consent", consent, "{field} must be true or false; it is {value}."))
    name = _text("display.pseudonym", told.get("pseudonym"), errors)
    if errors:
        raise InputError(errors)
    return name, consent and bool(name), company_name


def _text(field: str, value: Any, errors: list[FieldError]) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        errors.append(_field(field, value, "{field} must be text; it is {value}."))
        return ""
    tidy = " ".join("".join(c for c in unicodedata.normalize("NFC", value) if c.isprintable() or c.isspace()).split())
    if len(tidy) > MAX_NAME:
        errors.append(_field(field, tidy, "{field} may hold at most {limit} characters.", limit=MAX_NAME))
    return tidy


def tidy_name(name: str) -> str:
    """A name as it may be shown: printable, single spaces. Raises InputError where it is too long."""
    errors: list[FieldError] = []
    tidy = _text("name", name, errors)
    if errors:
        raise InputError(errors)
    return tidy


def _field(field: str, value: Any, message: str, **params: Any) -> FieldError:
    shown = str(value)[:100]
    return FieldError(field, shown, message, {"field": field, "value": shown, **params})


def company_of(conn: sa.Connection, name: str, now: datetime, names: Mapping[str, str] | None = None) -> str:
    """The id of the company called so, whatever its case, width and spaces; '' without a name."""
    key = name_key(name)
    return rows.company(conn, names or {"und": name}, key, new_row_id(), now) if key else ""


def guest(participation_id: str, secret: str) -> Participation:
    """The participation that a secret proves. Raises Unauthenticated, or TooMany after many wrong secrets."""
    event_id = event_of(participation_id)
    with get_store().read() as conn:
        row = rows.get(conn, event_id, participation_id)
        kept = row["secret_hash"] if row is not None and row["deleted_at"] is None else ""
        if row is not None and kept and hmac.compare_digest(kept, secret_hash(secret)):
            return _participation(conn, row)
    if kept:
        throttle(f"secret:{participation_id}", WRONG_SECRETS, 60)
    raise Unauthenticated("This needs the secret of the participation, which the device keeps.")


def _participation(conn: sa.Connection, row: sa.RowMapping) -> Participation:
    event = read_event(conn, event_id=row["event_id"])
    shown = row["display_name"] if row["display_consent"] and row["display_name"] else row["pseudonym"]
    return Participation(
        row["participation_id"], row["event_id"], event.slug, row["session_id"], row["company_id"], row["pseudonym"],
        shown, row["display_consent"], row["footprint_version"], row["created_at"],
    )  # fmt: skip


def set_display(participation_id: str, name: str, consent: bool) -> None:
    """Changes the name on boards, or withdraws the consent to show it. Raises NotFound, InputError."""
    errors: list[FieldError] = []
    tidy = _text("display.pseudonym", name, errors)
    if errors:
        raise InputError(errors)
    event_id, now = event_of(participation_id), datetime.now(UTC)
    with get_store().write() as conn:
        _existing(conn, event_id, participation_id)
        shown = {"display_name": tidy if consent else "", "display_consent": consent and bool(tidy)}
        rows.update(conn, event_id, participation_id, **shown)
        boards.refresh_person(conn, event_id, participation_id, now)
        offsetting.restate_holder(conn, event_id, participation_id, now)
        live.touch(conn, event_id)


def delete_participation(participation_id: str) -> None:
    """Unlinks the person: name, secret and answers go, the anonymous grams stay in the totals. Raises NotFound."""
    event_id, now = event_of(participation_id), datetime.now(UTC)
    with get_store().write() as conn:
        _existing(conn, event_id, participation_id)
        rows.update(
            conn, event_id, participation_id, secret_hash="", display_name="", display_consent=False, deleted_at=now
        )
        rows.forget_answers(conn, event_id, participation_id)
        forget_mark(conn, event_id, participation_id)
        boards.remove(conn, event_id, participation_id)
        forum.unlink_signer(conn, event_id, participation_id)
        forum.forget_code(conn, event_id, participation_id)
        forum.revoke_ambassador(conn, event_id, participation_id, "its holder left", now)
        offsetting.restate_holder(conn, event_id, participation_id, now)
        live.touch(conn, event_id)


def _existing(conn: sa.Connection, event_id: str, participation_id: str) -> sa.RowMapping:
    row = rows.get(conn, event_id, participation_id, lock=True) if event_id else None
    if row is None or row["deleted_at"] is not None:
        raise NotFound("There is no participation “{participation}”.", participation=participation_id[:64])
    return row
