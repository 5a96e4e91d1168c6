"""A forum's own pages as they are served: without script, in each language, and what each persona may."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

import events
import offsetting
from accounts import SYSTEM, Actor, set_actor
from data.store import schema as s
from data.store.engine import Store, get_store
from offsetting import settlements
from offsetting.settlements import Account
from tests.support import api
from tests.support.events import draft
from tests.support.shop import rows

PDF = b"%PDF-1.7\nmade up\n%%EOF"


@pytest.fixture
def client(sqlite_store: Store) -> api.TestClient:
    set_actor(SYSTEM)
    event = events.create_event(draft(state="open"))
    events.save_fund(event.slug, events.FundDraft({"en": "Fund <b>"}, {"en": "Trees"}, True, PDF, "règles.pdf"))
    events.save_sponsor(event.slug, events.SponsorDraft({"en": "Acme <script>"}, "main", {"en": "Tea"}))
    return api.client()


@pytest.mark.parametrize("path", ["fund", "thanks", "memoranda", "pledges"])
def test_each_page_is_there_in_each_language_and_escapes_what_was_typed(client: api.TestClient, path: str) -> None:
    for language in ("en", "zh", "mr", "is"):
        answer = client.get(f"/e/hall-2026/{path}?lang={language}")
        assert answer.status_code == 200
        assert re.search(rf'lang="{language}["-]', answer.text)
        assert "Acme <script>" not in answer.text and "Fund <b>" not in answer.text
    assert client.get(f"/e/nowhere/{path}").status_code == 404


def give(client: api.TestClient, **told: str) -> int:
    answer = client.post("/e/hall-2026/fund", data={"key": "k" * 12, **told}, follow_redirects=False)
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/pay/")
        assert client.get(answer.headers["location"]).status_code == 200
    return answer.status_code


def test_a_form_that_is_sent_twice_begins_one_gift(client: api.TestClient) -> None:
    assert [give(client, amount="25"), give(client, amount="25")] == [303, 303]
    found = rows(s.orders)
    assert [(row["gift_minor"], row["buyer"]) for row in found] == [(2500, "gift")]
    offsetting.demo_payment(found[0]["order_id"], "succeeded")
    for path in ("", "/receipt", "/receipt.pdf"):
        assert client.get(f"/order/{found[0]['order_id']}{path}").status_code == 200
    assert give(client, amount="", proposed="50.00", key="another key 1") == 303


@pytest.mark.parametrize("amount", ["", "0", "-3", "1.234", "NaN", "1e99", "ten", "9" * 30, "\x00"])
def test_what_is_no_amount_is_told_and_stays_typed(client: api.TestClient, amount: str) -> None:
    answer = client.post("/e/hall-2026/fund", data={"amount": amount, "key": "k" * 12}, follow_redirects=False)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert rows(s.orders) == []


def test_a_document_is_saved_never_shown(client: api.TestClient) -> None:
    sha256 = events.special_fund("hall-2026").document.sha256
    answer = client.get(f"/e/hall-2026/fund/{sha256}")
    assert answer.content == PDF and answer.headers["content-disposition"].startswith("attachment;")
    assert client.get(f"/e/hall-2026/fund/{'0' * 64}").status_code == 404
    assert client.get(f"/e/hall-2026/thanks/{'0' * 64}").status_code == 404


def test_a_shared_link_is_carried_to_the_calculator(client: api.TestClient) -> None:
    assert 'href="/e/hall-2026/footprint?by=abcde12345"' in client.get("/e/hall-2026?by=abcde12345").text
    assert "by=" not in client.get('/e/hall-2026?by="><script>').text


def test_an_ambassadors_certificate_is_for_everybody_who_has_its_number(client: api.TestClient) -> None:
    set_actor(SYSTEM)
    me = events.start_participation("hall-2026").participation_id
    code = events.ambassador(me).code
    for _ in range(5):
        started = events.start_participation("hall-2026")
        events.came_by_link(started.participation_id, code)
        events.save_footprint(
            started.participation_id, {"trips": [{"from": "iata:PEK", "mode": "plane", "round_trip": True}]}
        )
    number = events.ambassador(me).number
    shown = client.get(f"/ambassador/{number}")
    assert shown.status_code == 200 and number in shown.text and me not in shown.text
    assert client.get(f"/ambassador/{number}.pdf").content.startswith(b"%PDF-")
    signed = client.get(f"/ambassador/{number}.json").text
    assert offsetting.verify_document(signed, offsetting.did_document()).ok
    assert offsetting.verify_file(signed, json.dumps(offsetting.did_document())).ok
    assert "fz-honour-bad" not in shown.text and "cli.py verify" in shown.text
    for typed in (number, number.lower().replace("-", ""), f" http://testserver/ambassador/{number} ",
                  f"{number}.json", f"https://forum.example/verify/{number}?x=1"):  # fmt: skip
        led = client.get("/verify", params={"number": typed}, follow_redirects=False)
        assert (led.status_code, led.headers["location"]) == (303, f"/ambassador/{number}"), typed
    assert client.get(f"/verify/{number}").url.path == f"/ambassador/{number}"
    assert client.get(f"/verify/{number}.json").text == signed
    assert client.get("/verify", params={"number": "TEST-0000-0000-0000-0000"}).status_code == 404
    events.delete_participation(me)
    revoked = client.get(f"/ambassador/{number}").text
    assert "fz-state-revoked" in revoked and "fz-honour-bad" in revoked
    assert client.get("/ambassador/TEST-0000-0000-0000-0000").status_code == 404


def test_a_payout_of_the_fund_stands_on_its_page_beside_the_gifts_own_words(client: api.TestClient) -> None:
    words = {"en": "For trees <b>", "is": "Fyrir tré"}
    with get_store().write() as conn:
        conn.execute(sa.update(s.event).where(s.event.c.slug == "hall-2026").values(texts={"gift": words}))
    assert "For trees &lt;b&gt;" in client.get("/e/hall-2026/fund?lang=en").text
    assert "Fyrir tré" in client.get("/e/hall-2026/fund?lang=is").text
    now = datetime.now(UTC)
    for _ in range(5):
        order_id = offsetting.place_gift("hall-2026", 2000)
        offsetting.demo_payment(order_id, "succeeded")
    clerk = Actor("person", "p1", "Chen Jie", frozenset({("exchange", "", "")}))
    currency = events.get_event("hall-2026").currency
    number = settlements.settle(clerk, Account("special_fund", "", currency, False), now.date(), 10_000, "ICBC 7",
                                now.date(), now=now + timedelta(days=2))  # fmt: skip
    shown = client.get("/e/hall-2026/fund?lang=en").text
    given, out, left = re.findall(r"<dd><b>([^<]*)</b></dd>", shown)[:3]
    assert ("100.00" in given, "100.00" in out, "100.00" in left) == (True, True, False)
    assert number in shown and "What was paid out" in shown
