"""What is on offer at an event, and what grams of it cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts import NotFound
from calculations import money
from calculations.slicing import share_grams
from data.store import credits as lots
from data.store import orders
from data.store.engine import get_store
from data.terms import gift_minor
from offsetting.models import Offer, Quote
from offsetting.providers import least

SHARES = (25, 50, 100, 200)
NOT_ON_OFFER = "There is no project {value} on offer at this event."


def offers(slug: str) -> list[Offer]:
    """The projects on offer at an event, in the organiser's order. Raises NotFound for an unknown event."""
    with get_store().read() as conn:
        event = orders.event_of_slug(conn, slug)
        if event is None:
            raise NotFound("There is no event “{event}”.", event=slug[:64])
        gifts = (event["defaults"] or {}).get("gift", True)  # an event may take no gifts
        return [_offer(row, gifts) for row in lots.offerings(conn, event["event_id"])]


def _offer(row: Mapping[Any, Any], gifts: bool) -> Offer:
    return Offer(
        event_id=row["event_id"], project_id=row["project_id"], names=row["names"], texts=row["texts"],
        place=row["place"], type=row["type"], kind=row["kind"], methodology=row["methodology"],
        vintages=tuple(row["vintages"]), registry=row["registry"], currency=row["currency"],
        price_minor_per_tonne=row["price_minor_per_tonne"], split=tuple(row["split"]),
        available_g=int(row["available_g"]), livemode=bool(row["livemode"]),
        gift_minor=gift_minor(row["currency"]) if gifts else 0,
    )  # fmt: skip


def quote(event_id: str, project_id: str, grams: int, gift: bool = False) -> Quote:
    """What ``grams`` of a project cost at an event. Raises NotFound where it is not on offer."""
    return quote_of(_terms(event_id, project_id), grams, gift)


def shares(event_id: str, project_id: str, total_g: int) -> dict[int, Quote]:
    """The quotes of 25, 50, 100 and 200 % of a footprint."""
    terms = _terms(event_id, project_id)
    return {percent: quote_of(terms, share_grams(total_g, percent), False) for percent in SHARES}


def _terms(event_id: str, project_id: str) -> Mapping[Any, Any]:
    with get_store().read() as conn:
        terms = lots.terms(conn, event_id, project_id)
    if terms is None:
        raise NotFound(NOT_ON_OFFER, value=project_id)
    return terms


def quote_of(terms: Mapping[Any, Any], grams: int, gift: bool) -> Quote:
    """The quote under the terms of an offering (price_minor_per_tonne, split, currency, project_id)."""
    amount = money.price_minor(grams, terms["price_minor_per_tonne"])
    minimum = least(terms["livemode"], terms["currency"])
    return Quote(
        project_id=terms["project_id"], grams=grams, price_minor_per_tonne=terms["price_minor_per_tonne"],
        currency=terms["currency"], amount_minor=amount, parts=money.split_minor(amount, terms["split"]),
        gift_minor=gift_minor(terms["currency"]) if gift else 0, minimum_minor=minimum,
        rounded=amount * money.GRAMS_PER_TONNE != grams * terms["price_minor_per_tonne"],
    )  # fmt: skip
