"""The same trip by other published rows and methods: how much the choice of a model moves the figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from calculations.distance import legs_of
from calculations.flights import PLANE, method_kg_of
from calculations.lookup import factor_of, table_of
from calculations.methods import Method
from calculations.model import Factor, FactorSet, Trip
from calculations.trace import to_grams


@dataclass(frozen=True, slots=True)
class OtherModel:
    """What another model says of the whole trip, in grams for one person. ``non_co2`` and ``upstream`` say what its
    figures hold (one of ``methods.PARTS``; '' where the row does not tell), ``non_co2_g`` the part told apart;
    ``of_class`` whether it has figures for the trip's class, or economy's stand for it."""

    name: str
    total_g: int
    source_title: str
    source_address: str
    factor_ids: tuple[str, ...] = ()
    method_id: str = ""
    non_co2_g: int = 0
    non_co2: str = ""
    upstream: str = ""
    status: str = ""
    note: str = ""
    of_class: bool = True


@dataclass(frozen=True, slots=True)
class Spread:
    """Least and most of several models of one trip, our own answer among them; ``ratio`` is most ÷ least."""

    least: str
    least_g: int
    most: str
    most_g: int
    ours_g: int
    count: int

    @property
    def ratio(self) -> float:
        """How many times the least the most is."""
        return self.most_g / self.least_g


def other_models(trip: Trip, factors: FactorSet, methods: Sequence[Method] = ()) -> list[OtherModel]:
    """Other published answers for this trip, smallest first: for flights the methods, leg by leg in the trip's class;
    otherwise (and without methods) the edition's ``[[model]]`` rows of its mode. No bounds."""
    published = [each for each in methods if each.mode == trip.mode and each.status != "design" and _holds(each, trip)]
    found = [_by_method(each, trip) for each in published] if trip.mode == PLANE else []
    found = found or _by_all_rows(trip, factors)
    return sorted(found, key=lambda model: (model.total_g, model.name))


def spread_of(ours_g: int, models: Sequence[OtherModel]) -> Spread | None:
    """How far the models that can be compared lie apart: those of the trip's class that count something. None where
    there are none, or ours is nothing."""
    beside = [model for model in models if model.of_class and model.total_g > 0]
    if not beside or ours_g <= 0:
        return None
    named = sorted([(ours_g, ""), *[(model.total_g, model.name) for model in beside]])
    (least_g, least), (most_g, most) = named[0], named[-1]
    return Spread(least, least_g, most, most_g, ours_g, len(beside))


def _holds(method: Method, trip: Trip) -> bool:
    """A method by territory says something of its own only where an end lies in it."""
    places = (trip.origin, *trip.via, trip.destination)
    return method.territory is None or any(place.country in method.territory.home for place in places)


def _by_method(method: Method, trip: Trip) -> OtherModel:
    total_kg, non_co2_kg = method_kg_of(trip, method)
    return OtherModel(
        name=method.name, total_g=_grams(total_kg), source_title=method.source, source_address=method.source_address,
        method_id=method.method_id, non_co2_g=_grams(non_co2_kg), non_co2=method.non_co2, upstream=method.upstream,
        status=method.status, note=method.note, of_class=method.rates.has(trip.cabin),
    )  # fmt: skip


def _grams(mass_kg: float) -> int:
    return to_grams(Decimal(repr(mass_kg)))


def _by_all_rows(trip: Trip, factors: FactorSet) -> list[OtherModel]:
    legs = [leg["geodesic_km"] for leg in legs_of((trip.origin, *trip.via, trip.destination))]
    times = (2 if trip.round_trip else 1) * trip.count
    return [_by_rows(each, trip, legs, times, factors) for each in _models(trip, factors)]


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
        name=model["name"], total_g=_grams(mass_kg), source_title=rows[0].source_title,
        source_address=rows[0].source_address, factor_ids=tuple(dict.fromkeys(row.factor_id for row in rows)),
    )  # fmt: skip


def _row(model: Mapping[str, Any], distance_km: float, factors: FactorSet) -> Factor:
    fitting = [band["factor"] for band in model["bands"] if band["from_km"] <= distance_km]
    return factor_of(factors, fitting[-1])
