"""Tables of activities: the same grams as one by one, every bad row named, all in or all out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.bulk_activities import GRAMS, Activities
from calculations.bulk_ends import rounded
from calculations.bulk_kinds import Engine
from calculations.bulk_rows import COLUMNS, Rules, cell_text, read_row
from calculations.footprint import compute
from calculations.model import (
    CABINS,
    CATEGORIES,
    DIETS,
    FUELS,
    KNOWN,
    MODES,
    SIZES,
    Boundary,
    FactorMissing,
    InputError,
    Scenario,
)
from data.library import list_editions, load_factor_set, load_scenarios
from data.places import index

EDITIONS = list_editions()
OTHER: Scenario = load_scenarios()["other"]
CHENGDU = index.get("geo:1815286")
PLACES = (
    "iata:CTU",
    "iata:PEK",
    "geo:1815286",
    "geo:1816670",
    "iata:LHR",
    "iata:KEF",
    "point:78.22,15.65",
    "30.66,104.06",
)


def engine(edition: str = EDITIONS[-1], **boundary: Any) -> Engine:
    return Engine(load_factor_set(edition), Boundary(**boundary), Rules(index.get, OTHER, CHENGDU))


def one_by_one(engine: Engine, row: Mapping[str, Any], number: int) -> tuple[Any, ...]:
    """The grams of a row by itself, or the fields that are wrong with it."""
    try:
        read = read_row(row, number, engine.rules)
        found = compute(read.answers, engine.factors, engine.boundary, engine.hotel_norm)
    except InputError as error:
        return tuple(sorted({each.field for each in error.errors}))
    except FactorMissing:
        return ("no factor",)
    return tuple(sum(getattr(line, name) for line in found.lines) for name in GRAMS)


def both(engine: Engine, frame: pd.DataFrame) -> tuple[list[Any], list[Any]]:
    lines, faults = Activities(engine).lines(frame)
    wrong: dict[int, set[str]] = {}
    for fault in faults:
        assert fault.message.format(**fault.params)
        name = "no factor" if "no factor" in fault.message else fault.field
        wrong.setdefault(int(fault.field.split(".")[0].removeprefix("row ")), set()).add(name)
    vector = [
        tuple(sorted(wrong[row + 2])) if row + 2 in wrong else tuple(int(getattr(lines, name)[row]) for name in GRAMS)
        for row in range(len(frame))
    ]
    rows = frame.to_dict("records")
    return vector, [one_by_one(engine, row, number + 2) for number, row in enumerate(rows)]


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


@settings(max_examples=150, deadline=None)
@given(st.lists(right, min_size=1, max_size=30), boundaries, st.sampled_from(EDITIONS), st.booleans())
def test_a_table_is_its_rows_to_the_gram(
    rows: list[dict[str, Any]], boundary: dict[str, Any], edition: str, as_text: bool
) -> None:
    vector, single = both(engine(edition, **boundary), table(rows, as_text))
    assert vector == single


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(right, wrong), min_size=1, max_size=12), st.booleans())
def test_the_same_rows_are_bad_for_the_same_reasons(rows: list[dict[str, Any]], as_text: bool) -> None:
    vector, single = both(engine(), table(rows, as_text))
    assert vector == single


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.floats(-180, 180), st.integers(-36000, 36000).map(lambda n: n / 200)), min_size=1))
def test_degrees_are_rounded_as_python_rounds(degrees: list[float]) -> None:
    assert rounded(np.array(degrees)).tolist() == [round(each, 2) + 0.0 for each in degrees]
