"""Meals by diet: number of meals × kg CO2e per meal."""

from __future__ import annotations

from calculations.lookup import cautions, factor_of, table_of
from calculations.model import Boundary, EmissionLine, FactorMissing, FactorSet, Meal
from calculations.trace import build_line, rated, term
from calculations.uncertainty import bounds
from calculations.upstream import tell_upstream


def meal_line(meal: Meal, factors: FactorSet, boundary: Boundary, group_size: int = 1) -> EmissionLine:
    """The line of so many meals of one diet, for each of ``group_size`` people. Raises FactorMissing."""
    table = table_of(factors, "meal")
    if meal.diet not in table:
        raise FactorMissing(f"no meal of diet {meal.diet!r}")
    factor = factor_of(factors, str(table[meal.diet]))
    low, high, basis = bounds(factor, factors)
    rows, bases, notes = [rated(factor, "main", low, high)], [basis], cautions(factors, factor)
    tell_upstream(rows, bases, notes, factors, boundary)
    terms = [term("meals", meal.count), *([term("group_size", group_size)] if group_size != 1 else [])]
    return build_line(
        factors, category="food", activity=f"{meal.diet}_meal", unit="meal", terms=terms, known=meal.known,
        rows=rows, bases=bases, notes=notes,
    )  # fmt: skip
