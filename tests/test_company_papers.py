"""A company's papers: one list of certificates and receipts over all events, as CSV too, and whom they all name."""

from __future__ import annotations

import csv
import io

import pytest
from fastapi.testclient import TestClient

import accounts
import events
import offsetting
from accounts import SYSTEM, Actor, set_actor
from offsetting import receipts
from tests.support.api import Forum, begin, layout, pay, token

ALPHA = "Alpha Works"


@pytest.fixture
def paid(api: TestClient, forum: Forum) -> tuple[str, str]:
    """A company that has covered its five people: (its id, the order's id)."""
    for _ in range(5):
        begin(api, forum.slug, company=ALPHA).tell()
    events.fold_due()
    set_actor(SYSTEM)
    company_id = events.leaderboard(forum.slug, "companies").rows[0].key
    actor = Actor("person", "c", "Cy", frozenset({("company", "", company_id)}))
    order = offsetting.place_event_order(actor, forum.slug, forum.project, "company")
    pay(api, order.order_id)
    return company_id, order.order_id


def _rows(api: TestClient, company_id: str, held: dict[str, str]) -> list[dict[str, str]]:
    answer = api.get(f"/desk/company/{company_id}/files/papers.csv", headers=held)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))


def test_all_papers_of_a_company_are_one_list_and_one_file(api: TestClient, paid: tuple[str, str]) -> None:
    company_id, order_id = paid
    held = token("company", company_id=company_id)
    order = offsetting.get_order(order_id)
    number = receipts.receipt_of(order_id).receipt
    assert number is not None
    (row,) = _rows(api, company_id, held)
    assert (row["grams"], row["amount_minor"]) == (str(order.grams), str(order.total_minor))
    assert (row["certificate"], row["receipt"], row["billed_to"]) == (order.certificate_number, number.number, ALPHA)
    assert row["certificate_url"].endswith(f"/certificate/{order.certificate_number}")
    page = layout(api, f"/desk/company/{company_id}", held)
    for words in (
        order.certificate_number,
        number.number,
        f"/order/{order_id}/receipt.pdf",
        "Certificates and receipts",
    ):
        assert words in page
    for wanted in ("certificate_url", "receipt_url"):
        assert api.get("/" + row[wanted].split("/", 3)[3]).status_code == 200
    stranger = api.get(f"/desk/company/{company_id}/files/papers.csv", headers=token("company", company_id="another"))
    assert stranger.status_code == 403


def test_whom_the_receipts_name_is_told_once_and_no_cell_is_a_formula(api: TestClient, paid: tuple[str, str]) -> None:
    from pages.company import _papers as papers

    company_id, order_id = paid
    held = token("company", company_id=company_id)
    receipts.set_buyer(order_id, "=Alpha Works Ltd", "91 5101-00", "1 Hall Street")
    (row,) = _rows(api, company_id, held)
    assert (row["billed_to"], row["tax_number"], row["address"]) == ("'=Alpha Works Ltd", "91 5101-00", "1 Hall Street")
    set_actor(SYSTEM)
    shown = str(papers.billing_panel(papers.papers_of(company_id)))
    assert "1 Hall Street" in shown and "91 5101-00" in shown, "the next order finds them filled in"
    receipts.set_buyer(order_id, "Alpha Works Ltd", "", "Hauptstraße 1,\n\n 80331  München\n")
    assert receipts.receipt_of(order_id).buyer.address == "Hauptstraße 1, 80331 München"
    assert "typed just now" in str(papers.billing_panel([], None, ["typed just now", "", ""]))


def test_a_colleague_who_cannot_be_invited_stays_typed(api: TestClient, paid: tuple[str, str]) -> None:
    from pages.company import account as page

    set_actor(SYSTEM)
    account = accounts.company_account(SYSTEM, paid[0])
    shown = str(page._colleagues(account, None, "no email address", ("Petra", "petra at home")))
    assert "Petra" in shown and "petra at home" in shown
    assert shown.index("petra at home") < shown.index("no email address"), "said in the form that it is of"
