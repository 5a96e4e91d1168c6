"""Exact spots that are called by their town or airport: their ids, ``geo:1815286@30.57280:104.06680``."""

from __future__ import annotations

import re
from dataclasses import replace

from calculations.coordinates import DECIMALS, Position, within_reach
from calculations.model import Place

_AT = re.compile(r"((?:geo|iata):[0-9A-Z]{1,10})@(-?\d{1,2}\.\d{5}):(-?\d{1,3}\.\d{5})")


def town_part(place_id: str) -> str:
    """The id of the town or airport that a spot is called by; of all others the id itself."""
    return place_id.partition("@")[0]


def spot(town: Place, lat: float, lon: float) -> Place:
    """An exact spot in degrees (WGS84, to about a metre) that is called by its town or airport and counts as there.
    Raises ValueError where it lies too far from it."""
    if not within_reach(lat, lon, town):
        raise ValueError(f"{lat}, {lon} is too far from {town.place_id}")
    place_id = f"{town_part(town.place_id)}@{lat:.{DECIMALS}f}:{lon:.{DECIMALS}f}"
    return replace(town, place_id=place_id, lat=round(lat, DECIMALS), lon=round(lon, DECIMALS))


def read_spot(place_id: str) -> tuple[str, Position] | None:
    """(id of the town, position) of a spot's id; None where it is none."""
    match = _AT.fullmatch(place_id)
    if match is None or abs(float(match[2])) > 90 or abs(float(match[3])) > 180:
        return None
    return match[1], (float(match[2]), float(match[3]))


def spot_at(town: Place | None, position: Position) -> Place | None:
    """The spot of a town that was looked up; None where either is none, or the two are too far apart."""
    return spot(town, *position) if town is not None and within_reach(*position, town) else None
