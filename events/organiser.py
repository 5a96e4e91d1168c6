"""What the organiser's page of an event shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts import current_actor, require
from data.store.engine import get_store
from events.boards import board_rows
from events.catalogue import read_event
from events.estimates import company_names
from events.live import funnel, read_snapshot
from events.model import BoardRow, Event
from events.totals import Totals, read_totals

ROWS = 20


@dataclass(frozen=True, slots=True)
class OrganiserView:
    """``totals`` with small groups shown and changes not folded yet; ``snapshot`` what the public sees; boards' first
    rows; ``unanswered`` people who are expected and have not answered; ``company_names`` of those told as expected."""

    event: Event
    totals: Totals
    snapshot: dict[str, Any]
    by_category: list[dict[str, Any]]
    by_session: list[dict[str, Any]]
    origins: dict[str, Any]
    timeline: list[dict[str, Any]]
    boards: dict[str, list[BoardRow]]
    funnel: dict[str, int]
    unanswered: int
    company_names: dict[str, dict[str, str]]


def organiser_view(slug: str) -> OrganiserView:
    """Everything of an event for its organiser. Raises NotFound, Unauthenticated, Forbidden (event.view)."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        totals = read_totals(conn, event)
        shown = read_snapshot(conn, event)
        names = company_names(conn, event)
        boards = {kind: board_rows(conn, event, kind, 0, ROWS)[0] for kind in ("people", "sessions", "companies")}
    return OrganiserView(
        event=event, totals=totals, snapshot=shown,
        by_category=[figure.as_json() for figure in totals.categories],
        by_session=[session.as_json(public=False) for session in totals.sessions],
        origins=shown["origins"], timeline=shown["timeline"], boards=boards, funnel=funnel(totals),
        unanswered=max(0, totals.expected_people - totals.participants), company_names=names,
    )  # fmt: skip
