"""The organiser's remote control of a big screen: its fields, and what they hold as the use case wants it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

import events
from events import LAYOUTS
from locales import NATIVE_NAMES, t
from pages._parts.desk_form import labelled, typed

FIELDS = (
    "layout", "rotating", *(f"seconds_{layout}" for layout in LAYOUTS), "languages", "language_seconds", "theme",
    "light_from", "light_to", "ticker", "quiet_from", "quiet_to", "quiet_shows",
)  # fmt: skip


def layout_names() -> dict[str, str]:
    """What the layouts are called."""
    return {
        "hall": t("Hall"), "foyer": t("Foyer"), "closing": t("Closing ceremony"), "origins": t("Origins"),
        "boards": t("Boards"), "pledges": t("Pledges"),
    }  # fmt: skip


def field_names() -> dict[str, str]:
    """The labels of fields, for sentences about them."""
    seconds = {f"seconds_{key}": t("Seconds of {layout}", layout=name) for key, name in layout_names().items()}
    return seconds | {
        "layout": t("What it shows now"), "rotation": t("Take turns"), "languages": t("Languages"),
        "language_seconds": t("Seconds a language"), "theme": t("Theme"), "light_from": t("Light from"),
        "light_to": t("Light until"), "quiet_from": t("Quiet from"), "quiet_to": t("Quiet until"),
        "quiet_shows": t("In quiet hours"), "label": t("Name"),
    }  # fmt: skip


def controls(state: events.ScreenState, offered: Sequence[str] = LAYOUTS) -> list[Any]:
    """Every field, filled in as the screen is told now; each takes effect as soon as it changes. Layouts with nothing
    to show are not ``offered``."""
    names = field_names()
    layouts = {key: name for key, name in layout_names().items() if key in (*offered, state.layout)}
    themes = {"": t("As in its link"), "dark": t("Dark"), "light": t("Light"), "clock": t("By the clock")}
    rests = {"clock": t("Clock and name alone"), "dim": t("The picture, dimmed")}
    return [
        _group(names["layout"], html.Div(_one("layout", layouts, state.layout), className="fz-screen-tiles"),
               "fz-screen-wide"),
        _group(names["rotation"], html.Div([
            _flag("rotating", t("Layouts take turns"), state.rotating), _turns(state, layouts),
        ]), "fz-screen-wide"),
        _group(names["languages"], html.Div([
            _many("languages", dict(NATIVE_NAMES), state.languages),
            labelled("screens", "language_seconds", names["language_seconds"],
                     _number("language_seconds", state.language_seconds)),
            html.P(t("None chosen: the language of its link."), className="fz-small"),
        ])),
        _group(names["theme"], html.Div([
            _one("theme", themes, state.theme),
            _pair(("light_from", state.light_from), ("light_to", state.light_to)),
        ])),
        _group(t("Quiet hours"), html.Div([
            _pair(("quiet_from", state.quiet_from), ("quiet_to", state.quiet_to)),
            _one("quiet_shows", rests, state.quiet_shows),
            html.P(t("Times of the event's place. Empty: none."), className="fz-small"),
        ])),
        _group(t("Ticker"), _flag("ticker", t("Stands still"), state.ticker_paused)),
    ]  # fmt: skip


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields hold, as `events.control_screen` takes it. A layout without seconds takes no turn."""
    seconds = {layout: values.get(f"seconds_{layout}") for layout in LAYOUTS}
    return {
        "layout": values.get("layout"), "rotating": bool(values.get("rotating")),
        "rotation": [[layout, count] for layout, count in seconds.items() if count not in (None, "", 0)],
        "languages": list(values.get("languages") or []) if isinstance(values.get("languages"), list) else ["?"],
        "language_seconds": values.get("language_seconds"), "theme": values.get("theme") or "",
        "light_from": values.get("light_from"), "light_to": values.get("light_to"),
        "ticker_paused": bool(values.get("ticker")), "quiet_from": values.get("quiet_from") or "",
        "quiet_to": values.get("quiet_to") or "", "quiet_shows": values.get("quiet_shows"),
    }  # fmt: skip


def scope() -> html.Fieldset:
    """Whom a change is told: this screen, or all of the event."""
    options = {"one": t("This screen"), "all": t("All screens")}
    return _group(t("Tell it to"), html.Div(_one("scope", options, "one"), className="fz-screen-tiles fz-screen-pair"))


GROUPS = (
    ("rotating", "rotation"), ("languages", "language_seconds"),
    ("theme", "light_from", "light_to"), ("ticker_paused",), ("quiet_from", "quiet_to", "quiet_shows"),
)  # fmt: skip


def told_by(changed: Sequence[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """Only what goes with the fields that changed, so that what another organiser told meanwhile stays. To choose a
    layout ends the turns: it is to be seen at once."""
    whole = told(values)
    keys = {"rotation" if name.startswith("seconds_") else {"ticker": "ticker_paused"}.get(name, name)
            for name in changed}  # fmt: skip
    if "layout" in keys:
        return {"layout": whole["layout"], "rotating": False}
    return {name: whole[name] for group in GROUPS if keys & set(group) for name in group}


def values_of(state: events.ScreenState) -> list[Any]:
    """What the fields hold for a state, in the order of `FIELDS`."""
    seconds, plain = dict(state.rotation), state.as_json()
    flags = {"rotating": state.rotating, "ticker": state.ticker_paused}
    return [
        seconds.get(name.removeprefix("seconds_")) if name.startswith("seconds_")
        else (["on"] if flags[name] else []) if name in flags else plain[name]
        for name in FIELDS
    ]  # fmt: skip


def shows(state: events.ScreenState) -> str:
    """What a screen shows, in a few words."""
    names = layout_names()
    if not state.rotating:
        return names[state.layout]
    return " · ".join(t("{layout} {count} s", layout=names[name], count=count) for name, count in state.rotation)


def _group(label: str, inside: Any, look: str = "") -> html.Fieldset:
    legend = html.Legend(label, className="fz-label")
    return html.Fieldset([legend, inside], className=f"fz-screen-group {look}".strip())


def _one(name: str, options: Mapping[str, str], value: str) -> dcc.RadioItems:
    shown = [{"value": key, "label": label} for key, label in options.items()]
    return dcc.RadioItems(shown, value, id=f"screens-{name}", className="fz-checks fz-screen-row")


def _many(name: str, options: Mapping[str, str], value: Sequence[str]) -> dcc.Checklist:
    shown = [{"value": key, "label": label} for key, label in options.items()]
    return dcc.Checklist(shown, list(value), id=f"screens-{name}", className="fz-checks fz-screen-row")


def _flag(name: str, words: str, value: bool) -> dcc.Checklist:
    return dcc.Checklist([{"value": "on", "label": words}], ["on"] if value else [], id=f"screens-{name}",
                         className="fz-checks")  # fmt: skip


def _number(name: str, value: int | None) -> dbc.Input:
    return typed("screens", name, value, "number", step=1, debounce=True)


def _turns(state: events.ScreenState, layouts: Mapping[str, str]) -> html.Div:
    known = dict(state.rotation)
    fields = [
        html.Div(
            labelled("screens", f"seconds_{layout}", name, _number(f"seconds_{layout}", known.get(layout))),
            hidden=layout not in layouts,
        )
        for layout, name in layout_names().items()
    ]
    note = t("Seconds of each, from 5 on; empty leaves it out. Screens that have the same turns change together.")
    return html.Div([html.Div(fields, className="fz-screen-turns"), html.P(note, className="fz-small")])


def _pair(one: tuple[str, str], other: tuple[str, str]) -> html.Div:
    names = field_names()
    fields = [
        labelled("screens", name, names[name], typed("screens", name, value, "time", debounce=True))
        for name, value in (one, other)
    ]
    return html.Div(fields, className="fz-screen-row")
