"""Prices and their parts: the worked table of calculations/money.py, and what holds for any numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations import money

SPLIT = [
    {"to": "project_owner", "share": 0.84}, {"to": "exchange", "share": 0.08}, {"to": "platform", "share": 0.05},
    {"to": "payment", "share": 0.03},
]  # fmt: skip
TABLE = [
    [int(cell) for cell in line.split()]
    for line in (money.__doc__ or "").splitlines() if line.strip()[:1].isdigit() and "." not in line
]  # fmt: skip


def test_the_worked_table_is_whole() -> None:
    assert len(TABLE) == 5


@pytest.mark.parametrize("row", TABLE)
def test_worked_table(row: list[int]) -> None:
    grams, per_tonne, price, *parts = row
    assert money.price_minor(grams, per_tonne) == price
    assert list(money.split_minor(price, SPLIT).values()) == parts


@given(st.integers(0, 10**13), st.integers(0, 10**7))
def test_a_price_is_rounded_up_by_less_than_one(grams: int, per_tonne: int) -> None:
    price = money.price_minor(grams, per_tonne)
    assert grams * per_tonne <= price * 1_000_000 < grams * per_tonne + 1_000_000


@given(st.integers(0, 10**12), st.lists(st.integers(0, 100), min_size=1, max_size=6).filter(lambda w: sum(w) <= 100))
def test_parts_add_up_and_no_fee_is_rounded_up(amount: int, fees: list[int]) -> None:
    split = [{"to": "owner", "share": (100 - sum(fees)) / 100}]
    split += [{"to": f"fee {i}", "share": fee / 100} for i, fee in enumerate(fees)]
    parts = money.split_minor(amount, split)
    assert sum(parts.values()) == amount
    for i, fee in enumerate(fees):
        assert parts[f"fee {i}"] == amount * fee // 100
    assert parts["owner"] >= amount * (100 - sum(fees)) // 100


@pytest.mark.parametrize("split", [
    [{"to": "a", "share": 0.5}], [{"to": "a", "share": 0.5}, {"to": "a", "share": 0.5}],
    [{"to": "a", "share": 1.5}, {"to": "b", "share": -0.5}],
])  # fmt: skip
def test_a_split_that_is_none_is_refused(split: list[dict[str, object]]) -> None:
    with pytest.raises(ValueError):
        money.split_minor(100, split)


@pytest.mark.parametrize(("grams", "per_tonne"), [(-1, 10), (1, -10)])
def test_negative_prices_are_refused(grams: int, per_tonne: int) -> None:
    with pytest.raises(ValueError):
        money.price_minor(grams, per_tonne)


def test_a_fee_takes_the_place_of_its_share() -> None:
    assert money.fee_parts(61, 50) == {"payment": -61, "provider": 50, "exchange": 11}
    assert money.fee_parts(61, 70) == {"payment": -61, "provider": 70, "exchange": -9}
    with pytest.raises(ValueError):
        money.fee_parts(61, -1)


BALANCES = st.dictionaries(
    st.sampled_from(["project_owner", "exchange", "platform", "payment", "provider", "special_fund"]),
    st.integers(-(10**9), 10**9),
)


@given(BALANCES)
def test_a_refund_leaves_only_what_the_provider_keeps(parts: dict[str, int]) -> None:
    balances = parts | {"buyer": -sum(parts.values())}
    back = money.taken_back(balances)
    after = {account: balances.get(account, 0) + back.get(account, 0) for account in {*balances, *back}}
    kept = balances.get("provider", 0)
    assert sum(back.values()) == 0
    assert after.pop("buyer") == -after.pop("to_give_back", 0)  # all of it is to be given back
    assert {account: amount for account, amount in after.items() if amount} == (
        {"provider": kept, "exchange": -kept} if kept else {}
    )


@given(st.integers(1, 10**9), st.integers(1, 10**6))
def test_what_rounding_gives_adds_up_to_what_rounding_up_the_price_gave(grams: int, per_tonne: int) -> None:
    price = money.price_minor(grams, per_tonne)
    parts = money.split_minor(price, SPLIT)
    given_ = [money.exact_rounding(part, grams, per_tonne, SPLIT, to) for to, part in parts.items()]
    assert all(value is not None for value in given_)
    assert sum(value or 0 for value in given_) == price - Decimal(grams * per_tonne) / 1_000_000
    assert money.exact_rounding(1, grams, per_tonne, SPLIT, "special_fund") is None


@pytest.mark.parametrize(("price", "rate_bp", "tax"), [
    (2043, 600, 116), (2043, 1300, 235), (100, 600, 6), (53, 600, 3), (1, 600, 0), (0, 600, 0), (2043, 0, 0),
])  # fmt: skip
def test_tax_within_a_price(price: int, rate_bp: int, tax: int) -> None:
    assert money.tax_within(price, rate_bp) == tax
    exact = Decimal(price) * rate_bp / (10_000 + rate_bp)
    assert abs(tax - exact) <= Decimal("0.5")


@pytest.mark.parametrize(("price", "rate_bp"), [(-1, 600), (1, -600)])
def test_negative_taxes_are_refused(price: int, rate_bp: int) -> None:
    with pytest.raises(ValueError):
        money.tax_within(price, rate_bp)
