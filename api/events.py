"""Scenarios, events, places, totals and boards: what anybody may read."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

import events
import offsetting
from accounts import Unauthenticated
from api.common import PREFIX, Secret, bearer, listed
from calculations.model import FieldError, InputError
from locales import current_language, pick

router = APIRouter(prefix=PREFIX)
PageNumber = Annotated[int, Query(ge=1, le=1_000_000, description="Counts from 1.")]
Size = Annotated[int, Query(ge=1, le=1000, description="Rows a page.")]


@router.get("/scenarios", tags=["events"])
def scenarios() -> dict[str, Any]:
    """Scenarios with their names and the activities they ask for."""
    return listed([_scenario(item) for item in events.scenarios()])


def _scenario(item: Any) -> dict[str, Any]:
    activities = [
        {"activity": a.key, "names": dict(a.names), "unit": a.unit, "category": a.category} for a in item.activities
    ]
    return {"id": item.scenario_id, "names": dict(item.names), "activities": activities}


@router.get("/events", tags=["events"])
def find(
    q: Annotated[str, Query(max_length=200)] = "",
    scenario: Annotated[str, Query(max_length=40)] = "",
    page: PageNumber = 1,
    size: Size = 100,
) -> dict[str, Any]:
    """Published events, by name in any of their languages and by scenario."""
    found = events.find_events(q, scenario, page, size)
    following = f"{PREFIX}/events?q={q}&scenario={scenario}&page={page + 1}&size={size}" if found.has_next else None
    return listed([card.as_json() for card in found.items], following)


@router.get("/events/{slug}", tags=["events"])
def one(slug: str) -> dict[str, Any]:
    """An event with its sessions, boundary, factor set and projects."""
    event = events.get_event(slug)
    return event.as_json() | {"projects": [offer.as_json() for offer in offsetting.offers(slug)]}


@router.get("/events/{slug}/projects", tags=["offsetting"])
def projects(slug: str) -> dict[str, Any]:
    """The reduction and removal projects on offer."""
    events.get_event(slug)
    return listed([offer.as_json() for offer in offsetting.offers(slug)])


@router.get("/events/{slug}/activities", tags=["events"])
def activities(slug: str) -> dict[str, Any]:
    """What `other` of a footprint may hold at an event: each activity, the units it is told in, and its category."""
    found = events.activities(slug)
    return listed(
        [
            {"activity": each.key, "names": dict(each.names), "units": list(each.units), "category": each.category}
            for each in found
        ]
    )


@router.get("/places", tags=["events"])
def places(
    q: Annotated[str, Query(max_length=200)] = "",
    lang: Annotated[str, Query(max_length=10)] = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 8,
    near: Annotated[str, Query(max_length=64, description="the id of a place: of places alike the nearer first")] = "",
) -> dict[str, Any]:
    """Airports and towns for what is being typed: Chinese, English, the local name, pinyin or an airport's code."""
    language = lang if lang in ("en", "zh", "mr", "is") else current_language()
    return listed([_place(place, language) for place in events.suggest_places(q, language, limit, near)])


def _place(place: Any, language: str) -> dict[str, Any]:
    return {
        "id": place.place_id, "name": pick(dict(place.names), language), "detail": place.detail, "iata": place.iata,
        "country": place.country, "lat": place.lat, "lon": place.lon, "kind": place.kind,
    }  # fmt: skip


@router.get("/events/{slug}/totals", tags=["live"])
def totals(slug: str) -> dict[str, Any]:
    """The event's figures; those of groups under five are null."""
    return events.totals(slug).as_json()


@router.get("/events/{slug}/leaderboards/{kind}", tags=["live"])
def leaderboard(
    slug: str,
    kind: Literal["people", "companies", "sessions"],
    page: PageNumber = 1,
    size: Size = 100,
    participation: Annotated[str, Query(max_length=64)] = "",
    authorization: Secret = None,
) -> dict[str, Any]:
    """A board; with ``participation`` and its secret also one's own row."""
    me = _proved(slug, participation, authorization)
    board = events.leaderboard(slug, kind, page, size, me)
    shown: dict[str, Any] = {"rows": [_row(row) for row in board.rows], "total": board.total}
    path = f"{PREFIX}/events/{slug}/leaderboards/{kind}?page={page + 1}&size={size}"
    shown["next"] = path if board.has_next else None
    return shown | ({"me": _row(board.me) if board.me else None, "why_not": board.why_not} if me else {})


def _proved(slug: str, participation: str, authorization: str | None) -> str | None:
    if not participation:
        return None
    if authorization is None:
        raise Unauthenticated("Send the participation's secret: Authorization: Bearer …")
    guest = events.guest(participation, bearer(authorization))
    if guest.slug != slug:
        raise InputError([FieldError("participation", participation, "{field}: {value} is of another event.")])
    return participation


def _row(row: events.BoardRow) -> dict[str, Any]:
    return {
        "rank": row.rank, "label": row.label, "display": pick(dict(row.display)), "share": row.share_bp / 10_000,
        "grams_g": row.grams_g, "state": row.state,
    }  # fmt: skip
