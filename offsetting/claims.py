"""Claim sentences for pages: `calculations.claims` over the table of ``data/claims.toml`` (docs/claims.md lists it).

``say("button.start", jurisdiction=event.jurisdiction)`` gives the words in the language of the request; keys are those
of the table: claim, claim.who, claim.extra, button.start, button.neutralise, step.neutralise, desk.residual, desk.plan,
home.scenarios, landing.heading, landing.body, landing.limit, poster.heading, poster.body, screen.call, board.note,
state.line, state.word, certificate.title, certificate.lead, certificate.body, certificate.extra, share.text,
extra.word, test.across, test.stamp, test.note. ``claim(...)`` gives the whole claim as a sentence that stands alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calculations import claims
from calculations.claims import FULL_BP, Circumstance, ClaimRefused, Sentence, bold_parts, plain
from data.claims import load_claims
from locales import current_language, formats, translate

__all__ = [
    "Circumstance",
    "ClaimRefused",
    "Sentence",
    "bold_parts",
    "claim",
    "jurisdiction",
    "plain",
    "refused",
    "say",
    "sentence",
    "stated",
    "subject_of",
    "text_of",
    "whole_claim",
]

_CIRCUMSTANCE = frozenset({"jurisdiction", "share_bp", "state", "evidence", "subject", "livemode"})
_BETWEEN = {"zh": ""}  # two sentences in a row


def sentence(key: str, what: Circumstance, **params: Any) -> Sentence:
    """The sentence of a key; ClaimRefused where it may not be stated, LookupError where the table has none."""
    return claims.sentence(load_claims(), key, what, **params)


def stated(subject: Mapping[str, Any]) -> Circumstance:
    """The circumstance of a certificate's claim as it is signed."""
    evidence, share_bp = weighed(subject["coveredGrams"], subject.get("plannedGrams", 0), subject["shareBasisPoints"])
    return Circumstance(
        subject["jurisdiction"], share_bp, subject["state"], evidence, subject["about"], subject["livemode"],
    )  # fmt: skip


def weighed(covered_g: int, planned_g: int, share_bp: int) -> tuple[str, int]:
    """(evidence, share in basis points) that a certificate claims on: grams on the plan alone cover nothing; while some
    of them wait for answers, what others cover is never all."""
    if not planned_g:
        return "credits", share_bp if covered_g else 0
    return ("credits", min(share_bp, FULL_BP - 1)) if covered_g else ("plan", 0)


def refused(what: Circumstance) -> str:
    """Why nothing is stated in this circumstance (an English sentence), '' where it may be."""
    return claims.refused(load_claims(), what)


def text_of(found: Sentence, language: str | None = None) -> str:
    """The words of a sentence in a language, by default that of the request; bold words still between ``**``. Test
    money is named before it."""
    code = language or current_language()
    text = translate(code, found.msgid, **found.params)
    return f"{translate(code, found.mark)} · {text}" if found.mark else text


def say(key: str, language: str | None = None, **facts: Any) -> str:
    """The words of a key. Facts named as in `Circumstance` choose the sentence, the others fill it in."""
    what = Circumstance(**{name: value for name, value in facts.items() if name in _CIRCUMSTANCE})
    params = {name: value for name, value in facts.items() if name not in _CIRCUMSTANCE}
    return text_of(sentence(key, what, **params), language)


def claim(
    what: Circumstance, event: str, *, mass_g: int = 0, emitted_g: int = 0, retired_g: int = 0, extra_g: int = 0,
    name: str = "", language: str | None = None,
) -> str:  # fmt: skip
    """The whole claim in words that stand alone (reports, mails, desks): whose, how much in grams, in what state, and
    what is extra. ``name`` is the company or product. ClaimRefused where the circumstance may not be stated."""
    code = language or current_language()
    share = formats.percent_bp(min(what.share_bp or 0, claims.FULL_BP), language=code)
    grams = {"mass": mass_g, "emitted": emitted_g, "retired": retired_g, "extra": extra_g}
    words = {key: formats.mass_text(value, code) for key, value in grams.items()}
    who = translate(code, sentence("claim.who", what).msgid, event=event, name=name)
    said = text_of(sentence("claim", what, who=who, share=share, **words), code)
    if extra_g <= 0 or what.state in ("open", "revoked") or claims.share_word(what.share_bp) == "none":
        return said
    return said + _BETWEEN.get(code, " ") + text_of(sentence("claim.extra", what, **words), code)


def whole_claim(
    subject: str, jurisdiction: str, livemode: bool, event: str, *, emitted_g: int, reserved_g: int, retired_g: int,
    extra_g: int = 0, name: str = "", language: str | None = None,
) -> str:  # fmt: skip
    """What may be said of an event or of a company's people as they stand now: grams counted, covered and extra."""
    share_bp, state = claims.standing(emitted_g, reserved_g, retired_g, extra_g)
    what = Circumstance(jurisdiction, share_bp, state, "credits", subject, livemode)
    covered_g = reserved_g + retired_g
    return claim(
        what, event, mass_g=covered_g or extra_g, emitted_g=emitted_g, retired_g=retired_g, extra_g=extra_g, name=name,
        language=language,
    )  # fmt: skip


def jurisdiction(code: str) -> claims.Jurisdiction:
    """The jurisdiction of a code (CN, EU, other) or of a country, with its sources and note."""
    return claims.jurisdiction_of(load_claims(), code)


def subject_of(scenario: str, buyer: str = "guest") -> str:
    """Who a claim is about: person (a conference's guest), visit, life, company or event."""
    if buyer in ("company", "organiser"):
        return {"company": "company", "organiser": "event"}[buyer]
    return {"conference": "person", "life": "life"}.get(scenario, "visit")
