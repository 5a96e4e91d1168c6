"""Low and high of a factor: the source's own bounds where it states them, otherwise the edition's scheme by quality.

Editions before 2026.2 have no scheme: there a default spread of ours stands, which names its own standing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from calculations.model import Factor, FactorMissing, FactorSet
from calculations.propagation import ratio_of, sd_of, shares_of
from calculations.quality import (
    HUNDREDTHS,
    distance_kind,
    distance_rule,
    factor_scores,
    factor_sd,
    is_scored,
    mean_score,
    quantity_scores,
    quantity_sd,
    sd_of_scores,
)

ROW_COLUMNS = (
    "activity", "region", "unit", "value", "gwp_basis", "includes_rf", "includes_wtt", "year", "source_title",
    "source_address", "licence", "confidence", "note",
)  # fmt: skip
DIGITS = 9  # of L, H and standard deviations as the trace keeps them


def bounds(factor: Factor, factors: FactorSet, stands_in: bool = False) -> tuple[float, float, dict[str, Any]]:
    """(low, high, basis) of a factor, in its own unit; ``basis`` is the trace's word on where they come from."""
    below, above, own = _spread(factor, factors, stands_in)
    low = factor.value * below if factor.lower is None else factor.lower
    high = factor.value * above if factor.upper is None else factor.upper
    if factor.lower is not None and factor.upper is not None:
        own = {"kind": "source", "message": "Bounds as the source states them.", "params": {}}
    basis = own | {"factor_id": factor.factor_id}
    if is_scored(factors):
        basis["scores"] = list(factor_scores(factor, factors, stands_in))
    return min(low, factor.value), max(high, factor.value), basis


def _spread(factor: Factor, factors: FactorSet, stands_in: bool) -> tuple[float, float, dict[str, Any]]:
    """What the value is multiplied by, downwards and upwards, and the word on it."""
    if not is_scored(factors):
        return _default_spread(factor, factors, stands_in)
    ratio = ratio_of(factor_sd(factor, factors, stands_in))
    message = "The source states no bounds: × or ÷ {factor} by the quality of its data (pedigree matrix)."
    if stands_in:
        message = "The row stands in for another place: × or ÷ {factor} by the quality of its data (pedigree matrix)."
    scheme = factors.quality["scheme"]
    return 1 / ratio, ratio, {
        "kind": "pedigree", "message": message, "params": {"factor": round(ratio, 2)}, "source": scheme["title"],
        "source_address": scheme["source_address"],
    }  # fmt: skip


def _default_spread(factor: Factor, factors: FactorSet, stands_in: bool) -> tuple[float, float, dict[str, Any]]:
    scheme = factors.preferred.get("uncertainty", {})
    kind = "stand_in" if stands_in else factor.confidence
    if kind not in scheme:
        raise FactorMissing(f"factor set {factors.factor_set_id} has no default spread for {kind!r}")
    spread = float(scheme[kind])
    message = (
        "The row stands in for another place: ± {percent} % by our own default spread, which no publication backs."
        if stands_in
        else "The source states no bounds: ± {percent} % by our own default spread, which no publication backs."
    )
    params = {"percent": round(spread * 100)}
    return (
        1 - spread, 1 + spread,
        {"kind": "own_default", "message": message, "params": params, "source": scheme["title"]},
    )  # fmt: skip


def line_uncertainty(
    factors: FactorSet,
    rows: Sequence[Mapping[str, Any]],
    bases: Sequence[Mapping[str, Any]],
    known: str,
    activity: str,
    distance: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """What the trace says of a line's uncertainty: every source of error with its share and its standard deviations of
    ln, downwards and upwards; ``low`` and ``high``, by which the central value is multiplied; and the score.

    None of it depends on how large the quantity is."""
    counted = [row for row in rows if row["counted"]]
    by_id = {basis["factor_id"]: basis for basis in bases if "factor_id" in basis}
    shares = shares_of(counted)
    of_factors = [_factor_source(row, share, by_id, factors) for row, share in zip(counted, shares, strict=True)]
    of_quantity = _quantity_sources(factors, known, activity, distance)
    sources = of_factors + of_quantity
    low, high = (spread_of(sources, side) for side in ("sd_low", "sd_high"))
    return {
        "low": round(ratio_of(-low), DIGITS), "high": round(ratio_of(high), DIGITS),
        "scheme": factors.quality["scheme"]["title"], "known": known, "sources": sources,
        "quality": _quality(of_factors, of_quantity),
    }  # fmt: skip


def spread_of(sources: Sequence[Mapping[str, Any]], side: str) -> float:
    """The standard deviation of ln of a line: one source's parts add up, sources as the root of their squares."""
    parts: dict[str, float] = {}
    for number, source in enumerate(sources):
        key = source["id"] or f"\0{number}"  # '' errs by itself each time
        parts[key] = parts.get(key, 0.0) + source["share"] * source[side]
    return math.sqrt(sum(part**2 for part in parts.values()))


def _factor_source(
    row: Mapping[str, Any], share: float, bases: Mapping[str, Mapping[str, Any]], factors: FactorSet
) -> dict[str, Any]:
    basis = bases.get(row["id"], {"kind": "source"})  # bounds that the calling code took from a publication
    scores = basis.get("scores") or list(factor_scores(_row_factor(row, factors), factors))
    return {
        "id": row["id"], "kind": basis["kind"], "share": round(share, DIGITS),
        "sd_low": round(sd_of(row["value"], row["low"]), DIGITS),
        "sd_high": round(sd_of(row["value"], row["high"]), DIGITS), "scores": scores,
    }  # fmt: skip


def _row_factor(row: Mapping[str, Any], factors: FactorSet) -> Factor:
    """The factor of a row; made from the row itself where it is no row of the set (a method's figure)."""
    known = factors.factors.get(row["id"])
    if known is not None:
        return known
    told = {name: row[name] for name in ROW_COLUMNS}
    return Factor(factor_id=row["id"], category="", lower=None, upper=None, **told)


def _quantity_sources(
    factors: FactorSet, known: str, activity: str, distance: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    default = f"default:{activity}" if known == "defaulted" else ""
    found = [_quantity(default, "quantity", quantity_sd(known, factors), quantity_scores(known, factors))]
    rule = distance_rule(distance, factors) if distance else None
    if distance and rule:
        shared = f"detour:{activity}" if rule["shared"] else ""
        sd = sd_of_scores(factors, rule["scores"], float(factors.quality["distance"]["basic"]))
        found.append(_quantity(shared, distance_kind(distance), sd, rule["scores"]))
    return found


def _quantity(source_id: str, kind: str, sd: float, scores: Sequence[int]) -> dict[str, Any]:
    sd = round(sd, DIGITS)
    return {"id": source_id, "kind": kind, "share": 1.0, "sd_low": sd, "sd_high": sd, "scores": list(scores)}


def _quality(of_factors: Sequence[Mapping[str, Any]], of_quantity: Sequence[Mapping[str, Any]]) -> int:
    """The mean of the factors' scores (by their shares) and the quantity's, in hundredths."""
    weight = sum(source["share"] for source in of_factors)
    if not weight:
        of_row = max((mean_score(source["scores"]) for source in of_factors), default=0.0)
    else:
        of_row = sum(source["share"] * mean_score(source["scores"]) for source in of_factors) / weight
    quantity = sum(mean_score(source["scores"]) for source in of_quantity) / len(of_quantity)
    return round(HUNDREDTHS * (of_row + quantity) / 2)
