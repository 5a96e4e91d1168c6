"""The fuel's way to the tank: a row of its own, added to the direct row where an event's boundary counts it."""

from __future__ import annotations

from typing import Any

from calculations.lookup import factor_of
from calculations.model import FactorMissing, FactorSet
from calculations.trace import rated
from calculations.uncertainty import bounds


def add_upstream(rows: list[Any], bases: list[Any], factor_id: str, factors: FactorSet, counted: bool = True) -> None:
    """Adds the well-to-tank row as a group of its own, ``counted`` or only told. Raises FactorMissing for a row that
    is not one."""
    factor = factor_of(factors, factor_id)
    if factor.includes_wtt != "only":
        raise FactorMissing(f"{factor_id} is not a well-to-tank row")
    low, high, basis = bounds(factor, factors)
    rows.append(rated(factor, "upstream", low, high, group=1, counted=counted))
    if counted:
        bases.append(basis)
