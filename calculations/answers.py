"""Reading the body of ``PUT …/footprint`` into Answers. Every wrong field is named, with what would be right.

Strict: no text for numbers, no 1 for true, no NaN, no field that API.md does not name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from calculations.activity import FACTOR, category_of_row, rows_by_unit, unit_of_row
from calculations.model import (
    CABINS,
    DIETS,
    FUELS,
    KNOWN,
    MODES,
    ORGANISER,
    ROLES,
    SIZES,
    SUPPLIES,
    Answers,
    FactorMissing,
    FactorSet,
    FieldError,
    InputError,
    Meal,
    OtherActivity,
    Place,
    Scenario,
    ScenarioActivity,
    Stay,
    Supply,
    Trip,
)  # fmt: skip
from calculations.stay import KINDS
from calculations.supply import GRID_TABLE
from calculations.units import accepted, conversion

MAX_ITEMS = 200
MAX_VIA = 8
MAX_TEXT = 100
MAX_SOURCE = 200
MAX_KG_PER_KWH = 5.0  # no grid or contract comes near it: a slip of g for kg does
MAX_OWN = 1_000_000_000  # of an activity that an organiser tells
SIZED_MODES = ("car", "motorcycle")
Resolve = Callable[[str], Place | None]
_REQUIRED = object()
_LISTS = ("trips", "stays", "meals", "other")
_COUNTRY = re.compile(r"[A-Z]{2}")
_FIELDS = {
    "": ("trips", "stays", "meals", "other", "role"),
    "trips": ("from", "to", "via", "mode", "cabin", "fuel", "people", "round_trip", "count", "size", "known"),
    "stays": ("place", "country", "nights", "rooms", "guests", "kind", "known"),
    "meals": ("diet", "count", "known"),
    "other": ("activity", "quantity", "unit", "place", "supply", "known"),
    "supply": ("kind", "kg_per_kwh", "share", "source"),
}


def parse_answers(
    body: Any, resolve_place: Resolve, default_destination: Place | None = None, scenario: Scenario | None = None,
    factors: FactorSet | None = None,
) -> Answers:  # fmt: skip
    """Answers from a parsed JSON body. ``resolve_place`` finds a place by id; ``default_destination`` is the event's
    place; ``scenario`` names the activities that ``other`` may hold, beside those that the event's ``factors`` price
    themselves. Raises InputError with every fault found."""
    reader = _Reader(resolve_place, default_destination, scenario, factors)
    answers = reader.answers(body)
    if reader.errors:
        raise InputError(reader.errors)
    return answers


class _Reader:
    """Collects the faults of one body while reading it."""

    def __init__(
        self, resolve: Resolve, destination: Place | None, scenario: Scenario | None, factors: FactorSet | None
    ):
        self.resolve, self.destination, self.scenario, self.factors = resolve, destination, scenario, factors
        self.errors: list[FieldError] = []

    def wrong(self, path: str, value: Any, message: str, **params: Any) -> None:
        shown = _shown(value)
        self.errors.append(FieldError(path, shown, message, {"field": path, "value": shown, **params}))

    def answers(self, body: Any) -> Answers:
        if not isinstance(body, Mapping):
            self.wrong("body", body, "{field} must be an object with trips, stays, meals and other.")
            return Answers()
        self.only_known(body, "", "")
        lists = {name: self.list_of(body, name) for name in _LISTS}
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
            role=ORGANISER if self.is_open else self.choice(body, "role", "", ROLES, "guest"),
        )

    @property
    def is_open(self) -> bool:
        """Whether any row may be named: then it is the organiser who tells."""
        return self.scenario is not None and self.scenario.is_open

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
            known=self.known(item, path), size=self.size(item, path),
        )  # fmt: skip

    def size(self, item: Mapping[str, Any], path: str) -> str:
        """The size of a car or motorcycle; '' where it is not told."""
        if item.get("size") is None:
            return ""
        if item.get("mode") in SIZED_MODES:
            return self.choice(item, "size", path, SIZES)
        message = "{field} is told of {known} only; leave it out."
        self.wrong(f"{path}.size", item["size"], message, known=", ".join(SIZED_MODES))
        return ""

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
        asked = self.activity(item, path)
        if asked is None:
            return OtherActivity("", 0.0, "")
        unit, times = self.unit(item, path, asked)
        told = item.get("place") is not None  # where it was done, for rows that go by region; else the event's place
        place = self.place(item["place"], f"{path}.place") if told else self.destination
        return OtherActivity(
            activity=asked.key, quantity=self.number(item, "quantity", path, 0.0, asked.maximum), unit=unit,
            category=asked.category, factor=asked.factor, by_region=asked.by_region, times=asked.times,
            scale=asked.scale, region=(place.region or place.country) if place else "", known=self.known(item, path),
            supply=self.supply(item, path, asked), conversion=times,
        )  # fmt: skip

    def activity(self, item: Mapping[str, Any], path: str) -> ScenarioActivity | None:
        """What ``activity`` names: a question of the scenario, one of the factor set's own, or, where the scenario is
        open, any row of the factor set."""
        key = item.get("activity")
        found = self.scenario.activity(key) if self.scenario and isinstance(key, str) else None
        if found is None and isinstance(key, str) and self.factors is not None:
            found = _own_activity(key, self.factors, self.is_open)
        if found is None:
            known = [each.key for each in self.scenario.activities] if self.scenario else []
            message = "{field} must be one of {known}; it is {value}."
            if self.factors is not None and self.factors.preferred.get("activity"):
                message = "{field} must be one of {known}, or another activity of the event's factors; it is {value}."
            self.wrong(f"{path}.activity", key, message, known=", ".join(known))
        return found

    def unit(self, item: Mapping[str, Any], path: str, asked: ScenarioActivity) -> tuple[str, float]:
        """The unit that prices the activity, and how many of it are in one of the unit told."""
        told, wanted = item.get("unit"), _units_of(asked, self.factors)
        found = conversion(self.factors, told, wanted) if self.factors and isinstance(told, str) else None
        if found is None and told not in wanted:
            known = accepted(self.factors, wanted) if self.factors else wanted
            message = "{field} must be {unit} for {activity}; it is {value}."
            self.wrong(f"{path}.unit", told, message, unit=", ".join(known), activity=asked.key)
        return found or (wanted[0], 1.0)

    def supply(self, item: Mapping[str, Any], path: str, asked: ScenarioActivity) -> Supply | None:
        """How electricity is bought; None where it is not told."""
        told = item.get("supply")
        if told is None:
            return None
        if not isinstance(told, Mapping):
            self.wrong(f"{path}.supply", told, "{field} must be an object.")
            return None
        path = f"{path}.supply"
        self.only_known(told, f"{path}.", "supply")
        if not _is_electric(asked, self.factors):
            self.wrong(path, told, "{field} says how electricity is bought; {activity} is none.", activity=asked.key)
        kind = self.choice(told, "kind", path, SUPPLIES)
        if kind not in ("contract", "certificates"):
            return Supply()
        needed = {"contract": "kg_per_kwh", "certificates": "share"}.get(kind, "")
        figure, share = (
            self.number(told, name, path, 0.0, most) if name == needed or told.get(name) is not None else otherwise
            for name, most, otherwise in (("kg_per_kwh", MAX_KG_PER_KWH, 0.0), ("share", 1.0, 1.0))
        )
        return Supply(kind, figure, share, self.text(told, "source", path))

    def text(self, item: Mapping[str, Any], key: str, path: str) -> str:
        value = item.get(key)
        if isinstance(value, str) and 0 < len(value.strip()) <= MAX_SOURCE:
            return value.strip()
        message = "{field} must say where the figure is stated, in 1 to {limit} characters."
        self.wrong(f"{path}.{key}", value, message, limit=MAX_SOURCE)
        return ""

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
        self.wrong(f"{path}.{key}".lstrip("."), value, message, known=", ".join(known))
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


def _own_activity(key: str, factors: FactorSet, is_open: bool) -> ScenarioActivity | None:
    """An activity of the factor set's own table, or ``factor:<id>`` where the scenario is open."""
    said = factors.preferred.get("activity", {}).get(key)
    most = MAX_OWN if is_open else 1_000_000
    if said is not None:
        return ScenarioActivity(key, said.get("names", {}), "", said["category"], maximum=most)
    factor = factors.factors.get(key.removeprefix(FACTOR)) if key.startswith(FACTOR) and is_open else None
    if factor is None:
        return None
    try:
        category = category_of_row(factors, factor)
    except FactorMissing:
        return None
    return ScenarioActivity(key, {"en": factor.activity}, unit_of_row(factor), category, maximum=most)


def _units_of(asked: ScenarioActivity, factors: FactorSet | None) -> list[str]:
    """The units in which an activity is priced."""
    said = factors.preferred.get("activity", {}).get(asked.key) if factors else None
    if asked.factor or asked.by_region or said is None:
        return [asked.unit]
    return list(rows_by_unit(said))


def _is_electric(asked: ScenarioActivity, factors: FactorSet | None) -> bool:
    """Whether the grid prices an activity."""
    if GRID_TABLE in (asked.by_region, asked.times):
        return True
    said = factors.preferred.get("activity", {}).get(asked.key, {}) if factors and not asked.factor else {}
    entries = rows_by_unit(said).values() if said else ()
    return any(
        entry == f"table:{GRID_TABLE}" or (isinstance(entry, Mapping) and entry.get("times") == GRID_TABLE)
        for entry in entries
    )


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
