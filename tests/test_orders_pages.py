"""Orders, companies and the residual through the pages: as a guest, a company, the organiser and the exchange."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from offsetting import STATES
from tests.support.browser import Visit
from tests.support.desk import PASSWORD, enter, mailed, person
from tests.support.guests import Guest
from tests.support.server import PROJECT_DIR, Server

__all__ = ["person"]
SLUG = "chengdu-2021"
NUMBERS = itertools.count(1)
Open = Callable[..., Visit]


def clean(page: Page) -> None:
    """axe-core finds nothing (but in the framework's own drop-down), and nothing is wider than the window."""
    found = Axe().run(page, {"exclude": [[".dash-dropdown-focus-target"]]}).response["violations"]
    assert not found, [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh", "dark")])
def test_a_guest_adds_the_rest_to_an_earlier_order(
    open_window: Open, server: Server, language: str, theme: str
) -> None:  # fmt: skip
    guest = Guest(server.url)
    first = guest.order(100, "succeeded")
    assert guest.tell(nights=3) > first["grams"]
    visit = open_window("phone", language, theme)
    page = visit.page
    guest.enter(page, f"/e/{SLUG}/neutralise")
    page.wait_for_selector("#neu-form .fz-who")
    expect(page.locator("input[name=share][value=rest]")).to_be_checked()
    clean(page)
    page.locator("#neu-go").click()
    page.wait_for_url("**/pay/**")
    page.locator("[data-outcome=succeeded]").click()
    page.wait_for_url("**/certificate/TEST-**")
    orders = guest.api.get(f"/participations/{guest.id}/footprint", headers=guest.proof).json()
    page.goto(f"/e/{SLUG}/me")
    expect(page.locator(".fz-orders > li")).to_have_count(2)
    expect(page.locator('.fz-orders a[href^="/certificate/"]')).to_have_count(2)
    clean(page)
    page.locator('.fz-orders a[href^="/order/"]').first.click()
    page.wait_for_selector(".fz-orders")
    expect(page.locator(".fz-orders > li")).to_have_count(2)
    clean(page)
    assert orders["total_g"] > first["grams"]
    assert not visit.complaints, visit.complaints


def test_a_guest_calls_off_shows_a_name_withdraws_it_and_leaves(open_window: Open, server: Server) -> None:
    guest = Guest(server.url)
    guest.order(50, "succeeded")
    held = guest.order(25)
    visit = open_window("phone")
    page = visit.page
    guest.enter(page, f"/order/{held['order_id']}")
    page.get_by_role("link", name="Call it off").click()
    page.wait_for_selector("[data-act=cancel]")
    page.locator("[data-act=cancel]").click()
    expect(page.get_by_role("status")).to_contain_text("called off")
    assert guest.api.get(f"/orders/{held['order_id']}").json()["state"] == "cancelled"
    page.get_by_label("A name to show instead").fill("Ann from Beijing")
    page.locator("[data-act=name]").click()
    expect(page.get_by_role("status")).to_contain_text("your name now")
    page.locator("[data-act=withdraw]").click()
    expect(page.get_by_role("status")).to_contain_text("off the boards")
    page.locator("[data-act=delete]").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick the box first")
    page.locator("input[name=sure]").check()
    page.locator("[data-act=delete]").click()
    expect(page.locator("#me-home")).to_contain_text("unlinked")
    assert page.evaluate(f"localStorage.getItem('fz.{SLUG}')") is None
    refused = guest.api.get(f"/participations/{guest.id}/footprint", headers=guest.proof)
    assert refused.status_code == 401
    assert not visit.complaints, visit.complaints


@pytest.mark.parametrize(("outcome", "sentence"), [
    ("failed", "The payment was declined."), ("", "Waiting for"), ("doubled", "paid."),
])  # fmt: skip
def test_each_end_of_a_payment_has_its_sentence(
    open_window: Open, server: Server, outcome: str, sentence: str
) -> None:  # fmt: skip
    guest = Guest(server.url)
    order = guest.order(25, outcome)
    page = open_window("phone").page
    page.goto(f"/order/{order['order_id']}")
    expect(page.locator(".fz-order")).to_contain_text(sentence)


def _registers(page: Page, server: Server, name: str, email: str) -> None:
    """A company opens its account by the link that it is mailed."""
    page.goto("/company/register")
    clean(page)
    told = {"name": "?!", "person": "Li Na", "email": email}
    for field, value in told.items():
        page.locator(f"#register-{field}").fill(value)
    page.locator("form button[type=submit]").click()
    expect(page.locator("#register-name-error")).to_contain_text("letters or digits")
    assert page.locator("#register-email").input_value() == email
    page.locator("#register-name").fill(name)
    page.locator("form button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("Look into your mail")
    page.goto(f"/company/colleague#{mailed(server, email)}")
    expect(page.locator("h1")).to_have_text(f"The account of {name}")
    expect(page.locator("#link-password")).to_be_focused()
    page.locator("#link-password").fill(PASSWORD)
    page.locator("form button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("Done")


def test_a_company_registers_invites_covers_and_its_guest_is_told_before_paying(
    open_window: Open, server: Server
) -> None:  # fmt: skip
    window = open_window("desktop")
    page, name = window.page, f"Rail {next(NUMBERS)} Ltd"
    email = f"company-{next(NUMBERS)}@example.org"
    _registers(page, server, name, email)
    enter(page, "/sign-in?next=/desk/company", email)
    page.locator(f'a[href$="/{SLUG}/people"]').first.click()
    page.wait_for_selector("#people-link")
    company_id = page.url.split("/company/")[1].split("/")[0]
    page.set_input_files("#people-list input[type=file]", files=[
        {"name": "people.csv", "mimeType": "text/csv", "buffer": b"name\nLi Na\nli na\n"}])  # fmt: skip
    page.locator("#people-upload").click()
    expect(page.get_by_role("status")).to_contain_text("Row 3")
    expect(page.locator("td.fz-mono")).to_have_count(0)
    page.locator("#people-link").click()
    link = page.locator("[data-copy]").first
    expect(link).to_be_visible()
    clean(page)
    code = str(link.get_attribute("data-copy")).split("#")[1]
    guests = [Guest(server.url) for _ in range(5)]
    for guest in guests:
        phone = open_window("phone").page
        guest.enter(phone, f"/e/{SLUG}/join#{code}")
        expect(phone.locator(".fz-invited")).to_have_text(name)
        phone.locator("[data-act=join]").click()
        expect(phone.get_by_role("alert")).to_contain_text("your word")
        phone.locator("input[name=consent]").check()
        phone.locator("[data-act=join]").click()
        expect(phone.get_by_role("status")).to_contain_text(f"one of {name}’s people")
    page.goto(f"/desk/company/{company_id}/{SLUG}")
    page.locator("#company-place").click()
    expect(page.locator("#company-told")).to_contain_text("held at")
    page.reload()
    page.get_by_role("button", name="Call it off").click()
    expect(page.locator("#company-cancelled")).to_contain_text("called off")
    page.locator("#company-share").fill("50")
    page.locator("#company-place").click()
    page.locator("#company-told a").click()
    page.locator("[data-outcome=succeeded]").click()
    page.wait_for_url("**/order/**")
    expect(page.locator(".fz-order")).to_contain_text("paid.")
    back = page.get_by_role("link", name="Back to the desk")
    expect(back).to_have_attribute("href", f"/desk/company/{company_id}/{SLUG}")
    assert page.locator(".fz-stepper").count() == 0  # those are a guest's steps
    phone = open_window("phone").page
    guests[0].enter(phone, f"/e/{SLUG}/neutralise")
    expect(phone.locator(".fz-who")).to_contain_text(f"{name} covered")
    expect(phone.locator(".fz-who")).to_contain_text("are open")
    clean(phone)
    phone.goto(f"/e/{SLUG}/me")
    phone.locator("[data-act=leave]").click()
    expect(phone.get_by_role("status")).to_contain_text("left the company")
    expect(phone.locator(".fz-who")).to_contain_text(f"{name} covered")
    beyond = [each for each in window.complaints if "422" not in each]  # the form that was wrong
    assert not beyond, beyond


def test_desks_call_off_and_pay_back_with_a_reason(
    open_window: Open, server: Server, person: Callable[[str], str]
) -> None:  # fmt: skip
    guest = Guest(server.url)
    held, paid = guest.order(25), guest.order(50, "succeeded")
    page = open_window("desktop").page
    enter(page, f"/desk/e/{SLUG}/orders", person("organiser"))
    expect(page.get_by_role("heading", name="Who covered what")).to_be_visible()
    clean(page)
    page.goto(f"/desk/e/{SLUG}/orders/{paid['order_id']}")
    expect(page.locator("#order-desk")).to_contain_text("the exchange can pay it back")
    page.goto(f"/desk/e/{SLUG}/orders/{held['order_id']}")
    page.locator("#order-cancel").click()
    expect(page.get_by_role("status")).to_contain_text("Say why")
    page.locator("#order-reason").fill("asked by mail")
    page.locator("#order-cancel").click()
    expect(page.get_by_role("status")).to_contain_text("called off")
    clean(page)
    exchange = open_window("desktop", "zh", "dark").page
    enter(exchange, f"/desk/e/{SLUG}/orders/{paid['order_id']}", person("exchange"))
    exchange.locator("#order-reason").fill("付错了")
    exchange.locator("#order-refund").click()
    expect(exchange.get_by_role("status")).to_contain_text("款项将退回")
    clean(exchange)
    assert guest.api.get(f"/orders/{paid['order_id']}").json()["state"] == "refunded"
    phone = open_window("phone").page
    phone.goto(f"/order/{paid['order_id']}")
    expect(phone.locator(".fz-order")).to_contain_text("went back")
    phone.goto(f"/certificate/{paid['certificate']}")
    expect(phone.locator("main")).to_contain_text("Revoked")


def test_another_companys_pages_are_refused(server: Server) -> None:
    with httpx.Client(base_url=server.url, timeout=30, follow_redirects=True) as door:
        for n in (1, 2):
            email = f"tram-{next(NUMBERS)}@example.org"
            told = {"name": f"Tram {n} of {next(NUMBERS)}", "person": "Jón", "email": email}
            assert door.post("/company/register", data=told).status_code == 200
            code = mailed(server, email)
            asked = door.post("/company/colleague", data={"code": code})  # as a page without script asks
            assert f"The account of {told['name']}" in asked.text and 'name="password"' in asked.text
            assert door.post("/company/colleague", data={"code": code[:-1]}).status_code == 404
            joined = door.post("/company/colleague", data={"code": code, "password": PASSWORD})
            assert joined.status_code == 200 and told["name"] in joined.text
            again = door.post("/company/register", data=told | {"email": "other@example.org"})
            assert again.status_code == 409
        door.post("/sign-in", data={"email": told["email"], "password": PASSWORD})
        own = door.get("/desk/company").text
        assert own
        stranger = door.get(f"/desk/company/not-ours/{SLUG}/people")
        codes = door.get(f"/desk/company/not-ours/{SLUG}/people.csv")
    assert stranger.status_code in (403, 404)
    assert codes.status_code == 403


def test_the_table_of_states_names_tests_that_are_there() -> None:
    text = (PROJECT_DIR / "docs" / "orders.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.split("## Each state and refusal")[1].split("\n")[6:]
            if line.startswith("|")]  # fmt: skip
    assert {row[0] for row in rows} == {"guest", "company", "organiser", "exchange", "auditor"}
    told = " ".join(row[1] for row in rows)
    assert [state for state in STATES if state != "quote" and not re.search(rf"\b{state}\b", told)] == []
    for row in rows:
        file, _, names = row[3].rpartition(": ")
        source = (PROJECT_DIR / "tests" / f"{file or 'test_states_in_browser'}.py").read_text(encoding="utf-8")
        missing = [name for name in names.split(", ") if f"def {name}(" not in source]
        assert not missing, missing
