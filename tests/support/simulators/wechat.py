"""WeChat Pay v3, as far as it is used: JSAPI, H5 and Native payments, query, close, refund, signed and encrypted
notices, and the sign-in that names the person in WeChat's browser."""

from __future__ import annotations

import base64
import json
import re
import time
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.support.simulators.base import Answer, Asked, KeyPair, Simulator, key_pair, moved
from tests.support.simulators.certificates import certificate, pem, serial

APP_ID, APP_SECRET, MERCHANT_ID = "wx0000000000000001", "simulated-secret", "1900000001"
MERCHANT_SERIAL, PUBLIC_KEY_ID = "0A1B2C3D", "PUB_KEY_ID_0000000001"
API_V3_KEY = "0123456789abcdef0123456789abcdef"
AUTHORIZATION = re.compile(
    r'WECHATPAY2-SHA256-RSA2048 mchid="(?P<mchid>\w+)",nonce_str="(?P<nonce>\w+)",signature="(?P<signature>[^"]+)",'
    r'timestamp="(?P<stamp>\d+)",serial_no="(?P<serial>\w+)"'
)


def _seal(plain: bytes, extra: str, api_v3_key: str) -> dict[str, str]:
    nonce = "nonce1234567"
    sealed = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), plain, extra.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM", "ciphertext": base64.b64encode(sealed).decode(), "nonce": nonce,
        "associated_data": extra,
    }  # fmt: skip


class Wechat(Simulator):
    """``calls_back``: whether a payment calls the notify_url it was begun with; ``certified``: it signs with platform
    certificates, which it hands out sealed."""

    def __init__(self, calls_back: bool = False, certified: bool = False) -> None:
        super().__init__()
        self.merchant, self.own = key_pair("wechat merchant"), key_pair("wechat")
        self.handed_out = [certificate("wechat")] if certified else []
        self.serial = serial(certificate("wechat")) if certified else PUBLIC_KEY_ID
        self.calls_back = calls_back
        self.trades: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.openid = "openid-of-one-person"
        self._codes = 0
        self._used: set[str] = set()

    def settings(self, with_secret: bool = True) -> dict[str, str]:
        """The product's settings for it."""
        own = {"WECHAT_PUBLIC_KEY": self.own.public_pem, "WECHAT_PUBLIC_KEY_ID": PUBLIC_KEY_ID}
        return ({"WECHAT_PLATFORM_CERTIFICATES": "true"} if self.handed_out else own) | {
            "WECHAT_APP_ID": APP_ID, "WECHAT_APP_SECRET": APP_SECRET if with_secret else "",
            "WECHAT_MERCHANT_ID": MERCHANT_ID, "WECHAT_MERCHANT_SERIAL": MERCHANT_SERIAL,
            "WECHAT_MERCHANT_KEY": self.merchant.private_pem, "WECHAT_API_V3_KEY": API_V3_KEY,
            "WECHAT_API_URL": self.url,
        }  # fmt: skip

    def answer(self, asked: Asked) -> Answer:
        """Its API, its sign-in and the page where a person pays."""
        if asked.path == "/connect/oauth2/authorize":
            self._codes += 1
            back = asked.query["redirect_uri"]
            return moved(f"{back}&{urlencode({'code': f'code-{self._codes}', 'state': asked.query['state']})}")
        if asked.path == "/sns/oauth2/access_token":
            return self._token(asked)
        if asked.path.startswith("/h5/"):
            return self._page(asked)
        found = AUTHORIZATION.fullmatch(asked.headers.get("authorization", ""))
        try:
            assert found and (found["mchid"], found["serial"]) == (MERCHANT_ID, MERCHANT_SERIAL)
            text = "".join(
                f"{part}\n"
                for part in (asked.method, asked.target, found["stamp"], found["nonce"], asked.body.decode())
            )
            self.merchant.verify(text.encode(), found["signature"])
        except (AssertionError, InvalidSignature):
            return Answer(401, b'{"code":"SIGN_ERROR","message":"simulated"}')
        status, told = self._api(asked)
        return self._signed(status, b"" if status == 204 else json.dumps(told, ensure_ascii=False).encode())

    def _token(self, asked: Asked) -> Answer:
        code = asked.query["code"]
        known = code.startswith("code-") and code not in self._used and asked.query["secret"] == APP_SECRET
        self._used.add(code)
        told = {"openid": self.openid} if known else {"errcode": 40163, "errmsg": "code been used"}
        return Answer(200, json.dumps(told).encode())

    def _signed(self, status: int, body: bytes) -> Answer:
        return Answer(status, body, "application/json", self._headers(body))

    def _headers(
        self, body: bytes, at: float | None = None, key: KeyPair | None = None, serial: str = ""
    ) -> dict[str, str]:
        stamp, nonce = str(int(time.time() if at is None else at)), "nonce0123456789"
        return {
            "Wechatpay-Signature": (key or self.own).sign(f"{stamp}\n{nonce}\n".encode() + body + b"\n"),
            "Wechatpay-Timestamp": stamp, "Wechatpay-Nonce": nonce, "Wechatpay-Serial": serial or self.serial,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }  # fmt: skip

    def _api(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        if asked.path == "/v3/certificates" and self.handed_out:
            return 200, {"data": [self._sealed(each) for each in self.handed_out]}
        if found := re.fullmatch(r"/v3/pay/transactions/(jsapi|h5|native)", asked.path):
            return self._begin(found[1], json.loads(asked.body))
        if found := re.fullmatch(r"/v3/pay/transactions/out-trade-no/([\w-]+)(/close)?", asked.path):
            trade = self.trades.get(found[1])
            if trade is None:
                return 404, {"code": "ORDER_NOT_EXIST", "message": "simulated"}
            if found[2] and trade["trade_state"] == "SUCCESS":
                return 400, {"code": "ORDER_PAID", "message": "simulated"}
            if found[2]:
                trade["trade_state"] = "CLOSED"
                return 204, {}
            return 200, self._shown(trade)
        if asked.path == "/v3/refund/domestic/refunds":
            told = json.loads(asked.body)
            if told["amount"]["total"] != self.trades[told["out_trade_no"]]["asked"]["amount"]["total"]:
                return 400, {"code": "PARAM_ERROR", "message": "simulated: the total is another"}
            made = self.refunds.setdefault(
                told["out_refund_no"],
                {"refund_id": f"5000{len(self.refunds)}", "status": "PROCESSING", "asked": told},
            )
            return 200, {name: made[name] for name in ("refund_id", "status")}
        return 404, {"code": "NOT_FOUND", "message": "simulated"}

    def _sealed(self, found: x509.Certificate) -> dict[str, Any]:
        return {
            "serial_no": serial(found), "effective_time": found.not_valid_before_utc.isoformat(),
            "expire_time": found.not_valid_after_utc.isoformat(),
            "encrypt_certificate": _seal(pem(found).encode(), "certificate", API_V3_KEY),
        }  # fmt: skip

    def turn_over(self, name: str) -> None:
        """From now on it signs with another key, whose certificate it hands out beside the ones before."""
        self.own, self.serial = key_pair(name), serial(certificate(name))
        self.handed_out.append(certificate(name))

    def _begin(self, way: str, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        ref = told["out_trade_no"]
        if not 6 <= len(ref) <= 32 or told["mchid"] != MERCHANT_ID or (way == "jsapi") != ("payer" in told):
            return 400, {"code": "PARAM_ERROR", "message": "simulated"}
        before = self.trades.get(ref)
        if before and before["asked"] != told:
            return 400, {"code": "INVALID_REQUEST", "message": "simulated: the number was used with other parameters"}
        number = before["number"] if before else len(self.trades)
        self.trades.setdefault(ref, {"asked": told, "way": way, "trade_state": "NOTPAY", "number": number})
        return 200, {
            "jsapi": {"prepay_id": f"prepay-{ref}"},
            "native": {"code_url": f"weixin://wxpay/bizpayurl?pr=sim{number}"},
            "h5": {"h5_url": f"{self.url}/h5/pay?trade={ref}"},
        }[way]

    def _shown(self, trade: dict[str, Any]) -> dict[str, Any]:
        asked = trade["asked"]
        shown = {
            "mchid": MERCHANT_ID, "appid": APP_ID, "out_trade_no": asked["out_trade_no"],
            "trade_state": trade["trade_state"], "trade_type": trade["way"].upper(), "trade_state_desc": "模拟",
            "amount": asked["amount"],
        }  # fmt: skip
        return shown | ({"transaction_id": f"4200{trade['number']}"} if trade["trade_state"] == "SUCCESS" else {})

    def _page(self, asked: Asked) -> Answer:
        ref = asked.query["trade"]
        if asked.method == "GET":
            amount = self.trades[ref]["asked"]["amount"]["total"]
            return self.page("WeChat Pay", f"{amount / 100:.2f} CNY", asked.target, "Pay")
        self.pay(ref)
        return moved(asked.query["redirect_url"])

    def pay(self, ref: str) -> None:
        """A person pays."""
        self.trades[ref]["trade_state"] = "SUCCESS"
        if self.calls_back:
            self.call(self.trades[ref]["asked"]["notify_url"], *self.notice(ref))

    def notice(
        self, ref: str, at: float | None = None, notice_id: str = "", key: KeyPair | None = None,
        serial: str = "", api_v3_key: str = API_V3_KEY,
        event_type: str = "TRANSACTION.SUCCESS", **other: Any,
    ) -> tuple[dict[str, str], bytes]:  # fmt: skip
        """A signed notice with its encrypted resource: headers and body. ``other`` replaces fields of the resource."""
        plain = json.dumps(self._shown(self.trades[ref]) | other, ensure_ascii=False).encode()
        body = json.dumps({
            "id": notice_id or f"notice-{ref}", "event_type": event_type, "resource_type": "encrypt-resource",
            "create_time": "2026-01-01T00:00:00+08:00", "summary": "支付成功",
            "resource": _seal(plain, "transaction", api_v3_key) | {"original_type": "transaction"},
        }, ensure_ascii=False).encode()  # fmt: skip
        return self._headers(body, at, key, serial) | {"content-type": "application/json"}, body
