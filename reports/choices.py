"""What a question may be narrowed to: the events one may see, and what occurs in them."""

from __future__ import annotations

from dataclasses import dataclass

from accounts import current_actor, require
from calculations.model import CATEGORIES
from data.store import cubes
from data.store.engine import get_store
from locales import pick
from reports import words
from reports.exploring import _visible
from reports.question import NO_MODE, Question


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of an address and its name."""

    value: str
    name: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Values for each filter; sessions only where one event is asked for."""

    events: tuple[Choice, ...]
    sessions: tuple[Choice, ...]
    categories: tuple[Choice, ...]
    modes: tuple[Choice, ...]
    months: tuple[Choice, ...]


def choices(question: Question) -> Choices:
    """The values that the question's filters may take. Needs reports.view."""
    require(current_actor(), "reports.view")
    with get_store().read() as conn:
        events = _visible(conn, question.kind)
        asked = [e for e in events if not question.event or e["slug"] in question.event]
        ids = [e["event_id"] for e in asked]
        found = {name: cubes.values(conn, ids, name) for name in ("category", "mode", "month")}
        sessions = cubes.sessions(conn, ids) if len(asked) == 1 else []
    short = asked[0]["texts"].get("session_short") or {} if len(asked) == 1 else {}
    return Choices(
        events=tuple(Choice(e["slug"], pick(e["names"])) for e in events),
        sessions=tuple(Choice(s["session_id"], pick(short.get(s["session_id"]) or s["names"])) for s in sessions),
        categories=tuple(Choice(name, words.category(name)) for name in CATEGORIES if name in found["category"]),
        modes=tuple(Choice(name or NO_MODE, words.mode(name)) for name in found["mode"]),
        months=tuple(Choice(name, words.month(name)) for name in found["month"] if name),
    )
