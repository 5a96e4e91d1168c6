"""The method that prices an event's flights: chosen by its organiser among those that come with the product, or brought
in a file of their own, whose text is kept with the event. A choice is for what is computed from then on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from accounts import current_actor, may, record, require
from calculations.methods import Method
from calculations.model import FieldError, InputError
from data.library import list_methods, load_methods
from data.store import current
from data.store.engine import get_store
from events.catalogue import boundary_json, read_event
from events.methods import KEPT_AS, check_method, find_method
from events.model import Event
from events.states import hold_state


@dataclass(frozen=True, slots=True)
class FlightMethodView:
    """What the method's page shows: ``chosen`` is None for the edition's International rows; ``other_count`` current
    footprints hold a flight that was computed in another way."""

    event: Event
    chosen: Method | None
    own: Method | None
    methods: tuple[Method, ...]
    other_count: int
    may_edit: bool


def flight_method_view(slug: str) -> FlightMethodView:
    """The methods to choose from, and the one chosen. Needs event.view. Raises NotFound, Forbidden."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        others = current.count_flights_by_others(conn, event.event_id, event.boundary.flight_method)
    text = event.defaults.get(KEPT_AS)
    return FlightMethodView(
        event=event, chosen=event.boundary.method, own=check_method(text) if text else None, methods=load_methods(),
        other_count=others, may_edit=may(current_actor(), "event.edit", event.event_id),
    )  # fmt: skip


def set_flight_method(slug: str, method_id: str = "", toml_text: str = "") -> FlightMethodView:
    """Prices the event's flights from now on by a method of the product, by the file of ``toml_text``, or with neither
    by the edition's International rows. Needs event.edit; leaves an entry in the audit trail. Raises InputError."""
    now = datetime.now(UTC)
    with get_store().write() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.edit", event.event_id)
        hold_state(conn, event.event_id, "boundary")
        method = check_method(toml_text) if toml_text else _known(event, method_id) if method_id else None
        before, after = _told(event.boundary.flight_method, event.boundary.method), _told("", method)
        if before != after:
            chosen = replace(event.boundary, flight_method=after["id"], method=method)
            defaults = {**event.defaults, KEPT_AS: toml_text} if toml_text else dict(event.defaults)
            kept = boundary_json(chosen) | {"changed_at": now.isoformat()}
            current.set_boundary(conn, event.event_id, kept, defaults)
            detail = {"before": before, "after": after}
            record(conn, event.event_id, current_actor(), "event.flight_method", event.slug, detail)
    return flight_method_view(slug)


def _told(method_id: str, method: Method | None) -> dict[str, Any]:
    """A method as the audit trail names it."""
    if method is None:
        return {"id": method_id, "sha256": ""}
    return {"id": method.method_id, "sha256": method.sha256}


def _known(event: Event, method_id: str) -> Method:
    found = find_method(method_id, event.defaults)
    if found is None:
        message = "There is no method {value}; known are {known}, or the path of a .toml file."
        params = {"value": method_id[:100], "known": ", ".join(list_methods())}
        raise InputError([FieldError("method", method_id[:100], message, params)])
    return found
