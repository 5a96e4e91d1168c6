"""Planting agreed with an event, for everybody: what was agreed, what is there, what was lost. Needs no script."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import Response

import events
from locales import formats as f
from locales import pick, t
from offsetting import NotFound, claims, forestry_view
from offsetting.forestry_view import PlanView, Record, forestry_terms
from pages._parts import shell
from pages._parts.pieces import swatch
from pages._parts.told import due_text, plan_facts, plan_state, record_text
from pages.documents._served import send

router = APIRouter(include_in_schema=False)


@router.get("/e/{slug}/forestry")
def forestry(slug: str, request: Request) -> Response:
    """The plantings of an event that were agreed, apart from all credits."""
    try:
        event = events.get_event(slug[:100])
        plans = forestry_view.public_plans(event.slug)
    except NotFound as error:
        return _page(request, None, [html.P(t(error.message, **error.params))], 404)
    parts: list[Any] = [
        html.P(html.A(pick(dict(event.names)), href=f"/e/{event.slug}")),
        html.P(t("Planting is a second way beside credits, and never mixed with them: trees take up what the event "
                 "emitted only as they grow. Until monitoring confirms it, the sink is promised, not there."),
               className="fz-body"),
    ]  # fmt: skip
    if not plans:
        parts.append(html.P(t("No planting was agreed for this event."), className="fz-body"))
    totals = events.totals(event.slug)
    emitted_g = 0 if totals.hidden else totals.mass.total_g
    parts += [_plan(plan, event, emitted_g) for plan in plans]
    return _page(request, event, [*parts, *_sources()])


@router.get("/forestry/{plan_id}/document/{sha256}")
def document(plan_id: str, sha256: str, request: Request) -> Response:
    """A document that a plan or its monitoring names, to download."""
    try:
        name, content = forestry_view.evidence_file(plan_id[:60], sha256[:64])
    except (NotFound, LookupError):
        return _page(request, None, [html.P(t("There is no document {value}.", value=sha256[:64]))], 404)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox", "Cache-Control": "private, no-cache",
    }  # fmt: skip
    return Response(content, media_type="application/octet-stream", headers=headers)


def _page(request: Request, event: events.Event | None, parts: list[Any], status: int = 200) -> Response:
    title = t("Planting for the event")
    strip = shell.test_notice(event.simulated) if event is not None and not event.livemode else None
    look = "fz-main fz-column fz-doc fz-method"
    main = html.Main([html.H1(title, className="mt-3 mb-2"), *parts], id="main", className=look)
    skip = html.A(t("To the content"), href="#main", className="fz-skip")
    body = html.Div([skip, strip, shell.header(), main], className="fz-page")
    return send(request, f"{title} · Forum Zero", body, status)


def _plan(plan: PlanView, event: events.Event, emitted_g: int) -> html.Section:
    look, words = plan_state(plan)
    state = html.P([swatch(look), html.B(words)], className=f"fz-state fz-state-{look}")
    return html.Section(
        [html.H2(plan.title, className="mt-4"), state, _claim(plan, event, emitted_g), plan_facts(plan), _fallen(plan),
         _agreement(plan), *_records(plan), *_due(plan)],
    )  # fmt: skip


def _claim(plan: PlanView, event: events.Event, emitted_g: int) -> html.P | None:
    """The claim's own sentence, of what lies on the event's emissions."""
    if not plan.covered_g or not emitted_g:
        return None
    words = claims.say(
        "claim", jurisdiction=event.jurisdiction, share_bp=max(1, 10_000 * plan.covered_g // emitted_g),
        state="retired" if plan.confirmed_on else "reserved", evidence="forestry", subject="event",
        livemode=event.livemode, who=pick(dict(event.names)), emitted=f.mass_text(emitted_g, unit="t"),
        mass=f.mass_text(plan.covered_g, unit="t"),
    )  # fmt: skip
    return html.P(claims.plain(words), className="fz-body")


def _fallen(plan: PlanView) -> html.P | None:
    if not plan.lost_g:
        return None
    told = t("{mass} of the sink was lost. What it stood for is open again until credits or other trees stand for it.",
             mass=f.mass_text(plan.lost_g, unit="t"))  # fmt: skip
    return html.P(told, className="fz-told")


def _agreement(plan: PlanView) -> html.P:
    link = html.A(plan.document_name or t("document"), href=f"/forestry/{plan.plan_id}/document/{plan.document_sha256}")
    return html.P([t("Agreement: "), link, " ", html.Span(plan.document_sha256, className="fz-mono fz-note")])


def _records(plan: PlanView) -> list[Any]:
    shown = [record for record in plan.records if record.state == "confirmed"]
    if not shown:
        return [html.P(t("Monitoring has not found anything yet."), className="fz-note")]
    return [html.H3(t("What monitoring found"), className="mt-3"), html.Ol([_record(plan, each) for each in shown])]


def _record(plan: PlanView, record: Record) -> html.Li:
    link = html.A(record.evidence_name or t("document"),
                  href=f"/forestry/{plan.plan_id}/document/{record.evidence_sha256}")  # fmt: skip
    day = f.date_text(record.observed_on)
    return html.Li([html.B(day), " ", record_text(record), " ", link])


def _due(plan: PlanView) -> list[Any]:
    if not plan.due:
        return []
    rows = [html.Li(due_text(due)) for due in plan.due]
    return [html.H3(t("Still owed"), className="mt-3"), html.Ul(rows)]


def _sources() -> list[Any]:
    terms = forestry_terms()
    told = t("A sink must be there within {years} years of the event.", years=f.number(terms.sink_years))
    unread = "" if terms.guidance_read else " " + t("Its own text could not be opened; the pages below follow it.")
    guidance = _away(pick(dict(terms.guidance_names)), terms.guidance_address)
    rows = [
        html.Li(
            [
                html.A(pick(dict(source.title)), href=source.address, rel="noreferrer nofollow"),
                " ",
                pick(dict(source.says)),
            ]
        )
        for source in terms.sources
    ]
    return [html.H2(t("By which rules"), className="mt-4"), html.P([told, " ", guidance, " ", unread]), html.Ul(rows)]


def _away(words: str, address: str) -> html.A:
    """A link to a page that is not ours."""
    return html.A(words, href=address, rel="noreferrer nofollow")
