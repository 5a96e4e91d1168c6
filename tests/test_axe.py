"""axe-core looks at every page as who it is for, in the light and in the dark; and every page reads at 320 pixels,
at 200 % and 400 %, and with its text spaced out; and none asks another host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.axe import PAGES, PARTS, RULES, STATES, Windows, make_world, pages_there
from tests.support.browser import visit
from tests.support.looking import too_wide, violations
from tests.support.server import Server

pytestmark = pytest.mark.xdist_group("axe")  # one world for all
BROKEN = '<html><body><img src="x"><p style="color:#999;background:#fff">pale</p><div style="width:900px">wide</div>'


@pytest.fixture(scope="module")
def windows(server: Server, browser: Browser) -> Iterator[Windows]:
    """The windows in which all pages are looked at, on a world of their own."""
    opened = Windows(browser, server.url, make_world(server))
    yield opened
    opened.close()


def test_every_page_has_a_row() -> None:
    assert pages_there() - PAGES.keys() == set(), "tell who looks at these in tests/support/axe.py"
    assert PAGES.keys() - pages_there() == set(), "these pages are gone: take their rows out"
    assert sum(len(rows) for rows in PARTS.values()) == len(PAGES) + len(STATES), "each row is of one part"


@pytest.mark.parametrize("part", PARTS)
def test_no_page_has_a_violation_or_asks_another_host(windows: Windows, part: str) -> None:
    wrong = windows.look_at(PARTS[part])
    assert wrong == [], "\n".join(wrong)
    assert windows.asked() == []
    assert sum(len(window.requests) for window in windows.visits) > len(PARTS[part])


def test_what_is_wrong_is_found(browser: Browser, windows: Windows) -> None:
    window = visit(browser, "desktop")
    window.page.set_content(BROKEN)
    found = " ".join(violations(window.page, windows.world.axe, RULES))
    wide = too_wide(window.page)
    window.context.close()
    assert all(rule in found for rule in ("image-alt at img", "color-contrast at p", "html-has-lang"))
    assert [each[:14] for each in wide[:2]] == ["wider than 720", "wider than 320"]
