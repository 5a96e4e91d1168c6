"""People and lines made ready before they hold: versions of footprints that nobody sees yet, participations as they
will be, and what both will add to the roll-ups. Computed on a reading connection, written in short transactions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import add
from typing import Any

import sqlalchemy as sa

from accounts import Conflict, TooMany
from data.store import import_work as works
from data.store import imports as rows
from data.store import participations as part_rows
from data.store import rollups
from data.store.imports import Holding
from events.bringing_in_lines import Bucket, bucket_id, compute_lines
from events.bringing_in_people import Person, people_of
from events.footprints import (
    MAX_VERSIONS,
    Computed,
    compute_answers,
    cube_rows,
    footprint_row,
    line_rows,
    month_of,
    origin_row,
    parse,
    spread_changes,
    strata_rows,
    tally_rows,
)
from events.model import ORGANISER_SESSION, Event
from events.origins import region_of
from events.participations import ROW
from events.pseudonyms import new_pseudonym

COVERED = "{count} people of this file have been ordered for since: what was brought for them stays as it is."


@dataclass(frozen=True, slots=True)
class Guest:
    """What a person of a list becomes."""

    body: Mapping[str, Any]
    people: int
    session: str
    company: str
    name: str

    @property
    def alike(self) -> str:
        """The same for people who told the same."""
        return json.dumps([self.body, self.people], sort_keys=True)


def guest_of(person: Person | None) -> Guest | None:
    """The participation of somebody who takes part and whose journey is known; None else."""
    if person is None or not person.counts or not person.content.get("trip") or person.content.get("way") == "remote":
        return None
    told, people = person.content, int(person.content.get("people") or 0)
    if people < 1:
        return None
    trip = {"from": told["trip"]["from"], "mode": told["trip"]["mode"], "round_trip": True}
    trip |= {"cabin": told["trip"]["cabin"]} if told["trip"].get("cabin") else {}
    nights = int(told.get("nights") or 0)
    stays = [{"nights": nights, "rooms": 1, "guests": 1}] if nights else []
    body = {"trips": [trip], "stays": stays, "meals": [], "other": []}
    name = str(told.get("name") or "") if told.get("consent") else ""
    return Guest(body, people, str(told.get("session") or ""), str(told.get("company") or ""), name)


@dataclass(slots=True)
class Ready:
    """A part that is made ready: participations with what becomes of them, footprints, lines, changes of roll-ups."""

    event_id: str
    staged: list[dict[str, Any]] = field(default_factory=list)
    feet: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    deltas: Deltas = field(init=False)

    def __post_init__(self) -> None:
        self.deltas = Deltas()

    def write(self, conn: sa.Connection, import_id: str) -> None:
        """All of it; nobody sees it yet."""
        part_rows.insert_footprints(conn, self.feet, self.lines)
        works.stage(conn, self.event_id, import_id, self.staged)


class Guests:
    """Makes ready what the lists will say of people; ``companies`` holds the id of each name of a company."""

    def __init__(self, event: Event, import_id: str, any_came: bool, holding: Holding, now: datetime):
        self.event, self.import_id, self.any_came, self.holding, self.now = event, import_id, any_came, holding, now
        self.companies: dict[str, str] = {"": ""}
        self._computed: dict[str, Computed] = {}
        self._alike: dict[str, Alike] = {}

    def wanted(self, conn: sa.Connection, keys: Mapping[str, str]) -> dict[str, Guest | None]:
        """What each participation (id → key of its row) should have."""
        people = people_of(conn, self.event.event_id, list(keys.values()), self.any_came, self.holding)
        return {own: guest_of(people.get(key)) for own, key in keys.items()}

    def unknown(self, wanted: Mapping[str, Guest | None]) -> list[str]:
        """Names of companies without an id yet."""
        return sorted({guest.company for guest in wanted.values() if guest} - set(self.companies))

    def ready(self, conn: sa.Connection, wanted: Mapping[str, Guest | None]) -> Ready:
        """Those who are new, change or go. Raises Conflict where somebody was ordered for who would change or go."""
        ready, there = Ready(self.event.event_id), self._there(conn, sorted(wanted))
        gone = [i for i in there if wanted[i] is None]
        other = [i for i in there if wanted[i] is not None and self._is_other(there[i], wanted[i])]
        if found := rows.ordered(conn, self.event.event_id, [*gone, *other]):
            raise Conflict(COVERED, count=len(found))
        versions = {i: int(there[i]["footprint_version"]) for i in (*gone, *other)}
        lines = rows.lines_of(conn, self.event.event_id, versions)
        for i in gone:
            ready.staged.append({**there[i], "action": works.GONE})
        for i in (*gone, *other):
            ready.deltas.add(there[i], there[i]["foot"], lines[i], -1)
        for i, guest in sorted(wanted.items()):
            if guest and (i not in there or i in versions):
                self._add(ready, i, guest, there.get(i))
        return ready

    def _there(self, conn: sa.Connection, ids: Sequence[str]) -> dict[str, dict[Any, Any]]:
        found: dict[str, dict[Any, Any]] = {}
        for start in range(0, len(ids), rows.AT_ONCE):
            part = ids[start : start + rows.AT_ONCE]
            parts = rows.participations(conn, self.event.event_id, part)
            feet = rows.footprints(conn, self.event.event_id, sorted(parts)) if parts else {}
            found |= {i: {**row, "foot": feet.get(i)} for i, row in parts.items()}
        return found

    def _is_other(self, row: Mapping[Any, Any], guest: Guest | None) -> bool:
        assert guest is not None
        body = {**guest.body} | ({"group_size": guest.people} if guest.people > 1 else {})
        same = row["foot"] is not None and row["foot"]["answers"] == body
        named = (row["people_count"], row["session_id"], row["display_name"], row["company_id"])
        return not same or named != (guest.people, guest.session, guest.name, self.companies[guest.company])

    def _compute(self, guest: Guest) -> Computed:
        if guest.alike not in self._computed:
            answers = parse(self.event, guest.body)
            self._computed[guest.alike] = compute_answers(self.event, replace(answers, group_size=guest.people))
        return self._computed[guest.alike]

    def _add(self, ready: Ready, participation_id: str, guest: Guest, before: Mapping[Any, Any] | None) -> None:
        done, event_id = self._compute(guest), self.event.event_id
        group = {"group_size": guest.people} if guest.people > 1 else {}
        version = int(before["footprint_version"]) + 1 if before else 1
        kept = before or ROW | {"pseudonym": new_pseudonym(), "created_at": self.now, "secret_hash": ""}
        part = {**kept,
            "event_id": event_id, "participation_id": participation_id,
            "kind": "group" if group else "guest", "people_count": guest.people, "footprint_version": version,
            "session_id": guest.session, "company_id": self.companies[guest.company],
            "display_name": guest.name, "display_consent": bool(guest.name),
            "origin_place_id": done.origin[0], "main_mode": done.origin[1], "import_id": self.import_id,
            "origin_region": region_of(done.origin[0]), "way": done.way,
        }  # fmt: skip
        month = month_of(self.event, self.now)
        foot = footprint_row(self.event, participation_id, version, done, {**guest.body, **group}, self.now)
        many = line_rows(event_id, participation_id, version, done.result.lines, month)
        ready.staged.append({**part, "action": works.CHANGED if before else works.NEW})
        ready.feet.append(foot)
        ready.lines.extend(many)
        if before:
            ready.deltas.add(part, foot, many, 1)
            return
        if guest.alike not in self._alike:
            self._alike[guest.alike] = alike_of(part, foot, many)
        ready.deltas.new.append((self._alike[guest.alike], guest.session, part["company_id"]))


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


class Deltas:
    """What participations add to the roll-ups, or take from them, gathered."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SUMMED}
        self.new: list[tuple[Alike, str, str]] = []  # people who are new, with session and company

    def add(self, part: Mapping[Any, Any], foot: Any, lines: Sequence[Mapping[Any, Any]], sign: int) -> None:
        """What somebody told, or an inventory."""
        counts = sign * int(part["kind"] != "organiser")
        tally = [{"participation_count": counts} | row for row in tally_rows(part, foot, sign)]
        cube = cube_rows(part, lines, sign)
        self.rows["tally"] += tally
        self.rows["cube"] += cube
        self.rows["facet"] += [*cube, *map(rollups.of_whole, tally)]
        self.rows["channel"] += [row for row in tally if row.get("code_id")]
        self.rows["spread"] += spread_changes(lines, sign)
        self.rows["strata"] += strata_rows(part, foot, sign)
        if part["origin_place_id"] and part["kind"] != "organiser":
            people = sign * part["people_count"]
            self.rows["origin"].append(origin_row(part["origin_place_id"], part["main_mode"], people))


SUMMED = {name: rollups.ALL[name] for name in ("cube", "tally", "channel", "spread", "strata", "origin", "facet")}
Alike = Mapping[str, Sequence[tuple[rollups.Key, rollups.Measures]]]  # by roll-up
VARY = ("session_id", "company_id")  # the keys in which people who told the same may differ
_AT = {
    name: [(rollup.keys.index(key), place) for place, key in enumerate(VARY) if key in rollup.keys]
    for name, rollup in SUMMED.items()
}


def alike_of(part: Mapping[Any, Any], foot: Any, lines: Sequence[Mapping[Any, Any]]) -> Alike:
    """What each of those who told the same adds to the roll-ups; session and company stand open."""
    one = Deltas()
    one.add({**part, **dict.fromkeys(VARY, "")}, foot, lines, 1)
    return {name: list(rollups.summed(SUMMED[name], many).items()) for name, many in one.rows.items() if many}


def _filled(name: str, key: rollups.Key, own: Sequence[str]) -> rollups.Key:
    if not _AT[name]:
        return key
    parts = list(key)
    for at, place in _AT[name]:
        parts[at] = own[place]
    return tuple(parts)


class Sums:
    """All parts of a file added up by key."""

    def __init__(self) -> None:
        self.by: dict[str, dict[rollups.Key, rollups.Measures]] = {name: {} for name in SUMMED}

    def add(self, deltas: Deltas) -> None:
        """One part more."""
        for name, many in deltas.rows.items():
            for key, measures in rollups.summed(SUMMED[name], many).items():
                self._put(name, key, measures)
        for alike, *own in deltas.new:
            for name, sums in alike.items():
                for key, measures in sums:
                    self._put(name, _filled(name, key, own), measures)

    def _put(self, name: str, key: rollups.Key, measures: rollups.Measures) -> None:
        mine = self.by[name]
        before = mine.get(key)
        mine[key] = measures if before is None else tuple(map(add, before, measures))

    def write(self, conn: sa.Connection, event_id: str) -> None:
        """All but the facet, which stands ready in a table of its own."""
        for name, sums in self.by.items():
            if name != "facet":
                rollups.add_only(conn, SUMMED[name], event_id, rollups.as_rows(SUMMED[name], sums))
