"""An organiser's dashboard: every figure of one event under one question, from its facets alone.

All figures answer the same question; a figure's own condition does not narrow it, so that one may choose beside it.
What facets can't tell under a condition is left out and named, never shown as if it had answered. Who must not be
told apart stands in `reports.dashboard_cells`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

import events
from calculations.model import FieldError, InputError
from calculations.ranking import SMALLEST_GROUP
from data.store import codes, participations
from data.store.engine import get_store
from locales import t
from reports.bounds import Bounds
from reports.choices import Choice
from reports.dashboard_cells import FEW, Cells
from reports.dashboard_columns import MASSES, Group
from reports.dashboard_dims import Whereabouts, read_cells, whereabouts
from reports.dashboard_rows import Namer, Told, all_choices, conditions, figure_rows, row_of, told_groups, told_keys
from reports.exploring import Row
from reports.narrowing import LISTS, OF_LINES, Narrowing
from reports.question import NO_MODE, Question

STEPS = {"began": "participation_count", "footprint": "answered_count", "paid": "paid_order_count",
         "certificate": "certificate_count"}  # fmt: skip
TOP = 5
RAIL = ("high_speed_rail", "rail")
NAMED = ("origin", "ring", *OF_LINES)  # what a board would tell of somebody who is named


@dataclass(frozen=True, slots=True)
class Channel:
    """Guests by the channel of the code they scanned (``none``: by no code); None where fewer than five stand behind
    it, or where it can't be told."""

    key: str
    scans: int | None
    began: int | None
    footprint: int | None
    certificate: int | None


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders of those who are asked for, and what they have paid."""

    order_count: int
    paid_order_count: int
    paid_minor: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The figures that answer ``asked``. Rows hold grams of the state asked for in ``value_g``. ``hidden``: fewer than
    five guests stand behind what is asked or beside it, their grams are in none of the figures. ``at_least``: people
    are told from lines, so many or more. ``counted``: estimates for those who have not answered are left out.
    ``left_out`` names figures that can't answer. ``board``: the first rows of the board of those asked for."""

    view: events.OrganiserView
    asked: Narrowing
    whole: Row
    extra_g: int | None
    people: int
    at_least: bool
    rows: Mapping[str, tuple[Row, ...]]
    funnel: Mapping[str, int]
    orders: Orders | None
    choices: Mapping[str, tuple[Choice, ...]]
    hidden: bool
    counted: bool
    left_out: tuple[str, ...]
    channels: tuple[Channel, ...] = ()
    places: Mapping[str, Whereabouts] = field(default_factory=dict)
    by_rail: frozenset[str] = frozenset()
    board: tuple[events.BoardRow, ...] = ()


def dashboard(slug: str, asked: Narrowing | None = None) -> Dashboard:
    """The figures of an event under a question. Raises NotFound, Unauthenticated, Forbidden (event.view) and InputError
    for what is not at the event."""
    asked = asked or Narrowing()
    view = events.organiser_view(slug)
    with get_store().read() as conn:
        cells = read_cells(conn, view.event)
        namer = Namer(view, participations.company_names(conn, [key for key in cells.values("company") if key]))
        whole = told_groups(Narrowing(), cells)
        choices = all_choices(asked, cells, whole, namer)
        _check(asked, whole, choices)
        told = told_groups(asked, cells) if asked.is_part else whole
        return _answered(conn, view, asked, cells, told, namer, choices)


def _answered(
    conn: sa.Connection, view: events.OrganiserView, asked: Narrowing, cells: Cells, told: Mapping[str, Told],
    namer: Namer, choices: Mapping[str, tuple[Choice, ...]],
) -> Dashboard:  # fmt: skip
    wanted = conditions(asked, cells)
    group, hidden = cells.whole(wanted), asked.is_part and cells.few(wanted)
    counted = asked.is_part or asked.told == "declared" or not view.totals.mass.estimated_g
    rows = figure_rows(asked, told, namer)
    masses = group.own if hidden else group.masses
    masses = {name: masses[name] for name in MASSES}
    if not hidden:
        _bounds(conn, view, asked, "").of_whole(masses)
    rows["category"] = _bounded(conn, view, asked, rows["category"])
    people = 0 if hidden else group.people
    whole = row_of("", t("All"), masses, asked, people)
    if not counted:
        whole, rows = _estimated(view, asked, whole, rows)
    by_people = not asked.of_lines and not hidden
    channels = _channels(view.event.slug, asked, told["channel"]) if not asked.of_lines else ()
    return Dashboard(
        view=view, asked=asked, whole=whole, extra_g=group.guests["extra_g"] if by_people else None, people=people,
        at_least=asked.of_lines, rows=rows, funnel=_funnel(group, channels) if by_people else {},
        orders=_orders(view, asked, group) if by_people else None, choices=choices, hidden=hidden, counted=counted,
        left_out=_left_out(asked), channels=channels, places=_places(view, rows["origin"]),
        by_rail=_by_rail(asked, cells), board=_board(conn, view, asked, cells, hidden),
    )  # fmt: skip


def _bounds(conn: sa.Connection, view: events.OrganiserView, asked: Narrowing, by: str) -> Bounds:
    """Low and high as errors propagate: known of the event and of its categories, under no other condition."""
    others = [*[value for name in LISTS if name != "category" for value in getattr(asked, name)], asked.month_from,
              asked.month_to]  # fmt: skip
    question = Question(by=by or "category", session=tuple(each for each in others if each),
                        category=() if by else asked.category)  # fmt: skip
    return Bounds(conn, question, [view.event.event_id])


def _bounded(
    conn: sa.Connection, view: events.OrganiserView, asked: Narrowing, rows: tuple[Row, ...]
) -> tuple[Row, ...]:  # fmt: skip
    sure, found = _bounds(conn, view, asked, "category"), []
    hidden = {row.key for row in rows} if any(row.key == FEW for row in rows) else set()
    for row in rows:
        masses = {name: getattr(row, name) for name in MASSES}
        if row.key != FEW and row.key not in hidden:
            sure.of_row((row.key,), masses)
        found.append(row_of(row.key, row.name, masses, asked, row.people))
    return tuple(found)


def _estimated(
    view: events.OrganiserView, asked: Narrowing, whole: Row, rows: dict[str, tuple[Row, ...]]
) -> tuple[Row, dict[str, tuple[Row, ...]]]:
    """The whole event with those who have not answered: key figures, categories and sub-forums."""
    mass, totals = view.totals.mass, view.totals
    masses = {"low_g": mass.low_g, "total_g": mass.total_g, "high_g": mass.high_g,
              "reserved_g": totals.reserved_g, "retired_g": totals.retired_g}  # fmt: skip
    of_category = {row["category"]: _masses(row, "total_g") for row in view.by_category}
    of_session = {row["id"] or NO_MODE: _masses(row, "emitted_g") for row in view.by_session}
    made = dict(rows)
    for name, known in (("category", of_category), ("session", of_session)):
        made[name] = tuple(_with(row, known, rows[name], asked) for row in rows[name])
    return row_of("", whole.name, masses, asked, whole.people), made


def _masses(row: Mapping[str, Any], total: str) -> dict[str, int]:
    return {name: int(row[total if name == "total_g" else name]) for name in MASSES}


def _with(row: Row, known: Mapping[str, dict[str, int]], rows: tuple[Row, ...], asked: Narrowing) -> Row:
    masses = known.get(row.key)
    if row.key == FEW:
        others = [sums for key, sums in known.items() if key not in {each.key for each in rows}]
        masses = {name: sum(sums[name] for sums in others) for name in MASSES}
    return row_of(row.key, row.name, masses, asked, row.people) if masses else row


def _funnel(group: Group, channels: tuple[Channel, ...]) -> dict[str, int]:
    """From the scan to the certificate; nothing of one to four people who have begun."""
    if 0 < group.guests["participation_count"] < SMALLEST_GROUP:
        return {}
    scans = sum(one.scans or 0 for one in channels)
    return ({"scanned": scans} if scans else {}) | {step: group.guests[name] for step, name in STEPS.items()}


def _orders(view: events.OrganiserView, asked: Narrowing, group: Group) -> Orders:
    if not asked.is_part:
        counts = view.totals.counts
        return Orders(counts["order_count"], counts["paid_order_count"], view.totals.paid_minor)
    return Orders(*[group.guests[name] for name in ("order_count", "paid_order_count", "paid_minor")])


def _channels(slug: str, asked: Narrowing, told: Told) -> tuple[Channel, ...]:
    """By channel, those who came by no code last. Scans know no person: of the whole event alone."""
    scans: dict[str, int] = {}
    if not asked.is_part:
        scans = {row.key: row.figures.scans for row in events.channel_board(slug).channels}
    counts = {group.key: group.guests for group in told.groups}
    found = []
    for key in sorted({*scans, *counts}, key=lambda each: (each == NO_MODE, each)):
        one, seen = counts.get(key), scans.get(key, 0) if not asked.is_part else None
        steps = [one[STEPS[step]] if one else None for step in ("began", "footprint", "certificate")]
        if one and 0 < one["participation_count"] < SMALLEST_GROUP:
            steps = [None, None, None]
        found.append(Channel(key, seen, *steps))
    return tuple(found)


def _places(view: events.OrganiserView, rows: tuple[Row, ...]) -> dict[str, Whereabouts]:
    found = {row.key: whereabouts(view.event, row.key) for row in rows if row.key not in ("near", NO_MODE, FEW)}
    return {key: place for key, place in found.items() if place is not None}


def _by_rail(asked: Narrowing, cells: Cells) -> frozenset[str]:
    """Places that more came from by rail than by air, of those who are asked for."""
    wanted = conditions(asked, cells, "origin")
    rail, air = (cells.line_sums(wanted, "origin", "way", modes) for modes in (RAIL, ("plane",)))
    return frozenset(key for key, count in rail.items() if count > air.get(key, 0))


def _board(
    conn: sa.Connection, view: events.OrganiserView, asked: Narrowing, cells: Cells, hidden: bool
) -> tuple[events.BoardRow, ...]:  # fmt: skip
    """The first of those who are asked for; nobody where that would tell how somebody named there came."""
    if not asked.is_part:
        return tuple(view.boards["people"][:TOP])
    if hidden or any(getattr(asked, name) for name in NAMED):
        return ()
    where: dict[str, list[set[str]]] = {
        "company_id": [{value} for value in asked.company],
        "session_id": [{"" if value == NO_MODE else value} for value in asked.session],
        "code_id": [_codes(conn, view, value) for value in asked.channel],
        "began": [{each for each in cells.values("began") if each.startswith(value)} for value in asked.began],
    }
    return tuple(events.board_among(view.event.slug, {name: each for name, each in where.items() if each}, TOP))


def _codes(conn: sa.Connection, view: events.OrganiserView, channel: str) -> set[str]:
    """The codes of a channel; '' is none."""
    known = {row["code_id"] for row in codes.of_event(conn, view.event.event_id) if row["channel"] == channel}
    return known | ({""} if channel == NO_MODE else set())


def _left_out(asked: Narrowing) -> tuple[str, ...]:
    """What can't be told of a part, in the order it is said."""
    gone = ["scans", "recipients"] if asked.is_part else []
    gone += ["funnel", "orders", "extra"] if asked.of_lines else []
    return (*gone, *(["boards"] if any(getattr(asked, name) for name in NAMED) else []))


def _check(asked: Narrowing, whole: Mapping[str, Told], choices: Mapping[str, tuple[Choice, ...]]) -> None:
    """Raises InputError for sessions, companies, channels, places and rings that this event has not, or that are too
    few to be told."""
    message = "{field}: {value} is not at this event, or fewer than five guests stand behind it."
    errors = []
    for name in LISTS:
        known = {choice.value for choice in choices[name]} | told_keys(name, whole)
        errors += [FieldError(name, value, message) for value in getattr(asked, name) if value not in known]
    if errors:
        raise InputError(errors)
