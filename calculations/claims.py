"""Which sentence a claim is made with: by share covered, evidence, jurisdiction and subject. Pure; the only such place.

The sentences themselves are data (``data/claims.toml``), handed in as a `ClaimTable`. Answers are English msgids with
``{named}`` parameters, for the translations; words between ``**`` are bold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FULL_BP = 10_000
STATES = ("open", "reserved", "retired", "revoked")
EVIDENCE = ("credits", "forestry")
SUBJECTS = ("person", "visit", "life", "company", "event")
SHARES = ("open", "none", "part", "full")
_CONDITIONS = ("wording", "share", "state", "evidence", "subject", "livemode")


@dataclass(frozen=True, slots=True)
class Sentence:
    """An English msgid and its parameters."""

    msgid: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """Whether "carbon neutral" may be said there; ``countries`` are ISO 3166-1 alpha-2."""

    code: str
    neutral: bool
    countries: frozenset[str]
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence of a key and the conditions under which it stands (those left out always hold)."""

    key: str
    text: str
    conditions: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClaimTable:
    """The data of ``data/claims.toml``; rules of a key are tried in order."""

    edition: str
    jurisdictions: Mapping[str, Jurisdiction]
    rules: Mapping[str, tuple[Rule, ...]]


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
    """A table from parsed TOML; ValueError names a condition or value that means nothing."""
    jurisdictions = {
        code: Jurisdiction(code, row["neutral"], frozenset(row["countries"]), row["source"], row["note"])
        for code, row in data["jurisdiction"].items()
    }
    rules: dict[str, tuple[Rule, ...]] = {}
    for row in data["sentence"]:
        rule = _rule(row)
        rules[rule.key] = (*rules.get(rule.key, ()), rule)
    return ClaimTable(str(data["edition"]), jurisdictions, rules)


def _rule(row: Mapping[str, Any]) -> Rule:
    conditions = {name: value for name, value in row.items() if name not in ("key", "text")}
    allowed = {
        "wording": ("neutral", "contribution"), "share": SHARES, "state": STATES, "evidence": EVIDENCE,
        "subject": SUBJECTS, "livemode": (True, False),
    }  # fmt: skip
    for name, value in conditions.items():
        if value not in allowed.get(name, ()):
            raise ValueError(f"claims.toml, {row['key']}: {name} = {value!r} means nothing")
    return Rule(row["key"], row["text"], conditions)


def jurisdiction_of(table: ClaimTable, code: str) -> Jurisdiction:
    """The jurisdiction of a code of the table or of a country; ``other`` where the table has neither."""
    wanted = code.strip()
    for name, jurisdiction in table.jurisdictions.items():
        if wanted.lower() == name.lower() or wanted.upper() in jurisdiction.countries:
            return jurisdiction
    return table.jurisdictions["other"]


def share_word(share_bp: int | None) -> str:
    """open (not chosen), none, part, or full (100 % and over)."""
    if share_bp is None:
        return "open"
    return "full" if share_bp >= FULL_BP else "part" if share_bp > 0 else "none"


def wording(table: ClaimTable, what: Circumstance) -> str:
    """``neutral`` where the law there lets it, for credits that stand, at 100 % (or before a share is chosen)."""
    lawful = jurisdiction_of(table, what.jurisdiction).neutral
    stands = what.evidence == "credits" and what.state != "revoked"
    return "neutral" if lawful and stands and share_word(what.share_bp) in ("open", "full") else "contribution"


def sentence(table: ClaimTable, key: str, what: Circumstance, **params: Any) -> Sentence:
    """The sentence of ``key`` for this circumstance; LookupError where the table has none."""
    facts = {
        "wording": wording(table, what), "share": share_word(what.share_bp), "state": what.state,
        "evidence": what.evidence, "subject": what.subject, "livemode": what.livemode,
    }  # fmt: skip
    for rule in table.rules.get(key, ()):
        if all(facts[name] == value for name, value in rule.conditions.items()):
            return Sentence(rule.text, params)
    raise LookupError(f"claims.toml has no sentence {key!r} for {what}")


def bold_parts(text: str) -> list[tuple[str, bool]]:
    """``text`` cut at ``**``: (words, whether they are bold), empty pieces left out."""
    return [(piece, bool(i % 2)) for i, piece in enumerate(text.split("**")) if piece]


def plain(text: str) -> str:
    """``text`` without its ``**``."""
    return text.replace("**", "")
