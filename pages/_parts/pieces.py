"""Small layout pieces over plain data, for pages and documents alike (documents pass them through html_text.render)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from locales import formats as f
from locales import t
from pages._parts.icons import icon
from pages._parts.palette import CATEGORIES
from pages._parts.ring import mini_ring
from pages._parts.svg import themed_svg

STATES = ("reserved", "retired", "revoked", "extra")


def figure_number(number: str, unit: str = "", size: int = 2, class_name: str = "") -> html.Span:
    """A number with its unit at .6 em; ``size`` 1 is the hero, 2 a number, 0 takes the size of its place."""
    look = f"fz-num{f' fz-num-{size}' if size else ''} {class_name}".strip()
    return html.Span([number, html.Small("\u202f" + unit) if unit else None], className=look)


def mass_number(
    grams: int, size: int = 2, unit: str | None = None, suffix: str = "", class_name: str = ""
) -> html.Span:
    """A mass as ``figure_number``; ``suffix`` as " CO₂e" stands with the unit."""
    number, shown = f.mass(grams, unit=unit)
    return figure_number(number, shown + suffix, size, class_name)


def range_text(low_g: int, high_g: int, unit: str | None = None) -> html.Span:
    """The range, third voice, without unit, with words for those who hear it."""
    said = t("between {low} and {high}", low=f.mass_text(low_g, unit=unit), high=f.mass_text(high_g, unit=unit))
    return html.Span(f.mass_range(low_g, high_g, unit=unit), className="fz-range", title=said)


def swatch(kind: str) -> html.Span:
    """A swatch: retired, reserved, open, emitted, estimated, extra, revoked, a category, or 1 to 4 (split tints)."""
    return html.Span(className=f"fz-swatch fz-swatch-{kind}", **{"aria-hidden": "true"})


def state_chip(state: str, date: str = "") -> html.Span:
    """Swatch and words of a state: reserved, retired, revoked, extra; ``date`` is text, for retired and revoked."""
    words = {
        "reserved": t("Reserved, not yet retired"),
        "retired": t("Retired {date}", date=date) if date else t("Retired"),
        "revoked": t("Revoked {date}", date=date) if date else t("Revoked"),
        "extra": t("Extra contribution"),
    }[state]
    return html.Span([swatch(state), html.Span(words)], className=f"fz-state fz-state-{state}")


def category_name(category: str) -> str:
    """The category in the person's language, as a title: "Travel"."""
    return {
        "travel": t("Travel"), "stay": t("Stay"), "food": t("Food"), "local": t("Local transport"),
        "energy": t("Energy"), "materials": t("Materials"), "freight": t("Freight"), "waste": t("Waste"),
        "digital": t("Digital"),
    }[category]  # fmt: skip


def category_short(category: str) -> str:
    """The category in a row of others: "travel", "local"."""
    return {
        "travel": t("travel"), "stay": t("stay"), "food": t("food"), "local": t("local"), "energy": t("energy"),
        "materials": t("materials"), "freight": t("freight"), "waste": t("waste"), "digital": t("digital"),
    }[category]  # fmt: skip


def category_strip(by_category: Mapping[str, int], legend: bool = True) -> html.Div:
    """The strip of an amount by category, in the fixed order, its numbers adding up; grams in."""
    shown = [(name, by_category[name]) for name in CATEGORIES if by_category.get(name, 0) > 0]
    total = sum(grams for _, grams in shown) or 1
    bars = [html.I(className=f"fz-swatch-{name}", style={"--fz-w": f"{100 * g / total:.2f}%"}) for name, g in shown]
    strip = html.Div(bars, className="fz-strip", **{"aria-hidden": "true"})
    if not legend:
        return html.Div(strip)
    numbers, _ = f.mass_parts([grams for _, grams in shown]) if shown else ([], "kg")
    words = [
        html.Span([swatch(name), f"{category_short(name)} {number}"])
        for (name, _), number in zip(shown, numbers, strict=True)
    ]
    return html.Div([strip, html.Div(words, className="fz-legend")])


@dataclass(frozen=True, slots=True)
class SplitPart:
    """A recipient of the price: its name, basis points of the price, and the money as text ("" in summaries)."""

    name: str
    share_bp: int
    amount: str = ""


def split_bar(parts: Sequence[SplitPart], thick: bool = True) -> html.Div:
    """Where the money goes: ink tints by turns, each part named with its money, or in one sentence of shares."""
    bars = [
        html.I(className=f"fz-swatch-{min(i, 4)}", style={"--fz-w": f"{part.share_bp / 100:.2f}%"})
        for i, part in enumerate(parts, 1)
    ]
    strip = html.Div(bars, className=f"fz-strip{' fz-strip-thick' if thick else ''}", **{"aria-hidden": "true"})
    if all(part.amount for part in parts):
        rows = [
            html.Div([swatch(str(min(i, 4))), html.Span(part.name), html.B(part.amount)])
            for i, part in enumerate(parts, 1)
        ]
        return html.Div([strip, html.Div(rows, className="fz-split")])
    words = t(", ").join(f"{part.name} {f.percent_bp(part.share_bp)}" for part in parts)
    return html.Div([strip, html.P(words, className="fz-small mt-2")])


def norm_bar(percent_of_norm: float) -> html.Span:
    """Grams a km against the norm of the route: full at the tick is 100 %, what is over ends at the bar's end."""
    share = f"{min(119.0, max(0.0, percent_of_norm)):.0f}%"
    return html.Span(html.I(style={"--fz-w": share}), className="fz-norm", **{"aria-hidden": "true"})


def board_row(
    rank: str,
    name: str,
    *,
    retired_share: float,
    reserved_share: float,
    norm_percent: float | None = None,
    mode: str = "",
    value: str = "",
    me: bool = False,
    act: Any = None,
) -> html.Li:
    """A row of a board: rank ("2="), ring of what is covered (shares 0…1), name with what can be done with it, mode,
    norm bar, value as text."""
    rings = [round(1000 * share) for share in (retired_share, reserved_share)]
    picture = themed_svg(lambda theme: mini_ring(rings[0], rings[1], 1000, theme=theme))
    names: list[Any] = [html.Span(name)] + ([html.Span(t("You"), className="fz-you")] if me else [])
    names += [act] if act is not None else []
    cells = [
        html.Span(rank),
        picture,
        html.Span(names, className="fz-board-name"),
        icon(mode) if mode else html.Span(),
        norm_bar(norm_percent) if norm_percent is not None else html.Span(),
        html.Span(value),
    ]
    look = (
        "fz-board-row" + (" fz-board-me" if me else "") + (" fz-board-me-retired" if me and not reserved_share else "")
    )
    return html.Li(cells, className=look, **({"aria-current": "true"} if me else {}))


def kpi(kind: str, name: str, number: str, unit: str, note: str = "", dom_id: str = "") -> html.Div:
    """A key figure: swatch and name, number, range or share; ``dom_id`` marks number and ``<dom_id>-note`` note."""
    value = figure_number(number, unit)
    if dom_id:
        value = html.Span(value, id=dom_id)
    below = html.P(note, className="fz-note", **({"id": f"{dom_id}-note"} if dom_id else {}))
    return html.Div([html.P([swatch(kind), name], className="fz-kpi-name"), value, below], className="fz-card fz-kpi")


def facts(rows: Sequence[tuple[str, Any]]) -> html.Dl:
    """A list of names and what they are."""
    cells: list[Any] = []
    for name, value in rows:
        cells += [html.Dt(name), html.Dd(value)]
    return html.Dl(cells, className="fz-facts")


def field_error(message: str = "", dom_id: str = "") -> html.P:
    """The sentence below a field that is wrong; empty it takes no room. Give the field aria-describedby=dom_id."""
    inside = [icon("error"), html.Span(message)] if message else []
    return html.P(inside, className="fz-error", role="alert", **({"id": dom_id} if dom_id else {}))


def error_children(message: str) -> list[Any]:
    """What a callback puts into a ``field_error``'s children."""
    return [icon("error"), html.Span(message)] if message else []


def empty(sentence: str, action: Any = None) -> html.Div:
    """Nothing yet: the open ring and one sentence with the next act."""
    picture = themed_svg(lambda theme: mini_ring(0, 0, 1, size=72, theme=theme))
    return html.Div([picture, html.P(sentence), action], className="fz-empty")


def loading(lines: int = 4) -> html.Div:
    """Shapes in place of what is on its way; no shimmer."""
    shapes = [html.I(style={"width": f"{100 - 13 * (i % 3)}%"}) for i in range(lines)]
    return html.Div(shapes, className="fz-loading", **{"aria-busy": "true", "aria-label": t("Loading")})


def stale_note(as_of: str) -> html.P:
    """How old the figures are: "as of 16:40". The figures' box takes class fz-stale."""
    return html.P(t("as of {time}", time=as_of), className="fz-note")


def equation(boxes: Sequence[tuple[str, str]]) -> html.Div:
    """distance × factor = grams: three boxes of (number, words), the last on ink."""
    shown: list[Any] = []
    signs = ["×"] * (len(boxes) - 2) + ["="]
    for i, (number, words) in enumerate(boxes):
        last = i == len(boxes) - 1
        shown.append(html.Div([html.B(number), html.Small(words)], className="fz-on-ink" if last else ""))
        if not last:
            shown.append(html.Span(signs[i]))
    return html.Div(shown, className="fz-equation")


def sheet(title: str, children: Any, close_id: str, dom_id: str = "") -> html.Div:
    """The drawer: a sheet from below on phones, a panel of 420 on the right at a desk, with its shade."""
    head = html.Div(
        [html.H2(title), html.Button(icon("close"), id=close_id, className="fz-close", **{"aria-label": t("Close")})],
        className="fz-sheet-head",
    )
    panel = html.Div(
        [head, children], className="fz-sheet", role="dialog", **{"aria-modal": "true", "aria-label": title}
    )
    return html.Div([html.Div(className="fz-sheet-shade"), panel], **({"id": dom_id} if dom_id else {}))


def timeline(steps: Sequence[tuple[str, str, bool]]) -> html.Ol:
    """What has happened and what will: (name, words, done)."""
    rows = []
    for name, words, done in steps:
        inside: list[Any] = [html.Span([html.B(name), words])] + ([icon("check")] if done else [])
        rows.append(html.Li(inside, className="fz-done" if done else ""))
    return html.Ol(rows, className="fz-timeline")


def filter_bar(words: Sequence[Any], side: Any = None) -> html.Div:
    """A sentence whose nouns are controls: text and components by turns."""
    parts = [html.Span(word) if isinstance(word, str) else word for word in words]
    end = html.Span(side, className="ms-auto") if side else None
    return html.Div([icon("filter"), *parts, end], className="fz-filter", role="group", **{"aria-label": t("Filters")})


def table(
    head: Sequence[str], rows: Sequence[Sequence[Any]], foot: Sequence[Any] | None = None, text_columns: int = 1
) -> html.Div:
    """A table: the first ``text_columns`` columns are words, the others numbers to the right; ``foot`` is the sum."""

    def look(i: int) -> str:
        return "" if i < text_columns else "fz-right"

    top = html.Thead(html.Tr([head_cell(cell, look(i)) for i, cell in enumerate(head)]))
    body = html.Tbody([html.Tr([html.Td(cell, className=look(i)) for i, cell in enumerate(row)]) for row in rows])
    sums = html.Tfoot(html.Tr([html.Td(cell) for cell in foot])) if foot else None
    return html.Div(html.Table([top, body, sums], className="fz-table"), className="fz-scroll", tabIndex="0")


def head_cell(words: str, class_name: str = "") -> Any:
    """The head of a column; a column of acts has no name, and no head either."""
    return html.Th(words, scope="col", className=class_name) if words else html.Td(className=class_name)
