"""The introduction of an event: what it is, what neutral means here, where the money goes, what others did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import Response

import events
import offsetting
from events import Event, Totals
from locales import formats as f
from locales import pick, t
from offsetting import claims
from pages._parts import pieces, shell
from pages._parts.html_text import Raw
from pages._parts.ring import ring
from pages._parts.rosette import lines
from pages._parts.svg import svg
from pages._parts.taking_part import over, too_few
from pages._parts.who_pays import ALL, host_state, payer_of, promise
from pages.documents._served import send
from pages.documents.home import icon
from pages.guest._device import notice_kind
from pages.guest._words import recipients

router = APIRouter(include_in_schema=False)


@router.get("/e/{slug}")
def landing(request: Request, slug: str, c: str = "", by: str = "") -> Response:
    """The introduction; 404 with a sentence where there is no such event. ``c`` is the code that was scanned, ``by``
    that of a link somebody shared."""
    try:
        event = events.get_event(slug)
    except events.NotFound as error:
        return _missing(request, t(error.message, **error.params))
    totals, code = events.totals(slug), events.scanned_at(event, c)
    kind = notice_kind(event)
    skip = html.A(t("To the content"), href="#main", className="fz-skip")
    top = [
        skip,
        shell.notice(kind, "" if kind == "draft" else pick(event.texts.get("notice") or {}))
        if kind and (kind == "draft" or not event.simulated)
        else shell.notice("demo"),
    ]
    body = html.Div(
        [
            *(top if kind else [skip]),
            html.Main(
                [_hero(event, totals, code), html.Div(_sections(event, totals), className="fz-column fz-doc")],
                id="main",
                className="fz-main",
            ),
            _bar(event, code, by),
        ],
        className="fz-page",
    )
    return send(
        request,
        f"{pick(event.names)} · {t('Forum Zero')}",
        body,
        preload=True,
        description=pick(event.texts.get("intro") or {}),
        look=events.look_href(slug),
    )


def _missing(request: Request, sentence: str) -> Response:
    home = html.A(t("Find another"), href="/", className="fz-button fz-button-main")
    main = html.Main(
        [html.H1(t("No event here")), html.P(sentence, className="fz-body"), html.P(home, className="mt-4")],
        id="main",
        className="fz-main fz-column fz-doc",
    )
    return send(request, t("No event here"), html.Div([shell.header(), main], className="fz-page"), status=404)


def _say(key: str, event: Event) -> str:
    return claims.say(
        key, jurisdiction=event.jurisdiction, subject=claims.subject_of(event.scenario), livemode=event.livemode
    )


def bold(text: str) -> list[Any]:
    """Words of a claim with their bold parts."""
    return [html.B(words) if strong else words for words, strong in claims.bold_parts(text)]


def _hero(event: Event, totals: Totals, code: events.Code | None) -> html.Div:
    zone = ZoneInfo(event.timezone)
    first, last = event.starts_at.astimezone(zone).date(), event.ends_at.astimezone(zone).date()
    date = f.date_text(first, style="weekday") if first == last else f.date_range_text(first, last)
    when = " · ".join(part for part in (pick(event.place.names), date) if part)
    inside = [
        _logo(event), html.P(when, className="fz-small"), _hall(event, code), html.H1(pick(event.names)),
        _theme(event),
        _ring(event, totals) if not totals.hidden and totals.mass.total_g else _empty_ring(event),
    ]  # fmt: skip
    rosette = html.Div(
        Raw(svg(lines(event.event_id, 420, "dark", 52), 420, 420)),
        className="fz-hero-rosette",
        **{"aria-hidden": "true"},
    )
    return html.Div(
        [rosette, shell.header(on_ink=True), html.Div(inside, className="fz-column")], className="fz-hero fz-on-ink"
    )


def _theme(event: Event) -> Any:
    """The event's theme in a line; None where it has none."""
    words = pick(event.texts.get("theme") or {})
    return html.P(words, className="fz-small") if words else None


def _logo(event: Event) -> Any:
    """The event's logo on a light chip; None where it has none."""
    logo = events.event_logo(event.slug)
    if logo is None:
        return None
    src = f"/e/{event.slug}/logo/{logo.sha256}"
    said = t("Logo of {event}", event=pick(event.names))
    return html.P(html.Img(src=src, alt=said, width=str(logo.width_px), height=str(logo.height_px)),
                  className="fz-hero-logo")  # fmt: skip


def _ring(event: Event, totals: Totals) -> html.Div:
    share = f.percent_number(totals.share_bp / 10_000)
    picture = ring(
        totals.retired_g, totals.reserved_g, totals.mass.total_g, totals.extra_g, theme="dark", number=share, unit="%",
        caption=t("covered so far"), alt=t("{share} % covered so far", share=share),
    )  # fmt: skip
    (retired, reserved, still), unit = f.mass_parts([totals.retired_g, totals.reserved_g, totals.residual_g])
    words = [
        ("retired", retired, t("retired")),
        ("reserved", reserved, t("reserved, to be retired")),
        ("open", still, t("still open")),
    ]
    parts = [
        html.Li([pieces.swatch(kind), pieces.figure_number(number, unit, 0), html.P(said)])
        for kind, number, said in words
    ]
    if totals.forestry.covered_g:
        parts.append(_planted(event, totals, unit))
    return html.Div([Raw(picture), html.Ul(parts, className="fz-parts")], className="fz-hero-ring")


def _planted(event: Event, totals: Totals, unit: str) -> html.Li:
    """What a planting stands for, beside the ring and never in it, in the claim's own words."""
    words = t("sink confirmed by monitoring")
    if totals.forestry.promised_g:
        words = claims.say("state.line", state="reserved", evidence="forestry", subject="event", share_bp=1)
    number = f.mass_parts([totals.forestry.covered_g], unit=unit)[0][0]
    link = html.A(words, href=f"/e/{event.slug}/forestry")
    return html.Li([pieces.swatch("estimated"), pieces.figure_number(number, unit, 0), html.P(link)])


def _empty_ring(event: Event) -> html.Div:
    words = [
        None if over(event) else html.B(t("Be among the first five.")),
        html.P(t("Figures show from five people on."), className="fz-small"),
    ]
    return html.Div([Raw(ring(0, 0, 0, theme="dark")), html.Div(words)], className="fz-hero-ring")


def _sections(event: Event, totals: Totals) -> list[Any]:
    texts = event.texts
    return [
        html.Section(
            [html.H2(_say("landing.heading", event)), html.P(bold(_say("landing.body", event)), className="fz-body")]
        ),
        _programme(texts.get("programme") or _rows_of(event)),
        _when(event),
        _payer(event),
        _money(event),
        _others(event, totals),
        _intro(texts),
        _measures(texts.get("measures") or []),
        html.Section([html.H2(t("What it is not")), html.P(_say("landing.limit", event), className="fz-body")]),
        _of_forum(event),
        _privacy(texts),
        _sources(texts, event.slug),
    ]


def _of_forum(event: Event) -> Any:
    """The forum's own pages that have something to show."""
    words = {
        "pledges": t("Action proposal: what people intend, and signing it"), "memoranda": t("Memoranda signed"),
        "thanks": t("Thanks to sponsors and companies"), "fund": t("The special fund"),
    }  # fmt: skip
    doors = [html.Li(html.A(words[door], href=f"/e/{event.slug}/{door}", className="fz-link"))
             for door in events.forum_doors(event.event_id)]  # fmt: skip
    return _section(t("Of this forum"), html.Ul(doors, className="fz-dots")) if doors else None


def _section(title: str, *inside: Any) -> html.Section:
    return html.Section([html.H2(title), *inside])


def _programme(rows: Sequence[Mapping[str, Any]]) -> Any:
    if not rows:
        return None
    cells: list[Any] = []
    for row in rows:
        detail = pick(row.get("detail") or {})
        cells += [
            html.Dt(pick(row["when"])),
            html.Dd([html.B(pick(row["title"])), html.Small(detail) if detail else None]),
        ]
    return _section(t("Programme"), html.Dl(cells, className="fz-programme"))


def _rows_of(event: Event) -> list[Mapping[str, Any]]:
    """The sessions with their hours, where nothing else is told of the programme."""
    timed = sorted(
        (each for each in event.sessions if each.starts_at), key=lambda each: (each.starts_at, each.session_id)
    )
    return [{"when": {"en": _hours(event, each)}, "title": each.names} for each in timed]


def _hours(event: Event, session: events.Session) -> str:
    zone = ZoneInfo(event.timezone)
    parts = [at.astimezone(zone) for at in (session.starts_at, session.ends_at) if at]
    days = (event.ends_at.astimezone(zone).date() - event.starts_at.astimezone(zone).date()).days
    hours = "–".join(f.time_text(at, zone) for at in parts)
    return f"{f.date_text(parts[0].date(), style='short')} {hours}" if days else hours


def _when(event: Event) -> Any:
    """Where it is, and until when answers and payments are taken; None where nothing of it is told."""
    rows: list[tuple[str, Any]] = []
    address, spot = pick(event.texts.get("address") or {}), events.spot_text(event.place)
    if address or spot:
        rows.append((t("Where"), [address or pick(event.place.names), _spot(spot)]))
    for words, at in ((t("Answers until"), event.closes_at), (t("Payment until"), event.pay_until)):
        if at is not None:
            rows.append((words, f.datetime_text(at, event.timezone)))
    cells = [cell for words, told in rows for cell in (html.Dt(words), html.Dd(told))]
    return _section(t("Where, and until when"), html.Dl(cells, className="fz-programme")) if rows else None


def _spot(text: str) -> Any:
    """The exact spot as a link that a map program of the guest's own opens; None where only the town is told."""
    return html.Small(html.A(text, href=f"geo:{text.replace(' ', '')}", className="fz-link")) if text else None


def _payer(event: Event) -> Any:
    """Who pays, as the host told it; None where guests pay for themselves and nothing more was told."""
    own = pick(event.texts.get("payer") or {})
    told = [words for words in (promise(event), host_state(event), own) if words]
    if not event.payments or not told:
        return None
    return _section(t("Who pays"), *[html.P(words, className="fz-body mb-2") for words in told])


def _privacy(texts: Mapping[str, Any]) -> Any:
    """What becomes of what guests tell, as the host wrote it."""
    words = pick(texts.get("privacy") or {})
    if not words:
        return None
    lines = [html.P(line, className="fz-body mb-2") for line in words.split("\n") if line]
    told = html.Details([html.Summary(t("What becomes of what you tell")), *lines], className="fz-privacy")
    return html.Section(told, id="privacy")


def _money(event: Event) -> Any:
    """The split of the first project on offer, in shares."""
    offers = offsetting.offers(event.slug) if event.payments else []
    if not offers:
        return None
    names = recipients()
    parts = [
        pieces.SplitPart(names.get(part["to"], part["to"]), round(float(part["share"]) * 10_000))
        for part in offers[0].split
    ]
    per = t("From {price} a tonne; projects and fee stand in full before you pay.",
            price=f.money(min(o.price_minor_per_tonne for o in offers), offers[0].currency))  # fmt: skip
    return _section(t("Where the money goes"), pieces.split_bar(parts), html.P(per, className="fz-note mt-2"))


def _others(event: Event, totals: Totals) -> html.Section:
    title = t("What others have done")
    if totals.hidden:
        words = t("Fewer than five people have told their footprint, so nothing is shown yet: be among the first five.")
        return _section(title, html.P(too_few(event, words), className="fz-body"))
    rows = [
        (f.number(totals.participants), t("people told their footprint")),
        (f.number(totals.counts["certificate_count"]), t("certificates")),
        (
            f.mass_text(totals.mass.total_g),
            t("emitted, of which {share} estimated", share=_estimated(totals))
            if totals.mass.estimated_g
            else t("emitted"),
        ),
    ]
    cells = [html.Li([html.Span(number, className="fz-num"), html.P(words)]) for number, words in rows]
    board = html.A([t("The boards"), icon("chevron_right")], href=f"/e/{event.slug}/rank", className="fz-link")
    return _section(title, html.Ul(cells, className="fz-told-list"), board)


def _estimated(totals: Totals) -> str:
    return f.percent(totals.mass.estimated_g / totals.mass.total_g)


def _intro(texts: Mapping[str, Any]) -> Any:
    paragraphs = [pick(texts[name]) for name in ("intro", "venue") if texts.get(name)]
    announced = [html.Li([pick(row["text"]), _source(row)]) for row in texts.get("announcements") or []]
    if not paragraphs and not announced:
        return None
    inside: list[Any] = [html.P(words, className="fz-body mb-2") for words in paragraphs]
    return _section(
        t("What it was") if announced else t("What it is"),
        *inside,
        html.Ul(announced, className="fz-dots") if announced else None,
    )


def _source(row: Mapping[str, Any]) -> Any:
    return html.Span(f" [{row['source']}]", className="fz-note") if row.get("source") else None


def _measures(rows: Sequence[Mapping[str, Any]]) -> Any:
    if not rows:
        return None
    return _section(
        t("How it kept its own emissions low"),
        html.Ul([html.Li([pick(row["text"]), _source(row)]) for row in rows], className="fz-dots"),
    )


def _sources(texts: Mapping[str, Any], slug: str) -> html.Footer:
    rows = [html.Li(f"[{row['key']}] {pick(row['title'])}") for row in texts.get("sources") or []]
    notice = pick(texts.get("notice") or {})
    method = html.A(t("How everything is computed"), href=f"/method?event={slug}")
    return html.Footer(
        [html.Ul(rows) if rows else None, html.P(notice) if notice else None, html.P(method)],
        className="fz-footer fz-sources",
    )


def _bar(event: Event, code: events.Code | None, by: str = "") -> html.Aside:
    if words := over(event):
        return html.Aside(
            html.Div(html.P(words, className="fz-small"), className="fz-column"),
            className="fz-bar",
            **{"aria-label": t("What to do next")},
        )
    button = html.A(
        [_say("button.start", event), icon("chevron_right")],
        href=f"/e/{event.slug}/footprint{_carried(code, by)}",
        className="fz-button fz-button-main fz-button-wide",
    )
    note = t("About a minute · no account needed · pay only at the end")
    if payer_of(event) == ALL:
        note = t("About a minute · no account needed · nothing to pay")
    return html.Aside(
        html.Div([button, html.P(note, className="fz-small")], className="fz-column"),
        className="fz-bar",
        **{"aria-label": t("What to do next")},
    )


def _carried(code: events.Code | None, by: str) -> str:
    """What goes on to the calculator of how somebody came: the code that was scanned, the link that was shared."""
    shared = by if by.isascii() and by.isalnum() and len(by) == 10 else ""
    told = {"c": code.code_id if code else "", "by": shared}
    query = urlencode({name: value for name, value in told.items() if value})
    return f"?{query}" if query else ""


def _hall(event: Event, code: events.Code | None) -> Any:
    """Where the code that was scanned stands; None where it is the whole event's."""
    names = {one.session_id: one.names for one in event.sessions}
    if code is None or code.session_id not in names:
        return None
    words = t("Scanned in: {hall}. You can choose another later.", hall=pick(names[code.session_id]))
    return html.P(words, className="fz-small")
