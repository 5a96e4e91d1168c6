"""A company's desk: its people at each event, what they emit and what of it is covered."""

from __future__ import annotations

from typing import Any

from dash import html

import reports
from locales import formats as f
from locales import pick, t
from pages._parts.desk import frame
from pages._parts.pieces import empty
from pages._parts.ring import mini_ring
from pages._parts.svg import themed_svg
from pages.registry import page
from reports import CompanyAtEvent

page(
    "/desk/company", kind="desk", title="Company", permission="company.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css",),
)  # fmt: skip


def layout(**_: Any) -> html.Div:
    """One row per company and event; test and live are told apart and never added."""
    rows = reports.companies_at_events()
    subtitle = t(
        "Totals of your people at each event. Nobody's own footprint is shown, and groups under five not at all."
    )
    notice = {"notice_kind": "tests"} if any(not row.livemode for row in rows) else {}
    body = html.Div(_table(rows), className="fz-card fz-panel fz-panel-flush") if rows else _nothing()
    return frame(body, "company", t("Company"), subtitle=subtitle, **notice)


def _nothing() -> html.Div:
    sentence = t("Nobody has named your company at an event yet. Guests do so when they begin.")
    return html.Div(empty(sentence), className="fz-card")


def _table(rows: list[CompanyAtEvent]) -> html.Div:
    words = (t("Company"), t("Event"), t("Kind"), t("People"), t("Emitted"), t("Covered"))
    head = html.Tr([html.Th(word, scope="col", className="fz-right" if i > 2 else "") for i, word in enumerate(words)])
    table = html.Table([html.Thead(head), html.Tbody([_row(row) for row in rows])], className="fz-table")
    return html.Div(table, className="fz-scroll", tabIndex="0")


def _row(row: CompanyAtEvent) -> html.Tr:
    name = html.A(pick(dict(row.company_names)), href=f"/desk/company/{row.company_id}/{row.slug}")
    cells: list[Any] = [html.Td(html.B(name)), html.Td(pick(dict(row.event_names)))]
    cells.append(html.Td(html.Span(t("live") if row.livemode else t("test"), className="fz-chip")))
    if row.hidden:
        return html.Tr(
            [*cells, html.Td(t("fewer than five"), className="fz-right"), *[html.Td("–", className="fz-right")] * 2]
        )
    rings = (row.retired_g, row.reserved_g, max(1, row.total_g))
    picture = themed_svg(lambda theme: mini_ring(*rings, size=16, theme=theme))
    share = html.Span([picture, f.percent_bp(row.covered_bp, 1)], className="fz-covered")
    for cell in (f.number(row.people), f.mass_text(row.total_g), share):
        cells.append(html.Td(cell, className="fz-right"))
    return html.Tr(cells)
