"""Webhooks: signed, once, doubled, late, reordered, lost, forged, cut in the middle. On both stores."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

import offsetting
from accounts import Actor, set_actor
from data.store import journal, live, orders, rollups
from data.store import schema as s
from data.store.engine import get_store
from gateways.demo import DemoPayment
from offsetting.providers import demo
from tests.support.shop import NOW, TOTAL_G, Shop, add_guest, covered, open_shop, pay, prove, rows

pytestmark = pytest.mark.usefixtures("store")
CLERK = Actor("person", "p1", "Chen Jie", frozenset({("exchange", "", "")}))
AUDITOR = Actor("person", "p3", "Auditor", frozenset({("auditor", "", "")}))


def held(shop: Shop, share: int = 100) -> offsetting.Order:
    """A fresh guest's order of a share."""
    return offsetting.place_order(add_guest(shop), shop.project, share_percent=share, now=NOW)


def payment(order: offsetting.Order, kind: str = "succeeded", event: str = "evt_1", **other: Any) -> DemoPayment:
    """What the provider tells of an order."""
    return replace(DemoPayment(event, kind, order.order_id, order.total_minor, order.currency), **other)


def call(told: DemoPayment, after: timedelta = timedelta(0)) -> offsetting.WebhookOutcome:
    """A signed webhook."""
    headers, body = demo().webhook(told, NOW + after)
    return offsetting.handle_webhook("demo", headers, body, NOW + after)


def test_a_payment_sells_claims_certifies_and_posts() -> None:
    shop = open_shop()
    order = pay(held(shop))
    assert [state for state, _ in order.states] == ["quote", "held", "paid", "pooled"]
    assert order.paid_at == NOW
    assert offsetting.certificate(order.certificate_number).number.startswith("TEST-")
    assert sum(covered(order.participation_id)[0]) == TOTAL_G
    with get_store().read() as conn:
        assert journal.balances(conn, shop.event_id, order.order_id) == {
            "buyer": -2043, "project_owner": 1717, "exchange": 163, "platform": 102, "payment": 61,
        }  # fmt: skip
        assert [line["kind"] for line in live.ticker(conn, shop.event_id)] == ["paid"]
    assert rows(s.board_person, participation_id=order.participation_id)[0]["share_bp"] == 10_000
    prove(shop)


@pytest.mark.parametrize(("share", "lines", "extra"), [
    (25, [84_950, 1_764, 26_750], 0), (200, [339_800, 7_056, 107_000], 453_856),
])  # fmt: skip
def test_claims_go_over_the_lines_in_proportion(share: int, lines: list[int], extra: int) -> None:
    shop = open_shop()
    order = pay(held(shop, share))
    assert covered(order.participation_id) == (lines, extra)
    prove(shop)


def test_a_doubled_webhook_counts_once() -> None:
    shop = open_shop()
    order = pay(held(shop), "doubled")
    assert order.state == "pooled"
    assert len(rows(s.journal, order_id=order.order_id)) == 5
    assert [row["done_at"] for row in rows(s.job)] == [NOW, NOW]
    again = call(payment(order, event="evt_other"))
    assert (again.status, again.outcome) == (200, "already_paid")
    assert len(rows(s.payment, order_id=order.order_id)) == 1
    prove(shop)


def test_eight_workers_with_the_same_webhook_sell_once() -> None:
    shop = open_shop()
    order = held(shop)
    outcomes: list[str] = []
    threads = [threading.Thread(target=lambda: outcomes.append(call(payment(order)).outcome)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["duplicate"] * 7 + ["pooled"]
    prove(shop)


def test_a_late_payment_takes_its_grams_anew() -> None:
    shop = open_shop()
    order = pay(held(shop), "late")
    assert order.state == "held"
    offsetting.run_due(order.expires_at)
    assert offsetting.get_order(order.order_id).state == "expired"
    offsetting.run_due(order.expires_at + timedelta(seconds=2))
    late = offsetting.get_order(order.order_id)
    assert [state for state, _ in late.states] == ["quote", "held", "expired", "paid_late", "pooled"]
    assert late.certificate_number
    prove(shop)


def test_a_late_payment_of_what_is_sold_out_is_given_back() -> None:
    shop = open_shop(credit_count=1)
    order = offsetting.place_order(add_guest(shop, (900_000,)), shop.project, share_percent=100, now=NOW)
    offsetting.run_due(order.expires_at)
    pay(offsetting.place_order(add_guest(shop, (900_000,)), shop.project, share_percent=100, now=NOW))
    assert call(payment(order), timedelta(minutes=20)).outcome == "refunded"
    given_back = offsetting.get_order(order.order_id)
    assert [state for state, _ in given_back.states] == ["quote", "held", "expired", "paid_late", "refunded"]
    assert (given_back.certificate_number, given_back.allocations) == ("", ())
    offsetting.run_due(NOW + timedelta(minutes=20))
    assert sorted(row["state"] for row in rows(s.payment, order_id=order.order_id)) == ["refunded", "succeeded"]
    with get_store().read() as conn:
        assert journal.balances(conn, shop.event_id, order.order_id) == {}
    assert call(payment(order, event="evt_2"), timedelta(minutes=21)).outcome == "refunded_already"
    prove(shop)


def test_a_payment_of_a_cancelled_order_is_given_back() -> None:
    shop = open_shop()
    order = held(shop)
    offsetting.cancel_order(order.order_id, "changed my mind")
    assert call(payment(order)).outcome == "refunded"
    prove(shop)


def test_failed_after_succeeded_is_ignored() -> None:
    shop = open_shop()
    order = held(shop)
    assert call(payment(order, event="evt_2")).outcome == "pooled"
    assert call(payment(order, "failed", "evt_1")).outcome == "ignored: overtaken"
    assert offsetting.get_order(order.order_id).state == "pooled"
    prove(shop)


def test_succeeded_after_failed_is_taken_anew() -> None:
    shop = open_shop()
    order = pay(held(shop), "failed")
    assert order.state == "failed"
    assert offsetting.offers(shop.slug)[0].available_g == 10_000_000
    prove(shop)
    assert pay(order).state == "pooled"
    prove(shop)


def test_a_lost_webhook_is_asked_for_before_the_order_expires() -> None:
    shop = open_shop()
    order = pay(held(shop), "lost")
    assert order.state == "held"
    offsetting.run_due(order.expires_at)
    assert offsetting.get_order(order.order_id).state == "pooled"
    prove(shop)


def test_a_waiting_page_may_ask_at_once() -> None:
    shop = open_shop()
    order = held(shop)
    assert offsetting.reconcile(order.order_id, NOW) == ""
    pay(order, "lost")
    assert offsetting.reconcile(order.order_id, NOW) == "pooled"
    assert offsetting.reconcile(order.order_id, NOW) == "already_paid"
    prove(shop)


@pytest.mark.parametrize("wrong", [
    {"amount_minor": 2042}, {"amount_minor": 1}, {"currency": "EUR"},
])  # fmt: skip
def test_another_amount_or_currency_is_booked_and_goes_back(wrong: dict[str, Any]) -> None:
    shop = open_shop()
    order = held(shop)
    told = payment(order, **wrong)
    outcome = call(told)
    assert (outcome.status, outcome.outcome) == (200, "refunded: another amount or currency")
    assert offsetting.get_order(order.order_id).state == "held"
    assert rows(s.webhook_event)[0]["outcome"] == outcome.outcome
    posted = {row["account"]: (row["amount_minor"], row["currency"]) for row in rows(s.journal)}
    came = (told.amount_minor, told.currency)
    assert posted == {"buyer": (-came[0], came[1]), "to_give_back": came}
    (back,) = offsetting.money_back(order.order_id)
    assert (back.amount_minor, back.currency, back.why, back.state) == (*came, outcome.outcome[10:], "under_way")
    prove(shop)
    assert call(told).outcome == "duplicate"
    assert call(replace(told, provider_event_id="evt_2")).outcome == "refunded_already"
    offsetting.run_due(NOW)
    offsetting.run_due(NOW + timedelta(days=1))  # expires; nothing more is sent
    assert offsetting.money_back(order.order_id)[0].state == "done"
    assert [(row["state"], row["amount_minor"], row["currency"]) for row in rows(s.payment, order_id=order.order_id)
            ].count(("refunded", *came)) == 1  # fmt: skip
    with get_store().read() as conn:
        assert journal.balances(conn, shop.event_id, order.order_id) == {}
    assert offsetting.get_order(order.order_id).state == "expired"
    prove(shop)


def test_a_payment_is_not_told_of_with_two_sums() -> None:
    shop = open_shop()
    first, other = held(shop), held(shop)
    assert call(payment(first, amount_minor=5)).outcome == "refunded: another amount or currency"
    contradicted = "refused: another sum than was told of this payment before"
    assert call(payment(first, event="evt_2")).outcome == contradicted  # it went back: it pays nothing
    assert call(payment(other, event="evt_3")).outcome == "pooled"
    assert call(payment(other, event="evt_4", amount_minor=5)).outcome == contradicted
    assert call(payment(other, event="evt_5", amount_minor=0)).outcome == "refused: a payment of nothing"
    assert len(rows(s.payment)) == 2
    prove(shop)


def test_the_audit_sees_money_that_stands_nowhere_or_is_not_sent() -> None:
    shop = open_shop()
    order = held(shop)
    call(payment(order, amount_minor=5))
    name = "no money came without standing somewhere, and what goes back is sent"
    for table in (s.job, s.journal):
        with get_store().write() as conn:
            conn.execute(sa.delete(table))
        assert [finding.name for finding in offsetting.audit() if not finding.ok] == [name]


def test_what_a_provider_refuses_for_good_is_tried_again_by_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop()
    call(payment(held(shop), amount_minor=5))
    with monkeypatch.context() as patched:
        patched.setattr(type(demo()), "refund", lambda *_: 1 / 0)
        for day in range(21):
            offsetting.run_due(NOW + timedelta(days=day))
    set_actor(CLERK)
    (back,) = offsetting.on_its_way()
    assert (back.state, back.error) == ("given_up", "ZeroDivisionError: division by zero")
    prove(shop)
    with pytest.raises(offsetting.Forbidden):
        offsetting.try_again(AUDITOR, back.event_id, back.job_id)
    offsetting.try_again(CLERK, back.event_id, back.job_id, NOW)
    with pytest.raises(offsetting.Conflict, match="on its way"):
        offsetting.try_again(CLERK, back.event_id, back.job_id, NOW)
    offsetting.run_due(NOW)
    assert offsetting.on_its_way() == []
    assert [row["action"] for row in rows(s.audit_trail)] == ["refund.try_again"]
    prove(shop)


@pytest.mark.parametrize("order_id", ["", "nonsense", "abcdefgh-00000000000000000000"])
def test_an_unknown_order_is_written_down_and_ignored(order_id: str) -> None:
    shop = open_shop()
    outcome = call(payment(held(shop), order_id=order_id))
    assert (outcome.status, outcome.outcome) == (200, "ignored: unknown order")


def _forged(headers: dict[str, str], body: bytes) -> list[tuple[dict[str, str], bytes]]:
    stamp, _, signature = headers["demo-signature"].partition(",")
    return [
        ({}, body), ({"demo-signature": ""}, body), ({"demo-signature": "t=abc,v1=00"}, body),
        ({"demo-signature": stamp}, body), ({"demo-signature": f"{stamp},v1=" + "0" * 64}, body),
        ({"demo-signature": f"{stamp}0,{signature}"}, body), (headers, body.replace(b"2043", b"2042")),
        (headers, body + b" "), (headers, b""), ({"demo-signature": "t=1,v1=\u00e9"}, body),
    ]  # fmt: skip


def test_a_bad_signature_changes_nothing() -> None:
    shop = open_shop()
    order = held(shop)
    headers, body = demo().webhook(payment(order), NOW)
    for bad_headers, bad_body in _forged(headers, body):
        assert offsetting.handle_webhook("demo", bad_headers, bad_body, NOW).status == 400
    old = offsetting.handle_webhook("demo", headers, body, NOW + timedelta(seconds=301))
    assert (old.status, old.outcome) == (400, "bad signature: the signature is too old")
    assert rows(s.webhook_event) == []
    assert offsetting.get_order(order.order_id).state == "held"
    assert offsetting.handle_webhook("demo", {"Demo-Signature": headers["demo-signature"]}, body, NOW).status == 200


def test_an_unknown_provider_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(offsetting.NotFound):
        offsetting.handle_webhook("nobody", {}, b"{}")


def test_what_is_paid_is_not_paid_again() -> None:
    shop = open_shop()
    order = pay(held(shop))
    with pytest.raises(offsetting.Conflict, match="paid already"):
        offsetting.demo_payment(order.order_id, "succeeded", now=NOW)


STEPS: list[tuple[object, str]] = [
    (journal, "add_payment"), (journal, "post"), (rollups, "add_cube"), (orders, "set_certificate"),
    (rollups, "add_money"), (live, "add_ticker"), (journal, "set_outcome"),
]  # fmt: skip


@pytest.mark.parametrize(("module", "step"), STEPS)
@pytest.mark.parametrize("after", [False, True])
def test_cut_at_any_step_all_is_undone_and_the_next_call_does_it(
    monkeypatch: pytest.MonkeyPatch, module: Any, step: str, after: bool
) -> None:
    shop = open_shop()
    order = held(shop)
    whole: Callable[..., Any] = getattr(module, step)

    def cut(*args: Any, **kwargs: Any) -> None:
        if after:
            whole(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, step, cut)
        with pytest.raises(KeyboardInterrupt):
            call(payment(order))
    assert offsetting.get_order(order.order_id).state == "held"
    assert [rows(table) for table in (s.webhook_event, s.journal, s.claim, s.certificate, s.payment)] == [[]] * 5
    prove(shop)
    assert call(payment(order)).outcome == "pooled"
    prove(shop)


def test_a_job_that_fails_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop()
    order = held(shop)
    with monkeypatch.context() as patched:
        patched.setattr(journal, "post", lambda *_: 1 / 0)
        assert pay(order).state == "held"
        offsetting.run_due(NOW + timedelta(seconds=61))
    job = rows(s.job)[0]
    assert (job["attempts"], job["last_error"], job["done_at"]) == (2, "ZeroDivisionError: division by zero", None)
    assert offsetting.run_due(NOW + timedelta(seconds=62)) == 0
    assert offsetting.run_due(NOW + timedelta(seconds=66)) == 1
    assert offsetting.get_order(order.order_id).state == "pooled"
    prove(shop)


def test_due_jobs_are_leased_to_one_worker_at_a_time() -> None:
    from data.store import jobs

    with get_store().write() as conn:
        for _ in range(5):
            jobs.put(conn, "evt00001", "anything", {}, NOW)
        first = jobs.lease(conn, NOW, "a", 3)
        second = jobs.lease(conn, NOW, "b", 3)
        assert (len(first), len(second)) == (3, 2)
        assert jobs.lease(conn, NOW + timedelta(seconds=59), "c", 9) == []
        assert len(jobs.lease(conn, NOW + timedelta(seconds=61), "c", 9)) == 5
        conn.execute(sa.delete(s.job))
