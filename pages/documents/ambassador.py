"""An ambassador's certificate: its page, its PDF and the signed statement. It claims nothing of emissions."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import Response

import events
from events import AmbassadorCertificate
from locales import current_language, pick, t
from locales import formats as f
from offsetting import claims
from pages._parts import pieces
from pages._parts.html_text import Raw
from pages._parts.rosette import lines
from pages._parts.svg import svg
from pages.documents._forum_parts import answer, card
from pages.documents._paper_pdf import Paper

router = APIRouter(include_in_schema=False)
LEFT, RIGHT = 20.0, 190.0
VC = "application/vc+ld+json"


@router.get("/ambassador/{number}.json")
def statement(number: str) -> Response:
    """The signed statement as it was issued."""
    found = events.ambassador_certificate(number)
    name = f'inline; filename="{found.number}.json"'
    return Response(found.statement, media_type=VC, headers={"Content-Disposition": name, "Cache-Control": "no-store"})


@router.get("/ambassador/{number}.pdf")
def pdf(number: str) -> Response:
    """The certificate as PDF."""
    found = events.ambassador_certificate(number)
    headers = {"Content-Disposition": f'inline; filename="{found.number}.pdf"', "Cache-Control": "no-store"}
    return Response(_pdf(found), media_type="application/pdf", headers=headers)


@router.get("/ambassador/{number}")
def page(request: Request, number: str) -> Response:
    """The certificate for people, and its state."""
    found = events.ambassador_certificate(number)
    rosette = html.Div(Raw(svg(lines(found.number, 160, "light", 40), 160, 160)), className="fz-honour-rosette",
                       **{"aria-hidden": "true"})  # fmt: skip
    state = pieces.state_chip("revoked", _day(found, found.revoked_at)) if found.revoked_at else None
    test = None if found.livemode else html.P(html.B(claims.say("test.across", livemode=False)), className="fz-note")
    name = html.P(pick(found.names), className="fz-honour-name")
    lead = [html.P(sentence, className="fz-body") for sentence in _sentences(found)]
    cells: list[Any] = []
    for title, value in _facts(found):
        cells += [html.Dt(title), html.Dd(value)]
    files = [html.A(words, href=f"/ambassador/{found.number}.{kind}", className="fz-button")
             for words, kind in ((t("As PDF"), "pdf"), (t("Signed statement"), "json"))]  # fmt: skip
    whole = card(rosette, state, test, name, *lead, html.Dl(cells, className="fz-facts"),
                 html.Div(files, className="fz-honour-files"))  # fmt: skip
    return answer(request, t("Ambassador’s certificate"), found.event, [whole])


def _day(found: AmbassadorCertificate, at: Any) -> str:
    return f.date_text(at.astimezone(ZoneInfo(found.event.timezone)).date())


def _sentences(found: AmbassadorCertificate) -> list[str]:
    return [
        t("{count} people came to this event’s footprint by a link its holder shared, and told theirs.",
          count=f.number(found.brought)),
        t("It says nothing of anybody’s emissions, and is no certificate of credits."),
    ]  # fmt: skip


def _facts(found: AmbassadorCertificate) -> list[tuple[str, str]]:
    return [(t("Number"), found.number), (t("Issued"), _day(found, found.issued_at))]


def _pdf(found: AmbassadorCertificate) -> bytes:
    title = t("Ambassador’s certificate")
    paper = Paper(current_language(), f"{title} {found.number}", found.issued_at)
    paper.add_page()
    if not found.livemode:
        paper.across(claims.say("test.across", livemode=False))
    paper.logo(LEFT, 22, t("Forum Zero"))
    paper.text(LEFT, 62, title, 30, family=paper.serif)
    paper.text(LEFT, 78, pick(found.names), 22, style="B")
    y = paper.paragraph(LEFT, 90, pick(dict(found.event.names)), RIGHT - LEFT, 13)
    for sentence in _sentences(found):
        y = paper.paragraph(LEFT, y + 4, sentence, RIGHT - LEFT, 11)
    paper.rule(LEFT, y + 4, RIGHT, "line-strong")
    y += 12
    if found.revoked_at:
        paper.text(LEFT, y, t("Revoked on {day}", day=_day(found, found.revoked_at)), 12, style="B")
        y += 8
    for name, value in _facts(found):
        paper.text(LEFT, y, name, 9.6, "ink-3")
        paper.text(LEFT + 36, y, value, 9.6)
        y += 7
    return paper.bytes()
