"""The forms of the first steps: what it is, programme, what counts."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import html

import events
from calculations.model import CATEGORIES
from events import SetupView
from locales import t
from pages._parts.desk_form import button
from pages._parts.icons import icon
from pages._parts.pieces import category_name
from pages.organiser._setup_form import Fields, dom_id
from pages.organiser._setup_words import scenario_names, who_word, who_words

SESSION_ROWS = 1  # empty rows below those that are there


def about(fields: Fields, view: SetupView | None) -> list[Any]:
    """Kind, names, introduction, host."""
    return [
        fields.select("scenario", t("Kind of event"), scenario_names(),
                      t("It decides what guests are asked: trips, nights, meals and what is usual there.")),
        fields.words("names", t("Name of the event"), ("en", "zh"), more=("mr", "is")),
        fields.words("intro", t("Introduction"), ("en", "zh"), rows=3, more=("mr", "is")),
        _said(fields),
        fields.text("host", t("Host"), t("Who invites: stands in the privacy text and where it is said who pays.")),
    ]  # fmt: skip


def _said(fields: Fields) -> html.Details:
    """Further texts of the public page, folded while they are empty."""
    names = (("theme", t("Theme, in a line"), 0), ("venue", t("About the venue"), 3),
             ("notice", t("Notice at the top and the foot of its pages"), 2))  # fmt: skip
    inside = [fields.words(name, words, ("en", "zh"), rows=rows, more=("mr", "is")) for name, words, rows in names]
    opened = any(fields.values.get(f"{name}_{code}") for name, _, _ in names for code in ("en", "zh", "mr", "is"))
    return html.Details([html.Summary(t("More texts: theme, venue, notice")), *inside], open=opened)


def programme(fields: Fields, view: SetupView) -> list[Any]:
    """The sessions in their order, and a list to paste."""
    there = list(view.values.get("sessions") or [])
    blank = {"id": "", "kind": "parallel" if there else "main", "starts": "", "ends": "", "en": "", "zh": ""}
    rows = [*there, *[blank] * SESSION_ROWS]
    values = {f"session.{n}.{part}": row.get(part, "") for n, row in enumerate(rows, 1) for part in row}
    own = fields.having(values, f"{fields.kept}-{len(there)}")
    listed = [_session(own, n, row, view, len(there)) for n, row in enumerate(rows, 1)]
    paste = own.area(
        "paste", t("Several at once"),
        t("A line each, such as: 09:00-12:00 Main forum | 主论坛. Hours and one of the names may be left out."), rows=4,
        placeholder="09:00-12:00 Main forum | 主论坛\n14:00-17:00 Digital life | 数字生活",
    )  # fmt: skip
    hint = t("Hours are of {zone}. A session that guests have chosen can be renamed and not deleted.",
             zone=view.event.timezone.replace("_", " "))  # fmt: skip
    return [html.P(hint, className="fz-note"), html.Div(listed, className="fz-sessions"), own.said("sessions"), paste]


KIND_WORDS = ("main", "parallel", "other")


def _session(fields: Fields, number: int, row: dict[str, str], view: SetupView, count: int) -> html.Fieldset:
    key = f"session.{number}"
    kinds = {"main": t("main forum"), "parallel": t("parallel"), "other": t("other")}
    acts: list[Any] = []
    for act, words, symbol, off in (
        ("up", t("Move up"), "chevron_up", number == 1 or number > count),
        ("down", t("Move down"), "chevron_down", number >= count),
        ("delete", t("Delete"), "trash", number > count or row["id"] in view.used),
    ):
        label = f"{words}: {row.get('en') or row.get('zh') or number}"
        acts.append(html.Button(icon(symbol), id={"type": "setup-act", "act": act, "row": number}, n_clicks=0,
                                type="button", className="fz-session-act", disabled=off, title=label,
                                **{"aria-label": label}))  # fmt: skip
    title = t("Session {number}", number=number) if number <= count else t("A new session")
    hidden = dbc.Input(id=dom_id(fields.prefix, f"{key}.id"), type="hidden", value=row["id"])
    parts = [
        html.Div([fields.text(f"{key}.en", t("Name in English")), fields.text(f"{key}.zh", t("Name in Chinese"))],
                 className="fz-two"),
        html.Div([fields.select(f"{key}.kind", t("It is"), list(kinds.items())),
                  fields.text(f"{key}.starts", t("Begins"), kind="datetime-local"),
                  fields.text(f"{key}.ends", t("Ends"), kind="datetime-local")], className="fz-three"),
    ]  # fmt: skip
    head = html.Div([html.Span(title), html.Span(acts, className="fz-session-acts")], className="fz-session-head")
    return html.Fieldset(
        [html.Legend(title, className="visually-hidden"), head, hidden, *parts], className="fz-session"
    )


def boundary(fields: Fields, view: SetupView) -> list[Any]:
    """Categories and switches, who counts and how many come, factor set and method of flights."""
    categories = [(name, category_name(name)) for name in CATEGORIES]
    flags = [("non_co2", t("Flights: effects beyond CO₂ (at height)")),
             ("upstream", t("Fuel's way to the tank (upstream)"))]  # fmt: skip
    bases = [("location", t("by the grid where it is used (location-based)")),
             ("market", t("by how it is bought (market-based)"))]  # fmt: skip
    methods = [("none", t("by the factor set's own rows"))]
    methods += [(each.method_id, each.name) for each in events.flight_method_view(view.event.slug).methods]
    own = view.event.boundary.flight_method
    if own and own not in dict(methods):
        methods.append((own, t("the event's own file")))
    who = list(who_words().items())
    if view.event.boundary.who not in dict(who):
        who.append((view.event.boundary.who, who_word(view.event.boundary.who)))
    return [
        fields.checks("categories", t("Categories"), categories, "fz-boundary-checks"),
        fields.checks("flags", t("Within them"), flags),
        fields.radios("electricity", t("Electricity"), bases),
        fields.radios("who", t("Which guests count"), who),
        html.Div([fields.text("people", t("People expected"),
                              t("Of those who count, for the estimate of those who do not answer."),
                              inputmode="numeric"),
                  fields.select("factor_set", t("Factor set"), [(each, each) for each in events.editions()],
                                t("It stays once the event has opened."))], className="fz-two"),
        fields.select("flight_method", t("Flights"), methods),
    ]  # fmt: skip


def kept_button(words: str) -> html.Button:
    """The one main button of a step."""
    return button("setup-save", words, "check", main=True)
