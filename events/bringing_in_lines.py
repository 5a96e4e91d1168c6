"""What files come to: the organiser's lines by part of a dataset, planned lines, and people with their trips. Each is
made anew from the rows that hold, so that a changed row, a new file and an undone one go the same way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from accounts import Conflict
from calculations.answers import MAX_ITEMS
from calculations.model import Answers, FieldError, InputError, OtherActivity
from data.store import books as book_rows
from data.store import imports as rows
from data.store import participations as part_rows
from data.store import rollups
from events.bringing_in_model import ATTENDED, METERS, PEOPLE
from events.bringing_in_people import Person, people_of
from events.footprints import (
    Computed,
    compute_answers,
    cube_rows,
    footprint_row,
    inventory_scenario,
    line_rows,
    month_of,
    origin_row,
    parse,
    spread_changes,
    store_version,
    strata_rows,
    tally_rows,
)
from events.inventory_entries import IMPORTED, bare
from events.model import ORGANISER_SESSION, Event
from events.origins import region_of, way_of
from events.participations import ROW, company_of
from events.pseudonyms import new_pseudonym

ID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
MOST_PLANNED = 5_000
COVERED = "{count} people of this file have been ordered for since: what was brought for them stays as it is."


def own_id(event_id: str, *parts: str) -> str:
    """The id of what a row becomes: it follows from the row's key, so that nothing comes in twice."""
    digest = hashlib.sha256("\x1f".join(("import", event_id, *parts)).encode()).digest()
    return event_id + "-" + "".join(ID_LETTERS[byte % 32] for byte in digest[:20])


# ---------------------------------------------------------------- the organiser's lines
def make_lines(
    conn: sa.Connection, event: Event, dataset: str, buckets: Iterable[str], import_id: str, now: datetime
) -> int:  # fmt: skip
    """Makes the lines of parts of a dataset anew; how many lines there are in them."""
    count = 0
    for bucket in sorted(set(buckets)):
        held = rows.current(conn, event.event_id, dataset, series=bucket)
        entries = list(_consumption(held.values()) if dataset == METERS else _entries(held.values()))
        actual = [entry for entry, planned in entries if not planned]
        _store_bucket(conn, event, f"{dataset}-{bucket[:2]}", actual, import_id, now)
        _store_planned(conn, event, f"{dataset}-{bucket[:2]}", [e for e, planned in entries if planned], now)
        count += len(entries)
    return count


def _entries(held: Iterable[Mapping[Any, Any]]) -> Iterator[tuple[dict[str, Any], bool]]:
    for row in sorted(held, key=lambda each: (each["content"]["days"], each["row_key"])):
        told = row["content"]
        yield _entry(told["entry"], row["row_key"], row["import_id"], told["session"]), bool(told["planned"])


def _consumption(held: Iterable[Mapping[Any, Any]]) -> Iterator[tuple[dict[str, Any], bool]]:
    """What was used between readings of each meter that follow one another."""
    for one, next_one in meter_pairs(held):
        told, later = one["content"], next_one["content"]
        used = (later["reading"] - told["reading"]) * later["times"]
        entry = {"activity": later["activity"], "quantity": used, "unit": later["unit"], "known": "measured"}
        key = hashlib.sha256(f"{one['row_key']} {next_one['row_key']}".encode()).hexdigest()
        yield _entry(entry, key, next_one["import_id"], later["session"]), bool(later["planned"])


def meter_pairs(held: Iterable[Mapping[Any, Any]]) -> Iterator[tuple[Mapping[Any, Any], Mapping[Any, Any]]]:
    """Readings of one meter, each with the one after it."""
    ordered = sorted(held, key=lambda each: (each["series"], each["content"]["day"], each["row_key"]))
    for one, next_one in pairwise(ordered):
        if one["series"] == next_one["series"]:
            yield one, next_one


def check_meters(conn: sa.Connection, event: Event, series: Iterable[str]) -> None:
    """Raises InputError where a meter runs backwards, or changes its unit or what it meters."""
    errors = []
    for each in sorted(series):
        for one, later in meter_pairs(rows.current(conn, event.event_id, METERS, series=each).values()):
            a, b = one["content"], later["content"]
            params = {
                "row": later["row_no"], "meter": b["meter"], "value": f"{b['reading']:,.6g} {b['unit']}",
                "day": b["day"], "before": f"{a['reading']:,.6g} {a['unit']}", "earlier": a["day"], "field": "reading",
            }  # fmt: skip
            if (a["unit"], a["activity"]) != (b["unit"], b["activity"]):
                message = "Meter {meter}: {value} on {day} is told in another unit than {before} on {earlier}."
            elif b["reading"] < a["reading"]:
                message = (
                    "Meter {meter}: {value} on {day} is less than {before} on {earlier}; a new meter needs a new name."
                )
            else:
                continue
            errors.append(FieldError(f"row {later['row_no']}.quantity", params["value"], message, params))
    if errors:
        raise InputError(errors[:200])


def _entry(told: Mapping[str, Any], key: str, import_id: str, session: str) -> dict[str, Any]:
    own = {"id": hashlib.sha256(key.encode()).hexdigest()[:16], "source": IMPORTED, "origin": import_id}
    return {**told, **own} | ({"session": session} if session else {})


def _store_bucket(
    conn: sa.Connection, event: Event, name: str, entries: Sequence[dict[str, Any]], import_id: str, now: datetime
) -> None:  # fmt: skip
    participation_id = own_id(event.event_id, "lines", name)
    there = part_rows.get(conn, event.event_id, participation_id)
    if there is None and not entries:
        return
    if there is None:
        row = ROW | {"event_id": event.event_id, "participation_id": participation_id, "created_at": now}
        row |= {"kind": "organiser", "session_id": ORGANISER_SESSION, "people_count": 0, "secret_hash": ""}
        part_rows.insert(conn, [row | {"pseudonym": f"import-{name}", "import_id": import_id}])
    body = {"trips": [], "stays": [], "meals": [], "other": list(entries)}
    done = compute_answers(event, _answers(event, entries))
    store_version(conn, event, participation_id, done, body, now)


def _answers(event: Event, entries: Sequence[dict[str, Any]]) -> Answers:
    """Answers of as many entries as there are: a body is read in parts that it may hold."""
    scenario = inventory_scenario(event)
    other: list[OtherActivity] = []
    for start in range(0, len(entries), MAX_ITEMS):
        part = {"trips": [], "stays": [], "meals": [], "other": list(entries[start : start + MAX_ITEMS])}
        other += parse(event, bare(part), scenario).other
    return Answers(other=tuple(other))


def _store_planned(
    conn: sa.Connection, event: Event, name: str, entries: Sequence[dict[str, Any]], now: datetime
) -> None:
    """The plan's lines of a part of a dataset: what is new or changed is put there, what is gone taken out."""
    there = {row["line_id"]: row for row in book_rows.planned(conn, event.event_id)}
    ours = {line_id for line_id, row in there.items() if row["entry"].get("part") == name}
    wanted = {entry["id"]: {**entry, "part": name} for entry in entries}
    if len(there) - len(ours) + len(wanted) > MOST_PLANNED:
        raise InputError(
            [
                FieldError(
                    "file",
                    len(wanted),
                    "A plan takes at most {limit} lines; with this file it would have {value}.",
                    {"limit": MOST_PLANNED},
                )
            ]
        )
    for line_id in sorted(ours - set(wanted)):
        book_rows.remove_planned(conn, event.event_id, line_id, now)
    for line_id, entry in sorted(wanted.items()):
        if line_id in there and there[line_id]["entry"] == entry:
            continue
        lines = compute_answers(event, _answers(event, [_unmarked(entry)])).result.lines
        row = line_rows(event.event_id, "", 0, lines, "")[0] if lines else {}
        book_rows.put_planned(conn, {
            "event_id": event.event_id, "line_id": line_id, "entry": entry, "line": row, "low_g": row.get("low_g", 0),
            "total_g": row.get("total_g", 0), "high_g": row.get("high_g", 0), "by": entry["origin"], "at": now,
            "removed_at": None,
        })  # fmt: skip


def _unmarked(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "part"}


# ---------------------------------------------------------------- people with their trips
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


class Guests:
    """Brings the participations of people in line with what the lists say."""

    def __init__(self, conn: sa.Connection, event: Event, import_id: str, now: datetime):
        self.conn, self.event, self.import_id, self.now = conn, event, import_id, now
        self.any_came = rows.holds_any(conn, event.event_id, ATTENDED)
        self._computed: dict[str, Computed] = {}
        self._companies: dict[str, str] = {}
        self.made = self.changed = self.removed = 0

    def follow_all(self) -> None:
        """Everybody of every list."""
        for keys in rows.pages(self.conn, self.event.event_id, (PEOPLE, ATTENDED)):
            people = people_of(self.conn, self.event.event_id, keys, self.any_came)
            self.follow({key: guest_of(people.get(key)) for key in keys})

    def follow(self, wanted: Mapping[str, Guest | None]) -> None:
        """Makes, changes and removes so that each key has what is wanted for it."""
        ids = {own_id(self.event.event_id, "person", key): guest for key, guest in wanted.items()}
        there = self._there(sorted(ids))
        gone = [i for i in there if ids[i] is None]
        other = [i for i in there if ids[i] is not None and self._is_other(there[i], ids[i])]
        self._refuse_ordered([*gone, *other])
        self._remove([there[i] for i in (*gone, *other)])
        self.removed += len(gone)
        self.changed += len(other)
        fresh = [(i, guest) for i, guest in sorted(ids.items()) if guest and (i not in there or i in other)]
        self.made += len(fresh) - len(other)
        self._insert(fresh)

    def _there(self, ids: Sequence[str]) -> dict[str, Mapping[Any, Any]]:
        found: dict[str, Mapping[Any, Any]] = {}
        for start in range(0, len(ids), rows.AT_ONCE):
            part = ids[start : start + rows.AT_ONCE]
            feet = rows.footprints(self.conn, self.event.event_id, part)
            for i, row in rows.participations(self.conn, self.event.event_id, part).items():
                found[i] = {**row, "foot": feet.get(i)}
        return found

    def _is_other(self, row: Mapping[Any, Any], guest: Guest | None) -> bool:
        assert guest is not None
        body = {**guest.body} | ({"group_size": guest.people} if guest.people > 1 else {})
        same = row["foot"] is not None and row["foot"]["answers"] == body
        named = (row["people_count"], row["session_id"], row["display_name"], row["company_id"])
        return not same or named != (guest.people, guest.session, guest.name, self._company(guest.company))

    def _refuse_ordered(self, ids: Sequence[str]) -> None:
        found: set[str] = set()
        for start in range(0, len(ids), rows.AT_ONCE):
            found |= rows.ordered(self.conn, self.event.event_id, ids[start : start + rows.AT_ONCE])
        if found:
            raise Conflict(COVERED, count=len(found))

    def _company(self, name: str) -> str:
        if name not in self._companies:
            self._companies[name] = company_of(self.conn, name, self.now)
        return self._companies[name]

    def _compute(self, guest: Guest) -> Computed:
        if guest.alike not in self._computed:
            answers = parse(self.event, guest.body)
            self._computed[guest.alike] = compute_answers(self.event, replace(answers, group_size=guest.people))
        return self._computed[guest.alike]

    def _insert(self, fresh: Sequence[tuple[str, Guest]]) -> None:
        parts, feet, lines = [], [], []
        deltas = _Deltas(self.event.event_id)
        for participation_id, guest in fresh:
            done = self._compute(guest)
            group = {"group_size": guest.people} if guest.people > 1 else {}
            part = ROW | {
                "event_id": self.event.event_id, "participation_id": participation_id, "secret_hash": "",
                "kind": "group" if group else "guest", "people_count": guest.people, "footprint_version": 1,
                "session_id": guest.session, "company_id": self._company(guest.company), "pseudonym": new_pseudonym(),
                "display_name": guest.name, "display_consent": bool(guest.name), "created_at": self.now,
                "origin_place_id": done.origin[0], "main_mode": done.origin[1], "import_id": self.import_id,
                "origin_region": region_of(done.origin[0]), "way": way_of(done.result, done.origin[1]),
            }  # fmt: skip
            foot = footprint_row(self.event, participation_id, 1, done, {**guest.body, **group}, self.now)
            month = month_of(self.event, self.now)
            many = line_rows(self.event.event_id, participation_id, 1, done.result.lines, month)
            parts.append(part)
            feet.append(foot)
            lines.extend(many)
            deltas.add(part, foot, many, 1)
        part_rows.insert(self.conn, parts)
        part_rows.insert_footprints(self.conn, feet, lines)
        deltas.write(self.conn)

    def _remove(self, gone: Sequence[Mapping[Any, Any]]) -> None:
        deltas = _Deltas(self.event.event_id)
        for row in gone:
            version = row["footprint_version"]
            lines = part_rows.lines(self.conn, self.event.event_id, row["participation_id"], version)
            deltas.add(row, row["foot"], lines, -1)
        ids = [row["participation_id"] for row in gone]
        for start in range(0, len(ids), rows.AT_ONCE):
            rows.remove(self.conn, self.event.event_id, ids[start : start + rows.AT_ONCE])
        deltas.write(self.conn)


class _Deltas:
    """What participations add to the roll-ups, or take from them, gathered and written at once."""

    def __init__(self, event_id: str):
        self.event_id = event_id
        self.rows: dict[str, list[dict[str, Any]]] = {n: [] for n in ("cube", "spread", "tally", "strata", "origin")}

    def add(self, part: Mapping[Any, Any], foot: Any, lines: Sequence[Mapping[Any, Any]], sign: int) -> None:
        """A guest's, who told a footprint."""
        counted = tally_rows(part, foot, sign)
        self.rows["tally"] += [{"participation_count": sign} | row for row in counted]
        self.rows["cube"] += cube_rows(part, lines, sign)
        self.rows["spread"] += spread_changes(lines, sign)
        self.rows["strata"] += strata_rows(part, foot, sign)
        if part["origin_place_id"]:
            self.rows["origin"].append(
                origin_row(part["origin_place_id"], part["main_mode"], sign * part["people_count"])
            )

    def write(self, conn: sa.Connection) -> None:
        """All of it."""
        added = {"cube": rollups.add_cube, "spread": rollups.add_spread, "tally": rollups.add_tally,
                 "strata": rollups.add_strata, "origin": rollups.add_origin}  # fmt: skip
        for name, add in added.items():
            if self.rows[name]:
                add(conn, self.event_id, self.rows[name])
