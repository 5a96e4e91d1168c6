"""Statements as files, the same to the smallest coin in each language; the settlements' page over HTTP and in a
browser."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from playwright.sync_api import expect
from starlette.testclient import TestClient

import accounts
import events
import offsetting
from accounts import SYSTEM, Actor, set_actor
from data.store import schema as s
from data.store.engine import Store, get_store
from data.table_given import cells
from gateways.demo import DemoPayment
from locales import set_language
from offsetting import settlements
from offsetting.providers import demo
from offsetting.settlements import Account
from offsetting.statements import Statement
from pages.documents import _statement_pdf
from pages.documents._statement_xlsx import statement_xlsx
from tests.support.api import client, token
from tests.support.browser import Visit
from tests.support.desk import PASSWORD, enter, store_of
from tests.support.server import Server
from tests.support.shop import NOW, Shop, add_guest, open_shop

CLERK = Actor("person", "p1", "Chen Jie", frozenset({("exchange", "", "")}))
DAY, SLUG = NOW.date(), "chengdu-2021"


@pytest.fixture
def shop(sqlite_store: Store) -> Iterator[Shop]:
    set_actor(CLERK)
    yield open_shop()
    set_actor(Actor("anonymous"))
    set_language("en")


def sold(shop: Shop, share: int, hours: int = 0) -> offsetting.Order:
    at = NOW + timedelta(hours=hours)
    order = offsetting.place_order(add_guest(shop), shop.project, share_percent=share, now=at)
    offsetting.demo_payment(order.order_id, "succeeded", now=at)
    return order


def owner(shop: Shop) -> Account:
    return Account("project_owner", shop.project, "CNY", False)


def a_statement(shop: Shop) -> Statement:
    """Two periods: what was paid out in the first went back in the second."""
    first = sold(shop, 25)
    settlements.settle(CLERK, owner(shop), DAY, 431, "ICBC 1", DAY, now=NOW + timedelta(days=1))
    offsetting.refund_order(first.order_id, "asked for", SYSTEM, now=NOW + timedelta(days=2))
    for share in (50, 100, 200):
        sold(shop, share, 49)
    until = DAY + timedelta(days=3)
    number = settlements.settle(
        CLERK, owner(shop), until, 860 + 1717 + 3433 - 431, "ICBC 2", DAY, now=NOW + timedelta(days=4)
    )
    return settlements.statement_of(number)


def words_of(pdf: bytes, folder: Path) -> str:
    path = folder / "statement.pdf"
    path.write_bytes(pdf)
    try:
        done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("pdftotext is not here: install poppler-utils to run this test")
    return re.sub(r"\s+", " ", done.stdout.decode())


def test_the_workbook_has_every_line_and_its_sums(shop: Shop) -> None:
    found = a_statement(shop)
    sheets = {}
    for language in ("en", "zh"):
        set_language(language)
        book = load_workbook(io.BytesIO(statement_xlsx(found)))
        lines, sums = (list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets)
        sheets[language] = [[cell for cell in row if isinstance(cell, int | float)] for row in (*lines, *sums)]
        amounts = [round(100 * row[8]) for row in lines[1:]]
        assert amounts == [-431, 860, 1717, 3433, 5579] and sum(amounts[:-1]) == amounts[-1]
        assert [row[4] for row in lines[1:]] == [-113_464, 226_928, 453_856, 907_712, 1_475_032]
        figures = [round(100 * row[1]) for row in sums if row and isinstance(row[1], int | float)]
        assert figures == [860 + 1717 + 3433, 0, -431, 5579, -5579, 0]
    assert sheets["en"] == sheets["zh"]


@pytest.mark.parametrize(("language", "words"), [
    ("en", ["Statement TEST-S-2021-0002", "Refund of TEST-S-2021-0001", "ICBC 2", "Carried over: refunds"]),
    ("zh", ["结算单 TEST-S-2021-0002", "退款（TEST-S-2021-0001）", "ICBC 2", "结转：已结算订单的退款"]),
])  # fmt: skip
def test_the_pdf_has_the_same_figures(shop: Shop, language: str, words: list[str], tmp_path: Path) -> None:
    found = a_statement(shop)
    set_language(language)
    text = words_of(_statement_pdf.statement_pdf(found, language), tmp_path)
    for word in (*words, "−¥4.31", "¥8.60", "¥17.17", "¥34.33", "¥55.79", "−¥55.79", "0.0142", "1,475,032"):
        assert word in text, word


def test_many_lines_are_summed_by_day(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = a_statement(shop)
    monkeypatch.setattr(_statement_pdf, "MOST_LINES", 3)
    set_language("en")
    text = words_of(_statement_pdf.statement_pdf(found, "en"), tmp_path)
    assert "3 orders" in text and "¥60.10" in text and "4 lines: this paper sums them" in text


def test_text_is_no_formula() -> None:
    assert cells(("=1+1", "@x", "plain", 5)) == ["'=1+1", "'@x", "plain", 5]


def test_who_may_download(shop: Shop) -> None:
    sold(shop, 100)
    api: TestClient = client()
    asked = f"/desk/exchange/settlement.pdf?account=project_owner&project={shop.project}&currency=CNY&live=0"
    assert api.get(asked, follow_redirects=False).status_code == 303
    for role, status in (("organiser", 403), ("company", 403), ("auditor", 200), ("exchange", 200)):
        assert api.get(asked, headers=token(role)).status_code == status, role
    held = token("exchange", event_id=shop.event_id)
    assert api.get(asked, headers=held).status_code == 403
    assert api.get("/desk/exchange/settlement.xlsx?number=TEST-S-1", headers=token("auditor")).status_code == 404
    assert api.get("/desk/exchange/settlement.doc?number=TEST-S-1", headers=token("auditor")).status_code == 404
    workbook = api.get(asked.replace(".pdf", ".xlsx"), headers=token("exchange"))
    assert load_workbook(io.BytesIO(workbook.content)).worksheets[0].max_row == 3


@pytest.fixture
def clerks(server: Server) -> list[str]:
    """Two people of the exchange in the served store; their emails."""
    emails = ["settles@example.org", "looks@example.org"]
    with store_of(server):
        for email in emails:
            accounts.create_person(email, email.split("@")[0], PASSWORD, ("exchange",))
        given_up(get_store())
    return emails


def given_up(store: Store) -> None:
    """An order of the demonstration that was paid with another sum, whose provider refused the refund for good."""
    guest = events.start_participation(SLUG).participation_id
    events.save_footprint(guest, {"trips": [{"from": "geo:1816670", "mode": "rail", "round_trip": True}]})
    order = offsetting.place_order(guest, offsetting.offers(SLUG)[0].project_id, share_percent=100)
    now = datetime.now(UTC)
    told = DemoPayment(f"evt_{order.order_id}", "succeeded", order.order_id, 1, order.currency)
    assert offsetting.handle_webhook("demo", *demo().webhook(told, now), now).outcome.startswith("refunded")
    with store.write() as conn:
        values = {"done_at": now, "last_error": "GatewayError: the account is closed", "attempts": 20}
        conn.execute(sa.update(s.job).where(s.job.c.job_id.like(f"refund-{order.order_id}-%")).values(**values))


def test_the_exchange_enters_and_a_second_person_looks(open_window: Callable[..., Visit], clerks: list[str]) -> None:
    for step, email in enumerate(clerks):
        page = open_window("desktop").page
        enter(page, "/desk/exchange/settlements", email)
        if step == 0:
            odd = page.get_by_role("row", name="Another sum than the order’s")
            expect(odd).to_contain_text("the account is closed")
            order = str(odd.get_by_role("link").get_attribute("href")).rpartition("/")[2]
            odd.get_by_role("button", name="Try again").click()
            expect(page.locator("#money-back")).to_contain_text("The provider is asked again.")
            page.goto(f"/order/{order}")
            expect(page.locator("#order-home")).to_contain_text("¥0.01 came for this order, which costs ")
            page.goto("/desk/exchange/settlements")
            page.get_by_role("row", name="Platform").get_by_role("link", name="Statement").click()
            page.get_by_role("button", name="has been paid out").click()
            expect(page.locator("#settle-reference-error")).to_contain_text("write the bank's reference")
            page.get_by_label("The bank’s reference").fill("ICBC 42")
            page.get_by_role("button", name="has been paid out").click()
            page.get_by_role("link", name="Open TEST-S-").click()
            page.get_by_role("button", name="I have looked at it").click()
            expect(page.locator("#settled-told")).to_contain_text("A second person has to look")
        else:
            page.get_by_role("row", name="ICBC 42").get_by_role("link").first.click()
            page.get_by_role("button", name="I have looked at it").click()
            expect(page.locator("#settled-told")).to_contain_text("you have looked at it")
            page.goto("/desk/exchange/settlements")
            expect(page.get_by_role("row", name="ICBC 42")).to_contain_text("looks")
