"""Short links that guests scan or type, ``/s/<code>``: on to the introduction, with the code kept in its address.

A scan is counted where a person's browser opens the link: not for HEAD, not for what is fetched beforehand or for a
preview in a chat, not for machines that say so. Nothing of who asked is kept.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

import events
from locales import formats as f
from locales import pick, t
from pages._parts import shell
from pages._parts.html_text import tag
from pages._parts.ring import mini_ring
from pages._parts.svg import themed_svg
from pages.documents._served import send
from pages.documents.home import icon

router = APIRouter(include_in_schema=False)
log = logging.getLogger("forum_zero")
# how programs that are no person's browser name themselves: crawlers, previews of links in chats, command lines
_MACHINE = re.compile(
    r"bot\b|bot[/;_-]|crawl|spider|slurp|preview|facebookexternalhit|whatsapp/|telegram|embedly|headless|curl/|wget/|"
    r"python|go-http|java/|okhttp|libwww|axios|node-fetch|scan(?:ner)?/|monitor|uptime",
    re.IGNORECASE,
)
MOST_TYPED = 40
_BEFOREHAND = ("purpose", "sec-purpose", "x-purpose", "x-moz")


def is_person(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request is somebody opening the link, as far as it tells."""
    agent = headers.get("user-agent", "")
    if method != "GET" or not agent or _MACHINE.search(agent):
        return False
    if any(re.search("prefetch|prerender|preview", headers.get(name, "")) for name in _BEFOREHAND):
        return False
    return headers.get("sec-fetch-mode", "navigate") == "navigate"


@router.get("/s")
def typed(request: Request, code: str = "") -> Response:
    """The place where a code is typed that cannot be scanned; 302 to its link once one is."""
    if code.strip():
        return _on(f"/s/{quote(events.fold_typed(code) or code.strip()[:MOST_TYPED], safe='')}")
    words = t("A code has seven letters and digits. Capitals and spaces don't matter.")
    return _page(request, t("Type your code"), [html.P(words, className="fz-body"), _field("", main=True)], 200)


@router.api_route("/s/{code}", methods=["GET", "HEAD"])
def short(request: Request, code: str) -> Response:
    """302 to the introduction; 404 where there is no such code, 410 where it was taken out of use."""
    counted = is_person(request.method, request.headers)
    try:
        found = events.scan(code, counted)
    except events.NotFound as error:
        return _unknown(request, code, t(error.message, **error.params))
    if found.revoked:
        return _revoked(request, events.get_event(found.slug))
    asked = request.query_params.get("lang", "")
    language = f"&lang={asked}" if re.fullmatch("[a-z]{2}", asked) else ""
    return _on(f"/e/{found.slug}?c={found.code_id}{language}")


def _on(href: str) -> Response:
    answer = RedirectResponse(href, 302)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _unknown(request: Request, code: str, words: str) -> Response:
    """What was typed stays in the field, with what would be right."""
    look = t("The letter o counts as 0, i and l as 1; a code has no u.")
    on = html.P(html.A(t("Find your meeting by its name"), href="/", className="fz-link"))
    inside = [_field(code[:MOST_TYPED], words, main=True), html.P(look, className="fz-small"), on]
    return _page(request, t("No such code"), inside, 404)


def _revoked(request: Request, event: events.Event) -> Response:
    """The event that the code led to is one step away; another code may be typed."""
    zone = ZoneInfo(event.timezone)
    days = f.date_range_text(event.starts_at.astimezone(zone).date(), event.ends_at.astimezone(zone).date())
    name = html.Span([html.B(pick(event.names)), html.Small(f"{pick(event.place.names)} · {days}")])
    href = f"/e/{event.slug}"
    inside = [
        html.P(t("This code is no longer in use. The event itself is still here."), className="fz-body"),
        html.Ul(html.Li(html.A([icon(event.scenario), name, icon("chevron_right")], href=href)), className="fz-list"),
        html.P(html.A(t("To the event"), href=href, className="fz-button fz-button-main")),
        _field(""),
    ]
    return _page(request, t("No longer in use"), inside, 410)


def _field(value: str, error: str = "", main: bool = False) -> html.Form:
    """One field for a code and its button."""
    more = {"aria-invalid": "true", "aria-describedby": "code-error"} if error else {}
    field = tag(
        "input", type="text", name="code", id="code", value=value, class_="fz-input fz-code-typed", maxlength="300",
        autocomplete="off", autocapitalize="none", spellcheck="false", inputmode="text", required=True, **more,
    )  # fmt: skip
    look = "fz-button fz-button-main" if main else "fz-button"
    label = t("The seven letters and digits") if main else t("Another code")
    said = (
        html.P([icon("error"), html.Span(error)], id="code-error", className="fz-error", role="alert")
        if error
        else None
    )
    row = html.Div([field, html.Button(t("Go on"), type="submit", className=look)], className="fz-search")
    return html.Form([html.Label(label, htmlFor="code", className="fz-label"), row, said], action="/s", method="get",
                     className="fz-section")  # fmt: skip


def _page(request: Request, title: str, inside: list[Any], status: int) -> Response:
    still = themed_svg(lambda theme: mini_ring(0, 0, 1, size=64, theme=theme))
    main = html.Main([still, html.H1(title), *inside], id="main", className="fz-main fz-column fz-doc fz-code-page")
    skip = html.A(t("To the content"), href="#main", className="fz-skip")
    answer = send(request, title, html.Div([skip, shell.header(), main], className="fz-page"), status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
