"""What has not gone back to its buyers yet, for the exchange: under way, or given up by the provider."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from dash import html

from locales import formats as f
from locales import pick, t
from offsetting import MoneyBack
from pages._parts.desk import panel
from pages._parts.icons import icon
from pages.exchange._tables import table

AGAIN = "money-back-again"


def money_back_panel(found: Sequence[MoneyBack], may_manage: bool, zone: tzinfo) -> html.Section:
    """A row for each sum; what was given up can be tried again."""
    words = (t("Order"), t("Event"), t("Amount"), t("Why"), t("Since"), t("State"), "")
    rows = [_row(back, may_manage, zone) for back in found]
    note = t("It stands on the account to_give_back until the provider has taken the refund.")
    return panel(t("On its way back to buyers"), table(words, rows, (2, 6)), note, flush=True)


def _row(back: MoneyBack, may_manage: bool, zone: tzinfo) -> html.Tr:
    why = {
        "another amount or currency": t("Another sum than the order’s, {due}",
                                        due=f.money(back.due_minor, back.order_currency)),
        "paid twice": t("Paid twice"), "late payment": t("Paid late"), "refund": t("Refund"),
    }[back.why]  # fmt: skip
    state: list[object] = [t("with the provider"), f" ({back.provider})"]
    if back.state == "given_up":
        state = [
            html.B(t("the provider refused"), className="fz-error"),
            html.Div(back.error[:200], className="fz-note"),
        ]
    again = html.Button(
        [icon("swap"), html.Span(t("Try again"), className="text-nowrap")],
        id={"type": AGAIN, "index": f"{back.event_id}/{back.job_id}"},
        n_clicks=0, className="fz-button fz-button-small", hidden=back.state != "given_up" or not may_manage,
    )  # fmt: skip
    order = html.A(back.order_id[-6:], href=f"/desk/e/{back.event_slug}/orders/{back.order_id}", className="fz-mono")
    amount = html.B(f.money(back.amount_minor, back.currency))
    test = [] if back.livemode else [" ", html.Span(t("test money"), className="fz-chip")]
    return html.Tr([
        html.Td(order), html.Td(pick(dict(back.event_names))), html.Td([amount, *test], className="fz-right"),
        html.Td(why), html.Td(f.date_text(back.since.astimezone(zone).date(), style="short")), html.Td(state),
        html.Td(again, className="fz-right"),
    ])  # fmt: skip
