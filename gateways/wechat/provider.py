"""WeChat Pay v3 through ``wechatpayv3``, which is imported when it is first needed.

Three ways: JSAPI in WeChat's own browser (the person is named by WeChat's sign-in, which needs the app's secret), H5 in
a phone's browser, Native as a code to scan. ``out_trade_no`` is the order's id with the way and a digit behind it, as
WeChat takes one number with one set of parameters. Answers and notices are checked with WeChat Pay's public key, or
with its platform certificates, which are fetched from it (sealed with the APIv3 key) when first needed and when one
that is not known has signed, at most every ten minutes. Any address but WeChat's own is test money.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode

from gateways.base import (
    ELSEWHERE,
    FAILED,
    IN_WECHAT,
    OTHER,
    PENDING,
    PHONE,
    SUCCEEDED,
    Attempt,
    GatewayError,
    Payment,
    PaymentEvent,
    SignatureError,
    Started,
    Visitor,
)

PRODUCTION = "https://api.mch.weixin.qq.com"
AUTHORIZE_URL, TOKEN_URL = "https://open.weixin.qq.com", "https://api.weixin.qq.com"
JSAPI, H5, NATIVE = "jsapi", "h5", "native"
WAYS = {"j": JSAPI, "h": H5, "n": NATIVE}
TOLERANCE_S = 300
TIMEOUT_S = 10
CODE_LASTS = timedelta(minutes=110)  # WeChat keeps a prepayment and a code for two hours
MOST_TRIES = 10
KINDS = {
    "SUCCESS": SUCCEEDED, "CLOSED": FAILED, "REVOKED": FAILED, "PAYERROR": FAILED, "NOTPAY": PENDING,
    "USERPAYING": PENDING, "ACCEPT": PENDING,
}  # fmt: skip
ASK_EVERY = timedelta(minutes=10)
_HEX = re.compile(r"[0-9A-Fa-f]{1,40}")
_log = logging.getLogger(__name__)
_PURPOSE = b"forum-zero/wechat/oauth-state/v1"


@dataclass(frozen=True, slots=True)
class WechatKeys:
    """What the merchant has: the app (with the secret of its sign-in, or ''), the merchant with its certificate's
    serial number and private key, the APIv3 key, and by what WeChat Pay's signatures are checked: its public key with
    its id, its platform certificates, or while a merchant changes over both. Keys are PEM."""

    app_id: str
    app_secret: str
    merchant_id: str
    merchant_serial: str
    merchant_key: str
    api_v3_key: str
    public_key: str
    public_key_id: str
    platform_certificates: bool = False


class WechatProvider:
    """See the module."""

    name = "wechat"
    tells_fee = False

    def __init__(self, keys: WechatKeys, minimums: Mapping[str, int], api_url: str = ""):
        self.livemode = api_url in ("", PRODUCTION)
        self._keys, self._minimums = keys, minimums
        self._api_url = api_url or PRODUCTION
        own = "" if self.livemode else self._api_url
        self._asking = Lock()
        self._asked_at: datetime | None = None
        self._authorize_url, self._token_url = own or AUTHORIZE_URL, own or TOKEN_URL

    @cached_property
    def _client(self) -> Any:
        try:
            return self._made()
        except Exception as error:  # what the libraries below it raise for what is no key
            raise GatewayError(f"WeChat Pay's keys can't be read: {type(error).__name__}") from error

    def _made(self) -> Any:
        from wechatpayv3 import WeChatPay, WeChatPayType

        keys = self._keys
        public_key = _pem(keys.public_key) or _public_of(_pem(keys.merchant_key))
        client = WeChatPay(
            wechatpay_type=WeChatPayType.NATIVE, mchid=keys.merchant_id, private_key=_pem(keys.merchant_key),
            cert_serial_no=keys.merchant_serial, appid=keys.app_id, apiv3_key=keys.api_v3_key, timeout=TIMEOUT_S,
            public_key=public_key, public_key_id=keys.public_key_id or "none",
        )  # fmt: skip
        core = client._core
        core._gate_way = self._api_url  # the library knows one address, and would ask it for certificates at once
        if not keys.public_key:
            core._public_key = core._public_key_id = None
        return client

    def _is_known(self, serial: str, now: datetime) -> bool:
        """Whether something signed under this number can be checked; nobody makes us ask WeChat again and again."""
        if self._keys.public_key_id and serial == self._keys.public_key_id:
            return True
        if not self._keys.platform_certificates or not _HEX.fullmatch(serial):
            return False
        if self._has(serial, now):
            return True
        with self._asking:
            if not self._has(serial, now) and (self._asked_at is None or now - self._asked_at >= ASK_EVERY):
                self._asked_at = now
                self._fetch_certificates()
        return self._has(serial, now)

    def _has(self, serial: str, now: datetime) -> bool:
        return any(
            certificate.serial_number == int(serial, 16)
            and certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
            for certificate in self._client._core._certificates
        )

    def _fetch_certificates(self) -> None:
        """What is known is kept where WeChat does not answer; the library would forget it."""
        core = self._client._core
        known = list(core._certificates)
        try:
            core._update_certificates()
        except Exception as error:  # the library raises bare exceptions
            _log.warning("WeChat Pay's certificates can't be fetched: %s", type(error).__name__)
        if not core._certificates:
            core._certificates.extend(known)

    def accepts(self, currency: str) -> bool:
        """Yuan alone."""
        return currency in self._minimums

    def minimum_minor(self, currency: str) -> int:
        """As WeChat Pay states it."""
        return self._minimums.get(currency, 0)

    def payment_ref(self, order_id: str) -> str:
        """The order's id, before a way is chosen."""
        return order_id

    def way(self, browser: str) -> str:
        """JSAPI in WeChat's browser, where the app's secret is known; H5 on a phone; else a code to scan."""
        if browser == IN_WECHAT:
            return JSAPI if self._keys.app_secret else ELSEWHERE
        return H5 if browser == PHONE else NATIVE

    def start(self, payment: Payment, visitor: Visitor, known: Sequence[Attempt], now: datetime) -> Started:
        """A code, an address or what WeChat's bridge is called with; first, in WeChat's browser, its sign-in."""
        way = self.way(visitor.browser)
        if way == ELSEWHERE:
            return Started("", ELSEWHERE)
        if way == JSAPI:
            return self._start_jsapi(payment, visitor, known, now)
        earlier = [attempt for attempt in known if attempt.way == way]
        if way == NATIVE and earlier and _is_fresh(earlier[-1], now):
            return Started(earlier[-1].provider_ref, way, code_text=str(earlier[-1].details["code_text"]))
        if way == NATIVE:
            ref = self._ref(payment.order_id, "n", len(earlier))
            code_text = self._begin(payment, ref, way)["code_url"]
            return Started(ref, way, code_text=code_text, details=_kept(now, code_text=code_text))
        ref = self._ref(payment.order_id, "h", 0)  # an H5 address lasts minutes: asked for again under one number
        scene = {"payer_client_ip": visitor.address or "127.0.0.1", "h5_info": {"type": "Wap"}}
        url = self._begin(payment, ref, way, scene_info=scene)["h5_url"]
        joint = "&" if "?" in url else "?"
        return Started(ref, way, url=f"{url}{joint}redirect_url={quote(payment.return_url, safe='')}")

    def _start_jsapi(self, payment: Payment, visitor: Visitor, known: Sequence[Attempt], now: datetime) -> Started:
        if not visitor.code:
            return Started("", JSAPI, url=self._sign_in_url(payment))
        if not hmac.compare_digest(visitor.state.encode(), self._state(payment.order_id).encode()):
            raise GatewayError("WeChat's sign-in came back for another order")
        openid = self._openid(visitor.code)
        payer = hashlib.sha256(f"{payment.order_id} {openid}".encode()).hexdigest()[:20]
        earlier = [attempt for attempt in known if attempt.way == JSAPI]
        own = [attempt for attempt in earlier if attempt.details["payer"] == payer and _is_fresh(attempt, now)]
        if own:
            prepay_id, ref, details = str(own[-1].details["prepay_id"]), own[-1].provider_ref, own[-1].details
        else:
            ref = self._ref(payment.order_id, "j", len(earlier))
            prepay_id = self._begin(payment, ref, JSAPI, payer={"openid": openid})["prepay_id"]
            details = _kept(now, prepay_id=prepay_id, payer=payer)
        return Started(ref, JSAPI, script=self._script(prepay_id, now), details=details)

    def _sign_in_url(self, payment: Payment) -> str:
        back = f"{payment.again_url}{'&' if '?' in payment.again_url else '?'}by={self.name}"
        asked = urlencode({
            "appid": self._keys.app_id, "redirect_uri": back, "response_type": "code", "scope": "snsapi_base",
            "state": self._state(payment.order_id),
        })  # fmt: skip
        return f"{self._authorize_url}/connect/oauth2/authorize?{asked}#wechat_redirect"

    def _state(self, order_id: str) -> str:
        return hmac.new(self._keys.api_v3_key.encode(), _PURPOSE + order_id.encode(), hashlib.sha256).hexdigest()[:32]

    def _openid(self, code: str) -> str:
        """Who WeChat says it is; kept by nobody here."""
        import requests

        asked = {
            "appid": self._keys.app_id, "secret": self._keys.app_secret, "code": code[:256],
            "grant_type": "authorization_code",
        }  # fmt: skip
        with _errors("sign-in"):
            told = requests.get(f"{self._token_url}/sns/oauth2/access_token", asked, timeout=TIMEOUT_S).json()
            if "openid" not in told:
                raise GatewayError(f"WeChat's sign-in refuses: {told.get('errcode')} {told.get('errmsg')}")
            return str(told["openid"])

    def _script(self, prepay_id: str, now: datetime) -> dict[str, str]:
        stamp, nonce, package = str(int(now.timestamp())), secrets.token_hex(16), f"prepay_id={prepay_id}"
        signed = self._client.sign([self._keys.app_id, stamp, nonce, package])
        return {
            "appId": self._keys.app_id, "timeStamp": stamp, "nonceStr": nonce, "package": package, "signType": "RSA",
            "paySign": signed,
        }  # fmt: skip

    def _ref(self, order_id: str, letter: str, number: int) -> str:
        if number >= MOST_TRIES:
            raise GatewayError(f"order {order_id} was begun {number} times already")
        return f"{order_id}-{letter}{number}"

    def _begin(self, payment: Payment, ref: str, way: str, **more: Any) -> dict[str, Any]:
        from wechatpayv3 import WeChatPayType

        kind = {JSAPI: WeChatPayType.JSAPI, H5: WeChatPayType.H5, NATIVE: WeChatPayType.NATIVE}[way]
        return self._ask(
            f"{way} {ref}", self._client.pay, description=payment.title[:120], out_trade_no=ref,
            amount={"total": payment.amount_minor, "currency": payment.currency}, pay_type=kind,
            time_expire=payment.expires_at.isoformat(timespec="seconds"), notify_url=payment.webhook_url, **more,
        )  # fmt: skip

    def read_webhook(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PaymentEvent:
        """The event of a notice, once its signature and age are good and it could be decrypted. Raises
        SignatureError."""
        given = {name.lower(): value for name, value in headers.items()}
        stamp = given.get("wechatpay-timestamp", "")
        try:
            is_known = self._is_known(given.get("wechatpay-serial", ""), now)
        except GatewayError as error:
            raise SignatureError(str(error)) from None
        if not is_known:  # else the library would ask WeChat for more keys
            raise SignatureError("signed with a key that is not ours to know")
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
            raise SignatureError("there is no time in the signature")
        told = self._decrypted(given, body)
        if abs(now.timestamp() - int(stamp)) > TOLERANCE_S:
            raise SignatureError("the signature is too old")
        try:
            if told["event_type"] != "TRANSACTION.SUCCESS":
                return PaymentEvent(str(told["id"]), OTHER, "", "", 0, "", self.livemode)
            return self._event(str(told["id"]), told["resource"])
        except (ValueError, KeyError, TypeError) as error:
            raise SignatureError(f"the body is not a notice: {type(error).__name__}") from None

    def _decrypted(self, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        try:
            told = self._client.callback(headers, body)
        except Exception as error:  # the library raises bare exceptions for what it can't read
            raise SignatureError(f"the notice can't be read: {type(error).__name__}") from None
        if not isinstance(told, dict):
            raise SignatureError("the signature does not fit the body")
        return told

    def _event(self, event_id: str, told: Mapping[str, Any]) -> PaymentEvent:
        if (told["mchid"], told["appid"]) != (self._keys.merchant_id, self._keys.app_id):
            raise SignatureError("the notice is meant for another merchant or app")
        ref, amount = str(told["out_trade_no"]), told.get("amount") or {}
        return PaymentEvent(
            event_id, KINDS.get(told["trade_state"], OTHER), order_of(ref), ref, int(amount.get("total", 0)),
            str(amount.get("currency", "")), self.livemode,
        )  # fmt: skip

    def answer(self, is_good: bool) -> tuple[str, bytes]:
        """In WeChat Pay's JSON."""
        told = {"code": "SUCCESS"} if is_good else {"code": "FAIL", "message": "bad signature"}
        return "application/json", json.dumps(told).encode()

    def fetch(self, attempt: Attempt, now: datetime) -> PaymentEvent | None:
        """The trade as it stands."""
        ref = attempt.provider_ref
        told = self._ask(f"query {ref}", self._client.query, fine=("ORDER_NOT_EXIST", "ORDERNOTEXIST"),
                         out_trade_no=ref)  # fmt: skip
        try:
            return self._event(f"fetch:{ref}", told) if told else None
        except SignatureError as error:
            raise GatewayError(str(error)) from None

    def close(self, attempt: Attempt) -> None:
        """Closes the trade; one that is not there, paid or closed stays as it is."""
        ref = attempt.provider_ref
        fine = ("ORDER_NOT_EXIST", "ORDERNOTEXIST", "ORDER_CLOSED", "ORDERPAID", "ORDER_PAID", "TRADE_ERROR")
        self._ask(f"close {ref}", self._client.close, fine=fine, out_trade_no=ref)

    def refund(self, attempt: Attempt, refund_id: str) -> str:
        """Pays the trade back; the same ``out_refund_no`` pays once."""
        amount = {"refund": attempt.amount_minor, "total": attempt.amount_minor, "currency": attempt.currency}
        told = self._ask(f"refund {refund_id}", self._client.refund, out_refund_no=refund_id[:64],
                         amount=amount, out_trade_no=attempt.provider_ref)  # fmt: skip
        if told["status"] not in ("SUCCESS", "PROCESSING"):
            raise GatewayError(f"WeChat Pay: refund {refund_id} is {told['status']}")
        return str(told["refund_id"])

    def _ask(self, what: str, call: Callable[..., Any], fine: Sequence[str] = (), **given: Any) -> dict[str, Any]:
        with _errors(what):
            status, text = call(**given)
            told: dict[str, Any] = json.loads(text) if text else {}
        if 200 <= status < 300:
            return told
        if told.get("code") in fine:
            return {}
        raise GatewayError(f"WeChat Pay refuses {what}: {status} {told.get('code')} {told.get('message')}")


def order_of(ref: str) -> str:
    """The order of an ``out_trade_no``; '' where it is none of ours."""
    order_id, _, tail = ref.rpartition("-")
    return order_id if len(tail) == 2 and tail[0] in WAYS and tail[1].isdecimal() else ""


def _kept(now: datetime, **details: str) -> dict[str, Any]:
    return {"until": int((now + CODE_LASTS).timestamp()), **details}


def _is_fresh(attempt: Attempt, now: datetime) -> bool:
    return bool(attempt.details["until"] > now.timestamp())


def _public_of(private_pem: str) -> str:
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(private_pem.encode(), None).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


def _pem(text: str) -> str:
    return text.replace("\\n", "\n").strip()


@contextmanager
def _errors(what: str) -> Iterator[None]:
    try:
        yield
    except GatewayError:
        raise
    except Exception as error:  # the library raises bare exceptions, also where a signature does not fit
        raise GatewayError(f"WeChat Pay, {what}: {type(error).__name__}: {str(error)[:300]}") from error
