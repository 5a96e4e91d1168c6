"""A guest's whole way through the API, on both stores, and everything that may go twice or wrong on it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

import events
import offsetting
from gateways.demo import DemoPayment
from offsetting.providers import demo
from tests.support.api import V1, Forum, Guest, begin, buy, client, open_forum, pay, prove, token
from tests.support.events import body, trip
from tests.support.shop import SPLIT

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def api(store: object) -> TestClient:
    return client()


@pytest.fixture
def forum(store: object) -> Forum:
    return open_forum()


def test_the_whole_way(api: TestClient, forum: Forum) -> None:
    guest = begin(api, session="main", company="Panda Green Ltd", display={"pseudonym": "Ada", "consent": True})
    told = guest.tell().json()
    assert (told["version"], told["low_g"] <= told["total_g"] <= told["high_g"]) == (1, True)
    assert sum(line["total_g"] for line in told["lines"]) == told["total_g"] == sum(told["by_category"].values())
    assert all(line["trace"]["formula"] for line in told["lines"])
    offers = api.get(f"{V1}/events/{forum.slug}/projects").json()
    assert (offers["items"][0]["id"], offers["next"]) == (forum.project, None)
    ordered = guest.order({"project": forum.project, "share_percent": 100, "locale": "zh"})
    order = ordered.json()
    assert (ordered.status_code, order["state"], order["livemode"]) == (201, "held", False)
    assert (order["grams"], order["currency"]) == (told["total_g"], "CNY")
    assert order["pay_url"].endswith(order["order_id"])
    paid = pay(api, order["order_id"])
    assert [step["state"] for step in paid["states"]] == ["quote", "held", "paid", "pooled"]
    assert sum(a["serial_to_g"] - a["serial_from_g"] for a in paid["allocations"]) == order["grams"]
    assert paid["certificate"].startswith("TEST-")
    prove(forum.slug)


def test_a_key_gives_the_same_answer_again_and_refuses_another_body(api: TestClient, forum: Forum) -> None:
    key = {"Idempotency-Key": "a-key-of-my-own-0001"}
    url = f"{V1}/events/{forum.slug}/participations"
    first, again = (api.post(url, json={"session": "main"}, headers=key) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (201, first.json())
    other = api.post(url, json={"session": "life"}, headers=key)
    assert (other.status_code, other.headers["content-type"]) == (409, "application/problem+json")
    guest = Guest(api, **first.json())
    tellings = [guest.tell(**key).json()["version"] for _ in range(2)]
    assert tellings == [1, 1]
    assert guest.tell(body(trip("plane")), **key).status_code == 409
    orders = [guest.order({"project": forum.project, "share_percent": 50}, **key).json() for _ in range(2)]
    assert orders[0] == orders[1]
    assert guest.order({"project": forum.project, "share_percent": 25}, **key).status_code == 409
    assert len(offsetting.orders_of(guest.participation_id)) == 1


def test_a_key_of_a_refused_command_is_free_again(api: TestClient, forum: Forum) -> None:
    guest, key = begin(api), {"Idempotency-Key": "a-key-of-my-own-0002"}
    assert guest.order({"project": forum.project, "share_percent": 100}, **key).status_code == 409
    guest.tell()
    assert guest.order({"project": forum.project, "share_percent": 100}, **key).status_code == 201


@pytest.mark.parametrize("key", ["short", "x" * 201, "tab\tin a key of mine"])
def test_a_key_that_does_not_fit_is_refused(api: TestClient, forum: Forum, key: str) -> None:
    answer = api.post(f"{V1}/events/{forum.slug}/participations", json={}, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_a_doubled_payment_counts_once(api: TestClient, forum: Forum) -> None:
    order = buy(begin(api), forum)
    paid = pay(api, order["order_id"], "doubled")
    assert [step["state"] for step in paid["states"]] == ["quote", "held", "paid", "pooled"]
    again = api.post(f"{V1}/demo-payments/{order['order_id']}", json={"outcome": "succeeded"})
    assert again.status_code == 409
    prove(forum.slug)


def test_a_failed_payment_frees_the_grams_and_may_be_tried_again(api: TestClient, forum: Forum) -> None:
    left = api.get(f"{V1}/events/{forum.slug}/projects").json()["items"][0]["available_g"]
    order = buy(begin(api), forum)
    assert pay(api, order["order_id"], "failed")["state"] == "failed"
    assert api.get(f"{V1}/events/{forum.slug}/projects").json()["items"][0]["available_g"] == left
    assert pay(api, order["order_id"])["state"] == "pooled"
    prove(forum.slug)


def test_a_late_payment_comes_after_the_order_expired(api: TestClient, forum: Forum) -> None:
    order = buy(begin(api), forum)
    assert pay(api, order["order_id"], "late")["state"] == "held"
    end = datetime.fromisoformat(order["expires_at"])
    offsetting.run_due(end + timedelta(milliseconds=500))  # times are told to the millisecond
    offsetting.run_due(end + timedelta(seconds=5))
    late = api.get(f"{V1}/orders/{order['order_id']}").json()
    assert [step["state"] for step in late["states"]][-3:] == ["expired", "paid_late", "pooled"]
    assert late["certificate"]
    prove(forum.slug)


def _webhook(order: dict[str, Any], event: str, **other: Any) -> tuple[dict[str, str], bytes]:
    told = {"amount_minor": order["amount_minor"], "currency": order["currency"]} | other
    return demo().webhook(DemoPayment(event, "succeeded", order["order_id"], **told), datetime.now(UTC))


def test_webhooks_are_dealt_with_once_and_forged_ones_change_nothing(api: TestClient, forum: Forum) -> None:
    order = buy(begin(api), forum)
    headers, sent = _webhook(order, "evt_mine")
    for bad_headers, bad_body in [({}, sent), (headers, sent + b" "), (headers, b""), (headers, b"\xff\x00")]:
        refused = api.post("/webhooks/demo", content=bad_body, headers=bad_headers)
        assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")
    assert api.get(f"{V1}/orders/{order['order_id']}").json()["state"] == "held"
    outcomes = [api.post("/webhooks/demo", content=sent, headers=headers).json()["outcome"] for _ in range(3)]
    assert outcomes == ["pooled", "duplicate", "duplicate"]
    wrong_headers, wrong = _webhook(order, "evt_other", amount_minor=1)
    assert api.post("/webhooks/demo", content=wrong, headers=wrong_headers).json()["outcome"].startswith("refused")
    assert api.post("/webhooks/nobody", content=sent, headers=headers).status_code == 404
    prove(forum.slug)


FORMS = [
    ("application/json", b"{"), ("application/vc+ld+json", b"{"), ("application/pdf", b"%PDF-"),
    ("image/png", b"\x89PNG"), ("", b"{"), ("*/*", b"{"), ("text/html, image/*", b"\x89PNG"),
]  # fmt: skip


def test_a_certificate_in_its_forms(api: TestClient, forum: Forum) -> None:
    number = pay(api, buy(begin(api), forum)["order_id"])["certificate"]
    for accept, start in FORMS:
        answer = api.get(f"{V1}/certificates/{number}", headers={"Accept": accept})
        assert (answer.status_code, answer.content[: len(start)]) == (200, start), accept
        wanted = {"": "application/json", "*/*": "application/json", "text/html, image/*": "image/png"}
        assert answer.headers["content-type"].split(";")[0] == wanted.get(accept, accept)
    unknown = api.get(f"{V1}/certificates/{number}", headers={"Accept": "text/csv"})
    assert (unknown.status_code, "application/pdf" in unknown.json()["detail"]) == (406, True)
    shown = api.get(f"{V1}/certificates/{number}").json()
    assert (shown["number"], shown["state"]) == (number, "reserved")
    credential = api.get(f"{V1}/certificates/{number}", headers={"Accept": "application/vc+ld+json"}).text
    keys = api.get("/.well-known/did.json").json()
    assert offsetting.verify_document(credential, keys).ok
    forged = credential.replace(forum.project, forum.project + "x")
    assert forged != credential
    assert not offsetting.verify_document(forged, keys).ok


def test_a_certificate_is_found_however_its_number_is_typed(api: TestClient, forum: Forum) -> None:
    number = pay(api, buy(begin(api), forum)["order_id"])["certificate"]
    spoken = number.removeprefix("TEST-").replace("-", "")
    for typed in (number, number.lower(), f"  {number} ", f"TEST {spoken}", f"https://x.example/verify/{number}"):
        found = api.get(f"{V1}/certificates", params={"number": typed})
        assert found.status_code == 200, (typed, found.text)
        assert found.json()["items"][0]["number"] == number
    for typed in ("TEST-0000-0000-0000-0000", "nonsense", "", "\x00", "💥"):
        assert api.get(f"{V1}/certificates", params={"number": typed}).status_code in (404, 422), typed


def test_totals_and_boards_open_with_five(api: TestClient, forum: Forum) -> None:
    guests = [begin(api, session="main", company="Panda Green Ltd") for _ in range(5)]
    for guest in guests[:4]:
        pay(api, buy(guest, forum)["order_id"])
    events.fold_due()
    few = api.get(f"{V1}/events/{forum.slug}/totals").json()
    assert (few["participants"], few["residual_g"]) == (4, None)
    first = pay(api, buy(guests[4], forum, 50)["order_id"])
    events.fold_due()
    totals = api.get(f"{V1}/events/{forum.slug}/totals").json()
    assert totals["participants"] == 5
    assert totals["version"] > few["version"]
    assert totals["covered_g"]["retired"] == 0 < totals["covered_g"]["reserved"]
    assert sum(totals["money_minor"].values()) > 0
    board = api.get(f"{V1}/events/{forum.slug}/leaderboards/people").json()
    assert [row["rank"] for row in board["rows"]] == [1, 1, 1, 1, 5]
    assert (board["total"], "me" in board, board["rows"][4]["grams_g"]) == (5, False, first["grams"])
    _my_row(api, forum, guests)
    for kind in ("companies", "sessions"):
        assert len(api.get(f"{V1}/events/{forum.slug}/leaderboards/{kind}").json()["rows"]) == 1
    assert api.get(f"{V1}/events/{forum.slug}/leaderboards/dogs").status_code == 422


def _my_row(api: TestClient, forum: Forum, guests: list[Guest]) -> None:
    url = f"{V1}/events/{forum.slug}/leaderboards/people"
    mine = api.get(url, params={"participation": guests[4].participation_id, "size": 1}, headers=guests[4].proof)
    assert (mine.json()["me"]["rank"], mine.json()["me"]["share"], len(mine.json()["rows"])) == (5, 0.5, 1)
    assert mine.json()["next"] == f"{url}?page=2&size=1"
    for headers in ({}, guests[0].proof):
        assert api.get(url, params={"participation": guests[4].participation_id}, headers=headers).status_code == 401


def test_the_exchange_refunds(api: TestClient, forum: Forum) -> None:
    order = pay(api, buy(begin(api), forum)["order_id"])
    url, reason = f"{V1}/orders/{order['order_id']}/refund", {"reason": "asked for"}
    key = token("exchange") | {"Idempotency-Key": "refund-of-this-order"}
    back = api.post(url, json=reason, headers=key)
    assert (back.status_code, back.json()["state"]) == (200, "refunded")
    assert api.post(url, json=reason, headers=key).json() == back.json()
    assert api.get(f"{V1}/certificates/{order['certificate']}").json()["state"] == "revoked"
    prove(forum.slug)


def test_a_guest_cancels_before_paying(api: TestClient, forum: Forum) -> None:
    guest, stranger = begin(api), begin(api)
    order = buy(guest, forum)
    url = f"{V1}/orders/{order['order_id']}/cancel"
    assert api.post(url, json={"reason": ""}, headers=stranger.proof).status_code == 401
    assert api.post(url, json={"reason": ""}, headers=guest.proof).json()["state"] == "cancelled"
    assert api.post(f"{V1}/orders/{pay(api, buy(stranger, forum)['order_id'])['order_id']}/cancel",
                    json={"reason": ""}, headers=stranger.proof).status_code == 409  # fmt: skip


def test_the_organiser_buys_the_residual_and_a_company_its_own(api: TestClient, forum: Forum) -> None:
    guests = [begin(api, company="Panda Green Ltd") for _ in range(5)] + [begin(api)]
    grams = [guest.tell().json()["total_g"] for guest in guests]
    url, wanted = f"{V1}/events/{forum.slug}/orders", {"project": forum.project, "share_percent": 100}
    company_id = events.guest(guests[0].participation_id, guests[0].secret).company_id
    company = token("company", company_id=company_id)
    own = api.post(url, json=wanted | {"covers": "company"}, headers=company)
    assert (own.status_code, own.json()["grams"]) == (201, sum(grams[:5]))
    pay(api, own.json()["order_id"])
    organiser = token("organiser", event_id=forum.event_id)
    rest = api.post(url, json=wanted | {"covers": "residual"}, headers=organiser)
    assert (rest.status_code, rest.json()["grams"]) == (201, grams[5])
    pay(api, rest.json()["order_id"])
    assert api.post(url, json=wanted | {"covers": "residual"}, headers=organiser).status_code == 409
    events.fold_due()
    prove(forum.slug)


ROLES = ["company", "organiser", "exchange", "auditor", "sustainability", "administrator"]
ALLOWED = {
    "orders": {"organiser", "administrator"},
    "cancel": {"organiser", "exchange", "administrator"},
    "refund": {"exchange", "administrator"},
}


def test_the_permission_walk(api: TestClient, forum: Forum) -> None:
    """Each route that changes something, with each role, and of another event: only the table's roles get through."""
    order, other = buy(begin(api), forum)["order_id"], open_forum("elsewhere")
    asks = {
        "orders": (f"{V1}/events/{forum.slug}/orders", {"project": "none-of-these", "grams": 1, "covers": "residual"}),
        "cancel": (f"{V1}/orders/{pay(api, buy(begin(api), forum)['order_id'])['order_id']}/cancel", {"reason": "x"}),
        "refund": (f"{V1}/orders/{order}/refund", {"reason": "x"}),
    }
    walkers = {role: token(role) for role in ROLES}
    strangers = {role: token(role, event_id=other.event_id) for role in ROLES}
    for route, (url, sent) in asks.items():
        assert api.post(url, json=sent).status_code == 401, route
        assert api.post(url, json=sent, headers={"Authorization": "Bearer fzp_forged"}).status_code == 401, route
        for role, header in walkers.items():
            status = api.post(url, json=sent, headers=header).status_code
            assert (status in (404, 409)) if role in ALLOWED[route] else status == 403, (route, role, status)
            away = api.post(url, json=sent, headers=strangers[role])
            assert away.status_code == 403, (route, role, "of another event")


def test_reading_needs_the_secret_of_that_participation(api: TestClient, forum: Forum) -> None:
    guest, stranger = begin(api), begin(api)
    guest.tell()
    url = f"{V1}/participations/{guest.participation_id}/footprint"
    assert api.get(url, headers=guest.proof).json()["version"] == 1
    for headers in ({}, stranger.proof, token("administrator"), {"Authorization": f"Basic {guest.secret}"}):
        answer = api.get(url, headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert guest.secret not in json.dumps(answer.json())
    assert (
        api.get(f"{V1}/participations/{stranger.participation_id}/footprint", headers=stranger.proof).status_code == 404
    )


def test_what_anybody_may_read(api: TestClient, forum: Forum) -> None:
    found = api.get(f"{V1}/events", params={"q": "大厅"}).json()
    assert [card["slug"] for card in found["items"]] == [forum.slug]
    assert set(found["items"][0]) >= {"slug", "names", "scenario", "starts", "ends", "place", "livemode"}
    event = api.get(f"{V1}/events/{forum.slug}").json()
    assert set(event) >= {"sessions", "currency", "factor_set", "boundary", "projects"}
    assert set(event["factor_set"]) >= {"id", "sha256"}
    assert [s["id"] for s in event["sessions"]] == ["main", "life"]
    places = api.get(f"{V1}/places", params={"q": "成都", "lang": "en", "limit": 3}).json()["items"]
    assert ("geo:1815286", "Chengdu") in [(place["id"], place["name"]) for place in places]
    assert {"conference", "life"} <= {item["id"] for item in api.get(f"{V1}/scenarios").json()["items"]}
    assert (api.get("/healthz").status_code, api.get("/readyz").status_code) == (200, 200)
    assert "forum_zero_requests_total" in api.get("/metrics").text
    assert api.get(f"{V1}/docs").status_code == 200


def test_cut_before_the_answer_nothing_is_left_and_the_key_is_free(
    api: TestClient, forum: Forum, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest, key = begin(api), {"Idempotency-Key": "a-key-of-my-own-0003"}
    guest.tell()
    order = {"project": forum.project, "share_percent": 100}
    with monkeypatch.context() as cut:
        cut.setattr("data.store.idempotency.answer", lambda *_: 1 / 0)
        assert guest.order(order, **key).status_code == 500
    assert offsetting.orders_of(guest.participation_id) == []
    assert guest.order(order, **key).status_code == 201
    assert len(offsetting.orders_of(guest.participation_id)) == 1
    prove(forum.slug)


def test_the_same_key_at_once_is_one_command(api: TestClient, forum: Forum) -> None:
    guest, key = begin(api), {"Idempotency-Key": "a-key-of-my-own-0004"}
    guest.tell()
    with ThreadPoolExecutor(8) as pool:
        order = {"project": forum.project, "share_percent": 100}
        answers = list(
            pool.map(lambda _: Guest(client(), guest.participation_id, guest.secret).order(order, **key), range(8))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["order_id"] for answer in answers}) == 1
    assert len(offsetting.orders_of(guest.participation_id)) == 1


def test_an_answer_is_given_again_when_things_have_changed(api: TestClient, forum: Forum) -> None:
    guest, key = begin(api), {"Idempotency-Key": "a-key-of-my-own-0005"}
    guest.tell()
    order = {"project": forum.project, "share_percent": 100}
    first = guest.order(order, **key)
    offsetting.open_offering(forum.event_id, forum.project, 4500, "CNY", SPLIT, is_open=False)
    assert guest.order(order).status_code == 404
    again = guest.order(order, **key)
    assert (again.status_code, again.json()) == (201, first.json())


def test_a_call_that_fails_in_the_middle_leaves_nothing(
    api: TestClient, forum: Forum, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, key = buy(begin(api), forum), {"Idempotency-Key": "a-key-of-my-own-0006"}
    url = f"{V1}/demo-payments/{order['order_id']}"
    with monkeypatch.context() as cut:
        cut.setattr("data.store.journal.post", lambda *_: 1 / 0)
        assert api.post(url, json={"outcome": "succeeded"}, headers=key).status_code == 500
    assert api.get(f"{V1}/orders/{order['order_id']}").json()["state"] == "held"
    assert api.post(url, json={"outcome": "succeeded"}, headers=key).status_code == 202
    assert api.get(f"{V1}/orders/{order['order_id']}").json()["state"] == "pooled"
    prove(forum.slug)


def test_too_many_at_once_are_told_when_to_come_again(
    api: TestClient, forum: Forum, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.participations.STARTS_A_MINUTE", 0)
    monkeypatch.setattr("api.participations.COUNTED_EVERY", 1)
    answer = api.post(f"{V1}/events/{forum.slug}/participations", json={})
    assert (answer.status_code, answer.headers["content-type"]) == (429, "application/problem+json")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
