"""What every way to pay shows: the order in a few lines, and that there is no connection."""

from __future__ import annotations

from typing import Any

from dash import html

import offsetting
from events import Event
from locales import formats as f
from locales import pick, t
from offsetting import Order
from pages._parts.icons import icon


def facts(order: Order, event: Event) -> html.Dl:
    """Project, grams, price, gift, until when it is held, and the order's number."""
    rows = [] if order.buyer == offsetting.GIFT else _bought(order, event)
    if order.gift_minor:
        rows.append((t("Gift"), t("{money} for the special fund", money=f.money(order.gift_minor, order.currency))))
    if order.state == "held":
        rows.append((t("Held until"), f.zoned_text(order.expires_at, event.timezone)))
    rows.append((t("Order"), html.Span(order.order_id, className="fz-mono")))
    cells: list[Any] = []
    for name, value in rows:
        cells += [html.Dt(name), html.Dd(value)]
    return html.Dl(cells, className="fz-facts mt-3")


def to_whom(order: Order, event: Event) -> str:
    """Who takes the money, and what for."""
    if order.buyer == offsetting.GIFT:
        return t("a gift to the special fund of {event}, through the exchange", event=pick(event.names))
    return t("to the exchange, for {event}", event=pick(event.names))


def _bought(order: Order, event: Event) -> list[tuple[str, Any]]:
    names = {offer.project_id: pick(offer.names) for offer in offsetting.offers(event.slug)}
    per_tonne = f.per_tonne(order.price_minor_per_tonne, order.currency)
    return [
        (t("Project"), names.get(order.project_id, order.project_id)),
        (t("Grams"), f"{f.number(order.grams)}{f.THIN}g"),
        (t("Price"), f"{f.money(order.amount_minor, order.currency)} · {per_tonne}"),
    ]


def waiting() -> html.P:
    """Shown by the script while the server does not answer."""
    return html.P(
        [icon("offline"), html.Span(t("No connection. We go on trying; nothing is lost."))],
        className="fz-error",
        hidden=True,
        **{"data-waiting": ""},
    )
