"""The certificate's page, its PDF and its picture. Needs no script: a card on phones, a sheet at desks and on paper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote

from dash import html
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from data.settings import get_settings
from locales import LANGUAGES, current_language, negotiate, set_language, t
from locales import formats as f
from offsetting import CERTIFICATE_FILE, OPEN_BADGE, NotFound, certificate_file, claims, open_badge, renderings
from offsetting.certificate_view import CertificateView
from offsetting.certificates import certificate, find_certificate
from pages._parts import qr, rosette
from pages._parts.html_text import Raw, document, render, tag
from pages._parts.icons import icon_svg
from pages._parts.logo import logo
from pages._parts.pieces import swatch
from pages._parts.shell import header, notice, stepper
from pages._parts.svg import element, hatch, svg, themed_svg
from pages.documents._certificate_pdf import certificate_pdf
from pages.documents._certificate_png import certificate_png
from pages.documents._certificate_words import CertificateWords, lines_of_title, words_of
from pages.documents._served import compressed, style_of

router = APIRouter(include_in_schema=False)
renderings.register("application/pdf", certificate_pdf)
renderings.register("image/png", certificate_png)

POINTS_A_TURN = 210
MARK_SIZE = 450.0


@router.get("/certificate/{number}.json")
def whole_file(number: str, request: Request, size: Annotated[int | None, Query(ge=1)] = None) -> Response:
    """The file for checking off line, with the log's proofs at the newest checkpoint or that of ``size``."""
    return _signed(number, request, CERTIFICATE_FILE, "json", lambda known: certificate_file(known, size))


@router.get("/certificate/{number}.jwt")
def badge(number: str, request: Request) -> Response:
    """The certificate as an Open Badge (VC-JWT)."""
    return _signed(number, request, OPEN_BADGE, "jwt", open_badge)


def _signed(number: str, request: Request, media_type: str, ending: str, make: Callable[[str], str]) -> Response:
    try:
        known = find_certificate(number)
        text = make(known)
    except NotFound as error:
        return missing(request, t(error.message, **error.params))
    headers = {"Content-Disposition": f'attachment; filename="{known}.{ending}"', "Cache-Control": "no-cache"}
    return Response(text, media_type=media_type, headers=headers)


@router.get("/certificate/{number}.pdf")
def pdf(number: str, request: Request) -> Response:
    """The certificate as PDF."""
    return _file(number, "application/pdf", "pdf", request)


@router.get("/certificate/{number}.png")
def picture(number: str, request: Request) -> Response:
    """The certificate as a picture to share."""
    return _file(number, "image/png", "png", request)


@router.get("/certificate/{number}")
def page(number: str, request: Request) -> Response:
    """The certificate's page; a number typed otherwise leads to the one it means."""
    try:
        known = find_certificate(number)
        if known != number:
            return RedirectResponse(f"/certificate/{known}{_query(request)}", 307)
        view = certificate(known)
    except NotFound as error:
        return missing(request, t(error.message, **error.params))
    set_language(language_of(request, view))
    words = words_of(view, current_language())
    title = f"{words.title} · {words.event}"
    return answer(request, title, _page(view, words), "fz-certificate", 200, words.share_text, _head(view, words))


def answer(
    request: Request, title: str, body: Any, look: str, status: int = 200, description: str = "", head: str = ""
) -> Response:
    """A page of certificates: only the rules it uses, compressed."""
    shown = render(body)
    css = style_of(shown, "certificate", "fz-certificate", *look.split())
    text = document(
        title, shown, language=current_language(), css=css, description=description, head=head,
        body_class=f"fz-document {look}",
    )  # fmt: skip
    return compressed(request, text, status)


def language_of(request: Request, view: CertificateView) -> str:
    """What was chosen (``?lang=``, else the cookie of an earlier choice), else the language the order was placed in."""
    return negotiate(request.query_params.get("lang"), request.cookies.get("fz_lang"), view.locale)


def _query(request: Request) -> str:
    return f"?{request.url.query}" if request.url.query else ""


def _file(number: str, media_type: str, ending: str, request: Request) -> Response:
    try:
        view = certificate(number)
        language = language_of(request, view)
        made = renderings.render(view.number, media_type, language)
    except NotFound as error:
        return missing(request, t(error.message, **error.params))
    tag_ = f'"{"-".join(str(part) for part in view.version_key)}-{language}"'
    headers = {
        "ETag": tag_, "Cache-Control": "no-cache", "Vary": "Cookie",
        "Content-Disposition": f'inline; filename="{made.number}.{ending}"',
    }  # fmt: skip
    if request.headers.get("if-none-match") == tag_:
        return Response(status_code=304, headers=headers)
    return Response(made.body, media_type=media_type, headers=headers)


def missing(request: Request, sentence: str) -> Response:
    """404 with the sentence, and the field to try again."""
    body = html.Div(
        [
            header(),
            html.Main(
                [html.H1(t("Check a certificate")), search_form(error=sentence)],
                id="main",
                className="fz-main fz-column",
            ),
        ],
        className="fz-page",
    )
    return answer(request, t("Check a certificate"), body, "fz-certificate fz-verify", 404)


def search_form(value: str = "", error: str = "") -> html.Form:
    """The field for a certificate's number; works without script."""
    wrong: dict[str, Any] = {"aria_invalid": "true", "aria_describedby": "number-error"} if error else {}
    field = tag(
        "input", id="number", name="number", class_="fz-input fz-mono", value=value, maxlength="400", required=True,
        autocomplete="off", autocapitalize="characters", spellcheck="false", placeholder="7KQ4-M2XW-9RBD-0HVE", **wrong,
    )  # fmt: skip
    told = html.P(
        [Raw(icon_svg("error", class_name="fz-icon")), html.Span(error)], id="number-error", className="fz-error"
    )
    return html.Form(
        [
            html.Label(t("Number of the certificate"), htmlFor="number", className="fz-label"),
            html.Div(
                [field, html.Button(t("Check it"), type="submit", className="fz-button fz-button-main")],
                className="fz-search",
            ),
            told if error else None,
        ],
        action="/verify",
        method="get",
        role="search",
    )


def notice_of(view: CertificateView) -> Any:
    """The strip that says demo or test, None for live money."""
    return notice("demo" if view.simulated else "trial") if not view.livemode else None


def _head(view: CertificateView, words: CertificateWords) -> str:
    address = f"{get_settings().base_url}/certificate/{view.number}"
    facts = {
        "og:type": "article", "og:site_name": "Forum Zero", "og:title": f"{words.title} · {words.event}",
        "og:description": words.share_text, "og:url": address, "og:image": f"{address}.png?lang={words.language}",
        "og:image:width": "1080", "og:image:height": "1350", "og:image:alt": _told(words),
        "og:locale": {"zh": "zh_CN", "en": "en_GB", "is": "is_IS", "mr": "mr_IN"}[words.language],
    }  # fmt: skip
    metas = "".join(tag("meta", property=name, content=value) for name, value in facts.items())
    others = "".join(tag("link", rel="alternate", hreflang=code, href=f"{address}?lang={code}") for code in LANGUAGES)
    return (
        metas
        + others
        + tag("meta", name="twitter:card", content="summary_large_image")
        + tag("meta", name="robots", content="noindex")
    )


def _told(words: CertificateWords) -> str:
    """What its picture shows, for those who can't see it."""
    mass = f.THIN.join((words.mass_number, words.mass_unit))
    told = (words.title, words.event, mass, words.state_line, words.parted, words.rows[0][1])
    return " · ".join(part for part in told if part)


def _page(view: CertificateView, words: CertificateWords) -> html.Div:
    definitions, mark = _mark(view, words)
    under = html.Div([_actions(view, words), html.Div([_timeline(view, words), _after(view)])], className="fz-under")
    main = html.Main(
        [definitions, _card(words, mark), _sheet(words, mark), under], id="main", className="fz-main fz-column"
    )
    skip = html.A(t("To the content"), href="#main", className="fz-skip")
    guest = view.about in ("person", "visit", "life")
    steps = stepper("certificate", jurisdiction=view.jurisdiction) if guest else None
    return html.Div([skip, notice_of(view), header(href=f"/e/{view.event_slug}"), steps, main], className="fz-page")


def _mark(view: CertificateView, words: CertificateWords) -> tuple[Raw, Raw]:
    """The rosette: its curves and hatch defined once for the page, and the mark that uses them wherever it stands."""
    share = view.share_bp / 10_000
    whole = rosette.rosette(
        view.number, state=view.state, share=share, size=MARK_SIZE, theme="css", percent=words.percent,
        word=words.state_word, points_a_turn=POINTS_A_TURN,
    )  # fmt: skip
    curves = rosette.lines(view.number, MARK_SIZE, "css", POINTS_A_TURN)
    pattern, _ = hatch("css", MARK_SIZE / 300)
    named = curves.replace("<g", '<g id="guilloche"', 1)
    defined = element("svg", element("defs", named) + pattern, width="0", height="0", aria_hidden="true", cls="fz-defs")
    used = whole.replace(curves, element("use", href="#guilloche")).replace(pattern, "")
    used = used.replace("</svg>", _arcs(view) + "</svg>")
    return Raw(defined), Raw(used)


def _arcs(view: CertificateView) -> str:
    """What is retired so far, solid over the hatched ring; what is extra, on an arc of its own outside."""
    drawn = ""
    if view.is_partly_retired:
        part, middle = view.retired_g / view.grams, (rosette.RING_OUTER + rosette.RING_INNER) / 2
        width = MARK_SIZE / 2 * (rosette.RING_OUTER - rosette.RING_INNER)
        drawn += _arc(360 * view.share_bp / 10_000 * part, middle, "jade", width)
    if view.extra_g:
        drawn += _arc(min(359.99, 360 * view.extra_g / max(1, view.emitted_g)), rosette.RING_OUTER + 0.03, "sky", 3)
    return drawn


def _arc(turn: float, at: float, colour: str, width: float) -> str:
    """``turn`` degrees clockwise from 12, ``at`` of the half size."""
    middle, radius = MARK_SIZE / 2, MARK_SIZE / 2 * at
    length = 6.28318 * radius
    return element(
        "circle", cx=middle, cy=middle, r=f"{radius:.2f}", fill="none", stroke=f"var(--fz-{colour})",
        stroke_width=f"{width:.2f}", stroke_dasharray=f"{length * turn / 360:.1f} {length:.1f}",
        transform=f"rotate(-90 {middle} {middle})",
    )  # fmt: skip


def _state(words: CertificateWords) -> html.Span:
    return html.Span([swatch(words.state), html.Span(words.state_line)], className=f"fz-state fz-state-{words.state}")


def _bold(text: str) -> list[Any]:
    return [html.B(piece) if bold else piece for piece, bold in claims.bold_parts(text)]


def _title(words: CertificateWords) -> html.H1:
    lines: list[Any] = []
    for line in lines_of_title(words.title, words.language):
        lines += [" ", html.Span(line, style={"display": "block"})]
    return html.H1(lines[1:], className="fz-serif")


def _card(words: CertificateWords, mark: Raw) -> html.Article:
    code = Raw(qr.qr_svg(words.check_url, size=70, alt=t("Code that opens the check of this certificate"), quiet=2))
    number = f.THIN.join((words.mass_number, words.mass_unit))
    mass = html.Span([words.mass_number, html.Small(number.removeprefix(words.mass_number))], className="fz-num")
    said = [mass, html.Div(_state(words)), html.Small(words.parted) if words.parted else None]
    foot = html.Div(
        [html.Div([*said, html.Span(words.rows[0][1], className="fz-mono")]), html.Div(code)],
        className="fz-award-foot",
    )
    stamp = html.Span(words.stamp, className="fz-stamp") if words.stamp else None
    said = html.Div([_title(words), html.P(words.event), html.P(words.where_when)])
    return html.Article([mark, stamp, said, foot], className="fz-award fz-on-ink")


def _sheet(words: CertificateWords, mark: Raw) -> html.Article:
    facts: list[Any] = []
    for i, (name, value) in enumerate(words.rows):
        facts += [html.Dt(name), html.Dd(html.Span(value, className="fz-mono") if i == 0 else value)]
    body = [*_bold(words.body), (" " if words.language != "zh" else "") + words.extra if words.extra else None]
    said = html.Div(
        [
            html.Div([themed_svg(logo), html.Span(words.brand)], className="fz-a4-brand"),
            _title(words),
            html.P(words.lead, className="fz-a4-lead"),
            html.P(words.event, className="fz-a4-event fz-serif"),
            html.P(words.where_when, className="fz-a4-when"),
            html.P([words.mass_number, html.Small(words.mass_unit)], className="fz-a4-mass"),
            html.P(body),
            html.Dl(facts),
        ],
        className="fz-a4-words",
    )
    long = max(len(words.event), 1.25 * len(words.title)) > 46 and words.language != "zh"
    parts = [html.Div(mark, className="fz-a4-mark"), said, _check(words), _note(words), _across(words)]
    return html.Div(html.Article(parts, className="fz-a4" + (" fz-a4-long" if long else "")), className="fz-sheet")


def _check(words: CertificateWords) -> html.A:
    told = html.Span([html.B(words.check_title), html.Span(words.check_place), html.Div(_state(words))])
    code = Raw(qr.qr_svg(words.check_url, size=100, quiet=2))
    return html.A([code, told], href=f"/verify/{words.rows[0][1]}", className="fz-a4-check")


def _note(words: CertificateWords) -> html.P:
    return html.P(words.note, className="fz-a4-note" + (" fz-a4-note-test" if words.across else ""))


def _across(words: CertificateWords) -> Raw | None:
    if not words.across:
        return None
    spaced = words.language in ("en", "is")  # letters of other scripts are not drawn apart
    large, fitted = (108, {"textLength": "1180", "lengthAdjust": "spacing"}) if spaced else (150, {})
    line = element(
        "text", words.across, x="653", y=f"{470 + large * 0.36:.0f}", transform="rotate(-20.5 653 470)",
        font_size=str(large), **fitted,
    )  # fmt: skip
    return Raw(svg(line, 1307, 924, cls="fz-a4-across"))


def _actions(view: CertificateView, words: CertificateWords) -> html.Div:
    address, query = f"/certificate/{quote(view.number)}", f"?lang={words.language}"
    links = (
        (t("Save picture"), f"{address}.png{query}", "share", "fz-button fz-button-main", f"{view.number}.png"),
        (t("PDF"), f"{address}.pdf{query}", "download", "fz-button", None),
        (t("Verify"), f"/verify/{view.number}", "qr", "fz-button", None),
    )
    made = [
        html.A(
            [Raw(icon_svg(icon, class_name="fz-icon")), html.Span(label)], href=href, className=look,
            **({"download": file} if file else {}),
        )
        for label, href, icon, look, file in links
    ]  # fmt: skip
    return html.Div(made, className="fz-actions")


def _timeline(view: CertificateView, words: CertificateWords) -> html.Ol:
    batches = ", ".join(dict.fromkeys(interval.batch_id for interval in view.serials))
    held = t("{grams} g of batch {batch}", grams=f.number(view.grams), batch=batches)
    done = view.state == "retired"
    ends = t("when the registry confirms; this page will say so")
    if done and view.retired_on:
        ends = f.date_text(view.retired_on)
    steps = [
        _step(t("Paid"), f.datetime_text(view.paid_at, view.timezone, style="short"), True),
        _step(t("Reserved"), held if batches else "", True),
    ]
    if view.state == "revoked":
        at = f.datetime_text(view.revoked_at, view.timezone, style="short") if view.revoked_at else ""
        steps.append(_step(t("Revoked"), at, True, "fz-timeline-revoked"))
    elif view.is_partly_retired:
        steps.append(_step(words.state_word.capitalize(), words.parted, False))
    else:
        steps.append(_step(t("Retired") if done else t("To be retired"), ends, done))
    return html.Ol(steps, className="fz-timeline")


def _step(name: str, told: str, done: bool, look: str = "") -> html.Li:
    tick = Raw(icon_svg("check", class_name="fz-icon")) if done else None
    names = " ".join(part for part in ("fz-done" if done else "", look) if part)
    return html.Li([tick, html.Div([html.B(name), " ", html.Span(told)])], className=names)


def _after(view: CertificateView) -> html.P:
    links = [html.A(t("The forum's board"), href=f"/e/{view.event_slug}/rank", className="fz-link")]
    if view.about not in ("person", "event", "company"):
        links = [html.A(t("The board"), href=f"/e/{view.event_slug}/rank", className="fz-link")]
    name = f"{view.number}.jwt"
    links.append(html.A(t("Open Badge"), href=f"/certificate/{name}", className="fz-link", download=name))
    return html.P(links, className="fz-after")
