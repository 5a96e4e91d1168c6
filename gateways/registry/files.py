"""A retirement instruction as a file: CSV for programs, XLSX for people; the same rows in both."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from data.table_given import cells, csv_cells

Cell = str | int


@dataclass(frozen=True, slots=True)
class InstructionSheet:
    """An instruction in words: its title, what it is about (name, value), and a row for each run of serial numbers
    below ``columns``. ``made_at`` is the instruction's own time, so that the same instruction gives the same file."""

    title: str
    facts: tuple[tuple[str, Cell], ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    made_at: datetime


def as_csv(sheet: InstructionSheet) -> bytes:
    """UTF-8 with a byte order mark: the facts, an empty line, then the runs below their head."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows(map(csv_cells, ([sheet.title], *sheet.facts, [], sheet.columns, *sheet.rows)))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(sheet: InstructionSheet) -> bytes:
    """One sheet: title, facts, and the runs as a table."""
    book = Workbook()
    book.properties.created = book.properties.modified = sheet.made_at.replace(tzinfo=None)
    page = book.active
    page.title = "".join(c for c in sheet.title if c not in r"[]:*?/\ ")[:31] or "1"
    for row in ([sheet.title], *sheet.facts, [], sheet.columns):
        page.append(cells(row))
    head = page.max_row
    for line in sheet.rows:
        page.append(cells(line))
    page["A1"].font = Font(bold=True, size=14)
    for cell in page[head]:
        cell.font = Font(bold=True)
    for i in range(1, len(sheet.columns) + 1):
        widest = max((len(str(row[i - 1])) for row in (sheet.columns, *sheet.rows)), default=10)
        page.column_dimensions[get_column_letter(i)].width = min(60, max(14, widest + 2))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
