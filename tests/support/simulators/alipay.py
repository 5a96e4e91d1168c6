"""Alipay, as far as it is used: its two pages, query, close, refund, signed notices."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from tests.support.simulators.base import Answer, Asked, KeyPair, Simulator, key_pair, moved
from tests.support.simulators.certificates import certificate, pem, roots

APP_ID, SELLER_ID = "2021000000000001", "2088000000000001"
CHINA = timezone(timedelta(hours=8))


def number(found: x509.Certificate) -> str:
    """A certificate's number as Alipay makes it: MD5 of issuer and serial number."""
    return hashlib.md5(f"{found.issuer.rfc4514_string()}{found.serial_number}".encode()).hexdigest()


class Alipay(Simulator):
    """``calls_back``: whether a payment calls the notify_url it was begun with; ``certified``: the mode with
    certificates, in which each request names the app's and the roots by their numbers."""

    def __init__(self, calls_back: bool = False, certified: bool = False) -> None:
        super().__init__()
        self.app, self.own = key_pair("alipay app"), key_pair("alipay")
        self.certified = certified
        self.calls_back = calls_back
        self.trades: dict[str, dict[str, str]] = {}
        self.refunds: dict[str, str] = {}

    def settings(self) -> dict[str, str]:
        """The product's settings for it."""
        told = {
            "ALIPAY_APP_ID": APP_ID, "ALIPAY_APP_KEY": self.app.private_pem.replace("\n", "\\n"),
            "ALIPAY_SELLER_ID": SELLER_ID, "ALIPAY_GATEWAY_URL": f"{self.url}/gateway.do",
        }  # fmt: skip
        if not self.certified:
            return told | {"ALIPAY_PUBLIC_KEY": "".join(self.own.public_pem.split("\n")[1:-2])}
        return told | {
            "ALIPAY_APP_CERT": pem(certificate("alipay app")), "ALIPAY_ROOT_CERT": pem(*roots()),
            "ALIPAY_CERT": pem(certificate("alipay"), roots()[0]).replace("\n", "\r\n"),
        }  # fmt: skip

    def answer(self, asked: Asked) -> Answer:
        """Its gateway, and the page where a person pays."""
        if asked.path == "/paid":
            return self._paid(asked.query["trade"])
        told = dict(asked.query)
        signature = told.pop("sign")
        try:
            self.app.verify("&".join(f"{k}={v}" for k, v in sorted(told.items())).encode(), signature)
        except InvalidSignature:
            return Answer(400, b"simulated: the app's signature does not fit", "text/plain")
        numbers = (told.get("app_cert_sn"), told.get("alipay_root_cert_sn"))
        if numbers != ((number(certificate("alipay app")), number(roots()[0])) if self.certified else (None, None)):
            return Answer(400, b"simulated: other certificates than this app's", "text/plain")
        method, content = told["method"], json.loads(told["biz_content"])
        if method in ("alipay.trade.page.pay", "alipay.trade.wap.pay"):
            return self._page(told, content)
        return self._signed(method, self._api(method, content))

    def _page(self, told: dict[str, str], content: dict[str, str]) -> Answer:
        ref = content["out_trade_no"]
        self.trades.setdefault(ref, {
            "out_trade_no": ref, "total_amount": content["total_amount"], "trade_status": "WAIT_BUYER_PAY",
            "trade_no": f"2026{len(self.trades):012d}", "notify_url": told["notify_url"],
            "return_url": told["return_url"], "method": told["method"],
        })  # fmt: skip
        words = f"{content['subject']}: {content['total_amount']} CNY"
        return self.page("Alipay", words, f"/paid?{urlencode({'trade': ref})}", "Pay")

    def _paid(self, ref: str) -> Answer:
        self.pay(ref)
        if self.calls_back:
            self.call(self.trades[ref]["notify_url"], *self.notice(ref))
        return moved(self.trades[ref]["return_url"])

    def pay(self, ref: str) -> None:
        """A person pays."""
        self.trades[ref]["trade_status"] = "TRADE_SUCCESS"

    def _api(self, method: str, content: dict[str, str]) -> dict[str, Any]:
        trade = self.trades.get(content["out_trade_no"])
        if trade is None:
            return {"code": "40004", "msg": "Business Failed", "sub_code": "ACQ.TRADE_NOT_EXIST"}
        shown = {name: trade[name] for name in ("out_trade_no", "trade_no", "trade_status", "total_amount")}
        if method == "alipay.trade.close":
            if trade["trade_status"] != "WAIT_BUYER_PAY":
                return {"code": "40004", "msg": "Business Failed", "sub_code": "ACQ.TRADE_STATUS_ERROR"}
            trade["trade_status"] = "TRADE_CLOSED"
        if method == "alipay.trade.refund":
            if float(content["refund_amount"]) > float(trade["total_amount"]):
                return {"code": "40004", "msg": "Business Failed", "sub_code": "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"}
            changed = "N" if content["out_request_no"] in self.refunds else "Y"
            self.refunds[content["out_request_no"]] = content["refund_amount"]
            shown |= {"fund_change": changed, "refund_fee": content["refund_amount"]}
        return {"code": "10000", "msg": "Success"} | shown

    def _signed(self, method: str, content: dict[str, Any]) -> Answer:
        inside = json.dumps(content, separators=(",", ":"))
        name = method.replace(".", "_") + "_response"
        also = f'"alipay_cert_sn":"{number(certificate("alipay"))}",' if self.certified else ""
        return Answer(200, f'{{"{name}":{inside},{also}"sign":"{self.own.sign(inside.encode())}"}}'.encode())

    def notice(
        self, ref: str, at: datetime | None = None, notify_id: str = "", key: KeyPair | None = None, **other: str
    ) -> tuple[dict[str, str], bytes]:
        """A signed notice: headers and body. ``other`` replaces its fields."""
        trade, sent_at = self.trades[ref], (at or datetime.now(UTC)).astimezone(CHINA)
        told = {
            "notify_time": sent_at.strftime("%Y-%m-%d %H:%M:%S"), "notify_type": "trade_status_sync",
            "notify_id": notify_id or f"notice-{ref}-{trade['trade_status']}", "charset": "utf-8", "version": "1.0",
            "app_id": APP_ID, "seller_id": SELLER_ID, "trade_no": trade["trade_no"], "out_trade_no": ref,
            "trade_status": trade["trade_status"], "total_amount": trade["total_amount"], "subject": "论坛 & more",
        } | other  # fmt: skip
        text = "&".join(f"{k}={v}" for k, v in sorted(told.items()))
        told |= {"sign": (key or self.own).sign(text.encode()), "sign_type": other.get("sign_type", "RSA2")}
        headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        return headers, urlencode(told).encode()
