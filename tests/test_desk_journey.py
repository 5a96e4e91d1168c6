"""The desks in a browser: figures that move with an order, a retirement that turns a certificate."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

import accounts
from data.store.engine import open_store, set_store
from tests.support.browser import Visit
from tests.support.server import Server

PASSWORD = "a password of the tests"
SLUG = "chengdu-2021"
NUMBERS = itertools.count(1)


@pytest.fixture
def person(server: Server) -> Callable[[str], str]:
    """Makes somebody with a role in the served store; their email."""

    def make(role: str) -> str:
        store = open_store(f"sqlite:///{server.data_dir / 'forumzero.sqlite3'}")
        set_store(store)
        email = f"{role}-{next(NUMBERS)}@example.org"
        try:
            accounts.create_person(email, "Somebody", PASSWORD, (role,))
        finally:
            set_store(None)
            store.dispose()
        return email

    return make


def enter(page: Page, path: str, email: str) -> None:
    """Asks for a page, is sent to the door, signs in and comes back."""
    page.goto(path)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector(".fz-desk-main")


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
    assert not window.complaints


def test_the_exchange_confirms_and_a_certificate_turns(
    open_window: Callable[..., Visit], person: Callable[[str], str], server: Server, tmp_path: Path
) -> None:
    number = order(server.url, 1_000_000)
    assert state(server.url, number) == "reserved"
    window = open_window("desktop")
    page = window.page
    enter(page, "/desk/exchange", person("exchange"))
    row = page.locator("tr", has_text="First China Digital Carbon Neutrality Forum").first
    row.get_by_role("link", name="Confirm").click()
    page.wait_for_selector("#retire-confirm")
    count = page.locator("#retire-credit_count").input_value()
    page.locator("#retire-link").fill("not an address")
    page.locator("#retire-confirm").click()
    expect(page.locator("#retire-link-error")).to_contain_text("not an address")
    expect(page.locator("#retire-evidence-error")).to_contain_text("Registry's document")
    assert page.locator("#retire-credit_count").input_value() == count
    assert page.locator("#retire-link").input_value() == "not an address"

    document = tmp_path / "registry.pdf"
    document.write_bytes(b"%PDF-1.4 retired " + b"x" * 600_000)
    page.locator("#retire-partly").get_by_role("option").click()
    _all_begun(page)
    page.locator("#retire-link").fill("https://registry.example/retired/7")
    page.locator("#retire-evidence input[type=file]").set_input_files(document)
    expect(page.locator("#retire-file")).to_have_text("registry.pdf")
    page.locator("#retire-confirm").click()
    expect(page.locator("#retire-done")).to_contain_text("turned to retired", timeout=20_000)
    assert state(server.url, number) == "retired"
    page.get_by_role("link", name="Back to the exchange's desk").click()
    expect(page.get_by_text("registry.pdf").first).to_be_visible()
    assert not window.complaints


def _all_begun(page: Page) -> None:
    """As many credits as are ready or begun, so that every sold gram is retired."""
    facts = page.locator(".fz-facts dd").all_inner_texts()
    page.locator("#retire-credit_count").fill(str(int(facts[-2]) + int(facts[-1])))


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
    for path in (*event, "/desk", "/desk/exchange", "/desk/reports", "/desk/company"):
        page.goto(f"{path}?lang={language}")
        page.wait_for_selector(".fz-desk-main h1")
        assert page.locator(":root").evaluate("e => e.scrollWidth") <= 390, path
    assert not window.complaints
