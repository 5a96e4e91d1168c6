"""Lines of a footprint: what is counted, by which row, and that the trace says and recomputes all of it."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.better import better_way
from calculations.compare import other_models
from calculations.footprint import compute
from calculations.model import (
    CABINS,
    CATEGORIES,
    DIETS,
    FUELS,
    MODES,
    Answers,
    Boundary,
    FactorMissing,
    Meal,
    OtherActivity,
    Place,
    Stay,
    Trip,
)  # fmt: skip
from calculations.trace import recompute, recompute_non_co2
from data.library import load_factor_set, load_methods

FACTORS = load_factor_set()
DIRECT = Boundary(upstream=False)
PEK = Place("iata:PEK", {"en": "Beijing"}, 40.0801, 116.585, "CN", "CN-11")
CTU = Place("iata:CTU", {"en": "Chengdu"}, 30.5785, 103.947, "CN", "CN-51")
TFU = Place("iata:TFU", {"en": "Chengdu Tianfu"}, 30.32, 104.44, "CN", "CN-51")
KEF = Place("iata:KEF", {"en": "Reykjavík"}, 63.985, -22.6056, "IS")
LHR = Place("iata:LHR", {"en": "London"}, 51.4706, -0.46194, "GB")
CDG = Place("iata:CDG", {"en": "Paris"}, 49.0128, 2.55, "FR")
BOM = Place("iata:BOM", {"en": "Mumbai"}, 19.0887, 72.8679, "IN")
SEA = Place("point:0.00,0.00", {"en": "0, 0"}, 0.0, 0.0, "")
PLACES = (PEK, CTU, TFU, KEF, LHR, CDG, BOM, SEA)

trips = st.builds(
    Trip, origin=st.sampled_from(PLACES), destination=st.sampled_from(PLACES),
    via=st.lists(st.sampled_from(PLACES), max_size=2).map(tuple), mode=st.sampled_from(MODES),
    cabin=st.sampled_from(CABINS), fuel=st.sampled_from(FUELS), people=st.integers(1, 9), round_trip=st.booleans(),
    count=st.integers(1, 20), distance_km=st.none() | st.floats(0, 20_000),
)  # fmt: skip
stays = st.builds(
    Stay, place=st.none(), country=st.sampled_from(("CN", "IS", "GB", "FI", "GR", "ZW", "")), nights=st.integers(0, 60),
    rooms=st.integers(1, 5), guests=st.integers(1, 4), kind=st.sampled_from(("hotel", "hostel")),
)  # fmt: skip
meals = st.builds(Meal, diet=st.sampled_from(DIETS), count=st.integers(0, 100))
others = st.builds(
    OtherActivity, activity=st.just("electricity"), quantity=st.floats(0, 10_000), unit=st.just("kWh"),
    region=st.sampled_from(("CN-51", "CN", "NA", "ZZ")),
)  # fmt: skip
answers = st.builds(
    Answers, trips=st.lists(trips, max_size=4).map(tuple), stays=st.lists(stays, max_size=3).map(tuple),
    meals=st.lists(meals, max_size=3).map(tuple), other=st.lists(others, max_size=2).map(tuple),
    group_size=st.integers(1, 30),
)  # fmt: skip
boundaries = st.builds(Boundary, non_co2=st.booleans(), upstream=st.booleans())


def one(trip: Trip, boundary: Boundary | None = None):
    return compute(Answers(trips=(trip,)), FACTORS, boundary or Boundary()).lines[0]


@settings(max_examples=60, deadline=None)
@given(answers, boundaries)
def test_the_trace_recomputes_every_line_and_the_parts_add_up(given_answers: Answers, boundary: Boundary) -> None:
    result = compute(given_answers, FACTORS, boundary)
    for line in result.lines:
        trace = json.loads(json.dumps(line.trace, allow_nan=False))
        assert recompute(trace) == (line.low_g, line.total_g, line.high_g)
        assert recompute_non_co2(trace) == line.non_co2_g
        assert 0 <= line.low_g <= line.total_g <= line.high_g
        assert trace["factor_set"] == {"id": FACTORS.factor_set_id, "sha256": FACTORS.sha256}
        assert all(row["source_title"] and row["source_address"] and row["licence"] for row in trace["factors"])
    assert result.total_g == sum(line.total_g for line in result.lines) == sum(result.by_category.values())
    assert result.upstream_g == sum(line.upstream_g for line in result.lines)
    slack = len(result.lines)  # a line's own bounds are rounded
    assert sum(line.low_g for line in result.lines) - slack <= result.low_g <= result.total_g <= result.high_g
    assert result.high_g <= sum(line.high_g for line in result.lines) + slack


@settings(max_examples=40, deadline=None)
@given(answers, answers)
def test_footprints_add_up_and_order_does_not_matter(first: Answers, second: Answers) -> None:
    second = replace(second, group_size=first.group_size)
    both = replace(
        first, trips=second.trips + first.trips, stays=second.stays + first.stays, meals=second.meals + first.meals,
        other=second.other + first.other,
    )  # fmt: skip
    parts = [compute(each, FACTORS, Boundary()).total_g for each in (first, second)]
    assert compute(both, FACTORS, Boundary()).total_g == sum(parts)


@settings(max_examples=60, deadline=None)
@given(trips, st.floats(0, 15_000), st.floats(0, 15_000))
def test_farther_never_emits_less(trip: Trip, a_km: float, b_km: float) -> None:
    near, far = sorted((a_km, b_km))
    assert one(replace(trip, distance_km=near)).total_g <= one(replace(trip, distance_km=far)).total_g


@settings(max_examples=40, deadline=None)
@given(trips)
def test_more_of_it_never_emits_less_and_there_and_back_is_twice(trip: Trip) -> None:
    single, double = (one(replace(trip, round_trip=both)) for both in (False, True))
    assert abs(double.total_g - 2 * single.total_g) <= 1
    assert one(replace(trip, count=trip.count + 1)).total_g >= one(trip).total_g
    assert one(replace(trip, people=trip.people + 1)).total_g <= one(trip).total_g


def test_a_flight_takes_the_international_row_without_a_second_uplift() -> None:
    line = one(Trip(PEK, CTU, round_trip=False), DIRECT)
    assert line.factor_id == "defra-2025-flight-international-economy-with-rf"
    assert line.total_g == 169_891  # 1,556.349889 km × 0.10916 kg
    assert line.non_co2_g == 169_891 - 100_369
    assert line.distance_km == pytest.approx(1556.349889, abs=1e-6)


def test_the_boundary_says_whether_non_co2_and_upstream_count() -> None:
    without = one(Trip(PEK, CTU, round_trip=False), Boundary(non_co2=False, upstream=False))
    assert (without.total_g, without.non_co2_g) == (100_369, 69_522)
    upstream = one(Trip(PEK, CTU, round_trip=False), Boundary(upstream=True))
    assert upstream.total_g == 195_664  # × (0.10916 + 0.01656)
    assert [row["role"] for row in upstream.trace["factors"]] == ["with_non_co2", "co2_only", "upstream"]
    direct = one(Trip(PEK, CTU, round_trip=False), DIRECT)
    assert (direct.total_g, direct.upstream_g, upstream.upstream_g) == (169_891, 25_773, 25_773)
    assert one(Trip(PEK, CTU, round_trip=False)) == upstream  # new events count it


def test_only_categories_within_the_boundary_count() -> None:
    everything = Answers(trips=(Trip(PEK, CTU),), stays=(Stay(None, "CN", 2),), meals=(Meal("beef", 1),))
    result = compute(everything, FACTORS, Boundary(categories=("stay",)))
    assert [line.category for line in result.lines] == ["stay"]
    assert set(compute(everything, FACTORS, Boundary(categories=CATEGORIES)).by_category) == {"travel", "stay", "food"}


def test_the_detour_is_shown_and_left_out_where_the_way_is_known() -> None:
    guessed = one(Trip(PEK, CTU, mode="high_speed_rail", round_trip=False))
    assert guessed.distance_km == pytest.approx(1556.349889 * 1.2, abs=1e-6)
    assert guessed.trace["distance"]["detour"] == 1.2
    routed = one(Trip(PEK, CTU, mode="high_speed_rail", round_trip=False, distance_km=1874.0))
    assert routed.total_g == 37_780  # 1,874 km × 0.02016 kg
    assert "detour" not in routed.trace["distance"]


def test_legs_are_priced_as_the_way_they_make() -> None:
    direct, by_way = one(Trip(LHR, CTU)), one(Trip(LHR, CTU, via=(PEK,)))
    assert by_way.total_g > direct.total_g
    assert [leg["to"] for leg in by_way.trace["distance"]["legs"]] == ["iata:PEK", "iata:CTU"]


def test_conventional_rail_in_china_is_a_stand_in_that_says_so() -> None:
    line = one(Trip(PEK, CTU, mode="rail"))
    assert line.factor_id == "global-2019-rail-average"
    sentences = [note["message"] for note in line.trace["notes"]]
    assert sentences[0] == "No row for this country or region was found; the row of {region} stands in."
    assert any(sentence.startswith("ATTENTION: no figure for Chinese conventional") for sentence in sentences)
    assert line.trace["lookup"][-1] == {"table": "travel.rail", "wanted": "GLOBAL", "level": "world", "found": True}


def test_bounds_are_the_sources_own_where_it_states_them() -> None:
    line = one(Trip(PEK, CTU, mode="high_speed_rail", round_trip=False, distance_km=1000.0))
    assert line.total_g == 20_160
    row, basis = line.trace["factors"][0], line.trace["bounds"][0]
    assert (row["low"], row["high"], basis["kind"]) == (0.0102, 0.0318, "source")
    assert line.low_g <= 10_200  # how far it went is not known for certain either
    assert line.high_g >= 31_800


@pytest.mark.parametrize("mode", ["walk", "bicycle"])
def test_no_fuel_no_emission(mode: str) -> None:
    line = one(Trip(CTU, TFU, mode=mode))
    assert (line.category, line.low_g, line.total_g, line.high_g) == ("local", 0, 0, 0)
    assert "zero by convention" in line.trace["notes"][0]["message"]


def test_a_car_is_shared_by_those_on_board_and_a_train_is_not() -> None:
    alone, shared = (one(Trip(CTU, TFU, mode="car", people=people, distance_km=100.0)) for people in (1, 4))
    assert (alone.total_g, shared.total_g) == (39_134, 9_784)  # 200 km × 0.19567 kg, ÷ 4 half up
    assert one(Trip(CTU, TFU, mode="metro", people=4)).total_g == one(Trip(CTU, TFU, mode="metro")).total_g


def test_a_way_over_a_border_says_whose_row_it_takes() -> None:
    line = one(Trip(CDG, LHR, mode="rail"))
    assert line.factor_id == "ademe-2026-intercites-total"
    assert line.trace["notes"][0]["params"] == {"region": "FR"}


def test_a_room_is_shared_and_a_guest_night_is_not() -> None:
    def total_g(**stay) -> int:
        return compute(Answers(stays=(Stay(None, nights=3, **stay),)), FACTORS, Boundary()).total_g

    assert total_g(country="CN", rooms=2) == 321_000  # H17
    assert total_g(country="CN", rooms=1, guests=2) == 80_250
    assert total_g(country="IS", rooms=1, guests=2) == total_g(country="IS", rooms=1, guests=1) == 20_400


def test_a_hotel_of_an_unlisted_country_stands_in_and_the_organiser_may_choose() -> None:
    def line(country: str, norm: str | None = None):
        return compute(Answers(stays=(Stay(None, country, 1),)), FACTORS, Boundary(), norm).lines[0]

    assert line("ZW").factor_id == "klimatsmart-hotel-rest-of-the-world"
    assert line("HU").factor_id == "klimatsmart-hotel-rest-of-eu"
    assert line("GR").trace["notes"][0]["message"] == "The last set that names hotels of this country is of 2021."
    assert line("CN", "defra-2025-hotel-japan").total_g == 39_000


def test_a_group_is_so_many_guests() -> None:
    guest = Answers(trips=(Trip(PEK, CTU, round_trip=False),), meals=(Meal("vegan", 1),))
    group = compute(replace(guest, group_size=10), FACTORS, DIRECT)
    assert group.total_g == 1_698_912 + 5_400


def test_an_activity_nobody_prices_raises() -> None:
    with pytest.raises(FactorMissing):
        compute(Answers(other=(OtherActivity("fireworks", 1, "item"),)), FACTORS, Boundary())
    with pytest.raises(FactorMissing):
        compute(Answers(other=(OtherActivity("electricity", 1, "kg"),)), FACTORS, Boundary())


def test_the_better_way_saves_what_it_says() -> None:
    told = Answers(
        trips=(Trip(PEK, CTU), Trip(LHR, CTU)), stays=(Stay(None, "CN", 2),), meals=(Meal("beef", 2), Meal("vegan", 2))
    )
    ways = better_way(told, FACTORS, Boundary())
    assert [(way.part, way.index) for way in ways] == [("trips", 0), ("stays", 0), ("meals", 0)]
    assert ways[0].change == {"mode": "high_speed_rail"}
    for way in ways:
        items = list(getattr(told, way.part))
        items[way.index] = replace(items[way.index], **way.change)
        changed = replace(told, **{way.part: tuple(items)})
        before, after = (compute(each, FACTORS, Boundary()).total_g for each in (told, changed))
        assert before - after == way.saved_g > 0


def test_high_speed_rail_is_offered_only_where_there_is_land_and_a_line() -> None:
    def offered(trip: Trip) -> list[str]:
        return [way.change.get("mode", "") for way in better_way(Answers(trips=(trip,)), FACTORS, Boundary())]

    assert offered(Trip(PEK, CTU)) == ["high_speed_rail"]
    assert offered(Trip(replace(PEK, lat=47.0, lon=130.0), CTU)) == []
    assert offered(Trip(LHR, CDG)) == ["rail"]
    assert offered(Trip(KEF, LHR)) == []


def test_other_models_stand_beside_ours() -> None:
    models = {model.name: model for model in other_models(Trip(PEK, CTU, round_trip=False), FACTORS, load_methods())}
    short = next(model for name, model in models.items() if name.startswith("DEFRA 2025 short-haul"))
    assert short.total_g == 195_727  # H14
    assert models["DEFRA 2025, international, economy"].total_g == 169_891
    assert len({model.total_g for model in models.values()}) >= 7
    rail = other_models(Trip(PEK, CTU, mode="high_speed_rail", distance_km=1000.0), FACTORS)
    assert [model.total_g for model in rail] == [11_880, 20_400]
