"""The first page: carbon-neutral scenarios and the life carbon footprint; meetings found by name. No script."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

import events
from calculations.model import Scenario
from locales import formats as f
from locales import pick, t
from offsetting import claims
from pages._parts import shell
from pages._parts.html_text import Raw, tag
from pages._parts.icons import PATHS, icon_svg
from pages.documents._served import send

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 20
LIFE = "life"


def icon(name: str) -> Raw:
    """An icon within a document."""
    return Raw(icon_svg(name if name in PATHS else "other", class_name="fz-icon"))


@router.get("/life")
def life() -> Response:
    """The life footprint's calculator."""
    found = events.find_events("", LIFE, size=1).items
    return RedirectResponse(f"/e/{found[0].slug}/footprint" if found else "/", 307)


@router.get("/")
def home(request: Request, q: str = "", scenario: str = "", page: str = "1") -> Response:
    """Scenarios, the search, and what it finds."""
    templates = [each for each in events.scenarios() if each.scenario_id != LIFE]
    known = {each.scenario_id: each for each in templates}
    chosen = known.get(scenario)
    number = int(page) if page.isdigit() and len(page) < 7 else 1
    found = events.find_events(q[:200], chosen.scenario_id if chosen else "", number, PAGE_SIZE)
    cards = [card for card in found.items if card.scenario != LIFE]
    if code := _code(q, bool(cards)):
        return RedirectResponse(f"/s/{code}", 302)
    main = html.Main(
        [
            html.H1(t("Where are you?")),
            _scenarios(templates, chosen, q, cards), _life(), _search(q, chosen),
            _list(cards, q, chosen, number, found.has_next), _foot(),
        ],
        id="main", className="fz-main fz-column fz-doc fz-home",
    )  # fmt: skip
    body = html.Div(
        [html.A(t("To the content"), href="#main", className="fz-skip"), shell.notice("demo"), shell.header(), main],
        className="fz-page",
    )
    about = t("What a meeting, a visit or a year emits, gram for gram, with a certificate anyone can check.")
    return send(request, t("Forum Zero"), body, description=about)


def _code(q: str, is_name: bool) -> str:
    """The short code that was typed into the search, '' where it is none. One out of use gives way to names."""
    typed = events.fold_typed(q)
    if not typed:
        return ""
    try:
        found = events.find_code(typed)
    except events.NotFound:
        return ""
    return "" if found.revoked_at is not None and is_name else typed


def _address(q: str = "", scenario: str = "", page: int = 1) -> str:
    query = urlencode(
        {name: value for name, value in (("scenario", scenario), ("q", q), ("page", page if page > 1 else "")) if value}
    )
    return f"/?{query}" if query else "/"


def _scenarios(
    templates: list[Scenario], chosen: Scenario | None, q: str, cards: list[events.EventCard]
) -> html.Section:
    """A tile each. The heading is a claim: it says neutral where all that is listed stands under one such law."""
    tiles = [
        html.A(
            [icon(str(each.page.get("icon") or each.scenario_id)), html.Span(pick(each.names))],
            href=_address(q, "" if each is chosen else each.scenario_id) + "#events",
            className="fz-tile" + (" fz-tile-here" if each is chosen else ""),
            **({"aria-current": "true"} if each is chosen else {}),
        )
        for each in templates
    ]
    where = {card.place.country for card in cards}
    heading = claims.say("home.scenarios", jurisdiction=where.pop() if len(where) == 1 else "other", subject="event")
    return html.Section([html.H2(heading), html.Div(tiles, className="fz-tiles fz-tiles-3")])


def _life() -> html.Section:
    words = html.Span(
        [t("Home, transport, food and goods"), html.Small(t("A year in kg, beside a mean and a goal of 2 t"))]
    )
    tile = html.A(
        [icon("life"), words, icon("chevron_right")], href="/life", className="fz-tile fz-tile-wide fz-tile-row"
    )
    return html.Section([html.H2(t("Life carbon footprint")), tile])


def _search(q: str, chosen: Scenario | None) -> html.Form:
    field = tag(
        "input", type="search", name="q", id="q", value=q[:200], class_="fz-input", maxlength="200", autocomplete="off",
        placeholder=t("Name, place, year or code"),
    )  # fmt: skip
    hidden = tag("input", type="hidden", name="scenario", value=chosen.scenario_id) if chosen else None
    button = html.Button(t("Find"), type="submit", className="fz-button")
    label = html.Label(t("Find your meeting or place"), htmlFor="q", className="fz-label")
    return html.Form(
        [label, html.Div([field, hidden, button], className="fz-search")],
        action="/",
        method="get",
        role="search",
        id="events",
        className="fz-section",
    )


def _list(cards: list[events.EventCard], q: str, chosen: Scenario | None, page: int, more: bool) -> html.Section:
    if not cards:
        return html.Section(_nothing(q, chosen), className="fz-empty")
    rows = [html.Li(_row(card)) for card in cards]
    title = pick(chosen.names) if chosen else t("Open now")
    scenario = chosen.scenario_id if chosen else ""
    links = [html.A(t("Newer"), href=_address(q, scenario, page - 1), className="fz-link")] if page > 1 else []
    links += [html.A(t("Older"), href=_address(q, scenario, page + 1), className="fz-link")] if more else []
    return html.Section(
        [
            html.H2(t("Found: {query}", query=q[:80]) if q else title),
            html.Ul(rows, className="fz-list"),
            html.P(links, className="d-flex gap-4"),
        ]
    )


def _row(card: events.EventCard) -> html.A:
    zone = ZoneInfo(card.timezone)
    first, last = card.starts_at.astimezone(zone).date(), card.ends_at.astimezone(zone).date()
    about = [pick(card.place.names), f.date_range_text(first, last), "" if card.livemode else t("test event")]
    words = html.Span([html.B(pick(card.names)), html.Small(" · ".join(part for part in about if part))])
    return html.A([icon(card.scenario), words, icon("chevron_right")], href=f"/e/{card.slug}")


def _nothing(q: str, chosen: Scenario | None) -> list[Any]:
    if q:
        words = t(
            "No event is called “{query}”. Try its place, its year, or its name in another language.", query=q[:80]
        )
    else:
        words = t("Nothing of this kind is open yet.")
    return [html.P(words), html.A(t("Show all"), href=_address(), className="fz-button")]


def _foot() -> html.Footer:
    links = [
        html.A(t("Check a certificate"), href="/verify", className="fz-link"),
        html.A(t("Type a code"), href="/s", className="fz-link"),
        html.A(t("How everything is computed"), href="/method", className="fz-link"),
        html.A(t("For organisers"), href="/desk", className="fz-link"),
        html.A(t("For programs"), href="/api/v1/docs", className="fz-link"),
    ]
    words = html.P(t("Independent demonstration, endorsed by nobody. Batches, prices and attendance are made up."))
    return html.Footer([html.P(links, className="fz-foot-links"), words], className="fz-footer")
