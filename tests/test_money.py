"""Prices and their parts: the worked table of calculations/money.py, and what holds for any numbers."""

from __future__ import annotations

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
