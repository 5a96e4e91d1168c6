"""Takes the pictures of this folder from the running product: `python -m docs.pictures.take`.

The README shows three of them under names of their own. Starts a server of its own with the demonstration, walks
through each page in a browser, and writes a PNG a page, language and theme. Needs requirements-dev.txt and a browser,
as the tests do.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import FLAGS, find_browser, visit
from tests.support.server import Server

FOLDER = Path(__file__).parent
LOOKS = (("en", "light"), ("zh", "dark"))
EVENT = "/e/chengdu-2021"
README = {"phone": "calculator-en-light", "organiser": "organiser-en-light", "wall": "wall-en-dark"}


def _still(page: Page) -> None:
    """Until the page has loaded and nothing loads any more (a live page's stream never ends)."""
    page.wait_for_load_state("load")
    page.wait_for_selector(".fz-loading", state="detached")
    page.wait_for_timeout(2500)


def _save(page: Page, name: str) -> None:
    _still(page)
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)
    print(name)


def guest(page: Page, look: str) -> None:
    """Home, introduction, calculator, shares, payment, certificate, its check, boards, the life footprint."""
    language = look.split("-")[0]
    for name, path in (("home", "/"), ("landing", EVENT)):
        page.goto(f"{path}?lang={language}")
        _save(page, f"{name}-{look}")
    page.goto(f"{EVENT}/footprint")
    page.locator("[role=combobox]").first.fill("北京" if language == "zh" else "Beijing")
    page.locator(".fz-option").first.click()
    _save(page, f"calculator-{look}")
    page.locator("#calc-go").click()
    page.wait_for_url("**/neutralise**")
    _save(page, f"neutralise-{look}")
    page.locator("#neu-go").click()
    page.wait_for_url("**/pay/**")
    _save(page, f"pay-{look}")
    page.locator("[data-outcome=succeeded]").click()
    page.wait_for_url("**/certificate/**")
    number = page.url.split("/certificate/")[1].split("?")[0]
    _save(page, f"certificate-{look}")
    page.goto(f"/verify/{number}")
    _save(page, f"verify-{look}")
    page.goto(f"{EVENT}/rank")
    _save(page, f"rank-{look}")
    page.goto("/e/life/footprint")
    _save(page, f"life-{look}")


def desk(page: Page, look: str, people: dict[str, str]) -> None:
    """The organiser's, the exchange's and the reporting team's pages."""
    language = look.split("-")[0]
    pages = {
        "organiser": {"organiser": f"/desk{EVENT}", "orders": f"/desk{EVENT}/orders", "boards": f"/desk{EVENT}/boards"},
        "exchange": {"exchange": "/desk/exchange"},
        "sustainability": {"reports": "/desk/reports"},
    }
    for role, wanted in pages.items():
        page.context.clear_cookies()
        page.goto(f"/sign-in?lang={language}")
        email, password = people[role].split()
        page.fill("[name=email]", email)
        page.fill("[name=password]", password)
        page.click("button[type=submit]")
        for name, path in wanted.items():
            page.goto(path)
            _save(page, f"{name}-{look}")


def walls(browser: Browser, server: Server) -> None:
    """The big screen in both sizes."""
    link = "/screen/" + server.log.split("/screen/")[1].split()[0]
    for size, look in (("wall", "en-dark"), ("wall", "zh-light"), ("wall4k", "en-dark")):
        language, theme = look.split("-")
        window = visit(browser, size, language, theme, server.url)
        window.page.goto(f"{link}?lang={language}&theme={theme}")
        window.page.wait_for_selector("[data-count=emitted]")
        window.page.wait_for_timeout(1500)  # the stream stays open: the network is never idle
        path = FOLDER / f"{size}-{look}.png"
        window.page.screenshot(path=path)
        Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)
        window.context.close()
        print(size, look)


def _people(log: str) -> dict[str, str]:
    rows = [line.split() for line in log.splitlines() if "@forum-zero.example" in line]
    return {row[0]: f"{row[1]} {row[2]}" for row in rows}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        server.cli("demo")
        server.start()
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(FLAGS))
        try:
            for language, theme in LOOKS:
                window = visit(browser, "phone", language, theme, server.url)
                guest(window.page, f"{language}-{theme}")
                window.context.close()
                window = visit(browser, "desktop", language, theme, server.url)
                desk(window.page, f"{language}-{theme}", _people(server.log))
                window.context.close()
            walls(browser, server)
            for name, shown in README.items():
                shutil.copy(FOLDER / f"{shown}.png", FOLDER / f"{name}.png")
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
