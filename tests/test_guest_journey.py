"""A guest on a phone, from the first page to the rank, in English and Chinese; reloaded, gone back to, wrong."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.browser import Visit

FORUM = "chengdu-2021"
Open = Callable[..., Visit]
FROM = '#calc-home [data-block="trips.0"] [data-name="from"] input'
WORDS = {
    "en": {"type": "beijing", "start": "I want to be carbon neutral", "title": "Carbon Neutral Certificate of Honour"},
    "zh": {"type": "北京", "start": "我要碳中和", "title": "碳中和荣誉证书"},
}


def clean(page: Page) -> None:
    """axe-core finds nothing, and nothing is wider than the phone."""
    found = Axe().run(page).response["violations"]
    assert not found, [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def kept(page: Page, slug: str = FORUM) -> dict[str, Any]:
    """What the device keeps of an event."""
    return dict(json.loads(page.evaluate(f"localStorage.getItem('fz.{slug}') || '{{}}'")))


def calculator(page: Page, slug: str = FORUM) -> None:
    page.goto(f"/e/{slug}/footprint")
    page.wait_for_selector("#calc-home form")


def come_from(page: Page, text: str) -> None:
    """Types a place and takes the first suggestion."""
    page.locator(FROM).press_sequentially(text)
    page.locator(".fz-option").first.click()


def total_kg(page: Page) -> float:
    return float(re.sub(r"[^\d.]", "", page.locator("#calc-total .fz-num").inner_text().split("k")[0]))


def to_neutralise(page: Page) -> None:
    calculator(page)
    come_from(page, "PEK")
    expect(page.locator('#calc-home [data-block="trips.0"] .fz-result').first).to_be_visible()
    page.locator("#calc-go").click()
    page.wait_for_url("**/neutralise")
    page.wait_for_selector("#neu-form .fz-project")


def to_pay(page: Page) -> None:
    to_neutralise(page)
    page.locator("#neu-go").click()
    page.wait_for_url("**/pay/**")
    page.wait_for_selector("#pay-acts")


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh", "dark")])
def test_from_the_first_page_to_the_rank(open_window: Open, language: str, theme: str) -> None:
    visit, words = open_window("phone", language, theme), WORDS[language]
    page = visit.page
    page.goto("/?scenario=conference")
    clean(page)
    page.locator(f'a[href="/e/{FORUM}"]').click()
    expect(page.locator("h1")).to_be_visible()
    clean(page)
    page.get_by_role("link", name=words["start"]).click()
    page.wait_for_selector("#calc-home form")
    come_from(page, words["type"])
    result = page.locator('#calc-home [data-block="trips.0"] .fz-result').first
    expect(result).to_be_visible()
    expect(page.locator('#calc-home [data-block="trips.0"] .fz-better').first).to_be_visible()
    assert 200 < total_kg(page) < 700
    clean(page)
    result.locator("[data-act=trace]").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("DEFRA")
    clean(page)
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.locator("#calc-go").click()
    page.wait_for_url("**/neutralise")
    page.wait_for_selector("#neu-form .fz-project")
    expect(page.locator("input[type=checkbox]")).not_to_be_checked()
    clean(page)
    page.locator("#neu-go").click()
    page.wait_for_selector("#pay-acts")
    clean(page)
    page.locator("[data-outcome=succeeded]").click()
    page.wait_for_url("**/certificate/TEST-**")
    expect(page.locator("h1").first).to_have_text(re.compile(words["title"].replace(" ", r"\s+")))
    clean(page)
    page.goto(f"/order/{kept(page)['order_id']}")
    page.wait_for_selector(".fz-order")
    clean(page)
    page.goto(f"/e/{FORUM}/rank")
    page.wait_for_selector(".fz-me")
    expect(page.locator(".fz-board-me")).to_have_count(1)
    expect(page.locator(".fz-tab").first).to_have_attribute("aria-current", "page")
    clean(page)
    secret = kept(page)["secret"]
    assert len(secret) > 30
    assert not [each.url for each in visit.requests if secret in each.url]
    assert not visit.complaints, visit.complaints


def test_what_was_typed_survives_a_reload_and_going_back(open_window: Open) -> None:
    page = open_window("phone").page
    to_neutralise(page)
    before = kept(page)["footprint"]["total_g"]
    page.go_back()
    page.wait_for_selector("#calc-home form")
    expect(page.locator(FROM)).to_have_value("Beijing")
    page.reload()
    page.wait_for_selector("#calc-home form")
    expect(page.locator(FROM)).to_have_value("Beijing")
    page.locator('#calc-home [data-block="stays.0"] [data-name="nights"] button').last.click()
    expect(page.locator('#calc-home [data-block="stays.0"] [data-name="nights"] input')).to_have_value("2")
    page.locator("#calc-go").click()
    page.wait_for_url("**/neutralise")
    page.wait_for_selector("#neu-form .fz-project")
    again = kept(page)
    assert again["footprint"]["version"] == 2
    assert again["footprint"]["total_g"] > before
    page.locator('input[name=share][value="50"]').check(force=True)
    page.reload()
    page.wait_for_selector("#neu-form .fz-project")
    expect(page.locator('input[name=share][value="50"]')).to_be_checked()


def test_a_lost_connection_keeps_what_is_typed_and_catches_up(open_window: Open) -> None:
    visit = open_window("phone")
    page = visit.page
    calculator(page)
    come_from(page, "PEK")
    expect(page.locator("#calc-strip")).to_contain_text("travel")
    before, shown = total_kg(page), page.locator("#calc-total .fz-num").inner_text()
    visit.context.set_offline(True)
    page.locator('#calc-home [data-block="stays.0"] [data-name="nights"] button').last.click()
    page.locator("#calc-add-trips").click()
    expect(page.locator('[data-kept="offline"]')).to_be_visible()
    assert kept(page)["draft"]["stays"][0]["nights"] == 2
    assert len(kept(page)["draft"]["trips"]) == 2
    visit.context.set_offline(False)
    expect(page.locator('[data-kept="kept"]')).to_be_visible(timeout=20_000)
    expect(page.locator("#calc-total .fz-num")).not_to_have_text(shown)
    assert total_kg(page) > before


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_wrong_is_said_below_its_field_and_stays(open_window: Open, language: str) -> None:
    page = open_window("phone", language).page
    calculator(page)
    page.locator("#calc-go").click()
    first = page.locator('#calc-home [data-block="trips.0"] [data-error~="from"]')
    expect(first).to_be_visible()
    assert page.url.endswith("/footprint")
    page.locator(FROM).fill("Atlantis-on-Sea")
    page.locator(FROM).press("Tab")
    page.locator("#calc-go").click()
    expect(first).to_contain_text("Atlantis-on-Sea")
    expect(page.locator(FROM)).to_have_value("Atlantis-on-Sea")
    expect(page.locator(FROM)).to_have_attribute("aria-invalid", "true")
    nights = page.locator('#calc-home [data-block="stays.0"] [data-name="nights"] input')
    nights.fill("400")
    error = page.locator('#calc-home [data-block="stays.0"] [data-error~="nights"]')
    expect(error).to_contain_text("400")
    expect(error).to_contain_text("366")
    expect(nights).to_have_value("400")
    clean(page)


def test_the_place_field_is_worked_with_the_keyboard_alone(open_window: Open) -> None:
    page = open_window("phone").page
    calculator(page)
    field = page.locator(FROM)
    field.press_sequentially("shang")
    expect(page.get_by_role("listbox")).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    active = field.get_attribute("aria-activedescendant")
    expect(page.locator(f"#{active}")).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(field).to_have_value(re.compile("Shang"))
    expect(field).to_have_attribute("aria-expanded", "false")
    field.fill("")
    field.press_sequentially("kef")
    expect(page.get_by_role("listbox")).to_be_visible()
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)


def test_trips_of_every_kind(open_window: Open) -> None:
    page = open_window("phone").page
    calculator(page)
    card = page.locator('#calc-home [data-block="trips.0"]')
    card.locator("[data-act=more]").click()
    expect(card.locator(".fz-chip:visible")).to_have_count(12)
    come_from(page, "PEK")
    card.locator("[data-act=stop]").click()
    card.locator("[data-stop] input").press_sequentially("XIY")
    page.locator(".fz-option").first.click()
    expect(page.locator("#calc-strip")).to_contain_text("travel")
    total = page.locator("#calc-total .fz-num")
    flown = total.inner_text()
    card.locator('label:has(input[data-value="car"])').click()
    expect(card.locator('[data-when="mode:car,taxi"]').first).to_be_visible()
    expect(total).not_to_have_text(flown)
    alone, shown = total_kg(page), total.inner_text()
    card.locator('[data-name="people"] button').last.click()
    expect(total).not_to_have_text(shown)
    assert total_kg(page) < alone
    card.locator("[data-act=swap]").click()
    expect(page.locator(FROM)).to_have_value("Chengdu")
    page.locator("#calc-add-trips").click()
    expect(page.locator('#calc-home [data-block="trips.1"] [data-open]')).to_be_visible()
    expect(card.locator("[data-folded]")).to_contain_text("2 in the car")


def test_taking_part_remotely(open_window: Open) -> None:
    page = open_window("phone").page
    calculator(page)
    page.locator('#calc-home [data-block="remote"] label').click()
    expect(page.locator("#calc-trips")).to_be_hidden()
    expect(page.locator("#calc-strip")).to_contain_text("digital")
    page.locator("#calc-go").click()
    page.wait_for_url("**/neutralise")
    page.wait_for_selector("#neu-form .fz-project")


def test_a_declined_payment_and_a_doubled_one(open_window: Open) -> None:
    page = open_window("phone").page
    to_pay(page)
    page.locator("[data-outcome=failed]").click()
    page.wait_for_url("**/order/**")
    page.get_by_role("link", name="Choose again").click()
    page.wait_for_selector("#neu-form .fz-project")
    page.locator("#neu-go").click()
    page.wait_for_selector("#pay-acts")
    page.locator("[data-outcome=doubled]").click()
    page.wait_for_url("**/certificate/TEST-**")
    page.goto(f"/pay/{kept(page)['order_id']}")
    expect(page.get_by_role("link", name="See the order")).to_be_visible()
    expect(page.locator("#pay-acts")).to_have_count(0)


def test_asking_twice_holds_once(open_window: Open) -> None:
    page = open_window("phone").page
    to_pay(page)
    order_id = kept(page)["order_id"]
    page.go_back()
    page.wait_for_selector("#neu-form .fz-project")
    page.locator("#neu-go").click()
    page.wait_for_selector("#pay-acts")
    assert kept(page)["order_id"] == order_id


def test_the_boards_say_why_and_share_by_certificate(open_window: Open) -> None:
    page = open_window("phone").page
    to_pay(page)
    page.locator("[data-outcome=succeeded]").click()
    page.wait_for_url("**/certificate/TEST-**")
    number = page.url.rsplit("/", 1)[1]
    page.goto(f"/e/{FORUM}/rank?board=companies")
    expect(page.locator(".fz-why")).to_contain_text("company")
    other = open_window("phone").page
    other.goto(f"/e/{FORUM}/rank")
    expect(other.locator("#rank-me")).to_contain_text("I want to be carbon neutral")
    other.locator("#rank-number").fill(number.lower().replace("-", " "))
    other.get_by_role("button", name="Look up").click()
    other.wait_for_selector(".fz-me")
    picture = other.request.get(f"/e/{FORUM}/rank.png?certificate={number}")
    assert picture.headers["content-type"] == "image/png"
    assert picture.body().startswith(b"\x89PNG")
    other.goto(f"/e/{FORUM}/rank?certificate=TEST-0000-0000-0000-0000")
    expect(other.get_by_role("alert")).to_contain_text("TEST-0000-0000-0000-0000")


def test_a_year_of_life(open_window: Open) -> None:
    page = open_window("phone").page
    page.goto("/life")
    page.wait_for_url("**/e/life/footprint")
    expect(page.locator("#calc-year")).to_contain_text("2.00")
    row = page.locator('#calc-home [data-block="other"] [data-name="meals_beef"]')
    row.fill("7")
    expect(page.locator('#calc-home [data-act="trace"][data-of="meals_beef"]')).to_contain_text("1.81")
    row.fill("99")
    expect(page.locator('#calc-home [data-error="meals_beef"]')).to_contain_text("28")
    row.fill("7")
    page.locator('#calc-home [data-act="trace"][data-of="meals_beef"]').click()
    expect(page.get_by_role("dialog")).to_contain_text("ADEME")
    page.keyboard.press("Escape")
    clean(page)
    page.locator("#calc-go").click()
    page.wait_for_url("**/neutralise")
    page.wait_for_selector("#neu-form .fz-project")


@pytest.mark.parametrize(
    "slug",
    ["demo-lakeside-park", "demo-corner-market", "demo-bamboo-kitchen", "demo-riverside-hotel", "demo-community-fair"],
)
def test_every_scenario_asks_its_own(open_window: Open, slug: str) -> None:
    visit = open_window("phone", "zh")
    page = visit.page
    page.goto(f"/e/{slug}")
    clean(page)
    calculator(page, slug)
    field = page.locator('#calc-home [data-block="other"] input[data-name]').first
    field.fill("3")
    expect(page.locator("#calc-strip .fz-swatch").first).to_be_visible()
    expect(page.locator("#calc-total .fz-num")).not_to_have_text(re.compile(r"^0[^\d.]"))
    clean(page)
    assert not visit.complaints, visit.complaints


def test_what_is_not_there(open_window: Open) -> None:
    page = open_window("phone").page
    for path in ("/e/none", "/e/none/footprint", "/e/none/neutralise", "/e/none/rank", "/pay/none", "/order/none"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 404, path
        expect(page.locator("main")).to_contain_text("none")
    page.goto("/?q=no+such+meeting")
    expect(page.locator("main")).to_contain_text("no such meeting")
    clean(page)
    page.goto("/?q=数字碳中和")
    expect(page.locator(f'a[href="/e/{FORUM}"]')).to_be_visible()
