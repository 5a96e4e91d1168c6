"""The footprint of one participation: all its lines, and their sums."""

from __future__ import annotations

from collections.abc import Iterator

from calculations.activity import activity_line
from calculations.food import meal_line
from calculations.model import Answers, Boundary, EmissionLine, FactorSet, FootprintResult
from calculations.propagation import interval, mean_quality, spread_rows
from calculations.stay import stay_line
from calculations.trace import recompute
from calculations.travel import trip_line
from calculations.who_counts import left_out

__all__ = ["compute", "recompute", "total_of"]


def compute(answers: Answers, factors: FactorSet, boundary: Boundary, hotel_norm: str | None = None) -> FootprintResult:
    """All lines within the boundary's categories, in the order of the answers. ``hotel_norm`` is a factor id that
    stands for hotels in place of the country's row; who is not counted has no line. Raises FactorMissing."""
    if left_out(answers, boundary):
        return total_of(())
    lines = _lines(answers, factors, boundary, hotel_norm)
    return total_of(tuple(line for line in lines if line.category in boundary.categories))


def total_of(lines: tuple[EmissionLine, ...]) -> FootprintResult:
    """The sums of some lines; each total is the sum of its parts exactly, low and high are propagated: errors of one
    factor move together, those of different factors do not."""
    by_category: dict[str, int] = {}
    for line in lines:
        by_category[line.category] = by_category.get(line.category, 0) + line.total_g
    rows = [row for line in lines for row in spread_rows(line.category, line.total_g, line.quality, line.trace)]
    total_g = sum(line.total_g for line in lines)
    low_g, high_g = interval(total_g, rows)
    return FootprintResult(
        lines=lines, low_g=low_g, total_g=total_g, high_g=high_g,
        non_co2_g=sum(line.non_co2_g for line in lines),
        by_category=by_category, upstream_g=sum(line.upstream_g for line in lines), quality=mean_quality(rows),
    )  # fmt: skip


def _lines(answers: Answers, factors: FactorSet, boundary: Boundary, hotel_norm: str | None) -> Iterator[EmissionLine]:
    group = answers.group_size
    for trip in answers.trips:
        yield trip_line(trip, factors, boundary, group)
    for stay in answers.stays:
        yield stay_line(stay, factors, boundary, group, hotel_norm)
    for meal in answers.meals:
        yield meal_line(meal, factors, boundary, group)
    for other in answers.other:
        yield activity_line(other, factors, boundary, group)
