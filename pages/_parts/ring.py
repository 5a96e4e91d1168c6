"""The ring of Forum Zero: clockwise from 12 retired (solid), reserved (hatched), open (pale); what is over outside."""

from __future__ import annotations

from html import escape

from pages._parts.palette import Theme, palette
from pages._parts.svg import element, fmt, hatch, sector, svg, text


def ring(
    retired_g: int,
    reserved_g: int,
    total_g: int,
    extra_g: int = 0,
    *,
    size: float = 148,
    stroke: float | None = None,
    theme: Theme = "light",
    alt: str = "",
    number: str = "",
    unit: str = "",
    caption: str = "",
    hatch_scale: float | None = None,
    room_for_extra: bool | None = None,
) -> str:
    """The share of ``total_g`` that is covered, as SVG; masses in grams, sizes in px.

    A total of nought is the open ring. More than the total closes the ring and the rest joins ``extra_g`` outside.
    ``number``, ``unit`` and ``caption`` stand in the middle; ``room_for_extra`` keeps the ring's size as extras come.
    """
    retired, reserved, extra = _within(retired_g, reserved_g, total_g, extra_g)
    room = (size >= 100 or extra > 0) if room_for_extra is None else room_for_extra
    edge = size * (0.045 if size >= 60 else 0.09) if room else 0.0
    centre, outer = size / 2, size / 2 - edge - 0.5
    width = stroke or outer * (0.27 if size >= 60 else 0.42)
    scale = hatch_scale or (0.6 if size < 60 else max(1.0, size / 185))
    body = _parts(retired, reserved, total_g, centre, outer, width, theme, scale)
    if extra:
        body += _extra(extra, total_g or extra, centre, outer, edge, theme)
    return svg(body + _words(centre, outer - width, theme, number, unit, caption), size, size, alt)


def mini_ring(
    retired_g: int, reserved_g: int, total_g: int, extra_g: int = 0, *, size: float = 24, theme: Theme = "light"
) -> str:
    """The ring of rows and choices, without words: decoration beside a number."""
    return ring(retired_g, reserved_g, total_g, extra_g, size=size, theme=theme)


def _within(retired: int, reserved: int, total: int, extra: int) -> tuple[int, int, int]:
    solid = max(0, min(retired, total))
    hatched = max(0, min(reserved, total - solid))
    return solid, hatched, max(0, extra) + max(0, retired - solid) + max(0, reserved - hatched)


def _parts(
    retired: int, reserved: int, total: int, centre: float, outer: float, width: float, theme: Theme, scale: float
) -> str:
    colours = palette(theme)
    definition, fill = hatch(theme, scale)
    edge = {"stroke": colours["hatch"], "stroke_width": fmt(max(1.0, scale * 0.8) if outer > 25 else 0.9)}
    shown = [
        (retired / total if total else 0.0, {"fill": colours["jade"]}),
        (reserved / total if total else 0.0, {"fill": fill, **edge}),
    ]
    shown.append((max(0.0, 1 - shown[0][0] - shown[1][0]), {"fill": colours["track"]}))
    parts = [(share, look) for share, look in shown if share > 1e-9]
    gap = 0.0 if len(parts) == 1 else _gap_degrees(outer - width / 2, outer)
    body, at = definition if reserved else "", 0.0
    for share, look in parts:
        turn = share * 360
        cut = min(gap, turn * 0.4) / 2
        body += element(
            "path", d=sector(centre, outer, outer - width, at + cut, at + turn - cut), fill_rule="evenodd", **look
        )
        at += turn
    return body


def _gap_degrees(middle: float, outer: float) -> float:
    return max(1.0, outer * 0.028) / middle * 57.3


def _extra(extra: int, total: int, centre: float, outer: float, edge: float, theme: Theme) -> str:
    inside = outer + edge * 0.3
    turn = min(360.0, max(4.0, 360 * extra / total))
    path = sector(centre, outer + edge, inside, 0, turn)
    return element("path", d=path, fill=palette(theme)["sky"], fill_rule="evenodd")


def _words(centre: float, inner: float, theme: Theme, number: str, unit: str, caption: str) -> str:
    if not number:
        return ""
    colours = palette(theme)
    longest = max(3.2, len(number) + 0.55 * len(unit))
    big = min(inner * 0.62, inner * 1.72 / longest / 0.58)
    small = max(inner * 0.215, 9.0)
    base = centre + big * (0.22 if caption else 0.36)
    unit_look = {"font_size": fmt(big * 0.56), "font_weight": 450, "dx": fmt(big * 0.06)}
    unit_span = element("tspan", escape(unit), **unit_look) if unit else ""
    words = element(
        "text", escape(number) + unit_span, x=centre, y=base, text_anchor="middle", font_size=fmt(big), font_weight=700,
        fill=colours["ink"], style="font-variant-numeric:tabular-nums",
    )  # fmt: skip
    if caption:
        words += text(
            centre, base + small * 1.55, caption, text_anchor="middle", font_size=fmt(small), fill=colours["ink-2"]
        )
    return words
