"""Uncertainty: stated bounds or the pedigree matrix, propagated with correlation, held against Monte Carlo."""

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from alembic import command
from hypothesis import given, settings
from hypothesis import strategies as st

import events
from calculations import propagation, quality, uncertainty
from calculations.footprint import compute, total_of
from calculations.model import (
    KNOWN,
    Answers,
    Boundary,
    EmissionLine,
    FactorMissing,
    Meal,
    OtherActivity,
    Place,
    Stay,
    Trip,
)
from calculations.propagation import NORMAL_95, interval, mean_quality, spread_rows
from calculations.trace import recompute, recompute_upstream
from data.library import load_factor_set
from data.places import index
from data.store import rebuild, rollups
from data.store import schema as s
from data.store.engine import Store
from data.store.migrate import config, upgrade
from tests.support.events import SHANGHAI, body, draft, guests, trip

FACTORS = load_factor_set("2026.2")
OLD = load_factor_set("2026.1")
PEK, CTU = (index.get(f"iata:{code}") for code in ("PEK", "CTU"))
DRAWS = 400_000
STATED = 0.03  # how far each end of first-order propagation may lie from Monte Carlo at moderate spreads
MEAL, TRAIN, PLANE = "ngc_meal_average_fr", "cn-2023-hsr-derived", "defra-2025-flight-international-economy-with-rf"


def line(total_g: int, *sources: tuple[Any, ...], category: str = "food") -> EmissionLine:
    """A line of so many grams with sources of error: (id, share, sd of ln downwards, the same upwards if another)."""
    told = [
        {"id": i, "kind": "pedigree", "share": share, "sd_low": sds[0], "sd_high": sds[-1]}
        for i, share, *sds in sources
    ]
    low = math.exp(-NORMAL_95 * uncertainty.spread_of(told, "sd_low"))
    high = math.exp(NORMAL_95 * uncertainty.spread_of(told, "sd_high"))
    trace = {"uncertainty": {"low": low, "high": high, "sources": told}}
    return EmissionLine(
        category, "x", 1.0, "item", sources[0][0], round(total_g * low), total_g, round(total_g * high), trace=trace,
        quality=200,
    )  # fmt: skip


def monte_carlo(lines: list[EmissionLine], seed: int = 20260504) -> tuple[float, float]:
    """The 2.5th and 97.5th percentile of the sum: one lognormal draw per factor for all its lines, an own one for each
    quantity; a line is the sum of its parts, each its share times the errors that touch it."""
    chance = np.random.default_rng(seed)
    shared: dict[str, np.ndarray] = {}
    whole = np.zeros(DRAWS)
    for each in lines:
        parts = [source for source in each.trace["uncertainty"]["sources"] if source["share"] < 1]
        rate = np.ones(DRAWS) if not parts else np.zeros(DRAWS)
        over = np.ones(DRAWS)
        for source in each.trace["uncertainty"]["sources"]:
            drawn = chance.standard_normal(DRAWS)
            normal = shared.setdefault(source["id"], drawn) if source["id"] else drawn
            error = np.exp(np.where(normal < 0, source["sd_low"], source["sd_high"]) * normal)
            if source["share"] < 1:
                rate += source["share"] * error
            else:
                over = over * error
        whole += each.total_g * rate * over
    low, high = np.percentile(whole, [2.5, 97.5])
    return float(low), float(high)


MIXES = {
    "one factor, one quantity": [line(1_000_000, ("a", 1.0, 0.12), ("", 1.0, 0.05))],
    "one factor in many lines": [line(1000 * n, ("a", 1.0, 0.15), ("", 1.0, 0.1)) for n in range(1, 60)],
    "two factors, unequal": [line(700_000, ("a", 1.0, 0.1)), line(300_000, ("b", 1.0, 0.25))],
    "fuel with its way to the tank": [
        line(500_000, ("a", 0.86, 0.2), ("up", 0.14, 0.1), ("", 1.0, 0.05)),
        line(200_000, ("b", 1.0, 0.1), ("", 1.0, 0.05)),
    ],
    "kilowatt-hours times a grid, twice": [
        line(400_000, ("kwh", 1.0, 0.08), ("grid", 1.0, 0.05), ("", 1.0, 0.02)),
        line(100_000, ("lamp", 1.0, 0.2), ("grid", 1.0, 0.05), ("", 1.0, 0.1)),
    ],
    "flights, whose published bounds lie unevenly, and hotels": [
        *[line(g, ("flight", 1.0, 0.13, 0.27), ("", 1.0, 0.06)) for g in range(200_000, 400_000, 9000)],
        *[line(107_000, (f"hotel{n}", 1.0, 0.1), ("", 1.0, 0.054)) for n in range(5) for _ in range(4)],
    ],
    "an event": [
        line(g, (f"f{g % 5}", 1.0, 0.05 + 0.03 * (g % 5)), ("", 1.0, 0.11)) for g in range(10_000, 300_000, 7001)
    ],
}  # fmt: skip


@pytest.mark.parametrize("mix", MIXES)
def test_the_analytic_interval_is_that_of_monte_carlo(mix: str) -> None:
    total = total_of(tuple(MIXES[mix]))
    low, high = monte_carlo(MIXES[mix])
    assert total.low_g == pytest.approx(low, rel=STATED)
    assert total.high_g == pytest.approx(high, rel=STATED)


def test_wide_errors_are_still_told_within_eight_percent() -> None:
    """First-order propagation leans low where single errors are as wide as × ÷ 2.5: the docs say by how much."""
    mix = [line(500_000, ("a", 1.0, 0.45), ("", 1.0, 0.1)), line(500_000, ("b", 1.0, 0.45), ("", 1.0, 0.1))]
    total, (low, high) = total_of(tuple(mix)), monte_carlo(mix)
    assert total.low_g == pytest.approx(low, rel=0.08)
    assert total.high_g == pytest.approx(high, rel=0.08)


def test_one_factor_twice_adds_up_and_two_factors_as_squares() -> None:
    same = total_of((line(600_000, ("a", 1.0, 0.2)), line(400_000, ("a", 1.0, 0.2))))
    assert (same.low_g, same.high_g) == tuple(round(1e6 * math.exp(sign * NORMAL_95 * 0.2)) for sign in (-1, 1))
    other = total_of((line(600_000, ("a", 1.0, 0.2)), line(400_000, ("b", 1.0, 0.2))))
    root = math.sqrt(0.6**2 + 0.4**2) * 0.2
    assert (other.low_g, other.high_g) == tuple(round(1e6 * math.exp(sign * NORMAL_95 * root)) for sign in (-1, 1))


def test_quantities_err_by_themselves_unless_they_are_the_same_default() -> None:
    def high_g(source_id: str) -> int:
        return total_of(tuple(line(10_000, (source_id, 1.0, 0.2)) for _ in range(100))).high_g

    assert high_g("") == round(1e6 * math.exp(NORMAL_95 * 0.2 / 10))
    assert high_g("default:meal") == round(1e6 * math.exp(NORMAL_95 * 0.2))


def test_a_bound_that_a_source_states_is_taken_as_it_is() -> None:
    row = FACTORS.factors[TRAIN]
    assert (row.lower, row.upper) == (0.0102, 0.0318)
    low, high, basis = uncertainty.bounds(row, FACTORS)
    assert (low, high, basis["kind"]) == (0.0102, 0.0318, "source")
    made = _one(Trip(PEK, CTU, mode="high_speed_rail", distance_km=1000.0))
    found = {source["id"]: source for source in made.trace["uncertainty"]["sources"]}
    assert found[TRAIN]["kind"] == "source"
    assert found[TRAIN]["sd_low"] == pytest.approx(math.log(row.value / 0.0102) / NORMAL_95, abs=1e-9)
    assert found[TRAIN]["sd_high"] == pytest.approx(math.log(0.0318 / row.value) / NORMAL_95, abs=1e-9)
    assert made.low_g <= round(made.total_g * 0.0102 / row.value)  # the quantity's own doubt comes on top
    assert made.high_g >= round(made.total_g * 0.0318 / row.value)


def test_the_range_of_the_non_co2_multiplier_is_a_sources_own() -> None:
    made = _one(Trip(PEK, CTU))
    row = next(each for each in made.trace["factors"] if each["id"] == PLANE)
    source = made.trace["uncertainty"]["sources"][0]
    assert (source["id"], source["kind"]) == (PLANE, "source")
    assert source["sd_low"] == pytest.approx(math.log(row["value"] / row["low"]) / NORMAL_95, abs=1e-9)
    assert source["sd_high"] == pytest.approx(math.log(row["high"] / row["value"]) / NORMAL_95, abs=1e-9)


def test_the_pedigree_matrix_by_hand() -> None:
    """A French average meal used in China: derived (4, so technology at least 3), of 2026, with a caution."""
    row = FACTORS.factors[MEAL]
    assert quality.factor_scores(row, FACTORS) == (4, 2, 1, 4, 3)
    logs = [math.log(each) for each in (1.2, 1.02, 1.0, 1.05, 1.2, 1.4)]  # the last is the basic one of food
    assert quality.factor_sd(row, FACTORS) == pytest.approx(math.sqrt(sum(each**2 for each in logs)) / 2)
    low, high, basis = uncertainty.bounds(row, FACTORS)
    assert basis["kind"] == "pedigree"
    assert high / row.value == pytest.approx(row.value / low)
    assert basis["params"]["factor"] == round(high / row.value, 2)


def test_a_stand_in_a_younger_row_and_a_better_source_score_as_they_should() -> None:
    row = FACTORS.factors["defra-2025-hotel-china"]
    scores = quality.factor_scores(row, FACTORS)
    assert scores == (2, 2, 1, 1, 3)  # one mean of a country for all its hotels
    assert quality.factor_scores(replace(row, category="rail"), FACTORS) == (2, 2, 1, 1, 2)
    assert quality.factor_scores(row, FACTORS, stands_in=True)[3:] == (5, 4)
    assert quality.factor_scores(replace(row, region="GLOBAL"), FACTORS, stands_in=True)[3] == 2
    assert quality.factor_scores(replace(row, category="material_use"), FACTORS)[3] == 3
    for year, score in (("2024", 1), ("2023", 2), ("2021", 2), ("2020", 3), ("2012", 4), ("2009", 5), ("", 5)):
        assert quality.factor_scores(replace(row, year=year), FACTORS)[2] == score, year
    assert quality.factor_scores(replace(row, confidence="secondary"), FACTORS)[0] == 3
    assert quality.factor_scores(replace(row, note="A proxy of a kind"), FACTORS)[4] == 4
    with pytest.raises(FactorMissing):
        quality.factor_scores(replace(row, confidence="hearsay"), FACTORS)


def test_what_is_known_better_is_less_uncertain_and_scores_better() -> None:
    made = [_one(Stay(None, "CN", 2, known=known)) for known in KNOWN]
    highs, marks = [each.high_g for each in made], [each.quality for each in made]
    assert highs == sorted(highs) and len(set(highs)) == len(highs)
    assert marks == sorted(marks) and len(set(marks)) == len(marks)
    assert len({each.total_g for each in made}) == 1
    ids = [[source["id"] for source in each.trace["uncertainty"]["sources"]] for each in made]
    assert [each[1] for each in ids] == ["", "", "", "default:hotel"]


def test_a_way_by_a_detour_is_less_sure_than_one_between_airports() -> None:
    def of_way(made: EmissionLine) -> list[dict[str, Any]]:
        return made.trace["uncertainty"]["sources"][-1:]

    guessed = of_way(_one(Trip(PEK, CTU, mode="high_speed_rail")))[0]
    flown = of_way(_one(Trip(PEK, CTU)))[0]
    assert (guessed["kind"], guessed["id"]) == ("detour", "detour:high_speed_rail")
    assert (flown["kind"], flown["id"]) == ("airports", "")
    assert guessed["sd_high"] > flown["sd_high"] > 0
    routed = _one(Trip(PEK, CTU, mode="high_speed_rail", distance_km=1874.0))
    assert of_way(routed)[0]["kind"] == "quantity"
    town = index.get("geo:1815286")
    assert of_way(_one(Trip(town, CTU)))[0]["kind"] == "geodesic"


@settings(max_examples=60, deadline=None)
@given(
    nights=st.integers(1, 300), known=st.sampled_from(KNOWN), country=st.sampled_from(("CN", "IS", "ZW", "HU")),
    meals=st.integers(0, 1000), upstream=st.booleans(),
)  # fmt: skip
def test_the_two_ends_are_in_proportion_and_recompute_after_json(
    nights: int, known: str, country: str, meals: int, upstream: bool
) -> None:
    told = Answers(
        trips=(Trip(PEK, CTU, count=nights, known=known), Trip(PEK, CTU, mode="rail", count=nights)),
        stays=(Stay(None, country, nights, known=known),), meals=(Meal("average", meals, known=known),),
    )  # fmt: skip
    for made in compute(told, FACTORS, Boundary(upstream=upstream)).lines:
        again = json.loads(json.dumps(made.trace))
        assert recompute(again) == (made.low_g, made.total_g, made.high_g)
        assert recompute_upstream(again) == made.upstream_g
        spread = again["uncertainty"]
        assert spread["low"] <= 1 <= spread["high"]
        assert abs(made.low_g - made.total_g * spread["low"]) <= 1
        assert abs(made.high_g - made.total_g * spread["high"]) <= 1.5
        assert 100 <= made.quality <= 500
    single = compute(replace(told, stays=(Stay(None, country, 1, known=known),)), FACTORS, Boundary())
    spreads = {made.activity: made.trace["uncertainty"] for made in single.lines}
    assert spreads["hotel"] == compute(told, FACTORS, Boundary()).lines[2].trace["uncertainty"]


def test_nothing_has_no_range() -> None:
    made = compute(Answers(meals=(Meal("average", 0),)), FACTORS, Boundary())
    assert (made.low_g, made.total_g, made.high_g, made.lines[0].high_g) == (0, 0, 0, 0)
    assert total_of(()).high_g == 0
    assert total_of(()).quality == 0


def test_an_edition_without_a_scheme_keeps_its_own_spread() -> None:
    made = compute(Answers(meals=(Meal("average", 10),)), OLD, Boundary()).lines[0]
    assert "uncertainty" not in made.trace
    assert made.trace["bounds"][0]["kind"] == "own_default"
    assert (made.low_g, made.high_g) == (round(made.total_g * 0.7), round(made.total_g * 1.3))
    assert made.quality == 0
    rows = list(spread_rows(made.category, made.total_g, 0, made.trace))
    low_g, high_g = interval(made.total_g, rows)
    assert (low_g, high_g) == pytest.approx((made.low_g, made.high_g), abs=1)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 6), st.floats(0, 1.5)), min_size=1, max_size=40))
def test_sums_of_integers_say_what_the_lines_say_in_any_order(parts: list[tuple[int, int, float]]) -> None:
    lines = [line(g, (f"f{f}" if f else "", 1.0, sd)) for g, f, sd in parts]
    rows = [row for each in lines for row in spread_rows(each.category, each.total_g, each.quality, each.trace)]
    whole = sum(each.total_g for each in lines)
    summed = [
        dict(zip(rollups.SPREAD.keys, key, strict=True)) | dict(zip(rollups.SPREAD.measures, values, strict=True))
        for key, values in rollups.summed(rollups.SPREAD, reversed(rows)).items()
    ]
    assert interval(whole, summed) == interval(whole, rows)
    assert mean_quality(summed) == mean_quality(rows)
    low_g, high_g = interval(whole, rows)
    assert low_g <= whole <= high_g
    gone = rollups.summed(
        rollups.SPREAD, [*rows, *({k: -v if isinstance(v, int) else v for k, v in row.items()} for row in rows)]
    )
    assert gone == {}


def test_ten_million_lines_of_a_thousand_tonnes_fit_and_a_gram_does_not_vanish() -> None:
    large = list(spread_rows("travel", 10**9, 500, line(10**9, ("a", 1.0, 1.5), ("", 1.0, 1.5)).trace))
    for measure in rollups.SPREAD.measures:
        assert sum(row.get(measure, 0) for row in large) * 10**7 < 2**63, measure
    small = list(spread_rows("travel", 1, 0, line(1, ("a", 1.0, 0.05), ("", 1.0, 0.05)).trace))
    assert propagation.deviations(small) == (pytest.approx(7.07, abs=0.1), pytest.approx(7.07, abs=0.1))


def test_an_event_is_as_sure_as_its_lines_together(store: Store) -> None:
    event = events.create_event(draft())
    guests("hall-2026", 7)
    for i, told in enumerate((body(trip(), nights=2), body(trip("car", SHANGHAI, people=2)))):
        who = events.start_participation("hall-2026", ("main", "life")[i]).participation_id
        events.save_footprint(who, body())
        events.save_footprint(who, told)
    events.fold(event.event_id)
    figures = events.totals("hall-2026")
    with store.read() as conn:
        assert rebuild.differences(conn, event.event_id) == []
        part, row = s.participation, s.emission_line
        current = row.join(
            part,
            (part.c.event_id == row.c.event_id)
            & (part.c.participation_id == row.c.participation_id)
            & (part.c.footprint_version == row.c.version),
        )
        found = conn.execute(row.select().select_from(current).where(row.c.event_id == event.event_id)).mappings()
        lines = list(found)
    rows = [r for each in lines for r in spread_rows(each["category"], each["total_g"], each["quality"], each["trace"])]
    whole = sum(each["total_g"] for each in lines)
    assert (figures.mass.low_g, figures.mass.high_g) == interval(whole, rows)
    assert figures.quality == mean_quality(rows) > 100
    for figure in figures.categories:
        own = [r for r in rows if r["category"] == figure.category]
        assert (figure.mass.low_g, figure.mass.high_g) == interval(figure.mass.total_g, own)
        assert figure.quality == mean_quality(own)
    assert figures.mass.high_g - whole < sum(each["high_g"] - each["total_g"] for each in lines)
    snapshot = events.snapshot("hall-2026")
    assert snapshot["quality"] == figures.quality
    assert {each["category"] for each in snapshot["by_category"] if each["quality"]} == {"travel", "stay", "food"} & {
        each["category"] for each in lines
    }


def test_lines_from_before_are_summed_by_the_migration(store: Store) -> None:
    event = events.create_event(replace(draft(), factor_set_id="2026.1"))
    guests("hall-2026", 6)
    events.fold(event.event_id)
    with store.read() as conn:
        before = rollups.read(conn, rollups.SPREAD, event.event_id)
    assert before
    with store.write() as conn:
        command.downgrade(config(conn), "0001")
    assert upgrade(store)
    with store.read() as conn:
        assert rollups.read(conn, rollups.SPREAD, event.event_id, unfolded=False) == before
        found = {each.split()[0] for each in rebuild.differences(conn, event.event_id)}
    assert "spread" not in found and "cube" not in found


def test_words_for_scores() -> None:
    marks = (0, 100, 149, 150, 260, 400, 450, 500)
    words = ["", "very_good", "very_good", "good", "fair", "poor", "very_poor", "very_poor"]
    assert [quality.word_of(mark) for mark in marks] == words


def _one(told: Trip | Stay | OtherActivity, place: Place | None = None) -> EmissionLine:
    kinds = {Trip: "trips", Stay: "stays", OtherActivity: "other"}
    answers = Answers(**{kinds[type(told)]: (told,)})
    return compute(answers, FACTORS, Boundary()).lines[0]
