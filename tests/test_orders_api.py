"""What an order may ask for by the API beyond a share: the rest, what adds to an earlier order, and the plan."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

import offsetting
from accounts import SYSTEM
from data.store import schema as s
from data.store.engine import Store, get_store
from tests.support.api import V1, Forum, begin, buy, client, open_forum, pay, prove, token
from tests.support.events import body, trip


@pytest.fixture
def api(sqlite_store: Store) -> TestClient:
    return client()


@pytest.fixture
def forum(sqlite_store: Store) -> Forum:
    return open_forum()


def ends(forum: Forum, after: timedelta) -> None:
    """The forum is over so long from now."""
    with get_store().write() as conn:
        conn.execute(
            sa.update(s.event).where(s.event.c.event_id == forum.event_id).values(ends_at=datetime.now(UTC) + after)
        )


def test_the_rest_adds_to_the_first_order_and_is_ordered_once(api: TestClient, forum: Forum) -> None:
    guest = begin(api)
    first = pay(api, buy(guest, forum, 50)["order_id"])
    key = {"Idempotency-Key": "the-rest-of-this-guest"}
    rest = guest.order({"project": forum.project, "rest": True}, **key)
    told = rest.json()
    whole = guest.tell().json()["total_g"]
    assert (rest.status_code, told["grams"], told["adds_to"]) == (201, whole - first["grams"], first["order_id"])
    assert "adds_to" not in first and "covers" not in told
    assert guest.order({"project": forum.project, "rest": True}, **key).json() == told
    again = guest.order({"project": forum.project, "rest": True})
    assert (again.status_code, "nothing left" in again.json()["detail"]) == (409, True)
    paid = pay(api, told["order_id"])
    assert (paid["state"], paid["adds_to"]) == ("pooled", first["order_id"])
    prove(forum.slug)


@pytest.mark.parametrize("more", [{"share_percent": 50}, {"grams": 5}, {"rest": 1}, {"rest": False}])
def test_the_rest_stands_alone(api: TestClient, forum: Forum, more: dict[str, object]) -> None:
    guest = begin(api)
    guest.tell()
    answer = guest.order({"project": forum.project, "rest": True} | more)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] in ("share_percent", "rest")


def test_a_held_order_tells_what_of_it_would_be_extra(api: TestClient, forum: Forum) -> None:
    guest = begin(api)
    held = buy(guest, forum, 75)
    seen = f"{V1}/orders/{held['order_id']}"
    assert "extra_if_paid_g" not in api.get(seen).json()
    organiser = token("organiser", event_id=forum.event_id)
    url, asked = f"{V1}/events/{forum.slug}/orders", {"project": forum.project, "covers": [guest.participation_id]}
    wide = api.post(url, json=asked | {"grams": held["grams"]}, headers=organiser).json()
    assert wide["covers"] == "participations"
    wide_extra = f"{V1}/orders/{wide['order_id']}"
    pay(api, wide["order_id"])
    whole = guest.tell().json()["total_g"]
    assert api.get(seen).json()["extra_if_paid_g"] == 2 * held["grams"] - whole
    pay(api, held["order_id"])
    assert "extra_if_paid_g" not in api.get(seen).json()
    assert "extra_if_paid_g" not in api.get(wide_extra).json()
    late = api.post(url, json=asked | {"grams": 7}, headers=organiser).json()
    assert api.get(f"{V1}/orders/{late['order_id']}").json()["extra_if_paid_g"] == 7
    prove(forum.slug)


def test_the_plan_is_ordered_before_the_event_and_the_residual_waits_for_it(api: TestClient, forum: Forum) -> None:
    ends(forum, timedelta(days=1))
    organiser = token("organiser", event_id=forum.event_id)
    url, plan = f"{V1}/events/{forum.slug}/orders", {"project": forum.project, "covers": "plan"}
    unsaid = api.post(url, json=plan, headers=organiser)
    assert (unsaid.status_code, unsaid.json()["errors"][0]["field"]) == (422, "grams")
    for who, status in (({}, 401), (token("auditor"), 403), (token("organiser", event_id="elsewher"), 403)):
        assert api.post(url, json=plan | {"grams": 9000}, headers=who).status_code == status
    placed = api.post(url, json=plan | {"grams": 9000}, headers=organiser)
    assert (placed.status_code, placed.json()["covers"], placed.json()["grams"]) == (201, "plan", 9000)
    pay(api, placed.json()["order_id"])
    whole = begin(api).tell().json()["total_g"]
    residual = {"project": forum.project, "covers": "residual"}
    refused = api.post(url, json=residual, headers=organiser)
    assert (refused.status_code, "settle the plan first" in refused.json()["detail"]) == (409, True)
    ends(forum, -timedelta(days=1))
    over = api.post(url, json=plan | {"grams": 9000}, headers=organiser)
    assert (over.status_code, "no plan any more" in over.json()["detail"]) == (409, True)
    assert offsetting.settle_plan(SYSTEM, forum.slug).laid_g == 9000
    rest = api.post(url, json=residual, headers=organiser).json()
    assert (rest["grams"], rest["covers"]) == (whole - 9000, "residual")
    prove(forum.slug)


def test_the_document_tells_of_them(api: TestClient) -> None:
    document = api.get(f"{V1}/openapi.json").json()
    schemas = document["components"]["schemas"]
    assert "in the place of a share" in schemas["GuestOrderBody"]["properties"]["rest"]["description"]
    covers = schemas["EventOrderBody"]["properties"]["covers"]
    assert covers["anyOf"][0]["enum"] == ["residual", "plan", "company"] and "settled" in covers["description"]
    told = schemas["OrderTold"]["properties"]
    assert {"adds_to", "covers", "extra_if_paid_g"} <= set(told)
    for path, status in (("participations/{participation_id}/orders", "201"), ("orders/{order_id}/cancel", "200")):
        answer = document["paths"][f"{V1}/{path}"]["post"]["responses"][status]
        assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/OrderTold"), path


def test_another_answer_after_more_nights_is_the_rest(api: TestClient, forum: Forum) -> None:
    guest = begin(api)
    first = pay(api, buy(guest, forum)["order_id"])
    more = guest.tell(body(trip("high_speed_rail"), nights=4)).json()["total_g"]
    rest = guest.order({"project": forum.project, "rest": True}).json()
    assert rest["grams"] == more - first["grams"]
    api.post(f"{V1}/orders/{rest['order_id']}/cancel", json={"reason": "no"}, headers=guest.proof)
    assert guest.order({"project": forum.project, "rest": True}).json()["grams"] == rest["grams"]
