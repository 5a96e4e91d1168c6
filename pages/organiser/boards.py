"""The boards of an event as its organiser sees them: people, sub-forums, companies."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, callback, html, no_update

import events
from accounts import Conflict, current_actor, may, require
from calculations.model import InputError
from locales import pick, t
from offsetting import claims
from pages._parts.desk import event_line, event_notice, frame, panel
from pages._parts.desk_form import done, told_of
from pages._parts.pieces import empty
from pages.organiser._board_form import name_form
from pages.organiser._event_boards import board_line, name_link
from pages.registry import page as register

register(
    "/desk/e/<slug>/boards", kind="desk", title="Boards", permission="event.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css",),
)  # fmt: skip
SIZE = 50


def layout(slug: str = "", page: str = "1", name: str = "", **_: Any) -> html.Div:
    """The three boards side by side; people in pages of fifty, one of their names to moderate where it is asked for."""
    event = events.get_event(slug)
    require(current_actor(), "event.view", event.event_id)
    number = int(page) if page.isdecimal() and len(page) < 6 else 1
    people = events.leaderboard(slug, "people", number, SIZE)
    groups = [
        _panel(event, t("Sub-forums"), events.leaderboard(slug, "sessions", 1, SIZE)),
        _panel(event, t("Companies"), events.leaderboard(slug, "companies", 1, SIZE)),
    ]
    first = _panel(event, t("People"), people, _pager(people, slug))
    chosen = [row for row in people.rows if row.key == name and may(current_actor(), "event.edit", event.event_id)]
    note = html.P(claims.say("board.note", jurisdiction=event.jurisdiction), className="fz-small mt-2")
    boards = [*(name_form(event, row) for row in chosen), first, html.Div(groups, className="fz-6 fz-column-stack")]
    body = [html.Div(boards, className="fz-grid"), note]
    subtitle = f"{pick(dict(event.names))} · {event_line(event)}"
    return frame(body, "boards", t("Boards"), slug=slug, subtitle=subtitle, **event_notice(event))


def _panel(event: events.Event, title: str, board: events.Board, below: Any = None) -> html.Section:
    if not board.rows:
        return panel(title, empty(board.why_not or t("No group of five people yet: be among the first five.")), span=6)
    mine = board.kind == "people" and may(current_actor(), "event.edit", event.event_id)
    marks = events.board_marks(event) if mine else {}
    rows: list[Any] = []
    for row in board.rows:
        href = f"/desk/e/{event.slug}/boards?page={board.page}&name={row.key}"
        rows.append(board_line(row, name_link(row, href) if mine else None))
        if row.key in marks:
            rows.append(_done_with(marks[row.key]))
    aside = t("share covered") if board.kind != "people" else t("norm of the route · share covered")
    listed = html.Ol(rows, className="fz-board" + " fz-board-groups" * (board.kind != "people"))
    return panel(title, [listed, below] if below else listed, aside, span=6)


def _done_with(mark: events.BoardName) -> html.Li:
    """Under a row: what was done with its name and why."""
    words = {"hide": t("name hidden: {reason}"), "rename": t("other words: {reason}")}
    return html.Li(words[mark.act].format(reason=mark.reason), className="fz-note fz-board-done")


@callback(
    Output("board-told", "children"),
    Output("board-told", "className"),
    Input("board-save", "n_clicks"),
    State("board-who", "data"),
    State("board-act", "value"),
    State("board-name", "value"),
    State("board-reason", "value"),
    prevent_initial_call=True,
)
def save(clicks: int, who: Any, act: Any, name: Any, reason: Any) -> Any:
    """Does it, or says what is wrong; what was typed stays."""
    if not clicks or not isinstance(who, list) or len(who) != 2:
        return no_update, no_update
    slug, participation_id = str(who[0]), str(who[1])
    names = {"reason": t("Reason"), "name": t("Other words"), "act": t("What to do")}
    try:
        events.moderate_name(slug, participation_id, str(act or ""), str(reason or ""), str(name or ""))
    except (InputError, Conflict) as error:
        return told_of(error, names), "mt-2"
    link = html.A(t("See the board"), href=f"/desk/e/{slug}/boards", className="fz-link")
    return done(t("It is done, on every board and screen."), link), ""


def _pager(board: events.Board, slug: str) -> html.Div | None:
    links = []
    if board.page > 1:
        links.append(html.A(t("Before"), href=f"/desk/e/{slug}/boards?page={board.page - 1}", className="fz-link"))
    if board.has_next:
        links.append(html.A(t("Next"), href=f"/desk/e/{slug}/boards?page={board.page + 1}", className="fz-link"))
    return html.Div(links, className="d-flex gap-4") if links else None
