"""Retirement in a browser: two people of the exchange, an auditor who reads all and changes nothing, a holder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import Visit
from tests.support.desk import enter, person
from tests.support.server import Server
from tests.test_desk_journey import order, state

__all__ = ["person"]
DOCUMENT = b"%PDF-1.4 retired " + b"x" * 600_000


def draft(page: Page) -> str:
    """An instruction for every credit of the pool that is ready or begun; its number."""
    pool = page.locator("section", has_text="CDCER other projects · 2020").first
    pool.get_by_role("link", name="Draft an instruction").click()
    page.wait_for_selector("#retire-draft")
    facts = page.locator(".fz-facts dd").all_inner_texts()
    page.locator("#retire-partly label").click()
    page.locator("#retire-credit_count").fill("999999")
    expect(page.locator("#retire-plan")).to_contain_text("whole credits are ready")
    page.locator("#retire-credit_count").fill(str(int(facts[2]) + int(facts[3])))
    expect(page.locator("#retire-plan")).to_contain_text("nobody has bought")
    page.locator("#retire-beneficiary").fill("")
    page.locator("#retire-draft").click()
    expect(page.locator("#retire-beneficiary-error")).to_contain_text("for whom")
    page.locator("#retire-beneficiary").fill("Guests of the forum")
    page.locator("#retire-draft").click()
    page.wait_for_url("**/desk/exchange/instructions/TEST-RI-*")
    return page.url.rsplit("/", 1)[1]


def fill(page: Page, document: Path) -> None:
    """Enters what the registry has done, first wrongly."""
    page.locator("#instruction-link").fill("not an address")
    page.locator("#instruction-enter").click()
    expect(page.locator("#instruction-link-error")).to_contain_text("not an address")
    expect(page.locator("#instruction-evidence-error")).to_contain_text("Registry's document")
    assert page.locator("#instruction-link").input_value() == "not an address"
    page.locator("#instruction-link").fill("https://registry.example/retired/7")
    page.locator("#instruction-evidence input[type=file]").set_input_files(document)
    expect(page.locator("#instruction-file")).to_have_text(document.name)
    page.locator("#instruction-enter").click()
    expect(page.locator(".fz-facts").first).to_contain_text("Entered, to be confirmed", timeout=20_000)


def test_two_people_retire_and_a_certificate_turns(
    open_window: Callable[..., Visit], person: Callable[[str], str], server: Server, tmp_path: Path
) -> None:
    certificate = order(server.url, 1_000_000)
    document = tmp_path / "registry.pdf"
    document.write_bytes(DOCUMENT)
    window, other = open_window("desktop"), open_window("phone")
    first, second = window.page, other.page
    enter(first, "/desk/exchange", person("exchange"))
    first.get_by_role("link", name="Retirement").first.click()
    number = draft(first)
    path = f"/desk/exchange/instructions/{number}"
    first.locator("#instruction-send").click()
    first.wait_for_selector("#instruction-enter")
    fill(first, document)
    first.goto(f"{path}/confirm")
    expect(first.get_by_text("a second person of the exchange has to confirm it")).to_be_visible()
    assert first.locator("#confirm-confirm").count() == 0

    enter(second, f"{path}/confirm", person("administrator"))
    second.get_by_text("Something does not hold").click()
    second.locator("#confirm-return").click()
    expect(second.locator("#confirm-returned")).to_contain_text("say why")
    second.locator("#confirm-reason").fill("another day")
    second.locator("#confirm-return").click()
    expect(second.locator("#confirm-returned")).to_contain_text("sent back")
    assert state(server.url, certificate) == "reserved"
    first.goto(path)
    expect(first.get_by_text("It was sent back: another day")).to_be_visible()
    fill(first, document)

    second.goto(f"{path}/confirm")
    assert second.locator(":root").evaluate("e => e.scrollWidth") <= 390
    second.locator("#confirm-confirm").click()
    expect(second.locator("#confirm-done")).to_contain_text("turned to retired", timeout=20_000)
    assert state(server.url, certificate) == "retired"
    held = httpx.get(
        f"{server.url}/certificate/{certificate}/evidence/{hashlib.sha256(DOCUMENT).hexdigest()}", timeout=20
    )
    assert (held.status_code, held.content) == (200, DOCUMENT)
    assert held.headers["content-disposition"].startswith("attachment")
    assert not window.complaints and not other.complaints


def download(context: BrowserContext, url: str) -> tuple[int, bytes]:
    """What this person is sent."""
    answer = context.request.get(url, max_redirects=0)
    return answer.status, answer.body()


@pytest.mark.parametrize("role", ["auditor"])
def test_an_auditor_reads_all_and_changes_nothing(
    open_window: Callable[..., Visit], person: Callable[[str], str], server: Server, role: str
) -> None:
    window = open_window("phone")
    page = window.page
    enter(page, "/desk/exchange/pools", person(role))
    assert page.get_by_role("link", name="Draft an instruction").count() == 0
    page.locator("a.fz-number").first.click()
    page.wait_for_selector("text=What has happened")
    number = page.url.rsplit("/", 1)[1]
    path = f"{server.url}/desk/exchange/instructions/{number}"
    assert page.locator(".fz-desk-main button").count() == 0
    for suffix, begins in (("pdf", b"%PDF"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbfRetirement")):
        status, body = download(window.context, f"{path}.{suffix}")
        assert (status, body[: len(begins)]) == (200, begins), suffix
    assert download(window.context, f"{path}/confirm")[0] == 403
    assert httpx.get(f"{path}.csv", timeout=20).status_code == 303
    page.goto(path)
    assert page.locator(":root").evaluate("e => e.scrollWidth") <= 390
