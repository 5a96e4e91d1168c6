"""Receipts: one for each order that was paid, numbered without gaps by event and year, and a credit note where it went
back.

The seller is the exchange as the settings name it when the receipt is made. A buyer may say whom the receipt names,
before paying or after; that is added, and nothing of the receipt changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from accounts import Conflict, NotFound
from calculations import money
from calculations.model import FieldError, InputError
from data.settings import Settings, get_settings
from data.store import orders
from data.store import receipts as rows
from data.store.engine import get_store, run_write
from data.store.ids import event_of

Row = Mapping[Any, Any]
RECEIPT, CREDIT_NOTE = "receipt", "credit_note"
LETTERS = {RECEIPT: "R", CREDIT_NOTE: "C"}
BUYER_FIELDS = {"title": 200, "tax_number": 60, "address": 300}
MOST_VERSIONS = 50
_TAX_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z ./-]*")


@dataclass(frozen=True, slots=True)
class Buyer:
    """Whom a receipt names; texts as told, '' where nothing was."""

    title: str = ""
    tax_number: str = ""
    address: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seller:
    """The exchange on a receipt; ``tax_bp`` None: no tax is stated."""

    name: str = ""
    address: str = ""
    tax_id: str = ""
    tax_bp: int | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A receipt or a credit note: its number, its day, what it is of (positive; a credit note gives it back)."""

    number: str
    kind: str
    amount_minor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What stands on an order's receipt. ``price_minor`` and ``gift_minor`` add up to what was paid; ``exact_minor`` is
    the price before it was rounded up; ``tax_minor`` is the tax within the price, None where none is stated."""

    order_id: str
    order_state: str
    event_names: Mapping[str, str]
    event_slug: str
    timezone: str
    livemode: bool
    simulated: bool
    project_names: Mapping[str, str]
    registry: str
    company_names: Mapping[str, str]
    grams: int
    price_minor_per_tonne: int
    exact_minor: Decimal
    price_minor: int
    gift_minor: int
    currency: str
    provider: str
    paid_at: datetime | None
    certificate_number: str
    seller: Seller
    tax_minor: int | None
    buyer: Buyer
    receipt: Paper | None
    credit_note: Paper | None
    refund_reason: str

    @property
    def is_gift(self) -> bool:
        """Whether it is of a gift alone, which bought nothing."""
        return self.grams == 0

    @property
    def total_minor(self) -> int:
        """What was paid."""
        return self.price_minor + self.gift_minor


def issue(conn: Connection, order: Row, now: datetime) -> str:
    """Numbers the receipt of an order that has just been paid, in the payment's transaction: call it last, as the
    event's series is taken until that ends."""
    return _issue(conn, order, RECEIPT, order["amount_minor"] + order["gift_minor"], "", now)


def credit(conn: Connection, order: Row, now: datetime) -> str:
    """Numbers the credit note of a paid order that goes back; '' where it has no receipt."""
    papers = rows.of_order(conn, order["event_id"], order["order_id"])
    if not papers:
        return ""
    return _issue(conn, order, CREDIT_NOTE, -papers[0]["amount_minor"], papers[0]["number"], now)


def _issue(conn: Connection, order: Row, kind: str, amount: int, refers_to: str, now: datetime) -> str:
    event_id = order["event_id"]
    year = now.astimezone(ZoneInfo(rows.zone_of(conn, event_id))).year
    seq_no = rows.next_number(conn, event_id, kind, year)
    number = f"{LETTERS[kind]}-{event_id.upper()}-{year}-{seq_no:06d}"
    number = number if order["livemode"] else f"TEST-{number}"
    rows.add(conn, {
        "event_id": event_id, "number": number, "kind": kind, "year": year, "seq_no": seq_no,
        "order_id": order["order_id"], "refers_to": refers_to, "amount_minor": amount, "currency": order["currency"],
        "seller": _seller_now(get_settings()), "livemode": order["livemode"], "at": now,
    })  # fmt: skip
    return number


@lru_cache(maxsize=4)
def _seller_now(settings: Settings) -> dict[str, Any]:
    """The exchange as the settings name it, without what is not set."""
    named = {
        "name": settings.exchange_name, "address": settings.exchange_address, "tax_id": settings.exchange_tax_id,
    }  # fmt: skip
    kept: dict[str, Any] = {key: value for key, value in named.items() if value}
    if settings.exchange_tax_percent:
        kept["tax_bp"] = int(Decimal(settings.exchange_tax_percent) * 100)
    return kept


def receipt_of(order_id: str) -> Receipt:
    """The receipt of an order as it stands; ``receipt`` is None before it is paid. Raises NotFound."""
    event_id = event_of(order_id)
    with get_store().read() as conn:
        order = rows.context(conn, event_id, order_id) if event_id else None
        if order is None:
            raise NotFound("There is no order {value}.", value=order_id[:60])
        papers = rows.of_order(conn, event_id, order_id)
        told = rows.buyer(conn, event_id, order_id)
        refunded = rows.turned_at(conn, event_id, order_id, "refunded")
    return _view(order, papers, told, refunded[1] if refunded else "")


def _view(order: Row, papers: list[Row], told: Row | None, reason: str) -> Receipt:
    seller = Seller(**((papers[0]["seller"] if papers else None) or _seller_now(get_settings())))
    same = (
        "order_id", "event_names", "timezone", "project_names", "registry", "grams", "price_minor_per_tonne",
        "gift_minor", "currency", "provider", "paid_at", "certificate_number",
    )  # fmt: skip
    order = {**order, "project_names": order["project_names"] or {}, "registry": order["registry"] or ""}
    shown = [Paper(p["number"], p["kind"], abs(p["amount_minor"]), p["at"]) for p in papers]
    tax = None if seller.tax_bp is None else money.tax_within(order["amount_minor"], seller.tax_bp)
    return Receipt(
        **{name: order[name] for name in same}, order_state=order["state"], event_slug=order["slug"],
        livemode=bool(order["livemode"]), simulated=bool(order["simulated"]),
        company_names=(order["company_names"] or {}) if order["buyer"] == "company" else {},
        exact_minor=Decimal(order["grams"] * order["price_minor_per_tonne"]) / money.GRAMS_PER_TONNE,
        price_minor=order["amount_minor"], seller=seller, tax_minor=tax, buyer=_buyer(told),
        receipt=next((paper for paper in shown if paper.kind == RECEIPT), None),
        credit_note=next((paper for paper in shown if paper.kind == CREDIT_NOTE), None), refund_reason=reason,
    )  # fmt: skip


def _buyer(told: Row | None) -> Buyer:
    return Buyer(told["title"], told["tax_number"], told["address"], told["at"]) if told else Buyer()


def set_buyer(
    order_id: str, title: str, tax_number: str = "", address: str = "", entered_by: str = "guest",
    now: datetime | None = None,
) -> Buyer:  # fmt: skip
    """Whom the receipt of an order names, before it is paid or after; the caller has proved that it holds the order.
    The same again changes nothing. Raises NotFound, InputError, and Conflict after 50 changes."""
    event_id, at = event_of(order_id), now or datetime.now(UTC)
    told = {"title": _line(title), "tax_number": _line(tax_number), "address": _one_line(address)}
    _check_buyer(told)

    def work(conn: Connection) -> Buyer:
        if orders.get(conn, event_id, order_id, lock=True) is None:
            raise NotFound("There is no order {value}.", value=order_id[:60])
        last = rows.buyer(conn, event_id, order_id)
        if last is not None and all(last[name] == text for name, text in told.items()):
            return _buyer(last)
        version = last["version"] + 1 if last else 1
        if version > MOST_VERSIONS:
            raise Conflict("Whom this receipt names has been changed too often.")
        values = told | {"event_id": event_id, "order_id": order_id, "version": version, "at": at}
        rows.add_buyer(conn, values | {"entered_by": entered_by})
        return Buyer(**told, at=at)

    return run_write(get_store(), work)


def _line(text: str) -> str:
    return " ".join(str(text).split())


def _one_line(text: str) -> str:
    """Several lines as one: "Hauptstraße 1, 80331 München"."""
    return ", ".join(line for each in str(text).splitlines() if (line := _line(each).rstrip(",， ")))


def _check_buyer(told: Mapping[str, str]) -> None:
    errors = [
        FieldError(name, told[name][:60] + "…", "{field}: {value} is too long; write at most {most} characters.",
                   {"most": most})
        for name, most in BUYER_FIELDS.items() if len(told[name]) > most
    ]  # fmt: skip
    if not told["title"] and (told["tax_number"] or told["address"]):
        errors.append(FieldError("title", "", "{field}: write the name that the receipt should have."))
    if told["tax_number"] and not _TAX_NUMBER.fullmatch(told["tax_number"]):
        message = "{field}: {value} is no tax number; write letters and digits."
        errors.append(FieldError("tax_number", told["tax_number"][:60], message))
    if errors:
        raise InputError(errors)
