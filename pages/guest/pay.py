"""Paying an order: how, and what happens until the provider's word has come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, dcc, html

import events
import offsetting
from accounts import DomainError
from events import Event
from locales import t
from offsetting import Order, PayStep
from pages._parts import shell, visitor
from pages.guest import _pay_choice, _pay_demo
from pages.guest._device import notice_kind
from pages.registry import page

SCRIPTS = ("js/guest.js", "js/guest-order.js")
page("/pay/<order_id>", kind="guest", title="Your payment", styles=("css/guest-form.css",), scripts=SCRIPTS)
OUTCOMES = _pay_demo.OUTCOMES
ASK_EVERY = timedelta(seconds=5)


def check(order_id: str) -> None:
    """NotFound where there is no such order, or nothing to pay it with."""
    if not offsetting.ways_to_pay(order_id):
        raise offsetting.NotFound("No payment provider is on here.")


def layout(order_id: str, by: str = "", code: str = "", state: str = "") -> Any:
    """The ways to pay; with ``by`` the payment that was begun with a provider. ``code`` and ``state`` are what WeChat's
    sign-in sends back. With the demo provider alone there is nothing to choose."""
    order = offsetting.get_order(order_id)
    event = events.event_by_id(order.event_id)
    ways = offsetting.ways_to_pay(order_id, visitor.user_agent())
    names = [way.provider for way in ways]
    config: dict[str, Any] = {"order_id": order_id, "provider": by}
    if order.state != "held":
        body = _frame(event, _pay_choice.settled(order, event), order)
    elif names == ["demo"] or (by == "demo" and by in names):
        body = _pay_demo.page(order, event, has_others=len(names) > 1)
    elif by in names:
        inside, more = _begun(order, event, by, code, state)
        body, config = _frame(event, inside, order), config | more
    else:
        body = _frame(event, _pay_choice.choice(order, event, ways), order)
    stores = [dcc.Store(id=f"pay-{name}") for name in ("ask", "answer", "sink-1", "sink-2")]
    return html.Div([body, dcc.Store(id="pay-config", data=config), *stores])


def _frame(event: Event, inside: list[Any], order: Order) -> html.Div:
    hrefs = {"footprint": f"/e/{event.slug}/footprint", "neutralise": f"/e/{event.slug}/neutralise"}
    step = "pay" if order.buyer == "guest" else None
    return shell.guest_shell(inside, event.slug, step, notice_kind(event), hrefs=hrefs, jurisdiction=event.jurisdiction)


def _begun(order: Order, event: Event, by: str, code: str, state: str) -> tuple[list[Any], dict[str, Any]]:
    try:
        step = _start(order.order_id, by, code[:300], state[:100])
    except DomainError as error:
        return _pay_choice.refused(order, event, t(error.message, **error.params)), {}
    if step.url:  # a provider's page opens on the person's own click, never by itself
        return _pay_choice.choice(order, event, offsetting.ways_to_pay(order.order_id, visitor.user_agent())), {}
    return _pay_choice.going_on(order, event, step), {
        "watch": True, "script": dict(step.script), "copies": not step.script and not step.code_text,
    }  # fmt: skip


def _start(order_id: str, by: str, code: str = "", state: str = "") -> PayStep:
    return offsetting.start_payment(order_id, by, visitor.user_agent(), visitor.address(), code, state)


dash.clientside_callback(ClientsideFunction("fz", "paying"), Output("pay-sink-1", "data"), Input("pay-config", "data"))
dash.clientside_callback(ClientsideFunction("fz", "paid"), Output("pay-sink-2", "data"), Input("pay-answer", "data"))


@dash.callback(Output("pay-answer", "data"), Input("pay-ask", "data"), prevent_initial_call=True)
def pay(asked: Any) -> Any:
    """A provider was chosen, the demo provider was told how to end, or the page asks whether it is paid by now. Asking
    twice pays once."""
    if not isinstance(asked, Mapping):
        raise ValueError("a payment is asked for by its order")
    order_id, seq = str(asked.get("order_id")), asked.get("seq")
    if asked.get("watch") is True:
        return {"seq": seq, **_watched(order_id)}
    if asked.get("provider") is not None:
        return {"seq": seq, **_chosen(order_id, str(asked["provider"])[:40])}
    if asked.get("outcome") not in OUTCOMES:
        raise ValueError("an outcome is one of " + ", ".join(OUTCOMES))
    return {"seq": seq, "next": _decided(order_id, str(asked["outcome"]))}


def _chosen(order_id: str, provider: str) -> dict[str, Any]:
    try:
        step = _start(order_id, provider)
    except DomainError as error:
        if offsetting.get_order(order_id).state != "held":
            return {"next": f"/order/{order_id}"}
        return {"sentence": t(error.message, **error.params)}
    return {"next": step.url or f"/pay/{order_id}?by={step.provider}"}


def _watched(order_id: str) -> dict[str, Any]:
    order = offsetting.get_order(order_id)
    if order.state == "held":
        offsetting.reconcile(order_id, at_most_every=ASK_EVERY)
        order = offsetting.get_order(order_id)
    return {"wait": True} if order.state == "held" else {"next": f"/order/{order_id}"}


def _decided(order_id: str, outcome: str) -> str:
    try:
        if offsetting.get_order(order_id).state == "held":
            offsetting.demo_payment(order_id, outcome)
    except DomainError:
        offsetting.get_order(order_id)
    late = "?late=yes" if outcome == "late" else ""
    return f"/order/{order_id}{late}"
