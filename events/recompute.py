"""An event's current footprints computed again from their answers, under another factor set or boundary, beside what
is stored. Nothing is stored here: a new set never changes a past result."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa

from accounts import Conflict, current_actor, require
from calculations.answers import MAX_ITEMS
from calculations.editions import WHY, why_moved
from calculations.footprint import compute
from calculations.model import ORGANISER, Answers, EmissionLine, FactorMissing, FactorSet, OtherActivity
from calculations.who_counts import left_out
from data.library import load_factor_set
from data.store import current
from data.store.engine import get_store
from events.catalogue import read_event
from events.footprints import inventory_scenario, line_of, parse
from events.inventory_entries import bare
from events.model import Event

BATCH = 500


@dataclass(frozen=True, slots=True)
class Sums:
    """Grams of some lines."""

    low_g: int = 0
    total_g: int = 0
    high_g: int = 0

    def plus(self, line: Any) -> Sums:
        """With a line's grams added."""
        return Sums(self.low_g + line.low_g, self.total_g + line.total_g, self.high_g + line.high_g)


@dataclass(frozen=True, slots=True)
class Move:
    """Lines of one activity that moved for the same reasons from the same factors to the same factors. ``why`` holds
    keys of ``calculations.editions.WHY``; the values are as the traces tell them."""

    category: str
    activity: str
    why: tuple[str, ...]
    before_factors: tuple[tuple[str, float], ...]
    after_factors: tuple[tuple[str, float], ...]
    line_count: int
    before: Sums
    after: Sums

    def line(self) -> str:
        """The same in one line of a terminal."""
        factors = _change(self.before_factors, self.after_factors)
        why = "; ".join(WHY[key] for key in self.why)
        sums = _grams(self.before.total_g, self.after.total_g)
        return f"  {self.category}/{self.activity} ({self.line_count} lines): {sums}: {why}: {factors}"


@dataclass(frozen=True, slots=True)
class Recomputed:
    """An event's stored sums beside the same answers computed anew. ``kept_count`` footprints hold no answers (imported
    by a method, or of a person who took themselves out): their ``kept_g`` stand on both sides. ``missing`` says what
    the other set has no row for, and how many lines stand as they are for that."""

    slug: str
    edition_before: str
    edition_after: str
    footprint_count: int
    kept_count: int
    kept_g: int
    before: Sums
    after: Sums
    by_category: Mapping[str, tuple[int, int]]
    moves: tuple[Move, ...]
    missing: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        shown = {name: {"before_g": old, "after_g": new} for name, (old, new) in self.by_category.items()}
        return asdict(self) | {"by_category": shown}

    def lines(self) -> list[str]:
        """The same for a terminal: totals, categories, and what moved, the largest first."""
        lines = [f"{self.slug}: computed with {self.edition_before}, beside {self.edition_after}; nothing is changed"]
        lines += [f"{self.footprint_count} footprints, {_tonnes(self.before, self.after)}"]
        if self.kept_count:
            lines.append(
                f"{self.kept_count} of them hold no answers to compute from: {self.kept_g} g stand as they are"
            )
        lines += [f"{count} lines stand as they are: {why}" for why, count in self.missing.items()]
        lines += [f"  {name}\t{_grams(*sums)}" for name, sums in self.by_category.items()]
        return lines + [move.line() for move in self.moves]


def recompute_under(slug: str, edition: str) -> Recomputed:
    """What the event's current footprints would be under another edition. Needs event.view; stores nothing. Raises
    NotFound, Forbidden, FactorMissing (no such edition, or one that lacks a row)."""
    factors = load_factor_set(edition)
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        changed = replace(event, factor_set_id=factors.factor_set_id, factor_set_sha256=factors.sha256)
        return beside(conn, event, changed, factors)


def beside(conn: sa.Connection, event: Event, changed: Event, factors: FactorSet) -> Recomputed:
    """The event's stored lines beside those of ``changed``, its double with another set or boundary."""
    pairs: list[Pair] = []
    kept, missing = [0, 0, 0], Counter[str]()
    for row, lines in read_current(conn, event.event_id):
        kept[2] += 1
        if may_compute(row):
            pairs += _pairs_of(row, lines, event, changed, factors, missing)
        else:
            kept[0] += 1
            kept[1] += row["total_g"]
            pairs += [(line, line) for line in lines]
    return _told(event, changed, pairs, kept, missing)


Pair = tuple[EmissionLine | None, EmissionLine | None]


def read_current(conn: sa.Connection, event_id: str) -> Iterator[tuple[sa.RowMapping, list[EmissionLine]]]:
    """Every current footprint with its lines."""
    after = ""
    while found := current.footprints(conn, event_id, after, BATCH):
        lines = current.lines(conn, event_id, [row["participation_id"] for row in found])
        for row in found:
            yield row, [line_of(each) for each in lines.get(row["participation_id"], [])]
        after = found[-1]["participation_id"]


def may_compute(row: Mapping[Any, Any]) -> bool:
    """Whether a stored footprint can be computed again: its answers are there, and no study's method made it."""
    return row["deleted_at"] is None and bool(row["answers"]) and row["kind"] != "group"


def answers_of(event: Event, row: Mapping[Any, Any]) -> Answers:
    """What a stored footprint was told, as it is computed with. Raises InputError."""
    told = row["answers"]
    if "inventory" in told:  # the demonstration's own lines, which name their rows themselves
        return Answers(other=tuple(_own_line(event, each) for each in told["inventory"]), role=ORGANISER)
    if row["kind"] == "organiser":
        return _organiser_answers(event, told)
    return parse(event, told)


def _organiser_answers(event: Event, told: Mapping[str, Any]) -> Answers:
    """The organiser's own, of which an import may have brought more than one body holds."""
    entries, scenario = list(told.get("other", [])), inventory_scenario(event)
    first = parse(event, bare({**told, "other": entries[:MAX_ITEMS]}), scenario)
    more = [
        each
        for start in range(MAX_ITEMS, len(entries), MAX_ITEMS)
        for each in parse(event, bare({"other": entries[start : start + MAX_ITEMS]}), scenario).other
    ]
    return replace(first, other=(*first.other, *more)) if more else first


def _own_line(event: Event, told: Mapping[str, Any]) -> OtherActivity:
    names = ("category", "factor", "by_region", "times")
    return OtherActivity(
        told["activity"], float(told["quantity"]), told["unit"], **{name: told.get(name, "") for name in names},
        region=event.place.region,
    )  # fmt: skip


def _pairs_of(
    row: Mapping[Any, Any], lines: Sequence[EmissionLine], event: Event, changed: Event, factors: FactorSet,
    missing: Counter[str],
) -> list[Pair]:  # fmt: skip
    """The stored lines of a footprint beside those computed anew. What the other set has no row for stands on both
    sides, and is told in ``missing``."""
    try:
        answers = answers_of(event, row)
    except Conflict:  # the event's own set is no longer here: the other one reads the answers
        answers = answers_of(changed, row)
    new: list[EmissionLine] = []
    gone: set[str] = set()
    for each in _single(answers) if not left_out(answers, changed.boundary) else ():
        try:
            new += compute(each, factors, changed.boundary, changed.defaults.get("hotel_norm")).lines
        except FactorMissing as error:
            missing[str(error)] += 1
            gone |= {part.activity for part in each.other} or {part.mode for part in each.trips} or {"hotel", "hostel"}
    pairs = _pairs(lines, new)
    return [(old, old if anew is None and old and old.activity in gone else anew) for old, anew in pairs]


def _single(answers: Answers) -> Iterator[Answers]:
    """One thing told at a time, in the order of the lines."""
    size, role = answers.group_size, ORGANISER
    yield from (Answers(trips=(each,), group_size=size, role=role) for each in answers.trips)
    yield from (Answers(stays=(each,), group_size=size, role=role) for each in answers.stays)
    yield from (Answers(meals=(each,), group_size=size, role=role) for each in answers.meals)
    yield from (Answers(other=(each,), group_size=size, role=role) for each in answers.other)


def _pairs(old: Iterable[EmissionLine], new: Iterable[EmissionLine]) -> list[Pair]:
    """Lines of the same activity face each other in their order; what one side lacks faces None."""
    sides: dict[tuple[str, str], tuple[list[EmissionLine], list[EmissionLine]]] = defaultdict(lambda: ([], []))
    for side, lines in enumerate((old, new)):
        for line in lines:
            sides[line.category, line.activity][side].append(line)
    found: list[Pair] = []
    for before, after in sides.values():
        for number in range(max(len(before), len(after))):
            found.append((_at(before, number), _at(after, number)))
    return found


def _at(lines: Sequence[EmissionLine], number: int) -> EmissionLine | None:
    return lines[number] if number < len(lines) else None


def _told(
    event: Event, changed: Event, pairs: Sequence[Pair], kept: Sequence[int], missing: Mapping[str, int]
) -> Recomputed:
    sums = [Sums(), Sums()]
    categories: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for pair in pairs:
        for side, line in enumerate(pair):
            if line is not None:
                sums[side] = sums[side].plus(line)
                categories[line.category][side] += line.total_g
    return Recomputed(
        slug=event.slug, edition_before=event.factor_set_id, edition_after=changed.factor_set_id,
        footprint_count=kept[2], kept_count=kept[0], kept_g=kept[1], before=sums[0], after=sums[1],
        by_category={name: (old, new) for name, (old, new) in sorted(categories.items())}, moves=_moves(pairs),
        missing=dict(sorted(missing.items())),
    )  # fmt: skip


def _moves(pairs: Iterable[Pair]) -> tuple[Move, ...]:
    found: dict[tuple[Any, ...], Move] = {}
    for before, after in pairs:
        why, one = _why(before, after), before or after
        if why and one:
            empty = Move(one.category, one.activity, why, _factors(before), _factors(after), 0, Sums(), Sums())
            key = (one.category, one.activity, why, empty.before_factors, empty.after_factors)
            move = found.get(key, empty)
            found[key] = replace(
                move, line_count=move.line_count + 1, before=move.before.plus(before) if before else move.before,
                after=move.after.plus(after) if after else move.after,
            )  # fmt: skip
    return tuple(
        sorted(found.values(), key=lambda move: (-abs(move.after.total_g - move.before.total_g), move.activity))
    )


def _why(before: EmissionLine | None, after: EmissionLine | None) -> tuple[str, ...]:
    if before is None:
        return ("new",)
    if after is None:
        return ("gone",)
    return why_moved(before.trace, after.trace)


def _factors(line: EmissionLine | None) -> tuple[tuple[str, float], ...]:
    rows = line.trace["factors"] if line else []
    return tuple((row["id"], row["value"]) for row in rows if row["counted"])


def _tonnes(before: Sums, after: Sums) -> str:
    sides = (
        f"{each.total_g / 1e6:,.3f} t ({each.low_g / 1e6:,.3f} to {each.high_g / 1e6:,.3f})" for each in (before, after)
    )
    return " → ".join(sides)


def _grams(before_g: int, after_g: int) -> str:
    return f"{before_g} g → {after_g} g ({after_g - before_g:+d} g)"


def _change(before: Sequence[tuple[str, float]], after: Sequence[tuple[str, float]]) -> str:
    old, new = (" + ".join(f"{name} {value:g}" for name, value in side) or "nothing" for side in (before, after))
    return old if old == new else f"{old} → {new}"
