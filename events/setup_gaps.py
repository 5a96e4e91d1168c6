"""What an event still lacks before it may open, and what it had better have."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import sqlalchemy as sa

import offsetting
from data.store import claims
from data.store import credits as lots
from data.store import setup as rows
from events.model import Event
from events.setup_model import Gap


def gaps_of(conn: sa.Connection, event: Event) -> tuple[Gap, ...]:
    """What is missing, step by step; what is needed first within a step."""
    kept = rows.setup(conn, event.event_id)
    done = set(kept["done"]) if kept else None
    return (*_words(event, done), *_place(event, done), *_money(conn, event))


def _words(event: Event, done: set[str] | None) -> Iterator[Gap]:
    if not any(event.names.values()):
        yield Gap("about", "It has no name.")
    for code, message in (("en", "It has no name in English."), ("zh", "It has no name in Chinese.")):
        if any(event.names.values()) and not event.names.get(code):
            yield Gap("about", message, needed=False)
    if not event.texts.get("intro"):
        yield Gap("about", "It has no introduction.", needed=False)
    if not event.boundary.categories:
        yield Gap("boundary", "Nothing is counted: choose at least one category.")
    if done is not None and not event.texts.get("privacy"):
        yield Gap("privacy", "It has no privacy text: guests are to know what becomes of what they tell.")
    if done is not None and "privacy" not in done:
        yield Gap("privacy", "Say whether it is a test or a live event; that is for good.")


def _place(event: Event, done: set[str] | None) -> Iterator[Gap]:
    if not event.place.names:
        yield Gap("place", "It has no place: that is where the ways of its guests end.")
    if done is not None and "place" not in done:
        yield Gap("place", "It has no dates and no time zone.")
    elif event.state == "draft" and event.ends_at < datetime.now(UTC):
        yield Gap("place", "Its last day is over.", needed=False)
    if not event.sessions and event.scenario == "conference":
        yield Gap("programme", "It has no sessions; guests will not be asked which they attend.", needed=False)


def _money(conn: sa.Connection, event: Event) -> Iterator[Gap]:
    if not event.payments:
        return
    on_offer = lots.offerings(conn, event.event_id)
    if not on_offer and any(row["state"] == "asked" for row in rows.requests(conn, event.event_id)):
        message = "The exchange has been asked and has not answered yet: until then guests can answer and can't pay."
        yield Gap("projects", message, needed=False)
    elif not on_offer:
        yield Gap("projects", "No project is on offer yet: guests can answer and can't pay.", needed=False)
    elif not any(row["available_g"] for row in on_offer):
        yield Gap(
            "projects", "The exchange has assigned no credits yet: guests can answer and can't pay.", needed=False
        )
    payer = event.defaults.get("payer")
    if (
        payer == "host_all"
        and on_offer
        and not any(row["buyer"] == "organiser" for row in claims.by_buyer(conn, event.event_id))
    ):
        yield Gap("projects", "The host covers everybody and has ordered nothing yet: once it is open, order on the "
                  "plan (Orders and money), so that answers are covered as they come.", needed=False)  # fmt: skip
    if payer in ("host_all", "host_residual") and event.books_by is None:
        yield Gap("place", "The host covers what guests do not: set the day by which the books are closed; it has to "
                  "be ordered by then.", needed=False)  # fmt: skip
    if not offsetting.can_pay(event.livemode, event.currency):
        message = "This server has no way to pay in this currency for such an event: guests can't pay."
        yield Gap("projects", message, needed=False)
