"""The certificate as a picture to share, 1080 × 1350, on the ink ground of the share card."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from offsetting.certificate_view import CertificateView
from pages._parts import qr, rosette
from pages._parts.palette import GOLD, palette
from pages._parts.pdf_fonts import FONT_DIR
from pages.documents._certificate_words import CertificateWords, lines_of_title, words_of

WIDTH, HEIGHT, FINE = 1080, 1350, 2  # drawn twice as fine, then halved
MARGIN = 84
CENTRE, HALF = (540.0, 420.0), 330.0
INK = palette("dark")["sunk"]
COLOURS = palette("dark")
_SCRIPTS = re.compile(
    r"[\u0900-\u097f\u200c\u200d]+|[\u2e80-\u9fff\uff00-\uffef]+|[^\u0900-\u097f\u2e80-\u9fff\uff00-\uffef]+"
)
_FILES = {
    ("sans", "latin"): "NotoSans-Regular.ttf", ("sans", "han"): "NotoSansSC-Regular.otf",
    ("sans", "deva"): "NotoSansDevanagari-Regular.ttf", ("bold", "latin"): "NotoSans-Bold.ttf",
    ("bold", "han"): "NotoSansSC-Bold.otf", ("bold", "deva"): "NotoSansDevanagari-Bold.ttf",
    ("serif", "latin"): "SourceSerif4-SemiBold.ttf", ("serif", "han"): "NotoSerifSC-Bold.otf",
    ("serif", "deva"): "NotoSerifDevanagari-SemiBold.ttf",
}  # fmt: skip


def certificate_png(view: CertificateView, language: str) -> bytes:
    """The PNG's bytes."""
    words = words_of(view, language)
    picture = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), INK)
    draw = ImageDraw.Draw(picture)
    draw_bands(draw, view)
    draw_ring(picture, view)
    pen = Pen(draw)
    draw_middle(pen, words)
    draw_logo(draw, pen, words)
    _titles(pen, words)
    draw_foot(picture, pen, words)
    if words.stamp:
        draw_stamp(picture, words.stamp)
    return encoded(picture)


def encoded(picture: Image.Image) -> bytes:
    small = picture.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    file = io.BytesIO()
    small.quantize(256, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


@lru_cache(maxsize=96)
def _font(voice: str, script: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT_DIR / _FILES[voice, script]), size)


def _script(text: str) -> str:
    if "\u0900" <= text[0] <= "\u097f" or text[0] in "\u200c\u200d":
        return "deva"
    return "han" if text[0] >= "\u2e80" else "latin"


class Pen:
    """Writes words in the fonts their scripts need; lengths in pixels of the finished picture."""

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self.draw = draw

    def width(self, text: str, size: float, voice: str) -> float:
        pieces = _SCRIPTS.findall(text)
        return sum(float(_font(voice, _script(p), round(size * FINE)).getlength(p)) for p in pieces) / FINE

    def text(
        self, x: float, base: float, text: str, size: float, colour: str, voice: str = "sans", align: str = "l",
        room: float = 0.0,
    ) -> float:  # fmt: skip
        """Words with their baseline at ``base``, smaller where they exceed ``room``; returns where they end."""
        wide = self.width(text, size, voice)
        if room and wide > room:
            size, wide = size * room / wide, room
        at = x - {"l": 0.0, "m": wide / 2, "r": wide}[align]
        for piece in _SCRIPTS.findall(text):
            font = _font(voice, _script(piece), round(size * FINE))
            self.draw.text((at * FINE, base * FINE), piece, font=font, fill=colour, anchor="ls")
            at += float(font.getlength(piece)) / FINE
        return at


def draw_bands(draw: ImageDraw.ImageDraw, view: CertificateView) -> None:
    curves = [rosette.curve(band, j, 260) for band in rosette.bands(view.number) for j in (0, 1)]
    for i, points in enumerate(curves):
        placed = (points * HALF + CENTRE) * FINE
        colour = (COLOURS["jade-ink"], GOLD["dark"])[i % 2]
        draw.line([(float(x), float(y)) for x, y in placed], fill=colour, width=2, joint="curve")


def draw_ring(picture: Image.Image, view: CertificateView) -> None:
    turn = 360 * view.share_bp / 10_000 if view.state != "revoked" else 0.0
    gap = 0.0 if turn > 359.9 or turn < 1 else 1.1
    draw = ImageDraw.Draw(picture)
    if turn < 359.9:
        draw.bitmap((0, 0), _sector(turn + gap, 360 - gap), fill=COLOURS["track"])
    if turn < 1:
        return
    mask = _sector(gap, turn - gap)
    if view.state == "retired":
        draw.bitmap((0, 0), mask, fill=COLOURS["jade"])
    else:
        picture.paste(_hatch(picture.size, 17 * FINE), (0, 0), mask)
    if view.is_partly_retired:
        done = gap + (turn - 2 * gap) * view.retired_g / view.grams
        draw.bitmap((0, 0), _sector(gap, done), fill=COLOURS["jade"])
    if view.extra_g:
        over = min(360.0, 360 * view.extra_g / max(1, view.emitted_g))
        box = _box(HALF * (rosette.RING_OUTER + 0.045))
        draw.arc(box, -90, -90 + over, fill=COLOURS["sky"], width=5 * FINE)


def _box(radius: float) -> tuple[float, float, float, float]:
    (x, y), r = CENTRE, radius
    return (x - r) * FINE, (y - r) * FINE, (x + r) * FINE, (y + r) * FINE


def _sector(start: float, end: float) -> Image.Image:
    mask = Image.new("L", (WIDTH * FINE, HEIGHT * FINE), 0)
    draw = ImageDraw.Draw(mask)
    draw.pieslice(_box(HALF * rosette.RING_OUTER), start - 90, end - 90, fill=255)
    draw.ellipse(_box(HALF * rosette.RING_INNER), fill=0)
    return mask


def _hatch(size: tuple[int, int], period: int) -> Image.Image:
    """Stripes at 45°, 30 % of the period, over the whole size."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    across = ((x + y) / math.sqrt(2)) % period < 0.3 * period
    rgb = [np.array([int(COLOURS[name][i : i + 2], 16) for i in (1, 3, 5)], np.uint8) for name in ("hatch", "amber")]
    return Image.fromarray(np.where(across[..., None], rgb[0], rgb[1]), "RGB")


def draw_middle(pen: Pen, words: CertificateWords) -> None:
    size = 78.0
    wide = pen.width(words.percent, size, "bold") + 6 + pen.width("%", size * 0.5, "sans")
    base = CENTRE[1] + 14
    end = pen.text(CENTRE[0] - wide / 2, base, words.percent, size, COLOURS["ink"], "bold")
    pen.text(end + 6, base, "%", size * 0.5, COLOURS["ink-2"])
    pen.text(CENTRE[0], base + 46, words.state_word, 27, _state_colour(words), "bold", "m", room=186)


def _state_colour(words: CertificateWords) -> str:
    return COLOURS[{"reserved": "amber-ink", "retired": "jade-ink"}.get(words.state, "seal-ink")]


def draw_logo(draw: ImageDraw.ImageDraw, pen: Pen, words: CertificateWords) -> None:
    x, y, outer, inner = 64 + 22.0, 62 + 22.0, 20.0, 11.6
    for start, end, name, push in ((56, 360, "jade", 0.0), (13, 43, "amber", 3.0)):
        middle = math.radians(28)
        cx, cy = x + push * math.sin(middle), y - push * math.cos(middle)
        angles = np.radians(np.linspace(start, end, 120))
        rim = [(cx + outer * math.sin(a), cy - outer * math.cos(a)) for a in angles]
        rim += [(cx + inner * math.sin(a), cy - inner * math.cos(a)) for a in angles[::-1]]
        draw.polygon([(px * FINE, py * FINE) for px, py in rim], fill=COLOURS[name])
    pen.text(x + 34, y + 10, words.brand, 30, COLOURS["ink"], "bold")


def _titles(pen: Pen, words: CertificateWords) -> None:
    chinese = words.language == "zh"
    lines = lines_of_title(words.title, words.language)
    size, leading, base = (86.0, 100.0, 874.0) if chinese else (70.0, 80.0, 844.0)
    for line in lines:
        pen.text(WIDTH / 2, base, line, size, COLOURS["ink"], "serif", "m", room=WIDTH - 2 * MARGIN)
        base += leading
    base += -leading + (68 if chinese else 62)
    for line in _two_lines(pen, words.event, 35, WIDTH - 2 * MARGIN):
        pen.text(WIDTH / 2, base, line, 35, COLOURS["ink-2"], "sans", "m", room=WIDTH - 2 * MARGIN)
        base += 46
    pen.text(WIDTH / 2, base + 2, words.where_when, 33, COLOURS["ink-2"], "sans", "m", room=WIDTH - 2 * MARGIN)


def _two_lines(pen: Pen, text: str, size: float, room: float) -> Sequence[str]:
    if pen.width(text, size, "sans") <= room or " " not in text:
        return [text]
    return lines_of_title(text, "en")


def draw_foot(picture: Image.Image, pen: Pen, words: CertificateWords) -> None:
    top, side = 1086, 184
    draw = pen.draw
    draw.line(
        ((MARGIN * FINE, top * FINE), ((WIDTH - MARGIN) * FINE, top * FINE)), fill=COLOURS["line-strong"], width=FINE
    )
    end = pen.text(MARGIN, top + 84, words.mass_number, 62, COLOURS["ink"], "bold")
    pen.text(end + 9, top + 84, words.mass_unit, 34, COLOURS["ink-2"])
    _swatch(picture, words.state, MARGIN, top + 117)
    room = WIDTH - 2 * MARGIN - side - 70
    pen.text(MARGIN + 42, top + 142, words.state_line, 33, _state_colour(words), "bold", room=room)
    if words.parted:
        pen.text(MARGIN + 42, top + 182, words.parted, 26, COLOURS["ink-2"], room=room)
    pen.text(MARGIN, top + (226 if words.parted else 192), words.rows[0][1], 28, COLOURS["ink-2"])
    _code(picture, words.check_url, WIDTH - MARGIN - side, top + 34, side)


def _swatch(picture: Image.Image, state: str, x: int, y: int) -> None:
    side = 28 * FINE
    box = (x * FINE, y * FINE, x * FINE + side, y * FINE + side)
    draw = ImageDraw.Draw(picture)
    if state == "reserved":
        mask = Image.new("L", (side, side), 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, side - 1, side - 1), 5 * FINE, fill=255)
        picture.paste(_hatch((side, side), 10 * FINE), (x * FINE, y * FINE), mask)
    elif state == "retired":
        draw.rounded_rectangle(box, 5 * FINE, fill=COLOURS["jade"])
    else:
        draw.rounded_rectangle(box, 5 * FINE, outline=COLOURS["seal"], width=3 * FINE)
        draw.line((box[0], box[3], box[2], box[1]), fill=COLOURS["seal"], width=3 * FINE)


def _code(picture: Image.Image, url: str, x: int, y: int, side: int) -> None:
    rows = qr.matrix(url)
    module = (side - 24) * FINE // len(rows)
    edge = (side * FINE - module * len(rows)) // 2
    draw = ImageDraw.Draw(picture)
    left, top = x * FINE, y * FINE
    draw.rounded_rectangle((left, top, left + side * FINE, top + side * FINE), 16 * FINE, fill=qr.PAPER)
    for i, row in enumerate(rows):
        for j, dark in enumerate(row):
            if dark:
                corner = (left + edge + j * module, top + edge + i * module)
                draw.rectangle((*corner, corner[0] + module - 1, corner[1] + module - 1), fill=qr.INK)


def draw_stamp(picture: Image.Image, words: str) -> None:
    size, pad = 34, 18
    wide = Pen(ImageDraw.Draw(picture)).width(words, size, "bold")
    box = Image.new("RGBA", (round(wide + 2 * pad) * FINE, 62 * FINE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(box)
    edge = (3 * FINE, 3 * FINE, box.width - 3 * FINE, box.height - 3 * FINE)
    draw.rounded_rectangle(edge, 10 * FINE, outline=COLOURS["seal"], width=4 * FINE, fill=INK)
    Pen(draw).text(pad, 43, words, size, COLOURS["seal"], "bold")
    turned = box.rotate(-8, expand=True, resample=Image.Resampling.BICUBIC)
    picture.paste(turned, ((WIDTH - 56) * FINE - turned.width, 52 * FINE), turned)
