"""How a file is read before anybody says: its kind, its columns onto fields, how it writes numbers and dates; and
what a person says instead, checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from calculations.model import FieldError, InputError
from data.table_cells import day_comes_first, decimal_mark, word_of
from data.table_forms import Export, folded, guessed_fields, guessed_kind, kinds, known_export, words
from events.bringing_in_model import Reading

FILE_ROW, WRONG = "file_row", "what_is_wrong"
MOST_FIXED = 100
MOST_PLACES = 500
LATIN_ENDS = "\u0250"
FIXABLE = ("activity", "unit", "treatment", "mode", "way", "country", "session")
NAMED = ("activity", "unit", "treatment")  # what the name of a column or of the file may tell


def shape_of(columns: Sequence[str]) -> str:
    """A hash of a file's columns, by which a mapping is remembered."""
    own = [name for name in columns if name not in (FILE_ROW, WRONG)]
    return hashlib.sha256(json.dumps(own, ensure_ascii=False).encode()).hexdigest()[:32]


def guess(columns: Sequence[str], samples: Sequence[Sequence[str]], name: str, kind: str = "") -> Reading:
    """How a file would be read, of a kind where one is told. ``kind`` of the answer is '' where nothing fits."""
    export = known_export(columns)
    chosen = kind or (export.kind if export else guessed_kind(columns))
    if chosen not in kinds():
        return Reading("", {})
    found = _of_export(export, columns, samples) if export and export.kind == chosen else {}
    for field, at in guessed_fields(kinds()[chosen], columns).items():
        if field not in found and at not in found.values() and columns[at] not in (FILE_ROW, WRONG):
            found[field] = at
    found |= _by_words(chosen, found, columns, samples)
    return _with_marks(chosen, found, columns, samples, name)


def _by_words(
    kind: str, found: Mapping[str, int], columns: Sequence[str], samples: Sequence[Sequence[str]]
) -> dict[str, int]:
    """Columns that are called as nobody foresaw, all of whose cells are words of a field: a question of a registration
    that was answered with “train” and “plane” tells how people travel."""
    free = [at for at, title in enumerate(columns) if at not in found.values() and title not in (FILE_ROW, WRONG)]
    more: dict[str, int] = {}
    for field in ("mode", "way"):
        for at in free if field in kinds()[kind].fields and field not in found else ():
            cells = {row[at] for row in samples} - {""}
            if field not in more and cells and all(word_of(field, cell) for cell in cells):
                more[field] = at
    return more


def _of_export(export: Export, columns: Sequence[str], samples: Sequence[Sequence[str]]) -> dict[str, int]:
    """The columns of a known export; of several that may tell a field the first with something in it."""
    found = {}
    for field, names in export.columns.items():
        there = [columns.index(name) for name in names if name in columns]
        filled = [at for at in there if any(row[at] for row in samples)]
        if there:
            found[field] = (filled or there)[0]
    return found


def _with_marks(
    kind: str, found: Mapping[str, int], columns: Sequence[str], samples: Sequence[Sequence[str]], name: str
) -> Reading:
    fields = kinds()[kind].fields
    numbers = [row[at] for field, at in found.items() if fields[field].kind == "number" for row in samples]
    return Reading(
        kind, found, _told_by_names(kind, found, columns, name), decimal_mark(numbers),
        dates_tell(kind, found, samples) is not False,
    )  # fmt: skip


def dates_tell(kind: str, found: Mapping[str, int], samples: Sequence[Sequence[str]]) -> bool | None:
    """Whether the dates of a file begin with the day; None where they don't tell."""
    fields = kinds()[kind].fields
    days = [row[at] for field, at in found.items() if fields[field].kind == "date" for row in samples]
    return day_comes_first(days)


def _told_by_names(kind: str, found: Mapping[str, int], columns: Sequence[str], name: str) -> dict[str, str]:
    """What holds for all rows because a column or the file is called so: ``用电量（千瓦时）`` is electricity."""
    if "activity" not in kinds()[kind].fields or "activity" in found:
        return {}
    at = found.get("quantity", -1)
    text = folded(f"{columns[at] if at >= 0 else ''} {name}")
    known = [word for word in words("activity") if len(word.encode()) > 2 and _begins_in(text, word)]
    best = max(known, key=len, default="")
    return {"activity": words("activity")[best]} if best else {}


def _begins_in(text: str, word: str) -> bool:
    """Whether a word stands in a text, of Latin letters where one begins: no ``eau`` in ``tableau``."""
    if word[0] >= LATIN_ENDS:
        return word in text
    return any(not (before.isalpha() and before < LATIN_ENDS) for before in _before_each(text, word))


def _before_each(text: str, word: str) -> Iterator[str]:
    at = text.find(word)
    while at >= 0:
        yield text[at - 1] if at else " "
        at = text.find(word, at + 1)


def checked(told: Any, columns: Sequence[str]) -> Reading:
    """A reading as a page or a program tells it. Raises InputError for what it may not hold."""
    if not isinstance(told, Mapping) or told.get("kind") not in kinds():
        known = ", ".join(kinds())
        raise InputError([_wrong("kind", told.get("kind") if isinstance(told, Mapping) else told, known=known)])
    fields = kinds()[told["kind"]].fields
    found, fixed, places = (told.get(name) or {} for name in ("columns", "fixed", "places"))
    if not all(isinstance(each, Mapping) for each in (found, fixed, places)) or len(places) > MOST_PLACES:
        raise InputError([_wrong("columns", "", known=", ".join(fields))])
    errors = [
        _wrong(str(name)[:60], at, known=", ".join(fields))
        for name, at in found.items()
        if name not in fields or type(at) is not int or not 0 <= at < len(columns)
    ]
    if len(set(found.values())) < len(found):
        errors.append(FieldError("columns", "", "Each column may tell one field alone.", {}))
    errors += [
        _wrong(str(n)[:60], v, known=", ".join(FIXABLE)) for n, v in fixed.items() if not _may_hold(n, v, fields)
    ]
    if errors:
        raise InputError(errors)
    return Reading(
        told["kind"], dict(found), {n: v.strip() for n, v in fixed.items() if v.strip()},
        "," if told.get("decimal") == "," else ".", bool(told.get("day_first", True)), bool(told.get("planned")),
        {str(text)[:200]: str(place)[:60] for text, place in places.items()}, bool(told.get("apart")),
    )  # fmt: skip


def _may_hold(name: Any, value: Any, fields: Mapping[str, Any]) -> bool:
    return name in FIXABLE and name in fields and isinstance(value, str) and len(value) <= MOST_FIXED


def _wrong(field: str, value: Any, **params: Any) -> FieldError:
    shown = str(value)[:80]
    return FieldError(field, shown, "{field} must be one of {known}; it is {value}.", {"value": shown, **params})
