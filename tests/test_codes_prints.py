"""What is printed of codes: each kind in each language, for test events marked so, drawn alike as PDF and as SVG."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pypdfium2
import pytest
import zxingcpp
from starlette.testclient import TestClient

import events
from accounts import SYSTEM, set_actor
from offsetting import claims
from pages._parts.qr import QUIET_MODULES, matrix
from pages.organiser import _codes_files as files
from pages.organiser._codes_designs import A4, BADGES, KINDS, POSTERS, draw, metres
from pages.organiser._codes_sheet import Box, Letters, Modules, Sheet
from pages.organiser._codes_type import Voice, fitted, lines_of, outline, width
from pages.organiser._codes_words import piece_of
from tests.support.api import Forum, open_forum, token

SLUG = "hall-2026"
LANGUAGES = (["en"], ["zh"], ["mr"], ["is"], ["zh", "en"])


@pytest.fixture
def code(forum: Forum) -> events.Code:
    set_actor(SYSTEM)
    return events.make_code(SLUG, "table_card", "main", "")


def said(sheet: Sheet) -> str:
    return " ".join(item.text for item in sheet.items if isinstance(item, Letters))


def modules(item: Modules) -> set[tuple[int, int]]:
    """The dark modules of a drawn code, by row and column."""
    left, top = min(x for x, _, _ in item.runs), min(y for _, y, _ in item.runs)
    return {
        (round((y - top) / item.module), round((x - left) / item.module) + step)
        for x, y, long in item.runs for step in range(round(long / item.module))
    }  # fmt: skip


@pytest.mark.parametrize("languages", LANGUAGES)
def test_each_kind_holds_the_code_its_link_and_the_claims_words(code: events.Code, languages: list[str]) -> None:
    event = events.get_event(SLUG)
    piece = piece_of(event, code, languages)
    rows = matrix(code.link)
    dark = {(y, x) for y, row in enumerate(rows) for x, cell in enumerate(row) if cell}
    facts = {"jurisdiction": event.jurisdiction, "livemode": False, "subject": claims.subject_of(event.scenario)}
    for kind in KINDS:
        sheet = draw(kind, piece).sheets[0]
        words = re.sub(r"\s", "", said(sheet))
        assert code.link.split("://", 1)[1] in words and piece.words[0].test in said(sheet), kind
        assert all(modules(item) == dark for item in sheet.items if isinstance(item, Modules)), kind
        if kind in ("poster", "cards", "slide"):
            for language in languages:
                assert re.sub(r"\s", "", claims.say("poster.heading", language, **facts)) in words, (kind, language)
        for item in sheet.items:
            if isinstance(item, Letters):
                right = item.x + width(item.text, item.size, item.voice)
                assert item.x >= 0 and right <= sheet.width + 0.01 and item.y <= sheet.height, (kind, item.text)


def test_posters_grow_with_their_paper(code: events.Code) -> None:
    piece = piece_of(events.get_event(SLUG), code, ["en"])
    sizes = {size: draw("poster", piece, size) for size in POSTERS}
    assert [round(drawn.sheets[0].width) for drawn in sizes.values()] == [210, 297, 420, 594]
    assert sizes["A1"].code_mm == pytest.approx(sizes["A4"].code_mm * 594 / 210)
    side = sizes["A4"].code_mm
    assert side * (1 + 2 * QUIET_MODULES / len(matrix(code.link))) < A4[0] and metres(side) == int(side / 10) / 10


def test_badges_carry_the_names_typed_and_nothing_keeps_them(
    api: TestClient, forum: Forum, code: events.Code
) -> None:  # fmt: skip
    held = token("organiser", event_id=forum.event_id)
    names = "\n".join([f"Guest {i}" for i in range(BADGES[0] * BADGES[1])] + ["王小明", " "])
    answer = api.post(f"/desk/e/{SLUG}/codes/{code.code_id}/badges.pdf", data={"names": names}, headers=held)
    assert answer.status_code == 200 and answer.content.count(b"/Type /Page\n") == 2
    assert answer.headers["cache-control"] == "no-store"
    piece = piece_of(events.get_event(SLUG), code, ["en"])
    named = draw("badges", piece, names=("Guest 1", "王小明"))
    assert "Guest 1" in said(named.sheets[0]) and "王小明" in said(named.sheets[0])
    assert sum(isinstance(item, Modules) for item in draw("badges", piece).sheets[0].items) == 10
    assert sum(isinstance(item, Modules) for item in draw("cards", piece).sheets[0].items) == 4
    assert api.post(f"/desk/e/{SLUG}/codes/{code.code_id}/badges.pdf", data={"names": "x"}).status_code == 401


def test_files_are_self_contained_and_the_same_each_time(api: TestClient, forum: Forum, code: events.Code) -> None:
    held = token("organiser", event_id=forum.event_id)
    base = f"/desk/e/{SLUG}/codes/{code.code_id.upper()}"
    svg = api.get(f"{base}/poster.svg?language=zh&second=en&size=A2", headers=held)
    assert svg.headers["content-type"].startswith("image/svg+xml")
    root = ElementTree.fromstring(svg.text)
    assert root.get("width") == "420mm" and not root.findall(".//{*}text")
    assert not re.search(r"https?://(?!www\.w3\.org/)", svg.text.replace(code.link, "")) and "<script" not in svg.text
    pdf = api.get(f"{base}/slide.pdf?language=is", headers=held)
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf.content)
    assert box is not None and float(box[1]) / float(box[2]) == pytest.approx(16 / 9, abs=0.001)
    assert pdf.content == api.get(f"{base}/slide.pdf?language=is", headers=held).content
    assert b"/FontFile" in pdf.content
    for wrong in ("poster.gif", "banner.pdf", "poster.pdf?size=A9"):
        assert api.get(f"{base}/{wrong}", headers=held).status_code == 404, wrong
    events.revoke_code(SLUG, code.code_id)
    assert api.get(f"{base}/poster.pdf", headers=held).status_code == 404


def test_live_events_carry_no_notice_and_their_own_colours(code: events.Code) -> None:
    piece = piece_of(events.get_event(SLUG), code, ["en"])
    assert piece.is_test and piece.words[0].test in said(draw("cards", piece).sheets[0])
    live = replace(piece, is_test=False, accent="#123456")
    sheet = draw("cards", live).sheets[0]
    assert piece.words[0].test not in said(sheet)
    assert any(getattr(item, "colour", "") == "#123456" for item in sheet.items)


def test_other_events_organisers_print_nothing_here(api: TestClient, forum: Forum, code: events.Code) -> None:
    other = token("organiser", event_id=open_forum("elsewhere").event_id)
    assert api.get(f"/desk/e/{SLUG}/codes/{code.code_id}/poster.pdf", headers=other).status_code == 403
    assert api.get(f"/desk/e/elsewhere/codes/{code.code_id}/poster.pdf", headers=other).status_code == 404


def test_letters_are_measured_broken_and_cut() -> None:
    voice = Voice("sans", "B")
    assert width("aa", 10, voice) == pytest.approx(2 * width("a", 10, voice))
    text = "扫码，填写您如何前来，看看排放多少"
    lines = lines_of(text, 40, 6, voice)
    assert "".join(lines) == text and len(lines) > 1
    assert all(width(line, 6, voice) <= 40 for line in lines) and not any(line[0] in "，。" for line in lines)
    cut, size = fitted("W" * 200, 30, 10, voice, 1)
    assert cut[0].endswith("…") and width(cut[0], size, voice) <= 30
    assert outline("é世", 0, 10, 10, voice).startswith("M")


def scanned(picture: Any) -> set[str]:
    """What a phone reads in a picture."""
    return {found.text for found in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)}


def test_what_is_printed_is_read_from_paper(code: events.Code) -> None:
    piece = piece_of(events.get_event(SLUG), code, ["en", "zh"])
    long = tuple(replace(one, name=("Verification of carbon in cities and halls " * 4)[:160]) for one in piece.words)
    pieces = {"as it is": piece, "a dark brand, long names": replace(piece, words=long, accent="#102030")}
    assert draw("cards", pieces["a dark brand, long names"]).code_mm >= 24  # long names give way to the code
    for name, one in pieces.items():
        sheets = [draw(kind, one).sheets[0] for kind in KINDS]
        paper = pypdfium2.PdfDocument(files.pdf(sheets, "all", "en"))
        for kind, page in zip(KINDS, paper, strict=True):
            assert scanned(page.render(scale=1.4, grayscale=True).to_numpy()) == {code.link}, (kind, name)


def test_around_the_code_four_modules_stay_white_and_words_do_not_touch(code: events.Code) -> None:
    piece = piece_of(events.get_event(SLUG), code, ["en", "zh"])
    long = tuple(replace(one, name=("Verification of carbon in cities and halls " * 4)[:160]) for one in piece.words)
    for one in (piece, replace(piece, words=long), replace(piece, is_test=False)):
        for kind in KINDS:
            sheet = draw(kind, one, names=("Alexandria Konstantinopoulou-Fernandez",)).sheets[0]
            at = next(i for i, item in enumerate(sheet.items) if isinstance(item, Modules))
            code_item, ground = sheet.items[at], sheet.items[at - 1]
            assert isinstance(code_item, Modules) and isinstance(ground, Box) and ground.colour == "#ffffff", kind
            assert min(x for x, _, _ in code_item.runs) - ground.x >= 4 * code_item.module - 0.001, kind
            letters = [item for item in sheet.items if isinstance(item, Letters)]
            for item in letters:
                inside = (
                    ground.x < item.x + width(item.text, item.size, item.voice) and item.x < ground.x + ground.width
                )
                above = item.y < ground.y + 0.01 or item.y - item.size * 0.7 > ground.y + ground.height * 0.93
                assert not inside or above or kind == "badges", (kind, item.text)
            if kind in ("poster", "slide"):
                for first, second in pairwise(sorted(letters, key=lambda item: item.y)):
                    assert second.y - first.y >= 0.6 * second.size or first.y == second.y, (first.text, second.text)


def test_everything_comes_at_once_by_kind_and_hall(api: TestClient, forum: Forum, code: events.Code) -> None:
    events.make_code(SLUG, "own", "main", "=By/the: door")
    held = token("organiser", event_id=forum.event_id)
    answer = api.get(f"/desk/e/{SLUG}/codes.zip?language=en&second=zh&size=A3", headers=held)
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        assert {"Posters-A3.pdf", "Table cards.pdf", "Slides.pdf", "Codes.pdf", "Links.csv"} <= set(names)
        assert sum(name.startswith("SVG/Main forum/") and name.endswith(".svg") for name in names) == 2
        assert all(len(name.split("/")) in (1, 3) and ".." not in name for name in names)
        links = archive.read("Links.csv").decode("utf-8-sig")
        assert code.link in links and "'=By/the: door" in links
        posters = pypdfium2.PdfDocument(archive.read("Posters-A3.pdf"))
        assert len(posters) == 1 and round(posters[0].get_width() / 72 * 25.4) == 297
    assert api.get(f"/desk/e/{SLUG}/codes.zip?size=A9", headers=held).status_code == 404
    assert api.get(f"/desk/e/{SLUG}/codes.zip", follow_redirects=False).status_code == 303
    other = token("organiser", event_id=open_forum("elsewhere").event_id)
    assert api.get(f"/desk/e/{SLUG}/codes.zip", headers=other).status_code == 403
