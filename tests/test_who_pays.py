"""Who pays: where the host does, what it bought on the plan covers guests as they answer, and all say so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import events
import offsetting
from accounts import SYSTEM, Actor, set_actor
from data.store import rollups
from data.store.engine import Store
from data.store.rebuild import rebuild
from events import Membership
from offsetting import CoverPart
from pages._parts.html_text import render
from pages._parts.who_pays import payer_card
from tests.support.events import body, draft, trip
from tests.support.shop import SPLIT

SLUG = "hall-2026"
HOST = Actor("person", "o", "Organiser", frozenset({("organiser", "", "")}))
NOW = datetime.now(UTC)


@pytest.fixture
def event(sqlite_store: Store) -> events.Event:
    """An event that lasts another day, whose host pays for everybody, with 30 t of a project on offer."""
    set_actor(SYSTEM)
    made = events.create_event(draft(
        starts_at=NOW - timedelta(hours=2), ends_at=NOW + timedelta(days=1), defaults={"payer": "host_all"},
        texts={"host": "River Bureau"},
    ))  # fmt: skip
    offsetting.add_project("p-1", {"en": "A project"}, type="mixed", kind="reduction", methodology="CDCER",
                           registry="demo", livemode=False)  # fmt: skip
    offsetting.add_batch("b-1", "p-1", vintage="2024", credit_count=30, serial_prefix="b-")
    offsetting.assign_tranche(made.event_id, "b-1", 30_000_000)
    offsetting.open_offering(made.event_id, "p-1", 4500, "CNY", SPLIT)
    return made


def answer(*trips: dict[str, object], of: str = "") -> tuple[str, int]:
    """A guest who tells trips (anew where ``of`` is one): their participation and its grams."""
    participation_id = of or events.start_participation(SLUG, "main").participation_id
    return participation_id, events.save_footprint(participation_id, body(*trips)).total_g


def buy(grams: int) -> offsetting.Order:
    """The host's order on the plan, paid."""
    order = offsetting.place_event_order(HOST, SLUG, "p-1", "plan", grams=grams)
    offsetting.demo_payment(order.order_id, "succeeded")
    return offsetting.get_order(order.order_id)


def holds(store: Store, event_id: str) -> None:
    """What the roll-ups say is what the rows say, and every audit agrees."""
    with store.read() as conn:
        made = rebuild(conn, event_id)
        for name, rollup in rollups.ALL.items():
            kept = {key: row for key, row in rollups.read(conn, rollup, event_id).items() if any(row)}
            assert kept == {key: row for key, row in made[name].items() if any(row)}, name
    assert not [finding for finding in (*events.audit(SLUG), *offsetting.audit(event_id)) if not finding.ok]


def test_the_hosts_plan_covers_guests_as_they_answer(sqlite_store: Store, event: events.Event) -> None:
    early, early_g = answer(trip("plane"))
    assert offsetting.coverage_of(early).covered_g == 0
    assert not offsetting.host_cover(event.event_id).bought
    order = buy(3 * early_g)
    seen = offsetting.coverage_of(early)
    assert (seen.by_others_g, seen.open_g, seen.parts[0].buyer) == (early_g, 0, "organiser")
    late, late_g = answer(trip("rail"))
    assert offsetting.coverage_of(late).by_others_g == late_g
    cover = offsetting.host_cover(event.event_id)
    assert (cover.covered_g, cover.planned_g) == (early_g + late_g, 2 * early_g - late_g)
    offsetting.run_due()  # its statement follows
    offsetting.run_due()
    told = offsetting.certificate(order.certificate_number)
    assert (told.covered_g, told.planned_g, told.extra_g) == (early_g + late_g, 2 * early_g - late_g, 0)
    holds(sqlite_store, event.event_id)


def test_what_a_smaller_footprint_leaves_over_is_for_the_next_guest(sqlite_store: Store, event: events.Event) -> None:
    first, plane_g = answer(trip("plane"))
    buy(plane_g)
    _, rail_g = answer(trip("rail"), of=first)
    seen = offsetting.coverage_of(first)
    assert (seen.by_others_g, sum(part.extra_g for part in seen.parts)) == (rail_g, 0)
    second, second_g = answer(trip("plane"))
    assert offsetting.coverage_of(second).by_others_g == min(second_g, plane_g - rail_g)
    assert offsetting.host_cover(event.event_id).planned_g == max(0, plane_g - rail_g - second_g)
    holds(sqlite_store, event.event_id)


def test_a_guests_own_company_is_named_with_what_it_covered_of_them(sqlite_store: Store) -> None:
    set_actor(SYSTEM)
    made = events.create_event(draft(defaults={"payer": "company"}))
    company = Membership("c-1", {"en": "River Works"})
    parts = (CoverPart("company", {"en": "River Works"}, 600, 0, "paid", "o-1", "c"),
             CoverPart("company", {"en": "Others"}, 300, 0, "paid", "o-2", "d"))  # fmt: skip
    seen = offsetting.Coverage(1000, parts, 0)
    nothing = offsetting.Coverage(1000, parts[1:], 0)
    said = [str(render(payer_card(made, *told))) for told in ((seen, "", company), (nothing, "", company), (seen,))]
    assert "River Works" in said[0] and "60" in said[0] and "30" not in said[0]
    assert "River Works" in said[1] and "nothing of your footprint yet" in said[1]
    assert "River Works" not in said[2] and "Companies can cover their people" in said[2]


def test_who_pays_all_the_same_gives_an_extra_contribution(sqlite_store: Store, event: events.Event) -> None:
    guest, total_g = answer(trip("plane"))
    buy(2 * total_g)
    own = offsetting.place_order(guest, "p-1", share_percent=100)
    assert offsetting.extra_if_paid(own.order_id) == total_g
    offsetting.demo_payment(own.order_id, "succeeded")
    seen = offsetting.coverage_of(guest)
    assert (seen.covered_g, seen.by_others_g) == (total_g, total_g)
    assert sum(part.extra_g for part in seen.parts) == total_g
    holds(sqlite_store, event.event_id)
