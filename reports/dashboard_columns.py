"""An event's facets as columns: rows by person and kind of line, and what tells them apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.signedinteger[Any]]
Mask = NDArray[np.bool_]
MASSES = ("low_g", "total_g", "high_g", "reserved_g", "retired_g")
PERSON_MEASURES = (
    "participation_count", "answered_count", "people_count", "order_count", "paid_order_count", "certificate_count",
    "extra_g", "paid_minor",
)  # fmt: skip
OF_A_LINE = ("line_count", *MASSES)
MEASURES = ("line_count", "person_count", *MASSES, *PERSON_MEASURES)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of cells: of each its person (a cell of people: session, company, code, place, hour) and its kind (of line:
    category, activity, mode, month), and the measures. Rows of a person stand beside each other."""

    person: Codes
    kind: Codes
    measures: Mapping[str, NDArray[Any]]

    def some(self, which: Mask | Codes) -> Rows:
        """Some of them, in the same order."""
        measures = {name: values[which] for name, values in self.measures.items()}
        return Rows(self.person[which], self.kind[which], measures)

    @property
    def nbytes(self) -> int:
        """How much room they take."""
        return sum(each.nbytes for each in (self.person, self.kind, *self.measures.values()))


@dataclass(frozen=True, slots=True)
class Coding:
    """Each row's place among groups, -1 where it is in none; ``of_people``: by its person alone."""

    of: Callable[[Rows], Codes]
    of_people: bool


@dataclass(frozen=True, slots=True)
class Dim:
    """What rows are told apart by: ``code`` holds the place in ``names`` of a person, or of a kind of line; -1 where it
    has none."""

    names: tuple[str, ...]
    code: Codes
    of_people: bool = True

    @property
    def coding(self) -> Coding:
        """Each row's place."""
        return Coding(lambda rows: self.code[rows.person if self.of_people else rows.kind], self.of_people)

    def holds(self, names: Iterable[str]) -> Mask:
        """Which persons or kinds have one of these names."""
        found: Mask = self.marks(names)[self.code]
        return found

    def marks(self, names: Iterable[str]) -> Mask:
        """Which places have one of these names; the last is that of -1."""
        wanted = set(names)
        return np.array([*(name in wanted for name in self.names), False])


def largest(rows: Rows, code: Codes, size: int) -> tuple[Rows, Codes]:
    """(of each person and code the largest count of people, their codes). ``rows`` stand by person."""
    at = np.flatnonzero(code >= 0)
    cell, counted = rows.person[at].astype(np.int64) * size + code[at], rows.measures["person_count"][at]
    if (cell[1:] < cell[:-1]).any():
        order = np.argsort(cell, kind="stable")
        cell, counted = cell[order], counted[order]
    first = np.flatnonzero(np.diff(cell, prepend=-1))
    most = np.maximum.reduceat(counted, first) if len(first) else counted
    person = (cell[first] // size).astype(np.int32)
    return Rows(person, np.zeros(len(first), dtype=np.int32), {"person_count": most}), cell[first] % size


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

    @property
    def has_guests(self) -> bool:
        """Whether somebody stands behind it."""
        return bool(self.people or self.guests["line_count"] or self.guests["participation_count"])

    def without_guests(self) -> Group:
        """The organiser's own alone."""
        return Group(self.key, 0, dict.fromkeys(self.guests, 0), self.own)


EVERY = Coding(lambda rows: np.zeros(len(rows.person), dtype=np.int32), True)  # all rows in one group


def inside(dim: Dim, names: Iterable[str]) -> Coding:
    """0 for rows that have one of these names."""
    of = np.where(dim.holds(names), np.int32(0), np.int32(-1))
    return Dim((), of, dim.of_people).coding


def summed(codes: Codes, values: NDArray[Any], size: int) -> NDArray[np.float64]:
    """Sums by code; exact up to 2^53."""
    if codes.min(initial=0) < 0:
        told = codes >= 0
        codes, values = codes[told], values[told]
    return np.bincount(codes, values, size).astype(np.float64, copy=False)
