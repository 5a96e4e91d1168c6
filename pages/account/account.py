"""A person's own account: name, language, password, second factor, sessions, programs' tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, html, no_update

import accounts
from accounts import Account, DomainError, current_actor
from calculations.model import InputError
from locales import t
from pages._parts.desk import frame
from pages._parts.desk_form import done, told_of
from pages.account import _account_parts as parts
from pages.registry import page

page("/desk/account", kind="desk", title="Your account", permission="account.own", scripts=("js/desk.js",),
     styles=("css/desk-more.css", "css/account.css"))  # fmt: skip


def layout(**_: Any) -> html.Div:
    """Everything on one page; what is done answers in its own place."""
    account = accounts.own_account(current_actor())
    body = html.Div(_inside(account), id="account-home")
    return frame(body, "account", t("Your account"), subtitle=account.email)


def _inside(
    account: Account, part: str = "", told: Any = None, shown: Any = None, typed: parts.Typed = parts.NOTHING
) -> list[Any]:
    """The cards; ``typed`` is what stands in fields that the press was not about, or that did not fit."""
    said = {part: told}
    return [html.Div([
        parts.you(account, said.get("you"), typed), parts.password(account, said.get("password")),
        parts.factor(account, said.get("factor"), shown), parts.sessions(account, said.get("sessions")),
        parts.tokens(account, said.get("tokens"), typed.label),
    ], className="fz-grid")]  # fmt: skip


@callback(
    Output("account-home", "children"),
    Input("account-save", "n_clicks"),
    Input("account-change", "n_clicks"),
    Input("account-label-make", "n_clicks"),
    Input({"type": "account-factor", "id": ALL}, "n_clicks"),
    Input({"type": "account-end", "id": ALL}, "n_clicks"),
    Input({"type": "account-revoke", "id": ALL}, "n_clicks"),
    State("account-name", "value"),
    State("account-locale", "value"),
    State("account-old", "value"),
    State("account-new", "value"),
    State("account-label", "value"),
    State({"type": "account-proof", "id": ALL}, "value"),
    prevent_initial_call=True,
)
def act(*given: Any) -> Any:
    """Does what a button says; account.own is asked by each use case."""
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        return no_update
    name, locale, old, new, label, proofs = given[6:]
    what, actor = ctx.triggered_id, current_actor()
    typed = [str(each or "") for each in proofs or []] or [""]  # the password where it is asked for, then the code
    works: dict[str, tuple[str, Callable[[], Any]]] = {
        "account-save": ("you", lambda: _saved(str(name or ""), str(locale or ""))),
        "account-change": ("password", lambda: _changed(str(old or ""), str(new or ""))),
        "account-label-make": ("tokens", lambda: parts.shown_token(accounts.make_token(actor, str(label or "")))),
        "account-factor": ("factor", lambda: _factor(str(what["id"]), typed[0], typed[-1])),
        "account-end": ("sessions", lambda: _ended(str(what["id"]))),
        "account-revoke": ("tokens", lambda: _ended(str(what["id"]))),
    }
    part, work = works[what if isinstance(what, str) else str(what["type"])]
    shown, fits = None, True
    try:
        told = work()
        if isinstance(told, parts.Shown):
            told, shown = None, told
    except (DomainError, InputError) as error:
        told, shown, fits = told_of(error, parts.labels()), parts.again(part, what), False
    left = parts.Typed(*(str(each or "") for each in (name, locale, label)))
    if fits and part in ("tokens", "you"):
        left = replace(left, label="") if part == "tokens" else replace(left, name=None, locale=None)
    return _inside(accounts.own_account(actor), part, told, shown, left)


def _saved(name: str, locale: str) -> Any:
    accounts.change_own(current_actor(), name, locale)
    return done(t("Saved."))


def _changed(old: str, new: str) -> Any:
    accounts.change_password(current_actor(), old, new)
    return done(t("Your password is changed, and your other sessions have ended."))


def _ended(session_id: str) -> Any:
    if session_id == "others":
        accounts.end_other_sessions(current_actor())
        return done(t("All other sessions have ended."))
    accounts.end_session(current_actor(), session_id)
    return done(t("Ended."))


def _factor(step: str, password: str, proof: str) -> Any:
    """begin (by the password), confirm (by the first code), codes (by another code), off (by both)."""
    actor = current_actor()
    if step == "begin":
        return parts.Shown("setup", accounts.begin_factor(actor, password))
    if step == "confirm":
        return parts.Shown("codes", accounts.confirm_factor(actor, proof))
    if step == "codes":
        return parts.Shown("codes", accounts.fresh_recovery_codes(actor, proof))
    accounts.drop_factor(actor, proof, password)
    return done(t("The second factor is off."))
