"""Who is expected and who did not answer, through the store: strata, the organiser's words, totals, pages, reports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

import accounts
import events
import reports
from accounts import ANONYMOUS, SYSTEM, Actor, set_actor
from calculations import extrapolation
from data.store import rebuild, rollups
from data.store import schema as s
from data.store.engine import Store
from data.store.migrate import config
from tests.support.events import SHANGHAI, body, draft, guests, trip

REMOTE: dict[str, Any] = body() | {"other": [{"activity": "remote_participation", "quantity": 6, "unit": "hour"}]}


@pytest.fixture(autouse=True)
def somebody() -> Iterator[None]:
    set_actor(SYSTEM)
    yield
    set_actor(ANONYMOUS)


def answer(*bodies: dict[str, Any], company: str | None = None) -> list[str]:
    ids = []
    for told in bodies:
        ids.append(events.start_participation("hall-2026", "main", company).participation_id)
        events.save_footprint(ids[-1], told)
    return ids


def strata_of(store: Store, event_id: str) -> dict[tuple[str, str, bool], tuple[int, int]]:
    with store.read() as conn:
        rows = rollups.as_rows(rollups.STRATA, rollups.read(conn, rollups.STRATA, event_id))
        assert rebuild.differences(conn, event_id) == []
    return {(r["region"], r["way"], bool(r["company_id"])): (r["people_count"], r["total_g"]) for r in rows}


def organiser(event_id: str) -> Actor:
    return Actor("person", "p1", "Organiser", frozenset({("organiser", event_id, "")}))


def test_answers_are_counted_by_region_way_and_company_and_follow_every_change(store: Store) -> None:
    event = events.create_event(draft())
    flown, remote = answer(body(trip()), REMOTE)
    (own,) = answer(body(trip("rail", SHANGHAI)), company="Panda Ltd")
    found = strata_of(store, event.event_id)
    assert {key: people for key, (people, _) in found.items()} == {
        ("CN-11", "onsite", False): 1, ("", "remote", False): 1, ("CN-31", "onsite", True): 1,
    }  # fmt: skip
    view = events.current_footprint(remote)
    assert view is not None
    assert found["", "remote", False] == (1, view.total_g)
    events.save_footprint(flown, REMOTE)
    events.fold(event.event_id)
    events.save_footprint(own, body(trip("rail")) | {"other": REMOTE["other"]})  # one day there, one day from home
    assert {key: people for key, (people, _) in strata_of(store, event.event_id).items()} == {
        ("", "remote", False): 2, ("CN-11", "onsite", True): 1,
    }  # fmt: skip


def test_answers_that_were_there_before_the_revision_are_counted_by_it(store: Store) -> None:
    event = events.create_event(draft())
    answer(body(trip()), body(trip("rail", SHANGHAI)), REMOTE, company="Panda Ltd")
    events.fold(event.event_id)
    before = strata_of(store, event.event_id)
    with store.write() as conn:
        command.downgrade(config(conn), "0002")
    with store.write() as conn:
        command.upgrade(config(conn), "head")
    assert strata_of(store, event.event_id) == before
    assert len(before) == 3


def test_the_organisers_own_lines_are_nobodys_answers(store: Store) -> None:
    event = events.create_event(draft(expected_people=20))
    guests("hall-2026", 5)
    before = events.totals("hall-2026")
    own = {
        "trips": [],
        "stays": [],
        "meals": [],
        "other": [{"activity": "electricity", "quantity": 9000, "unit": "kWh"}],
    }
    events.save_inventory("hall-2026", own)
    after = events.totals("hall-2026")
    assert after.mass.declared_g > before.mass.declared_g
    assert after.mass.estimated_g == before.mass.estimated_g == 3 * before.mass.declared_g
    assert sum(people for people, _ in strata_of(store, event.event_id).values()) == 5


def test_an_estimate_has_its_interval_within_the_events(store: Store) -> None:
    events.create_event(draft(expected_people=40))
    answer(*[body(trip(), nights=n % 3) for n in range(6)], *[body(trip("rail", SHANGHAI)) for _ in range(6)])
    totals = events.totals("hall-2026")
    mass, found = totals.mass, totals.estimate
    assert 0 < mass.estimate_low_g < mass.estimated_g < mass.estimate_high_g
    shown = totals.as_json()["emitted_g"]
    assert (shown["declared"], shown["estimated"]) == (found.declared_g, found.estimated_g)
    assert (shown["estimated_low"], shown["estimated_high"]) == (found.low_g, found.high_g)
    assert mass.total_g - mass.low_g >= mass.estimated_g - mass.estimate_low_g
    assert mass.high_g - mass.total_g >= mass.estimate_high_g - mass.estimated_g
    assert events.snapshot("hall-2026")["response_bp"] == 0  # nothing is folded yet


def test_four_answers_tell_the_public_nothing(store: Store) -> None:
    event = events.create_event(draft(expected_people=40))
    guests("hall-2026", 4)
    events.fold(event.event_id)
    assert set(events.snapshot("hall-2026")["emitted"].values()) == {None}
    assert events.totals("hall-2026").estimate.said[0]["message"] == extrapolation.TOO_FEW


def test_an_organiser_tells_who_is_expected_and_strata_follow(store: Store) -> None:
    event = events.create_event(draft())
    answer(*[body(trip(), nights=n % 3) for n in range(12)], company="Panda Ltd")
    answer(*[REMOTE for _ in range(10)])
    version = events.live_version(event.event_id)
    set_actor(organiser(event.event_id))
    told = {"people": 100, "way": {"onsite": 20, "remote": 80}, "company": {"Panda  Ltd": 15}}
    kept = events.set_expected("hall-2026", told)
    assert (kept.expected_people, events.told_of(kept)["way"]) == (100, {"onsite": 20, "remote": 80})
    assert events.expected_companies("hall-2026") == {"Panda Ltd": 15}
    assert events.live_version(event.event_id) > version
    found = events.organiser_view("hall-2026").totals.estimate
    assert found.dimensions == ("way",)  # who works for whom and who is remote say the same here
    missing = {row.stratum.keys["way"]: row.stratum.missing for row in found.strata}
    assert missing == {"onsite": 8, "remote": 70}
    with store.read() as conn:
        entry = (
            conn.execute(sa.select(s.audit_trail).where(s.audit_trail.c.action == "event.expected")).mappings().one()
        )
    assert (entry["event_id"], entry["detail"]["before"]["people"], entry["detail"]["after"]["people"]) == (
        event.event_id, 0, 100,
    )  # fmt: skip
    assert events.audit("hall-2026")[0].ok


def test_nobody_else_may_tell_who_is_expected(store: Store) -> None:
    events.create_event(draft())
    other = events.create_event(draft("other-2026"))
    for actor, refusal in ((ANONYMOUS, accounts.Unauthenticated), (organiser(other.event_id), accounts.Forbidden)):
        set_actor(actor)
        for act in (lambda: events.set_expected("hall-2026", {"people": 9}), lambda: events.answered_by("hall-2026")):
            with pytest.raises(refusal):
                act()
    assert events.get_event("hall-2026").expected_people == 0


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ([], "body"), ({"people": -1}, "people"), ({"people": 1.5}, "people"), ({"people": True}, "people"),
        ({"people": 10**9}, "people"), ({"people": 9, "way": {"onsite": 4, "online": 2}}, "way"),
        ({"people": 9, "way": {"onsite": 6, "remote": 4}}, "way"), ({"people": 9, "region": {"China": 2}}, "region"),
        ({"people": 9, "region": ["CN"]}, "region"), ({"people": 9, "company": {"x" * 81: 1}}, "company"),
        ({"people": 9, "region": {"CN": "two"}}, "region.CN"), ({"people": 9, "session": {}}, "session"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name_and_nothing_kept(sqlite_store: Store, told: Any, field: str) -> None:
    events.create_event(draft(expected_people=3))
    with pytest.raises(events.InputError) as caught:
        events.set_expected("hall-2026", told)
    assert field in [error.field for error in caught.value.errors]
    assert events.get_event("hall-2026").expected_people == 3


def test_lists_are_read_as_they_are_pasted() -> None:
    text = "China: 300\n四川 (CN-51)：120\n日本\t20\nUnited States, 1,200\n\nCN-44 5\nGermany 12\nGermany 3"
    wanted = {"CN": 300, "CN-51": 120, "JP": 20, "US": 1200, "CN-44": 5, "DE": 15}
    assert events.region_lines(text) == wanted
    assert events.region_lines(events.as_lines(wanted, str)) == wanted
    assert events.company_lines("Panda Ltd 2000: 40") == {"Panda Ltd 2000": 40}
    with pytest.raises(events.InputError) as caught:
        events.region_lines("China 3\nNarnia 4\nChina")
    assert [error.params["line"] for error in caught.value.errors] == [2, 3]


def test_reports_tell_the_estimate_of_whole_events_apart(store: Store) -> None:
    event = events.create_event(draft(expected_people=15))
    guests("hall-2026", 10)
    events.fold(event.event_id)
    totals = events.totals("hall-2026")
    found = reports.explore(reports.Question.from_url({"kind": "test"})).as_json()
    assert found["estimate"] == {
        "people": 5, "estimated_g": totals.mass.estimated_g, "estimated_low_g": totals.mass.estimate_low_g,
        "estimated_high_g": totals.mass.estimate_high_g,
    }  # fmt: skip
    assert found["total"]["value_g"] + found["estimate"]["estimated_g"] == totals.mass.total_g
    part = reports.explore(reports.Question.from_url({"kind": "test", "category": "stay"}))
    assert part.as_json()["estimate"] is None
