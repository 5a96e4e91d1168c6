"""Each persona asks for each page and route: the answers are those of tests/permissions.csv. Callbacks follow their
page; and whoever only reads changes no row of the store, whatever they press."""

from __future__ import annotations

import hashlib

import pytest
import sqlalchemy as sa
from dash import _callback

from data.store import schema as s
from data.store.engine import Store, get_store
from tests.support.permissions import PERSONAS, Thing, calls, is_stream, make_world, may, read_table, things, walk

# What is anybody's own, or counts that somebody asked: no part of what a role may change.
OWN = {"login", "throttle", "idempotency", "letter", "job", "mailed_link", "second_factor", "recovery_code"}
OWN_PAGES = ("/desk/account",)
EVERYBODY = dict.fromkeys(PERSONAS, True)


def _wrong(thing: Thing, answers: dict[str, int], wanted: dict[str, bool]) -> list[str]:
    told = [
        f"{' '.join(thing)}: {who} {'may' if wanted[who] else 'may not'}, answered {status}"
        for who, status in answers.items() if may(status) != wanted[who]
    ]  # fmt: skip
    return told + [f"{' '.join(thing)}: {who} answered {status}" for who, status in answers.items() if status >= 500]


def test_every_page_and_route_is_in_the_table_and_nothing_else() -> None:
    declared, there = set(read_table()), set(things())
    assert there - declared == set(), "declare these in tests/permissions.csv (python -m tests.support.permissions)"
    assert declared - there == set(), "these are gone: take them out of tests/permissions.csv"


def test_every_callback_belongs_to_a_page_of_the_table() -> None:
    owned = {thing[1] for _, thing in calls()}
    shell = {"house-page.children"}
    server_side = {item["output"] for item in _callback.GLOBAL_CALLBACK_LIST if not item.get("clientside_function")}
    assert server_side - owned - shell == set()


def test_every_persona_at_every_page_and_route(sqlite_store: Store) -> None:
    table = read_table()
    few = ("anonymous", "auditor")  # what everybody may is asked of two
    skip = {
        (thing, who) for thing, wanted in table.items() for who in PERSONAS if wanted == EVERYBODY and who not in few
    }
    skip |= {(thing, who) for thing, wanted in table.items() if is_stream(thing) for who in PERSONAS if wanted[who]}
    asked = [thing for thing in things() if thing in table]
    found = walk(make_world(), asked, skip=skip)
    wrong = [line for thing in asked for line in _wrong(thing, found[thing], table[thing])]
    assert wrong == []


def test_callbacks_are_closed_as_their_page_and_readers_change_nothing(sqlite_store: Store) -> None:
    table, world = read_table(), make_world()
    closed, reading = [], []
    for path, thing in calls():
        wanted = table.get(("page", path, ""), EVERYBODY)
        if path.startswith("/desk") and path not in OWN_PAGES:
            closed.append((thing, wanted))
            reading.append(thing)
    once = list({thing[1]: thing for thing, _ in closed}.values())
    of = dict(closed)
    those = ("anonymous", "guest", "company", "sustainability", "auditor", "exchange", "other")
    found = walk(world, once, those, skip={(thing, who) for thing in once for who in those if of[thing][who]})
    wrong = [
        f"{thing[1]}: {who} answered {status}"
        for thing, answers in found.items() for who, status in answers.items() if may(status)
    ]  # fmt: skip
    assert wrong == []
    assert sum("other" in answers for answers in found.values()) > 60
    before, event_id = _rows(), world.values["event_id"]
    of_event = _rows(event_id)
    answers = walk(world, reading, ("auditor", "sustainability"))
    assert [thing for thing, told in answers.items() if max(told.values()) >= 500] == []
    assert [name for name, rows in _rows().items() if rows != before[name]] == []
    walk(world, reading, ("other",))
    assert [name for name, rows in _rows(event_id).items() if rows != of_event[name]] == [], "another event's organiser"


def _rows(event_id: str = "") -> dict[str, str]:
    """A hash of the rows of each table; of one event's alone where asked."""
    found = {}
    with get_store().read() as conn:
        for table in s.metadata.sorted_tables:
            if table.name in OWN or (event_id and "event_id" not in table.c):
                continue
            query = sa.select(table).order_by(*table.primary_key.columns)
            query = query.where(table.c.event_id == event_id) if event_id else query
            rows = [dict(row) for row in conn.execute(query).mappings()]
            found[table.name] = hashlib.sha256(str(rows).encode()).hexdigest()
    return found


@pytest.mark.parametrize("who", PERSONAS)
def test_the_table_tells_of_each_persona(who: str) -> None:
    answers = {wanted[who] for wanted in read_table().values()}
    assert answers == {True, False}
