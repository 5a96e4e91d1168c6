"""A retirement instruction: its credits, its files, what has happened, and the next step by its state."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, date, datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html, no_update

import offsetting
from accounts import Conflict, current_actor, may, require
from calculations.model import FieldError, InputError
from locales import formats as f
from locales import pick, t
from pages._parts.desk import button_link, frame, panel, sentence_of
from pages._parts.icons import icon
from pages._parts.pieces import error_children, facts, field_error
from pages.exchange._words import entry_facts, run_table, state_mark, steps_list
from pages.registry import page

page(
    "/desk/exchange/instructions/<number>",
    kind="desk",
    title="Retirement instruction",
    permission="credits.view",
    scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/retire.css"),
)
FIELDS = ("retired_on", "link", "evidence", "beneficiary")


def check(number: str) -> None:
    """Before the page is sent: NotFound, or Forbidden."""
    offsetting.get_instruction(number)


def layout(number: str = "", **_: Any) -> html.Div:
    """What it asks for, and beside it how far it is."""
    found = offsetting.get_instruction(number)
    about = facts(
        [
            (t("State"), state_mark(found.state)),
            (t("Project"), f"{pick(dict(found.project_names))} · {found.vintage}"),
            (t("Registry"), found.registry),
            (t("Whole credits"), f.number(found.credit_count)),
            (t("Of it surplus"), f.mass_text(found.surplus_g) if found.surplus_g else t("nothing")),
            (t("Beneficiary"), found.beneficiary),
            (t("Reason"), found.reason or "–"),
            (t("Content, SHA-256"), html.Span(found.content_sha256, className="fz-mono fz-hash")),
        ]
    )
    left = [panel(t("Next step"), _next(found)), panel(t("Credits"), run_table(found.runs), flush=True)]
    right = [panel(t("This instruction"), [about, _files(found)]), panel(t("What has happened"), steps_list(found))]
    if found.entry and found.state in ("entered", "confirmed"):
        right.insert(1, panel(t("What was entered"), entry_facts(found)))
    body = [
        dcc.Store(id="instruction-number", data=found.number),
        html.Div([html.Div(left, className="fz-7 fz-column-stack"), html.Div(right, className="fz-5 fz-column-stack")],
                 className="fz-grid"),
    ]  # fmt: skip
    notice = {} if found.livemode else {"notice_kind": "test"}
    back = html.A([icon("back"), html.Span(t("Retirement"))], href="/desk/exchange/pools", className="fz-link")
    title = t("Retirement instruction {number}", number=found.number)
    return frame(body, "exchange", title, subtitle=pick(dict(found.project_names)), actions=[back], **notice)


def _files(found: offsetting.Instruction) -> html.Div:
    path = f"/desk/exchange/instructions/{found.number}"
    links = [
        button_link(name, f"{path}.{suffix}", symbol, "fz-button-small", download="")
        for name, suffix, symbol in (("PDF", "pdf", "pdf"), ("Excel", "xlsx", "table"), ("CSV", "csv", "table"))
    ]
    return html.Div(
        [html.P(t("To send to the registry:"), className="fz-small"), html.Div(links, className="fz-files")]
    )


def _next(found: offsetting.Instruction) -> list[Any]:
    """What can be done now; an auditor reads what others do."""
    allowed = all(may(current_actor(), "retire", event_id) for event_id in found.event_ids)
    if found.state == "confirmed":
        return [html.P(t("Nothing more: its credits are retired, and certificates have turned."))]
    if found.state == "withdrawn":
        return [html.P(t("Nothing more: it was withdrawn, and its credits are free for another instruction."))]
    if not allowed:
        return [html.P(t("The exchange's people take the next step; you may read everything here."))]
    if found.state == "entered":
        return _to_confirm(found)
    if found.state == "drafted":
        return [*_to_send(), _withdrawal()]
    return [_entry_form(found), _withdrawal()]


def _answer(name: str) -> html.Div:
    """Where a step leads, and what is wrong with it."""
    return html.Div([dcc.Location(id=f"{name}-where", refresh=True), field_error("", f"{name}-error")])


def _to_send() -> list[Any]:
    words = t("Send one of the files to the registry, then say so here. The instruction can't be changed any more.")
    act = dbc.Button(t("It has gone to the registry"), id="instruction-send", n_clicks=0,
                     className="fz-button fz-button-main")  # fmt: skip
    return [html.P(words), act, _answer("send")]


def _to_confirm(found: offsetting.Instruction) -> list[Any]:
    mine = found.entry is not None and offsetting.entered_by_me(found)
    words = t("A second person checks what was entered against the registry's page and document, and confirms it.")
    told = html.P(t(offsetting.SECOND_PERSON), className="fz-told fz-told-cost") if mine else None
    look = "" if mine else "fz-button-main"
    path = f"/desk/exchange/instructions/{found.number}/confirm"
    return [html.P(words), told, button_link(t("Check and confirm"), path, "seal", look)]


def _withdrawal() -> html.Details:
    label = dbc.Label(t("Why it is withdrawn"), html_for="instruction-reason", className="fz-label")
    inside = [
        html.P(t("Its credits can go into another instruction, and what is unsold of them is on offer again."),
               className="fz-small"),
        label, dbc.Input(id="instruction-reason", maxlength=500, className="fz-input"),
        dbc.Button(t("Withdraw the instruction"), id="instruction-withdraw", n_clicks=0, className="fz-button"),
        _answer("withdraw"),
    ]  # fmt: skip
    return html.Details([html.Summary(t("Withdraw it instead")), html.Div(inside, className="fz-form")],
                        className="fz-more")  # fmt: skip


def _entry_form(found: offsetting.Instruction) -> html.Div:
    returned = found.steps[-1].reason if found.entries and found.steps else ""
    told = t("It was sent back: {reason}", reason=returned) if returned else ""
    today = datetime.now(UTC).date().isoformat()
    entry = found.entry
    parts = [
        html.P(t("Once the registry has retired these credits, enter what its page says. Another person confirms it.")),
        html.P(told, className="fz-told fz-told-wrong") if told else None,
        _field("retired_on", t("Retired on (year-month-day)"), _input("retired_on", value=today, maxlength=10)),
        _field("link", t("Registry's page of this retirement"),
               _input("link", kind="url", maxlength=2000, placeholder="https://", value=entry.link if entry else "")),
        _field("evidence", t("Registry's document"), _upload()),
        _field("beneficiary", t("Beneficiary, as the registry names it"),
               _input("beneficiary", maxlength=200, value=found.beneficiary)),
        dbc.Button(t("Enter for a second person to confirm"), id="instruction-enter", n_clicks=0,
                   className="fz-button fz-button-main"),
        _answer("enter"),
    ]  # fmt: skip
    return html.Div(parts, className="fz-form")


def _input(name: str, kind: str = "text", **more: Any) -> dbc.Input:
    return dbc.Input(id=f"instruction-{name}", type=kind, className="fz-input", **more)


def _upload() -> dcc.Upload:
    words = html.Span([icon("upload"), html.Span(t("Choose the registry's document"), id="instruction-file")])
    return dcc.Upload(
        words, id="instruction-evidence", max_size=20_000_000, className="fz-upload",
        className_active="fz-upload-over", style={}, style_active={},
    )  # fmt: skip


def _field(name: str, label: str, control: Any) -> html.Div:
    words = dbc.Label(label, html_for=f"instruction-{name}", className="fz-label")
    return html.Div([words, control, field_error("", f"instruction-{name}-error")])


@callback(Output("instruction-file", "children"), Input("instruction-evidence", "filename"), prevent_initial_call=True)
def chosen(name: Any) -> Any:
    """The name of the document that was chosen."""
    return str(name)[:120] if name else t("Choose the registry's document")


@callback(
    Output("send-where", "href"),
    Output("send-error", "children"),
    Input("instruction-send", "n_clicks"),
    State("instruction-number", "data"),
    prevent_initial_call=True,
)
def send(_clicks: int, number: Any) -> tuple[Any, Any]:
    """It has gone to the registry."""
    require(current_actor(), "retire")
    try:
        offsetting.send_instruction(current_actor(), str(number))
    except Conflict as error:
        return no_update, error_children(t(error.message, **error.params))
    return _again(number, "sent"), []


@callback(
    Output("withdraw-where", "href"),
    Output("withdraw-error", "children"),
    Input("instruction-withdraw", "n_clicks"),
    State("instruction-number", "data"),
    State("instruction-reason", "value"),
    prevent_initial_call=True,
)
def withdraw(_clicks: int, number: Any, reason: Any) -> tuple[Any, Any]:
    """It is called off, with a reason."""
    require(current_actor(), "retire")
    try:
        offsetting.withdraw_instruction(current_actor(), str(number), str(reason or ""))
    except InputError as error:
        names = {"reason": t("Why it is withdrawn")}
        return no_update, error_children(" ".join(sentence_of(e, names) for e in error.errors))
    except Conflict as error:
        return no_update, error_children(t(error.message, **error.params))
    return _again(number, "withdrawn"), []


@callback(
    Output("enter-where", "href"),
    Output("enter-error", "children"),
    *[Output(f"instruction-{name}-error", "children") for name in FIELDS],
    Input("instruction-enter", "n_clicks"),
    State("instruction-number", "data"),
    State("instruction-retired_on", "value"),
    State("instruction-link", "value"),
    State("instruction-evidence", "contents"),
    State("instruction-evidence", "filename"),
    State("instruction-beneficiary", "value"),
    prevent_initial_call=True,
)
def enter(
    _clicks: int, number: Any, day: Any, link: Any, contents: Any, filename: Any, beneficiary: Any
) -> tuple[Any, ...]:
    """Enters what the registry has done, or says below each field what is wrong; what was typed stays."""
    require(current_actor(), "retire")
    try:
        offsetting.enter_retirement(
            current_actor(), str(number), str(link or ""), _bytes_of(contents), str(filename or ""), _day_of(day),
            str(beneficiary or ""),
        )  # fmt: skip
    except InputError as error:
        return no_update, [], *_below(error)
    except Conflict as error:
        return no_update, error_children(t(error.message, **error.params)), *[[] for _ in FIELDS]
    return _again(number, "entered"), [], *[[] for _ in FIELDS]


def _again(number: Any, state: str) -> str:
    return f"/desk/exchange/instructions/{number}?now={state}"


def _below(error: InputError) -> list[Any]:
    names = {
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
