"""A new event: afresh, or after a former one whose days are moved."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update

import events
from accounts import Conflict, NotFound, TooMany, current_actor, where_may
from calculations.model import InputError
from locales import pick, t
from pages._parts.desk import event_days, frame, panel
from pages._parts.desk_form import button, chosen, labelled, told_of, typed
from pages._parts.pieces import error_children
from pages.organiser._setup_form import Fields, body_of, said_of
from pages.organiser._setup_review import address
from pages.organiser._setup_steps import about
from pages.organiser._setup_words import names_for
from pages.registry import page as register

register(
    "/desk/new", kind="desk", title="New event", permission="event.create", scripts=("js/desk.js", "js/form-errors.js"),
    styles=("css/desk-more.css", "css/setup.css"),
)  # fmt: skip
PREFIX = "new"
MOST_FORMER = 200


def layout(copy: str = "", **_: Any) -> html.Div:
    """The first step on the left, a former event to copy on the right."""
    fields = Fields(PREFIX, {"scenario": "conference"}, "new")
    onward = html.Div(button("new-save", t("Keep and go on"), "check", main=True))
    form = html.Div([*about(fields, None), onward, html.Div(id="new-told", role="status")],
                    className="fz-form fz-setup-form")  # fmt: skip
    note = html.P(
        t("Ten minutes and eight steps; each is kept as you go, and nobody sees a draft."), className="fz-small mb-3"
    )
    parts = [panel(t("What it is"), [note, form], span=8), panel(t("Or copy a former event"), _copy(copy), span=4)]
    body = [dcc.Location(id="new-go", refresh=True), html.Div(parts, className="fz-grid")]
    return frame(html.Div(body, className="fz-setup"), "events", t("New event"))


def _copy(slug: str) -> Any:
    seen = where_may(current_actor(), "event.view")
    former = [*events.drafts(), *events.find_events(size=MOST_FORMER, only=seen).items]
    if not former:
        return html.P(t("There is no former event that you may see."), className="fz-small")
    options = [(card.slug, f"{pick(dict(card.names))} · {event_days(card)}") for card in former]
    here = slug if slug in {card.slug for card in former} else former[0].slug
    note = t("Names, sessions, boundary, look and projects come along, moved to the new days; nothing of its people,"
             " orders or lines.")  # fmt: skip
    return html.Div(
        [html.P(note, className="fz-small"),
         labelled("copy", "former", t("Event"), chosen("copy", "former", options, here)),
         labelled("copy", "day", t("First day"), typed("copy", "day", kind="date")),
         button("copy-save", t("Copy"), "copy"), html.Div(id="copy-told", role="status")],
        className="fz-form",
    )  # fmt: skip


@callback(
    Output({"type": f"{PREFIX}-error", "name": ALL}, "children"), Output("new-told", "children"),
    Output("new-go", "href"),
    Input("new-save", "n_clicks"), State({"type": PREFIX, "name": ALL}, "value"),
    State({"type": PREFIX, "name": ALL}, "id"), prevent_initial_call=True,
)  # fmt: skip
def start(clicks: Any, values: Any, ids: Any) -> Any:
    """Makes the draft and leads to its second step; event.create is asked by the use case."""
    places = [each["id"] for each in ctx.outputs_list[0]]
    if not clicks:
        return [no_update] * len(places), no_update, no_update
    try:
        event = events.start_setup(body_of(ids, values))
    except InputError as error:
        below, rest = said_of(error, places, names_for(error))
        said = html.P(error_children(" ".join(rest)), className="fz-error") if rest else []
        return below, said, no_update
    except (Conflict, NotFound, TooMany) as error:
        return [[] for _ in places], told_of(error), no_update
    return [[] for _ in places], [], address(event.slug, "place")


@callback(
    Output("copy-told", "children"), Output("new-go", "href", allow_duplicate=True),
    Input("copy-save", "n_clicks"), State("copy-former", "value"), State("copy-day", "value"),
    prevent_initial_call=True,
)  # fmt: skip
def copy_former(clicks: Any, slug: Any, day: Any) -> Any:
    """A draft after the former event, on its new days."""
    if not clicks:
        return no_update, no_update
    try:
        event = events.copy_event(str(slug or "-"), str(day or ""))
    except InputError as error:
        return told_of(error, {"first_day": t("First day")}), no_update
    except (Conflict, NotFound, TooMany) as error:
        return told_of(error), no_update
    return [], address(event.slug, "review")
