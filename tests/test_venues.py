"""Where should we have met: the screened answer is that of weighing everything, and what the what-if says."""

from __future__ import annotations

import random
from functools import cache
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations import venues
from calculations.changes import Changes
from calculations.distance import geodesic_km
from calculations.methods import Method
from calculations.model import Answers, Boundary, Place, Trip
from calculations.parties import Party
from calculations.rates import Rates
from calculations.venues import Ways, best_hubs, rank_cities, ways_of
from calculations.what_if import what_if
from data.library import load_factor_set, load_method
from data.places.cities import candidate_cities

CHENGDU = Place("geo:1815286", {"en": "Chengdu"}, 30.66667, 104.06667, "CN", "CN-51")
MODES = ("plane", "plane", "high_speed_rail", "car", "coach", "rail")


@cache
def rates() -> Rates:
    return Rates(load_factor_set(), Boundary())


@cache
def some_cities(count: int = 60) -> tuple[Place, ...]:
    return tuple(random.Random(7).sample(candidate_cities(), count))


def crowd(seed: int, count: int = 40, method: Method | None = None) -> list[Party]:
    """Guests from anywhere, in every way; of an import where a ``method`` is given."""
    chance = random.Random(seed)
    homes = chance.sample(candidate_cities(), count)
    return [
        Party(Answers((Trip(home, CHENGDU, mode="plane" if method else chance.choice(MODES),
                            cabin=chance.choice(("economy", "business"))),)),
              chance.randint(1, 30), "group" if method else "guest", method)
        for home in homes
    ]  # fmt: skip


def travel(parties: list[Party], *places: Place, below_km: float = 0.0) -> int:
    """What the what-if says of these people meeting there."""
    outcome = what_if(parties, CHENGDU, rates(), Changes(venues=places, rail_below_km=below_km))
    return outcome.after.total_g


def heads(parties: list[Party]) -> int:
    """People, who may each be half a gram off where they are rounded one by one."""
    return sum(party.people for party in parties)


def weighed(ways: list[Ways]) -> list[Place]:
    return [city for city in some_cities() if rates().km(city, CHENGDU) > 80] + [CHENGDU] * bool(ways)


def test_the_candidates_are_a_thousand_with_one_of_each_country() -> None:
    cities = candidate_cities()
    assert len(cities) == len({city.place_id for city in cities}) == 1000
    assert {"CN", "IS", "IN", "FR", "TV", "NR"} <= {city.country for city in cities}
    names = [city.names["en"] for city in cities]
    assert names[0] == "Shanghai"
    assert "Chengdu" in names
    assert candidate_cities(300)[0] == cities[0]


@settings(max_examples=300)
@given(*[st.tuples(st.floats(-90, 90), st.floats(-180, 180))] * 2)
def test_the_bounds_on_the_sphere_hold(a: tuple[float, float], b: tuple[float, float]) -> None:
    left, right = (venues._unit(np.array([point])) for point in (a, b))
    angle = float(np.arccos(np.clip(left @ right.T, -1.0, 1.0))[0, 0])
    km = geodesic_km(*a, *b)
    assert venues.LEAST_RADIUS_KM * angle - venues.SLACK_KM <= km <= venues.MOST_RADIUS_KM * angle + venues.SLACK_KM
    middle = venues.MIDDLE_RADIUS_KM * angle
    assert abs(km - middle) <= venues.SPREAD * middle + venues.SLACK_KM


@pytest.mark.parametrize("below_km", [0.0, 900.0])
@pytest.mark.parametrize("seed", range(4))
def test_the_ranking_is_that_of_weighing_every_city(seed: int, below_km: float) -> None:
    parties = crowd(seed)
    ways = ways_of(parties, CHENGDU, rates(), below_km)
    ranking = rank_cities(ways, some_cities(), CHENGDU, rates(), shown=10)
    brute = sorted(travel(parties, city, below_km=below_km) for city in weighed(ways)[:-1])
    assert [row.total_g for row in ranking.rows] == pytest.approx(brute[:10], abs=1)
    for row in ranking.rows[:3]:
        assert row.total_g == pytest.approx(travel(parties, *row.places, below_km=below_km), abs=1)
    actual = travel(parties, CHENGDU, below_km=below_km)
    assert ranking.actual.total_g == pytest.approx(actual, abs=1)
    assert ranking.actual_rank == 1 + sum(grams < ranking.actual.total_g for grams in brute)
    assert ranking.count == len(brute) + 1
    assert ranking.measured < ranking.count


@pytest.mark.parametrize("below_km", [0.0, 900.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_best_pair_is_the_best_of_all_pairs(seed: int, below_km: float) -> None:
    parties = crowd(seed + 20, 25)
    ways = ways_of(parties, CHENGDU, rates(), below_km)
    found = best_hubs(ways, some_cities(), CHENGDU, rates())
    places = weighed(ways)
    columns = np.array([[_grams(way, place, below_km) * way.people for way in ways] for place in places])
    best = min(float(np.minimum(columns[a], columns[b]).sum()) for a, b in combinations(range(len(places)), 2))
    assert found.best.total_g == pytest.approx(best, abs=heads(parties))
    assert found.proven
    assert found.weighed == len(places) * (len(places) - 1) // 2
    assert found.best.total_g == pytest.approx(travel(parties, *found.best.places, below_km=below_km), abs=2)
    assert sum(found.best.people) == heads(parties)


def _grams(way: Ways, place: Place, below_km: float) -> float:
    """One person's way to a place, by the one-by-one path."""
    party = Party(Answers(way.journey.told), 1)
    outcome = what_if([party], CHENGDU, rates(), Changes(venues=(place,), rail_below_km=below_km))
    return outcome.after.total_g


def test_three_hubs_never_cost_more_than_two_nor_two_than_one() -> None:
    parties = crowd(3)
    ways = ways_of(parties, CHENGDU, rates())
    one = rank_cities(ways, some_cities(), CHENGDU, rates()).rows[0].total_g
    two, three = (best_hubs(ways, some_cities(), CHENGDU, rates(), count) for count in (2, 3))
    assert three.best.total_g <= two.best.total_g <= one
    assert len({place.place_id for place in three.best.places}) == 3
    assert not three.proven
    assert three.best.total_g == pytest.approx(travel(parties, *three.best.places), abs=2)


def test_the_best_triple_of_a_few_cities_is_found() -> None:
    cities = some_cities(14)
    parties = crowd(5, 30)
    ways = ways_of(parties, CHENGDU, rates())
    places = [*cities, CHENGDU]
    columns = np.array([[_grams(way, place, 0) * way.people for way in ways] for place in places])
    best = min(float(columns[list(three)].min(axis=0).sum()) for three in combinations(range(len(places)), 3))
    assert best_hubs(ways, cities, CHENGDU, rates(), 3).best.total_g == pytest.approx(best, abs=heads(parties))


@pytest.mark.parametrize("method_id", ["sigplan", "klower", "defra_international"])
def test_an_import_is_ranked_by_the_method_it_was_made_with(method_id: str) -> None:
    parties = crowd(9, 12, load_method(method_id))
    ways = ways_of(parties, CHENGDU, rates())
    ranking = rank_cities(ways, some_cities(), CHENGDU, rates(), shown=5)
    for row in ranking.rows:
        assert row.total_g == pytest.approx(travel(parties, *row.places), rel=1e-4)
    brute = min(travel(parties, city) for city in weighed(ways)[:-1])
    assert ranking.rows[0].total_g == pytest.approx(brute, rel=1e-4)


def test_an_events_own_flight_method_ranks_its_cities() -> None:
    method = load_method("klower")
    own = Rates(load_factor_set(), Boundary(flight_method="klower", method=method))
    parties = [Party(party.answers, party.people) for party in crowd(9, 8, method)]
    ranking = rank_cities(ways_of(parties, CHENGDU, own), some_cities(14), CHENGDU, own, shown=3)
    for row in ranking.rows:
        outcome = what_if(parties, CHENGDU, own, Changes(venues=row.places))
        assert row.total_g == pytest.approx(outcome.after.total_g, rel=1e-4)


def test_equal_cities_share_a_rank_and_nobody_moving_is_fine() -> None:
    home = candidate_cities()[0]
    ways = ways_of([Party(Answers((Trip(home, CHENGDU),)), 5)], CHENGDU, rates())
    ranking = rank_cities(ways, candidate_cities(50), CHENGDU, rates(), shown=3)
    assert ranking.rows[0].places == (home,)
    assert ranking.rows[0].total_g == 0
    nobody = rank_cities([], candidate_cities(50), CHENGDU, rates(), shown=3)
    assert nobody.actual_rank == 1
    assert nobody.actual.total_g == 0
