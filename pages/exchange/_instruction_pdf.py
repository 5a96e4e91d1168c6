"""A retirement instruction on paper: A4, the runs as a table over as many pages as they need."""

from __future__ import annotations

from fpdf import FPDF

import offsetting
from locales import current_language, t
from pages._parts.pdf_fonts import register_fonts, serif_family

MARGIN_MM = 18.0
WIDTHS_MM = (28.0, 43.0, 43.0, 18.0, 42.0)


class _Page(FPDF):
    """A4 with the number and the page at the foot of each."""

    foot = ""

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font("sans", "", 8)
        self.set_text_color(110)
        self.cell(0, 5, f"{self.foot} · {self.page_no()} / {{nb}}", align="C")
        self.set_text_color(0)


def instruction_pdf(found: offsetting.Instruction) -> bytes:
    """The instruction in the reader's language; the same instruction gives the same bytes."""
    sheet = offsetting.instruction_sheet(found)
    pdf = _Page(format="A4")
    register_fonts(pdf)
    pdf.foot = sheet.title
    pdf.set_creation_date(sheet.made_at)
    pdf.set_title(sheet.title)
    pdf.set_margins(MARGIN_MM, MARGIN_MM, MARGIN_MM)
    pdf.set_auto_page_break(True, 20)
    pdf.add_page()
    pdf.set_font(serif_family(current_language()), "", 20)
    pdf.multi_cell(0, 10, sheet.title, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(3)
    for name, value in sheet.facts:
        _fact(pdf, name, str(value))
    pdf.ln(4)
    _runs(pdf, sheet.columns, sheet.rows)
    _signatures(pdf)
    return bytes(pdf.output())


def _fact(pdf: FPDF, name: str, value: str) -> None:
    top = pdf.get_y()
    pdf.set_font("sans", "", 9)
    pdf.set_text_color(90)
    pdf.multi_cell(52, 5.5, name, new_x="RIGHT", new_y="TOP", align="L")
    below = pdf.get_y() + 5.5 * max(1, len(pdf.multi_cell(52, 5.5, name, dry_run=True, output="LINES")))
    pdf.set_text_color(0)
    pdf.set_xy(MARGIN_MM + 54, top)
    pdf.set_font("sans", "B" if len(value) < 60 else "", 9.5 if len(value) < 60 else 8)
    pdf.multi_cell(0, 5.5, value, new_x="LMARGIN", new_y="NEXT", align="L", wrapmode="CHAR" if len(value) == 64 else
                   "WORD")  # fmt: skip
    pdf.set_y(max(pdf.get_y(), below) + 1)


def _runs(pdf: FPDF, columns: tuple[str, ...], rows: tuple[tuple[str | int, ...], ...]) -> None:
    """Batch, first and last serial, credits, event; grams are in the other files."""
    keep = (0, 1, 2, 3, 6)
    pdf.set_font("sans", "", 8)
    pdf.set_draw_color(190)
    with pdf.table(col_widths=WIDTHS_MM, line_height=4.6, borders_layout="HORIZONTAL_LINES", padding=1,
                   text_align=("LEFT", "LEFT", "LEFT", "RIGHT", "LEFT")) as table:  # fmt: skip
        for line in ([columns[i] for i in keep], *[[str(row[i]) for i in keep] for row in rows]):
            cells = table.row()
            for cell in line:
                cells.cell(str(cell))


def _signatures(pdf: FPDF) -> None:
    if pdf.get_y() > 240:
        pdf.add_page()
    pdf.ln(12)
    pdf.set_font("sans", "", 9)
    pdf.set_text_color(90)
    for words in (t("For the exchange: name, date, signature"), t("For the registry: received on, by")):
        pdf.cell(80, 5, words, border="T", new_x="RIGHT")
        pdf.cell(10, 5, "")
    pdf.set_text_color(0)
