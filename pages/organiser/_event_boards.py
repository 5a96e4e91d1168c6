"""The heads of the boards on the organiser's dashboard."""

from __future__ import annotations

from dash import html

from accounts import current_actor, may
from events import BoardRow
from locales import formats as f
from locales import pick, t
from pages._parts.desk import panel
from pages._parts.icons import icon
from pages._parts.pieces import board_row, empty
from reports import Dashboard, Table


def boards_panel(shown: Dashboard, _: Table, span: int = 4) -> html.Section:
    """The first five people, and the way to the boards, where names are moderated."""
    view = shown.view
    link = html.A(t("All boards"), href=f"/desk/e/{view.event.slug}/boards", className="fz-link")
    people = shown.board
    if not people and shown.asked.is_part:
        words = t("Fewer than five of those you chose are on the board.")
        return panel(t("Boards"), empty(words, link), span=span, id="figure-boards")
    if not people:
        sentence = t("The board opens with five people: be among the first five.")
        return panel(t("Boards"), empty(sentence, link), span=span, id="figure-boards")
    first = people[0]
    finding = t("{name} leads: {share} covered.", name=pick(dict(first.display)), share=f.percent_bp(first.share_bp, 1))
    if first.tied:
        finding = t("Several share the first place: {share} covered.", share=f.percent_bp(first.share_bp, 1))
    mine = may(current_actor(), "event.edit", view.event.event_id)
    base = f"/desk/e/{view.event.slug}/boards"
    lines = [board_line(row, name_link(row, f"{base}?name={row.key}") if mine else None) for row in people]
    rows = html.Ol(lines, className="fz-board fz-board-slim")
    named = t("Board of people") if not shown.asked.is_part else t("Board of those you chose")
    name = html.P(named, className="fz-figure-name")
    return panel(finding, [name, rows, html.P(link, className="mb-0 mt-2")],
                 span=span, id="figure-boards")  # fmt: skip


def name_link(row: BoardRow, href: str) -> html.A:
    """The way to hide a name or to give it other words."""
    said = t("Moderate the name {name}", name=pick(dict(row.display)))
    return html.A(icon("edit"), href=href, className="fz-board-act", title=said, **{"aria-label": said})


def board_line(row: BoardRow, act: html.A | None = None) -> html.Li:
    """A row of a board, with what may be done with its name."""
    retired, reserved = row.retired_bp / 10_000, (row.share_bp - row.retired_bp) / 10_000
    return board_row(
        row.label, pick(dict(row.display)), retired_share=retired, reserved_share=reserved,
        norm_percent=row.norm_bp / 100 if row.norm_bp is not None else None, mode=row.mode,
        value=f.percent_bp(row.share_bp, 1), act=act,
    )  # fmt: skip
