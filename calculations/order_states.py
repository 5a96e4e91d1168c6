"""The life of an order: one table of transitions, which code, tests and docs/orders.md all use."""

from __future__ import annotations

QUOTE, HELD, PAID, POOLED, RETIRED = "quote", "held", "paid", "pooled", "retired"
EXPIRED, FAILED, CANCELLED, REFUNDED, PAID_LATE = "expired", "failed", "cancelled", "refunded", "paid_late"

TRANSITIONS: dict[tuple[str, str], str] = {
    (QUOTE, HELD): "the grams are set aside and the price holds until the order expires",
    (HELD, PAID): "the provider confirms the payment: the held grams are sold, claimed and certified",
    (HELD, EXPIRED): "nothing was paid in time; the grams are on offer again",
    (HELD, FAILED): "the provider says that the payment failed; the grams are on offer again",
    (HELD, CANCELLED): "called off before it was paid; the grams are on offer again",
    (PAID, POOLED): "its grams wait with those of others for whole credits to be retired",
    (PAID, REFUNDED): "the money goes back, the grams are on offer again, the certificate is revoked",
    (POOLED, RETIRED): "every gram of it is in credits whose retirement is confirmed",
    (POOLED, REFUNDED): "the money goes back, the grams are on offer again, the certificate is revoked",
    (EXPIRED, PAID_LATE): "the payment came after the order had expired",
    (FAILED, PAID_LATE): "a payment succeeded after one of the same order had failed",
    (CANCELLED, PAID_LATE): "the payment came although the order had been called off",
    (PAID_LATE, POOLED): "its grams were taken anew",
    (PAID_LATE, PAID): "a gift, which holds no grams, is taken although it came late",
    (PAID_LATE, REFUNDED): "its grams are sold out, or it had been called off: the money goes back",
}
"""(from, to) → what happened. Nothing else ever happens to an order."""

STATES = (QUOTE, HELD, PAID, POOLED, RETIRED, EXPIRED, FAILED, CANCELLED, PAID_LATE, REFUNDED)
SOLD = frozenset({PAID, POOLED, RETIRED})
"""States in which an order's grams are sold, claimed and certified."""
ALLOCATION_STATES: dict[str, frozenset[str]] = {
    HELD: frozenset({"held"}),
    PAID: frozenset({"sold"}),
    POOLED: frozenset({"sold", "retired"}),
    RETIRED: frozenset({"retired"}),
}
"""What an order's allocations may be while it is in a state; in the other states it has none."""
GIFT = "gift"
"""The buyer of an order of no grams at all: a gift to the special fund, which rests at paid."""
SCOPES = ("guest", "participations", "company", "residual")
"""Whom an order is for, the narrowest first. An order leaves to those that are as narrow or narrower what they hold."""


def may(state: str, to: str) -> bool:
    """Whether the table has this transition."""
    return (state, to) in TRANSITIONS


def sources(to: str) -> tuple[str, ...]:
    """The states from which an order may come into ``to``."""
    return tuple(source for source, target in TRANSITIONS if target == to)


def table() -> str:
    """The table as Markdown, as it stands in docs/orders.md."""
    rows = [f"| {source} | {to} | {meaning} |" for (source, to), meaning in TRANSITIONS.items()]
    return "\n".join(["| from | to | what happened |", "| --- | --- | --- |", *rows])
