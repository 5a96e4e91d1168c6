"""What people and lines of a file add to the roll-ups, or take from them. People who told the same are counted, and
what each of them adds is multiplied once at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import add
from typing import Any

import sqlalchemy as sa

from data.store import rollups
from events.footprints import cube_rows, origin_row, spread_changes, strata_rows, tally_rows

SUMMED = {name: rollups.ALL[name] for name in ("cube", "tally", "channel", "spread", "strata", "origin", "facet")}
MOST_APART = 20_000  # people who differ that are counted before they are added up, so that memory stays bounded
VARY = ("session_id", "company_id")  # the keys in which people who told the same may differ
_AT = {
    name: [(rollup.keys.index(key), place) for place, key in enumerate(VARY) if key in rollup.keys]
    for name, rollup in SUMMED.items()
}


class Deltas:
    """What participations add to the roll-ups, or take from them, gathered."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SUMMED}
        self.people: list[tuple[Alike, str, str, int]] = []  # with session, company, and 1 or −1

    def add(self, part: Mapping[Any, Any], foot: Any, lines: Sequence[Mapping[Any, Any]], sign: int) -> None:
        """What somebody told, or an inventory."""
        counts = sign * int(part["kind"] != "organiser")
        tally = [{"participation_count": counts} | row for row in tally_rows(part, foot, sign)]
        cube = cube_rows(part, lines, sign)
        self.rows["tally"] += tally
        self.rows["cube"] += cube
        self.rows["facet"] += [*cube, *map(rollups.of_whole, tally)]
        self.rows["channel"] += [row for row in tally if row.get("code_id")]
        self.rows["spread"] += spread_changes(lines, sign)
        self.rows["strata"] += strata_rows(part, foot, sign)
        if part["origin_place_id"] and part["kind"] != "organiser":
            people = sign * part["people_count"]
            self.rows["origin"].append(origin_row(part["origin_place_id"], part["main_mode"], people))


@dataclass(frozen=True, eq=False, slots=True)
class Alike:
    """What each of those who told the same adds, by roll-up; session and company stand open."""

    by: Mapping[str, Sequence[tuple[rollups.Key, rollups.Measures]]]


def alike_of(part: Mapping[Any, Any], foot: Any, lines: Sequence[Mapping[Any, Any]]) -> Alike:
    """What somebody adds, and everybody who told the same."""
    one = Deltas()
    one.add({**part, **dict.fromkeys(VARY, "")}, foot, lines, 1)
    return Alike({name: list(rollups.summed(SUMMED[name], many).items()) for name, many in one.rows.items() if many})


def _filled(name: str, key: rollups.Key, own: Sequence[str]) -> rollups.Key:
    parts = list(key)
    for at, place in _AT[name]:
        parts[at] = own[place]
    return tuple(parts)


class Sums:
    """All parts of a file added up by key; ``settle`` before it is read."""

    def __init__(self) -> None:
        self._by: dict[str, dict[rollups.Key, rollups.Measures]] = {name: {} for name in SUMMED}
        self._people: Counter[tuple[Alike, str, str]] = Counter()

    def add(self, deltas: Deltas) -> None:
        """One part more."""
        for name, many in deltas.rows.items():
            for key, measures in rollups.summed(SUMMED[name], many).items():
                self._put(name, key, measures, 1)
        for alike, session, company, count in deltas.people:
            self._people[alike, session, company] += count
        if len(self._people) > MOST_APART:
            self.settle()

    def settle(self) -> None:
        """Multiplies what people add by how many they are."""
        whole: Counter[Alike] = Counter()
        for (alike, *own), count in self._people.items():
            whole[alike] += count
            for name, sums in alike.by.items():
                for key, measures in sums if _AT[name] else ():
                    self._put(name, _filled(name, key, own), measures, count)
        for alike, count in whole.items():
            for name, sums in alike.by.items():
                for key, measures in () if _AT[name] else sums:
                    self._put(name, key, measures, count)
        self._people.clear()

    def of(self, name: str) -> dict[rollups.Key, rollups.Measures]:
        """The sums of a roll-up by key, those of nothing but zeros left out."""
        return {key: measures for key, measures in self._by[name].items() if any(measures)}

    def _put(self, name: str, key: rollups.Key, measures: rollups.Measures, count: int) -> None:
        mine = self._by[name]
        before = mine.get(key)
        added = measures if count == 1 else tuple([count * each for each in measures])
        mine[key] = added if before is None else tuple(map(add, before, added))

    def write(self, conn: sa.Connection, event_id: str) -> None:
        """All but the facet, which stands ready in a table of its own."""
        for name, rollup in SUMMED.items():
            if name != "facet":
                rollups.add_only(conn, rollup, event_id, rollups.as_rows(rollup, self.of(name)))
