"""The form of the what-if page: fields of the changes, filled from the address."""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from calculations.changes import Changes
from calculations.model import Place
from locales import pick, t
from pages._parts.pieces import field_error

TYPING_MS = 350  # a number counts once someone has stopped typing


def label_of(place: Place) -> str:
    """A place in a list: its name, its airport's code, the code of its country or region."""
    return " · ".join(part for part in (pick(dict(place.names)), place.iata, place.country) if part)


def options_of(places: list[Place]) -> list[dict[str, str]]:
    """Places as the options of a list, each once."""
    return [{"value": key, "label": words} for key, words in {p.place_id: label_of(p) for p in places}.items()]


def form(changes: Changes, venue: Place) -> html.Div:
    """All fields; those that change nothing are empty."""
    return html.Div([
        _section(t("Venue"), _venues(changes, venue)),
        _section(t("Taking part remotely"), _remote(changes)),
        _section(t("Rail instead of flights"), _rail(changes)),
        _section(t("Menu"), _menu(changes)),
        _section(t("Hotels"), _hotels(changes)),
        _section(t("The venue's power"), _power(changes)),
    ], className="fz-form fz-what-if-form")  # fmt: skip


def _section(title: str, fields: list[Any]) -> html.Fieldset:
    return html.Fieldset([html.Legend(title, className="fz-label"), *fields])


def _venues(changes: Changes, venue: Place) -> list[Any]:
    places = list(changes.venues)
    labels = {
        "search": t("Search a town or an airport"), "clear_search": t("Clear the search"),
        "clear_selection": t("Clear the choice"), "no_options_found": t("Type a name"),
        "selected_count": t("{num_selected} chosen"), "select_all": t("All of them"), "deselect_all": t("None of them"),
    }  # fmt: skip
    box = dcc.Dropdown(
        options_of(places), [place.place_id for place in places], id="what-if-venues", multi=True, searchable=True,
        placeholder=t("{town}, as it is", town=pick(dict(venue.names))), labels=labels,
    )  # fmt: skip
    note = t("One place, or two or three hubs: each guest goes to the hub whose way emits least.")
    return [box, html.P(note, className="fz-note mt-1"), _wrong("venues")]


def _remote(changes: Changes) -> list[Any]:
    remote = changes.remote
    whom = [
        {"value": "anyone", "label": t("from everywhere alike")},
        {"value": "farthest", "label": t("farthest first")},
    ]
    chosen = dcc.Dropdown(
        whom, remote.whom if remote else "anyone", id="what-if-whom", clearable=False, searchable=False
    )
    two = [
        _number("remote", t("Share of guests, %"), _percent(remote.share if remote else 0)),
        _number("hours", t("Hours on line, each"), remote.hours if remote else 8),
    ]
    return [html.Div(two, className="fz-two"), html.Div(chosen, className="mt-2", title=t("Who stays at home"))]


def _rail(changes: Changes) -> list[Any]:
    note = t("Only where rails join both countries; never over sea.")
    return [
        _number("rail", t("Up to, km as the crow flies"), changes.rail_below_km or None),
        html.P(note, className="fz-note mt-1"),
    ]


def _menu(changes: Changes) -> list[Any]:
    names = {"vegetarian": t("Vegetarian, % of meals"), "vegan": t("Vegan, % of meals")}
    fields = [_number(key, words, _percent(changes.menu.get(key, 0))) for key, words in names.items()]
    return [html.Div(fields, className="fz-two")]


def _hotels(changes: Changes) -> list[Any]:
    hotels = changes.hotels
    kinds = [
        {"value": "told", "label": t("houses as told")}, {"value": "hotel", "label": t("all in hotels")},
        {"value": "hostel", "label": t("all in hostels")},
    ]  # fmt: skip
    kind = (hotels.kind if hotels else "") or "told"
    two = [
        _number("nights", t("Nights more or fewer"), (hotels.nights if hotels else 0) or None),
        _number("room", t("People in a room"), (hotels.guests_per_room if hotels else 0) or None),
    ]
    box = dcc.Dropdown(kinds, kind, id="what-if-house", clearable=False, searchable=False)
    return [html.Div(two, className="fz-two"), html.Div(box, className="mt-2", title=t("Kind of house"))]


def _power(changes: Changes) -> list[Any]:
    power = changes.power
    two = [
        _number("kwh", t("Contract, kg CO₂e per kWh"), power.kg_per_kwh if power else None),
        _number("certificates", t("Certificates, % of kWh"), _percent(power.certificate_share if power else 0)),
    ]
    source = dbc.Input(
        id="what-if-source", type="text", maxlength=200, className="fz-input", debounce=TYPING_MS,
        value=power.source if power else "", placeholder=t("Supplier's disclosure, year"),
    )  # fmt: skip
    words = dbc.Label(t("Where this is stated"), html_for="what-if-source", className="fz-label")
    return [html.Div(two, className="fz-two"), html.Div([words, source], className="mt-2"), _wrong("source")]


def _percent(share: float) -> float | None:
    return round(share * 100, 6) or None


def _number(name: str, words: str, value: float | None) -> html.Div:
    """A number as typed; what is out of range is said below it, so the browser is given no limits that would swallow
    it."""
    box = dbc.Input(
        id=f"what-if-{name}", type="number", step="any", value=value, debounce=TYPING_MS, className="fz-input"
    )
    return html.Div([dbc.Label(words, html_for=f"what-if-{name}", className="fz-label"), box, _wrong(name)])


def names() -> dict[str, str]:
    """What fields are called in a sentence about them."""
    return {
        "venues": t("Venue"), "remote": t("Share of guests, %"), "hours": t("Hours on line, each"),
        "rail": t("Up to, km as the crow flies"), "vegetarian": t("Vegetarian, % of meals"),
        "vegan": t("Vegan, % of meals"), "nights": t("Nights more or fewer"), "room": t("People in a room"),
        "kwh": t("Contract, kg CO₂e per kWh"), "certificates": t("Certificates, % of kWh"),
    }  # fmt: skip


def _wrong(name: str) -> html.P:
    return field_error("", f"what-if-{name}-error")
