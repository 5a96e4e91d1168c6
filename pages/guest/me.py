"""What this device knows of its guest at an event: all orders, who covered what, company, name, and leaving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, dcc, html

import events
import offsetting
from accounts import Actor, DomainError
from calculations.model import InputError
from events import Event
from locales import formats as f
from locales import pick, t
from pages._parts import pieces, shell
from pages._parts.icons import icon
from pages._parts.taking_part import over
from pages.guest._ambassador import shared_link
from pages.guest._coverage import coverage_card, order_rows
from pages.guest._device import device_of, notice_kind, proved
from pages.registry import page

SCRIPTS = ("js/guest.js", "js/guest-me.js")
STYLES = ("css/guest-form.css", "css/guest-me.css")
page("/e/<slug>/me", kind="guest", title="Your part", styles=STYLES, scripts=SCRIPTS)


def check(slug: str) -> None:
    """NotFound where there is no such event."""
    events.get_event(slug)


def layout(slug: str) -> Any:
    """The frame; what stands in it is of the participation this device proves."""
    event = events.get_event(slug)
    main = [
        html.H1(t("Your part"), className="fz-page-h1"),
        html.P(pick(event.names), className="fz-body mb-3"),
        html.Div(pieces.loading(5), id="me-home", **{"aria-live": "polite"}),
    ]
    body = shell.guest_shell(main, event.slug, None, notice_kind(event))
    stores = [dcc.Store(id=f"me-{name}") for name in ("ask", "done", "sink-1", "sink-2")]
    return html.Div([body, dcc.Store(id="me-config", data={"slug": event.slug}), *stores])


dash.clientside_callback(ClientsideFunction("fz", "mine"), Output("me-sink-1", "data"), Input("me-config", "data"))
dash.clientside_callback(ClientsideFunction("fz", "mineDone"), Output("me-sink-2", "data"), Input("me-done", "data"))


@dash.callback(
    Output("me-home", "children"), Output("me-done", "data"), Input("me-ask", "data"), prevent_initial_call=True
)
def act(asked: Any) -> Any:
    """Does what was asked, once proved, and shows how things stand then."""
    event = events.get_event(str(asked["slug"]))
    participation_id = proved(event, device_of(asked))
    if not participation_id:
        return _nobody(event), {"seq": asked.get("seq")}
    do, told, wrong = ACTS.get(str(asked.get("act"))), "", ""
    try:
        told = do(participation_id, asked) if do else ""
    except InputError as error:
        first = error.errors[0]
        wrong = t(first.message, **{"field": t("Name"), "value": str(first.value)[:60], **first.params})
    except DomainError as error:
        wrong = t(error.message, **error.params)
    if asked.get("act") == "delete" and not wrong:
        return _gone(event), {"seq": asked.get("seq"), "gone": True}
    return _mine(event, participation_id, device_of(asked), told, wrong), {"seq": asked.get("seq")}


def _cancel(participation_id: str, asked: Mapping[str, Any]) -> str:
    order = offsetting.get_order(str(asked.get("order_id")))
    if order.participation_id != participation_id:
        raise offsetting.NotFound("There is no order {value}.", value=order.order_id)
    offsetting.cancel_order(order.order_id, "called off by the guest", Actor("guest", participation_id))
    return t("The order was called off: nothing was paid, its grams are on offer again.")


def _join(participation_id: str, asked: Mapping[str, Any]) -> str:
    joined = events.join_company(participation_id, str(asked.get("code") or ""), asked.get("consent") is True)
    return t("You are one of {company}’s people now.", company=pick(dict(joined.names)))


def _leave(participation_id: str, _asked: Mapping[str, Any]) -> str:
    events.leave_company(participation_id)
    return t("You have left the company. What it covered stays covered.")


def _name(participation_id: str, asked: Mapping[str, Any]) -> str:
    events.set_display(participation_id, str(asked.get("name") or ""), True)
    return t("The boards show your name now.")


def _withdraw(participation_id: str, _asked: Mapping[str, Any]) -> str:
    events.set_display(participation_id, "", False)
    return t("Your name is off the boards and off your certificates.")


def _delete(participation_id: str, asked: Mapping[str, Any]) -> str:
    if asked.get("sure") is not True:
        raise offsetting.Conflict("Tick the box first: this can't be undone.")
    events.delete_participation(participation_id)
    return ""


ACTS: dict[str, Callable[[str, Mapping[str, Any]], str]] = {
    "cancel": _cancel, "join": _join, "leave": _leave, "name": _name, "withdraw": _withdraw, "delete": _delete,
}  # fmt: skip


def _nobody(event: Event) -> Any:
    if closed := over(event):
        return pieces.empty(closed, html.A(t("To the event"), href=f"/e/{event.slug}", className="fz-button"))
    words = t("This device has no part in this event yet.")
    link = html.A(t("To the calculator"), href=f"/e/{event.slug}/footprint", className="fz-button fz-button-main")
    return pieces.empty(words, link)


def _gone(event: Event) -> Any:
    words = t(
        "You are unlinked: name, answers and this device’s key are gone. Anonymous totals stay, certificates too."
    )
    return pieces.empty(words, html.A(t("To the event"), href=f"/e/{event.slug}", className="fz-button"))


def _mine(event: Event, participation_id: str, device: Mapping[str, Any], told: str, wrong: str) -> list[Any]:
    guest = events.guest(participation_id, str(device["secret"]))
    said = html.P([icon("check"), html.Span(told)], className="fz-told fz-told-good", role="status") if told else None
    refused = html.P([icon("error"), html.Span(wrong)], className="fz-error", role="alert") if wrong else None
    seen = offsetting.coverage_of(participation_id)
    orders = offsetting.orders_of(participation_id)
    rows = order_rows(orders, event.timezone, acts=True) if orders else pieces.empty(t("You have no order yet."))
    ordering = event.payments and seen.total_g and not over(event, "order")
    add = html.A(t("A new order"), href=f"/e/{event.slug}/neutralise", className="fz-button fz-button-wide mt-3")
    return [
        said, refused, coverage_card(seen) or _open(seen),
        _card(t("Your orders"), [rows, add if ordering else None]),
        _card(t("Your company"), _company(participation_id)),
        _card(t("Your name on the boards"), _display(guest)),
        _card(t("Your shared link"), shared_link(events.ambassador(participation_id))),
        _card(t("Leave"), _leaving()),
    ]  # fmt: skip


def _open(seen: offsetting.Coverage) -> html.P | None:
    words = t("{mass} of your footprint are open.", mass=f.mass_text(seen.total_g))
    return html.P(words, className="fz-body mb-3") if seen.total_g else None


def _card(title: str, inside: list[Any]) -> html.Section:
    return html.Section([html.H2(title), *inside], className="fz-card fz-pad fz-me-card")


def button(words: str, act_name: str, look: str = "") -> html.Button:
    """A button the script listens to."""
    more = {"data-act": act_name}
    return html.Button(words, type="button", className=f"fz-button {look}".strip(), disable_n_clicks=True, **more)


def text_field(label: str, name: str, value: str = "", complete: str = "off") -> html.Label:
    """A line to type in, made an input by the script."""
    given = {
        "data-a-name": name, "data-a-value": value, "data-a-maxlength": "80", "data-a-autocomplete": complete,
        "data-a-class": "fz-input",
    }  # fmt: skip
    return html.Label([html.Span(label, className="fz-label"), html.Span(**{"data-input": "text"}, **given)])


def tick(words: str, name: str, ticked: bool = False) -> html.Label:
    """A box to tick."""
    more = {"data-a-checked": "checked"} if ticked else {}
    box = html.Span(**{"data-input": "checkbox", "data-a-name": name, "data-a-class": "fz-check"}, **more)
    return html.Label([box, html.Span(words)], className="fz-consent")


def consent_words() -> str:
    """What a company learns of its people."""
    return t("It may count me among its people. It sees totals of five people or more, never my trips; I can leave.")


def _company(participation_id: str) -> list[Any]:
    member = events.company_of_guest(participation_id)
    if member is not None:
        words = t(
            "You are one of {company}’s people. It sees totals, never your trips.", company=pick(dict(member.names))
        )
        return [html.P(words, className="fz-body"), button(t("Leave this company"), "leave")]
    words = t("Has your company given you a code? It can then cover you; you see it here before you pay.")
    return [
        html.P(words, className="fz-body"), text_field(t("Code"), "code"), tick(consent_words(), "consent"),
        button(t("Join"), "join"),
    ]  # fmt: skip


def _display(guest: events.Participation) -> list[Any]:
    if guest.display_consent:
        words = t("The boards and your certificates show “{name}”.", name=guest.display)
        return [html.P(words, className="fz-body"), button(t("Withdraw my name"), "withdraw")]
    words = t("The boards show you as “{name}”, a name made up for you.", name=pick(events.spoken(guest.pseudonym)))
    return [
        html.P(words, className="fz-body"), text_field(t("A name to show instead"), "name", complete="nickname"),
        button(t("Show this name"), "name"),
    ]  # fmt: skip


def _leaving() -> list[Any]:
    words = t(
        "Deletes your name, your answers and the key on this device. Anonymous totals stay; so do your orders and "
        "certificates, without a name. It can’t be undone."
    )
    return [
        html.P(words, className="fz-body"), tick(t("I have noted my certificate’s number, and want this."), "sure"),
        button(t("Delete my part"), "delete", "fz-button-warn"),
    ]  # fmt: skip
