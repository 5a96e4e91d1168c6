"""The plan before an event, and its evaluation after it: figures by the engine, four eyes, what is public."""

from __future__ import annotations

from typing import Any

import pytest

import events
from accounts import ANONYMOUS, SYSTEM, Actor, Conflict, Forbidden, NotFound, set_actor
from data.store.engine import Store
from events import plans, plans_estimate
from events.inventory import save_planned
from tests.support.events import draft

ORGANISER = Actor("person", "o1", "Olga Organiser", frozenset({("organiser", "", "")}))
AUDITOR = Actor("person", "u1", "Uta Auditor", frozenset({("auditor", "", "")}))
RAIL = {"kind": "computed", "ask": "rail=2000", "words": "Trains below 2,000 km"}
GREENS = {"kind": "computed", "ask": "vegetarian=50", "words": "Half of all meals vegetarian"}
BADGES = {"kind": "typed", "words": "Badges of paper", "saved_g": 40_000, "source": "The maker's data sheet, 2026"}
CREDITS = {"way": "credits", "grams": 20_000_000, "by": "2026-12-31", "words": "CDCER"}


def body(**more: Any) -> dict[str, Any]:
    return {"text": "We go by train.", "assumed": {}, "measures": [RAIL, GREENS, BADGES], "offset": [CREDITS], **more}


@pytest.fixture
def hall() -> events.Event:
    """An event that expects 100 people, 60 of them from Beijing and 20 from Shanghai."""
    set_actor(SYSTEM)
    event = events.create_event(draft())
    told = {"people": 100, "way": {"remote": 10}, "region": {"CN-11": 60, "CN-31": 20}}
    events.set_expected(event.slug, told)
    set_actor(ORGANISER)
    return event


@pytest.mark.usefixtures("store")
def test_the_estimate_is_of_the_expected_people_and_of_what_is_planned(hall: events.Event) -> None:
    empty = plans.plan_view(hall.slug).figures
    assert (empty.people, set(empty.by_category)) == (100, {"travel", "stay", "food"})
    assert empty.low_g < empty.total_g < empty.high_g
    assert sum(each[1] for each in empty.by_category.values()) == empty.total_g
    said = {note.message: note.params for note in empty.notes}
    assert said[plans_estimate.SHARED] == {"count": 10}
    save_planned(hall.slug, {"activity": "electricity", "quantity": 1000, "unit": "kWh"})
    figures = plans.plan_view(hall.slug).figures
    power_g = events.inventory_view(hall.slug).planned[0].line.total_g  # type: ignore[union-attr]
    assert figures.by_category["energy"][1] == power_g > 0
    assert abs(figures.total_g - empty.total_g - power_g) <= 1


@pytest.mark.usefixtures("sqlite_store")
def test_measures_are_computed_one_by_one_and_together(hall: events.Event) -> None:
    figures = plans.save_plan(hall.slug, body()).figures
    rail, greens, badges = figures.measures
    assert rail.saved_g > 1_000_000 and greens.saved_g > 0 and badges.saved_g == 40_000
    assert figures.together_g == pytest.approx(rail.saved_g + greens.saved_g + 40_000, abs=2)
    assert figures.left_g == figures.total_g - figures.together_g
    more = plans.save_plan(hall.slug, body(measures=[RAIL, {**RAIL, "ask": "remote=50", "words": "Half remote"}]))
    both = more.figures
    assert both.together_g < sum(each.saved_g for each in both.measures)  # who stays at home takes no train
    venue = {**RAIL, "ask": "venues=geo:1796236"}
    assert plans.save_plan(hall.slug, body(measures=[venue])).figures.measures[0].saved_g != 0


@pytest.mark.usefixtures("sqlite_store")
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"measures": [{**RAIL, "ask": "rail=0"}]}, "measures.1"),
        ({"measures": [RAIL, {**RAIL, "ask": "rail=far"}]}, "measures.2"),
        ({"measures": [{**BADGES, "source": " "}]}, "measures.1"),
        ({"measures": [{**BADGES, "saved_g": -1}]}, "measures.1"),
        ({"offset": [{**CREDITS, "by": "soon"}]}, "offset.1"),
        ({"offset": [{**CREDITS, "way": "hope"}]}, "offset.1"),
        ({"assumed": {"nights": 1.5}}, "assumed.nights"),
        ({"text": "x" * 5000}, "text"),
    ],
)
def test_what_a_plan_may_not_hold(hall: events.Event, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(events.InputError) as wrong:
        plans.save_plan(hall.slug, body(**changed))
    assert [error.field for error in wrong.value.errors] == [field]
    assert plans.plan_view(hall.slug).body == plans.EMPTY


@pytest.mark.usefixtures("store")
def test_what_was_published_stays_as_it_was(hall: events.Event) -> None:
    plans.save_plan(hall.slug, body())
    with pytest.raises(NotFound):
        plans.public_plan(hall.slug)
    first = plans.publish_plan(hall.slug)
    events.set_expected(hall.slug, {"people": 300, "region": {"CN-11": 300}})
    plans.save_plan(hall.slug, body(measures=[RAIL]))
    set_actor(ANONYMOUS)
    shown = plans.public_plan(hall.slug)
    assert (shown, shown.figures.people, shown.version) == (first.__class__(**_same(shown, first)), 100, 1)
    set_actor(ORGANISER)
    assert plans.publish_plan(hall.slug).version == 2
    assert [each.version for each in plans.plan_view(hall.slug).published] == [2, 1]


def _same(shown: plans.PublishedPlan, first: plans.PublishedPlan) -> dict[str, Any]:
    """The first one's fields, of the event as it is now."""
    return {name: getattr(first, name) for name in first.__dataclass_fields__} | {"event": shown.event}


def test_who_may_plan_and_until_when(sqlite_store: Store, hall: events.Event) -> None:
    set_actor(AUDITOR)
    assert not plans.plan_view(hall.slug).may_edit
    for refused in (lambda: plans.save_plan(hall.slug, body()), lambda: plans.publish_plan(hall.slug)):
        with pytest.raises(Forbidden):
            refused()
    set_actor(ORGANISER)
    events.change_state(hall.slug, "closed")
    with pytest.raises(Conflict, match="closed"):
        plans.publish_plan(hall.slug)
    set_actor(SYSTEM)
    empty = events.create_event(draft("empty-hall"))
    with pytest.raises(Conflict, match="nothing to publish"):
        plans.publish_plan(empty.slug)
