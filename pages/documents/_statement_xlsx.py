"""A statement as a workbook: its lines on the first sheet with numbers that add up, its summing up on the second."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from data.table_given import cells
from locales import formats as f
from locales import pick, t
from offsetting.statements import Statement, StatementLine
from pages.documents._statement_words import (
    columns,
    exact_major,
    kind_words,
    period_words,
    recipient_words,
    state_words,
    sums_of,
    title_of,
)

WIDTHS = (12, 30, 34, 30, 13, 13, 13, 9, 13, 15)
BOLD = Font(bold=True)
MOST_SHAPED = 10_000  # lines; giving a million cells their looks takes longer than anybody waits


def statement_xlsx(found: Statement) -> bytes:
    """The workbook's bytes; money is in units of the currency, to the minor unit."""
    book = Workbook()
    _lines(book.active, found)
    _summing(book.create_sheet(t("Sums")[:31]), found)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _lines(sheet: Any, found: Statement) -> None:
    sheet.title = t("Lines")[:31]
    currency = found.whose.currency
    sheet.append([*columns()[:5], *[f"{name} ({currency})" for name in columns()[5:7]], columns()[7],
                  *[f"{name} ({currency})" for name in columns()[8:]]])  # fmt: skip
    for line in found.lines:
        sheet.append(cells(_cells(line, found)))
    sheet.append([t("All"), "", "", "", found.grams, "", _major(found.order_minor, currency), "",
                  _major(found.total_minor, currency), float(exact_major(found.rounding, currency))])  # fmt: skip
    for row in (sheet[1], sheet[sheet.max_row]):
        for cell in row:
            cell.font = BOLD
    money = "#,##0" + ("." + "0" * get_currency_precision(currency) if get_currency_precision(currency) else "")
    formats = {1: "yyyy-mm-dd", 5: "#,##0", 6: money, 7: money, 8: "0.##%", 9: money, 10: money + "####"}
    for row in sheet.iter_rows(min_row=2) if len(found.lines) <= MOST_SHAPED else ():
        for number, shape in formats.items():
            row[number - 1].number_format = shape
    for i, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(i)].width = width
    sheet.freeze_panes = "A2"


def _cells(line: StatementLine, found: Statement) -> list[Any]:
    currency = found.whose.currency
    of_order = line.share is not None or line.grams
    rounding = None if line.rounding is None else float(exact_major(line.rounding, currency))
    return [
        line.at.astimezone(ZoneInfo(found.zone)).date(), kind_words(line), line.order_id, pick(dict(line.event_names)),
        line.grams if of_order else None, _major(line.price_minor_per_tonne, currency) if of_order else None,
        _major(line.order_minor, currency) if of_order else None, float(line.share) if line.share is not None else None,
        _major(line.amount_minor, currency), rounding,
    ]  # fmt: skip


def _major(minor: int, currency: str) -> float:
    return float(exact_major(Decimal(minor), currency))


def _summing(sheet: Any, found: Statement) -> None:
    whose = found.whose
    told = [
        (title_of(found), ""), (t("For"), recipient_words(whose, dict(found.project_names))),
        (t("Period"), period_words(found)), (t("Currency"), whose.currency),
        (t("Money"), t("live") if whose.livemode else t("test: of no value")), (t("State"), state_words(found)),
    ]  # fmt: skip
    for row in told:
        sheet.append(cells(row))
    sheet.append([])
    for part in sums_of(found):
        sheet.append(cells([part.words, _major(part.minor, whose.currency)]))
        sheet.cell(sheet.max_row, 2).number_format = "#,##0.00"
        if part.is_total:
            sheet.cell(sheet.max_row, 1).font = sheet.cell(sheet.max_row, 2).font = BOLD
    sheet.append([t("Mass"), f.mass_text(found.grams)])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 52, 70
    for row in sheet.iter_rows(min_col=2, max_col=2):
        row[0].alignment = Alignment(horizontal="left", wrap_text=True, vertical="top")
