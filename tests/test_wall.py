"""The big screen: it moves with a payment, fades when the server is away, comes back by itself, and never scrolls."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from events import LAYOUTS
from tests.support.server import Server

SIZES = ((1920, 1080), (3840, 2160))
# One layout, shown and measured at once, as a live figure draws all of them anew.
MEASURED = """name => {
  document.querySelectorAll('[data-layout]').forEach(e => {
    if (e.id !== 'wall') { e.classList.toggle('fz-on', e.dataset.layout === name); }
  });
  const stage = document.querySelector(`section[data-layout=${name}]`), every = [...stage.querySelectorAll('*')];
  const room = document.getElementById('wall').getBoundingClientRect();
  const code = stage.querySelector('.fz-wall-code svg');
  return {
    outside: every.filter(e => {
      const box = e.getBoundingClientRect();
      return e.matches('p, h2, b, li, span, svg') && box.width && !e.closest('[hidden]') && !e.closest('svg svg')
        && (box.bottom > room.bottom + 1 || box.right > room.right + 1 || box.left < room.left - 1);
    }).map(e => e.outerHTML.slice(0, 80)),
    words: every.filter(e => [...e.childNodes].some(c => c.nodeType === 3 && c.data.trim()))
      .filter(e => !e.closest('svg') && e.offsetParent).map(e => parseFloat(getComputedStyle(e).fontSize)),
    code: code && code.getBoundingClientRect().width,
  };
}"""
# Equal hatches share the first one's id: no board may be display: none. At once, as a live figure draws them anew.
BOARDS = "[...document.querySelectorAll('[data-turn][hidden]')].map(e => getComputedStyle(e).display)"


def wall_link(server: Server) -> str:
    """The link of the demonstration's screen, as the welcome prints it."""
    line = next(line for line in server.log.splitlines() if "/screen/" in line)
    return server.url + "/screen/" + line.split("/screen/")[1].strip()


def opened(browser: Browser, link: str, size: tuple[int, int] = SIZES[0]) -> Page:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(link)
    return page


def shown(page: Page, name: str) -> str:
    return page.locator(f'.fz-on [data-count="{name}"]').inner_text()


def pay(url: str, slug: str = "chengdu-2021") -> None:
    """A guest who flew from Beijing covers all of it, through the API."""
    with httpx.Client(base_url=url + "/api/v1", timeout=20) as api:
        started = api.post(f"/events/{slug}/participations", json={}).json()
        proof = {"Authorization": f"Bearer {started['secret']}"}
        mine = f"/participations/{started['participation_id']}"
        trip = {"from": "iata:PEK", "mode": "plane", "round_trip": True}
        assert api.put(f"{mine}/footprint", json={"trips": [trip]}, headers=proof).status_code == 200
        project = api.get(f"/events/{slug}/projects").json()["items"][0]["id"]
        order = api.post(f"{mine}/orders", json={"project": project, "share_percent": 100}, headers=proof).json()
        assert api.post(f"/demo-payments/{order['order_id']}", json={"outcome": "succeeded"}).status_code == 202


def test_a_payment_shows_on_the_wall(browser: Browser, server: Server) -> None:
    page = opened(browser, wall_link(server) + "?lang=en")
    before, version = shown(page, "reserved"), page.locator("#wall").get_attribute("data-version")
    pay(server.url)
    expect(page.locator(f'#wall:not([data-version="{version}"])')).to_have_count(1)
    expect(page.locator('.fz-on [data-count="reserved"]')).not_to_have_text(before)
    page.context.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("choice", ["?lang=en&theme=dark", "?lang=zh&theme=light"])
def test_the_wall_is_one_picture_without_scrolling(
    browser: Browser, server: Server, size: tuple[int, int], choice: str
) -> None:
    page = opened(browser, wall_link(server) + choice, size)
    box = page.locator("#wall").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == pytest.approx(size, abs=1)
    assert set(page.evaluate(BOARDS)) == {"grid"}
    root = page.locator(":root")
    for axis, most in (("scrollWidth", size[0]), ("scrollHeight", size[1])):
        assert root.evaluate(f"e => e.{axis}") <= most
    for layout in LAYOUTS:
        found = page.evaluate(MEASURED, layout)
        assert not found["outside"], (layout, found["outside"])
        assert min(found["words"]) >= 21.9 * size[0] / 1920, layout  # the least size of words
        if layout != "closing":
            assert found["code"] >= 0.12 * size[0]
    page.context.close()


def test_the_wall_says_how_old_it_is_and_comes_back(
    browser: Browser, make_server: Callable[..., Server], demonstration: Path
) -> None:
    server = make_server()
    server.copy(demonstration)
    server.start()
    page = opened(browser, wall_link(server) + "?lang=en")
    expect(page.locator("#wall-live")).to_contain_text("Live")
    server.kill()
    expect(page.locator("#wall.fz-wall-stale")).to_have_count(1, timeout=15_000)
    expect(page.locator("#wall-live")).to_contain_text("as of")
    server.start()
    expect(page.locator("#wall:not(.fz-wall-stale)")).to_have_count(1, timeout=20_000)
    expect(page.locator("#wall-live")).to_contain_text("Live")
    page.context.close()


def test_an_unknown_screen_is_not_found(browser: Browser, server: Server) -> None:
    page = browser.new_page()
    answer = page.goto(f"{server.url}/screen/nonsense")
    assert answer is not None
    assert answer.status == 404
    page.close()
