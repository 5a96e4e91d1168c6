"""Who goes on with files that come in: any worker, for a short while at a time; one file at a time and process, and one
at a time and event. What was cut off is taken up where it stood."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from accounts import Conflict, NotFound, TooMany
from calculations.model import InputError
from data import table_staged as files
from data.store import import_work as works
from data.store.engine import get_store, run_write
from data.store.import_work import LeaseLost
from events.bringing_in_steps import check_rows, make_ready, make_valid, stage_rows
from events.bringing_in_work import Cancelled, Pace, Work, clear, owner, refuse
from events.live import fold_in

MOST_ATTEMPTS = 8
SLICE_S = 2.0
MOST_ERRORS = 1_000
DROPPED_AT_ONCE = 2_000
_turn = threading.Lock()
_live: list[tuple[Work, Iterator[None]]] = []
_log = logging.getLogger(__name__)


def run_imports(slice_s: float = SLICE_S) -> int:
    """Goes on with what is under way, or waits, for about so long; how many steps were done. For the background of any
    worker, and for whoever waits for a file."""
    if not _turn.acquire(blocking=False):
        return 0
    try:
        return _run(time.monotonic() + slice_s)
    finally:
        _turn.release()


def _run(until: float) -> int:
    count = 0
    while _live or _take():
        work, steps = _live[0]
        if not _step(work, steps):
            _live.clear()
        count += 1
        if time.monotonic() > until:
            break
        time.sleep(0)  # others of this process have their turn
    return count


def _take() -> bool:
    """Leases what has waited longest."""
    now = datetime.now(UTC)
    with get_store().read() as conn:
        waiting = works.waiting(conn, now)
    for row in waiting:
        if run_write(get_store(), partial(works.lease, row=row, owner=owner(), now=now)):
            work = Work({**row, "attempts": row["attempts"] + 1})
            _live.append((work, steps_of(work)))
            return True
    return False


def _step(work: Work, steps: Iterator[None]) -> bool:
    """One step; False where nothing more is to be done by this process for now."""
    try:
        if work.attempts > MOST_ATTEMPTS and work.outcome == works.GOING:
            raise Conflict("It was begun {count} times and never ended: nothing came in.", count=MOST_ATTEMPTS)
        next(steps)
        return True
    except StopIteration:
        return False
    except LeaseLost:
        return False
    except Cancelled:
        return _leave(work, works.CANCELLED, {})
    except InputError as error:
        told = [[each.field, str(each.value), each.message, dict(each.params)] for each in error.errors[:MOST_ERRORS]]
        return _leave(work, works.FAILED, {"errors": told})
    except (Conflict, NotFound, TooMany) as error:
        return _leave(work, works.FAILED, {"refused": [error.message, error.params]})
    except Exception:  # whatever it is: another worker tries again, a little later each time
        _log.exception("import %s failed in step %s", work.work_id, work.step)
        later = datetime.now(UTC) + timedelta(seconds=min(300, 2**work.attempts))
        run_write(get_store(), lambda conn: works.let_go(conn, work.row, owner(), later))
        return False


def _leave(work: Work, outcome: str, note: Mapping[str, Any]) -> bool:
    """It stays as it was; what was written for it is swept away next."""
    try:
        if work.step == works.SWEEPING:
            return False
        values = {"outcome": outcome, "step": works.SWEEPING, "note": work.noted(**note), "done_count": 0}
        work.save(**values)
    except (LeaseLost, Cancelled):
        return False
    _live[:] = [(work, steps_of(work))]
    return True


def steps_of(work: Work) -> Iterator[None]:
    """Everything that is still to be done, a short step at a time."""
    if work.step in (works.WAITING, works.CHECKING) and work.what == works.IN:
        yield from check_rows(work)
    if work.step == works.STAGING:
        yield from stage_rows(work)
    if work.step in (works.WAITING, works.MAKING):
        yield from make_ready(work)
        make_valid(work)
        yield
    yield from _sweep(work)


def _sweep(work: Work) -> Iterator[None]:
    """Takes away what stood ready and is needed no more, or what never held."""
    event_id, import_id = work.event_id, work.import_id
    holds = work.outcome in (works.IN, works.UNDONE)
    if holds:
        run_write(get_store(), lambda conn: fold_in(conn, event_id, datetime.now(UTC)))
        yield
    yield from clear(work, holds)
    if not holds and work.what == works.IN:
        pace = Pace(DROPPED_AT_ONCE)
        while pace.write(partial(_drop_some, work, pace.size)):
            yield

    def end(conn: sa.Connection) -> None:
        if not holds and work.what == works.IN:
            works.drop_file(conn, event_id, import_id)
            works.drop_companies(conn, work.at)
        works.keep(conn, work.row, owner(), datetime.now(UTC), ended_at=datetime.now(UTC))

    run_write(get_store(), end)
    if holds and work.token:
        files.drop(work.token)


def _drop_some(work: Work, limit: int, conn: sa.Connection) -> int:
    work.hold(conn)
    return works.drop_rows(conn, work.event_id, work.import_id, limit)


def wait_for(event_id: str, work_id: str) -> Mapping[Any, Any]:
    """Does what is to be done, or waits for who does it, until a work has ended; its row. Raises what it was refused
    with."""
    while True:
        with get_store().read() as conn:
            row = works.get(conn, event_id, work_id)
        if row is None:
            raise NotFound("There is no import “{value}”.", value=work_id[:40])
        if row["ended_at"] is not None:
            refuse(row["note"])
            return row
        if not run_imports(slice_s=0.5):
            time.sleep(0.02)
