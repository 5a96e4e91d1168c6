"""People from files: registrations and who came, without their names; the number expected, and their trips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from calculations.model import CABINS
from data.store import events as event_rows
from data.store import imports as rows
from data.store import live
from data.store.imports import Holding
from data.table_cells import NotRead, attended_of, word_of
from events.bringing_in_model import ATTENDED, PEOPLE, ReadRow
from events.bringing_in_rows import EMPTY, Reader
from events.estimates import MOST_ROWS, TOLD, told_of
from events.model import Event
from events.origins import region_of
from events.participations import MAX_NAME, company_of

LEAST_OF_COMPANY = 5  # fewer registered are not told apart: nothing is shown for groups under five
MOST_IN_ROW = 100_000
MOST_NIGHTS = 366
NOTED = "registrations"  # the key of event.defaults; what was expected before the first file stays there
COUNTED = ("way", "region", "company", "session")
ATTRIBUTES = ("way", "region", "company", "session", "sessions", "trip", "nights", "name", "consent")


def person_row(reader: Reader) -> ReadRow | None:
    """A person, or a group, of a list: what is kept of them. Names only with their consent; mails never."""
    key, part = reader.text("key"), reader.text("part")
    if not key and "key" in reader.reading.columns:
        reader.wrong("key", "", EMPTY)
    number = part.lstrip("0") or str(reader.count_of(key))  # of an order's people: the second row is the second
    row_key = reader.first_time("part" if part else "key", "person", key, number)
    country = reader.country()
    place = reader.place("place", country)
    region = (region_of(place.place_id) if place else "") or country
    sessions = reader.sessions()
    content = {
        "state": _state(reader), "way": _way(reader), "region": region, "company": _company(reader),
        "session": sessions[0] if sessions else "", "people": reader.whole("people", 1, MOST_IN_ROW),
        "trip": _trip(reader, place.place_id if place else ""), "nights": reader.whole("nights", 0, MOST_NIGHTS),
    }  # fmt: skip
    if len(sessions) > 1:
        content["sessions"] = sessions
    if reader.kind.dataset == ATTENDED or reader.text("attended"):
        content["attended"] = _attended(reader)
    if reader.text("name") and _yes(reader, "consent"):
        content |= {"name": " ".join(reader.text("name").split())[:MAX_NAME], "consent": True}
    return ReadRow(reader.number, row_key, "", content, place=place)


def _state(reader: Reader) -> str:
    text = reader.text("state")
    found = word_of("state", text) if text else "registered"
    if not found:
        message = "{field}: {value} is no state known here; write registered or cancelled."
        reader.wrong("state", text, message)
    return found


def _way(reader: Reader) -> str:
    text = reader.text("way")
    found = word_of("way", text)
    if text and not found:
        reader.wrong("way", text, "{field}: {value} is no way of taking part; write onsite or remote.")
    return found


def _company(reader: Reader) -> str:
    text = " ".join(reader.text("company").split())
    if len(text) > MAX_NAME:
        reader.wrong("company", text, "{field}: {value} has more than {limit} characters.", limit=MAX_NAME)
    return text


def _trip(reader: Reader, place_id: str) -> dict[str, str]:
    """The journey there and back, where a place and a way of travelling are told."""
    text = reader.text("mode")
    mode = word_of("mode", text)
    if text and not mode:
        reader.wrong("mode", text, "{field}: {value} is no way of travelling known here; write train, plane or car.")
    cabin = word_of("cabin", reader.text("cabin")) if reader.text("cabin") else ""
    if reader.text("cabin") and cabin not in CABINS:
        known = ", ".join(CABINS)
        reader.wrong("cabin", reader.text("cabin"), "{field}: {value} must be one of {known}.", known=known)
    if not (mode and place_id):
        return {}
    return {"from": place_id, "mode": mode} | ({"cabin": cabin} if cabin and mode == "plane" else {})


def _attended(reader: Reader) -> bool:
    if "attended" not in reader.reading.columns:
        return True  # a list of those who came
    try:
        return attended_of(reader.text("attended"))
    except NotRead:
        message = "{field}: {value} does not tell whether somebody came; write yes or no, or the time."
        reader.wrong("attended", reader.text("attended"), message)
        return False


def _yes(reader: Reader, name: str) -> bool:
    text = reader.text(name)
    found = word_of("yes", text)
    if text and not found:
        reader.wrong(name, text, "{field}: {value} must be yes or no.")
    return found == "yes"


@dataclass(frozen=True, slots=True)
class Person:
    """One key of the lists: what is known of them, and whether they are expected, came, or stayed away."""

    key: str
    content: Mapping[str, Any]
    state: str  # registered, attended, no_show, cancelled

    @property
    def counts(self) -> bool:
        """Whether they take part."""
        return self.state in ("registered", "attended")


def people_of(
    conn: sa.Connection, event_id: str, keys: list[str], any_came: bool, holding: Holding
) -> dict[str, Person]:
    """Everybody by key; what the list of those who came tells goes before what was registered."""
    registered = rows.current(conn, event_id, PEOPLE, keys, holding=holding)
    came = rows.current(conn, event_id, ATTENDED, keys, holding=holding)
    found = {}
    for key in sorted({*registered, *came}):
        first = dict(registered[key]["content"]) if key in registered else {}
        later = dict(came[key]["content"]) if key in came else {}
        merged = (
            {**first, **later} | {name: later.get(name) or first.get(name) for name in ATTRIBUTES} if later else first
        )
        found[key] = Person(key, merged, _state_of(first, later, any_came))
    return found


def _state_of(first: Mapping[str, Any], later: Mapping[str, Any], any_came: bool) -> str:
    newest = later or first
    if newest.get("state") == "cancelled":
        return "cancelled"
    told = newest.get("attended", first.get("attended"))
    if told is not None or any_came:
        return "attended" if told else "no_show"
    return "registered"


@dataclass(frozen=True, slots=True)
class Counted:
    """What the lists come to: people by state, and those who take part by way, region, company and session."""

    states: Counter[str] = field(default_factory=Counter)
    by: Mapping[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in COUNTED})
    companies: dict[str, str] = field(default_factory=dict)  # ids that are known already, by name

    def add(self, found: Iterable[Person]) -> None:
        """Some more of them."""
        for person in found:
            people = int(person.content.get("people") or 0)
            self.states[person.state] += people
            for name in self.by if person.counts else ():
                for value in _values(person.content, name):
                    self.by[name][value] += people


def _values(content: Mapping[str, Any], name: str) -> list[str]:
    several = content.get("sessions") if name == "session" else None
    return list(several or [str(content.get(name) or "")])


def set_expected(conn: sa.Connection, event: Event, counted: Counted, now: datetime) -> dict[str, Any]:
    """Makes those who take part the number expected, by way, region and company; without any list what was told before
    stands again. What the lists come to."""
    noted = dict(event.defaults.get(NOTED) or {})
    before = noted.get("before") or {"people": event.expected_people, "told": told_of(event)}
    if not counted.states:
        defaults = {name: value for name, value in event.defaults.items() if name != NOTED}
        event_rows.set_expected(conn, event.event_id, before["people"], {**defaults, TOLD: before["told"]})
        live.touch(conn, event.event_id)
        return {"expected": before["people"]}
    people = counted.states["registered"] + counted.states["attended"]
    told = _told(conn, counted, now)
    summary = {name: counted.states[name] for name in ("registered", "attended", "no_show", "cancelled")}
    sessions = {name: count for name, count in sorted(counted.by["session"].items()) if name}
    defaults = {**event.defaults, TOLD: told, NOTED: {**summary, "sessions": sessions, "before": before}}
    event_rows.set_expected(conn, event.event_id, people, defaults)
    live.touch(conn, event.event_id)
    return {**summary, "sessions": sessions, "expected": people, "expected_before": event.expected_people}


def _told(conn: sa.Connection, counted: Counted, now: datetime) -> dict[str, dict[str, int]]:
    """The largest of each; who tells nothing, or comes from a company of few, is among the others."""
    counts, known = counted.by, counted.companies
    large = {name: count for name, count in counts["company"].items() if name and count >= LEAST_OF_COMPANY}
    ids = {known.get(name) or company_of(conn, name, now): count for name, count in _largest(large).items()}
    told = {
        "way": {name: count for name, count in counts["way"].items() if name},
        "region": _largest({name: count for name, count in counts["region"].items() if name}), "company": ids,
    }  # fmt: skip
    return {name: found for name, found in told.items() if found}


def _largest(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_ROWS])
