"""The desk's pages over HTTP: who may open which, and what stands on them in both languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

import accounts
import events
import offsetting
import reports
from accounts import ANONYMOUS, SYSTEM, set_actor
from offsetting import claims
from tests.support.api import Forum, begin, buy, layout, open_forum, pay, token
from tests.support.events import guests
from tests.support.retirement import FIRST, SECOND

ROLES = ("company", "organiser", "exchange", "auditor", "sustainability", "administrator")
READERS = {"organiser", "exchange", "auditor", "sustainability", "administrator"}
OWNERS = {"organiser", "administrator"}
PAGES = {
    "/desk": set(ROLES),
    "/desk/e/hall-2026": READERS,
    "/desk/e/hall-2026/orders": READERS,
    "/desk/e/hall-2026/boards": READERS,
    "/desk/e/hall-2026/what-if": READERS,
    "/desk/e/hall-2026/what-if.csv": READERS,
    "/desk/e/hall-2026/method": READERS,
    "/desk/e/hall-2026/poster": OWNERS | {"auditor"},
    "/desk/e/hall-2026/poster.pdf": OWNERS | {"auditor"},
    "/desk/e/hall-2026/screens": OWNERS,
    "/desk/e/hall-2026/expected": READERS,
    "/desk/exchange": {"exchange", "auditor", "administrator"},
    "/desk/exchange/settlements": {"exchange", "auditor", "administrator"},
    "/desk/reports": {"organiser", "sustainability", "auditor", "administrator"},
    "/desk/reports.csv": {"organiser", "sustainability", "auditor", "administrator"},
    "/desk/company": {"company", "auditor", "administrator"},
}


@pytest.mark.parametrize("path", PAGES)
def test_nobody_is_sent_to_sign_in_and_back(api: TestClient, forum: Forum, path: str) -> None:
    answer = api.get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=%2Fdesk")


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_own_pages(api: TestClient, forum: Forum, role: str) -> None:
    held = token(role)
    for path, allowed in PAGES.items():
        answer = api.get(path, headers=held, follow_redirects=False)
        assert answer.status_code == (200 if role in allowed else 403), (role, path)


def test_the_layout_is_guarded_as_the_page_is(api: TestClient, forum: Forum) -> None:
    for path in ("/desk/e/hall-2026", "/desk/exchange", "/desk/reports"):
        headers = {"Referer": f"http://testserver{path}"}
        assert api.get("/_dash-layout", headers=headers).status_code == 401
        assert api.get("/_dash-layout", headers=headers | token("company")).status_code == 403


def test_another_events_organiser_is_refused(api: TestClient, forum: Forum) -> None:
    other = open_forum("elsewhere")
    held = token("organiser", event_id=other.event_id)
    for path in ("", "/orders", "/boards", "/poster", "/poster.pdf", "/screens"):
        assert api.get(f"/desk/e/hall-2026{path}", headers=held).status_code == 403, path
        assert api.get(f"/desk/e/elsewhere{path}", headers=held).status_code == 200, path
    listed = layout(api, "/desk", held)
    assert "/desk/e/elsewhere" in listed
    assert "/desk/e/hall-2026" not in listed


def test_what_is_not_there_is_not_found(api: TestClient, forum: Forum) -> None:
    held = token("administrator")
    for path in ("/desk/e/nowhere", "/desk/e/nowhere/orders", "/desk/e/nowhere/poster.pdf", "/desk/exchange/x/y"):
        assert api.get(path, headers=held).status_code == 404, path


@pytest.mark.parametrize(
    ("language", "words"), [("en", ["Still open", "Ring of the event"]), ("zh", ["尚未抵销", "活动碳环"])]
)
def test_the_events_page_speaks(api: TestClient, forum: Forum, language: str, words: list[str]) -> None:
    guests("hall-2026", 5)
    text = layout(api, "/desk/e/hall-2026", token("organiser"), language)
    assert all(word in text for word in words)


def test_an_event_without_guests_says_what_to_do(api: TestClient, forum: Forum) -> None:
    assert "Hang up the poster" in layout(api, "/desk/e/hall-2026", token("organiser"))


def test_every_desk_page_has_a_layout_in_chinese(api: TestClient, forum: Forum) -> None:
    guests("hall-2026", 5, company="Alpha Works")
    held = token("administrator")
    pages = [path for path in PAGES if "." not in path]
    set_actor(SYSTEM)
    company = reports.companies_at_events()[0].company_id
    for path in [*pages, f"/desk/company/{company}/hall-2026", "/desk/reports?by=session&measure=per_guest"]:
        assert "测试" in layout(api, path, held, "zh"), path


@pytest.mark.parametrize(("size", "box"), [("A4", b"595.28 841.89"), ("A3", b"841.89 1190.55")])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_poster_is_a_pdf_of_its_size(api: TestClient, forum: Forum, size: str, box: bytes, language: str) -> None:
    answer = api.get(f"/desk/e/hall-2026/poster.pdf?size={size}&language={language}", headers=token("organiser"))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert b"/MediaBox [0 0 " + box in answer.content
    assert b"/Count 1" in answer.content
    assert api.get("/desk/e/hall-2026/poster.pdf?size=A9", headers=token("organiser")).status_code == 404


def test_the_posters_words_are_the_claim_modules(api: TestClient, forum: Forum) -> None:
    text = layout(api, "/desk/e/hall-2026/poster", token("organiser"))
    assert claims.say("poster.heading", "en", jurisdiction="CN", livemode=False, subject="person") in text


def test_money_by_recipient_adds_up(api: TestClient, forum: Forum) -> None:
    order = buy(begin(api), forum)
    assert pay(api, order["order_id"])["state"] == "pooled"
    set_actor(SYSTEM)
    totals = events.totals("hall-2026")
    assert sum(totals.money_minor.values()) == order["amount_minor"] == totals.paid_minor
    found = offsetting.list_orders("hall-2026")
    assert [(row.order_id, row.state, row.total_minor) for row in found.rows] == [
        (order["order_id"], "pooled", order["amount_minor"])
    ]
    assert [(known.state, known.order_count, known.grams) for known in found.sums] == [("pooled", 1, order["grams"])]
    assert order["order_id"][-6:] in layout(api, "/desk/e/hall-2026/orders", token("organiser"))


def test_a_company_lists_what_it_bought_alone(api: TestClient, forum: Forum) -> None:
    guest = begin(api, company="Alpha Works")
    pay(api, buy(guest, forum)["order_id"])
    set_actor(SYSTEM)
    company = reports.companies_at_events()[0].company_id
    assert offsetting.list_orders("hall-2026", company_id=company).rows == ()
    set_actor(ANONYMOUS)
    with pytest.raises(accounts.Unauthenticated):
        offsetting.list_orders("hall-2026")


def test_the_plan_names_the_serial_numbers_that_are_retired(api: TestClient, forum: Forum) -> None:
    for _ in range(4):
        pay(api, buy(begin(api), forum, 200)["order_id"])
    set_actor(SYSTEM)
    row = next(row for row in offsetting.retirement_desk("hall-2026") if row.sold_g)
    count = max(1, row.ready_count)
    pick = offsetting.Pick(row.event_id, row.tranche_id, count, True)
    planned = offsetting.retirement_plan([pick])
    number = offsetting.draft_instruction(FIRST, [pick], "Participants").number
    offsetting.send_instruction(FIRST, number)
    today = datetime.now(UTC).date()
    offsetting.enter_retirement(FIRST, number, "https://registry.example/1", b"%PDF", "p.pdf", today, "Participants")
    done = offsetting.confirm_retirement(SECOND, number)
    assert tuple(run.serials for run in planned) == done.serials
    listed = offsetting.retirements()[0]
    assert (listed.serials, listed.credit_count) == (done.serials[0], count)
    assert len(listed.evidence_sha256) == 64
