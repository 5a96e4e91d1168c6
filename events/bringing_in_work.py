"""What goes on with a file that comes in, or is undone: step by step, by any worker, safe to be cut at any instant.

Rows are checked, written, and what follows from them computed and written, while nobody sees any of it: rows belong to
a file that is not in, footprints are versions that are not current. Then one short transaction makes all of it hold.
"""

from __future__ import annotations

import os
import platform
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa

from accounts import SYSTEM, Actor, Conflict
from calculations.model import FieldError, InputError
from data import table_staged as files
from data.store import import_work as works
from data.store import imports as rows
from data.store.engine import get_store, run_write
from events.catalogue import read_event
from events.model import Event

FACETS_AT_ONCE, SWEPT_AT_ONCE = 4_000, 500
HOLD_S = 0.1  # how long others may wait for a step's transaction, where there is one writer
LONGER_S = 0.5  # how long it may take where nobody waits for it
T = TypeVar("T")
_MARK = secrets.token_hex(4)


class Cancelled(Exception):
    """Somebody asked that a file stay out."""


class Pace:
    """How much is written in one transaction, at most ``most``: so much that others who write wait ``HOLD_S``."""

    def __init__(self, most: int):
        self.most, self.size = most, max(1, most // 4)

    def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Runs ``work`` in a transaction, and learns from how long it took."""
        began = 0.0

        def timed(conn: sa.Connection) -> T:
            nonlocal began
            began = time.monotonic()  # it has its turn
            return work(conn)

        found = run_write(get_store(), timed)
        took = max(time.monotonic() - began, 0.001)
        wanted = int(self.size * (HOLD_S if get_store().is_sqlite else LONGER_S) / took)
        self.size = max(1, self.most // 16, min(self.most, 2 * self.size, wanted))
        return found


class Work:
    """One work as this process holds it."""

    def __init__(self, row: Mapping[Any, Any]):
        self.row: dict[str, Any] = {str(name): value for name, value in row.items()}
        self.sums: Any = None  # what it adds to the roll-ups; lost with this process, and then made again
        self.counted: Any = None  # the people of all lists that will hold; the same
        self.swept = ""  # up to which participation what stood ready is taken away

    def __getattr__(self, name: str) -> Any:
        try:
            return self.row[name]
        except KeyError as error:
            raise AttributeError(name) from error

    @property
    def holding(self) -> rows.Holding:
        """Which files will hold when this is done."""
        is_in = self.row["what"] == works.IN
        return rows.Holding(also=self.row["import_id"]) if is_in else rows.Holding(without=self.row["import_id"])

    @property
    def actor(self) -> Actor:
        """Who asked for it, for the record."""
        return Actor(**self.row["note"]["actor"])

    def keep(self, conn: sa.Connection, **values: Any) -> None:
        """Goes on holding it within a transaction, and notes how far it is. Raises LeaseLost, Cancelled."""
        works.keep(conn, self.row, owner(), datetime.now(UTC), **values)
        found = works.get(conn, self.row["event_id"], self.row["work_id"])
        if found is None or (found["is_cancelled"] and found["outcome"] == works.GOING):
            raise Cancelled

    def hold(self, conn: sa.Connection) -> None:
        """Goes on holding it, whether it was cancelled or not. Raises LeaseLost."""
        works.keep(conn, self.row, owner(), datetime.now(UTC))

    def save(self, **values: Any) -> None:
        """The same in a transaction of its own."""
        run_write(get_store(), lambda conn: self.keep(conn, **values))
        self.row |= values

    def noted(self, **more: Any) -> dict[str, Any]:
        """The note with more in it."""
        return {**self.row["note"], **more}

    def event(self) -> Event:
        """The event as it stands."""
        with get_store().read() as conn:
            return read_event(conn, event_id=self.row["event_id"], actor=SYSTEM)

    def file(self) -> files.Staged:
        """The waiting file. Raises InputError where it waits no longer."""
        waiting = files.waiting_file(self.row["token"], self.row["event_id"])
        files.touch(waiting)
        return waiting


def clear(work: Work, holds: bool) -> Iterator[None]:
    """Takes away what stands ready; with ``holds`` what nobody needs any more, else all that was written for it."""
    work.swept = ""
    for some, most in ((_drop_facet, FACETS_AT_ONCE), (partial(_sweep_some, holds), SWEPT_AT_ONCE)):
        pace = Pace(most)
        while pace.write(partial(some, work, pace.size)):
            yield


def _drop_facet(work: Work, limit: int, conn: sa.Connection) -> int:
    work.hold(conn)
    return works.drop_facet(conn, work.event_id, work.import_id, limit)


def _sweep_some(holds: bool, work: Work, limit: int, conn: sa.Connection) -> int:
    work.hold(conn)
    found = works.sweep_some(conn, work.event_id, work.import_id, holds, limit, work.swept)
    count, work.swept = found
    return count


def owner() -> str:
    """This process."""
    return f"{platform.node()}:{os.getpid()}:{_MARK}"


def refuse(note: Mapping[str, Any]) -> None:
    """Raises what a work was refused with; nothing where it was not."""
    if told := note.get("errors"):
        raise InputError([FieldError(field, value, message, params) for field, value, message, params in told])
    if told := note.get("refused"):
        raise Conflict(told[0], **told[1])
