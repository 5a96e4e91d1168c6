"""Forestry as the second way: what a planting stands for, from what was promised and what monitoring confirms.

A plan promises ``expected_g`` grams of sink. Confirmed records change that, in the order of their confirmation:

* ``measured``: so many grams the sink has taken up since the planting; the newest counts.
* ``reversal``: so many grams are lost (fire, felling, drought): they count neither as promised nor as taken up.
* ``planted`` and ``survival`` say how it stands and change no grams.

A plan stands for expected − lost grams while it is agreed; once closed, for no more than was measured. What it no
longer stands for falls back to open: first what lies on no line, then what was laid on lines last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

DRAFTED, AGREED, CLOSED, WITHDRAWN = "drafted", "agreed", "closed", "withdrawn"
STATES = (DRAFTED, AGREED, CLOSED, WITHDRAWN)
PLANTED, SURVIVAL, MEASURED, REVERSAL = "planted", "survival", "measured", "reversal"
KINDS = (PLANTED, SURVIVAL, MEASURED, REVERSAL)


@dataclass(frozen=True, slots=True)
class Sink:
    """Grams that are there as of the newest measurement less later losses, and all grams that were lost."""

    measured_g: int = 0
    lost_g: int = 0


def sink_of(records: Iterable[tuple[str, int]]) -> Sink:
    """What confirmed records (kind, grams), the oldest first, say of a sink."""
    measured_g = lost_g = 0
    for kind, grams in records:
        if kind == MEASURED:
            measured_g = grams
        elif kind == REVERSAL:
            measured_g, lost_g = max(0, measured_g - grams), lost_g + grams
    return Sink(measured_g, lost_g)


def standing_g(state: str, expected_g: int, sink: Sink) -> int:
    """Grams that a plan stands for, on lines and beside them."""
    left = max(0, expected_g - sink.lost_g)
    return {AGREED: left, CLOSED: min(left, sink.measured_g)}.get(state, 0)


def confirmed_g(covered_g: int, sink: Sink) -> int:
    """Grams on lines that the sink has taken up; the rest of them is promised."""
    return min(max(0, covered_g), sink.measured_g)


def fall_back(loss_g: int, laid: Sequence[int], beside_g: int) -> tuple[int, list[int]]:
    """What a plan no longer stands for, taken first from what lies on no line, then from the lines, the last laid
    first: grams taken beside, and from each line (in the order of ``laid``). Raises ValueError beyond all of it."""
    beside = min(loss_g, beside_g)
    left, taken = loss_g - beside, [0] * len(laid)
    for i in range(len(laid) - 1, -1, -1):
        taken[i] = min(left, laid[i])
        left -= taken[i]
    if left:
        raise ValueError(f"{loss_g} g cannot be taken from {sum(laid) + beside_g} g")
    return beside, taken


def owed(
    planted_by: date, checks: Sequence[date], sink_due_on: date, seen: Sequence[tuple[str, date]], short_g: int
) -> list[tuple[str, date]]:
    """What an agreed plan still owes by which day, the nearest first: planted, survival, sink. ``seen``: kind and day
    of confirmed records; ``short_g``: grams that the plan stands for and are not there."""
    found = [] if any(kind == PLANTED for kind, _ in seen) else [(PLANTED, planted_by)]
    looked = sum(kind == SURVIVAL for kind, _ in seen)
    found += [(SURVIVAL, day) for day in sorted(checks)[looked:]]
    found += [("sink", sink_due_on)] if short_g > 0 else []
    return sorted(found, key=lambda each: each[1])
