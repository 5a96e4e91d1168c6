"""The compass rose of origins: where guests came from, by azimuth and the root of the distance, around the venue.

It draws no borders and no map. Groups under five are told in one sentence, never drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from locales import formats as f
from pages._parts.palette import Theme, palette
from pages._parts.svg import element, fmt, polar, svg, text

LEAST_GROUP = 5
RINGS_KM = (250, 1_000, 2_000)
FAR_RINGS_KM = (5_000, 10_000, 20_000)
LABEL_PX = 17.6
LABEL_ROOM = 118.0
DOT_PX = 11.2  # radius of the largest group


@dataclass(frozen=True, slots=True)
class Origin:
    """A place guests came from: azimuth in degrees from north, clockwise; ``rail`` says that most came by rail."""

    label: str
    azimuth_deg: float
    distance_km: float
    guests: int
    rail: bool = False


def shown_origins(origins: Sequence[Origin]) -> tuple[list[Origin], int]:
    """(origins with five guests or more, by guests; how many guests the others hold)."""
    shown = sorted((o for o in origins if o.guests >= LEAST_GROUP), key=lambda o: (-o.guests, o.label))
    return shown, sum(o.guests for o in origins) - sum(o.guests for o in shown)


def rose(
    origins: Sequence[Origin],
    *,
    compass: tuple[str, str, str, str] = ("N", "E", "S", "W"),
    theme: Theme = "light",
    language: str | None = None,
    labels: int = 9,
    alt: str = "",
    kilometres: str = "km",
    scale: float = 1.0,
    room: float = LABEL_ROOM,
    pitch: float = LABEL_PX,
) -> str:
    """The rose as SVG, 370 × 262 px times ``scale``; the ``labels`` largest groups are named, others are dots.
    ``room`` is the width of the column of labels, which widens the picture, ``pitch`` the height of one."""
    shown, _ = shown_origins(origins)
    rings = _rings(max((o.distance_km for o in shown), default=0))
    colours, reach, x0, y0 = palette(theme), 98.0, 128.0, 132.0

    def at(origin: Origin) -> tuple[float, float]:
        dx, dy = polar(0, reach * math.sqrt(min(origin.distance_km, rings[-1]) / rings[-1]), origin.azimuth_deg)
        return x0 + dx, y0 + dy

    largest = max([84, *(o.guests for o in shown)])

    def radius_of(origin: Origin) -> float:
        return max(2.6, DOT_PX * math.sqrt(origin.guests / largest))

    named = shown[:labels]
    side = sorted((o for o in named if at(o)[0] >= x0 - 4), key=lambda o: at(o)[1])
    body = _ground(x0, y0, reach, rings, compass, bool(side), theme, language, kilometres)
    body += "".join(_stem(o, *at(o), x0, y0, radius_of(o), theme) for o in reversed(shown))
    body += _side_labels([(o, *at(o), radius_of(o)) for o in side], x0 + reach + 22, y0, theme, language, pitch)
    body += _near_labels([(o, *at(o), radius_of(o)) for o in named if o not in side], theme, language)
    body += element("circle", cx=x0, cy=y0, r="7", fill=colours["card"], stroke=colours["ink"], stroke_width="2.4")
    width = fmt(252 + room)
    picture = svg(body, 252 + room, 262, alt or rose_sentence(shown, language))
    size = f'width="{fmt((252 + room) * scale)}" height="{fmt(262 * scale)}"'
    return picture.replace(f'width="{width}" height="262"', size, 1)


def rose_sentence(origins: Sequence[Origin], language: str | None = None) -> str:
    """The groups in words: "Beijing 84, 1,560 km; …", for those who can't see the rose."""
    shown, _ = shown_origins(origins)
    return "; ".join(
        f"{o.label} {f.number(o.guests, 0, language)}, {f.number(o.distance_km, 0, language)} km" for o in shown
    )


def _rings(furthest_km: float) -> tuple[int, ...]:
    if furthest_km <= RINGS_KM[-1] * 1.15:
        return RINGS_KM
    needed = next((i for i, km in enumerate(FAR_RINGS_KM) if km >= furthest_km), len(FAR_RINGS_KM) - 1)
    return (*RINGS_KM[1:], *FAR_RINGS_KM[: needed + 1])


def _ground(
    x0: float, y0: float, reach: float, rings: Sequence[int], compass: Sequence[str], labelled: bool, theme: Theme,
    language: str | None, kilometres: str,
) -> str:  # fmt: skip
    colours, body = palette(theme), ""
    for km in rings:
        radius, outer = reach * math.sqrt(km / rings[-1]), km == rings[-1]
        body += element(
            "circle", cx=x0, cy=y0, r=radius, fill="none", stroke=colours["line-strong"], stroke_width=".8",
            stroke_dasharray=None if outer else "1.5 3", opacity=None if outer else ".8",
        )  # fmt: skip
    for i in range(16):
        ends = [polar(0, reach + far, 22.5 * i) for far in (0, 9 if i % 4 == 0 else 5)]
        path = "M" + "L".join(f"{fmt(x0 + dx)} {fmt(y0 + dy)}" for dx, dy in ends)
        body += element("path", d=path, stroke=colours["line-strong"], stroke_width=".8")
    for i, letter in enumerate(compass):
        if not (labelled and i == 1):
            dx, dy = polar(0, reach + 17, 90 * i)
            body += text(
                x0 + dx,
                y0 + dy + 4.5,
                letter,
                font_size="12",
                font_weight="600",
                fill=colours["ink-2"],
                text_anchor="middle",
            )
    for km in rings[-2:]:
        dx, dy = polar(0, reach * math.sqrt(km / rings[-1]), 244)
        words = f"{f.number(km, 0, language)} {kilometres}"
        look = {"font_size": "11", "text_anchor": "middle", "paint_order": "stroke", "stroke_width": "4"}
        body += text(
            x0 + dx, y0 + dy + 4, words, fill=colours["ink-3"], stroke=colours["card"], stroke_linejoin="round", **look
        )
    return body


def _stem(origin: Origin, x: float, y: float, x0: float, y0: float, radius: float, theme: Theme) -> str:
    colours = palette(theme)
    colour = colours["freight" if origin.rail else "travel"]
    body = element(
        "path", d=f"M{fmt(x0)} {fmt(y0)}L{fmt(x)} {fmt(y)}", stroke=colour, stroke_width="1.4", opacity=".8",
        stroke_dasharray="5 3.5" if origin.rail else None,
    )  # fmt: skip
    return body + element("circle", cx=x, cy=y, r=radius, fill=colour, stroke=colours["card"], stroke_width="1")


def _side_labels(
    rows: Sequence[tuple[Origin, float, float, float]], x: float, middle: float, theme: Theme, language: str | None,
    pitch: float = LABEL_PX,
) -> str:  # fmt: skip
    colours, body = palette(theme), ""
    top = min(max(middle - len(rows) * pitch / 2 - 6, 14), 262 - len(rows) * pitch)
    for i, (origin, dot_x, dot_y, radius) in enumerate(rows):
        y = top + (i + 0.5) * pitch
        start = dot_x + radius + 2
        path = f"M{fmt(start)} {fmt(dot_y)}L{fmt(x - 10)} {fmt(y)}H{fmt(x)}"
        body += element("path", d=path, fill="none", stroke=colours["line-strong"], stroke_width=".8")
        body += _label(x + 4, y + 4, origin, "start", theme, language)
    return body


def _near_labels(rows: Sequence[tuple[Origin, float, float, float]], theme: Theme, language: str | None) -> str:
    body = ""
    taken: list[float] = []
    for origin, x, y, radius in rows:
        below = y > 132
        at = y + radius + 11 if below else y - radius - 4
        while any(abs(at - other) < 14 for other in taken):
            at += 14 if below else -14
        taken.append(at)
        beside = x > 84
        body += _label(x - 4 if beside else max(x, 40), at, origin, "end" if beside else "middle", theme, language)
    return body


def _label(x: float, y: float, origin: Origin, anchor: str, theme: Theme, language: str | None) -> str:
    colours = palette(theme)
    count = element("tspan", f.number(origin.guests, 0, language), font_weight="450", dx="4", fill=colours["ink-2"])
    halo = {"paint_order": "stroke", "stroke": colours["card"], "stroke_width": "3.5", "stroke_linejoin": "round"}
    words = text(x, y, origin.label, font_size="12", font_weight="600", fill=colours["ink"], text_anchor=anchor, **halo)
    return words.replace("</text>", f"{count}</text>")
