"""A sheet for papers of money (receipts, statements) as PDF: words that wrap, rules, columns; fonts embedded.

Lengths are millimetres from the upper left corner, sizes points; ``y`` of words is their baseline.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime

from fpdf import FPDF

from pages._parts.palette import palette
from pages._parts.pdf_fonts import register_fonts, serif_family

COLOURS = palette("light")
MM_A_POINT = 25.4 / 72
WATERMARK = "#e9aca3"
_CLOSING = "，。；、：！？）》”’"
_TOKENS = re.compile(rf"[\u3400-\u9fff\uff00-\uffef][{_CLOSING}]*|[^\s\u3400-\u9fff\uff00-\uffef]+[{_CLOSING}]*\s*|\s+")


class Paper:
    """One document; ``add_page`` begins a sheet of it."""

    def __init__(self, language: str, title: str, made_at: datetime, landscape: bool = False) -> None:
        self.language = language
        self.pdf = FPDF(orientation="landscape" if landscape else "portrait", unit="mm", format="A4")
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        self.pdf.c_margin = 0
        self.pdf.set_title(title)
        self.pdf.set_author("Forum Zero")
        self.pdf.set_lang({"zh": "zh-Hans"}.get(language, language))
        self.pdf.set_creation_date(made_at)
        register_fonts(self.pdf)
        self._widths: dict[tuple[str, float, str, str], float] = {}

    @property
    def width(self) -> float:
        """The sheet's width."""
        return float(self.pdf.w)

    @property
    def height(self) -> float:
        """The sheet's height."""
        return float(self.pdf.h)

    @property
    def serif(self) -> str:
        """The family of titles."""
        return serif_family(self.language)

    def add_page(self) -> None:
        """A new sheet on paper's own colour."""
        self.pdf.add_page()

    def bytes(self) -> bytes:
        """The document."""
        return bytes(self.pdf.output())

    def measure(self, text: str, size: float, style: str = "", family: str = "sans") -> float:
        """How wide words are; they become the font."""
        self.pdf.set_font(family, style, size)
        key = (text, size, style, family)
        if key not in self._widths:
            self._widths[key] = float(self.pdf.get_string_width(text))
        return self._widths[key]

    def cut(self, text: str, room: float, size: float, style: str = "") -> str:
        """``text``, or as much of it as has room, with … after it."""
        if self.measure(text, size, style) <= room:
            return text
        low, high = 0, len(text)
        while high - low > 1:
            middle = (low + high) // 2
            fits = self.measure(text[:middle] + "…", size, style) <= room
            low, high = (middle, high) if fits else (low, middle)
        return text[:low].rstrip() + "…"

    def text(
        self, x: float, y: float, text: str, size: float = 9.5, colour: str = "ink", style: str = "",
        family: str = "sans", align: str = "L", room: float = 0.0,
    ) -> float:  # fmt: skip
        """One line; smaller, to two thirds at most, where it exceeds ``room``. Gives where it ends."""
        wide = self.measure(text, size, style, family)
        if room and wide > room:
            size = max(size * 0.66, size * room / wide)
            wide = self.measure(text, size, style, family)
        start = x - {"L": 0.0, "C": wide / 2, "R": wide}[align]
        self.pdf.set_text_color(COLOURS.get(colour, colour))
        # fpdf2 forgets that a fallback font was the last one it named to the page: name ours again
        self.pdf._out(f"BT /F{self.pdf.current_font.i} {self.pdf.font_size_pt:.2f} Tf ET")
        self.pdf.set_xy(start, y - 0.8 * size * MM_A_POINT)
        self.pdf.cell(wide, size * MM_A_POINT, text)
        return start + wide

    def wrapped(self, text: str, room: float, size: float, style: str = "", family: str = "sans") -> list[str]:
        """The lines of words within ``room``: broken between words, between Chinese characters but not before closing
        punctuation, and within a word that is longer than a line."""
        lines, used = [""], 0.0
        for token in self._tokens(text, room, size, style, family):
            wide = self.measure(token, size, style, family)
            if used and used + self.measure(token.rstrip(), size, style, family) > room:
                lines.append("")
                used, token = 0.0, token.lstrip()
                wide = self.measure(token, size, style, family)
            lines[-1] += token
            used += wide
        return [line.rstrip() for line in lines]

    def _tokens(self, text: str, room: float, size: float, style: str, family: str) -> list[str]:
        parts: list[str] = []
        for token in _TOKENS.findall(text):
            while self.measure(token.rstrip(), size, style, family) > room and len(token) > 1:
                cut = next(n for n in range(len(token) - 1, 0, -1)
                           if n == 1 or self.measure(token[:n], size, style, family) <= room)  # fmt: skip
                parts.append(token[:cut])
                token = token[cut:]
            parts.append(token)
        return parts

    def paragraph(
        self, x: float, y: float, text: str, room: float, size: float = 9.5, colour: str = "ink", style: str = "",
        family: str = "sans", leading: float = 1.45,
    ) -> float:  # fmt: skip
        """Wrapped words from the baseline ``y`` on; gives the baseline after the last line."""
        for line in self.wrapped(text, room, size, style, family):
            self.text(x, y, line, size, colour, style, family)
            y += size * leading * MM_A_POINT
        return y

    def rule(self, x: float, y: float, to_x: float, colour: str = "line", width: float = 0.2) -> None:
        """A hairline."""
        self.pdf.set_draw_color(COLOURS[colour])
        self.pdf.set_line_width(width)
        self.pdf.line(x, y, to_x, y)

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A ground for words."""
        self.pdf.set_fill_color(COLOURS[colour])
        self.pdf.rect(x, y, width, height, style="F")

    def logo(self, x: float, y: float, brand: str) -> None:
        """The ring and the name after it; ``x``, ``y`` are the ring's left and its middle."""
        for start, end, colour, push in ((56, 360, "jade", 0.0), (13, 43, "amber", 0.5)):
            around = (x + 3.4 + push * math.sin(math.radians(28)), y - push * math.cos(math.radians(28)))
            self.pdf.set_fill_color(COLOURS[colour])
            self.pdf.polygon(_ring_piece(around, 3.4, 2.0, start, end), style="F")
        self.text(x + 9.4, y + 1.45, brand, 12, style="B")

    def notice(self, x: float, y: float, to_x: float, tag: str, words: str) -> float:
        """A strip that says what is not real; gives where it ends."""
        size = 8.6
        inner = self.measure(tag, size, "B") + 7.5
        lines = self.wrapped(words, to_x - x - inner - 5, size)
        height = 3.4 + len(lines) * 4.3
        self.box(x, y, to_x - x, height, "seal-wash")
        self.text(x + 3, y + 5.3, tag, size, "seal-ink", "B")
        for i, line in enumerate(lines):
            self.text(x + inner, y + 5.3 + 4.3 * i, line, size, "seal-ink")
        return y + height

    def across(self, words: str) -> None:
        """Words over the whole sheet, in outline."""
        angle = math.degrees(math.atan2(self.height, self.width)) * 0.72
        turned = math.radians(angle)
        room = min((self.width - 24) / math.cos(turned), (self.height - 24) / math.sin(turned), self.width - 8)
        size = min(96.0, 60 * room / self.measure(words, 60, "B"))
        with self.pdf.rotation(angle, self.width / 2, self.height / 2):
            with self.pdf.local_context(text_mode="STROKE", line_width=0.3, draw_color=WATERMARK):
                self.text(self.width / 2, self.height / 2 + size * 0.13, words, size, WATERMARK, "B", align="C")


def _ring_piece(
    around: Sequence[float], outer: float, inner: float, start: float, end: float
) -> list[tuple[float, float]]:  # fmt: skip
    """A piece of a ring, degrees clockwise from 12."""
    count = max(2, int((end - start) / 4) + 1)
    angles = [math.radians(start + (end - start) * i / (count - 1)) for i in range(count)]
    x, y = around
    outside = [(x + outer * math.sin(a), y - outer * math.cos(a)) for a in angles]
    return outside + [(x + inner * math.sin(a), y - inner * math.cos(a)) for a in reversed(angles)]
