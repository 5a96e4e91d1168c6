"""An event's thanks to sponsors and companies, and the memoranda signed there, for everybody. No script."""

from __future__ import annotations

from typing import Any

from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import Response

import events
from locales import formats as f
from locales import pick, t
from pages.documents._forum_parts import answer, attachment, card, document_line

router = APIRouter(include_in_schema=False)
FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}


@router.get("/e/{slug}/thanks")
def page(request: Request, slug: str) -> Response:
    """The thanks; 404 where there is no such event."""
    found = events.thanks(slug)
    inside: list[Any] = [_group(found, kind, words) for kind, words in kind_names().items()]
    if found.companies:
        rows = [html.Li([html.B(pick(dict(each.names))), " ", html.Span(_covers(each), className="fz-note")])
                for each in found.companies]  # fmt: skip
        note = t("Companies that covered what their people emit, by the share covered; named at their own wish.")
        inside.append(card(html.P(note, className="fz-note"), html.Ul(rows, className="fz-dots"),
                           title=t("Companies that covered their people")))  # fmt: skip
    shown = [part for part in inside if part is not None]
    return answer(request, t("Thanks"), found.event, shown or [card(html.P(t("Nobody is named here yet.")))])


@router.get("/e/{slug}/thanks/{sha256}")
def logo(slug: str, sha256: str) -> Response:
    """A sponsor's logo, drawn anew here."""
    try:
        media_type, content = events.sponsor_logo(slug, sha256)
    except events.NotFound:
        return Response(status_code=404)
    return Response(content, media_type=media_type, headers=FOREVER)


@router.get("/e/{slug}/memoranda")
def memoranda(request: Request, slug: str) -> Response:
    """The memoranda that are published."""
    found = events.memoranda(slug)
    rows: list[Any] = [_memorandum(slug, each) for each in found.rows]
    return answer(request, t("Memoranda signed"), found.event, rows or [card(html.P(t("None is published yet.")))])


@router.get("/e/{slug}/memoranda/{sha256}")
def document(slug: str, sha256: str) -> Response:
    """A memorandum as it was signed."""
    return attachment(*events.memorandum_file(slug, sha256))


def kind_names() -> dict[str, str]:
    """Kinds of sponsors as headings, in their order."""
    return {
        "host": t("Hosts"), "organiser": t("Organisers"), "main": t("Main sponsors"), "partner": t("Partners"),
        "in_kind": t("Gifts in kind"), "media": t("Media"), "other": t("With thanks to"),
    }  # fmt: skip


def _group(found: events.Thanks, kind: str, words: str) -> Any:
    rows = [_sponsor(found.event.slug, each) for each in found.sponsors if each.kind == kind]
    return card(html.Ul(rows, className="fz-thanks"), title=words) if rows else None


def _sponsor(slug: str, sponsor: events.Sponsor) -> html.Li:
    name, words = pick(dict(sponsor.names)), pick(dict(sponsor.texts))
    picture = None
    if sponsor.logo_sha256:
        height = 56
        width = min(220, max(1, round(height * sponsor.width_px / max(1, sponsor.height_px))))
        src = f"/e/{slug}/thanks/{sponsor.logo_sha256}"
        picture = html.Img(src=src, alt="", width=str(width), height=str(height), className="fz-thanks-logo")
    return html.Li([picture, html.Div([html.B(name), html.P(words, className="fz-body") if words else None])])


def _covers(company: events.ThankedCompany) -> str:
    share = f.percent_bp(company.share_bp)
    if company.state == "retired":
        return t("{share} of its people’s emissions, retired", share=share)
    return t("{share} of its people’s emissions, reserved, not yet all retired", share=share)


def _memorandum(slug: str, found: events.Memorandum) -> html.Section:
    partners = html.Ul([html.Li(name) for name in found.partners], className="fz-dots")
    words = [html.P(line, className="fz-body") for line in pick(dict(found.texts)).split("\n") if line.strip()]
    link = document_line(found.document, f"/e/{slug}/memoranda/{found.document.sha256}")
    day = html.P(t("Signed on {day}", day=f.date_text(found.signed_on)), className="fz-note")
    return card(day, html.H3(t("Partners")), partners, *words, link, title=pick(dict(found.names)))
