"""What is under way while an event's state changes: it comes before the change, or is refused by the state after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

import events
import offsetting
from accounts import SYSTEM, Actor, Conflict, set_actor
from data.store import events as rows
from data.store import orders
from data.store import schema as s
from data.store.engine import Store, get_store
from events import footprints, inventory, participations
from tests.support.events import body, draft, trip
from tests.support.shop import NOW, add_guest, open_shop

SLUG = "hall-2026"
POWER = {"activity": "electricity", "quantity": 1000, "unit": "kWh"}
COMPANY = Actor("person", "c", "Company", frozenset({("company", "", "c-1")}))


@pytest.fixture
def made(store: Store) -> Store:
    """An open event, on both stores."""
    set_actor(SYSTEM)
    events.create_event(draft())
    return store


def closing(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """The event is closed and settled while ``name`` of a use case runs: after its first look, before its write."""
    real: Callable[..., Any] = getattr(module, name)

    def slow(*args: Any, **named: Any) -> Any:
        with get_store().write() as conn:
            conn.execute(sa.update(s.event).where(s.event.c.slug == SLUG).values(state="settled"))
        return real(*args, **named)

    monkeypatch.setattr(module, name, slow)


def test_an_answer_under_way_while_the_event_closes_is_refused(made: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    started = events.start_participation(SLUG, "main")
    closing(monkeypatch, footprints, "_better")
    with pytest.raises(Conflict, match="takes no more answers"):
        events.save_footprint(started.participation_id, body(trip()))
    assert events.current_footprint(started.participation_id) is None


def test_nobody_begins_while_the_event_closes(made: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    closing(monkeypatch, participations, "_checked")
    with pytest.raises(Conflict, match="takes no more answers"):
        events.start_participation(SLUG, "main")


def test_a_planned_line_under_way_while_books_close_is_refused(made: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    closing(monkeypatch, inventory, "new_line_id")
    with pytest.raises(Conflict, match="books of this event are closed"):
        inventory.save_planned(SLUG, POWER)


def test_a_change_of_state_waits_for_what_holds_it(postgres_store: Store) -> None:
    with postgres_store.write() as one, postgres_store.write() as two, postgres_store.write() as three:
        rows.hold_state(one, "e1")
        rows.hold_state(two, "e1")  # any number at once
        rows.take_state(three, "e2")  # another event's is free
        three.execute(sa.text("SET LOCAL lock_timeout = '40ms'"))
        with pytest.raises(sa.exc.OperationalError, match="lock timeout"), three.begin_nested():
            rows.take_state(three, "e1")


def test_an_order_waits_for_the_books_and_is_refused(postgres_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop()
    guest, held = add_guest(shop), []
    real = orders.context

    def seen(conn: sa.Connection, *args: Any) -> Any:
        query = sa.text("SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        held.extend(conn.execute(query).scalars())
        return real(conn, *args)

    monkeypatch.setattr(orders, "context", seen)
    offsetting.place_order(guest, shop.project, share_percent=100, now=NOW)
    assert held == ["ShareLock"]


def test_a_gift_is_refused_where_the_event_takes_none(store: Store) -> None:
    shop = open_shop()
    guest = add_guest(shop)
    change(shop.event_id, defaults={"gift": False})
    with pytest.raises(Conflict, match="takes no gifts"):
        offsetting.place_order(guest, shop.project, share_percent=100, gift=True, now=NOW)
    assert offsetting.place_order(guest, shop.project, share_percent=100, now=NOW).gift_minor == 0


def test_companies_order_until_the_day_that_guests_do(sqlite_store: Store) -> None:
    shop = open_shop()
    change(shop.event_id, pay_until=NOW - timedelta(days=1))
    with pytest.raises(Conflict, match=r"ended on 6 September 2021, 10:42\."):
        offsetting.place_event_order(COMPANY, shop.slug, shop.project, "company", now=NOW)


def change(event_id: str, **values: Any) -> None:
    """Columns of the event, whatever use case sets them."""
    with get_store().write() as conn:
        conn.execute(sa.update(s.event).where(s.event.c.event_id == event_id).values(**values))
