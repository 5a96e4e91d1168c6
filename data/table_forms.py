"""What files of other people look like, as data/imports/*.toml tells: kinds with their fields, known exports, words."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("imports")
_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a column can tell; ``known`` are names of columns it is guessed by."""

    name: str
    kind: str
    names: Mapping[str, str]
    known: tuple[str, ...]
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file; ``activities`` are the categories that its rows may name, ``unit`` what an amount is in
    where nothing tells, ``hints`` parts of columns' names that tell it."""

    kind_id: str
    names: Mapping[str, str]
    about: Mapping[str, str]
    dataset: str
    shape: str
    fields: Mapping[str, Field]
    unit: str = ""
    activities: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Export:
    """A file that another program makes, told by the columns in ``signature``."""

    export_id: str
    names: Mapping[str, str]
    kind: str
    source: str
    signature: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    sheet: str = ""


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


@cache
def kinds() -> dict[str, Kind]:
    """Every kind, in the order they are offered."""
    table = _toml("kinds.toml")
    shapes = table.pop("fields")
    return {name: _kind(name, told, shapes[told["shape"]]) for name, told in table.items()}


def _kind(name: str, told: Mapping[str, Any], shape: Mapping[str, Any]) -> Kind:
    fields = {
        key: Field(key, each["type"], each["names"], tuple(plain(word) for word in each["known"]),
                   each.get("needed", False))
        for key, each in shape.items()
    }  # fmt: skip
    activities = tuple(told.get("activities", ()))
    hints = tuple(plain(word) for word in told["hints"])
    return Kind(
        name, told["names"], told["about"], told["dataset"], told["shape"], fields, told.get("unit", ""), activities,
        hints,
    )  # fmt: skip


@cache
def exports() -> dict[str, Export]:
    """Known exports, the most telling first."""
    found = {}
    for name, told in _toml("exports.toml").items():
        columns = {key: tuple(each) for key, each in told["columns"].items()}
        found[name] = Export(
            name, told["names"], told["kind"], told["source"], tuple(told["signature"]), columns, told.get("sheet", "")
        )
    return found


@cache
def words(table: str) -> dict[str, str]:
    """Every word of a table, plain → what it means; for ``units`` the symbol."""
    found: dict[str, str] = {}
    for meaning, known in _toml("words.toml")[table].items():
        found |= {folded(word): meaning for word in (meaning, *known)}
    return found


@cache
def groups(table: str) -> dict[str, tuple[str, ...]]:
    """A table of lists as it stands."""
    return {name: tuple(values) for name, values in _toml("words.toml")[table].items()}


def folded(text: str) -> str:
    """A cell as words are looked up by: one width, one case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def plain(name: str) -> str:
    """A column's name as it is compared: without what stands in brackets, signs and spaces."""
    bare = _BRACKETS.sub("", unicodedata.normalize("NFKC", name)) or name
    return re.sub(r"[\W_]+", "", bare.casefold())


def known_export(columns: Sequence[str]) -> Export | None:
    """The export whose signature the columns hold; the one that names most of them where several do."""
    there = set(columns)
    fits = [each for each in exports().values() if set(each.signature) <= there]
    return max(fits, key=lambda each: len(each.signature), default=None)


def guessed_fields(kind: Kind, columns: Sequence[str]) -> dict[str, int]:
    """Field → number of the column that is called like it; each column once, fields in their order."""
    bare = [plain(name) for name in columns]
    found: dict[str, int] = {}
    for name, field in kind.fields.items():
        fits = [(field.known.index(each), i) for i, each in enumerate(bare) if each in field.known]
        free = [pair for pair in sorted(fits) if pair[1] not in found.values()]
        if free:
            found[name] = free[0][1]
    return found


def guessed_kind(columns: Sequence[str]) -> str:
    """The kind that the columns' names hint at and whose fields they name; '' where nothing fits."""
    bare = [plain(name) for name in columns]
    scores: dict[str, int] = {}
    for name, kind in kinds().items():
        found = guessed_fields(kind, columns)
        needed = [key for key, field in kind.fields.items() if field.needed]
        hinted = sum(any(hint in each for each in bare) for hint in kind.hints)
        scores[name] = len(found) + 2 * hinted - 2 * sum(key not in found for key in needed) if found else 0
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] > 0 else ""
