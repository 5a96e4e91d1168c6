"""Orders and money of an event, and the organiser's own order for what nobody has covered."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, callback, dcc, html

import events
import offsetting
from accounts import Conflict, current_actor, may, require
from calculations.model import InputError
from locales import current_language, pick, t
from locales import formats as f
from offsetting import claims
from pages._parts.desk import event_line, event_notice, frame, panel, recipient_name
from pages._parts.group_order import asked_share, group_order_form, placed_words, refused_words
from pages._parts.order_list import order_list
from pages._parts.pieces import empty
from pages.registry import page as register

register(
    "/desk/e/<slug>/orders", kind="desk", title="Orders and money", permission="orders.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css",),
)  # fmt: skip


def check(slug: str) -> None:
    """Before the page is sent: NotFound, or Forbidden for somebody else's event."""
    require(current_actor(), "orders.view", events.get_event(slug).event_id)


def layout(slug: str = "", state: str = "", page: str = "1", **_: Any) -> html.Div:
    """Money by recipient, the residual, and the list of orders."""
    event = events.get_event(slug)
    state = state if state in offsetting.STATES else ""
    number = int(page) if page.isdecimal() and len(page) < 6 else 1
    found = offsetting.list_orders(slug, state, page=number)
    totals = events.totals(slug)
    parts = [_money(event, totals)]
    if may(current_actor(), "event.order", event.event_id) and event.payments:
        parts.append(_residual(event, totals))
    listed = order_list(found, f"/desk/e/{slug}/orders", state, event.timezone)
    parts.append(panel(t("Orders"), listed, t("newest first"), span=12))
    body = [dcc.Store(id="orders-slug", data=slug), html.Div(parts, className="fz-grid")]
    name = pick(dict(event.names))
    head = {"subtitle": f"{name} · {event_line(event)}"}
    return frame(body, "orders", t("Orders and money"), slug=slug, **head, **event_notice(event))


def _money(event: events.Event, totals: events.Totals) -> html.Section:
    """Who gets what of the money paid; the parts add up to it."""
    rows = sorted(totals.money_minor.items(), key=lambda item: (-item[1], item[0]))
    whole = sum(minor for _, minor in rows)
    if not whole:
        return panel(t("Money by recipient"), empty(t("Nothing has been paid yet.")), span=6)
    cells: list[Any] = []
    tenths = [part // whole for part in f.add_up([1000 * minor for _, minor in rows], whole)]
    for (key, minor), tenth in zip(rows, tenths, strict=True):
        money = html.B(f.money(minor, event.currency))
        cells += [html.Span(recipient_name(key)), money, html.Span(f.percent_bp(10 * tenth, 1))]
    cells += [html.Span(html.B(t("All"))), html.B(f.money(whole, event.currency)), html.Span("")]
    return panel(t("Money by recipient"), html.Div(cells, className="fz-money"), t("paid, less refunds"), span=6)


def _residual(event: events.Event, totals: events.Totals) -> html.Section:
    """The residual in words, and the form that orders it."""
    emitted, covered = f.mass_text(totals.mass.total_g), f.mass_text(totals.reserved_g + totals.retired_g)
    still = t("{open} is still open: emitted {emitted}, covered {covered}.",
              open=f.mass_text(totals.residual_g), emitted=emitted, covered=covered)  # fmt: skip
    words = [html.P(still)]
    if totals.mass.estimated_g:
        guessed = f.mass_text(min(totals.mass.estimated_g, totals.residual_g))
        note = "{mass} of it is estimated for guests who have not answered; an order covers counted lines only."
        words.append(html.P(t(note, mass=guessed), className="fz-small"))
    title = claims.say("desk.residual", jurisdiction=event.jurisdiction, subject="event")
    offers = offsetting.offers(event.slug)
    if not offers:
        return panel(title, [*words, empty(t("No project is on offer at this event."))], span=6)
    form = group_order_form("orders", offers, t("Hold and price it"))
    return panel(title, [*words, html.Div(form, className="mt-3")], span=6)


@callback(
    Output("orders-told", "children"),
    Output("orders-share-error", "children"),
    Input("orders-place", "n_clicks"),
    State("orders-slug", "data"),
    State("orders-project", "value"),
    State("orders-share", "value"),
    prevent_initial_call=True,
)
def place(_clicks: int, slug: str, project: str, share: Any) -> Any:
    """Holds grams for the residual; permission event.order is asked by the order itself."""
    event = events.get_event(str(slug))
    require(current_actor(), "event.order", event.event_id)
    try:
        order = offsetting.place_event_order(
            current_actor(), event.slug, str(project), "residual", asked_share(share), locale=current_language()
        )
    except (Conflict, InputError) as error:
        wrong, told = refused_words(error)
        return told, wrong
    return placed_words(order, event.timezone), []
