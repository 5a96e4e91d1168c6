"""Which sentence a claim is made with: by share covered, evidence, jurisdiction and subject. Pure; the only such place.

The sentences themselves are data (``data/claims.toml``), handed in as a `ClaimTable`. Answers are English msgids with
``{named}`` parameters, for the translations; words between ``**`` are bold. What may not be stated at all is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

FULL_BP = 10_000
STATES = ("open", "reserved", "partly_retired", "retired", "revoked")
EVIDENCE = ("credits", "forestry", "plan")  # plan: credits that are laid over nothing yet
SUBJECTS = ("person", "visit", "life", "company", "event", "product")
SHARES = ("open", "none", "part", "full", "over")
READINGS = ("text", "quoted", "summary")
_ALLOWED: Mapping[str, tuple[object, ...]] = {
    "wording": ("neutral", "contribution"), "share": SHARES, "state": STATES, "evidence": EVIDENCE,
    "subject": SUBJECTS, "livemode": (True, False), "careful": (True, False),
}  # fmt: skip
# What people call the state of the evidence, as the facts of a `Circumstance`. An extra contribution covers none.
EVIDENCE_STATES: Mapping[str, Mapping[str, Any]] = {
    "open": {"state": "open"},
    "reserved": {"state": "reserved"},
    "partly_retired": {"state": "partly_retired"},
    "retired": {"state": "retired"},
    "forestry_promised": {"state": "reserved", "evidence": "forestry"},
    "forestry_confirmed": {"state": "retired", "evidence": "forestry"},
    "extra": {"state": "reserved", "share_bp": 0},
    "plan": {"state": "reserved", "evidence": "plan", "share_bp": 0},
    "revoked": {"state": "revoked"},
    "test": {"state": "reserved", "livemode": False},
}


class ClaimRefused(LookupError):
    """What may not be stated; its text is the table's reason, in English, for whoever asked for the sentence."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English msgid and its parameters; ``mark`` is the msgid of what must stand before it (test money)."""

    msgid: str
    params: Mapping[str, Any] = field(default_factory=dict)
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """What was read of a law: ``how`` is text, quoted or summary; ``says`` is what we took from it."""

    id: str
    title: str
    address: str
    read: date
    how: str
    says: str


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """Of which subjects "carbon neutral" may be said there and why, by subject; ``countries`` are ISO 3166-1 alpha-2,
    ``sources`` ids, ``since`` the day from which the law applies."""

    code: str
    neutral: frozenset[str]
    countries: frozenset[str]
    sources: tuple[str, ...]
    note: str
    why: Mapping[str, str]
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence of a key, or the reason of a refusal, and when it stands (conditions left out always hold)."""

    key: str
    text: str
    conditions: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClaimTable:
    """The data of ``data/claims.toml``; rules of a key are tried in order. Keys that are ``stating`` are refused where
    a refusal holds, those that are ``marked`` say so when the money is test money."""

    edition: str
    jurisdictions: Mapping[str, Jurisdiction]
    rules: Mapping[str, tuple[Rule, ...]]
    sources: Mapping[str, Source]
    refusals: tuple[Rule, ...]
    stating: frozenset[str]
    marked: frozenset[str]


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What is claimed, on what evidence, where. ``share_bp`` is the share covered in basis points of the emissions
    counted; None while nothing has been chosen yet."""

    jurisdiction: str = "other"
    share_bp: int | None = None
    state: str = "open"
    evidence: str = "credits"
    subject: str = "person"
    livemode: bool = True


def table_of(data: Mapping[str, Any]) -> ClaimTable:
    """A table from parsed TOML; ValueError names a condition, value or source that means nothing."""
    sources = {row["id"]: _source(row) for row in data.get("source", ())}
    jurisdictions = {code: _jurisdiction(code, row, sources) for code, row in data["jurisdiction"].items()}
    rules: dict[str, tuple[Rule, ...]] = {}
    for row in data["sentence"]:
        rule = _rule(row["key"], row["text"], row)
        rules[rule.key] = (*rules.get(rule.key, ()), rule)
    refusals = tuple(_rule("refusal", row["reason"], row) for row in data.get("refusal", ()))
    named = {name: frozenset(data.get(name, ())) for name in ("stating", "marked")}
    if unknown := (named["stating"] | named["marked"]) - set(rules):
        raise ValueError(f"claims.toml: no sentence has the key {sorted(unknown)[0]!r}")
    return ClaimTable(str(data["edition"]), jurisdictions, rules, sources, refusals, named["stating"], named["marked"])


def _source(row: Mapping[str, Any]) -> Source:
    if row["how"] not in READINGS:
        raise ValueError(f"claims.toml, {row['id']}: how = {row['how']!r} means nothing")
    return Source(**row)


def _jurisdiction(code: str, row: Mapping[str, Any], sources: Mapping[str, Source]) -> Jurisdiction:
    if unknown := set(row["neutral"]) - set(SUBJECTS):
        raise ValueError(f"claims.toml, {code}: neutral of {sorted(unknown)[0]!r} means nothing")
    if unknown := set(row["sources"]) - set(sources):
        raise ValueError(f"claims.toml, {code}: source {sorted(unknown)[0]!r} means nothing")
    return Jurisdiction(
        code, frozenset(row["neutral"]), frozenset(row["countries"]), tuple(row["sources"]), row["note"],
        row.get("why", {}), row.get("since"),
    )  # fmt: skip


def _rule(key: str, text: str, row: Mapping[str, Any]) -> Rule:
    conditions = {name: value for name, value in row.items() if name not in ("key", "text", "reason")}
    for name, value in conditions.items():
        if value not in _ALLOWED.get(name, ()):
            raise ValueError(f"claims.toml, {key}: {name} = {value!r} means nothing")
    return Rule(key, text, conditions)


def jurisdiction_of(table: ClaimTable, code: str) -> Jurisdiction:
    """The jurisdiction of a code of the table or of a country; ``other`` where the table has neither."""
    wanted = code.strip()
    for name, jurisdiction in table.jurisdictions.items():
        if wanted.lower() == name.lower() or wanted.upper() in jurisdiction.countries:
            return jurisdiction
    return table.jurisdictions["other"]


def standing(emitted_g: int, reserved_g: int, retired_g: int, extra_g: int = 0) -> tuple[int, str]:
    """(share covered in basis points, rounded down, over 10,000 with what is extra; state) of a whole's grams."""
    covered_g = reserved_g + retired_g
    state = "retired" if retired_g else "reserved"
    if not covered_g:
        return 0, "reserved" if extra_g else "open"
    if reserved_g and retired_g:
        state = "partly_retired"
    share_bp = covered_g * FULL_BP // emitted_g if emitted_g else 0
    return (FULL_BP + 1 if extra_g and share_bp >= FULL_BP else min(share_bp, FULL_BP)), state


def share_word(share_bp: int | None) -> str:
    """open (not chosen), none, part, full (100 %), or over."""
    if share_bp is None:
        return "open"
    if share_bp >= FULL_BP:
        return "over" if share_bp > FULL_BP else "full"
    return "part" if share_bp > 0 else "none"


def careful(table: ClaimTable, what: Circumstance) -> bool:
    """Whether "neutral" may not be said there of this subject, whatever its share and evidence."""
    return what.subject not in jurisdiction_of(table, what.jurisdiction).neutral


def wording(table: ClaimTable, what: Circumstance) -> str:
    """``neutral`` where the law there lets it, for credits that stand, at 100 % (or before a share is chosen)."""
    stands = what.evidence == "credits" and what.state != "revoked" and not careful(table, what)
    return "neutral" if stands and share_word(what.share_bp) in ("open", "full", "over") else "contribution"


def refused(table: ClaimTable, what: Circumstance) -> str:
    """Why nothing is stated in this circumstance (an English sentence of the table), '' where it may be."""
    facts = _facts(table, what)
    return next((rule.text for rule in table.refusals if _holds(rule, facts)), "")


def sentence(table: ClaimTable, key: str, what: Circumstance, **params: Any) -> Sentence:
    """The sentence of ``key`` for this circumstance; ClaimRefused where it may not be stated, LookupError where the
    table has none."""
    if key in table.stating and (reason := refused(table, what)):
        raise ClaimRefused(reason)
    facts = _facts(table, what)
    for rule in table.rules.get(key, ()):
        if _holds(rule, facts):
            marked = key in table.marked and not what.livemode
            return Sentence(rule.text, params, sentence(table, "test.stamp", what).msgid if marked else "")
    raise LookupError(f"claims.toml has no sentence {key!r} for {what}")


def _facts(table: ClaimTable, what: Circumstance) -> dict[str, object]:
    return {
        "wording": wording(table, what), "share": share_word(what.share_bp), "state": what.state,
        "evidence": what.evidence, "subject": what.subject, "livemode": what.livemode,
        "careful": careful(table, what),
    }  # fmt: skip


def _holds(rule: Rule, facts: Mapping[str, object]) -> bool:
    return all(_meets(name, value, facts[name]) for name, value in rule.conditions.items())


def _meets(name: str, wanted: object, found: object) -> bool:
    return found == wanted or (name == "share" and wanted == "full" and found == "over")


def bold_parts(text: str) -> list[tuple[str, bool]]:
    """``text`` cut at ``**``: (words, whether they are bold), empty pieces left out."""
    return [(piece, bool(i % 2)) for i, piece in enumerate(text.split("**")) if piece]


def plain(text: str) -> str:
    """``text`` without its ``**``."""
    return text.replace("**", "")
