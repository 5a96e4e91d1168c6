"""The dashboard's figures as CSV and XLSX: one of them, or the whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from data.table_given import cells, csv_cells
from locales import pick, t
from reports.dashboard import Dashboard
from reports.dashboard_tables import Table
from reports.exploring import Column
from reports.exports import title_of


def figure_csv(table: Table) -> bytes:
    """UTF-8 with a byte order mark, a row each; masses are integer grams, money minor units."""
    return _written([[title_of(column) for column in table.columns], *table.rows])


def whole_csv(found: Mapping[str, Table]) -> bytes:
    """All figures in one table: figure, row, column, value."""
    rows: list[Sequence[Any]] = [[t("Figure"), t("Row"), t("Column"), t("Value")]]
    for table in found.values():
        for row in table.rows:
            rows += [(table.name, row[0], title_of(column), value)
                     for column, value in zip(table.columns[1:], row[1:], strict=True)]  # fmt: skip
    return _written(rows)


def _written(rows: Sequence[Sequence[Any]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(map(csv_cells, rows))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def figures_xlsx(shown: Dashboard, found: Mapping[str, Table]) -> bytes:
    """A workbook with a sheet a figure, its finding above, and one that says what was asked."""
    book = Workbook()
    book.remove(book.active)
    for table in found.values():
        _sheet(book, table)
    about = book.create_sheet(t("Question")[:31])
    for line in about_rows(shown):
        about.append(cells(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(book: Workbook, table: Table) -> None:
    sheet = book.create_sheet(table.name[:31])
    sheet.append(cells([table.finding]))
    sheet.append(cells(map(title_of, table.columns)))
    for row in table.rows:
        sheet.append(cells(row))
    for line in (sheet[1], sheet[2]):
        for cell in line:
            cell.font = Font(bold=True)
    sheet.freeze_panes = "B3"
    for i, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(i)].width = _width(column)


def _width(column: Column) -> int:
    return 34 if column.kind == "text" else 16


def about_rows(shown: Dashboard) -> list[tuple[str, str]]:
    """Whose figures they are, of when, what was asked and what is in them."""
    event = shown.view.event
    counted = t("Counted lines in grams of CO₂e, without estimates for guests who have not answered.")
    estimated = t("Grams of CO₂e, with the estimate for guests who have not answered.")
    kind = t("live") if event.livemode else t("test")
    return [
        (t("Event"), pick(dict(event.names))), (t("Kind of event"), kind), (t("Address"), "?" + shown.asked.to_url()),
        (t("As of"), shown.view.totals.as_of.isoformat()), (t("Version"), str(shown.view.totals.version)),
        (t("Figures"), counted if shown.counted else estimated),
    ]  # fmt: skip
