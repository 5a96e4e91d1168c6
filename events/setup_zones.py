"""The time zone that is proposed for a place: of the zones of its country or region, the one whose town is nearest.

The zones and the positions of their towns are those of tzdata (zone.tab)."""

from __future__ import annotations

import math
import re
from functools import cache
from importlib import resources

from babel.numbers import get_territory_currencies

_POSITION = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?([+-])(\d{3})(\d{2})(?:\d{2})?")
Row = tuple[str, float, float, str]


@cache
def _table() -> tuple[Row, ...]:
    text = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return tuple((country, *_degrees(position), zone) for country, position, zone, *_ in rows)


def _degrees(position: str) -> tuple[float, float]:
    found = _POSITION.fullmatch(position)
    if found is None:
        raise ValueError(f"zone.tab holds the position {position!r}")
    north, lat, lat_minutes, east, lon, lon_minutes = found.groups()
    degrees = (int(lat) + int(lat_minutes) / 60, int(lon) + int(lon_minutes) / 60)
    return degrees[0] * (1 if north == "+" else -1), degrees[1] * (1 if east == "+" else -1)


def zone_names() -> tuple[str, ...]:
    """Every zone that may be chosen, in the order of their names; UTC first."""
    return ("UTC", *sorted({zone for *_, zone in _table()}))


def proposed_zone(country: str, lat: float, lon: float) -> str:
    """The zone to propose for a point; UTC where its country or region has none."""
    own = [row for row in _table() if row[0] == country]
    return min(own, key=lambda row: _apart(row, lat, lon))[3] if own else "UTC"


def _apart(row: Row, lat: float, lon: float) -> float:
    """The chord between two points of a sphere, squared: enough to find the nearest."""
    _, other_lat, other_lon, _ = row
    a, b = math.radians(lat), math.radians(other_lat)
    return 2 - 2 * (math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(math.radians(lon - other_lon)))


def proposed_currency(country: str) -> str:
    """The currency that is legal tender there today; CNY where none is known."""
    found = get_territory_currencies(country) if country else []
    return found[0] if found else "CNY"
