"""Making events, beginning, footprints version by version, totals and live versions; on both stores."""

import pytest

import events
from accounts import ANONYMOUS, set_actor
from data.store.engine import Store
from tests.support.events import BEIJING, SHANGHAI, body, draft, guests, trip


def test_a_guests_way_from_event_to_totals(store: Store) -> None:
    event = events.create_event(draft())
    assert [s.session_id for s in event.sessions] == ["main", "life"]
    started = events.start_participation("hall-2026", session="life", company="  Demo   Works ")
    me = events.guest(started.participation_id, started.secret)
    assert me.slug == "hall-2026"
    assert me.footprint_version == 0
    view = events.save_footprint(started.participation_id, body(trip(), nights=2))
    assert view.version == 1
    assert [line.category for line in view.lines] == ["travel", "stay"]
    assert view.total_g == sum(line.total_g for line in view.lines) > 300_000
    assert view.norm_g == view.lines[0].total_g  # by plane, which is the norm at this distance
    assert events.current_footprint(started.participation_id).as_json() == view.as_json()
    totals = events.totals("hall-2026")
    assert (totals.participants, totals.mass.total_g) == (1, view.total_g)
    assert totals.as_json()["emitted_g"]["total"] is None  # one person is no group


def test_a_new_version_replaces_the_old_in_every_figure(store: Store) -> None:
    event = events.create_event(draft())
    ids = guests("hall-2026", 5)
    assert events.fold(event.event_id) is True
    before = events.snapshot("hall-2026")
    view = events.save_footprint(ids[0], body(trip("high_speed_rail", SHANGHAI)))
    assert view.version == 2
    again = events.snapshot("hall-2026")
    assert again == before  # the same version says the same
    assert events.totals("hall-2026").mass.total_g < before["emitted"]["total"]
    assert events.fold_due() == 1
    assert events.fold_due() == 0
    after = events.snapshot("hall-2026")
    assert after["version"] == before["version"] + 1
    assert after["emitted"]["total"] == events.totals("hall-2026").mass.total_g
    assert after["participants"] == 5
    assert all(finding.ok for finding in events.audit("hall-2026")), events.audit("hall-2026")


def test_categories_wait_until_five_more_have_come(store: Store) -> None:
    event = events.create_event(draft())
    guests("hall-2026", 5)
    events.fold(event.event_id)
    shown = events.snapshot("hall-2026")["by_category"]
    assert {row["category"] for row in shown} == {"travel", "stay"}
    guests("hall-2026", 4)
    events.fold(event.event_id)
    moved = events.snapshot("hall-2026")
    assert moved["by_category"] == shown
    assert moved["participants"] == 9
    guests("hall-2026", 1)
    events.fold(event.event_id)
    assert events.snapshot("hall-2026")["by_category"] != shown


def test_groups_under_five_are_null_in_public(store: Store) -> None:
    event = events.create_event(draft())
    guests("hall-2026", 6, "main")
    guests("hall-2026", 4, "life", "high_speed_rail")
    events.fold(event.event_id)
    alone = events.snapshot("hall-2026")["by_session"]
    shown = [row["emitted_g"] for row in alone if row["kind"] != "organiser"]
    assert shown == [None, None]  # else life would be the difference
    guests("hall-2026", 1, "", "high_speed_rail")
    events.fold(event.event_id)
    sessions = {row["id"]: row for row in events.snapshot("hall-2026")["by_session"]}
    assert sessions["main"]["people"] == 6
    assert sessions["main"]["emitted_g"] > 0
    assert sessions["life"]["people"] is None
    assert sessions["life"]["emitted_g"] is None
    places = events.snapshot("hall-2026")["origins"]
    assert [(p["names"]["zh"], p["people"]) for p in places["places"]] == [("北京", 11)]
    assert 1400 < places["places"][0]["distance_km"] < 1600
    assert 30 < places["places"][0]["azimuth"] < 60


def test_those_who_have_not_answered_are_estimated_and_parts_add_up(store: Store) -> None:
    event = events.create_event(draft(expected_people=12))
    guests("hall-2026", 5)
    guests("hall-2026", 3, "life", "rail")
    events.fold(event.event_id)
    totals = events.totals("hall-2026")
    declared = totals.mass.declared_g
    assert totals.mass.estimated_g == (2 * declared * 4 + 8) // 16
    assert sum(figure.mass.total_g for figure in totals.categories) == totals.mass.total_g
    assert sum(session.mass.total_g for session in totals.sessions) == totals.mass.total_g
    assert totals.residual_g == totals.mass.total_g


def test_preview_stores_nothing(store: Store) -> None:
    event = events.create_event(draft())
    view = events.preview_footprint("hall-2026", body(trip()))
    assert view.version == 0
    assert view.total_g > 0
    assert view.better
    assert events.fold(event.event_id) is False
    assert events.live_version(event.event_id) == 1


def test_search_finds_a_meeting_by_any_of_its_names(store: Store) -> None:
    events.create_event(draft())
    events.create_event(draft("park", scenario="scenic_spot", names={"en": "Café Garden", "zh": "花园"}))
    events.create_event(draft("hidden", state="draft"))
    assert [card.slug for card in events.find_events("大厅").items] == ["hall-2026"]
    assert [card.slug for card in events.find_events("forum HALL 2026").items] == ["hall-2026"]
    assert [card.slug for card in events.find_events("cafe", "scenic_spot").items] == ["park"]
    assert events.find_events("成都").total == 2
    assert events.find_events("100%_").total == 0
    set_actor(ANONYMOUS)
    with pytest.raises(events.NotFound):
        events.get_event("hidden")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"session": "nowhere"}, "session"),
        ({"session": "organiser"}, "session"),
        ({"company": 7}, "company"),
        ({"company": "x" * 81}, "company"),
        ({"display": {"pseudonym": "Me", "consent": "yes"}}, "display.consent"),
        ({"display": []}, "display"),
        ({"display": {"name": "x"}}, "display.name"),
    ],
)
def test_what_is_wrong_with_a_beginning_is_named(sqlite_store: Store, arguments: dict, field: str) -> None:
    events.create_event(draft())
    with pytest.raises(events.InputError) as caught:
        events.start_participation("hall-2026", **arguments)
    assert [error.field for error in caught.value.errors] == [field]


def test_a_wrong_footprint_stores_nothing(store: Store) -> None:
    events.create_event(draft())
    started = events.start_participation("hall-2026")
    with pytest.raises(events.InputError) as caught:
        events.save_footprint(started.participation_id, {"trips": [{"from": "iata:XXX", "mode": "rocket"}]})
    assert {error.field for error in caught.value.errors} >= {"trips[0].from", "trips[0].mode", "trips[0].round_trip"}
    assert events.current_footprint(started.participation_id) is None


def test_drafts_with_faults_are_refused(sqlite_store: Store) -> None:
    with pytest.raises(events.InputError) as caught:
        events.create_event(draft("No Slug!", timezone="Mars/Base", currency="yuan", scenario="party"))
    assert {e.field for e in caught.value.errors} == {"slug", "timezone", "currency", "scenario"}
    events.create_event(draft())
    with pytest.raises(events.Conflict):
        events.create_event(draft())


def test_only_the_right_secret_proves_a_guest_and_guessing_is_slowed(store: Store) -> None:
    events.create_event(draft())
    started = events.start_participation("hall-2026")
    for wrong in ("", "x", started.secret + "a"):
        with pytest.raises(events.Unauthenticated):
            events.guest(started.participation_id, wrong)
    with pytest.raises(events.Unauthenticated):
        events.guest("nobody", started.secret)
    with pytest.raises(events.TooMany):
        for _ in range(30):
            try:
                events.guest(started.participation_id, "guess")
            except events.Unauthenticated:
                continue
    assert events.guest(started.participation_id, started.secret).participation_id == started.participation_id


def test_companies_are_one_whatever_their_spelling(store: Store) -> None:
    events.create_event(draft())
    parts = [
        events.start_participation("hall-2026", company=name) for name in ("Demo Works", "ＤＥＭＯ-works ", "Other")
    ]
    ids = [events.guest(p.participation_id, p.secret).company_id for p in parts]
    assert ids[0] == ids[1] != ids[2]


def test_who_leaves_is_unlinked_and_the_totals_stay(store: Store) -> None:
    events.create_event(draft())
    started = events.start_participation("hall-2026", display={"pseudonym": "My Name", "consent": True})
    events.save_footprint(started.participation_id, body(trip(start=BEIJING)))
    before = events.totals("hall-2026").mass
    events.delete_participation(started.participation_id)
    assert events.totals("hall-2026").mass == before
    with pytest.raises(events.Unauthenticated):
        events.guest(started.participation_id, started.secret)
    with pytest.raises(events.NotFound):
        events.current_footprint(started.participation_id)
    assert all(finding.ok for finding in events.audit()[:2])
