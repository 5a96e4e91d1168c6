"""WeChat Pay's whole way through its library, against a simulator that signs and encrypts. On both stores."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import offsetting
from accounts import SYSTEM, Conflict
from data.store import schema as s
from gateways.wechat.provider import order_of
from tests.support.shop import open_shop, prove, rows
from tests.support.simulators.base import key_pair
from tests.support.simulators.certificates import UNTIL
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
from tests.support.simulators.provider_case import KeyedCase, Told, both_stores, nothing_changes, one_store, serving
from tests.support.simulators.wechat import APP_ID, PUBLIC_KEY_ID, Wechat


@pytest.fixture
def wechat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wechat]:
    yield from serving(Wechat(), monkeypatch)


@pytest.fixture
def simulator(wechat: Wechat) -> Wechat:
    return wechat


def begun(order: offsetting.Order) -> str:
    """The trade of an order, by a code to scan."""
    offsetting.start_payment(order.order_id, "wechat", DESKTOP)
    return f"{order.order_id}-n0"


def signed_in(order: offsetting.Order) -> dict[str, str]:
    """What WeChat's sign-in sends back after its redirect."""
    step = offsetting.start_payment(order.order_id, "wechat", IN_WECHAT)
    asked = urllib.request.Request(step.url.partition("#")[0])
    opener = urllib.request.build_opener(_NoRedirect)
    back = opener.open(asked, timeout=10).headers["location"]
    assert urlsplit(back).path == f"/pay/{order.order_id}"
    told = dict(parse_qsl(urlsplit(back).query))
    assert told.pop("by") == "wechat"
    return told


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def http_error_303(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        return fp


class TestWechat(KeyedCase):
    """What all providers do alike."""

    name, error, unreadable = "wechat", "WeChat", "WECHAT_MERCHANT_KEY"

    def begun(self, simulator: Wechat, order: offsetting.Order) -> str:
        return begun(order)

    def told(self, simulator: Wechat, ref: str, again: str = "", late: datetime | None = None) -> Told:
        if late:
            return simulator.notice(ref, at=late.timestamp(), trade_state="SUCCESS")
        return simulator.notice(ref, notice_id=again)

    def set_sum(self, simulator: Wechat, ref: str, amount_minor: int) -> None:
        simulator.trades[ref]["asked"]["amount"]["total"] = amount_minor

    def is_closed(self, simulator: Wechat, ref: str) -> bool:
        return bool(simulator.trades[ref]["trade_state"] == "CLOSED")

    def refunds(self, simulator: Wechat) -> list[tuple[str, int]]:
        found = [made["asked"] for made in simulator.refunds.values()]
        for asked in found:
            amount = asked["amount"]["refund"]
            assert asked["amount"] == {"refund": amount, "total": amount, "currency": "CNY"}
        return [(asked["out_refund_no"], asked["amount"]["refund"]) for asked in found]


@one_store
def test_a_code_to_scan_on_a_desktop(wechat: Wechat) -> None:
    shop = open_shop()
    order = held(shop)
    step = offsetting.start_payment(order.order_id, "wechat", DESKTOP)
    assert (step.way, step.code_text) == ("native", "weixin://wxpay/bizpayurl?pr=sim0")
    assert offsetting.start_payment(order.order_id, "wechat", DESKTOP).code_text == step.code_text
    ref = f"{order.order_id}-n0"
    asked = wechat.trades[ref]["asked"]
    assert asked["amount"] == {"total": 2043, "currency": "CNY"}
    assert asked["notify_url"].endswith("/webhooks/wechat")
    assert datetime.fromisoformat(asked["time_expire"]) <= order.expires_at
    assert len(wechat.asked) == 1
    wechat.pay(ref)
    outcome = hand_in("wechat", wechat.notice(ref))
    assert (outcome.status, outcome.outcome, outcome.body) == (200, "pooled", b'{"code": "SUCCESS"}')
    assert (state(order), payments(order)) == ("pooled", [("wechat", "succeeded", 2043)])
    prove(shop)


@one_store
def test_h5_on_a_phone(wechat: Wechat) -> None:
    order = held(open_shop())
    step = offsetting.start_payment(order.order_id, "wechat", PHONE, address="192.0.2.7")
    told = dict(parse_qsl(urlsplit(step.url).query))
    assert told["redirect_url"].endswith(f"/order/{order.order_id}")
    ref = f"{order.order_id}-h0"
    assert wechat.trades[ref]["asked"]["scene_info"] == {"payer_client_ip": "192.0.2.7", "h5_info": {"type": "Wap"}}
    offsetting.start_payment(order.order_id, "wechat", PHONE, address="192.0.2.7")
    assert [row["provider_ref"] for row in attempts(order)] == [ref]
    with urllib.request.urlopen(step.url, timeout=10) as page:
        assert b"Simulated WeChat Pay" in page.read()


@both_stores
def test_jsapi_in_wechat_s_browser(wechat: Wechat) -> None:
    shop = open_shop()
    order = held(shop)
    back = signed_in(order)
    assert attempts(order) == []
    step = offsetting.start_payment(order.order_id, "wechat", IN_WECHAT, **back)
    script, ref = step.script, f"{order.order_id}-j0"
    assert (script["appId"], script["package"], script["signType"]) == (APP_ID, f"prepay_id=prepay-{ref}", "RSA")
    text = "".join(f"{script[name]}\n" for name in ("appId", "timeStamp", "nonceStr", "package"))
    wechat.merchant.verify(text.encode(), script["paySign"])
    assert wechat.openid not in str(rows(s.payment_attempt))
    again = offsetting.start_payment(order.order_id, "wechat", IN_WECHAT, **signed_in(order))
    assert again.script["package"] == script["package"]
    wechat.openid = "openid-of-another"
    other = offsetting.start_payment(order.order_id, "wechat", IN_WECHAT, **signed_in(order))
    assert other.script["package"] == f"prepay_id=prepay-{order.order_id}-j1"
    wechat.pay(ref)
    assert hand_in("wechat", wechat.notice(ref)).outcome == "pooled"
    work()
    assert wechat.trades[f"{order.order_id}-j1"]["trade_state"] == "CLOSED"  # so that nobody pays it as well
    prove(shop)


@one_store
def test_a_sign_in_that_does_not_fit(wechat: Wechat) -> None:
    order, other = held(open_shop()), held(open_shop(slug="other"))
    back = signed_in(order)
    for wrong in ({"state": "x" * 32}, {"code": "nonsense"}, {"state": "", "code": "é"}):
        with pytest.raises(Conflict, match="does not answer"):
            offsetting.start_payment(order.order_id, "wechat", IN_WECHAT, **(back | wrong))
    with pytest.raises(Conflict, match="does not answer"):
        offsetting.start_payment(other.order_id, "wechat", IN_WECHAT, **back)
    assert offsetting.start_payment(order.order_id, "wechat", IN_WECHAT, **back).script
    with pytest.raises(Conflict, match="does not answer"):  # a code serves once
        offsetting.start_payment(order.order_id, "wechat", IN_WECHAT, **back)


@one_store
def test_without_the_app_s_secret_it_goes_on_in_another_browser(
    monkeypatch: pytest.MonkeyPatch, wechat: Wechat
) -> None:  # fmt: skip
    for _ in use(monkeypatch, wechat.settings(with_secret=False)):
        order = held(open_shop())
        assert offsetting.start_payment(order.order_id, "wechat", IN_WECHAT).way == "elsewhere"
        assert offsetting.start_payment(order.order_id, "wechat", PHONE).url


@one_store
@pytest.mark.parametrize("wrong", [
    "key", "old", "ahead", "serial", "v3 key", "body", "merchant", "app", "none", "json", "time", "probe", "bytes",
])  # fmt: skip
def test_a_forged_or_old_notice_changes_nothing(wechat: Wechat, wrong: str) -> None:
    shop = open_shop()
    order = held(shop)
    ref = begun(order)
    wechat.pay(ref)
    now, count = datetime.now(UTC).timestamp(), len(wechat.asked)
    other: dict[str, Any] = {
        "key": {"key": key_pair("somebody else")}, "old": {"at": now - 301}, "ahead": {"at": now + 301},
        "serial": {"serial": "5F5F5F"}, "v3 key": {"api_v3_key": "x" * 32}, "merchant": {"mchid": "1900000002"},
        "app": {"appid": "wx9"},
    }.get(wrong, {})  # fmt: skip
    headers, body = wechat.notice(ref, **other)
    if wrong == "time":
        headers["Wechatpay-Timestamp"] = "²"
    if wrong == "probe":  # WeChat sends such now and then, to see whether a signature is checked
        headers["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"]
    told = {
        "body": (headers, body.replace(b"encrypt-resource", b"encrypt-resourcE")), "none": ({}, body),
        "json": (headers, b"[]"), "bytes": (headers, b"\xff"),
    }.get(wrong, (headers, body))  # fmt: skip
    nothing_changes("wechat", told, order, b'{"code": "FAIL", "message": "bad signature"}')
    assert len(wechat.asked) == count  # nobody makes us ask WeChat for keys


@one_store
@pytest.mark.parametrize(("other", "outcome"), [
    ({"amount": {"total": 2042, "currency": "CNY"}}, "refunded: another amount or currency"),
    ({"amount": {"total": 2043, "currency": "HKD"}}, "refunded: another amount or currency"),
    ({"out_trade_no": "somebody-else-n0"}, "ignored: unknown order"),
    ({"out_trade_no": "none"}, "ignored: unknown order"),
    ({"trade_state": "REFUND"}, "ignored: nothing to do"),
    ({"trade_state": "NOTPAY"}, "ignored: nothing to do"),
    ({"event_type": "REFUND.SUCCESS"}, "ignored: unknown order"),
])  # fmt: skip
def test_what_is_signed_and_does_not_fit(wechat: Wechat, other: dict[str, Any], outcome: str) -> None:
    shop = open_shop()
    order = held(shop)
    ref = begun(order)
    wechat.pay(ref)
    answer = hand_in("wechat", wechat.notice(ref, **other))
    assert (answer.status, answer.outcome, state(order)) == (200, outcome, "held")


@both_stores
def test_two_ways_paid_at_once_pay_once_and_the_second_goes_back(wechat: Wechat) -> None:
    shop = open_shop()
    order = held(shop)
    native = begun(order)
    offsetting.start_payment(order.order_id, "wechat", PHONE)
    phone = f"{order.order_id}-h0"
    wechat.pay(native)
    wechat.pay(phone)
    assert hand_in("wechat", wechat.notice(native)).outcome == "pooled"
    assert hand_in("wechat", wechat.notice(phone)).outcome == "refunded: paid twice"
    work()
    assert [made["asked"]["out_trade_no"] for made in wechat.refunds.values()] == [phone]
    assert [kind for _, kind, _ in payments(order)] == ["refunded", "succeeded", "succeeded"]
    assert undone() == []
    prove(shop)


@pytest.fixture
def certified(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wechat]:
    yield from serving(Wechat(certified=True), monkeypatch)


def asked_for_certificates(simulator: Wechat) -> int:
    return sum(asked.path == "/v3/certificates" for asked in simulator.asked)


@both_stores
def test_platform_certificates_are_fetched_and_renewed(certified: Wechat) -> None:
    shop = open_shop()
    order, lost, renewed = held(shop), held(shop), held(shop)
    first, second, third = begun(order), begun(lost), begun(renewed)
    certified.pay(first)
    assert hand_in("wechat", certified.notice(first)).outcome == "pooled"
    certified.pay(second)
    assert offsetting.reconcile(lost.order_id) == "pooled"
    assert asked_for_certificates(certified) == 1
    certified.turn_over("wechat, the next")
    certified.pay(third)
    assert hand_in("wechat", certified.notice(third)).outcome == "pooled"
    assert asked_for_certificates(certified) == 2
    offsetting.refund_order(order.order_id, "asked for", SYSTEM)
    work()
    assert [made["asked"]["out_trade_no"] for made in certified.refunds.values()] == [first]
    prove(shop)


@one_store
def test_nobody_makes_us_ask_for_certificates_again_and_again(certified: Wechat) -> None:
    order = held(open_shop())
    ref = begun(order)
    certified.pay(ref)
    stranger, bad = key_pair("somebody else"), b'{"code": "FAIL", "message": "bad signature"}'
    for serial in ("5F5F5F", "5F5F60", "PUB_KEY_ID_1", "", "F" * 60):
        nothing_changes("wechat", certified.notice(ref, key=stranger, serial=serial), order, bad)
    nothing_changes("wechat", certified.notice(ref, key=stranger), order, bad)  # under a number that is known
    assert asked_for_certificates(certified) == 2  # once for the answer, once for all these
    certified.is_down = True
    later = datetime.now(UTC) + timedelta(minutes=11)
    told = certified.notice(ref, at=later.timestamp(), key=stranger, serial="5F5F61")
    assert hand_in("wechat", told, later).status == 400
    assert hand_in("wechat", certified.notice(ref)).outcome == "pooled"  # what was known is not forgotten


@one_store
def test_a_certificate_that_is_over_is_not_believed(certified: Wechat) -> None:
    order = held(open_shop())
    ref = begun(order)
    certified.pay(ref)
    in_a_century = UNTIL + timedelta(days=1)
    told = certified.notice(ref, at=in_a_century.timestamp())
    assert hand_in("wechat", told, in_a_century).status == 400


@one_store
def test_while_changing_over_both_are_believed(monkeypatch: pytest.MonkeyPatch, certified: Wechat) -> None:
    other = Wechat()
    keys = {name: value for name, value in other.settings().items() if name.startswith("WECHAT_PUBLIC")}
    other.stop()
    for _ in use(monkeypatch, keys):
        shop = open_shop()
        by_key, by_certificate = held(shop), held(shop)
        refs = [begun(by_key), begun(by_certificate)]
        for ref in refs:
            certified.pay(ref)
        told = certified.notice(refs[0], key=other.own, serial=PUBLIC_KEY_ID)
        assert [hand_in("wechat", each).outcome for each in (told, certified.notice(refs[1]))] == ["pooled"] * 2


@pytest.mark.parametrize(("ref", "order_id"), [
    ("abcdefgh-0123-n0", "abcdefgh-0123"), ("abcdefgh-0123-j9", "abcdefgh-0123"), ("abcdefgh-0123", ""),
    ("abcdefgh-0123-x0", ""), ("", ""), ("-n0", ""),
])  # fmt: skip
def test_the_order_of_a_number(ref: str, order_id: str) -> None:
    assert order_of(ref) == order_id
