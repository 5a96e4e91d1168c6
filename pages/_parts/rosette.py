"""The rosette of a certificate: two guilloche bands drawn from its number alone (VISUAL, "Rosette of the certificate").

Anyone can draw it again from the number; in its middle stands the ring of what the certificate covers.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import numpy as np

from pages._parts.palette import GOLD, Theme, palette
from pages._parts.svg import element, fmt, hatch, sector, svg, text

BANDS = ((0.885, 0.100, 53, 97, 7, 11), (0.695, 0.105, 37, 71, 6, 9))  # R, A, p from–to, q from–to
POINTS_A_TURN = 420
RING_OUTER, RING_INNER = 0.48, 0.37  # of the half size


@dataclass(frozen=True, slots=True)
class Band:
    """The figures of one band; angles in radians, radii of the half size 1."""

    radius: float
    amplitude: float
    p: int
    q: int
    m: int
    envelope: float
    phase: float
    shift: float


def bands(number: str) -> tuple[Band, Band]:
    """The two bands of a certificate number, from SHA-256 of ``forum-zero/rosette/1|number``."""
    digest = hashlib.sha256(f"forum-zero/rosette/1|{number}".encode()).digest()
    first, second = (_band(digest[6 * k : 6 * k + 6], *BANDS[k]) for k in (0, 1))
    return first, second


def _band(b: bytes, radius: float, amplitude: float, p0: int, p1: int, q0: int, q1: int) -> Band:
    q = q0 + b[0] % (q1 - q0 + 1)
    p = p0 + b[1] % (p1 - p0 + 1)
    while math.gcd(p, q) != 1:
        p += 1
    envelope, phase, shift = 0.18 + 0.30 * b[3] / 255, 2 * math.pi * b[4] / 256, 0.5 + 0.5 * b[5] / 255
    return Band(radius, amplitude, p, q, 6 + b[2] % 9, envelope, phase, shift)


def curve(band: Band, j: int, points_a_turn: int = POINTS_A_TURN) -> np.ndarray:
    """Closed curve ``j`` (0 or 1) of a band: x and y in −1…1 in columns, clockwise from 12."""
    theta = np.linspace(0, 2 * math.pi * band.q, band.q * points_a_turn + 1)
    swell = (1 - band.envelope) + band.envelope * np.cos(band.m * theta + band.phase)
    wave = np.cos(band.p * theta / band.q + band.phase + j * math.pi * band.shift)
    r = band.radius + band.amplitude * swell * wave
    return np.column_stack((r * np.sin(theta), -r * np.cos(theta)))


@lru_cache(maxsize=64)
def curve_paths(number: str, size: float = 450, points_a_turn: int = POINTS_A_TURN) -> tuple[str, ...]:
    """Path data of the four curves (band 0 j 0, band 0 j 1, band 1 j 0, band 1 j 1), rounded to .1 of a px."""
    return tuple(_path(curve(band, j, points_a_turn), size) for band in bands(number) for j in (0, 1))


def _path(points: np.ndarray, size: float) -> str:
    tenths = np.rint((points + 1) * size * 5).astype(int)
    steps = np.diff(tenths, axis=0)
    x, y = tenths[0]
    return f"M{_tenth(x)} {_tenth(y)}l" + "".join(_joined(dx, dy) for dx, dy in steps[:-1]) + "z"


def _tenth(value: int) -> str:
    whole, rest = divmod(abs(int(value)), 10)
    text_ = f"{whole or ''}.{rest}" if rest else str(whole)
    return f"-{text_}" if value < 0 and text_ != "0" else text_


def _joined(dx: int, dy: int) -> str:
    first, second = _tenth(dx), _tenth(dy)
    lead = "" if first.startswith("-") else " "
    gap = "" if second.startswith("-") or (second.startswith(".") and "." in first) else " "
    return lead + first + gap + second


def lines(number: str, size: float = 450, theme: Theme = "light", points_a_turn: int = POINTS_A_TURN) -> str:
    """The bands alone as SVG elements: line .6 at 450 px, jade-ink and gold by turns."""
    colours = (palette(theme)["jade-ink"], GOLD[theme])
    drawn = "".join(
        element("path", d=path, stroke=colours[i % 2])
        for i, path in enumerate(curve_paths(number, size, points_a_turn))
    )
    return element("g", drawn, fill="none", stroke_width=fmt(0.6 * size / 450), stroke_linejoin="round")


def rosette(
    number: str,
    *,
    state: str = "reserved",
    share: float = 1.0,
    size: float = 450,
    theme: Theme = "light",
    percent: str = "",
    word: str = "",
    points_a_turn: int = POINTS_A_TURN,
) -> str:
    """The whole rosette as SVG, decoration (aria-hidden): say number and state in words beside it.

    ``share`` is what is covered, 0…1; ``state`` reserved (hatched), retired (solid) or revoked (open); ``percent`` and
    ``word`` stand in the middle ("100", "reserved").
    """
    body = lines(number, size, theme, points_a_turn) + _ring(state, share, size, theme)
    return svg(body + _words(percent, word, state, size, theme), size, size)


def backdrop(number: str, size: float = 420, theme: Theme = "dark") -> str:
    """The bands alone, lighter by coarser points, for the hall behind a title (shown at 20 %)."""
    return svg(lines(number, size, theme, 76), size, size)


def _ring(state: str, share: float, size: float, theme: Theme) -> str:
    colours, half = palette(theme), size / 2
    outer, inner, turn = half * RING_OUTER, half * RING_INNER, 360 * min(1.0, max(0.0, share))
    closed = turn >= 359.9
    gap = 0 if closed else 2.2
    drawn = ""
    if not closed or state == "revoked":
        start = 0 if state == "revoked" else turn
        path = (
            sector(half, outer, inner, start + gap / 2, 360 - gap / 2) if start else sector(half, outer, inner, 0, 360)
        )
        drawn += element("path", d=path, fill=colours["track"], fill_rule="evenodd")
    if state == "revoked" or turn <= gap:
        return drawn
    path = sector(half, outer, inner, gap / 2, turn - gap / 2)
    if state == "retired":
        return drawn + element("path", d=path, fill=colours["jade"], fill_rule="evenodd")
    definition, fill = hatch(theme, size / 300)
    edge = {"stroke": colours["hatch"], "stroke_width": fmt(size / 450)}
    return drawn + definition + element("path", d=path, fill=fill, fill_rule="evenodd", **edge)


def _words(percent: str, word: str, state: str, size: float, theme: Theme) -> str:
    if not percent:
        return ""
    colours, half, big = palette(theme), size / 2, size * 0.112
    ink = {"reserved": "amber-ink", "retired": "jade-ink"}.get(state, "ink-2")
    unit = element("tspan", "%", font_size=fmt(big * 0.5), font_weight=450, dx=fmt(big * 0.06), fill=colours["ink-2"])
    drawn = element(
        "text", escape(percent) + unit, x=half, y=half + big * (0.22 if word else 0.36), text_anchor="middle",
        font_size=fmt(big), font_weight=700, fill=colours["ink"],
    )  # fmt: skip
    look = {"font_size": fmt(size * 0.034), "font_weight": 600, "fill": colours[ink], "text_anchor": "middle"}
    return drawn + (text(half, half + big * 0.22 + size * 0.052, word, **look) if word else "")
