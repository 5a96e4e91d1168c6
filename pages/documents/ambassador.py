"""An ambassador's certificate: its page, its PDF and the signed statement. It claims nothing of emissions."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

import events
import offsetting
from data.settings import get_settings
from events import AmbassadorCertificate
from locales import current_language, pick, t
from locales import formats as f
from offsetting import claims
from pages._parts import pieces, qr
from pages._parts.html_text import Raw
from pages._parts.icons import icon_svg
from pages._parts.rosette import lines
from pages._parts.svg import svg
from pages.documents._forum_parts import answer, card
from pages.documents._paper_pdf import Paper

router = APIRouter(include_in_schema=False)
LEFT, RIGHT, CODE = 20.0, 190.0, 28.0
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
    """The certificate for people, its state, and its signature checked anew on every visit."""
    found = events.ambassador_certificate(number)
    if number != found.number:
        return RedirectResponse(f"/ambassador/{found.number}", 307)
    rosette = html.Div(Raw(svg(lines(found.number, 160, "light", 40), 160, 160)), className="fz-honour-rosette",
                       **{"aria-hidden": "true"})  # fmt: skip
    test = None if found.livemode else html.P(html.B(claims.say("test.across", livemode=False)), className="fz-note")
    name = html.Div([test, html.P(pick(found.names), className="fz-honour-name")])
    lead = [html.P(sentence, className="fz-body") for sentence in _sentences(found)]
    cells: list[Any] = []
    for title, value in _facts(found):
        cells += [html.Dt(title), html.Dd(value)]
    files = [html.A(words, href=f"/ambassador/{found.number}.{kind}", className="fz-button")
             for words, kind in ((t("As PDF"), "pdf"), (t("Signed statement"), "json"))]  # fmt: skip
    whole = card(html.Div([name, rosette], className="fz-honour-head"), *lead,
                 html.Dl([*cells, html.Dt(t("State")), html.Dd(_state(found))], className="fz-facts"),
                 html.Div(files, className="fz-honour-files"))  # fmt: skip
    return answer(request, t("Ambassador’s certificate"), found.event, [whole, _check(found)])


def _state(found: AmbassadorCertificate) -> Any:
    if found.revoked_at:
        return pieces.state_chip("revoked", _day(found, found.revoked_at))
    return t("stands")


def _check(found: AmbassadorCertificate) -> html.Section:
    """What its signature is worth now, and the files and the command that check it without us."""
    checked = offsetting.verify_document(found.statement, offsetting.did_document())
    good = checked.ok and not found.revoked_at
    words = [t("Signed by this installation, unchanged since.")] if checked.ok else [t(r) for r in checked.reasons]
    if found.revoked_at:
        words.append(t("It was revoked on {day}: it no longer counts.", day=_day(found, found.revoked_at)))
    mark = Raw(icon_svg("check" if good else "error", class_name="fz-icon"))
    said = html.P([mark, html.Span(" ".join(words))], className="fz-honour-said" + ("" if good else " fz-honour-bad"))
    status = str((json.loads(found.statement).get("credentialStatus") or {}).get("statusListCredential", ""))
    files = [(f"/ambassador/{found.number}.json", f"{found.number}.json"), ("/.well-known/did.json", "did.json")]
    command = [f"python cli.py verify {found.number}.json", "--keys did.json"]
    if status:
        files.append((status[max(0, status.find("/api/")) :], "status-list.json"))
        command.append("--status status-list.json")
    links = html.Ul([html.Li(html.A(name, href=href, download=name, className="fz-link")) for href, name in files],
                    className="fz-honour-list")  # fmt: skip
    told = html.P(t("Keep these files and check them on any machine, off line."), className="fz-body")
    code = html.Pre(" \\\n  ".join(command), className="fz-honour-code", tabIndex="0")
    return card(said, html.H3(t("Check it without us")), told, links, code, title=t("The check"))


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
    title, link = t("Ambassador’s certificate"), f"{get_settings().base_url}/ambassador/{found.number}"
    paper = Paper(current_language(), f"{title} {found.number}", found.issued_at)
    paper.add_page()
    if not found.livemode:
        paper.across(claims.say("test.across", livemode=False))
    paper.logo(LEFT, 22, t("Forum Zero"))
    y = 56.0
    for line in paper.wrapped(title, RIGHT - LEFT, 30, family=paper.serif):
        paper.text(LEFT, y, line, 30, family=paper.serif)
        y += 12
    y = paper.paragraph(LEFT, y + 6, pick(found.names), RIGHT - LEFT, 22, style="B")
    y = paper.paragraph(LEFT, y + 3, pick(dict(found.event.names)), RIGHT - LEFT, 13)
    for sentence in _sentences(found):
        y = paper.paragraph(LEFT, y + 4, sentence, RIGHT - LEFT, 11)
    paper.rule(LEFT, y + 4, RIGHT, "line-strong")
    y += 14
    _square(paper, link, RIGHT - CODE, y - 4)
    if found.revoked_at:
        paper.text(LEFT, y, t("Revoked on {day}", day=_day(found, found.revoked_at)), 12, style="B")
        y += 8
    for name, value in _facts(found):
        paper.text(LEFT, y, name, 9.6, "ink-3")
        paper.text(LEFT + 36, y, value, 9.6)
        y += 7
    paper.paragraph(LEFT, y + 2, t("Check it at {address}", address=link), RIGHT - LEFT - CODE - 8, 9.6)
    return paper.bytes()


def _square(paper: Paper, link: str, x: float, y: float) -> None:
    """The code that leads to the certificate's page and its check."""
    rows = qr.matrix(link)
    step = CODE / len(rows)
    paper.pdf.set_fill_color(qr.INK)
    for i, row in enumerate(rows):
        for j, dark in enumerate(row):
            if dark:
                paper.pdf.rect(x + j * step, y + i * step, step, step, style="F")
    paper.pdf.link(x, y, CODE, CODE, link)
