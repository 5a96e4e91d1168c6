"""SVG as strings: escaping, numbers, hatches, sectors of a ring, and the ways a figure gets into a page."""

from __future__ import annotations

import hashlib
import math
from base64 import b64encode
from collections.abc import Callable
from html import escape
from typing import Any

from dash import html

from pages._parts.palette import SANS, Theme, palette


def fmt(value: float, decimals: int = 2) -> str:
    """A coordinate, short: at most ``decimals`` decimals, no trailing zero, no minus zero."""
    text = f"{value:.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def element(name: str, /, content: str = "", **attributes: Any) -> str:
    """One element; ``stroke_width`` becomes stroke-width, ``cls`` class, None leaves out, values are escaped."""
    parts = [name]
    for key, value in attributes.items():
        if value is not None:
            shown = fmt(value) if isinstance(value, float) else str(value)
            parts.append(f'{"class" if key == "cls" else key.rstrip("_").replace("_", "-")}="{escape(shown)}"')
    return f"<{' '.join(parts)}>{content}</{name}>" if content else f"<{' '.join(parts)}/>"


def text(x: float, y: float, words: str, **attributes: Any) -> str:
    """A text element at a baseline; words are escaped."""
    return element("text", escape(words), x=float(x), y=float(y), **attributes)


def svg(body: str, width: float, height: float, alt: str = "", **attributes: Any) -> str:
    """A whole picture with its viewBox; ``alt`` names it for those who can't see it; without, it is decoration."""
    said: dict[str, Any] = {"role": "img", "aria_label": alt} if alt else {"aria_hidden": "true", "focusable": "false"}
    return element(
        "svg", body, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {fmt(width)} {fmt(height)}", width=fmt(width),
        height=fmt(height), font_family=SANS if "<text" in body else None, **said, **attributes,
    )  # fmt: skip


def hatch(theme: Theme, scale: float = 1.0, kind: str = "reserved") -> tuple[str, str]:
    """(pattern definition, fill): stripes at 45°, period 6 px × ``scale``, 30 % stripe; reserved or estimated.

    The id depends on what is drawn alone, so equal patterns of a page may share it.
    """
    colours = palette(theme)
    ground, stripe = ("amber", "hatch") if kind == "reserved" else ("track", "graphite")
    name = "h" + hashlib.sha256(f"{theme}{scale}{kind}".encode()).hexdigest()[:6]
    period = fmt(6 * scale)
    body = element("path", d=f"M0 0h{period}v{period}h-{period}z", fill=colours[ground]) + element(
        "path", d=f"M0 0h{fmt(1.8 * scale)}v{period}h-{fmt(1.8 * scale)}z", fill=colours[stripe]
    )
    pattern = element(
        "pattern",
        body,
        id=name,
        width=period,
        height=period,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    return element("defs", pattern), f"url(#{name})"


def polar(centre: float, radius: float, degrees: float) -> tuple[float, float]:
    """The point at ``degrees`` clockwise from 12 o'clock."""
    angle = math.radians(degrees)
    return centre + radius * math.sin(angle), centre - radius * math.cos(angle)


def sector(centre: float, outer: float, inner: float, start: float, end: float) -> str:
    """Path data of an annular sector from ``start`` to ``end`` degrees; a whole turn is a closed annulus."""
    if end - start >= 359.999:
        return "".join(_circle(centre, radius) for radius in (outer, inner))
    wide = int(end - start > 180)
    corners = [polar(centre, *c) for c in ((outer, start), (outer, end), (inner, end), (inner, start))]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = [(fmt(x), fmt(y)) for x, y in corners]
    out, inn = fmt(outer), fmt(inner)
    return f"M{ax} {ay}A{out} {out} 0 {wide} 1 {bx} {by}L{cx} {cy}A{inn} {inn} 0 {wide} 0 {dx} {dy}z"


def _circle(centre: float, radius: float) -> str:
    top, width, r = fmt(centre - radius), fmt(2 * radius), fmt(radius)
    return f"M{fmt(centre)} {top}a{r} {r} 0 1 0 0 {width}a{r} {r} 0 1 0 0-{width}z"


def data_uri(picture: str) -> str:
    """The picture as a data address (base64: safe in CSS and attributes alike)."""
    return "data:image/svg+xml;base64," + b64encode(picture.encode()).decode()


def svg_img(picture: str, alt: str = "", class_name: str = "", **attributes: Any) -> html.Img:
    """A Dash image of an SVG string; without ``alt`` it is decoration. Its colours are those it was built with."""
    return html.Img(src=data_uri(picture), alt=alt, className=class_name, draggable="false", **attributes)


def themed_svg(build: Callable[[Theme], str], alt: str = "", class_name: str = "", on_ink: bool = False) -> html.Span:
    """Both themes of a figure, the right one shown by CSS; on the ink ground only the dark one is sent."""
    both = [] if on_ink else [svg_img(build("light"), alt, "fz-light-only")]
    dark = svg_img(build("dark"), alt, "" if on_ink else "fz-dark-only")
    return html.Span([*both, dark], className=f"fz-figure {class_name}".strip())
