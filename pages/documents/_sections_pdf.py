"""The same document of sections as PDF, A4: sentences that wrap, facts, tables that go on over sheets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from locales import t
from pages.documents._paper_pdf import Paper
from pages.documents._sections import Paged, Section, headings

LEFT, RIGHT, TOP, LAST = 20.0, 190.0, 22.0, 276.0
BODY, SMALL, CELL = 9.6, 8.4, 8.6
FACT_ROOM = 46.0


def sections_pdf(shown: Paged, language: str, made_at: datetime) -> bytes:
    """The document's bytes."""
    sheets = _Sheets(Paper(language, shown.title, made_at), shown)
    sheets.first()
    for each in shown.sections:
        sheets.section(each)
    sheets.end()
    return sheets.paper.bytes()


class _Sheets:
    """Where on the sheet we are; a new one is begun where there is no room."""

    def __init__(self, paper: Paper, shown: Paged) -> None:
        self.paper, self.shown, self.y = paper, shown, TOP

    def sheet(self) -> None:
        """A new sheet."""
        self.paper.add_page()
        if not self.shown.livemode:
            self.paper.across(t("TEST · OF NO VALUE"))
        self.y = TOP

    def first(self) -> None:
        """The head of the first sheet."""
        paper, shown = self.paper, self.shown
        self.sheet()
        paper.logo(LEFT, 22, t("Forum Zero"))
        self.y = 30.0
        if not shown.livemode:
            words = t("This is a test event: its credits and its money are made up.")
            self.y = paper.notice(LEFT, self.y, RIGHT, t("TEST"), words)
        self.y = paper.paragraph(LEFT, self.y + 16, shown.title, RIGHT - LEFT, 24, family=paper.serif, leading=1.2)
        for line in shown.lead:
            self.y = paper.paragraph(LEFT, self.y, line, RIGHT - LEFT, BODY, "ink-2")
        for words in shown.warnings:
            self.y = paper.paragraph(LEFT, self.y + 2, words, RIGHT - LEFT, BODY, "seal-ink", "B")

    def room(self, height: float) -> None:
        """Goes on to the next sheet where less than ``height`` is left."""
        if self.y + height > LAST:
            self.sheet()

    def section(self, each: Section) -> None:
        """A section, its title and the head of its table never alone at the foot of a sheet."""
        self.y += 8
        self.room(38 if each.rows else 24)
        self.paper.text(LEFT, self.y, each.title, 13, style="B")
        self.paper.rule(LEFT, self.y + 2.2, RIGHT)
        self.y += 8.5
        for words in each.sentences:
            self.words(words)
        for name, value in each.facts:
            self.fact(name, value)
        if each.rows:
            self.y += 3 if each.facts else 0
            self.table(each)

    def words(self, text: str, size: float = BODY, colour: str = "ink") -> None:
        """A sentence, line by line."""
        for line in self.paper.wrapped(text, RIGHT - LEFT, size):
            self.room(5)
            self.paper.text(LEFT, self.y, line, size, colour)
            self.y += 4.9
        self.y += 1.4

    def fact(self, name: str, value: str) -> None:
        """A name and what it is."""
        lines = self.paper.wrapped(value, RIGHT - LEFT - FACT_ROOM, BODY)
        named = self.paper.wrapped(name, FACT_ROOM - 3, BODY)
        self.room(5.2 * max(len(lines[:6]), len(named)))
        for number, line in enumerate(named):
            self.paper.text(LEFT, self.y + 5.0 * number, line, BODY, "ink-3")
        lines += [""] * (len(named) - len(lines))
        for line in lines:
            self.room(5)
            self.paper.text(LEFT + FACT_ROOM, self.y, line, BODY)
            self.y += 5.0
        self.y += 0.8

    def table(self, each: Section) -> None:
        """Head, rows and foot; the head again on each sheet, and no row or foot alone on one."""
        boxes, left = self.boxes(each), len(each.rows) + bool(each.foot)
        self.head(each, boxes)
        for number, cells in enumerate(each.rows):
            if self.y + (12 if left - number == 2 else 6) > LAST:
                self.sheet()
                self.head(each, boxes)
            self.row(each, boxes, cells)
        if each.foot:
            self.paper.rule(LEFT, self.y - 3.4, RIGHT, "line-strong")
            self.y += 1.2
            self.row(each, boxes, each.foot, style="B")

    def head(self, each: Section, boxes: Sequence[tuple[float, float]]) -> None:
        """The heads of a table's columns, and the line below them."""
        self.row(each, boxes, headings(each), "ink-3")
        self.paper.rule(LEFT, self.y - 2.6, RIGHT, "line-strong")
        self.y += 1.6

    def boxes(self, each: Section) -> list[tuple[float, float]]:
        """(left, right) of each column: numbers as wide as their widest cell, words share the rest by theirs."""
        all_rows = [row for row in (headings(each), *each.rows, each.foot) if row]
        wide = [max(self.paper.measure(row[i], CELL, "B") for row in all_rows) + 4 for i in range(len(each.head))]
        numbers = [min(width, 40.0) for width in wide[each.text_columns :]]
        words, room = wide[: each.text_columns], RIGHT - LEFT - sum(numbers)
        widths = [*(room * width / sum(words) for width in words), *numbers]
        lefts = [LEFT + sum(widths[:i]) for i in range(len(widths))]
        return [(left, left + width) for left, width in zip(lefts, widths, strict=True)]

    def row(
        self, each: Section, boxes: Sequence[tuple[float, float]], cells: Sequence[str], colour: str = "ink",
        style: str = "",
    ) -> None:  # fmt: skip
        """A row: words wrap, numbers stand on its first line."""
        split = each.text_columns
        wrapped = [
            self.paper.wrapped(cell, right - left - 3, CELL, style)
            for cell, (left, right) in zip(cells[:split], boxes[:split], strict=True)
        ]
        height = 4.3 * max((len(lines) for lines in wrapped), default=1)
        self.room(min(height, 60.0))
        for (left, _), lines in zip(boxes, wrapped, strict=False):
            for number, line in enumerate(lines):
                self.paper.text(left, self.y + 4.3 * number, line, CELL, colour, style)
        for (left, right), cell in zip(boxes[split:], cells[split:], strict=True):
            self.paper.text(right, self.y, cell, CELL, colour, style, align="R", room=right - left - 1.5)
        self.y += height + 1.5

    def end(self) -> None:
        """The last lines, then the numbers of the sheets."""
        self.y += 4
        for words in self.shown.foot:
            self.words(words, SMALL, "ink-2")
        last = self.paper.pdf.page
        for number in range(1, last + 1):
            self.paper.pdf.page = number
            told = t("Page {number} of {count}", number=number, count=last)
            self.paper.text(RIGHT, 288, told, SMALL, "ink-3", align="R")
            self.paper.text(LEFT, 288, self.shown.title, SMALL, "ink-3", room=120)
        self.paper.pdf.page = last
