"""An organiser's dashboard: every figure of one event under one question, from roll-ups alone.

What the question's conditions can be told of depends on the roll-up: lines know session, category, activity, mode and
month; people know session and company. A figure whose roll-up does not know a condition is left out and named, never
shown as if it had answered. Groups of fewer than five guests, and rows of fewer than five lines of theirs, stand in
one sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import events
from calculations.model import CATEGORIES, FieldError, InputError
from calculations.ranking import SMALLEST_GROUP, shown_groups
from data.store import cubes, participations, rollups
from data.store.engine import get_store
from locales import pick, t
from reports import words
from reports.bounds import Bounds
from reports.choices import Choice
from reports.exploring import Row
from reports.narrowing import Narrowing
from reports.question import NO_MODE, Question

OWN = "organiser"  # the session of the organiser's own lines
FEW = "-few"  # the key of the row that holds what is not told apart
MASSES = ("low_g", "total_g", "high_g", "reserved_g", "retired_g")
FOOD = "food"
COMPANIES = 40
WHOLE_ONLY = ("origin", "day", "channel", "money", "boards")  # of these the roll-ups hold the whole event alone


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The figures that answer ``asked``. Rows hold grams of the state asked for in ``value_g``. ``hidden``: fewer than
    five guests stand behind what is asked, their grams are in none of the figures. ``counted``: estimates for those who
    have not answered are left out. ``left_out`` names figures that can't answer."""

    view: events.OrganiserView
    asked: Narrowing
    whole: Row
    extra_g: int | None
    people: int
    rows: Mapping[str, tuple[Row, ...]]
    funnel: Mapping[str, int]
    choices: Mapping[str, tuple[Choice, ...]]
    hidden: bool
    counted: bool
    left_out: tuple[str, ...]
    channels: tuple[Channel, ...] = ()


@dataclass(frozen=True, slots=True)
class Channel:
    """Guests by the channel of the code they scanned ('' by none); None where fewer than five stand behind it."""

    key: str
    scans: int
    began: int | None
    footprint: int | None
    certificate: int | None


@dataclass(slots=True)
class _Group:
    """Grams of a row while they are added up: guests' lines and the organiser's own apart."""

    guests: dict[str, int]
    own: dict[str, int]

    @classmethod
    def empty(cls) -> _Group:
        names = ("line_count", *MASSES)
        return cls(dict.fromkeys(names, 0), dict.fromkeys(names, 0))

    def add(self, cell: Mapping[Any, Any]) -> None:
        side = self.own if cell["session_id"] == OWN else self.guests
        for name in side:
            side[name] += int(cell[name])

    def masses(self, guests: bool = True) -> dict[str, int]:
        return {name: self.own[name] + (self.guests[name] if guests else 0) for name in MASSES}


def dashboard(slug: str, asked: Narrowing | None = None) -> Dashboard:
    """The figures of an event under a question. Raises NotFound, Unauthenticated, Forbidden (event.view) and InputError
    for what is not at the event."""
    asked = asked or Narrowing()
    view = events.organiser_view(slug)
    event_id = view.event.event_id
    with get_store().read() as conn:
        of = cubes.Slice((event_id,), month_from=asked.month_from, month_to=asked.month_to)
        cells = cubes.sums(conn, of, ("session_id", "category", "activity", "mode"))
        tally = rollups.as_rows(rollups.TALLY, rollups.read(conn, rollups.TALLY, event_id))
        names = participations.company_names(conn, sorted({row["company_id"] for row in tally} - {""}))
        months = cubes.values(conn, [event_id], "month")
        sure = Bounds(conn, _of_whole(asked), [event_id])
    choices = _choices(view, cells, tally, names, months)
    _check(asked, choices)
    return _answered(view, asked, cells, tally, choices, sure)


def _of_whole(asked: Narrowing) -> Question:
    """The question that knows whether bounds can be propagated: by event and category alone."""
    return Question(by="category", session=asked.session + asked.company, category=asked.category,
                    mode=asked.mode + asked.diet, month_from=asked.month_from, month_to=asked.month_to)  # fmt: skip


def _answered(
    view: events.OrganiserView, asked: Narrowing, cells: Sequence[Mapping[Any, Any]], tally: list[dict[str, Any]],
    choices: Mapping[str, tuple[Choice, ...]], sure: Bounds,
) -> Dashboard:  # fmt: skip
    people = sum(row["people_count"] for row in tally if _of_people(row, asked) and row["session_id"] != OWN)
    counted = asked.is_part or asked.told == "declared" or not view.totals.mass.estimated_g
    if asked.company:
        whole, hidden = _of_companies(asked, tally, people)
    else:
        whole, hidden = _of_lines(asked, cells, people, sure)
    if not counted:
        whole = _estimated(view, asked, whole)
    channels = () if asked.is_part else _channels(view.event.slug)
    scans = {"scanned": sum(one.scans for one in channels)} if any(one.scans for one in channels) else {}
    seen = [] if hidden else [cell for cell in cells if cell["session_id"] != OWN]
    seen += [cell for cell in cells if cell["session_id"] == OWN]
    return Dashboard(
        view=view, asked=asked, whole=whole, extra_g=_extra_g(asked, tally, hidden), people=people,
        rows=_rows(view, asked, seen, tally, choices, sure, counted), funnel=scans | _funnel(asked, tally, hidden),
        choices=choices, hidden=hidden, counted=counted, left_out=_left_out(asked),
        channels=channels,
    )  # fmt: skip


def _of_people(row: Mapping[str, Any], asked: Narrowing, but: str = "") -> bool:
    """Whether a row of the tally belongs to what is asked."""
    of_session = but == "session" or not asked.session or (row["session_id"] or NO_MODE) in asked.session
    return of_session and (but == "company" or not asked.company or row["company_id"] in asked.company)


def _of_lines(
    asked: Narrowing, cells: Sequence[Mapping[Any, Any]], people: int, sure: Bounds
) -> tuple[Row, bool]:  # fmt: skip
    group = _Group.empty()
    for cell in cells:
        if asked.keeps(cell):
            group.add(cell)
    few = asked.is_part and (people < SMALLEST_GROUP or group.guests["line_count"] < SMALLEST_GROUP)
    hidden = few and group.guests["line_count"] > 0
    masses = group.masses(not hidden)
    if not hidden:
        sure.of_whole(masses)
    return _row("", t("All"), masses, asked, people), hidden


def _of_companies(asked: Narrowing, tally: Iterable[Mapping[str, Any]], people: int) -> tuple[Row, bool]:
    hidden = people < SMALLEST_GROUP
    kept = [row for row in tally if _of_people(row, asked) and not hidden]
    masses = {name: sum(row[name] for row in kept) for name in MASSES}
    return _row("", t("All"), masses, asked, people), hidden


def _estimated(view: events.OrganiserView, asked: Narrowing, whole: Row) -> Row:
    """The whole event with those who have not answered."""
    mass = view.totals.mass
    masses = {"low_g": mass.low_g, "total_g": mass.total_g, "high_g": mass.high_g,
              "reserved_g": view.totals.reserved_g, "retired_g": view.totals.retired_g}  # fmt: skip
    return _row("", whole.name, masses, asked, whole.people)


def _row(key: str, name: str, masses: Mapping[str, int], asked: Narrowing, people: int | None = None) -> Row:
    open_g = max(0, masses["total_g"] - masses["reserved_g"] - masses["retired_g"])
    value = {"": masses["total_g"], "open": open_g}.get(asked.state, masses.get(f"{asked.state}_g", 0))
    return Row(key, name, people, {}, value_g=value, per_guest_g=None, **masses)


def _rows(
    view: events.OrganiserView, asked: Narrowing, cells: Sequence[Mapping[Any, Any]], tally: list[dict[str, Any]],
    choices: Mapping[str, tuple[Choice, ...]], sure: Bounds, counted: bool,
) -> dict[str, tuple[Row, ...]]:  # fmt: skip
    """Rows of each figure; a figure's own condition does not narrow it, so that one may choose beside it."""
    if asked.company:
        return {"session": _session_rows(view, asked, tally, counted), "company": _company_rows(asked, tally, choices)}
    known: dict[str, tuple[Row, ...]] = {}
    keys: dict[str, Callable[[Mapping[Any, Any]], str]] = {
        "category": lambda cell: str(cell["category"]),
        "mode": lambda cell: str(cell["mode"]) if cell["category"] in ("travel", "local") else "",
        "diet": lambda cell: str(cell["activity"]) if cell["category"] == FOOD else "",
        "activity": lambda cell: f"{cell['category']}/{cell['activity']}",
    }
    for name, key_of in keys.items():
        groups: dict[str, _Group] = {}
        for cell in cells:
            if key_of(cell) and asked.keeps(cell, name):
                groups.setdefault(key_of(cell), _Group.empty()).add(cell)
        known[name] = _told_apart(name, groups, asked, sure)
    if not counted:
        known["category"] = tuple(_figure(row, words.category(row["category"]), asked) for row in view.by_category)
    known["session"] = _session_rows(view, asked, cells if asked.of_lines else tally, counted)
    if not asked.of_lines:
        known["company"] = _company_rows(asked, tally, choices)
    return known


def _told_apart(name: str, groups: Mapping[str, _Group], asked: Narrowing, sure: Bounds) -> tuple[Row, ...]:
    """Rows by what is most, what may not be told apart in one sum at the end."""
    counts = {key: group.guests["line_count"] for key, group in groups.items() if group.guests["line_count"]}
    shown, rest, rows = shown_groups(counts), dict.fromkeys(MASSES, 0), []
    for key, group in groups.items():
        masses = group.masses(key in shown)
        if key not in shown and key in counts:
            for mass in MASSES:
                rest[mass] += group.guests[mass]
        elif name == "category":
            sure.of_row((key,), masses)
        if any(masses.values()):
            rows.append(_row(key, _named(name, key), masses, asked))
    rows.sort(key=lambda row: (-row.value_g, row.key))
    if any(rest.values()):
        rows.append(_row(FEW, t("Rows of fewer than five"), rest, asked))
    return tuple(rows)


def _named(name: str, key: str) -> str:
    if name == "activity":
        category, _, activity = key.partition("/")
        return f"{words.category(category)} · {words.activity(activity)}"
    return {"category": words.category, "mode": words.mode, "diet": words.activity}[name](key)


def _figure(row: Mapping[str, Any], name: str, asked: Narrowing) -> Row:
    return _row(row["category"], name, {mass: int(row[mass]) for mass in MASSES}, asked)


def _session_rows(
    view: events.OrganiserView, asked: Narrowing, source: Iterable[Mapping[Any, Any]], counted: bool
) -> tuple[Row, ...]:
    """Sub-forums in their order, those of fewer than five guests in one sum; people are all who answered there."""
    sums = {row["id"]: dict.fromkeys(MASSES, 0) for row in view.by_session}
    behind = dict.fromkeys(sums, 0)
    for part in source:
        wanted = asked.keeps(part, "session") if "category" in part else _of_people(part, asked, "session")
        if wanted and part["session_id"] in sums:
            behind[part["session_id"]] += int(part["line_count" if "category" in part else "people_count"])
            for mass in MASSES:
                sums[part["session_id"]][mass] += int(part[mass])
    if not counted:
        estimated = ("low_g", "emitted_g", "high_g", "reserved_g", "retired_g")
        sums = {row["id"]: {m: row[e] for m, e in zip(MASSES, estimated, strict=True)} for row in view.by_session}
    few, people, rows = dict.fromkeys(MASSES, 0), 0, []
    known = {row["id"]: row["people"] for row in view.by_session if row["kind"] != OWN}
    shown = shown_groups({sid: min(count, behind[sid]) for sid, count in known.items() if behind[sid] or not counted})
    for row in view.by_session:
        if row["kind"] == OWN or row["id"] in shown:
            rows.append(_row(row["id"] or NO_MODE, _session_name(view, row), sums[row["id"]], asked, row["people"]))
        else:
            few, people = {mass: few[mass] + sums[row["id"]][mass] for mass in MASSES}, people + row["people"]
    if any(few.values()) or people:
        rows.append(_row(FEW, t("Sub-forums of fewer than five"), few, asked, people))
    return tuple(row for row in rows if row.total_g or row.people)


def _session_name(view: events.OrganiserView, row: Mapping[str, Any]) -> str:
    short = view.event.texts.get("session_short", {}).get(row["id"])
    return pick(dict(short or row["names"]))


def _company_rows(
    asked: Narrowing, tally: Iterable[Mapping[str, Any]], choices: Mapping[str, tuple[Choice, ...]]
) -> tuple[Row, ...]:
    """Companies that may be told, by what is most."""
    names = {choice.value: choice.name for choice in choices["company"]}
    sums: dict[str, dict[str, int]] = {}
    for row in tally:
        if row["company_id"] in names and _of_people(row, asked, "company"):
            entry = sums.setdefault(row["company_id"], dict.fromkeys((*MASSES, "people_count"), 0))
            for measure in entry:
                entry[measure] += row[measure]
    shown = shown_groups({key: entry["people_count"] for key, entry in sums.items()})
    rows = [
        _row(key, names[key], {mass: entry[mass] for mass in MASSES}, asked, entry["people_count"])
        for key, entry in sums.items()
        if key in shown
    ]
    return tuple(sorted(rows, key=lambda row: (-row.value_g, row.key)))


def _extra_g(asked: Narrowing, tally: Iterable[Mapping[str, Any]], hidden: bool) -> int | None:
    if asked.of_lines or hidden:
        return None
    return sum(int(row["extra_g"]) for row in tally if _of_people(row, asked))


def _funnel(asked: Narrowing, tally: Iterable[Mapping[str, Any]], hidden: bool) -> dict[str, int]:
    """From the first tap to the certificate; nothing where only lines can tell."""
    if asked.of_lines or hidden:
        return {}
    steps = {"began": "participation_count", "footprint": "answered_count", "paid": "paid_order_count",
             "certificate": "certificate_count"}  # fmt: skip
    kept = [row for row in tally if _of_people(row, asked)]
    return {step: sum(row[measure] for row in kept) for step, measure in steps.items()}


def _channels(slug: str) -> tuple[Channel, ...]:
    """By channel, and those who came by no code last."""
    board = events.channel_board(slug)
    known = [*((row.key, row.figures) for row in board.channels), ("", board.without)]
    return tuple(Channel(key, each.scans, each.began, each.footprint, each.certificate) for key, each in known)


def _left_out(asked: Narrowing) -> tuple[str, ...]:
    gone = list(WHOLE_ONLY) if asked.is_part else []
    gone += ["company", "funnel"] if asked.of_lines else []
    return (*gone, *(("category", "mode", "diet") if asked.company else ()))


def _choices(
    view: events.OrganiserView, cells: Iterable[Mapping[Any, Any]], tally: Iterable[Mapping[str, Any]],
    names: Mapping[str, Mapping[str, str]], months: Sequence[str],
) -> dict[str, tuple[Choice, ...]]:  # fmt: skip
    """What each condition may take: what occurs, sub-forums and companies of five guests and more."""
    found = {name: sorted({str(cell[name]) for cell in cells}) for name in ("category", "mode")}
    diets = sorted({str(cell["activity"]) for cell in cells if cell["category"] == FOOD})
    people: dict[str, int] = {}
    for row in tally:
        people[row["company_id"]] = people.get(row["company_id"], 0) + row["people_count"]
    of_none = people.pop("", 0)
    shown = shown_groups(people, of_none)
    largest = sorted((key for key in people if key in shown and key in names), key=lambda key: (-people[key], key))
    apart = shown_groups({row["id"]: row["people"] for row in view.by_session if row["kind"] != OWN})
    sessions = [row for row in view.by_session if row["kind"] == OWN or row["id"] in apart]
    return {
        "session": tuple(Choice(row["id"] or NO_MODE, _session_name(view, row)) for row in sessions),
        "company": tuple(Choice(key, pick(dict(names[key]))) for key in largest[:COMPANIES]),
        "category": tuple(Choice(name, words.category(name)) for name in CATEGORIES if name in found["category"]),
        "mode": tuple(Choice(name or NO_MODE, words.mode(name)) for name in found["mode"]),
        "diet": tuple(Choice(name, words.activity(name)) for name in diets),
        "month": tuple(Choice(name, words.month(name)) for name in months if name),
    }  # fmt: skip


def _check(asked: Narrowing, choices: Mapping[str, tuple[Choice, ...]]) -> None:
    """Raises InputError for sessions, companies and meals that this event has not, or that are too few to be told."""
    errors = []
    for name in ("session", "company", "category", "mode", "diet"):
        known = {choice.value for choice in choices[name]}
        message = "{field}: {value} is not at this event, or fewer than five guests stand behind it."
        errors += [FieldError(name, value, message) for value in getattr(asked, name) if value not in known]
    if errors:
        raise InputError(errors)
