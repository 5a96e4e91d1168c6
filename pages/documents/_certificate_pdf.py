"""The certificate as PDF, A4 landscape: rosette left, words right; fonts embedded as subsets.

Lengths are those of a sheet 1307 units wide (297 mm), as in the drawing this follows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import numpy as np
from fpdf import FPDF

from offsetting import claims
from offsetting.certificate_view import CertificateView
from pages._parts import qr, rosette
from pages._parts.palette import GOLD, palette
from pages._parts.pdf_fonts import register_fonts, serif_family
from pages.documents._certificate_words import CertificateWords, lines_of_title, words_of

UNIT_MM = 297 / 1307
POINTS_PER_UNIT = UNIT_MM / 25.4 * 72
CENTRE, HALF = (337.0, 369.0), 259.0
LEFT, RIGHT, VALUES = 661.0, 1243.0, 759.0
COLOURS = palette("light")
WATERMARK = "#e9aca3"
_CLOSING = "，。；、：！？）》”’"
_TOKENS = re.compile(rf"[\u3400-\u9fff\uff00-\uffef][{_CLOSING}]*|[^\s\u3400-\u9fff\uff00-\uffef]+[{_CLOSING}]*\s*|\s+")

Run = tuple[str, bool]


def certificate_pdf(view: CertificateView, language: str) -> bytes:
    """The PDF's bytes."""
    words = words_of(view, language)
    sheet = _Sheet(language)
    _frame(sheet)
    _bands(sheet, view)
    _ring(sheet, view)
    sheet.middle_words(words)
    _words(sheet, words)
    _foot(sheet, words)
    if words.across:
        sheet.across(words.across)
    return sheet.bytes_of(words, view)


class _Sheet:
    """A page with the few strokes and letters a certificate needs; units as said above, y down."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.pdf = FPDF(orientation="landscape", unit="mm", format="A4")
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        self.pdf.c_margin = 0
        self.pdf.add_page()
        register_fonts(self.pdf)

    def bytes_of(self, words: CertificateWords, view: CertificateView) -> bytes:
        self.pdf.set_title(f"{words.title} · {view.number}")
        self.pdf.set_author("Forum Zero")
        self.pdf.set_lang({"zh": "zh-Hans"}.get(self.language, self.language))
        self.pdf.set_creation_date(
            view.statements[0].signed_at if view.statements else datetime(2000, 1, 1, tzinfo=UTC)
        )
        return bytes(self.pdf.output())

    def font(self, family: str, style: str, size: float) -> None:
        self.pdf.set_font(family, style, size * POINTS_PER_UNIT)

    def width(self, text: str) -> float:
        return float(self.pdf.get_string_width(text)) / UNIT_MM

    def text(
        self, x: float, base: float, text: str, size: float, colour: str, family: str = "sans", style: str = "",
        align: str = "L", room: float = 0.0,
    ) -> float:  # fmt: skip
        """Words with their baseline at ``base``, smaller where they exceed ``room``; returns where they end."""
        self.font(family, style, size)
        if room and (wide := self.width(text)) > room:
            self.font(family, style, max(size * 0.55, size * room / wide))
        width, height = self.width(text), self.pdf.font_size / UNIT_MM
        start = x - {"L": 0.0, "C": width / 2, "R": width}[align]
        self.pdf.set_text_color(colour)
        # fpdf2 forgets that a fallback font was the last one it named to the page: name ours again
        self.raw(f"BT /F{self.pdf.current_font.i} {self.pdf.font_size_pt:.2f} Tf ET")
        self.pdf.set_xy(start * UNIT_MM, (base - 0.8 * height) * UNIT_MM)
        self.pdf.cell(width * UNIT_MM, self.pdf.font_size, text)
        return start + width

    def raw(self, operators: str) -> None:
        self.pdf._out(operators)

    def point(self, x: float, y: float) -> str:
        return f"{x * POINTS_PER_UNIT:.2f} {self.pdf.h_pt - y * POINTS_PER_UNIT:.2f}"

    def path(self, points: np.ndarray, close: bool = True) -> str:
        """Path operators of an array (n, 2)."""
        first, *rest = [self.point(x, y) for x, y in points]
        return f"{first} m {' '.join(p + ' l' for p in rest)}{' h' if close else ''}"

    def middle_words(self, words: CertificateWords) -> None:
        """Percentage and state inside the ring."""
        size = 57.0
        self.font("sans", "B", size)
        number_width = self.width(words.percent)
        self.font("sans", "", size * 0.5)
        start = CENTRE[0] - (number_width + 4 + self.width("%")) / 2
        base = CENTRE[1] + 8
        end = self.text(start, base, words.percent, size, COLOURS["ink"], style="B")
        self.text(end + 4, base, "%", size * 0.5, COLOURS["ink-2"])
        colour = COLOURS[{"reserved": "amber-ink", "retired": "jade-ink"}.get(words.state, "seal-ink")]
        self.text(CENTRE[0], base + 28, words.state_word, 17.5, colour, style="B", align="C", room=150)

    def across(self, words: str) -> None:
        """The test notice over the whole sheet, in outline."""
        self.font("sans", "B", 100)
        size = min(150.0, 100 * 1210 / max(1.0, self.width(words)))
        with self.pdf.rotation(20.5, 653 * UNIT_MM, 470 * UNIT_MM):
            with self.pdf.local_context(text_mode="STROKE", line_width=0.45, draw_color=WATERMARK):
                self.raw("1.25 w")
                self.text(653, 470 + size * 0.36, words, size, WATERMARK, style="B", align="C")


def _rgb(colour: str) -> str:
    return " ".join(f"{int(colour[i : i + 2], 16) / 255:.4f}" for i in (1, 3, 5))


def _frame(sheet: _Sheet) -> None:
    sheet.pdf.set_fill_color(COLOURS["paper"])
    sheet.pdf.rect(0, 0, 297, 210, style="F")
    for inset, colour, width in ((31.0, COLOURS["jade-ink"], 0.3), (38.0, "#e5cfa4", 0.22)):
        sheet.pdf.set_draw_color(colour)
        sheet.pdf.set_line_width(width)
        sheet.pdf.rect(inset * UNIT_MM, inset * UNIT_MM, 297 - 2 * inset * UNIT_MM, 210 - 2 * inset * UNIT_MM)


def _bands(sheet: _Sheet, view: CertificateView) -> None:
    width = 0.6 * 2 * HALF / 450 * POINTS_PER_UNIT
    curves = [rosette.curve(band, j, 300) for band in rosette.bands(view.number) for j in (0, 1)]
    sheet.raw(f"q {width:.3f} w 1 j")
    for i, points in enumerate(curves):
        colour = (COLOURS["jade-ink"], GOLD["light"])[i % 2]
        sheet.raw(f"{_rgb(colour)} RG {sheet.path(points * HALF + CENTRE)} S")
    sheet.raw("Q")


def arc(radius: float, start: float, end: float, step: float = 1.5) -> np.ndarray:
    """Points on the circle around the rosette's middle from ``start`` to ``end`` degrees clockwise from 12."""
    count = max(2, int(abs(end - start) / step) + 1)
    angles = np.radians(np.linspace(start, end, count))
    return np.column_stack((CENTRE[0] + radius * np.sin(angles), CENTRE[1] - radius * np.cos(angles)))


def _sector(sheet: _Sheet, start: float, end: float) -> str:
    outer, inner = HALF * rosette.RING_OUTER, HALF * rosette.RING_INNER
    if end - start > 359.9:
        return f"{sheet.path(arc(outer, 0, 360))} {sheet.path(arc(inner, 0, 360))}"
    return sheet.path(np.concatenate((arc(outer, start, end), arc(inner, end, start))))


def _ring(sheet: _Sheet, view: CertificateView) -> None:
    turn = 360 * view.share_bp / 10_000 if view.state != "revoked" else 0.0
    gap = 0.0 if turn > 359.9 or turn < 1 else 1.1
    if turn < 359.9:
        sheet.raw(f"q {_rgb(COLOURS['track'])} rg {_sector(sheet, turn + gap, 360 - gap)} f* Q")
    if turn < 1:
        return
    shape = _sector(sheet, gap, turn - gap)
    if view.state == "retired":
        sheet.raw(f"q {_rgb(COLOURS['jade'])} rg {shape} f* Q")
    else:
        _hatched(sheet, shape)
    if view.is_partly_retired:
        done = gap + (turn - 2 * gap) * view.retired_g / view.grams
        sheet.raw(f"q {_rgb(COLOURS['jade'])} rg {_sector(sheet, gap, done)} f* Q")
    if view.extra_g:
        over = min(360.0, 360 * view.extra_g / max(1, view.emitted_g))
        radius = HALF * (rosette.RING_OUTER + 0.032)
        sheet.raw(
            f"q {_rgb(COLOURS['sky'])} RG {3.4 * POINTS_PER_UNIT:.2f} w {sheet.path(arc(radius, 0, over), False)} S Q"
        )


def _hatched(sheet: _Sheet, shape: str) -> None:
    period, reach = 13.0, HALF * 0.5
    sheet.raw(f"q {_rgb(COLOURS['amber'])} rg {shape} f* {shape} W* n")
    sheet.raw(f"{_rgb(COLOURS['hatch'])} RG {0.3 * period * POINTS_PER_UNIT:.2f} w")
    x, y = CENTRE
    for k in range(int(-2 * reach / period / math.sqrt(2)) - 1, int(2 * reach / period / math.sqrt(2)) + 2):
        shift = k * period * math.sqrt(2)
        ends = np.array([[x + shift - reach, y + reach], [x + shift + reach, y - reach]])
        sheet.raw(f"{sheet.path(ends, False)} S")
    sheet.raw("Q")
    sheet.raw(f"q {_rgb(COLOURS['hatch'])} RG {POINTS_PER_UNIT:.2f} w {shape} S Q")


def _words(sheet: _Sheet, words: CertificateWords) -> None:
    chinese = words.language == "zh"
    _logo(sheet, words.brand)
    serif = serif_family(words.language)
    size, base = (68.0, 218.0) if chinese else (55.0, 195.0)
    for line in lines_of_title(words.title, words.language):
        sheet.text(LEFT, base, line, size, COLOURS["ink"], serif, room=RIGHT - LEFT)
        base += 57
    base += -57 + (49 if chinese else 44)
    sheet.text(LEFT, base, words.lead, 18, COLOURS["ink-2"], room=RIGHT - LEFT)
    sheet.text(LEFT, base + 39, words.event, 29, COLOURS["ink"], serif, room=RIGHT - LEFT)
    sheet.text(LEFT, base + 68, words.where_when, 18, COLOURS["ink-2"], room=RIGHT - LEFT)
    end = sheet.text(LEFT, base + 152, words.mass_number, 71, COLOURS["ink"], style="B")
    sheet.text(end + 7, base + 152, words.mass_unit, 27, COLOURS["ink-2"])
    body = claims.bold_parts(words.body)
    if words.extra:
        body.append((("" if chinese else " ") + words.extra, False))
    base = _paragraph(sheet, body, base + 194, 18.0, 26.0)
    _rows(sheet, words, base - 26 + 30)


def _logo(sheet: _Sheet, brand: str) -> None:
    x, y = LEFT + 19, 105.0
    for start, end, colour, push in ((56, 360, COLOURS["jade"], 0.0), (13, 43, COLOURS["amber"], 2.6)):
        shift = np.array([push * math.sin(math.radians(28)), -push * math.cos(math.radians(28))])
        points = np.concatenate((arc(17.4, start, end), arc(10.1, end, start))) - CENTRE + (x, y) + shift
        sheet.raw(f"q {_rgb(colour)} rg {sheet.path(points)} f Q")
    sheet.text(LEFT + 52, y + 7.5, brand, 21, COLOURS["ink"], style="B")


def _paragraph(sheet: _Sheet, body: Sequence[Run], base: float, size: float, leading: float) -> float:
    """Wrapped words with bold ones among them; returns the baseline after the last line."""

    def measure(text: str, bold: bool) -> float:
        sheet.font("sans", "B" if bold else "", size)
        return sheet.width(text)

    for line in wrapped(body, RIGHT - LEFT, measure):
        x = LEFT
        for text, bold in line:
            x = sheet.text(x, base, text, size, COLOURS["ink"], style="B" if bold else "")
        base += leading
    return base


def wrapped(body: Sequence[Run], room: float, measure: Callable[[str, bool], float]) -> list[list[Run]]:
    """Lines of runs: broken between words, or between Chinese characters but never before closing punctuation."""
    lines: list[list[Run]] = [[]]
    used = 0.0
    for text, bold in body:
        for token in _TOKENS.findall(text):
            width = measure(token, bold)
            if used + measure(token.rstrip(), bold) > room and used and token[0] not in _CLOSING:
                lines.append([])
                used = 0.0
                token = token.lstrip()
            lines[-1].append((token, bold))
            used += width
    return [_joined(line) for line in lines]


def _joined(line: list[Run]) -> list[Run]:
    runs: list[Run] = []
    for text, bold in line:
        if runs and runs[-1][1] == bold:
            runs[-1] = (runs[-1][0] + text, bold)
        else:
            runs.append((text, bold))
    return runs


def _rows(sheet: _Sheet, words: CertificateWords, top: float) -> None:
    height = min(34.6, (800 - top) / max(1, len(words.rows)))
    sheet.pdf.set_line_width(0.2)
    sheet.pdf.set_draw_color(COLOURS["line"])
    for i, (name, value) in enumerate(words.rows):
        y = top + i * height
        sheet.pdf.line(LEFT * UNIT_MM, y * UNIT_MM, RIGHT * UNIT_MM, y * UNIT_MM)
        sheet.text(LEFT, y + height * 0.64, name, 15.5, COLOURS["ink-3"], room=VALUES - LEFT - 8)
        sheet.text(VALUES, y + height * 0.64, value, 15.5, COLOURS["ink"], style="" if i else "B", room=RIGHT - VALUES)


def _foot(sheet: _Sheet, words: CertificateWords) -> None:
    _code(sheet, words.check_url, 111, 693, 99)
    sheet.text(226, 721, words.check_title, 17.5, COLOURS["ink"], style="B", room=330)
    sheet.text(226, 744, words.check_place, 15.5, COLOURS["ink-2"], room=330)
    _swatch(sheet, words.state, 226, 763)
    colour = COLOURS[{"reserved": "amber-ink", "retired": "jade-ink"}.get(words.state, "seal-ink")]
    sheet.text(251, 776, words.state_line, 17, colour, style="B", room=310)
    colour = COLOURS["seal-ink"] if words.across else COLOURS["ink-3"]
    sheet.text(653.5, 868, words.note, 14.5, colour, align="C", room=1120)


def _code(sheet: _Sheet, url: str, x: float, y: float, size: float) -> None:
    rows = qr.matrix(url)
    step = size / len(rows)
    boxes = []
    for i, row in enumerate(rows):
        for j, dark in enumerate(row):
            if dark:
                corner = sheet.point(x + j * step, y + (i + 1) * step)
                boxes.append(f"{corner} {step * POINTS_PER_UNIT:.3f} {step * POINTS_PER_UNIT:.3f} re")
    sheet.raw(f"q {_rgb(qr.INK)} rg {' '.join(boxes)} f Q")
    sheet.pdf.link(x * UNIT_MM, y * UNIT_MM, size * UNIT_MM, size * UNIT_MM, url)


def _swatch(sheet: _Sheet, state: str, x: float, y: float) -> None:
    side = 15.0
    corners = np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side]])
    shape = sheet.path(corners)
    if state != "reserved":
        colour = COLOURS["jade" if state == "retired" else "seal"]
        paint = f"{_rgb(colour)} rg {shape} f" if state == "retired" else f"{_rgb(colour)} RG 1 w {shape} S"
        sheet.raw(f"q {paint} Q")
        return
    sheet.raw(f"q {_rgb(COLOURS['amber'])} rg {shape} f {shape} W n {_rgb(COLOURS['hatch'])} RG 1.3 w")
    for k in range(-3, 4):
        ends = np.array([[x + k * 6.2, y + side], [x + side + k * 6.2, y]])
        sheet.raw(f"{sheet.path(ends, False)} S")
    sheet.raw(f"Q q {_rgb(COLOURS['hatch'])} RG .7 w {shape} S Q")
