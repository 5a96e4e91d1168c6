"""Units that turn into one another exactly (t and kg, MWh and kWh), as the factor set's ``[unit]`` table says."""

from __future__ import annotations

from collections.abc import Sequence

from calculations.model import FactorSet


def conversion(factors: FactorSet, told: str, wanted: Sequence[str]) -> tuple[str, float] | None:
    """The first of the ``wanted`` units that ``told`` is, or turns into, and by what it is multiplied; None where there
    is none."""
    if told in wanted:
        return told, 1.0
    table = factors.preferred.get("unit", {}).get(told, {})
    return next(((unit, float(table[unit])) for unit in wanted if unit in table), None)


def accepted(factors: FactorSet, wanted: Sequence[str]) -> list[str]:
    """The ``wanted`` units, and those that turn into one of them: what may be told."""
    table = factors.preferred.get("unit", {})
    return [*wanted, *(name for name in table if name not in wanted and set(table[name]) & set(wanted))]
