"""What an event's figures are told from: its facets as columns, sums of them under conditions, and who must not be
told apart.

A group is told where nobody or at least five people stand behind it, and as many behind what each condition takes from
it: else the group less the answer would tell of them. Groups that are not told stand in one sum, which keeps to the
same; where it would not, the smallest group that is told joins it. How many people stand behind lines is a lower bound:
in each cell of people (session, company, code, place, hour) those of the line that most of them have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calculations.ranking import SMALLEST_GROUP
from reports.narrowing import OF_PEOPLE

Codes = NDArray[np.int64]
Mask = NDArray[np.bool_]
Conditions = Mapping[str, tuple[str, ...]]
MASSES = ("low_g", "total_g", "high_g", "reserved_g", "retired_g")
PERSON_MEASURES = (
    "participation_count", "answered_count", "people_count", "order_count", "paid_order_count", "certificate_count",
    "extra_g", "paid_minor",
)  # fmt: skip
MEASURES = ("line_count", "person_count", *MASSES, *PERSON_MEASURES)
FEW = "-few"  # the key of the group that holds what is not told apart
WITHIN = {"activity": "category", "way": "category", "diet": "category", "origin": "ring"}  # told more coarsely by
REST = ""  # what has no name in a dimension, as lines that are no meal


@dataclass(frozen=True, slots=True)
class Dim:
    """What rows are told apart by: ``code`` holds a row's place in ``names``, -1 where it has none."""

    names: tuple[str, ...]
    code: Codes

    def places(self, values: Iterable[str]) -> list[int]:
        """Where values stand; a time holds the hours that begin with it."""
        wanted = tuple(values)
        return [i for i, name in enumerate(self.names) if name in wanted]


@dataclass(frozen=True, slots=True)
class Group:
    """Sums of a group: grams of guests and of the organiser's own lines, counts and money of its people. ``people``: at
    least so many stand behind it."""

    key: str
    people: int
    guests: Mapping[str, int]
    own: Mapping[str, int]

    @property
    def masses(self) -> dict[str, int]:
        """Grams of both."""
        return {name: self.guests[name] + self.own[name] for name in MASSES}


class Cells:
    """An event's facets. ``own`` are rows of the organiser's lines, which are no guest's; ``whole`` rows of people,
    the others lines of theirs."""

    def __init__(self, dims: Mapping[str, Dim], measures: Mapping[str, Codes], own: Mask, whole: Mask, person: Codes):
        self.dims, self._measures, self._own, self._whole = dims, measures, own, whole
        self._person = person
        self._masks: dict[tuple[str, tuple[str, ...]], Mask] = {}
        self._guest_lines, self._guest_people = ~own & ~whole, ~own & whole

    def few(self, asked: Conditions) -> bool:
        """Whether too few stand behind an answer, or beside it, to tell it."""
        return bool(self._thin(asked, self._one(), 1, _of_lines(asked))[0])

    def whole(self, asked: Conditions) -> Group:
        """The answer in one sum."""
        nothing = Group("", 0, dict.fromkeys(MEASURES, 0), dict.fromkeys(MEASURES, 0))
        return self._groups(asked, self._one(), ("",), _of_lines(asked)).get("", nothing)

    def told(self, asked: Conditions, by: str) -> tuple[list[Group], Group | None]:
        """(groups that may be told, the sum of the others or None) of the answer by a dimension. What has no name in
        it is not told, but kept from being found as what remains."""
        dim, lines = self.dims[by], _of_lines(asked) or not _is_of_people(by)
        found = self._groups(asked, dim.code, dim.names, lines)
        if self.few(asked):
            own = [_without_guests(group) for group in found.values() if any(group.own.values())]
            rest = REST in found and _has_guests(found[REST])
            return own, None if asked or rest else self._few(asked, self._one() - (dim.code < 0), lines)
        hidden = self._hidden(asked, by, found, lines)
        shown = [_without_guests(group) if name in hidden else group for name, group in found.items()
                 if name != REST and (name not in hidden or any(group.own.values()))]  # fmt: skip
        if not hidden or REST in hidden:
            return shown, None
        return shown, self._few(asked, self._in(dim, hidden), lines)

    def _hidden(self, asked: Conditions, by: str, found: Mapping[str, Group], lines: bool) -> set[str]:
        """Groups that are not told: too small ones, all within a hidden group of the figure that tells the same more
        coarsely, and the smallest of the others until enough people stand behind what is hidden, in each of the coarser
        groups. People of no name hide others where nothing tells of them either."""
        dim = self.dims[by]
        parents, inside = self._coarser(asked, by, lines)
        thin = self._thin(asked, dim.code, len(dim.names), lines)
        hidden = {name for i, name in enumerate(dim.names)
                  if name in found and _has_guests(found[name]) and (thin[i] or name in inside)}  # fmt: skip

        def lacking(names: set[str], of: Codes) -> Mask:
            codes = np.where(self._in(dim, names) == 0, of, -1)
            return self._thin(asked, codes, int(of.max(initial=0)) + 1, lines)

        if hidden and REST in found and _is_of_people(by) and not lacking(hidden | {REST}, parents).any():
            return hidden | {REST}
        named = sorted((group.people, name) for name, group in found.items() if name != REST and group.people)
        order = [name for _, name in named if name not in hidden]
        while hidden and order:
            few = lacking(hidden, parents)
            near = [name for name in order if self._stands_in(dim, name, parents, few)]
            if not near and not lacking(hidden, self._one())[0]:
                break
            taken = (near or order)[0]
            order.remove(taken)
            hidden.add(taken)
        return hidden

    def _coarser(self, asked: Conditions, by: str, lines: bool) -> tuple[Codes, set[str]]:
        """(the group of the coarser figure each row is in, the hidden ones as one; groups that are within hidden)."""
        if by not in WITHIN:
            return self._one(), set()
        coarse, dim = self.dims[WITHIN[by]], self.dims[by]
        found = self._groups(asked, coarse.code, coarse.names, lines or not _is_of_people(WITHIN[by]))
        hidden = self._hidden(asked, WITHIN[by], found, lines or not _is_of_people(WITHIN[by]))
        gone = np.array([name in hidden for name in coarse.names] + [False])
        parents = np.where(gone[coarse.code], len(coarse.names), coarse.code)
        within = np.unique(dim.code[gone[coarse.code] & (dim.code >= 0)])
        return parents, {dim.names[i] for i in within} - {REST}

    def _stands_in(self, dim: Dim, name: str, parents: Codes, few: Mask) -> bool:
        of_group = parents[(dim.code == dim.names.index(name)) & (parents >= 0)]
        return bool(few[of_group[of_group < len(few)]].any())

    def values(self, by: str) -> list[str]:
        """What occurs in a dimension."""
        dim = self.dims[by]
        return [dim.names[i] for i in np.unique(dim.code[dim.code >= 0])]

    def line_sums(self, asked: Conditions, by: str, other: str, values: Iterable[str]) -> dict[str, int]:
        """People's lines by a dimension, of some values of another alone; who has several is counted so often."""
        mask = self._where({**asked, other: tuple(values)}) & self._guest_lines
        dim = self.dims[by]
        at = np.flatnonzero(mask & (dim.code >= 0))
        sums = np.bincount(dim.code[at], self._measures["person_count"][at], len(dim.names))
        return {name: int(sums[i]) for i, name in enumerate(dim.names) if sums[i]}

    def _few(self, asked: Conditions, codes: Codes, lines: bool) -> Group | None:
        few = self._groups(asked, codes, (FEW,), lines).get(FEW)
        return Group(FEW, few.people, few.guests, dict.fromkeys(few.own, 0)) if few and _has_guests(few) else None

    def _one(self) -> Codes:
        return np.zeros(len(self._own), dtype=np.int64)

    def _in(self, dim: Dim, names: Iterable[str]) -> Codes:
        inside = np.full(len(dim.names) + 1, -1, dtype=np.int64)  # the last place is that of -1
        inside[dim.places(names)] = 0
        return inside[dim.code]

    def _mask(self, name: str, values: tuple[str, ...]) -> Mask:
        key = (name, values)
        if key not in self._masks:
            dim = self.dims[name]
            inside = np.zeros(len(dim.names) + 1, dtype=bool)
            inside[dim.places(_spelled(dim, name, values))] = True
            self._masks[key] = inside[dim.code]
        return self._masks[key]

    def _where(self, asked: Conditions) -> Mask:
        """Rows that fulfil every condition; rows of people only those that are about people."""
        mask = np.ones(len(self._own), dtype=bool)
        for name, values in asked.items():
            fulfils = self._mask(name, values)
            mask &= fulfils if name in OF_PEOPLE else fulfils | self._whole
        return mask

    def _groups(self, asked: Conditions, codes: Codes, names: tuple[str, ...], lines: bool) -> dict[str, Group]:
        where, size = self._where(asked) & (codes >= 0), len(names)
        sums: dict[str, NDArray[np.float64]] = {}
        sides = {"guests": self._guest_lines, "own": self._own & ~self._whole, "people": self._guest_people}
        for side, of in sides.items():
            at = np.flatnonzero(where & of)
            wanted = PERSON_MEASURES if side == "people" else ("line_count", *MASSES)
            for name in wanted:
                values = self._measures[name][at]
                sums[f"{side}.{name}"] = np.bincount(codes[at], values, size).astype(np.float64)
        people = self._people(asked, codes, size, lines)
        extra = np.zeros(size) if lines else sums["people.participation_count"]
        there = (sums["guests.line_count"] + sums["own.line_count"] + people + extra) > 0
        found = {}
        for i in np.flatnonzero(there):
            guests = {name: int(sums[f"guests.{name}"][i]) for name in ("line_count", *MASSES)}
            guests |= {name: 0 if lines else int(sums[f"people.{name}"][i]) for name in PERSON_MEASURES}
            own = {name: int(sums[f"own.{name}"][i]) for name in ("line_count", *MASSES)}
            found[names[i]] = Group(names[i], int(people[i]), guests, own)
        return found

    def _thin(self, asked: Conditions, codes: Codes, size: int, lines: bool) -> Mask:
        """Which groups stand for one to four people, or leave as few beside them that one condition tells apart."""
        thin = _is_few(self._people(asked, codes, size, lines))
        for name, values in asked.items():
            rest = {other: each for other, each in asked.items() if other != name}
            parts = np.full(len(self._own), len(values), dtype=np.int64)
            for i, value in enumerate(values):
                parts[self._mask(name, (value,))] = i
            split = np.where(codes >= 0, codes * (len(values) + 1) + parts, -1)
            people = self._people(rest, split, size * (len(values) + 1), lines).reshape(size, len(values) + 1)
            thin |= _is_few(people).any(axis=1)
        return thin

    def _people(self, asked: Conditions, codes: Codes, size: int, lines: bool) -> Codes:
        """People behind each group: as they are counted, or at least so many where only lines can tell."""
        of = self._guest_lines if lines else self._guest_people
        at = np.flatnonzero(self._where(asked) & of & (codes >= 0))
        if not len(at):
            return np.zeros(size, dtype=np.int64)
        if not lines:
            return np.bincount(codes[at], self._measures["people_count"][at], size).astype(np.int64)
        cell = codes[at] * (int(self._person.max()) + 1) + self._person[at]
        order = np.argsort(cell, kind="stable")
        cell, count = cell[order], self._measures["person_count"][at][order]
        first = np.flatnonzero(np.r_[True, cell[1:] != cell[:-1]])
        most = np.maximum.reduceat(count, first)
        return np.bincount(codes[at][order][first], most, size).astype(np.int64)


def _is_few(people: Codes) -> Mask:
    found: Mask = (people > 0) & (people < SMALLEST_GROUP)
    return found


def _has_guests(group: Group) -> bool:
    return bool(group.people or group.guests["line_count"] or group.guests["participation_count"])


def _without_guests(group: Group) -> Group:
    return Group(group.key, 0, dict.fromkeys(group.guests, 0), group.own)


def _of_lines(asked: Conditions) -> bool:
    return any(name not in OF_PEOPLE for name in asked)


def _spelled(dim: Dim, name: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """The names a condition holds: times hold what begins with them."""
    return tuple(each for each in dim.names if each.startswith(values)) if name == "began" else values


def _is_of_people(dimension: str) -> bool:
    return dimension.partition(".")[0] in OF_PEOPLE
