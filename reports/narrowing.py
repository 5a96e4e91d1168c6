"""What an organiser's dashboard is narrowed to, as its address holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from calculations.model import FieldError, InputError
from reports.question import KNOWN, NO_MODE, address_of, asked_of

STATES = ("retired", "reserved", "open")
OF_LINES = (
    "category",
    "mode",
    "diet",
    "month_from",
    "month_to",
)  # what lines tell apart, beside sessions
OF_PEOPLE = ("company",)  # what people do
APART = "{field}: {value} can't be asked together with categories, modes, meals or months."


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Of which sessions, companies, categories, modes (``none``: no trip), meals (activities of category food), months
    and state (retired, reserved, open; '' is all that was emitted). ``told`` 'declared' leaves out the estimate for
    those who have not answered. Empty is no condition."""

    session: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    diet: tuple[str, ...] = ()
    month_from: str = ""
    month_to: str = ""
    state: str = ""
    told: str = ""

    @classmethod
    def from_url(cls, params: Mapping[str, Any]) -> Narrowing:
        """What an address's query asks for. Raises InputError for values that can't be asked, or not together."""
        found = cls(**asked_of(cls, params, {**KNOWN, "state": STATES, "told": ("declared",)}))
        if found.company and found.of_lines:
            raise InputError([FieldError("company", found.company[0], APART)])
        return found

    def to_url(self) -> str:
        """The query that asks it again; '' for the whole event."""
        return address_of(self)

    @property
    def of_lines(self) -> bool:
        """Whether something is asked that only lines can tell."""
        return any(getattr(self, name) for name in OF_LINES)

    @property
    def is_part(self) -> bool:
        """Whether a part of the event is asked for, not the whole."""
        return bool(self.session or self.company or self.of_lines)

    def asking(self, **changes: Any) -> Narrowing:
        """The same with changes; what can't be told apart together with them is let go."""
        changed = replace(self, **changes)
        if changed.company and changed.of_lines:
            gone = OF_LINES if changes.get("company") else OF_PEOPLE
            usual: dict[str, Any] = {each.name: each.default for each in fields(changed) if each.name in gone}
            changed = replace(changed, **usual)
        return changed

    def toggled(self, name: str, value: str) -> Narrowing:
        """The same with a value of a list put in, or taken out where it stands."""
        values = getattr(self, name)
        left = tuple(each for each in values if each != value)
        return self.asking(**{name: left if value in values else (*values, value)})

    def keeps(self, cell: Mapping[Any, Any], but: str = "") -> bool:
        """Whether a cell of the cube belongs to it; the condition named ``but`` is not asked."""
        found = {
            "session": cell["session_id"] or NO_MODE, "category": cell["category"], "mode": cell["mode"] or NO_MODE,
            "diet": cell["activity"] if cell["category"] == "food" else "",
        }  # fmt: skip
        return all(name == but or not getattr(self, name) or value in getattr(self, name)
                   for name, value in found.items())  # fmt: skip
