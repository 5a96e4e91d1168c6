"""When codes were scanned: one row of columns for each channel, all to one measure, and the same as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from dash import html

from events import ChannelBoard, Event
from locales import formats as f
from locales import t
from pages._parts.desk import panel
from pages._parts.icons import icon
from pages.organiser._codes_words import channel_names

MOST_LABELS = 9


def time_panel(event: Event, found: ChannelBoard) -> html.Section | None:
    """The panel; None where nothing was scanned."""
    times, channels = found.times, channel_names()
    order = [key for key in channels if key in dict(times.rows)]
    rows = [(channels[key], dict(times.rows)[key]) for key in order]
    if not rows:
        return None
    heads = _heads(event, times)
    largest = max((number or 0 for _, row in rows for number in row), default=0) or 1
    figure = html.Div([*[_row(name, row, largest) for name, row in rows], _axis(heads)], className="fz-code-times",
                      **{"aria-hidden": "true"})  # fmt: skip
    unit = t("scans a day, by channel") if times.by_day else t("scans an hour, by channel")
    key = html.P([html.I(className="fz-code-few"), html.Span(t("one to four scans, or kept back for such"))],
                 className="fz-note fz-code-key") if any(None in row for _, row in rows) else None  # fmt: skip
    room = html.Div(_table(heads, rows), className="fz-scroll", tabIndex="0")
    table = html.Details([html.Summary([icon("table"), html.Span(t("As a table"))]), room], className="fz-beside")
    return panel(_finding(event, times, rows), [figure, key, table], unit)


def _heads(event: Event, times: Any) -> list[str]:
    """What the places are called: hours or days, and the time before and after."""
    zone = event.timezone
    if times.by_day:
        named = [f.date_text(start.date(), style="short") for start in times.starts]
    else:
        named = [f.time_text(start, zone) for start in times.starts]
    return [*([t("before")] if times.before else []), *named, *([t("after")] if times.after else [])]


def _finding(event: Event, times: Any, rows: Sequence[tuple[str, Sequence[int | None]]]) -> str:
    """When most were scanned, of what is told."""
    shift = int(times.before)
    sums = [sum(row[i + shift] or 0 for _, row in rows) for i in range(len(times.starts))]
    if not any(sums):
        return t("When codes were scanned")
    start = times.starts[sums.index(max(sums))]
    if times.by_day:
        return t("Most scans came on {day}", day=f.date_text(start.date()))
    first, last = f.time_text(start, event.timezone), f.time_text(start + timedelta(hours=1), event.timezone)
    return t("Most scans came between {first} and {last}", first=first, last=last)


def _row(name: str, row: Sequence[int | None], largest: int) -> html.Div:
    bars = [_column(number, largest) for number in row]
    return html.Div([html.Span(name), html.Div(bars, className="fz-code-columns")], className="fz-code-time")


def _column(number: int | None, largest: int) -> html.I:
    if number is None:
        return html.I(className="fz-code-few")
    words = f.number(number) if number == largest else ""
    return html.I(words, style={"--fz-h": f"{100 * number / largest:.1f}%"}, title=f.number(number))


def _axis(heads: Sequence[str]) -> html.Div:
    every = -(-len(heads) // MOST_LABELS)
    words = [html.Span(head if i % every == 0 else "") for i, head in enumerate(heads)]
    return html.Div([html.Span(), html.Div(words, className="fz-code-columns fz-code-axis")], className="fz-code-time")


def _table(heads: Sequence[str], rows: Sequence[tuple[str, Sequence[int | None]]]) -> html.Table:
    first = [html.Th(t("When"), scope="col"), *[html.Th(name, scope="col", className="fz-right") for name, _ in rows]]
    lines = [html.Tr([html.Th(head, scope="row"), *[html.Td(_said(row[i]), className="fz-right") for _, row in rows]])
             for i, head in enumerate(heads)]  # fmt: skip
    return html.Table([html.Thead(html.Tr(first)), html.Tbody(lines)],
                      className="fz-table fz-table-plain fz-codes-table")  # fmt: skip


def _said(number: int | None) -> Any:
    if number is None:
        return html.Span("–", title=t("one to four scans, or kept back for such"))
    return f.number(number)
