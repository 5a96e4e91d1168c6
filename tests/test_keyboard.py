"""Without a mouse: the door with its second factor, the way past the rail, and a menu that gives the focus back."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect

import accounts
from accounts.sessions import begin
from tests.support.axe import served_settings
from tests.support.browser import Visit
from tests.support.desk import PASSWORD, store_of
from tests.support.looking import QUIET
from tests.support.server import Server

Open = Callable[..., Visit]
SLUG = "chengdu-2021"
MOST_STEPS = 90
# What has the focus: its words, and whether it is told by an outline, a shadow or a border that it has not without.
_HERE = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), look = getComputedStyle(one);
  const near = one.closest("label, .fz-choice, .fz-card, .fz-upload"), round = near ? getComputedStyle(near) : look;
  const drawn = each => each.outlineStyle !== "none" && parseFloat(each.outlineWidth) > 0 || each.boxShadow !== "none";
  return { id: one.id, tag: one.tagName, text: (one.textContent || "").trim().slice(0, 60),
    href: one.getAttribute("href") || "", seen: one === document.body || drawn(look) || drawn(round),
    shown: one === document.body || (box.width > 0 && box.height > 0 && one.checkVisibility()) };
}"""


def step_to(page: Page, wanted: str, key: str = "Tab") -> list[dict[str, object]]:
    """Presses a key until what fits the selector has the focus; where the focus was on the way."""
    passed = []
    for _ in range(MOST_STEPS):
        page.keyboard.press(key)
        passed.append(page.evaluate(_HERE))
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return passed
    raise AssertionError(f"{wanted} was not reached on {page.url}: {[each['id'] or each['text'] for each in passed]}")


def seen(*walks: list[dict[str, object]]) -> list[str]:
    """Where the focus was and could not be seen."""
    return [f"{each['tag']} {each['id']} {each['text']}" for walk in walks for each in walk
            if not (each["seen"] and each["shown"])]  # fmt: skip


def typed(page: Page, wanted: str, words: str) -> list[dict[str, object]]:
    """Goes to a field by Tab and writes into it."""
    passed = step_to(page, wanted)
    page.keyboard.type(words)
    return passed


@pytest.fixture
def somebody(server: Server) -> tuple[str, str]:
    """An organiser with a second factor: (email, a recovery code)."""
    with served_settings(server), store_of(server):
        email = "keys@people.example.org"
        me = accounts.actor_of(begin(accounts.create_person(email, "Keys", PASSWORD, ("organiser",)), "Keys").token)
        secret = accounts.begin_factor(me, PASSWORD).secret
        return email, accounts.confirm_factor(me, pyotp.TOTP(secret).now())[0]


def test_an_organiser_enters_skips_and_chooses_by_keys_alone(open_window: Open, somebody: tuple[str, str]) -> None:
    email, code = somebody
    page = open_window("desktop").page
    page.goto(f"/sign-in?next=/desk/e/{SLUG}")
    first = typed(page, "#sign-in-email", email)
    then = typed(page, "#sign-in-password", PASSWORD)
    assert len(then) == 1, "the password comes next"
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/code")
    expect(page.locator("#sign-in-code")).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.wait_for_selector(".fz-pick > summary")
    page.wait_for_function(QUIET)
    skip = step_to(page, ".fz-skip")
    assert len(skip) == 1, "the way to the content comes first"
    page.keyboard.press("Enter")
    menu = step_to(page, ".fz-pick > summary")
    assert not any(str(each["href"]).endswith("/setup") for each in menu), "the rail was skipped"
    page.keyboard.press("Enter")
    expect(page.locator(".fz-pick[open]")).to_have_count(1)
    inside = step_to(page, ".fz-pick[open] .fz-pick-option")
    page.keyboard.press("Escape")
    expect(page.locator(".fz-pick[open]")).to_have_count(0)
    assert page.evaluate("document.activeElement.matches('.fz-pick > summary')"), "the menu gives the focus back"
    back = step_to(page, ".fz-skip, .fz-rail a", "Shift+Tab")
    assert seen(first, then, menu, inside, back) == []
