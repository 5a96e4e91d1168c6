"""A code's whole way, in two browsers: made for a hall, scanned by a phone, answered, paid, on the board, revoked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import SIZES
from tests.support.desk import add_person, enter
from tests.support.events import body, trip
from tests.support.server import Server
from tests.test_guest_journey import clean, come_from

SLUG, EVENT, HALL = "chengdu-2021", "dem02021", "economy"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)
LABEL = "Left of the stage"


@pytest.fixture
def phone(browser: Browser, server: Server) -> Iterator[Page]:
    """A phone that says so: what a program without a window opens is no scan."""
    width, height = SIZES["phone"]
    context = browser.new_context(base_url=server.url, user_agent=PHONE, viewport={"width": width, "height": height},
                                  locale="en-GB", is_mobile=True, has_touch=True, reduced_motion="reduce")  # fmt: skip
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser: Browser, server: Server) -> Iterator[Page]:
    """The organiser's window."""
    width, height = SIZES["desktop"]
    context = browser.new_context(base_url=server.url, viewport={"width": width, "height": height}, locale="en-GB",
                                  reduced_motion="reduce")  # fmt: skip
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    enter(page, f"/desk/e/{SLUG}/codes", add_person(server, "organiser", EVENT))
    yield page
    context.close()


def make(desk: Page) -> str:
    """A code of a channel and a hall; what is printed of it."""
    desk.locator("#codes-channel").select_option("table_card")
    desk.locator("#codes-session").select_option(HALL)
    desk.locator("#codes-label").fill(LABEL)
    desk.locator("#codes-make").click()
    desk.locator("#codes-told [data-copy]").click()
    expect(desk.locator("#codes-told [data-copy]")).to_contain_text("Copied")
    assert desk.evaluate("navigator.clipboard.readText()").endswith(desk.locator("#codes-link").inner_text())
    return desk.locator("#codes-link").inner_text().rsplit("/", 1)[1]


def figures(desk: Page, code: str) -> list[str]:
    """Scans, began, footprint, paid, certificate of a code as its board tells them."""
    desk.goto(f"/desk/e/{SLUG}/codes?find={code}&code={code}")
    row = desk.locator("#codes-list tbody tr", has_text=code)
    expect(row).to_have_count(1)
    return [cell.split()[0] for cell in row.locator("td.fz-right").all_inner_texts()[:5]]


def test_from_the_scan_to_the_certificate_and_to_the_end_of_the_code(server: Server, desk: Page, phone: Page) -> None:
    code = make(desk)
    phone.goto("/")
    phone.locator("#q").fill(f"{code[:3].upper()} {code[3:]}")
    phone.keyboard.press("Enter")
    phone.wait_for_url(f"**/e/{SLUG}?c={code}")
    phone.get_by_role("link", name="I want to be carbon neutral").click()
    phone.wait_for_selector("#calc-home form")
    expect(phone.locator("#calc-home select[data-name=session]")).to_have_value(HALL)
    come_from(phone, "PEK")
    expect(phone.locator('#calc-home [data-block="trips.0"] .fz-result').first).to_be_visible()
    phone.locator("#calc-go").click()
    phone.wait_for_selector("#neu-form .fz-project")
    phone.locator("#neu-go").click()
    phone.wait_for_selector("#pay-acts")
    phone.locator("[data-outcome=succeeded]").click()
    phone.wait_for_url("**/certificate/TEST-**")
    assert figures(desk, code) == ["1", "<", "<", "<", "<"], "one person's figures are not told"
    with httpx.Client(base_url=f"{server.url}/api/v1", timeout=20) as api:
        for i in range(5):
            key = {"Idempotency-Key": f"walk-{code}-{i}-{'k' * 16}"}
            begun = api.post(f"/events/{SLUG}/participations", json={"code": code}, headers=key).json()
            told = {"Authorization": f"Bearer {begun['secret']}", "Idempotency-Key": f"told-{code}-{i}-{'k' * 16}"}
            path = f"/participations/{begun['participation_id']}/footprint"
            assert api.put(path, json=body(trip("metro"), nights=0), headers=told).status_code == 200
    assert figures(desk, code) == ["1", "6", "6", "1", "1"]
    expect(desk.locator(".fz-code-times")).to_be_visible()

    desk.locator("#codes-name").fill("By the doors")
    desk.locator("#codes-rename").click()
    expect(desk.locator("#codes-list tbody tr", has_text="By the doors")).to_have_count(1)
    desk.locator(".fz-code-revoke > summary").click()
    desk.locator("#codes-revoke").click()
    desk.wait_for_url(f"**/desk/e/{SLUG}/codes")
    for language, title in (
        ("en", "No longer in use"),
        ("zh", "已停用"),
        ("mr", "आता वापरात नाही"),
        ("is", "Ekki lengur í notkun"),
    ):
        answer = phone.goto(f"/s/{code}?lang={language}")
        assert answer is not None and answer.status == 410
        expect(phone.locator("h1")).to_have_text(title)
        expect(phone.locator(f'main a[href="/e/{SLUG}"]').first).to_be_visible()
        clean(phone)
    phone.goto("/s?lang=en")
    phone.locator("#code").fill("0 o1 zzzz")
    phone.keyboard.press("Enter")
    expect(phone.locator("#code-error")).to_contain_text(re.compile("seven letters and digits"))
    clean(phone)
