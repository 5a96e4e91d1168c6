"""Which of those who take part an event counts: everybody, those on site alone, or guests without speakers and staff.

Whoever is left out keeps what they told: it comes to no line, and is counted once the boundary is another.
"""

from __future__ import annotations

from collections.abc import Mapping

from calculations.model import ORGANISER, Answers, Boundary

WHO = ("all", "onsite", "guests")
"""Everybody who takes part; those on site alone; guests without staff and speakers. Another word counts everybody."""
REMOTE_ACTIVITY = "remote_participation"
REMOTE = "remote"
UNCOUNTED = "uncounted"  # the way of taking part of somebody who is left out, where the ways are kept


def left_out(answers: Answers, boundary: Boundary) -> str:
    """Why a participation is not counted: ``remote``, ``speaker`` or ``staff``; '' where it is. An event's own lines
    always are."""
    if answers.role == ORGANISER:
        return ""
    if boundary.who == "onsite" and is_remote(answers):
        return REMOTE
    return answers.role if boundary.who == "guests" and answers.role != "guest" else ""


def is_remote(answers: Answers) -> bool:
    """Whether somebody takes part on line: hours on line are told, and no trip."""
    return not answers.trips and any(each.activity == REMOTE_ACTIVITY for each in answers.other)


def counted_people(
    who: str, people: int, told: Mapping[str, Mapping[str, int]]
) -> tuple[int, dict[str, dict[str, int]]]:
    """(people expected of those who count, the same by way, region and company) of what an organiser told. Who is
    expected on line is none of them where only those on site count; without a word on ways, all that were told are."""
    kept = {name: dict(counts) for name, counts in told.items()}
    if who != "onsite":
        return people, kept
    away = kept.pop("way", {}).get(REMOTE, 0)
    return max(0, people - away), kept
