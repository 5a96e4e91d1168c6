"""Flights: the default for every pair of places, other methods in its place, and what the trace says of them."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.compare import other_models, spread_of
from calculations.flights import leg_parts
from calculations.method_files import parse_method_text
from calculations.methods import method_kg
from calculations.model import Boundary, EmissionLine, FactorMissing, Place, Trip
from calculations.trace import recompute, recompute_non_co2, recompute_upstream
from calculations.travel import trip_line
from data.library import load_factor_set, load_method, load_methods

FACTORS = load_factor_set()
PEK = Place("iata:PEK", {"en": "Beijing"}, 40.0801, 116.585, "CN")
CTU = Place("iata:CTU", {"en": "Chengdu"}, 30.5785, 103.947, "CN")
LHR = Place("iata:LHR", {"en": "London"}, 51.4706, -0.46194, "GB")
MAN = Place("iata:MAN", {"en": "Manchester"}, 53.3537, -2.27495, "GB")
DOH = Place("iata:DOH", {"en": "Doha"}, 25.2731, 51.6081, "QA")
CABINS = ("economy", "premium_economy", "business", "first")
OWN = """
name = "Our own"
[air]
interpolation = "monotone"
bands = [{ from_km = 0, kg_per_km = 0.2 }, { from_km = 1000, kg_per_km = 0.1 }]
multiplier = 1.7
uplift_km = 95
"""


def by(method_id: str, **more: bool) -> Boundary:
    return Boundary(flight_method=method_id, method=load_method(method_id), **more)


def line(trip: Trip, boundary: Boundary | None = None, people: int = 1) -> EmissionLine:
    return trip_line(trip, FACTORS, boundary or Boundary(upstream=False), people)


def at_equator(distance_km: float) -> Trip:
    """A trip whose geodesic is this long: along the equator, whose radius is 6,378.137 km."""
    degrees = distance_km / 6378.137 * 180 / 3.141592653589793
    return Trip(Place("a", {}, 0.0, 0.0, "GA"), Place("b", {}, 0.0, degrees, "BR"), round_trip=False)


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 20_000), st.floats(0, 20_000), st.sampled_from(CABINS), st.booleans(), st.booleans())
def test_the_default_never_falls_and_has_no_cliff(
    a: float, b: float, cabin: str, non_co2: bool, upstream: bool
) -> None:
    boundary = Boundary(non_co2=non_co2, upstream=upstream)
    near, far = (line(Trip(LHR, DOH, cabin=cabin, distance_km=km, round_trip=False), boundary) for km in sorted((a, b)))
    assert near.total_g <= far.total_g and near.non_co2_g <= far.non_co2_g
    steepest = 0.6 * 1000 * abs(a - b) + 2
    assert far.total_g - near.total_g <= steepest


def test_the_default_from_0_to_20_000_km_by_geodesics() -> None:
    grams = [line(at_equator(km)).total_g for km in range(0, 20_000, 125)]
    assert grams[0] == 0
    steps = [b - a for a, b in pairwise(grams)]
    assert min(steps) > 0 and max(steps) - min(steps) <= 2  # the same for each 125 km


places = st.builds(lambda lat, lon: Place("p", {}, lat, lon, "XX"), st.floats(-80, 80), st.floats(-180, 180))


@settings(max_examples=50, deadline=None)
@given(st.lists(places, min_size=2, max_size=5), st.sampled_from(["", "myclimate", "sigplan", "klower", "ademe"]))
def test_legs_add_up(stops: list[Place], method_id: str) -> None:
    boundary = by(method_id, upstream=False) if method_id else Boundary(upstream=False)
    whole = line(Trip(stops[0], stops[-1], via=tuple(stops[1:-1]), round_trip=False), boundary)
    legs = [line(Trip(a, b, round_trip=False), boundary) for a, b in pairwise(stops)]
    assert whole.total_g == pytest.approx(sum(leg.total_g for leg in legs), abs=len(legs))
    assert whole.non_co2_g == pytest.approx(sum(leg.non_co2_g for leg in legs), abs=2 * len(legs))


def test_a_stop_counts_its_own_take_off() -> None:
    direct, by_doha = Trip(PEK, LHR), Trip(PEK, LHR, via=(DOH,))
    assert line(by_doha, by("myclimate")).total_g > line(direct, by("myclimate")).total_g
    legs = line(by_doha, by("myclimate")).trace["method"]["legs"]
    assert [(leg["from"], leg["to"]) for leg in legs] == [("iata:PEK", "iata:DOH"), ("iata:DOH", "iata:LHR")]
    assert all(leg["way_km"] == leg["geodesic_km"] + 95 for leg in legs)


@pytest.mark.parametrize("cabin", CABINS)
@pytest.mark.parametrize("non_co2", [True, False])
@pytest.mark.parametrize("upstream", [True, False])
@pytest.mark.parametrize("method_id", ["", *[each.method_id for each in load_methods()]])
def test_the_trace_alone_computes_the_line_again(method_id: str, cabin: str, non_co2: bool, upstream: bool) -> None:
    boundary = Boundary(non_co2=non_co2, upstream=upstream)
    if method_id:
        boundary = replace(boundary, flight_method=method_id, method=load_method(method_id))
    found = line(Trip(PEK, CTU, via=(LHR, MAN), cabin=cabin, count=3), boundary, people=7)
    trace = json.loads(json.dumps(found.trace))
    assert recompute(trace) == (found.low_g, found.total_g, found.high_g)
    assert (recompute_non_co2(trace), recompute_upstream(trace)) == (found.non_co2_g, found.upstream_g)
    assert found.low_g <= found.total_g <= found.high_g
    assert trace["notes"] and all(note["message"].format(**note["params"]) for note in trace["notes"])
    if method_id:
        _told(trace, found, non_co2)


def _told(trace: dict[str, object], found: EmissionLine, non_co2: bool) -> None:
    """The method's own arithmetic in the trace gives its legs, and they give the rates."""
    told = trace["method"]
    assert told["sha256"] == load_method(told["id"]).sha256
    assert leg_parts(told) == [(leg["co2_kg"], leg["non_co2_kg"]) for leg in told["legs"]]
    whole_km = sum(leg["geodesic_km"] for leg in told["legs"])
    counted = next(row for row in trace["factors"] if row["counted"])
    kilograms = sum(co2 + (more if non_co2 else 0.0) for co2, more in leg_parts(told))
    assert counted["value"] * whole_km == pytest.approx(kilograms, rel=1e-12)
    assert found.distance_km == pytest.approx(whole_km)


def test_no_uplift_is_applied_twice() -> None:
    assert line(Trip(PEK, CTU, round_trip=False)).total_g == 169_891  # H13: bare geodesic × the row
    for each in load_methods():
        notes = {note["message"] for note in line(Trip(PEK, CTU), by(each.method_id)).trace["notes"]}
        assert sum("detours" in note for note in notes) == int(
            each.uplift_inside or each.uplift_km > 0 or each.uplift_factor != 1
        ), each.method_id


def test_the_boundary_switches_the_parts() -> None:
    trip = Trip(PEK, CTU)
    whole, bare = line(trip, by("myclimate")), line(trip, by("myclimate", non_co2=False))
    assert whole.total_g - bare.total_g == pytest.approx(whole.non_co2_g, abs=1)
    assert whole.upstream_g == 0, "it is inside"
    ours = line(trip, by("sigplan", upstream=True))
    assert ours.total_g - line(trip, by("sigplan", upstream=False)).total_g == pytest.approx(ours.upstream_g, abs=1)
    assert ours.upstream_g == line(trip).upstream_g > 0
    inside = line(trip, by("klower", non_co2=False, upstream=False))
    assert inside.total_g == line(trip, by("klower", upstream=False)).total_g
    assert any("inseparably" in note["message"] for note in inside.trace["notes"])


def test_class_and_count_and_people_multiply() -> None:
    one = line(Trip(PEK, LHR), by("myclimate")).total_g
    assert line(Trip(PEK, LHR, count=3), by("myclimate"), people=2).total_g == pytest.approx(6 * one, abs=4)
    classes = [line(Trip(PEK, LHR, cabin=cabin), by("myclimate")).total_g for cabin in CABINS]
    assert classes[0] == classes[1] < classes[2] < classes[3]


def test_a_methods_own_way_of_the_uk() -> None:
    within = line(Trip(LHR, MAN, round_trip=False), by("defra_2025_uk", upstream=False))
    assert within.total_g == pytest.approx(0.22928 * within.distance_km * 1000, abs=1)
    mixed = line(Trip(MAN, DOH, via=(LHR,)), by("defra_2025_uk")).trace["method"]
    assert [leg["arithmetic"] for leg in mixed["legs"]] == [0, 1]


def test_ones_own_method() -> None:
    own = parse_method_text(OWN, "own")
    found = line(Trip(PEK, CTU), Boundary(upstream=False, flight_method="own", method=own))
    assert found.total_g == pytest.approx(method_kg(own, found.distance_km) * 1000, abs=1)
    assert (found.factor_id, found.trace["method"]["sha256"]) == ("method:own", own.sha256)


def test_a_method_that_is_gone_says_so() -> None:
    with pytest.raises(FactorMissing, match="vanished"):
        line(Trip(PEK, CTU), Boundary(flight_method="vanished"))


def test_a_flight_to_where_one_is() -> None:
    for method_id in ("", "myclimate", "klower"):
        nowhere = line(Trip(PEK, PEK), by(method_id) if method_id else Boundary())
        assert (nowhere.low_g, nowhere.total_g, nowhere.high_g, nowhere.non_co2_g) == (0, 0, 0, 0)


def test_ranges_do_not_depend_on_the_quantity() -> None:
    for boundary in (Boundary(), by("sigplan"), by("atmosfair_irap")):
        once, often = line(Trip(PEK, LHR), boundary), line(Trip(PEK, LHR, count=50), boundary)
        assert often.high_g / often.total_g == pytest.approx(once.high_g / once.total_g, rel=1e-5)


def test_the_models_side_by_side() -> None:
    found = other_models(Trip(PEK, CTU, round_trip=False), FACTORS, load_methods())
    assert [model.total_g for model in found] == sorted(model.total_g for model in found)
    by_id = {model.method_id: model for model in found}
    assert by_id["defra_international"].total_g == 169_891
    assert by_id["defra_2025_haul"].total_g == 195_727  # H14
    assert by_id["epa"].non_co2 == "none" and by_id["klower"].non_co2 == "inside"
    assert by_id["ademe"].upstream == by_id["myclimate"].upstream == "inside"
    assert by_id["myclimate"].non_co2_g > 0 and all(model.source_title for model in found)
    assert "defra_2025_uk" not in by_id and "defra_2025_blend" not in by_id
    assert "defra_2025_uk" in {m.method_id for m in other_models(Trip(LHR, CTU), FACTORS, load_methods())}


def test_the_models_price_each_leg_and_the_class() -> None:
    way = Trip(PEK, LHR, via=(DOH,), cabin="business", count=2)
    legs = [Trip(PEK, DOH, cabin="business"), Trip(DOH, LHR, cabin="business")]
    whole = {model.method_id: model for model in other_models(way, FACTORS, load_methods())}
    parts = [{model.method_id: model for model in other_models(leg, FACTORS, load_methods())} for leg in legs]
    for method_id in ("myclimate", "klower", "defra_2024_haul"):
        assert whole[method_id].total_g == pytest.approx(2 * sum(part[method_id].total_g for part in parts), abs=4)
    assert whole["myclimate"].of_class and not whole["klower"].of_class


def test_the_spread_of_the_models() -> None:
    models = other_models(Trip(PEK, LHR), FACTORS, load_methods())
    spread = spread_of(1, models)
    assert spread is not None and spread.least == "" and spread.most_g == models[-1].total_g
    ours = line(Trip(PEK, LHR)).total_g
    spread = spread_of(ours, models)
    assert spread is not None and spread.least_g <= ours <= spread.most_g and 2.5 < spread.ratio < 5
    assert spread_of(0, models) is None and spread_of(5, []) is None
    short = spread_of(50_000, [replace(models[0], total_g=0), models[1]])
    assert short is not None and short.least_g == 50_000
