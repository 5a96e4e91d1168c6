"""The fonts that PDFs embed: registered with fpdf2, one family a voice, the other scripts as fallbacks."""

from __future__ import annotations

from pathlib import Path

from fpdf import FPDF

FONT_DIR = Path(__file__).resolve().parents[2] / "assets" / "fonts"
FONT_FILES = (
    ("sans", "", "NotoSans-Regular.ttf"),
    ("sans", "B", "NotoSans-Bold.ttf"),
    ("sans-sc", "", "NotoSansSC-Regular.otf"),
    ("sans-sc", "B", "NotoSansSC-Bold.otf"),
    ("sans-deva", "", "NotoSansDevanagari-Regular.ttf"),
    ("sans-deva", "B", "NotoSansDevanagari-Bold.ttf"),
    ("serif", "", "SourceSerif4-SemiBold.ttf"),
    ("serif-sc", "", "NotoSerifSC-Bold.otf"),
    ("serif-deva", "", "NotoSerifDevanagari-SemiBold.ttf"),
)
SERIF_BY_LANGUAGE = {"zh": "serif-sc", "mr": "serif-deva"}


def register_fonts(pdf: FPDF) -> None:
    """Makes the families ``sans`` (regular, B) and ``serif`` known to ``pdf``; shapes text, falls back by script."""
    for family, style, name in FONT_FILES:
        pdf.add_font(family, style, FONT_DIR / name)
    pdf.set_fallback_fonts(["sans-sc", "sans-deva", "serif-sc", "serif-deva"], exact_match=True)
    pdf.set_text_shaping(True)


def serif_family(language: str) -> str:
    """The family for titles in ``language``: Source Serif for Latin, Noto Serif for Chinese and Devanagari.

    Shaping works in ``cell``, ``multi_cell`` and ``write``; ``FPDF.text`` does not shape.
    """
    return SERIF_BY_LANGUAGE.get(language, "serif")
