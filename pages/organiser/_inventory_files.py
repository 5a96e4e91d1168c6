"""The inventory's lines as CSV and XLSX: integer grams, each with its factor and its proofs, sums of guests last."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

import events
from data.table_given import cells, csv_cells
from events.inventory_board import InventoryBoard
from locales import t
from pages._parts.pieces import category_name
from pages.organiser._inventory_figures import source_words, stage_words
from pages.organiser._inventory_lines import known_words, session_words, title_of, unit_words

Names = Mapping[str, events.InventoryChoice]


def inventory_csv(board: InventoryBoard, names: Names) -> bytes:
    """UTF-8 with a byte order mark, a row each."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows(map(csv_cells, _table(board, names)))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def inventory_xlsx(board: InventoryBoard, names: Names) -> bytes:
    """A workbook with one sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = t("Inventory")[:31]
    for row in _table(board, names):
        sheet.append(cells(row))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJKLMNOPQ", (12, 12, 18, 34, 12, 14, 12, 14, 14, 14, 14, 22, 34, 14, 18, 12, 60),
                             strict=True):  # fmt: skip
        sheet.column_dimensions[letter].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _table(board: InventoryBoard, names: Names) -> Iterator[list[Any]]:
    yield [
        t("Planned or actual"), t("Source"), t("Category"), t("Activity"), t("Quantity"), t("Unit"),
        t("How it is known"), t("low (g)"), t("central (g)"), t("high (g)"), t("quality (1–5)"), t("Session"),
        t("Factor"), t("Factor set"), t("Line"), t("Comments"), t("SHA-256 of evidence"),
    ]  # fmt: skip
    for each in board.lines:
        yield _row(board, each, names)
    for part in board.sums:
        words = source_words()[part.source]
        yield [stage_words()["actual"], words, category_name(part.category), *[None] * 5, part.grams, *[None] * 8]


def _row(board: InventoryBoard, each: events.InventoryLine, names: Names) -> list[Any]:
    line = each.line
    masses = [line.low_g, line.total_g, line.high_g, line.quality / 100 or None] if line else [None, 0, None, None]
    chosen = line.trace["factor_set"]["id"] if line else ""
    return [
        stage_words()[each.stage], source_words()[each.source], category_name(line.category) if line else "",
        title_of(each, names), each.entry["quantity"], unit_words(each.entry["unit"]),
        known_words().get(str(each.entry.get("known", "declared")), ""), *masses,
        session_words(board.event, each.session) if each.session else "", line.factor_id if line else "", chosen,
        each.line_id, sum(one.withdrawn_at is None for one in each.comments),
        " ".join(one.sha256 for one in each.proofs),
    ]  # fmt: skip
