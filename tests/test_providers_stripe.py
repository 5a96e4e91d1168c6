"""Stripe's whole way through its own library, against a simulator that signs. On both stores."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

import offsetting
from accounts import Conflict, NotFound
from data.doctor import examine
from data.settings import get_settings
from data.store import schema as s
from data.store.engine import get_store
from tests.support.server import PROJECT_DIR
from tests.support.shop import open_shop, prove
from tests.support.simulators.product import DESKTOP, PHONE, attempts, hand_in, held, payments, state, work
from tests.support.simulators.provider_case import ProviderCase, Told, both_stores, nothing_changes, one_store, serving
from tests.support.simulators.stripe import Stripe


@pytest.fixture
def stripe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stripe]:
    yield from serving(Stripe(), monkeypatch)


@pytest.fixture
def simulator(stripe: Stripe) -> Stripe:
    return stripe


def begun(simulator: Stripe, order: offsetting.Order) -> str:
    """The session of an order's payment."""
    offsetting.start_payment(order.order_id, "stripe", DESKTOP)
    return str(attempts(order)[-1]["provider_ref"])


class TestStripe(ProviderCase):
    """What all providers do alike."""

    name, error = "stripe", "Stripe"

    def begun(self, simulator: Stripe, order: offsetting.Order) -> str:
        return begun(simulator, order)

    def told(self, simulator: Stripe, ref: str, again: str = "", late: datetime | None = None) -> Told:
        if late:
            return simulator.event(ref, payment_status="paid", at=late.timestamp())
        return simulator.event(ref, event_id=again)

    def set_sum(self, simulator: Stripe, ref: str, amount_minor: int) -> None:
        simulator.sessions[ref]["amount_total"] = amount_minor

    def is_closed(self, simulator: Stripe, ref: str) -> bool:
        return bool(simulator.sessions[ref]["status"] == "expired")

    def refunds(self, simulator: Stripe) -> list[tuple[str, int]]:
        return [(made["payment_intent"], made["amount"]) for made in simulator.refunds]

    def refund_name(self, ref: str, refund_id: str) -> str:
        return f"pi_{ref}"


@both_stores
def test_paying_and_the_fee(stripe: Stripe) -> None:
    shop = open_shop()
    order = held(shop)
    step = offsetting.start_payment(order.order_id, "stripe", PHONE)
    session = stripe.sessions["cs_test_1"]
    assert step.url == session["url"]
    asked = session["asked"]
    assert (asked["line_items[0][price_data][unit_amount]"], asked["line_items[0][price_data][currency]"]) == (
        "2043",
        "cny",
    )
    assert asked["success_url"].endswith(f"/order/{order.order_id}")
    assert asked["payment_method_types[1]"] == "alipay"
    assert asked["payment_method_options[wechat_pay][client]"] == "web"
    assert offsetting.start_payment(order.order_id, "stripe", PHONE).url == step.url
    assert len(stripe.sessions) == 1
    stripe.pay("cs_test_1")
    outcome = hand_in("stripe", stripe.event("cs_test_1"))
    assert (outcome.status, outcome.outcome, outcome.body) == (200, "pooled", b'{"received":true}')
    paid = offsetting.get_order(order.order_id)
    assert (paid.state, paid.provider) == ("pooled", "stripe")
    assert paid.certificate_number.startswith("TEST-")
    work()
    assert [row["fee_minor"] for row in attempts(paid) if row["provider"] == "stripe"] == [2043 * 3 // 100]
    assert payments(order) == [("stripe", "succeeded", 2043)]
    prove(shop)


@one_store
@pytest.mark.parametrize("wrong", ["secret", "old", "ahead", "body", "none", "json", "bytes"])
def test_a_forged_or_old_webhook_changes_nothing(stripe: Stripe, wrong: str) -> None:
    shop = open_shop()
    order = held(shop)
    session = begun(stripe, order)
    stripe.pay(session)
    now = datetime.now(UTC).timestamp()
    ages = {"old": now - 301, "ahead": now + 301}
    headers, body = stripe.event(
        session, secret="other" if wrong == "secret" else "whsec_simulated", at=ages.get(wrong)
    )
    told = {
        "body": (headers, body.replace(b"2043", b"2042")), "none": ({}, body), "json": (headers, b"{}"),
        "bytes": (headers, b"\xff\x00"),
    }.get(wrong, (headers, body))  # fmt: skip
    nothing_changes("stripe", told, order, b'{"received":false}')


@one_store
@pytest.mark.parametrize(("other", "outcome"), [
    ({"amount_total": 2042}, "refunded: another amount or currency"),
    ({"currency": "usd"}, "refunded: another amount or currency"),
    ({"client_reference_id": "zzzzzzzz-0"}, "ignored: unknown order"),
    ({"client_reference_id": None}, "ignored: unknown order"),
    ({"id": "cs_of_somebody_else"}, "ignored: unknown order"),
    ({"payment_status": "unpaid"}, "ignored: nothing to do"),
])  # fmt: skip
def test_what_is_signed_and_does_not_fit(stripe: Stripe, other: dict[str, object], outcome: str) -> None:
    shop = open_shop()
    order = held(shop)
    session = begun(stripe, order)
    stripe.pay(session)
    answer = hand_in("stripe", stripe.event(session, **other))
    assert (answer.status, answer.outcome, state(order)) == (200, outcome, "held")
    prove(shop)


@one_store
def test_events_of_other_kinds_are_none_of_ours(stripe: Stripe) -> None:
    shop = open_shop()
    order = held(shop)
    session = begun(stripe, order)
    assert hand_in("stripe", stripe.event(session, kind="charge.updated")).outcome == "ignored: unknown order"
    assert hand_in("stripe", stripe.event(session, kind="checkout.session.async_payment_failed")).outcome == "failed"
    assert state(order) == "failed"


@one_store
def test_what_can_t_be_begun(stripe: Stripe) -> None:
    shop = open_shop()
    order = held(shop)
    stripe.is_down = True
    with pytest.raises(Conflict, match="does not answer"):
        offsetting.start_payment(order.order_id, "stripe", DESKTOP)
    assert (state(order), attempts(order)) == ("held", [])
    stripe.is_down = False
    with pytest.raises(Conflict, match="not waiting"):
        offsetting.start_payment(order.order_id, "stripe", DESKTOP, now=order.expires_at)
    with pytest.raises(NotFound):
        offsetting.start_payment(order.order_id, "alipay", DESKTOP)
    session = begun(stripe, order)
    offsetting.cancel_order(order.order_id, "no")
    with pytest.raises(Conflict, match="not waiting"):
        offsetting.start_payment(order.order_id, "stripe", DESKTOP)
    work()
    assert stripe.sessions[session]["status"] == "expired"


@one_store
def test_test_keys_never_serve_a_live_event(stripe: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    live = open_shop(slug="live", livemode=True)
    with pytest.raises(Conflict, match="no test money"):
        held(live)
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_live_simulated")
    get_settings.cache_clear()
    with pytest.raises(Conflict, match="no test money"):  # a live key at another address is test money all the same
        held(live)


@one_store
def test_a_live_key_serves_live_events_alone(stripe: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_live_simulated")
    monkeypatch.delenv("STRIPE_API_URL")
    get_settings.cache_clear()
    live, test = held(open_shop(slug="live", livemode=True)), held(open_shop(slug="test"))
    assert [way.provider for way in offsetting.ways_to_pay(live.order_id)] == ["stripe"]
    assert [way.provider for way in offsetting.ways_to_pay(test.order_id)] == ["demo"]
    with pytest.raises(Conflict, match="does not take the money"):
        offsetting.start_payment(test.order_id, "stripe", DESKTOP)
    with pytest.raises(Conflict, match="does not take the money"):
        offsetting.start_payment(live.order_id, "demo", DESKTOP)


@one_store
def test_the_minimum_is_told_before_paying(stripe: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_PAYMENTS", "false")
    monkeypatch.setattr("offsetting.providers.least_minor", lambda name: {"CNY": 2044})
    get_settings.cache_clear()
    shop = open_shop()
    quote = offsetting.quote(shop.event_id, shop.project, 453_856)
    assert (quote.minimum_minor, quote.below_minimum) == (2044, True)
    with pytest.raises(Conflict, match=r"the least is ¥20.44"):
        held(shop)
    monkeypatch.setenv("DEMO_PAYMENTS", "true")
    get_settings.cache_clear()
    order = held(shop)
    assert [(way.provider, way.is_too_little) for way in offsetting.ways_to_pay(order.order_id)] == [
        ("stripe", True),
        ("demo", False),
    ]
    with pytest.raises(Conflict, match=r"the least is ¥20.44"):
        offsetting.start_payment(order.order_id, "stripe", DESKTOP)


@one_store
def test_the_doctor_tells_what_is_on_and_what_no_order_took(stripe: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> tuple[bool, str]:
        return next((c.ok, c.detail) for c in examine(get_settings(), get_store()) if c.name == "payments")

    assert told() == (True, "on: stripe, demo")
    order = held(open_shop())
    session = begun(stripe, order)
    stripe.pay(session)
    hand_in("stripe", stripe.event(session, amount_total=1))
    assert told() == (True, "on: stripe, demo")  # it is booked, and goes back
    hand_in("stripe", stripe.event(session, event_id="evt_other"))
    assert told()[0] is False
    assert "1 payments of 30 days fit no order" in told()[1]
    with get_store().write() as conn:
        conn.execute(sa.update(s.job).where(s.job.c.kind == "refund").values(attempts=19))
    stripe.is_down = True
    work()
    assert "1 refunds were given up" in told()[1]
    monkeypatch.delenv("STRIPE_WEBHOOK_SECRET")
    get_settings.cache_clear()
    assert "stripe is off: STRIPE_WEBHOOK_SECRET not set" in told()[1]


def test_no_library_is_imported_before_it_is_needed() -> None:
    names = "{'stripe', 'alipay', 'wechatpayv3', 'requests'}"
    look = f"import sys, offsetting, api.webhooks; print({names} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", look], cwd=PROJECT_DIR, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@one_store
def test_a_missing_key_switches_it_off(stripe: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    order = held(open_shop())
    monkeypatch.delenv("STRIPE_WEBHOOK_SECRET")
    get_settings.cache_clear()
    assert [way.provider for way in offsetting.ways_to_pay(order.order_id)] == ["demo"]
    with pytest.raises(NotFound):
        offsetting.handle_webhook("stripe", {}, b"{}")
