"""Events and their sessions: making, finding and reading them; scenarios and places beside them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from accounts import Actor, Conflict, NotFound, current_actor, may
from calculations.event_states import STATES
from calculations.model import CATEGORIES, Boundary, FactorSet, FieldError, InputError, Place, Scenario
from data.library import DEFAULT_EDITION, list_editions, load_factor_set, load_scenarios
from data.places import index
from data.store import codes, live
from data.store import events as rows
from data.store.engine import get_store
from data.store.ids import new_event_id
from events.methods import find_method, with_method
from events.model import ORGANISER_SESSION, Event, EventCard, EventDraft, Page, Session, SessionDraft, place_json

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
MAX_PAGE_SIZE = 1000
ORGANISER_NAMES = {
    "en": "Organiser's own", "zh": "主办方自有", "mr": "आयोजकांचे स्वतःचे", "is": "Eigin losun skipuleggjanda",
}  # fmt: skip


def scenarios() -> list[Scenario]:
    """The templates of activities, in the order the first page shows them."""
    return list(load_scenarios().values())


def suggest_places(query: str, language: str = "en", limit: int = 8, near: str = "") -> list[Place]:
    """Places found as one types, best first (at most 50); ``near`` is the id of a place asked from: of places alike
    the nearer comes first. An id that is none changes nothing."""
    here = index.get(near[:64]) if near else None
    point = (here.lat, here.lon) if here is not None else None
    return index.search(query[:100], language, max(1, min(limit, 50)), point)


def find_events(
    query: str = "", scenario: str = "", page: int = 1, size: int = 100, only: Collection[str] | None = None
) -> Page[EventCard]:
    """Published events (of ``only`` these ids, where told) whose names, place or year hold every word of the query,
    newest first."""
    page, size = max(1, page), max(1, min(size, MAX_PAGE_SIZE))
    words = search_key(query[:200]).split()[:10]
    with get_store().read() as conn:
        found, total = rows.find(conn, words, scenario[:40], (page - 1) * size, size, only)
    return Page([_card(row) for row in found], page, size, total)


def get_event(slug: str) -> Event:
    """The event of a slug; a draft only for those who may see it. Raises NotFound."""
    with get_store().read() as conn:
        return read_event(conn, slug=slug)


def event_by_id(event_id: str) -> Event:
    """The event of an id, likewise. Raises NotFound."""
    with get_store().read() as conn:
        return read_event(conn, event_id=event_id)


def read_event(conn: sa.Connection, slug: str = "", event_id: str = "", actor: Actor | None = None) -> Event:
    """The same within a transaction; ``actor`` is who asks, where it is not the actor of this request."""
    row = rows.by_slug(conn, slug) if slug else rows.by_id(conn, event_id)
    if row is None or (row["state"] == rows.HIDDEN_STATE and not _may_see(row["event_id"], actor)):
        raise NotFound("There is no event “{event}”.", event=(slug or event_id)[:64])
    return _event(row, rows.sessions(conn, row["event_id"]))


def _may_see(event_id: str, actor: Actor | None) -> bool:
    return may(actor or current_actor(), "event.view", event_id)


def create_event(draft: EventDraft) -> Event:
    """Makes an event with its sessions and live version 1. Raises InputError, or Conflict where the slug is taken."""
    _check(draft)
    factors = load_factor_set(draft.factor_set_id or DEFAULT_EDITION)
    with get_store().write() as conn:
        if rows.slugs(conn, [draft.slug]):
            raise Conflict("The address “{slug}” is taken by another event.", slug=draft.slug)
        return put_event(conn, draft, factors)


def put_event(conn: sa.Connection, draft: EventDraft, factors: FactorSet) -> Event:
    """Writes a checked draft within a transaction."""
    event_id = draft.event_id or new_event_id()
    now = draft.created_at or datetime.now(UTC)
    rows.insert(conn, _row(draft, event_id, factors, now), [_session_row(s) for s in _all_sessions(draft)])
    live.start(conn, event_id, now)
    codes.insert_defaults(conn, event_id, now)
    row = rows.by_id(conn, event_id)
    if row is None:
        raise NotFound("There is no event “{event}”.", event=event_id)
    return _event(row, rows.sessions(conn, event_id))


def _all_sessions(draft: EventDraft) -> list[SessionDraft]:
    return [*draft.sessions, SessionDraft(ORGANISER_SESSION, ORGANISER_NAMES, "organiser")]


def _session_row(session: SessionDraft) -> dict[str, Any]:
    return {
        "session_id": session.session_id, "names": dict(session.names), "kind": session.kind,
        "starts_at": session.starts_at, "ends_at": session.ends_at,
    }  # fmt: skip


def _row(draft: EventDraft, event_id: str, factors: FactorSet, now: datetime) -> dict[str, Any]:
    return {
        "event_id": event_id, "slug": draft.slug, "scenario": draft.scenario, "names": dict(draft.names),
        "texts": dict(draft.texts), "place": place_json(draft.place), "country": draft.place.country,
        "lat": draft.place.lat, "lon": draft.place.lon, "starts_at": draft.starts_at, "ends_at": draft.ends_at,
        "timezone": draft.timezone, "currency": draft.currency, "factor_set_id": factors.factor_set_id,
        "factor_set_sha256": factors.sha256,
        "boundary": boundary_json(draft.boundary), "defaults": dict(draft.defaults),
        "jurisdiction": draft.jurisdiction or draft.place.country,
        "state": draft.state, "livemode": draft.livemode, "payments": draft.payments, "simulated": draft.simulated,
        "expected_people": draft.expected_people, "created_at": now,
        "search_text": search_text(draft.names, draft.place.names, draft.starts_at.year, draft.slug),
    }  # fmt: skip


def search_key(text: str) -> str:
    """Text as it is searched: compatibility forms, accents dropped, lower case, single spaces."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def search_text(names: Mapping[str, str], place: Mapping[str, str], year: int, slug: str) -> str:
    """What an event is found by: its names, its place's, its year and its address."""
    return search_key(" | ".join([*names.values(), *place.values(), str(year), slug]))


def slug_of(name: str) -> str:
    """An event's address from a name in Latin letters: ICFP 2010 → icfp-2010; '' where it has none."""
    return re.sub(r"[^a-z0-9]+", "-", search_key(name)).strip("-")[:64].strip("-")


def _check(draft: EventDraft) -> None:
    errors = [error for error in _errors(draft) if error is not None]
    if errors:
        raise InputError(errors)


def _errors(draft: EventDraft) -> list[FieldError | None]:
    ids = [s.session_id for s in draft.sessions]
    known = draft.scenario in load_scenarios() or not load_scenarios()
    return [
        _wrong(SLUG.fullmatch(draft.slug), "slug", draft.slug,
               "The address “{value}” may hold small letters, digits and hyphens, at most 64."),
        _wrong(any(draft.names.values()), "names", "", "The event needs a name."),
        _wrong(known, "scenario", draft.scenario, "There is no scenario “{value}”."),
        _wrong(not draft.factor_set_id or draft.factor_set_id in list_editions(), "factor_set", draft.factor_set_id,
               "There is no factor set “{value}” on this server."),
        _wrong(not draft.boundary.flight_method or find_method(draft.boundary.flight_method, draft.defaults),
               "flight_method", draft.boundary.flight_method, "There is no flight method “{value}” on this server."),
        _wrong(draft.starts_at <= draft.ends_at, "ends", str(draft.ends_at), "The end {value} lies before the start."),
        _wrong(_zone_exists(draft.timezone), "timezone", draft.timezone, "“{value}” is no time zone."),
        _wrong(re.fullmatch("[A-Z]{3}", draft.currency), "currency", draft.currency,
               "“{value}” is no currency; write its three letters, like CNY."),
        _wrong(draft.state in STATES, "state", draft.state, "“{value}” must be one of draft, open, closed, settled."),
        _wrong(draft.expected_people >= 0, "expected_people", draft.expected_people, "{value} people cannot be."),
        _wrong(set(draft.boundary.categories) <= set(CATEGORIES), "boundary", str(draft.boundary.categories),
               "“{value}” names an unknown category."),
        _wrong(len(set(ids)) == len(ids) and ORGANISER_SESSION not in ids, "sessions", ", ".join(ids),
               "Each session needs an id of its own ({value})."),
    ]  # fmt: skip


def _wrong(right: Any, field: str, value: Any, message: str) -> FieldError | None:
    return None if right else FieldError(field, value, message, {"field": field, "value": value})


def _zone_exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _card(row: Mapping[Any, Any]) -> EventCard:
    return EventCard(**_card_fields(row))


def _card_fields(row: Mapping[Any, Any]) -> dict[str, Any]:
    same = (
        "event_id",
        "slug",
        "names",
        "scenario",
        "starts_at",
        "ends_at",
        "timezone",
        "livemode",
        "simulated",
        "state",
    )
    return {name: row[name] for name in same} | {"place": place_of(row["place"])}


def place_of(stored: Mapping[str, Any]) -> Place:
    """A place from a JSON column."""
    return Place(
        stored.get("id", ""), stored.get("names", {}), stored.get("lat", 0.0), stored.get("lon", 0.0),
        stored.get("country", ""), stored.get("region", ""), stored.get("kind", "city"),
    )  # fmt: skip


def _event(row: Mapping[Any, Any], sessions: list[sa.RowMapping]) -> Event:
    same = (
        "currency", "factor_set_id", "factor_set_sha256", "defaults", "texts", "jurisdiction", "payments",
        "expected_people", "opens_at", "closes_at", "pay_until", "books_by",
    )  # fmt: skip
    chosen = tuple(session_of(s) for s in sessions if s["kind"] != "organiser")
    boundary = with_method(boundary_of(row["boundary"]), row["defaults"])
    same_fields = {name: row[name] for name in same}
    return Event(**_card_fields(row), **same_fields, boundary=boundary, sessions=chosen)


def boundary_of(stored: Mapping[str, Any]) -> Boundary:
    """A boundary from its JSON column; what an older row does not say is as it was then."""
    return Boundary(
        tuple(stored["categories"]), bool(stored["non_co2"]), bool(stored["upstream"]), stored.get("who", "all"),
        stored.get("electricity", "location"), stored.get("flight_method", ""),
    )  # fmt: skip


def boundary_json(boundary: Boundary) -> dict[str, Any]:
    """The same as its column holds it."""
    return {
        "categories": list(boundary.categories), "non_co2": boundary.non_co2, "upstream": boundary.upstream,
        "who": boundary.who, "electricity": boundary.electricity, "flight_method": boundary.flight_method,
    }  # fmt: skip


def session_of(row: Mapping[Any, Any]) -> Session:
    """A session from its row."""
    return Session(row["session_id"], row["names"], row["kind"], row["starts_at"], row["ends_at"])
