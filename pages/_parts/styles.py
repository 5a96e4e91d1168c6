"""Style sheets as text, for documents that carry theirs inline."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

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


def _squeeze(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,]) ?", r"\1", css).replace(": ", ":").replace(";}", "}").strip()
