"""What if: the base case is the event's own figure; each change does what it says and nothing else."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.changes import Changes, Hotels, Outcome, Power, Remote
from calculations.footprint import compute, total_of
from calculations.model import Answers, Boundary, FactorSet, InputError, Meal, OtherActivity, Place, Stay, Trip
from calculations.parties import Party, journeys_of
from calculations.rates import Rates
from calculations.what_if import what_if
from data.library import load_factor_set

CHENGDU = Place("geo:1815286", {"en": "Chengdu"}, 30.66667, 104.06667, "CN", "CN-51")
CTU = Place("iata:CTU", {"en": "Chengdu"}, 30.57, 103.95, "CN", "CN-51", "airport", "CTU")
BEIJING = Place("geo:1816670", {"en": "Beijing"}, 39.9075, 116.39723, "CN", "CN-11")
PARIS = Place("geo:2988507", {"en": "Paris"}, 48.85341, 2.3488, "FR")
LYON = Place("geo:2996944", {"en": "Lyon"}, 45.74846, 4.84671, "FR")
LONDON = Place("geo:2643743", {"en": "London"}, 51.50853, -0.12574, "GB")
TOKYO = Place("geo:1850147", {"en": "Tokyo"}, 35.6895, 139.69171, "JP")
NEW_YORK = Place("geo:5128581", {"en": "New York"}, 40.71427, -74.00597, "US")
TOWNS = (CHENGDU, BEIJING, PARIS, LYON, LONDON, TOKYO, NEW_YORK)
POWER = OtherActivity("electricity", 12_000.0, "kWh", region="CN-51")


@cache
def factors() -> FactorSet:
    return load_factor_set()


@cache
def rates() -> Rates:
    return Rates(factors(), Boundary())


def guest(home: Place, mode: str = "plane", people: int = 1, cabin: str = "economy") -> Party:
    way = Trip(home, CHENGDU, mode=mode, cabin=cabin)
    return Party(Answers((way,), (Stay(CHENGDU, "CN", 2),), (Meal("average", 4),)), people)


def crowd() -> list[Party]:
    """Guests of every sort, those from here, one who told no way, one on line, and the organiser's own lines."""
    local = Party(Answers((Trip(CHENGDU, CTU, mode="metro", count=3),), (), (Meal("beef", 2),)), 7)
    remote = Party(Answers(other=(OtherActivity("remote_participation", 6.0, "hour"),)), 5)
    there = Trip(PARIS, BEIJING, cabin="business", round_trip=False)
    on = Trip(BEIJING, CTU, mode="high_speed_rail", round_trip=False)
    return [
        guest(PARIS, people=11), guest(BEIJING, "high_speed_rail", 40), guest(BEIJING, people=9),
        guest(TOKYO, people=6),
        guest(LYON, cabin="business"), guest(BEIJING, "car", 3),
        Party(Answers((there, on), (Stay(CHENGDU, "CN", 3),)), 4), local, remote,
        Party(Answers((), (Stay(CHENGDU, "CN", 1),)), 2), Party(Answers(other=(POWER,)), 1, "organiser"),
    ]  # fmt: skip


def by_category(outcome: Outcome) -> dict[str, tuple[int, int]]:
    return {row.category: (row.before.total_g, row.after.total_g) for row in outcome.categories}


def ask(parties: list[Party], **changes: object) -> Outcome:
    return what_if(parties, CHENGDU, rates(), Changes(**changes))  # type: ignore[arg-type]


def test_the_base_case_is_the_sum_of_the_footprints() -> None:
    outcome = ask(crowd())
    sums: dict[str, int] = {}
    lines = []
    for party in crowd():
        result = compute(party.answers, factors(), Boundary())
        lines += [*result.lines] * party.people
        for category, grams in result.by_category.items():
            sums[category] = sums.get(category, 0) + grams * party.people
    for category, (before, after) in by_category(outcome).items():
        assert abs(before - sums[category]) <= len(lines)
        assert before == after
    assert outcome.before == outcome.after
    whole = total_of(tuple(lines))
    assert outcome.before.total_g == pytest.approx(whole.total_g, abs=len(lines))
    assert outcome.before.low_g == pytest.approx(whole.low_g, rel=1e-5)
    assert outcome.before.high_g == pytest.approx(whole.high_g, rel=1e-5)
    assert outcome.moved_people == outcome.remote_people == outcome.rail_people == 0
    assert outcome.people == sum(party.people for party in crowd() if party.kind != "organiser")


def test_what_the_boundary_leaves_out_is_left_out() -> None:
    narrow = Rates(factors(), Boundary(categories=("travel",), non_co2=False))
    outcome = what_if(crowd(), CHENGDU, narrow, Changes())
    assert [row.category for row in outcome.categories] == ["travel"]
    assert outcome.before.total_g < by_category(ask(crowd()))["travel"][0]


def test_moving_the_venue_to_where_everyone_is_gives_no_travel() -> None:
    outcome = ask([guest(PARIS, people=8), guest(PARIS, "car", 2)], venues=(PARIS,))
    assert by_category(outcome)["travel"][1] == 0
    assert outcome.moved_people == 10
    assert outcome.hubs == ((PARIS, 10),)


def test_those_from_here_travel_when_the_venue_moves() -> None:
    parties = [Party(Answers((Trip(CHENGDU, CTU, mode="metro", count=3),)), 7)]
    outcome = ask(parties, venues=(BEIJING,))
    train = compute(Answers((Trip(CHENGDU, BEIJING, mode="high_speed_rail"),)), factors(), Boundary())
    assert outcome.after.total_g == pytest.approx(7 * train.total_g, abs=7)
    assert by_category(outcome)["local"][1] == 0


def test_a_journey_of_several_legs_moves_as_one() -> None:
    there = Trip(PARIS, BEIJING, cabin="business", round_trip=False)
    on = Trip(BEIJING, CTU, mode="high_speed_rail", round_trip=False)
    journeys, rest = journeys_of(Answers((there, on)), CHENGDU, rates().km)
    assert [journey.home for journey in journeys] == [PARIS]
    assert rest == ()
    outcome = ask([Party(Answers((there, on)), 3)], venues=(TOKYO,))
    flown = compute(Answers((replace(there, destination=TOKYO),)), factors(), Boundary())
    assert outcome.after.total_g == pytest.approx(3 * flown.total_g, abs=3)


def test_over_sea_the_train_becomes_a_flight_and_abroad_the_hotel_another() -> None:
    outcome = ask([guest(BEIJING, "high_speed_rail", 4)], venues=(TOKYO,))
    moved = Answers((Trip(BEIJING, TOKYO),), (Stay(TOKYO, "JP", 2),), (Meal("average", 4),))
    expected = compute(moved, factors(), Boundary())
    assert outcome.after.total_g == pytest.approx(4 * expected.total_g, abs=12)


def test_an_organisers_hotel_figure_stays_in_its_country() -> None:
    norm = next(iter(factors().preferred["stay"]["hotel"].values()))
    own = Rates(factors(), Boundary(), norm, "CN")
    party = [guest(PARIS)]
    plain = compute(Answers(stays=(Stay(TOKYO, "JP", 2),)), factors(), Boundary()).total_g
    abroad = what_if(party, CHENGDU, own, Changes(venues=(TOKYO,)))
    assert by_category(abroad)["stay"][1] == pytest.approx(plain, abs=1)
    near = what_if(party, CHENGDU, own, Changes(venues=(BEIJING,)))
    assert by_category(near)["stay"][0] == by_category(near)["stay"][1]


def test_power_goes_to_the_grid_of_the_new_place_and_is_shared_by_people() -> None:
    parties = [Party(Answers(other=(POWER,)), 1, "organiser"), guest(PARIS, people=3), guest(TOKYO)]
    there = {
        country: compute(Answers(other=(replace(POWER, region=country),)), factors(), Boundary()).total_g
        for country in ("FR", "JP")
    }
    assert by_category(ask(parties, venues=(PARIS,)))["energy"][1] == pytest.approx(there["FR"], abs=2)
    shared = by_category(ask(parties, venues=(PARIS, TOKYO)))["energy"][1]
    assert shared == pytest.approx(0.75 * there["FR"] + 0.25 * there["JP"], abs=2)


def test_a_contract_prices_the_kwh_and_certificates_take_their_share() -> None:
    parties = [Party(Answers(other=(POWER,)), 1, "organiser")]
    told = by_category(ask(parties, power=Power(0.05, 0.25, "supplier 2025")))["energy"]
    assert told[1] == round(12_000 * 50 * 0.75)
    grid_only = by_category(ask(parties, power=Power(None, 1.0)))["energy"]
    assert grid_only == (told[0], 0)


def test_short_flights_become_trains_where_rails_join() -> None:
    parties = [guest(BEIJING, people=9), guest(PARIS, people=2), guest(TOKYO, people=3)]
    outcome = ask(parties, rail_below_km=2000)
    assert outcome.rail_people == 9
    train = compute(guest(BEIJING, "high_speed_rail").answers, factors(), Boundary()).by_category["travel"]
    plane = sum(compute(p.answers, factors(), Boundary()).by_category["travel"] * p.people for p in parties[1:])
    assert by_category(outcome)["travel"][1] == pytest.approx(9 * train + plane, abs=20)
    assert ask(parties, rail_below_km=1000).difference_g == 0


def test_menus_and_hotels_change_their_own_category_alone() -> None:
    outcome = ask(crowd(), menu={"vegan": 1.0})
    meals = sum(sum(meal.count for meal in party.answers.meals) * party.people for party in crowd())
    vegan = compute(Answers(meals=(Meal("vegan", meals),)), factors(), Boundary()).total_g
    assert by_category(outcome)["food"][1] == pytest.approx(vegan, abs=5)
    hotels = ask(crowd(), hotels=Hotels(nights=-1, guests_per_room=2))
    for changed, category in ((outcome, "food"), (hotels, "stay")):
        for name, (before, after) in by_category(changed).items():
            assert (before > after) if name == category else (before == after), (category, name)
    one = compute(Answers(stays=(Stay(CHENGDU, "CN", 1, 1, 2),)), factors(), Boundary()).total_g
    shared = by_category(ask([guest(PARIS)], hotels=Hotels(nights=-1, guests_per_room=2)))["stay"][1]
    assert shared == pytest.approx(one, abs=1)


def test_all_on_line_leaves_no_travel_and_adds_their_hours() -> None:
    outcome = ask(crowd(), remote=Remote(1.0, 6.0))
    present = sum(party.people for party in crowd() if party.present)
    assert outcome.remote_people == present
    assert outcome.remote_hours == present * 6.0
    after = by_category(outcome)
    assert after["travel"][1] == after["local"][1] == after["stay"][1] == after["food"][1] == 0
    hour = compute(Answers(other=(OtherActivity("remote_participation", 6.0, "hour"),)), factors(), Boundary()).total_g
    assert after["digital"][1] - after["digital"][0] == pytest.approx(present * hour, abs=present)


def test_the_farthest_first_save_more_than_anyone() -> None:
    parties = [guest(BEIJING, people=10), guest(PARIS, people=10)]
    anyone, farthest = (ask(parties, remote=Remote(0.5, 6.0, whom)) for whom in ("anyone", "farthest"))
    assert farthest.difference_g < anyone.difference_g
    near = compute(guest(BEIJING).answers, factors(), Boundary()).by_category["travel"]
    assert by_category(farthest)["travel"][1] == pytest.approx(10 * near, abs=10)
    assert anyone.remote_people == farthest.remote_people == 10


@pytest.mark.parametrize(
    "changes",
    [{"remote": Remote(1.2, 1)}, {"remote": Remote(0.2, 1, "somebody")}, {"menu": {"vegan": 0.7, "fish": 0.5}},
     {"menu": {"stones": 0.1}}, {"venues": TOWNS[:4]}, {"rail_below_km": -1}, {"power": Power(9.0)},
     {"hotels": Hotels(guests_per_room=40)}],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(changes: dict[str, object]) -> None:
    with pytest.raises(InputError) as refused:
        ask([guest(PARIS)], **changes)
    assert refused.value.errors[0].field.split(".")[0] in changes


homes = st.sampled_from(TOWNS)
modes = st.sampled_from(("plane", "high_speed_rail", "rail", "car", "coach"))
people = st.integers(1, 60)
parties_of = st.lists(st.builds(guest, homes, modes, people), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(parties_of, st.lists(homes, min_size=1, max_size=2, unique_by=lambda p: p.place_id))
def test_hubs_that_hold_the_old_venue_never_cost_more(parties: list[Party], others: list[Place]) -> None:
    more = tuple(place for place in others if place is not CHENGDU)
    travel = by_category(ask(parties, venues=(*more, CHENGDU)))["travel"]
    assert travel[1] <= travel[0]


@settings(max_examples=40, deadline=None)
@given(parties_of, st.floats(0, 1), st.floats(0, 1), st.sampled_from(("anyone", "farthest")))
def test_more_on_line_never_means_more_travel(parties: list[Party], a: float, b: float, whom: str) -> None:
    shares = sorted((a, b))
    less, more = (by_category(ask(parties, remote=Remote(share, 0.0, whom)))["travel"][1] for share in shares)
    assert more <= less + 1
    assert ask(parties, remote=Remote(0.0, 8.0, whom)).difference_g == 0


@settings(max_examples=40, deadline=None)
@given(parties_of, homes, homes)
def test_of_two_hubs_none_costs_more_than_either_alone(parties: list[Party], a: Place, b: Place) -> None:
    both = by_category(ask(parties, venues=(a, b)))["travel"][1]
    for alone in (a, b):
        assert both <= by_category(ask(parties, venues=(alone,)))["travel"][1] + 1


@settings(max_examples=40, deadline=None)
@given(parties_of, homes)
def test_the_order_of_guests_and_how_they_are_put_together_change_nothing(parties: list[Party], venue: Place) -> None:
    whole = ask(parties, venues=(venue,)).after
    assert ask(parties[::-1], venues=(venue,)).after.total_g == pytest.approx(whole.total_g, abs=2)
    single = [replace(party, people=1) for party in parties for _ in range(party.people)]
    assert ask(single, venues=(venue,)).after.total_g == pytest.approx(whole.total_g, abs=2)
