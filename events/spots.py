"""The exact spot of an event in its town: read, checked, seen from the town, and meant by answers that name it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from calculations.coordinates import FURTHEST_KM, Position, direction_of, position_text, read_position
from calculations.distance import bearing_degrees, geodesic_km
from calculations.model import FieldError, Place
from data.places import index
from data.places.cities import candidate_cities
from data.places.spots import read_spot, spot, town_part
from events.model import Event

SAME_KM = 0.02  # a position nearer to the town's own than this is the town's
REACHES_KM = (1, 5, 20, 50)
MOST_NEAR, MOST_BEYOND, LEAST_BEYOND = 14, 7, 3
UNREAD = (
    "{field}: “{value}” is read as no position; write it as 30.5728, 104.0668 or 30°34'22\"N 104°4'0\"E, or paste a map"
    " program's link that holds it."
)
TOO_FAR = (
    "{field}: {value} lies {km} km from the town; at most {limit} are right. Is latitude first, and is it this town?"
)


def town_of(place: Place) -> Place | None:
    """The town or airport that an event's place is called by."""
    return index.get(town_part(place.place_id)) if place.place_id else None


def exact_spot(place: Place) -> Position | None:
    """Where the place is, if it is told more exactly than by its town; None where it is the town's own position."""
    town = town_of(place)
    if town is None or geodesic_km(place.lat, place.lon, town.lat, town.lon) < SAME_KM:
        return None
    return place.lat, place.lon


def spot_text(place: Place) -> str:
    """The same as a form's field holds it; '' where it is the town's own position."""
    found = exact_spot(place)
    return position_text(*found) if found else ""


def place_words(place: Mapping[str, Any]) -> str:
    """A stored place for the audit trail: its names, and where it is."""
    names = dict.fromkeys(place["names"].get(code, "") for code in ("zh", "en"))
    return f"{' '.join(filter(None, names))} {position_text(place['lat'], place['lon'])}".strip()


def spotted(town: Place, typed: str, field: str = "spot") -> Place | FieldError:
    """The town's exact spot as it is typed (the town itself where nothing is), or what is wrong with it."""
    shown = typed if len(typed) <= 60 else f"{typed[:60]}…"
    if not typed.strip():
        return town
    found = read_position(typed)
    if found is None:
        return FieldError(field, shown, UNREAD, {})
    away = geodesic_km(*found, town.lat, town.lon)
    if away > FURTHEST_KM:
        return FieldError(field, position_text(*found), TOO_FAR, {"km": f"{away:.0f}", "limit": f"{FURTHEST_KM:.0f}"})
    return spot(town, *found) if away >= SAME_KM else town


def resolver(event: Event) -> Callable[[str], Place | None]:
    """What finds the places that answers name. A spot is told of the event alone: an answer that names one in the
    event's town means the event wherever it now is, any other means the town, so that nobody's own door is kept."""
    own = town_part(event.place.place_id)

    def resolve(place_id: str) -> Place | None:
        town = town_part(place_id)
        if town == place_id:
            return index.get(place_id)
        return event.place if town == own and event.place.names else index.get(town)

    return resolve


def named(event: Event, told: Any) -> Any:
    """What was told, with spots as they are meant: so they are kept."""
    if isinstance(told, Mapping):
        return {key: named(event, value) for key, value in told.items()}
    if isinstance(told, list | tuple):
        return [named(event, value) for value in told]
    if not isinstance(told, str) or read_spot(told) is None:
        return told
    meant = resolver(event)(told)
    return meant.place_id if meant is not None else told


@dataclass(frozen=True, slots=True)
class Seen:
    """A town or airport seen from the middle of a picture: degrees clockwise from north, and km."""

    place_id: str
    names: Mapping[str, str]
    iata: str
    azimuth_deg: float
    distance_km: float


def seen_around(lat: float, lon: float, reach_km: float) -> tuple[Seen, ...]:
    """Towns and airports within reach, the greatest first."""
    loaded = index.load()
    return tuple(_seen(lat, lon, loaded.place(at)) for at in loaded.within(lat, lon, reach_km)[:MOST_NEAR])


def seen_beyond(lat: float, lon: float, reach_km: float, end_km: float) -> tuple[Seen, ...]:
    """The greatest of those out of reach and not beyond the end; great towns farther off where these are few."""
    loaded = index.load()
    near = set(loaded.within(lat, lon, reach_km))
    beyond = [at for at in loaded.within(lat, lon, end_km) if at not in near][:MOST_BEYOND]
    found = tuple(_seen(lat, lon, loaded.place(at)) for at in beyond)
    return found if len(found) >= LEAST_BEYOND else (*found, *great_towns(lat, lon, end_km))


def great_towns(lat: float, lon: float, reach_km: float) -> tuple[Seen, ...]:
    """Great towns out of reach, the nearest first."""
    found = (_seen(lat, lon, town) for town in candidate_cities(400))
    beyond = sorted((each for each in found if each.distance_km > reach_km), key=_near_first)
    return tuple(beyond[:MOST_BEYOND])


def seen_from(town: Place, lat: float, lon: float) -> tuple[float, str]:
    """(km, one of `DIRECTIONS`) of a spot seen from its town."""
    return geodesic_km(town.lat, town.lon, lat, lon), direction_of(town.lat, town.lon, lat, lon)


def _seen(lat: float, lon: float, place: Place) -> Seen:
    ends = (lat, lon, place.lat, place.lon)
    return Seen(place.place_id, place.names, place.iata, bearing_degrees(*ends) % 360.0, geodesic_km(*ends))


def _near_first(each: Seen) -> tuple[float, str]:
    return each.distance_km, each.place_id
