"""What grams cost, and who gets which part of it. Integer minor units throughout; no float touches money.

1. The price of grams is ``grams × price per tonne``, **rounded up** to the next minor unit, once, for the whole order:
   a gram is never sold below its price, and the page says so before anything is asked of the person.
2. A price is split by shares that add up to exactly 1. Every fee is **rounded down**; what that leaves over goes to
   the **first recipient named**, the project owner. So no fee is ever rounded up, and the parts add up exactly.

Worked table (the test reads it; grams, minor units a tonne, price, parts of 84 : 8 : 5 : 3 %):

====== ======= ===== ================= ======== ======== =======
grams  a tonne price project_owner     exchange platform payment
====== ======= ===== ================= ======== ======== =======
453856 4500    2043  1717              163      102      61
113464 4500    511   431               40       25       15
226928 4500    1022  860               81       51       30
907712 4500    4085  3433              326      204      122
     1 4500    1     1                 0        0        0
====== ======= ===== ================= ======== ======== =======
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

GRAMS_PER_TONNE = 1_000_000


def price_minor(grams: int, price_minor_per_tonne: int) -> int:
    """The price of ``grams`` in minor units, rounded up. Raises ValueError on negative input."""
    if grams < 0 or price_minor_per_tonne < 0:
        raise ValueError(f"grams {grams} and price {price_minor_per_tonne} must not be negative")
    return -(-grams * price_minor_per_tonne // GRAMS_PER_TONNE)


def exact_shares(split: Sequence[Mapping[str, Any]]) -> list[tuple[str, Fraction]]:
    """``[{"to", "share"}]`` with shares as exact fractions, as they are written (0.08 is 8/100).

    Raises ValueError unless recipients differ, no share is negative and the shares add up to 1.
    """
    shares = [(str(part["to"]), Fraction(Decimal(str(part["share"])))) for part in split]
    if len({to for to, _ in shares}) != len(shares):
        raise ValueError(f"a recipient stands twice in the split {list(split)!r}")
    if any(share < 0 for _, share in shares) or sum(share for _, share in shares) != 1:
        raise ValueError(f"the shares of {list(split)!r} must not be negative and must add up to 1")
    return shares


def split_minor(amount_minor: int, split: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Who gets what of ``amount_minor``: fees rounded down, the first recipient the rest; adds up exactly."""
    first, *fees = exact_shares(split)
    parts = {to: int(amount_minor * share) for to, share in fees}
    return {first[0]: amount_minor - sum(parts.values()), **parts}
