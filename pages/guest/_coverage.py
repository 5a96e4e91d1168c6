"""Who has covered what of a guest's footprint, told before anything is paid and beside what was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from locales import formats as f
from locales import pick, t
from offsetting import Coverage, CoverPart, Order
from pages._parts import pieces
from pages._parts.icons import icon
from pages._parts.ring import mini_ring
from pages._parts.svg import themed_svg

STATE = {
    "held": "open", "paid": "reserved", "pooled": "reserved", "retired": "retired", "refunded": "revoked",
    "expired": "open", "failed": "open", "cancelled": "open", "paid_late": "open",
}  # fmt: skip


def who(part: CoverPart) -> str:
    """The buyer as the guest knows it."""
    if part.buyer == "company":
        return pick(dict(part.names)) or t("Your company")
    return t("The organiser") if part.buyer == "organiser" else t("You")


def coverage_card(seen: Coverage) -> html.Section | None:
    """What is covered already and by whom, and what is open; nothing where nobody has covered anything."""
    if not seen.parts:
        return None
    if seen.open_g:
        rest = t("{mass} are open: that is the rest you can pay for.", mass=f.mass_text(seen.open_g))
    else:
        rest = t("Nothing is open. What you add now is an extra contribution.")
    head = html.Div([html.B(covered_words(seen)), html.P(rest, className="fz-small")], className="fz-row-words")
    return html.Section(
        [html.Div([_ring(seen), head], className="fz-cover-head"), html.Ul([_line(part) for part in seen.parts])],
        className="fz-card fz-pad fz-who",
        **{"aria-label": t("Covered so far")},
    )


def covered_words(seen: Coverage) -> str:
    """How much of the footprint is covered, and by whom where that was somebody else."""
    if seen.by_others_g:
        names = t(", ").join(dict.fromkeys(who(part) for part in seen.parts if part.buyer != "guest" and part.grams))
        return t("{who} covered {mass} of your {total}.", who=names, mass=f.mass_text(seen.by_others_g),
                 total=f.mass_text(seen.total_g))  # fmt: skip
    return t("{mass} of your {total} are covered.", mass=f.mass_text(seen.covered_g),
             total=f.mass_text(seen.total_g))  # fmt: skip


def _ring(seen: Coverage) -> Any:
    retired = sum(part.grams for part in seen.parts if part.state == "retired")
    sums = (retired, seen.covered_g - retired, max(1, seen.total_g))
    return themed_svg(lambda theme: mini_ring(*sums, size=46, theme=theme))


def _line(part: CoverPart) -> html.Li:
    mass = [html.B(f.mass_text(part.grams))] if part.grams else []
    if part.extra_g:
        mass.append(html.Small(t("{mass} extra", mass=f.mass_text(part.extra_g))))
    link = None
    if part.buyer == "guest" and part.certificate_number:
        link = html.A(t("Certificate"), href=f"/certificate/{part.certificate_number}", className="fz-link")
    kind = STATE[part.state] if part.grams else "extra"
    return html.Li([pieces.swatch(kind), html.Span([who(part), link], className="fz-who-name"), html.Span(mass)])


def order_rows(orders: Sequence[Order], zone: str, acts: bool = False) -> html.Ul:
    """A guest's orders with state, mass and money, their certificates, and what adds to what; with ``acts`` those
    that wait can be paid or called off."""
    return html.Ul([_order(order, zone, acts) for order in orders], className="fz-orders")


def chosen_at(order: Order, slug: str) -> str:
    """The page where its buyer chose this order, and chooses again."""
    if order.buyer == "gift":
        return f"/e/{slug}/fund"
    if order.buyer == "company":
        return f"/desk/company/{order.company_id}/{slug}"
    return f"/desk/e/{slug}/orders" if order.buyer == "organiser" else f"/e/{slug}/neutralise"


def state_name(order: Order) -> str:
    """An order's state, as its buyer hears it."""
    if order.state == "refunded" and not order.certificate_number:
        return t("Paid too late, and paid back")
    names = {
        "quote": t("Quote"), "held": t("Waits for its payment"), "paid": t("Paid"),
        "pooled": t("Reserved, not yet retired"), "retired": t("Retired"),
        "expired": t("Expired: nothing was paid in time"), "failed": t("The payment was declined"),
        "cancelled": t("Called off"), "refunded": t("Paid back, no longer covered"), "paid_late": t("Paid late"),
    }  # fmt: skip
    return names.get(order.state, order.state)


def _order(order: Order, zone: str, acts: bool) -> html.Li:
    title = t("{mass} for {money}", mass=f.mass_text(order.grams), money=f.money(order.total_minor, order.currency))
    when = f.datetime_text(order.created_at, zone, style="short")
    more = [html.Small(f"{when} · {state_name(order)}")]
    if order.adds_to:
        more.append(html.Small(t("Adds to your first order")))
    links: list[Any] = []
    if order.certificate_number and order.state in ("paid", "pooled", "retired"):
        address = f"/certificate/{order.certificate_number}"
        links.append(html.A(t("Certificate"), href=address, className="fz-link"))
    if acts and order.state == "held":
        links.append(html.A(t("Pay it"), href=f"/pay/{order.order_id}", className="fz-link"))
        told = {"data-act": "cancel", "data-order": order.order_id}
        links.append(
            html.Button(t("Call it off"), type="button", className="fz-link", disable_n_clicks=True, **told)
        )  # fmt: skip
    elif acts:
        links.append(
            html.A([t("Details"), icon("chevron_right")], href=f"/order/{order.order_id}", className="fz-link")
        )
    words = html.Div([html.B(title), *more], className="fz-row-words")
    return html.Li([pieces.swatch(STATE.get(order.state, "open")), words, html.Div(links, className="fz-order-acts")])
