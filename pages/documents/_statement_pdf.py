"""A statement as PDF, A4 across: what is owed and how it comes to be, then every line; beyond many, sums by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

from locales import formats as f
from locales import pick, t
from offsetting.statements import Statement, StatementLine
from pages.documents._paper_pdf import Paper
from pages.documents._statement_words import (
    columns,
    kind_words,
    period_words,
    recipient_words,
    rounding_words,
    share_words,
    state_words,
    sums_of,
    title_of,
)

LEFT, RIGHT, LAST = 16.0, 281.0, 190.0
MOST_LINES = 400
SIZE, SMALL, STEP = 8.4, 7.8, 5.4
EDGES = (16.0, 37.0, 74.0, 121.5, 183.0, 204.0, 222.0, 236.0, 260.0, 281.0)
"""Where columns stand: the first four by their left, the others by their right edge."""


@dataclass(frozen=True, slots=True)
class Line:
    """The cells of a line as words."""

    cells: Sequence[str]


def statement_pdf(found: Statement, language: str) -> bytes:
    """The document's bytes."""
    title = title_of(found)
    paper = Paper(language, title, found.settled.entered_at if found.settled else found.until_at, landscape=True)
    y = _first(paper, found)
    lines, note = _shown(found)
    y = _head(paper, y + 6)
    for line in lines:
        if y > LAST:
            y = _head(paper, _next(paper, found))
        _row(paper, y, line.cells)
        y += STEP
    _end(paper, found, y, note)
    _number_pages(paper, found)
    return paper.bytes()


def _first(paper: Paper, found: Statement) -> float:
    _add_page(paper, found)
    paper.logo(LEFT, 17, t("Forum Zero"))
    y = 24.0
    if not found.whose.livemode:
        words = t("This is a test: no money was paid, nothing is owed to anybody, and this paper is of no value.")
        y = paper.notice(LEFT, y, RIGHT, t("TEST"), words)
    paper.text(LEFT, y + 13, title_of(found), 24, family=paper.serif, room=150)
    names = dict(found.project_names)
    at = paper.paragraph(LEFT, y + 21, recipient_words(found.whose, names), 150, 12, style="B")
    at = paper.paragraph(LEFT, at + 0.6, period_words(found), 150, 9.4, "ink-2")
    at = paper.paragraph(LEFT, at, state_words(found), 150, 9.4, "ink-2")
    return max(at, _summing(paper, found, y + 8))


def _summing(paper: Paper, found: Statement, y: float) -> float:
    left = 180.0
    for part in sums_of(found):
        if part.is_total:
            paper.rule(left, y - 4.4, RIGHT, "line-strong")
        style, size = ("B", 10.6) if part.is_total else ("", 9.2)
        money = f.money(part.minor, found.whose.currency)
        end = paper.measure(money, size, style)
        paper.text(left, y, part.words, size, "ink" if part.is_total else "ink-2", style, room=RIGHT - left - end - 4)
        paper.text(RIGHT, y, money, size, style=style, align="R")
        y += 7.2 if part.is_total else 6.0
    return y


def _add_page(paper: Paper, found: Statement) -> None:
    paper.add_page()
    if not found.whose.livemode:
        paper.across(t("TEST · OF NO VALUE"))


def _next(paper: Paper, found: Statement) -> float:
    _add_page(paper, found)
    words = f"{title_of(found)} · {recipient_words(found.whose, dict(found.project_names))}"
    paper.text(LEFT, 15, words, SIZE, "ink-2", room=RIGHT - LEFT)
    return 22.0


def _head(paper: Paper, y: float) -> float:
    _row(paper, y, columns(), "ink-3")
    paper.rule(LEFT, y + 2, RIGHT, "line-strong")
    return y + 7


def _row(paper: Paper, y: float, cells: Sequence[str], colour: str = "ink", style: str = "") -> None:
    for i, cell in enumerate(cells):
        if not cell:
            continue
        if i < 4:
            room = (EDGES[i + 1] if i < 3 else EDGES[4] - 20) - EDGES[i] - 2
            _fitted(paper, EDGES[i], y, cell, room, colour, style)
        else:
            room = EDGES[i] - (EDGES[i - 1] if i > 4 else EDGES[4] - 20) - 1.5
            paper.text(EDGES[i], y, cell, SIZE, colour, style, align="R", room=room)


def _fitted(paper: Paper, x: float, y: float, cell: str, room: float, colour: str, style: str) -> None:
    """A cell on one line: smaller where it is long, and cut with … where that is not enough."""
    paper.text(x, y, paper.cut(cell, room, SIZE * 0.75, style), SIZE, colour, style, room=room)


def _shown(found: Statement) -> tuple[list[Line], str]:
    if len(found.lines) <= MOST_LINES:
        return [Line(_cells(line, found)) for line in found.lines], ""
    note = t("{count} lines: this paper sums them by day and event; the workbook has each.",
             count=f.number(len(found.lines)))  # fmt: skip

    def key(line: StatementLine) -> tuple[str, str, str]:
        return _day(line, found), kind_words(line), pick(dict(line.event_names))

    zone = ZoneInfo(found.zone)
    groups = groupby(sorted(found.lines, key=lambda line: (line.at.astimezone(zone).date(), *key(line))), key)
    return [Line(_group(name, list(lines), found)) for name, lines in groups], note


def _day(line: StatementLine, found: Statement) -> str:
    return f.date_text(line.at.astimezone(ZoneInfo(found.zone)).date(), style="short")


def _cells(line: StatementLine, found: Statement) -> tuple[str, ...]:
    currency, of_order = found.whose.currency, line.share is not None or line.grams
    return (
        _day(line, found), kind_words(line), line.order_id, pick(dict(line.event_names)),
        f.number(line.grams) if of_order else "", f.money(line.price_minor_per_tonne, currency) if of_order else "",
        f.money(line.order_minor, currency) if of_order else "", share_words(line.share),
        f.money(line.amount_minor, currency), rounding_words(line.rounding, currency),
    )  # fmt: skip


def _group(name: tuple[str, str, str], lines: list[StatementLine], found: Statement) -> tuple[str, ...]:
    day, kind, event = name
    currency = found.whose.currency
    known = [line.rounding for line in lines if line.rounding is not None]
    return (
        day, kind, t("{count} orders", count=f.number(len(lines))), event, f.number(sum(line.grams for line in lines)),
        "", f.money(sum(line.order_minor for line in lines), currency), "",
        f.money(sum(line.amount_minor for line in lines), currency),
        rounding_words(sum(known, Decimal(0)) if known else None, currency),
    )  # fmt: skip


def _end(paper: Paper, found: Statement, y: float, note: str) -> None:
    currency = found.whose.currency
    if y > LAST - 8:
        y = _head(paper, _next(paper, found))
    paper.rule(LEFT, y - 3.4, RIGHT, "line-strong")
    cells = (
        t("All"), "", t("{count} lines", count=f.number(len(found.lines))), "", f.number(found.grams), "",
        f.money(found.order_minor, currency), "", f.money(found.total_minor, currency),
        rounding_words(found.rounding, currency),
    )  # fmt: skip
    _row(paper, y + 1, cells, style="B")
    words = t("Rounding is what the amount has more than grams × price × share: prices are rounded up, fees down, and "
              "what is left over goes to the project owner. Amounts are exact to the smallest coin.")  # fmt: skip
    for text in (words, note):
        if text:
            y = paper.paragraph(LEFT, y + 7, text, RIGHT - LEFT, SMALL, "ink-2") - 3


def _number_pages(paper: Paper, found: Statement) -> None:
    count = len(paper.pdf.pages)
    for number in range(1, count + 1):
        paper.pdf.page = number
        words = t("Page {number} of {count}", number=number, count=count)
        paper.text(RIGHT, 202, words, SMALL, "ink-3", align="R")
        paper.text(LEFT, 202, t("Written by the exchange; what is owed, not an invoice."), SMALL, "ink-3")
