"""Codes that guests scan: made, typed, scanned, revoked; what each brought is rolled up and hides small groups."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

import events
from accounts import ANONYMOUS, SYSTEM, Forbidden, set_actor
from calculations.model import InputError
from data.store import rebuild, rollups
from data.store.engine import get_store
from events import ChannelFigures
from tests.support.api import Forum, buy, pay
from tests.support.api import Guest as Told
from tests.support.events import body, trip

PHONE = {"user-agent": "Mozilla/5.0 (Linux; Android 14) Mobile", "sec-fetch-mode": "navigate"}
SLUG = "hall-2026"


@pytest.fixture
def hall(forum: Forum) -> events.Code:
    """A table card's code in the main hall."""
    set_actor(SYSTEM)
    return events.make_code(SLUG, "table_card", "main", "Left of the stage")


def scans(forum: Forum) -> int:
    with get_store().read() as conn:
        return sum(sums[0] for sums in rollups.read(conn, rollups.CHANNEL, forum.event_id).values())


def come(code: events.Code | None, count: int = 1) -> list[events.Started]:
    """People who began by a code and told how they came."""
    started = [events.start_participation(SLUG, code=code.code_id if code else "") for _ in range(count)]
    for one in started:
        events.save_footprint(one.participation_id, body(trip("high_speed_rail"), nights=1))
    return started


def differences(forum: Forum) -> list[str]:
    with get_store().read() as conn:
        return rebuild.differences(conn, forum.event_id)


def test_every_event_is_made_with_its_own_codes(forum: Forum) -> None:
    set_actor(SYSTEM)
    assert [(code.channel, code.is_default) for code in events.list_codes(SLUG)] == [("poster", True), ("wall", True)]
    event = events.get_event(SLUG)
    wall = events.default_code(event, "wall")
    assert wall is not None and events.default_link(event, "wall") == wall.link
    events.revoke_code(SLUG, wall.code_id)
    assert events.default_link(event, "wall").endswith(f"/e/{SLUG}")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("O1IlabC", "0111abc"), ("0 11-1ab c", "0111abc"), ("uuuuuuu", ""), ("abc", ""), ("abcdefgh", ""), ("", "")],
)
def test_what_is_typed_is_folded(typed: str, kept: str) -> None:
    assert events.fold_typed(typed) == kept


def test_codes_are_typed_in_capitals_and_with_letters_for_digits(api: TestClient, forum: Forum) -> None:
    set_actor(SYSTEM)
    code = events.make_code(SLUG, "poster")
    for typed in (code.code_id.upper(), code.code_id.replace("0", "O").replace("1", "l")):
        answer = api.get(f"/s/{typed}", headers=PHONE, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (302, f"/e/{SLUG}?c={code.code_id}")
        assert answer.headers["cache-control"] == "no-store" and "set-cookie" not in answer.headers


def test_scans_of_people_are_counted_and_nothing_of_them_kept(api: TestClient, forum: Forum, hall: events.Code) -> None:
    link = f"/s/{hall.code_id}"
    for headers in (
        {**PHONE, "sec-purpose": "prefetch;prerender"}, {**PHONE, "purpose": "prefetch"},
        {"user-agent": "Googlebot/2.1"}, {"user-agent": "WhatsApp/2.23"}, {"user-agent": ""},
        {**PHONE, "sec-fetch-mode": "no-cors"},
    ):  # fmt: skip
        assert api.get(link, headers=headers, follow_redirects=False).status_code == 302
    assert api.head(link, headers=PHONE, follow_redirects=False).status_code == 302
    assert scans(forum) == 0
    assert api.get(link, headers=PHONE, follow_redirects=False).status_code == 302
    assert scans(forum) == 1
    assert set(rows_of("code_scan")[0]) == {"event_id", "scan_id", "code_id", "at"}
    assert rows_of("code_scan")[0]["at"].minute % 5 == 0
    assert not differences(forum)


def rows_of(table: str) -> list[dict[str, object]]:
    from data.store import schema as s
    from tests.support.shop import rows

    return rows(s.metadata.tables[table])


def test_unknown_and_revoked_codes_lead_nowhere(api: TestClient, forum: Forum, hall: events.Code) -> None:
    unknown = api.get("/s/zzzzzzz", headers=PHONE)
    assert unknown.status_code == 404 and "zzzzzzz" in unknown.text
    events.revoke_code(SLUG, hall.code_id)
    revoked = api.get(f"/s/{hall.code_id}", headers=PHONE, follow_redirects=False)
    assert revoked.status_code == 410 and f"/e/{SLUG}" in revoked.text
    assert scans(forum) == 0
    with pytest.raises(events.NotFound):
        events.revoke_code(SLUG, hall.code_id)


def test_the_landing_hands_the_code_and_its_hall_on(api: TestClient, forum: Forum, hall: events.Code) -> None:
    landing = api.get(f"/e/{SLUG}?c={hall.code_id}").text
    assert f"/e/{SLUG}/footprint?c={hall.code_id}" in landing and "Main forum" in landing
    other = api.get(f"/e/{SLUG}?c=zzzzzzz").text
    assert "footprint?c=" not in other
    page = f"http://testserver/e/{SLUG}/footprint?c={hall.code_id}"
    layout = api.get("/_dash-layout", headers={"Referer": page}).text
    assert f'"code":"{hall.code_id}"' in layout.replace(" ", "") and '"hall":"main"' in layout.replace(" ", "")


def test_what_a_code_brought_is_rolled_up_to_the_certificate(api: TestClient, forum: Forum, hall: events.Code) -> None:
    people = come(hall, 5)
    first = Told(api, people[0].participation_id, people[0].secret)
    order = buy(first, forum)
    pay(api, order["order_id"])
    second = buy(Told(api, people[1].participation_id, people[1].secret), forum)
    pay(api, second["order_id"])
    come(None, 5)
    assert not differences(forum)
    board = events.channel_board(SLUG)
    row = next(row for row in board.codes if row.key == hall.code_id)
    assert (row.figures.began, row.figures.footprint, row.figures.paid, row.figures.certificate) == (5, 5, 2, 2)
    assert row.figures.total_g and row.figures.total_g == board.together.total_g
    assert [one.key for one in board.halls] == ["", "main"] and board.halls[1].figures == row.figures
    assert board.without.began == 5
    events.fold(forum.event_id)
    assert events.channel_board(SLUG) == board and not differences(forum)


def test_a_refund_is_taken_back(api: TestClient, forum: Forum, hall: events.Code) -> None:
    import offsetting

    people = come(hall, 5)
    order = buy(Told(api, people[0].participation_id, people[0].secret), forum)
    pay(api, order["order_id"])
    set_actor(SYSTEM)
    offsetting.refund_order(order["order_id"], "asked for", SYSTEM)
    row = next(row for row in events.channel_board(SLUG).codes if row.key == hall.code_id)
    assert (row.figures.paid, row.figures.certificate) == (0, 0) and not differences(forum)


def test_groups_under_five_are_hidden_and_cannot_be_worked_out(forum: Forum, hall: events.Code) -> None:
    large = events.make_code(SLUG, "table_card", "main", "Right of the stage")
    come(hall, 3)
    come(large, 6)
    board = events.channel_board(SLUG)
    by_code = {row.key: row.figures for row in board.codes}
    assert by_code[hall.code_id] == ChannelFigures(0, None, None, None, None, None)
    assert by_code[large.code_id] == ChannelFigures(0, None, None, None, None, None, kept_back=True)
    cards = next(row.figures for row in board.channels if row.key == "table_card")
    assert cards.began == board.together.began == 9
    come(hall, 2)
    board = events.channel_board(SLUG)
    assert [row.figures.began for row in board.codes if row.code and row.code.channel == "table_card"] == [5, 6]


def test_a_code_of_another_event_is_none_here(forum: Forum, hall: events.Code) -> None:
    from tests.support.api import open_forum

    open_forum("elsewhere")
    events.start_participation("elsewhere", code=hall.code_id)
    events.start_participation("elsewhere", code="nonsense!")
    board = events.channel_board("elsewhere")
    assert board.together == ChannelFigures() and not differences(forum)


def test_making_is_the_organisers_and_says_what_is_wrong(forum: Forum, hall: events.Code) -> None:
    for given, field in (
        (("no such", "", ""), "channel"), (("poster", "attic", ""), "session"), (("own", "", "  "), "label"),
        (("poster", "", "x" * 61), "label"),
    ):  # fmt: skip
        with pytest.raises(InputError) as error:
            events.make_code(SLUG, *given)
        assert [one.field for one in error.value.errors] == [field]
    events.rename_code(SLUG, hall.code_id.upper(), "By the door")
    assert events.get_code(SLUG, hall.code_id).label == "By the door"
    set_actor(ANONYMOUS)
    for work in (
        lambda: events.make_code(SLUG, "poster"), lambda: events.rename_code(SLUG, hall.code_id, "x"),
        lambda: events.revoke_code(SLUG, hall.code_id), lambda: events.list_codes(SLUG),
        lambda: events.channel_board(SLUG),
    ):  # fmt: skip
        with pytest.raises((events.Unauthenticated, Forbidden)):
            work()


def test_a_flood_of_one_code_is_not_counted_past_a_hall_of_people(
    forum: Forum, hall: events.Code, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.codes.MOST_SCANS_A_MINUTE", 3)
    for _ in range(5):
        assert events.scan(hall.code_id, counted=True).slug == SLUG
    assert 3 <= scans(forum) <= 4  # a minute may end meanwhile


def test_what_is_told_never_tells_a_group_under_five() -> None:
    from events.code_figures import Brought, suppressed, tell

    def of(channel: str, hall: str, people: int) -> Brought:
        return Brought(channel, hall, ChannelFigures(people + 3, people, people, 1, 1, people * 1000))

    codes = {"a": of("poster", "", 3), "b": of("poster", "main", 9), "c": of("poster", "", 40), "d": of("badge", "", 2),
             "e": of("mail", "", 12), "f": of("slide", "main", 30)}  # fmt: skip
    told = tell(codes, ChannelFigures(0, 20, 20, 2, 2, None))
    assert {code for code, row in told.codes.items() if row.hidden} == {"a", "b", "d", "e"}
    assert {code for code, row in told.codes.items() if row.kept_back} == {"b", "e"}
    assert told.channels["poster"].began == 52 and told.channels["badge"].hidden and told.channels["mail"].kept_back
    assert told.together.began == 96 and told.without.began == 20
    assert told.halls["main"].began == 30 and told.halls[""].began == 40, "a hall that holds a part of what is hidden"
    few = tell({"a": of("poster", "", 40)}, ChannelFigures(0, 3, 3, 0, 0, None))
    assert few.together.hidden and few.without.hidden and few.codes["a"].kept_back, "40 of 43 would tell the three"
    pool = tell({"a": of("poster", "main", 4), "b": of("poster", "main", 4)}, ChannelFigures())
    assert pool.halls["main"] == pool.channels["poster"] and pool.together.began == 8
    assert suppressed({"a": 1, "b": 2}) == {"a", "b"} and suppressed({"a": 0, "b": 5}) == set()


def test_scans_over_time_by_the_hour_or_the_day() -> None:
    from datetime import UTC, datetime, timedelta
    from zoneinfo import ZoneInfo

    from events.code_figures import scan_times

    zone, first = ZoneInfo("Asia/Shanghai"), datetime(2026, 9, 7, 1, tzinfo=UTC)  # nine o'clock there
    scans = [("poster", first + timedelta(minutes=5), 9), ("poster", first + timedelta(minutes=130), 2),
             ("mail", first - timedelta(days=3), 7), ("mail", first + timedelta(days=2), 6)]  # fmt: skip
    day = scan_times(scans, first, first + timedelta(hours=4), zone)
    assert (day.by_day, day.before, day.after) == (False, True, True)
    assert [start.hour for start in day.starts] == [9, 10, 11, 12]
    assert dict(day.rows) == {"poster": (0, None, 0, None, 0, 0), "mail": (7, 0, 0, 0, 0, 6)}
    week = scan_times(scans, first, first + timedelta(days=6), zone)
    assert week.by_day and len(week.starts) == 7 and dict(week.rows)["mail"] == (7, 0, 0, 6, 0, 0, 0, 0)
    assert dict(week.rows)["poster"] == (0, 11, 0, 0, 0, 0, 0, 0)
    year = scan_times([*scans, ("own", first + timedelta(days=80), 5)], first, first + timedelta(days=365), zone)
    assert len(year.starts) == 31 and year.before and dict(year.rows)["own"][-1] == 5


def test_programs_name_the_code_their_guest_scanned(api: TestClient, forum: Forum, hall: events.Code) -> None:
    path = f"/api/v1/events/{SLUG}/participations"
    for typed, status in ((hall.code_id.upper(), 201), ("zzzzzzz", 422), ("no code", 422), ("x" * 41, 422), ("", 201)):
        answer = api.post(path, json={"code": typed}, headers={"Idempotency-Key": f"code-{status}-{typed}-{'k' * 16}"})
        assert answer.status_code == status, answer.text
        if status == 422 and len(typed) < 41:
            error = answer.json()["errors"][0]
            assert error["field"] == "code" and typed in error["message"] and "/s/" in error["message"]
    assert [row["code_id"] for row in rows_of("participation")].count(hall.code_id) == 1


def test_a_code_is_typed_on_the_first_page_and_on_its_own(api: TestClient, forum: Forum, hall: events.Code) -> None:
    for path in (
        f"/?q={hall.code_id.upper()}",
        f"/s?code=https://here/s/{hall.code_id}?lang=en",
        f"/s?code={hall.code_id}",
    ):
        answer = api.get(path, headers=PHONE, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (302, f"/s/{hall.code_id}"), path
    assert api.get("/?q=zzzzzzz", follow_redirects=False).status_code == 200, "a name, as any other"
    for language in ("en", "zh", "mr", "is"):
        empty = api.get(f"/s?lang={language}").text
        assert 'name="code"' in empty and f'lang="{language}' in empty
        wrong = api.get(f"/s/abc%3Cb%3E?lang={language}", headers=PHONE)
        assert wrong.status_code == 404 and 'value="abc&lt;b&gt;"' in wrong.text and 'aria-invalid="true"' in wrong.text
    events.revoke_code(SLUG, hall.code_id)
    gone = api.get(f"/s/{hall.code_id}", headers=PHONE)
    assert gone.status_code == 410 and f'href="/e/{SLUG}"' in gone.text and 'name="code"' in gone.text


def test_names_for_badges_are_of_those_who_agreed(forum: Forum, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = {"name": "Gone", "consent": True, "state": "cancelled"}
    anna = {"name": "anna", "consent": True, "state": "registered"}
    told = [{"name": "Ólafur", "consent": True}, {"name": "Zoe"}, gone, anna, {"consent": True}]
    rows = {str(i): {"content": content} for i, content in enumerate(told)}
    monkeypatch.setattr("events.codes.imports.current", lambda conn, event_id, dataset: rows)
    set_actor(SYSTEM)
    assert events.registered_names(SLUG) == ["anna", "Ólafur"]
    set_actor(ANONYMOUS)
    with pytest.raises((events.Unauthenticated, Forbidden)):
        events.registered_names(SLUG)
