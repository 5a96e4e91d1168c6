"""A company's account: its orders at every event with certificates and receipts, and who looks after it."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update

import accounts
import events
import offsetting
import reports
from accounts import CompanyAccount, Conflict, NotFound, TooMany, current_actor, may
from calculations.model import InputError
from locales import current_language, pick, t
from pages._parts.desk import frame, panel
from pages._parts.desk_form import button, done, labelled, told_of, typed
from pages._parts.instants import instant
from pages._parts.order_list import order_list
from pages._parts.pieces import empty
from pages.registry import page

page("/desk/company/<company_id>", kind="desk", title="Company’s account", permission="company.view",
     scripts=("js/desk.js",), styles=("css/desk-more.css", "css/account.css"))  # fmt: skip
MOST_EVENTS, MOST_ORDERS = 20, 20


def check(company_id: str) -> None:
    """Before the page is sent: NotFound, or Forbidden for another company."""
    accounts.company_account(current_actor(), company_id)


def layout(company_id: str = "", **_: Any) -> html.Div:
    """State, orders by event, colleagues."""
    account = accounts.company_account(current_actor(), company_id)
    orders = _orders(company_id)
    colleagues = html.Div(_colleagues(account), id="company-colleagues", className="fz-grid mt-3")
    body = [dcc.Store(id="company-account", data=company_id), html.Div(orders, className="fz-grid"), colleagues]
    return frame(body, "company", pick(dict(account.names)), subtitle=_state_words(account))


def _state_words(account: CompanyAccount) -> str:
    if account.registered_at is None:
        return t("Named by guests; nobody has opened an account for it.")
    if account.approved_at is None:
        return t("Test events only: an administrator has not approved it for live events yet.")
    return t("Approved for live events since {when}.", when=instant(account.approved_at))


def _orders(company_id: str) -> list[Any]:
    """Orders of the company by event, with what each page of them leads to."""
    found = []
    for row in [row for row in reports.companies_at_events() if row.company_id == company_id][:MOST_EVENTS]:
        listed = offsetting.list_orders(row.slug, company_id=company_id, size=MOST_ORDERS)
        if not listed.total:
            continue
        base = f"/desk/company/{company_id}/{row.slug}"
        more = html.A(t("The company at this event"), href=base, className="fz-link")
        kind = html.Span(t("live") if row.livemode else t("test"), className="fz-chip")
        zone = events.get_event(row.slug).timezone
        found.append(panel(pick(dict(row.event_names)), [*order_list(listed, base, "", zone), more], kind))
    if not found:
        words = t("No order of this company yet. Orders, certificates and receipts of every event stand here.")
        found.append(panel(t("The company's orders"), empty(words)))
    return found


def _colleagues(account: CompanyAccount, told: Any = None) -> list[Any]:
    may_invite = may(current_actor(), "company.invite", "", account.company_id)
    rows = []
    for each in account.colleagues:
        state = (
            t("asked {when}", when=instant(each.since)) if each.waits else t("since {when}", when=instant(each.since))
        )
        act = html.Button(t("Remove"), id={"type": "colleague-remove", "id": each.person_id}, n_clicks=0, type="button",
                          className="fz-link")  # fmt: skip
        email = html.Span(each.email, className="fz-note fz-break")
        name = html.Td([html.B(each.name), html.Br(), email] if each.name else email)
        rows.append(html.Tr([name, html.Td(state), html.Td(act if may_invite else None, className="fz-right")]))
    table: Any = html.Table(html.Tbody(rows), className="fz-table") if rows else empty(t("Nobody yet."))
    grid = [panel(t("Who looks after this account"), [table, html.Div(told, role="status")], span=6)]
    return [*grid, _invite()] if may_invite else grid


def _invite() -> html.Section:
    names = _labels()
    fields = [
        labelled("colleague", "name", names["name"], typed("colleague", "name", "", maxLength=80)),
        labelled("colleague", "email", names["email"], typed("colleague", "email", "", "email", maxLength=200)),
    ]
    words = t("They get a letter with a link, see what you see, and can order for the company.")
    act = html.Div(button("colleague-invite", t("Invite a colleague"), "plus", main=True), className="mt-3")
    return panel(t("A colleague"), [html.P(words), html.Div(fields, className="fz-two"), act], span=6)


def _labels() -> dict[str, str]:
    return {"name": t("Name"), "email": t("Email")}


@callback(
    Output("company-colleagues", "children"),
    Input("colleague-invite", "n_clicks"),
    Input({"type": "colleague-remove", "id": ALL}, "n_clicks"),
    State("company-account", "data"),
    State("colleague-name", "value"),
    State("colleague-email", "value"),
    prevent_initial_call=True,
)
def act(_invite_clicks: Any, _remove: Any, company_id: Any, name: Any, email: Any) -> Any:
    """Invites a colleague or ends one's role; company.invite is asked by each use case."""
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        return no_update
    company, actor = str(company_id), current_actor()
    try:
        if ctx.triggered_id == "colleague-invite":
            accounts.invite_colleague(actor, company, str(email or ""), str(name or ""), current_language())
            told = done(t("A letter with a link is on its way to {email}.", email=str(email)))
        else:
            accounts.remove_colleague(actor, company, str(ctx.triggered_id["id"]))
            told = done(t("Removed."))
    except (Conflict, NotFound, TooMany, InputError) as error:
        told = html.Div(told_of(error, _labels()), className="fz-told fz-told-wrong mt-3")
    return _colleagues(accounts.company_account(actor, company), told)
