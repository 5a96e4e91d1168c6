"""What the lines of a table add up to, slice after slice: totals to the gram, bounds as those of a footprint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from calculations.bulk_activities import Lines
from calculations.bulk_kinds import LineKind
from calculations.propagation import CENTIGRAMS, LIMB, interval, mean_quality


@dataclass(frozen=True, slots=True)
class ActivityTotals:
    """Sums of a table. ``low_g`` and ``high_g`` bound the total: errors of one factor move together, those of different
    factors do not. ``outside_count`` are rows in categories that the boundary does not count (0 g)."""

    row_count: int
    outside_count: int
    low_g: int
    total_g: int
    high_g: int
    non_co2_g: int
    upstream_g: int
    by_category: Mapping[str, int]
    quality: int  # the mean data-quality score by grams, in hundredths; 0 where not scored


@dataclass(slots=True)
class _KindSums:
    rows: int = 0
    total_g: int = 0
    squares: float = 0.0  # of the grams of its lines


@dataclass(slots=True)
class ActivitySums:
    """Adds up slices; their order does not matter."""

    non_co2_g: int = 0
    upstream_g: int = 0
    _by_kind: dict[LineKind, _KindSums] = field(default_factory=dict)

    def add(self, lines: Lines, kinds: Sequence[LineKind]) -> None:
        """Adds the lines of a slice without bad rows."""
        self.non_co2_g += _sum(lines.non_co2_g)
        self.upstream_g += _sum(lines.upstream_g)
        for number in np.unique(lines.kind).tolist():
            grams = lines.total_g[lines.kind == number]
            sums = self._by_kind.setdefault(kinds[number], _KindSums())
            sums.rows += len(grams)
            sums.total_g += _sum(grams)
            sums.squares += float(np.square(grams, dtype=np.float64).sum())

    def totals(self) -> ActivityTotals:
        """What has been added so far."""
        by_category: Counter[str] = Counter()
        for kind, sums in self._by_kind.items():
            if kind.counted:
                by_category[kind.category] += sums.total_g
        total_g, rows = sum(by_category.values()), list(self._doubts())
        low_g, high_g = interval(total_g, rows)
        return ActivityTotals(
            row_count=sum(sums.rows for sums in self._by_kind.values()),
            outside_count=sum(sums.rows for kind, sums in self._by_kind.items() if not kind.counted),
            low_g=low_g, total_g=total_g, high_g=high_g, non_co2_g=self.non_co2_g, upstream_g=self.upstream_g,
            by_category=dict(by_category), quality=mean_quality(rows),
        )  # fmt: skip

    def _doubts(self) -> Iterator[dict[str, Any]]:
        """What ``propagation.spread_rows`` gives for each line, added up by kind before it is rounded."""
        for kind, sums in self._by_kind.items():
            for source_id, share, sd_low, sd_high in kind.sources:
                low, high = (CENTIGRAMS * share * sd for sd in (sd_low, sd_high))
                if source_id:
                    ends = {"sd_low_cg": round(sums.total_g * low), "sd_high_cg": round(sums.total_g * high)}
                    yield {"source_id": source_id, **ends}
                else:
                    part, rest = divmod(round(sums.squares * low * low), LIMB)
                    yield {"source_id": "", "variance_hi": part, "variance_lo": rest}
            if kind.quality:
                yield {"source_id": "", "scored_g": sums.total_g, "quality_g": sums.total_g * kind.quality}


def _sum(grams: npt.NDArray[np.int64]) -> int:
    """The sum of grams, exact also where it does not fit 64 bits."""
    return (int((grams >> 32).sum()) << 32) + int((grams & 0xFFFFFFFF).sum())
