"""From those who have answered to all who were there, with the interval of chance. Grams are integers in and out.

The formulas and their sources stand in docs/method-estimate.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculations.ranking import SMALLEST_GROUP
from calculations.strata import LEAST_ANSWERS, Answered, Strata, Stratum, spread, stratify
from calculations.student import two_sided

__all__ = ["Answered", "Estimate", "StratumEstimate", "combined_range", "estimate", "spread", "together"]
WIDEST = 700.0  # exp of more is no float
Sentence = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StratumEstimate:
    """A stratum with what its missing people are taken to emit, and the variance of that (g²) with its degrees of
    freedom."""

    stratum: Stratum
    estimated_g: int
    variance_g2: float
    degrees: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What was declared, and what those who have not answered are taken to emit with its 95 % interval of sampling.

    ``said`` are sentences ``{message, params}``: the assumption, what was merged, or why nothing is estimated.
    """

    answered_people: int
    expected_people: int
    declared_g: int
    estimated_g: int = 0
    low_g: int = 0
    high_g: int = 0
    variance_g2: float = 0.0
    degrees: float = 0.0
    strata: tuple[StratumEstimate, ...] = ()
    dimensions: tuple[str, ...] = ()
    merged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    said: tuple[Sentence, ...] = ()

    @property
    def missing_people(self) -> int:
        """People who are expected and have not answered."""
        return max(0, self.expected_people - self.answered_people)

    def scaled(self, part_g: int, whole_g: int) -> int:
        """The estimate at another central value of the declared grams: what it would be were they ``part_g``."""
        return (2 * self.estimated_g * part_g + whole_g) // (2 * whole_g) if whole_g else 0

    @property
    def response_bp(self) -> int:
        """Share of those expected who answered, in basis points; 0 where nobody said how many are expected."""
        return min(10_000, 10_000 * self.answered_people // self.expected_people) if self.expected_people else 0


NOTHING_EXPECTED = "Nobody has said how many people are expected, so nothing is estimated."
ALL_ANSWERED = "All who are expected have answered, so nothing is estimated."
TOO_FEW = "Fewer than {least} people have answered, so nothing is estimated yet."
LIKE_ALL = "Those who have not answered are taken to be like those who have."
LIKE_STRATUM = "Those who have not answered are taken to be like those of their own group who have."
CHANCE = (
    "The interval holds the true figure in 95 of 100 cases, if within a group it is chance who answers; it knows "
    "nothing of people who stay silent for a reason that has to do with their trip."
)
MERGED = (
    "Groups with fewer than {least} answers are counted together with their larger group; {people} of those who have "
    "not answered belong to such groups, and the interval cannot know how they differ."
)
SURPLUS = (
    "From some groups more people have answered than were told to be expected; what is told of the others is scaled to "
    "the people in all."
)
DROPPED = {
    "way": "What was told by way of taking part is not used: too few answers stand beside it, or it does not fit them.",
    "region": "What was told by region is not used: too few answers stand beside it, or it does not fit them.",
    "company": "What was told by company is not used: too few answers stand beside it, or it does not fit them.",
}


def estimate(
    cells: Iterable[Answered], expected_people: int, told: Mapping[str, Mapping[str, int]] | None = None,
    parents: Mapping[str, str] | None = None,
) -> Estimate:  # fmt: skip
    """The estimate for people who are expected and have not answered, stratum by stratum where ``told`` says how many
    are expected of each; ``parents`` has the larger region of a country. Nothing is estimated below five answers, and
    the answer says so."""
    cells = list(cells)
    people, declared_g = sum(cell.people for cell in cells), sum(cell.total_g for cell in cells)
    why_not = _why_not(people, expected_people)
    if why_not:
        return Estimate(people, expected_people, declared_g, said=(why_not,))
    found = stratify(cells, expected_people, told or {}, parents)
    rows = _estimated(found)
    variance_g2 = sum(row.variance_g2 for row in rows)
    degrees = satterthwaite((row.variance_g2, row.degrees) for row in rows)
    estimated_g = sum(row.estimated_g for row in rows)
    low_g, high_g = interval(estimated_g, variance_g2, degrees)
    return Estimate(
        people, expected_people, declared_g, estimated_g, low_g, high_g, variance_g2, degrees, rows,
        found.dimensions, found.merged, _said(found),
    )  # fmt: skip


def together(estimates: Iterable[Estimate]) -> Estimate:
    """The sum of estimates that know nothing of one another, as of several events."""
    known = list(estimates)
    people, expected = sum(e.answered_people for e in known), sum(e.expected_people for e in known)
    variance_g2 = sum(e.variance_g2 for e in known)
    degrees = satterthwaite((e.variance_g2, e.degrees) for e in known)
    estimated_g = sum(e.estimated_g for e in known)
    low_g, high_g = interval(estimated_g, variance_g2, degrees)
    declared_g = sum(e.declared_g for e in known)
    return Estimate(people, expected, declared_g, estimated_g, low_g, high_g, variance_g2, degrees)


def satterthwaite(parts: Iterable[tuple[float, float]]) -> float:
    """Degrees of freedom of a sum of variances, each with its own (Satterthwaite, Biometrics Bull. 2 (1946) 110–114);
    0 where there is no variance."""
    known = [(variance, degrees) for variance, degrees in parts if variance > 0]
    below = math.fsum(variance * variance / max(degrees, 1.0) for variance, degrees in known)
    return math.fsum(variance for variance, _ in known) ** 2 / below if known else 0.0


def interval(estimated_g: int, variance_g2: float, degrees: float) -> tuple[int, int]:
    """(low, high) grams that hold the truth in 95 of 100 cases: Student's t on the logarithm of the estimate, because
    masses of trips are skewed and never negative. Degrees are rounded down."""
    if estimated_g <= 0 or variance_g2 <= 0:
        return max(0, estimated_g), max(0, estimated_g)
    width = min(WIDEST, two_sided(math.floor(degrees)) * math.sqrt(variance_g2) / estimated_g)
    return math.floor(estimated_g * math.exp(-width)), math.ceil(estimated_g * math.exp(width))


def combined_range(total_g: int, ranges: Sequence[tuple[int, int, int]]) -> tuple[int, int]:
    """(low, high) of a total whose doubts are independent: each is (low, central, high) of one of them, and their
    distances are added as squares. Rounded outwards; low is never below zero."""
    below = _root(sum((central - low) ** 2 for low, central, _ in ranges))
    above = _root(sum((high - central) ** 2 for _, central, high in ranges))
    return max(0, total_g - below), total_g + above


def _root(square: int) -> int:
    """The square root, rounded up; exact for integers of any size."""
    root = math.isqrt(square)
    return root + (root * root < square)


def _why_not(people: int, expected: int) -> Sentence | None:
    if not expected:
        return {"message": NOTHING_EXPECTED, "params": {}}
    if expected <= people:
        return {"message": ALL_ANSWERED, "params": {}}
    return {"message": TOO_FEW, "params": {"least": SMALLEST_GROUP}} if people < SMALLEST_GROUP else None


def _said(found: Strata) -> tuple[Sentence, ...]:
    said = [LIKE_STRATUM if found.dimensions else LIKE_ALL, CHANCE]
    said += [MERGED] if any(found.merged.get(name) for name in found.dimensions) else []
    said += [SURPLUS] if found.surplus else []
    said += [DROPPED[name] for name in found.dropped]
    params = {"least": LEAST_ANSWERS, "people": found.thin_people}
    return tuple({"message": each, "params": params if each == MERGED else {}} for each in said)


def _estimated(found: Strata) -> tuple[StratumEstimate, ...]:
    moments = _moments(found)
    return tuple(
        StratumEstimate(row, _expanded(row), _variance(row, variance), degrees)
        for row, (variance, degrees) in zip(found.strata, moments, strict=True)
    )


def _expanded(row: Stratum) -> int:
    """The missing people at the mean of those who answered, rounded half up once for all of them."""
    return (2 * row.total_g * row.missing + row.people) // (2 * row.people)


def _variance(row: Stratum, per_person_g2: float) -> float:
    """N (N − n) s² / n of a stratum of N people: the expansion estimator's variance with its correction for a finite
    population (Cochran, Sampling Techniques, 3rd ed., 5.3)."""
    whole = row.people + row.missing
    return whole * row.missing * per_person_g2 / row.people


def _moments(found: Strata) -> list[tuple[float, float]]:
    """(variance between people in g², degrees of freedom) by stratum."""
    if len(found.dimensions) < 2:
        return [(_within(row), max(0.0, row.people - 1.0)) for row in found.strata]
    return _residual(found)


def _within(row: Stratum) -> float:
    n = row.people
    return max(0, n * row.square_g2 - row.total_g**2) / (n * (n - 1)) if n > 1 else 0.0


def _residual(found: Strata) -> list[tuple[float, float]]:
    """The same about the main effects of several dimensions, which is what fitting to their sums takes account of
    (Deville, Särndal and Sautory, JASA 88 (1993) 1013–1020); each cell's leverage is taken off, so that one dimension
    alone gives the variance within."""
    people = np.array([row.people for row in found.strata], np.float64)
    grams = np.array([row.total_g for row in found.strata], np.float64)
    squares = np.array([row.square_g2 for row in found.strata], np.float64)
    effects = _design(found)
    inverse = np.linalg.pinv(effects.T @ (effects * people[:, None]))
    fitted = effects @ (inverse @ (effects.T @ grams))
    free = np.maximum(0.0, people * (1 - np.einsum("ij,jk,ik->i", effects, inverse, effects)))
    about = np.maximum(0.0, squares - 2 * fitted * grams + people * fitted * fitted)
    pooled = float(about.sum() / max(free.sum(), 1.0))
    alone = free > 0.5
    each = np.where(alone, about / np.where(alone, free, 1.0), pooled)
    return [(float(variance), float(degrees)) for variance, degrees in zip(each, free, strict=True)]


def _design(found: Strata) -> NDArray[np.float64]:
    """One column a category, one row a stratum."""
    columns = sorted({(name, row.keys[name]) for row in found.strata for name in found.dimensions})
    return np.array([[float(row.keys[name] == value) for name, value in columns] for row in found.strata])
