"""Flights: the rows of a cabin class with and without non-CO2 effects, continuous in the distance for every pair."""

from __future__ import annotations

from typing import Any

from calculations.lookup import factor_of, table_of
from calculations.model import Boundary, FactorSet, Trip
from calculations.trace import rated
from calculations.uncertainty import bounds
from calculations.upstream import add_upstream

Rows = tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]  # factors, bounds, notes


def plane_rows(trip: Trip, factors: FactorSet, boundary: Boundary) -> Rows:
    """The rows, bounds and notes of a flight in its cabin, within the boundary. Raises FactorMissing."""
    ids = table_of(factors, "flight", "international", trip.cabin)
    with_all, co2_only = factor_of(factors, ids["with_rf"]), factor_of(factors, ids["without_rf"])
    if boundary.non_co2:
        span = table_of(factors, "flight", "multiplier_range")
        low, high = co2_only.value * float(span["low"]), co2_only.value * float(span["high"])
        low, high = min(low, with_all.value), max(high, with_all.value)
        rows = [rated(with_all, "with_non_co2", low, high), _apart(co2_only, "co2_only")]
        bases = [_multiplier_basis(span)]
    else:
        low, high, basis = bounds(co2_only, factors)
        rows, bases = [rated(co2_only, "co2_only", low, high), _apart(with_all, "with_non_co2")], [basis]
    notes = [{"message": "The 8 % for detours of aircraft is inside the factor; none is added.", "params": {}}]
    if boundary.upstream:
        add_upstream(rows, bases, ids["upstream"], factors)
    return rows, bases, notes


def _apart(factor: Any, role: str) -> dict[str, Any]:
    return rated(factor, role, factor.value, factor.value, counted=False)


def _multiplier_basis(span: Any) -> dict[str, Any]:
    message = "The CO2 row times {low} to {high}: the published range of the multiplier for non-CO2 effects."
    return {
        "kind": "source", "message": message, "params": {"low": span["low"], "high": span["high"]},
        "source": span["source_title"], "source_address": span["source_address"],
    }  # fmt: skip
