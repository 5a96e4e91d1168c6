"""Two who write a plan, a report or the books at the very same moment: one comes after the other, nobody breaks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

import events
from accounts import Conflict, current_actor, set_actor
from data.store import books as books_rows
from data.store import plans as rows
from data.store.engine import Store, get_store
from events import books, evaluation, plans
from tests.test_plans import AFTER, ORGANISER, REPORT, body, hall, settled

__all__ = ["hall", "settled"]  # fixtures
WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def meanwhile(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, act: Callable[[], object]) -> list[Any]:
    """``act`` is begun by somebody else once ``name`` has written and before its transaction ends; it goes on until the
    other waits for it or is done. What became of the other stands in the list once ``finish`` (its last) was called."""
    real, told, actor, begun = getattr(module, name), [], current_actor(), []

    def other() -> None:
        set_actor(actor)
        try:
            told.append(act())
        except BaseException as error:
            told.append(error)

    def wrapped(*args: Any, **named: Any) -> Any:
        done = real(*args, **named)
        if not begun:
            begun.append(threading.Thread(target=other))
            begun[0].start()
            while begun[0].is_alive() and not waits():
                pass
        return done

    monkeypatch.setattr(module, name, wrapped)
    return [told, lambda: begun[0].join()]


def waits() -> bool:
    """Whether somebody waits for a lock."""
    with get_store().read() as conn:
        return bool(conn.execute(WAITING).scalar())


def test_two_drafts_and_two_first_publishings_at_once(
    postgres_store: Store, hall: events.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        told, finish = meanwhile(patch, rows, "put_plan", lambda: plans.save_plan(hall.slug, body(text="Second.")))
        plans.save_plan(hall.slug, body(text="First."))
        finish()
    assert [type(each) for each in told] == [plans.PlanView]
    assert plans.plan_view(hall.slug).body["text"] == "Second."
    with monkeypatch.context() as patch:
        told, finish = meanwhile(patch, rows, "put_plan", lambda: plans.publish_plan(hall.slug))
        first = plans.publish_plan(hall.slug)
        finish()
    assert (first.version, [each.version for each in told]) == (1, [2])
    assert [each.version for each in plans.plan_view(hall.slug).published] == [2, 1]


def test_two_who_begin_and_send_a_report_at_once(
    postgres_store: Store, settled: events.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = settled.slug
    set_actor(ORGANISER)
    with monkeypatch.context() as patch:
        told, finish = meanwhile(patch, rows, "add_evaluation", lambda: evaluation.save_evaluation(slug, REPORT))
        kept = evaluation.save_evaluation(slug, REPORT)
        finish()
    assert [each.version for each in told] == [1]

    def send() -> evaluation.Evaluation:
        return evaluation.move_evaluation(slug, 1, "submitted", kept.sha256)

    with monkeypatch.context() as patch:
        told, finish = meanwhile(patch, rows, "add_step", send)
        send()
        finish()
    assert [type(each) for each in told] == [Conflict]
    current = evaluation.evaluation_view(slug).current
    assert current is not None and [each.state for each in current.steps] == ["submitted"]


def test_two_who_close_the_books_at_once_close_them_once(
    postgres_store: Store, hall: events.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    events.change_state(hall.slug, "open")
    events.change_state(hall.slug, "closed")

    def close() -> books.BooksStatement:
        seen = [check.key for check in books.books_view(hall.slug, AFTER).checks]
        return books.close_books(hall.slug, "", seen, now=AFTER)

    with monkeypatch.context() as patch:
        told, finish = meanwhile(patch, books_rows, "add", close)
        assert close().version == 1
        finish()
    assert [type(each) for each in told] == [Conflict]
    assert len(books.statements(hall.slug)) == 1
