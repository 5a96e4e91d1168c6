"""The desk's first page: the events one may see with their figures, and the doors to the other desks."""

from __future__ import annotations

from typing import Any

from dash import html

import events
from accounts import current_actor, may, where_may
from locales import formats as f
from locales import pick, t
from pages._parts.desk import button_link, desk_nav, event_days, frame, panel
from pages._parts.icons import icon
from pages._parts.pieces import empty, head_cell
from pages._parts.ring import mini_ring
from pages._parts.svg import themed_svg
from pages.registry import page

page(
    "/desk", kind="desk", title="Events", permission="desk.open", scripts=("js/desk.js",), styles=("css/desk-more.css",)
)
ROWS = 20


def layout(page: str = "1", **_: Any) -> html.Div:
    """A table of events, newest first; for those who see none, their own doors."""
    number = int(page) if page.isdecimal() and len(page) < 6 else 1
    actor = current_actor()
    if not may(actor, "event.view"):
        return frame(_doors(), "events", t("Desks"))
    act = [button_link(t("New event"), "/desk/new", "plus", "fz-button-main")] if may(actor, "event.create") else []
    about = t("Test and live events are never added together.")
    body = [_drafts(), _table(max(1, number)), _doors()]
    return frame(body, "events", t("Events"), subtitle=about, actions=act)


def _drafts() -> Any:
    """Drafts, each with the way to go on; None where this person has none."""
    found = events.drafts()
    if not found:
        return None
    rows = [
        html.Li([html.A(html.B(pick(dict(card.names))), href=f"/desk/e/{card.slug}/setup"),
                 html.Span(t("draft"), className="fz-chip"),
                 html.A(t("Go on"), href=f"/desk/e/{card.slug}/setup", className="fz-link")])
        for card in found[:ROWS]
    ]  # fmt: skip
    return panel(t("Drafts"), html.Ul(rows, className="fz-drafts"), t("nobody else sees them"))


def _table(number: int) -> html.Div | None:
    found = events.find_events(page=number, size=ROWS, only=where_may(current_actor(), "event.view"))
    if not found.total and events.drafts():
        return None
    if not found.items:
        return html.Div(
            empty(t("There is no event here that you may see. Ask its organiser for a role.")), className="fz-card"
        )
    head = (t("Event"), t("Date"), t("State"), t("Guests"), t("Emitted"), t("Covered"), "")
    top = html.Tr([head_cell(word, "fz-right" if i > 2 else "") for i, word in enumerate(head)])
    table = html.Table([html.Thead(top), html.Tbody([_row(card) for card in found.items])], className="fz-table")
    parts: list[Any] = [html.Div(table, className="fz-scroll", tabIndex="0")]
    return html.Div([*parts, _pager(found)], className="fz-card fz-panel fz-panel-flush")


def _row(card: events.EventCard) -> html.Tr:
    totals = events.totals(card.slug)
    name = html.A(pick(dict(card.names)), href=f"/desk/e/{card.slug}")
    number, unit = f.mass(totals.mass.total_g)
    share = f.percent_bp(totals.share_bp, 1) if totals.mass.total_g else "–"
    rings = (totals.retired_g, totals.reserved_g, max(1, totals.mass.total_g))
    covered = html.Span(
        [themed_svg(lambda theme: mini_ring(*rings, size=16, theme=theme)), share], className="fz-covered"
    )
    cells = [f.number(totals.participants), [number, html.Small(f"\u202f{unit}")], covered]
    states = {"open": t("open"), "closed": t("closed"), "settled": t("settled")}
    kinds = (states.get(card.state, card.state), t("live") if card.livemode else t("test"))
    kind = html.Div([html.Span(each, className="fz-chip") for each in kinds], className="d-flex flex-wrap gap-1")
    place = html.Span(pick(dict(card.place.names)), className="fz-note")
    first = [html.Td([html.B(name), html.Br(), place]), html.Td(event_days(card)), html.Td(kind)]
    copy = html.A(
        [icon("copy"), html.Span(t("Copy"))], href=f"/desk/new?copy={card.slug}", className="fz-button fz-button-small",
        **{"aria-label": t("Copy {event}", event=pick(dict(card.names)))},
    ) if may(current_actor(), "event.create") else None  # fmt: skip
    return html.Tr([*first, *[html.Td(cell, className="fz-right") for cell in [*cells, copy]]])


def _pager(found: events.Page[events.EventCard]) -> html.Div | None:
    links = []
    if found.page > 1:
        links.append(html.A(t("Newer"), href=f"/desk?page={found.page - 1}", className="fz-link"))
    if found.has_next:
        links.append(html.A(t("Older"), href=f"/desk?page={found.page + 1}", className="fz-link"))
    return html.Div(links, className="d-flex gap-4 fz-pager") if links else None


def _doors() -> html.Div:
    """Cards to the desks that are not of one event."""
    words = {
        "exchange": t("What is sold and left of each batch; confirm what the registry has retired."),
        "company": t("Your people's emissions, what of them is covered, and an order for all of them."),
        "explore": t("Figures of events by session, category, mode and month, with tables to take along."),
    }
    doors = [item for item in desk_nav() if item.key in words]
    cards = [
        html.A([icon(item.icon), html.Span([html.B(item.label), html.Span(words[item.key])])],
               href=item.href, className="fz-card fz-door-card fz-4")
        for item in doors
    ]  # fmt: skip
    return html.Div(cards, className="fz-grid mt-3")
