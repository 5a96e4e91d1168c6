"""Everyday things that a mass of CO2e compares with; what each weighs is data, dated and cited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Equivalence:
    """One such thing: ``kg_per_unit`` kg of CO2 (or CO2e, as ``note`` says) per ``unit``."""

    key: str
    names: Mapping[str, str]
    unit: str
    kg_per_unit: float
    source_title: str
    source_address: str
    confidence: str
    note: str


def equivalent(mass_kg: float, equivalence: Equivalence) -> float:
    """How many units ``mass_kg`` compares with."""
    return mass_kg / equivalence.kg_per_unit
