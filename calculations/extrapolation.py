"""From those who have answered to all who were there, and shares that add up. Integers in and out."""

from __future__ import annotations

from collections.abc import Sequence


def estimated_g(answered_g: int, answered_people: int, expected_people: int, smallest_group: int = 5) -> int:
    """Grams of those expected who have not answered, at the mean of those who have; 0 below ``smallest_group`` answers.

    Rounded half up once, for all of them together.
    """
    missing = expected_people - answered_people
    if missing <= 0 or answered_people < smallest_group:
        return 0
    return (2 * answered_g * missing + answered_people) // (2 * answered_people)


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` in parts by weight that add up to it exactly: rounded down, the rest by largest remainder, ties to the
    first. All to the first part where every weight is zero."""
    whole = sum(weights)
    if not weights:
        return []
    if whole <= 0:
        return [total] + [0] * (len(weights) - 1)
    parts = [total * w // whole for w in weights]
    rests = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in rests[: total - sum(parts)]:
        parts[i] += 1
    return parts
