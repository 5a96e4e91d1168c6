"""Low and high of a report's rows as errors propagate, where its question is of whole events or categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from calculations.propagation import interval
from data.store import cubes
from reports.question import Question


class Bounds:
    """What is uncertain in a question's events, by event, category and source of error. A factor errs alike at all
    events. Rows by session, activity, mode or month keep the sums of their lines' bounds, as if all erred alike."""

    def __init__(self, conn: sa.Connection, question: Question, event_ids: Sequence[str]):
        parts = (question.session, question.mode, question.month_from, question.month_to)
        self.known = not any(parts)
        found = cubes.spreads(conn, event_ids) if self.known else []
        self._rows = [row for row in found if not question.category or row["category"] in question.category]
        self._by = question.by

    def of_row(self, key: tuple[str, ...], masses: dict[str, int]) -> None:
        """Sets low and high of a row's grams, where they are known by its key."""
        column = {"event": "event_id", "category": "category"}.get(self._by)
        if column and self.known:
            _set(masses, [row for row in self._rows if row[column] == key[0]])

    def of_whole(self, masses: dict[str, int]) -> None:
        """Sets those of all rows together."""
        if self.known:
            _set(masses, self._rows)


def _set(masses: dict[str, int], rows: Sequence[Mapping[Any, Any]]) -> None:
    masses["low_g"], masses["high_g"] = interval(masses["total_g"], rows)
