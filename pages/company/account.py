"""A company's account: its orders at every event with certificates and receipts, and who looks after it."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update
from fastapi import APIRouter, Request
from fastapi.responses import Response

import accounts
import events
import offsetting
import reports
from accounts import CompanyAccount, Conflict, NotFound, TooMany, Unauthenticated, current_actor, may, require
from calculations.model import InputError
from data.settings import get_settings
from locales import current_language, pick, t
from offsetting import receipts
from pages._parts.desk import frame, panel
from pages._parts.desk_form import button, done, labelled, told_of, typed
from pages._parts.instants import instant
from pages._parts.order_list import order_list
from pages._parts.pieces import empty
from pages.bundles import to_sign_in
from pages.company import _papers as papers
from pages.registry import page

page("/desk/company/<company_id>", kind="desk", title="Company’s account", permission="company.view",
     scripts=("js/desk.js",), styles=("css/desk-more.css", "css/account.css"))  # fmt: skip
router = APIRouter(include_in_schema=False)
MOST_EVENTS, MOST_ORDERS = 20, 20


def check(company_id: str) -> None:
    """Before the page is sent: NotFound, or Forbidden for another company."""
    accounts.company_account(current_actor(), company_id)


def layout(company_id: str = "", **_: Any) -> html.Div:
    """State, orders by event, colleagues."""
    account = accounts.company_account(current_actor(), company_id)
    orders = _orders(company_id)
    colleagues = html.Div(_colleagues(account), id="company-colleagues", className="fz-grid mt-3")
    found = papers.papers_of(company_id)
    parts = [*orders, papers.papers_panel(company_id, found)]
    billing = [papers.billing_panel(found)] if may(current_actor(), "company.order", "", company_id) else []
    body = [
        dcc.Store(id="company-account", data=company_id), html.Div(parts, className="fz-grid"),
        html.Div(billing, id="company-billing", className="fz-grid mt-3"), colleagues,
    ]  # fmt: skip
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


def _colleagues(
    account: CompanyAccount, told: Any = None, wrong: Any = None, given: tuple[str, str] = ("", "")
) -> list[Any]:
    """Those who look after the account; ``wrong`` says why ``given``, name and email, were not invited."""
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
    return [*grid, _invite(wrong, *given)] if may_invite else grid


def _invite(wrong: Any, name: str, email: str) -> html.Section:
    names = _labels()
    fields = [
        labelled("colleague", "name", names["name"], typed("colleague", "name", name, maxLength=80)),
        labelled("colleague", "email", names["email"], typed("colleague", "email", email, "email", maxLength=200)),
    ]
    words = t("They get a letter with a link, see what you see, and can order for the company.")
    act = html.Div(button("colleague-invite", t("Invite a colleague"), "plus", main=True), className="mt-3")
    said = html.Div(wrong, role="status")
    return panel(t("A colleague"), [html.P(words), html.Div(fields, className="fz-two"), act, said], span=6)


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
    given = (str(name or ""), str(email or "").strip())
    try:
        if ctx.triggered_id == "colleague-invite":
            accounts.invite_colleague(actor, company, given[1], given[0], current_language())
            told = done(t("A letter with a link is on its way to {email}.", email=given[1]))
        else:
            accounts.remove_colleague(actor, company, str(ctx.triggered_id["id"]))
            told = done(t("Removed."))
    except (Conflict, NotFound, TooMany, InputError) as error:
        wrong = html.Div(told_of(error, _labels()), className="fz-told fz-told-wrong mt-3")
        said = (None, wrong, given) if ctx.triggered_id == "colleague-invite" else (wrong, None, given)
        return _colleagues(accounts.company_account(actor, company), *said)
    return _colleagues(accounts.company_account(actor, company), told)


@callback(
    Output("company-billing", "children"),
    Input("billing-save", "n_clicks"),
    State("company-account", "data"),
    State("billing-title", "value"),
    State("billing-tax_number", "value"),
    State("billing-address", "value"),
    prevent_initial_call=True,
)
def bill(clicks: Any, company_id: Any, title: Any, tax_number: Any, address: Any) -> Any:
    """Puts whom the receipts name on all of the company's; what was typed stays where it does not fit."""
    if not clicks:
        return no_update
    actor, company = current_actor(), str(company_id)
    require(actor, "company.order", "", company)
    found = papers.papers_of(company)
    given = (str(title or "")[:400], str(tax_number or "")[:400], str(address or "")[:400])
    try:
        for each in found:
            receipts.set_buyer(each.order.order_id, *given, entered_by=actor.label)
    except (Conflict, NotFound, InputError) as error:
        wrong = html.Div(told_of(error, papers.labels()), className="fz-told fz-told-wrong mt-3")
        return papers.billing_panel(found, wrong, given)
    told = done(t("Receipts that name {title} now: {count}.", count=len(found), title=given[0] or "–"))
    return papers.billing_panel(papers.papers_of(company), told, given)


@router.get("/desk/company/{company_id}/files/papers.csv")
def papers_file(request: Request, company_id: str) -> Response:
    """All certificates and receipts of the company, across events."""
    try:
        require(current_actor(), "company.view", "", company_id)
    except Unauthenticated:
        return to_sign_in(request)
    text = papers.papers_csv(papers.papers_of(company_id), get_settings().base_url)
    headers = {"Content-Disposition": 'attachment; filename="papers.csv"', "Cache-Control": "no-store"}
    return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=headers)
