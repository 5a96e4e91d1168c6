"""The demonstration: seeded once, the same every time, all test data, and every proof holds."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import events
import offsetting
from data.store.engine import Store
from events.plans import public_plan
from tests.support.events import SHANGHAI, body, draft, guests, trip

SLUGS = {
    "chengdu-2021", "demo-lakeside-park", "demo-corner-market", "demo-bamboo-kitchen", "demo-riverside-hotel",
    "demo-community-fair", "life",
}  # fmt: skip


def test_the_demonstration_is_seeded_once_and_proved(store: Store) -> None:
    assert set(events.seed_demo()) == SLUGS
    shown = events.snapshot("chengdu-2021")
    assert events.seed_demo() == []
    assert events.snapshot("chengdu-2021") == shown
    assert [finding for finding in events.audit() if not finding.ok] == []
    assert (shown["participants"], shown["expected_people"], shown["simulated"], shown["livemode"]) == (
        412, 640, True, False,
    )  # fmt: skip
    assert shown["orders"] == shown["funnel"]["certificate"] == 318
    assert {p["names"]["en"]: p["people"] for p in shown["origins"]["places"]}["Beijing"] == 84
    assert (shown["origins"]["local"], shown["origins"]["few"]) == (118, 8)
    assert shown["covered"]["retired"] > shown["covered"]["reserved"] > 0
    assert sum(row["emitted_g"] for row in shown["by_session"]) == shown["emitted"]["total"]
    assert sum(shown["money"].values()) == shown["paid_minor"]
    assert [row["bucket_at"] for row in shown["timeline"]] == sorted(row["bucket_at"] for row in shown["timeline"])
    assert all(row["bucket_at"].startswith("2021-09-07") for row in shown["timeline"])
    own = next(row for row in shown["by_session"] if row["id"] == "organiser")
    assert own["emitted_g"] > 10_000_000
    assert {card.simulated for card in events.find_events().items} == {True}
    plan = public_plan("chengdu-2021")
    assert (plan.version, plan.at.year, plan.figures.people, plan.figures.wrong) == (1, 2021, 640, "")
    assert len(plan.figures.measures) == 4 and all(measure.saved_g > 0 for measure in plan.figures.measures)
    assert plan.figures.left_g > 0 and plan.figures.offset and "Made up" in plan.text


def test_reset_touches_the_demonstration_and_nothing_else(demonstration: Path, own_folder: Path) -> None:
    shutil.copytree(demonstration, own_folder)
    events.create_event(draft("mine", livemode=True, payments=False))
    events.create_event(draft("my-test"))
    guests("mine", 5)
    events.fold_due()
    before = events.snapshot("mine")
    assert events.seed_demo() == []
    first = events.snapshot("chengdu-2021")
    started = events.start_participation("chengdu-2021")
    events.save_footprint(started.participation_id, body(trip()))
    events.fold_due()
    assert set(events.seed_demo(reset=True)) == SLUGS
    assert public_plan("chengdu-2021").version == 1
    again = events.snapshot("chengdu-2021")
    assert again["participants"] == 412
    assert again["emitted"] == first["emitted"]
    assert again["covered"] == first["covered"]
    assert events.snapshot("mine") == before
    assert events.get_event("my-test").slug == "my-test"
    assert [finding for finding in events.audit() if not finding.ok] == []


def test_coverage_follows_the_lines_of_a_new_version(store: Store) -> None:
    at = datetime(2026, 5, 4, 2, tzinfo=UTC)
    event = events.create_event(draft())
    offsetting.add_project("p", {"en": "P"}, type="demo", kind="reduction", now=at)
    offsetting.add_batch("b", "p", vintage="2020", credit_count=20, serial_prefix="T-", now=at)
    offsetting.assign_tranche(event.event_id, "b", 20_000_000, at)
    offsetting.open_offering(event.event_id, "p", 4500, "CNY", [{"to": "project_owner", "share": 1}])
    ids = guests("hall-2026", 6)
    for participation_id in ids:
        order = offsetting.place_order(participation_id, "p", share_percent=100)
        offsetting.demo_payment(order.order_id, "succeeded")
    events.fold(event.event_id)
    full = events.totals("hall-2026")
    assert full.reserved_g == full.mass.total_g
    assert events.leaderboard("hall-2026").rows[0].label == "1="
    view = events.save_footprint(ids[0], body(trip("high_speed_rail", SHANGHAI)))
    events.fold(event.event_id)
    less = events.totals("hall-2026")
    assert less.reserved_g == less.mass.total_g < full.mass.total_g
    assert less.extra_g == full.mass.total_g - less.mass.total_g
    board = events.leaderboard("hall-2026", me=ids[0])
    assert (board.me.rank, board.me.tied, board.me.share_bp, board.me.grams_g) == (1, False, 10000, view.total_g)
    number = offsetting.get_order(order.order_id).certificate_number
    assert events.rank_of_certificate(number).me.key == ids[-1]
    assert [finding for finding in events.audit() if not finding.ok] == []
