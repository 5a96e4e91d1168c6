"""The demo provider: signs and reads its webhooks. It moves no money and keeps no state of its own: what it knows
of its payments is handed to it by ``lookup`` (the product keeps it as rows of deferred work).

A webhook is a JSON body with the header ``Demo-Signature: t=<unix seconds>,v1=<hex>``, where v1 is the HMAC-SHA256 of
``<t>.<body>`` under a key derived from SECRET_KEY; one older than five minutes is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateways.base import Attempt, Payment, PaymentEvent, SignatureError, Started, Visitor

HEADER = "demo-signature"
TOLERANCE_S = 300
MINIMUM_MINOR = 1
_PURPOSE = b"forum-zero/demo-provider/webhook/v1"


@dataclass(frozen=True, slots=True)
class DemoPayment:
    """A payment that somebody made, or failed to make, on the demo provider's page."""

    provider_event_id: str
    kind: str
    order_id: str
    amount_minor: int
    currency: str


class DemoProvider:
    """See the module; ``lookup(order_id, now)`` gives the last payment of an order."""

    name = "demo"
    tells_fee = False
    livemode = False

    def __init__(self, secret_key: str, lookup: Callable[[str, datetime], DemoPayment | None]):
        self._key = hmac.new(secret_key.encode(), _PURPOSE, hashlib.sha256).digest()
        self._lookup = lookup

    def minimum_minor(self, currency: str) -> int:
        """One minor unit."""
        return MINIMUM_MINOR

    def payment_ref(self, order_id: str) -> str:
        """``demo_`` and the order's id."""
        return f"demo_{order_id}"

    def accepts(self, currency: str) -> bool:
        """Any: it is no money."""
        return True

    def way(self, browser: str) -> str:
        """Its own page here, in every browser."""
        return "page"

    def start(self, payment: Payment, visitor: Visitor, known: Sequence[Attempt], now: datetime) -> Started:
        """Its own page here."""
        return Started(self.payment_ref(payment.order_id), "page", url=f"/pay/{payment.order_id}?by={self.name}")

    def webhook(self, payment: DemoPayment, now: datetime) -> tuple[dict[str, str], bytes]:
        """Headers and body as the provider sends them."""
        body = json.dumps({
            "id": payment.provider_event_id,
            "type": f"payment.{payment.kind}",
            "livemode": False,
            "created": int(now.timestamp()),
            "data": {
                "ref": self.payment_ref(payment.order_id), "order_id": payment.order_id,
                "amount_minor": payment.amount_minor, "currency": payment.currency,
            },
        }, separators=(",", ":")).encode()  # fmt: skip
        stamp = int(now.timestamp())
        signature = f"t={stamp},v1={self._sign(stamp, body)}"
        return {HEADER: signature, "content-type": "application/json"}, body

    def _sign(self, stamp: int, body: bytes) -> str:
        return hmac.new(self._key, str(stamp).encode() + b"." + body, hashlib.sha256).hexdigest()

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PaymentEvent:
        """The event, once its signature and age are good. Raises SignatureError."""
        given = {name.lower(): value for name, value in headers.items()}.get(HEADER, "")
        parts = dict(part.partition("=")[::2] for part in given[:200].split(","))
        stamp = parts.get("t", "")
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
            raise SignatureError("there is no signature")
        if not hmac.compare_digest(self._sign(int(stamp), body).encode(), parts.get("v1", "").encode()):
            raise SignatureError("the signature does not fit the body")
        if abs(now.timestamp() - int(stamp)) > TOLERANCE_S:
            raise SignatureError("the signature is too old")
        return _event(body)

    def answer(self, is_good: bool) -> tuple[str, bytes]:
        """It reads nothing but the status."""
        return "", b""

    def fetch(self, attempt: Attempt, now: datetime) -> PaymentEvent | None:
        """The payment as the provider knows it."""
        found = self._lookup(attempt.order_id, now)
        if found is None:
            return None
        return PaymentEvent(
            found.provider_event_id, found.kind, found.order_id, self.payment_ref(found.order_id), found.amount_minor,
            found.currency, False,
        )  # fmt: skip

    def close(self, attempt: Attempt) -> None:
        """Its page asks the order's state itself."""

    def refund(self, attempt: Attempt, refund_id: str) -> str:
        """Nothing moves; always the same reference."""
        return f"demo_{refund_id.replace('-', '_', 1)}"


def _event(body: bytes) -> PaymentEvent:
    try:
        told: dict[str, Any] = json.loads(body)
        data = told["data"]
        return PaymentEvent(
            provider_event_id=str(told["id"]), kind=str(told["type"]).removeprefix("payment."),
            order_id=str(data["order_id"]), provider_ref=str(data["ref"]), amount_minor=int(data["amount_minor"]),
            currency=str(data["currency"]), livemode=bool(told["livemode"]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise SignatureError(f"the body is not one of ours: {error}") from None
