"""Walking a page without a mouse: pressing keys, and where the focus was on the way."""

from __future__ import annotations

from playwright.sync_api import Page

MOST_STEPS = 90
# What has the focus: its words, whether it is on the screen, and whether an outline or a shadow tells it: of itself,
# of the label or the field's frame around it.
_HERE = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), body = one === document.body;
  const frames = ["label", ".fz-choice", ".fz-toggle", ".fz-places", ".fz-upload", ".fz-project"];
  const round = frames.map(each => one.closest(each));
  const drawn = each => each && (getComputedStyle(each).boxShadow !== "none"
    || getComputedStyle(each).outlineStyle !== "none" && parseFloat(getComputedStyle(each).outlineWidth) > 0);
  return { id: one.id, tag: one.tagName, text: (one.textContent || "").trim().slice(0, 60),
    href: one.getAttribute("href") || "", seen: body || [one, ...round].some(drawn),
    shown: body || (box.width > 0 && box.height > 0 && one.checkVisibility()) };
}"""
Walk = list[dict[str, object]]


def here(page: Page) -> dict[str, object]:
    """What has the focus."""
    return dict(page.evaluate(_HERE))


def has_focus(page: Page, wanted: str) -> bool:
    """Whether what fits the selector has the focus."""
    return bool(page.evaluate("wanted => document.activeElement.matches(wanted)", wanted))


def step_to(page: Page, wanted: str, key: str = "Tab") -> Walk:
    """Presses a key until what fits the selector has the focus; where the focus was on the way."""
    passed = []
    for _ in range(MOST_STEPS):
        page.keyboard.press(key)
        passed.append(here(page))
        if has_focus(page, wanted):
            return passed
    raise AssertionError(f"{wanted} was not reached on {page.url}: {[each['id'] or each['text'] for each in passed]}")


def typed(page: Page, wanted: str, *words: str) -> Walk:
    """Goes to a field by Tab and writes into it; between several words is a Tab, as within a field of day and time."""
    passed = step_to(page, wanted)
    for number, each in enumerate(words):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.type(each)
    return passed


def pressed(page: Page, wanted: str, key: str = "Enter") -> Walk:
    """Goes to a button or a link by Tab and presses it."""
    passed = step_to(page, wanted)
    page.keyboard.press(key)
    return passed


def unseen(*walks: Walk) -> list[str]:
    """Where the focus was and could not be seen."""
    return [f"{each['tag']} {each['id']} {each['text']}" for walk in walks for each in walk
            if not (each["seen"] and each["shown"])]  # fmt: skip
