"""Low and high of a factor: the source's own bounds where it states them, otherwise the edition's default spread.

The default spread is data of the factor set (``[uncertainty]`` of preferred.toml) and names its own standing there.
"""

from __future__ import annotations

from typing import Any

from calculations.model import Factor, FactorMissing, FactorSet


def bounds(factor: Factor, factors: FactorSet, stands_in: bool = False) -> tuple[float, float, dict[str, Any]]:
    """(low, high, basis) of a factor, in its own unit; ``basis`` is the trace's word on where they come from."""
    spread = _spread(factor, factors, stands_in)
    low = factor.value * (1 - spread) if factor.lower is None else factor.lower
    high = factor.value * (1 + spread) if factor.upper is None else factor.upper
    if factor.lower is not None and factor.upper is not None:
        basis: dict[str, Any] = {"kind": "source", "message": "Bounds as the source states them.", "params": {}}
    else:
        basis = _own_basis(factors, spread, stands_in)
    return min(low, factor.value), max(high, factor.value), basis


def _spread(factor: Factor, factors: FactorSet, stands_in: bool) -> float:
    scheme = factors.preferred.get("uncertainty", {})
    kind = "stand_in" if stands_in else factor.confidence
    if kind not in scheme:
        raise FactorMissing(f"factor set {factors.factor_set_id} has no default spread for {kind!r}")
    return float(scheme[kind])


def _own_basis(factors: FactorSet, spread: float, stands_in: bool) -> dict[str, Any]:
    message = (
        "The row stands in for another place: ± {percent} % by our own default spread, which no publication backs."
        if stands_in
        else "The source states no bounds: ± {percent} % by our own default spread, which no publication backs."
    )
    title = factors.preferred["uncertainty"]["title"]
    return {"kind": "own_default", "message": message, "params": {"percent": round(spread * 100)}, "source": title}
