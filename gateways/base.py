"""What every payment provider's folder offers: start a payment, read a webhook, say what became of it, pay back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

SUCCEEDED, FAILED, PENDING = "succeeded", "failed", "pending"


class SignatureError(Exception):
    """A webhook that the provider did not sign, or signed too long ago, or that is not what it signs."""


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """What a provider tells of a payment. ``provider_event_id`` is the same when it tells it again."""

    provider_event_id: str
    kind: str  # succeeded, failed, pending; anything else is none of ours
    order_id: str
    provider_ref: str
    amount_minor: int
    currency: str
    livemode: bool


class Provider(Protocol):
    """A payment provider. ``livemode`` False: test money only."""

    name: str
    livemode: bool

    def minimum_minor(self, currency: str) -> int:
        """The smallest amount that it takes, in minor units."""
        ...

    def payment_ref(self, order_id: str) -> str:
        """Its reference of the payment of an order."""
        ...

    def pay_url(self, order_id: str) -> str:
        """Where the person pays."""
        ...

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PaymentEvent:
        """The event in a webhook. Raises SignatureError."""
        ...

    def fetch(self, order_id: str, now: datetime) -> PaymentEvent | None:
        """What the provider says when it is asked; None where it knows nothing of this order."""
        ...

    def refund(self, order_id: str, amount_minor: int, currency: str) -> str:
        """Pays back and gives the refund's reference; safe to call twice for one order."""
        ...
