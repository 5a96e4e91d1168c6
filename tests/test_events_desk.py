"""The organiser's page, own inventory and screens: three people ask, one may."""

from collections.abc import Iterator

import pytest

import events
from accounts import ANONYMOUS, SYSTEM, Actor, set_actor
from data.store.engine import Store
from tests.support.events import draft, guests

INVENTORY = {
    "trips": [],
    "stays": [],
    "meals": [],
    "other": [{"activity": "electricity", "quantity": 1000, "unit": "kWh"}],
}


@pytest.fixture(autouse=True)
def nobody() -> Iterator[None]:
    """Each test begins and ends without anybody signed in."""
    set_actor(ANONYMOUS)
    yield
    set_actor(ANONYMOUS)


def organiser(event_id: str) -> Actor:
    """The organiser of one event."""
    return Actor("person", "p1", "Organiser", frozenset({("organiser", event_id, "")}))


def test_only_this_events_organiser_sees_its_page(sqlite_store: Store) -> None:
    event, other = events.create_event(draft()), events.create_event(draft("elsewhere"))
    with pytest.raises(events.Unauthenticated):
        events.organiser_view("hall-2026")
    set_actor(organiser(other.event_id))
    with pytest.raises(events.Forbidden):
        events.organiser_view("hall-2026")
    set_actor(organiser(event.event_id))
    assert events.organiser_view("hall-2026").event.slug == "hall-2026"


def test_the_organiser_sees_what_the_public_does_not(store: Store) -> None:
    event = events.create_event(draft(expected_people=10))
    guests("hall-2026", 2, "life")
    events.fold(event.event_id)
    set_actor(SYSTEM)
    view = events.organiser_view("hall-2026")
    life = next(row for row in view.by_session if row["id"] == "life")
    assert life["people"] == 2
    assert life["emitted_g"] == view.totals.mass.total_g > 0
    assert view.snapshot["emitted"]["total"] is None
    assert (view.unanswered, view.funnel["footprint"]) == (8, 2)


def test_the_organisers_own_lines_count_no_people(store: Store) -> None:
    event = events.create_event(draft())
    with pytest.raises(events.Unauthenticated):
        events.save_inventory("hall-2026", INVENTORY)
    set_actor(organiser(event.event_id))
    first = events.save_inventory("hall-2026", INVENTORY)
    second = events.save_inventory("hall-2026", INVENTORY)
    assert (first.version, second.version) == (1, 2)
    totals = events.totals("hall-2026")
    assert (totals.participants, totals.mass.total_g) == (0, second.total_g)
    assert [s.total_g for s in (x.mass for x in totals.sessions if x.kind == "organiser")] == [second.total_g]
    assert all(finding.ok for finding in events.audit())


def test_a_screens_link_can_be_revoked(store: Store) -> None:
    event = events.create_event(draft())
    with pytest.raises(events.Unauthenticated):
        events.screen_token("hall-2026")
    set_actor(organiser(event.event_id))
    one, two = events.screen_token("hall-2026", "hall"), events.screen_token("hall-2026", "foyer")
    assert events.screen_event(one).slug == events.screen_event(two).slug == "hall-2026"
    assert events.revoke_screen("hall-2026", one) == 1
    with pytest.raises(events.NotFound):
        events.screen_event(one)
    assert events.screen_event(two).slug == "hall-2026"
    assert events.revoke_screen("hall-2026") == 1
    with pytest.raises(events.NotFound):
        events.screen_event(two)
