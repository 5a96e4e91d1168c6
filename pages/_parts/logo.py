"""The logo: a ring about to close. Radius 17 and stroke 9 in a 48 box, the last piece pushed out by 3.2."""

from __future__ import annotations

import math

from pages._parts.palette import Theme, palette
from pages._parts.svg import element, fmt, sector, svg

PIECE = (13.0, 43.0)


def logo(theme: Theme = "light", size: float = 26, one_colour: bool = False, alt: str = "") -> str:
    """The mark as SVG; ``one_colour`` draws it in ink. Never tilted, never filled."""
    colours = palette(theme)
    ring_colour, piece_colour = (colours["ink"],) * 2 if one_colour else (colours["jade"], colours["amber"])
    middle = math.radians(sum(PIECE) / 2)
    push = f"translate({fmt(3.2 * math.sin(middle))} {fmt(-3.2 * math.cos(middle))})"
    body = element("path", d=sector(24, 21.5, 12.5, 56, 360), fill=ring_colour)
    body += element("path", d=sector(24, 21.5, 12.5, *PIECE), fill=piece_colour, transform=push)
    return svg(body, 48, 48, alt).replace('width="48" height="48"', f'width="{fmt(size)}" height="{fmt(size)}"')
