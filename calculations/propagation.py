"""How the errors of factors and quantities carry over to lines, footprints and events, on the logarithmic scale.

Each source of error of a line has a share (how much of the line it moves) and two standard deviations of ln, one
downwards and one upwards. Errors of one source move together in all lines, errors of different sources do not; the
source '' is a quantity's own error, independent in every line. For a total Y of lines y:

    u(source) = Σ y × share × sd        u² = Σ u(source)² + Σ (y × sd)² of the quantities
    low = Y × exp(−1.96 × u_low ÷ Y)    high = Y × exp(1.96 × u_high ÷ Y)

The sums are kept as integers, so that they add up in any order and can be taken off again to the last digit: u in
0.01 g, and the variance of independent quantities in (0.01 g)², in two parts of 36 bits, so that ten million lines of
1,000 t stay within 63 bits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

NORMAL_95 = 1.96  # standard deviations to either side of a 95 % interval of a normal distribution
CENTIGRAMS = 100  # in a gram
LIMB = 1 << 36
SMALLEST_RATIO = 1e-3  # a bound of zero is taken as a thousandth of the value: ln has no zero


def sd_of(value: float, bound: float) -> float:
    """The standard deviation of ln for which ``bound`` ends the 95 % interval around ``value``; 0 where they agree or
    where the value is zero."""
    if value == 0 or bound == value:
        return 0.0
    ratio = max(min(bound / value, 1 / SMALLEST_RATIO), SMALLEST_RATIO)
    return abs(math.log(ratio)) / NORMAL_95


def ratio_of(sd: float) -> float:
    """What a value is multiplied by at the upper end of its 95 % interval; the lower end for a negative ``sd``."""
    return math.exp(NORMAL_95 * sd)


def sources_of(trace: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The sources of a line's error, as its trace names them; of a trace from before they were named, its factors with
    their bounds."""
    if "uncertainty" in trace:
        sources: Sequence[Mapping[str, Any]] = trace["uncertainty"]["sources"]
        return sources
    rows = [row for row in trace.get("factors", ()) if row["counted"]]
    return [
        {"id": row["id"], "kind": "bounds", "share": share, "sd_low": sd_of(row["value"], row["low"]),
         "sd_high": sd_of(row["value"], row["high"])}
        for row, share in zip(rows, shares_of(rows), strict=True)
    ]  # fmt: skip


def shares_of(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    """How much of the rate each row moves: the part that its group has in the sum of groups."""
    groups: dict[int, float] = {}
    for row in rows:
        groups[row["group"]] = groups.get(row["group"], 1.0) * float(row["value"])
    whole = sum(groups.values())
    return [groups[row["group"]] / whole if whole else 0.0 for row in rows]


def parts_of(sources: Sequence[Mapping[str, Any]]) -> list[float]:
    """What part of a line's variance each source has, both sides together; they add up to 1, or are all 0."""
    squares = [source["share"] ** 2 * (source["sd_low"] ** 2 + source["sd_high"] ** 2) for source in sources]
    whole = sum(squares)
    return [square / whole if whole else 0.0 for square in squares]


def spread_rows(category: str, total_g: int, quality: int, trace: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What a line adds to the sums of an event, by category and source: integers, see above."""
    for source in sources_of(trace):
        low, high = (total_g * CENTIGRAMS * source["share"] * source[side] for side in ("sd_low", "sd_high"))
        if source["id"]:
            yield {"category": category, "source_id": source["id"], "sd_low_cg": round(low), "sd_high_cg": round(high)}
        else:
            part, rest = divmod(round(low * low), LIMB)
            yield {"category": category, "source_id": "", "variance_hi": part, "variance_lo": rest}
    if quality and total_g:
        grams = abs(total_g)
        yield {"category": category, "source_id": "", "scored_g": grams, "quality_g": grams * quality}


def interval(total_g: int, rows: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    """(low_g, high_g) of a total from the sums of its lines (``spread_rows``, added up or not). 0 stays 0."""
    low_u, high_u = deviations(rows)
    if total_g == 0:
        return 0, 0
    scale = CENTIGRAMS * abs(total_g)
    ends = total_g * ratio_of(-low_u / scale), total_g * ratio_of(high_u / scale)
    low, high = sorted(ends)
    return min(round(low), total_g), max(round(high), total_g)


def deviations(rows: Iterable[Mapping[str, Any]]) -> tuple[float, float]:
    """One standard deviation downwards and upwards of the sum, in 0.01 g."""
    linear: dict[str, list[int]] = {}
    variance = 0
    for row in rows:
        entry = linear.setdefault(row["source_id"], [0, 0])
        entry[0] += row.get("sd_low_cg", 0)
        entry[1] += row.get("sd_high_cg", 0)
        variance += row.get("variance_hi", 0) * LIMB + row.get("variance_lo", 0)
    low, high = (sum(entry[side] ** 2 for entry in linear.values()) + variance for side in (0, 1))
    return math.sqrt(low), math.sqrt(high)


def mean_quality(rows: Iterable[Mapping[str, Any]]) -> int:
    """The mean of the data-quality scores by grams, in hundredths; 0 where nothing is scored."""
    scored = weighted = 0
    for row in rows:
        scored += row.get("scored_g", 0)
        weighted += row.get("quality_g", 0)
    return (2 * weighted + scored) // (2 * scored) if scored > 0 else 0
