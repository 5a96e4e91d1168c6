"""How an event's flights are counted: the methods with their curves and sources, one's own file, and the choice."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from dash import Input, Output, State, callback, dcc, html

import events
from accounts import Conflict, current_actor, require
from calculations.event_states import refusal
from calculations.methods import Method
from calculations.model import FieldError, InputError
from locales import formats as f
from locales import pick, t
from pages._parts.desk import button_link, event_line, event_notice, frame, panel, sentence_of
from pages._parts.desk_form import button, off_by, shut_note
from pages._parts.icons import icon
from pages._parts.pieces import facts
from pages.organiser import _method_figures as figures
from pages.registry import page as register

register(
    "/desk/e/<slug>/method", kind="desk", title="Flight method", permission="event.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/inventory.css", "css/setup.css"),
)  # fmt: skip
SHUT = "method-shut"
DEFAULT, OWN = "default", "file"
ROWS_METHOD = "defra_international"  # the same figures as the edition's International rows, to draw them
MAX_BYTES = 65_536


def _require(slug: str) -> None:
    """Before a callback does anything: NotFound, or Forbidden for somebody else's event."""
    require(current_actor(), "event.view", events.get_event(slug).event_id)


def layout(slug: str = "", **_: Any) -> html.Div:
    """The choice on the left, what the chosen one says on the right, the curves and the table below."""
    view = events.flight_method_view(slug)
    value = _value(view)
    told, curves, table = _parts(view, _shown(view, value, ""))
    beside = html.Div(
        [panel(t("The method"), html.Div(told, id="method-told")), html.Div(curves, id="method-curves")],
        className="fz-7 fz-column-stack",
    )
    grid = [
        panel(t("Flights are counted by"), _choice(view, value), span=5), beside,
        html.Div(table, id="method-table", className="fz-12"),
    ]  # fmt: skip
    body = [
        dcc.Store(id="method-slug", data=slug), dcc.Store(id="method-text", data=""),
        html.Div(grid, className="fz-grid"),
    ]  # fmt: skip
    head = {"subtitle": f"{pick(dict(view.event.names))} · {event_line(view.event)}"}
    acts = [button_link(t("Boundary"), f"/desk/e/{slug}/boundary", "settings")]
    return frame(body, "inventory", t("Flight method"), slug=slug, actions=acts, **head, **event_notice(view.event))


def _value(view: events.FlightMethodView) -> str:
    if view.chosen is None:
        return DEFAULT
    return OWN if view.own is not None and view.own.method_id == view.chosen.method_id else view.chosen.method_id


def _choice(view: events.FlightMethodView, value: str) -> list[Any]:
    options = [{"value": DEFAULT, "label": t("the International rows of the event's factor set (the default)")}]
    options += [
        {"value": each.method_id, "label": t(each.name)} for each in view.methods if each.method_id != ROWS_METHOD
    ]
    options.append({"value": OWN, "label": t("a file of our own")})
    radios = dcc.RadioItems(options, value, id="method-choice", className="fz-checks")
    note = t("A choice holds for what is computed from now on; every line keeps the method it was computed by.")
    legend = html.Legend(t("Flights are counted by"), className="visually-hidden")
    parts: list[Any] = [html.Fieldset([legend, radios]), html.Div(_upload(), id="method-file-home", className="mt-2")]
    parts.append(html.P(note, className="fz-note mt-3"))
    parts.append(html.P(_stored(view), id="method-stored", className="fz-small mt-2"))
    if view.may_edit:
        shut = refusal(view.event.state, "boundary")
        save = button("method-save", t("Count flights by it"), "check", main=True, **off_by(shut, SHUT))
        parts += [shut_note(t(shut), SHUT) if shut else None, html.Div(save, className="mt-3"),
                  html.Div(id="method-saved", role="status")]  # fmt: skip
    return parts


def _upload() -> list[Any]:
    words = html.Span([icon("upload"), html.Span(t("Choose a method file (TOML)"), id="method-file-name")])
    box = dcc.Upload(
        words, id="method-upload", max_size=MAX_BYTES, className="fz-upload", className_active="fz-upload-over",
        style={}, style_active={},
    )  # fmt: skip
    return [box, html.Div(id="method-wrong", role="alert")]


def _stored(view: events.FlightMethodView) -> str:
    if not view.other_count:
        return t("Every current footprint with a flight was computed so.")
    count = f.number(view.other_count)
    return t("{count} current footprints hold a flight that was computed in another way.", count=count)


def _shown(view: events.FlightMethodView, value: str, text: str) -> Method | None:
    """The method of a choice, to be shown; None where a file is still to be given. Raises InputError."""
    if value == OWN:
        return events.check_method(text) if text else view.own
    wanted = ROWS_METHOD if value == DEFAULT else value
    return next((each for each in view.methods if each.method_id == wanted), None)


def _told(method: Method | None) -> list[Any]:
    """What a method is, holds and comes from; the falls of one that has any."""
    if method is None:
        return [html.P(t("Give a file: its curve and what it holds are shown here before anything is saved."))]
    statuses = {
        "read": t("read at its source"), "secondary": t("quoted by others"), "design": t("a choice of ours"),
        "own": t("the event's own"),
    }  # fmt: skip
    rows: list[tuple[str, Any]] = [(t("Source"), method.source or t("not stated")), (t("Holds"), figures.holds(method))]
    rows += [(t("Note"), method.note)] if method.note else []
    rows += [(t("Licence"), method.licence)] if method.licence else []
    digest = html.Span(f"{method.sha256[:8]}…{method.sha256[-8:]}", className="fz-mono", title=method.sha256)
    rows += [(t("Read"), statuses[method.status]), (t("File’s SHA-256"), digest)]
    fallen = [_fall_words(*each) for each in figures.falls(method)]
    warning = [html.P(" ".join(fallen), className="fz-told fz-told-wrong mt-3")] if fallen else []
    return [html.P(html.B(t(method.name))), facts(rows), *warning]


def _fall_words(km: int, before: float, after: float) -> str:
    return t("At {km} km it falls from {before} to {after} kg: who comes from farther emits less.",
             km=f.number(km), before=f.number(before), after=f.number(after))  # fmt: skip


def _parts(view: events.FlightMethodView, method: Method | None) -> tuple[list[Any], Any, Any]:
    """(what the method is, its curve before the others, the same as a table)."""
    if method is None:
        return _told(None), None, None
    aside = t("kg CO₂e one way, economy")
    curves = panel(figures.finding(view.methods, method), figures.curves(view.methods, method))
    table = panel(t("The same as a table"), figures.table(view.methods, method), aside, flush=True)
    return _told(method), curves, table


@callback(
    Output("method-text", "data"), Output("method-file-name", "children"), Output("method-choice", "value"),
    Input("method-upload", "contents"), State("method-upload", "filename"), State("method-slug", "data"),
    prevent_initial_call=True,
)  # fmt: skip
def chosen_file(contents: Any, name: Any, slug: Any) -> Any:
    """A file was given: its text is kept on the page, nothing is stored."""
    _require(str(slug))
    called = str(name or "")[:120].encode("utf-8", "replace").decode()
    return _text(contents), called or t("Choose a method file (TOML)"), OWN


def _text(contents: Any) -> str:
    """The text of an uploaded file; what is no text becomes a file that cannot be read, and is told as such."""
    _, comma, encoded = str(contents).partition(",")
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8-sig") if comma else "\0"
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "\0"


@callback(
    Output("method-told", "children"), Output("method-curves", "children"), Output("method-table", "children"),
    Output("method-wrong", "children"),
    Input("method-choice", "value"), Input("method-text", "data"), State("method-slug", "data"),
    prevent_initial_call=True,
)  # fmt: skip
def show(value: Any, text: Any, slug: Any) -> Any:
    """The chosen method, its curve before the others, and what is wrong with a file; nothing is stored."""
    view = events.flight_method_view(str(slug))
    try:
        return *_parts(view, _shown(view, str(value), str(text or ""))), None
    except InputError as error:
        return *_parts(view, None), _wrong(error.errors)


def _wrong(errors: list[FieldError]) -> html.Div:
    """Every fault of a file, a sentence each; the first ten."""
    sentences = [html.Li(sentence_of(each, {each.field: each.field})) for each in errors[:10]]
    return html.Div(html.Ul(sentences, className="mb-0"), className="fz-told fz-told-wrong mt-2")


@callback(
    Output("method-saved", "children"), Output("method-stored", "children"),
    Input("method-save", "n_clicks"), State("method-choice", "value"), State("method-text", "data"),
    State("method-slug", "data"), prevent_initial_call=True,
)  # fmt: skip
def save(_clicks: Any, value: Any, text: Any, slug: Any) -> Any:
    """Counts the event's flights so from now on; event.edit is asked by the use case."""
    view = events.flight_method_view(str(slug))
    try:
        if value == OWN and not text and view.own is None:
            return html.P(t("Choose a method file first."), className="fz-told fz-told-wrong mt-3"), _stored(view)
        if value == OWN and text:
            view = events.set_flight_method(str(slug), toml_text=str(text))
        else:
            own = view.own.method_id if value == OWN and view.own else ""
            view = events.set_flight_method(str(slug), own or ("" if value == DEFAULT else str(value)))
    except InputError as error:
        return _wrong(error.errors), _stored(view)
    except Conflict as error:
        return html.P(t(error.message, **error.params), className="fz-told fz-told-wrong mt-3"), _stored(view)
    return html.P(t("Saved. Flights are counted so from now on."), className="fz-told mt-3"), _stored(view)
