"""Settlements: what each recipient is owed, entering what was paid out, statements, and a second person's look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update
from fastapi import APIRouter, Request
from fastapi.responses import Response

import offsetting
from accounts import Conflict, NotFound, Unauthenticated, current_actor, may
from calculations.model import FieldError, InputError
from data.settings import get_settings
from locales import current_language, pick, t
from locales import formats as f
from offsetting import settlements
from offsetting.settlements import Account
from offsetting.statements import Owed, Settled, Statement
from pages._parts.desk import button_link, frame, panel, sentence_of
from pages._parts.icons import icon
from pages._parts.pieces import empty, error_children, facts, field_error
from pages.bundles import to_sign_in
from pages.documents._statement_pdf import statement_pdf
from pages.documents._statement_words import kind_words, period_words, recipient_words, state_words, sums_of, title_of
from pages.documents._statement_xlsx import statement_xlsx
from pages.exchange._money_back import AGAIN, money_back_panel
from pages.exchange._tables import table
from pages.registry import page

PATH = "/desk/exchange/settlements"
page(PATH, kind="desk", title="Settlements", permission="credits.view", scripts=("js/desk.js",),
     styles=("css/desk-more.css",))  # fmt: skip
router = APIRouter(include_in_schema=False)
SHOWN_LINES = 50
FILES = {
    "pdf": ("application/pdf", lambda found: statement_pdf(found, current_language())),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", statement_xlsx),
}


def check() -> None:
    """Before the page is sent: Forbidden for a role at one event, as the books are of the whole exchange."""
    settlements.may_look()


@router.get("/desk/exchange/settlement.{kind}")
def download(kind: str, request: Request) -> Response:
    """A statement as PDF or workbook: of a settlement by its number, or of what is open."""
    try:
        found = _asked(dict(request.query_params))
    except Unauthenticated:
        return to_sign_in(request)
    if kind not in FILES or found is None:
        raise NotFound("There is no settlement {value}.", value=kind[:20])
    media_type, make = FILES[kind]
    name = found.number or f"open-{found.whose.account}-{found.whose.project_id or 'all'}"
    headers = {"Content-Disposition": f'attachment; filename="{name}-{current_language()}.{kind}"'}
    return Response(make(found), media_type=media_type, headers=headers | {"Cache-Control": "no-store"})


def _asked(query: Mapping[str, str]) -> Statement | None:
    """The statement that an address asks for; None where it asks for none."""
    if number := query.get("number", ""):
        return settlements.statement_of(number)
    if not query.get("account"):
        settlements.may_look()
        return None
    whose = Account(query["account"], query.get("project", ""), query.get("currency", ""), query.get("live") == "1")
    return settlements.statement(whose, _day(query.get("until", "")))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def _address(whose: Account, **more: str) -> str:
    asked = {"account": whose.account, "currency": whose.currency, "live": "1" if whose.livemode else "0"}
    return "?" + urlencode(asked | ({"project": whose.project_id} if whose.project_id else {}) | more)


def layout(**query: str) -> html.Div:
    """The statement that was asked for, what is owed, and what was paid out."""
    found, owed, known = _asked(query), settlements.owed(), settlements.settlements()
    body: list[Any] = []
    if found is not None and found.settled is not None:
        body.append(_settled_panels(found, found.settled))
    elif found is not None:
        body.append(_draft_panels(found))
    body.append(html.Div(_going_back(), id="money-back"))
    live, test = [row for row in owed if row.livemode], [row for row in owed if not row.livemode]
    for title, rows in ((t("Owed, live money"), live), (t("Owed, test money"), test)):
        if rows:
            body.append(html.Div(panel(title, _owed_table(rows), flush=True), className="fz-grid mt-3"))
    if not owed:
        body.append(html.Div(empty(t("Nothing has been paid yet, so nothing is owed.")), className="fz-card"))
    body.append(html.Div(_history(known), className="fz-grid mt-3"))
    subtitle = t("Who is owed what of the money paid. It is paid out outside of here; here it is entered, once.")
    notice = {} if live and not test else {"notice_kind": "tests"}
    return frame(body, "settlements", t("Settlements"), subtitle=subtitle, **notice)


def _going_back(told: Any = None) -> list[Any]:
    """What has not gone back to its buyers yet; nothing where all has."""
    found = offsetting.on_its_way()
    part = money_back_panel(found, may(current_actor(), "credits.manage"), _zone()) if found else None
    return [told, html.Div(part, className="fz-grid mt-3") if part else None]


@callback(
    Output("money-back", "children"),
    Input({"type": AGAIN, "index": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
def send_again(clicks: list[int | None]) -> Any:
    """Asks the provider anew for a refund that was given up."""
    if not ctx.triggered_id or not any(clicks):
        return no_update
    event_id, _, job_id = str(ctx.triggered_id["index"]).partition("/")
    try:
        offsetting.try_again(current_actor(), event_id, job_id)
        said = html.P([icon("check"), t("The provider is asked again.")], className="fz-confirmed", role="status")
    except (Conflict, NotFound) as error:
        said = html.P(error_children(t(error.message, **error.params)), className="fz-error", role="status")
    return _going_back(said)


def _owed_table(rows: Sequence[Owed]) -> html.Div:
    words = (t("Recipient"), t("Open"), t("Settled up to the end of"), t("Paid out so far"), "")
    return table(words, [_owed_row(row) for row in rows], (1, 3, 4))


def _owed_row(row: Owed) -> html.Tr:
    until = "–"
    if row.settled_until:
        until = f.date_text((row.settled_until - timedelta(seconds=1)).astimezone(_zone()).date(), style="short")
    link = button_link(t("Statement"), PATH + _address(row.whose), "statements", "fz-button-small")
    cells = (
        html.Td(html.B(recipient_words(row.whose, dict(row.project_names)))),
        html.Td(html.B(f.money(row.open_minor, row.currency)), className="fz-right"),
        html.Td(until),
        html.Td(f.money(row.paid_out_minor, row.currency), className="fz-right"),
        html.Td(link, className="fz-right"),
    )  # fmt: skip
    return html.Tr(list(cells))


def _zone() -> ZoneInfo:
    return ZoneInfo(get_settings().exchange_timezone)


def _history(rows: Sequence[Settled]) -> html.Section:
    if not rows:
        return panel(t("Paid out"), empty(t("No settlement has been entered yet.")))
    words = (t("Number"), t("Recipient"), t("Amount"), t("Paid out on"), t("Reference"), t("Entered by"),
             t("Second look"), t("Statement"))  # fmt: skip
    return panel(t("Paid out"), table(words, [_history_row(row) for row in rows], (2,)), t("newest first"), flush=True)


def _history_row(row: Settled) -> html.Tr:
    looked = row.checked_by or html.Span(t("not yet"), className="fz-note")
    if row.returned_at:
        looked = html.Span(t("came back"), className="fz-chip")
    links = [
        html.A(kind.upper(), href=f"/desk/exchange/settlement.{kind}?number={row.number}", className="fz-link")
        for kind in FILES
    ]
    cells = (
        html.A(row.number, href=f"{PATH}?number={row.number}", className="fz-mono"),
        recipient_words(row.whose, dict(row.project_names)), html.B(f.money(row.amount_minor, row.whose.currency)),
        f.date_text(row.paid_on, style="short"), row.reference, row.entered_by, looked,
        html.Span([links[0], " · ", links[1]]),
    )  # fmt: skip
    return html.Tr([html.Td(cell, className="fz-right" if i == 2 else "") for i, cell in enumerate(cells)])


def _downloads(query: str) -> html.Div:
    links = [button_link(kind.upper(), f"/desk/exchange/settlement.{kind}{query}", "download", "fz-button-small")
             for kind in FILES]  # fmt: skip
    return html.Div(links, className="d-flex gap-2")


def _sums(found: Statement) -> html.Table:
    rows = [
        html.Tr([html.Td(html.B(part.words) if part.is_total else part.words),
                 html.Td(html.B(f.money(part.minor, found.whose.currency)) if part.is_total else
                         f.money(part.minor, found.whose.currency), className="fz-right")])
        for part in sums_of(found)
    ]  # fmt: skip
    return html.Table(html.Tbody(rows), className="fz-table")


def _lines(found: Statement) -> html.Section:
    currency = found.whose.currency
    rows = [
        html.Tr([
            html.Td(f.date_text(line.at.astimezone(_zone()).date(), style="short")), html.Td(kind_words(line)),
            html.Td(html.Span(line.order_id, className="fz-mono")), html.Td(pick(dict(line.event_names))),
            html.Td(f.mass_text(line.grams) if line.grams else "", className="fz-right"),
            html.Td(f.money(line.order_minor, currency) if line.order_minor else "", className="fz-right"),
            html.Td(f.money(line.amount_minor, currency), className="fz-right"),
        ])
        for line in found.lines[:SHOWN_LINES]
    ]  # fmt: skip
    words = (t("Day"), t("What"), t("Order"), t("Event"), t("Mass"), t("Price"), t("Amount"))
    aside = t("the first {shown} of {count}; the files have all", shown=f.number(min(SHOWN_LINES, len(found.lines))),
              count=f.number(len(found.lines)))  # fmt: skip
    return panel(t("Lines of this statement"), table(words, rows, (4, 5, 6)), aside, flush=True)


def _draft_panels(found: Statement) -> html.Div:
    whose, until = found.whose, _last_day(found)
    files = html.Div(_downloads(_address(whose, until=until.isoformat())), className="mt-3")
    head = [html.P(period_words(found), className="fz-small mb-2"), _sums(found), files, _until(found)]
    title = recipient_words(whose, dict(found.project_names))
    parts = [panel(title, head, t("what is open"), span=6), _enter(found, until)]
    if found.lines:
        parts.append(_lines(found))
    return html.Div(parts, className="fz-grid")


def _last_day(found: Statement) -> date:
    return date.fromordinal(found.until_at.astimezone(_zone()).date().toordinal() - 1)


def _until(found: Statement) -> html.Form:
    whose = found.whose
    hidden = {"account": whose.account, "project": whose.project_id, "currency": whose.currency,
              "live": "1" if whose.livemode else "0"}  # fmt: skip
    fields = [dbc.Input(type="hidden", name=name, value=value) for name, value in hidden.items()]
    day = dbc.Input(id="settle-until", type="text", name="until", value=_last_day(found).isoformat(), maxlength=10,
                    className="fz-input")  # fmt: skip
    label = dbc.Label(t("Up to the end of (year-month-day)"), html_for="settle-until", className="fz-label")
    show = html.Button(t("Show"), type="submit", className="fz-button")
    both = html.Div([html.Div([label, day]), show], className="fz-two", style={"alignItems": "end"})
    return html.Form([*fields, both], action=PATH, method="GET", className="fz-form mt-3")


def _enter(found: Statement, until: date) -> html.Section:
    title = t("Enter what was paid out")
    if not may(current_actor(), "credits.manage"):
        return panel(title, empty(t("Your role reads settlements; the exchange enters them.")), span=6)
    if found.total_minor <= 0:
        sentence = t("Nothing is to be paid out: what is open is carried into the next settlement.")
        return panel(title, empty(sentence), span=6)
    whose = found.whose
    what = [whose.account, whose.project_id, whose.currency, whose.livemode, until.isoformat(), found.total_minor]
    reference = dbc.Input(id="settle-reference", type="text", className="fz-input", maxlength=120)
    day = dbc.Input(id="settle-paid_on", type="text", className="fz-input", maxlength=10,
                    value=datetime.now(UTC).astimezone(_zone()).date().isoformat())  # fmt: skip
    money = f.money(found.total_minor, whose.currency)
    warning = t("This can't be changed afterwards: a payment that comes back is entered as such.")
    act = dbc.Button(t("{money} has been paid out", money=money), id="settle-enter", n_clicks=0,
                     className="fz-button fz-button-main")  # fmt: skip
    form = html.Div([
        _field("reference", t("The bank’s reference"), reference),
        _field("paid_on", t("Paid out on (year-month-day)"), day),
        html.P(warning, className="fz-small"), act,
    ], className="fz-form")  # fmt: skip
    told = html.Div(id="settle-told", role="status")
    return panel(title, [dcc.Store(id="settle-what", data=what), form, told], span=6)


def _field(name: str, label: str, control: Any) -> html.Div:
    parts = [dbc.Label(label, html_for=f"settle-{name}", className="fz-label"), control]
    return html.Div([*parts, field_error("", f"settle-{name}-error")])


@callback(
    Output("settle-told", "children"),
    Output("settle-reference-error", "children"),
    Output("settle-paid_on-error", "children"),
    Output("settle-enter", "disabled"),
    Input("settle-enter", "n_clicks"),
    State("settle-what", "data"),
    State("settle-reference", "value"),
    State("settle-paid_on", "value"),
    prevent_initial_call=True,
)
def enter(_clicks: int, what: Any, reference: Any, paid_on: Any) -> tuple[Any, ...]:
    """Enters the settlement, or says below each field what is wrong; what was typed stays."""
    account, project_id, currency, livemode, until, expected = what
    whose, wrong = Account(str(account), str(project_id), str(currency), livemode is True), {}
    day, end = _day(str(paid_on or "")), date.fromisoformat(str(until))
    if day is None:
        message = "{field}: {value} is no day; write it like 2026-09-30."
        wrong["paid_on"] = FieldError("paid_on", str(paid_on or ""), message)
    try:
        if not wrong and day is not None:
            number = settlements.settle(current_actor(), whose, end, int(expected), str(reference or ""), day)
            link = html.A(t("Open {number}", number=number), href=f"{PATH}?number={number}", className="fz-link")
            return html.P([icon("check"), t("Entered."), " ", link], className="fz-confirmed"), [], [], True
    except InputError as error:
        wrong = {item.field: item for item in error.errors}
    except Conflict as error:
        return html.P(error_children(t(error.message, **error.params)), className="fz-error"), [], [], False
    labels = {"reference": t("The bank’s reference"), "paid_on": t("Paid out on"), "until": t("Up to the end of")}
    told = [error_children(sentence_of(wrong[name], labels)) if name in wrong else [] for name in
            ("reference", "paid_on")]  # fmt: skip
    more = error_children(sentence_of(wrong["until"], labels)) if "until" in wrong else []
    return html.P(more, className="fz-error"), *told, no_update


def _settled_panels(found: Statement, known: Settled) -> html.Div:
    back = html.A([icon("back"), html.Span(t("All settlements"))], href=PATH, className="fz-link")
    rows = [
        (t("Recipient"), recipient_words(found.whose, dict(found.project_names))), (t("Period"), period_words(found)),
        (t("Reference"), known.reference), (t("State"), state_words(found)),
    ]  # fmt: skip
    left = [facts(rows), _sums(found), html.Div(_downloads(f"?number={known.number}"), className="mt-3"), back]
    return html.Div([panel(title_of(found), left, span=7), _look(known), _lines(found)], className="fz-grid")


def _look(known: Settled) -> html.Section:
    parts: list[Any] = [dcc.Store(id="settled-number", data=known.number)]
    note = dbc.Input(id="settled-note", type="text", className="fz-input", maxlength=500)
    label = dbc.Label(t("A word on it"), html_for="settled-note", className="fz-label")
    looked = dbc.Button(t("I have looked at it"), id="settled-check", n_clicks=0, className="fz-button",
                        disabled=bool(known.checked_by))  # fmt: skip
    manage = may(current_actor(), "credits.manage")
    came_back = dbc.Button(t("The payment came back"), id="settled-back", n_clicks=0, className="fz-button",
                           disabled=bool(known.returned_at) or not manage)  # fmt: skip
    words = t("Somebody else than who entered it compares it with the bank’s statement.")
    acts = html.Div([looked, came_back], className="d-flex gap-2 mt-3 flex-wrap")
    told = html.Div(id="settled-told", role="status")
    parts += [html.P(words, className="fz-small"), html.Div([label, note]), acts, told]
    return panel(t("Second look"), html.Div(parts, className="fz-form"), span=5)


@callback(
    Output("settled-told", "children"),
    Input("settled-check", "n_clicks"),
    Input("settled-back", "n_clicks"),
    State("settled-number", "data"),
    State("settled-note", "value"),
    prevent_initial_call=True,
)
def look(checks: int, backs: int, number: Any, note: Any) -> Any:
    """A second person's look, or that the payment came back."""
    try:
        if ctx.triggered_id == "settled-back":
            settlements.return_payment(current_actor(), str(number), str(note or ""))
            said = t("Entered: its sum is open again.")
        else:
            settlements.check_settlement(current_actor(), str(number), str(note or ""))
            said = t("Entered: you have looked at it.")
    except Conflict as error:
        return html.P(error_children(t(error.message, **error.params)), className="fz-error")
    except InputError as error:
        return html.P(error_children(sentence_of(error.errors[0], {"note": t("A word on it")})), className="fz-error")
    return html.P([icon("check"), said], className="fz-confirmed")
