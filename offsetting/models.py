"""What offsetting hands to pages and the API. Masses in grams, money in minor units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant: whether it holds, and what is wrong where it doesn't."""

    name: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A project on offer at an event."""

    event_id: str
    project_id: str
    names: Mapping[str, str]
    texts: Mapping[str, str]
    place: Mapping[str, Any]
    type: str
    kind: str
    methodology: str
    vintages: tuple[str, ...]
    registry: str
    currency: str
    price_minor_per_tonne: int
    split: tuple[Mapping[str, Any], ...]
    available_g: int
    livemode: bool
    gift_minor: int  # what a gift to the special fund would be; 0: none in this currency

    def as_json(self) -> dict[str, Any]:
        """As in API.md."""
        return {
            "id": self.project_id, "names": dict(self.names), "type": self.type, "kind": self.kind,
            "methodology": self.methodology, "vintage": ", ".join(self.vintages), "registry": self.registry,
            "currency": self.currency, "price_minor_per_tonne": self.price_minor_per_tonne,
            "available_g": self.available_g, "split": [dict(part) for part in self.split], "livemode": self.livemode,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quote:
    """What grams cost. ``amount_minor`` is their price, rounded up to the minor unit; ``parts`` are who gets what of
    it, adding up exactly; the gift is apart, and ``total_minor`` is what is paid."""

    project_id: str
    grams: int
    price_minor_per_tonne: int
    currency: str
    amount_minor: int
    parts: Mapping[str, int]
    gift_minor: int
    minimum_minor: int
    rounded: bool  # whether rounding up added a part of a minor unit

    @property
    def total_minor(self) -> int:
        """Price and gift together."""
        return self.amount_minor + self.gift_minor

    @property
    def below_minimum(self) -> bool:
        """Whether the provider would not take so little."""
        return self.total_minor < self.minimum_minor


@dataclass(frozen=True, slots=True)
class Allotted:
    """Grams of a batch, and their state: held, sold, retired."""

    batch_id: str
    from_g: int
    to_g: int
    state: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands. ``amount_minor`` is the price of its grams; with the gift it is ``total_minor``."""

    order_id: str
    event_id: str
    buyer: str
    participation_id: str
    company_id: str
    project_id: str
    grams: int
    share_percent: int
    price_minor_per_tonne: int
    amount_minor: int
    gift_minor: int
    currency: str
    split: tuple[Mapping[str, Any], ...]
    state: str
    locale: str
    livemode: bool
    provider: str
    pay_url: str
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    certificate_number: str
    adds_to: str = ""  # the guest's first paid order, where this one adds to it
    covers: str = ""  # '' a guest's own footprint, else participations, company, residual, plan
    states: tuple[tuple[str, datetime], ...] = ()
    allocations: tuple[Allotted, ...] = ()

    @property
    def total_minor(self) -> int:
        """What is paid: price and gift."""
        return self.amount_minor + self.gift_minor

    def as_json(self) -> dict[str, Any]:
        """As in API.md; ``amount_minor`` is what is paid in all, ``gift_minor`` the part of it that is a gift."""
        shown = {
            "order_id": self.order_id, "state": self.state, "project": self.project_id, "grams": self.grams,
            "amount_minor": self.total_minor, "gift_minor": self.gift_minor, "currency": self.currency,
            "price_minor_per_tonne": self.price_minor_per_tonne, "expires_at": _rfc3339(self.expires_at),
            "pay_url": self.pay_url, "livemode": self.livemode,
            "states": [{"state": state, "at": _rfc3339(at)} for state, at in self.states],
            "allocations": [
                {"batch": a.batch_id, "serial_from_g": a.from_g, "serial_to_g": a.to_g} for a in self.allocations
            ],
        }  # fmt: skip
        more = {"certificate": self.certificate_number, "adds_to": self.adds_to, "covers": self.covers}
        return shown | {name: value for name, value in more.items() if value}


def _rfc3339(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class WebhookOutcome:
    """``status`` is the answer's; ``outcome`` says what was done: pooled, failed, duplicate, ignored …; the body is in
    the provider's own words, or empty where any will do."""

    status: int
    outcome: str
    order_id: str = ""
    media_type: str = ""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A tranche on the exchange's desk. ``serials`` are those of its whole and begun credits."""

    event_id: str
    event_slug: str
    event_names: Mapping[str, str]
    tranche_id: str
    batch_id: str
    project_id: str
    project_names: Mapping[str, str]
    vintage: str
    registry: str
    serials: str
    livemode: bool
    from_g: int
    to_g: int
    free_g: int
    held_g: int
    sold_g: int
    retired_g: int
    surplus_g: int
    ready_count: int  # whole credits of which every gram is sold
    begun_count: int  # whole credits partly sold, with nothing held: retired only with partly=True
    set_aside_g: int = 0  # unsold grams of begun credits that open instructions have: off sale
    instructed_count: int = 0  # credits that open instructions have; neither ready nor begun
    remainder_g: int = 0  # sold grams of credits that are neither ready nor in an instruction: carried over
    retire_by: datetime | None = None  # twelve months after its event's end


@dataclass(frozen=True, slots=True)
class Retirement:
    """Credits that were confirmed as retired: one run of serial numbers each."""

    retirement_ids: tuple[str, ...]
    serials: tuple[str, ...]
    credit_count: int
    sold_g: int
    surplus_g: int
    retired_on: date
    order_ids: tuple[str, ...]  # orders that turned to retired with it
