"""Answers as files: CSV and XLSX with integer grams, their question and their sum."""

from __future__ import annotations

import csv
import io

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from data.table_given import cells, csv_cells
from locales import t
from reports.exploring import Answer, Column

UNITS = {"grams": "g", "share_bp": "‱"}


def export_csv(answer: Answer) -> bytes:
    """UTF-8 with a byte order mark (so that spreadsheets read it), a row each and the sum last; grams are integers."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(csv_cells(map(title_of, answer.columns)))
    writer.writerows(csv_cells(answer.cells(row)) for row in (*answer.rows, answer.total))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def export_xlsx(answer: Answer) -> bytes:
    """A workbook: the table on the first sheet, on the second what was asked."""
    book = Workbook()
    sheet = book.active
    sheet.title = t("Explore")[:31]
    sheet.append(cells(map(title_of, answer.columns)))
    for row in (*answer.rows, answer.total):
        sheet.append(cells(answer.cells(row)))
    for line in (sheet[1], sheet[sheet.max_row]):
        for cell in line:
            cell.font = Font(bold=True)
    sheet.freeze_panes = "B2"
    for i, column in enumerate(answer.columns, 1):
        sheet.column_dimensions[get_column_letter(i)].width = 34 if column.kind == "text" else 15
    about = book.create_sheet(t("Question")[:31])
    for told in about_rows(answer):
        about.append(cells(told))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def about_rows(answer: Answer) -> list[tuple[str, str]]:
    """What was asked, for the second sheet."""
    kind = t("live") if answer.question.kind == "live" else t("test")
    return [
        (t("Finding"), answer.sentence), (t("Events"), kind), (t("Address"), "?" + answer.question.to_url()),
        (t("Figures"), t("Counted lines in grams of CO₂e, without estimates for guests who have not answered.")),
    ]  # fmt: skip


def title_of(column: Column) -> str:
    """A column's title with its unit."""
    return f"{column.title} ({UNITS[column.kind]})" if column.kind in UNITS else _money_title(column)


def _money_title(column: Column) -> str:
    kind, _, currency = column.kind.partition(":")
    return (
        t("{title} ({currency}, minor units)", title=column.title, currency=currency)
        if kind == "money"
        else column.title
    )
