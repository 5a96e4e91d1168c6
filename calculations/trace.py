"""An emission line is computed from its trace and from nothing else, so that anyone can compute it again.

quantity = product of the quantity terms; rate = sum over groups of the product of the factors of that group;
grams = quantity × rate × 1000, in exact decimal arithmetic, rounded half up, once. Low and high are the same times the
two factors of ``trace["uncertainty"]``, which do not depend on the quantity; in traces from before there were such (and
of methods, which give none) they are quantity × the rate of the factors' own bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from calculations.model import EmissionLine, Factor, FactorSet
from calculations.quality import is_scored
from calculations.uncertainty import line_uncertainty

ARITHMETIC = Context(prec=60, rounding=ROUND_HALF_UP)
ROUNDING = {"rule": "half up, once, to 1 g", "arithmetic": "decimal, 60 digits"}
BOUND_KEYS = ("low", "value", "high")


def term(name: str, value: float | int, divide: bool = False) -> dict[str, Any]:
    """One number that makes up the quantity, by its name."""
    return {"name": name, "value": value, "op": "÷" if divide else "×"}


def rated(factor: Factor, role: str, low: float, high: float, group: int = 0, counted: bool = True) -> dict[str, Any]:
    """A factor as the trace shows it. Factors of one ``group`` are multiplied, groups added; not ``counted`` rows are
    there to tell a part of the total apart."""
    return {
        "id": factor.factor_id, "role": role, "group": group, "counted": counted, "value": factor.value,
        "low": low, "high": high, "unit": factor.unit, "activity": factor.activity, "region": factor.region,
        "year": factor.year, "gwp_basis": factor.gwp_basis, "includes_rf": factor.includes_rf,
        "includes_wtt": factor.includes_wtt, "source_title": factor.source_title,
        "source_address": factor.source_address, "licence": factor.licence, "confidence": factor.confidence,
        "note": factor.note,
    }  # fmt: skip


def to_grams(mass_kg: Decimal) -> int:
    """Kilograms to whole grams, half up."""
    scaled = ARITHMETIC.multiply(mass_kg, Decimal(1000))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP, context=ARITHMETIC))


def quantity_of(terms: Sequence[Mapping[str, Any]]) -> Decimal:
    """The product of the terms; all that multiply first, then those that divide."""
    result = Decimal(1)
    for each in sorted(terms, key=lambda item: item["op"] == "÷"):
        number = Decimal(repr(each["value"]))
        result = ARITHMETIC.divide(result, number) if each["op"] == "÷" else ARITHMETIC.multiply(result, number)
    return result


def rate_of(rows: Sequence[Mapping[str, Any]], key: str) -> Decimal:
    """Kilograms CO2e per unit of quantity; ``key`` is low, value or high."""
    groups: dict[int, Decimal] = {}
    for row in rows:
        if row["counted"]:
            number = Decimal(repr(row[key]))
            groups[row["group"]] = ARITHMETIC.multiply(groups.get(row["group"], Decimal(1)), number)
    total = Decimal(0)
    for value in groups.values():
        total = ARITHMETIC.add(total, value)
    return total


def recompute(trace: Mapping[str, Any]) -> tuple[int, int, int]:
    """(low_g, total_g, high_g) of a line from its trace alone, also after a way through JSON."""
    quantity = quantity_of(trace["quantity_terms"])
    spread = trace.get("uncertainty")
    if spread is None:
        rates = [rate_of(trace["factors"], key) for key in BOUND_KEYS]
    else:
        rate = rate_of(trace["factors"], "value")
        rates = [ARITHMETIC.multiply(rate, Decimal(repr(number))) for number in (spread["low"], 1.0, spread["high"])]
    low, total, high = (to_grams(ARITHMETIC.multiply(quantity, rate)) for rate in rates)
    return low, total, high


def recompute_non_co2(trace: Mapping[str, Any]) -> int:
    """The non-CO2 grams of a flight: with all effects less the CO2 row, each rounded once; 0 where there are none."""
    rows = {row["role"]: row for row in trace["factors"]}
    if "with_non_co2" not in rows or "co2_only" not in rows:
        return 0
    quantity = quantity_of(trace["quantity_terms"])
    both = (ARITHMETIC.multiply(quantity, Decimal(repr(rows[role]["value"]))) for role in ("with_non_co2", "co2_only"))
    with_all, co2_only = (to_grams(mass_kg) for mass_kg in both)
    return with_all - co2_only


def recompute_upstream(trace: Mapping[str, Any]) -> int:
    """The grams of the fuel's way to the tank (rows of role upstream, each rounded once), whether they are counted in
    the line's total or only told beside it; 0 where there are none."""
    quantity = quantity_of(trace["quantity_terms"])
    return sum(to_grams(ARITHMETIC.multiply(quantity, rate)) for rate in upstream_rates(trace["factors"]))


def upstream_rates(rows: Sequence[Mapping[str, Any]]) -> list[Decimal]:
    """kg CO2e per unit of quantity of each upstream row, times the rows of its group (kWh per km)."""
    groups: dict[int, Decimal] = {row["group"]: Decimal(1) for row in rows if row["role"] == "upstream"}
    for row in rows:
        if row["group"] in groups:
            groups[row["group"]] = ARITHMETIC.multiply(groups[row["group"]], Decimal(repr(row["value"])))
    return list(groups.values())


def formula_of(terms: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], unit: str) -> str:
    """The arithmetic in one line of numbers and units, the same in every language."""
    counted = [row for row in rows if row["counted"]]
    groups = sorted({row["group"] for row in counted})
    sums = [" × ".join(f"{row['value']:g}" for row in counted if row["group"] == group) for group in groups]
    ordered = sorted(terms, key=lambda item: item["op"] == "÷")
    quantity = "".join(f" {each['op']} {each['value']:.12g}" for each in ordered)[3:]
    rate = sums[0] if len(sums) == 1 else "(" + " + ".join(sums) + ")"
    mass_kg = ARITHMETIC.multiply(quantity_of(terms), rate_of(rows, "value"))
    return f"{quantity} {unit} × {rate} kg CO2e/{unit} = {mass_kg:.6f} kg CO2e"


def build_line(
    factors: FactorSet, *, category: str, activity: str, unit: str, terms: list[dict[str, Any]],
    rows: list[dict[str, Any]], bases: list[dict[str, Any]], notes: list[dict[str, Any]], mode: str = "",
    distance: Mapping[str, Any] | None = None, known: str = "declared", more: Mapping[str, Any] | None = None,
) -> EmissionLine:  # fmt: skip
    """The line that these terms and factors make, with its trace; ``more`` is what else the trace tells: the steps of
    the look-up, the other basis of electricity. ``known`` is one of KNOWN: how the quantity is."""
    trace: dict[str, Any] = {
        "factor_set": {"id": factors.factor_set_id, "sha256": factors.sha256},
        "formula": formula_of(terms, rows, unit), "quantity_terms": terms, "unit": unit, "factors": rows,
        "bounds": bases, "notes": notes, "rounding": ROUNDING,
    }  # fmt: skip
    if distance is not None:
        trace["distance"] = dict(distance)
    trace |= more or {}
    if is_scored(factors):
        trace["uncertainty"] = line_uncertainty(factors, rows, bases, known, mode or activity, distance)
    low_g, total_g, high_g = recompute(trace)
    return EmissionLine(
        category=category, activity=activity, quantity=float(quantity_of(terms)), unit=unit,
        factor_id=rows[0]["id"], low_g=low_g, total_g=total_g, high_g=high_g, non_co2_g=recompute_non_co2(trace),
        distance_km=None if distance is None else distance["one_way_km"], mode=mode, trace=trace,
        upstream_g=recompute_upstream(trace), quality=trace.get("uncertainty", {}).get("quality", 0),
    )  # fmt: skip
