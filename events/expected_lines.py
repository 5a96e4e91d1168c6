"""Expected people as one pastes them from a registration list: a line each, a name and a number."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

from babel import Locale

from calculations.model import FieldError, InputError
from data.places.regions import CONTINENT, parts
from events.catalogue import search_key
from events.model import Names
from locales.formats import locale_of

LINE = re.compile(r"(?P<name>.*?\S)[\s:：,，;=|]+(?P<count>\d[\d\s,，]*)")
CODE = re.compile(r"\(?\b([A-Z]{2}(?:-[A-Z0-9]{1,3})?)\b\)?")
LANGUAGES = ("en", "zh")
READ_TOO = ("de", "fr")  # lists are written in them as well
MOST_LINES = 300


def region_names(code: str) -> Names:
    """Names by language of a country or of a part of one; {} where none is known."""
    if code in parts():
        return parts()[code]
    found = {language: locale_of(language).territories.get(code, "") for language in LANGUAGES}
    return {language: str(name) for language, name in found.items() if name and not code.startswith(CONTINENT)}


def region_lines(text: str) -> dict[str, int]:
    """``China 300`` or ``四川 (CN-51): 120`` line by line, as people by code. Raises InputError (bad lines)."""
    return _read("region", text, _region)


def company_lines(text: str) -> dict[str, int]:
    """``Name of a company: 40`` line by line. Raises InputError naming each bad line."""
    return _read("company", text, lambda name: " ".join(name.split()))


def as_lines(counts: Mapping[str, int], name: Callable[[str], str]) -> str:
    """The same the other way round."""
    return "\n".join(f"{name(key)}: {count}" for key, count in counts.items())


def _read(field: str, text: str, resolve: Callable[[str], str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    errors = []
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    for number, line in lines[:MOST_LINES]:
        match = LINE.fullmatch(line)
        key = resolve(match["name"].strip()) if match else ""
        if match is None or not key:
            message = _NO_LINE if match is None else _NO_REGION
            errors.append(FieldError(field, line[:80], message, {"line": number, "value": line[:80]}))
            continue
        counts[key] = counts.get(key, 0) + min(10**9, int(re.sub(r"\D", "", match["count"])))
    if len(lines) > MOST_LINES:
        errors.append(FieldError(field, len(lines), _TOO_MANY, {"value": len(lines), "limit": MOST_LINES}))
    if errors:
        raise InputError(errors)
    return counts


_NO_LINE = "Line {line}: “{value}” needs a name and then a number of people, like China: 300."
_NO_REGION = (
    "Line {line}: “{value}” names no country or region that is known here; write its name or its code, like CN."
)
_TOO_MANY = "There are {value} lines; at most {limit} can be told."


def _region(name: str) -> str:
    written = CODE.search(name)
    if written and (region_names(written[1]) or "-" in written[1]):
        return written[1]
    return _codes().get(search_key(name), "")


@cache
def _codes() -> dict[str, str]:
    """Every name in every language → code; a country before a part of one."""
    found: dict[str, str] = {}
    for code, names in parts().items():
        found |= {search_key(name): code for name in names.values()}
    for language in LANGUAGES:
        countries = {code: name for code, name in locale_of(language).territories.items() if len(code) == 2}
        found |= {search_key(str(name)): code for code, name in countries.items()}
    for language in READ_TOO:
        for code, name in Locale(language).territories.items():
            if len(code) == 2:
                found.setdefault(search_key(str(name)), code)
    return found
