"""How many people are expected: in all, by way of taking part, by origin and by company."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html

import events
from accounts import current_actor, may, require
from calculations.event_states import refusal
from calculations.model import FieldError, InputError
from calculations.ranking import SMALLEST_GROUP
from locales import formats as f
from locales import pick, t
from pages._parts.desk import event_line, event_notice, frame, panel, sentence_of
from pages._parts.desk_form import shut_note
from pages._parts.icons import icon
from pages._parts.pieces import error_children, facts, field_error
from pages.organiser._estimate import region_name, way_name
from pages.registry import page

page(
    "/desk/e/<slug>/expected", kind="desk", title="Who is expected", permission="event.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/setup.css"),
)  # fmt: skip
FIELDS = ("people", "way", "region", "company")
MOST_SHOWN = 8


def _require(slug: str) -> None:
    """Before a callback does anything: NotFound, or Forbidden for somebody else's event."""
    require(current_actor(), "event.view", events.get_event(slug).event_id)


def layout(slug: str = "", **_: Any) -> html.Div:
    """The form, and beside it who has answered."""
    event = events.get_event(slug)
    require(current_actor(), "event.view", event.event_id)
    shut = refusal(event.state, "expected")
    may_edit = may(current_actor(), "event.edit", event.event_id)
    form = html.Fieldset([shut_note(t(shut), "expected-shut") if shut else None, _form(event)],
                         disabled=bool(shut) or not may_edit)  # fmt: skip
    grid = [
        panel(t("How many people are expected"), [form, html.Div(id="expected-told", role="status")], span=7),
        panel(t("Who has answered"), _answered(slug), span=5),
    ]
    body = [dcc.Store(id="expected-slug", data=slug), html.Div(grid, className="fz-grid")]
    head = {"subtitle": f"{pick(dict(event.names))} · {event_line(event)}", "actions": [_back(slug)]}
    return frame(body, "event", t("Who is expected"), slug=slug, **head, **event_notice(event))


def _back(slug: str) -> html.A:
    return html.A([icon("back"), html.Span(t("Event"))], href=f"/desk/e/{slug}", className="fz-link")


def _form(event: events.Event) -> html.Div:
    told = events.told_of(event)
    way = told.get("way", {})
    intro = t(
        "With this the emissions of people who do not answer are estimated, apart from what is declared. Only the "
        "first number is needed; the others make the estimate fairer where some groups answer less than others."
    )
    onsite = _number("onsite", t("of them on site"), way.get("onsite"))
    ways = html.Div([onsite, _number("remote", t("of them remotely"), way.get("remote"))], className="fz-two")
    example = f"{region_name('CN-51')}: 300\n{region_name('JP')}: 20"
    regions = events.as_lines(told.get("region", {}), lambda code: f"{region_name(code)} ({code})")
    companies = events.as_lines(events.expected_companies(event.slug), str)
    act = dbc.Button(t("Keep"), id="expected-keep", n_clicks=0, className="fz-button fz-button-main")
    parts = [
        html.P(intro, className="fz-small"),
        html.Div([_number("people", t("People in all"), event.expected_people or None), _error("people")]),
        html.Div([ways, _error("way")]),
        _lines("region", t("By country or region, a line each"), regions, example),
        _lines("company", t("By company, a line each"), companies, t("Name of a company: 40")),
        act,
    ]  # fmt: skip
    return html.Div(parts, className="fz-form")


def _number(name: str, label: str, value: int | None) -> html.Div:
    box = dbc.Input(id=f"expected-{name}", type="number", min=0, step=1, value=value, className="fz-input")
    return html.Div([dbc.Label(label, html_for=f"expected-{name}", className="fz-label"), box])


def _lines(name: str, label: str, value: str, hint: str) -> html.Div:
    box = dbc.Textarea(id=f"expected-{name}", value=value, placeholder=hint, rows=6, className="fz-input")
    words = t("What you leave out is counted among the others.")
    if name == "region":
        words += " " + t("Leave out who takes part remotely: they tell no origin.")
    note = html.P(words, className="fz-note")
    return html.Div([dbc.Label(label, html_for=f"expected-{name}", className="fz-label"), box, note, _error(name)])


def _error(name: str) -> html.P:
    return field_error("", f"expected-{name}-error")


def _answered(slug: str) -> list[Any]:
    """Counts of those who answered; groups under five are one sum."""
    counts = events.answered_by(slug)
    ways = [(way_name(key), f.number(count)) for key, count in _shown(counts["way"]).items() if key]
    regions = [(region_name(key), f.number(count)) for key, count in _shown(counts["region"]).items()]
    whole = sum(counts["way"].values())
    rest = whole - sum(_shown(counts["region"]).values())
    more = [(t("others"), f.number(rest))] if rest else []
    by_region = [html.Div(facts([*regions, *more]), className="mt-3")] if regions else []
    return [facts([(t("Answered"), f.number(whole)), *ways]), *by_region]


def _shown(counts: Mapping[str, int]) -> dict[str, int]:
    kept = {key: count for key, count in counts.items() if count >= SMALLEST_GROUP}
    return dict(list(kept.items())[:MOST_SHOWN])


@callback(
    Output("expected-told", "children"),
    *[Output(f"expected-{name}-error", "children") for name in FIELDS],
    Input("expected-keep", "n_clicks"),
    State("expected-slug", "data"),
    State("expected-people", "value"),
    State("expected-onsite", "value"),
    State("expected-remote", "value"),
    State("expected-region", "value"),
    State("expected-company", "value"),
    prevent_initial_call=True,
)
def keep(_clicks: int, slug: Any, people: Any, onsite: Any, remote: Any, region: Any, company: Any) -> tuple[Any, ...]:
    """Keeps what is told, or says below each field what is wrong."""
    _require(str(slug))
    ways = {name: value for name, value in (("onsite", onsite), ("remote", remote)) if value not in (None, "")}
    body: dict[str, Any] = {"people": people if people not in (None, "") else 0, "way": ways}
    errors: list[FieldError] = []
    for name, text, read in (("region", region, events.region_lines), ("company", company, events.company_lines)):
        try:
            body[name] = read(str(text or ""))
        except InputError as error:
            errors += error.errors
    try:
        if errors:
            raise InputError(errors)
        events.set_expected(str(slug), body)
    except InputError as error:
        return None, *_below(error)
    done = html.P([t("Kept."), " ", html.A(t("See the estimate"), href=f"/desk/e/{slug}", className="fz-link")])
    return html.Div(done, className="fz-told mt-3"), *[[] for _ in FIELDS]


def _below(error: InputError) -> list[Any]:
    names = {
        "people": t("People in all"), "way": t("On site and remotely"), "region": t("By country or region"),
        "company": t("By company"), "way.onsite": t("On site"), "way.remote": t("Remotely"),
    }  # fmt: skip
    wrong = {name: [e for e in error.errors if e.field.partition(".")[0] == name] for name in FIELDS}
    return [error_children(" ".join(sentence_of(each, names) for each in wrong[name])) for name in FIELDS]
