"""Other activities of a scenario's template: quantity × the row that the template (or the factor set) names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from calculations.lookup import Found, factor_of, regional, table_of
from calculations.model import EmissionLine, FactorMissing, FactorSet, OtherActivity
from calculations.trace import build_line, rated, term
from calculations.travel import stand_in_notes
from calculations.uncertainty import bounds


def activity_line(other: OtherActivity, factors: FactorSet, group_size: int = 1) -> EmissionLine:
    """The line of one activity, for each of ``group_size`` people. Raises FactorMissing."""
    asked = _completed(other, factors)
    rows: list[dict[str, Any]] = []
    bases: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for role, found in _chosen(asked, factors):
        factor = factor_of(factors, found.entry)
        low, high, basis = bounds(factor, factors, found.stands_in)
        rows.append(rated(factor, role, low, high))
        bases.append(basis)
        notes += stand_in_notes(found, factor.region, factors, factor.factor_id)
    return build_line(
        factors, category=asked.category, activity=asked.activity, unit=rows[0]["unit"].split("/", 1)[1],
        terms=_terms(asked, group_size), rows=rows, bases=bases, notes=notes,
    )  # fmt: skip


def _completed(other: OtherActivity, factors: FactorSet) -> OtherActivity:
    if other.factor or other.by_region:
        return other
    said = table_of(factors, "activity", other.activity)
    if said["unit"] != other.unit:
        raise FactorMissing(f"{other.activity} is counted in {said['unit']}, not {other.unit}")
    return replace(
        other, category=said["category"], factor=said.get("factor", ""), by_region=said.get("by_region", ""),
        times=said.get("times", ""),
    )  # fmt: skip


def _chosen(other: OtherActivity, factors: FactorSet) -> list[tuple[str, Found]]:
    country = other.region.split("-")[0]
    if other.by_region:
        chosen = [("main", regional(factors, [other.by_region], [other.region, country]))]
    else:
        chosen = [("main", Found(other.factor, "", stands_in=False))]
    if other.times:
        chosen.append(("grid", regional(factors, [other.times], [other.region, country])))
    return chosen


def _terms(other: OtherActivity, group_size: int) -> list[dict[str, Any]]:
    terms = [term("quantity", other.quantity)]
    if other.scale != 1.0:
        terms.append(term("scale", other.scale))
    if group_size != 1:
        terms.append(term("group_size", group_size))
    return terms
