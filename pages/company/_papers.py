"""A company's papers: every paid order at every event with its certificate and receipt, as a table and as CSV; and
whom all its receipts name."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

import events
import offsetting
import reports
from data.table_given import csv_cells
from locales import formats as f
from locales import pick, t
from offsetting import OrderRow, receipts
from offsetting.receipts import Receipt
from pages._parts.desk import button_link, order_state, panel
from pages._parts.desk_form import area, button, labelled, typed
from pages._parts.pieces import empty
from reports import CompanyAtEvent

MOST_EVENTS, MOST_ORDERS = 50, 200
COLUMNS = (
    "event", "event_name", "livemode", "paid_on", "order", "state", "grams", "amount_minor", "currency", "project",
    "certificate", "certificate_url", "receipt", "receipt_url", "credit_note", "billed_to", "tax_number", "address",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Papers:
    """A paid order of a company, with its receipt."""

    event: CompanyAtEvent
    order: OrderRow
    receipt: Receipt


def papers_of(company_id: str) -> list[Papers]:
    """What a company has paid for, by event, newest first. Needs company.view of this company."""
    found = []
    for event in [row for row in reports.companies_at_events() if row.company_id == company_id][:MOST_EVENTS]:
        listed = offsetting.list_orders(event.slug, company_id=company_id, size=MOST_ORDERS)
        for order in listed.rows:
            told = receipts.receipt_of(order.order_id) if order.buyer == "company" else None
            if told is not None and told.receipt is not None:
                found.append(Papers(event, order, told))
    return found


def papers_panel(company_id: str, found: Sequence[Papers]) -> html.Section:
    """All certificates and receipts in one list."""
    title = t("Certificates and receipts")
    if not found:
        words = t("Nothing has been paid yet. Certificates and receipts of every event stand here together.")
        return panel(title, empty(words))
    heads = (t("Event"), t("Paid on"), t("Certificate"), t("Receipt"), t("State"), t("Mass"), t("Paid"))
    head = html.Tr([html.Th(word, scope="col", className="fz-right" if i > 4 else "") for i, word in enumerate(heads)])
    body = html.Tbody([_row(each) for each in found])
    table = html.Table([html.Thead(head), body], className="fz-table fz-wide-table")
    file = button_link(t("As CSV"), f"/desk/company/{company_id}/files/papers.csv", "table", download="")
    return panel(title, [html.Div(table, className="fz-scroll", tabIndex="0"), html.Div(file, className="mt-3")])


def _row(each: Papers) -> html.Tr:
    number, order_id = each.receipt.certificate_number, each.order.order_id
    zone = events.get_event(each.event.slug).timezone
    paid = f.datetime_text(each.receipt.paid_at, zone, style="short") if each.receipt.paid_at else "–"
    pdf = html.A("PDF", href=f"/certificate/{number}.pdf", className="fz-paper-file",
                 **{"aria-label": t("Certificate {number} as PDF", number=number)})  # fmt: skip
    certificate = [html.A(number, href=f"/certificate/{number}", className="fz-mono"), pdf] if number else "–"
    assert each.receipt.receipt is not None
    name = each.receipt.receipt.number
    receipt = [html.A(name, href=f"/order/{order_id}/receipt", className="fz-mono"), html.A(
        "PDF", href=f"/order/{order_id}/receipt.pdf", className="fz-paper-file",
        **{"aria-label": t("Receipt {number} as PDF", number=name)})]  # fmt: skip
    kind = html.Span(t("live") if each.order.livemode else t("test"), className="fz-chip ms-2")
    cells = [html.Td([html.A(pick(dict(each.event.event_names)),
                             href=f"/desk/company/{each.event.company_id}/{each.event.slug}"), kind]),
             html.Td(paid), html.Td(certificate), html.Td(receipt), html.Td(order_state(each.order.state))]  # fmt: skip
    for words in (f.mass_text(each.order.grams), f.money(each.order.total_minor, each.order.currency)):
        cells.append(html.Td(words, className="fz-right"))
    return html.Tr(cells)


def labels() -> dict[str, str]:
    """The fields' names, for sentences."""
    return {"title": t("Name on receipts"), "tax_number": t("Tax number"), "address": t("Address")}


def billing_panel(found: Sequence[Papers], told: Any = None, given: Sequence[str] = ()) -> html.Section:
    """Whom the company's receipts name: told once, for all of them; filled in as the newest has it."""
    newest = max((each.receipt.buyer for each in found if each.receipt.buyer.at), key=_told_at, default=None)
    kept = (newest.title, newest.tax_number, newest.address) if newest else ("", "", "")
    title, tax, address = given or kept
    names = labels()
    fields = [
        labelled("billing", "title", names["title"], typed("billing", "title", title, maxLength=200)),
        labelled("billing", "tax_number", names["tax_number"], typed("billing", "tax_number", tax, maxLength=60)),
    ]
    words = t("Stands on every receipt of the company, those that are out already too; each keeps its number.")
    if not found:
        words = t("Once the first order is paid, its receipt is named here, with tax number and address.")
    form = html.Div([
        html.Div(fields, className="fz-two mb-3"),
        labelled("billing", "address", names["address"], area("billing", "address", address, 2)),
        html.Div(button("billing-save", t("Put on all receipts"), "check"), className="mt-3"),
    ], hidden=not found)  # fmt: skip
    inside = [html.P(words, className="fz-small mb-3"), form, html.Div(told, role="status")]
    return panel(t("On invoices and receipts"), inside, span=12)


def _told_at(buyer: receipts.Buyer) -> float:
    return buyer.at.timestamp() if buyer.at else 0.0


def papers_csv(found: Sequence[Papers], base: str) -> str:
    """The same as CSV, addresses in full; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for each in found:
        writer.writerow(csv_cells(_cells(each, base)))
    return out.getvalue()


def _cells(each: Papers, base: str) -> list[Any]:
    receipt, order = each.receipt, each.order
    number, buyer = receipt.certificate_number, receipt.buyer
    return [
        each.event.slug, pick(dict(each.event.event_names)), "live" if order.livemode else "test",
        receipt.paid_at.date().isoformat() if receipt.paid_at else "", order.order_id, order.state, order.grams,
        order.total_minor, order.currency, pick(dict(receipt.project_names)), number,
        f"{base}/certificate/{number}" if number else "", receipt.receipt.number if receipt.receipt else "",
        f"{base}/order/{order.order_id}/receipt.pdf", receipt.credit_note.number if receipt.credit_note else "",
        buyer.title or pick(dict(receipt.company_names)), buyer.tax_number, buyer.address,
    ]  # fmt: skip
