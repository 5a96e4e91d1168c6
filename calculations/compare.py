"""The same trip by other published rows and methods: how much the choice of a model moves the figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from calculations.distance import legs_of
from calculations.lookup import factor_of, table_of
from calculations.methods import Method, method_kg
from calculations.model import Factor, FactorSet, Trip
from calculations.trace import to_grams


@dataclass(frozen=True, slots=True)
class OtherModel:
    """What another model says of the whole trip, in grams for one person."""

    name: str
    total_g: int
    source_title: str
    source_address: str
    factor_ids: tuple[str, ...] = ()
    method_id: str = ""


def other_models(trip: Trip, factors: FactorSet, methods: Sequence[Method] = ()) -> list[OtherModel]:
    """Other published answers for this trip, smallest first: the edition's ``[[model]]`` rows of its mode and, for
    flights, the methods. Economy class, each leg on its own; no bounds."""
    legs = [leg["geodesic_km"] for leg in legs_of((trip.origin, *trip.via, trip.destination))]
    times = (2 if trip.round_trip else 1) * trip.count
    found = [_by_rows(each, trip, legs, times, factors) for each in _models(trip, factors)]
    if trip.mode == "plane":
        found += [_by_method(method, legs, times) for method in methods if method.mode == "plane"]
    return sorted(found, key=lambda model: (model.total_g, model.name))


def _models(trip: Trip, factors: FactorSet) -> list[Mapping[str, Any]]:
    countries = (trip.origin.country, trip.destination.country)
    return [
        each
        for each in factors.preferred.get("model", [])
        if each["mode"] == trip.mode and ("region" not in each or all(each["region"] == place for place in countries))
    ]


def _by_rows(model: Mapping[str, Any], trip: Trip, legs: list[float], times: int, factors: FactorSet) -> OtherModel:
    detour = float(table_of(factors, "detour", trip.mode)["factor"])
    ways = [trip.distance_km] if trip.distance_km is not None else [leg * detour for leg in legs]
    rows = [_row(model, leg, factors) for leg in (legs if len(ways) == len(legs) else [ways[0]])]
    mass_kg = sum(way * row.value for way, row in zip(ways, rows, strict=True)) * times
    return OtherModel(
        name=model["name"], total_g=to_grams(Decimal(repr(mass_kg))), source_title=rows[0].source_title,
        source_address=rows[0].source_address, factor_ids=tuple(dict.fromkeys(row.factor_id for row in rows)),
    )  # fmt: skip


def _row(model: Mapping[str, Any], distance_km: float, factors: FactorSet) -> Factor:
    fitting = [band["factor"] for band in model["bands"] if band["from_km"] <= distance_km]
    return factor_of(factors, fitting[-1])


def _by_method(method: Method, legs: list[float], times: int) -> OtherModel:
    mass_kg = sum(method_kg(method, leg) for leg in legs) * times / (2 if method.round_trip else 1)
    return OtherModel(
        name=method.name, total_g=to_grams(Decimal(repr(mass_kg))), source_title=method.source,
        source_address="", method_id=method.method_id,
    )  # fmt: skip
