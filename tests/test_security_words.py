"""Hostile words end to end: names, orders, links and searches stay text in every page, picture, file and stream."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from data.store.engine import Store
from tests.support.api import client, token
from tests.support.browser import visit
from tests.support.hostile import BAD, PASSWORD, make
from tests.support.server import PROJECT_DIR, Server

MARKUP = re.compile(r"<script>|<img src=x|<i onclick|<b>S-", re.IGNORECASE)


class Wrong(HTMLParser):
    """What a page would run: handlers, scripts within it, addresses that are scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = [*MARKUP.findall(text)]
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Every element's attributes."""
        given = dict(attrs)
        self.found += [f"{tag} {name}" for name in given if name.startswith("on")]
        if tag == "script" and not (given.get("src") or "").startswith(("/assets/", "/static/", "/_dash-")):
            self.found += [tag] if given.get("type") != "application/json" else []
        addresses = [given.get(name) or "" for name in ("href", "src", "action")]
        self.found += [one for one in addresses if one.lower().startswith(("javascript:", "vbscript:", "//"))]


@pytest.fixture
def known(sqlite_store: Store) -> dict[str, Any]:
    return make()


@pytest.fixture
def api() -> TestClient:
    return client()


def _documents(known: dict[str, Any]) -> list[str]:
    bad, slug, number = quote(BAD, safe=""), known["slug"], known["numbers"][0]
    return [
        "/", f"/?q={bad}", f"/?scenario={bad}&page={bad}", f"/e/{slug}", f"/e/{bad}", f"/certificate/{number}",
        f"/certificate/{bad}", f"/verify/{number}", f"/verify?number={bad}", f"/verify/{bad}", f"/{bad}",
        f"/sign-in?next={bad}", f"/sign-in?next=/{bad}", f"/screen/{known['screen']}", f"/screen/{bad}", "/api/v1/docs",
        f"/e/{slug}/rank?certificate={bad}&board={bad}", f"/e/{slug}/rank.png?certificate={bad}", f"/order/{bad}",
        f"/pay/{known['held']}?x={bad}", f"/desk/e/{bad}", f"/?lang={bad}",
    ]  # fmt: skip


def test_no_document_holds_their_markup(known: dict[str, Any], api: TestClient) -> None:
    for language in ("en", "zh"):
        for path in _documents(known):
            answer = api.get(path, headers={"Accept-Language": language})
            assert answer.status_code < 500, path
            if "html" in answer.headers["content-type"]:
                assert Wrong(answer.text).found == [], path


def test_the_stream_s_parts_and_the_answers_headers_are_clean(known: dict[str, Any], api: TestClient) -> None:
    import events
    from pages.screen.wall import frame_text

    event = events.get_event(known["slug"])
    parts = json.loads(frame_text(("en",), event.event_id, events.snapshot(known["slug"])))["words"]["en"]
    text = "".join(parts.values())
    assert "&lt;script&gt;" in text  # the names are there
    assert Wrong(text).found == []
    number = known["numbers"][0]
    for path in (f"/certificate/{number}.pdf", f"/certificate/{number}.png", f"/verify/{number}.json"):
        answer = api.get(path)
        assert answer.status_code == 200 and answer.headers["x-content-type-options"] == "nosniff"
        assert re.fullmatch(
            rf'(inline|attachment); filename="{number}(\.[a-z]+)+"', answer.headers["content-disposition"]
        )
    odd = api.get(f"/verify?number={number}%0d%0aX-Evil:%201", follow_redirects=False)
    assert "x-evil" not in odd.headers


def test_files_hold_no_formula(known: dict[str, Any], api: TestClient) -> None:
    held = token("administrator")
    for by in ("event", "session"):
        told = api.get(f"/desk/reports.csv?kind=test&by={by}", headers=held)
        cells = [cell for row in csv.reader(io.StringIO(told.text.lstrip("\ufeff"))) for cell in row]
        assert any("=Event" in cell for cell in cells)
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
        book = openpyxl.load_workbook(
            io.BytesIO(api.get(f"/desk/reports.xlsx?kind=test&by={by}", headers=held).content)
        )
        for sheet in book:
            assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_a_browser_runs_none_of_it_on_any_page(make_server: Callable[..., Server], browser: Browser) -> None:
    server = make_server()
    server.cli("migrate")
    made = subprocess.run(
        [sys.executable, "-m", "tests.support.hostile"], cwd=PROJECT_DIR, capture_output=True, text=True, check=False,
        env={**os.environ, **server.environment},
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    known = json.loads(made.stdout.splitlines()[-1])
    slug, company = known["slug"], known["company"]
    window = visit(browser, "desktop", url=server.start().url)
    page, shouted = window.page, []
    page.on("dialog", lambda dialog: (shouted.append(dialog.message), dialog.dismiss()))
    page.goto("/sign-in?next=/desk")
    page.fill("#sign-in-email", "mallory@example.org")
    page.fill("#sign-in-password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/desk")
    desk = [
        f"/desk/e/{slug}", f"/desk/e/{slug}/orders", f"/desk/e/{slug}/boards", f"/desk/e/{slug}/poster",
        f"/desk/e/{slug}/screens", "/desk/exchange", "/desk/exchange/pools",
        f"/desk/exchange/instructions/{known['instruction']}", f"/desk/exchange/pools/p-{slug}:2020:test",
        "/desk/company", f"/desk/company/{company}/{slug}", "/desk/reports?kind=test&by=event",
        f"/desk/reports?kind=test&by=session&event={slug}",
    ]  # fmt: skip
    guest = [f"/e/{slug}/footprint", f"/e/{slug}/neutralise", f"/pay/{known['held']}", f"/order/{known['order']}",
             f"/e/{slug}/rank?certificate={known['numbers'][0]}", f"/e/{slug}/rank?board=companies"]  # fmt: skip
    for path in [*_documents(known), *guest, "/desk", *desk]:
        page.goto(path, wait_until="load")
        if path in guest or path in desk:
            page.wait_for_selector("main, .fz-main, .fz-desk", timeout=20_000)
            page.wait_for_function("!document.querySelector('[aria-busy=true]') || document.querySelector('h1')")
        assert page.evaluate("typeof window.pwned") == "undefined", path
        assert page.evaluate("document.querySelectorAll('img[src=x], [onerror], [onclick]').length") == 0, path
        links = page.evaluate("[...document.links].map(link => link.href)")
        assert not [link for link in links if link.startswith(("javascript:", "data:", "vbscript:"))], path
    assert shouted == []
    blocked = [text for text in window.complaints if "Content Security Policy" in text or "Content-Security" in text]
    assert blocked == []
    assert window.hosts == {server.url.removeprefix("http://")}
    window.context.close()
