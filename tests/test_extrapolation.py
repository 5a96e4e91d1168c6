"""Those who did not answer: the estimate by hand, its strata, and how often its interval holds the truth."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import coverage as c
from calculations import extrapolation, strata, student
from calculations.extrapolation import Answered, Estimate, combined_range, estimate, together
from calculations.strata import OTHERS, stratify

DRAWS = 500
KILOGRAMS = [120, 340, 80, 410, 260, 150, 90, 700, 55, 310, 220, 180]
SHARES = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 10**7), st.sampled_from("ABCD")), max_size=8)


def cell(kilograms: list[int], **where: str) -> Answered:
    grams = [1000 * each for each in kilograms]
    return Answered(len(grams), sum(grams), sum(g * g for g in grams), **where)


@pytest.fixture(scope="module")
def people(reference_dir: Path) -> c.People:
    return c.load(reference_dir / "sigplan")


# ---------------------------------------------------------------- by hand


@pytest.mark.parametrize(
    ("degrees", "wanted"),  # NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, column 0.975
    [(1, 12.706), (2, 4.303), (4, 2.776), (9, 2.262), (10, 2.228), (29, 2.045), (100, 1.984), (10**7, 1.960)],
)
def test_students_quantile_is_the_published_one(degrees: int, wanted: float) -> None:
    assert student.two_sided(degrees) == pytest.approx(wanted, abs=5e-4)


def test_one_stratum_is_cochrans_expansion_estimator() -> None:
    found = estimate([cell(KILOGRAMS)], 30)
    n, whole = len(KILOGRAMS), 30
    mean, s2 = float(np.mean(KILOGRAMS)), float(np.var(KILOGRAMS, ddof=1))
    se_kg = math.sqrt(whole**2 * (1 - n / whole) * s2 / n)  # Cochran, Sampling Techniques, 2.6
    assert (found.declared_g, found.estimated_g) == (2_915_000, round(18 * mean * 1000))
    assert math.sqrt(found.variance_g2) == pytest.approx(1000 * se_kg)
    assert found.degrees == n - 1
    width = student.two_sided(11) * se_kg / (18 * mean)
    assert found.low_g == pytest.approx(found.estimated_g * math.exp(-width), abs=2)
    assert found.high_g == pytest.approx(found.estimated_g * math.exp(width), abs=2)


def test_strata_are_expanded_each_and_their_variances_add() -> None:
    near, far = (
        cell(KILOGRAMS, region="CN"),
        cell([2000, 2400, 1800, 2600, 2100, 1900, 2300, 2200, 2500, 2050], region="DE"),
    )
    found = estimate([near, far], 100, {"region": {"CN": 60, "DE": 40}})
    one, two = estimate([near], 60), estimate([far], 40)
    assert found.dimensions == ("region",)
    assert found.estimated_g == one.estimated_g + two.estimated_g
    assert found.variance_g2 == pytest.approx(one.variance_g2 + two.variance_g2)
    wanted = found.variance_g2**2 / (one.variance_g2**2 / 11 + two.variance_g2**2 / 9)  # Cochran, 5.4
    assert found.degrees == pytest.approx(wanted)
    assert together([one, two]) == Estimate(
        22, 100, found.declared_g, found.estimated_g, found.low_g, found.high_g, found.variance_g2, found.degrees
    )
    unaware = estimate([near, far], 100)
    assert unaware.estimated_g > found.estimated_g  # twelve of 22 answers came from the near, and sixty of 100 people


def test_two_sums_are_both_held_and_the_answers_pattern_kept() -> None:
    cells = [
        Answered(20, 20_000, 30_000_000, "onsite", "CN"), Answered(10, 30_000, 100_000_000, "onsite", "DE"),
        Answered(15, 150, 1_600, "remote", "CN"), Answered(12, 240, 5_000, "remote", "DE"),
    ]  # fmt: skip
    found = stratify(cells, 157, {"way": {"onsite": 80, "remote": 77}, "region": {"CN": 95, "DE": 62}})
    missing = {tuple(row.keys.values()): row.missing for row in found.strata}
    assert sum(missing.values()) == 100
    assert missing["onsite", "CN"] + missing["onsite", "DE"] == pytest.approx(50, abs=1)
    assert missing["onsite", "CN"] + missing["remote", "CN"] == pytest.approx(60, abs=1)
    odds = missing["onsite", "CN"] * missing["remote", "DE"] / missing["onsite", "DE"] / missing["remote", "CN"]
    assert odds == pytest.approx(20 * 12 / 10 / 15, rel=0.1)
    alone = estimate(cells, 157, {"way": {"onsite": 80, "remote": 77}})
    both = estimate(cells, 157, {"way": {"onsite": 80, "remote": 77}, "region": {"CN": 95, "DE": 62}})
    assert 0 < both.variance_g2 < alone.variance_g2


def test_residuals_of_one_dimension_are_the_variance_within() -> None:
    rows = [cell(KILOGRAMS, region="CN"), cell(KILOGRAMS[:10], region="DE")]
    found = stratify(rows, 60, {"region": {"CN": 40, "DE": 20}})
    plain, general = extrapolation._moments(found), extrapolation._residual(found)
    assert [x for row in general for x in row] == pytest.approx([x for row in plain for x in row])


# ---------------------------------------------------------------- which strata stand alone


def test_groups_of_few_join_their_larger_group_step_by_step() -> None:
    told = {"CN-51": 40, "CN-11": 30, "JP": 9, "KR": 8, "IS": 3, "DE": 25}
    answers = {"CN-51": 14, "CN-11": 6, "CN-33": 7, "JP": 6, "KR": 5, "IS": 1, "DE": 12, "": 11}
    cells = [Answered(n, 1000 * n, 1_100_000 * n, region=code) for code, n in answers.items()]
    found = stratify(cells, 140, {"region": told}, {"JP": "@AS", "KR": "@AS", "CN": "@AS", "IS": "@EU", "DE": "@EU"})
    people = {row.keys["region"]: row.people for row in found.strata}
    assert people == {"CN-51": 14, "@AS": 17, "DE": 12, OTHERS: 19}  # Beijing → rest of China → Asia; Iceland → others
    assert {row.keys["region"]: row.missing for row in found.strata} == {
        "CN-51": 26, "@AS": 30, "DE": 13, OTHERS: 140 - 62 - 26 - 30 - 13,
    }  # fmt: skip
    assert found.merged == {"region": ("CN-11", "IS", "JP", "KR")}
    assert found.thin_people == 24 + 3 + 3 + 2


def test_what_was_told_of_a_country_is_the_rest_of_its_parts() -> None:
    cells = [Answered(12, 12_000, 13_000_000, region=code) for code in ("CN-51", "CN-44", "CN-31")]
    found = stratify(cells, 100, {"region": {"CN-51": 30, "CN": 70}})
    assert {row.keys["region"]: (row.people, row.missing) for row in found.strata} == {
        "CN-51": (12, 18),
        "CN": (24, 46),
    }


def test_sums_that_cannot_hold_are_left_out_by_name_company_first() -> None:
    cells = [
        Answered(20, 20_000, 30_000_000, "onsite", "", "a"), Answered(20, 40_000, 90_000_000, "remote", "", "b"),
    ]  # fmt: skip
    told = {"way": {"onsite": 60, "remote": 40}, "company": {"a": 30, "b": 70}}
    found = stratify(cells, 100, told)
    assert (found.dimensions, found.dropped) == (("way",), ("company",))
    assert extrapolation.DROPPED["company"] in [each["message"] for each in estimate(cells, 100, told).said]


@pytest.mark.parametrize(
    ("answers", "expected", "told", "said"),
    [
        (4, 100, {}, extrapolation.TOO_FEW), (12, 12, {}, extrapolation.ALL_ANSWERED),
        (12, 0, {}, extrapolation.NOTHING_EXPECTED), (12, 5, {}, extrapolation.ALL_ANSWERED),
        (5, 100, {}, extrapolation.LIKE_ALL),
        (9, 100, {"region": {"CN": 50, "DE": 50}}, extrapolation.DROPPED["region"]),
    ],
)  # fmt: skip
def test_where_nothing_can_be_said_it_says_why(
    answers: int, expected: int, told: dict[str, dict[str, int]], said: str
) -> None:
    found = estimate([cell(KILOGRAMS[:answers], region="CN")], expected, told)
    assert said in [each["message"] for each in found.said]
    assert (found.estimated_g > 0) == (said in (extrapolation.LIKE_ALL, extrapolation.DROPPED["region"]))


@settings(deadline=None)
@given(cells=SHARES, expected=st.integers(0, 500), told=st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 200)))
def test_parts_add_up_and_the_interval_is_about_the_estimate(
    cells: list[tuple[int, int, str]], expected: int, told: dict[str, int]
) -> None:
    rows = [Answered(n, n * grams, n * grams * grams + 7, "onsite", where, where) for n, grams, where in cells]
    found = estimate(rows, expected, {"region": told, "company": told})
    assert found.low_g <= found.estimated_g <= found.high_g
    assert sum(row.estimated_g for row in found.strata) == found.estimated_g
    if found.strata:
        assert sum(row.stratum.missing for row in found.strata) == found.missing_people
        assert sum(row.stratum.total_g for row in found.strata) == found.declared_g
        assert all(row.stratum.missing >= 0 for row in found.strata)


def test_squares_are_kept_whole_in_two_integers() -> None:
    for people, grams in ((1, 5), (3, 10), (1, 9_999_999), (1000, 5 * 10**9), (7, 0), (1, 10**12)):
        tonnes, rest = strata.square_parts(people, grams)
        assert abs((tonnes * strata.TONNE_G2 + rest) * people - grams * grams) <= people
        assert max(tonnes, rest) * 10**6 < 2**63
    assert strata.square_parts(1, 10**17) == divmod(strata.MOST_G2, strata.TONNE_G2)


def test_independent_doubts_are_added_as_squares() -> None:
    assert combined_range(100, [(97, 100, 106), (56, 60, 68)]) == (95, 110)
    assert combined_range(100, [(90, 100, 130)]) == (90, 130)
    assert combined_range(10, [(0, 10, 20), (0, 10, 20)]) == (0, 25)


# ---------------------------------------------------------------- 16,374 attendances, 60 % of them hidden


def test_the_reference_is_whole(people: c.People) -> None:
    assert len(people.grams) == 16_374
    assert sum(people.truth.values()) / 1e6 == pytest.approx(21_447.29, abs=0.01)


@pytest.mark.parametrize("by_region", [False, True])
def test_hidden_at_random_the_interval_holds_the_truth_in_95_of_100_draws(people: c.People, by_region: bool) -> None:
    found = c.coverage(people, c.at_random, DRAWS, by_region)
    assert 0.93 <= found.whole <= 0.97
    assert 0.94 <= found.events <= 0.96  # 16,500 intervals of single conferences
    assert found.least >= 0.90
    assert abs(found.bias) < 0.001


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("_variance", lambda row, s2: (row.people + row.missing) ** 2 * s2 / row.people),  # for an infinite population
        ("_variance", lambda row, s2: row.missing**2 * s2 / row.people),  # of the mean alone, not of those missing
        ("two_sided", lambda _degrees: 1.645),  # of 90 %
    ],
)
def test_a_wrong_interval_would_be_found(
    people: c.People, monkeypatch: pytest.MonkeyPatch, name: str, wrong: object
) -> None:
    monkeypatch.setattr(extrapolation, name, wrong)
    assert not 0.93 <= c.coverage(people, c.at_random, DRAWS, False).whole <= 0.97


def test_with_five_answers_the_quantile_is_students() -> None:
    chance = np.random.default_rng(c.SEED)
    held = {"right": 0, "normal": 0}
    for _ in range(2000):
        grams = np.round(np.exp(chance.normal(13, 0.8, 12))).astype(np.int64)
        kept, hidden = grams[:5], int(grams[5:].sum())
        found = estimate([Answered(5, int(kept.sum()), int((kept**2).sum()))], 12)
        narrow = math.sqrt(found.variance_g2) / found.estimated_g * 1.96
        held["right"] += found.low_g <= hidden <= found.high_g
        held["normal"] += found.estimated_g * math.exp(-narrow) <= hidden <= found.estimated_g * math.exp(narrow)
    assert 0.92 <= held["right"] / 2000 <= 0.98
    assert held["normal"] / 2000 < 0.90


def test_where_countries_answer_unevenly_strata_mend_most_of_it(people: c.People) -> None:
    one, by_country = (c.coverage(people, c.by_country, 60, told) for told in (False, True))
    assert one.events < 0.5
    assert 0.75 < by_country.events < 0.93  # not 95: groups of few answers are merged
    assert abs(by_country.bias) < abs(one.bias) / 3


def test_where_whole_countries_are_silent_no_interval_holds(people: c.People) -> None:
    found = c.coverage(people, c.silent_countries, 30, True)
    assert found.events < 0.5
    told = {"region": {"US": 200, "DE": 40}}
    said = estimate([cell(KILOGRAMS, region="DE")], 240, told).said
    assert extrapolation.DROPPED["region"] in [each["message"] for each in said]
