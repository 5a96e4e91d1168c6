"""The panels of the organiser's dashboard: each a finding, its chart, the same as a table, and its files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from locales import formats as f
from locales import t
from pages._parts.bars import BarRow, bars_sentence, category_bars
from pages._parts.desk import cover_bar, panel
from pages._parts.icons import icon
from pages._parts.pieces import empty
from pages._parts.svg import themed_svg
from pages.organiser._filter import address, narrow_link
from reports import FEW, Column, Dashboard, Row, Table

MOST_BARS, MOST_TABLE_ROWS = 9, 60


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
    unit = _unit(table)
    columns = table.columns
    return {
        "name": table.name, "head": [_title(column, unit) for column in columns],
        "numbers": [column.kind != "text" for column in columns],
        "rows": [[cell_words(cell, column, unit) for cell, column in zip(row, columns, strict=True)]
                 for row in table.rows[-MOST_TABLE_ROWS:]],
    }  # fmt: skip


def _unit(table: Table) -> str:
    grams = [cell for row in table.rows for cell, c in zip(row, table.columns, strict=True) if c.kind == "grams"]
    return f.mass_unit(max((cell for cell in grams if cell is not None), default=0))


def packed(spans: Sequence[int]) -> list[int]:
    """Columns for panels that ask for so many: a row that would not be full gives the rest to its last ones."""
    rows: list[list[int]] = [[]]
    for span in spans:
        if sum(rows[-1]) + span > 12:
            rows.append([])
        rows[-1].append(span)
    for row in rows:
        for i in range(12 - sum(row) if row else 0):
            row[-1 - i % len(row)] += 1
    return [span for row in rows for span in row]


def plain_table(table: Table) -> html.Div:
    """The rows in one unit; the first ones where there are very many."""
    unit = _unit(table)
    head = [html.Th(_title(column, unit), scope="col", className=_look(column)) for column in table.columns]
    rows = []
    for row in table.rows[-MOST_TABLE_ROWS:]:
        cells = [html.Td(cell_words(cell, column, unit), className=_look(column))
                 for cell, column in zip(row, table.columns, strict=True)]  # fmt: skip
        rows.append(html.Tr([html.Th(cells[0].children, scope="row"), *cells[1:]]))
    inside = [html.Thead(html.Tr(head)), html.Tbody(rows)]
    return html.Div(html.Table(inside, className="fz-table"), className="fz-scroll", tabIndex="0", role="region",
                    **{"aria-label": table.name})  # fmt: skip


def _title(column: Column, unit: str) -> str:
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


def bars_panel(shown: Dashboard, table: Table, span: int, label_width: float = 116) -> html.Section:
    """A whiskered bar a row; pressing one narrows everything to it."""
    rows = [row for row in shown.rows[table.key] if row.value_g > 0][:MOST_BARS]
    if not rows:
        return figure_panel(shown, table, empty(t("Nothing is counted for this question yet.")), span=span)
    drawn = [_bar(shown, table.key, row) for row in rows]
    said, unit = bars_sentence(drawn), f.mass_unit(sum(row.value_g for row in rows))
    wide_px = 100.0 * span - 46  # as wide as the card is at a desk
    wide = themed_svg(lambda theme: category_bars(drawn, theme=theme, width=wide_px, label_width=label_width), said)
    narrow = themed_svg(lambda theme: category_bars(drawn, theme=theme, width=326, label_width=label_width), said)
    links = [html.Div(link) for link in _links(shown, table.key, rows)]
    both = [html.Div([picture, html.Div(links, className="fz-bar-links")], className=f"fz-bars {look}")
            for picture, look in ((wide, "fz-wide-only"), (narrow, "fz-narrow-only"))]  # fmt: skip
    note = t("{unit} CO₂e, whisker low–high", unit=unit) if not shown.asked.state else t("{unit} CO₂e", unit=unit)
    return figure_panel(shown, table, both, note + _declared(shown, table.key), span)


def _declared(shown: Dashboard, name: str) -> str:
    """Said beside figures that never hold an estimate while others on the page do."""
    return "" if shown.counted or name in ("category", "session") else " · " + t("without estimates")


def _bar(shown: Dashboard, name: str, row: Row) -> BarRow:
    """A row's bar in its colour; pale where another row is chosen."""
    chosen = getattr(shown.asked, name, ())
    colour = {"category": row.key}.get(name, {"mode": "travel", "diet": "food"}.get(name, "graphite"))
    if row.key == FEW:
        colour = "line-strong"
    if chosen and row.key not in chosen:
        colour = "line-strong"
    label = t("fewer than five") if row.key == FEW else shortened(row.name)
    if shown.asked.state:
        return BarRow(colour, label, row.value_g)
    return BarRow(colour, label, row.value_g, row.low_g, row.high_g)


def shortened(words: str, most: float = 15.5) -> str:
    """Words that fit before a bar; wide letters count twice."""
    width, kept = 0.0, ""
    for letter in words:
        width += 1.85 if ord(letter) > 0x2E7F else 1.0
        if width > most:
            return kept.rstrip() + "…"
        kept += letter
    return kept


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
        people = t("{count} guests", count=f.number(row.people)) if row.people else t("energy, food, materials …")
        pale = "fz-row-pale" if chosen and row.key not in chosen else ""
        made.append(html.Tr([
            html.Td([title, html.Br(), html.Span(people, className="fz-note")]),
            html.Td(cover_bar(row.retired_g, row.reserved_g, row.total_g, largest), className="fz-cover-cell"),
            html.Td(number, className="fz-right"),
            html.Td(html.B(f.percent_bp(row.covered_bp, 1)), className="fz-right"),
        ], className=pale))  # fmt: skip
    return made


def funnel_panel(shown: Dashboard, table: Table, span: int = 2) -> html.Section:
    """From the scan to the certificate."""
    largest = max((row[1] for row in table.rows), default=0) or 1
    rows = [html.Div([html.Span(name), html.I(f.number(count), style={"--fz-w": f"{100 * count / largest:.1f}%"})])
            for name, count, _ in table.rows]  # fmt: skip
    return figure_panel(shown, table, html.Div(rows, className="fz-funnel"), span=span)


def channel_panel(shown: Dashboard, table: Table, span: int = 4) -> html.Section:
    """Guests by the channel of the code they scanned."""
    rows = [one for one in table.rows if one[1] or one[2]]
    link = html.A(t("Codes"), href=f"/desk/e/{shown.view.event.slug}/codes", className="fz-link")
    if not any(one[1] for one in rows):
        return figure_panel(
            shown, table, empty(t("Hang up codes by hall and channel: this tells which are scanned."), link), span=span
        )
    return figure_panel(shown, table, [_bar_list([(row[0], row[2]) for row in rows]), link], t("guests"), span)


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


def lines_panel(shown: Dashboard, found: Mapping[str, Table]) -> html.Section | None:
    """What the chosen part is made of; the organiser's own lines open to their trace in the inventory."""
    table = found.get("activity")
    if table is None or not shown.asked.of_lines:
        return None
    link = html.A(t("Own lines with their trace"), href=_inventory(shown), className="fz-link")
    return panel(table.finding, [html.P(table.name, className="fz-figure-name"), plain_table(table),
                                 _files(shown, table)], link, span=12, id="figure-activity")  # fmt: skip


def _inventory(shown: Dashboard) -> str:
    base, category = f"/desk/e/{shown.view.event.slug}/inventory", shown.asked.category
    return f"{base}?category={category[0]}" if len(category) == 1 else base


def left_out_panel(shown: Dashboard) -> html.Section | None:
    """Which figures can't answer, and why, in one line."""
    if not shown.left_out:
        return None
    names = {
        "origin": t("where guests came from"), "day": t("through the day"), "money": t("money by recipient"),
        "boards": t("boards"), "company": t("companies"), "funnel": t("from scan to certificate"),
        "category": t("categories"), "mode": t("modes"), "diet": t("meals"), "channel": t("where people scanned"),
    }  # fmt: skip
    listed = t(", ").join(names[key] for key in shown.left_out)
    words = t("Not told apart by what you chose, so not shown: {figures}.", figures=listed)
    return html.P(words, className="fz-small fz-left-out", id="organiser-left-out")


def _scrolled(rows: Sequence[html.Tr]) -> html.Div:
    table = html.Table(html.Tbody(rows), className="fz-table fz-table-plain")
    return html.Div(table, className="fz-scroll", tabIndex="0")
