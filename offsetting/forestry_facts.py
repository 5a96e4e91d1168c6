"""What is agreed of a planting and what monitoring finds, as a person tells it, and what of it does not fit."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from calculations import forestry as rules
from calculations.model import FieldError, InputError
from data.terms import forestry_terms

MOST_SPECIES = 20
MOST_CHECKS = 20
MOST_TEXT = 200


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What is agreed of a planting. ``species``: names and numbers of trees; ``checks``: days on which survival is
    looked at; ``sink_due_on``: the day by which ``expected_g`` grams must be taken up, found by ``method``."""

    title: str
    place: str
    planter: str
    area_m2: int
    species: tuple[tuple[str, int], ...]
    planted_by: date
    checks: tuple[date, ...]
    survival_percent: int
    sink_due_on: date
    method: str
    expected_g: int
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What monitoring found on a day: planted, survival (per cent), measured (grams since the planting) or reversal
    (grams lost), with the document that shows it."""

    kind: str
    observed_on: date
    survival_percent: int = 0
    grams: int = 0
    note: str = ""
    evidence: bytes = b""
    evidence_name: str = ""


def midnight(day: date) -> datetime:
    """The instant a day stands for in the store."""
    return datetime.combine(day, time(), UTC)


def plan_values(facts: PlanFacts) -> dict[str, Any]:
    """The columns of a plan."""
    return asdict(facts) | {
        "title": facts.title.strip(), "place": facts.place.strip(), "planter": facts.planter.strip(),
        "method": facts.method.strip(), "species": [{"name": name.strip(), "count": n} for name, n in facts.species],
        "checks": [day.isoformat() for day in sorted(facts.checks)], "planted_by": midnight(facts.planted_by),
        "sink_due_on": midnight(facts.sink_due_on),
    }  # fmt: skip


def told_of(facts: PlanFacts) -> dict[str, Any]:
    """The same as JSON, for the audit trail."""
    told = plan_values(facts)
    return told | {name: told[name].date().isoformat() for name in ("planted_by", "sink_due_on")}


def latest_sink_day(ends_at: datetime) -> date:
    """The last day by which a sink for an event must be there."""
    year = ends_at.year + forestry_terms().sink_years
    try:
        return ends_at.date().replace(year=year)
    except ValueError:  # 29 February
        return ends_at.date().replace(year=year, day=28)


def wrong_plan(facts: PlanFacts, ends_at: datetime) -> list[FieldError]:
    """Every field of a plan that does not fit an event that ends then."""
    return [*_wrong_words(facts), *_wrong_numbers(facts), *_wrong_days(facts, ends_at)]


def _wrong_words(facts: PlanFacts) -> list[FieldError]:
    message = "{field}: {value} does not fit; give 1 to {most} characters."
    return [
        FieldError(name, text[:60], message, {"most": MOST_TEXT})
        for name in ("title", "place", "planter", "method")
        if not 1 <= len((text := getattr(facts, name)).strip()) <= MOST_TEXT
    ]


def _wrong_numbers(facts: PlanFacts) -> list[FieldError]:
    terms, errors = forestry_terms(), []
    message = "{field}: {value} does not fit; give a whole number from 1 to {most}."
    for name, most in (
        ("area_m2", terms.most_area_m2), ("expected_g", terms.most_expected_g), ("survival_percent", 100),
    ):  # fmt: skip
        value = getattr(facts, name)
        if not 1 <= value <= most:
            errors.append(FieldError(name, value, message, {"most": most}))
    species = [(name.strip(), count) for name, count in facts.species]
    if not 1 <= len(species) <= MOST_SPECIES or any(
        not name or len(name) > MOST_TEXT or not 1 <= n <= 10**9 for name, n in species
    ):
        message = "{field}: give 1 to {most} species, each with its number of trees."
        errors.append(FieldError("species", len(species), message, {"most": MOST_SPECIES}))
    return errors


def _wrong_days(facts: PlanFacts, ends_at: datetime) -> list[FieldError]:
    errors, last = [], latest_sink_day(ends_at)
    if facts.sink_due_on > last:
        message = "{field}: {value} is too late; the sink must be there by {last}, {years} years after the event."
        years = forestry_terms().sink_years
        told = {"last": last.isoformat(), "years": years}
        errors.append(FieldError("sink_due_on", facts.sink_due_on.isoformat(), message, told))
    if facts.planted_by >= facts.sink_due_on:
        message = "{field}: {value} is not before {day}, the day the sink must be there."
        told = {"day": facts.sink_due_on.isoformat()}
        errors.append(FieldError("planted_by", facts.planted_by.isoformat(), message, told))
    strange = [day for day in facts.checks if not facts.planted_by <= day <= facts.sink_due_on]
    if strange or not 1 <= len(facts.checks) <= MOST_CHECKS:
        message = "{field}: give 1 to {most} days between the planting and the day the sink must be there."
        shown = strange[0].isoformat() if strange else len(facts.checks)
        errors.append(FieldError("checks", shown, message, {"most": MOST_CHECKS}))
    return errors


def check_record(facts: RecordFacts, now: datetime) -> None:
    """Raises InputError with every field of an entry that does not fit."""
    errors = []
    if facts.kind not in rules.KINDS:
        message = "{field}: {value} is not known; give planted, survival, measured or reversal."
        errors.append(FieldError("kind", facts.kind[:60], message))
    if facts.observed_on > now.date():
        message = "{field}: {value} is not over yet."
        errors.append(FieldError("observed_on", facts.observed_on.isoformat(), message))
    if facts.kind == rules.SURVIVAL and not 0 <= facts.survival_percent <= 100:
        message = "{field}: {value} is no share; give 0 to 100 (per cent)."
        errors.append(FieldError("survival_percent", facts.survival_percent, message))
    most = forestry_terms().most_expected_g
    least = 1 if facts.kind == rules.REVERSAL else 0
    if facts.kind in (rules.MEASURED, rules.REVERSAL) and not least <= facts.grams <= most:
        message = "{field}: {value} does not fit; give a whole number from {least} to {most}."
        errors.append(FieldError("grams", facts.grams, message, {"least": least, "most": most}))
    if len(facts.note) > 1000:
        message = "{field}: {value} does not fit; give 1 to {most} characters."
        errors.append(FieldError("note", len(facts.note), message, {"most": 1000}))
    if errors:
        raise InputError(errors)
