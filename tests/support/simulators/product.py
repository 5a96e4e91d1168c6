"""The product beside a simulator: its settings, an order to pay, a webhook handed in as the server would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

import offsetting
from data.settings import get_settings
from data.store import schema as s
from data.store.engine import get_store
from tests.support.shop import Shop, add_guest, rows

DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140"
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/140 Mobile"
IN_WECHAT = "Mozilla/5.0 (Linux; Android 14; Pixel 8) Mobile MicroMessenger/8.0.50"


def use(monkeypatch: pytest.MonkeyPatch, *settings: Mapping[str, str]) -> Iterator[None]:
    """These settings beside those that are there."""
    for name, value in {key: value for each in settings for key, value in each.items()}.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def held(shop: Shop, share: int = 100, **other: Any) -> offsetting.Order:
    """A fresh guest's order of a share, held from now on: the simulators' clocks are real."""
    return offsetting.place_order(add_guest(shop), shop.project, share_percent=share, **other)


def hand_in(
    name: str, told: tuple[Mapping[str, str], bytes], at: datetime | None = None
) -> offsetting.WebhookOutcome:  # fmt: skip
    """A webhook as the server hands it in."""
    return offsetting.handle_webhook(name, told[0], told[1], at)


def state(order: offsetting.Order) -> str:
    """The order's state now."""
    return offsetting.get_order(order.order_id).state


def attempts(order: offsetting.Order) -> list[dict[str, Any]]:
    """What was begun for an order at real providers, the demo provider apart."""
    found = [row for row in rows(s.payment_attempt, order_id=order.order_id) if row["provider"] != "demo"]
    return sorted(found, key=lambda row: str(row["provider_ref"]))


def payments(order: offsetting.Order) -> list[tuple[str, str, int]]:
    """Provider, state and amount of each payment of an order."""
    found = rows(s.payment, order_id=order.order_id)
    return sorted((row["provider"], row["state"], row["amount_minor"]) for row in found)


def work(after: timedelta = timedelta(seconds=1)) -> None:
    """Does the deferred work that is due."""
    offsetting.run_due(datetime.now(UTC) + after)


def undone() -> list[str]:
    """The errors of jobs that are not done."""
    with get_store().read() as conn:
        return list(conn.execute(sa.select(s.job.c.last_error).where(s.job.c.done_at.is_(None))).scalars())
