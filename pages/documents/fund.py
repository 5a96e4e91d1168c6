"""An event's special fund: what it supports, what it was given, what was paid out, and giving to it. No script."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from secrets import token_urlsafe
from typing import Any

import anyio.to_thread
from babel.numbers import get_currency_precision
from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

import events
import offsetting
from accounts import DomainError, TooMany, once, throttle
from calculations.model import FieldError, InputError
from events import FundView
from locales import current_language, pick, t
from locales import formats as f
from pages._parts.desk import sentence_of
from pages._parts.html_text import tag
from pages._parts.sent import sent
from pages._parts.visitor import address_of
from pages.account._form import hidden
from pages.documents._forum_parts import answer, attachment, card, document_line

router = APIRouter(include_in_schema=False)
GIFTS_A_MINUTE = 20  # begun from one address


@router.get("/e/{slug}/fund")
def page(request: Request, slug: str) -> Response:
    """The fund and the form; 404 where there is no such event."""
    return _answer(request, events.special_fund(slug))


@router.get("/e/{slug}/fund/{sha256}")
def document(slug: str, sha256: str) -> Response:
    """The fund's document."""
    return attachment(*events.fund_file(slug, sha256))


@router.post("/e/{slug}/fund")
async def give(request: Request, slug: str) -> Response:
    """Begins a gift and leads to its payment; the same form sent twice begins one."""
    told = await sent(request)
    address = address_of(request)
    try:
        order_id = await anyio.to_thread.run_sync(lambda: _begin(slug, told, address))
    except (InputError, DomainError) as error:
        view = await anyio.to_thread.run_sync(events.special_fund, slug)
        return _answer(request, view, told.get("amount", ""), error)
    return RedirectResponse(f"/pay/{order_id}", 303, headers={"Cache-Control": "no-store"})


def _begin(slug: str, told: dict[str, str], address: str) -> str:
    throttle(f"gift:{address}", GIFTS_A_MINUTE, 60)
    currency = events.get_event(slug).currency
    amount = _minor(told.get("amount") or told.get("proposed", ""), currency)
    body = json.dumps([slug, amount]).encode()
    language, key = current_language(), told.get("key", "")[:80] or token_urlsafe(12)
    _, order_id = once(f"gift:{slug}", key, body, lambda: (201, offsetting.place_gift(slug, amount, language)))
    return str(order_id)


def _minor(text: str, currency: str) -> int:
    """Money as typed, in minor units. Raises InputError."""
    plain = text.strip().replace(currency, "").replace("¥", "").replace(" ", "").replace(",", ".")
    try:
        minor = Decimal(plain).scaleb(get_currency_precision(currency))
    except InvalidOperation:
        minor = Decimal("NaN")
    if not minor.is_finite() or minor != minor.to_integral_value() or abs(minor) > 10**12:
        message = "{field}: {value} is no amount of money; write it as {like}."
        like = "50" if get_currency_precision(currency) == 0 else "50.00"
        raise InputError([FieldError("amount", text[:40], message, {"like": like})])
    return int(minor)


def _answer(request: Request, view: FundView, typed: str = "", error: Exception | None = None) -> Response:
    status = {InputError: 422, TooMany: 429}.get(type(error), 409) if error else 200
    title = pick(dict(view.names)) or t("Special fund")
    inside = [_supports(view), _figures(view), _form(view, typed, error), _payouts(view)]
    if not (view.is_told or view.takes or view.figures.given_minor):
        inside = inside[:1]  # nothing is there yet: one sentence says it
    return answer(request, title, view.event, [part for part in inside if part is not None], status)


def _supports(view: FundView) -> Any:
    if not view.is_told:
        return card(html.P(t("The organiser has not said yet what this fund supports."), className="fz-body"))
    lines = [html.P(line, className="fz-body") for line in pick(dict(view.texts)).split("\n") if line.strip()]
    link = document_line(view.document, f"/e/{view.event.slug}/fund/{view.document.sha256}")
    return card(*lines, link, title=t("What it supports"))


def _figures(view: FundView) -> Any:
    found = view.figures
    if found.given_minor is None:
        return card(html.P(t("What was given is shown once five gifts have come."), className="fz-body"))
    rows = [(t("Given"), found.given_minor), (t("Paid out"), found.paid_out_minor),
            (t("In the fund"), found.given_minor - found.paid_out_minor)]  # fmt: skip
    cells: list[Any] = []
    for name, minor in rows:
        cells += [html.Dt(name), html.Dd(html.B(f.money(minor, found.currency)))]
    note = None if found.livemode else html.P(t("Test money: nobody gave anything."), className="fz-note")
    return card(html.Dl(cells, className="fz-facts"), note, title=t("So far"))


def _form(view: FundView, typed: str, error: Exception | None) -> Any:
    if not view.takes:
        said = t(getattr(error, "message", "No gifts are taken here now."), **getattr(error, "params", {}))
        return card(html.P(said, className="fz-body"))
    found, event = view.figures, view.event
    wrong = _sentence(error, found.currency)
    marks = {"aria-invalid": "true", "aria-describedby": "gift-amount-error"} if wrong else {}
    field = tag("input", id="gift-amount", name="amount", class_="fz-input", inputmode="decimal", autocomplete="off",
                maxlength="14", value=typed, **marks)  # fmt: skip
    label = html.Label(t("Another amount in {currency}", currency=found.currency), htmlFor="gift-amount",
                       className="fz-label")  # fmt: skip
    said = html.P(wrong, id="gift-amount-error", className="fz-error", role="alert") if wrong else None
    note = t("A gift is a choice of its own: it buys no credits, covers no emissions and comes with no certificate of "
             "any. You get a receipt.")  # fmt: skip
    proposed = [
        html.Label([tag("input", type="radio", name="proposed", value=_plain(minor, found.currency),
                        checked=minor == found.proposed_minor[1]), html.Span(f.money(minor, found.currency))],
                   className="fz-choice") for minor in found.proposed_minor
    ]  # fmt: skip
    choice = html.Fieldset([html.Legend(t("How much"), className="fz-label"), *proposed], className="fz-choices")
    button = html.Button(t("Go on to the payment"), type="submit", className="fz-button fz-button-main fz-button-wide")
    own = pick(dict(event.texts.get("gift") or {}))
    parts = [html.H2(t("Give to it")), html.P(own, className="fz-body") if own else None,
             html.P(note, className="fz-body"), hidden("key", token_urlsafe(12)), choice,
             html.Div([label, field, said], className="fz-field-group"), button]  # fmt: skip
    return html.Form(parts, method="post", action=f"/e/{event.slug}/fund", className="fz-card fz-pad fz-stack")


def _plain(minor: int, currency: str) -> str:
    return str(Decimal(minor).scaleb(-get_currency_precision(currency)))


def _sentence(error: Exception | None, currency: str) -> str:
    if isinstance(error, InputError):
        return sentence_of(error.errors[0], {"amount": t("Amount in {currency}", currency=currency)})
    return t(error.message, **error.params) if isinstance(error, DomainError) else ""


def _payouts(view: FundView) -> Any:
    if not view.figures.payouts:
        return None
    rows = []
    for paid in view.figures.payouts:
        words = [f.date_text(paid.paid_on), " · ", html.B(f.money(paid.amount_minor, paid.currency)), " · ",
                 html.Span(paid.number, className="fz-mono")]  # fmt: skip
        rows.append(html.Li([*words, f" · {t('came back')}" if paid.came_back else ""]))
    return card(html.Ul(rows, className="fz-dots"), title=t("What was paid out"))
