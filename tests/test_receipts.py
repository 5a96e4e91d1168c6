"""Receipts: one for each paid order, numbered without gaps, a credit note on refund; whom they name; page and PDF."""

from __future__ import annotations

import re
import subprocess
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

import offsetting
from accounts import SYSTEM, NotFound
from calculations.model import InputError
from data.settings import get_settings
from data.store import orders
from data.store import schema as s
from data.store.engine import Store, get_store
from data.store.migrate import config, upgrade
from locales import set_language
from offsetting import receipts
from pages.documents._receipt_pdf import receipt_pdf
from tests.support.api import client
from tests.support.shop import NOW, Shop, add_guest, open_shop, pay, prove, rows

pytestmark = pytest.mark.usefixtures("store")
LONG = "西南交通大学碳中和与绿色低碳发展国际研究中心（成都）有限责任公司"


def placed(shop: Shop, gift: bool = False, at: datetime = NOW) -> offsetting.Order:
    return offsetting.place_order(add_guest(shop), shop.project, share_percent=100, gift=gift, now=at)


def paid(shop: Shop, gift: bool = False) -> offsetting.Order:
    return pay(placed(shop, gift))


def numbers(shop: Shop, kind: str = "receipt") -> list[str]:
    return sorted(row["number"] for row in rows(s.receipt, event_id=shop.event_id, kind=kind))


def set_up(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()


def test_each_paid_order_has_one_receipt_in_order() -> None:
    shop, other = open_shop(), open_shop(slug="other")
    first, _, again = paid(shop), paid(other), paid(shop)
    pay(placed(shop), "failed")
    code = shop.event_id.upper()
    assert numbers(shop) == [f"TEST-R-{code}-2021-000001", f"TEST-R-{code}-2021-000002"]
    assert numbers(other) == [f"TEST-R-{other.event_id.upper()}-2021-000001"]
    for order, number in ((first, numbers(shop)[0]), (again, numbers(shop)[1])):
        found = receipts.receipt_of(order.order_id)
        assert found.receipt is not None and found.receipt.number == number
        assert (found.receipt.amount_minor, found.total_minor, found.credit_note) == (2043, 2043, None)
    prove(shop, other)


def test_doubled_webhooks_and_workers_make_one_receipt() -> None:
    shop = open_shop()
    pay(placed(shop), "doubled")
    orders = [placed(shop) for _ in range(8)]
    threads = [threading.Thread(target=pay, args=(order,)) for order in orders for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [int(number[-6:]) for number in numbers(shop)] == list(range(1, 10))
    prove(shop)


def test_a_cut_payment_leaves_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop()
    order = placed(shop)
    with monkeypatch.context() as patched:
        patched.setattr(receipts.rows, "add", lambda *_: (_ for _ in ()).throw(RuntimeError("cut")))
        pay(order)
    assert offsetting.get_order(order.order_id).state == "held"
    assert rows(s.number_series) == []
    pay(placed(shop))
    assert [number[-6:] for number in numbers(shop)] == ["000001"]
    prove(shop)


def test_the_year_is_the_events_own() -> None:
    shop = open_shop()
    turn = datetime(2021, 12, 31, 16, 30, tzinfo=UTC)  # half past midnight in Chengdu
    for at in (turn - timedelta(hours=1), turn, turn):
        order = placed(shop, at=at)
        offsetting.demo_payment(order.order_id, "succeeded", now=at)
    assert [number[-11:] for number in numbers(shop)] == ["2021-000001", "2022-000001", "2022-000002"]
    prove(shop)


def test_a_refund_makes_a_credit_note() -> None:
    shop = open_shop()
    order = paid(shop, gift=True)
    for _ in range(2):
        offsetting.refund_order(order.order_id, "asked for", SYSTEM, now=NOW + timedelta(days=1))
    found = receipts.receipt_of(order.order_id)
    assert found.credit_note is not None and found.receipt is not None
    assert found.credit_note.number == numbers(shop, "credit_note")[0]
    assert found.credit_note.amount_minor == found.receipt.amount_minor == found.total_minor
    assert rows(s.receipt, kind="credit_note")[0]["refers_to"] == found.receipt.number
    assert found.refund_reason == "asked for"
    prove(shop)


def test_a_late_payment_that_goes_back_has_no_paper() -> None:
    shop = open_shop(credit_count=1)
    late = placed(shop)
    offsetting.cancel_order(late.order_id, "no", now=NOW)
    pay(late)
    assert offsetting.get_order(late.order_id).state == "refunded"
    assert rows(s.receipt) == []
    prove(shop)


def test_the_seller_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop()
    before = paid(shop)
    set_up(monkeypatch, EXCHANGE_NAME="Old Exchange", EXCHANGE_TAX_PERCENT="6", EXCHANGE_TAX_ID="T1")
    named = paid(shop)
    set_up(monkeypatch, EXCHANGE_NAME="New Exchange", EXCHANGE_TAX_PERCENT="13")
    found = receipts.receipt_of(named.order_id)
    assert (found.seller.name, found.seller.tax_id, found.seller.tax_bp, found.tax_minor) == (
        "Old Exchange", "T1", 600, 116
    )  # fmt: skip
    assert receipts.receipt_of(before.order_id).seller.name == "New Exchange"  # none was set: the one there is


def test_no_tax_is_stated_unless_a_rate_is_set() -> None:
    found = receipts.receipt_of(paid(open_shop()).order_id)
    assert (found.tax_minor, found.seller) == (None, receipts.Seller())
    assert found.exact_minor == Decimal("2042.352")


def test_whom_it_names_before_and_after_paying() -> None:
    shop = open_shop()
    order = placed(shop)
    receipts.set_buyer(order.order_id, "  Sun  Co ", "9151-X", "Chengdu")
    assert receipts.receipt_of(order.order_id).receipt is None
    pay(order)
    receipts.set_buyer(order.order_id, LONG)
    receipts.set_buyer(order.order_id, LONG)
    assert [(row["version"], row["title"]) for row in rows(s.receipt_buyer)] == [(1, "Sun Co"), (2, LONG)]
    found = receipts.receipt_of(order.order_id)
    assert (found.buyer.title, found.buyer.tax_number) == (LONG, "")


@pytest.mark.parametrize(("told", "field"), [
    ({"title": "x" * 201}, "title"), ({"title": "", "tax_number": "12"}, "title"),
    ({"title": "A", "tax_number": "税号"}, "tax_number"), ({"title": "A", "address": "x" * 301}, "address"),
])  # fmt: skip
def test_what_does_not_fit_is_named(told: dict[str, str], field: str) -> None:
    order = placed(open_shop())
    with pytest.raises(InputError) as caught:
        receipts.set_buyer(order.order_id, **told)
    assert [error.field for error in caught.value.errors] == [field]
    assert rows(s.receipt_buyer) == []


def test_what_was_paid_before_there_were_receipts_is_numbered(store: Store) -> None:
    shop = open_shop()
    first, second = paid(shop), paid(shop, gift=True)
    offsetting.refund_order(first.order_id, "asked for", SYSTEM, now=NOW + timedelta(days=1))
    pay(placed(shop), "failed")
    known = [(row["order_id"], row["number"], row["refers_to"]) for row in rows(s.receipt)]
    with store.write() as conn:
        command.downgrade(config(conn), "0009")
    upgrade(store)
    assert sorted((row["order_id"], row["number"], row["refers_to"]) for row in rows(s.receipt)) == sorted(known)
    assert {row["project_id"] for row in rows(s.journal)} == {shop.project}
    assert receipts.receipt_of(second.order_id).total_minor == second.total_minor
    paid(shop)
    assert numbers(shop)[-1].endswith("000003")
    prove(shop)


@pytest.mark.parametrize("order_id", ["", "x", "abcdefgh-00000000000000000000", "abcdefgh-' OR 1=1"])
def test_an_unknown_order_is_said(order_id: str) -> None:
    with pytest.raises(NotFound):
        receipts.receipt_of(order_id)
    with pytest.raises(NotFound):
        receipts.set_buyer(order_id, "A")


@pytest.mark.parametrize("broken", [
    sa.delete(s.receipt).where(s.receipt.c.seq_no == 1), sa.update(s.receipt).values(amount_minor=1),
    sa.update(s.number_series).values(last_no=9), sa.update(s.receipt).where(s.receipt.c.seq_no == 2).values(seq_no=3),
])  # fmt: skip
def test_the_audit_sees_gaps_and_wrong_sums(broken: sa.Executable) -> None:
    shop = open_shop()
    paid(shop)
    paid(shop)
    with get_store().write() as conn:
        conn.execute(broken)
    assert [f.name for f in offsetting.audit(shop.event_id) if not f.ok] == [
        "every paid order has one receipt, numbered without gaps"
    ]  # fmt: skip


def text_of(pdf: bytes, folder: Path) -> str:
    """The words of a PDF, in order; skipped where no reader is at hand."""
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    try:
        done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("pdftotext is not here: install poppler-utils to run this test")
    return re.sub(r"\s+", " ", done.stdout.decode())


@pytest.mark.parametrize(("language", "words"), [
    ("en", ["Receipt", "¥20.43", "¥1.00", "¥21.43", "CNY 20.42352", "CNY 0.00648", "No tax is stated.", "fapiao"]),
    ("zh", ["收据", "¥20.43", "¥1.00", "¥21.43", "CNY 20.42352", "CNY 0.00648", "未列明税额", "不是发票"]),
])  # fmt: skip
def test_the_pdf_says_it_all(language: str, words: list[str], tmp_path: Path) -> None:
    order = paid(open_shop(), gift=True)
    receipts.set_buyer(order.order_id, LONG, "91510100MA6CTEST0X", "Ráðhústorg 1, 600 Akureyri · पुणे")
    set_language(language)
    found = receipts.receipt_of(order.order_id)
    text = text_of(receipt_pdf(found, language), tmp_path)
    assert found.receipt is not None
    for word in (*words, found.receipt.number, order.order_id, "91510100MA6CTEST0X", "Akureyri", LONG[:12]):
        assert word in text, word


def test_live_papers_say_nothing_of_tests(tmp_path: Path) -> None:
    order = paid(open_shop())
    set_language("en")
    found = receipts.receipt_of(order.order_id)
    assert "TEST" in text_of(receipt_pdf(found, "en"), tmp_path)
    assert found.receipt is not None
    live = replace(found, livemode=True, receipt=replace(found.receipt, number="R-1"), certificate_number="")
    assert "TEST" not in text_of(receipt_pdf(live, "en"), tmp_path)
    with get_store().read() as conn:
        row = dict(orders.get(conn, order.order_id[:8], order.order_id) or {})
    with get_store().write() as conn:
        number = receipts.issue(conn, row | {"livemode": True, "order_id": "another"}, NOW)
    assert number == f"R-{order.order_id[:8].upper()}-2021-000002"


def test_the_credit_note_is_a_sheet_of_its_own(tmp_path: Path) -> None:
    order = paid(open_shop())
    offsetting.refund_order(order.order_id, "asked for", SYSTEM, now=NOW)
    set_language("en")
    text = text_of(receipt_pdf(receipts.receipt_of(order.order_id), "en"), tmp_path)
    assert text.index("Paid back: see credit note") < text.index("−¥20.43") < text.index("asked for")


def test_page_and_pdf_for_whoever_holds_the_order(sqlite_store: object) -> None:
    browser, order = client(), placed(open_shop())
    address = f"/order/{order.order_id}/receipt"
    assert browser.get(address).status_code == 200
    assert browser.get(f"{address}.pdf").status_code == 409
    told = {"title": "<b>Sun</b> & Co", "tax_number": "915", "address": "Chengdu"}
    kept = browser.post(address, data=told, headers={"Origin": "http://testserver"})
    assert kept.status_code == 200 and "&lt;b&gt;Sun&lt;/b&gt; &amp; Co" in kept.text
    pay(order)
    found = receipts.receipt_of(order.order_id)
    assert found.receipt is not None and found.receipt.number in browser.get(address).text
    pdf = browser.get(f"{address}.pdf?lang=zh")
    assert (pdf.headers["content-type"], pdf.headers["cache-control"]) == ("application/pdf", "no-store")
    assert pdf.content.startswith(b"%PDF") and f"{found.receipt.number}-zh.pdf" in pdf.headers["content-disposition"]


def test_refusals_of_the_page(sqlite_store: object) -> None:
    browser, order = client(), placed(open_shop())
    address = f"/order/{order.order_id}/receipt"
    wrong = browser.post(address, data={"title": "", "tax_number": "915"}, headers={"Origin": "http://testserver"})
    assert wrong.status_code == 422 and "write the name that the receipt should have" in wrong.text
    assert 'value="915"' in wrong.text
    foreign = browser.post(address, data={"title": "x"}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403 and rows(s.receipt_buyer) == []
    for path in ("/order/nothing/receipt", "/order/nothing/receipt.pdf"):
        assert browser.get(path).status_code == 404
