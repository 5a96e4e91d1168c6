"""A pledge from its desk to the hall's phones and back, a memorandum, and a gift of its own to its receipt."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

import events
from accounts import SYSTEM, set_actor
from tests.support.browser import Visit
from tests.support.desk import add_person, enter, store_of
from tests.support.events import draft
from tests.support.server import Server

SLUG = "pledge-hall"
DESK = f"/desk/e/{SLUG}/forum"
PDF = b"%PDF-1.7\nsigned in the hall\n%%EOF"


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def write(page: Page, name: str, amount: str) -> None:
    page.locator("#pledge-name-en").fill(name)
    page.locator("#pledge-text-en").fill("For journeys below 1,000 km.")
    page.locator("#pledge-amount").fill(amount)
    page.locator("#pledge-keep").click()


def others_sign(server: Server, count: int) -> None:
    with store_of(server):
        set_actor(SYSTEM)
        pledge_id = events.pledge_wall(SLUG).pledges[0].pledge_id
        for _ in range(count):
            signer = events.signer_of(SLUG, pledger=events.new_pledger())
            events.sign_pledge(SLUG, pledge_id, signer, "Li Na", True)


def test_a_pledge_is_written_changed_signed_counted_taken_back_and_withdrawn(
    server: Server, open_window: Callable[..., Visit]
) -> None:
    with store_of(server):
        set_actor(SYSTEM)
        events.create_event(draft(SLUG))
    desk = open_window("desktop", url=server.url).page
    enter(desk, DESK, add_person(server, "organiser"))
    write(desk, "By rail", "eight")
    expect(desk.locator("#pledge-told")).to_contain_text("eight” is no number; write it as 12.5")
    expect(desk.locator("#pledge-name-en")).to_have_value("By rail")
    desk.locator("#pledge-amount").fill("800")
    desk.locator("#pledge-keep").click()
    expect(desk.locator("#forum-list")).to_contain_text("By rail")
    expect(desk.locator("#pledge-name-en")).to_have_value("")
    desk.get_by_role("link", name="Change: By rail").click()
    expect(desk.get_by_role("heading", name="Change the pledge")).to_be_visible()
    expect(desk.locator("#pledge-amount")).to_have_value("800")
    desk.get_by_text("In more languages").first.click()
    desk.locator("#pledge-name-is").fill("Með lest")
    desk.locator("#pledge-keep").click()
    expect(desk.locator("#pledge-told")).to_contain_text("The change is kept.")

    phone = open_window("phone", url=server.url).page
    phone.goto(f"/e/{SLUG}/pledges")
    phone.locator("input[name=name]").fill("Mei Lin")
    press(phone, "Sign")
    expect(phone.get_by_role("alert")).to_contain_text("that it may be shown")
    expect(phone.locator("input[name=name]")).to_have_value("Mei Lin")
    phone.locator("input[name=consent]").check()
    press(phone, "Sign")
    expect(phone.locator(".fz-pledge")).to_contain_text("Signed as Mei Lin.")
    others_sign(server, 3)
    phone.reload()
    expect(phone.locator(".fz-pledge-count")).to_have_text("Be among the first five to sign.")
    others_sign(server, 1)
    phone.reload()
    expect(phone.locator(".fz-pledge-count")).to_contain_text("5 people intend to.")
    expect(phone.locator(".fz-pledge-names")).to_contain_text("Mei Lin")
    press(phone, "Take my signature back")
    expect(phone.locator(".fz-pledge-count")).to_have_text("Be among the first five to sign.")
    assert "Li Na" not in phone.locator("main").inner_text()

    desk.goto(DESK)
    expect(desk.locator("#forum-list")).to_contain_text("words and figure stay")
    assert desk.get_by_role("link", name="Change: By rail").count() == 0
    press(desk, "Withdraw: By rail")
    expect(desk.locator("#forum-list")).to_contain_text("withdrawn")
    write(desk, "By night train", "900")
    expect(desk.locator("#pledge-told")).to_contain_text("It is on the wall.")
    press(desk, "Earlier: By night train")
    expect(desk.locator(".fz-forum-row").first).to_contain_text("By night train")
    phone.goto(f"/e/{SLUG}/pledges")
    expect(phone.locator(".fz-pledge h2")).to_have_text(["By night train"])


def test_a_memorandum_is_published_with_its_hash_and_a_gift_goes_to_its_receipt(
    server: Server, open_window: Callable[..., Visit], tmp_path: Path
) -> None:
    slug = f"{SLUG}-two"
    with store_of(server):
        set_actor(SYSTEM)
        events.create_event(draft(slug))
        events.save_fund(slug, events.FundDraft({"en": "Trees", "mr": "झाडे"}, {"en": "A school road."}, True))
    desk = open_window("desktop", url=server.url).page
    enter(desk, f"/desk/e/{slug}/forum?tab=memoranda", add_person(server, "organiser"))
    desk.locator("#memo-name-en").fill("Counting alike")
    desk.locator("#memo-partners").fill("Rail Club")
    desk.locator("#memo-day").fill("2026-05-04")
    desk.locator("#memo-keep").click()
    expect(desk.locator("#memo-told")).to_contain_text("2 to 30 partners")
    desk.locator("#memo-partners").fill("Rail Club\nWater Works")
    (tmp_path / "memo.pdf").write_bytes(PDF)
    desk.locator("#memo-file input[type=file]").set_input_files(tmp_path / "memo.pdf")
    expect(desk.locator("#memo-file-file")).to_contain_text("memo.pdf")
    desk.locator("#memo-keep").click()
    expect(desk.locator("#forum-list")).to_contain_text("not published")
    press(desk, "Publish: Counting alike")
    expect(desk.get_by_role("button", name="Take off the page: Counting alike")).to_be_visible()

    desk.goto(f"/desk/e/{slug}/forum?tab=fund")
    expect(desk.locator("#fund-name-mr")).to_have_value("झाडे")
    desk.locator("#fund-text-en").fill("Trees along a school road.")
    desk.locator("#fund-keep").click()
    expect(desk.locator("#fund-told")).to_contain_text("says so now")
    expect(desk.locator("#fund-name-mr")).to_have_value("झाडे")

    phone = open_window("phone", url=server.url).page
    phone.goto(f"/e/{slug}/memoranda")
    expect(phone.locator("main")).to_contain_text(hashlib.sha256(PDF).hexdigest())
    phone.goto(f"/e/{slug}/fund")
    phone.locator("#gift-amount").fill("12.50")
    press(phone, "Go on to the payment")
    phone.wait_for_url("**/pay/**")
    phone.locator("[data-outcome=succeeded]").click()
    expect(phone.locator("main")).to_contain_text("12.50 given")
    phone.get_by_role("link", name="Receipt").click()
    expect(phone.locator("main")).to_contain_text("TEST-R-")
    expect(phone.locator("main")).to_contain_text("12.50")
