"""The form of one line of the inventory: category, activity, quantity with its unit, how it is known, supply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

import events
from calculations.model import CATEGORIES, FieldError, InputError
from locales import formats as f
from locales import pick, t
from pages._parts.desk import sentence_of
from pages._parts.icons import icon
from pages._parts.pieces import category_name, field_error
from pages.organiser._inventory_lines import known_words, unit_words

FIELDS = ("activity", "quantity", "unit", "known", "supply")
ELECTRIC = "electricity"
NO_SESSION = "-"
Choices = Sequence[events.InventoryChoice]


def form(
    choices: Choices, entry: Mapping[str, Any] | None, stage: str, sessions: Sequence[tuple[str, str]]
) -> html.Div:  # fmt: skip
    """The empty form, or one filled with an entry that is to be changed, which stays planned or actual as it is."""
    told = dict(entry or {})
    chosen = next((each for each in choices if each.key == told.get("activity")), None)
    category = chosen.category if chosen else "energy"
    known = [{"value": key, "label": words} for key, words in known_words().items()]
    fields = [
        _field(t("Category"), "category", _choose("category", _categories(choices), category)),
        _field(t("Activity"), "activity", _choose("activity", activity_options(choices, category),
                                                  told.get("activity"), searchable=True)),
        _field(t("Quantity"), "quantity", _number("quantity", told.get("quantity"))),
        _field(t("Unit"), "unit", _choose("unit", unit_options(chosen), told.get("unit"))),
        _field(t("How it is known"), "known", _choose("known", known, told.get("known", "declared"))),
        _field(t("Planned or actual"), "stage", _choose("stage", stage_options(), stage, disabled=entry is not None)),
        _field(t("Session it was for"), "session", _choose("session", _sessions(sessions),
                                                            told.get("session") or NO_SESSION)),
    ]  # fmt: skip
    acts = _acts(entry is None)
    told_below = html.Div(id="inventory-told", role="status")
    return html.Div(
        [html.Div(fields, className="fz-two"), _supply(told.get("supply"), chosen), acts, told_below],
        className="fz-inventory-form",
    )


def stage_options() -> list[dict[str, str]]:
    """Planned, or actual."""
    return [{"value": "actual", "label": t("actual")}, {"value": "planned", "label": t("planned")}]


def _sessions(sessions: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    whole = {"value": NO_SESSION, "label": t("The whole event")}
    return [whole, *[{"value": key, "label": name} for key, name in sessions]]


def _acts(is_new: bool) -> html.Div:
    save = html.Button(save_words(is_new), id="inventory-save", n_clicks=0, type="button",
                       className="fz-button fz-button-main")  # fmt: skip
    delete = html.Button([icon("trash"), html.Span(t("Delete the line"))], id="inventory-delete", n_clicks=0,
                         type="button", className="fz-button", hidden=is_new)  # fmt: skip
    return html.Div([save, delete], className="d-flex flex-wrap gap-2 mt-3")


def save_words(is_new: bool) -> list[Any]:
    """What the button says."""
    words = t("Add the line") if is_new else t("Save the change")
    return [icon("plus" if is_new else "check"), html.Span(words)]


def _field(label: str, name: str, control: Any) -> html.Div:
    dom_id = f"inventory-{name}"
    return html.Div(
        [dbc.Label(label, html_for=dom_id, className="fz-label"), control, field_error("", f"{dom_id}-error")]
    )


def _choose(
    name: str, options: list[dict[str, str]], value: Any, searchable: bool = False, disabled: bool = False
) -> dcc.Dropdown:  # fmt: skip
    return dcc.Dropdown(
        options, value, id=f"inventory-{name}", clearable=False, searchable=searchable, disabled=disabled,
        placeholder=t("Type to search") if searchable else t("Choose"), labels=search_labels(),
    )  # fmt: skip


def search_labels() -> dict[str, str]:
    """The words inside a field that can be searched."""
    return {
        "search": t("Type to search"),
        "clear_search": t("Clear the search"),
        "no_options_found": t("Nothing found"),
    }


def _number(name: str, value: Any) -> dbc.Input:
    return dbc.Input(
        id=f"inventory-{name}", type="text", inputmode="decimal", value="" if value is None else f"{value:.12g}",
        autocomplete="off", className="fz-input",
    )  # fmt: skip


def _supply(supply: Mapping[str, Any] | None, chosen: events.InventoryChoice | None) -> html.Div:
    """How electricity is bought: shown for electricity alone."""
    told = dict(supply or {})
    kinds = [
        {"value": "grid", "label": t("from the grid")}, {"value": "contract", "label": t("under a contract")},
        {"value": "certificates", "label": t("with certificates")},
    ]  # fmt: skip
    share = told.get("share")
    fields = [
        _field(t("How the electricity is bought"), "supply", _choose("supply", kinds, told.get("kind", "grid"))),
        _field(t("kg CO₂e per kWh, as the supplier states"), "supply-rate", _number("supply-rate",
                                                                                  told.get("kg_per_kwh"))),
        _field(t("Share of the kWh it covers, %"), "supply-share", _number("supply-share",
                                                                           None if share is None else 100 * share)),
        _field(t("Where that is stated"), "supply-source",
               dbc.Input(id="inventory-supply-source", type="text", maxlength=100, className="fz-input",
                         value=told.get("source", ""))),
    ]  # fmt: skip
    note = html.P(
        t("Counted where the event's boundary takes the market's figure; told beside the grid's otherwise."),
        className="fz-note mt-2",
    )
    is_electric = chosen is not None and chosen.key == ELECTRIC
    return html.Div(
        [html.Div(fields, className="fz-two"), note], id="inventory-supply-part", hidden=not is_electric,
        className="fz-inventory-supply mt-3",
    )  # fmt: skip


def _categories(choices: Choices) -> list[dict[str, str]]:
    there = {each.category for each in choices}
    return [{"value": name, "label": category_name(name)} for name in CATEGORIES if name in there]


def activity_options(choices: Choices, category: str) -> list[dict[str, str]]:
    """The activities of a category, found by any of their names."""
    return [
        {
            "value": each.key, "label": " · ".join(part for part in (pick(dict(each.names)), each.detail) if part),
            "search": " ".join([*each.names.values(), each.detail, each.key]),
        }
        for each in choices
        if each.category == category
    ]  # fmt: skip


def unit_options(chosen: events.InventoryChoice | None) -> list[dict[str, str]]:
    """The units an activity is told in."""
    return [{"value": unit, "label": unit_words(unit)} for unit in (chosen.units if chosen else ())]


def entry_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The entry that the fields make. Raises InputError naming each field that is empty or no number."""
    errors: list[FieldError] = []
    for name, words in (("activity", t("Activity")), ("unit", t("Unit"))):
        if not isinstance(values.get(name), str) or not values[name]:
            errors.append(FieldError(name, "", "{field}: choose one.", {"field": words}))
    quantity = _positive("quantity", t("Quantity"), values.get("quantity"), errors)
    entry = {"activity": values.get("activity"), "quantity": quantity, "unit": values.get("unit")}
    if values.get("known") not in (None, "", "declared"):
        entry["known"] = values["known"]
    if values.get("session") not in (None, "", NO_SESSION):
        entry["session"] = str(values["session"])[:80]
    if values.get("activity") == ELECTRIC and values.get("supply") in ("contract", "certificates"):
        entry["supply"] = _supply_of(values, errors)
    if errors:
        raise InputError(errors)
    return entry


def _supply_of(values: Mapping[str, Any], errors: list[FieldError]) -> dict[str, Any]:
    rate = _positive("supply-rate", t("kg CO₂e per kWh, as the supplier states"), values.get("supply-rate"), errors)
    told = values.get("supply-share")
    share = _positive("supply-share", t("Share of the kWh it covers, %"), told, errors) if told else 100.0
    source = str(values.get("supply-source") or "").strip()[:100]
    if not source:
        errors.append(FieldError("supply-source", "", "{field}: say where the figure is stated.",
                                 {"field": t("Where that is stated")}))  # fmt: skip
    return {"kind": values["supply"], "kg_per_kwh": rate, "share": share / 100, "source": source}


def _positive(name: str, words: str, value: Any, errors: list[FieldError]) -> float:
    text = f.ungrouped(value)
    try:
        number = float(text) if len(text) <= 30 else float("nan")
    except ValueError:
        number = float("nan")
    if 0 <= number <= 1e12:
        return number
    message = "{field}: “{value}” is no quantity; give a number from 0, such as 1200 or 0.5."
    errors.append(FieldError(name, str(value or "")[:40], message, {"field": words, "value": str(value or "")[:40]}))
    return 0.0


def sentences(error: InputError) -> tuple[dict[str, str], str]:
    """(sentence by field, the rest) of what is wrong; the fields of a body are those of the form."""
    by_field: dict[str, str] = {}
    rest: list[str] = []
    for each in error.errors:
        name = each.field.rsplit(".", 1)[-1] if "." in each.field else each.field
        labels = {each.field: {"activity": t("Activity"), "quantity": t("Quantity"), "unit": t("Unit")}.get(name, name)}
        words = sentence_of(FieldError(each.field, each.value, each.message,
                                       {key: value for key, value in each.params.items() if key != "field"}),
                            labels)  # fmt: skip
        if name in ("activity", "quantity", "unit", "known", "supply-rate", "supply-share", "supply-source"):
            by_field[name] = words
        else:
            rest.append(words)
    return by_field, " ".join(rest)
