"""Orders, and the demo provider's button."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

import offsetting
from accounts import SYSTEM, Actor, Forbidden, current_actor, require
from api.common import PREFIX, Key, Secret, Strict, Text, changed, guest, signed_in
from data.settings import get_settings

router = APIRouter(tags=["offsetting"])


class Reason(Strict):
    reason: Annotated[Text, Field(max_length=500)] = ""


class DemoPayment(Strict):
    outcome: Literal["succeeded", "failed", "late", "doubled"]


@router.get(PREFIX + "/orders/{order_id}")
def get_order(order_id: str) -> dict[str, Any]:
    """An order with its states and serial intervals; its id is the key to it."""
    return offsetting.get_order(order_id).as_json()


@router.post(PREFIX + "/orders/{order_id}/cancel")
def cancel(order_id: str, body: Reason, authorization: Secret = None, key: Key = None) -> JSONResponse:
    """Gives the held grams back; by the guest whose order it is, or by a desk."""
    actor = _buyer(order_id, authorization, "orders.cancel")
    return changed(
        f"cancel:{order_id}", key, body, lambda: (200, offsetting.cancel_order(order_id, body.reason, actor).as_json())
    )


@router.post(PREFIX + "/orders/{order_id}/refund")
def refund(order_id: str, body: Reason, key: Key = None) -> JSONResponse:
    """Pays back before retirement; by the exchange's desk."""
    order, actor = offsetting.get_order(order_id), current_actor()
    require(actor, "orders.refund", order.event_id)
    return changed(
        f"refund:{order_id}", key, body, lambda: (200, offsetting.refund_order(order_id, body.reason, actor).as_json())
    )


def _buyer(order_id: str, authorization: str | None, action: str) -> Actor:
    order = offsetting.get_order(order_id)
    if signed_in():
        require(current_actor(), action, order.event_id, order.company_id)
        return current_actor()
    if not order.participation_id:
        raise Forbidden("This order is not a guest's; sign in to change it.")
    guest(order.participation_id, authorization)
    return Actor("guest", order.participation_id)


@router.post(PREFIX + "/demo-payments/{order_id}", status_code=202)
def demo_payment(order_id: str, body: DemoPayment, key: Key = None) -> JSONResponse:
    """Test money only: lets the demo provider call its webhook, with its signature, as a real one would."""
    if not get_settings().demo_payments:
        raise offsetting.NotFound("The demo payment provider is off here.")
    order = offsetting.get_order(order_id)

    def command() -> tuple[int, Any]:
        offsetting.demo_payment(order.order_id, body.outcome)
        return 202, {"order_id": order.order_id, "outcome": body.outcome, "by": SYSTEM.name}

    return changed(f"demo-payment:{order_id}", key, body, command)
