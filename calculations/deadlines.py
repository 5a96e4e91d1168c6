"""By when credits of an event are to be retired: twelve months after its end.

The time comes from the orders' terms here; China's guidance for large events (2019) likewise asks that emissions be
offset within a year of the event's end. No clock: callers give ``now``.
"""

from __future__ import annotations

import calendar
from datetime import datetime

MONTHS = 12
NOTICE_DAYS = (60, 30, 0)
"""Days left at which a note is written into the audit trail."""


def retire_by(ends_at: datetime) -> datetime:
    """The same day and hour twelve months later; 28 February where a leap day has no such day."""
    year, month = divmod(ends_at.month - 1 + MONTHS, 12)
    last = calendar.monthrange(ends_at.year + year, month + 1)[1]
    return ends_at.replace(year=ends_at.year + year, month=month + 1, day=min(ends_at.day, last))


def days_left(ends_at: datetime, now: datetime) -> int:
    """Whole days until then, rounded down: 0 on the last day, negative once it has passed."""
    return (retire_by(ends_at) - now).days


def notice_due(ends_at: datetime, now: datetime) -> int | None:
    """The most pressing of the notices that have come due: 60, 30, or 0 from the last day on; None before them."""
    return min((days for days in NOTICE_DAYS if days_left(ends_at, now) <= days), default=None)
