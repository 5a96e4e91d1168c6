"""From an event's facets to what a dashboard tells apart: channels, places and rings, times, meals, ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from calculations.distance import bearing_degrees, geodesic_km
from calculations.model import Place
from data.places import index
from data.store import codes, facets
from data.store import schema as s
from data.store.facets import PART, ROW, Columns
from events import Event
from reports.dashboard_cells import REST, Cells
from reports.dashboard_columns import Codes, Dim, Rows
from reports.dashboard_kept import Kept
from reports.question import NO_MODE

OWN = "organiser"  # the session of the organiser's own lines
NEAR_KM = 50.0  # a town nearer than this to the event's place is "from here"
RING_KM = (("km250", 250.0), ("km1000", 1_000.0), ("km2000", 2_000.0), ("km5000", 5_000.0))
WAYS = ("travel", "local")
FOOD = "food"
MOST_EVENTS, MOST_BYTES = 8, 128 * 1024 * 1024  # cells that a process keeps: 300,000 of them take 15 MB
_kept: Kept[Cells] = Kept(MOST_EVENTS, MOST_BYTES)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A place as somebody sees it from the event: km and degrees clockwise from north."""

    place: Place
    distance_km: float
    azimuth: float


def whereabouts(event: Event, place_id: str) -> Whereabouts | None:
    """None for a place that is not known."""
    place = index.get(place_id) if place_id else None
    if place is None:
        return None
    ends = (event.place.lat, event.place.lon, place.lat, place.lon)
    return Whereabouts(place, geodesic_km(*ends), bearing_degrees(*ends))


def read_cells(conn: sa.Connection, event: Event) -> Cells:
    """The facets of an event as they are at this moment of the store, those not folded yet included. They are read
    once for each such moment in a process, however many ask."""
    channels = {row["code_id"]: row["channel"] for row in codes.of_event(conn, event.event_id)}
    place = (event.place.lat, event.place.lon)
    moment = (facets.mark(conn, event.event_id), place, tuple(sorted(channels.items())))
    made = _kept.get((str(conn.engine.url), event.event_id), moment, lambda: _read(conn, event, channels))
    return made.asked_anew()


def _read(conn: sa.Connection, event: Event, channels: Mapping[str, str]) -> Cells:
    return cells_of(*facets.columns(conn, event.event_id), event, channels)


def cells_of(wholes: Columns, lines: Columns, event: Event, channels: Mapping[str, str]) -> Cells:
    """Cells of persons as a whole and of lines. ``channels``: code → channel."""
    (person, whose), people = _factorized([wholes.people, lines.people])
    (kind,), kinds = _factorized([lines.lines])
    keys, of_line = _keys(people, s.KEYS_PERSON), _keys(kinds, s.KEYS_LINE)
    own = keys["session_id"].is_in({OWN})
    rows, whole = _rows(whose, kind, lines), _rows(person, np.zeros(wholes.count, dtype=np.int32), wholes)
    mine, dims = own[rows.person], _dims(keys, of_line, event, channels, own)
    return Cells(dims, whole.some(~own[whole.person]), rows.some(~mine), rows.some(mine))


def _factorized(texts: Sequence[str]) -> tuple[list[Codes], list[str]]:
    """(each text's rows as places among the values that occur, these values)."""
    parts = [text.split(ROW) if text else [] for text in texts]
    code, values = pd.factorize(np.array([each for part in parts for each in part], dtype=object))
    ends = np.cumsum([len(part) for part in parts])[:-1]
    return [np.asarray(part) for part in np.split(code.astype(np.int32), ends)], [str(each) for each in values]


def _rows(person: Codes, kind: Codes, read: Columns) -> Rows:
    """Rows of different cells, those of the same person beside each other."""
    cell = person.astype(np.int64) * (int(kind.max(initial=0)) + 1) + kind
    order = np.argsort(cell, kind="stable")
    first = np.flatnonzero(np.diff(cell[order], prepend=-1))
    sums = {name: _small(np.add.reduceat(_numbers(text)[order], first) if len(first) else _numbers(text))
            for name, text in read.measures.items()}  # fmt: skip
    return Rows(person[order][first], kind[order][first], sums)


def _numbers(text: str) -> Codes:
    return np.fromstring(text, dtype=np.int64, sep=",") if text else np.zeros(0, dtype=np.int64)


def _small(numbers: Codes) -> Codes:
    """The same in half the room where it has room enough."""
    largest = int(np.abs(numbers).max(initial=0))
    return numbers.astype(np.int32) if largest < np.iinfo(np.int32).max else numbers


@dataclass(frozen=True, slots=True)
class _Key:
    """A key of several: of each its place among the values that occur."""

    code: Codes
    values: tuple[str, ...]

    def is_in(self, wanted: set[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        inside = np.array([value in wanted for value in self.values], dtype=bool)
        return inside[self.code] if len(self.values) else np.zeros(0, dtype=bool)

    def dim(self, name_of: Callable[[str], str], of_people: bool, gone: Any = None) -> Dim:
        """By what ``name_of`` makes of their value; ``gone`` have no place in it."""
        named = [name_of(value) for value in self.values]
        names = tuple(sorted(set(named)))
        place = {name: i for i, name in enumerate(names)}
        to = np.array([place[name] for name in named], dtype=np.int32)
        code = to[self.code] if len(named) else np.zeros(0, dtype=np.int32)
        return Dim(names, code if gone is None else np.where(gone, np.int32(-1), code), of_people)


def _keys(joined: Sequence[str], names: Sequence[str]) -> dict[str, _Key]:
    parts = [each.split(PART) for each in joined]
    found = {}
    for i, name in enumerate(names):
        code, values = pd.factorize(np.array([part[i] for part in parts], dtype=object))
        found[name] = _Key(code.astype(np.int32), tuple(str(value) for value in values))
    return found


def _dims(
    keys: Mapping[str, _Key], of_line: Mapping[str, _Key], event: Event, channels: Mapping[str, str], own: Any
) -> dict[str, Dim]:  # fmt: skip
    rings = {value: ring_of(event, value) for value in keys["place_id"].values}
    people: dict[str, tuple[str, Callable[[str], str]]] = {
        "company": ("company_id", str), "channel": ("code_id", lambda value: channels.get(value, NO_MODE)),
        "origin": ("place_id", lambda value: _origin(value, rings[value])),
        "ring": ("place_id", lambda value: rings[value]), "began": ("began", str),
        "began.7": ("began", lambda value: value[:7]), "began.10": ("began", lambda value: value[:10]),
        "began.13": ("began", str),
    }  # fmt: skip
    lines = {
        "category": of_line["category"], "mode": of_line["mode"], "month": of_line["month"],
        "activity": _crossed(of_line["category"], of_line["activity"], lambda c, a: f"{c}/{a}"),
        "way": _crossed(of_line["category"], of_line["mode"], lambda c, m: m if c in WAYS else REST),
        "diet": _crossed(of_line["category"], of_line["activity"], lambda c, a: a if c == FOOD else REST),
    }  # fmt: skip
    made = {"session": keys["session_id"].dim(lambda value: value or NO_MODE, True)}
    made |= {name: keys[key].dim(name_of, True, own) for name, (key, name_of) in people.items()}
    named = {"mode": lambda value: value or NO_MODE}
    return made | {name: key.dim(named.get(name, str), False) for name, key in lines.items()}


def _origin(place_id: str, ring: str) -> str:
    """A place; those that are here, not told or no town (an address can't name a point) together."""
    return ring if ring in ("near", NO_MODE) else NO_MODE if "," in place_id else place_id


def _crossed(first: _Key, second: _Key, name_of: Callable[[str, str], str]) -> _Key:
    size = len(second.values) or 1
    code, pairs = pd.factorize(first.code.astype(np.int64) * size + second.code)
    values = tuple(name_of(first.values[int(each) // size], second.values[int(each) % size]) for each in pairs)
    return _Key(code.astype(np.int32), values)


def ring_of(event: Event, place_id: str) -> str:
    """Which ring around the event a place is in; ``none`` where it is not told or not known."""
    found = whereabouts(event, place_id)
    if found is None:
        return NO_MODE
    if found.distance_km < NEAR_KM:
        return "near"
    return next((name for name, km in RING_KM if found.distance_km <= km), "far")
