"""The plan before an event, and its evaluation after it: figures by the engine, four eyes, what is public."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

import events
from accounts import ANONYMOUS, SYSTEM, Actor, Conflict, Forbidden, NotFound, set_actor
from calculations.model import FieldError, InputError
from data.store.engine import Store
from events import books, evaluation, plans, plans_estimate
from events.inventory import save_planned
from pages.organiser import _plan_form
from tests.support.events import draft, guests

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


# ---------------------------------------------------------------- after the event
REVIEWER = Actor("person", "r1", "Rita Reviewer", frozenset({("sustainability", "", "")}))
SECOND = Actor("person", "r2", "Sun Second", frozenset({("sustainability", "", "")}))
REPORT = {
    "texts": {"sources": "Meters and bills.", "deviations": "None.", "conclusion": "Better than planned."},
    "measures": [{"state": "done", "achieved_g": 2_000_000}, {"state": "partly", "note": "Beef on day two"}],
}
AFTER = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def settled(hall: events.Event) -> events.Event:
    """The same with a published plan of three measures, six guests and closed books."""
    plans.save_plan(hall.slug, body())
    plans.publish_plan(hall.slug)
    guests(hall.slug, 6)
    events.change_state(hall.slug, "closed")
    found = books.books_view(hall.slug, AFTER)
    books.close_books(hall.slug, "", [check.key for check in found.checks], now=AFTER)
    return hall


def step(slug: str, actor: Actor, to: str, note: str = "") -> evaluation.Evaluation:
    set_actor(actor)
    current = evaluation.evaluation_view(slug).current
    assert current is not None
    return evaluation.move_evaluation(slug, current.version, to, current.sha256, note)


@pytest.mark.usefixtures("store")
def test_a_report_takes_three_people(settled: events.Event) -> None:
    slug = settled.slug
    evaluation.save_evaluation(slug, REPORT)
    sent = step(slug, ORGANISER, "submitted")
    assert sent.statement_sha256 == books.statement(slug, 1).sha256
    with pytest.raises(Forbidden, match="somebody else"):
        step(slug, ORGANISER, "reviewed")
    step(slug, REVIEWER, "reviewed", "Seen the bills")
    with pytest.raises(Forbidden, match="somebody else"):
        step(slug, REVIEWER, "approved")
    with pytest.raises(Conflict):
        step(slug, ORGANISER, "published")
    step(slug, SECOND, "approved")
    with pytest.raises(Forbidden):
        step(slug, SECOND, "published")
    done = step(slug, ORGANISER, "published")
    assert [(one.state, one.by) for one in done.steps] == [
        ("submitted", "Olga Organiser"), ("reviewed", "Rita Reviewer"), ("approved", "Sun Second"),
        ("published", "Olga Organiser"),
    ]  # fmt: skip
    assert {one.sha256 for one in done.steps} == {done.sha256}
    set_actor(ANONYMOUS)
    shown = evaluation.public_evaluation(slug)
    total_g = events.totals(slug).mass.total_g
    assert shown.subject["emissions"]["totalGrams"] == total_g and "own" not in shown.subject["lines"]
    assert [(one.state, one.achieved_g) for one in shown.measures] == [
        ("done", 2_000_000),
        ("partly", None),
        ("", None),
    ]


@pytest.mark.usefixtures("sqlite_store")
def test_a_report_goes_back_with_a_note_and_is_looked_at_anew(settled: events.Event) -> None:
    slug = settled.slug
    set_actor(ORGANISER)
    evaluation.save_evaluation(slug, {"texts": {"sources": "Meters."}})
    with pytest.raises(events.InputError) as wrong:
        step(slug, ORGANISER, "submitted")
    assert [error.field for error in wrong.value.errors] == ["deviations", "conclusion"]
    evaluation.save_evaluation(slug, REPORT)
    old = step(slug, ORGANISER, "submitted")
    with pytest.raises(Conflict, match="reviewers"):
        evaluation.save_evaluation(slug, REPORT)
    with pytest.raises(events.InputError):
        step(slug, REVIEWER, "draft")
    step(slug, REVIEWER, "draft", "The freight is missing")
    set_actor(REVIEWER)
    with pytest.raises(Conflict, match="meanwhile"):
        evaluation.move_evaluation(slug, 1, "reviewed", old.sha256)
    step(slug, ORGANISER, "submitted")
    assert step(slug, REVIEWER, "reviewed").state == "reviewed"  # who sent it back may look at it again
    set_actor(AUDITOR)
    assert not evaluation.evaluation_view(slug).may_review
    with pytest.raises(Forbidden):
        step(slug, AUDITOR, "approved")
    set_actor(ANONYMOUS)
    with pytest.raises(NotFound):
        evaluation.public_evaluation(slug)


@pytest.mark.usefixtures("sqlite_store")
def test_no_report_without_closed_books_and_no_false_measure(hall: events.Event) -> None:
    with pytest.raises(Conflict, match="close the books"):
        evaluation.save_evaluation(hall.slug, REPORT)


@pytest.mark.usefixtures("sqlite_store")
@pytest.mark.parametrize("said", [{"state": "maybe"}, {"achieved_g": 1.5}, {"note": "x" * 2000}])
def test_what_may_not_be_said_of_a_measure(settled: events.Event, said: dict[str, Any]) -> None:
    with pytest.raises(events.InputError) as wrong:
        evaluation.save_evaluation(settled.slug, {**REPORT, "measures": [{}, said]})
    assert [error.field for error in wrong.value.errors] == ["measures.2"]


def test_a_measure_is_told_as_an_address_of_what_if_and_stays_so_when_the_form_is_kept_again() -> None:
    rows = [
        {"words": "Half at home", "saved": "https://forum.example/desk/e/x/what-if?remote=50&hours=6", "source": ""},
        {"words": "", "saved": "", "source": None},
        {"words": "Two", "saved": "?rail=800&vegan=10", "source": ""},
        {"words": "Badges", "saved": "0.04 t", "source": "data sheet"},
    ]
    cover = [{"way": "forestry", "tonnes": "1,200", "by": "2027-09-01", "words": "A wood"}, {"way": "credits"}]
    told = {"rail": "2000", "measures": rows, "offset": cover, "certificates": "100", "source": "grid"}
    made = _plan_form.body_of(told)
    asks = [(each["words"], each.get("ask")) for each in made["measures"][2:]]
    assert asks == [("Half at home", "remote=50&hours=6"), ("Two", "rail=800&vegan=10"), ("Badges", None)]
    assert made["measures"][4]["saved_g"] == 40_000
    assert made["offset"] == [{"way": "forestry", "grams": 1_200_000_000, "by": "2027-09-01", "words": "A wood"}]
    shown = _plan_form.told_of_body(made, plans_estimate.Assumed(1, 3))
    assert (shown["rail"], shown["remote"], shown["vegan"], shown["source"]) == ("2000", "", "", "grid")
    again = _plan_form.body_of(shown)
    assert (again["measures"], again["offset"]) == (made["measures"], made["offset"])
    assert _plan_form.labels(told)["measures.4"] == "Other measures, row 3"
    with pytest.raises(InputError, match="is no number of tonnes") as wrong:
        _plan_form.body_of({"measures": [{}, {"words": "Badges", "saved": "much"}]})
    assert wrong.value.errors[0].params == {"line": 2, "value": "much"}


def test_what_is_wrong_stands_at_its_field() -> None:
    badges = {"words": "Badges", "saved": "0.04", "source": ""}
    cover = [{"way": "credits", "tonnes": "12", "by": "soon", "words": ""}, {"way": "credits", "tonnes": "1", "by": ""}]
    told = {"rail": "far", "vegan": "5", "measures": [{}, badges, {"words": "", "saved": "1"}], "offset": cover}
    with pytest.raises(InputError) as wrong:
        plans.save_plan("nowhere", _plan_form.body_of(told | {"text": "x" * 9000, "nights": "999"}))
    below, rest = _plan_form.placed(wrong.value, told)
    places = ["measures.2.source", "measures.3.words", "nights", "offset.1.by", "offset.2.by", "rail", "text"]
    assert sorted(below) == places and rest == []
    assert below["offset.1.by"] == "Cover planned, row 1: soon is no day; write it as 2026-11-21."
    below, _ = _plan_form.placed(InputError([FieldError("offset", "much", "{field}, {line}", {"line": 2})]), told)
    assert list(below) == ["offset.2.tonnes"]
    _, rest = _plan_form.placed(InputError([FieldError("measures", 99, "{field}: {value} are too many.")]), told)
    assert rest == ["Other measures: 99 are too many."]


def test_cells_of_the_form_become_rows_and_strange_ones_are_left_out() -> None:
    names = ("measures.2.words", "measures.1.words", "offset.1.by", "other.1.x", "measures.x.y", "")
    found = _plan_form.gathered([{"name": name} for name in names], ["b", "a", "2027-01-01", "c", "d", "e"])
    assert found == {"measures": [{"words": "a"}, {"words": "b"}], "offset": [{"by": "2027-01-01"}]}


@pytest.mark.usefixtures("sqlite_store")
def test_a_venue_that_is_open_all_year_is_visited_for_a_day(hall: events.Event) -> None:
    year = replace(hall, starts_at=datetime(2026, 1, 1, tzinfo=UTC), ends_at=datetime(2026, 12, 31, tzinfo=UTC))
    assert plans_estimate.assumed_of(year).meals == plans_estimate.MEALS_A_DAY
    week = replace(year, ends_at=datetime(2026, 1, 7, tzinfo=UTC))
    assert plans_estimate.assumed_of(week).meals == 7 * plans_estimate.MEALS_A_DAY
