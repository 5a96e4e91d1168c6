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
from events import Event
from reports.dashboard_cells import MEASURES, REST, Cells, Codes, Dim
from reports.question import NO_MODE

OWN = "organiser"  # the session of the organiser's own lines
NEAR_KM = 50.0  # a town nearer than this to the event's place is "from here"
RING_KM = (("km250", 250.0), ("km1000", 1_000.0), ("km2000", 2_000.0), ("km5000", 5_000.0))
WAYS = ("travel", "local")
FOOD = "food"
HOURS = 13  # letters of 2026-05-04T09


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
    """The facets of an event, those not folded yet included."""
    folded, deltas = facets.cells(conn, event.event_id)
    channels = {row["code_id"]: row["channel"] for row in codes.of_event(conn, event.event_id)}
    return cells_of(_frame(folded, deltas), event, channels)


def _frame(folded: Sequence[Any], deltas: Sequence[Any]) -> pd.DataFrame:
    """Cells as columns, deltas added to what they change."""
    columns = [*s.KEYS_FACET, *s.MEASURES_FACET]
    frame = pd.DataFrame.from_records([*folded, *deltas], columns=columns)
    if not deltas:
        return frame
    summed = frame.groupby(list(s.KEYS_FACET), as_index=False)[list(s.MEASURES_FACET)].sum()
    return summed[(summed[list(s.MEASURES_FACET)] != 0).any(axis=1)]


def cells_of(frame: pd.DataFrame, event: Event, channels: Mapping[str, str]) -> Cells:
    """Cells of the facet's columns. ``channels``: code → channel."""
    keys = {name: _Key(*_factorized(frame[name])) for name in s.KEYS_FACET}
    own = keys["session_id"].is_in({OWN})
    whole = keys["category"].is_in({""})
    measures = {name: frame[name].to_numpy(dtype=np.int64) for name in MEASURES}
    return Cells(_dims(keys, event, channels, own, whole), measures, own, whole, _persons(keys))


@dataclass(frozen=True, slots=True)
class _Key:
    """A key column: each row's place among the values that occur."""

    code: Codes
    values: tuple[str, ...]

    def is_in(self, wanted: set[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        inside = np.array([value in wanted for value in self.values], dtype=bool)
        return inside[self.code] if len(self.values) else np.zeros(0, dtype=bool)

    def dim(self, name_of: Callable[[str], str | None]) -> Dim:
        """Rows by what ``name_of`` makes of their value; None is no group at all."""
        named = [name_of(value) for value in self.values]
        names = tuple(sorted({name for name in named if name is not None}))
        place = {name: i for i, name in enumerate(names)} | {None: -1}
        to = np.array([place[name] for name in named], dtype=np.int64)
        return Dim(names, to[self.code] if len(named) else np.zeros(0, dtype=np.int64))


def _factorized(column: pd.Series) -> tuple[Codes, tuple[str, ...]]:
    code, values = pd.factorize(column, sort=True)
    return code.astype(np.int64), tuple(str(value) for value in values)


def _persons(keys: Mapping[str, _Key]) -> Codes:
    """A number for each cell of people."""
    code = np.zeros(len(keys["session_id"].code), dtype=np.int64)
    for name in s.KEYS_PERSON:
        code = code * (len(keys[name].values) or 1) + keys[name].code
        _, code = np.unique(code, return_inverse=True)
    return code.astype(np.int64)


def _dims(
    keys: Mapping[str, _Key], event: Event, channels: Mapping[str, str], own: Any, whole: Any
) -> dict[str, Dim]:  # fmt: skip
    rings = {value: ring_of(event, value) for value in keys["place_id"].values}
    of_people = {
        "company": keys["company_id"].dim(str),
        "channel": keys["code_id"].dim(lambda value: channels.get(value, NO_MODE)),
        "origin": keys["place_id"].dim(lambda value: _origin(value, rings[value])),
        "ring": keys["place_id"].dim(lambda value: rings[value]),
        "began": keys["began"].dim(str), "began.7": keys["began"].dim(lambda value: value[:7]),
        "began.10": keys["began"].dim(lambda value: value[:10]), "began.13": keys["began"].dim(str),
    }  # fmt: skip
    of_lines = {
        "category": keys["category"].dim(str), "mode": keys["mode"].dim(lambda value: value or NO_MODE),
        "month": keys["month"].dim(str),
        "activity": _crossed(keys["category"], keys["activity"], lambda c, a: f"{c}/{a}"),
        "way": _crossed(keys["category"], keys["mode"], lambda c, m: m if c in WAYS else REST),
        "diet": _crossed(keys["category"], keys["activity"], lambda c, a: a if c == FOOD else REST),
    }  # fmt: skip
    made = {"session": keys["session_id"].dim(lambda value: value or NO_MODE)}
    made |= {name: Dim(dim.names, np.where(own, -1, dim.code)) for name, dim in of_people.items()}
    return made | {name: Dim(dim.names, np.where(whole, -1, dim.code)) for name, dim in of_lines.items()}


def _origin(place_id: str, ring: str) -> str:
    """A place; those that are here, not told or no town (an address can't name a point) together."""
    return ring if ring in ("near", NO_MODE) else NO_MODE if "," in place_id else place_id


def _crossed(first: _Key, second: _Key, name_of: Callable[[str, str], str]) -> Dim:
    pair = first.code * (len(second.values) or 1) + second.code
    code, pairs = pd.factorize(pair)
    size = len(second.values) or 1
    values = tuple(name_of(first.values[int(each) // size], second.values[int(each) % size]) for each in pairs)
    return _Key(code.astype(np.int64), values).dim(str)


def ring_of(event: Event, place_id: str) -> str:
    """Which ring around the event a place is in; ``none`` where it is not told or not known."""
    found = whereabouts(event, place_id)
    if found is None:
        return NO_MODE
    if found.distance_km < NEAR_KM:
        return "near"
    return next((name for name, km in RING_KM if found.distance_km <= km), "far")
