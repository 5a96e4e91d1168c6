"""The panels of the organiser's dashboard: each a finding, its chart, the same as a table, and its files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from dash import html

from calculations.ranking import SMALLEST_GROUP
from locales import formats as f
from locales import t
from pages._parts.bars import BarRow, bars_sentence, category_bars
from pages._parts.desk import cover_bar, panel
from pages._parts.icons import icon
from pages._parts.pieces import empty
from pages._parts.svg import themed_svg
from pages.organiser._filter import address, narrow_link
from reports import FEW, NO_MODE, Column, Dashboard, Row, Table, row_names

MOST_BARS, MOST_TABLE_ROWS = 9, 60
HIGH_ROWS = 5  # more of them are higher than another panel
NARROW_PX = 326.0  # a card on a phone
LONG_G = 10_000 * 1_000_000  # ten thousand tonnes: a figure is too long from here on for its room as others are written
LEAST_LABEL_PX, LABEL_PX = 84.0, 190.0


def figure_panel(shown: Dashboard, table: Table, picture: Any, unit: str = "", span: int = 4) -> html.Section:
    """A card: the finding as its title, what it is below with its unit, the chart, then table and files folded."""
    words = table.name + (f" · {unit}" if unit else "")
    body = picture if isinstance(picture, list) else [picture]
    name = html.P(words, className="fz-figure-name")
    return panel(table.finding, [name, *body, beside(shown, table)], span=span, id=f"figure-{table.key}")


def beside(shown: Dashboard, table: Table) -> html.Details:
    """The same as a table for those who can't see the chart, and the ways to take it along."""
    told = f"{t('Table and files')}: {table.name}"
    words = [html.Span(t("Table and files"), **{"aria-hidden": "true"}), html.Span(told, className="visually-hidden")]
    summary = html.Summary([icon("table"), *words])
    room = html.Div(className="fz-scroll", **{"data-table": json.dumps(_cells(table), ensure_ascii=False)})
    return html.Details([summary, room, _files(shown, table)], className="fz-beside")


def _cells(table: Table) -> dict[str, Any]:
    """The table as the desk's script writes it when it is opened: thousands of cells are not the page's own parts."""
    unit = unit_of(table)
    columns = table.columns
    return {
        "name": table.name, "head": [title_words(column, unit) for column in columns],
        "numbers": [column.kind != "text" for column in columns],
        "rows": [[cell_words(cell, column, unit) for cell, column in zip(row, columns, strict=True)]
                 for row in table.rows[-MOST_TABLE_ROWS:]],
    }  # fmt: skip


def unit_of(table: Table) -> str:
    """The one unit of a table's masses."""
    grams = [cell for row in table.rows for cell, c in zip(row, table.columns, strict=True) if c.kind == "grams"]
    return f.mass_unit(max((cell for cell in grams if cell is not None), default=0))


def tall_ones(shown: Dashboard) -> set[str]:
    """Figures as high as two others: a rose with its places, and a company a row."""
    rows = shown.rows
    tall = {"origin"} if any(row.key in shown.places for row in rows["origin"]) else set()
    return tall | ({"company"} if len(rows["company"]) > HIGH_ROWS else set())


Room = tuple[int, bool]  # columns a panel takes; whether it is as high as two rows


def packed(rooms: Sequence[Room]) -> list[Room]:
    """Room for panels that ask for so much, in rows of twelve columns: a row that would not be full gives the rest to
    its last ones. Beside one as high as two rows stand two rows; where nothing comes below, it is as high as one."""
    found: list[Room] = []
    rest = list(rooms)
    while rest:
        row, below = _taken(rest, 12), list[Room]()
        tall = [i for i, (_, is_tall) in enumerate(row) if is_tall]
        if len(tall) == 1 < len(row):
            below = _taken(rest, 12 - row[tall[0]][0], plain=True)
        found += _widened(row, 12, tall[0] if below else None)
        found += _widened(below, 12 - row[tall[0]][0], None) if below else []
    return found


def _taken(rest: list[Room], columns: int, plain: bool = False) -> list[Room]:
    """The first panels that have room beside each other; none that is tall where ``plain``."""
    row: list[Room] = []
    while rest and sum(span for span, _ in row) + rest[0][0] <= columns and not (plain and rest[0][1]):
        row.append(rest.pop(0))
    return row


def _widened(row: Sequence[Room], columns: int, tall: int | None) -> list[Room]:
    spans, may_grow = [span for span, _ in row], [i for i in range(len(row)) if i != tall][::-1]
    for i in range(columns - sum(spans)):
        spans[may_grow[i % len(may_grow)]] += 1
    return [(span, i == tall) for i, span in enumerate(spans)]


def plain_table(table: Table) -> html.Div:
    """The rows in one unit; the first ones where there are very many."""
    unit = unit_of(table)
    head = [html.Th(title_words(column, unit), scope="col", className=_look(column)) for column in table.columns]
    rows = []
    for row in table.rows[-MOST_TABLE_ROWS:]:
        cells = [html.Td(cell_words(cell, column, unit), className=_look(column))
                 for cell, column in zip(row, table.columns, strict=True)]  # fmt: skip
        rows.append(html.Tr([html.Th(cells[0].children, scope="row"), *cells[1:]]))
    inside = [html.Thead(html.Tr(head)), html.Tbody(rows)]
    return html.Div(html.Table(inside, className="fz-table"), className="fz-scroll", tabIndex="0", role="region",
                    **{"aria-label": table.name})  # fmt: skip


def title_words(column: Column, unit: str) -> str:
    """The head of a column."""
    return f"{column.title}, {unit}" if column.kind == "grams" else column.title


def _look(column: Column) -> str:
    return "" if column.kind == "text" else "fz-right"


def cell_words(cell: Any, column: Column, unit: str) -> str:
    """A cell as it is shown."""
    if cell is None:
        return "–"
    kind, _, currency = column.kind.partition(":")
    words = {
        "grams": lambda: f.mass(cell, unit=unit)[0], "count": lambda: f.number(cell),
        "share_bp": lambda: f.percent_bp(cell, 1), "money": lambda: f.money(cell, currency),
    }  # fmt: skip
    return words[kind]() if kind in words else str(cell)


def _files(shown: Dashboard, table: Table) -> html.P:
    query = shown.asked.to_url()
    base = f"/desk/e/{shown.view.event.slug}/figures"
    tail = f"figure={table.key}" + (f"&{query}" if query else "")
    picture = html.Button("PNG", className="fz-link", **{"data-png": f"figure-{table.key}", "type": "button"})
    files = [html.A("CSV", href=f"{base}.csv?{tail}", className="fz-link", download=""),
             html.A("XLSX", href=f"{base}.xlsx?{tail}", className="fz-link", download=""), picture]  # fmt: skip
    return html.P(files, className="fz-figure-files")


def bars_panel(shown: Dashboard, table: Table, span: int) -> html.Section:
    """A whiskered bar a row; pressing one narrows everything to it."""
    rows = [row for row in shown.rows[table.key] if row.value_g > 0][:MOST_BARS]
    if not rows:
        return figure_panel(shown, table, empty(t("Nothing is counted for this question yet.")), span=span)
    unit = f.mass_unit(sum(row.value_g for row in rows))
    pictures = [_bars(shown, table.key, rows, wide_px) for wide_px in (100.0 * span - 46, NARROW_PX)]  # a card's width
    links = [html.Div(link) for link in _links(shown, table.key, rows)]
    both = [html.Div([picture, html.Div(links, className="fz-bar-links")], className=f"fz-bars {look}")
            for picture, look in zip(pictures, ("fz-wide-only", "fz-narrow-only"), strict=True)]  # fmt: skip
    note = t("{unit} CO₂e, whisker low–high", unit=unit) if not shown.asked.state else t("{unit} CO₂e", unit=unit)
    return figure_panel(shown, table, both, note + _declared(shown, table.key), span)


def _declared(shown: Dashboard, name: str) -> str:
    """Said beside figures that never hold an estimate while others on the page do."""
    return "" if shown.counted or name in ("category", "session") else " · " + t("without estimates")


def _bars(shown: Dashboard, name: str, rows: Sequence[Row], width_px: float) -> html.Span:
    """Bars with labels as wide as the longest of them, at most nearly half of the picture."""
    most = min(0.46 * width_px, LABEL_PX)
    drawn = [_bar(shown, name, row, most) for row in rows]
    if width_px <= NARROW_PX and max(row.value_g for row in rows) >= LONG_G:
        drawn = [BarRow(bar.key, bar.label, bar.value_g) for bar in drawn]  # no room for the range: the table has it
    label_px = max(LEAST_LABEL_PX, *(_width(bar.label) for bar in drawn)) + 10
    return themed_svg(
        lambda theme: category_bars(drawn, theme=theme, width=width_px, label_width=label_px), bars_sentence(drawn)
    )


def _bar(shown: Dashboard, name: str, row: Row, label_px: float) -> BarRow:
    """A row's bar in its colour; pale where another row is chosen."""
    chosen = getattr(shown.asked, name, ())
    colour = {"category": row.key}.get(name, {"mode": "travel", "diet": "food"}.get(name, "graphite"))
    if row.key == FEW or (chosen and row.key not in chosen):
        colour = "line-strong"
    label = t("fewer than five") if row.key == FEW else shortened(row.name, label_px)
    if shown.asked.state:
        return BarRow(colour, label, row.value_g)
    return BarRow(colour, label, row.value_g, row.low_g, row.high_g)


def _width(words: str) -> float:
    """About how wide words are at 13 px; Chinese letters are square."""
    return sum(13.2 if ord(letter) > 0x2E7F else 7.1 for letter in words)


def shortened(words: str, most_px: float) -> str:
    """Words that fit before a bar."""
    if _width(words) <= most_px:
        return words
    while words and _width(words + "…") > most_px:
        words = words[:-1]
    return words.rstrip() + "…"


def _links(shown: Dashboard, name: str, rows: Sequence[Row]) -> list[Any]:
    """One link a bar, over it."""
    chosen, links = getattr(shown.asked, name), []
    for row in rows:
        if row.key == FEW:
            links.append(html.Span())
            continue
        words = t("Take off: {what}", what=row.name) if row.key in chosen else t("Only {what}", what=row.name)
        href = address(shown, shown.asked.toggled(name, row.key))
        links.append(narrow_link(html.Span(words, className="visually-hidden"), href, "fz-bar-link", title=words))
    return links


def session_panel(shown: Dashboard, table: Table, span: int = 5) -> html.Section:
    """Each sub-forum's emissions and what of them is covered; lengths compare, so does the unit."""
    rows = shown.rows["session"]
    unit = f.mass_unit(sum(row.total_g for row in rows))
    body = _scrolled(_cover_rows(shown, "session", rows, unit))
    return figure_panel(shown, table, body, t("{unit} emitted · covered", unit=unit), span)


def company_panel(shown: Dashboard, table: Table, span: int = 5) -> html.Section:
    """The companies with the most, each with its people."""
    rows = shown.rows["company"][:MOST_BARS]
    unit = f.mass_unit(sum(row.total_g for row in rows))
    body = _scrolled(_cover_rows(shown, "company", rows, unit))
    return figure_panel(
        shown, table, body, t("{unit} emitted · covered", unit=unit) + _declared(shown, "company"), span
    )


def _cover_rows(shown: Dashboard, name: str, rows: Sequence[Row], unit: str) -> list[html.Tr]:
    largest = max((row.total_g for row in rows), default=0)
    numbers, _ = f.mass_parts([row.total_g for row in rows], unit=unit)
    chosen, made = getattr(shown.asked, name), []
    for row, number in zip(rows, numbers, strict=True):
        title: Any = html.B(row.name)
        if row.key != FEW:
            on = {"aria-current": "true"} if row.key in chosen else {}
            title = narrow_link(row.name, address(shown, shown.asked.toggled(name, row.key)), "fz-row-link", **on)
        people = _people(shown, row)
        pale = "fz-row-pale" if chosen and row.key not in chosen else ""
        made.append(html.Tr([
            html.Td([title, html.Br(), html.Span(people, className="fz-note")]),
            html.Td(cover_bar(row.retired_g, row.reserved_g, row.total_g, largest), className="fz-cover-cell"),
            html.Td(number, className="fz-right"),
            html.Td(html.B(f.percent_bp(row.covered_bp, 1)), className="fz-right"),
        ], className=pale))  # fmt: skip
    return made


def _people(shown: Dashboard, row: Row) -> str:
    if row.people is None:
        return t("energy, food, materials …")
    count = f.number(row.people)
    if row.people == 1 and not shown.at_least:
        return t("1 guest")
    return t("at least {count} guests", count=count) if shown.at_least else t("{count} guests", count=count)


def money_panel(shown: Dashboard, table: Table, span: int = 3) -> html.Section:
    """What is for whom."""
    currency = shown.view.event.currency
    if not table.rows:
        return figure_panel(shown, table, empty(table.finding), span=span)
    words = [(name, minor, f.money(minor, currency)) for name, minor in table.rows]
    return figure_panel(shown, table, _bar_list([(n, m) for n, m, _ in words], [w for *_, w in words]), span=span)


def _bar_list(rows: Sequence[tuple[str, int | None]], numbers: Sequence[str] = ()) -> html.Div:
    largest = max((abs(value or 0) for _, value in rows), default=0) or 1
    shown = numbers or [f.number(value) if value is not None else t("fewer than five") for _, value in rows]
    made = [
        html.Div([html.Span(name), html.I(style={"--fz-w": f"{100 * abs(value or 0) / largest:.1f}%"}), html.B(words)])
        for (name, value), words in zip(rows, shown, strict=True)
    ]
    return html.Div(made, className="fz-bar-list")


def lines_panel(shown: Dashboard, found: Mapping[str, Table], span: int = 12) -> html.Section | None:
    """What is asked for is made of; the organiser's own lines open to their trace, factors to their source. Lines of
    guests are told in sums alone."""
    table = found.get("activity")
    if table is None or (is_early(shown) and all(row.key == FEW for row in shown.rows["activity"])):
        return None
    if not shown.asked.is_part:
        return figure_panel(shown, table, _ways_on(shown), _declared(shown, "activity").strip(" ·"), span)
    body = [html.P(table.name, className="fz-figure-name"), plain_table(table), _files(shown, table)]
    return panel(table.finding, body, _ways_on(shown), span=span, id="figure-activity")


def _ways_on(shown: Dashboard) -> html.Span:
    own = html.A(t("Own lines with their trace"), href=_inventory(shown), className="fz-link")
    factors = html.A(t("Factors and their sources"), href="/method", className="fz-link")
    return html.Span([own, factors], className="fz-filter-side")


def _inventory(shown: Dashboard) -> str:
    """The organiser's lines of what is asked for, as far as their page can be asked."""
    asked, base = shown.asked, f"/desk/e/{shown.view.event.slug}/inventory"
    told = {name: getattr(asked, name)[0] for name in ("category", "session") if len(getattr(asked, name)) == 1}
    query = urlencode({name: value for name, value in told.items() if value != NO_MODE})
    return f"{base}?{query}" if query else base


def untold(shown: Dashboard) -> list[str]:
    """Figures of a part, or of fewer than five guests, with no row that may be told: they stand in one sentence."""
    rows = shown.rows if shown.asked.is_part or is_early(shown) else {}
    return [name for name, found in rows.items() if all(row.key == FEW for row in found) and name != "activity"]


def is_early(shown: Dashboard) -> bool:
    """Whether fewer than five guests have answered at all: nothing of theirs is told apart yet."""
    return not shown.asked.is_part and shown.people < SMALLEST_GROUP


def early_panel(shown: Dashboard, _: Table, span: int = 9) -> html.Section:
    """What is said instead of figures that tell nobody apart."""
    words = t("Figures are told apart from the fifth guest on: until then they would tell of somebody.")
    title = t("One guest has answered.") if shown.people == 1 else t("Fewer than five guests have answered.")
    return panel(title, empty(words), span=span, id="figure-early")


def left_out_panel(shown: Dashboard) -> html.Section | None:
    """Which figures can't answer, and why, in one line."""
    if not shown.left_out and not untold(shown):
        return None
    names = row_names()
    few = t(", ").join(names[name].lower() for name in untold(shown) if shown.rows[name])
    why = {
        "scans": t("How often codes were scanned is told of the whole event alone: a scan knows no person."),
        "recipients": t("Who the money is for is told of the whole event alone."),
        "funnel": t("Steps, orders and money are a person's, not a trip's, a meal's or a month's."),
        "boards": t("Boards are not narrowed by places, trips or meals: they would tell how somebody on them came."),
    }  # fmt: skip
    told = [t("Too few stand behind each row to tell one apart: {figures}.", figures=few)] if few else []
    words = " ".join([*told, *[why[key] for key in shown.left_out if key in why]])
    return html.P(words, className="fz-small fz-left-out", id="organiser-left-out")


def _scrolled(rows: Sequence[html.Tr]) -> html.Div:
    table = html.Table(html.Tbody(rows), className="fz-table fz-table-plain fz-cover-rows")
    return html.Div(table, className="fz-scroll", tabIndex="0")
