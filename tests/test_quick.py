"""Statements that have been run before go straight to the driver, and give what they gave before, on both stores."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, StatementError

from data.store import quick
from data.store import schema as s
from data.store.engine import Store

NOW = datetime(2026, 11, 21, 8, 30, 15, 123456, tzinfo=UTC)
ROUNDS = quick.ENOUGH + 3
_ADD = sa.insert(s.ticker)
_GET = sa.select(s.ticker).where(s.ticker.c.event_id == sa.bindparam("e")).order_by(s.ticker.c.ticker_id)
_MOVE = (
    sa.update(s.ticker)
    .where(s.ticker.c.event_id == sa.bindparam("e"), s.ticker.c.ticker_id == sa.bindparam("i"))
    .values(kind=sa.bindparam("to"))
    .returning(s.ticker.c.ticker_id, s.ticker.c.at)
)
_OLD = sa.select(s.ticker.c.ticker_id).where(s.ticker.c.kind == "paid", s.ticker.c.event_id == sa.bindparam("e"))
_SOME = sa.select(s.ticker.c.ticker_id).where(s.ticker.c.ticker_id.in_(sa.bindparam("ids", expanding=True)))
_FIXED = sa.select(s.ticker.c.ticker_id).where(
    s.ticker.c.ticker_id.in_(("t0", "t2", "t9")), s.ticker.c.event_id == sa.bindparam("e"), s.ticker.c.at.in_([NOW]),
)  # fmt: skip
_TEXT = sa.text("SELECT ticker_id AS found FROM ticker WHERE event_id = :e ORDER BY ticker_id")


def row(number: int) -> dict[str, Any]:
    """A row with a time, JSON and text that needs no and every kind of care."""
    params = {"n": number, "words": "中和 'quoted' %s %(x)s :e ?"}
    return {"event_id": "e", "ticker_id": f"t{number}", "at": NOW, "kind": "paid", "params": params}


def fill(store: Store, count: int) -> None:
    with store.write() as conn:
        for number in range(count):
            conn.execute(_ADD, row(number))


def test_rows_and_types_stay_as_they_were(store: Store) -> None:
    fill(store, ROUNDS)
    with store.read() as conn:
        seen = [[dict(one) for one in conn.execute(_GET, {"e": "e"}).mappings()] for _ in range(ROUNDS)]
    assert seen[0] == seen[-1] == [row(number) for number in range(ROUNDS)]


def test_each_way_to_read_a_result(store: Store) -> None:
    fill(store, ROUNDS)
    with store.read() as conn:
        for _ in range(ROUNDS):
            assert conn.execute(_OLD, {"e": "e"}).scalars().all() == [f"t{n}" for n in range(ROUNDS)]
            assert conn.execute(_OLD, {"e": "none"}).first() is None
            assert conn.scalar(_OLD.limit(1), {"e": "e"}) == "t0"
            assert conn.execute(_GET, {"e": "e"}).mappings().first()["at"] == NOW
            found = conn.execute(_GET, {"e": "e"}).first()
            assert (found.ticker_id, found._mapping[s.ticker.c.kind], found[3]) == ("t0", "paid", "paid")
            assert [one.found for one in conn.execute(_TEXT, {"e": "e"})][:2] == ["t0", "t1"]


def test_changes_tell_what_they_changed_and_many_go_at_once(store: Store) -> None:
    with store.write() as conn:
        for start in range(ROUNDS):
            conn.execute(_ADD, [row(start * 2), row(start * 2 + 1)])
        for number in range(ROUNDS):
            moved = conn.execute(_MOVE, {"e": "e", "i": f"t{number}", "to": "retired"}).one()
            assert tuple(moved) == (f"t{number}", NOW)
            assert conn.execute(_MOVE, {"e": "e", "i": "none", "to": "retired"}).first() is None
        assert len(conn.execute(_OLD, {"e": "e"}).all()) == ROUNDS


def test_lists_go_the_usual_way(store: Store) -> None:
    fill(store, ROUNDS)
    with store.read() as conn:
        for count in range(ROUNDS):
            ids = [f"t{number}" for number in range(count)]
            assert sorted(conn.execute(_SOME, {"ids": ids}).scalars()) == sorted(ids)


def test_lists_that_stand_in_the_statement_are_quick(store: Store) -> None:
    fill(store, ROUNDS)
    with store.read() as conn:
        seen = [sorted(conn.execute(_FIXED, {"e": "e"}).scalars()) for _ in range(ROUNDS)]
        assert isinstance(conn.execute(_FIXED, {"e": "e"}), quick.Rows)
    assert seen == [["t0", "t2"]] * ROUNDS


def test_an_error_is_the_stores_and_drops_the_whole_transaction(store: Store) -> None:
    fill(store, ROUNDS)
    with pytest.raises(DBAPIError) as refused, store.write() as conn:
        conn.execute(_ADD, row(100))
        conn.execute(_ADD, row(0))
    assert type(refused.value).__name__ == "IntegrityError"
    with pytest.raises(StatementError), store.read() as conn:
        conn.execute(_GET, {})
    with store.read() as conn:
        assert len(conn.execute(_GET, {"e": "e"}).all()) == ROUNDS


def test_a_reader_sees_one_moment_and_changes_nothing(store: Store) -> None:
    fill(store, ROUNDS)
    with store.read() as conn:
        before = len(conn.execute(_GET, {"e": "e"}).all())
        with store.write() as other:
            other.execute(_ADD, row(100))
        assert len(conn.execute(_GET, {"e": "e"}).all()) == before
        with pytest.raises(DBAPIError):
            conn.execute(_ADD, row(101))


def test_who_listens_hears_everything(store: Store) -> None:
    heard: list[str] = []

    def listen(*told: Any) -> None:
        heard.append(told[2])

    fill(store, ROUNDS)
    sa.event.listen(store.writer, "before_cursor_execute", listen)
    with store.write() as conn:
        conn.execute(_ADD, row(100))
    sa.event.remove(store.writer, "before_cursor_execute", listen)
    assert len(heard) == 1 and heard[0].startswith("INSERT INTO ticker")
