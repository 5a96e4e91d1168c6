"""QR codes as SVG strings: one path, quiet zone included, dark on light in both themes (scanners want it so)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import qrcode
from qrcode.constants import ERROR_CORRECT_M

from pages._parts.svg import element, svg

INK, PAPER = "#0b1f1a", "#ffffff"
QUIET_MODULES = 4


@lru_cache(maxsize=256)
def matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of the code, without quiet zone; error correction M. An event's code is asked for with each page."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    return tuple(tuple(bool(cell) for cell in row) for row in code.get_matrix())


def qr_svg(text: str, *, size: float = 120, alt: str = "", quiet: int = QUIET_MODULES, radius: float = 0.0) -> str:
    """The code of ``text``; ``quiet`` is the light margin in modules, ``radius`` rounds its ground (share of size)."""
    rows = matrix(text)
    side = len(rows) + 2 * quiet
    path = "".join(_runs(row, y + quiet, quiet) for y, row in enumerate(rows))
    ground = element("rect", width=side, height=side, rx=float(radius * side), fill=PAPER)
    picture = svg(ground + element("path", d=path, fill=INK, shape_rendering="crispEdges"), side, side, alt)
    return picture.replace(f'width="{side}" height="{side}"', f'width="{size:g}" height="{size:g}"', 1)


def _runs(row: Sequence[bool], y: int, left: int) -> str:
    path, x = "", 0
    while x < len(row):
        end = x
        while end < len(row) and row[end]:
            end += 1
        if end > x:
            path += f"M{x + left} {y}h{end - x}v1h-{end - x}z"
        x = max(end, x + 1)
    return path
