"""People and lines made ready before they hold: versions of footprints that nobody sees yet, participations as they
will be, and what both will add to the roll-ups. Computed on a reading connection, written in short transactions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from accounts import Conflict, TooMany
from data.store import import_work as works
from data.store import imports as rows
from data.store import participations as part_rows
from data.store.encoded import encoded
from events.bringing_in_lines import Bucket, bucket_id, compute_lines
from events.bringing_in_people import Person
from events.bringing_in_sums import Alike, Deltas, alike_of
from events.footprints import MAX_VERSIONS, compute_answers, footprint_row, line_rows, month_of, parse
from events.model import ORGANISER_SESSION, Event
from events.origins import region_of
from events.participations import ROW
from events.pseudonyms import new_pseudonym

CHANGED_MEANWHILE = "The event was changed while this file was made ready: bring it in again."
MOST_KNOWN = 1_500  # journeys that are remembered with all their lines
PART = ("kind", "people_count", "code_id", "began", "origin_place_id", "origin_region", "main_mode", "way")
COVERED = "{count} people of this file have been ordered for since: what was brought for them stays as it is."


@dataclass(frozen=True, slots=True)
class Journey:
    """What a person of a list tells; the same for people who told the same."""

    origin: str
    mode: str
    cabin: str
    nights: int
    people: int

    @property
    def answers(self) -> dict[str, Any]:
        """The same as the answers of a guest."""
        trip = {"from": self.origin, "mode": self.mode, "round_trip": True}
        trip |= {"cabin": self.cabin} if self.cabin else {}
        stays = [{"nights": self.nights, "rooms": 1, "guests": 1}] if self.nights else []
        return {"trips": [trip], "stays": stays, "meals": [], "other": []}

    @property
    def body(self) -> dict[str, Any]:
        """The answers as they are stored, with the size of a group."""
        return self.answers | ({"group_size": self.people} if self.people > 1 else {})


@dataclass(frozen=True, slots=True)
class Guest:
    """What a person of a list becomes."""

    journey: Journey
    session: str
    company: str
    name: str


def guest_of(person: Person | None) -> Guest | None:
    """The participation of somebody who takes part and whose journey is known; None else."""
    if person is None or not person.counts or not person.content.get("trip") or person.content.get("way") == "remote":
        return None
    told, people = person.content, int(person.content.get("people") or 0)
    if people < 1:
        return None
    trip = told["trip"]
    journey = Journey(trip["from"], trip["mode"], trip.get("cabin") or "", int(told.get("nights") or 0), people)
    name = str(told.get("name") or "") if told.get("consent") else ""
    return Guest(journey, str(told.get("session") or ""), str(told.get("company") or ""), name)


@dataclass(frozen=True, slots=True)
class Made:
    """What is the same of all who told the same: columns of a participation, of its footprint and of its lines, and
    what it adds to the roll-ups."""

    part: Mapping[str, Any]
    foot: Mapping[str, Any]
    lines: tuple[Mapping[str, Any], ...]
    alike: Alike


@dataclass(slots=True)
class Ready:
    """A part that is made ready: participations with what becomes of them, footprints, lines, changes of roll-ups."""

    event_id: str
    staged: list[dict[str, Any]] = field(default_factory=list)
    feet: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    gone: dict[str, int] = field(default_factory=dict)  # participation_id → the version at which it goes
    deltas: Deltas = field(default_factory=Deltas)

    def write(self, conn: sa.Connection, import_id: str) -> None:
        """All of it; nobody sees it yet. Raises Conflict where somebody who goes was changed since."""
        works.add_footprints(conn, self.feet, self.lines)
        works.stage(conn, self.event_id, import_id, self.staged)
        if self.gone and not works.stage_gone(conn, self.event_id, import_id, self.gone):
            raise Conflict(CHANGED_MEANWHILE)


class Guests:
    """Makes ready what the lists will say of people; ``companies`` holds the id of each name of a company."""

    def __init__(self, event: Event, import_id: str, now: datetime):
        self.event, self.import_id, self.now, self.month = event, import_id, now, month_of(event, now)
        self.companies: dict[str, str] = {"": ""}
        self._made: dict[Journey, Made] = {}
        self._taken: dict[tuple[Any, ...], Alike] = {}

    def unknown(self, wanted: Mapping[str, Guest | None]) -> list[str]:
        """Names of companies without an id yet."""
        return sorted({guest.company for guest in wanted.values() if guest} - set(self.companies))

    def ready(self, conn: sa.Connection, wanted: Mapping[str, Guest | None]) -> Ready:
        """Those who are new, change or go; ``wanted`` is what each participation should have. Raises Conflict where
        somebody was ordered for who would change or go."""
        event_id, ready = self.event.event_id, Ready(self.event.event_id)
        there = rows.participations(conn, event_id, sorted(wanted))
        gone = [i for i in there if wanted[i] is None]
        stay = [i for i in there if wanted[i] is not None]
        answers = rows.answers(conn, event_id, stay) if stay else {}
        other = [i for i in stay if self._is_other(there[i], answers.get(i), wanted[i])]
        if found := rows.ordered(conn, event_id, [*gone, *other]):
            raise Conflict(COVERED, count=len(found))
        taken = rows.told(conn, event_id, [*gone, *other]) if gone or other else {}
        for i in (*gone, *other):
            self._take(ready, there[i], taken.get(i))
        ready.gone = {i: int(there[i]["footprint_version"]) for i in gone}
        changed = set(other)
        for i, guest in sorted(wanted.items()):
            if guest and (i not in there or i in changed):
                self._add(ready, i, guest, there.get(i))
        return ready

    def _is_other(self, row: Mapping[Any, Any], answers: Any, guest: Guest | None) -> bool:
        assert guest is not None
        named = (row["people_count"], row["session_id"], row["display_name"], row["company_id"])
        wanted = (guest.journey.people, guest.session, guest.name, self.companies[guest.company])
        return answers != guest.journey.body or named != wanted

    def _take(self, ready: Ready, row: Mapping[Any, Any], told: rows.Told | None) -> None:
        """Takes what somebody has told so far from the roll-ups."""
        part = {name: row[name] for name in PART}
        key = (*part.values(), told)
        alike = self._taken.get(key)
        if alike is None:
            foot = dict(zip(rows.FOOT, told.foot, strict=True)) if told else None
            lines = [dict(zip(rows.LINE, line, strict=True)) for line in told.lines] if told else []
            alike = alike_of(part, foot, [{**line, "trace": json.loads(line["trace"])} for line in lines])
            _keep(self._taken, key, alike)
        ready.deltas.people.append((alike, row["session_id"], row["company_id"], -1))

    def _add(self, ready: Ready, participation_id: str, guest: Guest, before: Mapping[Any, Any] | None) -> None:
        made = self._made.get(guest.journey)
        if made is None:
            made = self._make(guest.journey)
            _keep(self._made, guest.journey, made)
        version, company_id = int(before["footprint_version"]) + 1 if before else 1, self.companies[guest.company]
        own = {"participation_id": participation_id, "version": version}
        kept = before or ROW | {"pseudonym": new_pseudonym(), "created_at": self.now, "secret_hash": ""}
        ready.staged.append({
            **kept, **made.part, "participation_id": participation_id, "footprint_version": version,
            "session_id": guest.session, "company_id": company_id, "display_name": guest.name,
            "display_consent": bool(guest.name), "action": works.CHANGED if before else works.NEW,
        })  # fmt: skip
        ready.feet.append({**made.foot, **own})
        ready.lines.extend([{**line, **own} for line in made.lines])
        alike = made.alike
        if before and (before["code_id"] or before["began"]):  # keys that who was there before keeps
            lines = [{**line, "trace": json.loads(line["trace"].text)} for line in made.lines]
            alike = alike_of({**before, **made.part}, made.foot, lines)
        ready.deltas.people.append((alike, guest.session, company_id, 1))

    def _make(self, journey: Journey) -> Made:
        told = replace(parse(self.event, journey.answers), group_size=journey.people)
        done, event_id = compute_answers(self.event, told), self.event.event_id
        part = {
            "event_id": event_id, "kind": "group" if journey.people > 1 else "guest", "people_count": journey.people,
            "origin_place_id": done.origin[0], "main_mode": done.origin[1], "import_id": self.import_id,
            "origin_region": region_of(done.origin[0]), "way": done.way,
        }  # fmt: skip
        foot = footprint_row(self.event, "", 0, done, encoded(journey.body), self.now)
        lines = line_rows(event_id, "", 0, done.result.lines, self.month)
        stored = tuple({**line, "trace": encoded(line["trace"])} for line in lines)
        return Made(part, foot, stored, alike_of({**ROW, **part}, foot, lines))


def _keep(known: dict[Any, Any], key: Any, value: Any) -> None:
    """Remembers one more; what was remembered first goes where there are many."""
    if len(known) >= MOST_KNOWN:
        del known[next(iter(known))]
    known[key] = value


def ready_lines(conn: sa.Connection, event: Event, bucket: Bucket, import_id: str, now: datetime) -> Ready | None:
    """A part of the organiser's lines; None where it has none and had none. Raises TooMany."""
    event_id, participation_id = event.event_id, bucket_id(event.event_id, bucket.name)
    before = part_rows.get(conn, event_id, participation_id)
    if before is None and not bucket.entries:
        return None
    version = int(before["footprint_version"]) + 1 if before else 1
    if version > MAX_VERSIONS:
        raise TooMany("This footprint was changed {limit} times; begin anew.", 86_400, limit=MAX_VERSIONS)
    done, ready = compute_lines(event, bucket.entries), Ready(event_id)
    kept = before or ROW | {"event_id": event_id, "participation_id": participation_id, "created_at": now, "kind":
                            "organiser", "session_id": ORGANISER_SESSION, "people_count": 0, "secret_hash": "",
                            "pseudonym": f"import-{bucket.name}", "import_id": import_id}  # fmt: skip
    part = {**kept, "footprint_version": version}
    body = {"trips": [], "stays": [], "meals": [], "other": list(bucket.entries)}
    ready.staged.append({**part, "action": works.LINES if before else works.NEW})
    ready.feet.append(footprint_row(event, participation_id, version, done, body, now))
    ready.lines.extend(line_rows(event_id, participation_id, version, done.result.lines, month_of(event, now)))
    if before:
        foot = part_rows.footprint(conn, event_id, participation_id, version - 1)
        ready.deltas.add(before, foot, part_rows.lines(conn, event_id, participation_id, version - 1), -1)
    ready.deltas.add(part, ready.feet[0], ready.lines, 1)
    return ready
