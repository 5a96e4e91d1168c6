"""What an organiser's dashboard is narrowed to, as its address holds it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from calculations.model import FieldError, InputError
from reports.question import KNOWN, address_of, sifted

STATES = ("retired", "reserved", "open")
OF_PEOPLE = ("session", "company", "channel", "origin", "ring", "began")  # what people tell apart
OF_LINES = ("category", "mode", "diet", "month_from", "month_to")  # what lines alone tell apart
LISTS = (*OF_PEOPLE, "category", "mode", "diet")
RINGS = ("near", "km250", "km1000", "km2000", "km5000", "far", "none")
_BEGAN = re.compile(r"\d{4}-\d{2}(-\d{2}(T\d{2})?)?")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Of which sessions, companies, channels of the code that was scanned (``none``: no code), places people came from
    (``near``: the event's own, ``none``: not told), rings of distance around the event, times at which they began
    (``2026-05``, ``2026-05-04`` or ``2026-05-04T09`` in the event's zone), categories, modes (``none``: no trip), meals
    (activities of category food), months of what was done, and state (retired, reserved, open; '' is all that was
    emitted). Values of one list are any of them, lists are all of them. ``told`` 'declared' leaves out the estimate
    for those who have not answered. Empty is no condition."""

    session: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    ring: tuple[str, ...] = ()
    began: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    diet: tuple[str, ...] = ()
    month_from: str = ""
    month_to: str = ""
    state: str = ""
    told: str = ""

    @classmethod
    def from_url(cls, params: Mapping[str, Any]) -> Narrowing:
        """What an address's query asks for. Raises InputError for values that can't be asked."""
        found, errors = cls.sifted(params)
        if errors:
            raise InputError(errors)
        return found

    @classmethod
    def sifted(cls, params: Mapping[str, Any]) -> tuple[Narrowing, list[FieldError]]:
        """What of an address's query can be asked, and what is wrong with the rest."""
        given, errors = sifted(cls, params, {**KNOWN, "state": STATES, "told": ("declared",), "ring": RINGS})
        found, message = cls(**given), "{field}: {value} is no time; write it as 2026-05, 2026-05-04 or 2026-05-04T09."
        wrong = [FieldError("began", value, message) for value in found.began if not _BEGAN.fullmatch(value)]
        return found.less(wrong), errors + wrong

    def less(self, wrong: Sequence[FieldError]) -> Narrowing:
        """The same without the values of lists that errors name."""
        gone = {(error.field, error.value) for error in wrong}
        kept = {name: tuple(v for v in getattr(self, name) if (name, v) not in gone) for name in LISTS}
        return self.asking(**kept)

    def to_url(self) -> str:
        """The query that asks it again; '' for the whole event."""
        return address_of(self)

    @property
    def of_lines(self) -> bool:
        """Whether something is asked that only lines can tell."""
        return any(getattr(self, name) for name in OF_LINES)

    @property
    def of_people(self) -> bool:
        """Whether people are told apart."""
        return any(getattr(self, name) for name in OF_PEOPLE)

    @property
    def is_part(self) -> bool:
        """Whether a part of the event is asked for, not the whole."""
        return self.of_people or self.of_lines

    def asking(self, **changes: Any) -> Narrowing:
        """The same with changes."""
        return replace(self, **changes)

    def toggled(self, name: str, value: str) -> Narrowing:
        """The same with a value of a list put in, or taken out where it stands. A time and another that holds it
        never stand together."""
        values = getattr(self, name)
        if value in values:
            return self.asking(**{name: tuple(each for each in values if each != value)})
        if name == "began":
            values = tuple(each for each in values if not each.startswith(value) and not value.startswith(each))
        return self.asking(**{name: (*values, value)})

    def without(self, name: str) -> Narrowing:
        """The same without the condition of a list."""
        usual: dict[str, Any] = {each.name: each.default for each in fields(self)}
        return self.asking(**{name: usual[name]})
