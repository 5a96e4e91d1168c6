"""Two editions of the factor library beside each other, and why a line's grams moved between two computations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from calculations.lookup import cautions
from calculations.model import Factor, FactorSet

WHY = {
    "value": "the factor's value changed",
    "row": "another row is preferred",
    "fallback": "the region that stands in changed",
    "parts": "other parts are counted (boundary, upstream, a second row)",
    "quantity": "the distance or a scale changed",
    "bounds": "only its bounds changed",
    "gone": "the line is no longer there",
    "new": "the line was not there before",
}


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that both editions have, and the fields in which it differs."""

    factor_id: str
    fields: tuple[str, ...]
    before: Factor
    after: Factor


@dataclass(frozen=True, slots=True)
class ChoiceChange:
    """A place in the preferred rows and settings whose entry differs; '' where an edition has none."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EditionDiff:
    """What differs between two editions: ``choices`` are preferred rows, ``settings`` the rest of the tables."""

    added: tuple[Factor, ...]
    removed: tuple[Factor, ...]
    changed: tuple[RowChange, ...]
    choices: tuple[ChoiceChange, ...]
    settings: tuple[ChoiceChange, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not (self.added or self.removed or self.changed or self.choices or self.settings)

    def as_json(self) -> dict[str, Any]:
        """Plain values; a changed row shows the fields that differ, from and to."""
        changed = [
            {"id": each.factor_id, "from": each.before.value, "to": each.after.value,
             "fields": {name: [getattr(each.before, name), getattr(each.after, name)] for name in each.fields}}
            for each in self.changed
        ]  # fmt: skip
        return {
            "added": [row.factor_id for row in self.added], "removed": [row.factor_id for row in self.removed],
            "changed": changed, "choices": [asdict(each) for each in self.choices],
            "settings": [asdict(each) for each in self.settings],
        }  # fmt: skip

    def lines(self) -> list[str]:
        """The same for a terminal: + added, - removed, ~ changed, > preferred instead, * other settings."""
        lines = [f"+ {row.factor_id}: {row.value:g} {row.unit}" for row in self.added]
        lines += [f"- {row.factor_id}: {row.value:g} {row.unit}" for row in self.removed]
        for each in self.changed:
            moved = f"{each.before.value:g} → {each.after.value:g} {each.after.unit}" if "value" in each.fields else ""
            rest = ", ".join(name for name in each.fields if name != "value")
            lines.append(f"~ {each.factor_id}: " + "; ".join(part for part in (moved, rest) if part))
        lines += [f"> {each.path}: {each.before or 'nothing'} → {each.after or 'nothing'}" for each in self.choices]
        return lines + [
            f"* {each.path}: {each.before or 'nothing'} → {each.after or 'nothing'}" for each in self.settings
        ]


def compare_editions(old: FactorSet, new: FactorSet) -> EditionDiff:
    """Rows and preferred choices that differ from ``old`` to ``new``, each sorted by name."""
    before, after = old.factors, new.factors
    both = sorted(before.keys() & after.keys())
    choices, settings = _choices(old, new)
    return EditionDiff(
        added=tuple(after[name] for name in sorted(after.keys() - before.keys())),
        removed=tuple(before[name] for name in sorted(before.keys() - after.keys())),
        changed=tuple(_row_change(before[name], after[name]) for name in both if before[name] != after[name]),
        choices=choices, settings=settings,
    )  # fmt: skip


def _row_change(before: Factor, after: Factor) -> RowChange:
    names = [each.name for each in fields(Factor)]
    differing = tuple(name for name in names if getattr(before, name) != getattr(after, name))
    return RowChange(before.factor_id, differing, before, after)


def _choices(old: FactorSet, new: FactorSet) -> tuple[tuple[ChoiceChange, ...], tuple[ChoiceChange, ...]]:
    before, after = dict(leaves(old.preferred)), dict(leaves(new.preferred))
    rows: list[ChoiceChange] = []
    rest: list[ChoiceChange] = []
    for path in sorted(before.keys() | after.keys()):
        change = ChoiceChange(path, str(before.get(path, "")), str(after.get(path, "")))
        if path != "edition" and change.before != change.after:
            named = change.before in old.factors or change.after in new.factors
            (rows if named else rest).append(change)
    return tuple(rows), tuple(rest)


def leaves(node: Any, path: str = "") -> list[tuple[str, Any]]:
    """(dotted path, value) of everything in nested tables and lists."""
    if isinstance(node, Mapping):
        return [pair for key, value in node.items() for pair in leaves(value, f"{path}.{key}" if path else str(key))]
    if isinstance(node, list | tuple):
        return [pair for number, value in enumerate(node) for pair in leaves(value, f"{path}[{number}]")]
    return [(path, node)]


def preferred_at(factors: FactorSet, factor_id: str) -> list[str]:
    """Where an edition prefers this row: dotted paths of its tables, the cautions about it left out."""
    tables = {name: table for name, table in factors.preferred.items() if not name.startswith("caution")}
    return [path for path, value in leaves(tables) if value == factor_id]


def dossier(factors: FactorSet, factor_id: str) -> dict[str, Any]:
    """What an edition says of a row beside the row itself: its cautions and the paths that prefer it."""
    found = [str(note["message"]).format(**note["params"]) for note in cautions(factors, factors.factors[factor_id])]
    return {
        "edition": factors.factor_set_id, "edition_sha256": factors.sha256, "cautions": found,
        "preferred_at": preferred_at(factors, factor_id),
    }  # fmt: skip


def find_factors(
    factors: FactorSet, words: str = "", region: str = "", category: str = "", unit: str = ""
) -> list[Factor]:
    """Rows that hold every word (in id, activity or note), of a region, a category and per a unit; '' asks nothing."""
    wanted = words.casefold().split()
    return [
        row
        for row in factors.factors.values()
        if region.casefold() in ("", row.region.casefold())
        and category.casefold() in ("", row.category.casefold())
        and unit.casefold() in ("", row.unit.split("/", 1)[-1].casefold())
        and all(word in f"{row.factor_id} {row.activity} {row.note}".casefold() for word in wanted)
    ]


def factor_line(row: Factor) -> str:
    """A row in one line of a terminal."""
    return f"{row.factor_id}\t{row.value:g}\t{row.unit}\t{row.region}\t{row.year}\t{row.activity}"


def why_moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys of WHY that tell two traces of the same activity apart; empty where they are alike."""
    old, new = (_counted(trace) for trace in (before, after))
    found = []
    if sorted(old) != sorted(new):
        found.append("parts")
    for role in old.keys() & new.keys():
        found += _why_row(old[role], new[role], _stood_in(before) or _stood_in(after))
    if [_number(each) for each in before["quantity_terms"]] != [_number(each) for each in after["quantity_terms"]]:
        found.append("quantity")
    return tuple(dict.fromkeys(sorted(found, key=list(WHY).index)))


def _counted(trace: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {row["role"]: row for row in trace["factors"] if row["counted"]}


def _why_row(before: Mapping[str, Any], after: Mapping[str, Any], stood_in: bool) -> list[str]:
    if before["id"] != after["id"]:
        return ["fallback" if stood_in else "row"]
    if before["value"] != after["value"]:
        return ["value"]
    return ["bounds"] if (before["low"], before["high"]) != (after["low"], after["high"]) else []


def _stood_in(trace: Mapping[str, Any]) -> bool:
    return any("stands in" in note["message"] for note in trace["notes"])


def _number(term: Mapping[str, Any]) -> tuple[str, str, float]:
    return term["name"], term["op"], term["value"]
