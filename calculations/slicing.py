"""Whose grams an order neutralises: exact slices of emission lines, in integer grams.

One rule serves every division of grams: **cumulative rounding**. Of ``total`` grams, the first k weights together get
``total × (w₁ + … + w_k) ÷ Σw``, rounded down. Each part is its exact share rounded up or down by less than a gram, the
parts add up to ``total``, and a part never exceeds its weight as long as ``total`` does not exceed their sum.

* An order's grams go over what is still open of its lines, in proportion to it (25 % of a footprint is 25 % of each
  line). What exceeds the open grams is an *extra contribution*, line ``EXTRA_LINE``.
* When part of an order is retired, the retired grams lie on its slices in the same proportion.
* What others hold without having paid is left to them: a wider order goes over what they leave first, and over what
  they hold only with what is still in hand. The first that is paid covers; what the later has too much is extra.
* An order *on the plan* lies on no line (``PLAN_LINE``) until the plan is settled, after the event: it then goes over
  what is open of the actual lines, and what is over becomes an extra contribution.
* When a footprint changes, orders keep their grams: each order on it, oldest first, is laid anew over the new lines.
  A surplus becomes an extra contribution; an extra contribution that finds open grams covers them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

EXTRA_LINE = -1
PLAN_LINE = -2
Hold = tuple[Sequence[int], int]
"""Positions of lines, and the grams that somebody holds over them without having paid."""


def proportion(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` in parts proportional to ``weights``, by cumulative rounding; adds up exactly.

    Raises ValueError where a weight or the total is negative, or where there is something to part and no weight.
    """
    whole = sum(weights)
    if total < 0 or any(weight < 0 for weight in weights):
        raise ValueError(f"cannot part {total} by {list(weights)!r}: nothing here may be negative")
    if total and not whole:
        raise ValueError(f"cannot part {total} grams: every weight is zero")
    parts, reached, before = [], 0, 0
    for weight in weights:
        reached += weight
        upto = total * reached // whole if whole else 0
        parts.append(upto - before)
        before = upto
    return parts


@dataclass(frozen=True, slots=True)
class Slices:
    """Grams by position of the open lines (zeros kept), and what exceeds them."""

    grams: tuple[int, ...]
    extra_g: int


def slice_order(grams: int, open_grams: Sequence[int]) -> Slices:
    """``grams`` over lines of which ``open_grams`` are not yet covered."""
    covered = min(grams, sum(open_grams))
    return Slices(tuple(proportion(covered, open_grams)), grams - covered)


def open_beside(open_grams: Sequence[int], holds: Iterable[Hold]) -> list[int]:
    """What stays open of lines once ``holds``, oldest first, are laid over them as their orders will be when paid."""
    left = list(open_grams)
    for positions, grams in holds:
        parts = slice_order(grams, [left[i] for i in positions]).grams
        for i, part in zip(positions, parts, strict=True):
            left[i] -= part
    return left


def slice_beside(grams: int, open_grams: Sequence[int], holds: Iterable[Hold]) -> Slices:
    """``grams`` over what nobody holds of the open lines, then over what is held, the rest extra."""
    first = slice_order(grams, open_beside(open_grams, holds))
    left = [whole - part for whole, part in zip(open_grams, first.grams, strict=True)]
    second = slice_order(first.extra_g, left)
    both = tuple(one + more for one, more in zip(first.grams, second.grams, strict=True))
    return Slices(both, second.extra_g)


def relay(orders: Mapping[str, int], line_grams: Sequence[int]) -> dict[str, Slices]:
    """Orders (id → grams, oldest first) laid anew, one after the other, over lines of ``line_grams``."""
    open_grams = list(line_grams)
    laid = {}
    for order_id, grams in orders.items():
        slices = slice_order(grams, open_grams)
        open_grams = [left - part for left, part in zip(open_grams, slices.grams, strict=True)]
        laid[order_id] = slices
    return laid


def share_grams(total_g: int, share_percent: int) -> int:
    """``share_percent`` of ``total_g``, half a gram rounded up."""
    return (total_g * share_percent + 50) // 100


def share_bp(covered_g: int, total_g: int) -> int:
    """Share covered in basis points, rounded down (only the whole is called whole), at most 10,000; 0 of nothing."""
    return min(10_000, covered_g * 10_000 // total_g) if total_g > 0 else 0
