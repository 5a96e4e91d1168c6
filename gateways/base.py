"""What every payment provider's folder offers: start a payment, read a webhook, say what became of it, pay back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

SUCCEEDED, FAILED, PENDING, OTHER = "succeeded", "failed", "pending", "other"
IN_WECHAT, PHONE, DESKTOP = "wechat", "phone", "desktop"
ELSEWHERE = "elsewhere"  # the way of a provider that can't be used in this browser


class SignatureError(Exception):
    """A webhook that the provider did not sign, or signed too long ago, or that is not what it signs."""


class GatewayError(Exception):
    """A provider that can't be reached, or that refuses what it was asked. Its message is for the log alone."""


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """What a provider tells of a payment. ``provider_event_id`` is the same when it tells it again; ``fee_minor`` is
    the provider's own fee, None where it does not tell."""

    provider_event_id: str
    kind: str  # succeeded, failed, pending; anything else is none of ours
    order_id: str
    provider_ref: str
    amount_minor: int
    currency: str
    livemode: bool
    fee_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """What is to be paid: an order of ``amount_minor`` in ``currency``, by ``expires_at``; ``title`` says what for, in
    the buyer's language ``locale``; ``return_url`` is where the person comes back to, ``again_url`` where they choose
    anew, ``webhook_url`` what the provider calls."""

    order_id: str
    amount_minor: int
    currency: str
    title: str
    locale: str
    created_at: datetime
    expires_at: datetime
    return_url: str
    again_url: str
    webhook_url: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who pays, as far as a provider has to know: the kind of browser, the address, and what WeChat's own sign-in has
    sent back (``code``, ``state``)."""

    browser: str
    address: str = ""
    code: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A payment that was begun: ``provider_ref`` is the provider's name for it, ``details`` what to go on with."""

    order_id: str
    provider_ref: str
    way: str
    amount_minor: int
    currency: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Started:
    """How the person goes on: to ``url``, by scanning ``code_text``, or by ``script`` in WeChat's browser (what its
    bridge is called with). ``details`` are kept with the attempt. No ``provider_ref``: nothing has begun yet."""

    provider_ref: str
    way: str
    url: str = ""
    code_text: str = ""
    script: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


def browser_of(user_agent: str) -> str:
    """The kind of browser: WeChat's own, a phone's, or a desktop's."""
    if "MicroMessenger" in user_agent:
        return IN_WECHAT
    return PHONE if any(word in user_agent for word in ("Mobile", "Android", "iPhone", "HarmonyOS")) else DESKTOP


class Provider(Protocol):
    """A payment provider. ``livemode`` False: test money only."""

    name: str
    livemode: bool
    tells_fee: bool  # whether ``fetch`` tells its own fee of a payment that was paid

    def minimum_minor(self, currency: str) -> int:
        """The smallest amount that it takes, in minor units; 0 where it states none."""
        ...

    def accepts(self, currency: str) -> bool:
        """Whether it takes this currency."""
        ...

    def payment_ref(self, order_id: str) -> str:
        """Its reference of an order's payment before one has begun."""
        ...

    def way(self, browser: str) -> str:
        """How one pays with it in such a browser; ELSEWHERE: only in another one."""
        ...

    def start(self, payment: Payment, visitor: Visitor, known: Sequence[Attempt], now: datetime) -> Started:
        """Begins a payment, or goes on with one of ``known``. Safe to call twice. Raises GatewayError."""
        ...

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PaymentEvent:
        """The event in a webhook. Raises SignatureError."""
        ...

    def answer(self, is_good: bool) -> tuple[str, bytes]:
        """What a webhook is answered in the provider's own words: media type and body."""
        ...

    def fetch(self, attempt: Attempt, now: datetime) -> PaymentEvent | None:
        """What the provider says when it is asked; None where it knows nothing of it. Raises GatewayError."""
        ...

    def close(self, attempt: Attempt) -> None:
        """Nobody may pay this any more; nothing happens where it is paid or closed. Raises GatewayError."""
        ...

    def refund(self, attempt: Attempt, refund_id: str) -> str:
        """Pays all of it back and gives the refund's reference; safe to call twice with one id. Raises GatewayError."""
        ...
