"""The explorer's figures: bars stacked by category with their names above, and the table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from locales import formats as f
from locales import t
from pages._parts.bars import BarRow, category_bars
from pages._parts.desk import cover_bar
from pages._parts.palette import CATEGORIES, Theme, palette
from pages._parts.pieces import category_name, category_short
from pages._parts.ring import mini_ring
from pages._parts.svg import element, svg, text, themed_svg
from reports import Answer, Column, Row

MOST_BARS = 24
WIDE, NARROW = "fz-wide-only", "fz-narrow-only"
WIDTH, LEFT, RIGHT, ROW_PX, BAR_PX, HEAD_PX = 780.0, 178.0, 150.0, 47.0, 27.0, 62.0
PHONE_PX, PHONE_ROW_PX, PHONE_LABEL_PX, LEGEND_PX = 326.0, 68.0, 106.0, 21.0


def unit_of(answer: Answer) -> str:
    """The one unit of the answer's chart and table."""
    return f.mass_unit(answer.total.value_g)


def bars(answer: Answer) -> html.Div:
    """The chart: whiskered bars by category, else one stacked bar a row; drawn for desks, and anew for phones."""
    rows = [row for row in answer.rows if row.value_g > 0][:MOST_BARS]
    said = "; ".join(f"{row.name} {f.mass_text(row.value_g, unit=unit_of(answer))}" for row in rows)
    if answer.question.by == "category":
        ranged = answer.question.measure == "emitted"
        drawn = [
            BarRow(row.key, category_name(row.key), row.value_g, *((row.low_g, row.high_g) if ranged else (None, None)))
            for row in rows
        ]
        wide = themed_svg(lambda theme: category_bars(drawn, width=WIDTH, label_width=130, theme=theme), said, WIDE)
        small = themed_svg(
            lambda theme: category_bars(drawn, width=PHONE_PX, label_width=PHONE_LABEL_PX, theme=theme), said, NARROW
        )
        return html.Div([wide, small])
    wide = themed_svg(lambda theme: _stacked(answer, rows, theme), said, WIDE)
    return html.Div([wide, themed_svg(lambda theme: _stacked_narrow(answer, rows, theme), said, NARROW)])


def _stacked(answer: Answer, rows: Sequence[Row], theme: Theme) -> str:
    unit, largest = unit_of(answer), max((row.value_g for row in rows), default=0) or 1
    scale = (WIDTH - LEFT - RIGHT) / largest
    body = _names_above(answer, rows[0], scale, theme) if rows else ""
    numbers = _numbers(answer, unit)
    for i, row in enumerate(rows):
        body += _bar(answer, row, HEAD_PX + i * ROW_PX, scale, numbers[row.key], theme)
    return svg(body, WIDTH, HEAD_PX + len(rows) * ROW_PX)


def _numbers(answer: Answer, unit: str) -> dict[str, str]:
    """The values as the table shows them, by row."""
    column = next(column for column in answer.columns if column.key == "value_g")
    shown = _masses([row.value_g for row in (*answer.rows, answer.total)], unit, answer, column)
    return {row.key: number for row, number in zip(answer.rows, shown, strict=False)}


def _stacked_narrow(answer: Answer, rows: Sequence[Row], theme: Theme) -> str:
    """For a phone: what the colours are, then each row's name and number over its bar."""
    numbers, largest = _numbers(answer, unit_of(answer)), max((row.value_g for row in rows), default=0) or 1
    body, top = _legend(answer, theme)
    for row in rows:
        body += _bar_below(answer, row, top, PHONE_PX / largest, numbers[row.key], theme)
        top += PHONE_ROW_PX
    return svg(body, PHONE_PX, top - 10)


def _legend(answer: Answer, theme: Theme) -> tuple[str, float]:
    """A swatch and a name for each category, in lines as wide as a phone; and where what follows begins."""
    colours, body, x, y = palette(theme), "", 0.0, 12.0
    for name in answer.categories:
        width = 15 + _width(category_name(name))
        if x and x + width > PHONE_PX:
            x, y = 0.0, y + LEGEND_PX
        body += element("rect", x=x, y=y - 9, width="9", height="9", rx="2", fill=colours[name])
        body += text(x + 14, y, category_name(name), font_size="12.5", font_weight="600", fill=colours["ink"])
        x += width + 12
    return body, y + 16


def _bar_below(answer: Answer, row: Row, top: float, scale: float, shown: str, theme: Theme) -> str:
    colours, unit = palette(theme), unit_of(answer)
    ink = {"font_size": "13.5", "font_weight": "650", "fill": colours["ink"]}
    soft = {"font_size": "12", "fill": colours["ink-2"]}
    body = text(0, top + 13, _short(row.name, 28), **ink) + text(PHONE_PX, top + 13, shown, text_anchor="end", **ink)
    if row.people:
        body += text(0, top + 29, t("{count} guests", count=f.number(row.people)), **soft)
    if answer.question.measure == "emitted":
        body += text(PHONE_PX, top + 29, f.mass_range(row.low_g, row.high_g, unit=unit), text_anchor="end", **soft)
    for name, x, width, grams in _slices(answer, row, scale, left=0.0):
        body += element("rect", x=x, y=top + 35, width=max(0.6, width - 0.8), height=18, fill=colours[name])
        if width >= 46:
            number = f.number(grams / f.GRAMS_PER[unit], 1)
            body += text(x + 6, top + 48.5, number, font_size="12", font_weight="600", fill=_on(colours[name]))
    return body


def _slices(answer: Answer, row: Row, scale: float, left: float = LEFT) -> list[tuple[str, float, float, int]]:
    """(category, x, width, grams) of a bar from ``left``, in the fixed order."""
    found, x = [], left
    for name in CATEGORIES:
        grams = row.by_category.get(name, 0)
        if grams > 0:
            found.append((name, x, grams * scale, grams))
            x += grams * scale
    return found


def _bar(answer: Answer, row: Row, top: float, scale: float, shown: str, theme: Theme) -> str:
    colours, unit = palette(theme), unit_of(answer)
    note = t("{count} guests", count=f.number(row.people)) if row.people else ""
    middle = top + BAR_PX / 2
    body = text(
        0, middle + (0 if note else 5), _short(row.name), font_size="13.5", font_weight="650", fill=colours["ink"]
    )
    body += text(0, middle + 15, note, font_size="12", fill=colours["ink-2"]) if note else ""
    end = LEFT
    for name, x, width, grams in _slices(answer, row, scale):
        body += element("rect", x=x, y=top, width=max(0.6, width - 0.8), height=BAR_PX, fill=colours[name])
        if width >= 46:
            number = f.number(grams / f.GRAMS_PER[unit], 1)
            look = {"font_size": "12.5", "font_weight": "600", "style": "font-variant-numeric:tabular-nums"}
            body += text(x + 8, middle + 4.5, number, fill=_on(colours[name]), **look)
        end = x + width
    words = text(end + 10, middle + 5, shown, font_size="14", font_weight="700", fill=colours["ink"])
    if answer.question.measure != "emitted":
        return body + words
    span = f.mass_range(row.low_g, row.high_g, unit=unit)
    tail = element("tspan", span, dx="7", font_size="12.5", font_weight="450", fill=colours["ink-3"])
    return body + words.replace("</text>", f"{tail}</text>")


def _on(colour: str) -> str:
    """Ink or white, whichever is read on a colour."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#0b1f1a" if 0.299 * red + 0.587 * green + 0.114 * blue > 118 else "#ffffff"


def _short(name: str, most: float = 19.0) -> str:
    """A name cut to its column; letters of Chinese count twice."""
    length, kept = 0.0, ""
    for letter in name:
        length += 1.85 if ord(letter) > 0x2E7F else 1.0
        if length > most:
            return kept.rstrip() + "…"
        kept += letter
    return kept


def _names_above(answer: Answer, row: Row, scale: float, theme: Theme) -> str:
    """Categories over the first bar: on their slice where it is wide enough, else in the upper row with leaders; those
    the first bar has not, with a swatch."""
    colours, body = palette(theme), ""
    slices = _slices(answer, row, scale)
    look = {"font_size": "12.5", "font_weight": "600", "fill": colours["ink"]}
    upper: list[tuple[str, float | None]] = []  # those with a swatch from the left, then those near their slices
    for name, x, width, _ in slices:
        if width > _width(category_name(name)) + 6:
            body += text(x, HEAD_PX - 11, category_name(name), **look)
        else:
            upper.append((name, x + width / 2))
    present = {name for name, *_ in slices}
    upper = [(name, None) for name in answer.categories if name not in present] + upper
    for (name, centre), at in zip(upper, _places(upper), strict=True):
        words = category_name(name)
        if centre is None:
            body += element("rect", x=at - 13, y=6.0, width="9", height="9", rx="2", fill=colours[name])
        else:
            path = f"M{at + _width(words) / 2:.1f} 20L{centre:.1f} 36V{HEAD_PX - 2:.1f}"
            body += element("path", d=path, fill="none", stroke=colours[name], stroke_width="1.2")
        body += text(at, 15, words, **look)
    return body


def _places(upper: Sequence[tuple[str, float | None]]) -> list[float]:
    """Where the names of the upper row begin: near their slices, apart from each other, within the picture."""
    places: list[float] = []
    end = 0.0
    for name, centre in upper:
        width = _width(category_name(name))
        at = max(end, (centre - width / 2) if centre is not None else end + 14)
        places.append(at)
        end = at + width + 13
    right = WIDTH - 2
    for i in range(len(places) - 1, -1, -1):
        width = _width(category_name(upper[i][0]))
        places[i] = min(places[i], right - width)
        right = places[i] - (13 if upper[i][1] is not None else 27)
    return places


def _width(words: str) -> float:
    return sum(13.0 if ord(letter) > 0x2E7F else 7.3 for letter in words)


def coverage(answer: Answer) -> html.Table:
    """Retired, reserved and open of each row."""
    rows = [row for row in answer.rows if row.total_g > 0][:MOST_BARS]
    largest = max((row.total_g for row in rows), default=0)
    body = [
        html.Tr([
            html.Td(html.B(_short(row.name, 22), title=row.name)),
            html.Td(cover_bar(row.retired_g, row.reserved_g, row.total_g, largest), className="fz-cover-cell"),
            html.Td(f.percent_bp(row.covered_bp, 1), className="fz-right"),
        ])
        for row in rows
    ]  # fmt: skip
    return html.Table(html.Tbody(body), className="fz-table fz-table-plain")


def table(answer: Answer) -> html.Div:
    """The same as a table: one unit, columns that add up, the sum below; ranges stand under what is emitted."""
    unit = unit_of(answer)
    shown = [column for column in answer.columns if column.key not in ("low_g", "high_g")]
    columns = [_column(answer, column, unit) for column in shown]
    head = [html.Th(_title(column), scope="col", className=_look(column)) for column in shown]
    rows = [
        html.Tr([html.Td(cells[i], className=_look(column)) for column, cells in zip(shown, columns, strict=True)])
        for i in range(len(answer.rows) + 1)
    ]
    inside = [html.Thead(html.Tr(head)), html.Tbody(rows[:-1]), html.Tfoot(rows[-1])]
    return html.Div(html.Table(inside, className="fz-table fz-explore"), className="fz-scroll", tabIndex="0")


def _title(column: Column) -> str:
    if column.key in CATEGORIES:
        words = category_short(column.key)
        return words[:1].upper() + words[1:]
    return t("kg a guest") if column.key == "per_guest_g" else column.title


def _look(column: Column) -> str:
    if column.kind == "text":
        return ""
    return "fz-right fz-strong" if column.key == "value_g" else "fz-right"


def _column(answer: Answer, column: Column, unit: str) -> list[Any]:
    """A column's cells as they are shown, the total's last."""
    rows = [*answer.rows, answer.total]
    values = [answer.cells(row)[answer.columns.index(column)] for row in rows]
    if column.key == "value_g" and answer.question.measure == "emitted":
        numbers = _masses(values, unit, answer, column)
        return [_ranged(row, number, unit) for row, number in zip(rows, numbers, strict=True)]
    if column.kind == "grams":
        return _masses(values, "kg" if column.key == "per_guest_g" else unit, answer, column)
    if column.kind == "count":
        return [f.number(value) if value is not None else "–" for value in values]
    if column.kind == "share_bp":
        return [_share(row) for row in rows]
    return [html.B(value) for value in values]


def _ranged(row: Row, number: str, unit: str) -> html.Span:
    span = f.mass_range(row.low_g, row.high_g, unit=unit)
    return html.Span([number, html.Br(), html.Span(span, className="fz-note")])


def _masses(values: Sequence[int | None], unit: str, answer: Answer, column: Column) -> list[str]:
    """Shown parts add up to the shown whole, but where rows are means of their own."""
    means = column.key == "per_guest_g" or (answer.question.measure == "per_guest" and answer.total.people is not None)
    if not means and len(values) > 2:
        return [
            *f.mass_parts([value or 0 for value in values[:-1]], unit=unit)[0],
            f.mass(values[-1] or 0, unit=unit)[0],
        ]
    return [f.mass(value, unit=unit)[0] if value is not None else "–" for value in values]


def _share(row: Row) -> Any:
    if not row.total_g:
        return "–"
    whole = max(1, row.total_g)
    picture = themed_svg(lambda theme: mini_ring(row.retired_g, row.reserved_g, whole, size=16, theme=theme))
    return html.Span([picture, f.percent_bp(row.covered_bp, 1)], className="fz-covered")
