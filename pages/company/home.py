"""A company's desk: its people at each event, what they emit and what of it is covered."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, callback, ctx, html, no_update

import accounts
import events
import reports
from accounts import current_actor, may
from locales import formats as f
from locales import pick, t
from pages._parts.desk import frame, panel
from pages._parts.instants import instant
from pages._parts.pieces import empty
from pages._parts.ring import mini_ring
from pages._parts.svg import themed_svg
from pages.registry import page
from reports import CompanyAtEvent

page(
    "/desk/company", kind="desk", title="Company", permission="company.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css",),
)  # fmt: skip
MOST_EVENTS = 20


def layout(**_: Any) -> html.Div:
    """One row per company and event; test and live are told apart and never added."""
    rows = reports.companies_at_events()
    subtitle = t(
        "Totals of your people at each event. Nobody's own footprint is shown, and groups under five not at all."
    )
    notice = {"notice_kind": "tests"} if any(not row.livemode for row in rows) else {}
    table = html.Div(_table(rows), className="fz-card fz-panel fz-panel-flush") if rows else _nothing()
    body = [table, *_own(), *_inviting(), *_waiting()]
    return frame(body, "company", t("Company"), subtitle=subtitle, **notice)


def _nothing() -> html.Div:
    sentence = t("Nobody has named your company at an event yet. Guests do so when they begin.")
    return html.Div(empty(sentence), className="fz-card")


def _own() -> list[Any]:
    """The accounts that this person looks after: orders, certificates, receipts, colleagues."""
    own = accounts.own_companies(current_actor())
    lines = [
        html.Tr([html.Td(html.B(pick(dict(names)))), html.Td(html.A(
            t("Account, orders and colleagues"), href=f"/desk/company/{company_id}"), className="fz-right")])
        for company_id, names in own
    ]  # fmt: skip
    table = html.Table(html.Tbody(lines), className="fz-table")
    return [html.Div(panel(t("Your companies"), table), className="fz-grid mt-3")] if own else []


def _inviting() -> list[Any]:
    """Events that are open, each with the way to inviting one's people, for every company of this person's own."""
    own = accounts.own_companies(current_actor())
    cards = [card for card in events.find_events(size=MOST_EVENTS).items if card.state == "open"]
    if not own or not cards:
        return []
    lines = [
        html.Tr([html.Td(html.B(pick(dict(card.names)))), html.Td(pick(dict(names))), html.Td(html.A(
            t("Invite your people"), href=f"/desk/company/{company_id}/{card.slug}/people"), className="fz-right")])
        for card in cards for company_id, names in own
    ]  # fmt: skip
    table = html.Div(html.Table(html.Tbody(lines), className="fz-table"), className="fz-scroll", tabIndex="0")
    return [html.Div(panel(t("Open events"), table), className="fz-grid mt-3")]


def _waiting() -> list[Any]:
    """For administrators: companies that wait to be approved for live events."""
    if not may(current_actor(), "people.manage"):
        return []
    found = accounts.waiting_companies(current_actor())
    if not found:
        return []
    lines = []
    for each in found:
        act = html.Button(
            t("Approve for live events"), id={"type": "company-approve", "id": each.company_id}, n_clicks=0,
            type="button", className="fz-button",
        )  # fmt: skip
        when = html.Td(instant(each.registered_at))
        lines.append(html.Tr([html.Td(html.B(pick(dict(each.names)))), when, html.Td(act, className="fz-right")]))
    table = html.Table(html.Tbody(lines), className="fz-table")
    inside = [html.Div(table, className="fz-scroll", tabIndex="0"), html.Div(id="company-approved", role="status")]
    return [html.Div(panel(t("Companies that wait"), inside), className="fz-grid mt-3")]


@callback(
    Output("company-approved", "children"),
    Input({"type": "company-approve", "id": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
def approve(_clicks: list[int]) -> Any:
    """Lets a company act at live events; people.manage is asked by the use case."""
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        return no_update
    accounts.approve_company(current_actor(), str(ctx.triggered_id["id"]))
    return html.P(t("Approved: the company may act at live events now."), className="fz-told mt-3")


def _table(rows: list[CompanyAtEvent]) -> html.Div:
    words = (t("Company"), t("Event"), t("Kind"), t("Guests"), t("Emitted"), t("Covered"))
    head = html.Tr([html.Th(word, scope="col", className="fz-right" if i > 2 else "") for i, word in enumerate(words)])
    table = html.Table([html.Thead(head), html.Tbody([_row(row) for row in rows])], className="fz-table")
    return html.Div(table, className="fz-scroll", tabIndex="0")


def _row(row: CompanyAtEvent) -> html.Tr:
    name = html.A(pick(dict(row.company_names)), href=f"/desk/company/{row.company_id}/{row.slug}")
    cells: list[Any] = [html.Td(html.B(name)), html.Td(pick(dict(row.event_names)))]
    cells.append(html.Td(html.Span(t("live") if row.livemode else t("test"), className="fz-chip")))
    if row.hidden:
        return html.Tr(
            [*cells, html.Td(t("fewer than five"), className="fz-right"), *[html.Td("–", className="fz-right")] * 2]
        )
    rings = (row.retired_g, row.reserved_g, max(1, row.total_g))
    picture = themed_svg(lambda theme: mini_ring(*rings, size=16, theme=theme))
    share = html.Span([picture, f.percent_bp(row.covered_bp, 1)], className="fz-covered")
    for cell in (f.number(row.people), f.mass_text(row.total_g), share):
        cells.append(html.Td(cell, className="fz-right"))
    return html.Tr(cells)
