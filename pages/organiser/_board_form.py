"""The form that hides or changes a name of the board, with its reason."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

import events
from locales import pick, t
from pages._parts.desk import panel
from pages._parts.desk_form import button, chosen, labelled, typed

PREFIX = "board"


def act_names() -> list[tuple[str, str]]:
    """What may be done with a name."""
    return [
        ("hide", t("Hide it behind the pseudonym")),
        ("rename", t("Show other words")),
        ("lift", t("Show it again")),
    ]


def name_form(event: events.Event, row: events.BoardRow) -> html.Section:
    """A panel for one row."""
    mark = events.board_marks(event).get(row.key)
    fields: list[Any] = [
        labelled(PREFIX, "act", t("What to do"), chosen(PREFIX, "act", act_names(), "lift" if mark else "hide")),
        labelled(PREFIX, "name", t("Other words (only to show other words)"), typed(PREFIX, "name", maxLength=40)),
        labelled(PREFIX, "reason", t("Reason, kept in the trail"), typed(PREFIX, "reason", maxLength=200)),
    ]
    note = t("Boards and big screens change at once. The guest's own name and certificates stay as they are.")
    body = [
        dcc.Store(id="board-who", data=[event.slug, row.key]), html.P(note, className="fz-small"),
        html.Div(fields, className="fz-two my-2"), html.Div(button("board-save", t("Change"), "check", main=True)),
        html.Div(id="board-told", role="status"),
    ]  # fmt: skip
    return panel(t("The name “{name}”", name=pick(dict(row.display))), body, span=12, id="board-form")
