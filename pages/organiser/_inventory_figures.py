"""Figures of the inventory's page: planned beside actual, guests' and estimated sums, and what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from calculations.model import CATEGORIES
from events.inventory_board import ESTIMATED, GUESTS, InventoryBoard
from locales import formats as f
from locales import pick, t
from pages._parts.desk import button_link, panel
from pages._parts.icons import icon
from pages._parts.pieces import category_name, empty, swatch, table


def source_words() -> dict[str, str]:
    """Where lines come from."""
    return {
        "typed": t("typed"),
        "imported": t("imported"),
        "guests": t("answers of guests"),
        "estimated": t("estimated"),
    }


def stage_words() -> dict[str, str]:
    """Whether a line is planned or actual."""
    return {"actual": t("actual"), "planned": t("planned")}


def filter_form(board: InventoryBoard) -> html.Form:
    """What is shown, as an address: a form without script."""
    chosen = board.chosen
    sessions = {each.session_id: pick(dict(each.names)) for each in board.event.sessions}
    categories = {name: category_name(name) for name in CATEGORIES}
    look = dcc.Input(id="inventory-q", name="q", type="search", value=chosen.q, maxLength=80, className="fz-input")
    fields = [
        html.Div([html.Label(t("Search"), htmlFor="inventory-q"), look], className="fz-inventory-look"),
        _choice("category", t("Category"), categories, chosen.category),
        _choice("session", t("Session"), sessions, chosen.session),
        _choice("source", t("Source"), source_words(), chosen.source),
        _choice("stage", t("Planned or actual"), stage_words(), chosen.stage),
        html.Button([icon("filter"), html.Span(t("Show"))], type="submit", className="fz-button"),
    ]
    if chosen.to_url():
        fields.append(html.A(t("Show all"), href=f"/desk/e/{board.event.slug}/inventory", className="fz-link"))
    return html.Form(fields, method="get", className="fz-card fz-inventory-filter",
                     **{"aria-label": t("What is shown")})  # fmt: skip


def _choice(name: str, label: str, options: dict[str, str], value: str) -> html.Label:
    shown = [html.Option(t("all"), value="", selected=not value)]
    shown += [html.Option(words, value=key, selected=key == value) for key, words in options.items()]
    return html.Label([html.Span(label), html.Select(shown, name=name, className="fz-input form-select")])


def beside_panel(board: InventoryBoard) -> html.Section:
    """What was planned beside what it came to, by category, with the difference."""
    if not board.view.planned:
        return panel(t("Planned and actual"), _nothing_planned(board), span=12)
    unit = f.mass_unit(*[max(each.planned_g, each.actual_g) for each in board.beside])
    rows: list[list[Any]] = [
        [_category(each.category), f.mass_text(each.planned_g, unit=unit), f.mass_text(each.actual_g, unit=unit),
         difference(each.difference_g, unit)]
        for each in board.beside
    ]  # fmt: skip
    planned, actual = (sum(getattr(each, name) for each in board.beside) for name in ("planned_g", "actual_g"))
    foot = [t("Total"), f.mass_text(planned, unit=unit), f.mass_text(actual, unit=unit),
            difference(actual - planned, unit)]  # fmt: skip
    head = [t("Category"), t("Planned"), t("Actual"), t("Difference")]
    return panel(t("Planned and actual"), table(head, rows, foot), t("the organiser's own lines"), span=12)


def _nothing_planned(board: InventoryBoard) -> list[Any]:
    """What a planned line is, and how one comes here."""
    words = t("Nothing is planned yet. A planned line counts in no total; it stands here beside what it came to.")
    said = [html.P(words, className="fz-small")]
    if board.view.may_edit and board.event.state != "settled":
        how = t("To plan one, choose “planned” in the form on this page, or bring in a file whose lines are planned.")
        said += [html.P(how, className="fz-small"),
                 html.Div(button_link(t("Data in"), f"/desk/e/{board.event.slug}/import", "upload"),
                          className="d-flex mt-2")]  # fmt: skip
    return said


def difference(grams: int, unit: str) -> str:
    """A difference with its sign."""
    return ("+" if grams > 0 else "") + f.mass_text(grams, unit=unit)


def _category(name: str) -> html.Span:
    return html.Span([swatch(name), category_name(name)], className="fz-inventory-name")


def sums_panel(board: InventoryBoard, span: int = 5) -> html.Section:
    """Guests' lines and the estimate for the others, as sums by category where five people stand behind them."""
    title = t("Guests and estimate")
    if board.hidden:
        return panel(title, empty(t("Fewer than five people have answered: their sums are not shown.")), span=span)
    if not board.sums:
        return panel(title, html.P(t("Nothing of guests fits what is chosen."), className="fz-small"), span=span)
    grams = {(each.category, each.source): each.grams for each in board.sums}
    unit = f.mass_unit(*grams.values())
    names = {GUESTS: t("Answered"), ESTIMATED: t("Estimated")}
    sources = [name for name in names if any(each.source == name for each in board.sums)]
    categories = list(dict.fromkeys(each.category for each in board.sums))
    rows = [[_category(name), *_by_source([grams.get((name, each), 0) for each in sources], unit)]
            for name in categories]  # fmt: skip
    sums = [sum(each.grams for each in board.sums if each.source == name) for name in sources]
    head = [t("Category"), *(names[name] for name in sources), *([t("Together")] if len(sources) > 1 else [])]
    shown = [table(head, rows, [t("Total"), *_by_source(sums, unit)])]
    if GUESTS in sources:
        shown.append(html.P(t("Sums by category, never a person's lines."), className="fz-note mt-2"))
    return panel(title, shown, span=span, id="inventory-sums")


def _by_source(grams: Sequence[int], unit: str) -> list[str]:
    """What each source has, and both together where there are two."""
    return [f.mass_text(each, unit=unit) for each in (*grams, *([sum(grams)] if len(grams) > 1 else []))]
