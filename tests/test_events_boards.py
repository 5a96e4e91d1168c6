"""Who stands where: equals share ranks, pseudonyms unless consent, small groups hidden, reasons told."""

from datetime import UTC, datetime

import pytest

import events
from calculations.model import Answers, Place, Trip
from calculations.ranking import norm_answers, norm_bp, share_bp, standings
from data.store import boards, rollups
from data.store.engine import Store
from events.pseudonyms import new_pseudonym, spoken
from locales import set_language
from tests.support.events import body, draft, guests, trip

NOW = datetime(2026, 5, 4, 3, tzinfo=UTC)


def listed(store: Store, event_id: str, ids: list[str], keys: list[tuple[int, int]]) -> None:
    """Board rows as payments leave them."""
    rows = [
        {"event_id": event_id, "participation_id": i, "share_bp": share, "norm_bp": norm, "grams_g": 1000,
         "display": f"quiet-{('magpie', 'heron', 'crane', 'reed', 'kite', 'otter')[n]}", "mode": "plane",
         "state": "reserved", "updated_at": NOW}
        for n, (i, (share, norm)) in enumerate(zip(ids, keys, strict=True))
    ]  # fmt: skip
    with store.write() as conn:
        boards.put(conn, rows)


KEYS = [(10000, 9800), (10000, 1800), (5000, 100), (10000, 9800), (10000, 1900), (10000, 1900)]


def test_equals_share_a_rank_and_ones_own_row_stands_out(store: Store) -> None:
    event = events.create_event(draft())
    ids = guests("hall-2026", 6)
    listed(store, event.event_id, ids, KEYS)
    board = events.leaderboard("hall-2026", me=ids[3])
    assert [row.label for row in board.rows] == ["1", "2=", "2=", "4=", "4=", "6"]
    assert [row.is_me for row in board.rows].count(True) == 1
    assert (board.me.label, board.equals, board.total, board.why_not) == ("4=", 1, 6, "")
    second = events.leaderboard("hall-2026", page=2, size=2, me=ids[1])
    assert [row.label for row in second.rows] == ["2=", "4="]
    assert second.me.rank == 1
    assert second.has_next
    snapshot = events.snapshot("hall-2026")
    assert [row["rank"] for row in snapshot["boards"]["people"]] == ["1", "2=", "2=", "4=", "4="]
    assert snapshot["boards"]["people"][0]["display"] == {"en": "Quiet Heron", "zh": "静鹭"}


def test_a_board_opens_with_five_and_says_why_one_is_missing(store: Store) -> None:
    event = events.create_event(draft())
    ids = guests("hall-2026", 6)
    listed(store, event.event_id, ids[:4], KEYS[:4])
    board = events.leaderboard("hall-2026", me=ids[0])
    assert board.rows == []
    assert board.me is not None
    assert "first five" in board.why_not
    listed(store, event.event_id, ids[:5], KEYS[:5])
    assert events.leaderboard("hall-2026", me=ids[0]).why_not == ""
    assert "nothing of your footprint has been paid" in events.leaderboard("hall-2026", me=ids[5]).why_not
    fresh = events.start_participation("hall-2026")
    assert "footprint is missing" in events.leaderboard("hall-2026", me=fresh.participation_id).why_not
    assert "not chosen a sub-forum" in events.leaderboard("hall-2026", "sessions", me=fresh.participation_id).why_not
    assert "not named a company" in events.leaderboard("hall-2026", "companies", me=fresh.participation_id).why_not
    set_language("zh")
    try:
        assert "足迹" in events.leaderboard("hall-2026", me=fresh.participation_id).why_not
    finally:
        set_language("en")
    with pytest.raises(events.NotFound):
        events.leaderboard("hall-2026", "planets")


def test_groups_are_ranked_by_share_and_small_ones_stay_out(store: Store) -> None:
    event = events.create_event(draft())
    guests("hall-2026", 5, "main", company="Demo Works")
    mine = guests("hall-2026", 5, "life", "high_speed_rail", company="Demo Rail")
    guests("hall-2026", 4, "life", "high_speed_rail", company="Demo Small")
    guests("hall-2026", 1, "life", "high_speed_rail")
    with store.write() as conn:
        part = {"session_id": "main", "company_id": "x", "reserved_g": 300_000, "retired_g": 100_000}
        rollups.add_tally(conn, event.event_id, [part])
    sessions = events.leaderboard("hall-2026", "sessions", me=mine[0])
    assert [row.key for row in sessions.rows] == ["main", "life"]
    assert sessions.rows[0].state == "reserved"
    assert 0 < sessions.rows[0].retired_bp <= sessions.rows[0].share_bp // 4 + 1, "what is retired is told as such"
    assert sessions.rows[1].retired_bp == 0
    assert sessions.me.key == "life"
    companies = events.leaderboard("hall-2026", "companies", me=mine[0])
    assert [row.display for row in companies.rows] == [{"und": "Demo Rail"}, {"und": "Demo Works"}]
    assert companies.me.rank == 1


def test_a_name_is_shown_only_while_there_is_consent(sqlite_store: Store) -> None:
    events.create_event(draft())
    started = events.start_participation("hall-2026", display={"pseudonym": "Ada", "consent": False})
    assert events.guest(started.participation_id, started.secret).display != "Ada"
    events.set_display(started.participation_id, "Ada", True)
    assert events.guest(started.participation_id, started.secret).display == "Ada"
    events.set_display(started.participation_id, "Ada", False)
    shown = events.guest(started.participation_id, started.secret)
    assert shown.display == shown.pseudonym
    assert set(spoken(new_pseudonym())) == {"en", "zh"}


@pytest.mark.parametrize(
    ("covered", "total", "share"),
    [(0, 10, 0), (10, 10, 10000), (30, 10, 10000), (9999, 10000, 9999), (999_999, 10**6, 9999)],
)
def test_a_share_is_full_only_when_nothing_is_open(covered: int, total: int, share: int) -> None:
    assert share_bp(covered, total) == share


def test_standings_leave_ranks_free_after_equals() -> None:
    found = standings([(10, 5), (10, 4), (10, 5), (9, 0), (10, 6)])
    assert [place.label for place in found] == ["2=", "1", "2=", "5", "4"]


def test_the_norm_is_a_car_nearby_and_a_flight_far_away() -> None:
    here, near, far = (Place(str(lat), {}, lat, 104.0, "CN") for lat in (30.0, 31.0, 40.0))
    trips = (Trip(near, here, mode="metro"), Trip(far, here, via=(near,), mode="plane", cabin="first"))
    usual = norm_answers(Answers(trips=trips), lambda a, b: abs(a.lat - b.lat) * 111)
    assert [(t.mode, t.cabin, t.people, t.via) for t in usual.trips] == [
        ("car", "economy", 1, ()), ("plane", "economy", 1, ()),
    ]  # fmt: skip
    assert (norm_bp(18, 100), norm_bp(0, 100), norm_bp(5, 0)) == (1800, 0, 10000)


def test_better_choices_stand_below_the_norm(sqlite_store: Store) -> None:
    events.create_event(draft())
    views = {
        mode: events.preview_footprint("hall-2026", body(trip(mode))) for mode in ("plane", "high_speed_rail", "walk")
    }
    share = {mode: norm_bp(view.travel_g, view.norm_g) for mode, view in views.items()}
    assert share["walk"] == 0
    assert 1000 < share["high_speed_rail"] < 4000
    assert share["plane"] == 10000
