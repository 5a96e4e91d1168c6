"""One order at a desk: the states it has been in, its grams, and calling it off or paying it back, with a reason."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html

import events
import offsetting
from accounts import Conflict, Entry, NotFound, current_actor, may, reasons_of, require
from locales import formats as f
from locales import pick, t
from offsetting import Order
from pages._parts.desk import event_notice, frame, order_state, panel
from pages._parts.pieces import facts
from pages.registry import page

page("/desk/e/<slug>/orders/<order_id>", kind="desk", title="Order", permission="orders.view", scripts=("js/desk.js",),
     styles=("css/desk-more.css",))  # fmt: skip

ENDINGS = {"order.cancel": "cancelled", "order.refund": "refunded"}


def check(slug: str, order_id: str) -> None:
    """NotFound, or Forbidden for somebody else's event."""
    _order_at(slug, order_id)


def _order_at(slug: str, order_id: str) -> tuple[events.Event, Order]:
    event = events.get_event(slug)
    require(current_actor(), "orders.view", event.event_id)
    order = offsetting.get_order(order_id)
    if order.event_id != event.event_id:
        raise NotFound("There is no order {value}.", value=order_id[:60])
    return event, order


def layout(slug: str = "", order_id: str = "", **_: Any) -> html.Div:
    """Facts, what happened to it and when, and what can still be done."""
    event, order = _order_at(slug, order_id)
    body = [dcc.Store(id="order-what", data=[slug, order_id]), html.Div(_inside(event, order), id="order-desk")]
    title = t("Order {id}", id=order.order_id[-6:])
    back = html.A(t("All orders"), href=f"/desk/e/{slug}/orders", className="fz-link")
    head = {"subtitle": pick(dict(event.names)), "actions": back}
    return frame(body, "orders", title, slug=slug, **head, **event_notice(event))


def _inside(event: events.Event, order: Order, told: Any = None) -> list[Any]:
    parts = [
        panel(t("Order"), facts(_facts(order)), order_state(order.state), span=6),
        panel(t("What happened"), _history(event, order), span=6),
        panel(t("What can be done"), _acts(event, order), span=12),
    ]
    return [told, html.Div(parts, className="fz-grid")]


def _facts(order: Order) -> list[tuple[str, Any]]:
    whom = {
        "residual": t("Residual of the event"), "participations": t("Chosen guests"),
        "plan": t("The event, on the plan"), "company": t("Company's people"),
    }  # fmt: skip
    rows: list[tuple[str, Any]] = [
        (t("For"), whom.get(order.covers, t("A guest"))),
        (t("Mass"), f"{f.mass_text(order.grams)} · {f.number(order.grams)}{f.THIN}g"),
        (t("Paid") if order.paid_at else t("Price"), f.money(order.total_minor, order.currency)),
        (t("Payment"), order.provider),
        (t("Grams of batches"), [html.Div(f"{a.batch_id}: {f.number(a.from_g)}–{f.number(a.to_g - 1)} · {a.state}",
                                          className="fz-mono") for a in order.allocations] or "–"),
    ]  # fmt: skip
    if order.certificate_number:
        link = html.A(order.certificate_number, href=f"/certificate/{order.certificate_number}", className="fz-mono")
        rows.append((t("Certificate"), link))
    if order.adds_to:
        rows.append((t("Adds to"), html.Span(order.adds_to[-6:], className="fz-mono")))
    return rows


def _history(event: events.Event, order: Order) -> html.Ol:
    """States with their times; beside those that somebody of a desk brought about, who and for what reason."""
    told = {ENDINGS[each.action]: each for each in reasons_of(current_actor(), event.event_id, order.order_id)
            if each.action in ENDINGS}  # fmt: skip
    steps = []
    for state, at in order.states:
        when = html.Span(f.datetime_text(at, event.timezone, style="short"), className="fz-small")
        steps.append(html.Li([order_state(state), when, _why(told.get(state))], className="fz-history-step"))
    return html.Ol(steps, className="fz-history")


def _why(entry: Entry | None) -> html.P | None:
    if entry is None:
        return None
    reason = str(entry.detail.get("reason", ""))
    words = t("By {name}: {reason}", name=entry.who or "–", reason=reason or t("no reason was told"))
    return html.P(words, className="fz-history-why fz-break")


def _acts(event: events.Event, order: Order) -> list[Any]:
    actor = current_actor()
    can = {
        "cancel": order.state == "held" and may(actor, "orders.cancel", event.event_id),
        "refund": order.state in ("paid", "pooled") and may(actor, "orders.refund", event.event_id),
    }
    if not any(can.values()):
        return [html.P(_why_not(order, may(actor, "orders.refund", event.event_id)))]
    words = {
        "cancel": t("Calls the order off: its grams are on offer again, nothing was paid."),
        "refund": t("Pays the money back: the grams are on offer again, nobody's emissions are covered by it any more, "
                    "and its certificate is revoked."),
    }  # fmt: skip
    names = {"cancel": t("Call it off"), "refund": t("Pay it back")}
    pays = _is_ours_to_pay(event, order)
    look = "fz-button mt-3" if pays else "fz-button fz-button-main mt-3"
    found: list[Any] = [_payment(order)] if pays else []
    found += [html.P(words[act]) for act, allowed in can.items() if allowed]
    found.append(dbc.Label(t("Reason"), html_for="order-reason", className="fz-label"))
    found.append(dbc.Input(id="order-reason", maxLength=200, className="fz-input"))
    for act in can:
        hidden = {} if can[act] else {"hidden": True}
        found.append(html.Button(names[act], id=f"order-{act}", n_clicks=0, className=look, **hidden))
    return found


def _is_ours_to_pay(event: events.Event, order: Order) -> bool:
    own = order.buyer == "organiser" and order.state == "held"
    return own and may(current_actor(), "event.order", event.event_id)


def _payment(order: Order) -> html.Div:
    """The way to the payment of the organiser's own order, and what of it would be extra by now."""
    extra_g = offsetting.extra_if_paid(order.order_id)
    told = t("If you pay now, {mass} of it are an extra contribution: others have covered the rest meanwhile.",
             mass=f.mass_text(extra_g)) if extra_g else ""  # fmt: skip
    link = html.A(t("Go to the payment"), href=f"/pay/{order.order_id}", className="fz-button fz-button-main")
    return html.Div([html.P(told, className="fz-told") if told else None, link], className="mb-3")


def _why_not(order: Order, refunds: bool) -> str:
    if order.state == "retired":
        return t("Its credits are retired: it can't be paid back any more.")
    if order.state == "held":
        return t("It waits for its payment; the organiser or the exchange can call it off.")
    if order.state in ("paid", "pooled") and not refunds:
        return t("It is paid; the exchange can pay it back until its credits are retired.")
    return t("Nothing is left to do: its grams are on offer again and no money is kept.")


@callback(
    Output("order-desk", "children"),
    Input("order-cancel", "n_clicks"),
    Input("order-refund", "n_clicks"),
    State("order-what", "data"),
    State("order-reason", "value"),
    prevent_initial_call=True,
)
def act(cancelled: int, refunded: int, what: Any, reason: Any) -> Any:
    """Calls off or pays back; each asks its own permission, and twice changes nothing."""
    slug, order_id = str(what[0]), str(what[1])
    event, order = _order_at(slug, order_id)
    said = " ".join(str(reason or "").split())
    if not said:
        return _inside(event, order, _told(t("Say why: the reason stays with the order."), wrong=True))
    try:
        if cancelled:
            order, words = offsetting.cancel_order(order_id, said, current_actor()), t("The order was called off.")
        elif refunded:
            order, words = offsetting.refund_order(order_id, said, current_actor()), t("The money goes back.")
        else:
            return _inside(event, order)
    except Conflict as error:
        return _inside(event, offsetting.get_order(order_id), _told(t(error.message, **error.params), wrong=True))
    return _inside(event, order, _told(words))


def _told(words: str, wrong: bool = False) -> html.Div:
    return html.Div(words, className="fz-told mb-3" + (" fz-told-wrong" if wrong else ""), role="status")
