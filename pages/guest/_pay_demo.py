"""The demo provider's own page: test money, nothing to type. What it decides comes back by its signed webhook."""

from __future__ import annotations

from typing import Any

from dash import html

from events import Event
from locales import formats as f
from locales import t
from offsetting import Order
from pages._parts import shell
from pages._parts.icons import icon
from pages.guest import _pay_facts
from pages.guest._coverage import chosen_at
from pages.guest._pay_cover import before_paying

OUTCOMES = ("succeeded", "failed", "late", "doubled")


def page(order: Order, event: Event, has_others: bool) -> html.Div:
    """What is paid, to whom, and the four ways a payment can go."""
    return html.Div(
        [
            shell.notice("test", t("Test money. This page stands in for a payment provider; nothing is charged.")),
            html.Header(
                [
                    html.Span([icon("pay"), html.B(t("Demo Pay"))], className="fz-pay-mark"),
                    html.Span(t("test provider"), className="fz-pay-tag"),
                ],
                className="fz-pay-head",
            ),
            html.Main(
                [
                    html.H1(t("Pay {money}", money=f.money(order.total_minor, order.currency)), className="fz-pay-sum"),
                    html.P(_pay_facts.to_whom(order, event), className="fz-body"),
                    before_paying(order, event),
                    _pay_facts.facts(order, event),
                    *_asking(order, event, has_others),
                ],
                id="main",
                className="fz-main fz-column fz-pay-card",
            ),
        ],
        className="fz-page fz-pay",
    )


def _asking(order: Order, event: Event, has_others: bool) -> list[Any]:
    words = {
        "failed": t("Decline"),
        "late": t("Pay too late"),
        "doubled": t("Pay, message sent twice"),
    }
    main = html.Button(
        t("Pay {money} in test money", money=f.money(order.total_minor, order.currency)),
        type="button",
        className="fz-button fz-button-main fz-button-wide",
        disable_n_clicks=True,
        **{"data-outcome": "succeeded"},
    )
    others = [
        html.Button(said, type="button", className="fz-button", disable_n_clicks=True, **{"data-outcome": outcome})
        for outcome, said in words.items()
    ]
    back = f"/pay/{order.order_id}" if has_others else chosen_at(order, event.slug)
    return [
        html.Div(
            [main, html.P(t("Or see what happens when a payment goes another way:"), className="fz-small"), *others],
            id="pay-acts",
            className="fz-pay-acts",
        ),
        _pay_facts.waiting(),
        html.A(
            [icon("chevron_left"), t("Pay another way") if has_others else t("Back without paying")],
            href=back,
            className="fz-link",
        ),
    ]
