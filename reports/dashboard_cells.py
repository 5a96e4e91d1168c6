"""What an event's figures are told from: its facets as columns, sums of them under conditions, and who must not be
told apart.

A group is told where nobody or at least five people stand behind it, and as many behind what each condition takes from
it: else the group less the answer would tell of them. Groups that are not told stand in one sum, which keeps to the
same; where it would not, the smallest group that is told joins it. What is not told with a condition fewer is not told
with it either, and an answer is what a row of the figure of its condition would be: so whatever is asked, one answer
less others is never of one to four. How many people stand behind lines is a lower bound:
in each cell of people (session, company, code, place, hour) those of the line that most of them have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from reports.dashboard_columns import (
    EVERY,
    MEASURES,
    OF_A_LINE,
    PERSON_MEASURES,
    Codes,
    Coding,
    Dim,
    Group,
    Mask,
    Rows,
    inside,
    largest,
    summed,
)
from reports.dashboard_hiding import hidden_cells, is_few
from reports.narrowing import OF_PEOPLE

Conditions = Mapping[str, tuple[str, ...]]
FEW = "-few"  # the key of the group that holds what is not told apart
WITHIN = {  # told more coarsely by
    "activity": "category", "way": "category", "mode": "category", "diet": "category", "origin": "ring",
    "began.13": "began.10", "began.10": "began.7",
}  # fmt: skip
SMALL = ("few", "hidden", "table")  # what is kept of any question, as another may need it
MOST_KNOWN = 4_000
DAY = 10  # letters of 2026-05-04
IMPLIED = {"mode": "category", "diet": "category", "origin": "ring", "began": "began.10"}  # what a list's values are in
REST = ""  # what has no name in a dimension, as lines that are no meal


class Cells:
    """An event's facets: persons as a whole, lines of theirs, and the organiser's own lines, which are no guest's."""

    def __init__(self, dims: Mapping[str, Dim], wholes: Rows, lines: Rows, own: Rows):
        self.dims = dims
        self._sides = {"people": wholes, "guests": lines, "own": own}
        self._always: dict[Any, Any] = {}  # what was found under no condition, and what is small of any
        self._once: dict[Any, Any] = {}  # what was found under those of one question

    def asked_anew(self) -> Cells:
        """The same for another question; what is known of the whole stays known."""
        other = Cells(self.dims, *self._sides.values())
        other._always = self._always
        return other

    @property
    def nbytes(self) -> int:
        """How much room they take."""
        return sum(rows.nbytes for rows in self._sides.values()) + sum(dim.code.nbytes for dim in self.dims.values())

    def with_implied(self, asked: Conditions) -> dict[str, tuple[str, ...]]:
        """Conditions and what they imply: a way of travelling and a meal their category, a place its ring, an hour its
        day, where that is ever told. So a part of a part is kept from being told by the rest of it."""
        found = dict(asked)
        for name, implied in IMPLIED.items():
            values = asked.get(name, ())
            if not values or implied in asked:
                continue
            part, whole = self.dims[name], self.dims[implied]
            within = np.unique(whole.code[part.holds(_spelled(part, name, values)) & (whole.code >= 0)])
            names = tuple(whole.names[i] for i in within)
            fine = name != "began" or max(map(len, values)) > DAY
            if fine and len(names) < len(whole.names) and self._open(implied).isdisjoint(names):
                found[implied] = names
        return found

    def _open(self, by: str) -> frozenset[str]:
        """Days, months and rings that are not told of the whole event, and so never: what is within them stands beside
        all others, as if they were not. Somebody has one hour and one place; of lines it would not hold."""
        return self._hidden({}, by, lines=False) if self.dims[by].of_people else frozenset()

    def few(self, asked: Conditions) -> bool:
        """Whether too few stand behind an answer, or beside it, to tell it."""
        return bool(self._known(("few", _key(asked)), asked, lambda: self._is_few(asked)))

    def _is_few(self, asked: Conditions) -> bool:
        if self._thin(asked, EVERY, 1, _of_lines(asked))[0]:
            return True
        return any(self._untold(name, values, rest) for name, values, rest in _one_fewer(asked))

    def _untold(self, name: str, values: tuple[str, ...], rest: Conditions) -> bool:
        """Whether a figure under the other conditions does not tell these values apart."""
        if self.few(rest) and rest:
            return True
        for by in self._figures_of(name, values):
            hidden = self._hidden(rest, by, _of_lines(rest) or not _is_of_people(by))
            if hidden and not hidden.isdisjoint(_spelled(self.dims[by], name, values)):
                return True
        return False

    def whole(self, asked: Conditions) -> Group:
        """The answer in one sum."""
        nothing = Group("", 0, dict.fromkeys(MEASURES, 0), dict.fromkeys(MEASURES, 0))
        return self._groups(asked, EVERY, ("",), _of_lines(asked)).get("", nothing)

    def told(self, asked: Conditions, by: str) -> tuple[list[Group], Group | None]:
        """(groups that may be told, the sum of the others or None) of the answer by a dimension. What has no name in
        it is not told, but kept from being found as what remains."""
        found: tuple[list[Group], Group | None] = self._known(
            ("told", by, _key(asked)), asked, lambda: self._told(asked, by)
        )
        return list(found[0]), found[1]

    def _told(self, asked: Conditions, by: str) -> tuple[list[Group], Group | None]:
        dim, lines = self.dims[by], _of_lines(asked) or not _is_of_people(by)
        found = self._of(asked, by, lines)
        if self.few(asked):
            own = [group.without_guests() for group in found.values() if any(group.own.values())]
            rest = REST in found and found[REST].has_guests
            return own, None if asked or rest else self._few(asked, inside(dim, dim.names), lines)
        hidden = self._hidden(asked, by, lines)
        shown = [group.without_guests() if name in hidden else group for name, group in found.items()
                 if name != REST and (name not in hidden or any(group.own.values()))]  # fmt: skip
        if not hidden or REST in hidden:
            return shown, None
        together = inside(dim, hidden - self._coarser(asked, by, lines)[2] if REST in dim.names else hidden)
        if self._thin(asked, together, 1, lines)[0]:  # nothing is left to join it
            return shown, None
        return shown, self._few(asked, together, lines)

    def _figures_of(self, name: str, values: tuple[str, ...]) -> tuple[str, ...]:
        """The dimensions in which figures tell a condition's values apart."""
        if name == "began":
            return tuple(sorted({f"began.{len(value)}" for value in values}))
        return ("way",) if name == "mode" and set(values) <= set(self.dims["way"].names) else (name,)

    def _hidden(self, asked: Conditions, by: str, lines: bool) -> frozenset[str]:
        key = ("hidden", by, lines, _key(asked))
        found: frozenset[str] = self._known(key, asked, lambda: frozenset(self._hide(asked, by, lines)))
        return found

    def _hide(self, asked: Conditions, by: str, lines: bool) -> set[str]:
        """Groups that are not told: too small ones, all within a hidden group of the figure that tells the same more
        coarsely, and the smallest of the others until enough people stand behind what is hidden, in each of the coarser
        groups. People of no name hide others where nothing tells of them either."""
        dim, found = self.dims[by], self._of(asked, by, lines)
        parents, size, gone = self._coarser(asked, by, lines)
        thin = self._thin(asked, dim.coding, len(dim.names), lines)
        hidden = {name for i, name in enumerate(dim.names)
                  if name in found and found[name].has_guests and (thin[i] or name in gone)}  # fmt: skip
        for name, values, rest in _one_fewer(asked):
            before = set(self._hidden(rest, by, _of_lines(rest) or not _is_of_people(by)))
            for other in self._figures_of(name, values):
                before |= self._hidden_with(rest, by, other, _spelled(self.dims[other], name, values))
            hidden |= {name for name in before & found.keys() if found[name].has_guests}

        def lacking(names: set[str], of: Coding, count: int) -> Mask:
            within, both = inside(dim, names), dim.of_people and of.of_people
            code = Coding(lambda rows: np.where(within.of(rows) == 0, of.of(rows), -1), both)
            return self._thin(asked, code, count, lines)

        if hidden and REST in found and _is_of_people(by) and not lacking(hidden | {REST}, parents, size).any():
            return hidden | {REST}
        named = sorted((group.people, name) for name, group in found.items() if name != REST and group.people)
        order = [name for _, name in named if name not in hidden]
        stands = self._stands(asked, dim, parents, lines) if hidden and order else {}
        while hidden and order:
            few = lacking(hidden, parents, size)
            near = [name for name in order if any(few[i] for i in stands.get(name, ()))]
            if not near and not lacking(hidden, EVERY, 1)[0]:
                break
            taken = (near or order)[0]
            order.remove(taken)
            hidden.add(taken)
        return hidden

    def _hidden_with(self, rest: Conditions, by: str, other: str, values: Iterable[str]) -> set[str]:
        """Groups that are not told together with some values of another dimension: a table of both, whether it is read
        by the one or by the other, tells the same."""
        dim, cross = self.dims[by], self.dims[other]
        first, second = sorted((by, other))
        hidden = self._known(("table", first, second, _key(rest)), rest, lambda: self._table(rest, first, second))
        marks = hidden if first == by else hidden.T
        wanted = [i for i, name in enumerate(cross.names) if name in set(values)]
        return {dim.names[i] for i in np.flatnonzero(marks[:, wanted].any(axis=1))}

    def _table(self, rest: Conditions, first: str, second: str) -> Mask:
        rows, columns = self.dims[first], self.dims[second]
        lines = _of_lines(rest) or not (_is_of_people(first) and _is_of_people(second))
        split = (second, columns.names)
        people = self._people(rest, rows.coding, len(rows.names), lines, split)
        people = people.reshape(len(rows.names), len(columns.names) + 1)[:, :-1]
        gone = [self._hidden(rest, by, _of_lines(rest) or not _is_of_people(by)) for by in (first, second)]
        marks = np.array([name in gone[0] for name in rows.names], dtype=bool)[:, None]
        marks = marks | np.array([name in gone[1] for name in columns.names], dtype=bool)[None, :]
        return hidden_cells(people, marks, added=not lines)

    def _coarser(self, asked: Conditions, by: str, lines: bool) -> tuple[Coding, int, set[str]]:
        """(the group of the coarser figure each row is in, or where that is hidden the next coarser one's; how many;
        groups within hidden ones, but those that stand open)."""
        if by not in WITHIN:
            return EVERY, 1, set()
        dim, coarse = self.dims[by], self.dims[WITHIN[by]]
        hidden = self._hidden(asked, WITHIN[by], lines or not coarse.of_people)
        above, more, _ = self._coarser(asked, WITHIN[by], lines)
        marks, size = coarse.marks(hidden), len(coarse.names)

        def of(rows: Rows) -> Codes:
            code = coarse.coding.of(rows)
            return np.where(marks[code], size + above.of(rows), code)

        gone = coarse.marks(hidden - self._open(WITHIN[by]))
        within = np.unique(dim.code[gone[coarse.code] & (dim.code >= 0)])  # both tell the same things apart
        return Coding(of, coarse.of_people), size + more, {dim.names[i] for i in within} - {REST}

    def _stands(self, asked: Conditions, dim: Dim, parents: Coding, lines: bool) -> dict[str, list[int]]:
        """In which of the coarser groups each group stands."""
        rows = self._under(asked, "guests" if lines else "people")
        code, of = dim.coding.of(rows), parents.of(rows)
        pairs = np.unique(np.stack([code, of])[:, (code >= 0) & (of >= 0)], axis=1)
        found: dict[str, list[int]] = {}
        for i, parent in pairs.T:
            found.setdefault(dim.names[i], []).append(int(parent))
        return found

    def values(self, by: str) -> list[str]:
        """What occurs in a dimension."""
        dim = self.dims[by]
        return [dim.names[i] for i in np.unique(dim.code[dim.code >= 0])]

    def line_sums(self, asked: Conditions, by: str, other: str, values: Iterable[str]) -> dict[str, int]:
        """People's lines by a dimension, of some values of another alone; who has several is counted so often."""
        rows, dim = self._under({**asked, other: tuple(values)}, "guests"), self.dims[by]
        sums = summed(dim.coding.of(rows), rows.measures["person_count"], len(dim.names))
        return {name: int(sums[i]) for i, name in enumerate(dim.names) if sums[i]}

    def _few(self, asked: Conditions, codes: Coding, lines: bool) -> Group | None:
        few = self._groups(asked, codes, (FEW,), lines).get(FEW)
        return Group(FEW, few.people, few.guests, dict.fromkeys(few.own, 0)) if few and few.has_guests else None

    def _known(self, key: Any, asked: Conditions, find: Callable[[], Any]) -> Any:
        room = self._always if not asked or key[0] in SMALL else self._once
        if key in room:
            return room[key]
        found = find()
        if len(room) >= MOST_KNOWN:
            room.clear()
        room[key] = found
        return found

    def _under(self, asked: Conditions, side: str) -> Rows:
        """Rows of a side that fulfil every condition; rows of people only those that are about people."""
        every = self._sides[side]
        names = [name for name in asked if side != "people" or _is_of_people(name)]
        if not names:
            return every
        key = ("under", side, tuple((name, asked[name]) for name in names))
        found: Rows = self._known(key, asked, lambda: every.some(self._fulfil(asked, names, every)))
        return found

    def _fulfil(self, asked: Conditions, names: Iterable[str], rows: Rows) -> Codes:
        """Which rows have one of the values of each of these lists."""
        persons, kinds = (np.ones(len(self.dims[name].code), dtype=bool) for name in ("session", "category"))
        for name in names:
            dim = self.dims[name]
            where = persons if dim.of_people else kinds
            where &= dim.holds(_spelled(dim, name, asked[name]))
        if kinds.all():
            return np.flatnonzero(persons[rows.person])
        if persons.all():
            return np.flatnonzero(kinds[rows.kind])
        return np.flatnonzero(persons[rows.person] & kinds[rows.kind])

    def _of(self, asked: Conditions, by: str, lines: bool) -> dict[str, Group]:
        """The groups of a dimension, those included that are not told."""
        dim = self.dims[by]
        found: dict[str, Group] = self._known(
            ("of", by, lines, _key(asked)), asked, lambda: self._groups(asked, dim.coding, dim.names, lines)
        )
        return found

    def _groups(self, asked: Conditions, codes: Coding, names: tuple[str, ...], lines: bool) -> dict[str, Group]:
        size = len(names)
        sums = {name: np.zeros(size) for name in PERSON_MEASURES}
        for side in ("guests", "own", *(() if lines else ("people",))):
            rows = self._added(asked, side, codes.of_people)
            of = codes.of(rows)
            for name in PERSON_MEASURES if side == "people" else OF_A_LINE:
                sums[f"{side}.{name}" if side != "people" else name] = summed(of, rows.measures[name], size)
        people = self._people(asked, codes, size, lines)
        there = (sums["guests.line_count"] + sums["own.line_count"] + sums["participation_count"] + people) > 0
        found = {}
        for i in np.flatnonzero(there):
            guests = {name: int(sums[f"guests.{name}"][i]) for name in OF_A_LINE}
            guests |= {name: int(sums[name][i]) for name in PERSON_MEASURES}
            own = {name: int(sums[f"own.{name}"][i]) for name in OF_A_LINE}
            found[names[i]] = Group(names[i], int(people[i]), guests, own)
        return found

    def _added(self, asked: Conditions, side: str, of_people: bool) -> Rows:
        """Lines added up by person, or by kind: what tells one of them apart needs no more."""
        rows = self._under(asked, side)
        if side == "people":
            return rows

        def add() -> Rows:
            by = rows.person if of_people else rows.kind
            size = int(by.max(initial=-1)) + 1
            sums = {name: summed(by, rows.measures[name], size) for name in OF_A_LINE}
            every = np.arange(size, dtype=np.int32)
            return Rows(every, every, sums)

        found: Rows = self._known(("added", side, of_people, _key(asked)), asked, add)
        return found

    def _thin(self, asked: Conditions, codes: Coding, size: int, lines: bool) -> Mask:
        """Which groups stand for one to four people, or leave as few beside them that one condition tells apart."""
        thin = is_few(self._people(asked, codes, size, lines))
        for name, values, rest in _one_fewer(asked):
            people = self._people(rest, codes, size, lines, (name, values)).reshape(size, len(values) + 1)
            thin |= is_few(people).any(axis=1)
        return thin

    def _parts(self, name: str, values: tuple[str, ...]) -> Coding:
        """The value of a list that each row has, as its place among them; those that have none come last."""
        dim, last = self.dims[name], len(values)
        if name == "began":
            of = [next((i for i, value in enumerate(values) if each.startswith(value)), last) for each in dim.names]
        else:
            place = {value: i for i, value in enumerate(values)}
            of = [place.get(each, last) for each in dim.names]
        code = np.array([*of, last], dtype=np.int32)[dim.code]  # the last place is that of -1
        return Dim((), code, dim.of_people).coding

    def _people(
        self, asked: Conditions, codes: Coding, size: int, lines: bool, split: tuple[str, tuple[str, ...]] | None = None
    ) -> Codes:
        """People behind each group: as they are counted, or at least so many where only lines can tell. ``split``: a
        list and its values, by which each group is told apart (those that have none come last)."""
        side, count = "guests" if lines else "people", len(split[1]) + 1 if split else 1
        if lines and codes.of_people:
            rows, part = self._known(("most", _key(asked), split), asked, lambda: self._most(asked, split, count))
        else:
            rows = self._under(asked, side)
            part = self._parts(*split).of(rows) if split else 0
        code = codes.of(rows).astype(np.int64)
        code = np.where(code >= 0, code * count + part, -1)
        counted = rows.measures["person_count" if lines else "people_count"]
        if lines and not codes.of_people:
            rows, code = largest(rows, code, size * count)
            counted = rows.measures["person_count"]
        return summed(code, counted, size * count).astype(np.int64)

    def _most(
        self, asked: Conditions, split: tuple[str, tuple[str, ...]] | None, count: int
    ) -> tuple[Rows, Codes]:  # fmt: skip
        """Of each person, and of each part, the line that most of them have."""
        rows = self._under(asked, "guests")
        return largest(rows, (self._parts(*split) if split else EVERY).of(rows), count)


def _one_fewer(asked: Conditions) -> Iterator[tuple[str, tuple[str, ...], Conditions]]:
    """Each condition with its values, and the others; what another implies is not left out before it."""
    implied = {IMPLIED.get(name) for name in asked}
    for name, values in asked.items():
        if name in implied:
            continue
        yield name, values, {other: each for other, each in asked.items() if other != name}


def _key(asked: Conditions) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(asked.items())


def _of_lines(asked: Conditions) -> bool:
    return not all(map(_is_of_people, asked))


def _spelled(dim: Dim, name: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """The names a condition holds: times hold what begins with them."""
    return tuple(each for each in dim.names if each.startswith(values)) if name == "began" else values


def _is_of_people(dimension: str) -> bool:
    return dimension.partition(".")[0] in OF_PEOPLE
