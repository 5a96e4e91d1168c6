"""Forestry as the second way, on both stores: a plan, its lines beside those of credits, monitoring, reversal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

import offsetting
from accounts import Actor, Forbidden
from calculations import forestry as rules
from calculations.forestry import Sink
from calculations.model import InputError
from data.store import forestry as plan_rows
from data.store import rebuild
from data.store import schema as s
from data.store.engine import get_store
from offsetting import forestry
from offsetting.forestry import PlanFacts, RecordFacts
from tests.support.shop import NOW, TOTAL_G, Shop, add_guest, covered, open_shop, pay, prove, rows, set_lines

ORGANISER = Actor("person", "o", "Organiser", frozenset({("organiser", "", "")}))
EXCHANGE = Actor("person", "x", "Exchange", frozenset({("exchange", "", "")}))
AUDITOR = Actor("person", "a", "Auditor", frozenset({("auditor", "", "")}))
ADMIN = Actor("person", "o", "Organiser", frozenset({("administrator", "", "")}))
FACTS = PlanFacts(
    title="Forum wood", place="Longquan hills", planter="City forestry", area_m2=33_000,
    species=(("Spruce", 2_000), ("Pine", 1_500)), planted_by=date(2022, 4, 1), checks=(date(2023, 4, 1),),
    survival_percent=90, sink_due_on=date(2027, 9, 1), method="Measured plots, biomass by species", expected_g=300_000,
)  # fmt: skip
LATER = NOW + timedelta(days=5 * 365)


def agreed(shop: Shop, **facts: Any) -> str:
    """An agreed plan."""
    plan_id = forestry.draft_plan(ORGANISER, shop.slug, replace(FACTS, **facts), now=NOW)
    forestry.agree_plan(ORGANISER, plan_id, b"%PDF the agreement", "agreement.pdf", now=NOW)
    return plan_id


def found(plan_id: str, kind: str, grams: int = 0, at: datetime = LATER, **more: Any) -> str:
    """An entry that a second person has confirmed."""
    facts = RecordFacts(kind, date(2025, 4, 1), grams=grams, evidence=b"%PDF report", evidence_name="r.pdf", **more)
    record_id = forestry.enter_record(ORGANISER, plan_id, facts, now=at)
    forestry.confirm_record(EXCHANGE, record_id, now=at)
    return record_id


def figures(shop: Shop, plan_id: str) -> tuple[int, int]:
    """Grams of a plan on lines and beside."""
    with get_store().read() as conn:
        return plan_rows.sums(conn, shop.event_id).get(plan_id, (0, 0))


def test_what_records_say_of_a_sink() -> None:
    records = [("planted", 0), ("measured", 100), ("reversal", 30), ("survival", 0)]
    assert rules.sink_of(records) == Sink(70, 30)
    assert rules.sink_of([*records, ("measured", 90)]) == Sink(90, 30)
    assert rules.sink_of([*records, ("reversal", 500)]) == Sink(0, 530)
    assert [rules.standing_g(state, 200, Sink(70, 30)) for state in rules.STATES] == [0, 170, 70, 0]
    assert rules.standing_g(rules.AGREED, 20, Sink(0, 30)) == 0
    assert rules.fall_back(7, [5, 4, 3], 2) == (2, [0, 2, 3])
    with pytest.raises(ValueError, match="cannot be taken"):
        rules.fall_back(9, [5], 3)


@pytest.mark.usefixtures("store")
def test_an_agreed_plan_covers_what_is_open_and_no_more() -> None:
    shop = open_shop()
    first, second = add_guest(shop), add_guest(shop, (200_000,))
    pay(offsetting.place_order(first, shop.project, share_percent=50, now=NOW))
    open_g = TOTAL_G - (TOTAL_G + 1) // 2 + 200_000
    plan_id = agreed(shop, expected_g=1_000_000)
    assert figures(shop, plan_id) == (open_g, 1_000_000 - open_g)
    prove(shop)
    late = pay(offsetting.place_order(second, shop.project, share_percent=100, now=NOW))
    assert late.grams == 200_000
    assert covered(second) == ([], 200_000)  # its lines are the planting's already: an extra contribution, by name
    prove(shop)


@pytest.mark.usefixtures("store")
def test_what_an_order_holds_is_left_to_it() -> None:
    shop = open_shop()
    guest = add_guest(shop, (200_000,))
    order = offsetting.place_order(guest, shop.project, share_percent=100, now=NOW)
    plan_id = agreed(shop)
    assert figures(shop, plan_id) == (0, 300_000)
    pay(order)
    assert covered(guest) == ([200_000], 0)
    add_guest(shop, (120_000,))
    assert forestry.lay_again(ORGANISER, plan_id, now=NOW) == 120_000
    assert forestry.lay_again(ORGANISER, plan_id, now=NOW) == 0
    prove(shop)


@pytest.mark.usefixtures("store")
def test_a_planting_gives_way_where_lines_shrink() -> None:
    shop = open_shop()
    guest = add_guest(shop, (100_000, 100_000))
    pay(offsetting.place_order(guest, shop.project, share_percent=50, now=NOW))
    plan_id = agreed(shop, expected_g=100_000)
    assert figures(shop, plan_id) == (100_000, 0)
    set_lines(shop, guest, (120_000,))
    assert covered(guest) == ([100_000], 0)
    assert figures(shop, plan_id) == (20_000, 80_000)
    prove(shop)
    set_lines(shop, guest, (50_000,))
    assert (covered(guest), figures(shop, plan_id)) == (([50_000], 50_000), (0, 100_000))
    prove(shop)
    set_lines(shop, guest, (250_000,))
    assert forestry.lay_again(ORGANISER, plan_id, now=NOW) == 100_000
    prove(shop)


@pytest.mark.usefixtures("store")
def test_a_reversal_lets_lines_fall_back_to_open() -> None:
    shop = open_shop()
    guest = add_guest(shop, (400_000,))
    plan_id = agreed(shop)
    found(plan_id, "planted")
    found(plan_id, "survival", survival_percent=93)
    found(plan_id, "measured", 250_000)
    assert figures(shop, plan_id) == (300_000, 0)
    prove(shop)
    found(plan_id, "reversal", 100_000)
    assert figures(shop, plan_id) == (200_000, 0)
    told = rows(s.forest_delta, plan_id=plan_id)
    assert [sum(row[name] for row in told) for name in ("measured_g", "lost_g")] == [150_000, 100_000]
    order = pay(offsetting.place_order(guest, shop.project, grams=100_000, now=NOW))
    assert (covered(guest), order.state) == (([100_000], 0), "pooled")
    second = agreed(shop, title="Replanting", replaces=plan_id, expected_g=150_000)
    assert figures(shop, second) == (100_000, 50_000)
    prove(shop)


@pytest.mark.usefixtures("store")
def test_a_plan_ends_at_what_was_measured() -> None:
    shop = open_shop()
    add_guest(shop, (300_000,))
    plan_id = agreed(shop)
    found(plan_id, "measured", 120_000)
    with pytest.raises(offsetting.Conflict, match="may grow until 2027-09-01"):
        forestry.close_plan(ORGANISER, plan_id, "short", now=LATER)
    after = datetime(2027, 9, 2, tzinfo=NOW.tzinfo)
    assert forestry.close_plan(ORGANISER, plan_id, "short", now=after) == 180_000
    assert figures(shop, plan_id) == (120_000, 0)
    with pytest.raises(offsetting.Conflict, match="closed"):
        found(plan_id, "measured", 130_000, at=after)
    prove(shop)


@pytest.mark.usefixtures("store")
def test_a_withdrawn_plan_covers_nothing() -> None:
    shop = open_shop()
    add_guest(shop)
    plan_id = agreed(shop)
    assert forestry.withdraw_plan(ORGANISER, plan_id, "No land", now=NOW) == 300_000
    assert forestry.withdraw_plan(ORGANISER, plan_id, "No land", now=NOW) == 0
    assert figures(shop, plan_id) == (0, 0)
    kinds = [row["kind"] for row in rows(s.log_entry, subject=plan_id)]
    assert kinds == ["forestry", "forestry"]
    prove(shop)


@pytest.mark.usefixtures("store")
def test_two_persons_and_a_document_for_every_entry() -> None:
    shop = open_shop()
    plan_id = agreed(shop)
    facts = RecordFacts("measured", date(2025, 4, 1), grams=5, evidence=b"report")
    record_id = forestry.enter_record(ORGANISER, plan_id, facts, now=LATER)
    with pytest.raises(Forbidden):
        forestry.confirm_record(ORGANISER, record_id, now=LATER)
    with pytest.raises(offsetting.Conflict, match="second person"):
        forestry.confirm_record(ADMIN, record_id, now=LATER)
    forestry.reject_record(EXCHANGE, record_id, "Another wood", now=LATER)
    with pytest.raises(offsetting.Conflict, match="sent back"):
        forestry.confirm_record(EXCHANGE, record_id, now=LATER)
    with pytest.raises(Forbidden):
        forestry.enter_record(EXCHANGE, plan_id, facts, now=LATER)
    with pytest.raises(InputError) as wrong:
        forestry.enter_record(ORGANISER, plan_id, replace(facts, evidence=b""), now=LATER)
    assert [error.field for error in wrong.value.errors] == ["evidence"]
    assert forestry.confirm_record(EXCHANGE, found(plan_id, "measured", 5), now=LATER) == 0
    prove(shop)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sink_due_on", date(2027, 9, 8)), ("planted_by", date(2027, 9, 1)), ("checks", ()),
        ("checks", (date(2028, 1, 1),)), ("area_m2", 0), ("species", ()), ("species", (("", 3),)),
        ("survival_percent", 101), ("expected_g", 0), ("method", " "), ("title", "x" * 201), ("replaces", "nothing"),
    ],
)  # fmt: skip
def test_what_a_plan_may_not_be(field: str, value: Any) -> None:
    shop = open_shop()
    with pytest.raises(InputError) as wrong:
        forestry.draft_plan(ORGANISER, shop.slug, replace(FACTS, **{field: value}), now=NOW)
    assert field in {error.field for error in wrong.value.errors}


@pytest.mark.usefixtures("store")
def test_who_may_and_when() -> None:
    shop = open_shop()
    for actor in (EXCHANGE, AUDITOR):
        with pytest.raises(Forbidden):
            forestry.draft_plan(actor, shop.slug, FACTS, now=NOW)
    plan_id = forestry.draft_plan(ORGANISER, shop.slug, FACTS, now=NOW)
    forestry.change_plan(ORGANISER, plan_id, replace(FACTS, area_m2=44_000))
    facts = RecordFacts("planted", date(2025, 4, 1), evidence=b"x")
    with pytest.raises(offsetting.Conflict, match="not agreed"):
        forestry.enter_record(ORGANISER, plan_id, facts, now=LATER)
    forestry.agree_plan(ORGANISER, plan_id, b"%PDF", "a.pdf", now=NOW)
    with pytest.raises(offsetting.Conflict, match="facts stand"):
        forestry.change_plan(ORGANISER, plan_id, FACTS)
    with pytest.raises(offsetting.NotFound):
        forestry.withdraw_plan(ORGANISER, f"{shop.event_id}-nothing", "x", now=NOW)


@pytest.mark.usefixtures("store")
def test_the_audit_sees_a_line_covered_twice() -> None:
    shop = open_shop()
    guest = add_guest(shop, (100_000,))
    plan_id = agreed(shop, expected_g=100_000)
    with get_store().write() as conn:
        conn.execute(sa.update(s.emission_line).where(s.emission_line.c.participation_id == guest).values(total_g=99))
        conn.execute(sa.update(s.forestry_plan).values(expected_g=7))
    finding = next(f for f in offsetting.audit(shop.event_id) if "planting" in f.name)
    assert not finding.ok
    assert "100000 g by planting of 99" in finding.detail
    assert f"planting {plan_id} (agreed) stands for 100000 g of 7" in finding.detail


@pytest.mark.usefixtures("store")
def test_roll_ups_of_planting_are_its_own() -> None:
    shop = open_shop()
    add_guest(shop)
    agreed(shop)
    with get_store().read() as conn:
        assert [line for line in rebuild.differences(conn, shop.event_id) if line.startswith("forest")] == []
        made = rebuild.rebuild(conn, shop.event_id)
    assert sum(measures[6] + measures[7] for measures in made["cube"].values()) == 0
    assert [measures[0] for measures in made["forest"].values()] == [300_000]
