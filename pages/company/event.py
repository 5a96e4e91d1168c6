"""A company at an event: its people's total, what is covered, and an order for all of them."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update

import events
import offsetting
import reports
from accounts import Conflict, current_actor, may, require
from calculations.model import InputError
from locales import current_language, pick, t
from locales import formats as f
from offsetting import claims
from pages._parts.desk import button_link, claim_panel, event_notice, frame, panel
from pages._parts.desk_ring import covered_ring
from pages._parts.group_order import asked_share, group_order_form, placed_words, refused_words
from pages._parts.order_list import order_list
from pages._parts.pieces import empty, kpi
from pages.registry import page as register
from reports import CompanyAtEvent

register(
    "/desk/company/<company_id>/<slug>",
    kind="desk",
    title="Company",
    permission="company.view",
    scripts=("js/desk.js",),
    styles=("css/desk-more.css",),
)


def check(company_id: str, slug: str) -> None:
    """Before the page is sent: NotFound, or Forbidden for another company."""
    reports.company_at_event(company_id, slug)


def layout(company_id: str = "", slug: str = "", state: str = "", page: str = "1", **_: Any) -> html.Div:
    """Key figures, the ring, the order for the company's people, and the company's orders."""
    view, event = reports.company_at_event(company_id, slug), events.get_event(slug)
    state = state if state in offsetting.STATES else ""
    number = int(page) if page.isdecimal() and len(page) < 6 else 1
    listed = offsetting.list_orders(slug, state, company_id, number)
    rows = order_list(listed, f"/desk/company/{company_id}/{slug}", state, event.timezone)
    rows += _waiting(listed, view)
    orders = panel(t("The company's orders"), rows, t("newest first"))
    grid = [_ring(view), _order(view, event), _claim(view, event), _named(view), orders]
    if view.hidden:
        grid = [panel(t("Fewer than five"), empty(t("Figures open once five of your people have answered.")))]
    figures = [] if view.hidden else [_figures(view)]
    body = [dcc.Store(id="company-what", data=[company_id, slug]), *figures, html.Div(grid, className="fz-grid")]
    title = pick(dict(view.company_names))
    head: dict[str, Any] = {"subtitle": pick(dict(view.event_names))}
    if may(current_actor(), "company.invite", view.event_id, company_id):
        head["actions"] = button_link(t("Your people"), f"/desk/company/{company_id}/{slug}/people", "user")
    return frame(body, "company", title, **head, **event_notice(event))


def _waiting(listed: offsetting.OrderList, view: CompanyAtEvent) -> list[Any]:
    """Orders that wait for their payment: pay them, or call them off."""
    held = [row for row in listed.rows if row.state == "held"]
    if not held or not may(current_actor(), "company.order", view.event_id, view.company_id):
        return []
    lines = []
    for row in held:
        call_off = html.Button(
            t("Call it off"), id={"type": "company-cancel", "id": row.order_id}, n_clicks=0, type="button",
            className="fz-link ms-3",
        )  # fmt: skip
        words = t("{mass} for {money} wait for their payment.", mass=f.mass_text(row.grams),
                  money=f.money(row.total_minor, row.currency))  # fmt: skip
        pay = html.A(t("Go to the payment"), href=f"/pay/{row.order_id}", className="fz-link ms-3")
        lines.append(html.P([html.Span(words), pay, call_off], className="fz-told mt-3"))
    return [*lines, html.Div(id="company-cancelled", role="status")]


@callback(
    Output("company-cancelled", "children"),
    Input({"type": "company-cancel", "id": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
def cancel(_clicks: list[int]) -> Any:
    """Calls off one of the company's own orders; who may is asked by the use case."""
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        return no_update
    try:
        offsetting.cancel_order(str(ctx.triggered_id["id"]), "called off by the company", current_actor())
    except Conflict as error:
        return html.P(t(error.message, **error.params), className="fz-told fz-told-wrong mt-3")
    return html.P(t("The order was called off: its grams are on offer again."), className="fz-told mt-3")


def _figures(view: CompanyAtEvent) -> html.Div:
    unit, whole = f.mass_unit(view.total_g), view.total_g or 1
    rows = (
        (
            "emitted",
            t("Emitted by {count} people", count=f.number(view.people)),
            view.total_g,
            t("range {range}", range=f.mass_range(view.low_g, view.high_g, unit=unit)),
        ),
        ("retired", t("Retired"), view.retired_g, f.percent(view.retired_g / whole)),
        ("reserved", t("Reserved"), view.reserved_g, f.percent(view.reserved_g / whole)),
        ("open", t("Still open"), view.open_g, f.percent(view.open_g / whole)),
    )
    return html.Div(
        [kpi(kind, name, *f.mass(grams, unit=unit), note) for kind, name, grams, note in rows], className="fz-kpis"
    )


def _ring(view: CompanyAtEvent) -> html.Section:
    drawn = covered_ring(view.retired_g, view.reserved_g, view.total_g, view.extra_g, view.covered_bp)
    return panel(t("Ring of the company"), drawn, span=4)


def _claim(view: CompanyAtEvent, event: events.Event) -> html.Section:
    said = claims.whole_claim(
        "company", event.jurisdiction, view.livemode, pick(dict(view.event_names)), name=pick(dict(view.company_names)),
        emitted_g=view.total_g, reserved_g=view.reserved_g, retired_g=view.retired_g, extra_g=view.extra_g,
    )  # fmt: skip
    return claim_panel(said)


def _order(view: CompanyAtEvent, event: events.Event) -> html.Section:
    title = t("Cover your people")
    offers = offsetting.offers(event.slug)
    allowed = may(current_actor(), "company.order", view.event_id, view.company_id)
    if not allowed or not offers or not event.payments:
        return panel(title, empty(t("There is nothing to order here.")), span=8)
    words = html.P(
        t("One order for what your people have not covered themselves; each certificate stays the company's."),
        className="fz-small mb-3",
    )
    return panel(title, [words, group_order_form("company", offers, t("Hold and price it"))], span=8)


def _named(view: CompanyAtEvent) -> html.Section | None:
    """The company's word whether the event's thanks may name it among those who covered their people."""
    if not may(current_actor(), "company.order", view.event_id, view.company_id):
        return None
    named = events.consents(view.slug, view.company_id)
    words = t("The event’s thanks name companies that covered their people, by the share covered, if they wish.")
    now = t("You are named once something is covered.") if named else t("You are not named.")
    say = t("Do not name us") if named else t("Name us")
    button = html.Button(say, id={"type": "company-named", "wish": "no" if named else "yes"}, n_clicks=0,
                         type="button", className="fz-button")  # fmt: skip
    return panel(t("Thanks"), [html.P(words, className="fz-small"), html.P(now), button,
                               html.Div(id="company-named-told", role="status")])  # fmt: skip


@callback(
    Output("company-named-told", "children"), Input({"type": "company-named", "wish": ALL}, "n_clicks"),
    State("company-what", "data"), prevent_initial_call=True,
)  # fmt: skip
def name_us(_clicks: list[int], what: Any) -> Any:
    """Keeps whether the company may be named; the use case asks who says so."""
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        return no_update
    company_id, slug = (str(part) for part in what)
    wish = ctx.triggered_id["wish"] == "yes"
    events.set_company_consent(slug, company_id, wish)
    told = t("Kept: the thanks name you once something is covered.") if wish else t("Kept: you are not named.")
    return html.P(told, className="fz-told mt-3")


@callback(
    Output("company-told", "children"),
    Output("company-share-error", "children"),
    Input("company-place", "n_clicks"),
    State("company-what", "data"),
    State("company-project", "value"),
    State("company-share", "value"),
    prevent_initial_call=True,
)
def place(_clicks: int, what: Any, project: str, share: Any) -> Any:
    """Holds grams for the company's people; company.order is asked here and by the order itself."""
    company_id, slug = what
    event = events.get_event(str(slug))
    require(current_actor(), "company.order", event.event_id, str(company_id))
    try:
        order = offsetting.place_event_order(
            current_actor(),
            event.slug,
            str(project),
            {"company": str(company_id)},
            asked_share(share),
            locale=current_language(),
        )
    except (Conflict, InputError) as error:
        wrong, told = refused_words(error)
        return told, wrong
    return placed_words(order, event.timezone), []
