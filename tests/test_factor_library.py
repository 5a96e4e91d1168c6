"""The factor edition on disk: whole, unaltered, and every preferred row is there."""

import hashlib
import shutil
from pathlib import Path

import pytest

from calculations.lookup import factor_of, regional
from calculations.model import FactorMissing, InputError
from data.factors.build import build
from data.library import (
    DEFAULT_EDITION,
    FACTORS,
    list_editions,
    list_methods,
    load_factor_set,
    load_life_norms,
    load_method,
    load_methods,
    load_scenarios,
    read_factor_set,
    verify_factor_set,
)  # fmt: skip

FIRST_EDITION = "2026.1"
FIRST_SHA256 = "47fdabb39915c245a1c86b1987a04be0742559cbbcfc7a9ea673a06f2a765ca8"


def copy_of_edition(folder: Path, edition: str = FIRST_EDITION) -> Path:
    shutil.copytree(FACTORS / edition, folder / edition)
    return folder / edition


def test_the_edition_is_whole() -> None:
    factors = load_factor_set()
    assert (factors.factor_set_id, len(factors.factors)) == (DEFAULT_EDITION, 1948)
    assert list_editions() == ["2026.1", "2026.2"]
    assert [verify_factor_set(edition) for edition in list_editions()] == [[], []]


def test_the_first_edition_never_changes() -> None:
    assert load_factor_set(FIRST_EDITION).sha256 == FIRST_SHA256


def test_the_second_edition_refers_to_the_first_ones_files_by_their_hashes(tmp_path: Path) -> None:
    assert load_factor_set("2026.2").factors == load_factor_set(FIRST_EDITION).factors
    assert not list((FACTORS / "2026.2").glob("*.csv"))
    first = copy_of_edition(tmp_path)
    copy_of_edition(tmp_path, "2026.2")
    assert verify_factor_set("2026.2", tmp_path) == []
    (first / "food.csv").write_text((first / "food.csv").read_text("utf-8").replace("4.97", "4.98"), "utf-8")
    assert verify_factor_set("2026.2", tmp_path) == ["food.csv: was altered"]
    (first / "food.csv").unlink()
    assert verify_factor_set("2026.2", tmp_path) == ["food.csv: is missing"]


def test_an_edition_is_built_on_another(tmp_path: Path) -> None:
    copy_of_edition(tmp_path)
    (tmp_path / "2027.1").mkdir()
    (tmp_path / "2027.1" / "preferred.toml").write_bytes((FACTORS / FIRST_EDITION / "preferred.toml").read_bytes())
    build("2027.1", root=tmp_path, base=FIRST_EDITION)
    assert verify_factor_set("2027.1", tmp_path) == []
    assert read_factor_set(tmp_path / "2027.1").sha256 == FIRST_SHA256
    build("2027.1", root=tmp_path)  # once more without naming the base: what it took stays taken
    assert len(read_factor_set(tmp_path / "2027.1").factors) == 1948


def test_an_unknown_edition_raises() -> None:
    with pytest.raises(FactorMissing, match=r"2026\.1"):
        load_factor_set("1999.1")


def test_rows_are_as_published() -> None:
    factors = load_factor_set().factors
    hotel = factors["defra-2025-hotel-china"]
    assert (hotel.value, hotel.unit, hotel.lower) == (53.5, "kg CO2e/room-night", None)
    assert (factors["cn-2023-hsr-derived"].lower, factors["cn-2023-hsr-derived"].upper) == (0.0102, 0.0318)


def test_namibia_is_a_country_and_not_a_gap() -> None:
    found = regional(load_factor_set(), ["electricity"], ["NA"])
    assert (found.region, found.stands_in) == ("NA", False)
    assert factor_of(load_factor_set(), found.entry).region == "NA"


@pytest.mark.parametrize("name", ["travel.csv", "preferred.toml", "README.md"])
def test_one_altered_byte_is_found(tmp_path: Path, name: str) -> None:
    folder = copy_of_edition(tmp_path)
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(bytes(content))
    assert verify_factor_set(FIRST_EDITION, tmp_path) == [f"{name}: was altered"]


def test_missing_and_added_files_are_found(tmp_path: Path) -> None:
    folder = copy_of_edition(tmp_path)
    (folder / "food.csv").unlink()
    (folder / "extra.csv").write_text("id\n", encoding="utf-8")
    problems = verify_factor_set(FIRST_EDITION, tmp_path)
    assert problems == ["food.csv: is missing", "extra.csv: is not in the manifest"]


def test_a_changed_edition_has_another_hash(tmp_path: Path) -> None:
    folder = copy_of_edition(tmp_path)
    (folder / "food.csv").write_text((folder / "food.csv").read_text("utf-8").replace("4.97", "4.98"), "utf-8")
    build(FIRST_EDITION, root=tmp_path)
    assert verify_factor_set(FIRST_EDITION, tmp_path) == []
    assert read_factor_set(folder).sha256 != FIRST_SHA256


def test_a_preferred_row_that_is_none_is_found(tmp_path: Path) -> None:
    folder = copy_of_edition(tmp_path)
    text = (
        (folder / "preferred.toml").read_text("utf-8").replace('beef = "ic_meal_duboeuf"', 'beef = "ic_meal_nothing"')
    )
    (folder / "preferred.toml").write_text(text, "utf-8")
    build(FIRST_EDITION, root=tmp_path)
    assert verify_factor_set(FIRST_EDITION, tmp_path) == [
        "preferred.toml: meal.beef names 'ic_meal_nothing', which is no row"
    ]


def test_two_rows_of_one_name_are_refused(tmp_path: Path) -> None:
    folder = copy_of_edition(tmp_path)
    lines = (folder / "digital.csv").read_text("utf-8").splitlines(keepends=True)
    (folder / "digital.csv").write_text("".join([*lines, lines[1]]), "utf-8")
    with pytest.raises(FactorMissing, match="swd4_kwh_gb_dc"):
        read_factor_set(folder)


def test_a_look_up_that_finds_nothing_raises() -> None:
    with pytest.raises(FactorMissing, match="no-such-row"):
        factor_of(load_factor_set(), "no-such-row")
    with pytest.raises(FactorMissing, match="travel.balloon"):
        regional(load_factor_set(), ["travel", "balloon"], ["CN"])


def test_the_seven_scenarios() -> None:
    scenarios = load_scenarios()
    assert list(scenarios) == ["conference", "scenic_spot", "supermarket", "restaurant", "hotel", "life", "other"]
    for scenario in scenarios.values():
        assert {"en", "zh", "mr", "is"} <= set(scenario.names)
        assert {"en", "zh"} <= set(scenario.texts)
        for activity in scenario.activities:
            assert {"en", "zh"} <= set(activity.names), activity.key
            assert activity.minimum <= activity.default <= activity.maximum, activity.key


def test_life_is_asked_by_its_four_groups_and_has_sourced_yardsticks() -> None:
    life = load_scenarios()["life"]
    assert (
        {activity.group for activity in life.activities} == set(life.groups) == {"home", "transport", "food", "goods"}
    )
    norms = load_life_norms()
    assert (norms["mean"].value, norms["goal"].value) == (9100.0, 2000.0)
    assert all(norm.source_title and norm.unit == "kg CO2e/person-year" for norm in norms.values())


def test_methods_come_by_id_or_path(tmp_path: Path) -> None:
    assert {"cooleffect", "defra_international", "klower", "sigplan", "myclimate", "ademe"} <= set(list_methods())
    assert load_method().method_id == "defra_international"
    assert [method.method_id for method in load_methods()] == list_methods()
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\n[air]\nbands = [{ from_km = 0, kg_per_km = 0.1 }]\n', "utf-8")
    mine = load_method(str(path))
    assert (mine.method_id, mine.sha256) == ("mine", hashlib.sha256(path.read_bytes()).hexdigest())
    for wrong in ("nothing", "../demo/x", str(tmp_path / "absent.toml")):
        with pytest.raises(InputError):
            load_method(wrong)
