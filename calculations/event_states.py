"""The life of an event: one table of transitions and one of what each state permits, which code, tests and
docs/events.md all use."""

from __future__ import annotations

DRAFT, OPEN, CLOSED, SETTLED = "draft", "open", "closed", "settled"
STATES = (DRAFT, OPEN, CLOSED, SETTLED)

TRANSITIONS: dict[tuple[str, str], str] = {
    (DRAFT, OPEN): "everything that guests need is told: the event is public and takes answers",
    (OPEN, CLOSED): "it takes no more answers; what was answered can still be paid for",
    (CLOSED, OPEN): "it takes answers again, for a reason that is told",
    (CLOSED, SETTLED): "the books are closed: a frozen statement tells what they hold",
    (SETTLED, CLOSED): "an administrator opens the books again, for a reason that is told",
}
"""(from, to) → what happened. Nothing else ever happens to an event: what was public is never a draft again."""

PERMISSIONS: dict[tuple[str, str], str] = {
    (DRAFT, OPEN): "event.edit",
    (OPEN, CLOSED): "event.edit",
    (CLOSED, OPEN): "event.edit",
    (CLOSED, SETTLED): "event.edit",
    (SETTLED, CLOSED): "event.reopen",
}
"""Which action of the table of permissions a transition needs."""

WITH_REASON = frozenset({(CLOSED, OPEN), (SETTLED, CLOSED)})
"""Transitions back: somebody has relied on the state they leave, so a reason is told."""

_BEFORE_BOOKS = frozenset({DRAFT, OPEN, CLOSED})
_PUBLIC = frozenset({OPEN, CLOSED, SETTLED})
PERMITS: dict[str, frozenset[str]] = {
    "answer": frozenset({OPEN}),
    "order": frozenset({OPEN, CLOSED}),
    "company_order": frozenset({OPEN, CLOSED}),
    "plan_order": frozenset({OPEN}),
    "residual_order": frozenset({OPEN, CLOSED}),
    "import": _BEFORE_BOOKS,
    "inventory": _BEFORE_BOOKS,
    "boundary": _BEFORE_BOOKS,
    "recompute": _BEFORE_BOOKS,
    "expected": _BEFORE_BOOKS,
    "essentials": frozenset({DRAFT}),
    "place": frozenset({DRAFT, OPEN}),
    "words": _BEFORE_BOOKS,
    "offers": _BEFORE_BOOKS,
    "books": frozenset({CLOSED}),
    "refund": _PUBLIC,
    "retire": _PUBLIC,
}
"""What is done → the states in which it may be done; what is not here is not bound to a state."""

MEANINGS: dict[str, str] = {
    "answer": "guests begin and tell their footprint",
    "order": "guests order",
    "company_order": "companies order for their people",
    "plan_order": "the organiser orders on the plan",
    "residual_order": "the organiser orders what is open, and for people by name",
    "import": "registrations, attendance and readings are brought in from files",
    "inventory": "the organiser's own lines change",
    "boundary": "what is counted changes",
    "recompute": "stored footprints are computed anew",
    "expected": "it changes who is expected",
    "essentials": "scenario, address, currency, factor set, test or live change",
    "place": "place, dates and zone change",
    "words": "names, texts, sessions, look and privacy text change",
    "offers": "projects on offer, prices and who pays change",
    "books": "the books are closed",
    "refund": "orders are paid back",
    "retire": "credits are retired",
}
"""The same in words, as docs/events.md tells it."""

REFUSED: dict[str, str] = {
    DRAFT: "This event is still a draft: that can be done once it is open.",
    OPEN: "This event is open: that can be done once it is closed.",
    CLOSED: "This event is closed: that can no longer be done.",
    SETTLED: "The books of this event are closed: what they hold can no longer change.",
}
_REFUSED_FOR: dict[tuple[str, str], str] = {
    ("answer", CLOSED): "This event is closed; it takes no more answers.",
    ("answer", SETTLED): "This event is closed; it takes no more answers.",
    ("order", SETTLED): "The books of this event are closed; it takes no more orders.",
    ("company_order", SETTLED): "The books of this event are closed; it takes no more orders.",
    ("residual_order", SETTLED): "The books of this event are closed; it takes no more orders.",
    ("plan_order", SETTLED): "The books of this event are closed; it takes no more orders.",
    ("plan_order", CLOSED): "The event is over: there is no plan any more; order the residual of what was emitted.",
    ("order", DRAFT): "This event takes no payments.",
    ("company_order", DRAFT): "This event takes no payments.",
    ("plan_order", DRAFT): "This event takes no payments.",
    ("residual_order", DRAFT): "This event takes no payments.",
    (
        "essentials",
        OPEN,
    ): "This event has opened: its scenario, address, currency, factor set and kind stay as they are.",
    (
        "essentials",
        CLOSED,
    ): "This event has opened: its scenario, address, currency, factor set and kind stay as they are.",
    ("place", CLOSED): "This event is closed: its place and its dates stay as they are.",
}


def may(state: str, to: str) -> bool:
    """Whether the table has this transition."""
    return (state, to) in TRANSITIONS


def permits(state: str, what: str) -> bool:
    """Whether ``what`` (a key of `PERMITS`) may be done in a state. Raises KeyError for what the table lacks."""
    return state in PERMITS[what]


def refusal(state: str, what: str) -> str:
    """Why ``what`` may not be done in a state (an English msgid without parameters); '' where it may."""
    return "" if permits(state, what) else _REFUSED_FOR.get((what, state), REFUSED[state])


def next_states(state: str) -> tuple[str, ...]:
    """Where an event may go from here."""
    return tuple(to for source, to in TRANSITIONS if source == state)


def table() -> str:
    """The transitions as Markdown, as they stand in docs/events.md."""
    rows = [f"| {source} | {to} | {meaning} |" for (source, to), meaning in TRANSITIONS.items()]
    return "\n".join(["| from | to | what happened |", "| --- | --- | --- |", *rows])


def permit_table() -> str:
    """What each state permits as Markdown, as it stands in docs/events.md."""
    head = ["| what | in words | " + " | ".join(STATES) + " |", "| --- | --- |" + " --- |" * len(STATES)]
    rows = [
        f"| `{what}` | {MEANINGS[what]} | " + " | ".join("yes" if s in states else "no" for s in STATES) + " |"
        for what, states in PERMITS.items()
    ]
    return "\n".join([*head, *rows])
