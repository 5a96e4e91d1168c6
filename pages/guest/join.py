"""A company's invitation: whom one joins and what it will see, before anything is asked of the guest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, dcc, html

import events
from accounts import DomainError
from events import Event
from locales import pick, t
from pages._parts import pieces, shell
from pages._parts.icons import icon
from pages.guest._device import came_by, device_of, notice_kind, proved
from pages.registry import page

SCRIPTS = ("js/guest.js", "js/guest-me.js")
STYLES = ("css/guest-form.css", "css/guest-me.css")
page("/e/<slug>/join", kind="guest", title="Your company’s invitation", styles=STYLES, scripts=SCRIPTS)


def check(slug: str) -> None:
    """NotFound where there is no such event."""
    events.get_event(slug)


def layout(slug: str) -> Any:
    """The frame; the code comes from the address's fragment, which no server sees, or is typed."""
    event = events.get_event(slug)
    main = [
        html.H1(t("Your company’s invitation"), className="fz-page-h1"),
        html.P(pick(event.names), className="fz-body mb-3"),
        html.Div(pieces.loading(4), id="join-home", **{"aria-live": "polite"}),
    ]
    body = shell.guest_shell(main, event.slug, None, notice_kind(event))
    stores = [dcc.Store(id=f"join-{name}") for name in ("ask", "done", "sink-1", "sink-2")]
    return html.Div([body, dcc.Store(id="join-config", data={"slug": event.slug}), *stores])


dash.clientside_callback(
    ClientsideFunction("fz", "joining"), Output("join-sink-1", "data"), Input("join-config", "data")
)
dash.clientside_callback(ClientsideFunction("fz", "joined"), Output("join-sink-2", "data"), Input("join-done", "data"))


@dash.callback(
    Output("join-home", "children"), Output("join-done", "data"), Input("join-ask", "data"), prevent_initial_call=True
)
def ask(asked: Any) -> Any:
    """Shows whose invitation a code is; with the guest's word, makes them one of its people."""
    event, code = events.get_event(str(asked["slug"])), str(asked.get("code") or "")[:60]
    done: dict[str, Any] = {"seq": asked.get("seq")}
    if not code:
        return _typed(event, ""), done
    try:
        company = events.invited_by(event.slug, code)
        if asked.get("act") != "join":
            return _invited(event, company, code, ""), done
        fresh = _join(event, asked, code)
    except DomainError as error:
        sentence = t(error.message, **error.params)
        if asked.get("act") == "join" and asked.get("consent") is not True:
            return _invited(event, company, code, sentence), done
        return _typed(event, sentence, code), done
    return _joined(event, company), done | ({"device": fresh} if fresh else {})


def _join(event: Event, asked: Mapping[str, Any], code: str) -> dict[str, Any] | None:
    """Joins; begins a participation first where this device has none, and gives what proves it."""
    if asked.get("consent") is not True:
        events.join_company("", code, consent=False)
    participation_id, fresh = proved(event, device_of(asked)), None
    if not participation_id:
        started = events.start_participation(event.slug, code=came_by(device_of(asked)))
        participation_id = started.participation_id
        fresh = {"participation_id": participation_id, "secret": started.secret, "order_id": None, "certificate": None,
                 "footprint": None}  # fmt: skip
    try:
        events.join_company(participation_id, code, consent=True)
    except DomainError:
        if fresh:
            events.delete_participation(participation_id)
        raise
    return fresh


def _typed(event: Event, wrong: str, code: str = "") -> html.Section:
    given = {
        "data-a-name": "code", "data-a-value": code, "data-a-maxlength": "60", "data-a-autocomplete": "off",
        "data-a-class": "fz-input fz-mono", "data-a-placeholder": "7KQ4-M2XW-9RBD",
    }  # fmt: skip
    field = html.Label([html.Span(t("Code"), className="fz-label"), html.Span(**{"data-input": "text"}, **given)])
    refused = html.P([icon("error"), html.Span(wrong)], className="fz-error", role="alert") if wrong else None
    words = t("Type the code your company gave you, or open its link.")
    later = html.A(t("Go on without a company"), href=f"/e/{event.slug}/footprint", className="fz-link")
    inside = [html.P(words, className="fz-body"), field, refused, _button(t("Look it up"), "look"), later]
    return html.Section(inside, className="fz-card fz-pad fz-me-card")


def _button(words: str, act: str) -> html.Button:
    look = "fz-button fz-button-main fz-button-wide"
    return html.Button(words, type="button", className=look, disable_n_clicks=True, **{"data-act": act})


def _invited(event: Event, company: events.Membership, code: str, wrong: str) -> html.Section:
    box = html.Span(**{"data-input": "checkbox", "data-a-name": "consent", "data-a-class": "fz-check"})
    consent = t("It may count me among its people. It sees totals of five people or more, never my trips; I can leave.")
    refused = html.P([icon("error"), html.Span(wrong)], className="fz-error", role="alert") if wrong else None
    inside = [
        html.P(t("You are invited by"), className="fz-small"),
        html.H2(pick(dict(company.names)), className="fz-invited"),
        html.P(t("It may cover what you emit to get here. You see that before you pay anything."), className="fz-body"),
        html.Label([box, html.Span(consent)], className="fz-consent"),
        refused,
        _button(t("Join and go on"), "join"),
        html.A(t("Go on without a company"), href=f"/e/{event.slug}/footprint", className="fz-link"),
    ]
    return html.Section(inside, className="fz-card fz-pad fz-me-card", **{"data-code": code})


def _joined(event: Event, company: events.Membership) -> html.Section:
    words = t("You are one of {company}’s people now.", company=pick(dict(company.names)))
    inside = [
        html.P([icon("check"), html.Span(words)], className="fz-told fz-told-good", role="status"),
        html.A(t("To the calculator"), href=f"/e/{event.slug}/footprint",
               className="fz-button fz-button-main fz-button-wide"),
        html.A(t("Your part"), href=f"/e/{event.slug}/me", className="fz-link"),
    ]  # fmt: skip
    return html.Section(inside, className="fz-card fz-pad fz-me-card")
