"""Data quality: how a factor row, a quantity and a distance are scored, 1 (best) to 5 (worst), on five indicators, and
what standard deviation of ln the scores come to. The scheme and its rules are data: ``quality.toml`` of the edition.

    sd = sqrt(Σ ln(U of each score)² + ln(basic)²) ÷ 2

Source: the pedigree matrix of ecoinvent, as its file cites; U widens the 95 % interval (GSD²), hence the half.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from calculations.model import Factor, FactorMissing, FactorSet

INDICATORS = ("reliability", "completeness", "temporal", "geographical", "technological")
HUNDREDTHS = 100
WORDS = ("very_good", "good", "fair", "poor", "very_poor")  # of the scores 1 to 5
Scores = tuple[int, ...]


def is_scored(factors: FactorSet) -> bool:
    """Whether the edition has a scheme of data quality (those before 2026.2 have none)."""
    return bool(factors.quality)


class _Edition:
    """A factor set as the key of what is worked out once: the same hash and the very same scheme."""

    __slots__ = ("factors",)

    def __init__(self, factors: FactorSet):
        self.factors = factors

    def __hash__(self) -> int:
        return hash(self.factors.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Edition) and (
            self.factors.quality is other.factors.quality and self.factors.preferred is other.factors.preferred
        )


def sd_of_scores(factors: FactorSet, scores: Sequence[int], basic: float) -> float:
    """The standard deviation of ln that five scores and a basic uncertainty come to."""
    return _sd_of_scores(_Edition(factors), tuple(scores), basic)


@lru_cache(maxsize=4096)
def _sd_of_scores(edition: _Edition, scores: Scores, basic: float) -> float:
    table = edition.factors.quality["indicator"]
    terms = [float(table[name]["factors"][score - 1]) for name, score in zip(INDICATORS, scores, strict=True)]
    return math.sqrt(sum(math.log(each) ** 2 for each in [*terms, basic])) / 2


def mean_score(scores: Sequence[int]) -> float:
    """The mean of the scores: 1.0 best to 5.0 worst."""
    return sum(scores) / len(scores)


def factor_scores(factor: Factor, factors: FactorSet, stands_in: bool = False) -> Scores:
    """The five scores of a row, by the edition's rules. Raises FactorMissing where a rule has no word for it."""
    return _factor_scores(_Edition(factors), factor, stands_in)


@lru_cache(maxsize=4096)
def _factor_scores(edition: _Edition, factor: Factor, stands_in: bool) -> Scores:
    factors = edition.factors
    rule = factors.quality["rule"]
    scores = {
        "reliability": _of(rule["reliability"], factor.confidence, factors),
        "completeness": rule["completeness"],
        "temporal": _temporal(factor.year, rule["temporal"]),
        "geographical": _geographical(factor, rule["geographical"], stands_in),
        "technological": rule["technological"],
    }
    for floor in _floors(factor, factors, stands_in):
        scores |= {name: max(scores[name], least) for name, least in floor.items()}
    scores |= factors.quality["row"].get(factor.factor_id, {})
    return tuple(int(scores[name]) for name in INDICATORS)


def factor_sd(factor: Factor, factors: FactorSet, stands_in: bool = False) -> float:
    """The standard deviation of ln of a row whose source states no bounds."""
    basic = factors.quality["basic"]
    own = basic["category"].get(factor.category, basic["default"])
    return sd_of_scores(factors, factor_scores(factor, factors, stands_in), float(own))


def quantity_scores(known: str, factors: FactorSet) -> Scores:
    """The five scores of a quantity that is known so (one of ``model.KNOWN``)."""
    return tuple(_of(factors.quality["quantity"], known, factors))


def quantity_sd(known: str, factors: FactorSet) -> float:
    """Its standard deviation of ln."""
    basic = float(factors.quality["quantity"]["basic"])
    return sd_of_scores(factors, quantity_scores(known, factors), basic)


def distance_rule(distance: Mapping[str, Any], factors: FactorSet) -> Mapping[str, Any] | None:
    """The edition's word (``scores``, ``shared``) on a distance as the trace tells it; None for a routed one, which is
    known as the rest of the quantity is."""
    kind = distance_kind(distance)
    found: Mapping[str, Any] | None = factors.quality["distance"][kind] if kind else None
    return found


def distance_kind(distance: Mapping[str, Any]) -> str:
    """How a distance was found: detour, airports, geodesic; or '' where it was routed."""
    if "detour" not in distance:
        return ""
    if distance["detour"] != 1.0:
        return "detour"
    ends = [leg[end] for leg in distance["legs"] for end in ("from", "to")]
    return "airports" if all(str(end).startswith("iata:") for end in ends) else "geodesic"


def word_of(quality: int) -> str:
    """The word for a mean score in hundredths, by the score it is nearest to; '' where nothing is scored."""
    return WORDS[min(max((quality + HUNDREDTHS // 2) // HUNDREDTHS, 1), len(WORDS)) - 1] if quality else ""


def _of(table: Mapping[str, Any], key: str, factors: FactorSet) -> Any:
    if key not in table:
        raise FactorMissing(f"quality.toml of {factors.factor_set_id} has no word for {key!r}")
    return table[key]


def _temporal(year: str, rule: Mapping[str, Any]) -> int:
    ends: Sequence[int] = rule["years"]
    if not year[:4].isdigit():
        return len(ends) + 1
    age = abs(int(rule["edition_year"]) - int(year[:4]))
    return next((score for score, end in enumerate(ends, start=1) if age < end), len(ends) + 1)


def _geographical(factor: Factor, rule: Mapping[str, Any], stands_in: bool) -> int:
    if factor.region in rule["larger_regions"]:
        return int(rule["larger"])
    if stands_in:
        return int(rule["elsewhere"])
    return int(rule["same"] if factor.category in rule["located"] else rule["unlocated"])


def _floors(factor: Factor, factors: FactorSet, stands_in: bool) -> list[Mapping[str, int]]:
    floor = factors.quality["floor"]
    of_category = factors.quality["floor_category"].get(factor.category, {})
    holds = {
        "caution": factor.factor_id in factors.preferred.get("caution", {}),
        "derived": factor.confidence == "derived",
        "proxy": "proxy" in factor.note.lower(),
        "stands_in": stands_in,
    }
    return [of_category, *(floor[name] for name, held in holds.items() if held)]
