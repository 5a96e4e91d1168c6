"""The poster of an event, A4 or A3: the code within the ring, what it is for, and the notice of test events.

Lengths are millimetres of A4; A3 is the same drawing, larger by the root of two.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

from fpdf import FPDF

from events import Event
from locales import pick, translate
from offsetting import claims
from pages._parts.palette import palette
from pages._parts.pdf_fonts import register_fonts, serif_family
from pages._parts.qr import QUIET_MODULES, matrix

WIDTH, HEIGHT = 210.0, 297.0
SCALES = {"A4": 1.0, "A3": math.sqrt(2)}
CENTRE, OUTER, STROKE = (105.0, 152.0), 79.0, 11.0
CODE_SIDE = 100.0
MARGIN = 18.0
POINTS_PER_MM = 72 / 25.4


def poster_pdf(event: Event, language: str, size: str, link: str, days: str) -> bytes:
    """The PDF's bytes; ``size`` A4 or A3, ``link`` what the code leads to, ``days`` the event's days as text."""
    sheet = _Sheet(SCALES[size], size, language)
    top = _notice(sheet, event) if not event.livemode else 0.0
    _head(sheet, event, days, top)
    _ring(sheet)
    _code(sheet, link)
    _words(sheet, event, link)
    return sheet.bytes_of(event)


class _Sheet:
    """A page with the strokes and letters a poster needs; millimetres of A4, y down."""

    def __init__(self, scale: float, size: str, language: str) -> None:
        self.scale, self.language, self.colours = scale, language, palette("light")
        self.pdf = FPDF(orientation="portrait", unit="mm", format=size)
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        self.pdf.c_margin = 0
        self.pdf.add_page()
        register_fonts(self.pdf)

    def bytes_of(self, event: Event) -> bytes:
        self.pdf.set_title(f"{pick(dict(event.names), self.language)} · Forum Zero")
        self.pdf.set_author("Forum Zero")
        self.pdf.set_lang({"zh": "zh-Hans"}.get(self.language, self.language))
        self.pdf.set_creation_date(datetime(2000, 1, 1, tzinfo=UTC))
        return bytes(self.pdf.output())

    def fill(self, colour: str) -> None:
        self.pdf.set_fill_color(colour)

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self.fill(colour)
        self.pdf.rect(x * self.scale, y * self.scale, width * self.scale, height * self.scale, style="F")

    def shape(self, points: list[tuple[float, float]], colour: str) -> None:
        self.fill(colour)
        self.pdf.set_line_width(0)
        self.pdf.polygon([(x * self.scale, y * self.scale) for x, y in points], style="F")

    def lines(
        self, y: float, text: str, size_mm: float, colour: str, family: str = "sans", style: str = "",
        lead: float = 1.25, most: int = 3,
    ) -> float:  # fmt: skip
        """Centred lines between the margins from ``y`` down, smaller where they would be more than ``most``; the new y.
        Words between ``**`` are bold."""
        room = (WIDTH - 2 * MARGIN) * self.scale
        self.pdf.set_text_color(colour)
        while True:
            self.pdf.set_font(family, style, size_mm * self.scale * POINTS_PER_MM)
            height = size_mm * lead * self.scale
            given = {"align": "C", "markdown": "**" in text}
            found = self.pdf.multi_cell(room, height, text, dry_run=True, output="LINES", **given)
            if len(found) <= most or size_mm < 3:
                break
            size_mm *= 0.94
        self.pdf.set_xy(MARGIN * self.scale, y * self.scale)
        self.pdf.multi_cell(room, height, text, **given)
        return y + len(found) * size_mm * lead


def _notice(sheet: _Sheet, event: Event) -> float:
    """The strip of test events; its height."""
    own = pick(dict(event.texts.get("notice") or {}), sheet.language)
    words = own or translate(
        sheet.language,
        "Independent demonstration. Attendance, trips, batches and prices are made up; endorsed by nobody.",
    )
    sheet.box(0, 0, WIDTH, 13, sheet.colours["seal-wash"])
    tag = translate(sheet.language, "Test event")
    sheet.lines(4.2, f"**{tag}**  ·  {words}", 3.6, sheet.colours["seal-ink"], most=1)
    return 13.0


def _head(sheet: _Sheet, event: Event, days: str, top: float) -> None:
    ink, second = sheet.colours["ink"], sheet.colours["ink-2"]
    name = pick(dict(event.names), sheet.language)
    y = sheet.lines(top + 13, name, 10.5, ink, serif_family(sheet.language), lead=1.2, most=2)
    sheet.lines(y + 2.5, f"{pick(dict(event.place.names), sheet.language)} · {days}", 5, second, most=1)


def _ring(sheet: _Sheet) -> None:
    """The ring that is about to close, around the code."""
    sheet.shape(_sector(56, 360, 0.0), sheet.colours["jade"])
    sheet.shape(_sector(13, 43, 5.6), sheet.colours["amber"])


def _sector(start: float, end: float, push: float) -> list[tuple[float, float]]:
    """A piece of the ring as a polygon, pushed out along its middle."""
    middle = math.radians((start + end) / 2)
    x0, y0 = CENTRE[0] + push * math.sin(middle), CENTRE[1] - push * math.cos(middle)
    count = max(8, int((end - start) / 1.5))
    angles = [math.radians(start + (end - start) * i / count) for i in range(count + 1)]
    outer = [(x0 + OUTER * math.sin(a), y0 - OUTER * math.cos(a)) for a in angles]
    inner = [(x0 + (OUTER - STROKE) * math.sin(a), y0 - (OUTER - STROKE) * math.cos(a)) for a in reversed(angles)]
    return outer + inner


def _code(sheet: _Sheet, link: str) -> None:
    """The code in the middle of the ring, its quiet zone inside CODE_SIDE."""
    rows = matrix(link)
    module = CODE_SIDE / (len(rows) + 2 * QUIET_MODULES)
    left, top = CENTRE[0] - CODE_SIDE / 2, CENTRE[1] - CODE_SIDE / 2
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                at = (left + (x + QUIET_MODULES) * module, top + (y + QUIET_MODULES) * module)
                sheet.box(*at, (end - x) * module, module * 1.002, sheet.colours["ink"])
            x = max(end, x + 1)


def _words(sheet: _Sheet, event: Event, link: str) -> None:
    facts = {
        "jurisdiction": event.jurisdiction,
        "livemode": event.livemode,
        "subject": claims.subject_of(event.scenario),
    }
    heading = claims.say("poster.heading", sheet.language, **facts)
    body = claims.say("poster.body", sheet.language, **facts)
    y = sheet.lines(239, heading, 11, sheet.colours["ink"], style="B", lead=1.2, most=1)
    y = sheet.lines(y + 2.5, body, 4.6, sheet.colours["ink-2"], lead=1.4, most=3)
    sheet.lines(min(y + 3, 283), link.split("://", 1)[-1], 4.6, sheet.colours["jade-ink"], style="B", most=1)
