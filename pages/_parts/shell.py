"""What stands around a page: notice, header, stepper, bars, and the desk's rail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from locales import NATIVE_NAMES, current_language, t
from offsetting import claims
from pages._parts.html_text import html_language
from pages._parts.icons import icon
from pages._parts.logo import logo
from pages._parts.pieces import empty, field_error, kpi, state_chip
from pages._parts.svg import svg_img, themed_svg

__all__ = [
    "NavItem", "action_bar", "desk_shell", "empty", "field_error", "guest_shell", "header", "kpi",
    "language_row", "language_switch", "notice", "state_chip", "stepper", "total_bar", "wordmark",
]  # fmt: skip
STEPS = ("footprint", "neutralise", "pay", "certificate")


@dataclass(frozen=True, slots=True)
class NavItem:
    """A door of the rail: ``key`` marks the active one, ``icon`` is a name of icons.PATHS, ``group`` a heading."""

    key: str
    label: str
    href: str
    icon: str
    group: str = ""


def notice(kind: str, text: str = "") -> html.Aside:
    """The first strip of each page, not closable; kind: demo, test (one event of it), tests (several), trial
    (somebody's own test event), draft."""
    tags = {"demo": t("Demo"), "test": t("Test event"), "tests": t("Test events"), "draft": t("Draft"),
            "trial": t("Test event")}  # fmt: skip
    texts = {
        "demo": t("Made-up figures. No real payment. Endorsed by nobody."),
        "test": t("Independent demonstration. Attendance, trips, batches and prices are made up; endorsed by nobody."),
        "tests": t("Invented events of the demonstration. Test and live figures are never added together."),
        "trial": t("A trial: nothing paid or certified here is real."),
        "draft": t("Only its organisers see this event until it is opened."),
    }
    words = [html.Span(tags[kind], className="fz-tag"), html.Span(text or texts[kind])]
    return html.Aside(words, className="fz-notice", **{"aria-label": tags[kind]})


def test_notice(simulated: bool) -> html.Aside:
    """The strip of a test event: of the demonstration, or of somebody's own."""
    return notice("test" if simulated else "trial")


def wordmark(href: str = "/", on_ink: bool = False) -> html.A:
    """Logo and name, a way home."""
    return html.A([themed_svg(logo, on_ink=on_ink), html.Span(t("Forum Zero"))], href=href, className="fz-logo")


def language_switch(href: str = "") -> html.Details:
    """The languages of a guest's page, each by its own name, under that of this one; ``href`` is the page's address
    without query."""
    here = html.Span(NATIVE_NAMES[current_language()])
    shown = html.Summary(here, className="fz-pill", title=t("Languages"))
    return html.Details([shown, html.Nav(_languages(href), **{"aria-label": t("Languages")})], className="fz-lang")


def language_row(href: str = "") -> html.Nav:
    """The same languages in a row, at the foot of a page whose header is taken."""
    return html.Nav(_languages(href), className="fz-lang-row", **{"aria-label": t("Languages")})


def _languages(href: str) -> list[html.A]:
    here = current_language()
    return [
        html.A(
            name, href=f"{href}?lang={code}", hrefLang=code, lang=html_language(code),
            **({"aria-current": "true"} if code == here else {}),
        )
        for code, name in NATIVE_NAMES.items()
    ]  # fmt: skip


def header(side: Any = None, href: str = "/", on_ink: bool = False) -> html.Header:
    """Logo left; right ``side``: words, or the language switch when None."""
    right = language_switch() if side is None else html.Span(side, className="fz-header-side")
    return html.Header([wordmark(href, on_ink), right], className="fz-header fz-column")


def stepper(active: str, hrefs: dict[str, str] | None = None, jurisdiction: str = "") -> html.Nav:
    """Four bars with words; ``active`` is one of STEPS, those before it are done; ``hrefs`` leads back to done ones.
    The event's ``jurisdiction`` decides what the second step may be called."""
    words = {
        "footprint": t("Footprint"),
        "neutralise": claims.say("step.neutralise", jurisdiction=jurisdiction),
        "pay": t("Pay"),
        "certificate": t("Certificate"),
    }
    here = STEPS.index(active)
    items = [_step(i, here, words[name], (hrefs or {}).get(name, "")) for i, name in enumerate(STEPS)]
    return html.Nav(html.Ol(items, className="fz-stepper"), className="fz-column", **{"aria-label": t("Steps")})


def _step(i: int, here: int, words: str, href: str) -> html.Li:
    look = "fz-step" + (" fz-step-done" if i < here else " fz-step-here" if i == here else "")
    current = {"aria-current": "step"} if i == here else {}
    inside = (
        html.A(words, href=href, className=look) if i < here and href else html.Span(words, className=look, **current)
    )
    return html.Li(inside)


def guest_shell(
    children: Any,
    event: Any = None,
    step: str | None = None,
    notice_kind: str | None = "demo",
    *,
    side: Any = None,
    bar: Any = None,
    hrefs: dict[str, str] | None = None,
    jurisdiction: str = "",
) -> html.Div:
    """A guest's page: notice, header, stepper, one column, bottom bar. ``event`` is the slug the logo leads to, its
    ``jurisdiction`` chooses the stepper's words."""
    home = f"/e/{event}" if event else "/"
    parts = [
        html.A(t("To the content"), href="#main", className="fz-skip"),
        notice(notice_kind) if notice_kind else None,
        header(side, home),
        stepper(step, hrefs, jurisdiction) if step else None,
        html.Main(children, id="main", className="fz-main fz-column"),
        None if side is None else html.Footer(language_row(), className="fz-column"),
        bar,
    ]
    return html.Div(parts, className="fz-page")


def total_bar(children: Any, dom_id: str = "") -> html.Footer:
    """The bar at the bottom of a guest's page, on ink in both themes; what stands in it is read out politely."""
    inside = html.Div(children, className="fz-column", **{"aria-live": "polite"}, **({"id": dom_id} if dom_id else {}))
    return html.Footer(inside, className="fz-bar fz-on-ink")


def action_bar(button: Any, note: str = "") -> html.Footer:
    """A bottom bar on paper: one button, one line."""
    words = html.P(note, className="fz-small") if note else None
    return html.Footer(html.Div([button, words], className="fz-column"), className="fz-bar fz-bar-plain")


def desk_shell(
    children: Any,
    nav: Sequence[NavItem],
    active: str,
    person: str = "",
    *,
    notice_kind: str | None = None,
    notice_text: str = "",
    title: Any = None,
    subtitle: Any = None,
    actions: Any = None,
) -> html.Div:
    """A desk page: the rail left, notice above, title row with its actions, then ``children``."""
    head = html.Div(
        [
            html.Div([html.H1(title), html.P(subtitle, className="fz-small") if subtitle else None]),
            html.Div(actions, className="fz-desk-actions"),
        ],
        className="fz-desk-head",
    )
    main = html.Main([head if title else None, children], id="main", className="fz-desk-main")
    strip = notice(notice_kind, notice_text) if notice_kind else None
    skip = html.A(t("To the content"), href="#main", className="fz-skip")
    body = html.Div([strip, main], className="fz-desk-body")
    return html.Div([skip, _rail(nav, active, person), body], className="fz-desk")


def _rail(nav: Sequence[NavItem], active: str, person: str) -> html.Nav:
    """Logo and doors; on phones the doors are behind a button (assets/js/desk.js opens them)."""
    doors: list[Any] = []
    group = ""
    for item in nav:
        if item.group and item.group != group:
            group = item.group
            doors.append(html.P(group, className="fz-rail-group"))
        doors.append(_rail_link(item, item.key == active))
    opener = html.Button(
        [icon("menu"), html.Span(t("All pages"))], type="button", className="fz-rail-menu",
        **{"aria-expanded": "false", "aria-controls": "fz-doors"},
    )  # fmt: skip
    behind = html.Div([*doors, _rail_foot(person)], id="fz-doors", className="fz-rail-doors")
    return html.Nav([_rail_logo(), opener, behind], className="fz-rail fz-on-ink", **{"aria-label": t("Desk")})


def _rail_logo() -> html.A:
    return html.A([svg_img(logo("dark")), html.Span(t("Forum Zero"))], href="/desk", className="fz-logo")


def _rail_link(item: NavItem, here: bool) -> html.A:
    current = {"aria-current": "page"} if here else {}
    inside = [icon(item.icon), html.Span(item.label)]
    return html.A(inside, href=item.href, title=item.label, className="fz-rail-link", **current)


def _rail_foot(person: str) -> html.Div:
    other = "en" if current_language() == "zh" else "zh"
    links = [html.A(NATIVE_NAMES[other], href=f"?lang={other}", hrefLang=other)]
    if person:
        links.append(html.A(t("Account"), href="/desk/account"))
        links.append(html.A(t("Sign out"), href="/sign-out"))
    return html.Div([html.P(person), html.Div(links, className="d-flex gap-3")], className="fz-rail-foot")
