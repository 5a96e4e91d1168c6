"""A scenario's own questions: rows by group with their sums, the field that finds the rarer ones, a year's home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from calculations.model import Scenario, ScenarioActivity
from locales import current_language, pick, t
from pages._parts.icons import icon, icon_of
from pages.guest._fields import data, error, place_row, text_input, unit_words

REMOTE = "remote_participation"


def own_activities(scenario: Scenario) -> list[ScenarioActivity]:
    """What the scenario asks itself; taking part remotely has a card of its own."""
    return [each for each in scenario.activities if each.key != REMOTE]


def unit_of(activity: ScenarioActivity) -> str:
    """The unit in words: the template's own, else the product's."""
    return pick(activity.unit_names) or unit_words(activity.unit)


def activity_row(activity: ScenarioActivity) -> html.Div:
    """A question: quantity in its unit, and what that comes to; one that is not shown waits to be looked for."""
    name, unit = pick(activity.names), unit_of(activity)
    field = text_input(
        "text", activity.key, "fz-line-field", inputmode="decimal", class_="fz-input", autocomplete="off",
        maxlength="12", aria_label=f"{name} ({unit})",
    )  # fmt: skip
    how = html.Button(
        [html.Span(className="visually-hidden", children=t("How computed: {name}", name=name)),
         html.Span(**data(slot=activity.key))],
        type="button", className="fz-link fz-line-mass", disable_n_clicks=True, hidden=True,
        **data(act="trace", of=activity.key, if_=activity.key), **{"aria-haspopup": "dialog"},
    )  # fmt: skip
    words = html.Span([html.Span(name), html.Small(unit)], className="fz-line-words")
    more = html.P(pick(activity.help), className="fz-note fz-line-help") if activity.help else None
    parts = [words, how, field, error(activity.key), more]
    marks = data(row=activity.key, find=_found_by(activity))
    return html.Div(parts, className="fz-line", hidden=not activity.shown, **marks)


def _found_by(activity: ScenarioActivity) -> str:
    """What a row is found by beside its words: its name in English."""
    return activity.names["en"] if current_language() != "en" else ""


def section(scenario: Scenario) -> Any:
    """The scenario's activities by its groups, or as one card; folded where the template says so."""
    own = own_activities(scenario)
    if not own:
        return None
    folded = scenario.page.get("folded")
    if folded:
        rows = html.Div([activity_row(each) for each in own], className="fz-pad")
        title = html.Summary([icon("materials"), html.Span(pick(folded)), icon("chevron_down")],
                             className="fz-row fz-fold")  # fmt: skip
        return html.Div(html.Details([title, rows], className="fz-card"), **data(block="other"))
    parts = _groups(scenario, own) if scenario.groups else [_plain(scenario, own)]
    return html.Div([*([_finder()] if scenario.page.get("search") else []), *parts, left_out(scenario)],
                    **data(block="other"))  # fmt: skip


def _groups(scenario: Scenario, own: list[ScenarioActivity]) -> list[Any]:
    """The groups one below another; in a template with a search field all but the first are folded."""
    parts: list[Any] = []
    for key, names in scenario.groups.items():
        of_group = [each for each in own if each.group == key]
        if of_group and scenario.page.get("search") and not scenario.is_yearly:
            parts.append(_folding(key, names, of_group, is_open=not parts))
        elif of_group:
            parts.append(_group(key, names, of_group))
    return parts


def _folding(key: str, names: Mapping[str, str], own: list[ScenarioActivity], is_open: bool) -> html.Details:
    total = html.Span(className="fz-num fz-group-sum", **data(slot=f"group.{key}"))
    title = html.Summary([icon_of(names.get("icon")), html.Span(pick(names)), total, icon("chevron_down")],
                         className="fz-row fz-fold")  # fmt: skip
    rows = html.Div([activity_row(each) for each in own], className="fz-pad")
    hidden = not any(each.shown for each in own)
    return html.Details([title, rows], className="fz-card mt-2", open=is_open, hidden=hidden, **data(group=key))


def _group(key: str, names: Mapping[str, str], own: list[ScenarioActivity]) -> html.Section:
    total = html.Span(className="fz-num", **data(slot=f"group.{key}"))
    head = html.Div([icon_of(names.get("icon")), html.H2(pick(names)), total], className="fz-group-head")
    rows = html.Div([activity_row(each) for each in own], className="fz-card fz-pad")
    return html.Section([head, rows], hidden=not any(each.shown for each in own), **data(group=key))


def _plain(scenario: Scenario, own: list[ScenarioActivity]) -> html.Div:
    title = pick(scenario.page.get("section", {})) or t("What you did there")
    return html.Div([html.H2(title), html.Div([activity_row(each) for each in own], className="fz-card fz-pad")])


def _finder() -> html.Div:
    """The field that finds the rows that are not shown, by name."""
    own = {"aria-label": t("Find more to add"), "placeholder": t("Find more to add"), "class": "fz-input",
           "autocomplete": "off", "maxlength": "40", "enterkeyhint": "search"}  # fmt: skip
    field = html.Span(**data(input="search"), **{f"data-a-{name}": value for name, value in own.items()})
    return html.Div([html.Div([icon("search"), field], className="fz-finder", **data(finder="yes")),
                     html.Ul(className="fz-found", hidden=True, **data(found="yes"))])  # fmt: skip


def left_out(scenario: Scenario) -> html.P | None:
    """What the template does not ask, and why."""
    words = pick(scenario.page.get("left_out", {}))
    return html.P(words, className="fz-note mt-3") if words else None


def home_card() -> html.Div:
    """Where somebody lives: what goes by region (electricity, metro, bus) takes the rows of that place."""
    words = html.P(t("Electricity and ways by public transport take the figures of this place."), className="fz-note")
    frame = html.Div(place_row("place", t("Town or airport"), t("Where do you live?")), className="fz-places")
    return html.Div(
        [html.H2(t("Where do you live?")), frame, error("place"), words],
        className="fz-card fz-pad fz-home-place",
        **data(block="home"),
    )
