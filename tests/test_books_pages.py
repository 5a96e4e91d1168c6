"""A line with its evidence, the books closed, published and opened again, the plan and the report: in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import events
from accounts import SYSTEM, set_actor
from events import books
from tests.support.browser import Visit
from tests.support.desk import add_person, enter, store_of
from tests.support.events import draft, guests
from tests.support.server import Server

SLUG = "books-hall"
POWER = {"activity": "electricity", "quantity": 1200, "unit": "kWh"}


@pytest.fixture(scope="module")
def hall(server: Server) -> str:
    """An event of six guests and one line of the organiser's, over, in the served store."""
    with store_of(server):
        set_actor(SYSTEM)
        event = events.create_event(draft(SLUG))
        events.set_expected(SLUG, {"people": 40, "region": {"CN-11": 30, "CN-31": 10}})
        guests(SLUG, 6)
        events.save_inventory(SLUG, {"other": [POWER]})
    return event.event_id


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def _plans(page: Page) -> None:
    """What is planned, what is wrong with it beside its fields, and its first version."""
    page.locator("#plan-rail").fill("far")
    measure, cover = page.locator("#plan-measures fieldset").first, page.locator("#plan-offset fieldset").first
    measure.get_by_label("What", exact=True).fill("Badges of paper")
    measure.get_by_label("Tonnes saved").fill("0.04")
    measure.get_by_label("Where the figure is from").fill("data sheet")
    cover.get_by_label("Tonnes").fill("many")
    press(page, "Save and compute")
    expect(cover.locator(".fz-error-place").nth(1)).to_contain_text("“many” is no number of tonnes")
    expect(cover.get_by_label("Tonnes")).to_be_focused()
    cover.get_by_label("Tonnes").fill("12")
    expect(cover.locator(".fz-error-place").nth(1)).to_be_empty()  # what it says is no longer so
    press(page, "Save and compute")
    expect(page.locator("#plan-rail-error")).to_contain_text("Trains instead of flights")
    expect(cover.locator(".fz-error-place").nth(2)).to_contain_text("say which day it is")
    expect(page.locator("#plan-rail")).to_be_focused()  # the first of them
    expect(page.locator("#plan-rail")).to_have_attribute("aria-invalid", "true")
    page.locator("#plan-rail").fill("2000")
    expect(page.locator("#plan-rail-error")).to_be_empty()
    cover.get_by_label("By when").fill("2026-12-31")
    cover.get_by_label("What", exact=True).fill("CDCER")
    press(page, "Publish it")
    expect(page.locator("#plan-told")).to_contain_text("Version 1 is public.")
    expect(page.locator("#plan-figures")).to_contain_text("Trains instead of flights below 2000 km")


def test_from_the_plan_to_the_closed_books_and_the_report(
    server: Server, hall: str, open_window: Callable[..., Visit], tmp_path: Path
) -> None:
    organiser = add_person(server, "organiser")
    page = open_window("desktop", url=server.url).page
    enter(page, f"/desk/e/{SLUG}/plan", organiser)
    _plans(page)

    page.goto(f"/desk/e/{SLUG}/inventory?source=typed")
    expect(page.locator(".fz-inventory > li")).to_have_count(1)
    page.locator(".fz-inventory summary").click()
    page.get_by_role("link", name="Comments and evidence").click()
    page.locator("#line-comment").fill("The bill came by post.")
    press(page, "Add the comment")
    expect(page.locator("#line-notes")).to_contain_text("The bill came by post.")
    (tmp_path / "bill.html").write_bytes(b"<html>no bill")
    page.locator("#line-file input[type=file]").set_input_files(tmp_path / "bill.html")
    press(page, "Keep this file")
    expect(page.locator("#line-told")).to_contain_text("holds no PDF")
    (tmp_path / "bill.pdf").write_bytes(b"%PDF-1.7 a bill")
    page.locator("#line-file input[type=file]").set_input_files(tmp_path / "bill.pdf")
    expect(page.locator("#line-file-file")).to_contain_text("bill.pdf")
    press(page, "Keep this file")
    expect(page.locator("#line-notes")).to_contain_text("SHA-256")
    answer = page.request.get(page.locator("#line-notes a").first.get_attribute("href") or "")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert (answer.headers["x-content-type-options"], answer.body()) == ("nosniff", b"%PDF-1.7 a bill")
    table = page.request.get(f"/desk/e/{SLUG}/inventory.csv").text()
    assert "1200" in table and "typed" in table and "guests" in table

    page.goto(f"/desk/e/{SLUG}/books")
    refused: list[str] = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
    expect(page.locator("#books-body")).to_contain_text("First put this right")
    press(page, "Close the event for answers")
    expect(page.locator("#books-body")).not_to_contain_text("First put this right")
    press(page, "Close the books")
    expect(page.locator("#books-told")).to_contain_text("looked at what is open")
    page.get_by_label("I have looked at all of this").check()
    press(page, "Close the books")
    expect(page.locator("#books-body")).to_contain_text("The books are closed")
    press(page, "Publish it")
    expect(page.locator("#books-body")).to_contain_text(f"/statement/{SLUG}")
    expect(page.locator("#books-line")).to_contain_text("settled")
    assert not refused  # buttons that were drawn anew have pressed nothing
    page.goto(f"/desk/e/{SLUG}/import")
    expect(page.locator(".fz-desk-main")).to_contain_text("The books of this event are closed")
    expect(page.locator("#import-file")).to_have_count(0)

    page.goto(f"/desk/e/{SLUG}/evaluation")
    for name in ("sources", "deviations", "conclusion"):
        page.locator(f"#evaluation-{name}").fill(f"Words on {name}.")
    press(page, "Keep the draft")
    press(page, "Submit it to the reviewers")
    expect(page.locator("#evaluation-body")).to_contain_text("somebody else has to look at it")


def test_the_statement_is_read_checked_off_line_and_superseded(
    server: Server, hall: str, open_window: Callable[..., Visit], tmp_path: Path
) -> None:
    with store_of(server):
        set_actor(SYSTEM)
        if events.get_event(SLUG).state != "settled":
            events.change_state(SLUG, "closed")
            books.close_books(SLUG, "", [check.key for check in books.books_view(SLUG).checks])
            books.publish_books(SLUG, 1)
    page = open_window("phone", url=server.url).page
    page.goto(f"/statement/{SLUG}")
    expect(page.get_by_role("heading", name="What was covered")).to_be_visible()
    assert ">用电<" in page.request.get(f"/statement/{SLUG}?lang=zh").text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name, address in (("s.json", f"/statement/{SLUG}.json"), ("did.json", "/.well-known/did.json")):
        (tmp_path / name).write_bytes(page.request.get(address).body())
    assert "Valid" in server.cli("verify", str(tmp_path / "s.json"), "--keys", str(tmp_path / "did.json")).stdout
    text = (tmp_path / "s.json").read_text().replace('"version":1', '"version":2').replace("kWh", "MWh")
    (tmp_path / "s.json").write_text(text)
    changed = server.cli("verify", str(tmp_path / "s.json"), "--keys", str(tmp_path / "did.json"), check=False)
    assert changed.returncode == 1 and "NOT VALID" in changed.stdout
    assert "the statement was changed" in changed.stdout and "certificate" not in changed.stdout
    for address in (f"/statement/{SLUG}.pdf", f"/statement/{SLUG}.pdf?lang=zh"):
        assert page.request.get(address).body().startswith(b"%PDF-")

    administrator = add_person(server, "administrator")
    page = open_window("desktop", url=server.url).page
    enter(page, f"/desk/e/{SLUG}/books", administrator)
    press(page, "Open the books again")
    expect(page.locator("#books-told")).to_contain_text("Why")
    page.locator("#books-reason").fill("A bill came late")
    press(page, "Open the books again")
    expect(page.locator("#books-body")).to_contain_text(re.compile("Superseded: opened again"))
    page.goto(f"/statement/{SLUG}")
    expect(page.locator("main")).to_contain_text("This statement no longer stands")
