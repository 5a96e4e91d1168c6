"""What happens with the money: a payment confirmed, late or given back. Each is part of the caller's transaction.

Guarded by the order's state: of two that do the same at once, one finds nothing left to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection

from accounts import Conflict
from calculations import order_states as states
from calculations.money import BUYER, SPECIAL_FUND, TO_GIVE_BACK, split_minor, taken_back
from data.store import allocations, journal, live, orders, retirements, rollups
from offsetting import certificates, claiming, giving_back, hosting, log, receipts

Row = Mapping[Any, Any]


def owed(order: Row) -> dict[str, int]:
    """Who is owed what of an order, the gift among it; adds up to what is paid."""
    parts = split_minor(order["amount_minor"], order["split"])
    if order["gift_minor"]:
        parts[SPECIAL_FUND] = parts.get(SPECIAL_FUND, 0) + order["gift_minor"]
    return parts


def due_minor(order: Row) -> int:
    """What the buyer pays in all."""
    return int(order["amount_minor"] + order["gift_minor"])


def confirm(conn: Connection, event_id: str, order_id: str, actor: str, now: datetime) -> str:
    """What an order costs has come, and the caller has noted the payment. Gives what was done: pooled, refunded (late
    and sold out, or called off), already_paid, refunded_already or unknown."""
    order = orders.move(conn, event_id, order_id, [states.HELD], states.POOLED, paid_at=now)
    if order is not None:
        hosting.wait_for_answers(conn, order)
        sold_g = allocations.turn(conn, event_id, order_id, "held", "sold")
        _require_all(order, sold_g)
        orders.add_transitions(
            conn, event_id, order_id, [states.PAID, states.POOLED], now, actor, "paid", first_seq=2
        )  # fmt: skip
        _sell(conn, order, now)
        return states.POOLED
    return _confirm_late(conn, event_id, order_id, actor, now)


def _require_all(order: Row, grams: int) -> None:
    if grams != order["grams"]:
        raise RuntimeError(f"order {order['order_id']} of {order['grams']} g has {grams} g in hand")


def _sell(conn: Connection, order: Row, now: datetime) -> None:
    """Money, claims, roll-ups, certificate, board and ticker of an order that has just been pooled."""
    event_id = order["event_id"]
    parts = owed(order)
    journal.post(conn, order, {BUYER: -due_minor(order), **parts}, "payment", now)
    tally = claiming.claim(conn, order, now)
    number = certificates.issue(conn, event_id, order["order_id"], now)
    orders.set_certificate(conn, event_id, order["order_id"], number)
    tally[0] |= {"paid_order_count": 1, "certificate_count": 1, "paid_minor": due_minor(order)}
    rollups.add_tally(conn, event_id, tally)
    rollups.add_money(conn, event_id, money_rows(order, parts))
    claiming.refresh_boards(conn, order, now)
    if claiming.scope_name(order) == "plan":
        hosting.cover_all(conn, event_id, now)
    live.add_ticker(conn, event_id, "paid", now)
    log.append(conn, event_id, log.ORDER, order["order_id"], logged(conn, order, number), order["livemode"], now)
    receipts.issue(conn, order, now)  # last: the event's series of numbers is taken until the transaction ends


def money_rows(order: Row, parts: Mapping[str, int]) -> list[dict[str, Any]]:
    """What a posting of an order changes in the roll-up of money: its recipients, not what passes through."""
    of = {"project_id": order["project_id"], "currency": order["currency"]}
    return [
        {"recipient": to, "amount_minor": part, **of}
        for to, part in parts.items() if part and to not in (BUYER, TO_GIVE_BACK)
    ]  # fmt: skip


def logged(conn: Connection, order: Row, number: str) -> dict[str, Any]:
    """An order as the transparency log keeps it."""
    held = allocations.of_order(conn, order["event_id"], order["order_id"])
    return {
        "certificate": number, "orderSha256": sha256(order["order_id"].encode()).hexdigest(),
        "project": order["project_id"], "grams": order["grams"], "amountMinor": due_minor(order),
        "currency": order["currency"],
        "intervals": [{"batch": row["batch_id"], "fromGram": row["from_g"], "toGram": row["to_g"]} for row in held],
    }  # fmt: skip


def _confirm_late(conn: Connection, event_id: str, order_id: str, actor: str, now: datetime) -> str:
    """A payment for an order that is not held: taken anew if its grams are to be had, else given back."""
    before = orders.get(conn, event_id, order_id, lock=True)
    if before is None:
        return "unknown"
    if not states.may(before["state"], states.PAID_LATE):
        return "already_paid" if before["state"] in states.SOLD else "refunded_already"
    orders.move(conn, event_id, order_id, [before["state"]], states.PAID_LATE, paid_at=now)
    orders.add_transitions(conn, event_id, order_id, [states.PAID_LATE], now, actor, f"paid after {before['state']}")
    hosting.wait_for_answers(conn, before)
    if before["state"] != states.CANCELLED and _take_anew(conn, before):
        order = orders.move(conn, event_id, order_id, [states.PAID_LATE], states.POOLED)
        assert order is not None
        orders.add_transitions(conn, event_id, order_id, [states.POOLED], now, actor, "grams taken anew")
        _sell(conn, order, now)
        return states.POOLED
    return _give_back(conn, before, actor, now)


def _take_anew(conn: Connection, order: Row) -> bool:
    key = (order["event_id"], order["project_id"], order["order_id"], order["grams"])
    return bool(allocations.take(conn, *key, state="sold"))


def _give_back(conn: Connection, before: Row, actor: str, now: datetime) -> str:
    event_id, order_id, amount = before["event_id"], before["order_id"], due_minor(before)
    reason = "called off before it was paid" if before["state"] == states.CANCELLED else "sold out"
    order = orders.move(conn, event_id, order_id, [states.PAID_LATE], states.REFUNDED)
    assert order is not None
    orders.add_transitions(conn, event_id, order_id, [states.REFUNDED], now, actor, reason)
    journal.post(conn, order, {BUYER: -amount, TO_GIVE_BACK: amount}, giving_back.LATE, now)
    giving_back.refund_later(conn, order, amount, giving_back.LATE, now)
    return states.REFUNDED


def drop(conn: Connection, event_id: str, order_id: str, to: str, actor: str, reason: str, now: datetime) -> bool:
    """A held order comes to expired, failed or cancelled; its grams are on offer again. False where it is not held."""
    order = orders.move(conn, event_id, order_id, [states.HELD], to)
    if order is None:
        return False
    hosting.wait_for_answers(conn, order)
    _require_all(order, allocations.release(conn, event_id, order_id, "held"))
    orders.add_transitions(conn, event_id, order_id, [to], now, actor, reason)
    hosting.cover_freed(conn, order, now)
    return True


def refund(conn: Connection, event_id: str, order_id: str, actor: str, reason: str, now: datetime) -> Row:
    """A paid order goes back. Raises Conflict where it is in no state to be refunded or some of it is retired."""
    allocations.take_order(conn, event_id, order_id)
    claiming.take(conn, event_id, [order_id], beside=claiming.plans(conn, event_id))
    order = orders.move(conn, event_id, order_id, [states.PAID, states.POOLED], states.REFUNDED)
    if order is None:
        raise Conflict("This order can't be refunded: it is not paid, or its credits are retired.")
    intervals = allocations.of_order(conn, event_id, order_id)
    if allocations.release(conn, event_id, order_id, "sold") != order["grams"]:
        raise Conflict("This order can't be refunded: some of its credits are retired already.")
    if number := retirements.number_holding(conn, event_id, intervals):  # asked once its grams are ours: none can begin
        raise Conflict("This order can't be refunded: its credits are in retirement instruction {number}. "
                       "Withdraw the instruction first.", number=number)  # fmt: skip
    orders.add_transitions(conn, event_id, order_id, [states.REFUNDED], now, actor, reason)
    back = taken_back(journal.balances(conn, event_id, order_id))
    journal.post(conn, order, back, f"refund: {reason}", now)
    tally = claiming.unclaim(conn, order, now)
    tally.append(claiming.group(conn, order) | {
        "paid_order_count": -1, "certificate_count": -1, "paid_minor": -due_minor(order),
    })  # fmt: skip
    rollups.add_tally(conn, event_id, tally)
    rollups.add_money(conn, event_id, money_rows(order, back))
    certificates.revoke(conn, event_id, order["certificate_number"], f"refund: {reason}", now)
    claiming.refresh_boards(conn, order, now)
    hosting.cover_freed(conn, order, now)
    log.append(conn, event_id, log.REVOCATION, order_id, revoked(order), order["livemode"], now)
    giving_back.refund_later(conn, order, due_minor(order), giving_back.REFUND, now)
    receipts.credit(conn, order, now)
    return order


def revoked(order: Row) -> dict[str, Any]:
    """A refunded order as the transparency log keeps it."""
    named = sha256(order["order_id"].encode()).hexdigest()
    return {"certificate": order["certificate_number"], "orderSha256": named, "grams": order["grams"]}
