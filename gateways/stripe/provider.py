"""Stripe Checkout through the ``stripe`` library, which is imported when it is first needed.

A payment is a Checkout Session; its id is the reference, and ``client_reference_id`` carries the order. One session is
made per order: creating it and paying it back carry idempotency keys. A key without ``_live_`` is test money, as is any
address but Stripe's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from gateways.base import (
    FAILED,
    OTHER,
    PENDING,
    SUCCEEDED,
    Attempt,
    GatewayError,
    Payment,
    PaymentEvent,
    SignatureError,
    Started,
    Visitor,
)

HEADER = "stripe-signature"
TOLERANCE_S = 300
TIMEOUT_S = 10
WAY = "checkout"
SESSION_LEAST = timedelta(minutes=31)  # Stripe keeps a session open for 30 minutes to 24 hours
SESSION_MOST = timedelta(hours=23, minutes=59)
WORDS = {"zh": "zh", "en": "en"}
KINDS = {
    "checkout.session.completed": SUCCEEDED,  # where payment_status is paid
    "checkout.session.async_payment_succeeded": SUCCEEDED,
    "checkout.session.async_payment_failed": FAILED,
    "checkout.session.expired": FAILED,
}


class StripeProvider:
    """See the module. ``minimums``: the least amount of each currency that is taken, in minor units."""

    name = "stripe"
    tells_fee = True

    def __init__(
        self, secret_key: str, webhook_secret: str, minimums: Mapping[str, int], methods: Sequence[str] = (),
        api_url: str = "",
    ):  # fmt: skip
        self.livemode = "_live_" in secret_key[:8] and not api_url
        self._secret_key, self._webhook_secret = secret_key, webhook_secret
        self._minimums, self._methods, self._api_url = minimums, tuple(methods), api_url

    @cached_property
    def _client(self) -> Any:
        import stripe

        addresses: Any = {"api": self._api_url} if self._api_url else {}
        return stripe.StripeClient(
            self._secret_key, base_addresses=addresses, max_network_retries=1,
            http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
        )  # fmt: skip

    def accepts(self, currency: str) -> bool:
        """Currencies whose minor unit is Stripe's."""
        return currency in self._minimums

    def minimum_minor(self, currency: str) -> int:
        """As Stripe states it."""
        return self._minimums.get(currency, 0)

    def payment_ref(self, order_id: str) -> str:
        """None before a session is made."""
        return ""

    def way(self, browser: str) -> str:
        """Stripe's own page, in every browser."""
        return WAY

    def start(self, payment: Payment, visitor: Visitor, known: Sequence[Attempt], now: datetime) -> Started:
        """The order's one session; its address."""
        if known:
            return Started(known[-1].provider_ref, WAY, url=str(known[-1].details["url"]))
        options = {"idempotency_key": f"session-{payment.order_id}"}
        with _errors():
            session = self._client.v1.checkout.sessions.create(params=self._params(payment), options=options)
        return Started(session.id, WAY, url=session.url, details={"url": session.url})

    def _params(self, payment: Payment) -> dict[str, Any]:
        price = {
            "currency": payment.currency.lower(), "unit_amount": payment.amount_minor,
            "product_data": {"name": payment.title},
        }  # fmt: skip
        params: dict[str, Any] = {
            "mode": "payment", "client_reference_id": payment.order_id, "metadata": {"order_id": payment.order_id},
            "line_items": [{"price_data": price, "quantity": 1}], "success_url": payment.return_url,
            "cancel_url": payment.again_url, "locale": WORDS.get(payment.locale, "auto"),
        }  # fmt: skip
        ends = max(payment.expires_at, payment.created_at) + SESSION_LEAST
        if ends <= payment.created_at + SESSION_MOST:  # the same each time, as an idempotency key wants it
            params["expires_at"] = int(ends.timestamp())
        if self._methods:
            params["payment_method_types"] = list(self._methods)
        if "wechat_pay" in self._methods:
            params["payment_method_options"] = {"wechat_pay": {"client": "web"}}
        return params

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PaymentEvent:
        """The event, once its signature and age are good. Raises SignatureError."""
        given = {name.lower(): value for name, value in headers.items()}.get(HEADER, "")[:2000]
        _verify(given, body, self._webhook_secret, now)
        try:
            told: dict[str, Any] = json.loads(body)
            session = told["data"]["object"]
            kind = KINDS.get(told["type"], OTHER)
            if kind == SUCCEEDED and session["payment_status"] != "paid":
                kind = PENDING  # a method that takes its time: another event follows
            if kind == OTHER:
                return PaymentEvent(str(told["id"]), OTHER, "", "", 0, "", bool(told["livemode"]))
            return self._event(str(told["id"]), kind, session, bool(told["livemode"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SignatureError(f"the body is not an event: {type(error).__name__}") from None

    def _event(self, event_id: str, kind: str, session: Any, livemode: bool, fee: int | None = None) -> PaymentEvent:
        return PaymentEvent(
            event_id, kind, str(session["client_reference_id"] or ""), str(session["id"]),
            int(session["amount_total"]), str(session["currency"]).upper(), livemode and not self._api_url, fee,
        )  # fmt: skip

    def answer(self, is_good: bool) -> tuple[str, bytes]:
        """Stripe reads the status alone."""
        return "application/json", b'{"received":true}' if is_good else b'{"received":false}'

    def fetch(self, attempt: Attempt, now: datetime) -> PaymentEvent | None:
        """The session as it stands, with Stripe's fee where it is paid."""
        expand = {"expand": ["payment_intent.latest_charge.balance_transaction"]}
        with _errors():
            session = self._client.v1.checkout.sessions.retrieve(attempt.provider_ref, params=expand)
            kind = SUCCEEDED if session.payment_status == "paid" else FAILED if session.status == "expired" else PENDING
            fee = _fee(session, attempt.currency) if kind == SUCCEEDED else None
            return self._event(f"fetch:{session.id}", kind, session, bool(session.livemode), fee)

    def close(self, attempt: Attempt) -> None:
        """Expires the session; one that is paid or over stays as it is."""
        import stripe

        with _errors():
            try:
                self._client.v1.checkout.sessions.expire(attempt.provider_ref)
            except stripe.InvalidRequestError:  # not open any more
                pass

    def refund(self, attempt: Attempt, refund_id: str) -> str:
        """Pays the session's payment back."""
        import stripe

        with _errors():
            session = self._client.v1.checkout.sessions.retrieve(attempt.provider_ref)
            params = {
                "payment_intent": session.payment_intent, "amount": attempt.amount_minor,
                "metadata": {"order_id": attempt.order_id, "refund_id": refund_id},
            }  # fmt: skip
            try:
                made = self._client.v1.refunds.create(params=params, options={"idempotency_key": refund_id})
                return str(made.id)
            except stripe.InvalidRequestError as error:
                if error.code != "charge_already_refunded":
                    raise
            before = self._client.v1.refunds.list(params={"payment_intent": session.payment_intent, "limit": 1})
            return str(before.data[0].id)


def _verify(given: str, body: bytes, secret: str, now: datetime) -> None:
    """Stripe's own check of the signature; the age by our clock, so that it can be tried at any time."""
    from stripe import SignatureVerificationError, WebhookSignature

    check: Callable[..., bool] = WebhookSignature.verify_header
    try:
        check(body, given, secret, None)
        stamp = int(dict(part.partition("=")[::2] for part in given.split(","))["t"])
    except (SignatureVerificationError, ValueError, KeyError) as error:
        raise SignatureError(f"the signature does not fit the body: {type(error).__name__}") from None
    if abs(now.timestamp() - stamp) > TOLERANCE_S:
        raise SignatureError("the signature is too old")


def _fee(session: Any, currency: str) -> int | None:
    """Stripe's fee in minor units, where it is told and in the payment's currency."""
    charge = getattr(session.payment_intent, "latest_charge", None)
    balance = getattr(charge, "balance_transaction", None)
    if balance is None or isinstance(balance, str) or str(balance.currency).upper() != currency:
        return None
    return int(balance.fee)


@contextmanager
def _errors() -> Iterator[None]:
    import stripe

    try:
        yield
    except stripe.StripeError as error:
        raise GatewayError(f"Stripe: {type(error).__name__}: {error.user_message or error}") from error
