"""Flights: by default the edition's International rows of the cabin, for every pair of places: linear in the distance,
so that no flight emits less for being longer. An event may name another method (``Boundary.method``) instead.

Each leg is priced by its own geodesic. The rows are kg CO2e per passenger-km of the whole way: by a method that is what
its legs come to together, over their kilometres; the trace's ``method`` holds each leg and the arithmetic it was
computed by, from which ``leg_parts`` computes it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from calculations.distance import legs_of
from calculations.lookup import factor_of, table_of
from calculations.method_files import parse_method
from calculations.methods import Method, between, curve_table, one_way_parts, way_km
from calculations.model import Boundary, Factor, FactorMissing, FactorSet, Trip
from calculations.trace import rated
from calculations.uncertainty import bounds
from calculations.upstream import add_upstream

Rows = tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]  # factors, bounds, notes
PLANE = "plane"
UNIT = "kg CO2e/passenger-km"
CONFIDENCE = {"read": "verified", "secondary": "secondary"}  # how a method's numbers were read, as rows say it
INCLUDES_RF = {"inside": "yes", "none": "no", "not_stated": "not stated"}


def plane_rows(trip: Trip, factors: FactorSet, boundary: Boundary, more: dict[str, Any] | None = None) -> Rows:
    """The rows, bounds and notes of a flight in its cabin, within the boundary; ``more`` takes what the trace tells of
    the method. Raises FactorMissing."""
    if boundary.flight_method:
        return _by_method(trip, factors, boundary, {} if more is None else more)
    return cabin_rows(table_of(factors, "flight", "international", trip.cabin), factors, boundary)


def cabin_rows(ids: Mapping[str, str], factors: FactorSet, boundary: Boundary) -> Rows:
    """The rows of a cabin of the flight table per passenger-km: also for kilometres told without a way. Raises
    FactorMissing."""
    with_all, co2_only = factor_of(factors, ids["with_rf"]), factor_of(factors, ids["without_rf"])
    rows, bases = _two_parts(with_all, co2_only, factors, boundary)
    add_upstream(rows, bases, ids["upstream"], factors, counted=boundary.upstream)
    return rows, bases, [_note("The 8 % for detours of aircraft is inside the factor; none is added.")]


def _two_parts(
    with_all: Factor, co2_only: Factor, factors: FactorSet, boundary: Boundary
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The row that counts and the one that tells the non-CO2 part apart, and the bounds of the first."""
    if not boundary.non_co2:
        low, high, basis = bounds(co2_only, factors)
        return [rated(co2_only, "co2_only", low, high), _apart(with_all, "with_non_co2")], [basis]
    span = table_of(factors, "flight", "multiplier_range")
    low, high = co2_only.value * float(span["low"]), co2_only.value * float(span["high"])
    low, high = min(low, with_all.value), max(high, with_all.value)
    basis = bounds(with_all, factors)[2] | _multiplier_basis(span)
    return [rated(with_all, "with_non_co2", low, high), _apart(co2_only, "co2_only")], [basis]


def _apart(factor: Factor, role: str) -> dict[str, Any]:
    return rated(factor, role, factor.value, factor.value, counted=False)


def _multiplier_basis(span: Mapping[str, Any]) -> dict[str, Any]:
    message = "The CO2 row times {low} to {high}: the published range of the multiplier for non-CO2 effects."
    return {
        "kind": "source", "message": message, "params": {"low": span["low"], "high": span["high"]},
        "source": span["source_title"], "source_address": span["source_address"],
    }  # fmt: skip


def _note(message: str, **params: Any) -> dict[str, Any]:
    return {"message": message, "params": params}


def _by_method(trip: Trip, factors: FactorSet, boundary: Boundary, more: dict[str, Any]) -> Rows:
    method = boundary.method
    if method is None or method.method_id != boundary.flight_method:
        raise FactorMissing(f"the flight method {boundary.flight_method!r} is not on this server")
    told = more["method"] = method_told(trip, method)
    distance_km = sum(leg["geodesic_km"] for leg in told["legs"])
    sums = [sum(leg[part] for leg in told["legs"]) for part in ("co2_kg", "non_co2_kg")]
    co2, non_co2 = (part / distance_km if distance_km else 0.0 for part in sums)
    rows, bases = method_rows(method, co2 + non_co2, co2, factors, boundary)
    notes = [_note("Computed by the method {method}.", method=method.name), *_method_notes(method, trip, boundary)]
    if method.upstream != "inside":
        ids = table_of(factors, "flight", "international", trip.cabin)
        add_upstream(rows, bases, ids["upstream"], factors, counted=boundary.upstream)
    return rows, bases, notes


def method_rows(
    method: Method, with_all: float, co2: float, factors: FactorSet, boundary: Boundary
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A method's kg per passenger-km as rows with their bounds: of a method that tells non-CO2 effects apart two."""
    whole = _factor(method, with_all, "yes" if method.non_co2 == "apart" else INCLUDES_RF[method.non_co2])
    if method.non_co2 == "apart":
        return _two_parts(whole, _factor(method, co2, "no"), factors, boundary)
    low, high, basis = bounds(whole, factors)
    return [rated(whole, "main", low, high)], [basis]


def _factor(method: Method, value: float, includes_rf: str) -> Factor:
    """A method's figure as a row: kg per passenger-km over the trip's whole way."""
    return Factor(
        factor_id=f"method:{method.method_id}", category="flight", activity=PLANE, region="GLOBAL", unit=UNIT,
        value=value, lower=None, upper=None, gwp_basis="", includes_rf=includes_rf,
        includes_wtt="yes" if method.upstream == "inside" else "no", year=method.year, source_title=method.source,
        source_address=method.source_address, licence=method.licence,
        confidence=CONFIDENCE.get(method.status, "derived"), note=method.note,
    )  # fmt: skip


def _method_notes(method: Method, trip: Trip, boundary: Boundary) -> list[dict[str, Any]]:
    """What a reader must know of a method's figures beside this boundary."""
    notes = [_note(message) for message in (_on_non_co2(method, boundary), _on_upstream(method, boundary)) if message]
    if method.uplift_inside:
        notes.append(_note("The way's detours are inside the method's figures; none is added."))
    elif method.uplift_km or method.uplift_factor != 1.0:
        message = "Each leg's geodesic is taken × {factor} + {km} km for detours, as the method says."
        notes.append(_note(message, factor=method.uplift_factor, km=method.uplift_km))
    if not method.rates.has(trip.cabin):
        notes.append(_note("The method has no figures for this class: those of economy stand for it."))
    return notes


def _on_non_co2(method: Method, boundary: Boundary) -> str:
    if method.non_co2 == "inside" and not boundary.non_co2:
        return "The boundary leaves non-CO2 effects out, but the method contains them inseparably: they are counted."
    if method.non_co2 == "none" and boundary.non_co2:
        return "The method has no figure for non-CO2 effects: none are counted."
    return "The method does not state whether non-CO2 effects are inside." if method.non_co2 == "not_stated" else ""


def _on_upstream(method: Method, boundary: Boundary) -> str:
    if method.upstream != "inside":
        return ""
    if boundary.upstream:
        return "The method contains the fuel's upstream part, which cannot be told apart."
    return "The boundary leaves upstream out, but the method contains it inseparably: it is counted nevertheless."


def method_told(trip: Trip, method: Method) -> dict[str, Any]:
    """What the trace tells of a method: where it is from, the arithmetic that held, and every leg by it."""
    arithmetic: list[Mapping[str, Any]] = []
    legs = []
    for leg, countries in zip(_legs(trip), _countries(trip), strict=True):
        held = between(method, *countries)
        table = curve_table(held, trip.cabin)
        if table not in arithmetic:
            arithmetic.append(table)
        legs.append({**_by(held, leg, trip.cabin), "arithmetic": arithmetic.index(table)})
    return {
        "id": method.method_id, "name": method.name, "source": method.source, "source_address": method.source_address,
        "status": method.status, "sha256": method.sha256, "cabin": trip.cabin, "arithmetic": arithmetic, "legs": legs,
    }  # fmt: skip


def _legs(trip: Trip) -> list[tuple[str, str, float]]:
    """(from, to, km) of each leg; a routed distance is one leg."""
    if trip.distance_km is not None:
        return [(trip.origin.place_id, trip.destination.place_id, trip.distance_km)]
    legs = legs_of((trip.origin, *trip.via, trip.destination))
    return [(leg["from"], leg["to"], leg["geodesic_km"]) for leg in legs]


def _countries(trip: Trip) -> Sequence[tuple[str, str]]:
    if trip.distance_km is not None:
        return [(trip.origin.country, trip.destination.country)]
    return [(a.country, b.country) for a, b in pairwise((trip.origin, *trip.via, trip.destination))]


def _by(method: Method, leg: tuple[str, str, float], cabin: str) -> dict[str, Any]:
    origin, destination, distance_km = leg
    co2, non_co2 = one_way_parts(method, np.array([distance_km]), cabin)
    return {
        "from": origin, "to": destination, "geodesic_km": distance_km, "way_km": way_km(method, distance_km),
        "co2_kg": float(co2[0]), "non_co2_kg": float(non_co2[0]),
    }  # fmt: skip


def leg_parts(told: Mapping[str, Any]) -> list[tuple[float, float]]:
    """(CO2 kg, non-CO2 kg) of each leg, computed again from a trace's ``method`` alone. Raises InputError."""
    methods = [parse_method({"air": dict(table)}, str(told["id"])) for table in told["arithmetic"]]
    found = []
    for leg in told["legs"]:
        co2, non_co2 = one_way_parts(methods[leg["arithmetic"]], np.array([leg["geodesic_km"]]))
        found.append((float(co2[0]), float(non_co2[0])))
    return found


def method_kg_of(trip: Trip, method: Method) -> tuple[float, float]:
    """(all kg, the non-CO2 kg among them) of one person's whole trip by a method, leg by leg."""
    told = [
        _by(between(method, *ends), leg, trip.cabin) for leg, ends in zip(_legs(trip), _countries(trip), strict=True)
    ]
    times = (2 if trip.round_trip else 1) * trip.count
    non_co2 = sum(leg["non_co2_kg"] for leg in told)
    return times * (sum(leg["co2_kg"] for leg in told) + non_co2), times * max(non_co2, 0.0)
