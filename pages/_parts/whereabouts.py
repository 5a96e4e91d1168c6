"""Where a place is, without a map: towns and airports around it by direction and distance, true to scale within a
reach, and at the rim those that lie beyond it.

No borders and no tiles (DESIGN, rule 14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from locales import formats as f
from pages._parts.palette import Theme, palette
from pages._parts.svg import element, fmt, polar, svg, text

SIZE, MIDDLE, REACH = 320.0, 160.0, 132.0  # REACH: the radius that the reach in km is drawn with
RING_NAMES_DEG = (205, 335, 25, 155)  # where the words of the rings may stand
APART_DEG = 24.0  # those beyond are told once a direction
MOST_BEYOND = 5
Box = tuple[float, float, float, float]
Point = tuple[float, float]  # direction in degrees from north, clockwise, and km


@dataclass(frozen=True, slots=True)
class Around:
    """A town or airport: its name, the direction in degrees from north, clockwise, and the distance from the middle;
    ``chosen`` is the one that the place is called by."""

    label: str
    azimuth_deg: float
    distance_km: float
    chosen: bool = False


def whereabouts(
    around: Sequence[Around], reach_km: float, compass: Sequence[str], theme: Theme, alt: str, pin: Point | None = None
) -> str:
    """The picture as SVG, 320 px square: two rings in km, who lies within as dots, beyond as arrows at the rim. Who
    comes first has its name first. ``pin`` is where a pin will stand (direction, km): nothing is written there."""
    colours = palette(theme)
    within = [each for each in around if each.distance_km <= reach_km]
    beyond = _apart([each for each in around if each.distance_km > reach_km])
    body, taken = _ground(reach_km, compass, theme, _quiet_deg([*beyond, *within]))
    spots = [(each, *polar(MIDDLE, REACH * each.distance_km / reach_km, each.azimuth_deg)) for each in within]
    taken += [(x - 6, y - 6, x + 6, y + 6) for _, x, y in spots]
    for each, x, y in spots:
        body += _dot(x, y, each.chosen, theme)
    if pin is not None:
        x, y = polar(MIDDLE, REACH * pin[1] / reach_km, pin[0])
        taken.append((x - 12, y - 28, x + 12, y + 2))
    arrows = [(each, *polar(MIDDLE, REACH - 8, each.azimuth_deg)) for each in beyond]
    taken += [(x - 5, y - 5, x + 5, y + 5) for _, x, y in arrows]
    for each, x, y in sorted(spots, key=lambda spot: not spot[0].chosen):
        body += _name(each.label, x, y, theme, taken, each.chosen)
    for each, x, y in arrows:
        words = f"{each.label} {f.number(each.distance_km)} km"
        if named := _name(words, x, y, theme, taken, each.chosen, inward=True):
            body += named + _arrow(x, y, each, colours["ink"] if each.chosen else colours["ink-3"])
    return svg(body, SIZE, SIZE, alt)


def share_of(azimuth_deg: float, distance_km: float, reach_km: float) -> tuple[float, float]:
    """Where a point lies in the picture, in percent from its left and from its top."""
    x, y = polar(MIDDLE, REACH * distance_km / reach_km, azimuth_deg)
    return 100 * x / SIZE, 100 * y / SIZE


def _quiet_deg(around: Sequence[Around]) -> float:
    """The direction in which the fewest lie, of those in which the rings may be named."""
    far = [each.azimuth_deg for each in around if each.distance_km]
    return max(RING_NAMES_DEG, key=lambda degrees: min((_turn(degrees, each) for each in far), default=180.0))


def _ground(reach_km: float, compass: Sequence[str], theme: Theme, names_deg: float) -> tuple[str, list[Box]]:
    """Rings, a fine cross in the middle and the letters; and the room that they take."""
    colours = palette(theme)
    body, taken = "", []
    for km in (reach_km / 2, reach_km):
        radius = REACH * km / reach_km
        body += element("circle", cx=MIDDLE, cy=MIDDLE, r=radius, fill="none", stroke=colours["line-strong"],
                        stroke_width=".8", stroke_dasharray=None if km == reach_km else "1.5 3")  # fmt: skip
        x, y = polar(MIDDLE, radius, names_deg)
        taken.append((x - 26, y - 7, x + 26, y + 7))
        body += text(x, y + 4, f"{f.number(km, 1 if km % 1 else 0)} km", font_size="10.5", text_anchor="middle",
                     fill=colours["ink-3"], **_halo(colours["card"]))  # fmt: skip
    cross = f"M{fmt(MIDDLE - 5)} {fmt(MIDDLE)}h10M{fmt(MIDDLE)} {fmt(MIDDLE - 5)}v10"
    body += element("path", d=cross, stroke=colours["line-strong"], stroke_width="1")
    for i, letter in enumerate(compass):
        x, y = polar(MIDDLE, REACH + 14, 90 * i)
        taken.append((x - 8, y - 8, x + 8, y + 8))
        body += text(x, y + 4.5, letter, font_size="12", font_weight="600", fill=colours["ink-2"], text_anchor="middle")
    return body, taken


def _apart(beyond: Sequence[Around]) -> list[Around]:
    """Those beyond, one a direction, the chosen one before all others."""
    kept: list[Around] = []
    for each in sorted(beyond, key=lambda one: (not one.chosen, one.distance_km)):
        if len(kept) < MOST_BEYOND and all(_turn(each.azimuth_deg, other.azimuth_deg) >= APART_DEG for other in kept):
            kept.append(each)
    return kept


def _turn(one_deg: float, other_deg: float) -> float:
    turn = abs(one_deg - other_deg) % 360
    return min(turn, 360 - turn)


def _dot(x: float, y: float, chosen: bool, theme: Theme) -> str:
    colours = palette(theme)
    if not chosen:
        return element("circle", cx=x, cy=y, r="3.4", fill=colours["ink-2"])
    return element("circle", cx=x, cy=y, r="6", fill=colours["card"], stroke=colours["ink"], stroke_width="2.6")


def _arrow(x: float, y: float, each: Around, colour: str) -> str:
    turned = f"translate({fmt(x)} {fmt(y)}) rotate({fmt(each.azimuth_deg)})"
    return element("path", d="M0 -6L4.5 4H-4.5Z", fill=colour, transform=turned)


def _name(
    label: str, x: float, y: float, theme: Theme, taken: list[Box], chosen: bool, inward: bool = False
) -> str:  # fmt: skip
    """A name beside its dot, where it lies on nothing else; where there is no room it is left out (the sentence beside
    the picture has it)."""
    colours = palette(theme)
    width = sum(12 if ord(letter) > 0x2E7F else 7.4 if chosen else 7.0 for letter in label)
    side, off = 1 if (x >= MIDDLE) != inward else -1, (14 if chosen or inward else 9) + width / 2
    aside = side * width / 3
    places = [(side * off, 4.0), (0.0, -11.0), (0.0, 19.0), (-side * off, 4.0), (aside, -12.0), (aside, 20.0),
              (-aside, -12.0), (-aside, 20.0)]  # fmt: skip
    for dx, dy in places:
        box = (x + dx - width / 2, y + dy - 10, x + dx + width / 2, y + dy + 3)
        if box[0] < 2 or box[2] > SIZE - 2 or any(_meet(box, other) for other in taken):
            continue
        taken.append(box)
        return text(x + dx, y + dy, label, font_size="11.5", font_weight="700" if chosen else "550",
                    fill=colours["ink" if chosen or not inward else "ink-2"], text_anchor="middle",
                    **_halo(colours["card"]))  # fmt: skip
    return ""


def _halo(colour: str) -> dict[str, str]:
    return {"paint_order": "stroke", "stroke": colour, "stroke_width": "3.5", "stroke_linejoin": "round"}


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
