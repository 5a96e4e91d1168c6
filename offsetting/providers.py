"""The payment providers that are switched on."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from accounts import NotFound
from data.settings import Settings, get_settings
from data.store import jobs
from data.store.engine import get_store
from data.store.ids import event_of
from gateways.base import Provider
from gateways.demo import DemoPayment, DemoProvider

DEMO_JOB = "demo_webhook"


def demo() -> DemoProvider:
    """The demo provider, on or off."""
    return _demo(get_settings())


@lru_cache(maxsize=1)
def _demo(settings: Settings) -> DemoProvider:
    return DemoProvider(settings.secret(), last_demo_payment)


def provider(name: str) -> Provider:
    """The provider of a name; NotFound where there is none or it is switched off."""
    if name == DemoProvider.name and get_settings().demo_payments:
        return demo()
    raise NotFound("There is no payment provider {value} here.", value=name[:60])


def demo_job_prefix(order_id: str) -> str:
    """How the ids of an order's demo payments begin."""
    return f"demo-{order_id}-"


def last_demo_payment(order_id: str, now: datetime) -> DemoPayment | None:
    """What the demo provider knows of an order: a success if there was one by now, else the last failure. Its memory is
    the rows of its webhooks, sent or not."""
    event_id = event_of(order_id)
    with get_store().read() as conn:
        rows = jobs.starting_with(conn, event_id, demo_job_prefix(order_id))
    made = [row["payload"] for row in rows if row["payload"]["paid_at"] <= now.timestamp()]
    made.sort(key=lambda payload: payload["kind"] == "succeeded")
    return payment_of(made[-1]) if made else None


def payment_of(payload: dict[str, object]) -> DemoPayment:
    """The payment that a demo webhook's row tells of."""
    names = ("provider_event_id", "kind", "order_id", "currency")
    texts = {name: str(payload[name]) for name in names}
    return DemoPayment(amount_minor=int(str(payload["amount_minor"])), **texts)
