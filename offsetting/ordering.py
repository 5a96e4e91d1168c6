"""Placing, reading, cancelling, refunding and expiring orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from accounts import Actor, Conflict, NotFound, check_live, may, record, require
from calculations import event_states
from calculations import order_states as states
from calculations.model import FieldError, InputError
from calculations.ranking import SMALLEST_GROUP
from calculations.slicing import PLAN_LINE, open_beside, share_grams
from data.settings import get_settings
from data.store import allocations, claims, orders, participations, rollups
from data.store import credits as lots
from data.store import events as event_rows
from data.store.engine import get_store, run_write
from data.store.ids import event_of, new_id
from locales import LANGUAGES, formats
from offsetting import attempts, claiming, gifts, settling
from offsetting.models import Allotted, Order
from offsetting.pricing import NOT_ON_OFFER, quote_of
from offsetting.providers import first

Row = Mapping[Any, Any]
MOST_SHARE_PERCENT = 200
MOST_GRAMS = 10**15  # a thousand million tonnes
MOST_PARTICIPATIONS = 1000
NO_ORDER = "There is no order {value}."
WHAT = {"plan": "plan_order", "company": "company_order"}
GUEST = "guest"


def place_order(
    participation_id: str, project: str, share_percent: int | None = None, grams: int | None = None,
    gift: bool = False, locale: str = "en", now: datetime | None = None, rest: bool = False,
) -> Order:  # fmt: skip
    """A guest's order: grams and price are held until ``expires_at``. Give a share of the footprint (1 … 200 %),
    grams, or ``rest``: what nobody has covered yet and no order of theirs holds. Grams beyond what is open of the
    footprint become an extra contribution when it is paid. Where the guest has paid before, it adds to their first.

    Raises InputError for what does not fit, NotFound for an unknown participation or project, Conflict where the event
    takes no payments or so many grams are not left.
    """
    _check_amount(share_percent, grams, rest)
    event_id, at = event_of(participation_id), now or datetime.now(UTC)

    def work(conn: Connection) -> Row:
        event_rows.hold_state(conn, event_id)
        context = orders.context(conn, event_id, participation_id, project)
        if context is None or context["deleted_at"] is not None:
            raise NotFound("There is no participation “{participation}”.", participation=participation_id[:64])
        _check_open(context, context["event_state"], project, "order")
        _check_day(context, at)
        if gift and not (context["defaults"] or {}).get("gift", True):
            raise Conflict(gifts.NO_GIFTS)
        wanted = grams if grams is not None else _share_of(context["total_g"], share_percent or 100)
        if rest:
            wanted = _rest_of(conn, event_id, participation_id)
        buyer = {
            "buyer": "guest", "participation_id": participation_id, "company_id": context["company_id"], "covers": {},
            "share_percent": share_percent or 0, "adds_to": context["first_paid"] or "",
        }  # fmt: skip
        group = {name: context[name] for name in rollups.PERSON_KEYS}
        return _place(conn, event_id, context, wanted, gift, locale, buyer, group, "guest", at)

    return _view(run_write(get_store(), work))


def place_event_order(
    actor: Actor, slug: str, project: str, covers: object, share_percent: int | None = None,
    grams: int | None = None, locale: str = "en", now: datetime | None = None,
) -> Order:  # fmt: skip
    """An order of the organiser or a company. ``covers``: ``"residual"`` (what nobody has covered or holds),
    ``"plan"`` (grams of what is expected, before the event is over), ``"company"`` or ``{"company": id}`` (the
    company's own people), or a list of participations. Without share or grams it is all that is open there. Raises as
    `place_order`, and Forbidden or Unauthenticated.
    """
    if share_percent is not None or grams is not None:
        _check_amount(share_percent, grams)
    at = now or datetime.now(UTC)

    def work(conn: Connection) -> Row:
        event = orders.event_of_slug(conn, slug)
        if event is None:
            raise NotFound("There is no event “{event}”.", event=slug[:64])
        buyer = _buyer(actor, event["event_id"], covers)
        event_rows.hold_state(conn, event["event_id"])
        event = event_rows.by_id(conn, event["event_id"]) or event
        if buyer["company_id"]:
            _check_day(event, at)
            check_live(conn, buyer["company_id"], bool(event["livemode"]))
            _check_enough(conn, event["event_id"], buyer["company_id"])
        context = _event_context(conn, event, project, WHAT.get(buyer["covers"]["kind"], "residual_order"))
        if buyer["covers"]["kind"] == "plan":
            wanted = _planned(event, grams, at)
        else:
            wanted = grams if grams is not None else _open_share(conn, event["event_id"], buyer, share_percent or 100)
        buyer["share_percent"] = share_percent or 0
        group = {"session_id": "", "company_id": buyer["company_id"]}
        placed = _place(conn, event["event_id"], context, wanted, False, locale, buyer, group, actor.label, at)
        record(conn, event["event_id"], actor, "order.place", placed["order_id"], {"grams": wanted})
        return placed

    return _view(run_write(get_store(), work))


def _check_amount(share_percent: int | None, grams: int | None, rest: bool = False) -> None:
    errors = []
    if (share_percent is not None) + (grams is not None) + rest != 1:
        errors.append(FieldError("share_percent", share_percent, "{field}: give either share_percent or grams."))
    elif rest:
        return
    elif share_percent is not None and not _whole(share_percent, MOST_SHARE_PERCENT):
        message = "{field}: {value} is no share; give a whole number from 1 to 200 (per cent)."
        errors.append(FieldError("share_percent", share_percent, message))
    elif grams is not None and not _whole(grams, MOST_GRAMS):
        message = "{field}: {value} is no mass; give a whole number of grams from 1."
        errors.append(FieldError("grams", grams, message))
    if errors:
        raise InputError(errors)


def _whole(value: object, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _check_open(terms: Row, event_state: str, project: str, what: str) -> None:
    """``what`` is a key of the table of event states."""
    if terms["project_id"] is None:
        raise NotFound(NOT_ON_OFFER, value=project)
    if not terms["payments"]:
        raise Conflict("This event takes no payments.")
    if refused := event_states.refusal(event_state, what):
        raise Conflict(refused)


def _check_day(event: Row, at: datetime) -> None:
    """Guests and companies order until a day; what is left is the organiser's."""
    if event["pay_until"] is not None and event["pay_until"] < at:
        last = formats.datetime_text(event["pay_until"], event["timezone"])  # as the event's clocks told it
        raise Conflict("Payment for this event ended on {day}.", day=last)


def _share_of(total_g: int | None, share_percent: int) -> int:
    """Grams of a share; refused where the footprint has nothing to share in."""
    if total_g is None:
        raise Conflict("There is no footprint yet; calculate it first.")
    wanted = share_grams(total_g, share_percent)
    if wanted == 0:
        raise Conflict("There is nothing to pay for: the footprint is 0 g.")
    return wanted


def _rest_of(conn: Connection, event_id: str, participation_id: str) -> int:
    """What is open of a footprint, less what orders of the same guest hold."""
    lines = claims.lines_of(conn, event_id, participation_id)
    left = sum(claiming.open_of(lines)) - claims.held_by(conn, event_id, participation_id)
    if left <= 0:
        raise Conflict("There is nothing left to pay for here: all of it is covered or held.")
    return left


def _buyer(actor: Actor, event_id: str, covers: object) -> dict[str, Any]:
    """Who buys and for whom, once allowed. A company covers its own people; all else is the organiser's."""
    if covers == "company" or isinstance(covers, Mapping):
        named = covers.get("company") if isinstance(covers, Mapping) else None
        company_id = str(named or "") or _company_of(actor, event_id)
        require(actor, "company.order", event_id, company_id)
        scope: dict[str, Any] = {"kind": "company", "company_id": company_id}
        return {"buyer": "company", "participation_id": "", "company_id": company_id, "covers": scope}
    require(actor, "event.order", event_id)
    if covers in ("residual", "plan"):
        scope = {"kind": covers}
    elif isinstance(covers, Sequence) and not isinstance(covers, str):
        scope = {"kind": "participations", "ids": _participations(covers, event_id)}
    else:
        message = "{field}: {value} is not known; give residual, plan, company or a list of participations."
        raise InputError([FieldError("covers", str(covers)[:60], message)])
    return {"buyer": "organiser", "participation_id": "", "company_id": "", "covers": scope}


def _check_enough(conn: Connection, event_id: str, company_id: str) -> None:
    """An order and its certificate tell what a company's people emit: never of fewer than five."""
    if participations.answered_people(conn, event_id, company_id) < SMALLEST_GROUP:
        raise Conflict("Figures open once five of your people have answered.")


def _company_of(actor: Actor, event_id: str) -> str:
    own = sorted({c for role, event, c in actor.roles if role == "company" and c and event in ("", event_id)})
    if len(own) == 1:
        return own[0]
    require(actor, "company.order", event_id)
    message = "{field}: say which company."
    raise InputError([FieldError("covers", "company", message)])


def _participations(covers: Sequence[object], event_id: str) -> list[str]:
    ids = sorted({str(item) for item in covers})
    strange = [item for item in ids if event_of(item) != event_id]
    if not ids or strange or len(ids) > MOST_PARTICIPATIONS:
        message = "{field}: {value} is not of this event; give 1 to {most} participations of it."
        shown = strange[0][:60] if strange else len(ids)
        raise InputError([FieldError("covers", shown, message, {"most": MOST_PARTICIPATIONS})])
    return ids


def _event_context(conn: Connection, event: Row, project: str, what: str) -> Row:
    terms = lots.terms(conn, event["event_id"], project)
    if terms is None:
        raise NotFound(NOT_ON_OFFER, value=project)
    context = dict(terms) | {"livemode": event["livemode"], "payments": event["payments"]}
    _check_open(context, event["state"], project, what)
    return context


def _open_share(conn: Connection, event_id: str, buyer: Row, share_percent: int) -> int:
    """A share of what is neither covered nor held: residual = actual − covered − held."""
    scope = buyer["covers"]
    if scope["kind"] == "residual":
        _check_plan_settled(conn, event_id)
    lines = claims.lines_in_scope(conn, event_id, *claiming.scope_of(buyer))
    holds = claiming.holds_on(lines, claims.held_orders(conn, event_id), scope["kind"])
    wanted = share_grams(sum(open_beside(claiming.open_of(lines), holds)), share_percent)
    if wanted == 0:
        raise Conflict("There is nothing left to pay for here: all of it is covered or held.")
    return wanted


def _check_plan_settled(conn: Connection, event_id: str) -> None:
    waiting = sum(int(row["grams"]) for row in claims.on_no_line(conn, event_id) if row["line_no"] == PLAN_LINE)
    if waiting:
        message = "{mass} were paid on the plan and lie on no emission yet: settle the plan first, then order the rest."
        raise Conflict(message, mass=_kg(waiting))


def _planned(event: Row, grams: int | None, now: datetime) -> int:
    """Grams of an order on the plan: told by the organiser, and only before the event is over."""
    if grams is None:
        raise InputError([FieldError("grams", None, "{field}: an order on the plan says how many grams are planned.")])
    if event["ends_at"] <= now:
        raise Conflict("The event is over: there is no plan any more; order the residual of what was emitted.")
    return grams


def _place(
    conn: Connection, event_id: str, terms: Row, grams: int, gift: bool, locale: str, buyer: Row,
    group: dict[str, str], actor: str, now: datetime,
) -> Row:  # fmt: skip
    gateway, order_id = first(terms["livemode"], terms["currency"]), new_id(event_id)
    quote = quote_of(terms, grams, gift)
    if quote.below_minimum or quote.amount_minor == 0:
        least = formats.money(max(1, quote.minimum_minor), terms["currency"])
        raise Conflict("So little can't be paid: the least is {least}.", least=least)
    if not allocations.take(conn, event_id, terms["project_id"], order_id, grams):
        left = allocations.free_grams(conn, event_id, terms["project_id"])
        raise Conflict("Only {left} of this project are left, fewer than {wanted}.", left=_kg(left), wanted=_kg(grams))
    order = {
        "event_id": event_id, "order_id": order_id, "project_id": terms["project_id"], "grams": grams,
        "price_minor_per_tonne": terms["price_minor_per_tonne"], "amount_minor": quote.amount_minor,
        "gift_minor": quote.gift_minor, "currency": terms["currency"], "split": terms["split"], "state": states.HELD,
        "locale": locale if locale in LANGUAGES else "en", "provider": gateway.name,
        "provider_ref": gateway.payment_ref(order_id), "livemode": terms["livemode"], "created_at": now,
        "expires_at": now + timedelta(minutes=get_settings().order_hold_minutes), "paid_at": None,
        "certificate_number": "", "adds_to": "", **buyer,
    }  # fmt: skip
    orders.insert(conn, order)
    orders.add_transitions(conn, event_id, order_id, [states.QUOTE, states.HELD], now, actor, "placed", first_seq=0)
    rollups.add_tally(conn, event_id, [group | {"order_count": 1}])
    return order


def _kg(grams: int) -> str:
    """To the gram, as a limit has to be."""
    return f"{formats.number(Decimal(grams) / 1000, 3)} kg"


def _view(row: Row, passed: Sequence[Row] = (), intervals: Sequence[Row] = ()) -> Order:
    names = (
        "order_id", "event_id", "buyer", "participation_id", "company_id", "project_id", "grams", "share_percent",
        "price_minor_per_tonne", "amount_minor", "gift_minor", "currency", "state", "locale", "provider", "created_at",
        "expires_at", "paid_at", "certificate_number", "adds_to",
    )  # fmt: skip
    seen = tuple((step["state"], step["at"]) for step in passed)
    return Order(
        **{name: row[name] for name in names},
        covers="" if row["participation_id"] or row["buyer"] == gifts.GIFT else claiming.scope_name(row),
        split=tuple(row["split"]),
        livemode=bool(row["livemode"]),
        pay_url=f"/pay/{row['order_id']}",
        states=seen or ((states.QUOTE, row["created_at"]), (states.HELD, row["created_at"])),
        allocations=tuple(Allotted(i["batch_id"], i["from_g"], i["to_g"], i["state"]) for i in intervals),
    )


def order_in(conn: Connection, order_id: str) -> Order:
    """The order as this transaction sees it; NotFound where there is none."""
    event_id = event_of(order_id)
    row = orders.get(conn, event_id, order_id)
    if row is None:
        raise NotFound(NO_ORDER, value=order_id[:60])
    return _view(row, orders.transitions(conn, event_id, order_id), allocations.of_order(conn, event_id, order_id))


def get_order(order_id: str) -> Order:
    """An order with the states it has been in and its grams. Raises NotFound."""
    with get_store().read() as conn:
        return order_in(conn, order_id)


def orders_of(participation_id: str) -> list[Order]:
    """A participation's orders, newest first, without their states and grams."""
    with get_store().read() as conn:
        return [_view(row) for row in orders.of_participation(conn, event_of(participation_id), participation_id)]


def orders_together(order_id: str) -> list[Order]:
    """A guest's first order and all that add to it, oldest first; an order of a company or the organiser alone. Raises
    NotFound."""
    order, event_id = get_order(order_id), event_of(order_id)
    if not order.participation_id:
        return [order]
    with get_store().read() as conn:
        found = orders.together(conn, event_id, order.participation_id, order.adds_to or order.order_id)
    return [_view(row) for row in found]


def cancel_order(order_id: str, reason: str, actor: Actor | str = "guest", now: datetime | None = None) -> Order:
    """Calls off an order that is not paid; a second call changes nothing. A guest has proved itself to the caller by
    the participation's secret; a company calls off its own; anybody else needs orders.cancel.
    Raises NotFound, Conflict, Forbidden, Unauthenticated."""
    event_id, at = event_of(order_id), now or datetime.now(UTC)
    label = _canceller(actor, event_id, get_order(order_id))

    def work(conn: Connection) -> Order:
        if not settling.drop(conn, event_id, order_id, states.CANCELLED, label, _reason(reason), at):
            order = order_in(conn, order_id)
            if order.state != states.CANCELLED:
                raise Conflict("This order can't be cancelled: it is not waiting for its payment any more.")
            return order
        attempts.close_later(conn, {"event_id": event_id, "order_id": order_id}, at)
        if isinstance(actor, Actor) and actor.kind != GUEST:
            record(conn, event_id, actor, "order.cancel", order_id, {"reason": _reason(reason)})
        return order_in(conn, order_id)

    return run_write(get_store(), work)


def refund_order(order_id: str, reason: str, actor: Actor, now: datetime | None = None) -> Order:
    """Gives a paid order's money back; its grams are on offer again, its claims are taken back and its certificate is
    revoked. A second call changes nothing. Needs orders.refund. Raises NotFound, Conflict."""
    event_id, at = event_of(order_id), now or datetime.now(UTC)
    require(actor, "orders.refund", event_id)

    def work(conn: Connection) -> Order:
        order = order_in(conn, order_id)
        if order.state != states.REFUNDED:
            refund = gifts.refund if order.buyer == gifts.GIFT else settling.refund
            refund(conn, event_id, order_id, actor.label, _reason(reason), at)
            record(conn, event_id, actor, "order.refund", order_id, {"reason": _reason(reason)})
        return order_in(conn, order_id)

    return run_write(get_store(), work)


def _canceller(actor: Actor | str, event_id: str, order: Order) -> str:
    """How the transition names who calls an order off; a company may call off its own."""
    if isinstance(actor, str):
        return actor
    if actor.kind == GUEST:
        return GUEST
    own = order.buyer == "company" and may(actor, "company.order", event_id, order.company_id)
    if not own:
        require(actor, "orders.cancel", event_id)
    return actor.label


def _reason(text: str) -> str:
    return " ".join(str(text).split())[:500]
