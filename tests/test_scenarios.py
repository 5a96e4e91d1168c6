"""Scenario templates are data: a file dropped into a folder is a calculator; and each of ours computes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

import events
from calculations.answers import parse_answers
from calculations.footprint import compute
from calculations.model import Boundary, FactorMissing, InputError
from data import library, templates
from data.places import index
from data.store.engine import Store
from locales import set_language
from pages.guest import _activities, _form, _year, calculator
from pages.guest._draft import asked_of
from tests.support.browser import visit
from tests.support.events import draft
from tests.support.server import PROJECT_DIR, Server

GUESTS = ("conference", "scenic_spot", "supermarket", "restaurant", "hotel", "life")
CHENGDU = "geo:1815286"
SPA = """
names = { en = "Thermal bath", zh = "温泉" }
asks = ["trips"]
activity = [
  { key = "towel_wash", group = "bath", names = { en = "Towels washed", zh = "洗毛巾" }, unit = "kWh", \
category = "energy", by_region = "electricity", unit_names = { en = "kWh at the mangle", zh = "千瓦时" } },
  { key = "juice", group = "bar", names = { en = "Juice", zh = "果汁" }, unit = "ml", of = "litre", scale = 0.001, \
category = "food", factor = "ngc_drink_juice_l", max = 5000, help = { en = "Small glass: 200.", zh = "小杯：200。" } },
  { key = "wine", group = "bar", shown = false, names = { en = "Wine", zh = "葡萄酒" }, unit = "litre", \
category = "food", factor = "ic_drink_vin" },
]
[group.bath]
en = "Bath"
zh = "浴"
icon = "hotel"
[group.bar]
en = "Bar"
zh = "吧台"
[texts]
en = "Warm water."
zh = "热水。"
[left_out]
en = "Warm springs are not asked."
zh = "不询问温泉。"
[page]
order = 5
icon = "no such icon"
search = true
heading = { en = "How warm was it?", zh = "水有多热？" }
"""


@pytest.fixture
def dropped(own_folder: Path) -> Iterator[Path]:
    """The operator's own folder of templates, with one of a kind nobody has thought of."""
    folder = own_folder / "scenarios"
    folder.mkdir(parents=True)
    (folder / "thermal_bath.toml").write_text(SPA, encoding="utf-8")
    library.load_scenarios.cache_clear()
    yield folder
    library.load_scenarios.cache_clear()


def test_a_new_file_is_a_new_scenario(dropped: Path, sqlite_store: Store) -> None:
    listed = [each.scenario_id for each in events.scenarios()]
    assert listed[0] == "thermal_bath"  # by the order its own page says
    event = events.create_event(draft("bath", scenario="thermal_bath"))
    body = {"other": [{"activity": "juice", "quantity": 400, "unit": "ml"},
                      {"activity": "towel_wash", "quantity": 10, "unit": "kWh"}]}  # fmt: skip
    view = events.preview_footprint(event.slug, body)
    factors = library.load_factor_set()
    juice = round(400 * 0.001 * factors.factors["ngc_drink_juice_l"].value * 1000)
    assert [line.total_g for line in view.lines][:1] == [juice] == [352]
    assert set(view.by_category) == {"food", "energy"}
    assert view.lines[1].factor_id == "mee-2023-electricity-cn-51"
    with pytest.raises(InputError, match="quantity"):
        events.preview_footprint(event.slug, {"other": [{"activity": "juice", "quantity": 5001, "unit": "ml"}]})


def test_its_calculator_is_made_of_it(dropped: Path, sqlite_store: Store) -> None:
    set_language("en")
    event = events.create_event(draft("bath", scenario="thermal_bath"))
    scenario = library.load_scenarios()["thermal_bath"]
    page = json.dumps(_form.form(event, scenario).to_plotly_json(), default=lambda each: each.to_plotly_json())
    for words in ("Towels washed", "kWh at the mangle", "Small glass: 200.", "Warm springs are not asked.", "Bar"):
        assert words in page
    rows = {each.key: _activities.activity_row(each) for each in scenario.activities}
    assert rows["wine"].hidden
    assert not rows["juice"].hidden
    assert "data-finder" in page
    set_language("zh")
    page = json.dumps(_form.form(event, scenario).to_plotly_json(), default=lambda each: each.to_plotly_json(),
                      ensure_ascii=False)  # fmt: skip
    set_language("en")
    assert "小杯：200。" in page
    assert "不询问温泉。" in page


def test_it_is_served_listed_and_walked_through(make_server: Callable[..., Server], browser: Browser) -> None:
    server = make_server()
    folder = server.data_dir / "scenarios"
    folder.mkdir(parents=True)
    (folder / "thermal_bath.toml").write_text(SPA, encoding="utf-8")
    server.cli("migrate")
    make = "import events, tests.support.events as t; events.create_event(t.draft('bath', scenario='thermal_bath'))"
    subprocess.run([sys.executable, "-c", make], cwd=PROJECT_DIR, env=server.environment, check=True, timeout=60)
    server.start()
    window = visit(browser, "phone", "en", "light", server.url)
    page = window.page
    listed = page.request.get("/api/v1/scenarios").json()["items"]
    asked = next(each for each in listed if each["id"] == "thermal_bath")
    assert asked["names"]["zh"] == "温泉"
    assert [(each["activity"], each["unit"]) for each in asked["activities"]][1] == ("juice", "ml")
    page.goto("/")
    expect(page.locator(".fz-tiles")).to_contain_text("Thermal bath")
    page.goto("/e/bath/footprint")
    expect(page.locator("h1")).to_have_text("How warm was it?")
    wine = page.locator('#calc-home [data-name="wine"] >> visible=true')
    expect(wine).to_have_count(0)
    page.locator("[data-finder] input").fill("wín")
    page.locator("[data-found] button").first.click()
    page.locator('#calc-home input[data-name="wine"]').fill("2")
    expect(page.locator('#calc-home [data-slot="group.bar"]')).to_have_text(re.compile(r"^2\.5.kg$"))
    page.reload()
    expect(page.locator('#calc-home input[data-name="wine"]')).to_be_visible()  # what was told stays in sight
    assert not window.complaints, window.complaints
    window.context.close()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("ngc_drink_juice_l", "no_such_row"), "no_such_row"),
        (('category = "energy"', 'category = "heat"'), "is of heat"),
        (('of = "litre"', 'of = "kg"'), "priced in litre"),
        (('group = "bath"', 'group = "sauna"'), "sauna"),
        (('asks = ["trips"]', 'asks = ["rides"]'), "rides"),
        (("search = true", "serach = true"), "serach"),
        (('key = "juice"', 'key = "wine"'), "twice"),
        (('by_region = "electricity"', 'by_region = "tides"'), "tides"),
        (("names = { en", "name = { en"), "names"),
        (("asks =", "asks"), "thermal_bath.toml"),
    ],
)
def test_a_wrong_template_is_named_with_what_is_wrong(dropped: Path, change: tuple[str, str], said: str) -> None:
    path = dropped / "thermal_bath.toml"
    path.write_text(SPA.replace(*change, 1), encoding="utf-8")
    with pytest.raises(FactorMissing, match=re.escape(said)) as error:
        templates.read_scenario(path, library.load_factor_set())
    assert "thermal_bath.toml" in str(error.value)


def test_a_template_cannot_take_anothers_name(dropped: Path) -> None:
    (dropped / "hotel.toml").write_text(SPA, encoding="utf-8")
    with pytest.raises(FactorMissing, match="two scenarios"):
        templates.scenario_paths()


@pytest.mark.parametrize("scenario_id", [path.stem for path in sorted(templates.SCENARIOS.glob("*.toml"))])
def test_every_question_of_every_template_computes(scenario_id: str) -> None:
    scenario, factors = library.load_scenarios()[scenario_id], library.load_factor_set()
    told = [{"activity": each.key, "quantity": 1, "unit": each.unit} for each in scenario.activities]
    answers = parse_answers({"other": told}, index.get, index.get(CHENGDU), scenario, factors)
    lines = compute(answers, factors, Boundary()).lines
    assert [(line.activity, line.category) for line in lines] == [(a.key, a.category) for a in scenario.activities]
    assert all(line.low_g <= line.total_g <= line.high_g for line in lines)


@pytest.mark.parametrize("scenario_id", GUESTS)
def test_guests_questions_have_names_in_all_languages(scenario_id: str) -> None:
    scenario = library.load_scenarios()[scenario_id]
    named = [scenario.names, scenario.texts, *(each.names for each in scenario.activities), *scenario.groups.values()]
    named += [each.help for each in scenario.activities if each.help]
    named += [scenario.page[key] for key in ("heading", "folded", "left_out") if scenario.page.get(key)]
    missing = [names for names in named if not {"en", "zh", "mr", "is"} <= set(names)]
    assert missing == []


def test_nobody_is_asked_a_meal_and_its_diet_twice() -> None:
    for scenario in library.load_scenarios().values():
        rows = {each.factor for each in scenario.activities}
        assert not any(row.startswith("scarborough2014_diet") for row in rows)
        assert not ("meals" in scenario.asks and any(row.startswith("ic_meal") for row in rows))


def test_an_event_fills_in_what_its_guests_usually_tell(sqlite_store: Store) -> None:
    told = {"bottled_water": 2, "no_such_question": 9}
    event = events.create_event(draft("walk", scenario="scenic_spot", defaults={"other": told}))
    config = calculator._config(event, library.load_scenarios()["scenic_spot"])
    assert config["draft"]["other"] == {"bottled_water": 2}
    assert config["near"] == CHENGDU
    assert config["draft"]["stays"] == []
    hotel = calculator._config(event, library.load_scenarios()["hotel"])
    assert len(hotel["draft"]["stays"]) == 1


def life(**other: float) -> dict[str, object]:
    return {"other": other, "home": {"place": {"id": CHENGDU, "name": "Chengdu"}}}


def test_a_years_flights_tell_their_parts_and_home_chooses_the_grid(sqlite_store: Store) -> None:
    event, scenario = events.create_event(draft("year", scenario="life")), library.load_scenarios()["life"]
    asked = asked_of(life(flights=2000, electricity=80), scenario, whole=True)
    view = events.preview_footprint(event.slug, asked.body)
    power, flight = view.lines
    assert (power.factor_id, power.quantity) == ("mee-2023-electricity-cn-51", 960)
    assert flight.factor_id == "defra-2025-flight-international-economy-with-rf"
    assert flight.non_co2_g > 0
    assert flight.upstream_g > 0
    assert [item.get("known") for item in asked.body["other"]] == ["defaulted", "defaulted"]
    moved = life(electricity=90) | {"home": {"place": {"id": "geo:5391959"}}}  # San Francisco
    asked = asked_of(moved, scenario, whole=True)
    assert "known" not in asked.body["other"][0]
    assert events.preview_footprint(event.slug, asked.body).lines[0].factor_id.startswith("egrid")


def test_a_home_that_is_no_place_is_named(sqlite_store: Store) -> None:
    scenario = library.load_scenarios()["life"]
    told = life(electricity=90) | {"home": {"place": None, "place_text": "Atlantis"}}
    assert "Atlantis" in asked_of(told, scenario, whole=True).errors["home.place"]
    typing = asked_of(told, scenario, whole=False)
    assert typing.errors == {}
    assert "place" not in typing.body["other"][0]


def test_the_biggest_levers_come_first_and_say_what_they_save(sqlite_store: Store) -> None:
    event, scenario = events.create_event(draft("year", scenario="life")), library.load_scenarios()["life"]
    asked = asked_of(life(meals_beef=7, meals_chicken=2, car_petrol=100, coffee=1, metro=50), scenario, whole=True)
    view = events.preview_footprint(event.slug, asked.body)
    found = _year.levers_of(event, scenario, asked, view)
    assert [(each.activity.key, each.instead.key) for each in found] == [
        ("meals_beef", "meals_vegetarian"), ("car_petrol", "metro"), ("meals_chicken", "meals_vegetarian"),
    ]  # fmt: skip
    assert found[0].saved_g == 7 * 52 * (4970 - 850)
    assert [each.saved_g for each in found] == sorted((each.saved_g for each in found), reverse=True)
    assert _year.levers([]) is None


def test_a_year_says_whose_mean_it_stands_beside(sqlite_store: Store) -> None:
    set_language("en")
    event = events.create_event(draft("year", scenario="life"))
    asked = asked_of(life(meals_beef=7), library.load_scenarios()["life"], whole=True)
    said = json.dumps(_year.year(event, events.preview_footprint(event.slug, asked.body)).to_plotly_json(),
                      default=lambda each: each.to_plotly_json())  # fmt: skip
    assert "the mean of France is 9.10" in said
    assert "No sourced mean of another country was found." in said
