"""Short links that guests scan or type, ``/s/<code>``: on to the introduction, with the code kept in its address.

A scan is counted where a person's browser opens the link: not for HEAD, not for what is fetched beforehand or for a
preview in a chat, not for machines that say so. Nothing of who asked is kept.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

import events
from locales import t
from pages._parts import shell
from pages.documents._served import send

router = APIRouter(include_in_schema=False)
log = logging.getLogger("forum_zero")
# how programs that are no person's browser name themselves: crawlers, previews of links in chats, command lines
_MACHINE = re.compile(
    r"bot\b|bot[/;_-]|crawl|spider|slurp|preview|facebookexternalhit|whatsapp/|telegram|embedly|headless|curl/|wget/|"
    r"python|go-http|java/|okhttp|libwww|axios|node-fetch|scan(?:ner)?/|monitor|uptime",
    re.IGNORECASE,
)
_BEFOREHAND = ("purpose", "sec-purpose", "x-purpose", "x-moz")


def is_person(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request is somebody opening the link, as far as it tells."""
    agent = headers.get("user-agent", "")
    if method != "GET" or not agent or _MACHINE.search(agent):
        return False
    if any(re.search("prefetch|prerender|preview", headers.get(name, "")) for name in _BEFOREHAND):
        return False
    return headers.get("sec-fetch-mode", "navigate") == "navigate"


@router.api_route("/s/{code}", methods=["GET", "HEAD"])
def short(request: Request, code: str) -> Response:
    """302 to the introduction; 404 where there is no such code, 410 where it was taken out of use."""
    counted = is_person(request.method, request.headers)
    try:
        found = events.scan(code, counted)
    except events.NotFound as error:
        return _none(request, t("No such code"), t(error.message, **error.params), "/", 404)
    if found.revoked:
        words = t("This code is no longer in use. The event itself is still here.")
        return _none(request, t("No longer in use"), words, f"/e/{found.slug}", 410)
    asked = request.query_params.get("lang", "")
    language = f"&lang={asked}" if re.fullmatch("[a-z]{2}", asked) else ""
    answer = RedirectResponse(f"/e/{found.slug}?c={found.code_id}{language}", 302)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _none(request: Request, title: str, words: str, href: str, status: int) -> Response:
    on = t("Find another") if href == "/" else t("To the event")
    inside = [html.H1(title), html.P(words, className="fz-body"),
              html.P(html.A(on, href=href, className="fz-button fz-button-main"), className="mt-4")]  # fmt: skip
    main = html.Main(inside, id="main", className="fz-main fz-column fz-doc")
    answer = send(request, title, html.Div([shell.header(), main], className="fz-page"), status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
