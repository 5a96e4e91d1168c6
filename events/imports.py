"""Attendance files: groups of guests by origin, brought in as participations, all in or all out.

Every row becomes a participation of kind ``group`` with one emission line. A row is known by its event, coordinates and
mode (and its number among equals), so that a file brought in twice adds nothing; a row that was brought in with another
number of attendances is refused. With a method file the method's arithmetic makes the line; without one the event's
factor set does, with the row's ``mode``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from accounts import NotFound
from calculations.methods import Method
from calculations.model import Boundary, FieldError, InputError, Place
from data.library import DEFAULT_EDITION, load_factor_set, load_method
from data.places import index
from data.store import events as event_rows
from data.store import participations as rows
from data.store import rollups
from data.store.engine import get_store
from data.store.ids import new_event_id
from data.tables import read_attendance, read_events
from events.catalogue import put_event, read_event
from events.footprints import cube_rows, line_rows, month_of, origin_row, spread_changes, strata_rows, tally_rows
from events.groups import GroupLine, group_lines
from events.live import fold_in
from events.model import Event, EventDraft
from events.origins import region_of
from events.participations import ROW
from events.states import hold_state, require_state

Progress = Callable[[int, int], None]
STEP = 500
BATCH = 2000
ID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a file brought: ``known_count`` rows were there already."""

    event_slugs: tuple[str, ...]
    new_event_count: int
    row_count: int
    group_count: int
    known_count: int
    people_count: int
    total_g: int
    by_event: Mapping[str, int]


def import_attendance(
    file: str | Path, events_file: str | Path | None = None, slug: str | None = None, method: str | None = None,
    progress: Progress | None = None,
) -> ImportReport:  # fmt: skip
    """Brings in an attendance file: of the event ``slug``, or of the events in ``events_file`` (made where they are
    new, live and without payments), or of existing events that its column ``event`` names. Raises InputError listing
    every bad row (nothing is stored then), NotFound."""
    chosen = load_method(method) if method else None
    frame = read_attendance(Path(file), Path(events_file) if events_file else None, _resolve)
    targets = _targets(frame, events_file, slug, chosen)
    for event in targets.values():
        require_state(event, "import")
    computed = list(_computed(frame, targets, chosen, progress))
    now = datetime.now(UTC)
    with get_store().write() as conn:
        return _store(conn, frame, targets, computed, now)


def _resolve(name: str) -> Place | None:
    text = name.strip()
    return index.get(text) or next(iter(index.search(text, limit=1)), None) if text else None


def slug_of(name: str) -> str:
    """An event's address from its name in a file: ICFP-2010 → icfp-2010."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:64].strip("-")


def _targets(
    frame: pd.DataFrame, events_file: str | Path | None, slug: str | None, method: Method | None
) -> dict[str, Event]:
    """The event of each value of the column ``event`` ('' for all rows), existing or still to be made."""
    if slug:
        with get_store().read() as conn:
            return {"": read_event(conn, slug=slug)}
    if "event" not in frame:
        message = "Say which event the rows belong to: name one, or give the file a column event."
        raise InputError([FieldError("event", "", message)])
    if events_file:
        return _from_file(Path(events_file), sorted(set(frame["event"])), method)
    return _existing(frame)


def _existing(frame: pd.DataFrame) -> dict[str, Event]:
    found: dict[str, Event] = {}
    errors = []
    with get_store().read() as conn:
        for name in sorted(set(frame["event"])):
            try:
                found[name] = read_event(conn, slug=slug_of(name) or "-")
            except NotFound:
                first = int((frame["event"] == name).to_numpy().argmax()) + 2
                message = "Row {row}: there is no event {value}; give an events file, or make it first."
                errors.append(FieldError(f"row {first}.event", name, message, {"row": first, "value": name}))
    if errors:
        raise InputError(errors)
    return found


def _from_file(path: Path, wanted: list[str], method: Method | None) -> dict[str, Event]:
    table = read_events(path)
    table = table[table["event"].isin(wanted)]
    errors: list[FieldError] = []
    drafts = {str(row["event"]): _draft(row, int(number) + 2, method, errors) for number, row in table.iterrows()}
    if errors:
        raise InputError(errors)
    factors = load_factor_set(DEFAULT_EDITION)
    with get_store().read() as conn:
        return {name: _known(conn, draft) or _event_of(draft, factors) for name, draft in drafts.items()}


def _draft(row: pd.Series[Any], number: int, method: Method | None, errors: list[FieldError]) -> EventDraft:
    starts, ends = _dates(row, number, errors)
    name, place = str(row["event"]), _venue(row)
    if not slug_of(name):
        message = "Row {row}: the event {value} needs a name with letters or digits."
        errors.append(FieldError(f"row {number}.event", name, message, {"row": number, "value": name}))
    texts: dict[str, Any] = {"imported": True, "date_known": "starts" in row}
    if method is not None:
        texts["method"] = {"id": method.method_id, "name": method.name, "source": method.source}
    return EventDraft(
        slug=slug_of(name), scenario="conference", names={"en": name.replace("-", " ")}, place=place, starts_at=starts,
        ends_at=ends, timezone="UTC", currency=str(row.get("currency") or "USD"), livemode=True, texts=texts,
        boundary=Boundary(("travel",), True, False, "attendances"), payments=False, state="closed",
        event_id=new_event_id(),
    )  # fmt: skip


def _dates(row: pd.Series[Any], number: int, errors: list[FieldError]) -> tuple[datetime, datetime]:
    """From ``starts`` and ``ends`` (ISO dates), or the whole of ``year``."""
    try:
        if "starts" in row:
            first = date.fromisoformat(str(row["starts"]))
            last = date.fromisoformat(str(row["ends"])) if row.get("ends") else first
        else:
            year = int(str(row.get("year", "")))
            first, last = date(year, 1, 1), date(year, 12, 31)
    except ValueError:
        message = "Row {row}: the event {value} needs a year, or starts and ends as dates like 2026-05-04."
        errors.append(
            FieldError(f"row {number}.starts", str(row["event"]), message, {"row": number, "value": row["event"]})
        )
        first = last = date(2000, 1, 1)
    return datetime.combine(first, time(0), UTC), datetime.combine(last, time(23, 59, 59), UTC)


def _venue(row: pd.Series[Any]) -> Place:
    town = index.nearest_city(float(row["venue_lat"]), float(row["venue_lon"]))
    names = {"en": str(row["venue_city"])} if row.get("venue_city") else {}
    if names.get("en", town.names["en"]) == town.names["en"]:
        names = dict(town.names)
    return Place(town.place_id, names, float(row["venue_lat"]), float(row["venue_lon"]), town.country, town.region)


def _known(conn: sa.Connection, draft: EventDraft) -> Event | None:
    row = event_rows.by_slug(conn, draft.slug)
    if row is None:
        return None
    if not row["texts"].get("imported"):
        message = "There is another event at the address {value}; take its attendances in with --event."
        raise InputError([FieldError("event", draft.slug, message, {"value": draft.slug})])
    return read_event(conn, slug=draft.slug)


def _event_of(draft: EventDraft, factors: Any) -> Event:
    same = (
        "event_id", "slug", "names", "scenario", "starts_at", "ends_at", "timezone", "place", "livemode", "simulated",
        "state", "currency", "boundary", "defaults", "texts", "payments",
    )  # fmt: skip
    values = {name: getattr(draft, name) for name in same}
    return Event(
        **values, factor_set_id=factors.factor_set_id, factor_set_sha256=factors.sha256,
        jurisdiction=draft.place.country,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """A row of the file, ready to be stored."""

    row: int
    event: Event
    participation_id: str
    people: int
    line: GroupLine


def _computed(
    frame: pd.DataFrame, targets: Mapping[str, Event], method: Method | None, progress: Progress | None
) -> Iterator[Group]:
    names = frame["event"].astype(str) if "event" in frame else pd.Series("", index=frame.index)
    events = [targets[""] if "" in targets else targets[name] for name in names]
    lines = group_lines(frame, events, method)
    seen: dict[str, int] = {}
    for number, (event, people, line) in enumerate(zip(events, frame["attendances"], lines, strict=True)):
        if progress and number % STEP == 0:
            progress(number, len(frame))
        if people > 0:
            yield Group(number + 2, event, _row_id(event.event_id, line, seen), int(people), line)
    if progress:
        progress(len(frame), len(frame))


def _row_id(event_id: str, line: GroupLine, seen: dict[str, int]) -> str:
    """An id made of what the row says, and of its number among equals; the event's id comes in front of it."""
    key = f"{event_id}|{line.lat:.5f}|{line.lon:.5f}|{line.line.mode}"
    seen[key] = seen.get(key, 0) + 1
    digest = hashlib.sha256(f"{key.split('|', 1)[1]}|{seen[key]}".encode()).digest()
    return event_id + "-" + "".join(ID_LETTERS[byte % 32] for byte in digest[:20])


def _store(
    conn: sa.Connection, frame: pd.DataFrame, targets: Mapping[str, Event], groups: list[Group], now: datetime
) -> ImportReport:
    by_event: dict[str, list[Group]] = {}
    for group in groups:
        by_event.setdefault(group.event.event_id, []).append(group)
    unique = {event.event_id: event for event in targets.values()}
    made, known, errors = 0, 0, []
    fresh: list[Group] = []
    for event_id, event in sorted(unique.items()):
        if event_rows.by_id(conn, event_id) is None:
            _make(conn, event, now)
            made += 1
        hold_state(conn, event_id, "import")
        people = rows.people_of_kind(conn, event_id, "group")
        for group in by_event.get(event_id, []):
            there = people.get(group.participation_id)
            known += there is not None
            if there is None:
                fresh.append(group)
            elif there != group.people:
                errors.append(_changed(group, there))
    if errors:
        raise InputError(errors)
    _insert(conn, fresh, now)
    for event_id in sorted({group.event.event_id for group in fresh}):
        fold_in(conn, event_id, now)
    return _report(frame, unique, groups, fresh, made, known)


def _make(conn: sa.Connection, event: Event, now: datetime) -> None:
    draft = EventDraft(
        slug=event.slug, scenario=event.scenario, names=event.names, place=event.place, starts_at=event.starts_at,
        ends_at=event.ends_at, timezone=event.timezone, currency=event.currency, livemode=event.livemode,
        texts=event.texts, boundary=event.boundary, payments=event.payments, state=event.state,
        event_id=event.event_id, created_at=now,
    )  # fmt: skip
    put_event(conn, draft, load_factor_set(event.factor_set_id))


def _changed(group: Group, there: int) -> FieldError:
    message = "Row {row}: {known} attendances from this place were brought in before; this row says {value}."
    params = {"row": group.row, "known": there, "value": group.people}
    return FieldError(f"row {group.row}.attendances", group.people, message, params)


def _insert(conn: sa.Connection, groups: list[Group], now: datetime) -> None:
    for start in range(0, len(groups), BATCH):
        _insert_batch(conn, groups[start : start + BATCH], now)


def _insert_batch(conn: sa.Connection, groups: list[Group], now: datetime) -> None:
    parts, feet, lines = [], [], []
    deltas: dict[str, tuple[list[Any], list[Any], list[Any], list[Any], list[Any]]] = {}
    for group in groups:
        event_id, line = group.event.event_id, group.line.line
        key = {"event_id": event_id, "participation_id": group.participation_id}
        part = ROW | key | {
            "kind": "group", "people_count": group.people, "footprint_version": 1, "secret_hash": "",
            "origin_place_id": group.line.town_id, "main_mode": line.mode, "created_at": now,
            "origin_region": region_of(group.line.town_id), "way": "onsite",
        }  # fmt: skip
        foot = key | {
            "version": 1, "answers": group.line.answers, "low_g": line.low_g, "total_g": line.total_g,
            "high_g": line.high_g, "non_co2_g": line.non_co2_g, "norm_g": 0, "travel_g": line.total_g,
            "travel_m": group.line.travel_m, "factor_set_sha256": group.event.factor_set_sha256, "created_at": now,
            "upstream_g": line.upstream_g, "quality": line.quality,
        }  # fmt: skip
        many = line_rows(event_id, group.participation_id, 1, [line], _month(group.event, now))
        parts.append(part)
        feet.append(foot)
        lines.extend(many)
        cube, tally, origin, spread, strata = deltas.setdefault(event_id, ([], [], [], [], []))
        cube.extend(cube_rows(part, many, 1))
        spread.extend(spread_changes(many, 1))
        strata.extend(strata_rows(part, foot, 1))
        tally.append({"participation_count": 1} | tally_rows(part, foot, 1)[0])
        origin.append(origin_row(group.line.town_id, line.mode, group.people))
    rows.insert(conn, parts)
    rows.insert_footprints(conn, feet, lines)
    for event_id, (cube, tally, origin, spread, strata) in sorted(deltas.items()):
        rollups.add_cube(conn, event_id, cube)
        rollups.add_spread(conn, event_id, spread)
        rollups.add_tally(conn, event_id, tally)
        rollups.add_strata(conn, event_id, strata)
        rollups.add_origin(conn, event_id, [row for row in origin if row["place_id"]])


def _month(event: Event, now: datetime) -> str:
    """The month of the event's end, or its year where no more is known."""
    if event.texts.get("imported") and not event.texts.get("date_known"):
        return str(event.starts_at.year)
    return month_of(event, now)


def _report(
    frame: pd.DataFrame, events: Mapping[str, Event], groups: list[Group], fresh: list[Group], made: int, known: int
) -> ImportReport:
    sums = {event.slug: 0 for event in events.values()}
    for group in groups:
        sums[group.event.slug] += group.line.line.total_g
    return ImportReport(
        event_slugs=tuple(sorted(sums)), new_event_count=made, row_count=len(frame), group_count=len(fresh),
        known_count=known, people_count=sum(group.people for group in groups), total_g=sum(sums.values()),
        by_event=dict(sorted(sums.items())),
    )  # fmt: skip
