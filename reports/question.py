"""A question to the figures of events, as an address holds it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import quote, urlencode

from calculations.model import CATEGORIES, FieldError, InputError

MEASURES = ("emitted", "covered", "per_guest")
BY = ("event", "session", "category", "activity", "mode", "month")
KINDS = ("test", "live")
NO_MODE = "none"  # how an address names the lines that are no trip
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
MOST_VALUES = 100
KNOWN: dict[str, Sequence[str]] = {"measure": MEASURES, "by": BY, "kind": KINDS, "category": CATEGORIES}


@dataclass(frozen=True, slots=True)
class Question:
    """What to show: a measure by a dimension, of test or of live events (never both), narrowed by lists of event slugs,
    session ids, categories and modes and by months (``2021-09``); an empty list or '' is no condition."""

    measure: str = "emitted"
    by: str = "event"
    kind: str = "test"
    event: tuple[str, ...] = ()
    session: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    month_from: str = ""
    month_to: str = ""

    @classmethod
    def from_url(cls, params: Mapping[str, Any]) -> Question:
        """The question of an address's query; names it does not know are left alone. Raises InputError for values
        that can't be asked."""
        return cls(**asked_of(cls, params))

    def to_url(self) -> str:
        """The query that asks it again, without what is usual; '' for the usual question."""
        return address_of(self)

    def asking(self, **changes: Any) -> Question:
        """The same with changes."""
        return replace(self, **changes)


def asked_of(kind: type[Any], params: Mapping[str, Any], known: Mapping[str, Sequence[str]] = KNOWN) -> dict[str, Any]:
    """The fields of a question's dataclass that an address's query gives; ``known`` are the values some of them may
    take. Raises InputError for values that can't be asked."""
    given, errors = sifted(kind, params, known)
    if errors:
        raise InputError(errors)
    return given


def sifted(
    kind: type[Any], params: Mapping[str, Any], known: Mapping[str, Sequence[str]] = KNOWN
) -> tuple[dict[str, Any], list[FieldError]]:
    """As `asked_of`, but what can't be asked is left out and what is wrong with it told beside the rest."""
    given: dict[str, Any] = {}
    errors: list[FieldError] = []
    for each in fields(kind):
        text = str(params.get(each.name) or "").strip()
        value = _list_of(text) if each.default == () else text
        wrong = _wrong(each.name, value, known) if value else []
        errors += wrong
        if wrong and isinstance(value, tuple):
            few = value if len(value) <= MOST_VALUES else ()
            value = tuple(item for item in few if not _wrong(each.name, (item,), known))
        if value and (not wrong or isinstance(value, tuple)):
            given[each.name] = value
    return given, errors


def address_of(question: Any) -> str:
    """The query of a question's dataclass, without what is usual."""
    pairs = []
    for each in fields(question):
        value = getattr(question, each.name)
        if value != each.default:
            pairs.append((each.name, ",".join(value) if isinstance(value, tuple) else value))
    return urlencode(pairs, quote_via=quote, safe=",")


def _list_of(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _wrong(name: str, value: Any, by_name: Mapping[str, Sequence[str]]) -> list[FieldError]:
    known = by_name.get(name)
    items = value if isinstance(value, tuple) else (value,)
    if len(items) > MOST_VALUES:
        message = "{field}: {value} values are too many; give at most {most}."
        return [FieldError(name, len(items), message, {"most": MOST_VALUES})]
    if known is not None:
        message = "{field}: {value} is not known; it is one of {known}."
        return [FieldError(name, item, message, {"known": ", ".join(known)}) for item in items if item not in known]
    if name.startswith("month"):
        message = "{field}: {value} is no month; write it as 2021-09."
        return [FieldError(name, item, message) for item in items if not _MONTH.fullmatch(item)]
    message = "{field}: {value} is no name; letters, digits, dot, colon, line and underscore."
    return [FieldError(name, item[:60], message) for item in items if not _NAME.fullmatch(item)]
