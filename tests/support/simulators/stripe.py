"""Stripe, as far as it is used: Checkout Sessions, their payments with the fee, refunds, signed events."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from typing import Any
from urllib.parse import parse_qsl

from tests.support.simulators.base import Answer, Asked, Simulator, moved

SECRET_KEY, WEBHOOK_SECRET = "sk_test_simulated", "whsec_simulated"
FEE_PERCENT = 3


class Stripe(Simulator):
    """``endpoint`` is the webhook that is called when a person pays; '' calls none."""

    def __init__(self, endpoint: str = "") -> None:
        super().__init__()
        self.endpoint = endpoint
        self.sessions: dict[str, dict[str, Any]] = {}
        self.refunds: list[dict[str, Any]] = []
        self._once: dict[str, tuple[bytes, Answer]] = {}

    def settings(self) -> dict[str, str]:
        """The product's settings for it."""
        return {
            "STRIPE_SECRET_KEY": SECRET_KEY, "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET, "STRIPE_API_URL": self.url,
            "STRIPE_METHODS": "card,alipay,wechat_pay",
        }  # fmt: skip

    def answer(self, asked: Asked) -> Answer:
        """Its API, and the page where a person pays."""
        if found := re.fullmatch(r"/c/pay/(\w+)", asked.path):
            return self._page(found[1], asked.method)
        if asked.headers.get("authorization") != f"Bearer {SECRET_KEY}":
            return _problem(401, "invalid_request_error", "api_key_invalid")
        if (key := asked.headers.get("idempotency-key")) and asked.method == "POST":
            if key in self._once:
                body, answer = self._once[key]
                return answer if body == asked.body else _problem(400, "idempotency_error", "")
            self._once[key] = (asked.body, self._api(asked))
            return self._once[key][1]
        return self._api(asked)

    def _api(self, asked: Asked) -> Answer:
        if (asked.method, asked.path) == ("POST", "/v1/checkout/sessions"):
            return self._create(asked)
        if found := re.fullmatch(r"/v1/checkout/sessions/(\w+)(/expire)?", asked.path):
            session = self.sessions.get(found[1])
            if session is None:
                return _problem(404, "invalid_request_error", "resource_missing")
            if found[2] and session["status"] != "open":
                return _problem(400, "invalid_request_error", "")
            if found[2]:
                session["status"] = "expired"
            return _json(self._expanded(session) if b"expand" in asked.target.encode() else session)
        if asked.path == "/v1/refunds":
            return self._refund(asked)
        return _problem(404, "invalid_request_error", "")

    def _create(self, asked: Asked) -> Answer:
        form = asked.form
        price = "line_items[0][price_data]"
        number = len(self.sessions) + 1
        session = {
            "id": f"cs_test_{number}", "object": "checkout.session", "livemode": False, "status": "open",
            "payment_status": "unpaid", "client_reference_id": form["client_reference_id"], "payment_intent": None,
            "amount_total": int(form[f"{price}[unit_amount]"]), "currency": form[f"{price}[currency]"],
            "success_url": form["success_url"], "cancel_url": form["cancel_url"],
            "url": f"{self.url}/c/pay/cs_test_{number}", "asked": form,
        }  # fmt: skip
        if int(form.get("expires_at", time.time() + 3600)) < time.time() + 1800:
            return _problem(400, "invalid_request_error", "parameter_invalid")
        self.sessions[str(session["id"])] = session
        return _json(session)

    def _expanded(self, session: dict[str, Any]) -> dict[str, Any]:
        if session["payment_status"] != "paid":
            return session
        balance = {
            "id": "txn_1", "object": "balance_transaction", "currency": session["currency"],
            "fee": session["amount_total"] * FEE_PERCENT // 100,
        }  # fmt: skip
        charge = {"id": "ch_1", "object": "charge", "balance_transaction": balance}
        intent = {"id": session["payment_intent"], "object": "payment_intent", "latest_charge": charge}
        return session | {"payment_intent": intent}

    def _refund(self, asked: Asked) -> Answer:
        intent = asked.form.get("payment_intent") or dict(parse_qsl(asked.target.partition("?")[2]))["payment_intent"]
        made = [refund for refund in self.refunds if refund["payment_intent"] == intent]
        if asked.method == "GET":
            return _json({"object": "list", "data": made, "has_more": False, "url": "/v1/refunds"})
        if made:
            return _problem(400, "invalid_request_error", "charge_already_refunded")
        paid = next(each["amount_total"] for each in self.sessions.values() if each["payment_intent"] == intent)
        if int(asked.form["amount"]) > paid:
            return _problem(400, "invalid_request_error", "amount_too_large")
        refund = {
            "id": f"re_{len(self.refunds) + 1}", "object": "refund", "amount": int(asked.form["amount"]),
            "payment_intent": intent, "status": "succeeded",
        }  # fmt: skip
        self.refunds.append(refund)
        return _json(refund)

    def _page(self, session_id: str, method: str) -> Answer:
        session = self.sessions[session_id]
        if method == "GET":
            words = f"{session['amount_total'] / 100:.2f} {session['currency'].upper()}"
            return self.page("Stripe Checkout", words, f"/c/pay/{session_id}", "Pay")
        self.pay(session_id)
        if self.endpoint:
            self.call(self.endpoint, *self.event(session_id))
        return moved(session["success_url"])

    def pay(self, session_id: str) -> None:
        """A person pays."""
        session = self.sessions[session_id]
        session |= {"payment_status": "paid", "status": "complete", "payment_intent": f"pi_{session_id}"}

    def event(
        self, session_id: str, kind: str = "checkout.session.completed", event_id: str = "", at: float | None = None,
        secret: str = WEBHOOK_SECRET, livemode: bool = False, **other: Any,
    ) -> tuple[dict[str, str], bytes]:  # fmt: skip
        """A signed event: headers and body. ``other`` replaces fields of the session."""
        session = {name: value for name, value in self.sessions[session_id].items() if name != "asked"} | other
        body = json.dumps({
            "id": event_id or f"evt_{session_id}_{kind}", "object": "event", "type": kind, "livemode": livemode,
            "data": {"object": session},
        }).encode()  # fmt: skip
        stamp = int(time.time() if at is None else at)
        mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        return {"stripe-signature": f"t={stamp},v1={mac}", "content-type": "application/json"}, body


def _json(value: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode())


def _problem(status: int, kind: str, code: str) -> Answer:
    return _json({"error": {"type": kind, "code": code or None, "message": f"simulated: {kind} {code}"}}, status)
