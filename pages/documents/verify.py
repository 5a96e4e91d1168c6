"""Checking a certificate: by its number, from certificate to order, serial numbers and retirement. Needs no script."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

import events
from locales import current_language, t
from offsetting import NotFound
from offsetting.certificate_view import CertificateView
from offsetting.certificates import certificate, certificate_credential, find_certificate
from offsetting.filing import LogWalk, log_walk
from offsetting.signing import did_document
from offsetting.verification import Verification, verify_document
from pages._parts.deadline import overdue_text
from pages._parts.html_text import Raw
from pages._parts.icons import icon_svg
from pages._parts.shell import header
from pages.documents._certificate_words import CertificateWords, words_of
from pages.documents._verify_steps import Checked, drawn, steps_of, without_us
from pages.documents.certificate import answer, missing, notice_of, search_form

router = APIRouter(include_in_schema=False)
CREDENTIAL_TYPE = "application/vc+ld+json"


@router.get("/verify")
def ask(request: Request, number: str = "") -> Response:
    """The form; with a number it leads to that certificate's check, or says why there is none."""
    if number.strip():
        try:
            return RedirectResponse(f"/verify/{quote(find_certificate(number))}", 303)
        except NotFound as error:
            if honour := _honour(number):
                return RedirectResponse(honour, 303)
            return _page(request, _form(number, t(error.message, **error.params)), t("Check a certificate"), status=404)
    return _page(request, _form(), t("Check a certificate"))


@router.get("/verify/{number}.json")
def credential(request: Request, number: str, version: int | None = None) -> Response:
    """The signed credential, byte for byte as it was signed."""
    try:
        known = find_certificate(number)
        text = certificate_credential(known, version)
    except NotFound as error:
        if honour := _honour(number):
            return RedirectResponse(f"{honour}.json", 307)
        return missing(request, t(error.message, **error.params))
    headers = {"Content-Disposition": f'attachment; filename="{known}.credential.json"', "Cache-Control": "no-cache"}
    return Response(text, media_type=CREDENTIAL_TYPE, headers=headers)


@router.get("/verify/{number}")
def check(number: str, request: Request) -> Response:
    """What stands behind a certificate, link by link; its signature is checked anew on every visit."""
    try:
        known = find_certificate(number)
        if known != number:
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(f"/verify/{known}{query}", 307)
        view, text = certificate(known), certificate_credential(known)
    except NotFound as error:
        if honour := _honour(number):
            return RedirectResponse(honour, 307)
        return missing(request, t(error.message, **error.params))
    found = verify_document(text, did_document())
    checked = Checked(view, words_of(view, current_language()), text, found, log_walk(known))
    title = t("Certificate {number}", number=view.number)
    return _page(request, _checked(checked), title, notice_of(view))


def _honour(text: str) -> str:
    """Where an ambassador's certificate is looked at and checked; '' where the text is not its number either."""
    try:
        return f"/ambassador/{quote(events.find_ambassador(text))}"
    except NotFound:
        return ""


def _page(request: Request, children: list[Any], title: str, strip: Any = None, status: int = 200) -> Response:
    skip = html.A(t("To the content"), href="#main", className="fz-skip")
    main = html.Main(children, id="main", className="fz-main fz-column")
    body = html.Div([skip, strip, header(), main], className="fz-page")
    head = '<meta name="robots" content="noindex">'
    return answer(request, f"{title} · Forum Zero", body, "fz-certificate fz-verify", status, head=head)


def _form(value: str = "", error: str = "") -> list[Any]:
    told = t("Type the number on it, or scan its code. Nobody needs an account, and nobody is told that you asked.")
    return [html.H1(t("Check a certificate")), html.P(told, className="fz-body"), search_form(value[:400], error)]


def _checked(checked: Checked) -> list[Any]:
    view = checked.view
    return [
        html.H1(t("Check of a certificate")),
        html.P(view.number, className="fz-mono fz-body"),
        _verdict(view, checked.words, checked.found, checked.walk),
        drawn(steps_of(checked)),
        without_us(checked),
        search_form(),
    ]


def _verdict(view: CertificateView, words: CertificateWords, found: Verification, walk: LogWalk) -> html.Div:
    in_log = walk.ok or not walk.steps
    good = found.ok and in_log and view.state != "revoked"
    look = "" if good and view.state == "retired" else " fz-verdict-reserved" if good else " fz-verdict-bad"
    head = t("Genuine: {state}", state=words.state_line) if good else words.state_line
    lines = [t("Signed by this installation, unchanged since.")] if found.ok else [t(r) for r in found.reasons]
    if not found.ok:
        head = t("The signature does not hold")
    elif not in_log:
        head, lines = t("The log does not hold it as it is shown"), [t(x) for step in walk.steps for x in step.faults]
    lines += [t(note) for note in found.notes]
    if view.state == "reserved" and (late := overdue_text(view.ends_at)):
        lines.append(late)
    if not view.livemode:
        lines.append(t("Paid with test money: it is of no value."))
    mark = Raw(icon_svg("check" if good else "error", class_name="fz-icon"))
    return html.Div(
        [mark, html.Div([html.B(head), html.Span(("" if words.language == "zh" else " ").join(lines))])],
        className=f"fz-verdict{look}",
    )
