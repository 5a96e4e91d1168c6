"""Looking at a page as it stands: axe-core's rules, and whether it reads where it is narrow, zoomed or spaced out."""

from __future__ import annotations

from collections.abc import Iterable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

NARROW = 320  # CSS pixels: what WCAG 1.4.10 asks a page to read on without scrolling sideways
QUIET = """() => (window.dash_stores || []).every(store => {
  const open = store.getState().callbacks;
  return ["requested", "prioritized", "blocked", "executing", "watched", "executed"].every(name => !open[name].length);
})"""


def settle(page: Page, ready: str) -> None:
    """Until what the page is about stands there and its renderer has no question open."""
    page.locator(ready).first.wait_for()
    page.wait_for_function(QUIET, polling=50)


# 200 % of 1440×900 and 400 % of 1280×1024; text is spaced as WCAG 1.4.12 has it.
ZOOMED = ((720, 450), (NARROW, 256))
_SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-block-end: 2em !important }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
_CUT = """() => [...document.querySelectorAll("h1, h2, h3, p, label, button, a, th, td, legend")].filter(one => {
  const told = getComputedStyle(one);
  return one.clientWidth > 1 && one.clientHeight > 1 && told.overflowX !== "visible" && told.overflowX !== "auto"
    && told.overflowX !== "scroll" && told.textOverflow !== "ellipsis" && told.visibility === "visible"
    && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1);
}).slice(0, 3).map(one => one.outerHTML.slice(0, 160))"""
_WIDE = """most => {
  const clipped = one => one && one !== document.body
    && (getComputedStyle(one).overflowX !== "visible" || clipped(one.parentElement));
  const past = one => one.checkVisibility() && one.getBoundingClientRect().right > most + 1;
  const out = one => past(one) && !clipped(one.parentElement);
  return document.documentElement.scrollWidth <= most ? []
    : [...document.querySelectorAll("body *")].filter(out).slice(-3).map(one => one.outerHTML.slice(0, 160));
}"""


def too_wide(page: Page) -> list[str]:
    """What makes a page scroll sideways, or cuts its words, where it is narrow or its text is spaced out."""
    wrong = []
    for width, height in ZOOMED:
        page.set_viewport_size({"width": width, "height": height})
        wrong += [f"wider than {width}: {each}" for each in page.evaluate(_WIDE, width)]
    page.evaluate(_SPACING)
    wrong += [f"wider than {NARROW} with spaced text: {each}" for each in page.evaluate(_WIDE, NARROW) if not wrong]
    return wrong + [f"cut at {NARROW} with spaced text: {each}" for each in page.evaluate(_CUT)]


def violations(page: Page, axe: Axe, tags: Iterable[str] = (), rules: Iterable[str] = ()) -> list[str]:
    """What axe-core holds against the page as it stands: rule, element and why."""
    begin_axe(page, axe, tags, rules)
    return end_axe(page)


def begin_axe(
    page: Page, axe: Axe, tags: Iterable[str] = (), rules: Iterable[str] = (), but: Iterable[str] = ()
) -> None:
    """Sets axe-core to work on the page, without what fits a selector of ``but``; `end_axe` waits for what it finds."""
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": list(tags)}
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(axe.axe_script + _ONCE)
    options = {"runOnly": only, "resultTypes": ["violations"], "elementRef": False}
    page.evaluate(_LOOK, [options, list(but)])


# The same few colours are read for each element, which takes half the time of axe-core: each is read once.
_ONCE = """
(() => {
  const color = axe.commons.color.Color.prototype, parse = color.parseString, known = new Map();
  color.parseString = function (text) {
    if (!known.has(text)) {
      parse.call(this, text);
      known.set(text, { r: this.r, g: this.g, b: this.b, alpha: this.alpha });
    }
    return Object.assign(this, known.get(text));
  };
})()"""
_LOOK = """([options, but]) => {
  const there = { include: [["html"]], exclude: but.filter(one => document.querySelector(one)).map(one => [one]) };
  window.looked = new Promise((done, fail) => setTimeout(() => axe.run(there, options).then(done, fail)));
}"""


def end_axe(page: Page) -> list[str]:
    """What it has found."""
    found = page.evaluate(
        "async () => { const all = await window.looked; delete window.looked; return all.violations; }"
    )
    return [
        f"{one['id']} at {' '.join(map(str, node['target']))}: {' '.join((node['failureSummary'] or '').split())[:300]}"
        for one in found for node in one["nodes"]
    ]  # fmt: skip
