"""The boards of an event as its organiser sees them: people, sub-forums, companies."""

from __future__ import annotations

from typing import Any

from dash import html

import events
from accounts import current_actor, require
from locales import formats as f
from locales import pick, t
from offsetting import claims
from pages._parts.desk import event_line, event_notice, frame, panel
from pages._parts.pieces import board_row, empty
from pages.registry import page as register

register(
    "/desk/e/<slug>/boards", kind="desk", title="Boards", permission="event.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css",),
)  # fmt: skip
SIZE = 50


def check(slug: str) -> None:
    """Before the page is sent: NotFound, or Forbidden for somebody else's event."""
    require(current_actor(), "event.view", events.get_event(slug).event_id)


def layout(slug: str = "", page: str = "1", **_: Any) -> html.Div:
    """The three boards side by side; people in pages of fifty."""
    event = events.get_event(slug)
    require(current_actor(), "event.view", event.event_id)
    number = int(page) if page.isdecimal() and len(page) < 6 else 1
    people = events.leaderboard(slug, "people", number, SIZE)
    groups = [
        _panel(t("Sub-forums"), events.leaderboard(slug, "sessions", 1, SIZE), 6),
        _panel(t("Companies"), events.leaderboard(slug, "companies", 1, SIZE), 6),
    ]
    first = _panel(t("People"), people, 6, _pager(people, slug))
    note = html.P(claims.say("board.note", jurisdiction=event.jurisdiction), className="fz-small")
    body = [html.Div([first, html.Div(groups, className="fz-6 fz-column-stack")], className="fz-grid"), note]
    subtitle = f"{pick(dict(event.names))} · {event_line(event)}"
    return frame(body, "boards", t("Boards"), slug=slug, subtitle=subtitle, **event_notice(event))


def _panel(title: str, board: events.Board, span: int, below: Any = None) -> html.Section:
    if not board.rows:
        return panel(
            title, empty(board.why_not or t("No group of five people yet: be among the first five.")), span=span
        )
    rows = html.Ol([_row(row) for row in board.rows], className="fz-board")
    aside = t("share covered") if board.kind != "people" else t("norm of the route · share covered")
    return panel(title, [rows, below] if below else rows, aside, span=span)


def _row(row: events.BoardRow) -> html.Li:
    share = row.share_bp / 10_000
    retired, reserved = (share, 0.0) if row.state == "retired" else (0.0, share)
    return board_row(
        row.label, pick(dict(row.display)), retired_share=retired, reserved_share=reserved,
        norm_percent=row.norm_bp / 100 if row.norm_bp is not None else None, mode=row.mode,
        value=f.percent_bp(row.share_bp, 1),
    )  # fmt: skip


def _pager(board: events.Board, slug: str) -> html.Div | None:
    links = []
    if board.page > 1:
        links.append(html.A(t("Before"), href=f"/desk/e/{slug}/boards?page={board.page - 1}", className="fz-link"))
    if board.has_next:
        links.append(html.A(t("Next"), href=f"/desk/e/{slug}/boards?page={board.page + 1}", className="fz-link"))
    return html.Div(links, className="d-flex gap-4") if links else None
