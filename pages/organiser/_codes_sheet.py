"""What is drawn of printed codes, before it is a PDF or an SVG: boxes, shapes, lines of letters, pictures, codes.

Lengths are millimetres, y down. A canvas is a place on a sheet with its own scale, so that a drawing is made once for
A4 and printed as A1, or twelve times on one sheet.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pages._parts.qr import QUIET_MODULES, matrix
from pages._parts.rosette import bands, curve
from pages.organiser._codes_type import Voice, fitted, width

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled polygon."""

    points: tuple[Point, ...]
    colour: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, ``width`` mm wide."""

    points: tuple[Point, ...]
    width: float
    colour: str


@dataclass(frozen=True, slots=True)
class Letters:
    """A line of text that begins at ``x`` on the baseline ``y``."""

    x: float
    y: float
    text: str
    size: float
    voice: Voice
    colour: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture (PNG or JPEG) in its frame."""

    x: float
    y: float
    width: float
    height: float
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Modules:
    """The dark modules of a code: rows of (x, y, width) of one height."""

    runs: tuple[tuple[float, float, float], ...]
    module: float
    colour: str


Item = Box | Shape | Line | Letters | Picture | Modules


@dataclass(slots=True)
class Sheet:
    """A page of ``width`` × ``height`` mm and what stands on it; a document may have several."""

    width: float
    height: float
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Canvas:
    """A place on a sheet: ``width`` × ``height`` in its own millimetres, drawn ``scale``-fold at ``left``, ``top``."""

    sheet: Sheet
    width: float
    height: float
    left: float = 0.0
    top: float = 0.0
    scale: float = 1.0

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self.sheet.items.append(Box(*self._at(x, y), width * self.scale, height * self.scale, colour))

    def shape(self, points: Sequence[Point], colour: str) -> None:
        self.sheet.items.append(Shape(tuple(self._at(x, y) for x, y in points), colour))

    def picture(self, x: float, y: float, width: float, height: float, content: bytes, media_type: str) -> None:
        size = (width * self.scale, height * self.scale)
        self.sheet.items.append(Picture(*self._at(x, y), *size, content, media_type))

    def text(
        self, x: float, y: float, room: float, words: str, size: float, colour: str, voice: Voice | None = None,
        lead: float = 1.25, most: int = 2, centred: bool = True,
    ) -> float:  # fmt: skip
        """Lines from ``y`` down in the room from ``x`` on, smaller where they would be more than ``most``; where they
        end."""
        own = voice or Voice()
        lines, now = fitted(words, room, size, own, most)
        for i, line in enumerate(lines):
            left = x + (room - width(line, now, own)) / 2 if centred else x
            base = y + (i * lead + 0.5 * lead + 0.32) * now
            self.sheet.items.append(Letters(*self._at(left, base), line, now * self.scale, own, colour))
        return y + len(lines) * now * lead

    def code(self, x: float, y: float, side: float, link: str, colour: str) -> float:
        """The code in a square with its quiet zone; how wide its dark part is, in millimetres of the paper."""
        rows = matrix(link)
        module = side / (len(rows) + 2 * QUIET_MODULES)
        self.box(x, y, side, side, "#ffffff")
        runs = []
        for row_no, row in enumerate(rows):
            for start, length in _runs(row):
                at = self._at(x + (start + QUIET_MODULES) * module, y + (row_no + QUIET_MODULES) * module)
                runs.append((*at, length * module * self.scale))
        self.sheet.items.append(Modules(tuple(runs), module * self.scale, colour))
        return module * len(rows) * self.scale

    def ring(self, centre: Point, outer: float, stroke: float, full: str, still: str) -> None:
        """The ring that is about to close: one long piece and a short one pushed out a little."""
        self.shape(_sector(centre, outer, stroke, 56, 360, 0.0), full)
        self.shape(_sector(centre, outer, stroke, 13, 43, outer * 0.07), still)

    def rosette(self, centre: Point, radius: float, seed: str, colour: str, points_a_turn: int, width: float) -> None:
        """The fine lines of a seal, the event's own by ``seed``."""
        for band in bands(seed):
            for j in (0, 1):
                found = curve(band, j, points_a_turn) * radius + np.array(centre)
                points = tuple(self._at(float(x), float(y)) for x, y in found)
                self.sheet.items.append(Line(points, width * self.scale, colour))

    def cut_marks(self, length: float = 4.0, gap: float = 1.0, colour: str = "#5b6661") -> None:
        """Where to cut: short hairlines outside each corner."""
        thin = 0.1 / self.scale
        for x in (0.0, self.width):
            out = -gap - length if x == 0 else gap
            for y in (0.0, self.height):
                self.box(x + out, y - thin / 2, length, thin, colour)
                up = -gap - length if y == 0 else gap
                self.box(x - thin / 2, y + up, thin, length, colour)

    def _at(self, x: float, y: float) -> Point:
        return self.left + x * self.scale, self.top + y * self.scale


def _runs(row: Sequence[bool]) -> list[tuple[int, int]]:
    runs, x = [], 0
    while x < len(row):
        end = x
        while end < len(row) and row[end]:
            end += 1
        if end > x:
            runs.append((x, end - x))
        x = max(end, x + 1)
    return runs


def _sector(centre: Point, outer: float, stroke: float, start: float, end: float, push: float) -> list[Point]:
    """A piece of a ring as a polygon, in degrees from the top, pushed out along its middle."""
    middle = math.radians((start + end) / 2)
    x0, y0 = centre[0] + push * math.sin(middle), centre[1] - push * math.cos(middle)
    count = max(8, int((end - start) / 1.5))
    angles = [math.radians(start + (end - start) * i / count) for i in range(count + 1)]
    far = [(x0 + outer * math.sin(a), y0 - outer * math.cos(a)) for a in angles]
    near = [(x0 + (outer - stroke) * math.sin(a), y0 - (outer - stroke) * math.cos(a)) for a in reversed(angles)]
    return far + near
