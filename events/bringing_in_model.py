"""Words for what is brought in from files: how columns are mapped, a row as it was read, what came of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from calculations.model import FieldError
from events.model import Event, Names

BUCKETS = 16  # parts in which the lines of a dataset are kept and computed, so that memory stays bounded
PEOPLE, ATTENDED, METERS = "people", "attended", "meters"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: field → number of its column, what holds for all rows, how numbers and dates are written, and
    the places that were chosen for names that mean several."""

    kind: str
    columns: Mapping[str, int]
    fixed: Mapping[str, str] = field(default_factory=dict)
    decimal: str = "."
    day_first: bool = True
    planned: bool = False
    places: Mapping[str, str] = field(default_factory=dict)
    apart: bool = False  # these invoices, or meters, are none of those that are in

    def as_json(self) -> dict[str, Any]:
        """As it is remembered."""
        return {
            "kind": self.kind, "columns": dict(self.columns), "fixed": dict(self.fixed), "decimal": self.decimal,
            "day_first": self.day_first, "planned": self.planned, "places": dict(self.places),
            "apart": self.apart,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as it was read: its key, the series it belongs to, what is kept of it; ``said`` is what was turned into
    what, in words of numbers and units alone; ``place`` is where a person comes from."""

    number: int
    key: str
    series: str
    content: Mapping[str, Any]
    said: str = ""
    place: PlaceTaken | None = None


@dataclass(frozen=True, slots=True)
class PlaceTaken:
    """A name of a place in a file, what was taken for it (None: to be chosen), and what else is called so."""

    text: str
    place_id: str
    names: Names
    country: str
    choices: tuple[tuple[str, Names, str], ...] = ()


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot come in, with all that is wrong with it."""

    number: int
    cells: tuple[str, ...]
    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """A waiting file as it would be read: its first rows, its bad ones (at most a number of them), places taken."""

    event: Event
    token: str
    name: str
    sha256: str
    form: str
    encoding: str
    sheet: str
    columns: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    row_count: int
    export: Names
    source: str
    reading: Reading
    remembered: bool
    dates_tell: bool
    first: tuple[ReadRow, ...]
    bad: tuple[BadRow, ...]
    bad_count: int
    places: tuple[PlaceTaken, ...]
    missing: tuple[str, ...]
    checked_count: int = 0
    known_at: datetime | None = None
    mended_count: int = 0
    sheets: tuple[str, ...] = ()

    @property
    def may_come_in(self) -> bool:
        """Whether every row can be read."""
        return not (self.bad_count or self.missing)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file brought. ``already``: it was in; nothing is new."""

    import_id: str
    kind: str
    row_count: int
    new_count: int
    changed_count: int
    known_count: int
    already: bool
    detail: Mapping[str, Any]

    @property
    def said(self) -> tuple[str, dict[str, Any]]:
        """The same as a sentence (an English msgid) and its parameters."""
        if self.already:
            return "This very file is in already: it brings nothing new.", {}
        names = {"count": "row_count", "new": "new_count", "changed": "changed_count", "known": "known_count"}
        counts = {name: getattr(self, column) for name, column in names.items()}
        return "{count} rows are in: {new} new, {changed} changed, {known} known before.", counts

    @property
    def told(self) -> str:
        """The same in one English line, for the command line."""
        message, params = self.said
        return f"{self.kind}: {message.format(**params)}"


@dataclass(frozen=True, slots=True)
class ImportCard:
    """An import in the list: who, when, what, and whether it still is in."""

    import_id: str
    kind: str
    name: str
    sha256: str
    state: str
    row_count: int
    new_count: int
    changed_count: int
    known_count: int
    actor: str
    at: datetime
    undone_by: str
    undone_at: datetime | None
    detail: Mapping[str, Any]
