"""Figures of an event from its roll-ups: emitted, covered, still open; by session and category. Never from lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from calculations.extrapolation import Estimate, combined_range, spread
from calculations.model import CATEGORIES
from calculations.ranking import share_bp, shown_groups
from data.store import events as event_rows
from data.store import live, rollups
from data.store.engine import get_store
from events.catalogue import read_event
from events.certainty import Certainty
from events.estimates import counted_expected, read_estimate
from events.model import ORGANISER_SESSION, SMALLEST_GROUP, Event, Names, instant
from offsetting import ForestryTotals
from offsetting import forestry_totals as read_forestry

MASSES = ("low_g", "total_g", "high_g")
NO_SESSION: Names = {"en": "No session chosen", "zh": "未选分会场", "mr": "सत्र निवडले नाही", "is": "Engin lota valin"}


@dataclass(frozen=True, slots=True)
class Mass:
    """Grams with their bounds; ``estimated_g`` is the part within the total for people who have not answered, and
    ``estimate_low_g`` … ``estimate_high_g`` its 95 % interval of sampling (of an event's whole; 0 elsewhere)."""

    low_g: int = 0
    total_g: int = 0
    high_g: int = 0
    estimated_g: int = 0
    estimate_low_g: int = 0
    estimate_high_g: int = 0

    @property
    def declared_g(self) -> int:
        """The part that was told."""
        return self.total_g - self.estimated_g


@dataclass(frozen=True, slots=True)
class CategoryFigure:
    """What a category emits and what of it is covered."""

    category: str
    mass: Mass
    reserved_g: int
    retired_g: int
    quality: int = 0  # mean data quality in hundredths, 100 best to 500 worst, 0 where not scored

    def as_json(self) -> dict[str, Any]:
        """Integer grams."""
        return {
            "category": self.category, "low_g": self.mass.low_g, "total_g": self.mass.total_g,
            "high_g": self.mass.high_g, "estimated_g": self.mass.estimated_g, "reserved_g": self.reserved_g,
            "retired_g": self.retired_g, "quality": self.quality,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class SessionFigure:
    """A session's people and grams. ``hidden`` says its figures must not be shown in public."""

    session_id: str
    names: Names
    kind: str
    people: int
    mass: Mass
    reserved_g: int
    retired_g: int
    hidden: bool

    def as_json(self, public: bool = True) -> dict[str, Any]:
        """Figures of small groups are null in public."""
        figures = {
            "people": self.people, "low_g": self.mass.low_g, "emitted_g": self.mass.total_g,
            "high_g": self.mass.high_g, "estimated_g": self.mass.estimated_g, "reserved_g": self.reserved_g,
            "retired_g": self.retired_g,
            "share_bp": share_bp(self.reserved_g + self.retired_g, self.mass.total_g) if self.mass.total_g else 0,
        }  # fmt: skip
        if public and self.hidden:
            figures = dict.fromkeys(figures)  # type: ignore[assignment]
        return {"id": self.session_id, "names": dict(self.names), "kind": self.kind, **figures}


@dataclass(frozen=True, slots=True)
class Totals:
    """All figures of an event at one version; ``hidden`` says that too few have come for the public to see them."""

    event_id: str
    version: int
    as_of: datetime
    participants: int
    expected_people: int
    mass: Mass
    reserved_g: int
    retired_g: int
    extra_g: int
    categories: tuple[CategoryFigure, ...]
    sessions: tuple[SessionFigure, ...]
    counts: Mapping[str, int]
    money_minor: Mapping[str, int]
    paid_minor: int
    hidden: bool
    published: tuple[Mapping[str, Any], ...] = field(default=())
    quality: int = 0
    estimate: Estimate = field(default_factory=lambda: Estimate(0, 0, 0))
    forestry: ForestryTotals = field(default_factory=ForestryTotals)  # never a part of what credits cover

    @property
    def residual_g(self) -> int:
        """What nobody has covered yet, by credits or by planting."""
        return max(0, self.mass.total_g - self.reserved_g - self.retired_g - self.forestry.covered_g)

    @property
    def share_bp(self) -> int:
        """Share covered, reserved and retired together, in basis points."""
        return share_bp(self.reserved_g + self.retired_g, self.mass.total_g) if self.mass.total_g else 0

    def as_json(self) -> dict[str, Any]:
        """``GET /api/v1/events/{slug}/totals``; figures of groups under five are null."""
        mass, hide = self.mass, self.hidden
        emitted = {
            "low": mass.low_g, "total": mass.total_g, "high": mass.high_g, "declared": mass.declared_g,
            "estimated": mass.estimated_g, "estimated_low": mass.estimate_low_g,
            "estimated_high": mass.estimate_high_g,
        }  # fmt: skip
        covered = {"reserved": self.reserved_g, "retired": self.retired_g}
        planted = {"promised": self.forestry.promised_g, "confirmed": self.forestry.confirmed_g}
        return {
            "version": self.version, "as_of": instant(self.as_of), "participants": self.participants,
            "emitted_g": _nulled(emitted, hide), "covered_g": _nulled(covered, hide),
            "forestry_g": _nulled(planted, hide),
            "extra_g": None if hide else self.extra_g, "residual_g": None if hide else self.residual_g,
            "by_category": {row["category"]: row["total_g"] for row in self.published},
            "by_session": [session.as_json() for session in self.sessions if session.kind != "none" or session.people],
            "money_minor": _nulled(self.money_minor, hide), "quality": None if hide else self.quality,
        }  # fmt: skip


def _nulled(figures: Mapping[str, int], hide: bool) -> dict[str, int | None]:
    return {key: None if hide else value for key, value in figures.items()}


def totals(slug: str) -> Totals:
    """The figures of an event, with changes that are not folded yet. Raises NotFound."""
    with get_store().read() as conn:
        return read_totals(conn, read_event(conn, slug=slug))


def read_totals(conn: sa.Connection, event: Event, unfolded: bool = True) -> Totals:
    """The same within a transaction; without ``unfolded`` exactly what the live version says."""
    state = live.state(conn, event.event_id)
    tally = rollups.as_rows(rollups.TALLY, rollups.read(conn, rollups.TALLY, event.event_id, unfolded))
    cube = rollups.as_rows(rollups.CUBE, rollups.read(conn, rollups.CUBE, event.event_id, unfolded))
    money = rollups.read(conn, rollups.MONEY, event.event_id, unfolded)
    sure = Certainty.read(conn, event.event_id, unfolded)
    whole = sure.bounded(_summed(tally, lambda row: True))
    found = read_estimate(conn, event, unfolded)
    extra = _extra(found, whole)
    people, categories = whole["people_count"], _categories(cube, extra, sure)
    return Totals(
        event_id=event.event_id, version=state["version"] if state else 0,
        as_of=state["as_of"] if state else event.starts_at, participants=people,
        expected_people=counted_expected(event)[0], mass=_combined(whole, extra, found), reserved_g=whole["reserved_g"],
        retired_g=whole["retired_g"], extra_g=whole["extra_g"], categories=categories,
        sessions=_sessions(conn, event, tally, extra),
        counts={name: whole[name] for name in COUNTS},
        money_minor=_by_recipient(money), paid_minor=whole["paid_minor"],
        hidden=people < SMALLEST_GROUP, published=_published(state, people, categories),
        quality=sure.quality(), estimate=found, forestry=read_forestry(conn, event.event_id, unfolded),
    )  # fmt: skip


def _by_recipient(money: Mapping[rollups.Key, rollups.Measures]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for (recipient, *_), (amount_minor,) in money.items():
        sums[recipient] = sums.get(recipient, 0) + amount_minor
    return sums


def _published(
    state: Mapping[Any, Any] | None, people: int, categories: tuple[CategoryFigure, ...]
) -> tuple[Mapping[str, Any], ...]:
    """The categories as they may be shown: those of the last five that came, or the first ones."""
    if people < SMALLEST_GROUP:
        return ()
    kept = state["published_categories"] if state is not None else None
    return tuple(kept or [figure.as_json() for figure in categories])


COUNTS = ("participation_count", "answered_count", "order_count", "paid_order_count", "certificate_count")


def _summed(rows: Iterable[Mapping[str, Any]], wanted: Any) -> dict[str, int]:
    sums = dict.fromkeys(rollups.TALLY.measures, 0)
    for row in rows:
        if wanted(row):
            for measure in sums:
                sums[measure] += row[measure]
    return sums


def _extra(found: Estimate, whole: Mapping[str, int]) -> dict[str, int]:
    """Low, central and high grams of guests who have not answered, as far as what was declared is uncertain: they are
    computed with the same factors."""
    return {mass: found.scaled(whole[mass], whole["total_g"]) for mass in MASSES}


def _combined(whole: Mapping[str, int], extra: Mapping[str, int], found: Estimate) -> Mass:
    """The event's mass. What is measured and who happens to have answered are independent doubts: their distances from
    the total are added as squares."""
    mass = _with(whole, extra)
    if not found.estimated_g:
        return mass
    ranges = ((mass.low_g, mass.total_g, mass.high_g), (found.low_g, found.estimated_g, found.high_g))
    low_g, high_g = combined_range(mass.total_g, ranges)
    return Mass(low_g, mass.total_g, high_g, found.estimated_g, found.low_g, found.high_g)


def _with(sums: Mapping[str, int], extra: Mapping[str, int]) -> Mass:
    low, total, high = (sums[mass] + extra[mass] for mass in MASSES)
    return Mass(low, total, high, extra["total_g"])


def _shared(groups: list[dict[str, int]], extra: Mapping[str, int]) -> list[dict[str, int]]:
    """The estimate laid on groups by what their guests emit; its parts add up to it."""
    parts = {mass: spread(extra[mass], [group[mass] for group in groups]) for mass in MASSES}
    return [{mass: parts[mass][i] for mass in MASSES} for i in range(len(groups))]


def _categories(cube: list[dict[str, Any]], extra: Mapping[str, int], sure: Certainty) -> tuple[CategoryFigure, ...]:
    measures = (*MASSES, "reserved_g", "retired_g")
    whole = {category: dict.fromkeys(measures, 0) for category in CATEGORIES}
    guests = {category: dict.fromkeys(MASSES, 0) for category in CATEGORIES}
    for row in cube:
        for measure in measures:
            whole[row["category"]][measure] += row[measure]
        if row["session_id"] != ORGANISER_SESSION:
            for mass in MASSES:
                guests[row["category"]][mass] += row[mass]
    shares = dict(zip(CATEGORIES, _shared(list(guests.values()), extra), strict=True))
    return tuple(
        CategoryFigure(
            name,
            _with(sure.bounded(sums, name), shares[name]),
            sums["reserved_g"],
            sums["retired_g"],
            sure.quality(name),
        )
        for name, sums in whole.items()
        if any(sums.values())
    )


def _sessions(
    conn: sa.Connection, event: Event, tally: list[dict[str, Any]], extra: Mapping[str, int]
) -> tuple[SessionFigure, ...]:
    known = [(row["session_id"], row["names"], row["kind"]) for row in event_rows.sessions(conn, event.event_id)]
    known.insert(max(0, len(known) - 1), ("", NO_SESSION, "none"))
    sums = {sid: _summed(tally, lambda row, sid=sid: row["session_id"] == sid) for sid, _, _ in known}
    guests = [sid for sid, _, kind in known if kind != "organiser"]
    shares = dict(zip(guests, _shared([sums[sid] for sid in guests], extra), strict=True))
    nothing = dict.fromkeys(MASSES, 0)
    shown = shown_groups({sid: sums[sid]["people_count"] for sid in guests})
    return tuple(
        SessionFigure(
            sid, names, kind, sums[sid]["people_count"], _with(sums[sid], shares.get(sid, nothing)),
            sums[sid]["reserved_g"], sums[sid]["retired_g"],
            hidden=kind != "organiser" and sid not in shown,
        )
        for sid, names, kind in known
        if kind != "none" or any(sums[sid].values())
    )  # fmt: skip
