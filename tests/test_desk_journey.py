"""The desks in a browser: figures that move with an order, a question in the address, phones."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import expect

from tests.support.browser import Visit
from tests.support.desk import enter, person
from tests.support.server import Server

__all__ = ["person"]
SLUG = "chengdu-2021"


def order(url: str, grams: int) -> str:
    """A guest who flew from Beijing pays for grams through the API; the certificate's number."""
    with httpx.Client(base_url=url + "/api/v1", timeout=20) as api:
        started = api.post(f"/events/{SLUG}/participations", json={}).json()
        proof = {"Authorization": f"Bearer {started['secret']}"}
        mine = f"/participations/{started['participation_id']}"
        trip = {"from": "iata:PEK", "mode": "plane", "round_trip": True}
        assert api.put(f"{mine}/footprint", json={"trips": [trip]}, headers=proof).status_code == 200
        placed = api.post(f"{mine}/orders", json={"project": "cdcer-other", "grams": grams}, headers=proof).json()
        paid = api.post(f"/demo-payments/{placed['order_id']}", json={"outcome": "succeeded"})
        assert paid.status_code == 202
        number: str = api.get(f"/orders/{placed['order_id']}").json()["certificate"]
        return number


def state(url: str, number: str) -> str:
    """The state of a certificate."""
    held = httpx.get(f"{url}/api/v1/certificates/{number}", headers={"Accept": "application/json"}, timeout=20).json()
    found: str = held["state"]
    return found


def test_the_organisers_figures_move_with_an_order(
    open_window: Callable[..., Visit], person: Callable[[str], str], server: Server
) -> None:
    window = open_window("desktop")
    page = window.page
    enter(page, f"/desk/e/{SLUG}", person("organiser"))
    expect(page.locator("#organiser-live")).to_contain_text("Live")
    before = page.locator("#organiser-reserved").inner_text()
    orders = page.get_by_text("orders ·").inner_text()
    order(server.url, 900_000)
    expect(page.locator("#organiser-reserved")).not_to_have_text(before, timeout=10_000)
    expect(page.get_by_text("orders ·")).not_to_have_text(orders)
    page.locator("#figure-category .fz-wide-only .fz-bar-link").first.click()
    expect(page).to_have_url(f"{server.url}/desk/e/{SLUG}?category=travel")
    expect(page.locator(".fz-off")).to_have_count(1)
    before = page.locator("#organiser-reserved").inner_text()
    order(server.url, 900_000)
    expect(page.locator("#organiser-reserved")).not_to_have_text(before, timeout=10_000)
    expect(page.locator(".fz-off")).to_have_count(1)  # a new version keeps the question
    page.go_back()
    expect(page.locator("#figure-origin")).to_be_visible()
    assert not window.complaints


def test_the_explorer_keeps_its_question_in_the_address(
    open_window: Callable[..., Visit], person: Callable[[str], str]
) -> None:
    window = open_window("desktop")
    page = window.page
    enter(page, f"/desk/reports?event={SLUG}", person("sustainability"))
    page.locator("#reports-by").click()
    page.get_by_role("option", name="session").click()
    expect(page).to_have_url(f"{page.url.split('?')[0]}?by=session&event={SLUG}")
    expect(page.locator(".fz-explore tbody tr").nth(4)).to_be_visible()
    finding = page.locator("#reports-finding h2").inner_text()
    page.reload()
    expect(page.locator("#reports-finding h2")).to_have_text(finding)
    assert page.locator("#reports-csv").get_attribute("href") == f"/desk/reports.csv?by=session&event={SLUG}"
    assert not window.complaints


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_page_of_the_desk_scrolls_sideways_on_a_phone(
    open_window: Callable[..., Visit], person: Callable[[str], str], language: str
) -> None:
    window = open_window("phone", "en")
    page = window.page
    enter(page, "/desk", person("administrator"))
    event = [f"/desk/e/{SLUG}{path}" for path in ("", "/orders", "/boards", "/poster", "/screens")]
    for path in (*event, "/desk", "/desk/exchange", "/desk/exchange/pools", "/desk/reports", "/desk/company"):
        page.goto(f"{path}?lang={language}")
        page.wait_for_selector(".fz-desk-main h1")
        assert page.locator(":root").evaluate("e => e.scrollWidth") <= 390, path
    assert not window.complaints
