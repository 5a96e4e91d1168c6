"""Projects on offer at an event: chosen by its organiser, with grams that the exchange gives or is asked for.

Whoever may assign credits gives them at once; an organiser asks, and the exchange grants or declines on its desk. Terms
hold once they are granted; orders keep those they were placed under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from babel.numbers import is_currency

import offsetting
from accounts import Actor, Conflict, NotFound, current_actor, may_now, record, require
from calculations.event_states import permits, refusal
from calculations.model import FieldError, InputError
from calculations.money import GRAMS_PER_TONNE
from data.store import credits as lots
from data.store import setup as rows
from data.store.engine import get_store, joined
from data.store.ids import new_id
from events.model import Event
from events.setup_fields import MOST_TEXT, Form, amount
from events.setup_model import PAYERS, CreditRequest, OfferChoice

MOST_TONNES, MOST_PRICE = 10_000_000, 10**11
WHOLE: tuple[Mapping[str, Any], ...] = ({"to": "project_owner", "share": 1},)
Row = Mapping[Any, Any]


def offer_choices(conn: sa.Connection, event: Event) -> tuple[OfferChoice, ...]:
    """Every project of the event's mode, those on offer first."""
    known = rows.projects(conn, event.livemode)
    own = {row["project_id"]: row for row in rows.offerings_of(conn, event.event_id)}
    former = rows.former_terms(conn, [row["project_id"] for row in known])
    given, waiting = rows.given_g(conn, event.event_id), _waiting(conn, event.event_id)
    made = [_choice(row, own.get(row["project_id"]), former, given, waiting) for row in known]
    return tuple(sorted(made, key=lambda each: (not each.is_open, each.waiting_g == 0, each.project_id)))


def _choice(
    project: Row, own: Row | None, former: Mapping[str, Row], given: Mapping[str, int], waiting: Mapping[str, int]
) -> OfferChoice:
    key = project["project_id"]
    terms = own or former.get(key)
    return OfferChoice(
        key, project["names"], project["kind"], project["type"], bool(own and own["open"]),
        int(terms["price_minor_per_tonne"]) if terms else 0, str(terms["currency"]) if terms else "",
        given.get(key, 0), int(project["free_g"]), waiting.get(key, 0),
    )  # fmt: skip


def _waiting(conn: sa.Connection, event_id: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows.requests(conn, event_id, "asked"):
        found[row["project_id"]] = found.get(row["project_id"], 0) + int(row["grams"])
    return found


def requests_of(conn: sa.Connection, event_id: str) -> tuple[CreditRequest, ...]:
    """What an event asked of the exchange, newest first."""
    return tuple(_request(row) for row in rows.requests(conn, event_id))


def has_offers(event_id: str) -> bool:
    """Whether a project is on offer, credits are assigned, or something is asked of the exchange."""
    with get_store().read() as conn:
        on_offer = any(row["open"] for row in rows.offerings_of(conn, event_id))
        return on_offer or bool(rows.given_g(conn, event_id)) or bool(rows.requests(conn, event_id, "asked"))


def credit_requests() -> list[CreditRequest]:
    """What waits for the exchange's answer, newest first. Needs credits.view."""
    require(current_actor(), "credits.view")
    with get_store().read() as conn:
        return [_request(row) for row in rows.requests(conn, state="asked")]


def _request(row: Row) -> CreditRequest:
    same = (
        "event_id", "slug", "event_names", "request_id", "project_id", "project_names", "price_minor_per_tonne",
        "currency", "note", "state", "asked_by", "asked_at", "answer", "starts_at", "ends_at", "timezone",
    )  # fmt: skip
    read = {"grams": int(row["grams"]), "livemode": bool(row["livemode"]), "place_names": row["place"].get("names", {})}
    return CreditRequest(**read, **{name: row[name] for name in same})


def keep_projects(form: Form, event: Event | None) -> dict[str, Any]:
    """Who pays, currency, payments, gift; projects taken off at once, others asked for (or given, by who may)."""
    if event is None:
        return {}
    if said := refusal(event.state, "offers"):
        form.wrong("projects", "", said)
    typed = form.text("currency")
    currency = typed.upper() or event.currency
    if not is_currency(currency):
        form.wrong("currency", typed, "“{value}” is no currency; write its three letters, like CNY.")
    elif currency != event.currency and not permits(event.state, "essentials"):
        form.wrong("currency", currency, refusal(event.state, "essentials"))
    payer = form.one_of("payer", PAYERS, str(event.defaults.get("payer", "guest")))
    texts = {key: value for key, value in event.texts.items() if key not in ("payer", "gift")}
    texts |= {name: words for name in ("payer", "gift") if (words := form.words(name, MOST_TEXT))}
    flags = form.many_of("flags", ("payments", "gift"))
    wanted = [_wanted(form, each, currency) for each in form.body.get("offers") or [] if isinstance(each, Mapping)]
    _check_mode(form, event, currency, wanted)
    return {
        "currency": currency, "payments": "payments" in flags, "texts": texts,
        "defaults": dict(event.defaults) | {"payer": payer, "gift": "gift" in flags},
        "then": partial(_follow, event, currency, wanted),
    }  # fmt: skip


def _wanted(form: Form, told: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """What is wished of one project: on offer or not, price in the currency, whole tonnes, a note."""
    key = str(told.get("project") or "")[:100]
    part = Form({f"price_{key}": told.get("price"), f"tonnes_{key}": told.get("tonnes"), "note": told.get("note")})
    wished = {
        "project_id": key, "open": told.get("open") is True, "price": part.money(f"price_{key}", currency, MOST_PRICE),
        "grams": part.whole(f"tonnes_{key}", MOST_TONNES) * GRAMS_PER_TONNE, "note": part.text("note"),
    }  # fmt: skip
    if wished["open"] and not wished["price"] and not part.errors:
        part.wrong(f"price_{key}", "", "{field}: say what a tonne costs, such as {like}.", like=amount(4500, currency))
    form.errors += part.errors
    return wished


def _check_mode(form: Form, event: Event, currency: str, wanted: Sequence[Mapping[str, Any]]) -> None:
    with get_store().read() as conn:
        known = {row["project_id"] for row in rows.projects(conn, event.livemode)}
        others = [row for row in rows.offerings_of(conn, event.event_id) if row["open"] and row["currency"] != currency]
    for each in wanted:
        if each["open"] and each["project_id"] not in known:
            message = "{field}: “{value}” is no project that such an event may offer."
            form.wrong("projects", each["project_id"], message)
    still = {each["project_id"] for each in wanted if each["open"]}
    if any(row["project_id"] in still for row in others):
        message = "{field}: projects are on offer in another currency; take them off first."
        form.wrong("currency", currency, message)


def _follow(event: Event, currency: str, wanted: Sequence[Mapping[str, Any]], conn: sa.Connection) -> None:
    """Takes off what is no longer wished, and asks for (or gives) what is new. Where the host pays for everybody from
    now on, what it has bought on the plan covers those who have answered."""
    if event.defaults.get("payer") != "host_all":
        offsetting.cover_all(conn, event.event_id, datetime.now(UTC))
    own = {row["project_id"]: row for row in rows.offerings_of(conn, event.event_id)}
    waiting = _waiting(conn, event.event_id)
    for each in wanted:
        now_open = own.get(each["project_id"])
        if not each["open"]:
            _take_off(conn, event, each["project_id"], now_open)
        elif each["grams"] or (_new_terms(now_open, each) and each["project_id"] not in waiting):
            _ask(conn, event, currency, each)


def _new_terms(own: Row | None, wished: Mapping[str, Any]) -> bool:
    return own is None or not own["open"] or own["price_minor_per_tonne"] != wished["price"]


def _take_off(conn: sa.Connection, event: Event, project_id: str, own: Row | None) -> None:
    for row in rows.requests(conn, event.event_id, "asked"):
        if row["project_id"] == project_id:
            _answer(conn, row, "withdrawn", "", "")
    if own is not None and own["open"]:
        lots.put_offering(conn, {**own, "open": False})
        record(conn, event.event_id, current_actor(), "offering.close", project_id)


def _ask(conn: sa.Connection, event: Event, currency: str, wished: Mapping[str, Any]) -> None:
    actor = current_actor()
    row = {
        "event_id": event.event_id, "request_id": new_id(event.event_id), "project_id": wished["project_id"],
        "grams": wished["grams"], "price_minor_per_tonne": wished["price"], "currency": currency,
        "note": wished["note"], "state": "asked", "asked_by": actor.label, "asked_at": datetime.now(UTC),
        "answered_by": "", "answered_at": None, "answer": "", "tranche_id": "",
    }  # fmt: skip
    for former in rows.requests(conn, event.event_id, "asked"):
        if former["project_id"] == row["project_id"] and former["currency"] != currency:
            _answer(conn, former, "withdrawn", "", "")  # nobody sells in two currencies
    rows.add_request(conn, row)
    told = {"grams": wished["grams"], "price_minor_per_tonne": wished["price"]}
    record(conn, event.event_id, actor, "credits.ask", wished["project_id"], told)
    if may_now(actor, "credits.manage", event.event_id):
        _grant(conn, row, "")


def grant_credits(actor: Actor, event_id: str, request_id: str, batch_id: str = "") -> CreditRequest:
    """Gives what was asked from a batch's free credits ('' = the one with the longest free interval) and puts the
    project on offer at the price that was asked. Needs credits.manage. Raises NotFound, Conflict where it was answered
    already or so many credits are not free."""
    require(actor, "credits.manage", event_id)
    with joined(get_store(), lambda conn: None) as joint:
        conn = joint.begin()
        _grant(conn, _waiting_row(conn, event_id, request_id), batch_id)
        return _read(conn, event_id, request_id)


def decline_credits(actor: Actor, event_id: str, request_id: str, reason: str) -> CreditRequest:
    """Says no, and why. Needs credits.manage. Raises NotFound, Conflict, InputError without a reason."""
    require(actor, "credits.manage", event_id)
    told = " ".join(reason.split())[:500]
    if not told:
        raise InputError([FieldError("reason", "", "{field}: say why; the organiser reads it.")])
    with get_store().write() as conn:
        row = _waiting_row(conn, event_id, request_id)
        _answer(conn, row, "declined", told, "")
        record(conn, event_id, actor, "credits.decline", row["project_id"], {"request": request_id, "reason": told})
        return _read(conn, event_id, request_id)


def _waiting_row(conn: sa.Connection, event_id: str, request_id: str) -> Row:
    row = rows.request(conn, event_id, request_id)
    if row is None:
        raise NotFound("There is no request {value}.", value=request_id[:60])
    if row["state"] != "asked":
        raise Conflict("This request has been answered already.")
    return row


def _read(conn: sa.Connection, event_id: str, request_id: str) -> CreditRequest:
    return next(_request(row) for row in rows.requests(conn, event_id) if row["request_id"] == request_id)


def _grant(conn: sa.Connection, row: Row, batch_id: str) -> None:
    """Assigns the grams and opens the offering, within the transaction."""
    actor, event_id, project_id = current_actor(), row["event_id"], row["project_id"]
    tranche_id = ""
    if row["grams"]:
        free = rows.free_batches(conn, project_id)
        chosen = batch_id or next((str(each["batch_id"]) for each in free), "")
        if not chosen or chosen not in {each["batch_id"] for each in free}:
            raise Conflict("No credits of this project are free; enter a batch first.")
        tranche_id = offsetting.assign_tranche_in(conn, event_id, chosen, int(row["grams"]))
    own = {each["project_id"]: each for each in rows.offerings_of(conn, event_id)}
    former = rows.former_terms(conn, [project_id]).get(project_id)
    terms = own.get(project_id) or former
    position = own[project_id]["position"] if project_id in own else len(own)
    lots.put_offering(conn, {
        "event_id": event_id, "project_id": project_id, "position": position, "currency": row["currency"],
        "price_minor_per_tonne": row["price_minor_per_tonne"], "split": list(terms["split"] if terms else WHOLE),
        "open": True,
    })  # fmt: skip
    _answer(conn, row, "granted", "", tranche_id)
    told = {"request": row["request_id"], "grams": row["grams"], "tranche": tranche_id}
    record(conn, event_id, actor, "credits.grant", project_id, told)


def _answer(conn: sa.Connection, row: Row, state: str, answer: str, tranche_id: str) -> None:
    rows.answer_request(conn, row["event_id"], row["request_id"], {
        "state": state, "answer": answer, "tranche_id": tranche_id, "answered_by": current_actor().label,
        "answered_at": datetime.now(UTC),
    })  # fmt: skip
