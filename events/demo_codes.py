"""Codes of the demonstration's forum and their made-up scans: which code each simulated guest came by, and when.

Drawn apart from the day's other chances, so that the guests stay who they are.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from data.store import codes as rows
from data.store.engine import get_store
from events.model import Event

Step = tuple[datetime, int, Callable[[], None]]


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A code, how often it is chosen beside others, and the hours of the day in which it hangs or is shown."""

    code_id: str
    session: str
    weight: int
    hours: Sequence[int]


@dataclass(slots=True)
class DemoCodes:
    """The codes of the day; `came_by` says which one a guest scanned ('' none)."""

    codes: list[MadeUp]
    without: int
    again: float
    zone: ZoneInfo
    first: datetime
    chance: random.Random
    scans: list[tuple[datetime, str]] = field(default_factory=list)

    def came_by(self, at: datetime, session: str) -> str:
        """One of those that stand in the guest's hall or in the whole event at that hour."""
        hour = at.astimezone(self.zone).hour
        open_now = [one for one in self.codes
                    if one.session in ("", session) and one.hours[0] <= hour < one.hours[1]]  # fmt: skip
        weights = [*(one.weight for one in open_now), self.without]
        code_id = self.chance.choices([*(one.code_id for one in open_now), ""], weights)[0]
        if code_id:
            self._scan(at, 90, code_id)
            while self.chance.random() < self.again:
                self._scan(at, 1800, code_id)
        return code_id

    def _scan(self, at: datetime, most_s: int, code_id: str) -> None:
        before = timedelta(seconds=self.chance.randrange(20, most_s))
        self.scans.append((max(self.first, at - before), code_id))

    def steps(self, event_id: str) -> list[Step]:
        """The scans, each at its time."""
        return [(at, 0, partial(_scan, event_id, code_id, at)) for at, code_id in self.scans]


def make_codes(event: Event, told: Mapping[str, Any], seed: int) -> DemoCodes:
    """The codes that ``told`` names, made where the event has them not: printed ones outlast a new demonstration."""
    first = told["first"].astimezone(UTC)
    with get_store().write() as conn:
        codes = [_code(conn, event.event_id, row, first) for row in told["code"]]
    chance = random.Random(f"{seed} codes")
    return DemoCodes(codes, told["without_code"], told["scanned_again"], ZoneInfo(event.timezone), first, chance)


def _code(conn: sa.Connection, event_id: str, told: Mapping[str, Any], made_at: datetime) -> MadeUp:
    key = (told["channel"], told.get("session", ""), told.get("label", ""))
    have = {(row["channel"], row["session_id"], row["label"]): row["code_id"]
            for row in rows.of_event(conn, event_id) if row["revoked_at"] is None}  # fmt: skip
    code_id = have.get(key) or rows.new(conn, event_id, key[0], made_at, key[1], key[2])["code_id"]
    return MadeUp(code_id, key[1], told["weight"], told["hours"])


def _scan(event_id: str, code_id: str, at: datetime) -> None:
    bucket = at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)
    with get_store().write() as conn:
        rows.add_scan(conn, event_id, code_id, bucket)
