"""Drafting a retirement instruction from a pool: how many whole credits, of which event, for whom."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html, no_update

import offsetting
from accounts import Conflict, current_actor, require
from calculations.model import InputError
from locales import formats as f
from locales import pick, t
from pages._parts.desk import frame, panel, sentence_of
from pages._parts.icons import icon
from pages._parts.pieces import error_children, facts, field_error
from pages.exchange._words import deadline_text
from pages.registry import page

page(
    "/desk/exchange/pools/<key>",
    kind="desk",
    title="Draft a retirement instruction",
    permission="retire",
    scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/retire.css"),
)
FIELDS = ("credit_count", "beneficiary")
MOST_RUNS = 40
EVERY = "every"


def check(key: str) -> None:
    """Before the page is sent: NotFound, or Forbidden."""
    require(current_actor(), "retire")
    offsetting.pool(key)


def layout(key: str = "", **_: Any) -> html.Div:
    """The form, and beside it what an instruction would hold."""
    require(current_actor(), "retire")
    pool = offsetting.pool(key)
    known = facts(
        [
            (t("Registry"), pool.registry),
            (t("Sold, to be retired"), f.mass_text(pool.sold_g)),
            (t("Whole credits ready"), f.number(pool.ready_count)),
            (t("Partly sold, nothing held"), f.number(pool.begun_count)),
            (t("Carried over"), f.mass_text(pool.remainder_g)),
            (t("To be retired by"), deadline_text(pool.retire_by, pool.days_left)),
        ]
    )
    side = [panel(t("This pool"), known), panel(t("Credits in this instruction"), html.Div(id="retire-plan"))]
    grid = [
        panel(t("What the registry is asked to retire"), [_form(pool)], span=7),
        html.Div(side, className="fz-5 fz-column-stack"),
    ]
    body = [
        dcc.Location(id="retire-where", refresh=True), dcc.Store(id="retire-what", data=key),
        html.Div(grid, className="fz-grid"),
    ]  # fmt: skip
    notice = {} if pool.livemode else {"notice_kind": "test"}
    back = html.A([icon("back"), html.Span(t("Retirement"))], href="/desk/exchange/pools", className="fz-link")
    name = f"{pick(dict(pool.project_names))} · {pool.vintage}"
    return frame(body, "exchange", t("Draft a retirement instruction"), subtitle=name, actions=[back], **notice)


def _form(pool: offsetting.Pool) -> html.Div:
    names = {row.event_id: pick(dict(row.event_names)) for row in pool.rows if row.ready_count or row.begun_count}
    whom = t("Participants of {event}", event=next(iter(names.values()))) if len(names) == 1 else ""
    every = [{"value": EVERY, "label": t("All events, those with the least time first")}]
    choice = every + [{"value": event_id, "label": name} for event_id, name in names.items()]
    count = _input("credit_count", "number", step=1, value=max(1, pool.ready_count))
    of = dbc.Select(id="retire-event", options=choice, value=EVERY, className="fz-input")
    note = t("Drafting keeps these credits from other instructions. Nothing is retired yet.")
    act = dbc.Button(t("Draft the instruction"), id="retire-draft", n_clicks=0, className="fz-button fz-button-main")
    parts = [
        html.Div([_field("credit_count", t("Whole credits"), count), _field("event", t("Of"), of)], className="fz-two"),
        _partly(),
        _field("beneficiary", t("Beneficiary"), _input("beneficiary", "text", maxlength=200, value=whom)),
        _field("reason", t("Reason (may stay empty)"), _input("reason", "text", maxlength=500)),
        html.P(note, className="fz-small"), act, field_error("", "retire-error"),
    ]  # fmt: skip
    return html.Div(parts, className="fz-form")


def _input(name: str, kind: str, **more: Any) -> dbc.Input:
    return dbc.Input(id=f"retire-{name}", type=kind, className="fz-input", **more)


def _partly() -> html.Div:
    options = [{"value": "partly", "label": t("Also take credits that are only partly sold")}]
    note = t("What nobody has bought of them becomes surplus: retired, with nobody's claim on it, and nobody's money.")
    return html.Div(
        [dcc.Checklist(options, [], id="retire-partly", className="fz-checks"), html.P(note, className="fz-note")]
    )


def _field(name: str, label: str, control: Any) -> html.Div:
    under = field_error("", f"retire-{name}-error") if name in FIELDS else None
    return html.Div([dbc.Label(label, html_for=f"retire-{name}", className="fz-label"), control, under])


def _picks(key: Any, count: Any, partly: Any, event_id: Any) -> list[offsetting.Pick]:
    number = count if isinstance(count, int) else 0
    return offsetting.picks_of(
        offsetting.pool(str(key)), number, bool(partly), "" if event_id in (None, EVERY) else str(event_id)
    )


@callback(
    Output("retire-plan", "children"),
    Input("retire-credit_count", "value"),
    Input("retire-partly", "value"),
    Input("retire-event", "value"),
    State("retire-what", "data"),
)
def plan(count: Any, partly: Any, event_id: Any, key: Any) -> Any:
    """The serial numbers that the instruction would name, and what partly sold ones cost."""
    require(current_actor(), "retire")
    if not isinstance(count, int) or count < 1:
        return html.P(t("Say how many whole credits."), className="fz-small")
    try:
        runs = offsetting.retirement_plan(_picks(key, count, partly, event_id))
    except Conflict as error:
        return html.P(t(error.message, **error.params), className="fz-small")
    rows = [html.Li(html.Span(run.serials, className="fz-mono")) for run in runs[:MOST_RUNS]]
    if len(runs) > MOST_RUNS:
        rows.append(html.Li(t("and {count} more runs", count=f.number(len(runs) - MOST_RUNS))))
    return [html.Ul(rows, className="fz-serial-list"), _cost(runs)]


def _cost(runs: tuple[offsetting.PlannedRun, ...]) -> Any:
    surplus_g = sum(run.surplus_g for run in runs)
    if not surplus_g:
        return html.P(t("Every gram of them is sold: no surplus."), className="fz-small")
    sums: dict[str, int] = {}
    for run in runs:
        sums[run.currency] = sums.get(run.currency, 0) + run.surplus_minor
    money = t(", ").join(f.money(minor, currency) for currency, minor in sums.items() if currency)
    words = t(
        "{mass} of them nobody has bought. They go off sale now and are retired as surplus; at today's price that is "
        "{money} that nobody pays.", mass=f.mass_text(surplus_g), money=money or "–",
    )  # fmt: skip
    return html.P(words, className="fz-told fz-told-cost")


@callback(
    Output("retire-where", "href"),
    Output("retire-error", "children"),
    *[Output(f"retire-{name}-error", "children") for name in FIELDS],
    Input("retire-draft", "n_clicks"),
    State("retire-what", "data"),
    State("retire-credit_count", "value"),
    State("retire-partly", "value"),
    State("retire-event", "value"),
    State("retire-beneficiary", "value"),
    State("retire-reason", "value"),
    prevent_initial_call=True,
)
def draft(
    _clicks: int, key: Any, count: Any, partly: Any, event_id: Any, beneficiary: Any, reason: Any
) -> tuple[Any, ...]:
    """Drafts and leads to the instruction, or says what is wrong; what was typed stays."""
    require(current_actor(), "retire")
    names = {"credit_count": t("Whole credits"), "beneficiary": t("Beneficiary"), "picks": t("Whole credits")}
    if not isinstance(count, int) or count < 1:
        return no_update, [], error_children(t("Say how many whole credits.")), []
    try:
        made = offsetting.draft_instruction(
            current_actor(), _picks(key, count, partly, event_id), str(beneficiary or ""), str(reason or "")
        )
    except InputError as error:
        below = [" ".join(sentence_of(e, names) for e in error.errors if e.field == name) for name in FIELDS]
        return no_update, [], *[error_children(words) for words in below]
    except Conflict as error:
        return no_update, error_children(t(error.message, **error.params)), [], []
    return f"/desk/exchange/instructions/{made.number}", [], [], []
