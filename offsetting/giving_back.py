"""Money that goes back: what came for no order, what came too late or twice, and refunds.

It stands on the journal's account ``to_give_back`` from the transaction that owes it until the provider has taken the
refund. The job ``refund`` asks the provider, with one id per refund: asked again, it pays once. What a provider refuses
for good stays on the account, with its error, for the exchange to try again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from accounts import TABLE, Actor, Conflict, Forbidden, NotFound, current_actor, record, require, roles_for
from calculations.money import BUYER, TO_GIVE_BACK
from data.store import giving_back as rows
from data.store import jobs, journal, orders
from data.store.engine import get_store, run_write
from data.store.ids import event_of
from gateways.base import Attempt
from offsetting.providers import provider

Row = Mapping[Any, Any]
REFUND_JOB = "refund"
GIVEN_BACK = "given back"
OTHER_SUM, TWICE, LATE, REFUND = "another amount or currency", "paid twice", "late payment", "refund"
UNDER_WAY, DONE, GIVEN_UP = "under_way", "done", "given_up"


@dataclass(frozen=True, slots=True)
class MoneyBack:
    """Money of an order that goes back or went back. ``why`` is one of the module's words; ``state`` is under_way, done
    or given_up (the provider refused for good: ``error`` says how); ``due_minor`` is what the order costs."""

    job_id: str
    event_id: str
    order_id: str
    provider: str
    amount_minor: int
    currency: str
    why: str
    state: str
    error: str
    due_minor: int
    order_currency: str
    since: datetime
    livemode: bool
    event_names: Mapping[str, str]
    event_slug: str


def take_in(conn: Connection, order: Row, ref: str, amount_minor: int, why: str, now: datetime) -> None:
    """Money that serves no order: it stands on ``to_give_back`` and is sent back. ``order`` names the provider and the
    currency that came. Part of the caller's transaction."""
    journal.post(conn, order, {BUYER: -amount_minor, TO_GIVE_BACK: amount_minor}, why, now)
    name = sha256(f"{order['provider']} {ref}".encode()).hexdigest()[:8]
    _queue(conn, order, ref, amount_minor, why, f"refund-{order['order_id']}-{name}", now)


def refund_later(conn: Connection, order: Row, amount_minor: int, why: str, now: datetime) -> None:
    """The order's own payment, which stands on ``to_give_back``, is sent back."""
    _queue(conn, order, order["provider_ref"], amount_minor, why, f"refund-{order['order_id']}", now)


def _queue(
    conn: Connection, order: Row, ref: str, amount_minor: int, why: str, job_id: str, now: datetime
) -> None:  # fmt: skip
    payload = {
        "order_id": order["order_id"], "provider": order["provider"], "provider_ref": ref,
        "amount_minor": amount_minor, "currency": order["currency"], "why": why, "since": now.isoformat(),
    }  # fmt: skip
    jobs.put(conn, order["event_id"], REFUND_JOB, payload, now, job_id=job_id)


def pay_back(job: jobs.Job, now: datetime) -> None:
    """Asks the provider to give money back; safe to do twice."""
    told = job.payload
    with get_store().read() as conn:
        order = orders.get(conn, job.event_id, str(told["order_id"]))
    if order is None:
        raise NotFound("There is no order {value}.", value=str(told["order_id"]))
    paid: dict[Any, Any] = {**order, "provider": told["provider"], "currency": told["currency"]}
    amount = int(told["amount_minor"])
    attempt = Attempt(order["order_id"], str(told["provider_ref"]), "", amount, paid["currency"])
    ref = provider(str(told["provider"])).refund(attempt, job.job_id)

    def work(conn: Connection) -> None:
        if journal.add_payment(conn, paid, ref, "refunded", amount, now):
            journal.post(conn, paid, {BUYER: amount, TO_GIVE_BACK: -amount}, GIVEN_BACK, now)
        jobs.done(conn, job, now)

    run_write(get_store(), work)


def money_back(order_id: str) -> list[MoneyBack]:
    """Money of an order that goes back or went back, the first first; the caller has shown that it knows the order."""
    with get_store().read() as conn:
        found = rows.of_order(conn, event_of(order_id), order_id)
    return [_view(row) for row in found]


def on_its_way() -> list[MoneyBack]:
    """All money that has not gone back yet, what was given up first, then the longest under way. Needs credits.view for
    the whole installation."""
    _require_everywhere(current_actor(), "credits.view")
    with get_store().read() as conn:
        found = [_view(row) for row in rows.standing(conn)]
    return sorted(found, key=lambda back: (back.state != GIVEN_UP, back.since))


def _require_everywhere(actor: Actor, action: str) -> None:
    """The books are of the whole exchange: a role at one event does not open them."""
    require(actor, action)
    if actor.kind != "system" and not TABLE[action] & roles_for(actor):
        raise Forbidden("Your role does not allow this ({action}).", action=action)


def try_again(actor: Actor, event_id: str, job_id: str, now: datetime | None = None) -> None:
    """The provider is asked anew for a refund that was given up. Needs credits.manage. Raises NotFound, and Conflict
    where it was not given up."""
    _require_everywhere(actor, "credits.manage")

    def work(conn: Connection) -> None:
        job = rows.get(conn, event_id, job_id)
        if job is None:
            raise NotFound("There is no order {value}.", value=job_id[:60])
        if _state(job) != GIVEN_UP:
            raise Conflict("This money is on its way, or back, already.")
        jobs.again(conn, event_id, job_id, now or datetime.now(UTC))
        record(conn, event_id, actor, "refund.try_again", str(job["payload"]["order_id"]), {"error": job["last_error"]})

    run_write(get_store(), work)


def _state(job: Row) -> str:
    if job["done_at"] is None:
        return UNDER_WAY
    return GIVEN_UP if job["last_error"] else DONE


def _view(row: Row) -> MoneyBack:
    told = row["payload"]
    return MoneyBack(
        job_id=row["job_id"], event_id=row["event_id"], order_id=str(told["order_id"]), provider=told["provider"],
        amount_minor=int(told["amount_minor"]), currency=told["currency"], why=told["why"], state=_state(row),
        error=row["last_error"], due_minor=int(row["amount_minor"] + row["gift_minor"]),
        order_currency=row["currency"], since=datetime.fromisoformat(told["since"]), livemode=bool(row["livemode"]),
        event_names=row["names"], event_slug=row["slug"],
    )  # fmt: skip
