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
RING_NAMES_DEG = 200  # where the words of the rings stand
Box = tuple[float, float, float, float]


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
    spots = [(each, *_at(each, rings[-1])) for each in sorted(around, key=lambda one: one.distance_km)]
    taken = [(x - 5, y - 5, x + 5, y + 5) for _, x, y in spots]
    taken += [_ring_box(km, rings[-1]) for km in rings]
    body += "".join(_dot(x, y, theme) for _, x, y in spots)
    body += "".join(_name(each.label, x, y, theme, taken) for each, x, y in spots)
    for km in rings[-2:]:
        dx, dy = polar(0, REACH * math.sqrt(km / rings[-1]), RING_NAMES_DEG)
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


def _at(each: Around, last_km: int) -> tuple[float, float]:
    """Where a town's dot lies."""
    dx, dy = polar(0, REACH * math.sqrt(min(each.distance_km, last_km) / last_km), each.azimuth_deg)
    return MIDDLE + dx, MIDDLE + dy


def _ring_box(km: int, last_km: int) -> Box:
    """The room that the words of a ring take."""
    dx, dy = polar(0, REACH * math.sqrt(km / last_km), RING_NAMES_DEG)
    return (MIDDLE + dx - 28, MIDDLE + dy - 7, MIDDLE + dx + 28, MIDDLE + dy + 7)


def _dot(x: float, y: float, theme: Theme) -> str:
    colours = palette(theme)
    path = f"M{fmt(MIDDLE)} {fmt(MIDDLE)}L{fmt(x)} {fmt(y)}"
    body = element("path", d=path, stroke=colours["line-strong"], stroke_width=".8", opacity=".7")
    return body + element("circle", cx=x, cy=y, r="3.4", fill=colours["ink-2"])


def _name(label: str, x: float, y: float, theme: Theme, taken: list[Box]) -> str:
    """A town's name beside its dot, where it lies on nothing else; where there is no room it is left out (the sentence
    beside the picture has it)."""
    colours = palette(theme)
    width = sum(11.5 if ord(letter) > 0x2E7F else 7.4 for letter in label)
    outward = 1 if x >= MIDDLE else -1
    sides = [(outward * (8 + width / 2), 4.0), (0.0, -8.0), (0.0, 16.0), (-outward * (8 + width / 2), 4.0)]
    for dx, dy in sides:
        box = (x + dx - width / 2, y + dy - 10, x + dx + width / 2, y + dy + 3)
        if box[0] < 2 or box[2] > SIZE - 2 or any(_meet(box, other) for other in taken):
            continue
        taken.append(box)
        return text(x + dx, y + dy, label, font_size="11.5", font_weight="600", fill=colours["ink"],
                    text_anchor="middle", paint_order="stroke", stroke=colours["card"], stroke_width="3.5",
                    stroke_linejoin="round")  # fmt: skip
    return ""


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
