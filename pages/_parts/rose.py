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
REACH, Y0, HEIGHT = 98.0, 132.0, 262.0  # radius of the outermost ring, its middle, the picture
EDGE, LEADER = 30.0, 26.0  # beside the rings: without a column; before the words of one
Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Fit:
    """The room of labels, in units of the picture: the columns' widths, the height of a row and of the words."""

    room: float = LABEL_ROOM
    west_room: float = 0.0
    pitch: float = LABEL_PX
    text: float = 12.0

    @property
    def x0(self) -> float:
        """The middle of the rings."""
        return REACH + (LEADER + self.west_room if self.west_room else EDGE)

    @property
    def width(self) -> float:
        """The picture's width."""
        return self.x0 + REACH + LEADER + self.room


FIT = Fit()


@dataclass(frozen=True, slots=True)
class Origin:
    """A place guests came from: azimuth in degrees from north, clockwise; ``rail`` says that most came by rail."""

    label: str
    azimuth_deg: float
    distance_km: float
    guests: int
    rail: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a group is drawn: the middle of its dot and its radius."""

    origin: Origin
    x: float
    y: float
    radius: float


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
    fit: Fit = FIT,
) -> str:
    """The rose as SVG, 370 × 262 px times ``scale``; the ``labels`` largest groups are named, others are dots. Names of
    the east stand in a column with leaders; so do those of the west where ``fit`` has room for them, otherwise beside
    their dots, as far as they touch nothing."""
    shown, _ = shown_origins(origins)
    rings = _rings(max((o.distance_km for o in shown), default=0))
    colours, spots = palette(theme), _spots(shown, rings, fit)
    west, east = _columns(spots[:labels], fit)
    near = [] if fit.west_room else _near(spots, west, fit, language)
    body = _ground(fit, rings, compass, (bool(west) and fit.west_room > 0, bool(east)), theme)
    body += "".join(_stem(spot, fit, theme) for spot in reversed(spots))
    body += _column(east, 1, fit, theme, language)
    body += _column(west, -1, fit, theme, language) if fit.west_room else ""
    body += _distances(fit, rings, theme, language, kilometres, [box for _, box in near])
    body += "".join(_label(*place, theme, language, fit.text) for place, _ in near)
    body += element("circle", cx=fit.x0, cy=Y0, r="7", fill=colours["card"], stroke=colours["ink"], stroke_width="2.4")
    width = fmt(fit.width)
    picture = svg(body, fit.width, HEIGHT, alt or rose_sentence(shown, language))
    size = f'width="{fmt(fit.width * scale)}" height="{fmt(HEIGHT * scale)}"'
    return picture.replace(f'width="{width}" height="{fmt(HEIGHT)}"', size, 1)


def has_room(origins: Sequence[Origin], labels: int, fit: Fit, language: str | None = None) -> bool:
    """Whether every one of the largest groups that lies in the west can be named beside its dot."""
    shown, _ = shown_origins(origins)
    spots = _spots(shown, _rings(max((o.distance_km for o in shown), default=0)), fit)
    west, _east = _columns(spots[:labels], fit)
    return len(_near(spots, west, fit, language)) == len(west)


def em_width(words: str) -> float:
    """About how wide words are, in ems."""
    return sum(1.0 if ord(mark) >= 0x2E80 else 0.3 if mark in " .,il’'" else 0.64 for mark in words)


def label_words(origin: Origin, language: str | None = None) -> str:
    """A label as it is read: the place and its guests."""
    return f"{origin.label} {f.number(origin.guests, 0, language)}"


def is_west(origin: Origin) -> bool:
    """Whether a place lies in the west, as far as its label goes."""
    return math.sin(math.radians(origin.azimuth_deg)) < -0.04


def _spots(shown: Sequence[Origin], rings: Sequence[int], fit: Fit) -> list[Spot]:
    """Where each group is drawn, the largest first."""
    largest = max([84, *(o.guests for o in shown)])
    spots = []
    for origin in shown:
        far = REACH * math.sqrt(min(origin.distance_km, rings[-1]) / rings[-1])
        dx, dy = polar(0, far, origin.azimuth_deg)
        spots.append(Spot(origin, fit.x0 + dx, Y0 + dy, max(2.6, DOT_PX * math.sqrt(origin.guests / largest))))
    return spots


def _columns(named: Sequence[Spot], fit: Fit) -> tuple[list[Spot], list[Spot]]:
    """(west, east), each from north to south and no longer than a column holds."""
    most = int((HEIGHT - 8) // fit.pitch)
    sides = ([s for s in named if is_west(s.origin)], [s for s in named if not is_west(s.origin)])
    west, east = (sorted(side[:most], key=lambda spot: spot.y) for side in sides)
    return west, east


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


def _ground(fit: Fit, rings: Sequence[int], compass: Sequence[str], labelled: tuple[bool, bool], theme: Theme) -> str:
    """Rings, ticks and letters; the letter of a side gives way to its column of labels."""
    colours, body = palette(theme), ""
    for km in rings:
        radius, outer = REACH * math.sqrt(km / rings[-1]), km == rings[-1]
        body += element(
            "circle", cx=fit.x0, cy=Y0, r=radius, fill="none", stroke=colours["line-strong"], stroke_width=".8",
            stroke_dasharray=None if outer else "1.5 3", opacity=None if outer else ".8",
        )  # fmt: skip
    for i in range(16):
        ends = [polar(0, REACH + far, 22.5 * i) for far in (0, 9 if i % 4 == 0 else 5)]
        path = "M" + "L".join(f"{fmt(fit.x0 + dx)} {fmt(Y0 + dy)}" for dx, dy in ends)
        body += element("path", d=path, stroke=colours["line-strong"], stroke_width=".8")
    hidden = {1: labelled[1], 3: labelled[0]}
    look = {"font_size": "12", "font_weight": "600", "fill": colours["ink-2"], "text_anchor": "middle"}
    for i, letter in enumerate(compass):
        if not hidden.get(i):
            x, y = _letter(i, fit)
            body += text(x, y + 4.5, letter, **look)
    return body


def _letter(quarter: int, fit: Fit) -> tuple[float, float]:
    """The middle of a letter of the compass."""
    dx, dy = polar(0, REACH + 17, 90 * quarter)
    return fit.x0 + dx, Y0 + dy


def _distances(
    fit: Fit, rings: Sequence[int], theme: Theme, language: str | None, kilometres: str, taken: Sequence[Box]
) -> str:
    """How far the outer rings are, where no label stands."""
    colours, body = palette(theme), ""
    look = {"font_size": "11", "text_anchor": "middle", "paint_order": "stroke", "stroke_width": "4"}
    for km in rings[-2:]:
        dx, dy = polar(0, REACH * math.sqrt(km / rings[-1]), 152 if fit.west_room else 244)
        words = f"{f.number(km, 0, language)} {kilometres}"
        if _is_free(_box(fit.x0 + dx, Y0 + dy + 4, words, "middle", fit.text), taken):
            body += text(
                fit.x0 + dx, Y0 + dy + 4, words, fill=colours["ink-3"], stroke=colours["card"],
                stroke_linejoin="round", **look,
            )  # fmt: skip
    return body


def _stem(spot: Spot, fit: Fit, theme: Theme) -> str:
    colours, origin = palette(theme), spot.origin
    colour = colours["freight" if origin.rail else "travel"]
    body = element(
        "path", d=f"M{fmt(fit.x0)} {fmt(Y0)}L{fmt(spot.x)} {fmt(spot.y)}", stroke=colour, stroke_width="1.4",
        opacity=".8", stroke_dasharray="5 3.5" if origin.rail else None,
    )  # fmt: skip
    return body + element(
        "circle", cx=spot.x, cy=spot.y, r=spot.radius, fill=colour, stroke=colours["card"], stroke_width="1"
    )


def _column(rows: Sequence[Spot], side: int, fit: Fit, theme: Theme, language: str | None) -> str:
    """Labels below each other with leaders, east (``side`` 1) or west (−1) of the rings."""
    colours, body = palette(theme), ""
    x, high = fit.x0 + side * (REACH + LEADER - 4), len(rows) * fit.pitch
    top = max(2.0, min(max(Y0 - high / 2 - 6, 14), HEIGHT - high))
    for i, spot in enumerate(rows):
        y = top + (i + 0.5) * fit.pitch
        path = f"M{fmt(spot.x + side * (spot.radius + 2))} {fmt(spot.y)}L{fmt(x - side * 10)} {fmt(y)}H{fmt(x)}"
        body += element("path", d=path, fill="none", stroke=colours["line-strong"], stroke_width=".8")
        anchor = "start" if side > 0 else "end"
        body += _label(spot.origin, x + side * 4, y + 4, anchor, theme, language, fit.text, column=True)
    return body


Placed = tuple[tuple[Origin, float, float, str], Box]


def _near(spots: Sequence[Spot], west: Sequence[Spot], fit: Fit, language: str | None) -> list[Placed]:
    """Labels beside their dots, the largest group's first; one that would touch something else is left out."""
    obstacles = [_around(spot) for spot in spots] + [(fit.x0 - 10, Y0 - 10, fit.x0 + 10, Y0 + 10)]
    obstacles += [(x - 7, y - 7, x + 7, y + 7) for x, y in (_letter(i, fit) for i in (0, 2, 3))]
    placed: list[Placed] = []
    for spot in sorted(west, key=lambda one: -one.origin.guests):
        for x, y, anchor in _tries(spot, fit):
            box = _box(x, y, label_words(spot.origin, language), anchor, fit.text)
            inside = box[0] >= 0 and box[1] >= 0 and box[3] <= HEIGHT
            if inside and _is_free(box, [*obstacles, *(other for _, other in placed)]):
                placed.append(((spot.origin, x, y, anchor), box))
                break
    return placed


def _tries(spot: Spot, fit: Fit) -> list[tuple[float, float, str]]:
    """Where a label may stand: above or below its dot, whichever is further out, then to the left of it."""
    over, under = spot.y - spot.radius - 4, spot.y + spot.radius + 0.9 * fit.text
    first, second = (under, over) if spot.y > Y0 else (over, under)
    left = (spot.x - spot.radius - 5, spot.y + 0.35 * fit.text, "end")
    return [(spot.x, first, "middle"), (spot.x, first, "end"), left, (spot.x, second, "middle")]


def _around(spot: Spot) -> Box:
    return spot.x - spot.radius, spot.y - spot.radius, spot.x + spot.radius, spot.y + spot.radius


def _box(x: float, y: float, words: str, anchor: str, size: float) -> Box:
    """What a label whose baseline is at ``y`` covers, by near widths."""
    wide = em_width(words) * size + 4
    left = x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
    return left, y - 0.8 * size, left + wide, y + 0.25 * size


def _is_free(box: Box, taken: Sequence[Box]) -> bool:
    return not any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken)


def _label(
    origin: Origin, x: float, y: float, anchor: str, theme: Theme, language: str | None, size: float,
    column: bool = False,
) -> str:  # fmt: skip
    colours = palette(theme)
    count = element("tspan", f.number(origin.guests, 0, language), font_weight="450", dx="4", fill=colours["ink-2"])
    halo = {"paint_order": "stroke", "stroke": colours["card"], "stroke_width": "3.5", "stroke_linejoin": "round"}
    look = {"font_size": fmt(size), "font_weight": "600", "fill": colours["ink"], "text_anchor": anchor}
    words = text(x, y, origin.label, data_column="" if column else None, **look, **halo)
    return words.replace("</text>", f"{count}</text>")
