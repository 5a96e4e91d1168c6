"""Gifts to an event's special fund: orders of no grams, paid like any other and kept apart from credits.

A gift buys nothing: it holds no grams, makes no claim, gets no certificate. All of it is the fund's; what a provider
keeps of the payment is paid by the exchange, which takes it. It rests at ``paid``; paid back it is ``refunded``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from accounts import Conflict, NotFound, current_actor, require
from calculations import event_states
from calculations import order_states as states
from calculations.model import FieldError, InputError
from calculations.money import BUYER, SPECIAL_FUND, TO_GIVE_BACK, taken_back
from calculations.ranking import SMALLEST_GROUP
from data.settings import get_settings
from data.store import events as event_rows
from data.store import forum, journal, live, orders, rollups
from data.store.engine import get_store, run_write
from data.store.ids import new_id
from data.terms import gift_minor
from locales import LANGUAGES, formats
from offsetting import giving_back, receipts, settling
from offsetting.providers import first, least

Row = Mapping[Any, Any]
GIFT = states.GIFT
MOST_MINOR = 100_000_000
MOST_LISTED = 100
SPLIT = [{"to": SPECIAL_FUND, "share": "1"}]
NO_GIFTS = "This event takes no gifts."


@dataclass(frozen=True, slots=True)
class Payout:
    """What a settlement paid out of an event's part of the fund; ``came_back``: the payment out came back."""

    number: str
    paid_on: date
    amount_minor: int
    currency: str
    came_back: bool


@dataclass(frozen=True, slots=True)
class FundFigures:
    """An event's special fund in minor units: what was given (gifts of their own and those beside orders of credits,
    less what went back), None where fewer than five gave; what was paid out of it by now; the amounts proposed."""

    currency: str
    livemode: bool
    given_minor: int | None
    payouts: tuple[Payout, ...]
    proposed_minor: tuple[int, ...]
    minimum_minor: int
    most_minor: int

    @property
    def paid_out_minor(self) -> int:
        """What was paid out and has not come back."""
        return sum(each.amount_minor for each in self.payouts if not each.came_back)


@dataclass(frozen=True, slots=True)
class Gift:
    """A gift of its own, as the desk lists it."""

    order_id: str
    amount_minor: int
    currency: str
    state: str
    created_at: datetime
    paid_at: datetime | None
    provider: str
    livemode: bool


def place_gift(slug: str, amount_minor: int, locale: str = "en", now: datetime | None = None) -> str:
    """A gift of any amount to an event's special fund, waiting for its payment; its order's id. Whoever asks need not
    take part. Raises NotFound, InputError for an amount that can't be given, Conflict where the event takes no gifts.
    """
    at = now or datetime.now(UTC)

    def work(conn: Connection) -> str:
        event_rows.hold_state(conn, _open_event(conn, slug)["event_id"])
        event = _open_event(conn, slug)  # as it is while it is held
        _check_amount(amount_minor, event)
        gateway, order_id = first(event["livemode"], event["currency"]), new_id(event["event_id"])
        orders.insert(conn, {
            "event_id": event["event_id"], "order_id": order_id, "buyer": GIFT, "participation_id": "",
            "company_id": "", "covers": {}, "share_percent": 0, "adds_to": "", "project_id": "", "grams": 0,
            "price_minor_per_tonne": 0, "amount_minor": 0, "gift_minor": amount_minor, "currency": event["currency"],
            "split": SPLIT, "state": states.HELD, "locale": locale if locale in LANGUAGES else "en",
            "provider": gateway.name, "provider_ref": gateway.payment_ref(order_id), "livemode": event["livemode"],
            "created_at": at, "expires_at": at + timedelta(minutes=get_settings().order_hold_minutes),
            "paid_at": None, "certificate_number": "",
        })  # fmt: skip
        entered = [states.QUOTE, states.HELD]
        orders.add_transitions(conn, event["event_id"], order_id, entered, at, "giver", "a gift", first_seq=0)
        return order_id

    return run_write(get_store(), work)


def takes_gifts(event: Row, told: Row | None) -> bool:
    """Whether a gift may be given: the event takes payments and gifts, and its organiser has opened the fund."""
    wanted = (event["defaults"] or {}).get("gift", True)
    is_open = bool(told and told["is_open"] and event["payments"] and wanted)
    return is_open and event_states.permits(event["state"], "order")


def _open_event(conn: Connection, slug: str) -> Row:
    event = orders.event_of_slug(conn, slug)
    if event is None or event["state"] == event_states.DRAFT:
        raise NotFound("There is no event “{event}”.", event=slug[:64])
    if not takes_gifts(event, forum.fund(conn, event["event_id"])):
        raise Conflict(NO_GIFTS)
    return event


def _check_amount(amount_minor: int, event: Row) -> None:
    smallest = max(1, least(event["livemode"], event["currency"]))
    if (
        isinstance(amount_minor, bool)
        or not isinstance(amount_minor, int)
        or not smallest <= amount_minor <= MOST_MINOR
    ):
        message = "{field}: {value} can't be given; from {least} to {most} can."
        limits = {"least": formats.money(smallest, event["currency"]),
                  "most": formats.money(MOST_MINOR, event["currency"])}  # fmt: skip
        shown = formats.money(amount_minor, event["currency"]) if isinstance(amount_minor, int) else amount_minor
        raise InputError([FieldError("amount", shown, message, limits)])


def confirm(conn: Connection, event_id: str, order_id: str, actor: str, now: datetime) -> str:
    """A gift's payment has come, and the caller has noted it; as `settling.confirm`. One that comes late is taken all
    the same, as no grams can be sold out; one that was called off goes back."""
    taken = orders.move(conn, event_id, order_id, [states.HELD], states.PAID, paid_at=now)
    if taken is not None:
        orders.add_transitions(conn, event_id, order_id, [states.PAID], now, actor, "paid", first_seq=2)
        _take(conn, taken, now)
        return states.PAID
    before = orders.get(conn, event_id, order_id, lock=True)
    if before is None:
        return "unknown"
    if not states.may(before["state"], states.PAID_LATE):
        return "already_paid" if before["state"] in states.SOLD else "refunded_already"
    orders.move(conn, event_id, order_id, [before["state"]], states.PAID_LATE)
    orders.add_transitions(conn, event_id, order_id, [states.PAID_LATE], now, actor, f"paid after {before['state']}")
    if before["state"] == states.CANCELLED:
        return _send_back(conn, before, actor, now)
    late = orders.move(conn, event_id, order_id, [states.PAID_LATE], states.PAID, paid_at=now)
    assert late is not None
    orders.add_transitions(conn, event_id, order_id, [states.PAID], now, actor, "a gift is taken although it came late")
    _take(conn, late, now)
    return states.PAID


def _take(conn: Connection, order: Row, now: datetime) -> None:
    """Money and receipt of a gift that has just been paid; nothing of grams."""
    event_id, amount = order["event_id"], int(order["gift_minor"])
    journal.post(conn, order, {BUYER: -amount, SPECIAL_FUND: amount}, "gift", now)
    rollups.add_tally(conn, event_id, [{"session_id": "", "company_id": "", "paid_minor": amount}])
    rollups.add_money(conn, event_id, settling.money_rows(order, {SPECIAL_FUND: amount}))
    receipts.issue(conn, order, now)  # last: the event's series of numbers is taken until the transaction ends


def _send_back(conn: Connection, before: Row, actor: str, now: datetime) -> str:
    event_id, order_id, amount = before["event_id"], before["order_id"], int(before["gift_minor"])
    order = orders.move(conn, event_id, order_id, [states.PAID_LATE], states.REFUNDED)
    assert order is not None
    reason = "called off before it was paid"
    orders.add_transitions(conn, event_id, order_id, [states.REFUNDED], now, actor, reason)
    journal.post(conn, order, {BUYER: -amount, TO_GIVE_BACK: amount}, giving_back.LATE, now)
    giving_back.refund_later(conn, order, amount, giving_back.LATE, now)
    return states.REFUNDED


def refund(conn: Connection, event_id: str, order_id: str, actor: str, reason: str, now: datetime) -> None:
    """A gift goes back to its giver. Part of the caller's transaction. Raises Conflict where it is not paid."""
    order = orders.move(conn, event_id, order_id, [states.PAID], states.REFUNDED)
    if order is None:
        raise Conflict("This gift can't be paid back: it is not paid.")
    orders.add_transitions(conn, event_id, order_id, [states.REFUNDED], now, actor, reason)
    back = taken_back(journal.balances(conn, event_id, order_id))
    journal.post(conn, order, back, f"refund: {reason}", now)
    amount = int(order["gift_minor"])
    rollups.add_tally(conn, event_id, [{"session_id": "", "company_id": "", "paid_minor": -amount}])
    rollups.add_money(conn, event_id, settling.money_rows(order, back))
    giving_back.refund_later(conn, order, amount, giving_back.REFUND, now)
    receipts.credit(conn, order, now)
    live.touch(conn, event_id)


def fund_figures(slug: str) -> FundFigures:
    """What an event's fund was given and what was paid out of it. Raises NotFound."""
    with get_store().read() as conn:
        event = orders.event_of_slug(conn, slug)
        if event is None:
            raise NotFound("There is no event “{event}”.", event=slug[:64])
        event_id, currency = event["event_id"], event["currency"]
        enough = forum.gift_count(conn, event_id, SMALLEST_GROUP) >= SMALLEST_GROUP
        given = forum.fund_sums(conn, event_id, SPECIAL_FUND).get(currency, 0)
        out = forum.payouts(conn, event_id, SPECIAL_FUND)
    payouts = tuple(
        Payout(row["number"], row["paid_on"].date(), int(row["amount_minor"]), row["currency"], bool(row["came_back"]))
        for row in out
    )
    one = gift_minor(currency) or 100
    livemode = bool(event["livemode"])
    proposed = tuple(one * times for times in (10, 50, 100, 500))
    return FundFigures(
        currency, livemode, given if enough else None, payouts if enough else (), proposed,
        max(1, least(livemode, currency)), MOST_MINOR,
    )  # fmt: skip


def gifts_of(slug: str) -> list[Gift]:
    """The newest gifts of their own at an event. Needs orders.view. Raises NotFound."""
    with get_store().read() as conn:
        event = orders.event_of_slug(conn, slug)
        if event is None:
            raise NotFound("There is no event “{event}”.", event=slug[:64])
        require(current_actor(), "orders.view", event["event_id"])
        found = forum.gifts(conn, event["event_id"], MOST_LISTED)
    return [
        Gift(row["order_id"], int(row["gift_minor"]), row["currency"], row["state"], row["created_at"], row["paid_at"],
             row["provider"], bool(row["livemode"])) for row in found
    ]  # fmt: skip
