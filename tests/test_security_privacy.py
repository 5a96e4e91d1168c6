"""What may be told of people: no group under five, not by subtraction either, and no name without consent."""

from __future__ import annotations

import pytest

import events
from calculations.ranking import shown_groups
from data.store.engine import Store
from tests.support.api import Forum, Guest, begin, buy, client, open_forum, pay, token
from tests.support.events import body, trip


@pytest.mark.parametrize(
    ("people", "others", "shown"),
    [
        ({"a": 5, "b": 4}, 0, set()),  # b would be the whole less a
        ({"a": 9, "b": 5, "c": 4}, 0, {"a"}),  # b goes too, then nine are left out
        ({"a": 9, "b": 5, "c": 4, "d": 1}, 0, {"a", "b"}),  # c and d are five together
        ({"a": 9, "b": 5, "c": 2, "d": 2}, 0, {"a"}),
        ({"a": 5, "b": 6}, 0, {"a", "b"}),
        ({"a": 5, "b": 0}, 0, {"a"}),
        ({"a": 5}, 3, set()),
        ({"a": 5}, 5, {"a"}),
        ({}, 3, set()),
        ({"a": 4}, 0, set()),
    ],
)
def test_what_is_left_out_is_nobody_or_five(people: dict[str, int], others: int, shown: set[str]) -> None:
    assert shown_groups(people, others) == shown
    left = others + sum(count for key, count in people.items() if key not in shown)
    assert left == 0 or left >= 5 or not shown


def _come(forum: Forum, count: int, **told: str) -> None:
    api = client()
    for _ in range(count):
        assert begin(api, forum.slug, **told).tell(body(trip("high_speed_rail"), nights=1)).status_code == 200


def test_a_small_session_is_not_the_difference_of_the_others(store: Store) -> None:
    forum = open_forum()
    session = events.get_event(forum.slug).sessions
    ids = [each.session_id for each in session if each.kind != "organiser"]
    _come(forum, 9, session=ids[0])
    _come(forum, 6, session=ids[1])
    events.fold_due()
    assert all(row["emitted_g"] for row in _groups(forum) if row["id"] in ids[:2])
    _come(forum, 3)  # of no session
    events.fold_due()
    known = {row["id"]: row for row in _groups(forum)}
    assert known[ids[0]]["emitted_g"] and known[ids[1]]["emitted_g"] is None and known[""]["emitted_g"] is None
    board = events.leaderboard(forum.slug, "sessions")
    assert [row.key for row in board.rows] == [ids[0]]
    shown = events.snapshot(forum.slug)
    assert {row["id"]: row["emitted_g"] for row in shown["by_session"]} == {k: r["emitted_g"] for k, r in known.items()}


def _groups(forum: Forum) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = client().get(f"/api/v1/events/{forum.slug}/totals").json()["by_session"]
    return rows


def test_a_small_company_is_not_the_difference_either(sqlite_store: Store) -> None:
    forum = open_forum()
    _come(forum, 6, company="Alpha")
    _come(forum, 5, company="Beta")
    events.fold_due()
    assert events.leaderboard(forum.slug, "companies").total == 2
    _come(forum, 2, company="Gamma")
    events.fold_due()
    assert events.leaderboard(forum.slug, "companies").total == 1
    _come(forum, 4)  # of none: six are left out now
    events.fold_due()
    assert events.leaderboard(forum.slug, "companies").total == 2


def test_the_course_of_the_day_begins_with_the_fifth_guest(sqlite_store: Store) -> None:
    forum = open_forum()
    for _ in range(4):
        _come(forum, 1)
        events.fold_due()
    shown = events.snapshot(forum.slug)
    assert shown["timeline"] == [] and shown["emitted"]["total"] is None and shown["by_category"] == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("events.live.bucket_of", lambda event, now: event.ends_at)
        _come(forum, 1)
        events.fold_due()
    timeline = events.snapshot(forum.slug)["timeline"]
    assert len(timeline) == 1 and timeline[0]["total_g"] > 0


def test_a_company_of_four_learns_nothing_by_ordering(store: Store) -> None:
    forum, api = open_forum(), client()
    guests = [begin(api, company="Panda Green Ltd") for _ in range(4)]
    assert all(guest.tell().status_code == 200 for guest in guests)
    company_id = events.guest(guests[0].participation_id, guests[0].secret).company_id
    held, url = token("company", company_id=company_id), f"/api/v1/events/{forum.slug}/orders"
    for amount in ({"share_percent": 100}, {"grams": 1000}):
        wanted = {"project": forum.project, "covers": "company"} | amount
        answer = api.post(url, json=wanted, headers=held)
        assert answer.status_code == 409 and "five" in answer.json()["detail"]
    page = api.get("/_dash-layout", headers=held | {
        "Referer": f"http://testserver/desk/company/{company_id}/{forum.slug}"})  # fmt: skip
    assert page.status_code == 200 and "Fewer than five" in page.text and "company-place" not in page.text


def test_a_position_is_kept_to_a_hundredth_of_a_degree(store: Store) -> None:
    open_forum()
    guest = begin(client())
    told = {"trips": [{"from": {"lat": 30.123456, "lon": 104.987654}, "mode": "car", "round_trip": True}]}
    answer = guest.tell(told)
    assert answer.status_code == 200
    kept = events.current_footprint(guest.participation_id)
    assert kept is not None
    for text in (answer.text, str(kept.as_json()), str(kept.answers)):
        assert "30.1234" not in text and "104.9876" not in text


def test_a_name_is_shown_only_while_there_is_consent(sqlite_store: Store) -> None:
    forum, api = open_forum(), client()
    silent = begin(api, display={"pseudonym": "Real Name", "consent": False})
    silent.tell()
    order = silent.order({"project": forum.project, "share_percent": 100}).json()
    api.post(f"/api/v1/demo-payments/{order['order_id']}", json={"outcome": "succeeded"})
    number = api.get(f"/api/v1/orders/{order['order_id']}").json()["certificate"]
    events.fold_due()
    seen = [api.get(f"/api/v1/certificates/{number}", headers={"Accept": kind}).text
            for kind in ("application/json", "application/vc+ld+json")]  # fmt: skip
    seen += [api.get(f"/certificate/{number}").text, api.get(f"/verify/{number}").text]
    seen += [str(events.snapshot(forum.slug)), order["order_id"]]
    assert not any("Real Name" in text for text in seen)
    assert not any(silent.participation_id in text or order["order_id"] in text for text in seen[:-1])


def test_a_name_taken_back_is_gone_from_the_certificate_and_its_history(store: Store) -> None:
    forum, api = open_forum(), client()
    for leave in (False, True):
        guest = begin(api, display={"pseudonym": "Real Name", "consent": True})
        number = _paid(guest, forum)
        assert "Real Name" in api.get(f"/verify/{number}.json").text
        if leave:
            events.delete_participation(guest.participation_id)
        else:
            events.set_display(guest.participation_id, "", False)
        for path in (f"/verify/{number}.json", f"/verify/{number}", f"/certificate/{number}"):
            answer = api.get(path)
            assert answer.status_code == 200 and "Real Name" not in answer.text, path
        assert api.get(f"/verify/{number}.json?version=1").status_code == 404
        assert api.get(f"/verify/{number}.json?version=2").status_code == 200
    assert "Real Name" not in str(events.snapshot(forum.slug))


def _paid(guest: Guest, forum: Forum) -> str:
    """The number of the certificate of a guest who has paid."""
    order = buy(guest, forum)
    return str(pay(guest.api, order["order_id"])["certificate"])
