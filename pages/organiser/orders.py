"""Orders and money of an event, and the organiser's own order for what nobody has covered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html

import events
import offsetting
from accounts import Conflict, current_actor, may, require
from calculations.event_states import REFUSED, SETTLED
from calculations.model import InputError
from locales import current_language, pick, t
from locales import formats as f
from offsetting import claims
from pages._parts.desk import event_line, event_notice, frame, panel, recipient_name
from pages._parts.group_order import asked_grams, asked_share, group_order_form, placed_words, refused_words
from pages._parts.order_list import order_list
from pages._parts.pieces import empty
from pages._parts.who_pays import ordered_note
from pages.organiser._cover_split import cover_split
from pages.registry import page as register

register(
    "/desk/e/<slug>/orders", kind="desk", title="Orders and money", permission="orders.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css",),
)  # fmt: skip


def layout(slug: str = "", state: str = "", page: str = "1", **_: Any) -> html.Div:
    """Money by recipient, who covered what, the plan or the residual, and the list of orders."""
    event = events.get_event(slug)
    state = state if state in offsetting.STATES else ""
    number = int(page) if page.isdecimal() and len(page) < 6 else 1
    found = offsetting.list_orders(slug, state, page=number)
    totals, split = events.totals(slug), offsetting.coverage_split(slug)
    note = None
    parts = [_money(event, totals), cover_split(split, totals.mass.total_g, totals.residual_g)]
    if may(current_actor(), "event.order", event.event_id) and event.payments:
        over = event.ends_at <= datetime.now(UTC)
        note = ordered_note(event, totals.residual_g, split.planned_g)
        if split.planned_g:
            parts.append(_settling(event, split, over))
        if not over:
            parts.append(_plan(event, totals, split))
        parts.append(_residual(event, totals))
    listed = order_list(found, f"/desk/e/{slug}/orders", state, event.timezone, linked=True)
    parts.append(panel(t("Orders"), listed, t("newest first"), span=12))
    body = [dcc.Store(id="orders-slug", data=slug), note, html.Div(parts, className="fz-grid")]
    name = pick(dict(event.names))
    head = {"subtitle": f"{name} · {event_line(event)}"}
    return frame(body, "orders", t("Orders and money"), slug=slug, **head, **event_notice(event))


def _plan(event: events.Event, totals: events.Totals, split: offsetting.CoverageSplit) -> html.Section:
    """Before the event is over: an order of what is expected, laid over what is emitted once it is settled."""
    planned_g = max(0, totals.residual_g - split.planned_g)
    words = [
        html.P(t("{mass} are planned and not covered: the inventory and the expected guests, less what is covered or "
                 "ordered on the plan.", mass=f.mass_text(planned_g))),
        html.P(t("Said to be on the plan. After the event it is settled on what was emitted: what is short you order "
                 "then, what is over is your extra contribution."), className="fz-small"),
    ]  # fmt: skip
    offers = offsetting.offers(event.slug)
    title = claims.say("desk.plan", jurisdiction=event.jurisdiction, subject="event")
    if not offers:
        return panel(title, [*words, empty(t("No project is on offer at this event."))], span=6)
    form = group_order_form("plan", offers, t("Hold and price it"), planned_kg=round(planned_g / 1000))
    return panel(title, [*words, html.Div(form, className="mt-3")], span=6)


def _settling(event: events.Event, split: offsetting.CoverageSplit, over: bool) -> html.Section:
    """The plan's grams on no emission yet, and the button that lays them over the actual ones."""
    words = t("{mass} were paid on the plan and lie on no emission yet.", mass=f.mass_text(split.planned_g))
    later = t("The event lasts until {date}; settle the plan afterwards.", date=f.date_text(event.ends_at))
    act: Any = html.P(later, className="fz-small")
    if over:
        act = dbc.Button(t("Settle the plan"), id="plan-settle", n_clicks=0, className="fz-button fz-button-main")
    return panel(
        t("Settle the plan on what was emitted"),
        [html.P(words), act, html.Div(id="plan-settled", role="status")],
        span=6,
    )


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
    if event.state == SETTLED:
        return panel(title, [*words, html.P(t(REFUSED[SETTLED]), className="fz-small")], span=12)
    offers = offsetting.offers(event.slug)
    if not offers:
        return panel(title, [*words, empty(t("No project is on offer at this event."))], span=6)
    form = group_order_form("orders", offers, t("Hold and price it"))
    note = t("What a guest or a company holds and has not paid is left to them. Whoever pays first covers; what the "
             "later has too much is an extra contribution in their name.")  # fmt: skip
    words.append(html.P(note, className="fz-small"))
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


@callback(
    Output("plan-told", "children"),
    Output("plan-share-error", "children"),
    Input("plan-place", "n_clicks"),
    State("orders-slug", "data"),
    State("plan-project", "value"),
    State("plan-share", "value"),
    prevent_initial_call=True,
)
def place_plan(_clicks: int, slug: str, project: str, mass_kg: Any) -> Any:
    """Holds grams on the plan; permission event.order is asked by the order itself."""
    event = events.get_event(str(slug))
    require(current_actor(), "event.order", event.event_id)
    try:
        order = offsetting.place_event_order(
            current_actor(), event.slug, str(project), "plan", grams=asked_grams(mass_kg), locale=current_language()
        )
    except (Conflict, InputError) as error:
        wrong, told = refused_words(error)
        return told, wrong
    return placed_words(order, event.timezone), []


@callback(Output("plan-settled", "children"), Input("plan-settle", "n_clicks"), State("orders-slug", "data"),
          prevent_initial_call=True)  # fmt: skip
def settle(_clicks: int, slug: str) -> Any:
    """Settles the plan; twice changes nothing."""
    try:
        done = offsetting.settle_plan(current_actor(), str(slug))
    except Conflict as error:
        return html.Div(t(error.message, **error.params), className="fz-told fz-told-wrong mt-3")
    words = t("{laid} now lie on what was emitted; {extra} are extra contributions.", laid=f.mass_text(done.laid_g),
              extra=f.mass_text(done.extra_g))  # fmt: skip
    again = html.A(t("See the figures"), href=f"/desk/e/{slug}/orders", className="fz-link")
    return html.Div([html.P(words), again], className="fz-told mt-3")
