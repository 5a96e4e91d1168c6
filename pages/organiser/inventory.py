"""The event's own inventory: what its organiser used and bought, line by line, with totals that move at once."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, callback, ctx, dcc, html, no_update

import events
from accounts import Conflict, TooMany, current_actor, require
from calculations.model import FactorMissing, InputError
from locales import pick, t
from pages._parts.desk import button_link, event_line, event_notice, frame, panel
from pages._parts.pieces import error_children
from pages.organiser import _inventory_form as fields
from pages.organiser._inventory_lines import list_card, totals_panel
from pages.registry import page as register

register(
    "/desk/e/<slug>/inventory", kind="desk", title="Inventory", permission="event.view", scripts=("js/desk.js",),
    styles=("css/desk-more.css", "css/inventory.css"),
)  # fmt: skip
VALUES = ("activity", "quantity", "unit", "known", "supply", "supply-rate", "supply-share", "supply-source")
WRONG = ("activity", "quantity", "unit", "known", "supply-rate", "supply-share", "supply-source")


def check(slug: str) -> None:
    """Before the page is sent: NotFound, or Forbidden for somebody else's event."""
    require(current_actor(), "event.view", events.get_event(slug).event_id)


def layout(slug: str = "", edit: str = "", **_: Any) -> html.Div:
    """The form, totals by category, and the lines; ``edit`` is the number of the line that is to be changed."""
    view, choices = events.inventory_view(slug), events.inventory_choices(slug)
    names = {each.key: each for each in choices}
    number = int(edit) if edit.isdecimal() and len(edit) < 4 and int(edit) < len(view.lines) else None
    entry = view.entries[number] if number is not None else None
    parts = [html.Div(_totals(view), id="inventory-totals", className="fz-5")]
    if view.may_edit:
        title = t("A new line") if number is None else t("Change a line")
        back = None if number is None else html.A(t("Cancel"), href=f"/desk/e/{slug}/inventory", className="fz-link")
        parts.insert(0, panel(title, fields.form(choices, entry, number), back, span=7))
    parts.append(html.Div(list_card(view, names), id="inventory-list", className="fz-12"))
    kept = {"slug": slug, "version": view.version, "number": number}
    body = [dcc.Store(id="inventory-kept", data=kept), html.Div(parts, className="fz-grid")]
    head = {"subtitle": f"{pick(dict(view.event.names))} · {event_line(view.event)}"}
    acts = [button_link(t("Boundary"), f"/desk/e/{slug}/boundary", "settings")]
    return frame(body, "inventory", t("Inventory"), slug=slug, actions=acts, **head, **event_notice(view.event))


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
    *[Output(f"inventory-{name}-error", "children") for name in WRONG],
    Input("inventory-save", "n_clicks"), Input("inventory-delete", "n_clicks"), State("inventory-kept", "data"),
    *[State(f"inventory-{name}", "value") for name in VALUES],
    prevent_initial_call=True,
)  # fmt: skip
def act(_save: Any, _delete: Any, kept: Any, *values: Any) -> Any:
    """Adds, changes or deletes a line and saves a new version; event.edit is asked by the use case."""
    slug, told = _slug(kept), dict(zip(VALUES, values, strict=True))
    view = events.inventory_view(slug)
    number = kept.get("number") if isinstance(kept.get("number"), int) else None
    if view.version != kept.get("version"):
        return _refused(
            t(
                "Somebody has changed the inventory meanwhile: here it is anew. What you typed is still there, as a new"
                " line."
            ),
            {},
            slug,
        )
    try:
        entries = _entries(view, number, None if ctx.triggered_id == "inventory-delete" else fields.entry_of(told))
        events.save_inventory(slug, {"other": entries})
    except InputError as error:
        by_field, rest = fields.sentences(error)
        return _refused(rest, by_field)
    except (Conflict, TooMany) as error:
        return _refused(t(error.message, **error.params), {})
    except FactorMissing as error:
        return _refused(t("This factor set has no row for it: {reason}", reason=str(error)), {})
    return _saved(slug, number, ctx.triggered_id == "inventory-delete")


def _slug(kept: Any) -> str:
    return str(kept.get("slug", "")) if isinstance(kept, dict) else ""


def _entries(view: events.InventoryView, number: int | None, entry: dict[str, Any] | None) -> list[dict[str, Any]]:
    """What is told after the change: added at the end, put in its place, or left out."""
    entries = view.entries
    if number is None or not 0 <= number < len(entries):
        return [*entries, *([entry] if entry else [])]
    return [*entries[:number], *([entry] if entry else []), *entries[number + 1 :]]


def _saved(slug: str, number: int | None, deleted: bool) -> Any:
    view = events.inventory_view(slug)
    names = {each.key: each for each in events.inventory_choices(slug)}
    words = t("Deleted.") if deleted else t("Added.") if number is None else t("Changed.")
    told = html.P(f"{words} {t('Saved as version {number}.', number=view.version)}", className="fz-told mt-3")
    kept = {"slug": slug, "version": view.version, "number": None}
    return list_card(view, names), _totals(view), told, kept, "", True, *([[]] * len(WRONG))


def _refused(sentence: str, by_field: dict[str, str], slug: str = "") -> Any:
    """What is wrong, beside its fields; with a slug the list is shown anew. What was typed stays."""
    told = html.P(sentence, className="fz-told fz-told-wrong mt-3") if sentence else None
    errors = [error_children(by_field.get(name, "")) for name in WRONG]
    if not slug:
        return no_update, no_update, told, no_update, no_update, no_update, *errors
    view = events.inventory_view(slug)
    names = {each.key: each for each in events.inventory_choices(slug)}
    kept = {"slug": slug, "version": view.version, "number": None}
    return list_card(view, names), _totals(view), told, kept, no_update, True, *errors
