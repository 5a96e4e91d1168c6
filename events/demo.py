"""The demonstration: a forum whose facts are reported and whose attendance is simulated, and invented venues."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from calculations.model import Boundary, Place
from data.library import DEFAULT_EDITION, load_factor_set
from data.places import index
from data.store import demo as rows
from data.store import events as event_rows
from data.store.engine import get_store
from events import demo_credits
from events.catalogue import put_event
from events.demo_day import simulate
from events.demo_forum import seed_forum
from events.demo_plan import publish_demo_plan
from events.model import EventDraft, SessionDraft

ROOT = Path(__file__).resolve().parent.parent / "data"
FORUM, VENUES = ROOT / "demo" / "forum.toml", ROOT / "demo" / "venues.toml"


def seed_demo(reset: bool = False) -> list[str]:
    """Makes what is missing of the demonstration and returns the slugs that were made; a second call makes nothing.
    With ``reset`` the demonstration's own events and batches, all of them test data, are dropped first."""
    forum, venues = _read(FORUM), _read(VENUES)
    drafts = [_forum_draft(forum), *[_venue_draft(venue, venues["shared"]) for venue in venues["venue"]]]
    if reset:
        _drop(drafts)
    made = [slug for slug in (_make(draft) for draft in drafts) if slug]
    demo_credits.ensure_projects(_utc(forum["created"]))
    offered = {forum["slug"]: forum} | {venue["slug"]: venues["shared"] for venue in venues["venue"]}
    for draft in drafts:
        if draft.slug in made:
            offerings = offered[draft.slug]["offering"]
            demo_credits.offer(draft.event_id, draft.currency, offerings, forum["split"], draft.starts_at)
    if forum["slug"] in made:
        simulate(forum)
        seed_forum(forum["slug"])
        publish_demo_plan(forum["slug"])
    return made


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _make(draft: EventDraft) -> str:
    with get_store().write() as conn:
        if event_rows.slugs(conn, [draft.slug]):
            return ""
        put_event(conn, draft, load_factor_set(DEFAULT_EDITION))
    return draft.slug


def _drop(drafts: list[EventDraft]) -> None:
    """Only what is simulated test data, and only this demonstration's."""
    with get_store().write() as conn:
        ids = [draft.event_id for draft in drafts]
        mine = [i for i in ids if i in set(event_rows.ids(conn, simulated=True))]
        demo_credits.forget(conn, mine)
        rows.drop_test_events(conn, mine)


def _place(place_id: str) -> Place:
    place = index.get(place_id)
    if place is None:
        raise LookupError(f"the places index has no {place_id}")
    return place


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


def _forum_draft(forum: Mapping[str, Any]) -> EventDraft:
    bounds = forum["boundary"]
    texts = dict(forum["texts"]) | {
        "split": forum["split"], "session_short": {s["id"]: s["short"] for s in forum["session"]},
    }  # fmt: skip
    sessions = tuple(
        SessionDraft(s["id"], s["names"], s["kind"], _utc(s["starts"]), _utc(s["ends"])) for s in forum["session"]
    )
    boundary = Boundary(tuple(bounds["categories"]), bounds["non_co2"], bounds["upstream"], bounds["who"])
    return _draft(forum, forum, texts, sessions=sessions, boundary=boundary, expected=forum["expected_people"])


def _venue_draft(venue: Mapping[str, Any], shared: Mapping[str, Any]) -> EventDraft:
    texts = {"intro": venue["intro"], "notice": shared["notice"]}
    return _draft(venue, shared, texts)


def _draft(
    own: Mapping[str, Any], shared: Mapping[str, Any], texts: Mapping[str, Any],
    sessions: tuple[SessionDraft, ...] = (), boundary: Boundary | None = None, expected: int = 0,
) -> EventDraft:  # fmt: skip
    return EventDraft(
        slug=own["slug"], scenario=own["scenario"], names=own["names"], place=_place(shared["place"]),
        starts_at=_utc(shared["starts"]), ends_at=_utc(shared["ends"]), timezone=shared["timezone"],
        currency=shared["currency"], livemode=False, sessions=sessions, texts=texts, defaults=shared["defaults"],
        boundary=boundary or Boundary(), jurisdiction=shared["jurisdiction"], payments=True, simulated=True,
        expected_people=expected, state="open", event_id=own["event_id"], created_at=_utc(shared["created"]),
    )  # fmt: skip
