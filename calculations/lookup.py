"""Finding the one row of a factor set that stands for something; a stand-in that was taken is part of the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from calculations.model import Factor, FactorMissing, FactorSet

WORLD = "GLOBAL"


@dataclass(frozen=True, slots=True)
class Found:
    """What a regional table holds for a place: the entry, the region it is of, and whether it only stands in."""

    entry: Any
    region: str
    stands_in: bool


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
    table = table_of(factors, *path)
    regions = [region for region in wanted if region]
    for region in regions:
        if region in table:
            return Found(table[region], region, stands_in=False)
    groups = factors.preferred.get("group", {})
    for name, members in groups.items():
        if name in table and any(region in members for region in regions):
            return Found(table[name], name, stands_in=True)
    if WORLD in table:
        return Found(table[WORLD], WORLD, stands_in=len(table) > 1)
    raise FactorMissing(f"{'.'.join(path)} has no row for {', '.join(regions) or 'an unknown region'}")


def caution(factors: FactorSet, factor_id: str) -> dict[str, Any] | None:
    """The sentence that the edition shows wherever this row is used."""
    sentence = factors.preferred.get("caution", {}).get(factor_id)
    return {"message": sentence, "params": {}} if sentence else None
