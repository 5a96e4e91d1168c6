"""Paying at a provider: which there are for an order, beginning a payment, going on with one, closing what is left.

Several payments of one order may be begun (a person changes their mind, or their device); each is a row, and whichever
is paid first pays the order. What is paid twice goes back (``payments``).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from accounts import Conflict, NotFound
from calculations import order_states as states
from data.settings import get_settings
from data.store import attempts, jobs, orders
from data.store.engine import get_store, run_write
from data.store.ids import event_of
from gateways.base import ELSEWHERE, Attempt, GatewayError, Payment, Provider, Started, Visitor, browser_of
from gateways.demo import DemoProvider
from locales import formats, pick, translate
from offsetting import fees, providers, settling

Row = Mapping[Any, Any]
CLOSE_JOB, FEE_JOB = "close_payment", "payment_fee"
OVER = "This order is not waiting for its payment any more."
NO_ANSWER = "The payment provider does not answer as it should. Try again in a moment, or pay another way."
MOST_FEE_TRIES = 5
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PayWay:
    """A provider that an order can be paid with in this browser. ``is_elsewhere``: only in another browser;
    ``is_too_little``: it takes no less than ``minimum_minor``."""

    provider: str
    way: str
    minimum_minor: int
    is_too_little: bool
    is_elsewhere: bool


@dataclass(frozen=True, slots=True)
class PayStep:
    """How the person goes on: to ``url``, by scanning ``code_text``, by ``script`` in WeChat's browser, or, with none
    of them, in another browser."""

    provider: str
    way: str
    url: str = ""
    code_text: str = ""
    script: Mapping[str, str] = field(default_factory=dict)


def of_row(order: Row, attempt: Row | None = None) -> Attempt:
    """An attempt at paying an order as its provider knows it; without a row of its own, what the order remembers."""
    told = attempt or {"provider_ref": order["provider_ref"], "way": "", "details": {}}
    return Attempt(
        order["order_id"], told["provider_ref"], told["way"], settling.due_minor(order), order["currency"],
        told["details"],
    )  # fmt: skip


def ways_to_pay(order_id: str, user_agent: str = "") -> list[PayWay]:
    """The providers that an order can be paid with, as the person is shown them. Raises NotFound."""
    with get_store().read() as conn:
        order = _order(conn, order_id)
    due, browser = settling.due_minor(order), browser_of(user_agent)
    found = []
    for gateway in providers.offered(order["livemode"], order["currency"]):
        least, way = gateway.minimum_minor(order["currency"]), gateway.way(browser)
        found.append(PayWay(gateway.name, way, least, due < least, way == ELSEWHERE))
    return found


def start_payment(
    order_id: str, provider_name: str, user_agent: str = "", address: str = "", code: str = "", state: str = "",
    now: datetime | None = None,
) -> PayStep:  # fmt: skip
    """Begins an order's payment at a provider, or goes on with one that was begun; asking twice begins one. ``code``
    and ``state`` are what WeChat's sign-in sent back. The order remembers the provider and its reference.

    Raises NotFound for an unknown order or provider, Conflict where nothing is to be paid any more, where the provider
    does not take this money, or where it does not answer.
    """
    at, gateway = now or datetime.now(UTC), providers.provider(provider_name)
    with get_store().read() as conn:
        order = _order(conn, order_id)
        event = orders.event_row(conn, order["event_id"])
        known = [row for row in attempts.of_order(conn, order["event_id"], order_id) if row["provider"] == gateway.name]
    _check(order, gateway, at)
    assert event is not None
    visitor = Visitor(browser_of(user_agent), address, code, state)
    try:
        started = gateway.start(_payment(order, event, gateway), visitor, [of_row(order, row) for row in known], at)
    except GatewayError as error:
        _log.warning("a payment of order %s can't begin: %s", order_id, error)
        raise Conflict(NO_ANSWER) from None
    if started.provider_ref:
        run_write(get_store(), lambda conn: _remember(conn, order, gateway, started, at))
    return PayStep(gateway.name, started.way, started.url, started.code_text, started.script)


def _order(conn: Connection, order_id: str) -> Row:
    order = orders.get(conn, event_of(order_id), order_id)
    if order is None:
        raise NotFound("There is no order {value}.", value=order_id[:60])
    return order


def _check(order: Row, gateway: Provider, now: datetime) -> None:
    if order["state"] != states.HELD or order["expires_at"] <= now:
        raise Conflict(OVER)
    if order["livemode"] != gateway.livemode or not gateway.accepts(order["currency"]):
        raise Conflict("This provider does not take the money of this order.")
    least = gateway.minimum_minor(order["currency"])
    if settling.due_minor(order) < least:
        shown = formats.money(least, order["currency"])
        raise Conflict("So little can't be paid: the least is {least}.", least=shown)


def _payment(order: Row, event: Row, gateway: Provider) -> Payment:
    base, order_id = get_settings().base_url, order["order_id"]
    language = order["locale"]
    msgid = "Gift to the special fund, {event}" if order["buyer"] == states.GIFT else "Carbon credits, {event}"
    title = translate(language, msgid, event=pick(event["names"], language))
    return Payment(
        order_id=order_id, amount_minor=settling.due_minor(order), currency=order["currency"], title=title,
        locale=language, created_at=order["created_at"], expires_at=order["expires_at"],
        return_url=f"{base}/order/{order_id}", again_url=f"{base}/pay/{order_id}",
        webhook_url=f"{base}/webhooks/{gateway.name}",
    )  # fmt: skip


def _remember(conn: Connection, seen: Row, gateway: Provider, started: Started, now: datetime) -> None:
    event_id, order_id = seen["event_id"], seen["order_id"]
    order = orders.get(conn, event_id, order_id, lock=True)
    if order is None or order["state"] != states.HELD:
        raise Conflict(OVER)
    key = {"event_id": event_id, "order_id": order_id, "started_at": now}
    if order["provider"] == DemoProvider.name != gateway.name:  # its page may still stand open somewhere
        before = {"provider": order["provider"], "provider_ref": order["provider_ref"], "way": "page", "details": {}}
        attempts.add(conn, key | before)
    attempts.add(conn, key | {
        "provider": gateway.name, "provider_ref": started.provider_ref, "way": started.way,
        "details": dict(started.details),
    })  # fmt: skip
    attempts.choose(conn, event_id, order_id, gateway.name, started.provider_ref)


def is_known(conn: Connection, order: Row, provider_name: str, ref: str) -> bool:
    """Whether a payment of this order was begun at the provider under this reference."""
    if (order["provider"], order["provider_ref"]) == (provider_name, ref):
        return True
    return attempts.get(conn, order["event_id"], order["order_id"], provider_name, ref) is not None


def close_later(conn: Connection, order: Row, now: datetime, but: str = "") -> None:
    """What was begun and must not be paid any more is closed at its provider; all but the reference ``but``."""
    for row in attempts.of_order(conn, order["event_id"], order["order_id"]):
        if row["provider"] != DemoProvider.name and row["provider_ref"] != but:
            jobs.put(conn, order["event_id"], CLOSE_JOB, _named(row), now)


def fee_later(conn: Connection, order: Row, provider_name: str, ref: str, now: datetime) -> None:
    """Where the provider tells its fee, it is asked for it."""
    if providers.provider(provider_name).tells_fee:
        named = {"order_id": order["order_id"], "provider": provider_name, "provider_ref": ref}
        jobs.put(conn, order["event_id"], FEE_JOB, named, now)


def _named(row: Row) -> dict[str, str]:
    return {name: row[name] for name in ("order_id", "provider", "provider_ref")}


def _of_job(conn: Connection, job: jobs.Job) -> tuple[Row, Row] | None:
    """Order and attempt that a job is about."""
    order_id, name, ref = (str(job.payload[key]) for key in ("order_id", "provider", "provider_ref"))
    order = orders.get(conn, job.event_id, order_id)
    attempt = attempts.get(conn, job.event_id, order_id, name, ref)
    return (order, attempt) if order and attempt else None


def close(job: jobs.Job, now: datetime) -> None:
    """Closes a payment at its provider; safe to do twice."""
    with get_store().read() as conn:
        found = _of_job(conn, job)
    if found:
        providers.provider(str(job.payload["provider"])).close(of_row(*found))
    run_write(get_store(), lambda conn: jobs.done(conn, job, now))


def ask_fee(job: jobs.Job, now: datetime) -> None:
    """Asks a provider for its fee of a paid payment and keeps it with the attempt; safe to do twice. Raises
    RuntimeError while it is not told, so that it is asked again; after some times it is let be."""
    with get_store().read() as conn:
        found = _of_job(conn, job)
    event = providers.provider(str(job.payload["provider"])).fetch(of_row(*found), now) if found else None
    fee = event.fee_minor if event else None
    if found and fee is None and job.attempts < MOST_FEE_TRIES:
        raise RuntimeError("the provider does not tell its fee yet")

    def work(conn: Connection) -> None:
        if found and fee is not None:
            attempts.set_fee(conn, found[1], fee)
            fees.book_fee(conn, job.event_id, str(found[0]["order_id"]), fee, now)
        jobs.done(conn, job, now)

    run_write(get_store(), work)
