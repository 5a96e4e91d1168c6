"""A list of orders with its states to choose from, for organisers and companies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from locales import formats as f
from locales import pick, t
from offsetting import OrderList, OrderRow
from pages._parts.desk import order_state
from pages._parts.pieces import empty


def order_list(found: OrderList, base: str, state: str, zone: str, linked: bool = False) -> list[Any]:
    """States with their counts, the rows of this page, and the way to the next; ``base`` is the page's address, under
    which each order has its own page where ``linked``."""
    if not found.total and not state:
        return [empty(t("No order yet. They appear here as guests choose a share."))]
    head = (t("Order"), t("When"), t("For"), t("Project"), t("State"), t("Mass"), t("Paid"))
    top = html.Tr([html.Th(word, scope="col", className="fz-right" if i > 4 else "") for i, word in enumerate(head)])
    rows = html.Tbody([_row(row, zone, f"{base}/{row.order_id}" if linked else "") for row in found.rows])
    table = html.Div(
        html.Table([html.Thead(top), rows], className="fz-table fz-wide-table"), className="fz-scroll", tabIndex="0"
    )
    return [_states(found, base, state), table, _pager(found, base, state)]


def _states(found: OrderList, base: str, state: str) -> html.Div:
    whole = sum(known.order_count for known in found.sums)
    chips = [_chip(html.Span(t("All")), whole, base, not state)]
    chips += [
        _chip(order_state(s.state), s.order_count, f"{base}?state={s.state}", state == s.state) for s in found.sums
    ]
    return html.Div(chips, className="fz-states")


def _chip(words: Any, count: int, href: str, here: bool) -> html.A:
    current = {"aria-current": "true"} if here else {}
    return html.A(
        [words, html.Span(f.number(count), className="fz-tabular")], href=href, className="fz-chip", **current
    )


def _row(row: OrderRow, zone: str, href: str) -> html.Tr:
    whom = {
        "residual": t("Residual of the event"),
        "plan": t("The event, on the plan"),
        "participations": t("Chosen guests"),
        "company": t("Company's people"),
    }
    company = pick(dict(row.company_names))
    parts: Sequence[str] = [
        whom.get(row.covers, t("A guest")),
        company if row.covers == "company" or not row.covers else "",
    ]
    number = row.certificate_number
    certificate = html.A(number, href=f"/certificate/{number}", className="fz-mono") if number else None
    cells = [
        html.Td(
            [
                html.A(row.order_id[-6:], href=href, className="fz-mono", title=row.order_id)
                if href
                else html.Span(row.order_id[-6:], className="fz-mono", title=row.order_id),
                html.Br() if number else None,
                certificate,
                html.Br() if number else None,
                html.A(t("Receipt"), href=f"/order/{row.order_id}/receipt", className="fz-note") if number else None,
            ]
        ),
        html.Td(f.datetime_text(row.created_at, zone, style="short")),
        html.Td(" · ".join(part for part in parts if part)),
        html.Td(pick(dict(row.project_names))),
        html.Td(order_state(row.state)),
        html.Td(f.mass_text(row.grams), className="fz-right"),
        html.Td(f.money(row.total_minor, row.currency), className="fz-right"),
    ]
    return html.Tr(cells)


def _pager(found: OrderList, base: str, state: str) -> html.Div | None:
    def href(number: int) -> str:
        return f"{base}?page={number}" + (f"&state={state}" if state else "")

    links = []
    if found.page > 1:
        links.append(html.A(t("Newer"), href=href(found.page - 1), className="fz-link"))
    if found.has_next:
        links.append(html.A(t("Older"), href=href(found.page + 1), className="fz-link"))
    return html.Div(links, className="d-flex gap-4 fz-pager") if links else None
