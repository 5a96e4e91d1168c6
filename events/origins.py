"""Where somebody came from, as boards of origins show it: the town, never the exact point."""

from __future__ import annotations

from functools import cache, lru_cache

from calculations.distance import bearing_degrees, geodesic_km
from calculations.model import Answers, FootprintResult, Place, Trip
from data.places import index
from data.places.spots import town_part

REMOTE = "remote_participation"
LOCAL_KM = 50.0  # a town nearer than this to the event's place is "from here"


@lru_cache(maxsize=20_000)
def town_id(place_id: str) -> str:
    """The town of an airport or of a point, as a place id; a town is itself, whatever spot in it is told."""
    place_id = town_part(place_id)
    if place_id.startswith("geo:"):
        return place_id
    if place_id.startswith("iata:") and place_id in _towns_of_airports():
        return _towns_of_airports()[place_id]
    place = index.get(place_id)
    return index.nearest_city(place.lat, place.lon).place_id if place else ""


@cache
def _towns_of_airports() -> dict[str, str]:
    """Airport → the largest town that offers it."""
    loaded = index.load()
    found: dict[int, int] = {}
    for town, airports in loaded.offers.items():
        for airport in airports:
            best = found.get(airport)
            if best is None or loaded.weight[town] > loaded.weight[best]:
                found[airport] = town
    return {loaded.place(a).place_id: loaded.place(t).place_id for a, t in found.items()}


@lru_cache(maxsize=20_000)
def region_of(place_id: str) -> str:
    """The part of the country a place is in (``CN-51``) where the index tells it, else its country; '' if unknown."""
    place = index.get(place_id) if place_id else None
    return (place.region or place.country) if place else ""


def way_of(result: FootprintResult, mode: str) -> str:
    """``remote`` for somebody who counted remote participation and no trip, else ``onsite``."""
    remote = not mode and any(line.activity == REMOTE for line in result.lines)
    return "remote" if remote else "onsite"


def main_trip(answers: Answers) -> Trip | None:
    """The trip with the longest way, by which someone "came"."""
    return max(
        answers.trips,
        key=lambda t: geodesic_km(t.origin.lat, t.origin.lon, t.destination.lat, t.destination.lon),
        default=None,
    )


def origin_of(answers: Answers, event_place: Place) -> tuple[str, str]:
    """(place id of the town, mode) that someone came from and by; ('', '') without a trip."""
    trip = main_trip(answers)
    if trip is None:
        return "", ""
    start = trip.origin if trip.origin.place_id != event_place.place_id else trip.destination
    place_id = town_id(start.place_id) or start.place_id
    return place_id, trip.mode


def travelled(result: FootprintResult) -> tuple[int, int]:
    """Grams of all ways, and metres travelled, from the lines that have a mode."""
    grams = sum(line.total_g for line in result.lines if line.mode)
    metres = sum(round(_line_km(line.trace) * 1000) for line in result.lines if line.mode)
    return grams, metres


def _line_km(trace: object) -> float:
    terms = trace.get("quantity_terms", []) if isinstance(trace, dict) else []
    km = 1.0
    for each in terms:
        if each["name"] in ("distance_km", "directions", "count"):
            km *= each["value"]
    return km


def way_km(event_place: Place, place: Place) -> tuple[float, float]:
    """(km, degrees clockwise from north) from the event's place to another."""
    ends = (event_place.lat, event_place.lon, place.lat, place.lon)
    return geodesic_km(*ends), bearing_degrees(*ends)
