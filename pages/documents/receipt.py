"""An order's receipt: its page with whom it names, without script, and its PDF. Whoever holds the order may open it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import anyio.to_thread
from dash import html
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from accounts import Conflict, current_actor
from calculations.model import FieldError, InputError
from locales import current_language, t
from locales import formats as f
from offsetting import receipts
from pages._parts.desk import sentence_of
from pages._parts.html_text import Raw, document, render, tag
from pages._parts.icons import icon_svg
from pages._parts.sent import sent
from pages._parts.shell import guest_shell
from pages.documents._receipt_pdf import receipt_pdf
from pages.documents._receipt_words import (
    buyer_lines,
    day_of,
    how_priced,
    no_fapiao,
    position_of,
    seller_lines,
    tax_words,
)
from pages.documents._served import compressed, style_of

router = APIRouter(include_in_schema=False)


@router.get("/order/{order_id}/receipt.pdf")
def pdf(order_id: str) -> Response:
    """The receipt as PDF. Raises NotFound, and Conflict before the order is paid."""
    found = receipts.receipt_of(order_id)
    if found.receipt is None:
        raise Conflict("There is no receipt yet: this order is not paid.")
    name = f"{found.receipt.number}-{current_language()}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return Response(receipt_pdf(found, current_language()), media_type="application/pdf", headers=headers)


@router.get("/order/{order_id}/receipt")
def page(order_id: str, request: Request, kept: str = "") -> Response:
    """What the receipt says, and the form for whom it names."""
    found = receipts.receipt_of(order_id)
    buyer = found.buyer
    told = {"title": buyer.title, "tax_number": buyer.tax_number, "address": buyer.address}
    return _answer(request, found, told, kept=bool(kept))


@router.post("/order/{order_id}/receipt")
async def name(order_id: str, request: Request) -> Response:
    """Keeps whom the receipt names. The guard has seen that no other address asks."""
    body = await sent(request)
    told = {key: body.get(key, "") for key in receipts.BUYER_FIELDS}
    by = current_actor().label if current_actor().kind == "person" else "guest"
    try:
        await anyio.to_thread.run_sync(lambda: receipts.set_buyer(order_id, **told, entered_by=by))
    except (InputError, Conflict) as error:
        found = await anyio.to_thread.run_sync(receipts.receipt_of, order_id)
        return _answer(request, found, told, error)
    return RedirectResponse(f"/order/{order_id}/receipt?kept=1", 303, headers={"Cache-Control": "no-store"})


def _answer(
    request: Request, found: receipts.Receipt, told: Mapping[str, str], error: InputError | Conflict | None = None,
    kept: bool = False,
) -> Response:  # fmt: skip
    main = [_top(found), _card(found), _form(found, told, error, kept)]
    kind = None if found.livemode else "demo" if found.simulated else "test"
    shown = render(guest_shell(html.Div(main, className="fz-stack"), found.event_slug, None, kind))
    css = style_of(shown, "guest", "fz-document")
    text = document(t("Receipt") + " · Forum Zero", shown, language=current_language(), css=css)
    answer = compressed(request, text, 422 if isinstance(error, InputError) else 409 if error else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _top(found: receipts.Receipt) -> html.Div:
    back = html.A(t("Back to the order"), href=f"/order/{found.order_id}", className="fz-link")
    parts: list[Any] = [html.H1(t("Receipt"), className="fz-page-h1"), back]
    if found.receipt is None:
        parts.append(html.P(t("It is made when the order is paid. Say now whom it should name, or later."),
                            className="fz-body"))  # fmt: skip
    return html.Div(parts, className="fz-stack")


def _card(found: receipts.Receipt) -> html.Div:
    rows: list[Any] = []
    if found.receipt:
        rows += _row(t("Number"), html.Span(found.receipt.number, className="fz-mono"), day_of(found.receipt.at, found))
    if found.credit_note:
        note = html.Span(found.credit_note.number, className="fz-mono")
        rows += _row(t("Credit note"), note, day_of(found.credit_note.at, found))
    rows += _row(t("Seller"), *seller_lines(found))
    rows += _row(t("Buyer"), *buyer_lines(found))
    if found.is_gift:
        note = t("Chosen apart from the price; it buys no credits.")
        rows += _row(t("Position"), t("Gift to the special fund"), note)
    else:
        rows += _row(t("Position"), position_of(found), *how_priced(found))
        rows += _row(t("Price"), f.money(found.price_minor, found.currency))
    if found.gift_minor:
        rows += _row(t("Gift"), f.money(found.gift_minor, found.currency))
    rows += _row(t("Paid") if found.receipt else t("To pay"), html.B(f.money(found.total_minor, found.currency)),
                 tax_words(found))  # fmt: skip
    parts: list[Any] = [html.Dl(rows, className="fz-facts")]
    if found.receipt:
        href = f"/order/{found.order_id}/receipt.pdf?lang={current_language()}"
        parts.append(html.A([Raw(icon_svg("download", class_name="fz-icon")), html.Span(t("Receipt as PDF"))],
                            href=href, className="fz-button fz-button-main fz-button-wide"))  # fmt: skip
    parts += [html.P(words, className="fz-note") for words in no_fapiao(found)]
    return html.Div(parts, className="fz-card fz-pad fz-stack")


def _row(name: Any, first: Any, *more: Any) -> list[Any]:
    told = [html.Div(line, className="fz-note") for line in more if line]
    return [html.Dt(name), html.Dd([first, *told])]


def _form(
    found: receipts.Receipt, told: Mapping[str, str], error: InputError | Conflict | None, kept: bool
) -> html.Form:  # fmt: skip
    wrong = {item.field: item for item in error.errors} if isinstance(error, InputError) else {}
    labels = {"title": t("Name on the receipt"), "tax_number": t("Tax number"), "address": t("Postal address")}
    fields = [_field(key, labels, told.get(key, ""), wrong.get(key)) for key in labels]
    said: Any = html.P(t("Kept. The receipt names it from now on."), className="fz-ok", role="status") if kept else None
    if isinstance(error, Conflict):
        said = html.P(t(error.message, **error.params), className="fz-error")
    note = t("For a company’s books. Leave it empty, and the receipt names nobody. Whoever holds this order sees it.")
    button = html.Button(t("Keep it"), type="submit", className="fz-button fz-button-wide")
    parts = [html.H2(t("Whom the receipt names")), html.P(note, className="fz-note"), *fields, button, said]
    return html.Form(parts, method="post", action=f"/order/{found.order_id}/receipt",
                     className="fz-card fz-pad fz-stack")  # fmt: skip


def _field(key: str, labels: Mapping[str, str], value: str, wrong: FieldError | None) -> html.Div:
    marks = {"aria_invalid": "true", "aria_describedby": f"receipt-{key}-error"} if wrong else {}
    complete = {"title": "organization", "tax_number": "off", "address": "street-address"}[key]
    field = tag("input", id=f"receipt-{key}", name=key, class_="fz-input", value=value, autocomplete=complete,
                maxlength=str(receipts.BUYER_FIELDS[key]), **marks)  # fmt: skip
    parts = [html.Label(labels[key], htmlFor=f"receipt-{key}", className="fz-label"), field]
    if wrong:
        sign = Raw(icon_svg("error", class_name="fz-icon"))
        parts.append(html.P([sign, html.Span(sentence_of(wrong, labels))], id=f"receipt-{key}-error",
                            className="fz-error"))  # fmt: skip
    return html.Div(parts, className="fz-field-group")
