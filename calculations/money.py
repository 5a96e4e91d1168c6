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

3. A provider's fee takes the place of the share set aside for it once it is told: what was set aside beyond it is the
   exchange's, and what it lacks is paid by the exchange, which sells (``fee_parts``).
4. A refund takes from each account what it got of the order, and all of it is to be given back; a fee that the provider
   keeps is the exchange's loss (``taken_back``).
5. A tax that is within a price is ``price × rate / (1 + rate)``, rounded half up, once (``tax_within``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

GRAMS_PER_TONNE = 1_000_000
BASIS_POINTS = 10_000
BUYER, EXCHANGE, PAYMENT, PROVIDER = "buyer", "exchange", "payment", "provider"
PAID_OUT, SPECIAL_FUND, TO_GIVE_BACK, PROJECT_OWNER = "paid_out", "special_fund", "to_give_back", "project_owner"
NOT_OWED = (BUYER, PROVIDER, PAID_OUT, TO_GIVE_BACK)
"""Accounts that nobody is paid out of: what buyers paid, what providers kept, what is paid out or goes back."""


def price_minor(grams: int, price_minor_per_tonne: int) -> int:
    """The price of ``grams`` in minor units, rounded up. Raises ValueError on negative input."""
    if grams < 0 or price_minor_per_tonne < 0:
        raise ValueError(f"grams {grams} and price {price_minor_per_tonne} must not be negative")
    return -(-grams * price_minor_per_tonne // GRAMS_PER_TONNE)


def exact_shares(split: Sequence[Mapping[str, Any]]) -> list[tuple[str, Fraction]]:
    """``[{"to", "share"}]`` with shares as exact fractions, as they are written (0.08 is 8/100).

    Raises ValueError unless recipients differ, no share is negative and the shares add up to 1.
    """
    return list(_exact(tuple((str(part["to"]), str(part["share"])) for part in split)))


@lru_cache(maxsize=256)
def _exact(split: tuple[tuple[str, str], ...]) -> tuple[tuple[str, Fraction], ...]:
    shares = tuple((to, Fraction(Decimal(share))) for to, share in split)
    if len({to for to, _ in shares}) != len(shares):
        raise ValueError(f"a recipient stands twice in the split {split!r}")
    if any(share < 0 for _, share in shares) or sum(share for _, share in shares) != 1:
        raise ValueError(f"the shares of {split!r} must not be negative and must add up to 1")
    return shares


def split_minor(amount_minor: int, split: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Who gets what of ``amount_minor``: fees rounded down, the first recipient the rest; adds up exactly."""
    first, *fees = exact_shares(split)
    parts = {to: amount_minor * share.numerator // share.denominator for to, share in fees}
    return {first[0]: amount_minor - sum(parts.values()), **parts}


def exact_rounding(
    amount_minor: int, grams: int, price_minor_per_tonne: int, split: Sequence[Mapping[str, Any]], to: str
) -> Decimal | None:  # fmt: skip
    """What rounding gave to a recipient of an order, or took: its amount less grams × price × share, in minor units,
    exactly. None where the split does not name the recipient."""
    share = share_of(split, to)
    if share is None:
        return None
    return amount_minor - Decimal(grams * price_minor_per_tonne) * share / GRAMS_PER_TONNE


def share_of(split: Sequence[Mapping[str, Any]], to: str) -> Decimal | None:
    """A recipient's share as it is written; None where the split does not name it."""
    return next((Decimal(str(part["share"])) for part in split if part["to"] == to), None)


def fee_parts(set_aside_minor: int, fee_minor: int) -> dict[str, int]:
    """The posting of a provider's fee, where ``set_aside_minor`` stands on the account ``payment``. Raises ValueError
    on a negative fee."""
    if fee_minor < 0:
        raise ValueError(f"a fee of {fee_minor} is none")
    return {PAYMENT: -set_aside_minor, PROVIDER: fee_minor, EXCHANGE: set_aside_minor - fee_minor}


def taken_back(balances: Mapping[str, int]) -> dict[str, int]:
    """The posting of a refund of all of an order, from what stands on its accounts: each recipient gives its part, the
    exchange also what the provider keeps, and what the buyer paid stands on the account of what is given back."""
    kept = balances.get(PROVIDER, 0)
    back = {account: -amount for account, amount in balances.items() if account not in (PROVIDER, BUYER, TO_GIVE_BACK)}
    if kept:
        back[EXCHANGE] = back.get(EXCHANGE, 0) - kept
    back[TO_GIVE_BACK] = -sum(back.values())
    return {account: amount for account, amount in back.items() if amount}


def tax_within(price_minor: int, rate_bp: int) -> int:
    """The tax within a price, at a rate in basis points of the price without it; rounded half up. Raises ValueError on
    negative input."""
    if price_minor < 0 or rate_bp < 0:
        raise ValueError(f"price {price_minor} and rate {rate_bp} must not be negative")
    whole = BASIS_POINTS + rate_bp
    return (2 * price_minor * rate_bp + whole) // (2 * whole)
