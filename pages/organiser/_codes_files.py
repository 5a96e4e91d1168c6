"""Sheets of codes as files: a PDF with embedded subset fonts, and an SVG whose letters are outlines.

Both ask nothing of any host, and give the same bytes for the same drawing.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import singledispatch
from xml.sax.saxutils import escape

from fpdf import FPDF

from data.table_given import letters
from pages._parts.pdf_fonts import FONT_FILES, register_fonts
from pages.organiser import _codes_sheet as sheets
from pages.organiser._codes_type import Voice, outline, runs, width

POINTS_PER_MM = 72 / 25.4
BASELINE = 0.3  # of the size, below the middle of a cell of no height: where the PDF's writer puts letters
_STYLES = {(family, style) for family, style, _ in FONT_FILES}
OVERLAP = 1.002  # so that no hairline shows between rows of modules


def pdf(pages: Sequence[sheets.Sheet], title: str, language: str) -> bytes:
    """The sheets as one PDF."""
    out = FPDF(unit="mm", format=(pages[0].width, pages[0].height))
    out.set_auto_page_break(False)
    out.set_margin(0)
    out.c_margin = 0
    register_fonts(out)
    for page in pages:
        out.add_page(format=(page.width, page.height))
        for item in page.items:
            _draw(item, out)
    out.set_title(title)
    out.set_author("Forum Zero")
    out.set_lang({"zh": "zh-Hans"}.get(language, language))
    out.set_creation_date(datetime(2000, 1, 1, tzinfo=UTC))
    return bytes(out.output())


@singledispatch
def _draw(item: object, out: FPDF) -> None:
    raise TypeError(f"no such drawing: {item!r}")


@_draw.register
def _(item: sheets.Box, out: FPDF) -> None:
    out.set_fill_color(item.colour)
    out.rect(item.x, item.y, item.width, item.height, style="F")


@_draw.register
def _(item: sheets.Shape, out: FPDF) -> None:
    out.set_fill_color(item.colour)
    out.set_line_width(0)
    out.polygon(list(item.points), style="F")


@_draw.register
def _(item: sheets.Line, out: FPDF) -> None:
    out.set_draw_color(item.colour)
    out.set_line_width(item.width)
    out.polyline(list(item.points))


@_draw.register
def _(item: sheets.Letters, out: FPDF) -> None:
    out.set_text_color(item.colour)
    x = item.x
    for family, piece in runs(item.text, item.voice):  # the writer's own falling back loses its font now and then
        style = item.voice.style if (family, item.voice.style) in _STYLES else ""
        out.set_font(family, style, item.size * POINTS_PER_MM)
        out.set_xy(x, item.y - BASELINE * item.size)
        out.cell(0, 0, piece)
        x += width(piece, item.size, Voice(family, item.voice.style))


@_draw.register
def _(item: sheets.Picture, out: FPDF) -> None:
    out.image(io.BytesIO(item.content), item.x, item.y, item.width, item.height)


@_draw.register
def _(item: sheets.Modules, out: FPDF) -> None:
    out.set_fill_color(item.colour)
    for x, y, long in item.runs:
        out.rect(x, y, long, item.module * OVERLAP, style="F")


def svg(page: sheets.Sheet, title: str) -> str:
    """One sheet as an SVG of its size in millimetres."""
    inside = "".join(_markup(item) for item in page.items)
    size = f'width="{page.width:g}mm" height="{page.height:g}mm" viewBox="0 0 {page.width:g} {page.height:g}"'
    ground = f'<rect width="{page.width:g}" height="{page.height:g}" fill="#ffffff"/>'
    said = f"<title>{escape(title)}</title>"
    return letters(f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">{said}{ground}{inside}</svg>')


def _n(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


@singledispatch
def _markup(item: object) -> str:
    raise TypeError(f"no such drawing: {item!r}")


@_markup.register
def _(item: sheets.Box) -> str:
    place = f'x="{_n(item.x)}" y="{_n(item.y)}" width="{_n(item.width)}" height="{_n(item.height)}"'
    return f'<rect {place} fill="{item.colour}"/>'


@_markup.register
def _(item: sheets.Shape) -> str:
    points = " ".join(f"{_n(x)},{_n(y)}" for x, y in item.points)
    return f'<polygon points="{points}" fill="{item.colour}"/>'


@_markup.register
def _(item: sheets.Line) -> str:
    points = " ".join(f"{x:.2f},{y:.2f}" for x, y in item.points)
    return f'<polyline points="{points}" fill="none" stroke="{item.colour}" stroke-width="{_n(item.width)}"/>'


@_markup.register
def _(item: sheets.Letters) -> str:
    path = outline(item.text, item.x, item.y, item.size, item.voice)
    return f'<g aria-label="{escape(item.text, {chr(34): "&quot;"})}" fill="{item.colour}"><path d="{path}"/></g>'


@_markup.register
def _(item: sheets.Picture) -> str:
    place = f'x="{_n(item.x)}" y="{_n(item.y)}" width="{_n(item.width)}" height="{_n(item.height)}"'
    data = base64.b64encode(item.content).decode()
    return f'<image {place} href="data:{item.media_type};base64,{data}"/>'


@_markup.register
def _(item: sheets.Modules) -> str:
    path = "".join(f"M{_n(x)} {_n(y)}h{_n(w)}v{_n(item.module)}h-{_n(w)}z" for x, y, w in item.runs)
    return f'<path d="{path}" fill="{item.colour}" shape-rendering="crispEdges"/>'
