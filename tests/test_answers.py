"""Bad input at every field: each fault is named, with its place, and nothing else is complained of."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.answers import MAX_ITEMS, parse_answers
from calculations.footprint import compute
from calculations.model import Answers, Boundary, InputError, Place
from data.library import load_factor_set, load_scenarios

CTU = Place("iata:CTU", {"en": "Chengdu"}, 30.5785, 103.947, "CN", "CN-51")
PEK = Place("iata:PEK", {"en": "Beijing"}, 40.0801, 116.585, "CN", "CN-11")
CONFERENCE = load_scenarios()["conference"]
TRIP = {"from": "iata:PEK", "mode": "plane", "round_trip": True}
STAY = {"nights": 2, "rooms": 1, "guests": 2}
MEAL = {"diet": "vegan", "count": 3}
HOURS = {"activity": "remote_participation", "quantity": 6, "unit": "hour"}


def parse(body: Any, destination: Place | None = CTU) -> Answers:
    return parse_answers(body, {place.place_id: place for place in (CTU, PEK)}.get, destination, CONFERENCE)


def test_a_whole_body_is_read() -> None:
    body = {
        "trips": [{**TRIP, "to": "iata:CTU", "via": ["iata:CTU"], "cabin": "business", "count": 2},
                  {**TRIP, "from": {"lat": 30.66666, "lon": -104.0}, "mode": "car", "fuel": "electric", "people": 3}],
        "stays": [STAY, {**STAY, "country": "IS", "kind": "hostel"}, {**STAY, "place": "iata:PEK"}],
        "meals": [MEAL], "other": [HOURS],
    }  # fmt: skip
    answers = parse(body)
    assert answers.trips[0].via == (CTU,)
    assert (answers.trips[0].cabin, answers.trips[0].count, answers.trips[0].destination) == ("business", 2, CTU)
    point = answers.trips[1].origin
    assert (point.place_id, point.lat, point.lon) == ("point:30.67,-104.00", 30.67, -104.0)
    assert [(stay.country, stay.place) for stay in answers.stays] == [("CN", CTU), ("IS", None), ("CN", PEK)]
    assert (answers.other[0].category, answers.other[0].region) == ("digital", "CN-51")
    result = compute(answers, load_factor_set(), Boundary())
    assert result.lines[-1].factor_id == "ic_videoconf_hour"
    assert result.total_g > 0


def test_nothing_at_all_is_a_footprint_of_nothing() -> None:
    assert parse({}) == Answers()
    assert compute(Answers(), load_factor_set(), Boundary()).total_g == 0


def changed(part: str, base: dict[str, Any], /, **fields: Any) -> dict[str, Any]:
    item = {key: value for key, value in {**base, **fields}.items() if value is not ...}
    return {part: [item]}


NAN, INF = float("nan"), float("inf")
BAD = [
    ([], "body"), (None, "body"), ("x", "body"), ({"trip": []}, "trip"), ({"trips": {}}, "trips"),
    ({"meals": None}, "meals"), ({"trips": ["x"]}, "trips[0]"), ({"other": [None]}, "other[0]"),
    (changed("trips", TRIP, **{"from": ...}), "trips[0].from"),
    (changed("trips", TRIP, **{"from": "iata:XXX"}), "trips[0].from"),
    (changed("trips", TRIP, **{"from": ""}), "trips[0].from"),
    (changed("trips", TRIP, **{"from": 7}), "trips[0].from"),
    (changed("trips", TRIP, **{"from": ["iata:PEK"]}), "trips[0].from"),
    (changed("trips", TRIP, **{"from": {"lat": 91, "lon": 0}}), "trips[0].from.lat"),
    (changed("trips", TRIP, **{"from": {"lat": 1, "lon": NAN}}), "trips[0].from.lon"),
    (changed("trips", TRIP, **{"from": {"lat": 1, "lon": "2"}}), "trips[0].from.lon"),
    (changed("trips", TRIP, **{"from": {"lat": True, "lon": 2}}), "trips[0].from.lat"),
    (changed("trips", TRIP, **{"from": {"lat": 1, "lon": 2, "alt": 3}}), "trips[0].from.alt"),
    (changed("trips", TRIP, to="nowhere"), "trips[0].to"), (changed("trips", TRIP, to=0), "trips[0].to"),
    (changed("trips", TRIP, via="iata:PEK"), "trips[0].via"), (changed("trips", TRIP, via=["?"]), "trips[0].via[0]"),
    (changed("trips", TRIP, via=["iata:PEK"] * 9), "trips[0].via"),
    (changed("trips", TRIP, mode="rocket"), "trips[0].mode"), (changed("trips", TRIP, mode=...), "trips[0].mode"),
    (changed("trips", TRIP, mode=["plane"]), "trips[0].mode"),
    (changed("trips", TRIP, cabin="roof"), "trips[0].cabin"), (changed("trips", TRIP, fuel="coal"), "trips[0].fuel"),
    (changed("trips", TRIP, people=0), "trips[0].people"), (changed("trips", TRIP, people=2.0), "trips[0].people"),
    (changed("trips", TRIP, people=True), "trips[0].people"), (changed("trips", TRIP, people=10), "trips[0].people"),
    (changed("trips", TRIP, round_trip=1), "trips[0].round_trip"),
    (changed("trips", TRIP, round_trip="true"), "trips[0].round_trip"),
    (changed("trips", TRIP, round_trip=...), "trips[0].round_trip"),
    (changed("trips", TRIP, count=-1), "trips[0].count"), (changed("trips", TRIP, count=10**30), "trips[0].count"),
    (changed("trips", TRIP, count=INF), "trips[0].count"), (changed("trips", TRIP, seat="12A"), "trips[0].seat"),
    (changed("stays", STAY, nights=...), "stays[0].nights"), (changed("stays", STAY, nights=-1), "stays[0].nights"),
    (changed("stays", STAY, nights=367), "stays[0].nights"), (changed("stays", STAY, rooms=0), "stays[0].rooms"),
    (changed("stays", STAY, rooms="1"), "stays[0].rooms"), (changed("stays", STAY, guests=0), "stays[0].guests"),
    (changed("stays", STAY, guests=None), "stays[0].guests"), (changed("stays", STAY, kind="tent"), "stays[0].kind"),
    (changed("stays", STAY, country="China"), "stays[0].country"),
    (changed("stays", STAY, country="cn"), "stays[0].country"),
    (changed("stays", STAY, place="iata:PEK", country="IS"), "stays[0].country"),
    (changed("stays", STAY, place="?"), "stays[0].place"), (changed("stays", STAY, stars=5), "stays[0].stars"),
    (changed("meals", MEAL, diet="raw"), "meals[0].diet"), (changed("meals", MEAL, diet=...), "meals[0].diet"),
    (changed("meals", MEAL, count=-1), "meals[0].count"), (changed("meals", MEAL, count=1.5), "meals[0].count"),
    (changed("meals", MEAL, count=1001), "meals[0].count"), (changed("meals", MEAL, kcal=1), "meals[0].kcal"),
    (changed("other", HOURS, activity="fireworks"), "other[0].activity"),
    (changed("other", HOURS, activity={}), "other[0].activity"),
    (changed("other", HOURS, unit="minute"), "other[0].unit"),
    (changed("other", HOURS, quantity=-1), "other[0].quantity"),
    (changed("other", HOURS, quantity=NAN), "other[0].quantity"),
    (changed("other", HOURS, quantity=10**400), "other[0].quantity"),
    (changed("other", HOURS, quantity="6"), "other[0].quantity"),
    (changed("other", HOURS, note="x"), "other[0].note"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "field"), BAD, ids=[f"{number}-{field}" for number, (_, field) in enumerate(BAD)])
def test_the_fault_is_named(body: Any, field: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(body)
    assert [error.field for error in caught.value.errors] == [field]
    error = caught.value.errors[0]
    sentence = error.message.format(**error.params)
    assert field in sentence or field == "body"
    assert sentence.endswith(".") or "such as" in sentence or "it is" in sentence or "take an id" in sentence
    json.dumps({"value": error.value, "params": dict(error.params)}, allow_nan=False)


def test_every_fault_of_a_body_is_listed() -> None:
    with pytest.raises(InputError) as caught:
        parse({"trips": [{**TRIP, "mode": "?", "count": 0}, TRIP], "meals": [{"diet": "?", "count": -1}], "x": 1})
    assert [error.field for error in caught.value.errors] == [
        "x", "trips[0].mode", "trips[0].count", "meals[0].diet", "meals[0].count",
    ]  # fmt: skip


def test_an_event_without_a_place_asks_for_one() -> None:
    for body, field in (({"trips": [TRIP]}, "trips[0].to"), ({"stays": [STAY]}, "stays[0].country")):
        with pytest.raises(InputError) as caught:
            parse(body, None)
        assert [error.field for error in caught.value.errors] == [field]


def test_the_limit_is_named() -> None:
    assert len(parse({"meals": [MEAL] * MAX_ITEMS}).meals) == MAX_ITEMS
    with pytest.raises(InputError) as caught:
        parse({"meals": [MEAL] * MAX_ITEMS, "other": [HOURS]})
    assert caught.value.errors[0].params["limit"] == 200


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(("trips", "stays", "meals", "other", "from", "lat", "lon", "mode", "x")), inner, max_size=4
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(json_values)
def test_whatever_comes_is_read_or_refused(body: Any) -> None:
    try:
        compute(parse(body), load_factor_set(), Boundary())
    except InputError as refused:
        for error in refused.errors:
            error.message.format(**error.params)
            json.dumps(error.value, allow_nan=False)
