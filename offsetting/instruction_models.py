"""What retirement instructions hand to pages and to the formats for registries. Masses in grams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from calculations.instruction_states import OPEN
from calculations.serials import GRAMS_PER_CREDIT


@dataclass(frozen=True, slots=True)
class Pick:
    """How many whole credits of a tranche to put into an instruction; with ``partly`` also those only partly sold."""

    event_id: str
    tranche_id: str
    credit_count: int
    partly: bool = False


@dataclass(frozen=True, slots=True)
class InstructionRun:
    """Whole credits ``from_g`` to ``to_g`` of a batch, of one event. ``surplus_g`` of them nobody has bought."""

    event_id: str
    event_slug: str
    event_names: Mapping[str, str]
    batch_id: str
    from_g: int
    to_g: int
    serials: str
    sold_g: int
    surplus_g: int

    @property
    def credit_count(self) -> int:
        """How many credits."""
        return (self.to_g - self.from_g) // GRAMS_PER_CREDIT


@dataclass(frozen=True, slots=True)
class InstructionStep:
    """A state that it came into: when, by whom, why."""

    state: str
    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class RetirementEntry:
    """What a person entered of the registry's answer, with the hash of its document."""

    link: str
    retired_on: datetime
    beneficiary: str
    evidence_sha256: str
    evidence_name: str
    evidence_bytes: int
    entered_by: str
    entered_person: str
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class Instruction:
    """Which whole credits a registry is to retire, for whom. Immutable but for its state; ``content_sha256`` is of its
    content in canonical JSON (`instructing.content_of`). ``surplus_g`` of its grams nobody has bought."""

    instruction_id: str
    number: str
    project_id: str
    project_names: Mapping[str, str]
    vintage: str
    registry: str
    beneficiary: str
    reason: str
    state: str
    content_sha256: str
    drafted_by: str
    drafted_at: datetime
    credit_count: int
    sold_g: int
    surplus_g: int
    livemode: bool
    runs: tuple[InstructionRun, ...]
    steps: tuple[InstructionStep, ...] = ()
    entries: tuple[RetirementEntry, ...] = ()
    people: Mapping[str, str] | None = None  # person_id → name, of those in steps and entries

    @property
    def is_open(self) -> bool:
        """Whether its credits are kept from other instructions, and their orders from being refunded."""
        return self.state in OPEN

    @property
    def entry(self) -> RetirementEntry | None:
        """What was entered last."""
        return self.entries[0] if self.entries else None

    @property
    def event_ids(self) -> tuple[str, ...]:
        """Its events, each once, in order."""
        return tuple(sorted({run.event_id for run in self.runs}))

    def name_of(self, label: str) -> str:
        """The name behind an actor's label, as in ``person:<id>``; the label where none is known."""
        return (self.people or {}).get(label.partition(":")[2], "") or label
