"""What an event counts: changed for the future, tried beside the past, the past computed anew where that is asked."""

from typing import Any

import pytest
import sqlalchemy as sa

import events
from accounts import SYSTEM, Actor, Forbidden, Unauthenticated, set_actor
from accounts.actor import ANONYMOUS
from data.store import schema as s
from data.store.engine import Store
from events import InputError
from tests.support.events import body, draft, trip


@pytest.fixture
def slug(store: Store) -> str:
    """An event with three guests who flew and slept, one of whom took themselves out."""
    set_actor(SYSTEM)
    events.create_event(draft())
    ids = []
    for _ in range(3):
        started = events.start_participation("hall-2026")
        events.save_footprint(started.participation_id, body(trip(), nights=2))
        ids.append(started.participation_id)
    events.delete_participation(ids[0])
    return "hall-2026"


def current(store: Store) -> dict[str, Any]:
    """participation_id → (version, total_g) of what is current."""
    p, f = s.participation.c, s.footprint.c
    where = (f.participation_id == p.participation_id) & (f.version == p.footprint_version)
    with store.read() as conn:
        query = sa.select(f.participation_id, f.version, f.total_g, f.non_co2_g).where(where)
        return {row.participation_id: tuple(row)[1:] for row in conn.execute(query.order_by(f.participation_id))}


def test_a_change_is_for_the_future_and_says_how_many_are_of_the_former(store: Store, slug: str) -> None:
    before = current(store)
    assert (events.boundary_view(slug).former_count, events.boundary_view(slug).changed_at) == (0, None)
    assert events.get_event(slug).boundary.non_co2
    events.set_boundary(slug, {"non_co2": False})
    assert not events.get_event(slug).boundary.non_co2
    assert current(store) == before
    assert events.boundary_view(slug).former_count == 2
    started = events.start_participation(slug)
    view = events.save_footprint(started.participation_id, body(trip(), nights=2))
    assert view.total_g < next(iter(before.values()))[1]
    assert events.boundary_view(slug).former_count == 2


def test_all_is_computed_anew_once_and_the_one_who_left_is_left(store: Store, slug: str) -> None:
    before = current(store)
    tried = events.preview_boundary(slug, {"non_co2": False, "categories": ["travel"]})
    events.set_boundary(slug, {"non_co2": False, "categories": ["travel"]})
    done = events.recompute_all(slug)
    after = current(store)
    left = next(iter(before))
    assert after[left] == before[left]
    assert [row[0] for row in after.values()] == [1, 2, 2]
    assert (done.count, done.left_count) == (2, 0)
    assert (done.before_g, done.after_g) == tuple(
        sum(rows[name][1] for name in rows if name != left) for rows in (before, after)
    )
    assert tried.after.total_g == sum(row[1] for row in after.values())
    assert tried.by_category["stay"][1] == before[left][1] - tried.by_category["travel"][0] // 3
    assert events.recompute_all(slug).count == 0
    assert events.boundary_view(slug).former_count == 0
    assert all(finding.ok for finding in events.audit(slug))


def test_the_trail_holds_the_change_and_the_computing(store: Store, slug: str) -> None:
    events.set_boundary(slug, {"upstream": True, "hotel_norm": "defra-2025-hotel-uk"})
    events.set_boundary(slug, {"upstream": True})  # nothing new
    events.recompute_all(slug)
    with store.read() as conn:
        told = conn.execute(
            sa.select(s.audit_trail.c.action, s.audit_trail.c.detail).order_by(s.audit_trail.c.at)
        ).all()
    kept = [row for row in told if row.action.startswith("event.")]
    assert [row.action for row in kept] == ["event.boundary", "event.recompute"]
    assert kept[0].detail["after"]["hotel_norm"] == "defra-2025-hotel-uk"
    assert kept[1].detail["footprints"] == 2


def test_each_wrong_field_is_named_and_nothing_changes(slug: str) -> None:
    wrong: dict[str, Any] = {
        "categories": [], "non_co2": "yes", "electricity": "moon", "hotel_norm": "ic_meal_duboeuf", "roof": True,
    }  # fmt: skip
    before = events.get_event(slug).boundary
    with pytest.raises(InputError) as raised:
        events.set_boundary(slug, wrong)
    assert {error.field for error in raised.value.errors} == {
        "boundary", "categories", "non_co2", "electricity", "hotel_norm",
    }  # fmt: skip
    with pytest.raises(InputError):
        events.set_boundary(slug, {"categories": ["travel", "dragons"]})
    assert events.get_event(slug).boundary == before


def test_who_may_not_edit_changes_nothing(slug: str) -> None:
    auditor = Actor("person", "p1", "Auditor", frozenset({("auditor", "", "")}))
    for actor, refused in ((ANONYMOUS, (Unauthenticated, Forbidden)), (auditor, (Forbidden,))):
        set_actor(actor)
        with pytest.raises(refused):
            events.set_boundary(slug, {"non_co2": False})
        with pytest.raises(refused):
            events.recompute_all(slug)
