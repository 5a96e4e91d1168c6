"""What statements of settlements hold: plain values, the same in every language and file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from calculations import money
from data.store.settlements import RETURNED, Account

SALE, REFUND, FEE, CAME_BACK = "sale", "refund", "fee", "came_back"
KINDS = (SALE, REFUND, FEE, CAME_BACK)
FEE_MEMO = "provider's fee"


@dataclass(frozen=True, slots=True)
class Owed:
    """What is open of an account, what was paid out of it before, and up to when it is settled (None: never)."""

    account: str
    project_id: str
    project_names: Mapping[str, str]
    currency: str
    livemode: bool
    open_minor: int
    paid_out_minor: int
    settled_until: datetime | None

    @property
    def whose(self) -> Account:
        """The account."""
        return Account(self.account, self.project_id, self.currency, self.livemode)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One row of the journal on a statement. ``grams`` and ``order_minor`` are negative where the order goes back;
    ``share`` is None where the recipient has none of the price (a gift, a fee); ``rounding`` is what rounding gave of
    the amount, in minor units, None where there is none; ``before`` is the settlement that paid the order out."""

    at: datetime
    kind: str
    order_id: str
    event_names: Mapping[str, str]
    grams: int
    price_minor_per_tonne: int
    order_minor: int
    share: Decimal | None
    amount_minor: int
    rounding: Decimal | None
    before: str
    memo: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A settlement as it is listed."""

    number: str
    whose: Account
    project_names: Mapping[str, str]
    from_at: datetime | None
    until_at: datetime
    amount_minor: int
    line_count: int
    reference: str
    paid_on: date
    entered_by: str
    entered_at: datetime
    checked_by: str
    checked_at: datetime | None
    returned_at: datetime | None
    returned_note: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What is owed to a recipient for a period: ``number`` '' and ``settled`` None while it is not paid out. The period
    ends before ``until_at``; ``zone`` is the exchange's."""

    number: str
    whose: Account
    project_names: Mapping[str, str]
    from_at: datetime | None
    until_at: datetime
    lines: tuple[StatementLine, ...]
    zone: str
    settled: Settled | None = None

    def sum_of(self, kind: str) -> int:
        """The amounts of one kind of lines, in minor units."""
        return sum(line.amount_minor for line in self.lines if line.kind == kind)

    @property
    def total_minor(self) -> int:
        """What is owed; negative: carried into the next statement."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def carried_minor(self) -> int:
        """What comes of earlier settlements: refunds of orders that were paid out, and payments that came back."""
        return sum(line.amount_minor for line in self.lines if line.before or line.kind == CAME_BACK)

    @property
    def grams(self) -> int:
        """Grams sold less grams that went back."""
        return sum(line.grams for line in self.lines)

    @property
    def order_minor(self) -> int:
        """The price of what was sold less that of what went back."""
        return sum(line.order_minor for line in self.lines)

    @property
    def rounding(self) -> Decimal:
        """What rounding gave in all, in minor units."""
        return sum((line.rounding for line in self.lines if line.rounding is not None), Decimal(0))


def line_of(row: Mapping[Any, Any], account: str, before: str, event_names: Mapping[str, str]) -> StatementLine:
    """A row of the journal, with its order's terms (None where it is of no order), as a line."""
    kind, amount = _kind(row), int(row["amount_minor"])
    of_order = kind in (SALE, REFUND) and row["grams"] is not None
    sign = (1 if kind == SALE else -1) if of_order else 0
    share = money.share_of(row["split"], account) if of_order else None
    rounding = None
    if share is not None and money.split_minor(row["order_minor"], row["split"])[account] == abs(amount):
        terms = (row["grams"], row["price_minor_per_tonne"], row["split"], account)
        rounding = sign * (money.exact_rounding(abs(amount), *terms) or Decimal(0))
    return StatementLine(
        at=row["at"], kind=kind, order_id=row["order_id"], event_names=event_names,
        grams=sign * int(row["grams"] or 0), price_minor_per_tonne=int(row["price_minor_per_tonne"] or 0),
        order_minor=sign * int(row["order_minor"] or 0), share=share, amount_minor=amount, rounding=rounding,
        before=before if kind == REFUND else "", memo=row["memo"],
    )  # fmt: skip


def _kind(row: Mapping[Any, Any]) -> str:
    if row["memo"].startswith(RETURNED):
        return CAME_BACK
    if row["memo"].startswith(FEE_MEMO):
        return FEE
    return REFUND if row["memo"].startswith("refund") else SALE
