"""Reading the body of ``PUT …/footprint`` into Answers. Every wrong field is named, with what would be right.

Strict: no text for numbers, no 1 for true, no NaN, no field that API.md does not name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from calculations.model import (
    CABINS,
    DIETS,
    FUELS,
    KNOWN,
    MODES,
    Answers,
    FieldError,
    InputError,
    Meal,
    OtherActivity,
    Place,
    Scenario,
    Stay,
    Trip,
)  # fmt: skip
from calculations.stay import KINDS

MAX_ITEMS = 200
MAX_VIA = 8
MAX_TEXT = 100
Resolve = Callable[[str], Place | None]
_REQUIRED = object()
_COUNTRY = re.compile(r"[A-Z]{2}")
_FIELDS = {
    "": ("trips", "stays", "meals", "other"),
    "trips": ("from", "to", "via", "mode", "cabin", "fuel", "people", "round_trip", "count", "known"),
    "stays": ("place", "country", "nights", "rooms", "guests", "kind", "known"),
    "meals": ("diet", "count", "known"),
    "other": ("activity", "quantity", "unit", "known"),
}


def parse_answers(
    body: Any, resolve_place: Resolve, default_destination: Place | None = None, scenario: Scenario | None = None
) -> Answers:
    """Answers from a parsed JSON body. ``resolve_place`` finds a place by id; ``default_destination`` is the event's
    place; ``scenario`` names the activities that ``other`` may hold. Raises InputError with every fault found."""
    reader = _Reader(resolve_place, default_destination, scenario)
    answers = reader.answers(body)
    if reader.errors:
        raise InputError(reader.errors)
    return answers


class _Reader:
    """Collects the faults of one body while reading it."""

    def __init__(self, resolve: Resolve, destination: Place | None, scenario: Scenario | None):
        self.resolve, self.destination, self.scenario = resolve, destination, scenario
        self.errors: list[FieldError] = []

    def wrong(self, path: str, value: Any, message: str, **params: Any) -> None:
        shown = _shown(value)
        self.errors.append(FieldError(path, shown, message, {"field": path, "value": shown, **params}))

    def answers(self, body: Any) -> Answers:
        if not isinstance(body, Mapping):
            self.wrong("body", body, "{field} must be an object with trips, stays, meals and other.")
            return Answers()
        self.only_known(body, "", "")
        lists = {name: self.list_of(body, name) for name in _FIELDS[""]}
        count = sum(len(items) for items in lists.values())
        if count > MAX_ITEMS:
            message = "A footprint may hold at most {limit} trips and lines; this one has {count}."
            self.wrong("body", count, message, limit=MAX_ITEMS, count=count)
            return Answers()
        return Answers(
            trips=tuple(self.trip(item, f"trips[{n}]") for n, item in self.objects(lists, "trips")),
            stays=tuple(self.stay(item, f"stays[{n}]") for n, item in self.objects(lists, "stays")),
            meals=tuple(self.meal(item, f"meals[{n}]") for n, item in self.objects(lists, "meals")),
            other=tuple(self.other(item, f"other[{n}]") for n, item in self.objects(lists, "other")),
        )

    def list_of(self, body: Mapping[str, Any], name: str) -> list[Any]:
        value = body.get(name, [])
        if isinstance(value, list):
            return value
        self.wrong(name, value, "{field} must be a list.")
        return []

    def objects(self, lists: Mapping[str, list[Any]], name: str) -> list[tuple[int, Mapping[str, Any]]]:
        found = []
        for number, item in enumerate(lists[name]):
            if isinstance(item, Mapping):
                self.only_known(item, f"{name}[{number}].", name)
                found.append((number, item))
            else:
                self.wrong(f"{name}[{number}]", item, "{field} must be an object.")
        return found

    def only_known(self, item: Mapping[str, Any], path: str, kind: str) -> None:
        for key in item:
            if key not in _FIELDS[kind]:
                message = "{field} is not known here; known are {known}."
                self.wrong(path + str(key)[:MAX_TEXT], item[key], message, known=", ".join(_FIELDS[kind]))

    def trip(self, item: Mapping[str, Any], path: str) -> Trip:
        origin = self.place(item.get("from"), f"{path}.from")
        destination = self.destination
        if item.get("to") is not None:
            destination = self.place(item["to"], f"{path}.to")
        elif destination is None:
            self.wrong(f"{path}.to", None, "{field} must be given: this event has no place of its own.")
        return Trip(
            origin=origin or _NOWHERE, destination=destination or _NOWHERE, via=self.via(item, path),
            mode=self.choice(item, "mode", path, MODES),
            cabin=self.choice(item, "cabin", path, CABINS, "economy"),
            fuel=self.choice(item, "fuel", path, FUELS, "petrol"),
            people=self.whole(item, "people", path, 1, 9, 1),
            round_trip=self.flag(item, "round_trip", path),
            count=self.whole(item, "count", path, 1, 1000, 1),
            known=self.known(item, path),
        )  # fmt: skip

    def via(self, item: Mapping[str, Any], path: str) -> tuple[Place, ...]:
        value = item.get("via")
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) > MAX_VIA:
            self.wrong(f"{path}.via", value, "{field} must be a list of at most {limit} places.", limit=MAX_VIA)
            return ()
        places = [self.place(each, f"{path}.via[{number}]") for number, each in enumerate(value)]
        return tuple(place for place in places if place is not None)

    def stay(self, item: Mapping[str, Any], path: str) -> Stay:
        place, country = self.destination, self.country(item, path)
        if item.get("place") is not None:
            place = self.place(item["place"], f"{path}.place")
            if country and place and place.country and country != place.country:
                message = "{field} is {value}, but the place lies in {country}; give one of the two."
                self.wrong(f"{path}.country", country, message, country=place.country)
        elif country:
            place = place if place and place.country == country else None
        elif place is None:
            self.wrong(f"{path}.country", None, "{field} or a place must be given: this event has no place of its own.")
        return Stay(
            place=place, country=country or (place.country if place else ""),
            nights=self.whole(item, "nights", path, 0, 366), rooms=self.whole(item, "rooms", path, 1, 100),
            guests=self.whole(item, "guests", path, 1, 100), kind=self.choice(item, "kind", path, KINDS, "hotel"),
            known=self.known(item, path),
        )  # fmt: skip

    def country(self, item: Mapping[str, Any], path: str) -> str:
        value = item.get("country")
        if value is None:
            return ""
        if isinstance(value, str) and _COUNTRY.fullmatch(value):
            return value
        message = "{field} must be a country code of two capital letters (ISO 3166-1), such as CN; it is {value}."
        self.wrong(f"{path}.country", value, message)
        return ""

    def meal(self, item: Mapping[str, Any], path: str) -> Meal:
        return Meal(
            self.choice(item, "diet", path, DIETS), self.whole(item, "count", path, 0, 1000), self.known(item, path)
        )  # fmt: skip

    def other(self, item: Mapping[str, Any], path: str) -> OtherActivity:
        nothing = OtherActivity("", 0.0, "")
        known = self.scenario.activities if self.scenario else ()
        key = self.choice(item, "activity", path, [each.key for each in known])
        asked = next((each for each in known if each.key == key), None)
        unit = item.get("unit")
        if asked is None:
            return nothing
        if unit != asked.unit:
            message = "{field} must be {unit} for {activity}; it is {value}."
            self.wrong(f"{path}.unit", unit, message, unit=asked.unit, activity=key)
        quantity = self.number(item, "quantity", path, 0.0, asked.maximum)
        place = self.destination
        return OtherActivity(
            activity=key, quantity=quantity, unit=asked.unit, category=asked.category, factor=asked.factor,
            by_region=asked.by_region, times=asked.times, scale=asked.scale,
            region=(place.region or place.country) if place else "", known=self.known(item, path),
        )  # fmt: skip

    def known(self, item: Mapping[str, Any], path: str) -> str:
        """How the quantity is known; told by the guest unless it says otherwise."""
        return self.choice(item, "known", path, KNOWN, "declared")

    def place(self, value: Any, path: str) -> Place | None:
        if isinstance(value, str):
            found = self.resolve(value) if 0 < len(value) <= MAX_TEXT else None
            if found is None:
                message = "{field}: no place is called {value}; take an id from the suggestions, such as iata:CTU."
                self.wrong(path, value, message)
            return found
        if isinstance(value, Mapping):
            return self.point(value, path)
        self.wrong(path, value, "{field} must be a place id such as iata:CTU, or an object with lat and lon.")
        return None

    def point(self, value: Mapping[str, Any], path: str) -> Place | None:
        before = len(self.errors)
        for key in value:
            if key not in ("lat", "lon"):
                self.wrong(f"{path}.{str(key)[:MAX_TEXT]}", value[key], "{field} is not known here; known are {known}.",
                           known="lat, lon")  # fmt: skip
        lat = self.number(value, "lat", path, -90.0, 90.0)
        lon = self.number(value, "lon", path, -180.0, 180.0)
        if len(self.errors) > before:
            return None
        lat, lon = round(lat, 2) + 0.0, round(lon, 2) + 0.0
        place_id = f"point:{lat:.2f},{lon:.2f}"
        return self.resolve(place_id) or Place(place_id, {"en": f"{lat:.2f}, {lon:.2f}"}, lat, lon, "", kind="point")

    def choice(
        self, item: Mapping[str, Any], key: str, path: str, known: Sequence[str], otherwise: str | None = None
    ) -> str:
        value = item.get(key)
        if value is None and otherwise is not None:
            return otherwise
        if isinstance(value, str) and value in known:
            return value
        message = "{field} must be one of {known}; it is {value}."
        self.wrong(f"{path}.{key}", value, message, known=", ".join(known))
        return otherwise or ""

    def whole(
        self, item: Mapping[str, Any], key: str, path: str, low: int, high: int, otherwise: int | None = None
    ) -> int:
        value = item.get(key)
        if value is None and otherwise is not None:
            return otherwise
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        message = "{field} must be a whole number from {low} to {high}; it is {value}."
        self.wrong(f"{path}.{key}", value, message, low=low, high=high)
        return low

    def number(self, item: Mapping[str, Any], key: str, path: str, low: float, high: float) -> float:
        value = item.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high:
            return float(value)
        message = "{field} must be a number from {low} to {high}; it is {value}."
        self.wrong(f"{path}.{key}", value, message, low=_plain(low), high=_plain(high))
        return low

    def flag(self, item: Mapping[str, Any], key: str, path: str) -> bool:
        value = item.get(key)
        if isinstance(value, bool):
            return value
        self.wrong(f"{path}.{key}", value, "{field} must be true or false; it is {value}.")
        return False


_NOWHERE = Place("", {}, 0.0, 0.0, "")


def _plain(number: float) -> int | float:
    return int(number) if number == int(number) else number


def _shown(value: Any) -> Any:
    """The value as it may be given back: short, and valid JSON."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return "a number beyond 2^53"
    if isinstance(value, str):
        return value if len(value) <= MAX_TEXT else value[:MAX_TEXT] + "…"
    if isinstance(value, (Mapping, list)):
        return "an object" if isinstance(value, Mapping) else "a list"
    return value
