"""Grams laid on lines: exact for any numbers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations import order_states, slicing

LINES = st.lists(st.integers(0, 10**9), max_size=30)


@given(st.integers(0, 10**12), LINES.filter(any))
def test_parts_add_up_and_are_within_a_gram_of_exact(total: int, weights: list[int]) -> None:
    parts = slicing.proportion(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


@given(st.integers(0, 10**12), LINES)
def test_a_line_never_gets_more_than_is_open(grams: int, lines: list[int]) -> None:
    slices = slicing.slice_order(grams, lines)
    assert sum(slices.grams) + slices.extra_g == grams
    assert all(0 <= part <= line for part, line in zip(slices.grams, lines, strict=True))
    assert slices.extra_g == max(0, grams - sum(lines))


@given(st.lists(st.integers(1, 10**9), max_size=6), LINES)
def test_orders_laid_anew_keep_their_grams_and_never_cover_twice(orders: list[int], lines: list[int]) -> None:
    laid = slicing.relay({str(i): grams for i, grams in enumerate(orders)}, lines)
    for i, grams in enumerate(orders):
        assert sum(laid[str(i)].grams) + laid[str(i)].extra_g == grams
    for n, line in enumerate(lines):
        assert sum(slices.grams[n] for slices in laid.values()) <= line
    covered = sum(sum(slices.grams) for slices in laid.values())
    assert covered == min(sum(orders), sum(lines))


def test_the_oldest_order_covers_first() -> None:
    laid = slicing.relay({"first": 60, "second": 60}, [40, 60])
    assert (laid["first"].grams, laid["first"].extra_g) == ((24, 36), 0)
    assert (laid["second"].grams, laid["second"].extra_g) == ((16, 24), 20)


def test_half_a_gram_is_rounded_up() -> None:
    assert [slicing.share_grams(453_857, share) for share in (25, 50, 100, 200)] == [113_464, 226_929, 453_857, 907_714]


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, [-1, 3]), (1, [0, 0]), (1, [])])
def test_nonsense_is_refused(total: int, weights: list[int]) -> None:
    with pytest.raises(ValueError):
        slicing.proportion(total, weights)


def test_every_state_can_be_reached_and_the_table_names_no_other() -> None:
    named = {state for pair in order_states.TRANSITIONS for state in pair}
    assert named == set(order_states.STATES)
    reached, edge = set(), {order_states.QUOTE}
    while edge:
        reached |= edge
        edge = {to for source, to in order_states.TRANSITIONS if source in reached} - reached
    assert reached == named


def test_what_is_retired_or_refunded_is_over() -> None:
    for state in (order_states.RETIRED, order_states.REFUNDED):
        assert not any(order_states.may(state, to) for to in order_states.STATES)


def test_the_docs_have_the_table() -> None:
    page = Path(__file__).resolve().parent.parent / "docs" / "orders.md"
    assert order_states.table() in page.read_text(encoding="utf-8")
