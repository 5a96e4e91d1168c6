"""Confirming a retirement: how many whole credits, the registry's page and document, the day, for whom."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, date, datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html, no_update

import events
import offsetting
from accounts import Conflict, NotFound, current_actor, require
from calculations.model import FieldError, InputError
from locales import formats as f
from locales import pick, t
from pages._parts.desk import frame, panel, sentence_of
from pages._parts.icons import icon
from pages._parts.pieces import error_children, facts, field_error
from pages.registry import page

page(
    "/desk/exchange/<event_id>/<tranche_id>",
    kind="desk",
    title="Confirm a retirement",
    permission="retire",
    scripts=("js/desk.js",),
    styles=("css/desk-more.css",),
)
FIELDS = ("credit_count", "retired_on", "link", "evidence", "beneficiary")
MOST_LINKS = 12


def check(event_id: str, tranche_id: str) -> None:
    """Before the page is sent: NotFound, or Forbidden for somebody else's event."""
    _tranche(event_id, tranche_id)


def _tranche(event_id: str, tranche_id: str) -> offsetting.DeskRow:
    require(current_actor(), "retire", event_id)
    event = events.event_by_id(event_id)
    for row in offsetting.retirement_desk(event.slug):
        if row.tranche_id == tranche_id:
            return row
    raise NotFound("There is no tranche {value}.", value=tranche_id[:60])


def layout(event_id: str = "", tranche_id: str = "", **_: Any) -> html.Div:
    """The form, and beside it what it is about."""
    row = _tranche(event_id, tranche_id)
    name = pick(dict(row.event_names))
    known = facts(
        [
            (t("Project"), f"{pick(dict(row.project_names))} · {row.vintage}"),
            (t("Registry"), row.registry),
            (t("Serial numbers"), html.Span(row.serials, className="fz-mono")),
            (t("Sold, to be retired"), f.mass_text(row.sold_g)),
            (t("Whole credits that are ready"), f.number(row.ready_count)),
            (t("Partly sold, nothing held"), f.number(row.begun_count)),
        ]
    )
    told = html.Div(id="retire-told", role="status")
    grid = [
        panel(t("Confirm what the registry has retired"), [_form(row), told], span=7),
        html.Div(
            [panel(t("This tranche"), known), panel(t("Serial numbers to retire"), html.Div(id="retire-plan"))],
            className="fz-5 fz-column-stack",
        ),
    ]
    body = [dcc.Store(id="retire-what", data=[event_id, tranche_id]), html.Div(grid, className="fz-grid")]
    notice = {} if row.livemode else {"notice_kind": "test"}
    back = html.A([icon("back"), html.Span(t("Exchange"))], href="/desk/exchange", className="fz-link")
    return frame(body, "exchange", t("Confirm a retirement"), subtitle=name, actions=[back], **notice)


def _form(row: offsetting.DeskRow) -> html.Div:
    today = datetime.now(UTC).date().isoformat()
    whom = t("Participants of {event}", event=pick(dict(row.event_names)))
    count = _input("credit_count", "number", step=1, value=max(1, row.ready_count))
    day = _input("retired_on", "text", value=today, maxlength=10)
    link = _input("link", "url", maxlength=2000, placeholder="https://")
    beneficiary = _input("beneficiary", "text", maxlength=200, value=whom)
    two = [
        _field("credit_count", t("Whole credits"), count),
        _field("retired_on", t("Retired on (year-month-day)"), day),
    ]
    warning = t("A confirmation can't be taken back: certificates turn to retired and are signed anew.")
    act = dbc.Button(t("Confirm the retirement"), id="retire-confirm", n_clicks=0, className="fz-button fz-button-main")
    parts = [
        html.Div(two, className="fz-two"), _partly(), _field("link", t("Registry's page of this retirement"), link),
        _field("evidence", t("Registry's document"), _upload()),
        _field("beneficiary", t("Beneficiary"), beneficiary), html.P(warning, className="fz-small"), act,
    ]  # fmt: skip
    return html.Div(parts, className="fz-form")


def _input(name: str, kind: str, **more: Any) -> dbc.Input:
    return dbc.Input(id=f"retire-{name}", type=kind, className="fz-input", **more)


def _partly() -> html.Div:
    options = [{"value": "partly", "label": t("Also take credits that are only partly sold")}]
    note = t("What nobody has bought of them becomes surplus: retired, with nobody's claim on it.")
    return html.Div(
        [dcc.Checklist(options, [], id="retire-partly", className="fz-checks"), html.P(note, className="fz-note")]
    )


def _upload() -> dcc.Upload:
    words = html.Span([icon("upload"), html.Span(t("Choose the registry's document"), id="retire-file")])
    return dcc.Upload(
        words, id="retire-evidence", max_size=20_000_000, className="fz-upload", className_active="fz-upload-over",
        style={}, style_active={},
    )  # fmt: skip


def _field(name: str, label: str, control: Any) -> html.Div:
    return html.Div(
        [
            dbc.Label(label, html_for=f"retire-{name}", className="fz-label"),
            control,
            field_error("", f"retire-{name}-error"),
        ]
    )


@callback(Output("retire-file", "children"), Input("retire-evidence", "filename"), prevent_initial_call=True)
def chosen(name: Any) -> Any:
    """The name of the document that was chosen."""
    return str(name)[:120] if name else t("Choose the registry's document")


@callback(
    Output("retire-plan", "children"),
    Input("retire-credit_count", "value"),
    Input("retire-partly", "value"),
    State("retire-what", "data"),
)
def plan(count: Any, partly: Any, what: Any) -> Any:
    """The serial numbers that this confirmation stands for: those to retire at the registry."""
    event_id, tranche_id = _ids(what)
    if not isinstance(count, int) or count < 1:
        return html.P(t("Say how many whole credits."), className="fz-small")
    try:
        runs = offsetting.retirement_plan(event_id, tranche_id, count, bool(partly))
    except Conflict as error:
        return html.P(t(error.message, **error.params), className="fz-small")
    rows = [html.Li(html.Span(run, className="fz-mono")) for run in runs[:40]]
    more = [html.Li(t("and {count} more runs", count=f.number(len(runs) - 40)))] if len(runs) > 40 else []
    return html.Ul([*rows, *more], className="fz-serial-list")


def _ids(what: Any) -> tuple[str, str]:
    event_id, tranche_id = what
    return str(event_id), str(tranche_id)


@callback(
    Output("retire-told", "children"),
    *[Output(f"retire-{name}-error", "children") for name in FIELDS],
    Output("retire-confirm", "disabled"),
    Input("retire-confirm", "n_clicks"),
    State("retire-what", "data"),
    State("retire-credit_count", "value"),
    State("retire-partly", "value"),
    State("retire-link", "value"),
    State("retire-evidence", "contents"),
    State("retire-evidence", "filename"),
    State("retire-retired_on", "value"),
    State("retire-beneficiary", "value"),
    prevent_initial_call=True,
)
def confirm(
    _clicks: int,
    what: Any,
    count: Any,
    partly: Any,
    link: Any,
    contents: Any,
    filename: Any,
    day: Any,
    beneficiary: Any,
) -> tuple[Any, ...]:
    """Confirms, or says below each field what is wrong; what was typed stays."""
    event_id, tranche_id = _ids(what)
    require(current_actor(), "retire", event_id)
    try:
        done = offsetting.confirm_retirement(
            current_actor(),
            event_id,
            tranche_id,
            count if isinstance(count, int) else 0,
            bool(partly),
            str(link or ""),
            _bytes_of(contents),
            str(filename or ""),
            _day_of(day),
            str(beneficiary or ""),
        )
    except InputError as error:
        return None, *_below(error), no_update
    except Conflict as error:
        return None, error_children(t(error.message, **error.params)), *[[]] * (len(FIELDS) - 1), no_update
    return _done(done), *[[] for _ in FIELDS], True


def _below(error: InputError) -> list[Any]:
    names = {
        "credit_count": t("Whole credits"),
        "retired_on": t("Retired on"),
        "link": t("Registry's page"),
        "evidence": t("Registry's document"),
        "beneficiary": t("Beneficiary"),
    }
    return [error_children(" ".join(sentence_of(e, names) for e in error.errors if e.field == name)) for name in FIELDS]


def _bytes_of(contents: Any) -> bytes:
    """The document's bytes from what the browser sent; b"" where there is none or it is broken."""
    _, _, coded = str(contents or "").partition(";base64,")
    try:
        return base64.b64decode(coded, validate=True)
    except binascii.Error:
        return b""


def _day_of(text: Any) -> date:
    try:
        return date.fromisoformat(str(text or "").strip())
    except ValueError:
        message = "{field}: {value} is no day; write it as 2026-11-21."
        raise InputError([FieldError("retired_on", str(text or ""), message)]) from None


def _done(done: offsetting.Retirement) -> html.Div:
    """What has been confirmed, and the certificates that turned."""
    runs = [html.Li(html.Span(run, className="fz-mono")) for run in done.serials[:20]]
    surplus = t("{mass} of it is surplus.", mass=f.mass_text(done.surplus_g)) if done.surplus_g else ""
    numbers = [offsetting.get_order(order_id).certificate_number for order_id in done.order_ids[:MOST_LINKS]]
    links = [
        html.Li(html.A(number, href=f"/certificate/{number}", className="fz-mono")) for number in numbers if number
    ]
    count = len(done.order_ids)
    turned = t("{count} orders and their certificates turned to retired.", count=f.number(count))
    if not count:
        turned = t("No order has all its grams retired yet; certificates turn with the last of their grams.")
    more = (
        html.P(t("and {count} more", count=f.number(count - MOST_LINKS)), className="fz-note")
        if count > MOST_LINKS
        else None
    )
    return html.Div(
        [
            html.H3(t("{count} credits are retired.", count=f.number(done.credit_count))),
            html.P(surplus) if surplus else None,
            html.Ul(runs, className="fz-serial-list"),
            html.P(turned),
            html.Ul(links, className="fz-serial-list fz-certificates"),
            more,
            html.A(t("Back to the exchange's desk"), href="/desk/exchange", className="fz-link"),
        ],
        className="fz-told mt-3",
        id="retire-done",
    )
