"""What a payment provider keeps of a payment, booked once it tells."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from calculations import money
from calculations import order_states as states
from data.store import journal, orders, rollups
from offsetting import settling
from offsetting.statements import FEE_MEMO


def book_fee(conn: Connection, event_id: str, order_id: str, fee_minor: int, now: datetime) -> bool:
    """Puts a provider's fee in the place of the share that was set aside for it; of an order that went back meanwhile
    it is the exchange's loss. False where the order was not paid, or its fee is booked already. Part of the caller's
    transaction."""
    order = orders.get(conn, event_id, order_id, lock=True)
    if order is None or order["state"] not in {*states.SOLD, states.REFUNDED} or fee_minor < 0:
        return False
    if journal.is_posted(conn, event_id, order_id, FEE_MEMO):
        return False
    set_aside = journal.balances(conn, event_id, order_id).get(money.PAYMENT, 0)
    parts = money.fee_parts(set_aside, fee_minor)
    journal.post(conn, order, parts, FEE_MEMO, now)
    rollups.add_money(conn, event_id, settling.money_rows(order, parts))
    return True
