"""What an event counts, changed by its organiser: for what is computed from now on, and for what is stored if they say
so. A stored footprint never changes by itself: computing all anew writes new versions, and the claims follow them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from accounts import TooMany, current_actor, may, record, require
from calculations.model import CATEGORIES, Boundary, Factor, FieldError, InputError
from calculations.who_counts import WHO
from data.store import current
from data.store import events as event_rows
from data.store import participations as rows
from data.store.engine import get_store
from events.catalogue import boundary_json, read_event
from events.footprints import Computed, compute_answers, factors_of, store_version
from events.model import Event
from events.recompute import Recomputed, answers_of, beside, may_compute
from events.states import hold_state, require_state

BASES = ("location", "market")
FLAGS = ("non_co2", "upstream")
FIELDS = ("categories", *FLAGS, "electricity", "hotel_norm", "who")
NIGHTS = ("room-night", "guest-night")
BATCH = 50


@dataclass(frozen=True, slots=True)
class BoundaryView:
    """An event's boundary with what may be chosen. ``former_count`` current footprints were computed before it was last
    changed, at ``changed_at``, and can be computed anew."""

    event: Event
    hotel_norm: str
    hotels: tuple[Factor, ...]
    former_count: int
    changed_at: datetime | None
    may_edit: bool


@dataclass(frozen=True, slots=True)
class RecomputedAll:
    """How many footprints have a new version, how many could not have one, and their grams before and after."""

    count: int
    left_count: int
    before_g: int
    after_g: int


def boundary_view(slug: str) -> BoundaryView:
    """What the boundary's page shows. Needs event.view. Raises NotFound, Forbidden."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        changed_at = _changed_at(conn, event.event_id)
        former = current.count_before(conn, event.event_id, changed_at) if changed_at else 0
    hotels = [row for row in factors_of(event).factors.values() if row.unit.split("/", 1)[-1] in NIGHTS]
    return BoundaryView(
        event=event, hotel_norm=str(event.defaults.get("hotel_norm") or ""), former_count=former,
        hotels=tuple(sorted(hotels, key=lambda row: (row.region, row.activity, row.factor_id))),
        changed_at=changed_at, may_edit=may(current_actor(), "event.edit", event.event_id),
    )  # fmt: skip


def preview_boundary(slug: str, body: Mapping[str, Any]) -> Recomputed:
    """What the current footprints would be under another boundary, beside what is stored; nothing changes. Needs
    event.view. Raises InputError."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        return beside(conn, event, _with(event, body), factors_of(event))


def set_boundary(slug: str, body: Mapping[str, Any]) -> Event:
    """Changes what is counted from now on. ``body``: categories, non_co2, upstream, electricity (location or market),
    hotel_norm (a factor id, or ''), who (all, onsite, guests). Needs event.edit; leaves an entry in the audit trail.
    Raises InputError."""
    now = datetime.now(UTC)
    with get_store().write() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.edit", event.event_id)
        hold_state(conn, event.event_id, "boundary")
        changed = _with(event, body)
        before, after = _told(event), _told(changed)
        if before != after:
            kept = after["boundary"] | {"changed_at": now.isoformat()}
            current.set_boundary(conn, event.event_id, kept, changed.defaults)
            detail = {"before": before, "after": after}
            record(conn, event.event_id, current_actor(), "event.boundary", event.slug, detail)
    return changed


def recompute_all(slug: str) -> RecomputedAll:
    """Computes every footprint anew that is older than the boundary's last change, from its answers: a new version
    each, whose claims, roll-ups and certificates follow. Safe to do twice. Needs event.edit; leaves an audit entry."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.edit", event.event_id)
        require_state(event, "recompute")
        changed_at = _changed_at(conn, event.event_id)
    done, after = RecomputedAll(0, 0, 0, 0), ""
    while changed_at is not None:
        with get_store().read() as conn:
            found = current.footprints(conn, event.event_id, after, BATCH)
        if not found:
            break
        after = found[-1]["participation_id"]
        former = [row for row in found if may_compute(row) and row["created_at"] < changed_at]
        done = _store_anew(event, former, done)
    with get_store().write() as conn:
        detail = {"footprints": done.count, "left": done.left_count, "before_g": done.before_g, "after_g": done.after_g}
        record(conn, event.event_id, current_actor(), "event.recompute", event.slug, detail)
    return done


def _store_anew(event: Event, former: list[sa.RowMapping], done: RecomputedAll) -> RecomputedAll:
    computed = [(row, compute_answers(event, answers_of(event, row))) for row in former]
    with get_store().write() as conn:
        for row, anew in computed:
            done = _store_one(conn, event, row, anew, done)
    return done


def _store_one(
    conn: sa.Connection, event: Event, row: Mapping[Any, Any], anew: Computed, done: RecomputedAll
) -> RecomputedAll:
    """Writes one new version, unless somebody has written one meanwhile or it has had all its versions."""
    hold_state(conn, event.event_id, "recompute")
    part = rows.get(conn, event.event_id, row["participation_id"], lock=True)
    if part is None or part["deleted_at"] is not None or part["footprint_version"] != row["version"]:
        return done
    try:
        store_version(conn, event, row["participation_id"], anew, row["answers"], datetime.now(UTC))
    except TooMany:
        return replace(done, left_count=done.left_count + 1)
    return replace(
        done, count=done.count + 1, before_g=done.before_g + row["total_g"],
        after_g=done.after_g + anew.result.total_g,
    )  # fmt: skip


def _changed_at(conn: sa.Connection, event_id: str) -> datetime | None:
    row = event_rows.by_id(conn, event_id)
    told = row["boundary"].get("changed_at") if row is not None else None
    return datetime.fromisoformat(told) if told else None


def _told(event: Event) -> dict[str, Any]:
    return {"boundary": boundary_json(event.boundary), "hotel_norm": str(event.defaults.get("hotel_norm") or "")}


def _with(event: Event, body: Mapping[str, Any]) -> Event:
    """The event with another boundary. Raises InputError naming every field that is wrong."""
    errors = [error for error in _errors(event, body) if error is not None]
    if errors:
        raise InputError(errors)
    chosen = tuple(name for name in CATEGORIES if name in body.get("categories", event.boundary.categories))
    boundary: Boundary = replace(
        event.boundary, categories=chosen, electricity=body.get("electricity", event.boundary.electricity),
        who=body.get("who", event.boundary.who),
        **{name: body[name] for name in FLAGS if name in body},
    )  # fmt: skip
    defaults = dict(event.defaults)
    if "hotel_norm" in body:
        defaults.pop("hotel_norm", None)
        defaults |= {"hotel_norm": body["hotel_norm"]} if body["hotel_norm"] else {}
    return replace(event, boundary=boundary, defaults=defaults)


def _errors(event: Event, body: Mapping[str, Any]) -> list[FieldError | None]:
    categories, norm = body.get("categories", ["travel"]), body.get("hotel_norm", "")
    known = isinstance(categories, list | tuple) and all(name in CATEGORIES for name in categories)
    row = factors_of(event).factors.get(norm) if isinstance(norm, str) else None
    is_hotel = norm == "" or (row is not None and row.unit.split("/", 1)[-1] in NIGHTS)
    unknown = sorted(str(key) for key in body if key not in FIELDS)
    return [
        _wrong(not unknown, "boundary", ", ".join(unknown), "{field}: {value} is not known here."),
        _wrong(known, "categories", categories, "{field}: “{value}” names a category that is none."),
        _wrong(bool(categories), "categories", "", "{field}: choose at least one category, or nothing is counted."),
        *[_wrong(isinstance(body.get(name, True), bool), name, body.get(name), "{field} must be yes or no.")
          for name in FLAGS],
        _wrong(body.get("electricity", "location") in BASES, "electricity", body.get("electricity"),
               "{field} must be location or market; it is {value}."),
        _wrong(body.get("who", "all") in (*WHO, event.boundary.who), "who", body.get("who"),
               "{field} must be all, onsite or guests; it is {value}."),
        _wrong(is_hotel, "hotel_norm", norm, "{field}: “{value}” is no row per night of this factor set."),
    ]  # fmt: skip


def _wrong(right: bool, field: str, value: Any, message: str) -> FieldError | None:
    shown = str(value)[:100]
    return None if right else FieldError(field, shown, message, {"field": field, "value": shown})
