"""Live views: folding changes into a new version, and the snapshot that every display of a version shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from accounts import SYSTEM
from data.places import index
from data.store import forum, live, rollups, screens
from data.store.engine import get_store
from events.boards import board_rows, top_people
from events.catalogue import read_event
from events.milestones import milestones
from events.model import SMALLEST_GROUP, BoardRow, Event, instant, place_json
from events.origins import LOCAL_KM, way_km
from events.totals import Totals, read_totals

BUCKET = timedelta(minutes=5)
TOP_ROWS = 5
MILESTONE = 100  # certificates
TIMELINE_ROWS = 400
THANKED = 12
MOST_COMPANIES = 500


def live_version(event_id: str) -> int:
    """The number that grows with every change a live view shows."""
    with get_store().read() as conn:
        return live.version(conn, event_id)


def fold(event_id: str) -> bool:
    """Folds an event's deltas into its roll-ups, notes the course of the day and publishes categories once five more
    have come. False where there was nothing to fold, or another worker is at it."""
    now = datetime.now(UTC)
    with get_store().write() as conn:
        return fold_in(conn, event_id, now)


def fold_in(conn: sa.Connection, event_id: str, now: datetime) -> bool:
    """The same within a transaction."""
    certificates = _certificates(conn, event_id)
    if not rollups.fold(conn, event_id, now):
        return False
    event = read_event(conn, event_id=event_id, actor=SYSTEM)
    totals = read_totals(conn, event, unfolded=False)
    _milestone(conn, event_id, certificates, totals.counts["certificate_count"], now)
    _publish(conn, totals)
    if not totals.hidden:  # the course of the day is shown later on, its first four guests never
        live.put_bucket(conn, event_id, bucket_of(event, now), course_of(totals))
    live.trim_ticker(conn, event_id)
    return True


def _certificates(conn: sa.Connection, event_id: str) -> int:
    place = rollups.TALLY.measures.index("certificate_count")
    return sum(row[place] for row in rollups.read(conn, rollups.TALLY, event_id, unfolded=False).values())


def _milestone(conn: sa.Connection, event_id: str, before: int, after: int, now: datetime) -> None:
    """A line of the ticker whenever another hundred certificates are full."""
    if after // MILESTONE > before // MILESTONE:
        live.add_ticker(conn, event_id, "milestone", now, certificates=after // MILESTONE * MILESTONE)


def fold_due() -> int:
    """Folds every event that has deltas; how many were folded."""
    with get_store().read() as conn:
        waiting = rollups.dirty_events(conn)
    return sum(fold(event_id) for event_id in waiting)


def course_of(totals: Totals) -> dict[str, int]:
    """The totals as the timeline keeps them."""
    return {
        "low_g": totals.mass.low_g, "total_g": totals.mass.total_g, "high_g": totals.mass.high_g,
        "reserved_g": totals.reserved_g, "retired_g": totals.retired_g,
    }  # fmt: skip


def bucket_of(event: Event, now: datetime) -> datetime:
    """The end of the five minutes ``now`` is in. A simulated day ends when its event does."""
    at = min(now, event.ends_at) if event.simulated else now
    return datetime.fromtimestamp((at.timestamp() // BUCKET.seconds + 1) * BUCKET.seconds, UTC)


def _publish(conn: sa.Connection, totals: Totals) -> None:
    """Categories move only once five more people have come (or gone), so that nobody's own part can be told."""
    state = live.state(conn, totals.event_id)
    known = state["published_people"] if state else 0
    moved = abs(totals.participants - known) >= SMALLEST_GROUP
    if totals.participants >= SMALLEST_GROUP and (moved or state is None or not state["published_categories"]):
        figures = [figure.as_json() for figure in totals.categories]
        live.publish_categories(conn, totals.event_id, totals.participants, figures)


def snapshot(slug_or_event_id: str) -> dict[str, Any]:
    """What live views show at the current version, as plain JSON values: figures of groups under five are null, the
    ticker names nobody. Raises NotFound."""
    with get_store().read() as conn:
        is_id = live.version(conn, slug_or_event_id) > 0
        event_id, slug = (slug_or_event_id, "") if is_id else ("", slug_or_event_id)
        event = read_event(conn, slug, event_id)
        return read_snapshot(conn, event)


def watched_snapshot(event_id: str) -> dict[str, Any]:
    """The same for streams, whose doors have asked who may look: of drafts too. Raises NotFound."""
    with get_store().read() as conn:
        return read_snapshot(conn, read_event(conn, event_id=event_id, actor=SYSTEM))


def read_snapshot(conn: sa.Connection, event: Event) -> dict[str, Any]:
    """The same within a transaction."""
    totals = read_totals(conn, event, unfolded=False)
    known = totals.as_json()
    companies = board_rows(conn, event, "companies", 0, MOST_COMPANIES)[0]
    return {
        "event": _header(event), "livemode": event.livemode, "simulated": event.simulated,
        "version": totals.version, "as_of": known["as_of"], "participants": totals.participants,
        "expected_people": totals.expected_people, "hidden": totals.hidden, "smallest_group": SMALLEST_GROUP,
        "emitted": known["emitted_g"], "covered": known["covered_g"], "extra": known["extra_g"],
        "residual": known["residual_g"], "share_bp": None if totals.hidden else totals.share_bp,
        "response_bp": totals.estimate.response_bp,
        "by_category": [dict(row) for row in totals.published], "by_session": known["by_session"],
        "boards": _boards(conn, event, companies), "origins": origins(conn, event),
        "orders": totals.counts["paid_order_count"],
        "paid_minor": None if totals.hidden else totals.paid_minor, "currency": event.currency,
        "money": known["money_minor"], "timeline": _timeline(conn, event, totals), "ticker": _ticker(conn, event),
        "funnel": funnel(totals), "quality": known["quality"], "thanks": _thanks(conn, event, companies),
        "milestones": {} if totals.hidden else milestones(totals.participants, totals.reserved_g + totals.retired_g),
    }  # fmt: skip


def funnel(totals: Totals) -> dict[str, int]:
    """From the first tap to the certificate."""
    counts = totals.counts
    return {
        "began": counts["participation_count"], "footprint": counts["answered_count"],
        "paid": counts["paid_order_count"], "certificate": counts["certificate_count"],
    }  # fmt: skip


def _header(event: Event) -> dict[str, Any]:
    return {
        "event_id": event.event_id, "slug": event.slug, "names": dict(event.names), "place": place_json(event.place),
        "starts": instant(event.starts_at), "ends": instant(event.ends_at), "timezone": event.timezone,
        "scenario": event.scenario, "state": event.state, "factor_set": event.factor_set_id,
    }  # fmt: skip


def _boards(conn: sa.Connection, event: Event, companies: list[BoardRow]) -> dict[str, list[dict[str, Any]]]:
    people = top_people(conn, event, TOP_ROWS)
    rows = {"people": people, "sessions": board_rows(conn, event, "sessions", 0, TOP_ROWS)[0]}
    return {
        kind: [
            {
                "rank": row.label, "display": dict(row.display), "share_bp": row.share_bp, "norm_bp": row.norm_bp,
                "mode": row.mode, "state": row.state, "retired_bp": row.retired_bp,
            }
            for row in shown[:TOP_ROWS]
        ]
        for kind, shown in (rows | {"companies": companies}).items()
    }  # fmt: skip


def _thanks(conn: sa.Connection, event: Event, companies: list[BoardRow]) -> dict[str, Any]:
    """Companies whose people have covered something, by share: of five people and more, and at a live event only those
    whose own word it is, by an account that the administrator has approved. ``more`` is how many have no room in
    ``names``."""
    rows = [row for row in companies if row.share_bp > 0]
    if event.livemode:
        approved = screens.approved_companies(conn, [row.key for row in rows])
        willing = forum.thanked_companies(conn, event.event_id) & approved
        rows = [row for row in rows if row.key in willing]
    return {"names": [dict(row.display) for row in rows[:THANKED]], "more": max(0, len(rows) - THANKED)}


def origins(conn: sa.Connection, event: Event) -> dict[str, Any]:
    """Where people came from, for the compass rose: places of five and more by distance and direction, the others in
    one sum, those from the event's own town apart (None where they are fewer than five)."""
    shown, few, local = [], 0, 0
    for row in rollups.as_rows(rollups.ORIGIN, rollups.read(conn, rollups.ORIGIN, event.event_id, unfolded=False)):
        place = index.get(row["place_id"])
        if place is None or row["people_count"] <= 0:
            few += max(0, row["people_count"])
            continue
        km, azimuth = way_km(event.place, place)
        if km < LOCAL_KM:
            local += row["people_count"]
        elif row["people_count"] < SMALLEST_GROUP:
            few += row["people_count"]
        else:
            shown.append(
                {
                    "place_id": place.place_id, "names": dict(place.names), "distance_km": round(km, 1),
                    "azimuth": round(azimuth, 1), "people": row["people_count"],
                    "mostly": "rail" if row["rail_count"] > row["air_count"] else "air",
                }
            )  # fmt: skip
    shown.sort(key=lambda entry: (-entry["people"], entry["place_id"]))
    hidden_local = 0 < local < SMALLEST_GROUP
    return {"places": shown, "few": few + (local if hidden_local else 0), "local": None if hidden_local else local}


def _timeline(conn: sa.Connection, event: Event, totals: Totals) -> list[dict[str, Any]]:
    if totals.hidden:
        return []
    rows = live.timeline(conn, event.event_id, TIMELINE_ROWS)
    return [row | {"bucket_at": instant(row["bucket_at"])} for row in rows]


def _ticker(conn: sa.Connection, event: Event) -> list[dict[str, Any]]:
    return [row | {"at": instant(row["at"])} for row in live.ticker(conn, event.event_id)]
