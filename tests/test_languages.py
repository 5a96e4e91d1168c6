"""The guest's pages in each language: offered by name, whole in Marathi and Icelandic, fonts where they are needed."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from fontTools.ttLib import TTFont
from playwright.sync_api import expect

import accounts
import locales
from locales import LANGUAGES, NATIVE_NAMES, set_language
from pages._parts.html_text import render
from pages._parts.shell import guest_shell, language_switch, stepper
from pages._parts.styles import OWN_NAME, font_faces
from tests.support.api import Forum
from tests.support.browser import Visit
from tests.support.people import link_in, written
from tests.support.server import PROJECT_DIR, Server

FORUM = "chengdu-2021"
FONTS = PROJECT_DIR / "assets" / "fonts" / "web"
Open = Callable[..., Visit]
START = {"mr": "मला कार्बन तटस्थ व्हायचे आहे", "is": "Ég vil vera kolefnishlutlaus"}
ASKED = {"mr": "तुम्ही कसे आलात?", "is": "Hvernig komstu?"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_offered_by_its_own_name(language: str) -> None:
    set_language(language)
    for shown in (render(language_switch("/verify")), render(guest_shell("", side="kept"))):
        for code, name in NATIVE_NAMES.items():
            assert f"lang={code}" in shown
            assert name in shown
        assert shown.count('aria-current="true"') == 1
    set_language("en")


def test_the_letters_of_the_own_name_are_in_the_small_font() -> None:
    found = TTFont(FONTS / "NotoSansDevanagari-Names.woff2").getBestCmap()
    assert set(found) == {ord(letter) for letter in NATIVE_NAMES["mr"]}
    assert set(found) == {int(code[2:], 16) for code in OWN_NAME.split(",")}
    assert (FONTS / "NotoSansDevanagari-Names.woff2").stat().st_size < 2_000


def test_the_second_step_is_named_as_the_law_of_the_place_lets_it() -> None:
    set_language("en")
    assert "Neutralise" in render(stepper("footprint", jurisdiction="CN"))
    for place in ("EU", "DE", ""):
        assert "eutral" not in render(stepper("footprint", jurisdiction=place))


def test_fonts_are_named_for_the_language_that_needs_them_alone() -> None:
    for language in ("en", "zh", "is"):  # of others only the letters of its own name are there, for lists of languages
        assert re.findall(r"[\w-]+\.woff2", font_faces(language)) == ["NotoSansDevanagari-Names.woff2"]
    assert font_faces("mr").count(".woff2") == 3
    assert "http" not in font_faces("mr")


@pytest.mark.parametrize("language", ["mr", "is"])
def test_passwords_and_the_method_are_told_in_the_language(
    forum: Forum, api: TestClient, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """Every sentence of these pages and of their letters, those about what is wrong among them."""
    missing: set[str] = set()

    def asked(code: str, msgid: str, **params: Any) -> str:
        missing.update([] if msgid in locales.catalogue(code) or msgid == "{link}" else [msgid])
        return said(code, msgid, **params)

    said = locales.translate
    for module in (locales, accounts.letters):
        monkeypatch.setattr(module, "translate", asked)
    accounts.create_person("ada@example.org", "Ada", None, (), locale=language)
    told = {"Accept-Language": language}
    for path in ("/forgot", "/reset", "/method", f"/method?event={forum.slug}", "/method?event=nowhere"):
        answer = api.get(path, headers=told)
        assert f'lang="{language}"' in answer.text and "smartphone" not in answer.text
    for _ in range(6):
        answer = api.post("/forgot", data={"email": "ada@example.org"}, headers=told)
    assert answer.status_code == 429
    code = link_in(written())
    for password, status in (("short", 422), ("ada@example.org", 422), ("a new password of hers", 200), ("x", 404)):
        assert api.post("/reset", data={"code": code, "password": password}, headers=told).status_code == status
    assert not sorted(missing)


@pytest.mark.parametrize("language", ["mr", "is"])
def test_a_guests_pages_on_a_phone(open_window: Open, server: Server, language: str) -> None:
    visit = open_window("phone", language, "light")
    page, files = visit.page, []
    page.on("response", lambda answer: files.append(answer.url))
    for path in ("/", "/verify", f"/e/{FORUM}"):
        page.goto(f"{path}?lang={language}")
        assert page.locator("html").get_attribute("lang") == language
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.get_by_role("link", name=START[language]).click()
    page.wait_for_selector("#calc-home form")
    expect(page.locator("h1, legend, h2").filter(has_text=ASKED[language]).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".fz-lang-row a", has_text="English").click()
    page.wait_for_selector("#calc-home form")
    assert page.locator("html").get_attribute("lang") == "en"
    assert language == "mr" or not [url for url in files if "woff2" in url and "Names" not in url]
    assert {url.split("/")[2] for url in files if url.startswith("http")} == {server.url.split("//")[1]}
