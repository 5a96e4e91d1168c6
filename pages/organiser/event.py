"""The organiser's page of an event, live: the ring, what it is made of, where guests came from, through the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from dash import Input, Output, State, callback, dcc, html
from fastapi import APIRouter, Request
from fastapi.responses import Response

import events
import offsetting
from accounts import Unauthenticated, current_actor, may
from calculations.model import FieldError, InputError
from locales import formats as f
from locales import pick, t
from offsetting import claims
from pages._parts.certainty import quality_note
from pages._parts.deadline import deadline_note
from pages._parts.desk import button_link, claim_panel, event_line, event_notice, frame, sentence_of
from pages._parts.pieces import empty
from pages.bundles import to_sign_in
from pages.organiser import _event_panels as panels
from pages.organiser import _event_people as people
from pages.organiser import _figures as figures
from pages.organiser._cover_split import cover_split
from pages.organiser._estimate import estimate_panel
from pages.organiser._event_boards import boards_panel
from pages.organiser._event_pdf import dashboard_pdf
from pages.organiser._filter import filter_sentence, list_names
from pages.registry import page, query_of
from reports import Dashboard, Narrowing, Table, dashboard, figure_csv, figures_xlsx, tables, whole_csv

page(
    "/desk/e/<slug>", kind="desk", title="Event", permission="event.view", scripts=("js/desk.js", "js/dashboard.js"),
    styles=("css/desk-more.css", "css/setup.css"),
)  # fmt: skip
router = APIRouter(include_in_schema=False)
MEDIA = {"csv": "text/csv; charset=utf-8", "pdf": "application/pdf",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}  # fmt: skip


def layout(slug: str = "", **query: Any) -> html.Div:
    """The whole page of the question in the address; its body is made anew with every question and live version."""
    shown, wrong = _shown(slug, query)
    view = shown.view
    event = view.event
    body = [
        dcc.Store(id="organiser-slug", data=slug),
        dcc.Store(id="organiser-version", data=view.totals.version),
        dcc.Store(id="organiser-asked", data=_asked(shown, wrong, query)),
        html.Div(_body(shown, wrong), id="organiser-body"),
    ]
    head = {"subtitle": event_line(event), "actions": _actions(view)}
    return frame(body, "event", pick(dict(event.names)), slug=slug, **head, **event_notice(event))


def _shown(slug: str, query: Mapping[str, Any]) -> tuple[Dashboard, Sequence[FieldError]]:
    """What of the query can be asked here, and what is wrong with the rest; what is left may itself not be here."""
    asked, wrong = Narrowing.sifted(query)
    for _ in range(2):
        try:
            return dashboard(slug, asked), wrong
        except InputError as error:
            asked, wrong = asked.less(error.errors), [*wrong, *error.errors]
    return dashboard(slug), wrong


def _asked(shown: Dashboard, wrong: Sequence[FieldError], query: Mapping[str, Any]) -> str:
    """The question that live figures ask again; as it was typed while something is wrong, so that this stays said."""
    names = {each.name for each in fields(Narrowing)}
    typed = urlencode({name: str(value)[:2000] for name, value in query.items() if name in names})
    return f"?{typed if wrong else shown.asked.to_url()}"


@callback(
    Output("organiser-body", "children"),
    Input("organiser-version", "data"),
    Input("organiser-asked", "data"),
    State("organiser-slug", "data"),
    prevent_initial_call=True,
)
def refresh(_version: int, asked: str, slug: str) -> Any:
    """The body of the newest version under the question asked; who asks is checked in the view."""
    return _body(*_shown(str(slug), query_of(str(asked or "")[:2000])))


@router.get("/desk/e/{slug}/figures.{kind}")
def file(slug: str, kind: str, request: Request) -> Response:
    """One figure (``?figure=category``) or all of them as CSV, XLSX or PDF, under the question of the address."""
    query = dict(request.query_params)
    try:
        shown = dashboard(slug, Narrowing.from_url(query))
    except Unauthenticated:
        return to_sign_in(request)
    found, wanted = tables(shown), query.get("figure", "")
    if kind not in MEDIA or (wanted and wanted not in found):
        return Response(status_code=404)
    kept = {wanted: found[wanted]} if wanted else found
    if kind == "pdf":
        content = dashboard_pdf(shown, kept)
    elif kind == "xlsx":
        content = figures_xlsx(shown, kept)
    else:
        content = figure_csv(kept[wanted]) if wanted else whole_csv(kept)
    name = f"{slug}-{wanted or 'figures'}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=MEDIA[kind], headers=headers)


def _actions(view: events.OrganiserView) -> list[Any]:
    slug, actor = view.event.slug, current_actor()
    parts: list[Any] = [live_chip(view)]
    if may(actor, "event.poster", view.event.event_id):
        parts.append(button_link(t("Poster"), f"/desk/e/{slug}/poster", "poster"))
    if may(actor, "screen.manage", view.event.event_id):
        parts.append(button_link(t("Big screen"), f"/desk/e/{slug}/screens", "screen", "fz-button-ink"))
    return parts


def live_chip(view: events.OrganiserView) -> html.P:
    """The chip that desk.js keeps: live with its time, or as of when."""
    event = view.event
    given = {
        "data-live-slug": event.slug, "data-live-zone": event.timezone, "data-live-words": t("Live"),
        "data-away-words": t("as of"), "data-live-version": str(view.totals.version), "role": "status",
        "data-live-as-of": view.totals.as_of.isoformat(),
    }  # fmt: skip
    clock = f.clock_text(view.totals.as_of, event.timezone, datetime.now(UTC))
    return html.P(f"{t('as of')} {clock}", id="organiser-live", className="fz-live fz-live-away", **given)


def _body(shown: Dashboard, wrong: Sequence[FieldError] = ()) -> list[Any]:
    view = shown.view
    told = html.P(
        " ".join(sentence_of(e, _fields()) for e in wrong), className="fz-told fz-told-wrong mb-3", role="alert"
    )
    head = [told if wrong else None, filter_sentence(shown, _side(shown)), deadline_note(view.event.event_id)]
    head.append(html.Span(id="organiser-moment", hidden=True, **{"data-version": str(view.totals.version)}))
    if not view.totals.counts["participation_count"] and not view.totals.mass.total_g:
        return [figures.key_figures(shown), _nothing_yet(view), head[-1]]
    if shown.hidden and not shown.whole.total_g:
        sentence = t("Fewer than five guests stand behind what you chose: nothing is told of them apart.")
        return [*head, html.Div(empty(sentence), className="fz-card")]
    found = tables(shown)
    grid = [part for part in _grid(shown, found) if part is not None]
    return [*head, figures.key_figures(shown), html.Div(grid, className="fz-grid"), panels.left_out_panel(shown)]


def _fields() -> dict[str, str]:
    return {name: words[0] for name, words in list_names().items()}


def _grid(shown: Dashboard, found: dict[str, Table]) -> list[Any]:
    """Panels in their order; those that can't answer are not there, the others share their room."""
    makers: dict[str, tuple[int, Any]] = {
        "whole": (3, figures.ring_panel), "early": (9, panels.early_panel),
        "category": (5, panels.bars_panel), "origin": (4, people.origin_panel),
        "funnel": (3, people.funnel_panel), "mode": (5, panels.bars_panel), "day": (5, figures.day_panel),
        "began": (4, people.began_panel), "channel": (3, people.people_panel), "session": (7, panels.session_panel),
        "boards": (5, boards_panel), "company": (5, panels.company_panel), "diet": (4, panels.bars_panel),
        "ring": (3, people.people_panel), "orders": (3, people.orders_panel), "money": (3, panels.money_panel),
    }  # fmt: skip
    there = found | {key: found["whole"] for key in ("early", "boards") if key not in shown.left_out}
    gone = {*panels.untold(shown), *([] if shown.asked.is_part else ["orders"])}
    gone |= {"day", "channel", "boards", "money"} if panels.is_early(shown) else {"early"}
    keys = [key for key in makers if key in there and key not in gone]
    tall = panels.tall_ones(shown)
    rooms = panels.packed([(makers[key][0], key in tall) for key in keys])
    made = []
    for key, (span, is_tall) in zip(keys, rooms, strict=True):
        part = makers[key][1](shown, there[key], span)
        part.className += " fz-tall" * is_tall
        made.append(part)
    if shown.asked.is_part:
        return [*made, panels.lines_panel(shown, found)]
    return [*made, *_below(shown, found)]


def _below(shown: Dashboard, found: dict[str, Table]) -> list[Any]:
    """Below the figures, two beside each other: what they are made of and what may be said of them; who did not answer
    and who covered what."""
    view = shown.view
    lines, note = panels.lines_panel(shown, found, span=5), quality_note(view.totals.quality, view.by_category)
    silent = estimate_panel(view, span=12 if view.totals.estimate.dimensions else 5)
    beside = silent is not None and not view.totals.estimate.dimensions
    return [lines, _claim(view, 7 if lines else 12), silent, _split(view, 7 if beside else 12),
            html.Div(note) if note else None]  # fmt: skip


def _split(view: events.OrganiserView, span: int) -> html.Section:
    split = offsetting.coverage_split(view.event.slug)
    return cover_split(split, view.totals.mass.total_g, view.totals.residual_g, span=span)


def _claim(view: events.OrganiserView, span: int) -> html.Section:
    event, totals = view.event, view.totals
    said = claims.whole_claim(
        "event", event.jurisdiction, event.livemode, pick(dict(event.names)), emitted_g=totals.mass.total_g,
        reserved_g=totals.reserved_g, retired_g=totals.retired_g, extra_g=totals.extra_g,
    )  # fmt: skip
    return claim_panel(said, span)


def _side(shown: Dashboard) -> html.Span:
    """The ways on: the residual's order, the explorer, and the files of everything that is shown."""
    view, actor = shown.view, current_actor()
    slug, event_id = view.event.slug, view.event.event_id
    side: list[Any] = []
    orders = view.event.payments and view.event.state != "settled"  # closed books: nobody covers anything any more
    if may(actor, "event.order", event_id) and orders and view.totals.residual_g:
        residual = claims.say("desk.residual", jurisdiction=view.event.jurisdiction, subject="event")
        side.append(html.A(residual, href=f"/desk/e/{slug}/orders", className="fz-link"))
    if may(actor, "reports.view", event_id):
        side.append(html.A(t("Explore"), href=f"/desk/reports?event={slug}", className="fz-link"))
    query = shown.asked.to_url()
    tail = f"?{query}" if query else ""
    side.append(html.A("CSV", href=f"/desk/e/{slug}/figures.csv{tail}", className="fz-link", download=""))
    side.append(html.A("XLSX", href=f"/desk/e/{slug}/figures.xlsx{tail}", className="fz-link", download=""))
    side.append(html.A("PDF", href=f"/desk/e/{slug}/figures.pdf{tail}", className="fz-link", download=""))
    return html.Span(side, className="fz-filter-side")


def _nothing_yet(view: events.OrganiserView) -> html.Div:
    link = button_link(t("Poster"), f"/desk/e/{view.event.slug}/poster", "poster", "fz-button-main")
    return html.Div(
        empty(t("Nobody has counted a trip yet. Hang up the poster with its code."), link), className="fz-card"
    )
