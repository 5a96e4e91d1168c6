"""Orders of guests, companies and organisers, and the demo provider's button."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

import offsetting
from accounts import SYSTEM, Actor, Forbidden, current_actor, require
from api.common import PREFIX, Key, Secret, Strict, Text, changed, guest, signed_in
from data.settings import get_settings

router = APIRouter(tags=["offsetting"])


class OrderBody(Strict):
    project: Annotated[Text, Field(max_length=64)]
    share_percent: Annotated[int, Field(ge=1, le=200)] | None = None
    grams: Annotated[int, Field(ge=1, le=10**12)] | None = None
    gift: bool = False
    locale: Literal["en", "zh", "mr", "is"] = "en"


class GuestOrderBody(OrderBody):
    rest: bool = Field(False, description="What nobody has covered and no order of theirs holds, in the place of a "
                                          "share or grams; with a paid order before, it adds to that.")  # fmt: skip


class EventOrderBody(OrderBody):
    covers: Literal["residual", "plan", "company"] | Annotated[list[Text], Field(max_length=1000)] = Field(
        description="residual: what nobody has covered or holds; plan: grams of what is expected, before the event is "
        "over, to be settled on the actuals afterwards; company: the company's own people; or participations by id."
    )
    company: Annotated[Text, Field(max_length=64)] | None = None


class Step(BaseModel):
    state: str
    at: str


class Interval(BaseModel):
    batch: str
    serial_from_g: int
    serial_to_g: int


class OrderTold(BaseModel):
    """What is told of an order; what is not said of it is left out."""

    order_id: str
    state: str = Field(json_schema_extra={"enum": list(offsetting.STATES)})
    project: str
    grams: int
    amount_minor: int = Field(description="All that is paid; the gift is a part of it.")
    gift_minor: int
    currency: str
    price_minor_per_tonne: int
    expires_at: str
    pay_url: str
    livemode: bool
    states: list[Step]
    allocations: list[Interval]
    certificate: str = Field("", description="The certificate's number, once it is paid.")
    adds_to: str = Field("", description="The guest's first paid order, where this one adds to it.")
    covers: str = Field("", description="residual, plan, company or participations; left out for a guest's own.")
    extra_if_paid_g: int = Field(0, description="Of a held order: grams that would be an extra contribution if it were "
                                                "paid now, as the same lines have been covered meanwhile.")  # fmt: skip


PLACED: dict[int | str, dict[str, Any]] = {201: {"model": OrderTold}}
TOLD: dict[int | str, dict[str, Any]] = {200: {"model": OrderTold}}


class Reason(Strict):
    reason: Annotated[Text, Field(max_length=500)] = ""


class DemoPayment(Strict):
    outcome: Literal["succeeded", "failed", "late", "doubled"]


@router.post(PREFIX + "/participations/{participation_id}/orders", status_code=201, responses=PLACED)
def order(participation_id: str, body: GuestOrderBody, authorization: Secret = None, key: Key = None) -> JSONResponse:
    """Holds grams of a project for a participation; the order says where to pay and until when."""
    guest(participation_id, authorization)

    def command() -> tuple[int, Any]:
        placed = offsetting.place_order(
            participation_id, body.project, share_percent=body.share_percent, grams=body.grams, gift=body.gift,
            locale=body.locale, rest=body.rest,
        )  # fmt: skip
        return 201, placed.as_json()

    return changed(f"order:{participation_id}", key, body, command)


@router.post(PREFIX + "/events/{slug}/orders", status_code=201, responses=PLACED)
def event_order(slug: str, body: EventOrderBody, key: Key = None) -> JSONResponse:
    """The same for a company or the organiser, by a program's token: its people, the residual, the plan or guests."""
    actor = current_actor()

    def command() -> tuple[int, Any]:
        covers: Any = {"company": body.company} if body.covers == "company" else body.covers
        placed = offsetting.place_event_order(
            actor, slug, body.project, covers, share_percent=body.share_percent, grams=body.grams, locale=body.locale
        )
        return 201, placed.as_json()

    return changed(f"event-order:{slug}:{actor.label}", key, body, command)


@router.get(PREFIX + "/orders/{order_id}", responses=TOLD)
def get_order(order_id: str) -> JSONResponse:
    """An order with its states and serial intervals; its id is the key to it."""
    order = offsetting.get_order(order_id)
    extra_g = offsetting.extra_if_paid(order_id) if order.state == "held" else 0
    return JSONResponse(order.as_json() | ({"extra_if_paid_g": extra_g} if extra_g else {}))


@router.post(PREFIX + "/orders/{order_id}/cancel", responses=TOLD)
def cancel(order_id: str, body: Reason, authorization: Secret = None, key: Key = None) -> JSONResponse:
    """Gives the held grams back; by the guest whose order it is, or by a desk."""
    actor = _buyer(order_id, authorization, "orders.cancel")
    return changed(
        f"cancel:{order_id}", key, body, lambda: (200, offsetting.cancel_order(order_id, body.reason, actor).as_json())
    )


@router.post(PREFIX + "/orders/{order_id}/refund", responses=TOLD)
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
