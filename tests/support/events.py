"""Events and guests for tests."""

from datetime import UTC, datetime
from typing import Any

import events
from calculations.model import Place
from events import EventDraft, SessionDraft

CHENGDU = Place("geo:1815286", {"en": "Chengdu", "zh": "成都"}, 30.66667, 104.06667, "CN", "CN-51")
BEIJING, SHANGHAI = "geo:1816670", "geo:1796236"


def draft(slug: str = "hall-2026", **changes: Any) -> EventDraft:
    """A test event with two sessions, open."""
    values: dict[str, Any] = {
        "slug": slug, "scenario": "conference", "names": {"en": "Hall Forum", "zh": "大厅论坛"}, "place": CHENGDU,
        "starts_at": datetime(2026, 5, 4, 1, tzinfo=UTC), "ends_at": datetime(2026, 5, 4, 10, tzinfo=UTC),
        "timezone": "Asia/Shanghai", "currency": "CNY", "livemode": False,
        "sessions": (SessionDraft("main", {"en": "Main forum", "zh": "主论坛"}, "main"),
                     SessionDraft("life", {"en": "Digital life", "zh": "数字生活"}, "parallel")),
    }  # fmt: skip
    return EventDraft(**(values | changes))


def trip(mode: str = "plane", start: str = BEIJING, **more: Any) -> dict[str, Any]:
    """A trip there and back."""
    return {"from": start, "mode": mode, "round_trip": True} | more


def body(*trips: dict[str, Any], nights: int = 0) -> dict[str, Any]:
    """A footprint's body."""
    stays = [{"country": "CN", "nights": nights, "rooms": 1, "guests": 1}] if nights else []
    return {"trips": list(trips), "stays": stays, "meals": [], "other": []}


def guests(slug: str, count: int, session: str = "main", mode: str = "plane", company: str | None = None) -> list[str]:
    """So many guests who have answered; their ids."""
    ids = []
    for _ in range(count):
        started = events.start_participation(slug, session, company)
        events.save_footprint(started.participation_id, body(trip(mode), nights=1))
        ids.append(started.participation_id)
    return ids
