"""Style sheets as text, for documents that carry theirs inline."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from pages.registry import asset_url

CSS = Path(__file__).resolve().parents[2] / "assets" / "css"
SHEETS = {
    "guest": ("tokens", "base", "guest"),
    "document": ("tokens", "base", "document"),
    "certificate": ("tokens", "base", "document", "certificate"),
    "desk": ("tokens", "base", "desk"),
    "wall": ("tokens", "base", "wall"),
}


@cache
def style_text(kind: str) -> str:
    """The sheets of a page kind as one, without comments and idle spaces: guest, document, desk or wall."""
    return _squeeze("\n".join((CSS / f"{name}.css").read_text(encoding="utf-8") for name in SHEETS[kind]))


def font_faces(language: str) -> str:
    """The web fonts of a language whose script not every device can write: Devanagari for Marathi, none for others.
    A device's own font comes first; the file is fetched only where it has none."""
    if language != "mr":
        return ""
    return "".join(_face(name, weights) for name, weights in (("Regular", "100 599"), ("Bold", "600 900")))


def _face(name: str, weights: str) -> str:
    file = asset_url(f"fonts/web/NotoSansDevanagari-{name}.woff2")
    return (
        f'@font-face{{font-family:"Noto Sans Devanagari";font-weight:{weights};font-display:swap;'
        f'src:local("Noto Sans Devanagari{"" if name == "Regular" else " Bold"}"),url("{file}") format("woff2");'
        "unicode-range:U+0900-097F,U+200C-200D,U+20B9,U+25CC}"
    )


def _squeeze(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,]) ?", r"\1", css).replace(": ", ":").replace(";}", "}").strip()
