"""What a guest is told of a project on offer, what is said against it, and what is nearest to a sold-out one."""

from __future__ import annotations

from typing import Any

from dash import html

from locales import formats as f
from locales import pick, t
from offsetting import Offer
from offsetting.project_view import disputes_of


def about(offer: Offer) -> html.Div:
    """What is told of a project, with what is said against it, and the way to all of it."""
    words = [
        pick(offer.texts),
        t("Type: {type}. Methodology: {methodology}.", type=t(offer.type), methodology=t(offer.methodology)),
    ]
    entries = disputes_of([offer.project_id]).get(offer.project_id, ())
    said = [
        html.P([html.B(t("Disputed, {day}: ", day=f.date_text(entry.dated_on))), entry.text], className="fz-note mt-2")
        for entry in entries
    ]
    link = html.A(t("All about this project"), href=f"/project/{offer.project_id}", target="_blank")
    told = html.P(" ".join(word for word in words if word), className="fz-note mt-3")
    return html.Div([told, *said, html.P(link, className="fz-small")])


def sold_out(offers: list[Offer]) -> list[Any]:
    """Projects of which nothing is left, each with what is nearest to it and still there."""
    left = [offer for offer in offers if offer.available_g > 0]
    notes: list[Any] = []
    for gone in (offer for offer in offers if not offer.available_g and left):
        near = min(left, key=lambda other: _distance(gone, other))
        told = t("{gone} is sold out; nearest to it is {name}, {mass} left.", gone=pick(gone.names),
                 name=pick(near.names), mass=f.mass_text(near.available_g, unit="t"))  # fmt: skip
        notes.append(html.P(told, className="fz-small"))
    return notes


def _distance(gone: Offer, other: Offer) -> tuple[bool, bool, int]:
    """How far a project is from another: of the same kind first, then of its type, then by price."""
    price = abs(other.price_minor_per_tonne - gone.price_minor_per_tonne)
    return other.kind != gone.kind, other.type != gone.type, price


def first_left(offers: list[Offer]) -> int:
    """The place of the first project of which something is left; 0 where nothing is."""
    return next((i for i, offer in enumerate(offers) if offer.available_g > 0), 0)


def gift(offer: Offer, told: str) -> html.Label:
    """The tick beside an order; ``told`` is what its organiser says of it, '' for nothing."""
    money = f.money(offer.gift_minor, offer.currency).removesuffix(".00")
    words = [
        html.B(t("Add {money} for the special fund", money=money)),
        html.Small(told) if told else None,
        html.Small(t("A gift, not in the price. Off unless you choose it.")),
    ]
    return html.Label(
        [
            html.Span(**{"data-input": "checkbox", "data-a-class": "fz-check"}),
            html.Span(words, className="fz-row-words"),
        ],
        className="fz-gift",
    )
