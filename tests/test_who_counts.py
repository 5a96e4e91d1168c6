"""Who counts at an event: who is left out keeps what they told, and no total, estimate or board knows of them."""

from __future__ import annotations

from typing import Any

import pytest

import events
from accounts import SYSTEM, set_actor
from calculations.model import ORGANISER, Answers, Boundary, OtherActivity
from calculations.who_counts import counted_people, left_out
from data.store import rollups
from data.store.engine import Store
from data.store.rebuild import rebuild
from events import InputError
from tests.support.events import body, draft, guests, trip

SLUG = "hall-2026"
ONLINE = {"trips": [], "stays": [], "meals": [],
          "other": [{"activity": "remote_participation", "quantity": 3, "unit": "hour"}]}  # fmt: skip


@pytest.fixture
def event(sqlite_store: Store) -> events.Event:
    """An event with ten guests who flew there."""
    set_actor(SYSTEM)
    made = events.create_event(draft())
    guests(SLUG, 10)
    return made


def told(body_: dict[str, Any]) -> events.FootprintView:
    """A guest who has told a body."""
    started = events.start_participation(SLUG, "main")
    return events.save_footprint(started.participation_id, body_)


def holds(store: Store, event_id: str) -> None:
    """What the roll-ups say is what the rows say, and every audit agrees."""
    with store.read() as conn:
        made = rebuild(conn, event_id)
        for name, rollup in rollups.ALL.items():
            kept = {key: row for key, row in rollups.read(conn, rollup, event_id).items() if any(row)}
            assert kept == {key: row for key, row in made[name].items() if any(row)}, name
    assert not [finding for finding in events.audit(SLUG) if not finding.ok]


def test_online_is_no_part_of_an_event_that_counts_those_on_site(sqlite_store: Store, event: events.Event) -> None:
    before = told(ONLINE)
    assert before.total_g > 0 and before.left_out == "" and "not_counted" not in before.as_json()
    whole = events.totals(SLUG)
    tried = events.preview_boundary(SLUG, {"who": "onsite"})
    assert tried.before.total_g - tried.after.total_g == before.total_g
    assert events.totals(SLUG).participants == 11
    events.set_boundary(SLUG, {"who": "onsite"})
    assert events.recompute_all(SLUG).count == 11
    totals = events.totals(SLUG)
    assert (totals.participants, totals.mass.total_g) == (10, whole.mass.total_g - before.total_g)
    holds(sqlite_store, event.event_id)
    kept = events.current_footprint(before.footprint_id.split(".")[0])
    assert kept is not None and (kept.total_g, kept.lines, kept.left_out) == (0, (), "remote")
    assert kept.answers["other"] == ONLINE["other"]
    fresh = told(ONLINE)
    assert (fresh.total_g, fresh.as_json()["not_counted"]) == (0, "remote")
    assert events.totals(SLUG).participants == 10
    events.set_boundary(SLUG, {"who": "all"})
    assert events.recompute_all(SLUG).count == 12
    again = events.totals(SLUG)
    assert (again.participants, again.mass.total_g) == (12, whole.mass.total_g + before.total_g)
    holds(sqlite_store, event.event_id)


def test_staff_and_speakers_are_no_guests(sqlite_store: Store, event: events.Event) -> None:
    staff = told(body(trip(), nights=1) | {"role": "staff"})
    speaker = told(body(trip("rail")) | {"role": "speaker"})
    assert staff.total_g > 0 and events.totals(SLUG).participants == 12
    events.set_boundary(SLUG, {"who": "guests"})
    events.recompute_all(SLUG)
    seen = [events.current_footprint(view.footprint_id.split(".")[0]) for view in (staff, speaker)]
    assert [(view.total_g, view.left_out) for view in seen if view] == [(0, "staff"), (0, "speaker")]
    assert events.totals(SLUG).participants == 10
    assert told(ONLINE).total_g > 0  # a guest on line is a guest
    holds(sqlite_store, event.event_id)


def test_the_estimate_is_of_those_who_count(event: events.Event) -> None:
    events.set_expected(SLUG, {"people": 100, "way": {"onsite": 60, "remote": 40}})
    assert events.totals(SLUG).expected_people == 100
    events.set_boundary(SLUG, {"who": "onsite"})
    told(ONLINE)
    totals = events.totals(SLUG)
    declared = totals.mass.declared_g
    assert (totals.expected_people, totals.participants) == (60, 10)
    assert totals.mass.estimated_g == declared * 5  # fifty more like the ten


def test_an_events_own_lines_count_whoever_else_does(event: events.Event) -> None:
    line = {"activity": "remote_participation", "quantity": 500, "unit": "hour"}
    events.set_boundary(SLUG, {"who": "onsite"})
    assert events.save_inventory(SLUG, {"other": [line]}).total_g > 0


def test_a_role_that_is_none_is_named(event: events.Event) -> None:
    for wrong in ("host", "organiser", 3, ["staff"]):
        with pytest.raises(InputError) as raised:
            told(body(trip()) | {"role": wrong})
        assert [error.field for error in raised.value.errors] == ["role"]
    with pytest.raises(InputError):
        events.set_boundary(SLUG, {"who": "nobody"})


def test_the_rule_alone() -> None:
    online = Answers(other=(OtherActivity("remote_participation", 3.0, "hour"),))
    assert [left_out(online, Boundary(who=who)) for who in ("all", "onsite", "guests", "words")] == [
        "", "remote", "", "",
    ]  # fmt: skip
    assert left_out(Answers(role=ORGANISER, other=online.other), Boundary(who="onsite")) == ""
    assert left_out(Answers(role="staff"), Boundary(who="guests")) == "staff"
    assert counted_people("onsite", 100, {"way": {"remote": 40}}) == (60, {})
    assert counted_people("guests", 100, {"way": {"remote": 40}}) == (100, {"way": {"remote": 40}})
