"""Finding the one row of a factor set that stands for something; a stand-in that was taken is part of the answer.

Where a table goes by region, the look-up falls back from the province to the country, from there to the group of
countries it belongs to, and then to the world; each step is kept for the trace.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from calculations.model import Factor, FactorMissing, FactorSet

WORLD = "GLOBAL"
Note = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """What a regional table holds for a place: the entry, the region it is of, whether it only stands in, and the
    steps of the look-up: ``{table, wanted, level, found}`` each, level being province, country, group or world."""

    entry: Any
    region: str
    stands_in: bool
    steps: tuple[dict[str, Any], ...] = ()


def factor_of(factors: FactorSet, factor_id: str) -> Factor:
    """The row called ``factor_id``. Raises FactorMissing."""
    try:
        return factors.factors[factor_id]
    except KeyError:
        raise FactorMissing(f"factor set {factors.factor_set_id} has no factor {factor_id!r}") from None


def table_of(factors: FactorSet, *path: str) -> Mapping[str, Any]:
    """The table of preferred rows at ``path``. Raises FactorMissing."""
    node: Any = factors.preferred
    for step in path:
        if not isinstance(node, Mapping) or step not in node:
            raise FactorMissing(f"factor set {factors.factor_set_id} prefers nothing for {'.'.join(path)}")
        node = node[step]
    if not isinstance(node, Mapping):
        raise FactorMissing(f"{'.'.join(path)} of factor set {factors.factor_set_id} is not a table")
    return node


def regional(factors: FactorSet, path: Sequence[str], wanted: Sequence[str]) -> Found:
    """The entry for the first of the ``wanted`` regions that has one, then its group's, then the world's."""
    return entry_for(factors, table_of(factors, *path), ".".join(path), wanted)


def entry_for(
    factors: FactorSet, table: Mapping[str, Any], name: str, wanted: Sequence[str],
    fits: Callable[[Any], bool] = lambda entry: True,
) -> Found:  # fmt: skip
    """The same for a table at hand, by its ``name``; entries that do not ``fit`` are passed over. Raises
    FactorMissing."""
    regions = list(dict.fromkeys(part for region in wanted for part in (region, region.split("-")[0]) if part))
    groups = [each for each, members in factors.preferred.get("group", {}).items() if set(members) & set(regions)]
    steps: list[dict[str, Any]] = []
    for region, level in [*((r, _level(r)) for r in regions), *((g, "group") for g in groups), (WORLD, "world")]:
        there = region in table and fits(table[region])
        steps.append({"table": name, "wanted": region, "level": level, "found": there})
        if there:
            stands_in = level == "group" or (level == "world" and len(table) > 1)
            return Found(table[region], region, stands_in, tuple(steps))
    raise FactorMissing(f"{name} has no row for {', '.join(regions) or 'an unknown region'}")


def _level(region: str) -> str:
    return "province" if "-" in region else "country"


def own_region(factors: FactorSet, factor: Factor, wanted: Sequence[str]) -> Found:
    """A row that stands alone, judged by the region it was made for: whether that is the place's, the world's (the row
    is meant for anywhere), or another's that stands in. Where no place is known, or the edition does not say what the
    regions of its rows mean (those before 2026.2), nothing is said."""
    if "region_alias" not in factors.preferred:
        return Found(factor.factor_id, factor.region, stands_in=False)
    made_for = _regions_of(factors, factor)
    regions = {part for region in wanted for part in (region, region.split("-")[0]) if part}
    fits = not regions or WORLD in made_for or bool(made_for & regions)
    level = "world" if WORLD in made_for else "country" if fits else "other"
    step = {"table": factor.factor_id, "wanted": ", ".join(sorted(regions)), "level": level, "found": fits}
    return Found(factor.factor_id, factor.region, stands_in=not fits, steps=(step,))


def _regions_of(factors: FactorSet, factor: Factor) -> set[str]:
    """The regions of a row, in the codes of places: UK/IE is GB and IE, global is GLOBAL."""
    alias = factors.preferred.get("region_alias", {})
    region = str(factors.preferred.get("made_for", {}).get(factor.factor_id, factor.region))
    return {str(alias.get(part, part)) for part in region.split("/")}


def cautions(factors: FactorSet, factor: Factor) -> list[Note]:
    """What must be said wherever this row is used: the edition's own sentence about it, and those that its rules draw
    from the row's columns (no licence stated, a proxy, a gap in the data …)."""
    said = factors.preferred.get("caution", {}).get(factor.factor_id)
    found = [said] if said else []
    for rule in factors.preferred.get("caution_rule", ()):
        text = str(getattr(factor, rule["column"])).lower()
        if any(word in text for word in rule["contains"]) and rule["message"] not in found:
            found.append(rule["message"])
    return [{"message": message, "params": {}} for message in found]


def stand_in_notes(found: Found, factors: FactorSet, factor: Factor) -> list[Note]:
    """What a reader must know of this choice: that the row only stands in, and the edition's cautions about it."""
    notes: list[Note] = []
    if found.stands_in:
        message = "No row for this country or region was found; the row of {region} stands in."
        notes.append({"message": message, "params": {"region": factor.region}})
    return notes + cautions(factors, factor)


def told_once(notes: Sequence[Note]) -> list[Note]:
    """The notes in their order, each sentence once."""
    seen: list[Note] = []
    for note in notes:
        if note not in seen:
            seen.append(note)
    return seen
