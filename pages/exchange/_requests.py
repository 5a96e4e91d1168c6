"""What organisers ask of the exchange: grams of a project at a price; granted, or declined with a reason."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import html

import events
from accounts import current_actor, may
from locales import formats as f
from locales import pick, t
from pages._parts.desk import event_days, panel
from pages._parts.icons import icon


def requests_panel() -> Any:
    """The requests that wait, each with its two answers; None where none waits."""
    waiting = events.credit_requests()
    if not waiting:
        return None
    rows = [_request(each) for each in waiting[:50]]
    aside = t("{count} wait for an answer", count=f.number(len(waiting)))
    return html.Div(
        panel(t("Asked for by organisers"), html.Ul(rows, className="fz-asked"), aside), className="fz-grid"
    )


def _request(each: events.CreditRequest) -> html.Li:
    mass = f.mass_text(each.grams, unit="t") if each.grams else t("new terms only")
    price = f.per_tonne(each.price_minor_per_tonne, each.currency)
    kind = html.Span(t("live") if each.livemode else t("test"), className="fz-chip")
    words = [html.B(pick(dict(each.event_names))), " ", kind, html.Br(), _which(each), html.Br(),
             f"{pick(dict(each.project_names))} · {mass} · {price}"]  # fmt: skip
    note = html.Span(f" “{each.note}”", className="fz-note") if each.note else None
    acts = _acts(each) if may(current_actor(), "credits.manage", each.event_id) else None
    return html.Li([html.P([*words, note]), acts])


def _which(each: events.CreditRequest) -> html.Span:
    """Place, days and public address: events of one name are told apart by them."""
    parts = [pick(dict(each.place_names)), event_days(each)] if each.place_names else []
    return html.Span([*(f"{part} · " for part in parts), html.Span(f"/e/{each.slug}", className="fz-mono")],
                     className="fz-note")  # fmt: skip


def _acts(each: events.CreditRequest) -> html.Div:
    key = f"{each.event_id}/{each.request_id}"
    label = t("Why not (the organiser reads it)")
    typed = dbc.Input(id={"type": "asked-why", "key": key}, type="text", className="fz-input", maxlength=500)
    box = html.Label([html.Span(label, className="fz-label"), typed], className="fz-asked-why")
    grant = html.Button([icon("check"), html.Span(t("Grant"))], id={"type": "asked-grant", "key": key}, n_clicks=0,
                        type="button", className="fz-button fz-button-main")  # fmt: skip
    no = html.Button([icon("minus"), html.Span(t("Decline"))], id={"type": "asked-decline", "key": key}, n_clicks=0,
                     type="button", className="fz-button")  # fmt: skip
    return html.Div([box, html.Div([grant, no], className="d-flex gap-2 mt-2")])
