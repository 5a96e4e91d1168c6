"""What a guest is told of money of theirs that pays for nothing and goes back."""

from __future__ import annotations

from dash import html

from locales import formats as f
from locales import t
from offsetting import MoneyBack, Order, money_back
from pages._parts.icons import icon

OWN_MESSAGES = ("another amount or currency", "paid twice")  # the other ways back are the order's own state


def money_notes(order: Order) -> list[html.P]:
    """A sentence for each payment that did not pay the order."""
    told = [back for back in money_back(order.order_id) if back.why in OWN_MESSAGES]
    return [html.P([icon("swap"), html.Span(_sentence(back))], className="fz-told mt-3") for back in told]


def _sentence(back: MoneyBack) -> str:
    came = f.money(back.amount_minor, back.currency)
    said = {
        "done": t("It went back to you."),
        "under_way": t("It goes back to you by the way it came."),
        "given_up": t("The provider has not taken it back yet; the exchange sees this and sends it."),
    }[back.state]
    if back.why == "paid twice":
        return f"{t('{money} came for this order although it was paid.', money=came)} {said}"
    due = f.money(back.due_minor, back.order_currency)
    return f"{t('{money} came for this order, which costs {due}: it pays for nothing.', money=came, due=due)} {said}"
