"""PDF and picture in four languages: every character has a glyph, Devanagari is shaped, the text reads in order."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import uharfbuzz
from fontTools.ttLib import TTFont
from PIL import Image

from data.store.engine import Store
from locales import LANGUAGES, catalogue
from offsetting.certificate_view import CertificateView
from offsetting.certificates import certificate, issue
from pages._parts.pdf_fonts import FONT_DIR, FONT_FILES, serif_family
from pages.documents._certificate_pdf import certificate_pdf
from pages.documents._certificate_png import certificate_png
from pages.documents._certificate_words import CertificateWords, words_of
from tests.support.certified import EVENT_ID, ORDER_ID, PAID_AT, paid_order

NAMES = {
    "en": "First China Digital Carbon Neutrality Forum", "zh": "首届中国数字碳中和高峰论坛",
    "mr": "पहिली चीन डिजिटल कार्बन तटस्थता परिषद", "is": "Þing um stafrænt kolefnishlutleysi í Öræfum",
}  # fmt: skip
MOST_PDF_BYTES, MOST_PICTURE_BYTES = 200_000, 160_000


@pytest.fixture
def view(sqlite_store: Store) -> CertificateView:
    with sqlite_store.write() as conn:
        paid_order(conn)
        number = issue(conn, EVENT_ID, ORDER_ID, PAID_AT)
    found = certificate(number)
    return replace(found, event_names=NAMES, extra_g=12_345)


def shapes(view: CertificateView) -> list[CertificateView]:
    """Every state that a certificate can be in."""
    return [
        view, replace(view, retired_g=100_000), replace(view, state="retired", retired_g=view.grams),
        replace(view, state="revoked"), replace(view, share_bp=2500), replace(view, covered_g=0, share_bp=0),
        replace(view, livemode=True, jurisdiction="EU"),
    ]  # fmt: skip


def spoken(words: CertificateWords) -> list[str]:
    """Everything that stands on a certificate."""
    plain = [value for value in vars_of(words).values() if isinstance(value, str)]
    return plain + [text for row in words.rows for text in row]


def vars_of(words: CertificateWords) -> dict[str, object]:
    return {name: getattr(words, name) for name in words.__dataclass_fields__}


@cache
def letters_of(file: str) -> frozenset[int]:
    """The characters that a font has a glyph for."""
    return frozenset(TTFont(FONT_DIR / file).getBestCmap())


def files_of(*families: str) -> list[str]:
    return [file for family, _, file in FONT_FILES if family.split("-")[0] in families]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_character_has_a_glyph(view: CertificateView, language: str) -> None:
    sans = frozenset().union(*(letters_of(file) for file in files_of("sans")))
    serif = frozenset().union(*(letters_of(f) for family, _, f in FONT_FILES if family == serif_family(language)))
    for shape in shapes(view):
        words = words_of(shape, language)
        for text in spoken(words):
            lacking = {letter for letter in text if ord(letter) not in sans and letter not in "\n*"}
            assert not lacking, (text, lacking)
        lacking = {letter for letter in words.title + words.event if ord(letter) not in serif}
        assert not lacking, (words.title, lacking)


@cache
def font_of(file: str) -> uharfbuzz.Font:
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(FONT_DIR / file))))


def glyphs(file: str, text: str) -> list[int]:
    font, buffer = font_of(file), uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)
    return [info.codepoint for info in buffer.glyph_infos]


@pytest.mark.parametrize("file", [file for family, _, file in FONT_FILES if family.endswith("deva")])
def test_devanagari_is_shaped(file: str) -> None:
    for text, fewer in (("सन्मानपत्र", 3), ("स्थ", 2), ("र्ब", 1), ("त्र", 2), ("प्र", 2)):
        found = glyphs(file, text)
        assert 0 not in found, "a box in place of a letter"
        assert len(found) <= len(text) - fewer + 1, (file, text, "its conjunct is not joined")
    ours = {word for said in catalogue("mr").values() for word in re.findall("[\u0900-\u097f]+", said)}
    assert not [word for word in ours if 0 in glyphs(file, word)]


def pdf_text(body: bytes, folder: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not here: apt-get install poppler-utils")
    (folder / "c.pdf").write_bytes(body)
    run = subprocess.run(["pdftotext", str(folder / "c.pdf"), "-"], capture_output=True, text=True, check=True)
    return re.sub(r"\s+", "", run.stdout)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_reads_in_order(view: CertificateView, language: str, tmp_path: Path) -> None:
    for shape in (view, replace(view, retired_g=100_000)):
        words, body = words_of(shape, language), certificate_pdf(shape, language)
        text = pdf_text(body, tmp_path)
        told = [words.title, words.lead, words.event, words.where_when, words.mass_number, words.state_line, words.note]
        for part in (*told, *(value for row in words.rows for value in row)):
            assert re.sub(r"\s+", "", part) in text, part
        places = [text.index(re.sub(r"\s+", "", part)) for part in (words.title, words.lead, words.event)]
        assert places == sorted(places)
        assert len(body) < MOST_PDF_BYTES


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_stays_small_and_shows_how_far_it_is(view: CertificateView, language: str) -> None:
    drawn = [certificate_png(shape, language) for shape in (view, replace(view, retired_g=view.grams // 2))]
    assert max(map(len, drawn)) < MOST_PICTURE_BYTES
    # on the ring, at three o'clock minus a little: hatched while reserved, one colour once retired so far
    first, second = (Image.open(io.BytesIO(body)).convert("RGB").crop((674, 396, 688, 412)) for body in drawn)
    assert len(first.getcolors(4096) or []) > 1, "hatched"
    assert len(second.getcolors(4096) or []) == 1, "solid"
