"""Nobody is found by laying answers of the dashboard beside each other: made-up events whose people are known, asked
every question of one condition and many of two; no answer less another is of one to four people."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import events
from accounts import ANONYMOUS, SYSTEM, set_actor
from data.store import facets
from data.store import schema as s
from data.store.engine import Store
from data.store.facets import PART, ROW, Columns
from reports import Narrowing, dashboard
from reports.dashboard_cells import FEW, Cells
from reports.dashboard_dims import cells_of
from reports.dashboard_hiding import hidden_cells
from tests.support.api import Forum, begin, buy, pay
from tests.support.events import CHENGDU, body, draft, guests, trip

EVENT: Any = SimpleNamespace(place=CHENGDU)
CHANNELS = {"k1": "poster", "k2": "badge"}
TRIPS = (
    ("travel", "plane", "plane"),
    ("travel", "rail", "rail"),
    ("travel", "coach", "coach"),
    ("local", "bus", "bus"),
)
MEALS = (None, ("food", "meal", ""), ("food", "vegan", ""))
PEOPLE, LINES = ("session", "company", "channel", "began"), ("category", "mode", "diet")
Person = tuple[Any, ...]
Lines = frozenset[tuple[int, int]]


def somebody(chance: random.Random) -> Person:
    """session, company, code, place, hour, trip, meal; the first of each is what most have."""

    def one(values: Any) -> Any:
        return chance.choices(values, [2.0**-i for i in range(len(values))])[0]

    hour = one(["2026-05-04T09", "2026-05-04T10", "2026-05-05T09"])
    return (one(["main", "life", "third"]), one(["a", "b", ""]), one(["k1", "", "k2"]), "", hour, one(TRIPS),
            chance.choice(MEALS))  # fmt: skip


def cells(people: list[Person]) -> Cells:
    """Their facets, as the store would have them."""
    whole: dict[tuple[str, ...], int] = {}
    lines: dict[tuple[str, ...], int] = {}
    for person in people:
        whole[person[:5]] = whole.get(person[:5], 0) + 1
        for line in filter(None, person[5:]):
            lines[person[:5] + line] = lines.get(person[:5] + line, 0) + 1
    counts = ("person_count", "participation_count", "answered_count", "people_count")
    of_whole = {name: ",".join(str(n if name in counts else 0) for n in whole.values()) for name in s.WHOLE_FACET}
    of_lines = {name: ",".join(map(str, lines.values())) for name in ("line_count", *facets.MASSES)}
    told = Columns(len(whole), ROW.join(map(PART.join, whole)), ROW.join(3 * PART for _ in whole), of_whole)
    kinds = ROW.join(PART.join((*key[5:], "2026-05")) for key in lines)
    return cells_of(
        told, Columns(len(lines), ROW.join(PART.join(k[:5]) for k in lines), kinds, of_lines), EVENT, CHANNELS
    )


def value(people: list[Person], i: int, k: int, by: str) -> str:
    """What a line of somebody is in a dimension."""
    person, line = people[i], people[i][5 + k]
    kind = {"category": line[0], "mode": line[2] or "none", "way": line[2], "activity": f"{line[0]}/{line[1]}",
            "diet": line[1] if line[0] == "food" else ""}  # fmt: skip
    places = {"session": person[0], "company": person[1], "channel": CHANNELS.get(person[2], "none"),
              "began": person[4], "began.13": person[4], "began.10": person[4][:10]}  # fmt: skip
    return str((kind | places)[by])


def asked_of(people: list[Person], asked: dict[str, tuple[str, ...]]) -> Lines:
    """The lines an answer is of."""
    every = [(i, k) for i, person in enumerate(people) for k in (0, 1) if person[5 + k]]
    return frozenset(
        at for at in every if all(value(people, *at, name).startswith(values) for name, values in asked.items())
    )


def answers(found: Cells, people: list[Person], asked: dict[str, tuple[str, ...]]) -> Iterator[Lines]:
    """The lines behind everything that is told under a question."""
    of_all, implied = asked_of(people, asked), found.with_implied(asked)
    if not found.few(implied):
        yield of_all
    for by in ("session", "company", "channel", "began.13", "began.10", "category", "way", "diet", "activity"):
        groups, few = found.told(implied, by)
        for group in groups:
            yield frozenset(at for at in of_all if value(people, *at, by) == group.key)
        if few is not None:  # what is told in one sum: as many lines as it has
            told = {group.key for group in groups} | {""}
            rest = frozenset(at for at in of_all if value(people, *at, by) not in told)
            if few.guests["line_count"] == len(rest):
                yield rest


def questions(found: Cells, chance: random.Random) -> list[dict[str, tuple[str, ...]]]:
    """Every question of one condition, and many of two."""
    lists = {name: [v for v in found.values(name) if v] for name in (*PEOPLE, *LINES)}
    lists["began"] += sorted({each[:10] for each in lists["began"]})
    ones = [{name: (each,)} for name, values in lists.items() for each in values]
    twos = [first | second for first, second in itertools.combinations(ones, 2) if first.keys() != second.keys()]
    return [{}, *ones, *chance.sample(twos, min(len(twos), 90))]


@pytest.mark.parametrize("seed", range(4))
def test_no_answer_less_another_tells_of_a_few(seed: int) -> None:
    chance = random.Random(seed)
    people = [somebody(chance) for _ in range(chance.choice((14, 25, 40)))]
    found = cells(people)
    told = {
        lines for asked in questions(found, chance) for lines in answers(found.asked_anew(), people, asked) if lines
    }
    assert len(told) > 5
    for lines in told:
        assert len({i for i, _ in lines}) >= 5
    for more, less in itertools.permutations(told, 2):
        if less < more:
            assert not 0 < len({i for i, _ in more - less}) < 5, (sorted(more), sorted(less))


def test_a_late_guest_does_not_hide_when_the_others_began() -> None:
    """One alone in another month: no month and no day is told, but the hours are, the smallest of them with the one."""
    hours = {"2026-05-04T09": 20, "2026-05-04T10": 12, "2026-05-04T11": 6, "2026-06-20T15": 1}
    one: Person = ("main", "a", "", "")
    found = cells([(*one, hour, TRIPS[0], None) for hour, count in hours.items() for _ in range(count)])
    told = {by: {group.key for group in found.told({}, by)[0]} for by in ("began.7", "began.10", "began.13")}
    assert told == {"began.7": set(), "began.10": set(), "began.13": {"2026-05-04T09", "2026-05-04T10"}}
    few = found.told({}, "began.13")[1]
    assert few is not None and few.people == 7
    for time, hidden in (("2026-05", True), ("2026-05-04", True), ("2026-05-04T11", True), ("2026-05-04T10", False)):
        assert found.few(found.with_implied({"began": (time,)})) is hidden, time


def test_a_table_hides_the_same_by_rows_and_by_columns() -> None:
    people = np.array([[12, 3, 20], [8, 9, 30], [0, 7, 6]])
    hidden = hidden_cells(people, np.zeros((3, 3), dtype=bool), added=True)
    assert hidden[0].tolist() == [True, True, False], "the smallest of the row joins the three"
    assert hidden[:, 1].tolist() == [True, False, True], "and of the column"
    assert hidden[:, 0].tolist() == [True, False, False], "twelve alone are enough"
    assert not (hidden ^ hidden_cells(people.T, np.zeros((3, 3), dtype=bool), added=True).T).any()


def test_a_way_that_is_not_told_apart_can_not_be_asked_for_either(sqlite_store: Store) -> None:
    """Six by rail join two by coach, so that travel less plane tells of both: rail asked for alone would undo it."""
    set_actor(SYSTEM)
    events.create_event(draft())
    guests("hall-2026", 12)
    guests("hall-2026", 6, mode="high_speed_rail")
    guests("hall-2026", 2, mode="coach")
    told = {row.key for row in dashboard("hall-2026").rows["mode"]}
    asked = dashboard("hall-2026", Narrowing(mode=("high_speed_rail",)))
    set_actor(ANONYMOUS)
    assert told == {"plane", FEW}
    assert (asked.hidden, asked.whole.total_g) == (True, 0)


def test_boards_of_two_questions_tell_of_nobody_between_them(api: Any, forum: Forum) -> None:
    """Six of a sub-forum are on the board, five of them by one code: the sixth would be whom the code's board lacks."""
    set_actor(SYSTEM)
    code = events.make_code("hall-2026", "badge").code_id
    set_actor(ANONYMOUS)
    for i in range(6):
        guest = begin(api, session="life", code=code if i < 5 else "")
        guest.tell(body(trip()))
        pay(api, buy(guest, forum)["order_id"])
    guests("hall-2026", 6, "life")
    set_actor(SYSTEM)
    assert len(dashboard("hall-2026", Narrowing(session=("life",))).board) == 5
    both = dashboard("hall-2026", Narrowing(session=("life",), channel=("badge",)))
    set_actor(ANONYMOUS)
    assert (both.hidden, both.board) == (False, ())
