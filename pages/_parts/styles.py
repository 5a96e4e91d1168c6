"""Style sheets as text, for documents that carry theirs inline."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pages.registry import asset_url

CSS = Path(__file__).resolve().parents[2] / "assets" / "css"
DEVICE_FONTS = ["Noto Sans Devanagari", "Kohinoor Devanagari", "Nirmala UI"]
ANY_LETTER = "U+0900-097F,U+200C-200D,U+20B9,U+25CC"
OWN_NAME = "U+0920,U+092E,U+0930,U+093E,U+0940"  # the letters of the language's own name
NAMED = (
    ".fz-lang a:lang(mr),.fz-lang-row a:lang(mr),.fz-form-language:lang(mr),.fz-setup-lang:lang(mr),"
    ".fz-screen-controls,.fz-desk select"
)
SHEETS = {
    "guest": ("tokens", "base", "guest"),
    "forum": ("tokens", "base", "guest", "forum"),
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
    """The web fonts of a script that not every device can write: Devanagari for pages in Marathi; for others the five
    letters of that language's own name, where it is offered. A device's own font comes first; a file is fetched only
    where it has none and the words are shown. The faces lead their families: behind others, Chromium leaves the first
    words of a page as boxes once a file has come."""
    if language != "mr":
        face = _face("FZ Names", "NotoSansDevanagari-Names", "100 900", DEVICE_FONTS, OWN_NAME)
        return f'{face}{NAMED}{{font-family:"FZ Names",var(--fz-sans)}}'
    faces = (
        _face("FZ Devanagari", "NotoSansDevanagari-Regular", "100 599", DEVICE_FONTS),
        _face("FZ Devanagari", "NotoSansDevanagari-Bold", "600 900", [f"{name} Bold" for name in DEVICE_FONTS]),
        _face("FZ Devanagari Serif", "NotoSerifDevanagari-SemiBold", "100 900", ["Noto Serif Devanagari SemiBold"]),
    )
    families = (
        '--fz-sans:"FZ Devanagari",system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;'
        '--fz-serif:"FZ Devanagari Serif","Source Serif 4",Georgia,serif'
    )
    return "".join(faces) + f"html:root:lang(mr){{{families}}}html:lang(mr) svg{{font-family:var(--fz-sans)}}"


def _face(family: str, file: str, weights: str, own: Iterable[str], letters: str = ANY_LETTER) -> str:
    sources = [*(f'local("{name}")' for name in own), f'url("{asset_url(f"fonts/web/{file}.woff2")}") format("woff2")']
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weights};font-display:swap;src:{",".join(sources)};'
        f"unicode-range:{letters}}}"
    )


def _squeeze(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,]) ?", r"\1", css).replace(": ", ":").replace(";}", "}").strip()
