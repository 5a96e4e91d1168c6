"""Where and when: place, address, zone, days, deadlines, and the event's own address on this server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from calculations.coordinates import MOST_LINK
from calculations.event_states import permits, refusal
from calculations.model import Place
from data.places import index
from data.places.spots import town_part
from data.store import events as event_rows
from data.store import setup as rows
from events.catalogue import SLUG
from events.model import Event, place_json
from events.setup_fields import MOST_TEXT, Form
from events.setup_turns import plan_turns
from events.setup_zones import proposed_currency, proposed_zone, zone_names
from events.spots import spot_text, spotted

DEADLINES = ("opens_at", "closes_at", "pay_until", "books_by")
LONGEST = timedelta(days=3 * 366)


def keep_place(form: Form, event: Event | None) -> dict[str, Any]:
    """Place, address, days and zone, deadlines, slug. Sessions move with the days and keep their hours."""
    if event is None:
        return {}
    place = _place(form, event)
    zone = form.one_of("timezone", zone_names(), proposed_zone(place.country, place.lat, place.lon))
    starts, ends = _days(form, zone)
    changed: dict[str, Any] = {"slug": _slug(form, event), "timezone": zone, **_deadlines(form, zone, starts, ends)}
    if starts and ends:
        changed |= {"starts_at": starts, "ends_at": ends}
    address = form.words("address", MOST_TEXT)
    changed["texts"] = {k: v for k, v in event.texts.items() if k != "address"} | (
        {"address": address} if address else {}
    )
    changed |= {
        "place": place_json(place), "country": place.country, "lat": place.lat, "lon": place.lon,
        **_first_terms(event, place),
    }  # fmt: skip
    _check_state(form, event, changed)
    if not form.errors and starts is not None:
        changed["then"] = partial(_follow, event, starts, zone, changed["opens_at"], changed["closes_at"])
    return changed


def _place(form: Form, event: Event) -> Place:
    """The town that was chosen, or its exact spot; the event's own where neither is another than before."""
    wished = str(form.body.get("place") or "")[:64]
    town = index.get(town_part(wished)) if wished else None
    same = town_part(wished) == town_part(event.place.place_id)
    if wished and same and (town is None or form.body.get("spot") in (None, spot_text(event.place))):
        return event.place
    if town is not None:
        found = spotted(town, form.text("spot", MOST_LINK))
        if isinstance(found, Place):
            return found
        form.errors.append(found)
        return event.place
    message = "{field}: choose a town or an airport from the list; “{value}” is none of it."
    form.wrong("place", wished or "", message if wished else "{field}: choose a town or an airport from the list.")
    return event.place


def _days(form: Form, zone: str) -> tuple[datetime | None, datetime | None]:
    starts, ends = form.at("starts", zone), form.at("ends", zone)
    for name, at in (("starts", starts), ("ends", ends)):
        if at is None and not form.body.get(name):
            form.wrong(name, "", "{field}: say when, as 2026-09-07 09:00.")
    if starts and ends and ends < starts:
        form.wrong("ends", form.body.get("ends"), "{field}: the end {value} lies before the start.")
    elif starts and ends and ends - starts > LONGEST:
        form.wrong("ends", form.body.get("ends"), "{field}: an event lasts three years at most; {value} is too late.")
    return starts, ends


def _deadlines(form: Form, zone: str, starts: datetime | None, ends: datetime | None) -> dict[str, Any]:
    told = {name: form.at(name, zone) for name in DEADLINES}
    opens, closes = told["opens_at"], told["closes_at"]
    if opens and closes and closes <= opens:
        form.wrong("closes_at", form.body.get("closes_at"), "{field}: {value} lies before the opening.")
    if closes and starts and closes < starts:
        message = "{field}: {value} lies before the event begins; guests answer when they have come."
        form.wrong("closes_at", form.body.get("closes_at"), message)
    last = max((at for at in (told["pay_until"], closes, ends) if at), default=None)
    for name, before in (("pay_until", closes or starts), ("books_by", last)):
        at = told[name]
        if at and before and at < before:
            form.wrong(name, form.body.get(name), "{field}: {value} lies before the step that comes before it.")
    return told


def _slug(form: Form, event: Event) -> str:
    slug = form.text("slug").lower() or event.slug
    if not SLUG.fullmatch(slug):
        form.wrong("slug", slug, "The address “{value}” may hold small letters, digits and hyphens, at most 64.")
    return slug


def _first_terms(event: Event, place: Place) -> dict[str, Any]:
    """Currency and jurisdiction that the country or region suggests, as long as nobody has chosen others."""
    if event.place.names or not permits(event.state, "essentials"):
        return {}
    return {"currency": proposed_currency(place.country), "jurisdiction": jurisdiction_of(place.country)}


EUROPE = frozenset({
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT",
    "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO",
})  # fmt: skip


def jurisdiction_of(country: str) -> str:
    """Whose rules for claims hold: CN, EU (with the European Economic Area), or other."""
    return "CN" if country == "CN" else "EU" if country in EUROPE else "other"


def _check_state(form: Form, event: Event, changed: dict[str, Any]) -> None:
    if changed["slug"] != event.slug and (said := refusal(event.state, "essentials")):
        form.wrong("slug", changed["slug"], said)
    fixed = {"timezone": event.timezone, "starts_at": event.starts_at, "ends_at": event.ends_at}
    moved = changed["place"] != place_json(event.place)
    if (moved or any(changed.get(k, v) != v for k, v in fixed.items())) and (said := refusal(event.state, "place")):
        form.wrong("place", "", said)


def _follow(
    event: Event, starts: datetime, zone: str, opens: datetime | None, closes: datetime | None, conn: sa.Connection
) -> None:
    """Sessions come with their event: as many days later, at the same hours of the new zone; turns are planned anew."""
    sessions = event_rows.sessions(conn, event.event_id)
    shift = mover(event.starts_at, event.timezone, starts, zone)
    moved = [dict(row) | {name: shift(row[name]) for name in ("starts_at", "ends_at")} for row in sessions]
    rows.put_sessions(conn, event.event_id, moved)
    plan_turns(conn, event.event_id, opens, closes)


def mover(old: datetime, old_zone: str, new: datetime, new_zone: str) -> Callable[[datetime | None], datetime | None]:
    """What moves an instant of the old days to the new ones: as many days later, the same hour of the day."""
    days = (new.astimezone(ZoneInfo(new_zone)).date() - old.astimezone(ZoneInfo(old_zone)).date()).days

    def moved(at: datetime | None) -> datetime | None:
        if at is None:
            return None
        there = at.astimezone(ZoneInfo(old_zone)).replace(tzinfo=None) + timedelta(days=days)
        return there.replace(tzinfo=ZoneInfo(new_zone)).astimezone(UTC)

    return moved


def place_at(place_id: str) -> Place | None:
    """The place of an id from the suggest field; None where it is none."""
    return index.get(place_id[:64]) if place_id else None
