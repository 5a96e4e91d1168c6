"""Instants that are of no event, and so of no zone of their own: shown in UTC, which is said."""

from __future__ import annotations

from datetime import datetime

from locales import formats as f


def instant(moment: datetime) -> str:
    """Day and time in UTC."""
    return f"{f.datetime_text(moment, 'UTC', style='short')} UTC"
