"""How to pay: the providers as large buttons, the code to scan, and the way out of WeChat's browser."""

from __future__ import annotations

from typing import Any

from dash import html

from data.settings import get_settings
from events import Event
from locales import formats as f
from locales import t
from offsetting import Order, PayStep, PayWay
from pages._parts import pieces
from pages._parts.icons import icon
from pages._parts.qr import qr_svg
from pages._parts.svg import svg_img
from pages.guest import _pay_facts
from pages.guest._coverage import chosen_at, state_name
from pages.guest._pay_cover import before_paying

QR_SIZE = 232
WIDE = "fz-button fz-button-wide"
ENDED = ("expired", "failed", "cancelled", "refunded")  # nothing is covered by it


def titles() -> dict[str, str]:
    """What people call each provider."""
    return {
        "wechat": t("WeChat Pay"), "alipay": t("Alipay"), "stripe": t("Card and more"), "demo": t("Demo Pay"),
    }  # fmt: skip


def choice(order: Order, event: Event, ways: list[PayWay]) -> list[Any]:
    """What is to be paid, and a button for each provider."""
    return [
        *_head(order, event),
        before_paying(order, event),
        html.Div(
            [html.H2(t("How do you want to pay?"), className="fz-pay-ask"), *[_button(order, way) for way in ways]],
            id="pay-acts",
            className="fz-pay-acts",
        ),
        _refusal(),
        _pay_facts.waiting(),
        html.P(_promise(order), className="fz-small"),
        _pay_facts.facts(order, event),
        html.A(
            [icon("chevron_left"), t("Back without paying")], href=chosen_at(order, event.slug), className="fz-link"
        ),
    ]


def _head(order: Order, event: Event) -> list[Any]:
    return [
        html.H1(t("Pay {money}", money=f.money(order.total_minor, order.currency)), className="fz-pay-sum"),
        html.P(_pay_facts.to_whom(order, event), className="fz-body"),
    ]


def _promise(order: Order) -> str:
    if order.livemode:
        return t("The provider’s own page opens; this server asks it, and no one else, for anything.")
    return t("A test event: whatever you choose, it is test money, and nothing is charged.")


def _button(order: Order, way: PayWay) -> html.Button:
    said = _words(way)
    if way.is_too_little:
        said = t("Takes no less than {least}.", least=f.money(way.minimum_minor, order.currency))
    words = [html.B(titles().get(way.provider, way.provider)), html.Small(said)]
    off = {"disabled": True} if way.is_too_little else {}
    return html.Button(
        [html.Span(words, className="fz-row-words"), icon("chevron_right")],
        type="button", className="fz-card fz-pay-way", disable_n_clicks=True, **{"data-provider": way.provider}, **off,
    )  # fmt: skip


def _words(way: PayWay) -> str:
    if way.is_elsewhere:
        return t("Not inside WeChat: open this page in your browser.")
    return {
        "jsapi": t("Right here in WeChat."), "h5": t("Opens WeChat on this phone."),
        "native": t("Scan a code with WeChat."), "wap": t("Opens Alipay on this phone."),
        "page": t("Test money: a page that stands in for a provider.") if way.provider == "demo"
        else t("On Alipay’s own page."),
        "checkout": t("On Stripe’s own page: cards, and what else it offers for this currency."),
    }.get(way.way, "")  # fmt: skip


def going_on(order: Order, event: Event, step: PayStep) -> list[Any]:
    """A payment that was begun: a code to scan, WeChat's own window, or another browser; the page looks by itself
    whether it was paid."""
    if step.code_text:
        inside = _scan(step)
    elif step.script:
        inside = _in_wechat()
    else:
        inside = _elsewhere(order, step)
    return [
        *_head(order, event),
        before_paying(order, event),
        *inside,
        _refusal(),
        _pay_facts.waiting(),
        html.P([icon("clock"), html.Span(t("This page goes on by itself once it is paid."))], className="fz-told"),
        _pay_facts.facts(order, event),
        html.A([icon("chevron_left"), t("Pay another way")], href=f"/pay/{order.order_id}", className="fz-link"),
    ]  # fmt: skip


def _scan(step: PayStep) -> list[Any]:
    alt = t("Code to pay with WeChat")
    return [
        html.Div(svg_img(qr_svg(step.code_text, size=QR_SIZE, alt=alt), alt), className="fz-pay-code"),
        html.P(t("Open WeChat on your phone, scan the code and pay there."), className="fz-body fz-pay-center"),
    ]


def _in_wechat() -> list[Any]:
    button = html.Button(
        t("Pay with WeChat Pay"), type="button", id="pay-bridge", disable_n_clicks=True,
        className="fz-button fz-button-main fz-button-wide",
    )  # fmt: skip
    return [html.Div(button, className="fz-pay-acts")]


def _elsewhere(order: Order, step: PayStep) -> list[Any]:
    """WeChat lets neither its rival in nor this page out: the person carries the address over."""
    address = f"{get_settings().base_url}/pay/{order.order_id}"
    name = titles().get(step.provider, step.provider)
    return [
        html.Div(
            [
                html.H2(t("Open this page in your browser")),
                html.P(
                    t("{name} can’t be used inside WeChat. Your order waits: it goes on in the browser.", name=name),
                    className="fz-body mt-2",
                ),
                html.Ol(
                    [
                        html.Li(t("Tap ··· above, then “Open in browser”.")),
                        html.Li(t("Or copy the address and paste it there:")),
                    ],
                    className="fz-pay-steps",
                ),
                html.P(address, className="fz-mono fz-pay-address"),
                html.Button(
                    [icon("copy"), t("Copy the address")], type="button", id="pay-copy", disable_n_clicks=True,
                    className="fz-button fz-button-main fz-button-wide", **{"data-copy": address},
                ),
                html.P(t("Copied."), className="fz-small", hidden=True, role="status", **{"data-copied": ""}),
            ],
            className="fz-pay-out",
        )
    ]  # fmt: skip


def settled(order: Order, event: Event) -> list[Any]:
    """Nothing is left to pay: what became of the order, and the way on."""
    acts = [html.A(t("See the order"), href=f"/order/{order.order_id}", className=f"{WIDE} fz-button-main")]
    if order.state in ENDED:
        acts.append(html.A(t("Choose again"), href=chosen_at(order, event.slug), className=WIDE))
    return [
        html.H1(state_name(order), className="fz-pay-sum"),
        html.P(t("Nothing is left to pay here."), className="fz-body"),
        _pay_facts.facts(order, event),
        html.Div(acts, className="fz-stack mt-4"),
    ]


def refused(order: Order, event: Event, sentence: str) -> list[Any]:
    """A payment that could not be begun; the other ways stand open."""
    again = html.A(t("Choose how to pay"), href=f"/pay/{order.order_id}", className="fz-button fz-button-main")
    return [*_head(order, event), pieces.empty(sentence, again)]


def _refusal() -> html.P:
    return html.P([icon("error"), html.Span()], className="fz-error", hidden=True, role="alert", **{"data-refusal": ""})
