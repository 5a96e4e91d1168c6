"""The audit trail: who changed what, for those who may read it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from accounts.actor import Actor
from accounts.errors import Forbidden, NotFound
from accounts.permissions import TABLE, require, roles_for
from accounts.trail_words import ACTIONS, action_words, detail_words
from calculations.model import FieldError, InputError
from data.store import events
from data.store import orders as event_rows
from data.store import people as rows
from data.store.engine import get_store
from data.table_given import csv_cells

PAGE, MOST_CSV = 50, 20_000
COLUMNS = ("at", "event", "who", "who_id", "action", "what", "subject", "detail", "in_words")


@dataclass(frozen=True, slots=True)
class Entry:
    """One change: ``who`` by name ('' for a guest or the system), ``slug`` '' where it is of no event."""

    entry_id: str
    at: datetime
    slug: str
    actor: str
    who: str
    action: str
    subject: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trail:
    """A page of the trail, newest first; ``next_before`` continues it, '' at its end."""

    entries: tuple[Entry, ...]
    next_before: str


def read_trail(
    actor: Actor, slug: str = "", person: str = "", action: str = "", day: str = "", before: str = "", size: int = PAGE
) -> Trail:
    """Changes of an event, by a person (id, name or email), of an action (whole, or its beginning) and of a day in UTC.
    Needs trail.view: of one's own events, or of everything for a role of the installation. Raises NotFound, Forbidden,
    InputError for what is no day."""
    require(actor, "trail.view")
    days = _days_of(day)
    with get_store().read() as conn:
        event_ids, actors = _events_of(conn, actor, slug.strip()), _actors_of(conn, person)
        if person and not actors:
            return Trail((), "")
        found = rows.trail(
            conn, event_ids=event_ids, actors=actors, action=action[:60], before=before[:40], limit=size + 1,
            is_whole=action in ACTIONS, days=days,
        )  # fmt: skip
        entries = _entries(conn, found[:size])
    return Trail(tuple(entries), found[size - 1]["entry_id"] if len(found) > size else "")


def _days_of(day: str) -> tuple[datetime, datetime] | None:
    if not day.strip():
        return None
    try:
        start = datetime.combine(date.fromisoformat(day.strip()), time(), UTC)
        return start, start + timedelta(days=1)
    except (ValueError, OverflowError):
        message = "{field}: {value} is no day; write it as 2026-11-21."
        raise InputError([FieldError("day", day[:60], message)]) from None


def recorded_actions(actor: Actor) -> list[str]:
    """Every action that the trail has, by code. Needs trail.view."""
    require(actor, "trail.view")
    with get_store().read() as conn:
        return rows.trail_actions(conn)


def reasons_of(actor: Actor, event_id: str, subject: str) -> tuple[Entry, ...]:
    """What was done to something of an event, an order say, newest first. Needs orders.view of the event."""
    require(actor, "orders.view", event_id)
    with get_store().read() as conn:
        found = rows.trail(
            conn, event_ids=[event_id], actors=[], action="", before="", limit=PAGE, subject=subject[:100]
        )
        return tuple(_entries(conn, found))


def sees_all(actor: Actor) -> bool:
    """Whether somebody reads the whole installation's trail, not only that of their events. An organiser of the whole
    installation reads every event's, and nothing of people's accounts."""
    return actor.kind == "system" or bool((TABLE["trail.view"] - {"organiser"}) & roles_for(actor))


def _events_of(conn: Connection, actor: Actor, slug: str) -> list[str] | None:
    if slug:
        event = event_rows.event_of_slug(conn, slug)
        if event is None:
            raise NotFound("There is no event {value}.", value=slug[:60])
        require(actor, "trail.view", event["event_id"])
        return [event["event_id"]]
    if sees_all(actor):
        return None
    allowed = TABLE["trail.view"]
    if roles_for(actor) & allowed:
        return events.ids(conn)
    own = sorted({event for role, event, company in actor.roles if role in allowed and event and not company})
    if not own:
        raise Forbidden("Your role does not allow this ({action}).", action="trail.view")
    return own


def _actors_of(conn: Connection, person: str) -> list[str]:
    wanted = person.strip()[:200]
    if not wanted:
        return []
    if wanted in ("guest", "system", "anonymous"):
        return [wanted]
    ids = [row["person_id"] for row in rows.find_people(conn, wanted.lower(), "", 0, 50)]
    ids += [wanted] if rows.person(conn, wanted) is not None else []
    return [f"{kind}:{each}" for each in ids for kind in ("person", "program")]


def _entries(conn: Connection, found: Sequence[Any]) -> list[Entry]:
    ids = {row["actor"].partition(":")[2] for row in found}
    names = rows.names_of(conn, sorted(ids - {""}))
    slugs = rows.event_slugs(conn, sorted({row["event_id"] for row in found if row["event_id"]}))
    return [
        Entry(
            row["entry_id"], row["at"], slugs.get(row["event_id"], row["event_id"]), row["actor"],
            names.get(row["actor"].partition(":")[2], ""), row["action"], row["subject"], row["detail"],
        )
        for row in found
    ]  # fmt: skip


def trail_csv(actor: Actor, slug: str = "", person: str = "", action: str = "", day: str = "") -> str:
    """The same as CSV, the newest 20,000; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for each in read_trail(actor, slug, person, action, day, size=MOST_CSV).entries:
        detail = json.dumps(dict(each.detail), ensure_ascii=False, sort_keys=True)
        what, words = action_words(each.action), "; ".join(detail_words(each.detail))
        row = [each.at.isoformat(), each.slug, each.who, each.actor, each.action, what, each.subject, detail, words]
        writer.writerow(csv_cells(row))
    return out.getvalue()
