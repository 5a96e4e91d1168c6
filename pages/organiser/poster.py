"""The poster of an event: its preview, the sizes and languages to download, and the PDF itself."""

from __future__ import annotations

from typing import Any

from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import Response

import events
from accounts import Unauthenticated, current_actor, require
from data.settings import get_settings
from locales import COMPLETE, LANGUAGES, NATIVE_NAMES, current_language, pick, set_language, t
from offsetting import claims
from pages._parts.desk import button_link, event_days, event_line, event_notice, frame, panel
from pages._parts.qr import qr_svg
from pages._parts.svg import svg_img
from pages.bundles import to_sign_in
from pages.organiser._poster_pdf import SCALES, poster_pdf
from pages.registry import page

page(
    "/desk/e/<slug>/poster", kind="desk", title="Poster", permission="event.poster", scripts=("js/desk.js",),
    styles=("css/desk-more.css",),
)  # fmt: skip
router = APIRouter(include_in_schema=False)


def check(slug: str) -> None:
    """Before the page is sent: NotFound, or Forbidden for somebody else's event."""
    require(current_actor(), "event.poster", events.get_event(slug).event_id)


def link_of(event: events.Event) -> str:
    """What the code leads to."""
    return f"{get_settings().base_url}/e/{event.slug}"


def layout(slug: str = "", **_: Any) -> html.Div:
    """The code large, the words of the poster, and the files."""
    event = events.get_event(slug)
    require(current_actor(), "event.poster", event.event_id)
    link = link_of(event)
    facts = {
        "jurisdiction": event.jurisdiction,
        "livemode": event.livemode,
        "subject": claims.subject_of(event.scenario),
    }
    words = [
        html.H3(claims.say("poster.heading", **facts)),
        html.P(claims.plain(claims.say("poster.body", **facts)), className="fz-small"),
        html.P(html.A(link.split("://", 1)[-1], href=f"/e/{slug}"), className="fz-small"),
    ]
    code = html.Div(svg_img(qr_svg(link, size=220, alt=t("Code to scan"))), className="fz-poster-code")
    files = [html.Div(_files(slug, size), className="d-flex flex-wrap gap-2 mt-2") for size in SCALES]
    body = [
        panel(
            t("What guests scan"), html.Div([code, html.Div(words, className="fz-stack")], className="fz-two"), span=7
        ),
        panel(t("To print"), [html.P(t("PDF with embedded fonts, one page."), className="fz-small"), *files], span=5),
    ]
    head = {"subtitle": f"{pick(dict(event.names))} · {event_line(event)}"}
    return frame(html.Div(body, className="fz-grid"), "event", t("Poster"), slug=slug, **head, **event_notice(event))


def _files(slug: str, size: str) -> list[html.A]:
    return [
        button_link(f"{size} · {NATIVE_NAMES[code]}", f"/desk/e/{slug}/poster.pdf?size={size}&language={code}", "pdf",
                    download=f"{slug}-{size}-{code}.pdf")
        for code in COMPLETE
    ]  # fmt: skip


@router.get("/desk/e/{slug}/poster.pdf")
def poster(slug: str, request: Request, size: str = "A4", language: str = "") -> Response:
    """The poster as PDF; ``size`` A4 or A3, ``language`` (or ``lang``) as asked, else the reader's."""
    event = events.get_event(slug)
    try:
        require(current_actor(), "event.poster", event.event_id)
    except Unauthenticated:
        return to_sign_in(request)
    if size not in SCALES:
        raise events.NotFound("There is no poster of size {size}; there are A4 and A3.", size=size[:20])
    set_language(language if language in LANGUAGES else current_language())
    body = poster_pdf(event, current_language(), size, link_of(event), event_days(event))
    name = f"{slug}-{size}-{current_language()}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type="application/pdf", headers=headers)
