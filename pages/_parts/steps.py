"""Through the day: emitted as a line with its band, covered from zero: retired in steps, reserved hatched above."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from locales import formats as f
from pages._parts.palette import Theme, palette
from pages._parts.svg import element, fmt, hatch, svg, text

LEFT, RIGHT, TOP, BOTTOM = 34.0, 100.0, 8.0, 24.0
HAIRLINES = 3


@dataclass(frozen=True, slots=True)
class Moment:
    """The event's totals at a time (seconds of any clock), masses in grams; sorted by time."""

    at_s: float
    emitted_g: int
    low_g: int
    high_g: int
    retired_g: int
    reserved_g: int


@dataclass(frozen=True, slots=True)
class StepWords:
    """The names beside the lines, in the person's language."""

    emitted: str
    retired: str
    reserved: str


def steps(
    moments: Sequence[Moment],
    words: StepWords,
    ticks: Sequence[tuple[float, str]],
    *,
    width: float = 452,
    height: float = 196,
    theme: Theme = "light",
    language: str | None = None,
    alt: str = "",
) -> str:
    """The chart as SVG; ``ticks`` are (seconds, label) of the time axis. Without moments, the axes alone."""
    unit, top = _scale(moments)
    frame = _Frame(moments, top * f.GRAMS_PER[unit], width, height)
    body = _grid(frame, top, unit, ticks, theme, language)
    if moments:
        body += _areas(frame, moments, theme) + _names(frame, moments[-1], words, unit, theme, language)
    return svg(body, width, height, alt or steps_sentence(moments, words, language))


def steps_sentence(moments: Sequence[Moment], words: StepWords, language: str | None = None) -> str:
    """The last figures in words."""
    if not moments:
        return ""
    last = moments[-1]
    pairs = ((words.emitted, last.emitted_g), (words.reserved, last.reserved_g), (words.retired, last.retired_g))
    return "; ".join(f"{name} {f.mass_text(grams, language)}" for name, grams in pairs)


class _Frame:
    """From seconds and grams to px."""

    def __init__(self, moments: Sequence[Moment], top_g: float, width: float, height: float) -> None:
        self.first = moments[0].at_s if moments else 0.0
        self.span = (moments[-1].at_s - self.first if moments else 0.0) or 1.0
        self.top_g, self.right, self.floor, self.height = top_g, width - RIGHT, height - BOTTOM, height

    def x(self, at_s: float) -> float:
        return LEFT + (self.right - LEFT) * (at_s - self.first) / self.span

    def y(self, grams: float) -> float:
        return self.floor - (self.floor - TOP) * grams / self.top_g


def _scale(moments: Sequence[Moment]) -> tuple[str, float]:
    """(unit, top of the axis in it): at most three steps of 1, 2 or 5 times a power of ten."""
    largest = max((max(m.high_g, m.emitted_g, m.retired_g + m.reserved_g) for m in moments), default=1_000_000)
    unit = "t" if largest >= f.LEAST_TONNE_G else "kg"
    value = max(largest / f.GRAMS_PER[unit], 1e-6)
    return unit, value * 1.02


def _step(top: float) -> float:
    power = 10 ** math.floor(math.log10(top / HAIRLINES))
    return next(m * power for m in (1, 2, 5, 10) if top / (m * power) < HAIRLINES)


def _grid(
    frame: _Frame, top: float, unit: str, ticks: Sequence[tuple[float, str]], theme: Theme, language: str | None
) -> str:
    colours, step = palette(theme), _step(top)
    decimals = max(0, -math.floor(math.log10(step)))
    look = {"font_size": "11.5", "fill": colours["ink-3"], "style": "font-variant-numeric:tabular-nums"}
    body = ""
    for i in range(HAIRLINES + 1):
        if i * step > top:
            break
        y = frame.y(i * step * f.GRAMS_PER[unit])
        body += element("path", d=f"M{LEFT:g} {fmt(y)}H{fmt(frame.right)}", stroke=colours["line"], stroke_width="1")
        body += text(LEFT - 6, y + 4, f.number(i * step, decimals, language), text_anchor="end", **look)
    for at_s, label in ticks:
        if frame.first <= at_s <= frame.first + frame.span:
            body += text(frame.x(at_s), frame.height - 6, label, text_anchor="middle", **look)
    return body


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{fmt(x, 1)} {fmt(y, 1)}" for x, y in points)


def _areas(frame: _Frame, moments: Sequence[Moment], theme: Theme) -> str:
    colours = palette(theme)
    xs = [frame.x(m.at_s) for m in moments]
    low = [(x, frame.y(m.low_g)) for x, m in zip(xs, moments, strict=True)]
    high = [(x, frame.y(m.high_g)) for x, m in zip(xs, moments, strict=True)]
    emitted = [(x, frame.y(m.emitted_g)) for x, m in zip(xs, moments, strict=True)]
    retired = _stairs(xs, [frame.y(m.retired_g) for m in moments])
    covered = [(x, frame.y(m.retired_g + m.reserved_g)) for x, m in zip(xs, moments, strict=True)]
    definition, fill = hatch(theme)
    body = element("path", d=_line([*high, *reversed(low)]) + "z", fill=colours["ink"], opacity=".09")
    body += definition + element(
        "path", d=_line([*covered, *reversed(retired)]) + "z", fill=fill, stroke=colours["hatch"], stroke_width="1"
    )
    floor = [(xs[-1], frame.floor), (xs[0], frame.floor)]
    body += element("path", d=_line([*retired, *floor]) + "z", fill=colours["jade"])
    return body + element(
        "path", d=_line(emitted), fill="none", stroke=colours["graphite"], stroke_width="2.2", stroke_linejoin="round"
    )


def _stairs(xs: Sequence[float], ys: Sequence[float]) -> list[tuple[float, float]]:
    points = [(xs[0], ys[0])]
    for i in range(1, len(xs)):
        if ys[i] != ys[i - 1]:
            points.append((xs[i], ys[i - 1]))
        points.append((xs[i], ys[i]))
    return points


def _names(frame: _Frame, last: Moment, words: StepWords, unit: str, theme: Theme, language: str | None) -> str:
    colours, x = palette(theme), frame.right + 9
    rows = [
        (frame.y(last.emitted_g), words.emitted, last.emitted_g, "ink-2"),
        (frame.y(last.retired_g + last.reserved_g / 2), words.reserved, last.reserved_g, "amber-ink"),
        (frame.y(last.retired_g / 2), words.retired, last.retired_g, "jade-ink"),
    ]
    body = ""
    for at, (_, name, grams, colour) in zip(
        _spread([row[0] for row in rows], 34, 12, frame.floor - 16), rows, strict=True
    ):
        body += text(x, at, name, font_size="12.5", font_weight="650", fill=colours[colour])
        body += text(x, at + 15, f.mass_text(grams, language, unit), font_size="12.5", fill=colours["ink"])
    return body


def _spread(wanted: Sequence[float], least: float, top: float, bottom: float) -> list[float]:
    """Heights near the ``wanted`` (rising) ones, ``least`` apart, within top and bottom."""
    heights: list[float] = []
    for height in wanted:
        heights.append(max(height, top, heights[-1] + least if heights else top))
    for i in range(len(heights) - 1, -1, -1):
        heights[i] = min(heights[i], bottom if i == len(heights) - 1 else heights[i + 1] - least)
    return heights
