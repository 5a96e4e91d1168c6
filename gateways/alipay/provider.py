"""Alipay's page and phone page (RSA2) through ``python-alipay-sdk``, imported when it is first needed.

Alipay's signatures are checked with its public key or, in the mode with certificates, with the key of its certificate;
then each request names the app's certificate and Alipay's root certificates by their numbers.

``out_trade_no`` is the order's id with ``_`` for ``-`` (Alipay takes letters, digits and underscores), so one order is
one trade however often its page is opened. Amounts are yuan with two decimals, times are China's. Any gateway address
but Alipay's own is test money. WeChat's browser does not let Alipay in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from gateways.base import (
    DESKTOP,
    ELSEWHERE,
    FAILED,
    IN_WECHAT,
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

PRODUCTION = "https://openapi.alipay.com/gateway.do"
PAGE, PHONE_PAGE = "page", "wap"
METHODS = {
    PAGE: ("alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
    PHONE_PAGE: ("alipay.trade.wap.pay", "QUICK_WAP_WAY"),
}
CHINA = timezone(timedelta(hours=8))
# Alipay tells the same notice again for 25 hours; what is told twice is dealt with once, so its age may be that.
MOST_AGE = timedelta(hours=26)
MOST_AHEAD = timedelta(minutes=5)
TIMEOUT_S = 10
KINDS = {
    "TRADE_SUCCESS": SUCCEEDED,
    "TRADE_FINISHED": SUCCEEDED,
    "TRADE_CLOSED": FAILED,
    "WAIT_BUYER_PAY": PENDING,
}
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----")
_AMOUNT = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?")


@dataclass(frozen=True, slots=True)
class AlipayCertificates:
    """The mode with certificates: the app's, Alipay's own, and its roots, as the PEM files that its platform gives."""

    app: str
    alipay: str
    root: str

    @property
    def are_whole(self) -> bool:
        """Whether all three are there."""
        return bool(self.app and self.alipay and self.root)


class AlipayProvider:
    """See the module. Keys are PEM, or the bare base64 that Alipay's tool writes; ``certificates`` take the place of
    ``alipay_public_key``."""

    name = "alipay"
    tells_fee = False

    def __init__(
        self, app_id: str, app_key: str, alipay_public_key: str, minimums: Mapping[str, int], seller_id: str = "",
        gateway_url: str = "", certificates: AlipayCertificates | None = None,
    ):  # fmt: skip
        self.livemode = gateway_url in ("", PRODUCTION)
        self._app_id, self._seller_id, self._minimums = app_id, seller_id, minimums
        self._app_key, self._public_key, self._certificates = app_key, alipay_public_key, certificates
        self._gateway_url = gateway_url or PRODUCTION

    @cached_property
    def _client(self) -> Any:
        from alipay.utils import AliPayConfig

        try:
            client = self._made()
        except Exception as error:  # what the libraries below it raise for what is no key or certificate
            raise GatewayError(f"Alipay's keys or certificates can't be read: {type(error).__name__}") from error
        client._config = AliPayConfig(timeout=TIMEOUT_S)
        client._gateway = self._gateway_url  # the library knows two addresses of its own
        return client

    def _made(self) -> Any:
        from alipay import AliPay, DCAliPay

        app = {"appid": self._app_id, "app_private_key_string": _pem(self._app_key, "RSA PRIVATE KEY")}
        given = self._certificates
        if given is None:
            return AliPay(**app, alipay_public_key_string=_pem(self._public_key, "PUBLIC KEY"), sign_type="RSA2")
        client = DCAliPay(
            **app, app_public_key_cert_string=_chain(given.app), alipay_public_key_cert_string=_chain(given.alipay),
            alipay_root_cert_string=_chain(given.root), sign_type="RSA2",
        )  # fmt: skip
        if not client.alipay_root_cert_sn or not client.app_cert_sn:  # read now, not in somebody's payment
            raise ValueError("there is no RSA certificate among the roots")
        return client

    def accepts(self, currency: str) -> bool:
        """Yuan alone."""
        return currency in self._minimums

    def minimum_minor(self, currency: str) -> int:
        """As Alipay states it."""
        return self._minimums.get(currency, 0)

    def payment_ref(self, order_id: str) -> str:
        """The ``out_trade_no``."""
        return order_id.replace("-", "_")

    def way(self, browser: str) -> str:
        """The web page on a desktop, the phone page on a phone, neither in WeChat's browser."""
        if browser == IN_WECHAT:
            return ELSEWHERE
        return PAGE if browser == DESKTOP else PHONE_PAGE

    def start(self, payment: Payment, visitor: Visitor, known: Sequence[Attempt], now: datetime) -> Started:
        """A signed address; Alipay hears of the trade when it is opened."""
        way, ref = self.way(visitor.browser), self.payment_ref(payment.order_id)
        if way == ELSEWHERE:
            return Started("", ELSEWHERE)
        method, product = METHODS[way]
        content = {
            "out_trade_no": ref, "total_amount": yuan(payment.amount_minor), "subject": payment.title[:120],
            "product_code": product, "time_expire": _china(payment.expires_at),
        }  # fmt: skip
        if way == PHONE_PAGE:
            content["quit_url"] = payment.again_url
        signed = self._client.client_api(
            method, biz_content=content, return_url=payment.return_url, notify_url=payment.webhook_url,
            timestamp=_china(now),
        )  # fmt: skip
        return Started(ref, way, url=f"{self._gateway_url}?{signed}")

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PaymentEvent:
        """The event of a notice, once its signature, its addressee and its age are good. Raises SignatureError."""
        try:
            told = dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100))
            self._verify(dict(told))
            sent_at = datetime.strptime(told["notify_time"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
            if not now - MOST_AGE <= sent_at <= now + MOST_AHEAD:
                raise SignatureError("the notice is too old")
            if told["app_id"] != self._app_id or (self._seller_id and told.get("seller_id") != self._seller_id):
                raise SignatureError("the notice is meant for another app or seller")
            return self._event(told["notify_id"], told)
        except (ValueError, KeyError) as error:
            raise SignatureError(f"the body is not a notice: {type(error).__name__}") from None

    def _verify(self, told: dict[str, str]) -> None:
        from alipay.exceptions import AliPayException

        try:
            check: Callable[..., bool] = self._client.verify
            good = check(told, told.pop("sign"))
        except GatewayError as error:
            raise SignatureError(str(error)) from None
        except AliPayException:
            raise SignatureError("the signature is of another kind than RSA2") from None
        if not good:
            raise SignatureError("the signature does not fit the body")

    def _event(self, event_id: str, told: Mapping[str, Any]) -> PaymentEvent:
        kind = KINDS.get(told["trade_status"], OTHER)
        if kind == FAILED and told.get("gmt_refund"):
            kind = OTHER  # closed because all of it went back
        ref = str(told["out_trade_no"])
        return PaymentEvent(
            event_id, kind, ref.replace("_", "-", 1), ref, fen(told["total_amount"]), "CNY", self.livemode
        )  # fmt: skip

    def answer(self, is_good: bool) -> tuple[str, bytes]:
        """Seven letters end the notices; anything else asks for them again."""
        return "text/plain; charset=utf-8", b"success" if is_good else b"failure"

    def fetch(self, attempt: Attempt, now: datetime) -> PaymentEvent | None:
        """The trade as it stands; None where the person has not come as far as to log in there."""
        told = self._ask("alipay.trade.query", {"out_trade_no": attempt.provider_ref}, absent_is_fine=True)
        return self._event(f"fetch:{attempt.provider_ref}", told) if told else None

    def close(self, attempt: Attempt) -> None:
        """Closes the trade; one that is not there, paid or closed stays as it is."""
        content = {"out_trade_no": attempt.provider_ref}
        self._ask("alipay.trade.close", content, absent_is_fine=True)

    def refund(self, attempt: Attempt, refund_id: str) -> str:
        """Pays the trade back; the same ``out_request_no`` pays once."""
        content = {
            "out_trade_no": attempt.provider_ref, "refund_amount": yuan(attempt.amount_minor),
            "out_request_no": refund_id[:64],
        }  # fmt: skip
        told = self._ask("alipay.trade.refund", content)
        return f"{told['trade_no']}:{refund_id}"

    def _ask(self, method: str, content: dict[str, str], absent_is_fine: bool = False) -> dict[str, Any]:
        with _errors():
            told: dict[str, Any] = self._client.server_api(method, biz_content=content, timestamp=_china(_now()))
        if told.get("code") == "10000":
            return told
        if absent_is_fine and told.get("sub_code") in ("ACQ.TRADE_NOT_EXIST", "ACQ.TRADE_STATUS_ERROR"):
            return {}
        raise GatewayError(f"Alipay refuses {method}: {told.get('code')} {told.get('sub_code')}")


def yuan(amount_minor: int) -> str:
    """Fen as yuan with two decimals."""
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"


def fen(text: str) -> int:
    """Yuan as fen, exactly. Raises ValueError."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:20]!r} is no amount")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0") or 0)


def _china(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _now() -> datetime:
    return datetime.now(CHINA)


def _pem(text: str, label: str) -> str:
    given = text.replace("\\n", "\n").strip()
    return given if given.startswith("-----") else f"-----BEGIN {label}-----\n{given}\n-----END {label}-----"


def _chain(text: str) -> str:
    """PEM certificates with an empty line between them, as the library parts them."""
    return "\n\n".join(_CERTIFICATE.findall(text.replace("\\n", "\n").replace("\r", "")))


@contextmanager
def _errors() -> Iterator[None]:
    from alipay.exceptions import AliPayException, AliPayValidationError

    try:
        yield
    except (AliPayException, AliPayValidationError, OSError, ValueError) as error:
        raise GatewayError(f"Alipay: {type(error).__name__}: {str(error)[:300]}") from error
