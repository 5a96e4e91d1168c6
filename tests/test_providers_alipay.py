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
from data.settings import get_settings
from data.store import schema as s
from gateways.alipay.provider import fen, yuan
from tests.support.shop import open_shop, pay, prove, rows
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
    undone,
    use,
    work,
)

both_stores = pytest.mark.usefixtures("store")
one_store = pytest.mark.usefixtures("sqlite_store")  # what no store has a part in


@pytest.fixture
def alipay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Alipay]:
    """A simulator that the product is set to."""
    simulator = Alipay()
    yield from (simulator for _ in use(monkeypatch, simulator.settings()))
    simulator.stop()


def opened(order: offsetting.Order, user_agent: str = DESKTOP) -> str:
    """The trade of an order, whose page a person has opened."""
    step = offsetting.start_payment(order.order_id, "alipay", user_agent)
    with urllib.request.urlopen(step.url, timeout=10) as page:
        assert b"Simulated Alipay" in page.read()
    return order.order_id.replace("-", "_")


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


@both_stores
def test_doubled_later_and_late(alipay: Alipay) -> None:
    shop = open_shop()
    order = held(shop)
    ref = opened(order)
    alipay.pay(ref)
    told = alipay.notice(ref)
    assert [hand_in("alipay", told).outcome for _ in range(2)] == ["pooled", "duplicate"]
    a_day = datetime.now(UTC) + timedelta(hours=25)
    assert hand_in("alipay", told, a_day).outcome == "duplicate"
    finished = alipay.notice(ref, trade_status="TRADE_FINISHED", notify_id="later")
    assert hand_in("alipay", finished).outcome == "already_paid"
    late = held(shop)
    ref = opened(late)
    offsetting.run_due(late.expires_at)
    assert (state(late), alipay.trades[ref]["trade_status"]) == ("expired", "TRADE_CLOSED")
    after = late.expires_at + timedelta(minutes=2)
    assert hand_in("alipay", alipay.notice(ref, at=after, trade_status="TRADE_SUCCESS"), after).outcome == "pooled"
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
    outcome = hand_in("alipay", (headers, told.get(wrong, body)))
    assert (outcome.status, outcome.body, state(order)) == (400, b"failure", "held")
    assert rows(s.webhook_event) == []


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


@both_stores
def test_a_lost_notice_is_asked_for(alipay: Alipay) -> None:
    shop = open_shop()
    order = held(shop)
    offsetting.start_payment(order.order_id, "alipay", DESKTOP)
    assert offsetting.reconcile(order.order_id) == ""  # Alipay has not heard of it yet
    alipay.pay(opened(order))
    assert offsetting.reconcile(order.order_id) == "pooled"
    prove(shop)


@one_store
def test_an_answer_that_alipay_did_not_sign_is_not_believed(alipay: Alipay) -> None:
    order = held(open_shop())
    alipay.pay(opened(order))
    alipay.own = key_pair("somebody else")
    assert (offsetting.reconcile(order.order_id), state(order)) == ("", "held")


@both_stores
def test_a_refund_goes_back_once(alipay: Alipay) -> None:
    shop = open_shop()
    order = held(shop)
    ref = opened(order)
    alipay.pay(ref)
    hand_in("alipay", alipay.notice(ref))
    offsetting.refund_order(order.order_id, "asked for", SYSTEM)
    alipay.is_down = True
    work()
    assert any("Alipay" in error for error in undone())
    alipay.is_down = False
    work(timedelta(minutes=2))
    assert undone() == []
    assert alipay.refunds == {f"refund-{order.order_id}": "20.43"}
    assert payments(order) == [("alipay", "refunded", 2043), ("alipay", "succeeded", 2043)]
    prove(shop)


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
