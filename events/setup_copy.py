"""A new event after a former one: names, texts, sessions, boundary, look and projects, its days moved; nothing of its
people, orders or lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from accounts import current_actor, require
from calculations.model import FieldError, InputError
from data.library import list_editions, load_factor_set
from data.store import setup as rows
from data.store.engine import get_store
from data.store.ids import new_id
from events.catalogue import put_event, read_event, slug_of
from events.model import Event, EventDraft, SessionDraft
from events.setup import begin, free_slug
from events.setup_place import mover

COPIED_TEXTS = ("intro", "host", "address", "payer", "gift", "privacy", "theme", "venue", "session_short")
COPIED_DEFAULTS = (
    "hotel_norm", "nights", "rooms", "guests", "diet", "mode", "round_trip", "other", "payer", "gift", "look",
    "flight_method_text",
)  # fmt: skip
DONE = ["about", "place", "programme", "boundary", "projects", "look"]


def copy_event(slug: str, first_day: str) -> Event:
    """A draft like the event ``slug`` that begins on ``first_day`` (2027-09-07) at the same hours. It is a test event
    until its organiser says otherwise; its projects are asked of the exchange anew. Needs event.create and event.view
    of the former. Raises NotFound, InputError."""
    actor, now = current_actor(), datetime.now(UTC)
    require(actor, "event.create")
    with get_store().write() as conn:
        former = read_event(conn, slug=slug)
        require(actor, "event.view", former.event_id)
        factors = load_factor_set(_edition(former))
        made = put_event(conn, _draft(conn, former, _moved_start(former, first_day), now), factors)
        begin(conn, made, DONE, former.slug, now)
        if (logo := rows.logo(conn, former.event_id)) is not None:
            rows.put_logo(conn, {**logo, "event_id": made.event_id, "actor": actor.label, "at": now})
        _ask_anew(conn, former, made, now)
    return made


def _moved_start(former: Event, first_day: str) -> datetime:
    try:
        day = datetime.fromisoformat(str(first_day).strip()[:10]).date()
    except ValueError:
        message = "{field}: {value} is no day; write it as 2026-11-21."
        message = message if str(first_day).strip() else "{field}: say which day it is."
        raise InputError([FieldError("first_day", str(first_day)[:40], message)]) from None
    there = former.starts_at.astimezone(ZoneInfo(former.timezone))
    return datetime.combine(day, there.timetz().replace(tzinfo=None), ZoneInfo(former.timezone)).astimezone(UTC)


def _draft(conn: sa.Connection, former: Event, starts: datetime, now: datetime) -> EventDraft:
    moved = mover(former.starts_at, former.timezone, starts, former.timezone)
    ends = moved(former.ends_at) or starts + timedelta(hours=8)
    sessions = tuple(
        SessionDraft(each.session_id, each.names, each.kind, moved(each.starts_at), moved(each.ends_at))
        for each in former.sessions
    )
    return EventDraft(
        slug=free_slug(conn, _slug(former, starts)), scenario=former.scenario, names=former.names, place=former.place,
        starts_at=starts, ends_at=ends, timezone=former.timezone, currency=former.currency, livemode=False,
        sessions=sessions, texts={key: former.texts[key] for key in COPIED_TEXTS if key in former.texts},
        defaults={key: former.defaults[key] for key in COPIED_DEFAULTS if key in former.defaults},
        boundary=former.boundary, jurisdiction=former.jurisdiction, payments=former.payments, state="draft",
        factor_set_id=_edition(former), created_at=now,
    )  # fmt: skip


def _slug(former: Event, starts: datetime) -> str:
    """The former address with the new year in place of the old one, or behind it."""
    old, new = str(former.starts_at.year), str(starts.year)
    base = former.slug.replace(old, new) if old in former.slug else f"{former.slug[:56]}-{new}"
    return slug_of(base)


def _edition(former: Event) -> str:
    return former.factor_set_id if former.factor_set_id in list_editions() else list_editions()[-1]


def _ask_anew(conn: sa.Connection, former: Event, made: Event, now: datetime) -> None:
    """The former's projects are asked of the exchange at the former prices; how many grams is a later step's to say.
    A live event's projects are not a test event's."""
    if former.livemode != made.livemode:
        return
    for row in rows.offerings_of(conn, former.event_id):
        if row["open"]:
            rows.add_request(conn, {
                "event_id": made.event_id, "request_id": new_id(made.event_id), "project_id": row["project_id"],
                "grams": 0, "price_minor_per_tonne": row["price_minor_per_tonne"], "currency": row["currency"],
                "note": "", "state": "asked", "asked_by": current_actor().label, "asked_at": now, "answered_by": "",
                "answered_at": None, "answer": "", "tranche_id": "",
            })  # fmt: skip
