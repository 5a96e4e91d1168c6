"""How sure an event's figures are, from its roll-up of what is uncertain: never from lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from calculations.propagation import interval, mean_quality
from data.store import rollups


class Certainty:
    """The roll-up of one event. Errors of one factor move together in all its lines, those of different factors and
    of the guests' own quantities do not."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]):
        self._rows = list(rows)

    @classmethod
    def read(cls, conn: sa.Connection, event_id: str, unfolded: bool = True) -> Certainty:
        """That of an event, with changes that are not folded yet unless told otherwise."""
        found = rollups.read(conn, rollups.SPREAD, event_id, unfolded)
        return cls(rollups.as_rows(rollups.SPREAD, found))

    def bounded(self, sums: Mapping[str, int], category: str = "") -> dict[str, int]:
        """The sums of some lines with ``low_g`` and ``high_g`` as the errors propagate; of one category, or of all."""
        low_g, high_g = interval(sums["total_g"], self._of(category))
        return {**sums, "low_g": low_g, "high_g": high_g}

    def quality(self, category: str = "") -> int:
        """The mean data quality by grams in hundredths, 100 best to 500 worst; 0 where nothing is scored."""
        return mean_quality(self._of(category))

    def _of(self, category: str) -> list[Mapping[str, Any]]:
        return [row for row in self._rows if not category or row["category"] == category]
