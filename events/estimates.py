"""Those who did not answer: how many are expected, as the organiser told, and what they are taken to emit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from accounts import current_actor, record, require
from calculations.extrapolation import Answered, Estimate, estimate, together
from calculations.model import FieldError, InputError
from calculations.strata import TONNE_G2
from calculations.who_counts import counted_people
from data.places.regions import continents
from data.store import events as event_rows
from data.store import live, rollups
from data.store import participations as person_rows
from data.store.engine import get_store
from events.catalogue import read_event
from events.model import Event
from events.participations import company_of
from events.states import hold_state, require_state

WAYS = ("onsite", "remote")
REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
MOST_PEOPLE = 10_000_000
MOST_ROWS = 300
TOLD = "expected"  # the key of event.defaults; its total is event.expected_people


def told_of(event: Event) -> dict[str, dict[str, int]]:
    """How many people the organiser expects, by way, region and company id, as far as told."""
    told: Mapping[str, Mapping[str, int]] = event.defaults.get(TOLD) or {}
    return {name: dict(counts) for name, counts in told.items() if counts}


def read_estimate(conn: sa.Connection, event: Event, unfolded: bool = True) -> Estimate:
    """The estimate at the current version, from the strata's roll-up."""
    rows = rollups.as_rows(rollups.STRATA, rollups.read(conn, rollups.STRATA, event.event_id, unfolded))
    cells = [
        Answered(
            row["people_count"], row["total_g"], row["square_t2"] * TONNE_G2 + row["square_g2"], row["way"],
            row["region"], row["company_id"],
        )
        for row in rows
    ]  # fmt: skip
    return estimate(cells, *counted_expected(event), continents())


def counted_expected(event: Event) -> tuple[int, dict[str, dict[str, int]]]:
    """How many people are expected of those who count by the event's boundary: in all, and by way, region and company
    as far as told (where only those on site count, whoever is expected on line is left out)."""
    return counted_people(event.boundary.who, event.expected_people, told_of(event))


def whole_estimate(conn: sa.Connection, event_ids: Sequence[str]) -> Estimate:
    """The estimates of several events added up, of those that have one (who may see them is the caller's to ask)."""
    known = event_rows.expecting(conn, event_ids)
    found = [read_estimate(conn, read_event(conn, event_id=event_id)) for event_id in known]
    return together(each for each in found if each.estimated_g)


def answered_by(slug: str) -> dict[str, dict[str, int]]:
    """People who answered, by way, region and company id, largest first. Needs event.view; raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        rows = rollups.as_rows(rollups.STRATA, rollups.read(conn, rollups.STRATA, event.event_id))
    counts: dict[str, dict[str, int]] = {"way": {}, "region": {}, "company": {}}
    for row in rows:
        for name, key in zip(counts, (row["way"], row["region"], row["company_id"]), strict=True):
            counts[name][key] = counts[name].get(key, 0) + row["people_count"]
    return {name: dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))) for name, found in counts.items()}


def expected_companies(slug: str) -> dict[str, int]:
    """How many people of each company are expected, by the name it is written with. Needs event.view."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        names = company_names(conn, event)
    told = told_of(event).get("company", {})
    return {next(iter(names.get(key, {}).values()), key): count for key, count in told.items()}


def company_names(conn: sa.Connection, event: Event) -> dict[str, dict[str, str]]:
    """Names of the companies that the organiser told expectations for."""
    return person_rows.company_names(conn, sorted(told_of(event).get("company", {})))


def set_expected(slug: str, body: Any) -> Event:
    """Keeps how many people are expected: ``{people, way?: {onsite, remote}, region?: {CN-51: 300, JP: 20},
    company?: {name: 40}}``, whole numbers of people. What a sum by way, region or company leaves out is among its
    others. The event as it stands then. Needs event.edit; raises NotFound, InputError."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    require(current_actor(), "event.edit", event.event_id)
    require_state(event, "expected")
    people, told = _checked(body)
    now = datetime.now(UTC)
    with get_store().write() as conn:
        hold_state(conn, event.event_id, "expected")
        kept = read_event(conn, event_id=event.event_id)
        if told.get("company"):
            ids = {name: company_of(conn, name, now) for name in told["company"]}
            told["company"] = {ids[name]: count for name, count in told["company"].items()}
        event_rows.set_expected(conn, event.event_id, people, {**kept.defaults, TOLD: told})
        live.touch(conn, event.event_id)
        detail = {"before": {"people": kept.expected_people, **told_of(kept)}, "after": {"people": people, **told}}
        record(conn, event.event_id, current_actor(), "event.expected", event.slug, detail)
        return read_event(conn, event_id=event.event_id)


def _checked(body: Any) -> tuple[int, dict[str, dict[str, int]]]:
    errors: list[FieldError] = []
    if not isinstance(body, Mapping):
        raise InputError([_wrong("body", body, "{field} must hold people, and may hold way, region and company.")])
    for name in set(body) - {"people", "way", "region", "company"}:
        errors.append(_wrong(str(name)[:60], body[name], "{field} is not known here; known are {known}."))
    people = _count("people", body.get("people", 0), errors)
    told = {name: _counts(name, body.get(name), people, errors) for name in ("way", "region", "company")}
    if errors:
        raise InputError(errors)
    return people, {name: counts for name, counts in told.items() if counts}


def _counts(name: str, told: Any, people: int, errors: list[FieldError]) -> dict[str, int]:
    if not told:
        return {}
    if not isinstance(told, Mapping) or len(told) > MOST_ROWS:
        errors.append(_wrong(name, told, "{field} must hold people by name, at most {limit} of them.", limit=MOST_ROWS))
        return {}
    counts = {}
    for key, value in told.items():
        tidy = " ".join(str(key).split())
        if not _is_known(name, tidy):
            errors.append(_wrong(name, tidy, _UNKNOWN[name]))
        counts[tidy] = _count(f"{name}.{tidy}"[:90], value, errors)
    if sum(counts.values()) > people:
        message = "{field} adds up to {value} people, more than the {people} expected in all."
        errors.append(_wrong(name, sum(counts.values()), message, people=people))
    return counts


_UNKNOWN = {
    "way": "There is no way of taking part “{value}”; there are onsite and remote.",
    "region": "There is no country or region “{value}”; write its two letters, like CN, or a part of it, like CN-51.",
    "company": "The company “{value}” needs a name of at most 80 characters.",
}


def _is_known(name: str, key: str) -> bool:
    if name == "way":
        return key in WAYS
    return bool(REGION.fullmatch(key)) if name == "region" else 0 < len(key) <= 80


def _count(field: str, value: Any, errors: list[FieldError]) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_PEOPLE:
        return value
    message = "{field} must be a whole number of people from 0 to {limit}; it is {value}."
    errors.append(_wrong(field, value, message, limit=MOST_PEOPLE))
    return 0


def _wrong(field: str, value: Any, message: str, **params: Any) -> FieldError:
    shown = str(value)[:100]
    known = {"known": "people, way, region, company"} if "{known}" in message else {}
    return FieldError(field, shown, message, {"value": shown, **known, **params})
