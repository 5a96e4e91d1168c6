"""What an event counts: categories and switches, what they would change, and computing all anew."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from dash import Input, Output, State, callback, ctx, dcc, html

import events
from accounts import Conflict
from calculations.event_states import refusal
from calculations.model import CATEGORIES, Factor, InputError
from locales import formats as f
from locales import pick, t
from pages._parts.desk import button_link, event_line, event_notice, frame, panel, sentence_of
from pages._parts.desk_form import button, off_by, shut_note
from pages._parts.icons import icon
from pages._parts.pieces import category_name, range_text
from pages.organiser._inventory_form import search_labels
from pages.organiser._setup_words import who_word, who_words
from pages.registry import page as register

register(
    "/desk/e/<slug>/boundary", kind="desk", title="Boundary", permission="event.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/inventory.css", "css/setup.css"),
)  # fmt: skip
SHUT = "boundary-shut"
VALUES = ("categories", "flags", "electricity", "hotel", "who")


def layout(slug: str = "", **_: Any) -> html.Div:
    """The switches on the left, what they would change on the right."""
    view = events.boundary_view(slug)
    anew = [html.Div(_anew(view), id="boundary-anew", role="status")]
    shut = refusal(view.event.state, "boundary")
    if view.may_edit:
        anew.append(_recompute_button(view, shut))
    beside = html.Div(html.P(t("“What would it change?” shows the totals under these switches beside those stored."),
                             className="fz-small"), id="boundary-beside", role="status")  # fmt: skip
    parts = [
        panel(t("What is counted"), _switches(view, shut), span=7),
        html.Div([panel(t("What it would change"), beside, span=12), panel(t("What is stored"), anew, span=12)],
                 className="fz-5 fz-column-stack"),
    ]  # fmt: skip
    body = [dcc.Store(id="boundary-slug", data=slug), html.Div(parts, className="fz-grid")]
    head = {"subtitle": f"{pick(dict(view.event.names))} · {event_line(view.event)}"}
    acts = [button_link(t("Inventory"), f"/desk/e/{slug}/inventory", "materials"),
            button_link(t("Method"), f"/method?event={slug}", "document")]  # fmt: skip
    return frame(body, "boundary", t("Boundary"), slug=slug, actions=acts, **head, **event_notice(view.event))


def _switches(view: events.BoundaryView, shut: str) -> list[Any]:
    boundary = view.event.boundary
    flags = [name for name in ("non_co2", "upstream") if getattr(boundary, name)]
    norms = [{"value": "", "label": t("each country's own row of the factor set")}]
    norms += [{"value": row.factor_id, "label": _hotel(row)} for row in view.hotels]
    parts = [
        _group(t("Categories"), _checks("categories", [(n, category_name(n)) for n in CATEGORIES],
                                        list(boundary.categories), "fz-checks fz-boundary-checks")),
        _group(t("Within them"), _checks("flags", [("non_co2", t("Flights: effects beyond CO₂ (at height)")),
                                                   ("upstream", t("Fuel's way to the tank (upstream)"))], flags)),
        _group(t("Which guests count"), dcc.RadioItems(_who(boundary.who), boundary.who, id="boundary-who",
                                                       className="fz-checks")),
        _group(t("Electricity"), dcc.RadioItems(
            [{"value": "location", "label": t("by the grid where it is used (location-based)")},
             {"value": "market", "label": t("by how it is bought (market-based)")}],
            boundary.electricity, id="boundary-electricity", className="fz-checks")),
        _group(t("Hotel nights"), dcc.Dropdown(norms, view.hotel_norm, id="boundary-hotel", clearable=False,
                                               searchable=True, labels=search_labels())),
    ]  # fmt: skip
    sentence = t(
        "A change holds for what is computed from now on. What is stored keeps the boundary it was computed under,"
        " until you have it computed anew."
    )
    note = html.P(sentence, className="fz-note mt-3")
    acts = [html.Button([icon("search"), html.Span(t("What would it change?"))], id="boundary-try", n_clicks=0,
                        type="button", className="fz-button")]  # fmt: skip
    if view.may_edit:
        acts.insert(0, button("boundary-save", t("Save the boundary"), "check", main=True, **off_by(shut, SHUT)))
        note = shut_note(t(shut), SHUT) if shut else note
    told = html.Div(id="boundary-told", role="status")
    return [*parts, note, html.Div(acts, className="d-flex flex-wrap gap-2 mt-3"), told]


def _who(own: str) -> list[dict[str, str]]:
    """Who may be counted; what the event was told in words of its own stands last."""
    known = who_words() | ({own: who_word(own)} if own not in who_words() else {})
    return [{"value": key, "label": words} for key, words in known.items()]


def _group(legend: str, control: Any) -> html.Fieldset:
    return html.Fieldset([html.Legend(legend), control], className="fz-boundary-set")


def _checks(name: str, options: list[tuple[str, str]], value: list[str], look: str = "fz-checks") -> dcc.Checklist:
    shown = [{"value": key, "label": words} for key, words in options]
    return dcc.Checklist(shown, value, id=f"boundary-{name}", className=look)


def _hotel(row: Factor) -> str:
    number, unit = f.number(Decimal(repr(row.value)), 1), row.unit.split("/", 1)[-1]
    per = t("kg a room and night") if unit == "room-night" else t("kg a guest and night")
    return f"{row.activity}, {row.region}: {number} {per}"


def _anew(view: events.BoundaryView) -> list[Any]:
    """How many stored footprints are of the former boundary, and what computing them anew does."""
    if not view.former_count:
        return [html.P(t("Every current footprint was computed under this boundary."))]
    words = t("{count} current footprints were computed under the former boundary.", count=f.number(view.former_count))
    more = t(
        "Computing them anew writes a new version of each from its answers. What was covered follows; what no longer"
        " fits becomes an extra contribution, and certificates are stated anew."
    )
    return [html.P(words), html.P(more, className="fz-small mt-2")]


def _recompute_button(view: events.BoundaryView, shut: str) -> html.Button:
    return html.Button(
        [icon("refresh"), html.Span(t("Recompute all"))], id="boundary-recompute", n_clicks=0, type="button",
        className="fz-button fz-button-ink mt-3", hidden=not view.former_count, **off_by(shut, SHUT),
    )  # fmt: skip


def _body(values: dict[str, Any]) -> dict[str, Any]:
    flags = values["flags"] if isinstance(values["flags"], list) else []
    categories = values["categories"] if isinstance(values["categories"], list) else []
    return {
        "categories": [str(each) for each in categories], "non_co2": "non_co2" in flags,
        "upstream": "upstream" in flags, "electricity": values["electricity"], "hotel_norm": values["hotel"] or "",
        "who": values["who"] if isinstance(values["who"], str) else "",
    }  # fmt: skip


@callback(
    Output("boundary-told", "children"), Output("boundary-anew", "children"), Output("boundary-recompute", "hidden"),
    Input("boundary-save", "n_clicks"), Input("boundary-recompute", "n_clicks"), State("boundary-slug", "data"),
    *[State(f"boundary-{name}", "value") for name in VALUES], prevent_initial_call=True,
)  # fmt: skip
def act(_save: Any, _recompute: Any, slug: Any, *values: Any) -> Any:
    """Changes the boundary, or computes all anew; event.edit is asked by the use cases."""
    try:
        if ctx.triggered_id == "boundary-recompute":
            told = _recomputed(events.recompute_all(str(slug)))
        else:
            events.set_boundary(str(slug), _body(dict(zip(VALUES, values, strict=True))))
            told = html.P(t("Saved. It holds for what is computed from now on."), className="fz-told mt-3")
    except (InputError, Conflict) as error:
        told = _wrong(error)
    view = events.boundary_view(str(slug))
    return told, _anew(view), not view.former_count


def _recomputed(done: events.RecomputedAll) -> html.P:
    words = t("{count} footprints have a new version: {before} became {after}.", count=f.number(done.count),
              before=f.mass_text(done.before_g), after=f.mass_text(done.after_g))  # fmt: skip
    more = t("{count} have had as many versions as there may be; they stay.", count=f.number(done.left_count))
    return html.P(f"{words} {more if done.left_count else ''}", className="fz-told mt-3")


@callback(
    Output("boundary-beside", "children"),
    Input("boundary-try", "n_clicks"), State("boundary-slug", "data"),
    *[State(f"boundary-{name}", "value") for name in VALUES], prevent_initial_call=True,
)  # fmt: skip
def compare(_clicks: Any, slug: Any, *values: Any) -> Any:
    """The event's totals under these switches beside those stored; nothing changes."""
    try:
        found = events.preview_boundary(str(slug), _body(dict(zip(VALUES, values, strict=True))))
    except (InputError, Conflict) as error:
        return _wrong(error)
    return _beside(found)


def _wrong(error: InputError | Conflict) -> html.P:
    if isinstance(error, Conflict):
        return html.P(t(error.message, **error.params), className="fz-told fz-told-wrong mt-3")
    labels = {
        "categories": t("Categories"),
        "electricity": t("Electricity"),
        "hotel_norm": t("Hotel nights"),
        "who": t("Which guests count"),
    }
    return html.P(" ".join(sentence_of(each, labels) for each in error.errors), className="fz-told fz-told-wrong mt-3")


def _beside(found: events.Recomputed) -> list[Any]:
    unit = f.mass_unit(found.before.total_g, found.after.total_g)
    head = [html.Th(words, className=look, scope="col") for words, look in
            (("", ""), (t("stored"), "fz-right"), (t("then"), "fz-right"), (t("change"), "fz-right"))]  # fmt: skip
    there = [name for name in CATEGORIES if name in found.by_category]
    rows = [_row(category_name(name), *found.by_category[name], unit) for name in there]
    rows.append(_row(t("All"), found.before.total_g, found.after.total_g, unit, "fz-strong"))
    table = html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="fz-table fz-boundary-moves")
    parts: list[Any] = [table]
    spread = [range_text(each.low_g, each.high_g, unit) for each in (found.before, found.after)]
    parts.append(
        html.P([t("From low to high:"), " ", spread[0], " → ", spread[1], f" {unit}"], className="fz-small mt-2")
    )
    if found.kept_count:
        kept = t("{count} footprints hold no answers to compute from; their {mass} stand on both sides.",
                 count=f.number(found.kept_count), mass=f.mass_text(found.kept_g))  # fmt: skip
        parts.append(html.P(kept, className="fz-small mt-2"))
    return parts


def _row(name: str, old: int, new: int, unit: str, look: str = "") -> html.Tr:
    sign = "+" if new > old else "−" if new < old else ""
    change = f"{sign}{f.mass(abs(new - old), unit=unit)[0]}"
    shown = [html.Td(f.mass(grams, unit=unit)[0], className="fz-right") for grams in (old, new)]
    return html.Tr([html.Td(name), *shown, html.Td(html.B(f"{change} {unit}"), className="fz-right")], className=look)
