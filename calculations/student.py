"""Student's t: the quantile of an interval, to the last digits of a float."""

from __future__ import annotations

import math
from functools import lru_cache

ROUNDS = 1000
TINY = 1e-300
WIDEST = 1e6


@lru_cache(maxsize=4096)
def two_sided(degrees: int, confidence: float = 0.95) -> float:
    """t with P(|T| ≤ t) = ``confidence`` at so many degrees of freedom (at least 1), by bisection.

    The tail is the incomplete beta function I(ν/2, ½; ν/(ν + t²)) (DLMF 8.17, dlmf.nist.gov/8.17).
    """
    degrees = max(1, degrees)
    low, high = 0.0, WIDEST
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        tail = incomplete_beta(degrees / 2, 0.5, degrees / (degrees + middle * middle))
        low, high = (middle, high) if tail > 1 - confidence else (low, middle)
    return low


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, 0 ≤ x ≤ 1."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    log = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x < (a + 1) / (a + b + 2):
        return math.exp(log) * _fraction(a, b, x) / a
    return 1 - math.exp(log) * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """Its continued fraction (DLMF 8.17.22) by Lentz's method."""
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, ROUNDS):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 / _away(1 + step * d), _away(1 + step / c)
            value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value


def _away(value: float) -> float:
    return value if abs(value) > TINY else TINY
