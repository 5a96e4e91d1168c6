"""Bringing a file in with a browser: bad rows are seen, taken, mended and put back; lines come and are undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.api import client
from tests.support.browser import Visit
from tests.support.desk import add_person, enter
from tests.support.server import Server

SLUG = "demo-community-fair"
BILLS = """Invoice;Energy;From;Consumption;Unit
T-1;Strom;01.05.2026;1.234,5;kWh
T-2;Gas;01.05.2026;12,5;EUR
T-3;District heating;31.02.2026;viel;GJ
"""


def hand_in(page: Page, path: Path) -> None:
    page.locator("#import-file input[type=file]").set_input_files(path)


def test_a_bad_file_is_mended_brought_in_and_undone(
    server: Server, open_window: Callable[..., Visit], tmp_path: Path
) -> None:
    page = open_window("desktop", url=server.url).page
    enter(page, f"/desk/e/{SLUG}/import", add_person(server, "organiser"))
    bills = tmp_path / "bills.csv"
    bills.write_text(BILLS + ";;;;\n" * 60_000, encoding="utf-8")  # larger than what other callbacks may send
    hand_in(page, bills)
    wrong = page.locator(".fz-import-wrong tbody tr")
    expect(wrong).to_have_count(3)
    expect(wrong.first).to_contain_text("amount of money")
    expect(page.locator("#import-kind")).to_have_value("energy")
    expect(page.locator("#import-decimal")).to_have_value(",")
    expect(page.locator("#import-bring")).to_have_count(0)
    page.locator("#import-decimal").select_option(".")  # what is changed is read anew
    expect(wrong.first).to_contain_text("1.234,5")
    page.locator("#import-decimal").select_option(",")
    expect(wrong).to_have_count(3)
    with page.expect_download() as given:
        page.get_by_role("link", name="Bad rows as CSV").click()
    text = Path(given.value.path()).read_text(encoding="utf-8-sig")
    assert text.count("\n") == 3 and "file_row" in text and "what_is_wrong" in text
    mended = tmp_path / "mended.csv"
    mended.write_text(text.replace("EUR", "MWh").replace("31.02.", "30.04.").replace("viel", "7"), encoding="utf-8")
    hand_in(page, mended)
    expect(page.locator("#import-work")).to_contain_text("2 mended rows were put in their places.")
    page.locator("#import-bring").click()
    expect(page.locator("#import-told")).to_contain_text("3 rows are in: 3 new")
    card = page.locator(".fz-import-card").first
    expect(card).to_contain_text("3 lines of the inventory")
    inventory = page.context.new_page()
    inventory.goto(f"{server.url}/desk/e/{SLUG}/inventory?source=imported")
    expect(inventory.locator("#inventory-list, .fz-desk-main").first).to_contain_text("1,234.5 kWh · ")
    hand_in(page, bills)
    expect(page.locator("#import-work")).to_contain_text("mapped as you mapped such a file before")
    page.locator("#import-forget").click()
    expect(page.locator("#import-work")).to_be_empty()
    card.get_by_role("button", name="Undo").click()
    expect(page.locator("#import-told")).to_contain_text("It is undone")
    expect(card).to_contain_text("undone on")
    inventory.reload()
    expect(inventory.locator(".fz-desk-main")).not_to_contain_text("1,234.5 kWh · ")


@pytest.mark.parametrize(
    "path", [f"/desk/e/{SLUG}/import", f"/desk/e/{SLUG}/import/bad.csv?file=abcdefghijklmnopqrstuvwx"]
)
def test_who_is_not_signed_in_sees_nothing(api: object, path: str) -> None:
    answer = client().get(path, follow_redirects=False)
    assert answer.status_code in (303, 307, 401, 403, 404)
