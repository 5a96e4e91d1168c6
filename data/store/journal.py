"""Money: double-entry postings, payments as the providers told them, and the webhooks that came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import schema as s
from data.store.ids import new_row_id

_INSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_POST = sa.insert(s.journal)
_PAYMENT = {
    name: insert(s.payment).on_conflict_do_nothing().returning(s.payment.c.order_id)
    for name, insert in _INSERTS.items()
}
_WEBHOOK = {
    name: insert(s.webhook_event).on_conflict_do_nothing().returning(s.webhook_event.c.provider)
    for name, insert in _INSERTS.items()
}
_OUTCOME = (
    sa.update(s.webhook_event)
    .where(s.webhook_event.c.provider == sa.bindparam("p"), s.webhook_event.c.provider_event_id == sa.bindparam("e"))
    .values(outcome=sa.bindparam("o"))
)


def post(
    conn: sa.Connection, order: Mapping[Any, Any], amounts: Mapping[str, int], memo: str, at: datetime,
    settlement_id: str = "",
) -> None:  # fmt: skip
    """One posting: account → signed minor units, of an order (or, with its ``order_id`` '', of what a settlement is
    of). Raises ValueError unless they sum to zero."""
    if sum(amounts.values()):
        raise ValueError(f"a posting of {dict(amounts)!r} does not sum to zero")
    posting_id = new_row_id()
    rows = [
        {
            "event_id": order["event_id"], "posting_id": posting_id, "seq": seq, "order_id": order["order_id"],
            "account": account, "amount_minor": amount, "currency": order["currency"], "memo": memo,
            "livemode": order["livemode"], "at": at, "project_id": order["project_id"], "settlement_id": settlement_id,
        }
        for seq, (account, amount) in enumerate(amounts.items()) if amount
    ]  # fmt: skip
    if rows:
        conn.execute(_POST, rows)


def balances(conn: sa.Connection, event_id: str, order_id: str) -> dict[str, int]:
    """What stands on each account for an order, in minor units."""
    j = s.journal.c
    query = sa.select(j.account, sa.func.sum(j.amount_minor)).group_by(j.account)
    rows = conn.execute(query.where(j.event_id == event_id, j.order_id == order_id))
    return {account: int(amount) for account, amount in rows if amount}


def is_posted(conn: sa.Connection, event_id: str, order_id: str, memo: str) -> bool:
    """Whether an order has a posting of this memo."""
    j = s.journal.c
    query = sa.select(j.posting_id).where(j.event_id == event_id, j.order_id == order_id, j.memo == memo)
    return conn.execute(query.limit(1)).first() is not None


def add_payment(
    conn: sa.Connection, order: Mapping[Any, Any], ref: str, state: str, amount_minor: int, at: datetime
) -> bool:  # fmt: skip
    """What a provider said of money that came or went back; False where this was known."""
    row = {
        "event_id": order["event_id"], "order_id": order["order_id"], "provider_ref": ref,
        "provider": order["provider"], "state": state, "amount_minor": amount_minor, "currency": order["currency"],
        "livemode": order["livemode"], "at": at,
    }  # fmt: skip
    return conn.execute(_PAYMENT[conn.dialect.name], row).first() is not None


def payment(conn: sa.Connection, order: Mapping[Any, Any], ref: str) -> sa.RowMapping | None:
    """What was noted of a payment or a refund under a provider's reference."""
    p = s.payment.c
    query = sa.select(s.payment).where(p.event_id == order["event_id"], p.order_id == order["order_id"])
    return conn.execute(query.where(p.provider_ref == ref)).mappings().first()


def add_webhook(
    conn: sa.Connection, provider: str, provider_event_id: str, kind: str, body_sha256: str, at: datetime
) -> bool:  # fmt: skip
    """Notes a webhook; False where this event of the provider has been dealt with. Waits for another worker that is
    at the same one."""
    row = {
        "provider": provider, "provider_event_id": provider_event_id, "kind": kind, "outcome": "",
        "body_sha256": body_sha256, "received_at": at,
    }  # fmt: skip
    return conn.execute(_WEBHOOK[conn.dialect.name], row).first() is not None


def set_outcome(conn: sa.Connection, provider: str, provider_event_id: str, outcome: str) -> None:
    """What became of a webhook."""
    conn.execute(_OUTCOME, {"p": provider, "e": provider_event_id, "o": outcome})
