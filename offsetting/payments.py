"""Webhooks, what the provider says when it is asked, the demo provider's payments, and orders whose time is up."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from accounts import Conflict, NotFound
from calculations import order_states as states
from calculations.model import FieldError, InputError
from data.store import jobs, journal, orders
from data.store.engine import get_store, run_write
from data.store.ids import event_of, new_row_id
from gateways.base import FAILED, SUCCEEDED, PaymentEvent, SignatureError
from offsetting import attempts, settling
from offsetting.models import WebhookOutcome
from offsetting.providers import DEMO_JOB, demo, demo_job_prefix, payment_of, provider

OUTCOMES = ("succeeded", "failed", "late", "doubled", "lost")
EXPIRE_BATCH = 200
_log = logging.getLogger(__name__)


def handle_webhook(
    name: str, headers: Mapping[str, str], body: bytes, now: datetime | None = None,
    within: Callable[[Connection], None] | None = None,
) -> WebhookOutcome:  # fmt: skip
    """Deals with a provider's webhook, once: status 400 and nothing changed where the signature is not good, else 200.

    An event of an unknown order, of another amount or currency, of a kind that means nothing here, or one that the
    order's state has overtaken is written down and answered 200, as telling it again would not help. ``within`` runs in
    the same transaction. Raises NotFound for an unknown provider.
    """
    at, gateway = now or datetime.now(UTC), provider(name)
    try:
        event = gateway.read_webhook(headers, body, at)
    except SignatureError as error:
        return WebhookOutcome(400, f"bad signature: {error}")
    digest = hashlib.sha256(body).hexdigest()

    def work(conn: Connection) -> WebhookOutcome:
        if within:
            within(conn)
        if not journal.add_webhook(conn, gateway.name, event.provider_event_id, event.kind, digest, at):
            return WebhookOutcome(200, "duplicate", event.order_id)
        outcome = apply(conn, gateway.name, event, at)
        journal.set_outcome(conn, gateway.name, event.provider_event_id, outcome)
        return WebhookOutcome(200, outcome, event.order_id)

    return run_write(get_store(), work)


def apply(conn: Connection, provider_name: str, event: PaymentEvent, now: datetime) -> str:
    """What a provider's event does to its order, in the caller's transaction; a word for it."""
    event_id = event_of(event.order_id)
    order = orders.get(conn, event_id, event.order_id) if event_id else None
    if order is None or order["provider"] != provider_name or order["provider_ref"] != event.provider_ref:
        return "ignored: unknown order"
    if order["livemode"] != event.livemode:
        return "refused: test and live money don't mix"
    if (settling.due_minor(order), order["currency"]) != (event.amount_minor, event.currency):
        return "refused: another amount or currency"
    if event.kind == SUCCEEDED:
        return settling.confirm(conn, event_id, event.order_id, event.provider_ref, provider_name, now)
    if event.kind == FAILED:
        failed = settling.drop(
            conn, event_id, event.order_id, states.FAILED, provider_name, "the payment failed", now
        )  # fmt: skip
        return states.FAILED if failed else "ignored: overtaken"
    return "ignored: nothing to do"


def reconcile(order_id: str, now: datetime | None = None) -> str:
    """Asks the provider about an order (a webhook may have been lost) and does what a webhook would have done; '' where
    the provider knows nothing."""
    at, event_id = now or datetime.now(UTC), event_of(order_id)
    with get_store().read() as conn:
        order = orders.get(conn, event_id, order_id)
    if order is None:
        raise NotFound("There is no order {value}.", value=order_id[:60])
    event = provider(order["provider"]).fetch(attempts.of_row(order), at)
    if event is None:
        return ""
    return run_write(get_store(), lambda conn: apply(conn, order["provider"], event, at))


def expire_due(now: datetime | None = None, limit: int = EXPIRE_BATCH) -> int:
    """Held orders past their time: the provider is asked first, then they expire. How many were dealt with."""
    at = now or datetime.now(UTC)
    with get_store().read() as conn:
        due = orders.overdue(conn, at, limit)
    for event_id, order_id in due:
        try:
            reconcile(order_id, at)
        except NotFound:  # its provider has been switched off
            pass
        _expire(event_id, order_id, at)  # changes nothing if the order was paid
    return len(due)


def _expire(event_id: str, order_id: str, now: datetime) -> None:
    def work(conn: Connection) -> None:
        settling.drop(conn, event_id, order_id, states.EXPIRED, "system", "not paid in time", now)

    run_write(get_store(), work)


def demo_payment(order_id: str, outcome: str, now: datetime | None = None) -> None:
    """Somebody pays on the demo provider's page: it writes down its webhook and calls at once, from here and in this
    process, with a signed body, through the same handler as any other. ``late`` calls when the order has expired,
    ``doubled`` twice, ``lost`` (for tests) never. Raises NotFound, Conflict, InputError."""
    at = now or datetime.now(UTC)
    if outcome not in OUTCOMES:
        message = "{field}: {value} is not known; one of {known}."
        raise InputError([FieldError("outcome", str(outcome)[:60], message, {"known": ", ".join(OUTCOMES[:4])})])
    provider("demo")
    with get_store().write() as conn:
        made = _write_down(conn, order_id, outcome, at)
    for job in made:
        try:
            deliver(job, at)
        except Exception:  # the row stays, and a worker makes the call once the lease is over
            _log.exception("the demo provider's call for order %s failed", order_id)


def _write_down(conn: Connection, order_id: str, outcome: str, now: datetime) -> list[jobs.Job]:
    """The provider's own memory: a row for each call it will make. Gives those that are to be made at once."""
    event_id = event_of(order_id)
    order = orders.get(conn, event_id, order_id)
    if order is None:
        raise NotFound("There is no order {value}.", value=order_id[:60])
    if order["livemode"] or order["provider"] != "demo":
        raise Conflict("The demo provider takes test money only.")
    if order["state"] in states.SOLD or order["state"] == states.REFUNDED:
        raise Conflict("This order is paid already.")
    due_at = max(now, order["expires_at"] + timedelta(seconds=1)) if outcome == "late" else now
    payload: dict[str, Any] = {
        "provider_event_id": f"evt_{secrets.token_hex(12)}", "order_id": order_id,
        "kind": FAILED if outcome == "failed" else SUCCEEDED, "amount_minor": settling.due_minor(order),
        "currency": order["currency"], "paid_at": due_at.timestamp(), "calls": outcome != "lost",
    }  # fmt: skip
    calls = 2 if outcome == "doubled" else 1
    made = [
        jobs.put(
            conn, event_id, DEMO_JOB, payload, due_at,
            job_id=demo_job_prefix(order_id) + new_row_id(), leased_by="" if due_at > now else "at once",
        )
        for _ in range(calls)
    ]  # fmt: skip
    return made if due_at <= now else []


def deliver(job: jobs.Job, now: datetime) -> None:
    """The demo provider's call: signs the body and hands it to the webhook's handler. Raises RuntimeError where that
    does not answer 200, so that it is tried again."""
    payload = dict(job.payload)
    if not payload["calls"]:
        run_write(get_store(), lambda conn: jobs.done(conn, job, now))
        return
    headers, body = demo().webhook(payment_of(payload), now)
    outcome = handle_webhook("demo", headers, body, now, within=lambda conn: jobs.done(conn, job, now))
    if outcome.status != 200:
        raise RuntimeError(f"the webhook answered {outcome.status}: {outcome.outcome}")


def pay_back(job: jobs.Job, now: datetime) -> None:
    """Asks the provider to give an order's money back; safe to do twice."""
    order_id = str(job.payload["order_id"])
    with get_store().read() as conn:
        order = orders.get(conn, job.event_id, order_id)
    if order is None:
        raise NotFound("There is no order {value}.", value=order_id)
    amount = settling.due_minor(order)
    ref = provider(order["provider"]).refund(attempts.of_row(order), job.job_id)

    def work(conn: Connection) -> None:
        journal.add_payment(conn, order, ref, "refunded", amount, now)
        jobs.done(conn, job, now)

    run_write(get_store(), work)
