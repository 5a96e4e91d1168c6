"""By when credits are to be retired, said wherever somebody should know: desks, the organiser's page, a check."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dash import html

import offsetting
from calculations.deadlines import NOTICE_DAYS, days_left, retire_by
from locales import formats as f
from locales import t
from pages._parts.icons import icon


def deadline_note(event_id: str) -> Any:
    """A line for the organiser once the deadline is near or has passed and credits wait; None before."""
    found = offsetting.retirement_deadline(event_id)
    if found is None or not found.waiting_g or found.days_left > max(NOTICE_DAYS):
        return None
    day, mass = f.date_text(found.retire_by.date()), f.mass_text(found.waiting_g)
    if found.days_left < 0:
        words = t(
            "{mass} sold here were to be retired by {day}; the exchange has not confirmed it.", mass=mass, day=day
        )
        return html.P([icon("error"), html.Span(words)], className="fz-error")
    count = f.number(found.days_left)
    words = t("{mass} sold here wait to be retired by {day}: {count} days left.", mass=mass, day=day, count=count)
    return html.P(words, className="fz-small")


def overdue_text(ends_at: datetime) -> str:
    """What the check of a reserved certificate says once twelve months have passed; '' before."""
    if days_left(ends_at, datetime.now(UTC)) >= 0:
        return ""
    day = f.date_text(retire_by(ends_at).date())
    return t("Its credits were to be retired by {day}; that is not confirmed yet.", day=day)


def pools_note(pools: list[offsetting.Pool]) -> Any:
    """A line for the exchange's desk: how many pools are late, or near it."""
    late = sum(pool.days_left is not None and pool.days_left < 0 for pool in pools)
    near = sum(pool.days_left is not None and 0 <= pool.days_left <= max(NOTICE_DAYS) for pool in pools)
    if not late and not near:
        return None
    words = []
    if late:
        words.append(t("Pools past their deadline: {count}.", count=f.number(late)))
    if near:
        words.append(t("Pools with at most {days} days left: {count}.", days=max(NOTICE_DAYS), count=f.number(near)))
    link = html.A(t("See the pools"), href="/desk/exchange/pools", className="fz-link")
    return html.P([icon("error"), html.Span(" ".join(words)), link], className="fz-error fz-pools-note")
