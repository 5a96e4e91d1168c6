"""Deltas, folding and the rebuild from the rows: what live views read is what the rows say."""

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import events
from calculations.extrapolation import Answered, estimate, spread
from data.store import live, rebuild, rollups
from data.store import schema as s
from data.store.engine import Store
from tests.support.events import SHANGHAI, body, draft, guests, trip

NOW = datetime(2026, 5, 4, 2, tzinfo=UTC)
E = "event001"


def test_fold_adds_deltas_up_once_and_raises_the_version_once(store: Store) -> None:
    with store.write() as conn:
        live.start(conn, E, NOW)
        rollups.add_tally(conn, E, [{"session_id": "a", "people_count": 2, "total_g": 10}, {"session_id": "a"}])
        rollups.add_tally(
            conn, E, [{"session_id": "a", "people_count": -1, "total_g": -4}, {"session_id": "b", "extra_g": 1}]
        )
        rollups.add_money(conn, E, [{"recipient": "exchange", "amount_minor": 8}])
        before = rollups.read(conn, rollups.TALLY, E)
        assert rollups.read(conn, rollups.TALLY, E, unfolded=False) == {}
        assert rollups.dirty_events(conn) == [E]
        assert rollups.fold(conn, E, NOW) is True
        assert rollups.read(conn, rollups.TALLY, E, unfolded=False) == before
        assert live.version(conn, E) == 2
        assert rollups.fold(conn, E, NOW) is False
        assert live.version(conn, E) == 2
        assert rollups.dirty_events(conn) == []
    row = dict(zip(rollups.TALLY.measures, before["a", ""], strict=True))
    assert (row["people_count"], row["total_g"]) == (1, 6)


def test_rows_of_nothing_write_no_delta(sqlite_store: Store) -> None:
    with sqlite_store.write() as conn:
        rollups.add_cube(conn, E, [{"category": "travel", "total_g": 5}, {"category": "travel", "total_g": -5}])
        assert conn.execute(sa.select(sa.func.count()).select_from(s.cube_delta)).scalar() == 0


def test_the_audit_finds_a_roll_up_that_was_altered(store: Store) -> None:
    event = events.create_event(draft())
    guests("hall-2026", 2)
    events.fold(event.event_id)
    assert events.audit("hall-2026")[0].ok
    with store.write() as conn:
        conn.execute(sa.update(s.cube).where(s.cube.c.event_id == event.event_id).values(total_g=s.cube.c.total_g + 1))
    finding = events.audit("hall-2026")[0]
    assert not finding.ok
    assert "cube" in finding.detail
    with store.write() as conn:
        conn.execute(sa.update(s.footprint).values(total_g=s.footprint.c.total_g + 1))
    assert not events.audit("hall-2026")[1].ok


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans()), max_size=12))
def test_whatever_is_changed_and_folded_the_rebuild_agrees(
    sqlite_store: Store, changes: list[tuple[int, int, bool]]
) -> None:
    slug = f"forum-{datetime.now(UTC).timestamp():.6f}".replace(".", "-")
    event = events.create_event(draft(slug))
    ids = [events.start_participation(slug, ("main", "life", None, "main")[i]).participation_id for i in range(4)]
    bodies = [body(trip(), nights=1), body(trip("car", SHANGHAI, people=2)), body()]
    for who, what, folded in changes:
        events.save_footprint(ids[who], bodies[what])
        if folded:
            events.fold(event.event_id)
    with sqlite_store.read() as conn:
        assert rebuild.differences(conn, event.event_id) == []


def test_nothing_is_lost_when_guests_write_while_others_fold(store: Store) -> None:
    event = events.create_event(draft())
    failed: list[BaseException] = []

    def work(job: str) -> None:
        try:
            if job == "fold":
                for _ in range(15):
                    events.fold(event.event_id)
            else:
                guests("hall-2026", 5, job)
        except BaseException as error:  # told to the test below
            failed.append(error)

    threads = [threading.Thread(target=work, args=(job,)) for job in ("main", "life", "fold", "main", "fold")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events.fold(event.event_id)
    assert failed == []
    assert events.snapshot("hall-2026")["participants"] == 15
    assert events.audit("hall-2026")[0].ok


@given(total=st.integers(0, 10**12), weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_a_total_is_spread_without_a_gram_lost(total: int, weights: list[int]) -> None:
    parts = spread(total, weights)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)
    if sum(weights):
        exact = [total * weight / sum(weights) for weight in weights]
        assert all(abs(part - wanted) <= 1 + total * 1e-12 for part, wanted in zip(parts, exact, strict=True))


@pytest.mark.parametrize(
    ("answered", "people", "expected", "wanted"),
    [(1000, 10, 16, 600), (1000, 3, 16, 0), (1000, 16, 16, 0), (1000, 20, 16, 0), (1005, 7, 8, 144), (0, 5, 9, 0)],
)
def test_those_missing_count_at_the_mean_of_those_who_answered(
    answered: int, people: int, expected: int, wanted: int
) -> None:
    assert estimate([Answered(people, answered, 10**6)], expected).estimated_g == wanted
