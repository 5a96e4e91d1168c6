"""Distances on the WGS84 ellipsoid, one at a time and by the million, and the detour of ways on the ground."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from pyproj import Geod

from calculations.model import Place

WGS84 = Geod(ellps="WGS84")
Floats = npt.NDArray[np.float64]


def geodesic_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Length of the geodesic (Karney) between two points in degrees, in km."""
    return float(WGS84.inv(lon1, lat1, lon2, lat2)[2]) / 1000.0


def geodesic_km_many(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> Floats:
    """The same for arrays of one length; each equals ``geodesic_km`` of its pair."""
    distance_m = WGS84.inv(lon1, lat1, lon2, lat2)[2]
    return np.asarray(distance_m, dtype=np.float64) / 1000.0


def bearing_degrees(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Forward azimuth from the first point, 0 ≤ degrees < 360, clockwise from north."""
    return float(WGS84.inv(lon1, lat1, lon2, lat2)[0]) % 360.0


def legs_of(places: Sequence[Place]) -> list[dict[str, Any]]:
    """One leg per neighbouring pair: names of both ends by place id, and the geodesic in km."""
    return [
        {"from": a.place_id, "to": b.place_id, "from_names": dict(a.names), "to_names": dict(b.names),
         "geodesic_km": geodesic_km(a.lat, a.lon, b.lat, b.lon)}
        for a, b in pairwise(places)
    ]  # fmt: skip


def one_way(places: Sequence[Place], detour: float, detour_source: str, routed_km: float | None) -> dict[str, Any]:
    """How far it is one way and how that was found: a routed distance if known, else geodesics × detour."""
    legs = legs_of(places)
    if routed_km is not None:
        message = "The distance was given as a routed one; no detour is added."
        return {"one_way_km": float(routed_km), "how": {"message": message, "params": {}}, "legs": legs}
    geodesic = sum(leg["geodesic_km"] for leg in legs)
    message = (
        "The sum of the WGS84 geodesics of the legs."
        if detour == 1.0
        else "The sum of the WGS84 geodesics of the legs, times {detour} for the way on the ground."
    )
    return {
        "one_way_km": geodesic * detour, "geodesic_km": geodesic, "detour": detour, "detour_source": detour_source,
        "how": {"message": message, "params": {"detour": detour}}, "legs": legs,
    }  # fmt: skip
