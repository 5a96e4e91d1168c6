"""The life of a retirement instruction: one table of transitions, which code, tests and docs/retirement.md all use."""

from __future__ import annotations

DRAFTED, SENT, ENTERED, CONFIRMED, WITHDRAWN = "drafted", "sent", "entered", "confirmed", "withdrawn"

TRANSITIONS: dict[tuple[str, str], str] = {
    (DRAFTED, SENT): "it has gone to the registry",
    (SENT, ENTERED): "a person enters the registry's page, day and beneficiary and adds its document",
    (ENTERED, CONFIRMED): "a second person confirms: its credits are retired, and certificates turn",
    (ENTERED, SENT): "sent back with a reason: what was entered does not hold",
    (DRAFTED, WITHDRAWN): "withdrawn with a reason; its credits are free for another instruction",
    (SENT, WITHDRAWN): "withdrawn with a reason: the registry has not retired and will not retire its credits",
}
"""(from, to) → what happened. Nothing else ever happens to an instruction."""

STATES = (DRAFTED, SENT, ENTERED, CONFIRMED, WITHDRAWN)
OPEN = (DRAFTED, SENT, ENTERED)
"""States in which its credits can't be put into another, nor their orders be refunded."""


def sources(to: str) -> tuple[str, ...]:
    """The states from which an instruction may come into ``to``."""
    return tuple(source for source, target in TRANSITIONS if target == to)


def table() -> str:
    """The table as Markdown, as it stands in docs/retirement.md."""
    rows = [f"| {source} | {to} | {meaning} |" for (source, to), meaning in TRANSITIONS.items()]
    return "\n".join(["| from | to | what happened |", "| --- | --- | --- |", *rows])
