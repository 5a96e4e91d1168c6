"""The method of an event's flights: chosen or brought, for the future alone, by those who may."""

import json
from typing import Any

import pytest
import sqlalchemy as sa

import events
from accounts import SYSTEM, Actor, Conflict, Forbidden, Unauthenticated, set_actor
from accounts.actor import ANONYMOUS
from calculations.flights import leg_parts
from calculations.model import Boundary
from calculations.trace import recompute
from data.library import load_method, load_methods
from data.store import schema as s
from data.store.engine import Store
from events import InputError
from locales import set_language
from pages.organiser import method as method_page
from tests.support.events import body, draft, trip

OWN = """
name = "Our own"
source = "The university's travel office"
[air]
bands = [{ from_km = 0, kg_per_km = 0.2 }, { from_km = 1000, kg_per_km = 0.1 }]
multiplier = 1.7
uplift_km = 95
"""


@pytest.fixture
def slug(store: Store) -> str:
    """An event with one guest who flew and one who came by train."""
    set_actor(SYSTEM)
    events.create_event(draft())
    for mode in ("plane", "high_speed_rail"):
        told(trip(mode=mode))
    return "hall-2026"


def told(*trips: dict[str, Any]) -> Any:
    started = events.start_participation("hall-2026")
    return events.save_footprint(started.participation_id, body(*trips))


def audit_rows(store: Store) -> list[Any]:
    with store.read() as conn:
        query = sa.select(s.audit_trail).where(s.audit_trail.c.action == "event.flight_method")
        return list(conn.execute(query).mappings())


def test_a_chosen_method_prices_what_comes_and_leaves_what_was(store: Store, slug: str) -> None:
    view = events.flight_method_view(slug)
    assert (view.chosen, view.other_count, view.may_edit) == (None, 0, True)
    before = told(trip())
    view = events.set_flight_method(slug, "myclimate")
    assert view.chosen == load_method("myclimate")
    assert view.other_count == 2, "two of the three flew"
    assert events.current_footprint(before.footprint_id.rpartition(".")[0]).total_g == before.total_g
    after = told(trip())
    line = after.lines[0]
    assert (line.factor_id, line.total_g > before.lines[0].total_g) == ("method:myclimate", True)
    trace = json.loads(json.dumps(line.trace))
    assert recompute(trace) == (line.low_g, line.total_g, line.high_g)
    assert leg_parts(trace["method"])[0][0] == trace["method"]["legs"][0]["co2_kg"]
    assert events.flight_method_view(slug).other_count == 2
    assert all(finding.ok for finding in events.audit(slug))
    assert events.set_flight_method(slug).chosen is None
    assert events.flight_method_view(slug).other_count == 1
    assert told(trip()).total_g == before.total_g
    assert events.get_event(slug).as_json()["boundary"]["flight_method"] is None
    details = [(row["detail"]["before"]["id"], row["detail"]["after"]["id"]) for row in audit_rows(store)]
    assert sorted(details) == [("", "myclimate"), ("myclimate", "")]


def test_an_event_brings_its_own_file(store: Store, slug: str) -> None:
    view = events.set_flight_method(slug, toml_text=OWN)
    assert view.chosen is not None and view.own == view.chosen
    method_id, digest = view.chosen.method_id, view.chosen.sha256
    assert method_id == f"own-{digest[:12]}"
    named = {"id": method_id, "name": "Our own", "sha256": digest}
    assert events.get_event(slug).as_json()["boundary"]["flight_method"] == named
    line = told(trip()).lines[0]
    assert line.trace["method"]["sha256"] == digest and line.trace["method"]["name"] == "Our own"
    way_km = line.distance_km + 95
    assert line.total_g - line.upstream_g * int(events.get_event(slug).boundary.upstream) == pytest.approx(
        2 * 1.7 * 0.1 * way_km * 1000, abs=2
    )
    assert audit_rows(store)[0]["detail"]["after"] == {"id": method_id, "sha256": digest}
    events.set_flight_method(slug, "klower")
    assert events.flight_method_view(slug).own.method_id == method_id, "the file stays, to be chosen again"
    assert events.set_flight_method(slug, method_id).chosen.sha256 == digest


def test_the_same_again_leaves_no_entry(store: Store, slug: str) -> None:
    for _ in range(2):
        events.set_flight_method(slug, "sigplan")
    assert len(audit_rows(store)) == 1


@pytest.mark.parametrize(
    ("method_id", "text", "field"),
    [
        ("nothing", "", "method"), ("own-0123456789ab", "", "method"), ("", "[air", "method"),
        ("", "[air]\nbands = []", "air.bands"), ("", OWN + '[trip]\nmode = "rail"', "trip.mode"),
        ("", "#" * 20_000, "method"),
    ],
)  # fmt: skip
def test_what_is_no_method_is_refused_and_nothing_changes(
    store: Store, slug: str, method_id: str, text: str, field: str
) -> None:
    with pytest.raises(InputError) as caught:
        events.set_flight_method(slug, method_id, text)
    assert caught.value.errors[0].field == field
    assert events.flight_method_view(slug).chosen is None and not audit_rows(store)


def test_a_new_event_may_name_its_method(store: Store) -> None:
    set_actor(SYSTEM)
    with pytest.raises(InputError) as caught:
        events.create_event(draft(boundary=Boundary(flight_method="nothing")))
    assert [error.field for error in caught.value.errors] == ["flight_method"]
    made = events.create_event(draft(boundary=Boundary(flight_method="klower")))
    assert made.boundary.method == load_method("klower")
    assert told(trip()).lines[0].factor_id == "method:klower"


def test_only_those_who_may_edit_choose(slug: str) -> None:
    set_actor(ANONYMOUS)
    with pytest.raises(Unauthenticated):
        events.set_flight_method(slug, "sigplan")
    set_actor(Actor("person", "p-1", "Auditor", (("auditor", "", ""),)))
    assert not events.flight_method_view(slug).may_edit
    with pytest.raises(Forbidden):
        events.set_flight_method(slug, "sigplan")
    set_actor(SYSTEM)


def test_a_method_that_is_gone_is_said(store: Store, slug: str) -> None:
    kept = told(trip())
    with store.write() as conn:
        row = conn.execute(sa.select(s.event).where(s.event.c.slug == slug)).mappings().one()
        gone = {**row["boundary"], "flight_method": "vanished"}
        conn.execute(sa.update(s.event).where(s.event.c.slug == slug).values(boundary=gone))
    with pytest.raises(Conflict, match="vanished"):
        told(trip())
    assert events.current_footprint(kept.footprint_id.rpartition(".")[0]).total_g == kept.total_g


def test_the_models_beside_leave_out_ours(slug: str) -> None:
    ids = {model.method_id for model in events.models_beside(slug, trip())}
    assert "defra_international" not in ids and "myclimate" in ids
    events.set_flight_method(slug, "myclimate")
    ids = {model.method_id for model in events.models_beside(slug, trip())}
    assert "defra_international" in ids and "myclimate" not in ids
    spread = events.spread_beside(slug, trip(), 300_000)
    assert spread is not None and spread.least_g < 300_000 <= spread.most_g
    assert events.spread_beside(slug, trip(mode="high_speed_rail"), 300_000) is None


def words_of(part: Any) -> str:
    """All that a part of a page says and draws, as JSON."""
    return json.dumps(part, default=lambda each: each.to_plotly_json(), ensure_ascii=False)


@pytest.mark.parametrize(("language", "word"), [("en", "Flights are counted by"), ("zh", "航班的核算方法")])
def test_the_page_shows_the_methods_and_their_curves(slug: str, language: str, word: str) -> None:
    set_language(language)
    shown = words_of(method_page.layout(slug))
    set_language("en")
    others = {each.method_id for each in load_methods()} - {"defra_international"}
    assert word in shown and all(method_id in shown for method_id in others)
    assert "method-save" in shown and "UK Government GHG Conversion Factors 2025" in shown


def test_a_file_is_shown_before_it_is_saved(slug: str) -> None:
    told_of, curves, table, wrong = method_page.show("file", OWN, slug)
    assert wrong is None and "Our own" in words_of(told_of) and "Our own" in words_of(table)
    assert "At 1,000 km it falls from" in words_of(told_of)
    assert '"name": "Our own"' not in words_of(curves) and "Our own" in words_of(curves)
    assert events.flight_method_view(slug).chosen is None
    told_of, curves, table, wrong = method_page.show("file", OWN.replace("0.1 }", "-1 }"), slug)
    assert "air.bands[1].kg_per_km must be a number from 0 to 100; it is -1." in words_of(wrong)
    assert curves is None and table is None


def test_the_choice_is_saved_by_those_who_may(slug: str) -> None:
    said, stored = method_page.save(1, "file", "", slug)
    assert "Choose a method file first." in words_of(said)
    said, stored = method_page.save(1, "file", OWN, slug)
    assert "Saved." in words_of(said) and stored.startswith("1 ")
    method_page.save(2, "default", OWN, slug)
    assert events.flight_method_view(slug).chosen is None
    method_page.save(3, "file", "", slug)
    assert events.flight_method_view(slug).chosen.name == "Our own"
    set_actor(Actor("person", "p-1", "Auditor", (("auditor", "", ""),)))
    assert "method-save" not in words_of(method_page.layout(slug))
    with pytest.raises(Forbidden):
        method_page.save(4, "klower", "", slug)
    set_actor(ANONYMOUS)
    with pytest.raises(Unauthenticated):
        method_page.save(5, "klower", "", slug)
    set_actor(SYSTEM)


def test_a_number_without_end_is_refused_in_a_sentence(slug: str) -> None:
    with pytest.raises(InputError):
        events.check_method("x = " + "9" * 5000)


def test_what_is_no_text_is_refused(slug: str) -> None:
    assert method_page.chosen_file("data:;base64,W2Fpcl0=", "mine.toml", slug) == ("[air]", "mine.toml", "file")
    for contents in ("data:;base64,/////w==", "rubbish", None):
        assert method_page.chosen_file(contents, None, slug)[0] == "\0"
