"""What if, and where should we have met: an event as it is, beside what it would be. For its organiser's eyes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import sqlalchemy as sa

from accounts import current_actor, require
from calculations.changes import Changes, Note, Outcome
from calculations.methods import Method
from calculations.model import Answers, FieldError, InputError, Place, Trip
from calculations.parties import Party
from calculations.rates import Rates
from calculations.venues import Choice, Hubs, Ranking, Ways, best_hubs, rank_cities, ways_of
from calculations.what_if import what_if
from data.library import list_methods, load_method
from data.places import index
from data.places.cities import candidate_cities
from data.store import answers as told_rows
from data.store import live
from data.store.engine import get_store
from events.catalogue import read_event
from events.footprints import factors_of
from events.model import SMALLEST_GROUP, Event
from events.recompute import answers_of

CITY_COUNT = 1000
KEPT = 8  # events whose people are kept in memory, each at its newest version
MOST_ANSWERS = 24  # of one version
METHOD = "method:"


@dataclass(frozen=True, slots=True)
class WhatIfView:
    """``outcome`` counts those who answered and the event's own lines, without the estimate for the others;
    ``unread_people`` have been unlinked since: their ``unread_g`` are left out."""

    event: Event
    outcome: Outcome
    notes: tuple[Note, ...]
    unread_people: int
    unread_g: int


@dataclass(frozen=True, slots=True)
class VenuesView:
    """The ranking of cities by the grams of the ways to them. ``people`` have told a way."""

    event: Event
    ranking: Ranking
    people: int


@dataclass(frozen=True, slots=True)
class HubsView:
    """The best pair or triple of hubs, beside the actual venue's own figure."""

    event: Event
    hubs: Hubs
    actual: Choice


Told = tuple[str, str, str, str]  # kind, factor of an import's line, its town, and what was told as JSON


@dataclass(frozen=True, slots=True)
class _People:
    """What is kept of an event at one version; ``answers`` holds what was asked of it before."""

    event: Event
    parties: tuple[Party, ...]
    parsed: Mapping[Told, Party]
    rates: Rates
    unread_people: int
    unread_g: int
    lost_methods: tuple[str, ...]
    answers: dict[tuple[Any, ...], Any] = field(default_factory=dict)


def without_venues(changes: Changes) -> Changes:
    """The same question at the event's own place."""
    return replace(changes, venues=())


def places_of(place_ids: Sequence[Any]) -> list[Place]:
    """The places of some ids; those that are none are left out."""
    found = [index.get(str(each)) for each in place_ids[:10]]
    return [place for place in found if place is not None]


def _enough(people: _People, asks: bool) -> None:
    """Where a handful have come, comparing places would tell where each of them lives."""
    told = sum(party.people for party in people.parties if party.present)
    if asks and told < SMALLEST_GROUP:
        message = "Places are compared once five people have told their way."
        raise InputError([FieldError("venues", told, message, {})])


def try_changes(slug: str, changes: Changes) -> WhatIfView:
    """The event with changes, beside what it is. Raises NotFound, Unauthenticated, Forbidden (event.view),
    InputError."""
    people = _people(slug)
    far = changes.remote is not None and changes.remote.whom == "farthest"
    _enough(people, bool(changes.venues or changes.rail_below_km or far))
    outcome = what_if(people.parties, people.event.place, people.rates, changes)
    notes = (*outcome.notes, *_own_notes(people))
    return WhatIfView(people.event, outcome, notes, people.unread_people, people.unread_g)


def best_cities(slug: str, rail_below_km: float = 0.0, shown: int = 20) -> VenuesView:
    """Where we should have met: the best of a thousand cities. Raises as ``try_changes``."""
    people = _people(slug)
    _enough(people, True)
    ways = _ways(people, rail_below_km)
    return VenuesView(people.event, _ranked(people, rail_below_km, shown), round(sum(way.people for way in ways)))


def best_hub_set(slug: str, hub_count: int = 2, rail_below_km: float = 0.0) -> HubsView:
    """The best two or three hubs of the thousand cities and the venue. Raises as ``try_changes``."""
    if hub_count not in (2, 3):
        message = "{field} must be one of {known}; it is {value}."
        params = {"field": "hubs", "known": "2, 3", "value": hub_count}
        raise InputError([FieldError("hubs", hub_count, message, params)])
    people = _people(slug)
    _enough(people, True)
    hubs = _kept(people, ("hubs", hub_count, rail_below_km), lambda: best_hubs(
        _ways(people, rail_below_km), candidate_cities(CITY_COUNT), people.event.place, people.rates, hub_count
    ))  # fmt: skip
    return HubsView(people.event, hubs, _ranked(people, rail_below_km, 1).actual)


def _kept(people: _People, key: tuple[Any, ...], compute: Callable[[], Any]) -> Any:
    """The answer to a question, computed once per version; few of them are kept."""
    if key not in people.answers:
        if len(people.answers) >= MOST_ANSWERS:
            people.answers.clear()
        people.answers[key] = compute()
    return people.answers[key]


def _ways(people: _People, rail_below_km: float) -> list[Ways]:
    made: list[Ways] = _kept(people, ("ways", rail_below_km), lambda: ways_of(
        people.parties, people.event.place, people.rates, rail_below_km
    ))  # fmt: skip
    return made


def _ranked(people: _People, rail_below_km: float, shown: int) -> Ranking:
    ranking: Ranking = _kept(people, ("cities", rail_below_km, shown), lambda: rank_cities(
        _ways(people, rail_below_km), candidate_cities(CITY_COUNT), people.event.place, people.rates, shown
    ))  # fmt: skip
    return ranking


def _people(slug: str) -> _People:
    """The event's people, read once for each version of it; who asks is checked each time."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        version = live.version(conn, event.event_id)
        key = (version, repr(event))
        known = _memory.get(event.event_id)
        if known is not None and known[0] == key:
            return known[1]
        rows = told_rows.current(conn, event.event_id)
    same = known is not None and known[0][1] == key[1]
    people = _read(event, rows, known[1] if known is not None and same else None)
    while len(_memory) >= KEPT:
        _memory.pop(next(iter(_memory)), None)
    _memory[event.event_id] = (key, people)
    return people


_memory: dict[str, tuple[tuple[int, str], _People]] = {}


def _read(event: Event, rows: Sequence[sa.RowMapping], before: _People | None) -> _People:
    """The parties of an event, those who told the same put together; what an earlier version had read is not read
    again."""
    rates = Rates(factors_of(event), event.boundary, event.defaults.get("hotel_norm"), event.place.country)
    alike: dict[Told, int] = {}
    unread_people = unread_g = 0
    for row in rows:
        if row["answers"]:
            told = {name: value for name, value in row["answers"].items() if name != "group_size"}
            town = row["origin_place_id"] if row["kind"] == "group" else ""
            key = (row["kind"], row["factor_id"], town, json.dumps(told, sort_keys=True))
            alike[key] = alike.get(key, 0) + (1 if row["kind"] == "organiser" else row["people_count"])
        elif row["total_g"]:
            unread_people += row["people_count"]
            unread_g += row["total_g"]
    parsed = {told: before.parsed[told] for told in alike if told in before.parsed} if before else {}
    lost = set(before.lost_methods) if before else set()
    parsed |= {told: _party(event, *told, lost) for told in alike if told not in parsed}
    parties = tuple(replace(parsed[told], people=people) for told, people in alike.items())
    rates = before.rates if before else rates
    return _People(event, parties, parsed, rates, unread_people, unread_g, tuple(sorted(lost)))


def _party(event: Event, kind: str, factor_id: str, town: str, told: str, lost: set[str]) -> Party:
    body = json.loads(told)
    if kind != "group":
        return Party(answers_of(event, {"answers": body, "kind": kind}), 1, kind)
    trips = tuple(_imported(event, trip, town) for trip in body["trips"])
    return Party(Answers(trips=trips), 1, kind, _method(factor_id, lost))


def _imported(event: Event, trip: Mapping[str, Any], town: str) -> Trip:
    """A row of an attendance file: its position as it was given, in the country of its town."""
    lat, lon = float(trip["from"]["lat"]), float(trip["from"]["lon"])
    near = index.get(town) or index.nearest_city(lat, lon)
    start = replace(near, lat=lat, lon=lon)
    return Trip(start, event.place, mode=trip["mode"], round_trip=bool(trip.get("round_trip", True)))


@cache
def _read_method(method_id: str) -> Method:
    """A method as an import counts with it: each attendance unrounded."""
    return replace(load_method(method_id), round_decimals=None)


def _method(factor_id: str, lost: set[str]) -> Method | None:
    """The method an import was made with, if this server has it."""
    if not factor_id.startswith(METHOD):
        return None
    name = factor_id.removeprefix(METHOD)
    if name not in list_methods():
        lost.add(name)
        return None
    return _read_method(name)


def _own_notes(people: _People) -> list[Note]:
    """What is not in the figures, or in them by other arithmetic than the event's own."""
    notes = []
    if people.unread_people:
        message = "{count} people have been unlinked since: what they told is gone, their grams are left out here."
        notes.append(Note(message, {"count": people.unread_people}))
    if people.lost_methods:
        message = "Attendances were imported with the method {method}, which is not on this server: the event's own " \
                  "factors stand in here."  # fmt: skip
        notes.append(Note(message, {"method": ", ".join(people.lost_methods)}))
    return notes
