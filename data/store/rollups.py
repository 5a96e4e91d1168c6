"""Roll-ups and their deltas. Every change writes deltas in its own transaction; `fold` sums them into the totals.

What each measure means is fixed by `data/store/rebuild.py`, which computes the same from the rows themselves.
A delta row is a mapping of keys ('' where it has none) and measures (0 where it has none); measures may be negative.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from data.store import live
from data.store import schema as s
from data.store.ids import new_row_id

PERSON_COLUMN = {"place_id": "origin_place_id"}  # where the column of a participation is called otherwise
Key = tuple[str, ...]
Measures = tuple[int, ...]


@dataclass(frozen=True)
class Rollup:
    """A table of totals, the table of its deltas, and their columns."""

    total: sa.Table
    delta: sa.Table
    keys: tuple[str, ...]
    measures: tuple[str, ...]


CUBE = Rollup(s.cube, s.cube_delta, s.KEYS_CUBE, s.MEASURES_CUBE)
TALLY = Rollup(s.tally, s.tally_delta, s.KEYS_TALLY, s.MEASURES_TALLY)
MONEY = Rollup(s.money, s.money_delta, s.KEYS_MONEY, ("amount_minor",))
ORIGIN = Rollup(s.origin, s.origin_delta, s.KEYS_ORIGIN, s.MEASURES_ORIGIN)
SPREAD = Rollup(s.spread, s.spread_delta, s.KEYS_SPREAD, s.MEASURES_SPREAD)
STRATA = Rollup(s.strata, s.strata_delta, s.KEYS_STRATA, s.MEASURES_STRATA)
CHANNEL = Rollup(s.channel, s.channel_delta, s.KEYS_CHANNEL, s.MEASURES_CHANNEL)
PERSON_KEYS = s.KEYS_PERSON
OF_WHOLE = (*PERSON_KEYS, *s.WHOLE_FACET)
FACET = Rollup(s.facet, s.facet_delta, s.KEYS_FACET, s.MEASURES_FACET)
PLEDGE = Rollup(s.pledge_sum, s.pledge_sum_delta, s.KEYS_PLEDGE, s.MEASURES_PLEDGE)
FOREST = Rollup(s.forest, s.forest_delta, s.KEYS_FOREST, s.MEASURES_FOREST)
ALL = {
    "cube": CUBE, "tally": TALLY, "money": MONEY, "origin": ORIGIN, "spread": SPREAD, "strata": STRATA,
    "forest": FOREST, "channel": CHANNEL, "pledge": PLEDGE, "facet": FACET,
}  # fmt: skip


def add_cube(conn: sa.Connection, event_id: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Deltas of lines by session, category, activity, mode and month (grams, and counts of lines); of the facet by
    ``FACET.keys``, which the rows hold too (``person_keys``)."""
    many = list(rows)
    _add(conn, CUBE, event_id, many)
    _add(conn, FACET, event_id, many)


def add_tally(conn: sa.Connection, event_id: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Deltas by session and company (people, orders, grams, money); rows with a ``code_id`` are its channel's too.
    Of the facet they are what concerns a person as a whole, by the keys of ``person_keys``."""
    many = list(rows)
    _add(conn, TALLY, event_id, many)
    _add(conn, CHANNEL, event_id, [row for row in many if row.get("code_id")])
    _add(conn, FACET, event_id, map(of_whole, many))


def add_only(conn: sa.Connection, rollup: Rollup, event_id: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Deltas of one roll-up and no other that goes with it: what stays where it is there."""
    _add(conn, rollup, event_id, rows)


def person_keys(part: Mapping[Any, Any]) -> dict[str, str]:
    """The keys of the facet that a participation's row gives."""
    return {name: part[PERSON_COLUMN.get(name, name)] for name in s.KEYS_PERSON}


def person_columns() -> list[sa.Label[str]]:
    """The same of the table of participations, for a query."""
    return [s.participation.c[PERSON_COLUMN.get(name, name)].label(name) for name in s.KEYS_PERSON]


def of_whole(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row of the tally is in the facet: counts, money and extra grams of persons as a whole. Its other grams
    are on rows of lines."""
    return {name: row[name] for name in OF_WHOLE if name in row}


def add_scan(conn: sa.Connection, event_id: str, code_id: str) -> None:
    """One scan of a code."""
    _add(conn, CHANNEL, event_id, [{"code_id": code_id, "scan_count": 1}])


def add_money(conn: sa.Connection, event_id: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Deltas of what is owed to each recipient, in minor units."""
    _add(conn, MONEY, event_id, rows)


def add_origin(conn: sa.Connection, event_id: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Deltas of people by the place they came from."""
    _add(conn, ORIGIN, event_id, rows)


def add_spread(conn: sa.Connection, event_id: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Deltas of what is uncertain, by category and source (``calculations.propagation.spread_rows``)."""
    _add(conn, SPREAD, event_id, rows)


def add_strata(conn: sa.Connection, event_id: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Deltas of those who answered, by origin region, way of taking part and company."""
    _add(conn, STRATA, event_id, rows)


def add_forest(conn: sa.Connection, event_id: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Deltas of forestry plans: grams on lines, beside them, measured and lost; never those of credits."""
    _add(conn, FOREST, event_id, rows)


def add_pledge(conn: sa.Connection, event_id: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Deltas of how many signed a pledge."""
    _add(conn, PLEDGE, event_id, rows)


def summed(rollup: Rollup, rows: Iterable[Mapping[str, Any]]) -> dict[Key, Measures]:
    """The rows added up by key, in the order of keys, rows of nothing but zeros left out."""
    sums: dict[Key, list[int]] = {}
    for row in rows:
        entry = sums.setdefault(tuple(row.get(k) or "" for k in rollup.keys), [0] * len(rollup.measures))
        for i, measure in enumerate(rollup.measures):
            entry[i] += int(row.get(measure) or 0)
    return {key: tuple(sums[key]) for key in sorted(sums) if any(sums[key])}


def _add(conn: sa.Connection, rollup: Rollup, event_id: str, rows: Iterable[Mapping[str, Any]]) -> None:
    values = [
        {"event_id": event_id, "delta_id": new_row_id()} | _row(rollup, key, measures)
        for key, measures in summed(rollup, rows).items()
    ]
    if values:
        conn.execute(_insertion(rollup.delta), values)


@cache  # one object a table, which the store learns to run quickly
def _insertion(table: sa.Table) -> sa.Insert:
    return sa.insert(table)


def _row(rollup: Rollup, key: Key, measures: Measures) -> dict[str, Any]:
    return dict(zip(rollup.keys, key, strict=True)) | dict(zip(rollup.measures, measures, strict=True))


def read(conn: sa.Connection, rollup: Rollup, event_id: str, unfolded: bool = True) -> dict[Key, Measures]:
    """Totals of an event by key; with what is not folded yet, unless ``unfolded`` is False."""
    names = rollup.keys + rollup.measures
    tables = [rollup.total, rollup.delta] if unfolded else [rollup.total]
    rows: list[dict[str, Any]] = []
    for table in tables:
        query = sa.select(*[table.c[n] for n in names]).where(table.c.event_id == event_id)
        rows.extend({n: row[n] for n in names} for row in conn.execute(query).mappings())
    return summed(rollup, rows)


def as_rows(rollup: Rollup, sums: Mapping[Key, Measures]) -> list[dict[str, Any]]:
    """The same totals as mappings of column names."""
    return [_row(rollup, key, measures) for key, measures in sums.items()]


def dirty_events(conn: sa.Connection) -> list[str]:
    """Events with deltas that no fold has taken yet, in the order of their ids."""
    parts = [sa.select(rollup.delta.c.event_id).distinct() for rollup in ALL.values()]
    return sorted(conn.execute(sa.union(*parts)).scalars())


def fold(conn: sa.Connection, event_id: str, now: datetime) -> bool:
    """Sums the deltas of an event into its roll-ups, drops them and raises the live version by one. False, and nothing
    changed, where there was nothing or another worker is at it. (`events.fold` also notes the course of the day.)"""
    if not live.lock(conn, event_id):
        return False
    taken = [_fold_one(conn, rollup, event_id) for rollup in ALL.values()]
    if not any(taken):
        return False
    live.raise_version(conn, event_id, now)
    return True


def _fold_one(conn: sa.Connection, rollup: Rollup, event_id: str) -> int:
    names = rollup.keys + rollup.measures
    gone = sa.delete(rollup.delta).where(rollup.delta.c.event_id == event_id)
    found = conn.execute(gone.returning(*[rollup.delta.c[n] for n in names]))
    rows = [{n: row[n] for n in names} for row in found.mappings()]
    upsert_sums(conn, rollup, event_id, summed(rollup, rows))
    return len(rows)


def upsert_sums(conn: sa.Connection, rollup: Rollup, event_id: str, sums: Mapping[Key, Measures]) -> None:
    """Adds sums to the totals, in the order of keys."""
    if not sums:
        return
    table = rollup.total
    insert = (postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert)(table)
    statement = insert.on_conflict_do_update(
        index_elements=["event_id", *rollup.keys],
        set_={m: table.c[m] + insert.excluded[m] for m in rollup.measures},
    )
    rows = [{"event_id": event_id} | _row(rollup, key, sums[key]) for key in sorted(sums)]
    conn.execute(statement, rows)


def clear(conn: sa.Connection, event_ids: Sequence[str]) -> None:
    """Drops the roll-ups and deltas of events (of test data that is seeded anew)."""
    for rollup in ALL.values():
        for table in (rollup.total, rollup.delta):
            conn.execute(sa.delete(table).where(table.c.event_id.in_(event_ids)))
