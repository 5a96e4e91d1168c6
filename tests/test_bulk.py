"""Tables of activities: the same grams as one by one, every bad row named, all in or all out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from calculations.bulk_activities import Activities, Lines
from calculations.bulk_ends import rounded
from calculations.bulk_rates import rounded_grams
from calculations.bulk_rows import COLUMNS, cell_text, read_row
from calculations.bulk_sums import ActivitySums
from calculations.footprint import compute, total_of
from calculations.model import (
    CABINS,
    CATEGORIES,
    DIETS,
    FUELS,
    KNOWN,
    MODES,
    SIZES,
)
from calculations.trace import to_grams
from data.places import index, many
from tests.support.tables import EDITIONS, OTHER, PLACES, both, engine


def rows_of(needed: dict[str, Any], **more: Any) -> st.SearchStrategy[dict[str, Any]]:
    optional = {"group_size": st.sampled_from([1, 3, 250]), "known": st.sampled_from(KNOWN), **more}
    return st.fixed_dictionaries(needed, optional=optional)


degrees = st.one_of(st.floats(-89, 89), st.sampled_from([0.005, 1.015, 51.475, -0.005, 2.675]))
place = st.sampled_from(PLACES)
few, share = st.integers(1, 9), st.sampled_from([1, 2, 3, 7])
trips = rows_of(
    {"mode": st.sampled_from(MODES), "round_trip": st.booleans(), "from": place},
    cabin=st.sampled_from(CABINS), fuel=st.sampled_from(FUELS), people=few, count=few, to=place,
    via=st.sampled_from(["iata:PEK", "iata:PEK;iata:LHR", "geo:1816670; 48.85,2.35"]), size=st.sampled_from(SIZES),
    distance_km=st.floats(0, 20_000),
)  # fmt: skip
routed = rows_of(
    {"mode": st.sampled_from(MODES), "round_trip": st.booleans(), "distance_km": st.floats(0, 20_000)},
    country=st.sampled_from(["CN", "GB", "FR"]), people=few, count=few,
)  # fmt: skip
points = rows_of(
    {"mode": st.sampled_from(["plane", "plane", "rail", "car"]), "round_trip": st.booleans(), "from_lat": degrees,
     "from_lon": degrees, "to_lat": degrees, "to_lon": degrees}, count=few,
)  # fmt: skip
homeward = rows_of(
    {"mode": st.sampled_from(MODES), "round_trip": st.booleans(), "from_lat": degrees, "from_lon": degrees}, count=few
)
stays = rows_of(
    {"nights": st.integers(0, 30), "rooms": share, "guests": share, "place": place}, stay_kind=st.just("hotel")
)
nights = rows_of(
    {"nights": st.integers(0, 30), "rooms": share, "guests": share}, country=st.sampled_from(["CN", "GB", "FR"]),
    stay_kind=st.sampled_from(["hotel", "hostel"]), kind=st.just("stay"),
)  # fmt: skip
meals = rows_of({"diet": st.sampled_from(DIETS), "count": st.integers(0, 1000)})
others = st.sampled_from(OTHER.activities).flatmap(lambda each: rows_of(
    {"activity": st.just(each.key), "unit": st.just(each.unit), "quantity": st.floats(0, 5000)},
    place=place, kind=st.just("other"),
))  # fmt: skip
right = st.one_of(trips, routed, points, homeward, stays, nights, meals, others)
anything = st.sampled_from(
    [None, "", "x", -1, 0, 1, 2.5, "2.0", 1e9, True, "yes", "plane", "hotel", "iata:CTU", "CN", "trip", "stay", "1,000",
     "inf", "declared", "1_0", "91", " 7 "]
)  # fmt: skip
wrong = st.tuples(right, st.dictionaries(st.sampled_from(COLUMNS), anything, min_size=1, max_size=2)).map(
    lambda pair: pair[0] | pair[1]
)
boundaries = st.fixed_dictionaries({
    "non_co2": st.booleans(), "upstream": st.booleans(), "electricity": st.sampled_from(["location", "market"]),
    "categories": st.sampled_from([CATEGORIES, CATEGORIES, ("travel", "food")]),
})  # fmt: skip


def table(rows: list[dict[str, Any]], as_text: bool) -> pd.DataFrame:
    """As text (CSV) or as typed columns (Parquet)."""
    frame = pd.DataFrame(rows).dropna(axis=1, how="all")
    return frame.map(cell_text).astype("str") if as_text else frame


@settings(max_examples=100, deadline=None)
@given(st.lists(right, min_size=1, max_size=30), boundaries, st.sampled_from(EDITIONS), st.booleans())
def test_a_table_is_its_rows_to_the_gram(
    rows: list[dict[str, Any]], boundary: dict[str, Any], edition: str, as_text: bool
) -> None:
    vector, single = both(engine(edition, **boundary), table(rows, as_text))
    assert vector == single


def test_each_way_between_airports_towns_and_positions() -> None:
    """Bounds depend on how the ends are known, rates on where they lie."""
    ends = [(start, stop, via) for start in PLACES for stop in PLACES for via in ("", "iata:PEK", "geo:1816670")]
    for mode in ("plane", "rail", "car"):
        frame = pd.DataFrame(ends, columns=["from", "to", "via"]).assign(mode=mode, round_trip="no")
        vector, single = both(engine(), frame)
        assert vector == single


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(right, wrong), min_size=1, max_size=12), st.booleans())
def test_the_same_rows_are_bad_for_the_same_reasons(rows: list[dict[str, Any]], as_text: bool) -> None:
    vector, single = both(engine(), table(rows, as_text), many.areas_of)
    assert vector == single


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 2000).map(lambda n: n / 2), min_size=1), st.decimals(0, 5, places=4))
@example([22.5], Decimal("0.0014"))
@example([7.5], Decimal("0.0082"))
@example([2975.0, 0.5], Decimal("0.55630"))
@example([4873.4], Decimal("0.37250"))
def test_halves_are_rounded_as_decimals_round(quantities: list[float], rate: Decimal) -> None:
    """Halves of a gram are where floats and decimals part."""
    exact = [Decimal(repr(each)) for each in quantities]
    found = rounded_grams(np.array(quantities), np.zeros(len(exact), np.int64), [rate], exact.__getitem__)
    assert found.tolist() == [to_grams(each * rate) for each in exact]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.floats(-180, 180), st.integers(-36000, 36000).map(lambda n: n / 200)), min_size=1))
def test_degrees_are_rounded_as_python_rounds(degrees: list[float]) -> None:
    assert rounded(np.array(degrees)).tolist() == [round(each, 2) + 0.0 for each in degrees]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(-9000, 9000), st.integers(-18000, 18000)), min_size=1, max_size=10))
@example([(9000, 0), (-9000, 18000), (-1750, -17999), (8999, 18000)])
@example([(4640, 600), (4641, 613), (2232, 11417), (5067, 12)])
def test_areas_of_many_positions_are_those_of_each(hundredths: list[tuple[int, int]]) -> None:
    lat, lon = (np.array(column) / 100 for column in zip(*hundredths, strict=True))
    each = [index.point(a, b) for a, b in zip(lat.tolist(), lon.tolist(), strict=True)]
    assert many.areas_of(lat, lon) == [(place.country, place.region) for place in each]


@settings(max_examples=40, deadline=None)
@given(st.lists(right, min_size=1, max_size=20), st.sampled_from(EDITIONS), st.integers(1, 5))
def test_the_bounds_of_the_sum_are_those_of_a_footprint(rows: list[dict[str, Any]], edition: str, parts: int) -> None:
    """In slices as in one; a footprint rounds each line's part to 0.01 g, the table each kind's."""
    here, frame = engine(edition, categories=("travel", "food", "energy")), table(rows, as_text=False)
    activities, sums, each = Activities(here), ActivitySums(), [frame[part::parts] for part in range(parts)]
    for part in each:
        lines, faults = activities.lines(part) if len(part) else (Lines.empty(0), [])
        assume(not faults)
        sums.add(lines, activities.line_kinds)
    alone = [
        compute(read_row(row, 2, here.rules).answers, here.factors, here.boundary) for row in frame.to_dict("records")
    ]
    whole, found = total_of(tuple(line for one in alone for line in one.lines)), sums.totals()
    for name in ("total_g", "non_co2_g", "upstream_g", "by_category", "quality"):
        assert getattr(found, name) == getattr(whole, name)
    assert found.low_g == pytest.approx(whole.low_g, abs=len(rows))
    assert found.high_g == pytest.approx(whole.high_g, abs=2 * len(rows))
    assert found.row_count - found.outside_count == len(whole.lines)
