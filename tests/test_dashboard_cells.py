"""What dashboards read: an event's facets as columns, once for each moment of the store."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

import events
from accounts import ANONYMOUS, SYSTEM, set_actor
from data.store import facets, live, rollups
from data.store import schema as s
from data.store.engine import Store, get_store
from events import Event
from reports import Narrowing, dashboard, dashboard_dims
from reports.dashboard_cells import Cells
from reports.dashboard_dims import read_cells
from reports.dashboard_kept import Kept
from tests.support.events import draft, guests

SLUG = "hall-2026"


@pytest.fixture(autouse=True)
def system() -> Iterator[None]:
    """The platform itself asks, and nobody is signed in afterwards."""
    set_actor(SYSTEM)
    yield
    set_actor(ANONYMOUS)


def hall() -> Event:
    """Guests of two ways and places, one of them in a company."""
    event = events.create_event(draft())
    guests(SLUG, 7)
    guests(SLUG, 6, "life", "coach", "Alpha Works")
    return event


def cells(event: Event) -> Cells:
    """The cells of this moment."""
    with get_store().read() as conn:
        return read_cells(conn, event)


def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Events whose facets are read from the store from now on."""
    found: list[str] = []
    columns = facets.columns
    monkeypatch.setattr(facets, "columns", lambda conn, event_id: (found.append(event_id), columns(conn, event_id))[1])
    return found


@pytest.mark.parametrize("folded", [False, True])
def test_columns_hold_every_cell(store: Store, folded: bool) -> None:
    event = hall()
    if folded:
        events.fold_due()
    with get_store().read() as conn:
        wholes, lines = facets.columns(conn, event.event_id)
        wanted = rollups.as_rows(rollups.FACET, rollups.read(conn, rollups.FACET, event.event_id))
    for read, rows in (
        (wholes, [r for r in wanted if not r["category"]]),
        (lines, [r for r in wanted if r["category"]]),
    ):
        people, kinds = (text.split(facets.ROW) for text in (read.people, read.lines))
        measures = {name: [int(each) for each in text.split(",")] for name, text in read.measures.items()}
        assert len(people) == len(kinds) == read.count
        for name, values in measures.items():
            sums: dict[str, int] = {}
            for person, kind, value in zip(people, kinds, values, strict=True):
                key = f"{person}{facets.PART}{kind}"
                sums[key] = sums.get(key, 0) + value
            told = {facets.PART.join(row[key] for key in s.KEYS_FACET): row[name] for row in rows}
            assert {key: value for key, value in sums.items() if value} == {k: v for k, v in told.items() if v}, name


def test_a_moment_is_read_once(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    event = hall()
    events.fold_due()
    found = reads(monkeypatch)
    whole = dashboard(SLUG)
    flown = dashboard(SLUG, Narrowing(mode=("plane",)))
    assert (len(found), flown.whole.total_g) == (1, next(r.total_g for r in whole.rows["mode"] if r.key == "plane"))
    guests(SLUG, 5)
    assert dashboard(SLUG).people == whole.people + 5, "what is not folded yet is in it"
    assert dashboard(SLUG, Narrowing(mode=("plane",))).whole.total_g > flown.whole.total_g
    assert len(found) == 2
    events.fold_due()
    assert (dashboard(SLUG).people, len(found)) == (whole.people + 5, 3)
    with get_store().write() as conn:
        live.touch(conn, event.event_id)
    dashboard(SLUG)
    assert len(found) == 4, "whatever raises the version is another moment"


def test_a_code_moved_to_another_channel_is_another_question(sqlite_store: Store) -> None:
    event = hall()
    first = cells(event)
    events.make_code(SLUG, "badge")
    assert cells(event).dims is not first.dims


@dataclass
class Thing:
    """Something of a size."""

    nbytes: int


def test_what_is_kept_is_bounded_in_number_and_bytes() -> None:
    kept: Kept[Thing] = Kept(most=3, most_bytes=100)
    made: list[str] = []

    def ask(name: str, nbytes: int = 10, moment: int = 1) -> None:
        kept.get(name, moment, lambda: (made.append(name), Thing(nbytes))[1])

    for name in ("a", "b", "c", "a", "d", "a", "b"):
        ask(name)
    assert made == ["a", "b", "c", "d", "b"], "the one asked for longest ago went"
    ask("a", moment=2)
    assert made[-1] == "a"
    ask("e", 95)
    assert kept.nbytes == 95
    ask("f", 101)
    assert kept.nbytes == 0, "what is too large for the room is not kept"


def test_many_who_ask_at_once_wait_for_one() -> None:
    kept: Kept[Thing] = Kept(most=3, most_bytes=100)
    inside, go, made = threading.Event(), threading.Event(), []

    def make() -> Thing:
        made.append(1)
        inside.set()
        go.wait(10)
        return Thing(1)

    found: list[Thing] = []
    asking = [threading.Thread(target=lambda: found.append(kept.get("a", 1, make))) for _ in range(4)]
    for each in asking:
        each.start()
    inside.wait(10)
    go.set()
    for each in asking:
        each.join(10)
    assert (len(made), len({id(each) for each in found}), len(found)) == (1, 1, 4)


def test_a_failure_is_nobody_elses() -> None:
    kept: Kept[Thing] = Kept(most=3, most_bytes=100)

    def fail() -> Thing:
        raise OSError("the store is away")

    with pytest.raises(OSError, match="away"):
        kept.get("a", 1, fail)
    assert kept.get("a", 1, lambda: Thing(1)).nbytes == 1


def test_cells_know_their_size(sqlite_store: Store) -> None:
    assert 0 < cells(hall()).nbytes < 100_000
    assert dashboard_dims._kept.nbytes > 0
