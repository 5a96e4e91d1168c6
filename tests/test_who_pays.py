"""Who pays: where the host does, what it bought on the plan covers guests as they answer, and all say so."""

from __future__ import annotations

import pytest

import events
import offsetting
from accounts import SYSTEM, set_actor
from data.store.engine import Store
from events import Membership
from offsetting import CoverPart
from pages._parts.html_text import render
from pages._parts.who_pays import payer_card
from tests.support.events import draft, trip
from tests.support.hosting import answer, buy, holds, open_hosted


@pytest.fixture
def event(sqlite_store: Store) -> events.Event:
    """An event whose host pays for everybody."""
    return open_hosted()


def test_the_hosts_plan_covers_guests_as_they_answer(event: events.Event) -> None:
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
    holds(event.event_id)


def test_what_a_smaller_footprint_leaves_over_is_for_the_next_guest(event: events.Event) -> None:
    first, plane_g = answer(trip("plane"))
    buy(plane_g)
    _, rail_g = answer(trip("rail"), of=first)
    seen = offsetting.coverage_of(first)
    assert (seen.by_others_g, sum(part.extra_g for part in seen.parts)) == (rail_g, 0)
    second, second_g = answer(trip("plane"))
    assert offsetting.coverage_of(second).by_others_g == min(second_g, plane_g - rail_g)
    assert offsetting.host_cover(event.event_id).planned_g == max(0, plane_g - rail_g - second_g)
    holds(event.event_id)


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


def test_who_pays_all_the_same_gives_an_extra_contribution(event: events.Event) -> None:
    guest, total_g = answer(trip("plane"))
    buy(2 * total_g)
    own = offsetting.place_order(guest, "p-1", share_percent=100)
    assert offsetting.extra_if_paid(own.order_id) == total_g
    offsetting.demo_payment(own.order_id, "succeeded")
    seen = offsetting.coverage_of(guest)
    assert (seen.covered_g, seen.by_others_g) == (total_g, total_g)
    assert sum(part.extra_g for part in seen.parts) == total_g
    holds(event.event_id)
