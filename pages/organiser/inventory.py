"""The event's own inventory: what its organiser used and bought, line by line, with totals that move at once."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, callback, ctx, dcc, html, no_update

import events
from accounts import Conflict, NotFound, TooMany
from calculations.model import FactorMissing, InputError
from events.inventory import remove_planned, save_planned
from events.inventory_board import InventoryFilter, inventory_board
from locales import pick, t
from pages._parts.desk import button_link, event_line, event_notice, frame, panel
from pages._parts.pieces import error_children
from pages.organiser import _inventory_form as fields
from pages.organiser._inventory_figures import beside_panel, filter_form, sums_panel
from pages.organiser._inventory_lines import list_card, totals_panel
from pages.registry import page as register

register(
    "/desk/e/<slug>/inventory", kind="desk", title="Inventory", permission="event.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/inventory.css", "css/stock.css"),
)  # fmt: skip
VALUES = (
    "activity", "quantity", "unit", "known", "supply", "supply-rate", "supply-share", "supply-source", "stage",
    "session",
)  # fmt: skip
WRONG = ("activity", "quantity", "unit", "known", "supply-rate", "supply-share", "supply-source")


def layout(slug: str = "", edit: str = "", planned: str = "", **query: Any) -> html.Div:
    """The form, what is planned beside what it came to, and the lines that the address asks for; ``edit`` is the number
    of a typed line that is to be changed, ``planned`` the id of a planned one."""
    event = events.get_event(slug)
    wrong = None
    try:
        chosen = InventoryFilter.from_url(query, event.sessions)
    except InputError as error:
        chosen = InventoryFilter()
        words = " ".join(t(each.message, **{"field": each.field, **each.params}) for each in error.errors)
        wrong = html.P(words, className="fz-told fz-told-wrong mb-3", role="alert")
    board, choices = inventory_board(slug, chosen), events.inventory_choices(slug)
    names = {each.key: each for each in choices}
    view = board.view
    writes = view.may_edit and view.event.state != "settled"
    spans = (5, 7, 5) if writes else (4, 4, 4)  # beside the form, or the three in one row
    parts = [html.Div(_totals(view), id="inventory-totals", className=f"fz-{spans[0]}")]
    number = int(edit) if edit.isdecimal() and len(edit) < 4 and int(edit) < len(view.entries) else None
    kept = {"slug": slug, "version": view.version, "number": number, "planned": planned[:40], **_told(query)}
    kept["page"] = _page_of(query)
    if writes:
        parts.insert(0, _form_panel(view, choices, number, planned))
    parts += [html.Div(beside_panel(board), id="inventory-beside", className=f"fz-{spans[1]}")]
    parts.append(sums_panel(board, spans[2]))
    parts.append(html.Div(filter_form(board), className="fz-12"))
    listed = list_card(view, board.lines, names, kept["page"], chosen.to_url())
    parts.append(html.Div(listed, id="inventory-list", className="fz-12"))
    body = [dcc.Store(id="inventory-kept", data=kept), wrong, html.Div(parts, className="fz-grid")]
    head = {"subtitle": f"{pick(dict(view.event.names))} · {event_line(view.event)}"}
    acts = _acts(slug, chosen)
    return frame(body, "inventory", t("Inventory"), slug=slug, actions=acts, **head, **event_notice(view.event))


def _told(query: dict[str, Any]) -> dict[str, str]:
    return {name: str(query.get(name) or "")[:80] for name in ("category", "session", "source", "stage", "q")}


def _page_of(query: dict[str, Any]) -> int:
    """The page of lines that the address asks for, from 1."""
    asked = str(query.get("page") or "")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1


def _acts(slug: str, chosen: InventoryFilter) -> list[Any]:
    asked = f"?{chosen.to_url()}" if chosen.to_url() else ""
    base = f"/desk/e/{slug}"
    return [
        button_link("CSV", f"{base}/inventory.csv{asked}", "table", download=""),
        button_link("XLSX", f"{base}/inventory.xlsx{asked}", "table", download=""),
        button_link(t("Boundary"), f"{base}/boundary", "settings"), button_link(t("Books"), f"{base}/books", "lock"),
    ]  # fmt: skip


def _form_panel(view: events.InventoryView, choices: Any, number: int | None, planned: str) -> html.Section:
    entry: Any = view.entries[number] if number is not None else None
    stage = "actual"
    if planned:
        entry = next((dict(each.entry) for each in view.planned if each.line_id == planned), None)
        stage = "planned" if entry else "actual"
    elif entry is None and not view.lines and view.event.state in ("draft", "open"):
        stage = "planned" if view.planned else "actual"
    sessions = [(each.session_id, pick(dict(each.names))) for each in view.event.sessions]
    title = html.Span(t("A new line") if entry is None else t("Change a line"), id="inventory-title")
    back = html.A(t("Cancel"), href=f"/desk/e/{view.event.slug}/inventory", className="fz-link") if entry else None
    return panel(title, fields.form(choices, entry, stage, sessions), back, span=7)


def _totals(view: events.InventoryView) -> html.Section:
    return panel(t("Total by category"), totals_panel(view), t("central, and from low to high"), span=12)


@callback(
    Output("inventory-activity", "options"), Output("inventory-activity", "value"),
    Input("inventory-category", "value"), State("inventory-kept", "data"), prevent_initial_call=True,
)  # fmt: skip
def choose_category(category: Any, kept: Any) -> Any:
    """The activities of the category."""
    return fields.activity_options(events.inventory_choices(_slug(kept)), str(category)), None


@callback(
    Output("inventory-unit", "options"), Output("inventory-unit", "value"),
    Output("inventory-supply-part", "hidden"),
    Input("inventory-activity", "value"), State("inventory-kept", "data"), prevent_initial_call=True,
)  # fmt: skip
def choose_activity(activity: Any, kept: Any) -> Any:
    """The units of the activity, and whether it is electricity."""
    choices = events.inventory_choices(_slug(kept))
    chosen = next((each for each in choices if each.key == activity), None)
    return fields.unit_options(chosen), chosen.units[0] if chosen else None, activity != fields.ELECTRIC


@callback(
    Output("inventory-list", "children"), Output("inventory-totals", "children"), Output("inventory-told", "children"),
    Output("inventory-kept", "data"), Output("inventory-quantity", "value"), Output("inventory-delete", "hidden"),
    Output("inventory-beside", "children"), Output("inventory-title", "children"),
    Output("inventory-save", "children"), Output("inventory-stage", "disabled"),
    *[Output(f"inventory-{name}-error", "children") for name in WRONG],
    Input("inventory-save", "n_clicks"), Input("inventory-delete", "n_clicks"), State("inventory-kept", "data"),
    *[State(f"inventory-{name}", "value") for name in VALUES],
    prevent_initial_call=True,
)  # fmt: skip
def act(_save: Any, _delete: Any, kept: Any, *values: Any) -> Any:
    """Adds, changes or deletes a line and saves a new version; event.edit is asked by the use case."""
    slug, told = _slug(kept), dict(zip(VALUES, values, strict=True))
    deletes = ctx.triggered_id == "inventory-delete"
    number = kept.get("number") if isinstance(kept.get("number"), int) else None
    planned = str(kept.get("planned") or "")
    try:
        entry = None if deletes else fields.entry_of(told)
        if planned or told["stage"] == "planned":
            _plan(slug, planned, entry)
        else:
            _save_actual(slug, kept.get("version"), number, entry)
    except InputError as error:
        by_field, rest = fields.sentences(error)
        return _refused(rest, by_field)
    except _Meanwhile:
        words = t("Somebody has changed the inventory meanwhile: here it is anew. What you typed is still there, as a "
                  "new line.")  # fmt: skip
        return _refused(words, {}, kept)
    except (Conflict, TooMany, NotFound) as error:
        return _refused(t(error.message, **error.params), {})
    except FactorMissing as error:
        return _refused(t("This factor set has no row for it: {reason}", reason=str(error)), {})
    changed = number is not None or bool(planned)
    return _saved(kept, t("Deleted.") if deletes else t("Changed.") if changed else t("Added."), told["stage"])


class _Meanwhile(Exception):
    """Somebody has saved another version."""


def _plan(slug: str, line_id: str, entry: dict[str, Any] | None) -> None:
    """Adds, changes or deletes a line of what is planned."""
    if entry is None:
        remove_planned(slug, line_id)
    else:
        save_planned(slug, entry, line_id)


def _save_actual(slug: str, version: Any, number: int | None, entry: dict[str, Any] | None) -> None:
    view = events.inventory_view(slug)
    if view.version != version:
        raise _Meanwhile
    events.save_inventory(slug, {"other": _entries(view, number, entry)}, at_version=view.version)


def _slug(kept: Any) -> str:
    return str(kept.get("slug", "")) if isinstance(kept, dict) else ""


def _entries(view: events.InventoryView, number: int | None, entry: dict[str, Any] | None) -> list[dict[str, Any]]:
    """What is told after the change: added at the end, put in its place (keeping its id), or left out."""
    entries = view.entries
    if number is None or not 0 <= number < len(entries):
        return [*entries, *([entry] if entry else [])]
    same = {name: entries[number][name] for name in ("id", "source", "origin") if name in entries[number]}
    return [*entries[:number], *([{**entry, **same}] if entry else []), *entries[number + 1 :]]


def _shown(kept: dict[str, Any]) -> tuple[Any, Any, Any, dict[str, Any]]:
    """The list, the totals and what is planned anew, as the address asks, and what the page keeps."""
    slug = _slug(kept)
    event = events.get_event(slug)
    try:
        chosen = InventoryFilter.from_url(kept, event.sessions)
    except InputError:
        chosen = InventoryFilter()
    board = inventory_board(slug, chosen)
    names = {each.key: each for each in events.inventory_choices(slug)}
    anew = {**kept, "version": board.view.version, "number": None, "planned": ""}
    listed = list_card(board.view, board.lines, names, _page_of(kept), chosen.to_url())
    return listed, _totals(board.view), beside_panel(board), anew


def _saved(kept: dict[str, Any], words: str, stage: Any) -> Any:
    lines, totals, beside, anew = _shown(kept)
    version = t("Saved as version {number}.", number=anew["version"])
    more = t("It is planned, and counts in no total.") if stage == "planned" else version
    told = html.P(f"{words} {more}", className="fz-told mt-3")
    return lines, totals, told, anew, "", True, beside, *_as_new(), *([[]] * len(WRONG))


def _as_new() -> tuple[Any, Any, bool]:
    """The form's title, its button, and whether planned or actual stands fixed: as for a new line."""
    return t("A new line"), fields.save_words(True), False


def _refused(sentence: str, by_field: dict[str, str], kept: dict[str, Any] | None = None) -> Any:
    """What is wrong, beside its fields; with ``kept`` the list is shown anew. What was typed stays."""
    told = html.P(sentence, className="fz-told fz-told-wrong mt-3") if sentence else None
    errors = [error_children(by_field.get(name, "")) for name in WRONG]
    if kept is None:
        return no_update, no_update, told, *[no_update] * 7, *errors
    lines, totals, beside, anew = _shown(kept)
    return lines, totals, told, anew, no_update, True, beside, *_as_new(), *errors
