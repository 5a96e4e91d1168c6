"""Twelve months after an event's end: counted, noted, told to doctor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

import offsetting
from calculations.deadlines import days_left, notice_due, retire_by
from data import doctor
from data.store import schema as s
from data.store.engine import Store, get_store
from tests.support.retirement import FIRST, SECOND, enter, pick_of
from tests.support.shop import NOW, Shop, add_guest, open_shop, pay, rows


@pytest.mark.parametrize(("ends", "by"), [
    ("2021-09-07", "2022-09-07"), ("2024-02-29", "2025-02-28"), ("2023-02-28", "2024-02-28"),
    ("2021-12-31", "2022-12-31"),
])  # fmt: skip
def test_twelve_months_are_the_same_day_a_year_on(ends: str, by: str) -> None:
    assert retire_by(datetime.fromisoformat(ends + "T10:00+00:00")) == datetime.fromisoformat(by + "T10:00+00:00")


@pytest.mark.parametrize(("left", "days", "notice"), [
    (timedelta(days=61), 61, None), (timedelta(days=60, seconds=5), 60, 60), (timedelta(days=31), 31, 60),
    (timedelta(days=30), 30, 30), (timedelta(days=1), 1, 30), (timedelta(hours=5), 0, 0), (timedelta(0), 0, 0),
    (-timedelta(seconds=1), -1, 0), (-timedelta(days=400), -400, 0),
])  # fmt: skip
def test_days_are_whole_and_the_most_pressing_notice_counts(left: timedelta, days: int, notice: int | None) -> None:
    now = retire_by(NOW) - left
    assert (days_left(NOW, now), notice_due(NOW, now)) == (days, notice)


def sell(shop: Shop) -> None:
    """A tonne."""
    pay(offsetting.place_order(add_guest(shop, (1_000_000,)), shop.project, share_percent=100, now=NOW))


def watch(at: datetime) -> None:
    """A day's job, planned twice as by two processes, and done."""
    offsetting.plan_deadline_watch(at)
    offsetting.plan_deadline_watch(at)
    assert len(rows(s.job, job_id=f"deadlines-{at:%Y-%m-%d}")) == 1
    offsetting.run_due(at)


def notes(shop: Shop) -> list[tuple[int, int]]:
    """What the job wrote about an event."""
    found = rows(s.audit_trail, event_id=shop.event_id, action="retirement.deadline")
    return sorted((row["detail"]["notice_days"], row["detail"]["days_left"]) for row in found)


@pytest.mark.usefixtures("store")
def test_a_daily_job_notes_each_threshold_once_while_something_waits() -> None:
    shop, idle = open_shop(credit_count=2), open_shop(slug="idle")
    sell(shop)
    by = retire_by(NOW)
    for days in (61, 60, 59, 30, 29):
        watch(by - timedelta(days=days))
    assert notes(shop) == [(30, 30), (60, 60)]
    number = offsetting.draft_instruction(FIRST, [pick_of(shop)], "Guests", now=NOW).number
    offsetting.send_instruction(FIRST, number, now=NOW)
    enter(number)
    offsetting.confirm_retirement(SECOND, number, now=NOW)
    watch(by)
    assert notes(shop) == [(30, 30), (60, 60)]
    sell(shop)
    watch(by + timedelta(days=3))
    watch(by + timedelta(days=4))
    assert notes(shop) == [(0, -3), (30, 30), (60, 60)]
    assert notes(idle) == []
    found = offsetting.retirement_deadline(shop.event_id, by + timedelta(days=3))
    assert found is not None and (found.days_left, found.waiting_g) == (-3, 1_000_000)


def test_doctor_names_live_events_that_are_late_and_leaves_tests_alone(store: Store) -> None:
    sell(open_shop())
    assert doctor._retirement(get_store()).ok
    with store.write() as conn:
        for table in (s.event, s.tranche, s.allocation, s.orders):
            conn.execute(sa.update(table).values(livemode=True))
    late = doctor._retirement(get_store())
    assert not late.ok and "forum" in late.detail
    with store.write() as conn:
        conn.execute(sa.update(s.event).values(ends_at=datetime.now(UTC) - timedelta(days=330)))
    near = doctor._retirement(get_store())
    assert near.ok and "due within 60 days: forum" in near.detail
