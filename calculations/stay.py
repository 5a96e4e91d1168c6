"""Nights: rooms × nights ÷ guests × kg per room-night, or nights × kg per guest-night, as the factor's unit says."""

from __future__ import annotations

from typing import Any

from calculations.lookup import Found, factor_of, regional, stand_in_notes, told_once
from calculations.model import Boundary, EmissionLine, FactorMissing, FactorSet, Stay
from calculations.trace import build_line, rated, term
from calculations.uncertainty import bounds
from calculations.upstream import tell_upstream

KINDS = ("hotel", "hostel")


def stay_line(
    stay: Stay, factors: FactorSet, boundary: Boundary, group_size: int = 1, hotel_norm: str | None = None
) -> EmissionLine:
    """One guest's part of a stay, for each of ``group_size`` people. ``hotel_norm`` is the factor id that the event
    uses for hotels in place of the country's row. Raises FactorMissing."""
    found = _found(stay, factors, hotel_norm)
    factor = factor_of(factors, found.entry)
    notes = stand_in_notes(found, factors, factor)
    if hotel_norm and stay.kind == "hotel":
        notes.append({"message": "The hotel figure was chosen by the organiser of the event.", "params": {}})
    low, high, basis = bounds(factor, factors, found.stands_in)
    unit = factor.unit.removeprefix("kg CO2e/")
    rows, bases = [rated(factor, "main", low, high)], [basis]
    tell_upstream(rows, bases, notes, factors, boundary)
    return build_line(
        factors, category="stay", activity=stay.kind, unit=unit, terms=_terms(stay, unit, group_size),
        known=stay.known,
        rows=rows, bases=bases, notes=told_once(notes), more={"lookup": list(found.steps)},
    )  # fmt: skip


def _found(stay: Stay, factors: FactorSet, hotel_norm: str | None) -> Found:
    if hotel_norm and stay.kind == "hotel":
        return Found(hotel_norm, stay.country, stands_in=False)
    region = stay.place.region if stay.place else ""
    country = stay.country or (stay.place.country if stay.place else "")
    return regional(factors, ["stay", stay.kind], [region, country])


def _terms(stay: Stay, unit: str, group_size: int) -> list[dict[str, Any]]:
    terms = [term("nights", stay.nights)]
    if unit == "room-night":
        terms.append(term("rooms", stay.rooms))
        if stay.guests != 1:
            terms.append(term("guests_sharing", stay.guests, divide=True))
    elif unit != "guest-night":
        raise FactorMissing(f"a stay cannot be counted in {unit}")
    if group_size != 1:
        terms.append(term("group_size", group_size))
    return terms
