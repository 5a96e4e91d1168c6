"""Bars as SVG: emissions by category with whiskers, and where a value stands within its range and beside other models.

Masses in grams, sizes in px. Numbers are set by locales.formats in the language asked for; one unit a chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from locales import formats as f
from pages._parts.palette import Theme, palette
from pages._parts.svg import element, svg, text

ROW_PX = 27.6
CHARACTER_PX = 8.4  # of the bold 13 px digits, in wide system fonts
RANGE_CHARACTER_PX = 7.2


@dataclass(frozen=True, slots=True)
class BarRow:
    """A bar: ``key`` is a category's colour (any other token, as graphite, too), ``label`` what it is called."""

    key: str
    label: str
    value_g: int
    low_g: int | None = None
    high_g: int | None = None


def category_bars(
    rows: Sequence[BarRow],
    *,
    language: str | None = None,
    width: float = 446,
    label_width: float = 108,
    theme: Theme = "light",
    alt: str = "",
    row_height: float = ROW_PX,
) -> str:
    """Horizontal bars in the order given, number and range beside, whisker from low to high."""
    unit = f.mass_unit(sum(row.value_g for row in rows))
    numbers, _ = f.mass_parts([row.value_g for row in rows], language, unit)
    ranges = [_range(row, language, unit) for row in rows]
    longest = max((_width(n, r) for n, r in zip(numbers, ranges, strict=True)), default=0.0)
    largest = max((max(row.value_g, row.high_g or 0) for row in rows), default=0) or 1
    scale = max(40.0, width - label_width - longest - 12) / largest
    drawn = [
        _bar(row, numbers[i], ranges[i], label_width, (i + 0.5) * row_height, scale, theme)
        for i, row in enumerate(rows)
    ]
    return svg("".join(drawn), width, len(rows) * row_height, alt or bars_sentence(rows, language))


def bars_sentence(rows: Sequence[BarRow], language: str | None = None) -> str:
    """The figures in words, for those who can't see the bars."""
    unit = f.mass_unit(sum(row.value_g for row in rows))
    numbers, _ = f.mass_parts([row.value_g for row in rows], language, unit)
    return "; ".join(f"{row.label} {number} {unit}" for row, number in zip(rows, numbers, strict=True))


def _range(row: BarRow, language: str | None, unit: str) -> str:
    if row.low_g is None or row.high_g is None or row.low_g == row.high_g:
        return ""
    return f.mass_range(row.low_g, row.high_g, language, unit)


def _width(number: str, range_words: str) -> float:
    return len(number) * CHARACTER_PX + (len(range_words) * RANGE_CHARACTER_PX + 8 if range_words else 0)


def _bar(row: BarRow, number: str, range_words: str, left: float, middle: float, scale: float, theme: Theme) -> str:
    colours = palette(theme)
    length = max(2.0, row.value_g * scale)
    drawn = text(0, middle + 4.5, row.label, font_size="13", fill=colours["ink"])
    drawn += element("rect", x=left, y=middle - 6.5, width=length, height="13", rx="2.5", fill=colours[row.key])
    end = length
    if range_words and row.low_g is not None and row.high_g is not None:
        low, high = left + row.low_g * scale, left + row.high_g * scale
        if high - low >= 5:
            path = f"M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 3.5}v7M{high:.1f} {middle - 3.5}v7"
            drawn += element("path", d=path, stroke=colours["ink"], stroke_width="1.2", fill="none")
            end = max(end, high - left)
    tail = element("tspan", range_words, dx="7", font_size="12", font_weight="450", fill=colours["ink-3"])
    look = {"font_size": "13", "font_weight": "650", "fill": colours["ink"], "style": _TABULAR}
    words = text(left + end + 8, middle + 4.5, number, **look)
    return drawn + (words.replace("</text>", f"{tail}</text>") if range_words else words)


_TABULAR = "font-variant-numeric:tabular-nums"


def range_scale(
    low_g: int,
    central_g: int,
    high_g: int,
    others_g: Sequence[int] = (),
    *,
    language: str | None = None,
    width: float = 350,
    theme: Theme = "light",
    alt: str = "",
) -> str:
    """How sure we are: our range as a band, our value as a bar, other published rows as hollow circles."""
    colours = palette(theme)
    unit = f.mass_unit(central_g)
    ends = [low_g, high_g, *others_g]
    first, last = min(ends), max(ends)
    first, last = first - (last - first) // 16 - 1, last + (last - first) // 16 + 1

    def x(grams: int) -> float:
        return 14 + (width - 28) * (grams - first) / (last - first)

    drawn = element("path", d=f"M0 36H{width:g}", stroke=colours["line"], stroke_width="1.5")
    drawn += element(
        "rect", x=x(low_g), y="28", width=max(6.0, x(high_g) - x(low_g)), height="16", rx="8", fill=colours["ink"],
        opacity=".13",
    )  # fmt: skip
    for grams in others_g:
        drawn += element(
            "circle",
            cx=x(grams),
            cy="36",
            r="4.6",
            fill=colours["paper"],
            stroke=colours["graphite"],
            stroke_width="1.8",
        )
    drawn += element("rect", x=x(central_g) - 2, y="22", width="4", height="28", rx="2", fill=colours["ink"])
    shown = f.mass(central_g, language, unit)[0]
    middle = {"text_anchor": "middle", "style": _TABULAR}
    drawn += text(x(central_g), 15, shown, font_size="13.5", font_weight="650", fill=colours["ink"], **middle)
    for at, words in _spaced([(x(g), f.mass_range(g, g, language, unit)) for g in sorted(set(others_g))]):
        drawn += text(at, 63, words, font_size="12.5", fill=colours["ink-2"], **middle)
    return svg(drawn, width, 68, alt)


def _spaced(labels: Sequence[tuple[float, str]], least_px: float = 34) -> list[tuple[float, str]]:
    """Labels that would touch the one before are left out."""
    kept: list[tuple[float, str]] = []
    for at, words in labels:
        if not kept or at - kept[-1][0] >= least_px:
            kept.append((at, words))
    return kept
