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
from data.store import attempts as rows
from data.store import jobs, journal, orders
from data.store.engine import get_store, run_write
from data.store.ids import event_of, new_row_id
from gateways.base import FAILED, SUCCEEDED, Attempt, GatewayError, PaymentEvent, SignatureError
from offsetting import attempts, gifts, giving_back, settling
from offsetting.models import WebhookOutcome
from offsetting.providers import DEMO_JOB, demo, demo_job_prefix, payment_of, provider

OUTCOMES = ("succeeded", "failed", "late", "doubled", "lost")
EXPIRE_BATCH = 200
DEMO = "demo"
PAID_BEFORE = ("already_paid", "refunded_already")
Row = Mapping[Any, Any]
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
        return WebhookOutcome(400, f"bad signature: {error}", "", *gateway.answer(False))
    digest = hashlib.sha256(body).hexdigest()

    def work(conn: Connection) -> str:
        if within:
            within(conn)
        if not journal.add_webhook(conn, gateway.name, event.provider_event_id, event.kind, digest, at):
            return "duplicate"
        outcome = apply(conn, gateway.name, event, at)
        journal.set_outcome(conn, gateway.name, event.provider_event_id, outcome)
        return outcome

    return WebhookOutcome(200, run_write(get_store(), work), event.order_id, *gateway.answer(True))


def apply(conn: Connection, provider_name: str, event: PaymentEvent, now: datetime) -> str:
    """What a provider's event does to its order, in the caller's transaction; a word for it."""
    event_id = event_of(event.order_id)
    order = orders.get(conn, event_id, event.order_id) if event_id else None
    if order is None or not attempts.is_known(conn, order, provider_name, event.provider_ref):
        return "ignored: unknown order"
    if order["livemode"] != event.livemode:
        return "refused: test and live money don't mix"
    if event.kind == SUCCEEDED:
        return _succeeded(conn, order, provider_name, event, now)
    if not _is_due(order, event):
        return "ignored: another amount or currency"
    if event.kind == FAILED and (provider_name, event.provider_ref) != (order["provider"], order["provider_ref"]):
        return "ignored: another payment is under way"
    if event.kind == FAILED:
        failed = settling.drop(
            conn, event_id, event.order_id, states.FAILED, provider_name, "the payment failed", now
        )  # fmt: skip
        if failed and provider_name != DEMO:
            attempts.close_later(conn, order, now, but=event.provider_ref)
        return states.FAILED if failed else "ignored: overtaken"
    return "ignored: nothing to do"


def _is_due(order: Row, event: PaymentEvent) -> bool:
    return (settling.due_minor(order), order["currency"]) == (event.amount_minor, event.currency)


def _succeeded(conn: Connection, order: Row, provider_name: str, event: PaymentEvent, now: datetime) -> str:
    """A payment has come: the order's, or one too many or of another sum, which goes back. Each is dealt with once,
    under whichever name the provider tells of it."""
    event_id, order_id, ref = order["event_id"], order["order_id"], event.provider_ref
    if event.amount_minor <= 0:
        return "refused: a payment of nothing"
    paid = {**order, "provider": provider_name, "currency": event.currency}
    if not journal.add_payment(conn, paid, ref, "succeeded", event.amount_minor, now):
        return _told_before(conn, paid, event)
    if not _is_due(order, event):
        giving_back.take_in(conn, paid, ref, event.amount_minor, giving_back.OTHER_SUM, now)
        return f"refunded: {giving_back.OTHER_SUM}"
    if (order["provider"], order["provider_ref"]) != (provider_name, ref):
        rows.choose(conn, event_id, order_id, provider_name, ref)
    confirm = gifts.confirm if order["buyer"] == gifts.GIFT else settling.confirm
    outcome = confirm(conn, event_id, order_id, provider_name, now)
    if outcome in PAID_BEFORE:
        giving_back.take_in(conn, paid, ref, event.amount_minor, giving_back.TWICE, now)
        return f"refunded: {giving_back.TWICE}"
    if outcome in states.SOLD and provider_name != DEMO:
        attempts.fee_later(conn, order, provider_name, ref, now)
        attempts.close_later(conn, order, now, but=ref)
    return outcome


def _told_before(conn: Connection, paid: Row, event: PaymentEvent) -> str:
    """A payment that is known: what became of it; one that is told of with another sum is for a person to look at."""
    known = journal.payment(conn, paid, event.provider_ref)
    if known is None or (known["amount_minor"], known["currency"]) != (event.amount_minor, event.currency):
        return "refused: another sum than was told of this payment before"
    order = orders.get(conn, paid["event_id"], paid["order_id"])
    return "already_paid" if order is not None and order["state"] in states.SOLD else "refunded_already"


def reconcile(order_id: str, now: datetime | None = None, at_most_every: timedelta | None = None) -> str:
    """Asks the providers about an order (a webhook may have been lost) and does what a webhook would have done; ''
    where none knows anything. With ``at_most_every`` a payment is not asked about again so soon, by whichever worker.
    """
    at, event_id = now or datetime.now(UTC), event_of(order_id)
    with get_store().read() as conn:
        order = orders.get(conn, event_id, order_id)
        begun = rows.of_order(conn, event_id, order_id)
    if order is None:
        raise NotFound("There is no order {value}.", value=order_id[:60])
    outcomes = []
    if order["provider"] == DEMO and at_most_every is None:
        outcomes.append(_ask(order, DEMO, attempts.of_row(order), at))
    for row in begun:
        if row["provider"] != DEMO and (at_most_every is None or _may_ask(row, at, at_most_every)):
            outcomes.append(_ask(order, row["provider"], attempts.of_row(order, row), at))
    told = [outcome for outcome in outcomes if outcome]
    return next((outcome for outcome in told if not outcome.startswith("ignored")), told[0] if told else "")


def _may_ask(row: Row, now: datetime, at_most_every: timedelta) -> bool:
    return run_write(get_store(), lambda conn: rows.may_ask(conn, row, now, now - at_most_every))


def _ask(order: Row, provider_name: str, attempt: Attempt, now: datetime) -> str:
    try:
        event = provider(provider_name).fetch(attempt, now)
    except (GatewayError, NotFound) as error:  # NotFound: it has been switched off
        _log.warning("the provider %s does not tell of order %s: %s", provider_name, order["order_id"], error)
        return ""
    if event is None:
        return ""
    return run_write(get_store(), lambda conn: apply(conn, provider_name, event, now))


def expire_due(now: datetime | None = None, limit: int = EXPIRE_BATCH) -> int:
    """Held orders past their time: the provider is asked first, then they expire. How many were dealt with."""
    at = now or datetime.now(UTC)
    with get_store().read() as conn:
        due = orders.overdue(conn, at, limit)
    for event_id, order_id in due:
        reconcile(order_id, at)
        _expire(event_id, order_id, at)  # changes nothing if the order was paid
    return len(due)


def _expire(event_id: str, order_id: str, now: datetime) -> None:
    def work(conn: Connection) -> None:
        if settling.drop(conn, event_id, order_id, states.EXPIRED, "system", "not paid in time", now):
            attempts.close_later(conn, {"event_id": event_id, "order_id": order_id}, now)

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
    if order["livemode"]:
        raise Conflict("The demo provider takes test money only.")
    if order["state"] in states.SOLD or order["state"] == states.REFUNDED:
        raise Conflict("This order is paid already.")
    if order["provider"] != DEMO:
        rows.choose(conn, event_id, order_id, DEMO, demo().payment_ref(order_id))
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
