"""What if: an event with something changed beside what it is, and where it should have been; all in the address."""

from __future__ import annotations

import csv
import io
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, ctx, dcc, html, no_update
from fastapi import APIRouter, Request
from fastapi.responses import Response

import events
from accounts import Unauthenticated, current_actor, require
from calculations.changes import Changes
from calculations.model import InputError
from locales import current_language, pick, t
from pages._parts.desk import button_link, event_line, event_notice, frame, panel, sentence_of
from pages._parts.icons import icon
from pages._parts.pieces import empty, error_children
from pages.bundles import to_sign_in
from pages.organiser import _what_if_figures as figures
from pages.organiser._what_if_form import form, names, options_of
from pages.registry import page

page(
    "/desk/e/<slug>/what-if", kind="desk", title="What if", permission="event.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/what-if.css"),
)  # fmt: skip
router = APIRouter(include_in_schema=False)
FIELDS = (
    "venues", "remote", "hours", "whom", "rail", "vegetarian", "vegan", "nights", "room", "house", "kwh",
    "certificates", "source",
)  # fmt: skip
SAID = tuple(name for name in FIELDS if name not in ("whom", "house"))  # with a sentence of their own below


def layout(slug: str = "", **query: Any) -> html.Div:
    """Form left, what comes of it right, cities and hubs below; a question that can't be asked becomes none."""
    event = events.get_event(slug)
    require(current_actor(), "event.view", event.event_id)
    wrong: Any = None
    try:
        changes = events.changes_from_url(query)
        body = _result(slug, changes)
    except InputError as error:
        sentences = " ".join(sentence_of(each, names()) for each in error.errors)
        wrong = html.P(sentences, className="fz-told fz-told-wrong mb-3", role="alert")
        changes = Changes()
        body = _result(slug, changes)
    grid = [
        panel(t("What changes"), form(changes, event.place), span=4),
        html.Div(body, id="what-if-body", className="fz-8 fz-column-stack", role="region", **{"aria-live": "polite"}),
        panel(t("Where should we have met?"), html.Div(_cities(slug, changes), id="what-if-cities"), span=7),
        html.Div(panel(t("Several hubs"), _hub_buttons()), className="fz-5 fz-what-if-hubs"),
    ]
    children = [
        dcc.Location(id="what-if-where", refresh=False), dcc.Store(id="what-if-slug", data=slug), wrong,
        html.Div(grid, className="fz-grid"),
    ]  # fmt: skip
    subtitle = f"{pick(dict(event.names))} · {event_line(event)}"
    actions = _actions(slug, changes)
    return frame(
        children, "what-if", t("What if"), slug=slug, subtitle=subtitle, actions=actions, **event_notice(event)
    )


def _actions(slug: str, changes: Changes) -> list[Any]:
    copy = html.Button([icon("copy"), html.Span(t("Copy link"))], className="fz-button",
                       **{"data-copy": "", "data-copied": t("Copied")})  # fmt: skip
    address = f"/desk/e/{slug}/what-if.csv?{events.changes_to_url(changes)}"
    return [copy, button_link("CSV", address, "table", id="what-if-csv", download="")]


def _result(slug: str, changes: Changes) -> list[Any]:
    return figures.result(events.try_changes(slug, changes), changes)


def _others(changes: Changes) -> str:
    """What else the address asks for, to be put behind another venue."""
    rest = events.changes_to_url(events.without_venues(changes))
    return f"&{rest}" if rest else ""


def _cities(slug: str, changes: Changes) -> list[Any]:
    try:
        return figures.ranking(events.best_cities(slug, changes.rail_below_km), _others(changes))
    except InputError as error:
        return [empty(" ".join(sentence_of(each, names()) for each in error.errors))]


def _hub_buttons() -> list[Any]:
    words = t("Two or three places joined on line: of a thousand cities and the venue, the set with the least travel.")
    buttons = [
        dbc.Button(t("Best pair"), id="what-if-pair", n_clicks=0, className="fz-button"),
        dbc.Button(t("Best triple"), id="what-if-triple", n_clicks=0, className="fz-button"),
    ]
    told = html.Div(id="what-if-hubs", role="status")
    return [html.P(words, className="fz-small"), html.Div(buttons, className="d-flex gap-2 mt-2"), told]


def _changes(values: Any) -> Changes:
    """The changes that the form's fields say. Raises InputError."""
    told = dict(zip(FIELDS, values, strict=True))
    params = {name: ",".join(map(str, v)) if isinstance(v, list) else v for name, v in told.items() if v is not None}
    params["house"] = "" if params.get("house") == "told" else params.get("house", "")
    return events.changes_from_url({name: str(value) for name, value in params.items()})


@callback(
    Output("what-if-where", "search"),
    Output("what-if-body", "children"),
    Output("what-if-cities", "children"),
    Output("what-if-csv", "href"),
    *[Output(f"what-if-{name}-error", "children") for name in SAID],
    *[Input(f"what-if-{name}", "value") for name in FIELDS],
    State("what-if-slug", "data"),
    prevent_initial_call=True,
)
def ask(*given: Any) -> tuple[Any, ...]:
    """Another question: its address, its answer, its file; or what is wrong, below each field. What was typed stays."""
    *values, slug = given
    try:
        changes = _changes(values)
        body = _result(str(slug), changes)
    except InputError as error:
        said = {each.field.split(".")[0]: sentence_of(each, names()) for each in error.errors}
        return (*(no_update,) * 4, *[error_children(said.get(name, "")) for name in SAID])
    query = events.changes_to_url(changes)
    asked_for = {str(each) for each in ctx.triggered_prop_ids.values()}
    cities = no_update if asked_for.isdisjoint({"what-if-rail"}) else _cities(str(slug), changes)
    where = f"?{query}" if query else ""
    return (where, body, cities, f"/desk/e/{slug}/what-if.csv?{query}", *[[] for _ in SAID])


@callback(
    Output("what-if-venues", "options"),
    Input("what-if-venues", "search_value"),
    State("what-if-venues", "value"),
    State("what-if-slug", "data"),
    prevent_initial_call=True,
)
def suggest(typed: Any, chosen: Any, slug: Any) -> Any:
    """Places that fit what is typed, and those already chosen."""
    require(current_actor(), "event.view", events.get_event(str(slug)).event_id)
    kept = events.places_of(chosen if isinstance(chosen, list) else [])
    found = events.suggest_places(str(typed or ""), current_language()) if typed else []
    return options_of([*found, *kept])


@callback(
    Output("what-if-hubs", "children"),
    Input("what-if-pair", "n_clicks"),
    Input("what-if-triple", "n_clicks"),
    State("what-if-slug", "data"),
    *[State(f"what-if-{name}", "value") for name in FIELDS],
    running=[(Output("what-if-pair", "disabled"), True, False), (Output("what-if-triple", "disabled"), True, False)],
    prevent_initial_call=True,
)
def search_hubs(_pair: int, _triple: int, slug: Any, *values: Any) -> Any:
    """The best pair or triple; rail counts as the form says."""
    try:
        changes = _changes(values)
        view = events.best_hub_set(str(slug), 3 if ctx.triggered_id == "what-if-triple" else 2, changes.rail_below_km)
    except InputError as error:
        return html.P(
            " ".join(sentence_of(each, names()) for each in error.errors), className="fz-told fz-told-wrong mt-3"
        )
    return figures.hubs(view, _others(changes))


@router.get("/desk/e/{slug}/what-if.csv")
def file(slug: str, request: Request) -> Response:
    """The answer to the address's question as CSV: categories before and after, then the cities."""
    try:
        view = events.try_changes(slug, changes := events.changes_from_url(dict(request.query_params)))
    except Unauthenticated:
        return to_sign_in(request)
    headers = {
        "Content-Disposition": f'attachment; filename="{view.event.slug}-what-if.csv"', "Cache-Control": "no-store",
    }  # fmt: skip
    return Response(_csv(view, _cities_told(slug, changes)), media_type="text/csv; charset=utf-8", headers=headers)


def _cities_told(slug: str, changes: Changes) -> list[tuple[str, int, int]]:
    """(city, grams at the venue, grams there); none where too few have come for places to be compared."""
    try:
        ranking = events.best_cities(slug, changes.rail_below_km).ranking
    except InputError:
        return []
    return [(row.places[0].names["en"], ranking.actual.total_g, row.total_g) for row in ranking.rows]


def _csv(view: events.WhatIfView, cities: list[tuple[str, int, int]]) -> str:
    kind, text = "live" if view.event.livemode else "test", io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["part", "name", "before_g", "after_g", "difference_g", "after_low_g", "after_high_g", "event_kind"])
    whole = view.outcome
    told = [("total", "total", whole.before, whole.after)]
    told += [("category", row.category, row.before, row.after) for row in whole.categories]
    for part, name, before, after in told:
        grams = [before.total_g, after.total_g, after.total_g - before.total_g, after.low_g, after.high_g]
        rows.writerow([part, name, *grams, kind])
    for name, before_g, after_g in cities:
        rows.writerow(["city", name, before_g, after_g, after_g - before_g, "", "", kind])
    return text.getvalue()
