"""Claim sentences for pages: `calculations.claims` over the table of ``data/claims.toml``.

``say("button.start", jurisdiction=event.jurisdiction)`` gives the words in the language of the request; keys are those
of the table: button.start, button.neutralise, step.neutralise, landing.heading, landing.body, landing.limit,
poster.heading, poster.body, screen.call, board.note, state.line, state.word, certificate.title, certificate.lead,
certificate.body, certificate.extra, share.text, event.claim, extra.word, test.across, test.stamp, test.note.
"""

from __future__ import annotations

from typing import Any

from calculations import claims
from calculations.claims import Circumstance, Sentence, bold_parts, plain
from data.claims import load_claims
from locales import current_language, translate

__all__ = [
    "Circumstance",
    "Sentence",
    "bold_parts",
    "jurisdiction",
    "plain",
    "say",
    "sentence",
    "subject_of",
    "text_of",
]

_CIRCUMSTANCE = frozenset({"jurisdiction", "share_bp", "state", "evidence", "subject", "livemode"})


def sentence(key: str, what: Circumstance, **params: Any) -> Sentence:
    """The sentence of a key; LookupError where the table has none."""
    return claims.sentence(load_claims(), key, what, **params)


def text_of(found: Sentence, language: str | None = None) -> str:
    """The words of a sentence in a language, by default that of the request; bold words still between ``**``."""
    return translate(language or current_language(), found.msgid, **found.params)


def say(key: str, language: str | None = None, **facts: Any) -> str:
    """The words of a key. Facts named as in `Circumstance` choose the sentence, the others fill it in."""
    what = Circumstance(**{name: value for name, value in facts.items() if name in _CIRCUMSTANCE})
    params = {name: value for name, value in facts.items() if name not in _CIRCUMSTANCE}
    return text_of(sentence(key, what, **params), language)


def jurisdiction(code: str) -> claims.Jurisdiction:
    """The jurisdiction of a code (CN, EU, other) or of a country, with its source and note."""
    return claims.jurisdiction_of(load_claims(), code)


def subject_of(scenario: str, buyer: str = "guest") -> str:
    """Who a claim is about: person (a conference's guest), visit, life, company or event."""
    if buyer in ("company", "organiser"):
        return {"company": "company", "organiser": "event"}[buyer]
    return {"conference": "person", "life": "life"}.get(scenario, "visit")
