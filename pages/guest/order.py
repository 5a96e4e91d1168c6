"""Waits for the provider's word on an order, then opens the certificate; every other end names the next act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, dcc, html

import events
import offsetting
from events import Event
from locales import formats as f
from locales import t
from offsetting import Order
from pages._parts import pieces, shell
from pages._parts.icons import icon
from pages.guest._coverage import chosen_at, order_rows
from pages.guest._device import notice_kind
from pages.guest._money_back import money_notes
from pages.guest._pay_cover import before_paying
from pages.registry import page

SCRIPTS = ("js/guest.js", "js/guest-order.js")
page("/order/<order_id>", kind="guest", title="Your order", styles=("css/guest-form.css",), scripts=SCRIPTS)
ASK_EVERY = timedelta(seconds=5)
LATE_COMES_WITHIN = timedelta(minutes=2)
WAITING = ("held", "paid", "paid_late")
GOOD = ("pooled", "retired")


def check(order_id: str) -> None:
    """NotFound where there is no such order."""
    offsetting.get_order(order_id)


def layout(order_id: str, late: str = "") -> Any:
    """The order as it stands; while it waits, the page asks again by itself."""
    order = offsetting.get_order(order_id)
    event, is_late = events.event_by_id(order.event_id), bool(late) and _may_come(order)
    main = [
        html.H1(t("Your payment"), className="fz-page-h1"),
        html.Div(_inside(order, event, is_late), id="order-home", **{"aria-live": "polite"}),
        html.P(
            [icon("offline"), html.Span(t("No connection. We go on trying; nothing is lost."))],
            className="fz-error",
            hidden=True,
            **{"data-waiting": ""},
        ),
    ]
    hrefs = {"footprint": f"/e/{event.slug}/footprint", "neutralise": f"/e/{event.slug}/neutralise"}
    body = shell.guest_shell(
        main, event.slug, _step(order), notice_kind(event), hrefs=hrefs, jurisdiction=event.jurisdiction
    )
    stores = [dcc.Store(id=f"order-{name}") for name in ("ask", "answer", "sink-1", "sink-2")]
    config = _answer(order, event, is_late) | {"late": bool(late)}
    return html.Div([body, dcc.Store(id="order-config", data=config), *stores])


def _step(order: Order) -> str | None:
    """Where a guest stands; a gift, and what a company or the host buys, is no step on a guest's way."""
    return "pay" if order.buyer == "guest" else None


def _may_come(order: Order) -> bool:
    """Whether a payment that comes late can still be on its way: asked for only where one was begun."""
    return order.state in ("held", "expired") and datetime.now(UTC) < order.expires_at + LATE_COMES_WITHIN


def _answer(order: Order, event: Event, late: bool = False) -> dict[str, Any]:
    """What the script needs: whether to ask again, and where the certificate is. Where a late payment is on its way an
    order that has expired is not the end."""
    is_given = order.buyer == offsetting.GIFT and order.state == "paid"
    waits = (order.state in WAITING and not is_given) or (late and order.state == "expired")
    return {
        "order_id": order.order_id, "slug": event.slug, "state": order.state, "settled": not waits,
        "certificate": order.certificate_number if order.state in GOOD else "",
        "next": f"/certificate/{order.certificate_number}",
    }  # fmt: skip


def _inside(order: Order, event: Event, late: bool = False) -> list[Any]:
    came_back = money_notes(order)
    if order.buyer == offsetting.GIFT:
        return [_gift(order, event, late), *came_back, _timeline(order, event)]
    return [
        _words(order, event, late, bool(came_back)), *came_back, _timeline(order, event),
        before_paying(order, event, is_linked=False), _together(order, event),
    ]  # fmt: skip


def _together(order: Order, event: Event) -> html.Section | None:
    """The first order and those that add to it, where there is more than one."""
    found = offsetting.orders_together(order.order_id)
    if len(found) < 2:
        return None
    told = t("Each covers what was open when it was paid; no gram of your footprint is covered twice.")
    inside = [html.H2(t("Orders that belong together")), order_rows(found, event.timezone),
              html.P(told, className="fz-small mt-2")]  # fmt: skip
    return html.Section(inside, className="fz-card fz-pad mt-4")


def _words(order: Order, event: Event, late: bool, came_back: bool = False) -> html.Div:
    money = f.money(order.total_minor, order.currency)
    again = html.A(
        t("Choose again"), href=chosen_at(order, event.slug), className="fz-button fz-button-main fz-button-wide"
    )
    kept = t("Your footprint is kept.") if came_back else t("Your footprint is kept; nothing was charged.")
    if order.buyer != "guest":
        kept = "" if came_back else t("Nothing was charged.")
    if order.state in GOOD:
        number = order.certificate_number
        link = html.A(
            [icon("seal"), t("Open the certificate")],
            href=f"/certificate/{number}",
            className="fz-button fz-button-main fz-button-wide",
        )
        board = html.A(
            [icon("rank"), t("See your rank")], href=f"/e/{event.slug}/rank", className="fz-button fz-button-wide"
        )
        return _said(
            t("{money} paid.", money=money),
            _how_paid(order),
            link,
            board if order.buyer == "guest" else None,
            html.A(t("Receipt"), href=f"/order/{order.order_id}/receipt", className="fz-link"),
            None
            if order.buyer == "guest"
            else html.A([icon("back"), t("Back to the desk")], href=chosen_at(order, event.slug), className="fz-link"),
        )
    if order.state in ("held", "expired") and late:
        words = t(
            "The payment comes after the time is up: at {time} the order expires, then the provider’s message arrives.",
            time=f.time_text(order.expires_at, event.timezone),
        )
        return _said(
            t("Waiting for a late payment"),
            words,
            html.A(t("Back to the payment"), href=f"/pay/{order.order_id}", className="fz-button fz-button-wide")
            if order.state == "held" else pieces.loading(1),
        )  # fmt: skip
    if order.state == "held":
        words = t("The provider has not told us yet. This page looks again every second.")
        back = html.A(t("Back to the payment"), href=f"/pay/{order.order_id}", className="fz-button fz-button-wide")
        mine = html.A(t("Call it off, or see all your orders"), href=f"/e/{event.slug}/me", className="fz-link")
        acts = (back, mine) if order.buyer == "guest" else (back,)
        return _said(t("Waiting for {money}", money=money), words, pieces.loading(1), *acts)
    if order.state == "paid":
        return _said(t("{money} paid.", money=money), t("The certificate is being signed."), pieces.loading(1))
    if order.state == "paid_late":
        return _said(t("Paid too late"), t("We look for grams again, or the money goes back."), pieces.loading(1))
    if order.state == "refunded":
        return _said(t("{money} went back.", money=money), _why_back(order), again, *_papers(order))
    titles = {
        "failed": t("The payment was declined."),
        "expired": t("The time to pay is over."),
        "cancelled": t("The order was called off."),
    }
    return _said(titles.get(order.state, order.state), kept, again)


def _gift(order: Order, event: Event, late: bool) -> html.Div:
    """A gift to the special fund, which buys nothing: thanks and the receipt, or what became of it."""
    money = f.money(order.total_minor, order.currency)
    fund = html.A(t("To the fund"), href=f"/e/{event.slug}/fund", className="fz-button fz-button-wide")
    receipt = html.A(t("Receipt"), href=f"/order/{order.order_id}/receipt", className="fz-link")
    pay = html.A(t("Back to the payment"), href=f"/pay/{order.order_id}", className="fz-button fz-button-wide")
    if order.state == "paid":
        words = t("All of it is for the special fund.")
        return _said(t("Thank you: {money} given.", money=money), words, fund, receipt)
    if order.state in ("held", "paid_late") or (late and order.state == "expired"):
        words = t("The provider has not told us yet. This page looks again every second.")
        return _said(t("Waiting for {money}", money=money), words, pieces.loading(1), pay)
    if order.state == "refunded":
        return _said(t("{money} went back.", money=money), t("The gift is no longer in the fund."), fund, receipt)
    titles = {"failed": t("The payment was declined."), "expired": t("The time to pay is over.")}
    return _said(titles.get(order.state, t("The order was called off.")), t("Nothing was charged."), fund)


def _how_paid(order: Order) -> str:
    if _passed(order, "paid_late"):
        return t("The payment came late: the grams were taken anew and are reserved; the certificate is ready.")
    if order.state == "retired":
        return t("The credits are retired; the certificate says so.")
    return t("The grams are reserved; the certificate is ready.")


def _why_back(order: Order) -> str:
    if not _passed(order, "paid_late"):
        return t("No grams of this order are covered any more.")
    if _passed(order, "cancelled"):
        return t("It was paid after it had been called off. Nothing was sold to you.")
    return t("It was paid after its time, and its grams were sold out by then. Nothing was sold to you.")


def _passed(order: Order, state: str) -> bool:
    return any(name == state for name, _ in order.states)


def _papers(order: Order) -> list[Any]:
    """Of an order that was paid back: its certificate, which says revoked, and the receipt with its credit note."""
    if not order.certificate_number:
        return []
    number = order.certificate_number
    return [html.A(t("See the revoked certificate"), href=f"/certificate/{number}", className="fz-link"),
            html.A(t("Receipt"), href=f"/order/{order.order_id}/receipt", className="fz-link")]  # fmt: skip


def _said(title: str, words: str, *acts: Any) -> html.Div:
    return html.Div(
        [html.H2(title), html.P(words, className="fz-body mt-2"), html.Div(acts, className="fz-stack mt-4")],
        className="fz-card fz-pad fz-order",
    )


def _timeline(order: Order, event: Event) -> Any:
    names = {
        "held": t("Held"), "paid": t("Paid"), "pooled": t("Reserved"), "retired": t("Retired"), "expired": t("Expired"),
        "failed": t("Declined"), "cancelled": t("Called off"), "refunded": t("Paid back"), "paid_late": t("Paid late"),
    }  # fmt: skip
    passed = [
        (names[state], f.datetime_text(at, event.timezone, style="short"), True)
        for state, at in order.states
        if state in names
    ]
    if order.state in ("paid", "pooled") and order.grams:
        retired_g = sum(part.to_g - part.from_g for part in order.allocations if part.state == "retired")
        words = t("when the registry confirms")
        if retired_g:
            words = t("{mass} of it already, the rest when the registry confirms", mass=f.mass_text(retired_g))
        passed.append((names["retired"], words, False))
    return html.Div(pieces.timeline(passed), className="mt-4") if passed else None


dash.clientside_callback(
    ClientsideFunction("fz", "waitFor"), Output("order-sink-1", "data"), Input("order-config", "data")
)
dash.clientside_callback(
    ClientsideFunction("fz", "heard"), Output("order-sink-2", "data"), Input("order-answer", "data")
)


@dash.callback(
    Output("order-answer", "data"),
    Output("order-home", "children"),
    Input("order-ask", "data"),
    prevent_initial_call=True,
)
def look(asked: Any) -> Any:
    """The order as it stands now."""
    if not isinstance(asked, Mapping):
        raise ValueError("an order is asked for by its id")
    order = offsetting.get_order(str(asked.get("order_id")))
    if order.state == "held":  # a provider's call may have been lost
        offsetting.reconcile(order.order_id, at_most_every=ASK_EVERY)
        order = offsetting.get_order(order.order_id)
    event, late = events.event_by_id(order.event_id), asked.get("late") is True and _may_come(order)
    answer = _answer(order, event, late) | {"seq": asked.get("seq")}
    moved = answer["settled"] or order.state in ("paid", "paid_late") or offsetting.money_back(order.order_id)
    return answer, (_inside(order, event) if moved else dash.no_update)
