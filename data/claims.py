"""Loads the table of claim sentences and jurisdictions, ``data/claims.toml``.

``python -m data.claims`` prints docs/claims.md, the same table for whoever has to judge it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from calculations.claims import SUBJECTS, ClaimTable, Jurisdiction, Rule, table_of
from locales import catalogue

CLAIMS_FILE = Path(__file__).with_name("claims.toml")
HOW = {
    "text": "read in the document itself",
    "quoted": "read as quoted by another",
    "summary": "read in another's summary",
}
INTRODUCTION = """# The words of a claim

Every sentence by which this software claims something about emissions, for whoever has to judge it. Made from
`data/claims.toml`, edition {edition}, by `python -m data.claims > docs/claims.md`; a test holds the two together.
`calculations/claims.py` picks the first row of a key whose conditions hold; pages ask `offsetting.claims`.

Nobody who wrote this table is a lawyer, and laws were read from stored copies: each source says how. Have the
sentences of your place judged before you use them, and enter what you learn in the table.

## How a sentence is chosen
- **wording** is *neutral* only where the jurisdiction lets it be said of the subject, for credits alone,
  never for what is revoked, and at 100 % and over, or before a share is chosen. Otherwise it is *contribution*.
- **careful** is *yes* where "neutral" may not be said of the subject in that jurisdiction, at any share.
- **share** is of the emissions counted: none, part, full (100 % and over), over; *open* before it is chosen. What is
  over is an extra contribution, named apart, and never makes a second neutralisation.
- **state**: open, reserved (paid), partly_retired, retired (confirmed at the registry), revoked. It stands in every
  claim that stands alone (`claim`, `share.text`), in the body of every certificate, and beside its title.
- **plan**: an order paid for before the event, on its plan, covers nothing until it is settled on what was emitted;
  words of its own until then, never *neutral* and never called an extra contribution.
- **forestry**: promised while *reserved*, confirmed when *retired*; words of its own, never mixed with credits.
- **test money**: `claim` and `share.text` begin with `test.stamp`; certificates carry `test.across`.
"""


@lru_cache(maxsize=1)
def load_claims() -> ClaimTable:
    """The table, read once per process; ValueError names what is wrong in it."""
    with CLAIMS_FILE.open("rb") as file:
        return table_of(tomllib.load(file))


def as_markdown() -> str:
    """docs/claims.md: jurisdictions with sources, refusals, each sentence with its id, conditions, English, Chinese."""
    table = load_claims()
    lines = [INTRODUCTION.format(edition=table.edition), "## Jurisdictions"]
    for jurisdiction in table.jurisdictions.values():
        lines += _jurisdiction(table, jurisdiction)
    lines += ["## What is never stated", "| when | why |", "| --- | --- |"]
    lines += [f"| {_conditions(rule)} | {rule.text} |" for rule in table.refusals]
    lines += ["", "## Sentences", "A sentence's id is its key and its place among the rows of that key."]
    for key, rules in table.rules.items():
        lines += ["", f"### {key}", "| id | when | English | Chinese |", "| --- | --- | --- | --- |"]
        lines += [_sentence(place, rule) for place, rule in enumerate(rules, 1)]
    return "\n".join(lines) + "\n"


def _jurisdiction(table: ClaimTable, jurisdiction: Jurisdiction) -> Iterator[str]:
    since = f", since {jurisdiction.since.isoformat()}" if jurisdiction.since else ""
    yield f"### {jurisdiction.code}{since}"
    yield " ".join(sorted(jurisdiction.countries))
    yield ""
    yield f"{jurisdiction.note}\n"
    yield "| subject | neutral | why |\n| --- | --- | --- |"
    for subject in SUBJECTS:
        said = "may be said" if subject in jurisdiction.neutral else "**not said**"
        yield f"| {subject} | {said} | {jurisdiction.why[subject]} |"
    yield ""
    for source in (table.sources[name] for name in jurisdiction.sources):
        yield f"- [{source.title}]({source.address}), {HOW[source.how]}, {source.read.isoformat()}. {source.says}"
    yield ""


def _conditions(rule: Rule) -> str:
    words = {True: "yes", False: "no"}
    return "; ".join(f"{name} {words.get(value, value)}" for name, value in rule.conditions.items()) or "otherwise"


def _sentence(place: int, rule: Rule) -> str:
    return f"| {rule.key}.{place} | {_conditions(rule)} | {rule.text} | {catalogue('zh')[rule.text]} |"


if __name__ == "__main__":
    print(as_markdown(), end="")
