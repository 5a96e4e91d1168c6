"""Orders as desks list them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts import NotFound, current_actor, require
from data.store import order_lists, orders
from data.store.engine import get_store

MOST_ROWS = 1000


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in a list. ``total_minor`` is price and gift; ``covers`` is '' for a guest's own footprint, else
    residual, participations or company."""

    order_id: str
    created_at: datetime
    buyer: str
    company_names: Mapping[str, str]
    covers: str
    project_names: Mapping[str, str]
    grams: int
    total_minor: int
    currency: str
    state: str
    certificate_number: str
    livemode: bool


@dataclass(frozen=True, slots=True)
class StateSum:
    """Orders of one state: how many, grams and money in minor units."""

    state: str
    order_count: int
    grams: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class OrderList:
    """A page of orders, newest first; ``page`` counts from 1. ``sums`` are of all states."""

    rows: tuple[OrderRow, ...]
    sums: tuple[StateSum, ...]
    page: int
    size: int
    total: int

    @property
    def has_next(self) -> bool:
        """Whether more follow."""
        return self.page * self.size < self.total


def list_orders(slug: str, state: str = "", company_id: str = "", page: int = 1, size: int = 50) -> OrderList:
    """Orders of an event, or of a company at it. Needs orders.view, for a company's own company.view. Raises NotFound,
    Unauthenticated, Forbidden."""
    page, size = max(1, page), max(1, min(size, MOST_ROWS))
    with get_store().read() as conn:
        event = orders.event_of_slug(conn, slug)
        if event is None:
            raise NotFound("There is no event {value}.", value=slug[:60])
        event_id = str(event["event_id"])
        require(current_actor(), "company.view" if company_id else "orders.view", event_id, company_id)
        sums = order_lists.sums(conn, event_id, company_id)
        rows = order_lists.page(conn, event_id, state, company_id, (page - 1) * size, size)
    by_state = tuple(StateSum(r["state"], int(r["order_count"]), int(r["grams"]), int(r["amount_minor"])) for r in sums)
    total = sum(known.order_count for known in by_state if state in ("", known.state))
    return OrderList(tuple(_row(row) for row in rows), by_state, page, size, total)


def _row(row: Mapping[Any, Any]) -> OrderRow:
    covers = row["covers"]
    kind = str(covers.get("kind", "")) if isinstance(covers, Mapping) else ""
    values = {name: row[name] for name in ("order_id", "created_at", "buyer", "grams", "currency", "state")}
    return OrderRow(
        **values, company_names=row["company_names"] or {}, covers=kind, project_names=row["project_names"],
        total_minor=row["amount_minor"] + row["gift_minor"],
        certificate_number=row["certificate_number"], livemode=bool(row["livemode"]),
    )  # fmt: skip
