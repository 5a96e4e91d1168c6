"""Checking a certificate: by its number, from certificate to order, serial numbers and retirement. Needs no script."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from data.settings import get_settings
from locales import current_language, t
from locales import formats as f
from offsetting import NotFound
from offsetting.certificate_view import CertificateView, Retired
from offsetting.certificates import certificate, certificate_credential, find_certificate
from offsetting.signing import did_document, issuer_did
from offsetting.verification import Verification, verify_document
from pages._parts.html_text import Raw
from pages._parts.icons import icon_svg
from pages._parts.pieces import facts
from pages._parts.shell import header
from pages.documents._certificate_words import (
    CO2E,
    HISTORY,
    CertificateWords,
    holder_text,
    paid_text,
    project_text,
    words_of,
)
from pages.documents.certificate import answer, missing, notice_of, search_form, serial_lines

router = APIRouter(include_in_schema=False)
CREDENTIAL_TYPE = "application/vc+ld+json"


@router.get("/verify")
def ask(request: Request, number: str = "") -> Response:
    """The form; with a number it leads to that certificate's check, or says why there is none."""
    if number.strip():
        try:
            return RedirectResponse(f"/verify/{quote(find_certificate(number))}", 303)
        except NotFound as error:
            return _page(request, _form(number, t(error.message, **error.params)), t("Check a certificate"), status=404)
    return _page(request, _form(), t("Check a certificate"))


@router.get("/verify/{number}.json")
def credential(request: Request, number: str, version: int | None = None) -> Response:
    """The signed credential, byte for byte as it was signed."""
    try:
        known = find_certificate(number)
        text = certificate_credential(known, version)
    except NotFound as error:
        return missing(request, t(error.message, **error.params))
    disposition = f'attachment; filename="{known}.json"'
    return Response(text, media_type=CREDENTIAL_TYPE, headers={"Content-Disposition": disposition})


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
        return missing(request, t(error.message, **error.params))
    found = verify_document(text, did_document())
    words = words_of(view, current_language())
    title = t("Certificate {number}", number=view.number)
    return _page(request, _checked(view, words, text, found), title, notice_of(view))


def _page(request: Request, children: list[Any], title: str, strip: Any = None, status: int = 200) -> Response:
    skip = html.A(t("To the content"), href="#main", className="fz-skip")
    main = html.Main(children, id="main", className="fz-main fz-column")
    body = html.Div([skip, strip, header(), main], className="fz-page")
    head = '<meta name="robots" content="noindex">'
    return answer(request, f"{title} · Forum Zero", body, "fz-certificate fz-verify", status, head=head)


def _form(value: str = "", error: str = "") -> list[Any]:
    told = t("Type the number on it, or scan its code. Nobody needs an account, and nobody is told that you asked.")
    return [html.H1(t("Check a certificate")), html.P(told, className="fz-body"), search_form(value[:400], error)]


def _checked(view: CertificateView, words: CertificateWords, text: str, found: Verification) -> list[Any]:
    chain = [
        _certificate(view, words),
        _order(view, words),
        _serials(view, words),
        _retirement(view),
        _offline(view, text),
    ]
    return [
        html.H1(t("Check of a certificate")),
        html.P(view.number, className="fz-mono fz-body"),
        _verdict(view, words, found),
        html.Ol([html.Li(link) for link in chain], className="fz-chain"),
        search_form(),
    ]


def _verdict(view: CertificateView, words: CertificateWords, found: Verification) -> html.Div:
    good = found.ok and view.state != "revoked"
    look = "" if good and view.state == "retired" else " fz-verdict-reserved" if good else " fz-verdict-bad"
    head = t("Genuine: {state}", state=words.state_line) if good else words.state_line
    lines = [t("Signed by this installation, unchanged since.")] if found.ok else [t(r) for r in found.reasons]
    if not found.ok:
        head = t("The signature does not hold")
    lines += [t(note) for note in found.notes]
    if not view.livemode:
        lines.append(t("Paid with test money: it is of no value."))
    mark = Raw(icon_svg("check" if good else "error", class_name="fz-icon"))
    return html.Div([mark, html.Div([html.B(head), html.Span(" ".join(lines))])], className=f"fz-verdict{look}")


def _link(icon: str, title: str, *children: Any) -> list[Any]:
    return [html.H2([Raw(icon_svg(icon, class_name="fz-icon")), html.Span(title)]), *children]


def _mono(text: str) -> html.Span:
    return html.Span(text, className="fz-mono")


def _certificate(view: CertificateView, words: CertificateWords) -> list[Any]:
    history = [
        html.Div(f"{f.datetime_text(s.signed_at, view.timezone, style='short')} · {t(HISTORY.get(s.reason, s.reason))}")
        for s in view.statements
    ]
    covered = f"{f.mass_text(view.covered_g)} {CO2E} · {f.percent_bp(view.share_bp)}"
    rows: list[tuple[str, Any]] = [
        (t("Says"), html.A(words.title, href=f"/certificate/{view.number}")),
        (t("Event"), f"{words.event} · {words.where_when}"),
        (t("Covered"), covered),
    ]
    if view.extra_g:
        rows.append((t("Extra contribution"), f"{f.mass_text(view.extra_g)} {CO2E}"))
    rows += [(t("Holder"), holder_text(view, words.language) or t("not named")), (t("Statements"), history)]
    return _link("seal", t("Certificate"), facts(rows))


def _order(view: CertificateView, words: CertificateWords) -> list[Any]:
    rows = [
        (t("Paid on"), paid_text(view, words.language)),
        (t("Grams"), f.number(view.grams)),
        (t("SHA-256 of its id"), _mono(hashlib.sha256(view.order_id.encode()).hexdigest())),
    ]
    return _link("pay", t("Order"), facts(rows))


def _serials(view: CertificateView, words: CertificateWords) -> list[Any]:
    lines = [html.Div(line) for line in serial_lines(view, words.language)]
    registries = ", ".join(dict.fromkeys(interval.registry for interval in view.serials)) or view.registry
    rows = [(t("Project"), project_text(view, words.language)), (t("Registry"), registries), (t("Serials"), lines)]
    told = t("No gram of a credit is sold twice: what one order holds, no other can.")
    return _link("batches", t("Serial numbers"), facts(rows), html.P(told))


def _retirement(view: CertificateView) -> list[Any]:
    title = t("Retirement")
    if view.state == "revoked":
        return _link("exchange", title, html.P(t("The certificate was revoked; its grams are on offer again.")))
    if not view.retirements:
        return _link(
            "exchange", title, html.P(t("Not yet. When the registry confirms, its link and evidence stand here."))
        )
    return _link("exchange", title, *[facts(_evidence(one)) for one in view.retirements])


def _evidence(one: Retired) -> list[tuple[str, Any]]:
    safe = one.link.startswith(("https://", "http://"))
    link = html.A(one.link, href=one.link, rel="noopener noreferrer nofollow") if safe else one.link
    return [
        (t("Retired on"), f.date_text(one.retired_on)),
        (t("Serials"), one.serials),
        (t("Beneficiary"), one.beneficiary),
        (t("Registry's record"), link),
        (t("Evidence"), [one.evidence_name, html.Br(), _mono(f"SHA-256 {one.evidence_sha256}")]),
    ]


def _offline(view: CertificateView, text: str) -> list[Any]:
    base = get_settings().base_url
    proof = json.loads(text)["proof"]
    rows = [
        (t("Signature"), _mono(proof["cryptosuite"])),
        (t("Key"), _mono(proof["verificationMethod"])),
        (t("Issuer"), _mono(issuer_did())),
    ]
    lines = f"python cli.py verify {view.number}.json --keys did.json"
    name = f"{view.number}.json"
    links = [
        html.A(t("Download the credential"), href=f"/verify/{name}", className="fz-link", download=name),
        html.A(t("Download the keys"), href="/.well-known/did.json", className="fz-link", download="did.json"),
    ]  # fmt: skip
    told = t(
        "Keep both files and check them on any machine, without us: a W3C Verifiable Credential 2.0 with a Data "
        "Integrity proof. One altered byte fails. The keys are those of {base}.",
        base=base,
    )
    return _link(
        "lock", t("Check it off line"), html.P(told), html.Div(links, className="fz-after"),
        html.Pre(lines, className="fz-code", tabIndex="0"), facts(rows),
    )  # fmt: skip
