"""Our own icons: 24 grid, line 1.6, round ends, circles open by the gap of the ring, in the colour of the words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dash import html

from pages._parts.svg import element, fmt, polar

GAP = (14.0, 50.0)  # degrees clockwise from 12 where an icon's circle stands open


def _ring(x: float, y: float, radius: float) -> str:
    """Path of an open circle around (x, y)."""
    ax, ay = (value - 0 for value in polar(0, radius, GAP[1]))
    bx, by = (value - 0 for value in polar(0, radius, GAP[0]))
    r = fmt(radius)
    return f"M{fmt(x + ax)} {fmt(y + ay)}A{r} {r} 0 1 1 {fmt(x + bx)} {fmt(y + by)}"


def _dot(x: float, y: float) -> str:
    return f"M{fmt(x)} {fmt(y)}h.01"


_CAR = (
    "M5 12l1.7-4.7A2 2 0 0 1 8.6 6h6.8a2 2 0 0 1 1.9 1.3L19 12M4.5 12h15A1.5 1.5 0 0 1 21 13.5V17H3v-3.5"
    "A1.5 1.5 0 0 1 4.5 12zM5.5 17v2M18.5 17v2" + _dot(7, 14.5) + _dot(17, 14.5)
)
_DOCUMENT = "M6 3h8.5L18.5 7v14H6zM14 3v4.5h4.5M9 12.5h6.5M9 16.5h6.5"
_QR = "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5H14zM20 14v1.5M17.5 18v2H14M20 18.5V20"
_DOWN = "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4.5 16.5V20h15v-3.5"
_TABLE = "M3.5 5h17v14h-17zM3.5 9.7h17M3.5 14.3h17M9.5 9.7V19"
_SWAP = "M8 20V5M4.5 8.5L8 5l3.5 3.5M16 4v15M12.5 15.5L16 19l3.5-3.5"
_BIN = "M4.5 7h15M9.5 7V4h5v3M6.5 7l1 13.5h9l1-13.5"

PATHS: dict[str, str] = {
    # ways to come
    "plane": "M12 3c-1 0-1.6 1-1.6 2.6V9L3.5 13.3v2l6.9-2v4.2L8 19.4v1.5l4-1.1 4 1.1v-1.5l-2.4-1.9v-4.2"
    "l6.9 2v-2L13.6 9"
    "V5.6C13.6 4 13 3 12 3z",
    "high_speed_rail": "M3 16.5h17.7c0-4.9-4.6-9.5-10.7-9.5H3M3 11.8h15.6M11 7v4.8M3 20h18",
    "rail": "M8 3.5h8a3 3 0 0 1 3 3V14a3 3 0 0 1-3 3H8a3 3 0 0 1-3-3V6.5a3 3 0 0 1 3-3zM5 10.5h14"
    "M9 17l-2 3.5M15 17l2 3.5"
    + _dot(8.7, 13.8) + _dot(15.3, 13.8),
    "metro": _ring(12, 12, 9) + "M8 15.5V8.5l4 4.5 4-4.5v7",
    "coach": "M6 4h12a2 2 0 0 1 2 2v11H4V6a2 2 0 0 1 2-2zM4 11.5h16M12 4v7.5M7 17v2.5M17 17v2.5"
    + _dot(7.3, 14.3)
    + _dot(16.7, 14.3),
    "bus": "M7 3.5h10a2 2 0 0 1 2 2V17.5H5v-12a2 2 0 0 1 2-2zM9.5 6.3h5M5 9h14M5 13.5h14M8 17.5v2.5"
    "M16 17.5v2.5M2.5 9v2.5M21.5 9v2.5",
    "car": _CAR,
    "taxi": _CAR + "M9.8 6V3.5h4.4V6",
    "motorcycle": _ring(5.8, 16, 3.6) + _ring(18.2, 16, 3.6) + "M5.8 16l4-5h5.4l3 5M14 6.5h2.5l1.7 4M9.8 11H5.5",
    "ferry": "M4 13.5L5.8 19h12.4l1.8-5.5-8-3zM7 12.3V8h10v4.3M10.5 8V4.5h3V8M3 21.5h18",
    "bicycle": _ring(5.8, 16, 3.7)
    + _ring(18.2, 16, 3.7)
    + "M5.8 16l3.4-7h6.3l2.7 7M9.2 9l3.3 7H5.8M12.5 16l3-7M7.5 7h3.2M15.5 9l-.8-3h2.5",
    "walk": _ring(13, 4.4, 1.7)
    + "M12.5 8.5L10 14l3.5 2.5V21M10 14l-1 3.5L6.5 21M12.5 8.5l-4 2-.5 3.3M12.5 8.5l2 3 3 1",
    # what one does
    "bed": "M3 18.5V13a1.5 1.5 0 0 1 1.5-1.5h15A1.5 1.5 0 0 1 21 13v5.5M3 16.3h18"
    "M5 11.5V7.5A1.5 1.5 0 0 1 6.5 6h11A1.5 1.5 0 0 1 19 7.5v4"
    "M7.5 11.5V9.5H11v2M13 11.5V9.5h3.5v2",
    "meal": "M3.5 11h17a8.5 8.5 0 0 1-5 7.5V20h-7v-1.5a8.5 8.5 0 0 1-5-7.5zM9 7.5c0-1.5 1-1.7 1-3.2"
    "M13.5 7.5c0-1.5 1-1.7 1-3.2",
    "remote": "M5 4.5h14v10.5H5zM2.5 18.5h19" + _ring(12, 9.8, 2.4),
    "bolt": "M13 3L5 14h6l-1 7 8-11h-6z",
    "materials": "M12 3.5l9 5-9 5-9-5zM3 13l9 5 9-5",
    "freight": "M2.5 6h11v11h-11zM13.5 10h4l3.5 3.5V17h-7.5" + _ring(7, 18.5, 1.8) + _ring(17, 18.5, 1.8),
    "waste": _BIN,
    "digital": "M7 7h10v10H7zM10 3.5V7M14 3.5V7M10 17v3.5M14 17v3.5M3.5 10H7M3.5 14H7M17 10h3.5M17 14h3.5",
    "goods": "M5 8h14l1 12.5H4zM8.5 8V6.5a3.5 3.5 0 0 1 7 0V8",
    "home": "M3.5 11L12 4l8.5 7M6 9.5V20h12V9.5M10 20v-5h4v5",
    "gift": "M4.5 10h15v10.5h-15zM3 6.5h18V10H3zM12 6.5v14"
    "M12 6.5"
    "c-3.5 0-4.7-1-4.7-2.2 0-1.8 3.2-2 4.7 2.2 1.5-4.2 4.7-4 4.7-2.2 0 1.2-1.2 2.2-4.7 2.2z",
    # acts and signs
    "pin": "M12 21.2c-4.2-4.4-6.7-7.8-6.7-11.2a6.7 6.7 0 0 1 13.4 0c0 3.4-2.5 6.8-6.7 11.2z" + _ring(12, 10, 2.4),
    "swap": _SWAP,
    "both_ways": "M3 12h18M7 8l-4 4 4 4M17 8l4 4-4 4",
    "check": "M5 12.5l4.7 4.5L19 7",
    "close": "M5.5 5.5l13 13M18.5 5.5l-13 13",
    "plus": "M12 5v14M5 12h14",
    "minus": "M5 12h14",
    "chevron_right": "M9 5.5l6.5 6.5L9 18.5",
    "chevron_left": "M15 5.5L8.5 12l6.5 6.5",
    "chevron_down": "M5.5 9l6.5 6.5L18.5 9",
    "chevron_up": "M5.5 15L12 8.5l6.5 6.5",
    "back": "M20 12H4M10 6l-6 6 6 6",
    "share": "M12 15V3.5M8 7.2l4-3.7 4 3.7M7.5 10.5H5V20h14v-9.5h-2.5",
    "download": _DOWN,
    "upload": "M12 15.5v-11M7.5 9L12 4.5 16.5 9M4.5 16.5V20h15v-3.5",
    "copy": "M8.5 8.5H20V20H8.5zM15.5 8.5V4H4v11.5h4.5",
    "link": "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1.3 1.3"
    "M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1.3-1.3",
    "external": "M13 4h7v7M20 4l-9 9M17 14v6H4V7h6",
    "pdf": _DOCUMENT,
    "document": _DOCUMENT,
    "qr": _QR,
    "clock": _ring(12, 12, 8.8) + "M12 7.5V12l3 2",
    "calendar": "M4 6h16v14H4zM4 10.5h16M8 3.5V7M16 3.5V7",
    "search": _ring(10.5, 10.5, 6.7) + "M15.5 15.5L21 21",
    "filter": "M4 7h16M7 12h10M10 17h4",
    "settings": "M4 7h8.5M17.5 7H20M4 17h2.5M11.5 17H20" + _ring(15, 7, 2.4) + _ring(9, 17, 2.4),
    "edit": "M4 20l1-4.5L16 4.5 19.5 8 8.5 19z",
    "trash": _BIN,
    "refresh": "M19.5 12A7.5 7.5 0 1 1 16.3 5.8M16.8 2.5v3.7h-3.7",
    "info": _ring(12, 12, 9) + "M12 11v5.5" + _dot(12, 7.6),
    "error": _ring(12, 12, 9) + "M12 7v6" + _dot(12, 16.4),
    "warning": "M12 4L2.8 20h18.4zM12 10v4.5" + _dot(12, 17.2),
    "question": _ring(12, 12, 9) + "M9.5 9.5c0-1.6 1-2.6 2.5-2.6s2.5 1 2.5 2.3c0 2-2.5 2.1-2.5 4.3" + _dot(12, 16.8),
    "lock": "M5.5 11h13v9.5h-13zM8 11V8a4 4 0 0 1 8 0v3",
    "offline": "M3.5 3.5l17 17M5 12.5c1-1 2.2-1.8 3.5-2.3M2 9c1.3-1.2 2.7-2.1 4.2-2.8"
    "M10.5 6A14 14 0 0 1 22 9M13.5 9.8c2 .3 4 1.3 5.5 2.7M8.5 16a5 5 0 0 1 6 -.8"
    + _dot(12, 19.5),
    "eye": "M2.5 12C5 7.5 8.3 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.8 6.5-9.5 6.5S5 16.5 2.5 12z" + _ring(12, 12, 2.8),
    "menu": "M4 6.5h16M4 12h16M4 17.5h16",
    "sun": _ring(12, 12, 4.2) + "M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4"
    "M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
    "moon": "M19.8 14.5A8.3 8.3 0 1 1 9.5 4.2a6.6 6.6 0 0 0 10.3 10.3z",
    "language": "M3.5 5.5h9.5M8.3 3.5v2M11 5.5c-.8 4-3.5 7-7 8.5M5.8 8.5c1 2.5 3 4.3 5.7 5.3"
    "M12 20.5l4.5-11 4.5 11M13.6 17h5.8",
    "user": _ring(12, 8, 3.8) + "M4.5 20.5c0-4.5 3-7 7.5-7s7.5 2.5 7.5 7",
    "sign_out": "M14 4H5v16h9M10 12h11M17 8l4 4-4 4",
    "pay": "M3 6h18v12.5H3zM3 10.5h18M6.5 15h4",
    # rooms of the desk
    "screen": "M3.5 5h17v11.5h-17zM12 16.5V20M8 20h8",
    "event": "M3.5 5h17v11.5h-17zM12 16.5V20M8 20h8",
    "poster": _QR,
    "codes": _QR,
    "table": _TABLE,
    "explore": _TABLE,
    "compare": _SWAP,
    "statements": _DOCUMENT,
    "factors": "M12 6.5C10 5 7 4.5 3.5 4.5v14c3.5 0 6.5.5 8.5 2 2-1.5 5-2 8.5-2v-14c-3.5 0-6.5.5-8.5 2zM12 6.5v14",
    "orders": _ring(12, 12, 9) + "M9 7.5l3 4.5 3-4.5M12 12v5M9.5 12.5h5M9.5 15h5",
    "boards": _ring(9, 8, 3.3)
    + "M3 20c0-4 2.5-6.3 6-6.3s6 2.3 6 6.3M15.5 5a3.3 3.3 0 0 1 0 6M17.5 14c2.2.8 3.5 3 3.5 6",
    "inventory": "M4 4h6.5v8H4zM13.5 4H20v5h-6.5zM4 15h6.5v5H4zM13.5 12H20v8h-6.5z",
    "imports": _DOWN,
    "exchange": "M4 20.5h16M6 17.5V11M10 17.5V11M14 17.5V11M18 17.5V11M3.5 10.5L12 4l8.5 6.5z",
    "batches": "M12 3.5l9 5-9 5-9-5zM3 12.5l9 5 9-5M3 16.5l9 5 9-5",
    "seal": _ring(12, 9, 5.7) + "M8.3 13.7L7 21l5-2.5 5 2.5-1.3-7.3",
    "company": "M4 21V6l8-3v18M12 9h8v12M2.5 21h19M7 9.5h1.5M7 13.5h1.5M7 17.5h1.5M15.5 13h1M15.5 17h1",
    "rank": "M3.5 20.5v-6H9v6M9 20.5v-12h6v12M15 20.5v-8h5.5v8zM3.5 20.5h17",
    # scenarios
    "conference": "M4 3.5h16v9H4zM12 12.5v2M4 21c0-2.2 1-3.5 2.7-3.5S9.3 18.8 9.3 21"
    "M9.3 21c0-2.2 1-3.5 2.7-3.5s2.7 1.3 2.7 3.5M14.7 21c0-2.2 1-3.5 2.7-3.5S20 18.8 20 21",
    "scenic_spot": "M2.5 19.5l6.5-10.5 4 6.3 2.5-3.8 6 8z" + _ring(17.5, 6, 2.4),
    "supermarket": "M2.5 4h3l2.3 11.5h10.7L20.8 7.5H6.3" + _ring(9, 19, 1.6) + _ring(17, 19, 1.6),
    "restaurant": "M7 3v18M4 3v5a3 3 0 0 0 6 0V3M17 21v-7M17 14c-2.2 0-3.2-1.5-3.2-5S15 3 17 3z",
    "hotel": "M5 21V4h14v17M2.5 21h19M10 21v-4.5h4V21M9 8h1.3M13.7 8H15M9 12h1.3M13.7 12H15",
    "life": "M3.5 11L12 4l8.5 7M6 9.5V20h12V9.5" + _ring(12, 14.3, 2.7),
    "other": _ring(6.5, 6.5, 2.7) + _ring(17.5, 6.5, 2.7) + _ring(6.5, 17.5, 2.7) + _ring(17.5, 17.5, 2.7),
}  # fmt: skip
CATEGORY_ICONS = {
    "travel": "plane", "stay": "bed", "food": "meal", "local": "taxi", "energy": "bolt", "materials": "materials",
    "freight": "freight", "waste": "waste", "digital": "digital",
}  # fmt: skip


def icon_svg(name: str, size: float = 24, colour: str = "currentColor", class_name: str | None = None) -> str:
    """An icon as inline SVG for documents; an unknown name is a programming error (KeyError)."""
    path = element("path", d=PATHS[name])
    return element(
        "svg", path, xmlns="http://www.w3.org/2000/svg", viewBox="0 0 24 24", width=fmt(size), height=fmt(size),
        fill="none", stroke=colour, stroke_width="1.6", stroke_linecap="round", stroke_linejoin="round",
        aria_hidden="true", cls=class_name,
    )  # fmt: skip


def style_sheet() -> str:
    """assets/css/icons.css: a class ``fz-i-<name>`` for each icon, so that a layout names a picture and holds none.
    Written by ``python -m pages._parts.icons``; a test holds the two together."""
    return "".join(f".fz-i-{name} {{ --fz-i: {_mask(name)}; }}\n" for name in sorted(PATHS))


def _mask(name: str) -> str:
    """Percent-encoded, not base64: what icons have in common compresses away."""
    picture = icon_svg(name, colour="#000").replace('"', "'")
    for sign, code in (("#", "%23"), ("<", "%3C"), (">", "%3E")):
        picture = picture.replace(sign, code)
    return f'url("data:image/svg+xml,{picture}")'


def icon(name: str, class_name: str = "", **attributes: Any) -> html.Span:
    """An icon for Dash: a mask in the colour of the text beside it (class fz-icon), hidden from readers."""
    return html.Span(
        className=f"fz-icon fz-i-{name} {class_name}".strip(),
        **{"aria-hidden": "true"},
        **attributes,
    )


def icon_of(name: object) -> html.Span:
    """The icon that a template of data names; the open one for all else where there is none of that name."""
    return icon(name if isinstance(name, str) and name in PATHS else "other")


if __name__ == "__main__":
    (Path(__file__).resolve().parents[2] / "assets" / "css" / "icons.css").write_text(style_sheet(), encoding="utf-8")
