"""The fuel's way to the tank: rows of their own, always in the trace, counted where an event's boundary says so.

An electricity's losses in the lines and a heat network's in its pipes are upstream too: they are emitted before what
the meter counts (category 3 of the GHG Protocol's scope 3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calculations.lookup import factor_of
from calculations.model import Boundary, Factor, FactorMissing, FactorSet
from calculations.trace import rated
from calculations.uncertainty import bounds


def add_upstream(
    rows: list[Any], bases: list[Any], factor_id: str, factors: FactorSet, counted: bool = True,
    beside: tuple[dict[str, Any], ...] = (),
) -> None:  # fmt: skip
    """Adds an upstream row as a group of its own, ``counted`` or only told; ``beside`` are the rows it is multiplied
    by (kWh per km). Raises FactorMissing for a row that is neither well-to-tank nor a listed loss."""
    factor = factor_of(factors, factor_id)
    if factor.includes_wtt != "only" and factor_id not in factors.preferred.get("upstream_losses", {}).get("rows", ()):
        raise FactorMissing(f"{factor_id} is not a well-to-tank row")
    group = max(row["group"] for row in rows) + 1
    rows += [{**row, "group": group, "counted": counted} for row in beside]
    low, high, basis = bounds(factor, factors)
    rows.append(rated(factor, "upstream", low, high, group=group, counted=counted))
    if counted:
        bases.append(basis)


def upstream_ids(factors: FactorSet, factor_id: str) -> list[str]:
    """The rows that tell the upstream part of a row: as the edition pairs them, or by its rule of names."""
    paired = factors.preferred.get("upstream", {}).get(factor_id)
    if paired is not None:
        return [paired] if isinstance(paired, str) else list(paired)
    rule: Mapping[str, Any] = factors.preferred.get("upstream_names", {})
    names = [factor_id + suffix for suffix in rule.get("suffixes", ())]
    return [name for name in names if name in factors.factors]


def tell_upstream(
    rows: list[Any], bases: list[Any], notes: list[dict[str, Any]], factors: FactorSet, boundary: Boundary
) -> None:
    """Adds the upstream rows of what is priced so far (the first group), and says where there are none: because the
    row contains them inseparably, or because none was found."""
    first = [row for row in rows if row["group"] == rows[0]["group"] and row["counted"]]
    priced = next(row for row in reversed(first) if row["unit"].startswith("kg CO2e/"))
    beside = tuple(row for row in first if row is not priced)
    ids = upstream_ids(factors, priced["id"])
    for factor_id in ids:
        add_upstream(rows, bases, factor_id, factors, boundary.upstream, beside)
    if not ids and priced["id"] in factors.factors:
        notes += _without(factors, factors.factors[priced["id"]], boundary)


def _without(factors: FactorSet, factor: Factor, boundary: Boundary) -> list[dict[str, Any]]:
    exempt = factors.preferred.get("upstream_names", {}).get("exempt_categories", ())
    if factor.value == 0 or factor.category in exempt:
        return []
    if factor.includes_wtt.startswith("yes"):
        message = (
            "The row contains its upstream part, which cannot be told apart."
            if boundary.upstream
            else "The boundary leaves upstream out, but this row contains it inseparably: it is counted nevertheless."
        )
    elif boundary.upstream:
        message = "No row for the upstream part was found; it is left out."
    else:
        return []
    return [{"message": message, "params": {}}]
