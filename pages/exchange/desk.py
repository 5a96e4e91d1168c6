"""The exchange's desk: batches by serial range with what is retired, sold, held and free, and what was confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, html, no_update

import events
import offsetting
from accounts import DomainError, current_actor, may
from calculations.model import InputError
from locales import formats as f
from locales import pick, t
from pages._parts.deadline import pools_note
from pages._parts.desk import button_link, frame, panel
from pages._parts.desk_form import done, told_of
from pages._parts.pieces import empty, head_cell, kpi
from pages.exchange._requests import requests_panel
from pages.registry import page

page(
    "/desk/exchange",
    kind="desk",
    title="Exchange",
    permission="credits.view",
    scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/retire.css"),
)


def layout(**_: Any) -> html.Div:
    """Test and live credits apart, then the confirmations."""
    rows = [row for row in offsetting.retirement_desk() if may(current_actor(), "credits.view", row.event_id)]
    live, test = [row for row in rows if row.livemode], [row for row in rows if not row.livemode]
    asked = html.Div([html.Div(requests_panel(), id="asked-list"), html.Div(id="asked-told", role="status")])
    body: list[Any] = [pools_note(offsetting.pools()), asked]
    if live:
        body += _kind(live, t("Live credits"))
    if test:
        body += _kind(test, t("Test credits"))
    if not rows:
        body.append(html.Div(empty(t("No batch has been entered yet.")), className="fz-card"))
    body.append(_confirmed(offsetting.retirements()))
    notice = {"notice_kind": "tests"} if test else {}
    subtitle = t("Each gram of each serial number is in one state. Only whole credits can be retired.")
    pools = button_link(t("Retirement"), "/desk/exchange/pools", "seal")
    return frame(body, "exchange", t("Exchange"), subtitle=subtitle, actions=[pools], **notice)


def _kind(rows: Sequence[offsetting.DeskRow], title: str) -> list[Any]:
    """Key figures of test or live credits and their tranches by batch."""
    sums = {
        name: sum(getattr(row, f"{name}_g") for row in rows) for name in ("retired", "sold", "held", "free", "surplus")
    }
    ready = sum(row.ready_count for row in rows)
    shown = (
        ("retired", t("Retired"), sums["retired"], t("{mass} of it surplus", mass=f.mass_text(sums["surplus"]))),
        (
            "reserved",
            t("Sold, to be retired"),
            sums["sold"],
            t("{count} whole credits are ready", count=f.number(ready)),
        ),
        ("emitted", t("Held for unpaid orders"), sums["held"], t("given back when the hold ends")),
        ("open", t("Free"), sums["free"], t("on offer or not yet assigned")),
    )
    whole = sums["retired"] + sums["surplus"]
    grams = {"retired": whole}
    figures = [kpi(kind, name, *f.mass(grams.get(kind, g), unit="t"), note) for kind, name, g, note in shown]
    batches = list(dict.fromkeys(row.batch_id for row in rows))
    panels = [_batch([row for row in rows if row.batch_id == batch]) for batch in batches]
    return [
        html.H2(title, className="fz-section"),
        html.Div(figures, className="fz-kpis"),
        html.Div(panels, className="fz-grid"),
    ]


def _batch(rows: Sequence[offsetting.DeskRow]) -> html.Section:
    """One batch: its tranches as rows."""
    first = rows[0]
    title = f"{pick(dict(first.project_names))} · {first.vintage}"
    aside = t("batch {batch} · registry {registry}", batch=first.batch_id, registry=first.registry)
    words = (t("For"), t("Serial numbers"), "", t("Retired"), t("Sold"), t("Held"), t("Free"), t("Ready"), "")
    head = html.Tr([head_cell(word, "fz-right" if 2 < i < 8 else "") for i, word in enumerate(words)])
    table = html.Table([html.Thead(head), html.Tbody([_row(row) for row in rows])], className="fz-table fz-wide-table")
    return panel(title, html.Div(table, className="fz-scroll", tabIndex="0"), aside, flush=True)


def _row(row: offsetting.DeskRow) -> html.Tr:
    name = pick(dict(row.event_names)) if row.event_id else t("not assigned yet")
    grams = (row.retired_g + row.surplus_g, row.sold_g, row.held_g, row.free_g)
    numbers, _ = f.mass_parts(grams, unit="t")
    act: Any = None
    if row.event_id and (row.ready_count or row.begun_count) and may(current_actor(), "retire", row.event_id):
        pool = f"{row.project_id}:{row.vintage}:{'live' if row.livemode else 'test'}"
        act = button_link(t("Retire"), f"/desk/exchange/pools/{pool}", "seal", "fz-button-small")
    cells = [
        html.Td(html.B(name)),
        html.Td(html.Span(row.serials, className="fz-mono fz-serials")),
        html.Td(_bar(grams, row.to_g - row.from_g)),
        *[html.Td(number, className="fz-right") for number in numbers],
        html.Td(html.B(f.number(row.ready_count)), className="fz-right"),
        html.Td(act, className="fz-right"),
    ]
    return html.Tr(cells)


def _bar(grams: tuple[int, int, int, int], whole_g: int) -> html.Span:
    """Retired, sold, held and free of a tranche as one bar, all of its length."""
    looks = ("fz-cover-retired", "fz-cover-reserved", "fz-cover-held", "")
    bars = [
        html.I(className=look, style={"--fz-w": f"{100 * part / whole_g:.3f}%"})
        for look, part in zip(looks, grams, strict=True)
        if part > 0
    ]
    return html.Span(bars, className="fz-cover fz-cover-whole", **{"aria-hidden": "true"})


def _confirmed(rows: Sequence[offsetting.Retired]) -> html.Div:
    title = t("Confirmed retirements")
    if not rows:
        return html.Div(
            panel(title, empty(t("None yet. Confirm one when the registry has retired its credits."))),
            className="fz-grid mt-3",
        )
    words = (t("Retired on"), t("Event and project"), t("Serial numbers"), t("Credits"), t("Proof"), t("Certificates"))
    head = html.Tr([html.Th(word, scope="col", className="fz-right" if i == 3 else "") for i, word in enumerate(words)])
    table = html.Table(
        [html.Thead(head), html.Tbody([_confirmed_row(row) for row in rows])], className="fz-table fz-wide-table"
    )
    inside = panel(title, html.Div(table, className="fz-scroll", tabIndex="0"), t("newest first"), flush=True)
    return html.Div(inside, className="fz-grid mt-3")


def _confirmed_row(row: offsetting.Retired) -> html.Tr:
    names = [
        html.B(pick(dict(row.event_names))),
        html.Br(),
        html.Span(pick(dict(row.project_names)), className="fz-note"),
    ]
    proof = [
        html.A(t("Registry's page"), href=row.link, rel="noreferrer", target="_blank"),
        html.Br(),
        html.A(
            t("{name}, SHA-256 {sum}…", name=row.evidence_name, sum=row.evidence_sha256[:12]),
            href=f"/desk/exchange/evidence/{row.evidence_sha256}",
            className="fz-note",
            title=row.evidence_sha256,
            download="",
        ),
    ]
    return html.Tr(
        [
            html.Td(f.date_text(row.retired_on.date(), style="short")),
            html.Td(names),
            html.Td(html.Span(row.serials, className="fz-mono fz-serials")),
            html.Td(f.number(row.credit_count), className="fz-right"),
            html.Td(proof),
            html.Td(certificate_links(row)),
        ]
    )


def certificate_links(row: offsetting.Retired) -> list[Any]:
    """The first certificates that turned to retired, as links."""
    numbers = row.certificate_numbers
    links: list[Any] = []
    for number in numbers[:2]:
        links += [html.A(number, href=f"/certificate/{number}", className="fz-mono"), html.Br()]
    return links + ([html.Span("…")] if len(numbers) > 2 else [])


@callback(
    Output("asked-list", "children"), Output("asked-told", "children"),
    Input({"type": "asked-grant", "key": ALL}, "n_clicks"), Input({"type": "asked-decline", "key": ALL}, "n_clicks"),
    State({"type": "asked-why", "key": ALL}, "value"), State({"type": "asked-why", "key": ALL}, "id"),
    prevent_initial_call=True,
)  # fmt: skip
def answer(grants: Any, declines: Any, reasons: Any, ids: Any) -> Any:
    """Grants or declines what an organiser asked for; credits.manage is asked by the use case."""
    if not any([*(grants or []), *(declines or [])]) or not isinstance(ctx.triggered_id, dict):
        return no_update, no_update
    key, kind = str(ctx.triggered_id["key"]), str(ctx.triggered_id["type"])
    event_id, _, request_id = key.partition("/")
    typed = {str(each["key"]): str(value or "") for each, value in zip(ids, reasons, strict=True)}
    try:
        if kind == "asked-grant":
            events.grant_credits(current_actor(), event_id, request_id)
        else:
            events.decline_credits(current_actor(), event_id, request_id, typed.get(key, ""))
    except (InputError, DomainError) as error:
        return no_update, told_of(error, {"reason": t("Why not (the organiser reads it)")})
    said = t("Granted: it is on offer now.") if kind == "asked-grant" else t("Declined; the organiser reads why.")
    return requests_panel(), done(said)
