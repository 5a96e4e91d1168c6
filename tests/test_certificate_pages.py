"""The certificate's page, PDF, picture and check: right words in both languages, sentences for what is not there."""

import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image

from data.store import schema as s
from data.store.engine import Store
from locales import catalogue, set_language
from offsetting import renderings
from offsetting.certificates import certificate, issue, reissue, revoke
from offsetting.signing import did_document
from offsetting.verification import verify_document
from pages.documents import certificate as certificate_page
from pages.documents import verify as verify_page
from pages.documents._certificate_pdf import certificate_pdf, wrapped
from pages.documents._certificate_png import HEIGHT, WIDTH, certificate_png
from pages.documents._certificate_words import lines_of_title, words_of
from tests.support.certified import EVENT_ID, ORDER_ID, PAID_AT, paid_order, retire

PAGES = Path(certificate_page.__file__).parent


@pytest.fixture
def number(sqlite_store: Store) -> str:
    with sqlite_store.write() as conn:
        paid_order(conn)
        return issue(conn, EVENT_ID, ORDER_ID, PAID_AT)


@pytest.fixture
def get(sqlite_store: Store) -> Callable[..., object]:
    app = FastAPI()
    app.include_router(certificate_page.router)
    app.include_router(verify_page.router)
    client = TestClient(app, follow_redirects=False)

    def ask(path: str, language: str = "", **headers: str) -> object:
        """As the middleware would: a language that is asked for stands in the address."""
        set_language(language or "en")
        asked = f"{'&' if '?' in path else '?'}lang={language}" if language else ""
        try:
            return client.get(path + asked, headers=headers)
        finally:
            set_language("en")

    return ask


def test_page_says_what_it_is(number: str, get: Callable) -> None:
    answer = get(f"/certificate/{number}")
    assert answer.status_code == 200
    text = answer.text
    for words in (
        "Carbon Neutral",
        "453.9",
        "Reserved, not yet retired",
        number,
        "DEMO-CDCER-2020-000140",
        "TEST · OF NO VALUE",
    ):
        assert words in text, words
    assert "<script" not in text
    assert f'/certificate/{number}.png?lang=en"' in text
    assert re.search(r'property="og:image" content="http://[^"]+\.png\?lang=en"', text)


def test_page_in_chinese(number: str, get: Callable) -> None:
    text = get(f"/certificate/{number}", "zh").text
    for words in (
        "碳中和荣誉证书",
        "已预留，尚未注销",
        "首届中国数字碳中和高峰论坛",
        "测试 · 无效力",
        'lang="zh-Hans"',
    ):
        assert words in text, words
    assert "Reserved" not in re.sub(r"<style>.*?</style>", "", text)


def test_words_of_these_pages_are_all_translated() -> None:
    known = catalogue("zh")
    for path in PAGES.glob("*certificate*.py"), [PAGES / "verify.py"]:
        for file in path:
            source = re.sub(r'"\s*\n\s*"', "", file.read_text(encoding="utf-8"))
            for msgid in re.findall(r'\b(?:t|say)\(\s*"((?:[^"\\]|\\.)+)"', source):
                assert ("." in msgid[1:-1] and " " not in msgid) or msgid in known, f"{file.name}: {msgid}"


def test_typed_number_leads_to_the_page(number: str, get: Callable) -> None:
    typed = number.replace("-", "").lower()
    assert get(f"/certificate/{typed}").headers["location"] == f"/certificate/{number}"
    assert get(f"/verify?number={typed}").headers["location"] == f"/verify/{number}"
    assert get(f"/verify/{typed}").headers["location"] == f"/verify/{number}"


@pytest.mark.parametrize(
    "path",
    [
        "/certificate/7KQ4-M2XW-9RBD-0HVE", "/certificate/x.pdf", "/certificate/7KQ4-M2XW-9RBD-0HVE.png",
        "/verify/nothing",
        "/verify?number=%F0%9F%99%82", "/verify/7KQ4-M2XW-9RBD-0HVE.json", "/certificate/%00", "/verify/<b>",
        "/verify?number=" + "a" * 3000,
    ],
)  # fmt: skip
def test_what_is_not_there_gets_a_sentence(get: Callable, path: str) -> None:
    answer = get(path)
    assert answer.status_code == 404
    assert "ertificate" in answer.text
    assert 'id="number"' in answer.text, "and the field to try again"
    assert "<b>”" not in answer.text


def test_verify_form_needs_no_script(get: Callable) -> None:
    answer = get("/verify")
    assert answer.status_code == 200
    assert 'method="get"' in answer.text
    assert 'action="/verify"' in answer.text
    assert "<script" not in answer.text


def test_check_walks_to_the_evidence(number: str, get: Callable, sqlite_store: Store) -> None:
    before = get(f"/verify/{number}").text
    assert "Genuine: Reserved, not yet retired" in before
    assert "Not yet." in before
    assert "not yet in it" in before, "its order was written by hand, without the log"
    with sqlite_store.write() as conn:
        retire(conn)
        reissue(conn, EVENT_ID, number, "retired")
    after = get(f"/verify/{number}").text
    for words in (
        "Genuine: Retired on 3 October 2021",
        "https://registry.example/r/1",
        "ab" * 32,
        "The credits were retired",
    ):
        assert words in after, words
    assert ORDER_ID not in after


def test_credential_downloads_byte_for_byte(number: str, get: Callable) -> None:
    answer = get(f"/verify/{number}.json")
    assert answer.headers["content-type"].startswith("application/vc+ld+json")
    assert verify_document(answer.content, did_document()).ok
    assert get(f"/verify/{number}.json?version=9").status_code == 404


def test_a_forged_row_is_shown_as_forged(number: str, get: Callable, sqlite_store: Store) -> None:
    with sqlite_store.write() as conn:
        text = conn.scalar(sa.select(s.certificate_statement.c.credential)).replace("Quiet Magpie", "Loud Magpie")
        conn.execute(sa.update(s.certificate_statement).values(credential=text))
    answer = get(f"/verify/{number}").text
    assert "The signature does not hold" in answer
    assert "Genuine" not in answer


def test_revoked_page_claims_nothing(number: str, get: Callable, sqlite_store: Store) -> None:
    with sqlite_store.write() as conn:
        conn.execute(sa.update(s.orders).values(state="refunded"))
        revoke(conn, EVENT_ID, number, "refunded")
    text = re.sub(
        r"First China Digital Carbon Neutrality Forum|<style>.*?</style>", "", get(f"/certificate/{number}").text
    )
    assert "Revoked" in text
    assert "Carbon Neutral" not in text
    assert get(f"/certificate/{number}.pdf").status_code == 200
    assert "Genuine" not in get(f"/verify/{number}").text


def test_files_are_cached_by_statement_and_language(number: str, get: Callable) -> None:
    first = get(f"/certificate/{number}.pdf")
    assert first.content.startswith(b"%PDF-")
    assert get(f"/certificate/{number}.pdf").content == first.content
    etag = first.headers["etag"]
    assert get(f"/certificate/{number}.pdf", **{"If-None-Match": etag}).status_code == 304
    assert get(f"/certificate/{number}.pdf", "zh").headers["etag"] != etag
    assert set(renderings.media_types()) >= {"application/pdf", "image/png"}


def pdf_text(body: bytes, folder: Path) -> str:
    (folder / "c.pdf").write_bytes(body)
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not here: apt-get install poppler-utils")
    return subprocess.run(["pdftotext", str(folder / "c.pdf"), "-"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pdf_can_be_read_and_is_one_page(number: str, tmp_path: Path, language: str) -> None:
    view = certificate(number)
    body = certificate_pdf(view, language)
    text = pdf_text(body, tmp_path)
    words = words_of(view, language)
    for part in (
        *lines_of_title(words.title, language),
        words.event,
        words.lead,
        words.mass_number,
        number,
        words.state_line,
    ):
        assert part in text, part
    for name, value in words.rows:
        assert name in text
        assert value in text, value
    assert text.count("\f") == 1
    assert len(body) < 300_000


def test_pdf_in_other_scripts(number: str, tmp_path: Path) -> None:
    view = replace(
        certificate(number), event_names={"mr": "पहिली परिषद", "is": "Þing um kolefni í Öræfum"},
        holder_kind="name", holder_names={"en": "Ævar Þór 王秀 मराठी"},
    )  # fmt: skip
    assert "Þing um kolefni í Öræfum" in pdf_text(certificate_pdf(view, "is"), tmp_path)
    text = pdf_text(certificate_pdf(view, "mr"), tmp_path)
    assert "Ævar Þór 王秀" in text
    assert "पहि" in text or "परि" in text


@pytest.mark.parametrize("language", ["zh", "mr"])
def test_picture_has_its_size(number: str, language: str) -> None:
    picture = Image.open(io.BytesIO(certificate_png(certificate(number), language)))
    assert picture.size == (WIDTH, HEIGHT) == (1080, 1350)
    assert picture.format == "PNG"


def test_every_state_and_share_can_be_drawn(number: str) -> None:
    view = certificate(number)
    many = tuple(replace(view.serials[0], runs=view.serials[0].runs * 9) for _ in range(2))
    shapes = [
        replace(view, state="retired"), replace(view, state="revoked"),
        replace(view, share_bp=0, covered_g=0, extra_g=9),
        replace(view, share_bp=3, covered_g=1), replace(view, share_bp=9_999),
        replace(view, extra_g=10**9, emitted_g=1),
        replace(view, livemode=True, simulated=False, serials=many, holder_kind="none",
                holder_names={}, by_category={}),
        replace(view, serials=(), event_names={"en": "A very long name of an event " * 6}),
    ]  # fmt: skip
    for i, shape in enumerate(shapes):
        language = ("en", "zh")[i % 2]
        assert certificate_pdf(shape, language).startswith(b"%PDF-")
        assert certificate_png(shape, language).startswith(b"\x89PNG")


def test_under_full_share_it_is_a_contribution(sqlite_store: Store, get: Callable) -> None:
    with sqlite_store.write() as conn:
        paid_order(conn, share_percent=50)
        number = issue(conn, EVENT_ID, ORDER_ID, PAID_AT)
    text = re.sub(r"<[^>]+>", "", get(f"/certificate/{number}").text).replace("Carbon Neutrality Forum", "")
    assert "Certificate of Honour" in text
    assert "eutral" not in re.sub(r".*?</style>", "", text).split("Forum Zero", 1)[-1].replace("Neutralise", "")
    assert "of 453.9\u202fkg CO₂e are covered, 49.99\u202f%" in text or "are covered, 50" in text


def test_wrapping_keeps_words_and_closing_marks() -> None:
    lines = wrapped([("one two ", False), ("three", True), (" four", False)], 9, lambda text, bold: len(text))
    assert ["".join(run for run, _ in line).strip() for line in lines] == ["one two", "three", "four"]
    chinese = wrapped([("一二三四，五", False)], 4, lambda text, bold: len(text))
    assert ["".join(run for run, _ in line) for line in chinese] == ["一二三", "四，五"]
    assert json.dumps(lines)
