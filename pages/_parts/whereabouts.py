"""Where a place is, without a map: great towns around it by direction and distance, its coordinates below.

No borders and no tiles (DESIGN, rule 14)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from locales import formats as f
from pages._parts.palette import Theme, palette
from pages._parts.svg import element, fmt, polar, svg, text

SIZE, MIDDLE, REACH = 320.0, 160.0, 112.0


@dataclass(frozen=True, slots=True)
class Around:
    """A town near the place: its name, the direction in degrees from north, clockwise, and the distance."""

    label: str
    azimuth_deg: float
    distance_km: float


def whereabouts(
    around: Sequence[Around], compass: Sequence[str], theme: Theme, alt: str, kilometres: str = "km"
) -> str:
    """The picture as SVG, 320 px square: rings in km, the towns as dots with their names, the place in the middle."""
    colours = palette(theme)
    furthest = max((each.distance_km for each in around), default=100.0)
    rings = _rings(furthest)
    body = ""
    for km in rings:
        outer = km == rings[-1]
        body += element(
            "circle", cx=MIDDLE, cy=MIDDLE, r=REACH * math.sqrt(km / rings[-1]), fill="none",
            stroke=colours["line-strong"], stroke_width=".8", stroke_dasharray=None if outer else "1.5 3",
        )  # fmt: skip
    for i, letter in enumerate(compass):
        dx, dy = polar(0, REACH + 16, 90 * i)
        body += text(MIDDLE + dx, MIDDLE + dy + 4.5, letter, font_size="12", font_weight="600", fill=colours["ink-2"],
                     text_anchor="middle")  # fmt: skip
    taken: list[tuple[float, float]] = []
    for each in sorted(around, key=lambda one: one.distance_km):
        body += _town(each, rings[-1], theme, taken)
    for km in rings[-2:]:
        dx, dy = polar(0, REACH * math.sqrt(km / rings[-1]), 200)
        body += text(MIDDLE + dx, MIDDLE + dy + 4, f"{f.number(km)} {kilometres}", font_size="10.5",
                     text_anchor="middle", fill=colours["ink-3"], paint_order="stroke", stroke=colours["card"],
                     stroke_width="4", stroke_linejoin="round")  # fmt: skip
    body += element("circle", cx=MIDDLE, cy=MIDDLE, r="7", fill=colours["card"], stroke=colours["ink"],
                    stroke_width="2.6")  # fmt: skip
    return svg(body, SIZE, SIZE, alt)


def _rings(furthest_km: float) -> tuple[int, ...]:
    for last in (100, 250, 500, 1_000, 2_000, 5_000, 10_000, 20_000):
        if furthest_km <= last:
            return (last // 4, last)
    return (5_000, 20_000)


def _town(each: Around, last_km: int, theme: Theme, taken: list[tuple[float, float]]) -> str:
    """A dot and its name; a name that would lie on another is left out (the sentence beside the picture has it)."""
    colours = palette(theme)
    dx, dy = polar(0, REACH * math.sqrt(min(each.distance_km, last_km) / last_km), each.azimuth_deg)
    x, y = MIDDLE + dx, MIDDLE + dy
    path = f"M{fmt(MIDDLE)} {fmt(MIDDLE)}L{fmt(x)} {fmt(y)}"
    body = element("path", d=path, stroke=colours["line-strong"], stroke_width=".8", opacity=".7")
    body += element("circle", cx=x, cy=y, r="3.4", fill=colours["ink-2"])
    at = (x, y - 7 if dy < 0 else y + 15)
    if any(abs(at[0] - other[0]) < 62 and abs(at[1] - other[1]) < 14 for other in taken):
        return body
    taken.append(at)
    shown = min(max(at[0], 44), SIZE - 44)
    return body + text(shown, at[1], each.label, font_size="11.5", font_weight="600", fill=colours["ink"],
                       text_anchor="middle", paint_order="stroke", stroke=colours["card"], stroke_width="3.5",
                       stroke_linejoin="round")  # fmt: skip
