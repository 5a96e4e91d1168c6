"""Round numbers that a forum passes: so many guests, so many tonnes covered. Only the last one of each is told."""

from __future__ import annotations

STEPS = (1, 2, 5)
LEAST_PEOPLE = 50
LEAST_COVERED_T = 10
GRAMS_PER_TONNE = 1_000_000


def passed(value: int, least: int) -> int:
    """The largest of ``least`` and the steps 1, 2, 5, 10, 20, 50, … above it that ``value`` has reached; 0 for none."""
    found, power = 0, 1
    while power <= value:
        found = max([found, *(step * power for step in STEPS if least <= step * power <= value)])
        power *= 10
    return found


def milestones(people: int, covered_g: int | None) -> dict[str, int]:
    """``people`` and ``covered_t`` that were passed last, 0 where none was, or where no figure may be shown."""
    covered_t = (covered_g or 0) // GRAMS_PER_TONNE
    return {"people": passed(people, LEAST_PEOPLE), "covered_t": passed(covered_t, LEAST_COVERED_T)}
