"""The second person's page: what was entered beside what was asked for, to be confirmed or sent back."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html, no_update

import offsetting
from accounts import Conflict, Forbidden, current_actor, require
from calculations.model import InputError
from locales import formats as f
from locales import pick, t
from pages._parts.desk import frame, panel, sentence_of
from pages._parts.icons import icon
from pages._parts.pieces import error_children, facts, field_error
from pages.exchange._words import entry_facts, run_table
from pages.registry import page

page(
    "/desk/exchange/instructions/<number>/confirm",
    kind="desk",
    title="Confirm a retirement",
    permission="retire",
    scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/retire.css"),
)
MOST_LINKS = 12


def check(number: str) -> None:
    """Before the page is sent: NotFound, or Forbidden."""
    require(current_actor(), "retire")
    offsetting.get_instruction(number)


def layout(number: str = "", **_: Any) -> html.Div:
    """What was entered, what was asked for, and the two answers."""
    require(current_actor(), "retire")
    found = offsetting.get_instruction(number)
    asked = facts(
        [
            (t("Registry"), found.registry),
            (t("Whole credits"), f.number(found.credit_count)),
            (t("Beneficiary"), found.beneficiary),
            (t("Reason"), found.reason or "–"),
        ]
    )
    side = [panel(t("What the registry was asked"), asked), panel(t("Credits"), run_table(found.runs), flush=True)]
    grid = [
        panel(t("What was entered"), _decide(found), span=7),
        html.Div(side, className="fz-5 fz-column-stack"),
    ]
    body = [dcc.Store(id="confirm-number", data=found.number), html.Div(grid, className="fz-grid")]
    notice = {} if found.livemode else {"notice_kind": "test"}
    path = f"/desk/exchange/instructions/{found.number}"
    back = html.A([icon("back"), html.Span(found.number)], href=path, className="fz-link")
    name = f"{pick(dict(found.project_names))} · {found.vintage}"
    return frame(body, "exchange", t("Confirm a retirement"), subtitle=name, actions=[back], **notice)


def _decide(found: offsetting.Instruction) -> list[Any]:
    if found.entry is None or found.state != "entered":
        return [html.P(t("Nothing waits to be confirmed here."))]
    if offsetting.entered_by_me(found):
        return [entry_facts(found), html.P(t(offsetting.SECOND_PERSON), className="fz-told fz-told-cost"), _return()]
    steps = html.Ol(
        [
            html.Li(t("Open the registry's page: do its serial numbers, day and beneficiary agree with these?")),
            html.Li(t("Open the document: is it the registry's, and of this retirement?")),
        ],
        className="fz-checklist",
    )
    warning = t("A confirmation can't be taken back: certificates turn to retired and are signed anew.")
    act = dbc.Button(
        t("Confirm the retirement"), id="confirm-confirm", n_clicks=0, className="fz-button fz-button-main"
    )
    inside = [entry_facts(found), steps, html.P(warning, className="fz-small"), act, _return()]
    return [html.Div(inside, id="confirm-form", className="fz-form"), field_error("", "confirm-error"),
            html.Div(id="confirm-told", role="status")]  # fmt: skip


def _return() -> html.Details:
    label = dbc.Label(t("What does not hold"), html_for="confirm-reason", className="fz-label")
    act = dbc.Button(t("Send it back"), id="confirm-return", n_clicks=0, className="fz-button")
    inside = [label, dbc.Input(id="confirm-reason", maxlength=500, className="fz-input"), act,
              html.Div(id="confirm-returned", role="status")]  # fmt: skip
    return html.Details(
        [html.Summary(t("Something does not hold")), html.Div(inside, className="fz-form")], className="fz-more"
    )


@callback(
    Output("confirm-told", "children"),
    Output("confirm-error", "children"),
    Output("confirm-form", "hidden"),
    Input("confirm-confirm", "n_clicks"),
    State("confirm-number", "data"),
    prevent_initial_call=True,
)
def confirm(_clicks: int, number: Any) -> tuple[Any, Any, Any]:
    """Confirms; certificates turn."""
    require(current_actor(), "retire")
    try:
        done = offsetting.confirm_retirement(current_actor(), str(number))
    except (Conflict, Forbidden) as error:
        return None, error_children(t(error.message, **error.params)), no_update
    return _done(done), [], True


@callback(
    Output("confirm-returned", "children"),
    Output("confirm-return", "disabled"),
    Input("confirm-return", "n_clicks"),
    State("confirm-number", "data"),
    State("confirm-reason", "value"),
    prevent_initial_call=True,
)
def send_back(_clicks: int, number: Any, reason: Any) -> tuple[Any, Any]:
    """Back to whoever enters, with a reason."""
    require(current_actor(), "retire")
    try:
        offsetting.return_retirement(current_actor(), str(number), str(reason or ""))
    except InputError as error:
        names = {"reason": t("What does not hold")}
        return html.P(
            error_children(" ".join(sentence_of(e, names) for e in error.errors)), className="fz-error"
        ), False
    except Conflict as error:
        return html.P(error_children(t(error.message, **error.params)), className="fz-error"), False
    words = t("It was sent back; the instruction waits to be entered anew.")
    return html.P([words, " ", html.A(str(number), href=f"/desk/exchange/instructions/{number}")]), True


def _done(done: offsetting.Retirement) -> html.Div:
    """What has been confirmed, and the certificates that turned."""
    runs = [html.Li(html.Span(run, className="fz-mono")) for run in done.serials[:20]]
    surplus = t("{mass} of it is surplus.", mass=f.mass_text(done.surplus_g)) if done.surplus_g else ""
    numbers = [offsetting.get_order(order_id).certificate_number for order_id in done.order_ids[:MOST_LINKS]]
    links = [html.Li(html.A(one, href=f"/certificate/{one}", className="fz-mono")) for one in numbers if one]
    count = len(done.order_ids)
    turned = t("{count} orders and their certificates turned to retired.", count=f.number(count))
    if not count:
        turned = t("No order has all its grams retired yet; certificates turn with the last of their grams.")
    rest = t("and {count} more", count=f.number(count - MOST_LINKS)) if count > MOST_LINKS else ""
    return html.Div(
        [
            html.H3(t("{count} credits are retired.", count=f.number(done.credit_count))),
            html.P(surplus) if surplus else None,
            html.Ul(runs, className="fz-serial-list"),
            html.P(turned),
            html.Ul(links, className="fz-serial-list fz-certificates"),
            html.P(rest, className="fz-note") if rest else None,
            html.A(t("Back to the pools"), href="/desk/exchange/pools", className="fz-link"),
        ],
        className="fz-told mt-3",
        id="confirm-done",
    )
