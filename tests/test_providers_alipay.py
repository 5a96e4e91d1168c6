"""Alipay's whole way through its library, against a simulator that signs with RSA2. On both stores."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

import offsetting
from accounts import SYSTEM, Conflict
from data.doctor import examine
from data.settings import get_settings
from data.store.engine import get_store
from gateways.alipay.provider import fen, yuan
from tests.support.shop import open_shop, pay, prove
from tests.support.simulators.alipay import Alipay
from tests.support.simulators.base import key_pair
from tests.support.simulators.product import (
    DESKTOP,
    IN_WECHAT,
    PHONE,
    attempts,
    hand_in,
    held,
    payments,
    state,
    work,
)
from tests.support.simulators.provider_case import KeyedCase, Told, both_stores, nothing_changes, one_store, serving


@pytest.fixture
def alipay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Alipay]:
    yield from serving(Alipay(), monkeypatch)


@pytest.fixture
def simulator(alipay: Alipay) -> Alipay:
    return alipay


def opened(order: offsetting.Order, user_agent: str = DESKTOP) -> str:
    """The trade of an order, whose page a person has opened."""
    step = offsetting.start_payment(order.order_id, "alipay", user_agent)
    with urllib.request.urlopen(step.url, timeout=10) as page:
        assert b"Simulated Alipay" in page.read()
    return order.order_id.replace("-", "_")


class TestAlipay(KeyedCase):
    """What all providers do alike."""

    name, error, unreadable = "alipay", "Alipay", "ALIPAY_APP_KEY"

    def begun(self, simulator: Alipay, order: offsetting.Order) -> str:
        return opened(order)

    def told(self, simulator: Alipay, ref: str, again: str = "", late: datetime | None = None) -> Told:
        if late:
            return simulator.notice(ref, at=late, trade_status="TRADE_SUCCESS")
        return simulator.notice(ref, notify_id=again, **({"trade_status": "TRADE_FINISHED"} if again else {}))

    def set_sum(self, simulator: Alipay, ref: str, amount_minor: int) -> None:
        simulator.trades[ref]["total_amount"] = yuan(amount_minor)

    def is_closed(self, simulator: Alipay, ref: str) -> bool:
        return simulator.trades[ref]["trade_status"] == "TRADE_CLOSED"

    def refunds(self, simulator: Alipay) -> list[tuple[str, int]]:
        return [(name, fen(amount)) for name, amount in simulator.refunds.items()]


@one_store
@pytest.mark.parametrize(("user_agent", "method", "product"), [
    (DESKTOP, "alipay.trade.page.pay", "FAST_INSTANT_TRADE_PAY"),
    (PHONE, "alipay.trade.wap.pay", "QUICK_WAP_WAY"),
])  # fmt: skip
def test_paying_on_either_page(alipay: Alipay, user_agent: str, method: str, product: str) -> None:
    shop = open_shop()
    order = held(shop)
    ref = opened(order, user_agent)
    asked = dict(parse_qsl(urlsplit(alipay.asked[-1].target).query))
    content = json.loads(asked["biz_content"])
    assert (asked["method"], content["product_code"], content["total_amount"]) == (method, product, "20.43")
    assert asked["notify_url"].endswith("/webhooks/alipay")
    assert asked["return_url"].endswith(f"/order/{order.order_id}")
    assert ("quit_url" in content) == (user_agent == PHONE)
    alipay.pay(ref)
    outcome = hand_in("alipay", alipay.notice(ref))
    assert (outcome.status, outcome.outcome, outcome.body) == (200, "pooled", b"success")
    assert (state(order), payments(order)) == ("pooled", [("alipay", "succeeded", 2043)])
    assert offsetting.get_order(order.order_id).certificate_number.startswith("TEST-")
    prove(shop)


@one_store
@pytest.mark.parametrize("wrong", ["key", "old", "ahead", "app", "seller", "kind", "body", "amount", "none", "bytes"])
def test_a_forged_or_old_notice_changes_nothing(alipay: Alipay, wrong: str) -> None:
    shop = open_shop()
    order = held(shop)
    ref = opened(order)
    alipay.pay(ref)
    now = datetime.now(UTC)
    at = {"old": now - timedelta(hours=27), "ahead": now + timedelta(minutes=6)}.get(wrong, now)
    other = {
        "app": {"app_id": "2021000000000009"}, "seller": {"seller_id": "2088000000000009"},
        "kind": {"sign_type": "RSA"}, "amount": {"total_amount": "20,43"},
    }.get(wrong, {})  # fmt: skip
    key = key_pair("somebody else") if wrong == "key" else None
    headers, body = alipay.notice(ref, at, key=key, **other)
    told = {"body": body.replace(b"20.43", b"20.44"), "none": b"trade_status=TRADE_SUCCESS", "bytes": b"\xff\xfe"}
    nothing_changes("alipay", (headers, told.get(wrong, body)), order, b"failure")


@one_store
@pytest.mark.parametrize(("other", "outcome"), [
    ({"total_amount": "20.42", "trade_status": "TRADE_SUCCESS"}, "refunded: another amount or currency"),
    ({"out_trade_no": "somebody_else"}, "ignored: unknown order"),
    ({"trade_status": "WAIT_BUYER_PAY"}, "ignored: nothing to do"),
    ({"trade_status": "TRADE_CLOSED", "gmt_refund": "2026-01-01 00:00:00"}, "ignored: nothing to do"),
    ({"trade_status": "SOMETHING_NEW"}, "ignored: nothing to do"),
])  # fmt: skip
def test_what_is_signed_and_does_not_fit(alipay: Alipay, other: dict[str, str], outcome: str) -> None:
    shop = open_shop()
    order = held(shop)
    ref = opened(order)
    answer = hand_in("alipay", alipay.notice(ref, **other))
    assert (answer.status, answer.outcome, state(order)) == (200, outcome, "held")


@one_store
def test_a_closed_trade_fails_its_order_unless_another_payment_is_under_way(alipay: Alipay) -> None:
    shop = open_shop()
    order = held(shop)
    ref = opened(order)
    offsetting.start_payment(order.order_id, "demo", DESKTOP)
    closed = alipay.notice(ref, trade_status="TRADE_CLOSED")
    assert (hand_in("alipay", closed).outcome, state(order)) == ("ignored: another payment is under way", "held")
    other = held(shop)
    ref = opened(other)
    assert hand_in("alipay", alipay.notice(ref, trade_status="TRADE_CLOSED")).outcome == "failed"


@both_stores
def test_two_payments_of_one_order_pay_once_and_the_second_goes_back(alipay: Alipay) -> None:
    shop = open_shop()
    order = held(shop)
    ref = opened(order)
    alipay.pay(ref)
    assert pay(order).state == "pooled"  # on the demo provider's page, in another window
    twice = [hand_in("alipay", alipay.notice(ref, notify_id=name)).outcome for name in ("first", "second")]
    assert twice == ["refunded: paid twice", "already_paid"]
    work()
    assert list(alipay.refunds.values()) == ["20.43"]
    assert payments(order) == [("alipay", "refunded", 2043), ("alipay", "succeeded", 2043), ("demo", "succeeded", 2043)]
    assert (state(order), offsetting.get_order(order.order_id).provider) == ("pooled", "demo")
    prove(shop)


@one_store
def test_told_a_day_later_and_asked_before_it_is_known(alipay: Alipay) -> None:
    order = held(open_shop())
    offsetting.start_payment(order.order_id, "alipay", DESKTOP)
    assert offsetting.reconcile(order.order_id) == ""  # Alipay has not heard of it yet
    ref = opened(order)
    alipay.pay(ref)
    told = alipay.notice(ref)
    assert hand_in("alipay", told).outcome == "pooled"
    assert hand_in("alipay", told, datetime.now(UTC) + timedelta(hours=25)).outcome == "duplicate"


@pytest.fixture
def certified(monkeypatch: pytest.MonkeyPatch) -> Iterator[Alipay]:
    yield from serving(Alipay(certified=True), monkeypatch)


@both_stores
def test_the_mode_with_certificates(certified: Alipay) -> None:
    shop = open_shop()
    order, lost = held(shop), held(shop)
    ref = opened(order)  # the simulator refuses a request without the certificates' numbers
    certified.pay(ref)
    assert hand_in("alipay", certified.notice(ref)).outcome == "pooled"
    certified.pay(opened(lost))
    assert offsetting.reconcile(lost.order_id) == "pooled"
    offsetting.refund_order(order.order_id, "asked for", SYSTEM)
    work()
    assert certified.refunds == {f"refund-{order.order_id}": "20.43"}
    prove(shop)


@one_store
def test_in_the_mode_with_certificates_another_s_signature_is_refused(certified: Alipay) -> None:
    order = held(open_shop())
    ref = opened(order)
    certified.pay(ref)
    nothing_changes("alipay", certified.notice(ref, key=key_pair("somebody else")), order, b"failure")
    certified.own = key_pair("somebody else")
    assert (offsetting.reconcile(order.order_id), state(order)) == ("", "held")


@one_store
@pytest.mark.parametrize("name", ["ALIPAY_APP_CERT", "ALIPAY_CERT", "ALIPAY_ROOT_CERT"])
def test_a_certificate_that_is_missing_or_none(certified: Alipay, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    order = held(open_shop())
    monkeypatch.setenv(name, "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----")
    get_settings.cache_clear()
    with pytest.raises(Conflict, match="does not answer"):
        offsetting.start_payment(order.order_id, "alipay", DESKTOP)
    monkeypatch.delenv(name)
    get_settings.cache_clear()
    assert [way.provider for way in offsetting.ways_to_pay(order.order_id)] == ["demo"]
    told = next(check.detail for check in examine(get_settings(), get_store()) if check.name == "payments")
    assert told == f"alipay is off: {name} not set"


@one_store
def test_in_wechat_s_browser_it_goes_on_elsewhere(alipay: Alipay) -> None:
    order = held(open_shop())
    ways = {way.provider: way.is_elsewhere for way in offsetting.ways_to_pay(order.order_id, IN_WECHAT)}
    assert ways == {"alipay": True, "demo": False}
    step = offsetting.start_payment(order.order_id, "alipay", IN_WECHAT)
    assert (step.way, step.url, attempts(order)) == ("elsewhere", "", [])
    assert opened(order, PHONE)  # the same order, in the phone's own browser


@one_store
def test_yuan_alone(alipay: Alipay, monkeypatch: pytest.MonkeyPatch) -> None:
    order = held(open_shop())
    assert [way.provider for way in offsetting.ways_to_pay(order.order_id)] == ["alipay", "demo"]
    monkeypatch.setattr("offsetting.providers.least_minor", lambda name: {"EUR": 1})
    monkeypatch.setenv("ORDER_HOLD_MINUTES", "14")
    get_settings.cache_clear()
    assert [way.provider for way in offsetting.ways_to_pay(order.order_id)] == ["demo"]
    with pytest.raises(Conflict, match="does not take the money"):
        offsetting.start_payment(order.order_id, "alipay", DESKTOP)


@pytest.mark.parametrize(("minor", "text"), [(1, "0.01"), (100, "1.00"), (2043, "20.43"), (10**10, "100000000.00")])
def test_amounts_are_exact(minor: int, text: str) -> None:
    assert (yuan(minor), fen(text)) == (text, minor)
    assert fen(f"{minor // 100}") == minor // 100 * 100


@pytest.mark.parametrize("text", ["", "-1", "1.", "1.234", "1e3", "١", "NaN", " 1"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        fen(text)
