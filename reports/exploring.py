"""Answering a question from the cube alone: rows, their total, and what they say in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from accounts import current_actor, may, require
from calculations.extrapolation import Estimate, spread
from calculations.model import CATEGORIES, FieldError, InputError
from data.store import cubes
from data.store.engine import get_store
from events import whole_estimate
from locales import formats as f
from locales import pick, t
from reports import words
from reports.bounds import Bounds
from reports.fewness import FEW, Fewness, fewness
from reports.question import NO_MODE, Question

GROUPED = {"event": ("event_id",), "session": ("event_id", "session_id")}
MASSES = ("low_g", "total_g", "high_g", "reserved_g", "retired_g")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer. ``kind``: text, count, grams (integer), share_bp (10,000 is all of it)."""

    key: str
    title: str
    kind: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its key and name, people (None where the dimension has none of its own), grams by category of the measure,
    bounds and coverage. Grams of ``per_guest`` are those of one guest."""

    key: str
    name: str
    people: int | None
    by_category: Mapping[str, int]
    low_g: int
    total_g: int
    high_g: int
    reserved_g: int
    retired_g: int
    value_g: int
    per_guest_g: int | None

    @property
    def covered_bp(self) -> int:
        """Share covered in basis points."""
        return (self.reserved_g + self.retired_g) * 10_000 // self.total_g if self.total_g else 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question's pages, tables and files show. ``rows`` add up to ``total`` (people and grams; not what is per
    guest, nor low and high, which are propagated). Masses are counted lines, without estimates for those who have not
    answered; ``estimate`` is what these would add, where whole events are asked for."""

    question: Question
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row
    sentence: str
    events: tuple[Mapping[str, Any], ...] = ()
    categories: tuple[str, ...] = ()
    estimate: Estimate | None = None
    left_out: int = 0  # events of which too few guests are asked for

    def cells(self, row: Row) -> list[Any]:
        """A row's values in the order of ``columns``."""
        return [_cell(row, column.key) for column in self.columns]

    def as_json(self) -> dict[str, Any]:
        """``GET /api/v1/reports/explore``."""
        keys = [column.key for column in self.columns]
        return {
            "query": self.question.to_url(), "sentence": self.sentence,
            "columns": [{"key": c.key, "title": c.title, "kind": c.kind} for c in self.columns],
            "rows": [{"key": row.key} | dict(zip(keys, self.cells(row), strict=True)) for row in self.rows],
            "total": dict(zip(keys, self.cells(self.total), strict=True)), "estimate": _estimate_json(self.estimate),
            "left_out": self.left_out,
        }  # fmt: skip


@dataclass(slots=True)
class Sums:
    """Grams of a row while they are added up."""

    masses: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MASSES, 0))
    values: dict[str, int] = field(default_factory=dict)

    def add(self, cell: Mapping[Any, Any], measure: str) -> None:
        """One cell of the cube."""
        for name in MASSES:
            self.masses[name] += int(cell[name])
        value = cell["reserved_g"] + cell["retired_g"] if measure == "covered" else cell["total_g"]
        self.values[cell["category"]] = self.values.get(cell["category"], 0) + int(value)


def visible_events(kind: str) -> list[Mapping[Any, Any]]:
    """Test or live events this person may report on, oldest first. Needs reports.view."""
    require(current_actor(), "reports.view")
    with get_store().read() as conn:
        return _visible(conn, kind)


def _visible(conn: sa.Connection, kind: str) -> list[Mapping[Any, Any]]:
    actor = current_actor()
    return [row for row in cubes.events(conn, kind == "live") if may(actor, "reports.view", row["event_id"])]


def explore(question: Question) -> Answer:
    """The answer of this moment. Needs reports.view; events one may not see are as if they were not there. Raises
    InputError for an event that is not among them."""
    require(current_actor(), "reports.view")
    with get_store().read() as conn:
        asked = _chosen(_visible(conn, question.kind), question)
        few = fewness(cubes.people(conn, _ids(asked), ()), _ids(asked), question.session)
        events = [row for row in asked if row["event_id"] in few.told]
        of = _slice(question, events)
        keys = GROUPED.get(question.by, (question.by,))
        by = [*keys, "category"] if "category" not in keys else list(keys)
        cells = cubes.sums(conn, of, by)
        people = cubes.people(conn, of.event_ids, of.session_ids)
        beside = whole_estimate(conn, of.event_ids) if _is_whole(question) else None
        sessions = cubes.sessions(conn, of.event_ids) if question.by == "session" else []
        sure = Bounds(conn, question, of.event_ids)
    name = _names(question, events, sessions)
    groups: dict[tuple[str, ...], Sums] = {}
    for cell in cells:
        groups.setdefault(_key(cell, keys, few), Sums()).add(cell, question.measure)
    together = _whole(groups.values())
    sure.of_whole(together.masses)
    for key, sums in groups.items():
        sure.of_row(key, sums.masses)
    rows = [
        _row(key, name(key), sums, _people_of(question, key, people, few), question) for key, sums in groups.items()
    ]
    if question.by == "event":
        rows += [row for row in (_empty_event(e, groups, people) for e in events) if row is not None]
    whole = _row(("",), t("All"), together, sum(people.values()), question)
    ordered = tuple(_ordered(rows, question, events))
    used = tuple(c for c in CATEGORIES if whole.by_category.get(c))
    left_out = len(asked) - len(events)
    return Answer(
        question, _columns(question, used), ordered, whole, _sentence(question, ordered, whole, left_out),
        tuple(events), used, beside if beside and beside.estimated_g else None, left_out,
    )  # fmt: skip


def _ids(events: Sequence[Mapping[Any, Any]]) -> tuple[str, ...]:
    return tuple(row["event_id"] for row in events)


def _key(cell: Mapping[Any, Any], keys: Sequence[str], few: Fewness) -> tuple[str, ...]:
    found = tuple(cell[key] for key in keys)
    return few.session(*found) if len(found) == 2 else found


def _is_whole(question: Question) -> bool:
    """Whether all of its events is asked for: an estimate is of no session, category, mode or month."""
    parts = (question.session, question.category, question.mode, question.month_from, question.month_to)
    return question.measure == "emitted" and not any(parts)


def _estimate_json(found: Estimate | None) -> dict[str, int] | None:
    if found is None:
        return None
    return {
        "people": found.missing_people, "estimated_g": found.estimated_g, "estimated_low_g": found.low_g,
        "estimated_high_g": found.high_g,
    }  # fmt: skip


def _chosen(events: list[Mapping[Any, Any]], question: Question) -> list[Mapping[Any, Any]]:
    if not question.event:
        return events
    known = {row["slug"] for row in events}
    strange = [slug for slug in question.event if slug not in known]
    if strange:
        message = "{field}: there is no {kind} event {value} that you may see."
        kind = t("live") if question.kind == "live" else t("test")
        raise InputError([FieldError("event", strange[0], message, {"kind": kind})])
    return [row for row in events if row["slug"] in question.event]


def _slice(question: Question, events: Sequence[Mapping[Any, Any]]) -> cubes.Slice:
    return cubes.Slice(
        tuple(row["event_id"] for row in events), question.session, question.category,
        tuple("" if mode == NO_MODE else mode for mode in question.mode), question.month_from, question.month_to,
    )  # fmt: skip


def _whole(groups: Iterable[Sums]) -> Sums:
    whole = Sums()
    for sums in groups:
        for name in MASSES:
            whole.masses[name] += sums.masses[name]
        for category, grams in sums.values.items():
            whole.values[category] = whole.values.get(category, 0) + grams
    return whole


def _people_of(
    question: Question, key: tuple[str, ...], people: Mapping[tuple[str, str], int], few: Fewness
) -> int | None:  # fmt: skip
    if question.by == "event":
        return sum(count for (event_id, _), count in people.items() if event_id == key[0])
    if question.by == "session":
        return sum(count for found, count in people.items() if few.session(*found) == key)
    return None if question.measure != "per_guest" else sum(people.values())


def _row(key: tuple[str, ...], name: str, sums: Sums, people: int | None, question: Question) -> Row:
    """``per_guest`` shares the mean out over categories, so that they add up to it."""
    values = dict(sums.values)
    each = _mean(sums.masses["total_g"], people) if people else None
    if question.measure == "per_guest":
        parts = spread(each or 0, list(values.values())) if each else [0] * len(values)
        values = dict(zip(values, parts, strict=True))
    own = None if question.by not in GROUPED and key != ("",) else people
    return Row("/".join(key), name, own, values, value_g=sum(values.values()), per_guest_g=each, **sums.masses)


def _mean(grams: int, people: int) -> int:
    return (2 * grams + people) // (2 * people)


def _empty_event(
    event: Mapping[Any, Any], groups: Mapping[tuple[str, ...], Sums], people: Mapping[tuple[str, str], int]
) -> Row | None:
    """A row for an event of which nothing is counted, unless nobody has come either."""
    count = sum(n for (event_id, _), n in people.items() if event_id == event["event_id"])
    if (event["event_id"],) in groups or not count:
        return None
    return Row(event["event_id"], pick(event["names"]), count, {}, 0, 0, 0, 0, 0, 0, 0)


def _names(
    question: Question, events: Sequence[Mapping[Any, Any]], sessions: Sequence[Mapping[Any, Any]]
) -> Callable[[tuple[str, ...]], str]:
    by_event = {row["event_id"]: pick(row["names"]) for row in events}
    short = {(e["event_id"], k): pick(v) for e in events for k, v in (e["texts"].get("session_short") or {}).items()}
    by_session = {(row["event_id"], row["session_id"]): pick(row["names"]) for row in sessions} | short
    by_session |= {
        (event_id, FEW): t("Sessions told together: some have fewer than five guests") for event_id in by_event
    }

    def session(key: tuple[str, ...]) -> str:
        own = by_session.get((key[0], key[1]), t("No session chosen"))
        return own if len(events) == 1 else f"{by_event[key[0]]} · {own}"

    single: dict[str, Callable[[str], str]] = {
        "event": lambda key: by_event[key], "category": words.category, "activity": words.activity,
        "mode": words.mode, "month": words.month,
    }  # fmt: skip
    return session if question.by == "session" else lambda key: single[question.by](key[0])


def _ordered(rows: Sequence[Row], question: Question, events: Sequence[Mapping[Any, Any]]) -> list[Row]:
    """Events and months in their order in time, categories in theirs, all else by what is most."""
    if question.by == "event":
        place = {row["event_id"]: i for i, row in enumerate(events)}
        return sorted(rows, key=lambda row: place[row.key])
    if question.by == "category":
        return sorted(rows, key=lambda row: CATEGORIES.index(row.key))
    if question.by == "month":
        return sorted(rows, key=lambda row: row.key)
    return sorted(rows, key=lambda row: (-row.value_g, row.key))


def _columns(question: Question, categories: Sequence[str]) -> tuple[Column, ...]:
    titles = {
        "event": t("Event"), "session": t("Session"), "category": t("Category"), "activity": t("Activity"),
        "mode": t("Mode"), "month": t("Month"),
    }  # fmt: skip
    columns = [Column("name", titles[question.by], "text")]
    if question.by in GROUPED:
        columns.append(Column("people", t("Guests"), "count"))
    if question.by != "category":
        columns += [Column(category, words.category(category), "grams") for category in categories]
    value = {"emitted": t("Emitted"), "covered": t("Covered"), "per_guest": t("Per guest")}[question.measure]
    columns.append(Column("value_g", value, "grams"))
    if question.measure == "emitted":
        columns += [Column("low_g", t("Low"), "grams"), Column("high_g", t("High"), "grams")]
    if question.measure == "covered":
        columns += [Column("reserved_g", t("Reserved"), "grams"), Column("retired_g", t("Retired"), "grams")]
    if question.measure == "emitted" and question.by in GROUPED:
        columns.append(Column("per_guest_g", t("Per guest"), "grams"))
    return (*columns, Column("covered_bp", t("Share covered"), "share_bp"))


def _cell(row: Row, key: str) -> Any:
    return row.by_category.get(key, 0) if key in CATEGORIES else getattr(row, key)


def _sentence(question: Question, rows: Sequence[Row], whole: Row, left_out: int) -> str:
    """The finding: what is largest, and which row most and least."""
    if not whole.total_g and left_out:
        return t("Fewer than five guests have answered; what they told is not told apart.")
    if not whole.total_g:
        return t("Nothing is counted for this question yet.")
    shown = [row for row in rows if row.total_g]
    if question.measure == "covered":
        return _covered(shown, whole)
    if question.measure == "per_guest":
        return _per_guest(question, shown, whole)
    largest = max(whole.by_category, key=lambda name: whole.by_category[name])
    share = f.percent(whole.by_category[largest] / whole.value_g, 0)
    mass = f.mass_text(whole.total_g)
    if question.by == "category" or len(shown) < 2:
        return t("{name} is {share} of the {mass}.", name=words.category(largest), share=share, mass=mass)
    first, last = _ends(shown, lambda row: row.value_g)
    return t("{name} is {share} of the {mass}; {first} emitted most, {last} least.",
             name=words.category(largest), share=share, mass=mass, first=first, last=last)  # fmt: skip


def _covered(shown: Sequence[Row], whole: Row) -> str:
    share, mass = f.percent_bp(whole.covered_bp, 1), f.mass_text(whole.total_g)
    if len(shown) < 2:
        return t("{share} of the {mass} is covered.", share=share, mass=mass)
    first, last = _ends(shown, lambda row: row.covered_bp)
    return t("{share} of the {mass} is covered; most of {first}, least of {last}.",
             share=share, mass=mass, first=first, last=last)  # fmt: skip


def _per_guest(question: Question, shown: Sequence[Row], whole: Row) -> str:
    if not whole.per_guest_g:
        return t("Nobody has answered in this question yet.")
    mass = f.mass_text(whole.per_guest_g)
    if question.by not in GROUPED or len(shown) < 2:
        return t("A guest stands for {mass} on average.", mass=mass)
    first, last = _ends([row for row in shown if row.people] or shown, lambda row: row.per_guest_g or 0)
    return t("A guest stands for {mass} on average; most at {first}, least at {last}.",
             mass=mass, first=first, last=last)  # fmt: skip


def _ends(rows: Sequence[Row], value: Callable[[Row], int]) -> tuple[str, str]:
    ordered = sorted(rows, key=value)
    return ordered[-1].name, ordered[0].name
