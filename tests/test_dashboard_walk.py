"""The organiser's dashboard in a browser: filters of different panels together, their files, the address, and back."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from playwright.sync_api import Page, expect

from locales import formats as f
from tests.support.browser import Visit
from tests.support.desk import drawn_anew, enter, person
from tests.support.server import Server

__all__ = ["person"]
PAGE = "/desk/e/chengdu-2021"
ROOM = "#figure-category .fz-beside [data-table]"
LOW = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("#figure-category .fz-beside [data-table] { max-block-size: 24px; overflow: auto; }");
  document.adoptedStyleSheets = [sheet];
}"""
FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"


def emitted_g(page: Page, kind: str = "whole") -> int:
    """Grams that the file under the page's question says were emitted."""
    query = page.url.partition("?")[2]
    answer = page.request.get(f"{PAGE}/figures.csv?figure={kind}&{query}")
    assert answer.status == 200
    rows = list(csv.reader(io.StringIO(answer.body().decode("utf-8-sig"))))
    at = rows[0].index("Emitted (g)") if kind != "whole" else 1
    return sum(int(row[at]) for row in rows[1:] if kind != "whole" or row[0] == "Emitted")


def agrees(page: Page, chips: int) -> None:
    """The page shows so many conditions, and what its files say."""
    expect(page.locator(".fz-off")).to_have_count(chips)
    expect(page.locator("#organiser-body")).not_to_have_class("fz-asking")
    number, _ = f.mass(emitted_g(page), "en")
    expect(page.locator("#organiser-emitted")).to_contain_text(number)


def test_filters_of_three_panels_together(
    open_window: Callable[..., Visit], person: Callable[[str], str], server: Server
) -> None:
    window = open_window("desktop")
    page = window.page
    enter(page, PAGE, person("organiser"))
    page.locator("#figure-mode .fz-wide-only .fz-bar-link").first.click()
    agrees(page, 1)
    page.locator("#figure-ring .fz-row-link", has_text="1,000–2,000 km").click()
    agrees(page, 2)
    page.locator("#figure-session .fz-row-link").first.click()
    agrees(page, 3)
    expect(page.locator("#organiser-left-out")).to_contain_text("Boards are not narrowed")
    assert emitted_g(page) == emitted_g(page, "activity") > 0
    asked, shown = page.url, page.locator("#organiser-emitted").inner_text()
    assert all(name in asked for name in ("mode=plane", "ring=km2000", "session="))
    page.reload()
    agrees(page, 3)
    page.locator("#figure-category .fz-beside summary").click()
    expect(page.locator("#figure-category .fz-beside td").first).to_be_visible()
    page.evaluate(LOW)
    for left in (30, 12):  # a second time from where it is scrolled to then
        page.locator(ROOM).evaluate("(room, top) => { room.scrollTop = top; }", left)
        page.wait_for_function(FRAME)
        drawn_anew(page)
        expect(page.locator("#organiser-emitted")).to_have_text(shown)
        expect(page.locator("#figure-category .fz-beside[open] td").first).to_be_visible()
        page.wait_for_function("([room, top]) => document.querySelector(room).scrollTop === top", arg=[ROOM, left])
    for left in (2, 1, 0):
        page.locator(".fz-off").first.click()
        expect(page.locator(".fz-off")).to_have_count(left)
    expect(page.locator("#figure-boards")).to_be_visible()
    page.locator("#figure-began .fz-time").first.click()
    agrees(page, 1)
    page.locator("#figure-channel .fz-row-link").first.click()
    agrees(page, 2)
    page.go_back()
    agrees(page, 1)
    assert not window.complaints
