"""Whether guests can still do something at an event, and what they read where its state does not permit it."""

from __future__ import annotations

from calculations.event_states import OPEN, refusal
from events import Event
from locales import t


def over(event: Event, what: str = "answer") -> str:
    """Why ``what`` (a key of calculations.event_states.PERMITS) can't be done here; '' where it can."""
    sentence = refusal(event.state, what)
    return t(sentence) if sentence else ""


def too_few(event: Event, inviting: str) -> str:
    """What stands in place of figures of fewer than five: ``inviting`` while guests answer, later that it is so."""
    return inviting if event.state == OPEN else t("Fewer than five people told their footprint: nothing is shown.")
