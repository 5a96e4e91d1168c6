"""The demo provider's own page: test money, nothing to type. What it decides comes back by its signed webhook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, dcc, html

import events
import offsetting
from accounts import DomainError
from data.settings import get_settings
from locales import formats as f
from locales import pick, t
from offsetting import Order
from pages._parts import shell
from pages._parts.icons import icon
from pages.registry import page

SCRIPTS = ("js/guest.js", "js/guest-order.js")
page("/pay/<order_id>", kind="guest", title="Demo payment", styles=("css/guest-form.css",), scripts=SCRIPTS)
OUTCOMES = ("succeeded", "failed", "late", "doubled")


def check(order_id: str) -> None:
    """NotFound where there is no such order, or no such provider."""
    if not get_settings().demo_payments:
        raise offsetting.NotFound("The demo payment provider is off here.")
    offsetting.get_order(order_id)


def layout(order_id: str) -> Any:
    """What is paid, to whom, and the four ways a payment can go; a settled order leads on."""
    order = offsetting.get_order(order_id)
    event = events.event_by_id(order.event_id)
    stores = [dcc.Store(id=f"pay-{name}") for name in ("ask", "answer", "sink-1", "sink-2")]
    inside = _asking(order) if order.state == "held" else _settled(order)
    body = html.Div(
        [
            shell.notice("test", t("Test money. This page stands in for a payment provider; nothing is charged.")),
            html.Header(
                [
                    html.Span([icon("pay"), html.B(t("Demo Pay"))], className="fz-pay-mark"),
                    html.Span(t("test provider"), className="fz-pay-tag"),
                ],
                className="fz-pay-head",
            ),
            html.Main(
                [
                    html.H1(t("Pay {money}", money=f.money(order.total_minor, order.currency)), className="fz-pay-sum"),
                    html.P(t("to the exchange, for {event}", event=pick(event.names)), className="fz-body"),
                    _facts(order, event),
                    *inside,
                ],
                id="main",
                className="fz-main fz-column fz-pay-card",
            ),
        ],
        className="fz-page fz-pay",
    )
    return html.Div([body, dcc.Store(id="pay-config", data={"order_id": order.order_id}), *stores])


def _facts(order: Order, event: events.Event) -> html.Dl:
    names = {offer.project_id: pick(offer.names) for offer in offsetting.offers(event.slug)}
    per_tonne = f.per_tonne(order.price_minor_per_tonne, order.currency)
    rows: list[tuple[str, Any]] = [
        (t("Project"), names.get(order.project_id, order.project_id)),
        (t("Grams"), f"{f.number(order.grams)}{f.THIN}g"),
        (t("Price"), f"{f.money(order.amount_minor, order.currency)} · {per_tonne}"),
    ]
    if order.gift_minor:
        rows.append((t("Gift"), t("{money} for the special fund", money=f.money(order.gift_minor, order.currency))))
    rows.append((t("Held until"), f.time_text(order.expires_at, event.timezone)))
    rows.append((t("Order"), html.Span(order.order_id, className="fz-mono")))
    cells: list[Any] = []
    for name, value in rows:
        cells += [html.Dt(name), html.Dd(value)]
    return html.Dl(cells, className="fz-facts mt-3")


def _asking(order: Order) -> list[Any]:
    words = {
        "failed": t("Decline"),
        "late": t("Pay too late"),
        "doubled": t("Pay, message sent twice"),
    }
    main = html.Button(
        t("Pay {money} in test money", money=f.money(order.total_minor, order.currency)),
        type="button",
        className="fz-button fz-button-main fz-button-wide",
        disable_n_clicks=True,
        **{"data-outcome": "succeeded"},
    )
    others = [
        html.Button(said, type="button", className="fz-button", disable_n_clicks=True, **{"data-outcome": outcome})
        for outcome, said in words.items()
    ]
    slug = events.event_by_id(order.event_id).slug
    return [
        html.Div(
            [main, html.P(t("Or see what happens when a payment goes another way:"), className="fz-small"), *others],
            id="pay-acts",
            className="fz-pay-acts",
        ),
        html.P(
            [icon("offline"), html.Span(t("No connection. We go on trying; nothing is lost."))],
            className="fz-error",
            hidden=True,
            **{"data-waiting": ""},
        ),
        html.A([icon("chevron_left"), t("Back without paying")], href=f"/e/{slug}/neutralise", className="fz-link"),
    ]


def _settled(order: Order) -> list[Any]:
    words = t("Nothing is left to pay here.")
    link = html.A(
        t("See the order"), href=f"/order/{order.order_id}", className="fz-button fz-button-main fz-button-wide"
    )
    return [html.P(words, className="fz-body mt-3"), html.Div(link, className="mt-3")]


dash.clientside_callback(ClientsideFunction("fz", "paying"), Output("pay-sink-1", "data"), Input("pay-config", "data"))
dash.clientside_callback(ClientsideFunction("fz", "paid"), Output("pay-sink-2", "data"), Input("pay-answer", "data"))


@dash.callback(Output("pay-answer", "data"), Input("pay-ask", "data"), prevent_initial_call=True)
def pay(asked: Any) -> Any:
    """The provider notes what was decided and calls its webhook; asking twice pays once."""
    if not isinstance(asked, Mapping) or asked.get("outcome") not in OUTCOMES:
        raise ValueError("an outcome is one of " + ", ".join(OUTCOMES))
    order_id = str(asked.get("order_id"))
    try:
        if offsetting.get_order(order_id).state == "held":
            offsetting.demo_payment(order_id, str(asked["outcome"]))
    except DomainError:
        offsetting.get_order(order_id)
    late = "?late=yes" if asked["outcome"] == "late" else ""
    return {"seq": asked.get("seq"), "next": f"/order/{order_id}{late}"}
