"""Paying at a provider: which there are for an order, beginning a payment, going on with one, closing what is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateways.base import Attempt
from offsetting import settling

Row = Mapping[Any, Any]


def of_row(order: Row, attempt: Row | None = None) -> Attempt:
    """An attempt at paying an order as its provider knows it; without a row of its own, what the order remembers."""
    told = attempt or {"provider_ref": order["provider_ref"], "way": "", "details": {}}
    return Attempt(
        order["order_id"], told["provider_ref"], told["way"], settling.due_minor(order), order["currency"],
        told["details"],
    )  # fmt: skip
