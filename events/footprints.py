"""Footprints: what somebody told, computed into emission lines, kept version by version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

import offsetting
from accounts import Conflict, NotFound, TooMany, current_actor, record, require
from calculations.answers import MAX_OWN, parse_answers
from calculations.better import better_way
from calculations.distance import geodesic_km
from calculations.footprint import compute
from calculations.model import Answers, EmissionLine, FactorMissing, FactorSet, FootprintResult, Place, Scenario
from calculations.propagation import spread_rows
from calculations.ranking import norm_answers
from calculations.strata import square_parts
from calculations.travel import category_of
from calculations.who_counts import REMOTE, UNCOUNTED, left_out
from data.library import list_editions, load_factor_set, load_scenarios
from data.store import boards, claims, facets, live, rollups
from data.store import participations as rows
from data.store.engine import get_store
from data.store.ids import event_of, new_id
from events.catalogue import read_event
from events.inventory_entries import bare, changes, check_version, stamped, typed_part
from events.model import ORGANISER_SESSION, Event, FootprintView
from events.origins import origin_of, region_of, travelled, way_of
from events.participations import ROW
from events.spots import named, resolver
from events.states import hold_state, require_state

MAX_VERSIONS = 500
MASSES = ("low_g", "total_g", "high_g", "non_co2_g", "upstream_g")
RAIL = ("high_speed_rail", "rail")
LINE_KEYS = ("category", "activity", "mode", "month")
Key = dict[str, str]


@dataclass(frozen=True, slots=True)
class Computed:
    """Answers and what they come to; ``origin`` is the town and the mode someone came from and by. ``left_out`` says
    why somebody is not counted: such a footprint has no line, no origin, and counts no people."""

    answers: Answers
    result: FootprintResult
    travel_g: int
    travel_m: int
    norm_g: int
    origin: tuple[str, str]
    left_out: str = ""

    @property
    def way(self) -> str:
        """The way of taking part, as it is kept with the participation."""
        return UNCOUNTED if self.left_out else way_of(self.result, self.origin[1])


def preview_footprint(slug: str, body: Any) -> FootprintView:
    """What a body would come to; nothing is stored. Raises NotFound, InputError."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    done = compute_for(event, body)
    return _view("", 0, done, _better(event, done.answers), body)


def save_footprint(participation_id: str, body: Any) -> FootprintView:
    """Stores the next version of a participation's footprint: its lines, the roll-ups' deltas, and coverage that
    follows the lines, in one transaction. Raises NotFound, InputError, Conflict (closed), TooMany (versions)."""
    event_id = event_of(participation_id)
    with get_store().read() as conn:
        event = read_event(conn, event_id=event_id)
    require_state(event, "answer")
    done, now = compute_for(event, body), datetime.now(UTC)
    better, body = _better(event, done.answers), coarse(named(event, body))
    with get_store().write() as conn:
        hold_state(conn, event_id, "answer")
        version = store_version(conn, event, participation_id, done, body, now)
    return _view(participation_id, version, done, better, body, now)


def coarse(told: Any) -> Any:
    """What was told as it may be kept: a device's position to 0.01°, as it is computed with."""
    if isinstance(told, Mapping):
        known = {key: coarse(value) for key, value in told.items()}
        exact = {key: known[key] for key in ("lat", "lon") if isinstance(known.get(key), float)}
        return known | {key: round(value, 2) + 0.0 for key, value in exact.items()}
    return [coarse(value) for value in told] if isinstance(told, list | tuple) else told


def save_inventory(slug: str, body: Any, at_version: int | None = None) -> FootprintView:
    """The organiser's own lines (energy, materials, food …), as a participation of kind organiser. Needs event.edit;
    Conflict where somebody has saved another version than ``at_version`` meanwhile, or the books are closed."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    require(current_actor(), "event.edit", event.event_id)
    require_state(event, "inventory")
    done, now = compute_answers(event, parse(event, bare(body), inventory_scenario(event))), datetime.now(UTC)
    told = {**body, "other": stamped(body.get("other", []))}
    with get_store().write() as conn:
        hold_state(conn, event.event_id, "inventory")
        part = typed_part(rows.of_kind(conn, event.event_id, "organiser"))
        check_version(part, at_version)
        participation_id = part["participation_id"] if part else start_inventory(conn, event, now)
        known = rows.footprint(conn, event.event_id, participation_id, part["footprint_version"]) if part else None
        for what, line_id, detail in changes(known["answers"].get("other", []) if known else [], told["other"]):
            record(conn, event.event_id, current_actor(), f"inventory.{what}", line_id, detail)
        version = store_version(conn, event, participation_id, done, told, now)
    return _view(participation_id, version, done, (), told, now)


def start_inventory(conn: sa.Connection, event: Event, now: datetime) -> str:
    """Begins the organiser's own participation and returns its id."""
    participation_id = new_id(event.event_id)
    row = ROW | {"event_id": event.event_id, "participation_id": participation_id, "created_at": now}
    row |= {"kind": "organiser", "session_id": ORGANISER_SESSION, "people_count": 0, "secret_hash": ""}
    rows.insert(conn, [row])
    return participation_id


def current_footprint(participation_id: str) -> FootprintView | None:
    """The current version, None before the first. Raises NotFound."""
    event_id = event_of(participation_id)
    with get_store().read() as conn:
        part = rows.get(conn, event_id, participation_id)
        if part is None or part["deleted_at"] is not None:
            raise NotFound("There is no participation “{participation}”.", participation=participation_id[:64])
        foot = rows.footprint(conn, event_id, participation_id, part["footprint_version"])
        if foot is None:
            return None
        lines = tuple(line_of(row) for row in rows.lines(conn, event_id, participation_id, foot["version"]))
        event = read_event(conn, event_id=event_id)
    better = _better_if_known(event, foot["answers"]) if foot["answers"] else ()
    return FootprintView(
        f"{participation_id}.{foot['version']}", foot["version"], foot["low_g"], foot["total_g"], foot["high_g"],
        foot["non_co2_g"], lines, _by_category(lines), better, foot["travel_g"], foot["norm_g"], foot["answers"],
        foot["created_at"], foot["upstream_g"], foot["quality"], _left_out(event, part, foot["answers"]),
    )  # fmt: skip


def parse(event: Event, body: Any, scenario: Scenario | None = None) -> Answers:
    """Answers from a body in the event's terms, or those of another template. Raises InputError."""
    place = event.place if event.place.names else None
    template = scenario or load_scenarios().get(event.scenario)
    return parse_answers(body, resolver(event), place, template, factors_of(event))


def inventory_scenario(event: Event) -> Scenario:
    """What an organiser may tell: the activities of the event's own template and of the general one, and any row of
    the event's factor set; not bounded by what one guest may tell."""
    own, general = load_scenarios()[event.scenario], load_scenarios()["other"]
    more = tuple(each for each in general.activities if own.activity(each.key) is None)
    activities = tuple(replace(each, minimum=0.0, maximum=MAX_OWN) for each in own.activities + more)
    return replace(own, activities=activities, is_open=True)


def factors_of(event: Event) -> FactorSet:
    """The event's factor set, held to its hash. Raises Conflict where it is not on this server, or is another one."""
    if event.factor_set_id not in list_editions():
        message = "This event was made with factor set {edition}, which is not on this server: nothing can be computed."
        raise Conflict(message, edition=event.factor_set_id)
    factors = load_factor_set(event.factor_set_id)
    if factors.sha256 != event.factor_set_sha256:
        message = "Factor set {edition} on this server is not the one this event was made with: its hash differs."
        raise Conflict(message, edition=event.factor_set_id)
    if event.boundary.flight_method and event.boundary.method is None:
        message = "This event counts flights by the method {method}, which is not on this server: it computes nothing."
        raise Conflict(message, method=event.boundary.flight_method)
    return factors


def compute_for(event: Event, body: Any) -> Computed:
    """Answers, lines and norm of a body at an event. Raises InputError."""
    return compute_answers(event, parse(event, body))


def compute_answers(event: Event, answers: Answers) -> Computed:
    """The same from parsed answers. Raises Conflict where the event's factor set has no row for something."""
    factors, hotel_norm = factors_of(event), event.defaults.get("hotel_norm")
    if why := left_out(answers, event.boundary):
        return Computed(answers, compute(answers, factors, event.boundary), 0, 0, 0, ("", ""), why)
    try:
        result = compute(answers, factors, event.boundary, hotel_norm)
    except FactorMissing as error:
        message = "The factor set {edition} of this event has no row for this: {reason}."
        raise Conflict(message, edition=event.factor_set_id, reason=str(error)) from error
    travel_g, travel_m = travelled(result)
    counted = tuple(t for t in answers.trips if category_of(t.mode) in event.boundary.categories)
    usual = norm_answers(Answers(trips=counted, group_size=answers.group_size), _distance)
    norm_g = sum(compute(usual, factors, event.boundary).by_category.values()) if counted else 0
    return Computed(answers, result, travel_g, travel_m, norm_g, origin_of(answers, event.place))


def _distance(a: Place, b: Place) -> float:
    return geodesic_km(a.lat, a.lon, b.lat, b.lon)


def _better(event: Event, answers: Answers) -> tuple[Any, ...]:
    if left_out(answers, event.boundary):
        return ()
    return tuple(better_way(answers, factors_of(event), event.boundary, event.defaults.get("hotel_norm")))


def _better_if_known(event: Event, told: Any) -> tuple[Any, ...]:
    """The better ways of a stored footprint; none where its factor set is no longer here: what was computed stays."""
    try:
        return _better(event, parse(event, told))
    except Conflict:
        return ()


def _left_out(event: Event, part: Mapping[Any, Any], told: Any) -> str:
    """Why a stored footprint is not counted; '' where it is."""
    if part["way"] != UNCOUNTED or not told:
        return ""
    role = str(told.get("role") or "guest")
    return REMOTE if event.boundary.who == "onsite" or role == "guest" else role


def store_version(
    conn: sa.Connection, event: Event, participation_id: str, done: Computed, body: Any, now: datetime
) -> int:
    """Writes the next version within a transaction and returns its number."""
    event_id, month = event.event_id, month_of(event, now)
    part: Mapping[Any, Any] | None = rows.get(conn, event_id, participation_id, lock=True)
    if part is None or part["deleted_at"] is not None:
        raise NotFound("There is no participation “{participation}”.", participation=participation_id[:64])
    if part["footprint_version"] >= MAX_VERSIONS:
        raise TooMany("This footprint was changed {limit} times; begin anew.", 86_400, limit=MAX_VERSIONS)
    version = int(part["footprint_version"]) + 1
    before = rows.footprint(conn, event_id, participation_id, part["footprint_version"])
    old_lines = rows.lines(conn, event_id, participation_id, part["footprint_version"]) if before is not None else []
    if before is not None:
        claims.take_orders_on(conn, event_id, participation_id)
    left, part = part, facets.moved(conn, part, origin_place_id=done.origin[0])
    foot = footprint_row(event, participation_id, version, done, body, now)
    new_lines = line_rows(event_id, participation_id, version, done.result.lines, month)
    rows.insert_footprints(conn, [foot], new_lines)
    came = {"origin_region": region_of(done.origin[0]), "way": done.way}
    rows.update(
        conn, event_id, participation_id,
        footprint_version=version, origin_place_id=done.origin[0], main_mode=done.origin[1], **came,
    )  # fmt: skip
    rollups.add_cube(conn, event_id, [*cube_rows(part, old_lines, -1), *cube_rows(part, new_lines, 1)])
    rollups.add_spread(conn, event_id, [*spread_changes(old_lines, -1), *spread_changes(new_lines, 1)])
    rollups.add_tally(conn, event_id, [*tally_rows(part, before, -1), *tally_rows({**part, **came}, foot, 1)])
    rollups.add_strata(conn, event_id, [*strata_rows(part, before, -1), *strata_rows({**part, **came}, foot, 1)])
    rollups.add_origin(conn, event_id, _origin_change(left, done.origin, before is not None))
    _after_version(conn, event, participation_id, version, done.result.lines, part, now)
    return version


def _after_version(
    conn: sa.Connection, event: Event, participation_id: str, version: int, lines: Sequence[EmissionLine],
    part: Mapping[Any, Any], now: datetime,
) -> None:  # fmt: skip
    event_id = event.event_id
    if version > 1:
        offsetting.reslice(conn, event_id, participation_id, version, lines, now)
    if event.defaults.get("payer") == "host_all" and part["kind"] == "guest":
        offsetting.cover_told(conn, event_id, participation_id, now)
    if version > 1:
        boards.refresh_person(conn, event_id, participation_id, now)
    elif part["kind"] == "guest":
        live.add_ticker(conn, event_id, "footprint", now)


def month_of(event: Event, now: datetime) -> str:
    """The month a footprint counts in: now, or the nearest moment of the event, in its zone (``2021-09``)."""
    at = min(max(now, event.starts_at), event.ends_at)
    return at.astimezone(ZoneInfo(event.timezone)).strftime("%Y-%m")


def footprint_row(
    event: Event, participation_id: str, version: int, done: Computed, body: Any, now: datetime
) -> dict[str, Any]:
    """The row of one version."""
    result = done.result
    return {
        "event_id": event.event_id, "participation_id": participation_id, "version": version, "answers": body,
        "low_g": result.low_g, "total_g": result.total_g, "high_g": result.high_g, "non_co2_g": result.non_co2_g,
        "norm_g": done.norm_g, "travel_g": done.travel_g, "travel_m": done.travel_m,
        "factor_set_sha256": event.factor_set_sha256, "created_at": now, "upstream_g": result.upstream_g,
        "quality": result.quality,
    }  # fmt: skip


def line_rows(
    event_id: str, participation_id: str, version: int, lines: Iterable[EmissionLine], month: str
) -> list[dict[str, Any]]:
    """The rows of a version's lines, numbered from 0."""
    return [
        {
            "event_id": event_id, "participation_id": participation_id, "version": version, "line_no": number,
            "category": line.category, "activity": line.activity, "mode": line.mode, "quantity": line.quantity,
            "unit": line.unit, "distance_km": line.distance_km, "factor_id": line.factor_id, "low_g": line.low_g,
            "total_g": line.total_g, "high_g": line.high_g, "non_co2_g": line.non_co2_g, "month": month,
            "trace": dict(line.trace), "upstream_g": line.upstream_g, "quality": line.quality,
        }
        for number, line in enumerate(lines)
    ]  # fmt: skip


def line_of(row: Mapping[Any, Any]) -> EmissionLine:
    """A line from its row."""
    return EmissionLine(
        row["category"], row["activity"], row["quantity"], row["unit"], row["factor_id"], row["low_g"],
        row["total_g"], row["high_g"], row["non_co2_g"], row["distance_km"], row["mode"], row["trace"],
        row["upstream_g"], row["quality"],
    )  # fmt: skip


def cube_rows(part: Mapping[Any, Any], lines: Iterable[Mapping[Any, Any]], sign: int) -> list[dict[str, Any]]:
    """What the lines of a participation add to (or, with −1, take from) the cube and the facet."""
    person, found = rollups.person_keys(part), list(lines)
    keys = [{name: line[name] for name in LINE_KEYS} for line in found]
    guest = part["kind"] != "organiser"
    firsts = [sign if guest and key not in keys[:i] else 0 for i, key in enumerate(keys)]
    return [
        person | key | {"line_count": sign, "person_count": first} | {mass: sign * line[mass] for mass in MASSES}
        for line, key, first in zip(found, keys, firsts, strict=True)
    ]


def spread_changes(lines: Iterable[Mapping[Any, Any]], sign: int) -> list[dict[str, Any]]:
    """What lines add to (or, with −1, take from) the roll-up of what is uncertain."""
    rows = (
        row for line in lines for row in spread_rows(line["category"], line["total_g"], line["quality"], line["trace"])
    )
    return [{key: sign * value if isinstance(value, int) else value for key, value in row.items()} for row in rows]


def tally_rows(part: Mapping[Any, Any], foot: Mapping[Any, Any] | None, sign: int) -> list[dict[str, Any]]:
    """What a footprint adds to (or takes from) the tally; the organiser's own counts no people, nor who is left out."""
    if foot is None:
        return []
    people = 0 if part["kind"] == "organiser" or part["way"] == UNCOUNTED else part["people_count"]
    row = rollups.person_keys(part)
    counts = {"answered_count": sign * int(part["kind"] != "organiser"), "people_count": sign * people}
    counts["person_count"] = sign * int(people > 0)
    return [row | counts | {mass: sign * foot[mass] for mass in MASSES[:3]}]


def strata_rows(part: Mapping[Any, Any], foot: Mapping[Any, Any] | None, sign: int) -> list[dict[str, Any]]:
    """What a footprint adds to (or takes from) the strata; the organiser's own is of none, nor is who is left out."""
    if foot is None or part["kind"] == "organiser" or part["way"] == UNCOUNTED:
        return []
    people, grams = part["people_count"], foot["total_g"]
    key = {"region": part["origin_region"], "way": part["way"], "company_id": part["company_id"]}
    measures = zip(rollups.STRATA.measures, (people, grams, *square_parts(people, grams)), strict=True)
    return [key | {name: sign * value for name, value in measures}]


def origin_row(place_id: str, mode: str, people: int) -> dict[str, Any]:
    """People from a place, and how many of them by air or rail."""
    return {
        "place_id": place_id, "people_count": people, "air_count": people if mode == "plane" else 0,
        "rail_count": people if mode in RAIL else 0,
    }  # fmt: skip


def _origin_change(part: Mapping[Any, Any], origin: tuple[str, str], replaces: bool) -> list[dict[str, Any]]:
    if part["kind"] == "organiser":
        return []
    change = [origin_row(*origin, part["people_count"])] if origin[0] else []
    if replaces and part["origin_place_id"]:
        change.append(origin_row(part["origin_place_id"], part["main_mode"], -part["people_count"]))
    return change


def _by_category(lines: Iterable[EmissionLine]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.category] = sums.get(line.category, 0) + line.total_g
    return sums


def _view(
    participation_id: str, version: int, done: Computed, better: tuple[Any, ...], body: Any, now: datetime | None = None
) -> FootprintView:
    result = done.result
    footprint_id = f"{participation_id}.{version}" if version else ""
    return FootprintView(
        footprint_id, version, result.low_g, result.total_g, result.high_g, result.non_co2_g, result.lines,
        result.by_category, better, done.travel_g, done.norm_g, body, now, result.upstream_g, result.quality,
        done.left_out,
    )  # fmt: skip
