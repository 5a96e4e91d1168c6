"""What must hold of any footprint, whatever was told: additive, monotone, safe in its units, free of order, recomputed
from its trace, and switched by its boundary in what the switch names and in nothing else."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calculations.activity import rows_by_unit
from calculations.answers import parse_answers
from calculations.distance import geodesic_km
from calculations.footprint import compute
from calculations.model import (
    CABINS,
    CATEGORIES,
    DIETS,
    FUELS,
    KNOWN,
    MODES,
    Answers,
    Boundary,
    FootprintResult,
    InputError,
    Meal,
    OtherActivity,
    Place,
    Scenario,
    Stay,
    Trip,
)  # fmt: skip
from calculations.trace import recompute, recompute_non_co2, recompute_upstream
from data.library import load_factor_set, load_scenarios

FIXED = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], database=None
)
FACTORS = load_factor_set()
PLACES = (
    Place("iata:PEK", {"en": "Beijing"}, 40.0801, 116.585, "CN", "CN-11"),
    Place("iata:CTU", {"en": "Chengdu"}, 30.5785, 103.947, "CN", "CN-51"),
    Place("iata:KEF", {"en": "Reykjavík"}, 63.985, -22.6056, "IS"),
    Place("iata:LHR", {"en": "London"}, 51.4706, -0.46194, "GB"),
    Place("iata:BOM", {"en": "Mumbai"}, 19.0887, 72.8679, "IN"),
    Place("iata:JFK", {"en": "New York"}, 40.639928, -73.778692, "US"),
    Place("point:0.00,0.00", {"en": "0, 0"}, 0.0, 0.0, ""),
)
OTHER = load_scenarios()["other"]
OPEN = next((each for each in load_scenarios().values() if getattr(each, "is_open", False)), OTHER)
ACTIVITIES = FACTORS.preferred["activity"]
NAMED = sorted((key, unit) for key, said in ACTIVITIES.items() for unit in rows_by_unit(said))

places = st.sampled_from(PLACES)
trips = st.builds(
    Trip, origin=places, destination=places, via=st.lists(places, max_size=2).map(tuple), mode=st.sampled_from(MODES),
    cabin=st.sampled_from(CABINS), fuel=st.sampled_from(FUELS), people=st.integers(1, 5), round_trip=st.booleans(),
    count=st.integers(1, 30), known=st.sampled_from(KNOWN),
)  # fmt: skip
stays = st.builds(
    Stay, place=st.none(), country=st.sampled_from(("CN", "IS", "GB", "ZZ")), nights=st.integers(0, 30),
    rooms=st.integers(1, 3), guests=st.integers(1, 3), kind=st.sampled_from(("hotel", "hostel")),
    known=st.sampled_from(KNOWN),
)  # fmt: skip
meals = st.builds(Meal, diet=st.sampled_from(DIETS), count=st.integers(0, 40), known=st.sampled_from(KNOWN))
named = st.builds(
    lambda pair, quantity, known: OtherActivity(pair[0], quantity, pair[1], region="CN-51", known=known),
    st.sampled_from(NAMED), st.integers(0, 10**6).map(lambda n: n / 100), st.sampled_from(KNOWN),
)  # fmt: skip
told = st.builds(
    Answers, trips=st.lists(trips, max_size=4).map(tuple), stays=st.lists(stays, max_size=3).map(tuple),
    meals=st.lists(meals, max_size=3).map(tuple), other=st.lists(named, max_size=4).map(tuple),
)  # fmt: skip
boundaries = st.builds(
    Boundary, categories=st.sets(st.sampled_from(CATEGORIES)).map(lambda names: tuple(sorted(names))),
    non_co2=st.booleans(), upstream=st.booleans(), electricity=st.sampled_from(("location", "market")),
)  # fmt: skip
ALL = Boundary()


def footprint(answers: Answers, boundary: Boundary = ALL) -> FootprintResult:
    return compute(answers, FACTORS, boundary)


def sums(result: FootprintResult) -> tuple[Any, ...]:
    return result.total_g, result.non_co2_g, result.upstream_g, dict(sorted(result.by_category.items()))


def both(a: Answers, b: Answers) -> Answers:
    return Answers(a.trips + b.trips, a.stays + b.stays, a.meals + b.meals, a.other + b.other)


@FIXED
@given(told, told, boundaries)
def test_additive(a: Answers, b: Answers, boundary: Boundary) -> None:
    one, two, whole = (footprint(each, boundary) for each in (a, b, both(a, b)))
    assert whole.total_g == one.total_g + two.total_g
    assert whole.non_co2_g == one.non_co2_g + two.non_co2_g
    assert whole.upstream_g == one.upstream_g + two.upstream_g
    for name in CATEGORIES:
        assert whole.by_category.get(name, 0) == one.by_category.get(name, 0) + two.by_category.get(name, 0)
    # errors of different factors partly cancel: together never wider than side by side (a gram of rounding each)
    assert whole.high_g - whole.low_g <= (one.high_g - one.low_g) + (two.high_g - two.low_g) + 4


@FIXED
@given(told, boundaries)
def test_the_parts_add_up_and_lie_between_low_and_high(answers: Answers, boundary: Boundary) -> None:
    result = footprint(answers, boundary)
    assert sum(result.by_category.values()) == result.total_g == sum(line.total_g for line in result.lines)
    assert set(result.by_category) <= set(boundary.categories)
    assert result.low_g <= result.total_g <= result.high_g
    for line in result.lines:
        assert 0 <= line.low_g <= line.total_g <= line.high_g
        assert line.non_co2_g >= 0


@FIXED
@given(trips, st.integers(1, 5), st.integers(1, 2000), boundaries)
def test_more_of_a_trip_is_never_less(trip: Trip, more: int, extra_km: int, boundary: Boundary) -> None:
    first = footprint(Answers(trips=(trip,)), boundary).total_g
    assert footprint(Answers(trips=(replace(trip, count=trip.count + more),)), boundary).total_g >= first
    way_km = 100.0 + extra_km
    near, far = (replace(trip, distance_km=km) for km in (way_km, way_km + extra_km))
    assert footprint(Answers(trips=(far,)), boundary).total_g >= footprint(Answers(trips=(near,)), boundary).total_g


@FIXED
@given(st.sampled_from(CABINS), st.floats(0, 170), st.floats(0, 9), st.booleans())
def test_a_longer_flight_is_never_less(cabin: str, east: float, more: float, non_co2: bool) -> None:
    home = PLACES[-1]
    near, far = (Place("point:", {}, 0.0, lon, "") for lon in (east, east + more))
    assert geodesic_km(0, 0, 0, far.lon) >= geodesic_km(0, 0, 0, near.lon)
    boundary = Boundary(non_co2=non_co2)
    grams = [footprint(Answers(trips=(Trip(home, end, cabin=cabin),)), boundary).total_g for end in (near, far)]
    assert grams[0] <= grams[1]


@FIXED
@given(stays, meals, named, st.integers(1, 9))
def test_more_nights_meals_and_quantities_are_never_less(stay: Stay, meal: Meal, other: Any, more: int) -> None:
    less = footprint(Answers(stays=(stay,), meals=(meal,), other=(other,)))
    most = footprint(
        Answers(stays=(replace(stay, nights=stay.nights + more),), meals=(replace(meal, count=meal.count + more),),
                other=(replace(other, quantity=other.quantity + more),))
    )  # fmt: skip
    assert [a.total_g <= b.total_g for a, b in zip(less.lines, most.lines, strict=True)] == [True] * 3
    assert most.total_g >= less.total_g


@FIXED
@given(told, st.randoms(use_true_random=False), boundaries)
def test_order_is_free(answers: Answers, chance: Any, boundary: Boundary) -> None:
    mixed = [list(each) for each in (answers.trips, answers.stays, answers.meals, answers.other)]
    for each in mixed:
        chance.shuffle(each)
    other = footprint(Answers(*(tuple(each) for each in mixed)), boundary)
    result = footprint(answers, boundary)
    assert sums(other) == sums(result)
    assert (other.low_g, other.high_g) == pytest.approx((result.low_g, result.high_g), abs=1)


@FIXED
@given(told, boundaries)
def test_every_line_is_recomputed_from_its_trace_after_json(answers: Answers, boundary: Boundary) -> None:
    for line in footprint(answers, boundary).lines:
        trace = json.loads(json.dumps(line.trace))
        assert recompute(trace) == (line.low_g, line.total_g, line.high_g)
        assert recompute_non_co2(trace) == line.non_co2_g
        assert recompute_upstream(trace) == line.upstream_g


@FIXED
@given(told)
def test_a_category_left_out_takes_its_lines_alone(answers: Answers) -> None:
    whole = footprint(answers)
    for name in CATEGORIES:
        less = footprint(answers, replace(ALL, categories=tuple(c for c in CATEGORIES if c != name)))
        assert less.lines == tuple(line for line in whole.lines if line.category != name)
        assert less.total_g == whole.total_g - whole.by_category.get(name, 0)


@FIXED
@given(told, boundaries)
def test_leaving_out_non_co2_takes_that_part_alone(answers: Answers, boundary: Boundary) -> None:
    counted = footprint(answers, replace(boundary, non_co2=True))
    without = footprint(answers, replace(boundary, non_co2=False))
    for a, b in zip(counted.lines, without.lines, strict=True):
        assert a.non_co2_g == b.non_co2_g  # told in both, counted in one
        assert a.total_g - b.total_g == pytest.approx(a.non_co2_g, abs=2)  # two lines, each rounded once
        if not a.non_co2_g:
            assert (a.low_g, a.total_g, a.high_g) == (b.low_g, b.total_g, b.high_g)


@FIXED
@given(told, boundaries)
def test_leaving_out_upstream_takes_that_part_alone(answers: Answers, boundary: Boundary) -> None:
    counted = footprint(answers, replace(boundary, upstream=True))
    without = footprint(answers, replace(boundary, upstream=False))
    for a, b in zip(counted.lines, without.lines, strict=True):
        assert (a.upstream_g, a.non_co2_g) == (b.upstream_g, b.non_co2_g)
        assert a.total_g - b.total_g == pytest.approx(a.upstream_g, abs=3)
        if not a.upstream_g:
            assert a.total_g == b.total_g


@FIXED
@given(told, boundaries)
def test_the_basis_of_electricity_moves_electricity_alone(answers: Answers, boundary: Boundary) -> None:
    by_place, by_market = (footprint(answers, replace(boundary, electricity=basis)) for basis in ("location", "market"))
    for a, b in zip(by_place.lines, by_market.lines, strict=True):
        if a.trace.get("basis") is None:
            assert a == b


def other_lines(*entries: dict[str, Any]) -> FootprintResult:
    answers = parse_answers({"other": list(entries)}, lambda _: None, PLACES[1], OPEN, FACTORS)
    return footprint(answers)


UNITS = [
    (key, unit, told_unit, times)
    for key, unit in NAMED
    for told_unit, into in FACTORS.preferred["unit"].items()
    for wanted, times in into.items()
    if wanted == unit and told_unit not in rows_by_unit(ACTIVITIES[key]) and 0.001 <= times <= 1000
]


@FIXED
@given(st.sampled_from(UNITS), st.integers(0, 1000))
def test_a_quantity_is_the_same_in_every_unit_that_fits(case: tuple[str, str, str, float], count: int) -> None:
    key, unit, told_unit, times = case
    own, turned = (count, count * round(1 / times)) if times < 1 else (count * round(times), count)
    first = other_lines({"activity": key, "quantity": own, "unit": unit})
    second = other_lines({"activity": key, "quantity": turned, "unit": told_unit})
    assert sums(first) == sums(second)
    assert [line.total_g for line in first.lines] == [line.total_g for line in second.lines]


def test_kilowatt_hours_and_megawatt_hours() -> None:
    few, many = (
        other_lines({"activity": "electricity", "quantity": n, "unit": unit}) for n, unit in ((3, "MWh"), (3000, "kWh"))
    )
    assert sums(few) == sums(many) and few.total_g > 0


@FIXED
@given(st.sampled_from(NAMED), st.sampled_from(("parsec", "", "kg CO2e", "km/h")))
def test_a_wrong_unit_is_refused_with_a_sentence(pair: tuple[str, str], wrong: str) -> None:
    with pytest.raises(InputError) as raised:
        other_lines({"activity": pair[0], "quantity": 1, "unit": wrong})
    (error,) = raised.value.errors
    sentence = error.message.format(**error.params)
    assert error.field == "other[0].unit"
    assert pair[0] in sentence and sentence.endswith(f"it is {wrong}.")
    assert pair[1] in sentence  # what would be right


def test_there_is_enough_to_choose_from() -> None:
    assert isinstance(OPEN, Scenario)
    assert len(NAMED) > 200 and len(UNITS) > 20
