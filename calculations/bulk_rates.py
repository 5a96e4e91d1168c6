"""Grams of many rows of one kind from one trace: quantity × rate, the same integers as ``calculations.trace``.

Within a kind (mode, cabin, regions, …) rates do not depend on the quantity. Products are made in floats; where one
falls so near to half a gram that floats cannot tell, the row is computed again in the trace's own decimal arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from calculations.trace import ARITHMETIC, recompute, term, to_grams, upstream_rates

Floats = npt.NDArray[np.float64]
Grams = npt.NDArray[np.int64]
BLOCK = 16_384  # rows at a time, so that the work stays in the processor's cache
NEAR_HALF_G = 1e-6
NEAR_HALF_SHARE = 1e-13  # of the grams: more than a product of ten floats can be off
FEW_NEAR_G = 1e-4
MANY = 1e45  # a quantity whose grams show every digit of a rate


@dataclass(frozen=True, slots=True)
class Rates:
    """kg CO2e per unit of quantity: the bounds and the value, the two rows of a flight whose difference is its non-CO2
    part (0 and 0 elsewhere), and each upstream row."""

    low: Decimal
    value: Decimal
    high: Decimal
    with_all: Decimal
    co2_only: Decimal
    upstream: tuple[Decimal, ...]

    @classmethod
    def nothing(cls) -> Rates:
        """What is not counted."""
        zero = Decimal(0)
        return cls(zero, zero, zero, zero, zero, ())


def rates_of(trace: Mapping[str, Any]) -> Rates:
    """The rates behind a line, from its trace: what ``recompute`` makes of one unit, before rounding."""
    many, scale = {**trace, "quantity_terms": [term("many", MANY)]}, Decimal(repr(MANY)) * 1000
    low, value, high = (ARITHMETIC.divide(Decimal(grams), scale) for grams in recompute(many))
    rows = {row["role"]: Decimal(repr(row["value"])) for row in trace["factors"]}
    nothing = Decimal(0)
    apart = ("with_non_co2", "co2_only") if rows.keys() >= {"with_non_co2", "co2_only"} else ()
    with_all, co2_only = (rows[role] for role in apart) if apart else (nothing, nothing)
    return Rates(low, value, high, with_all, co2_only, tuple(upstream_rates(trace["factors"])))


def rounded_grams(
    quantity: Floats, code: npt.NDArray[np.int64], rates: Sequence[Decimal], exact: Callable[[int], Decimal]
) -> Grams:
    """``quantity × rates[code]`` (kg) in whole grams, half up. ``exact(row)`` gives a row's quantity in decimals."""
    grams = np.zeros(len(quantity), dtype=np.int64)
    if not any(rates):
        return grams
    per_unit = np.array([float(ARITHMETIC.multiply(rate, Decimal(1000))) for rate in rates])
    for start in range(0, len(quantity), BLOCK):
        part = slice(start, start + BLOCK)
        mass = quantity[part] * (per_unit[0] if len(per_unit) == 1 else per_unit.take(code[part]))
        whole = np.add(mass, 0.5)
        grams[part] = np.floor(whole, out=whole)
        for row in _near_half(mass, whole) + start:
            grams[row] = to_grams(ARITHMETIC.multiply(exact(int(row)), rates[code[row]]))
    return grams


def _near_half(mass: Floats, whole: Floats) -> npt.NDArray[np.intp]:
    """Rows of grams so near to a half that floats cannot tell which way it is rounded."""
    short = np.subtract(mass, whole, out=whole)
    np.abs(short, out=short)
    short -= 0.5
    np.abs(short, out=short)
    off = max(NEAR_HALF_G, float(mass.max(initial=0.0)) * NEAR_HALF_SHARE)
    if off > FEW_NEAR_G:  # a table of small and huge rows: each by its own measure
        return np.flatnonzero(short < np.maximum(NEAR_HALF_G, mass * NEAR_HALF_SHARE))
    return np.flatnonzero(short < off) if short.min(initial=1.0) < off else np.zeros(0, np.intp)
