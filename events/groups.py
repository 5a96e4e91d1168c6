"""The emission line of a group of attendances from one place, by a method file or by the event's factor set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from calculations.bulk import pair_distances
from calculations.flights import method_rows
from calculations.footprint import compute
from calculations.methods import Method, curve_table, method_mass
from calculations.methods import way_km as counted_km
from calculations.model import Answers, Boundary, EmissionLine, FactorMissing, FieldError, InputError, Place, Trip
from calculations.quality import is_scored
from calculations.trace import ROUNDING, recompute, recompute_non_co2, term
from calculations.uncertainty import line_uncertainty
from data.places import index
from events.footprints import factors_of
from events.model import Event
from events.origins import travelled

SMALL_KM = 30.0


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A row of an attendance file as a line, with the town it came from and what is kept as its answers."""

    lat: float
    lon: float
    town_id: str
    line: EmissionLine
    travel_m: int
    answers: Mapping[str, Any]


@lru_cache(maxsize=100_000)
def _town(lat: float, lon: float) -> Place:
    return index.nearest_city(lat, lon)


def group_lines(frame: pd.DataFrame, events: Sequence[Event], method: Method | None) -> list[GroupLine]:
    """One line per row, in the order of rows. Raises InputError listing every row that cannot be computed."""
    if method is not None:
        return list(_by_method(frame, events, method))
    found: list[GroupLine] = []
    errors: list[FieldError] = []
    modes = frame["mode"] if "mode" in frame else pd.Series("", index=frame.index)
    for number, (lat, lon, people, mode, event) in enumerate(
        zip(frame["lat"], frame["lon"], frame["attendances"], modes, events, strict=True)
    ):
        try:
            found.append(_by_factors(float(lat), float(lon), int(people), mode or "plane", event))
        except FactorMissing as error:
            message = "Row {row}: {value} cannot be computed: {reason}"
            params = {"row": number + 2, "value": mode, "reason": str(error)}
            errors.append(FieldError(f"row {number + 2}.mode", mode, message, params))
    if errors:
        raise InputError(errors)
    return found


def _by_factors(lat: float, lon: float, people: int, mode: str, event: Event) -> GroupLine:
    town = _town(lat, lon)
    start = replace(town, lat=lat, lon=lon)
    answers = Answers(trips=(Trip(start, event.place, mode=mode),), group_size=max(1, people))
    boundary = replace(event.boundary, categories=("travel", "local"))
    result = compute(answers, factors_of(event), boundary)
    return GroupLine(lat, lon, town.place_id, result.lines[0], travelled(result)[1], _answers(lat, lon, mode, people))


def _answers(lat: float, lon: float, mode: str, people: int) -> dict[str, Any]:
    return {"trips": [{"from": {"lat": lat, "lon": lon}, "mode": mode, "round_trip": True}], "group_size": people}


def _by_method(frame: pd.DataFrame, events: Sequence[Event], method: Method) -> Iterator[GroupLine]:
    _check_modes(frame, method)
    lat, lon = frame["lat"].to_numpy(np.float64), frame["lon"].to_numpy(np.float64)
    venue = np.array([(event.place.lat, event.place.lon) for event in events], dtype=np.float64)
    distance = pair_distances(lat, lon, np.ascontiguousarray(venue[:, 0]), np.ascontiguousarray(venue[:, 1]))
    mass = method_mass(replace(method, round_decimals=None), distance)
    people = frame["attendances"].to_numpy(np.int64)
    for i, event in enumerate(events):
        town = _town(float(lat[i]), float(lon[i]))
        way_km = counted_km(method, float(distance[i]))
        directions = 2 if method.round_trip else 1
        rates = [float(kg) / (directions * way_km) if way_km else 0.0
                 for kg in (mass.total_kg[i], mass.total_kg[i] - mass.non_co2_kg[i])]  # fmt: skip
        trace = _trace(method, event, town, float(distance[i]), way_km, int(people[i]), rates)
        yield GroupLine(
            float(lat[i]), float(lon[i]), town.place_id, _line(method, trace, float(distance[i])),
            round(way_km * 1000) * directions * int(people[i]),
            _answers(float(lat[i]), float(lon[i]), method.mode, int(people[i])),
        )  # fmt: skip


def _check_modes(frame: pd.DataFrame, method: Method) -> None:
    if "mode" not in frame:
        return
    message = "Row {row}: the method {method} counts {known}, not {value}."
    errors = [
        FieldError(f"row {number + 2}.mode", mode, message,
                   {"row": number + 2, "method": method.method_id, "known": method.mode, "value": mode})
        for number, mode in enumerate(frame["mode"]) if mode not in ("", method.mode)
    ]  # fmt: skip
    if errors:
        raise InputError(errors)


def _line(method: Method, trace: Mapping[str, Any], distance_km: float) -> EmissionLine:
    low_g, total_g, high_g = recompute(trace)
    quantity = 1.0
    for each in trace["quantity_terms"]:
        quantity *= each["value"]
    return EmissionLine(
        "travel", method.mode, quantity, "passenger-km", f"method:{method.method_id}", low_g, total_g, high_g,
        recompute_non_co2(trace), distance_km, method.mode, trace,
        quality=trace.get("uncertainty", {}).get("quality", 0),
    )  # fmt: skip


def _trace(
    method: Method, event: Event, town: Place, distance_km: float, way_km: float, people: int, rates: list[float]
) -> dict[str, Any]:
    """What recomputes the line: distance × there and back × people × the method's kg per km at that distance."""
    terms = [term("distance_km", way_km), term("directions", 2 if method.round_trip else 1), term("group_size", people)]
    factors = factors_of(event)
    rows, bases = method_rows(method, rates[0], rates[1], factors, Boundary())
    total_g = people * (2 if method.round_trip else 1) * way_km * rates[0]
    numbers = " × ".join(f"{each['value']:.12g}" for each in terms)
    how = {"message": "Great circle on the WGS84 ellipsoid, from town to town.", "params": {}}
    leg = {
        "from": town.place_id, "to": event.place.place_id, "from_names": dict(town.names),
        "to_names": dict(event.place.names), "geodesic_km": distance_km,
    }  # fmt: skip
    parts = {"co2_kg": rates[1] * way_km, "non_co2_kg": (rates[0] - rates[1]) * way_km}
    ends = {"from": town.place_id, "to": event.place.place_id, "geodesic_km": distance_km, "way_km": way_km}
    told = {
        "id": method.method_id, "name": method.name, "source": method.source, "source_address": method.source_address,
        "status": method.status, "sha256": method.sha256, "cabin": "economy", "arithmetic": [curve_table(method)],
        "legs": [{**ends, **parts, "arithmetic": 0}],
    }  # fmt: skip
    trace: dict[str, Any] = {
        "method": told,
        "factor_set": {"id": f"method:{method.method_id}", "sha256": method.sha256},
        "formula": f"{numbers} passenger-km × {rates[0]:.8g} kg CO2e/passenger-km = {total_g:.6f} kg CO2e",
        "quantity_terms": terms, "unit": "passenger-km",
        "factors": rows, "bounds": bases,
        "notes": [{"message": "Computed by the method {method}.", "params": {"method": method.name}}],
        "rounding": ROUNDING, "distance": {"one_way_km": distance_km, "detour": 1.0, "how": how, "legs": [leg]},
    }  # fmt: skip
    if is_scored(factors):
        trace["uncertainty"] = line_uncertainty(factors, rows, bases, "declared", method.mode, trace["distance"])
    return trace
