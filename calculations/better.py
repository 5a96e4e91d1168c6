"""What the better way would have been: the same answers with one thing changed, and the grams that would save.

Which alternatives are offered is data of the factor set (``[better]`` of preferred.toml). Nothing is offered that the
arithmetic does not find to be less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from calculations.distance import geodesic_km
from calculations.footprint import compute
from calculations.lookup import table_of
from calculations.model import Answers, Boundary, FactorMissing, FactorSet, Meal, Stay, Trip


@dataclass(frozen=True, slots=True)
class BetterWay:
    """One change and what it saves. ``part`` and ``index`` point at the answer: trips[0]; ``message`` is an English
    msgid with ``params``; ``change`` is what to put in its place."""

    part: str
    index: int
    message: str
    saved_g: int
    params: Mapping[str, Any] = field(default_factory=dict)
    change: Mapping[str, Any] = field(default_factory=dict)


Idea = tuple[str, Mapping[str, Any]]  # message, the fields that change
_TRAIN = "High-speed rail instead of the flight"
_SLOW_TRAIN = "Rail instead of the flight"
_ECONOMY = "Economy class instead"
_SHARE = "Two in the car instead of one"
_COACH = "Coach instead of the car"
_CAR_TRAIN = "Rail instead of the car"
_METRO = "Metro instead of the taxi"
_BUS = "Bus instead of the taxi"
_ROOM = "A room shared by two"
_MEAT = "Vegetarian meals instead"


def better_way(
    answers: Answers, factors: FactorSet, boundary: Boundary, hotel_norm: str | None = None
) -> list[BetterWay]:
    """For each trip, stay and meal the change that saves most, largest saving first; only what saves a gram or more."""
    found = []
    for part, index, item, ideas in _asked(answers, factors):
        best = _best(part, index, item, ideas, answers.group_size, factors, boundary, hotel_norm)
        if best is not None:
            found.append(best)
    return sorted(found, key=lambda way: (-way.saved_g, way.part, way.index))


def _asked(answers: Answers, factors: FactorSet) -> Iterator[tuple[str, int, Any, list[Idea]]]:
    for index, trip in enumerate(answers.trips):
        yield "trips", index, trip, _trip_ideas(trip, factors)
    for index, stay in enumerate(answers.stays):
        yield "stays", index, stay, _stay_ideas(stay)
    for index, meal in enumerate(answers.meals):
        yield "meals", index, meal, _meal_ideas(meal)


def _best(
    part: str, index: int, item: Any, ideas: list[Idea], group_size: int, factors: FactorSet, boundary: Boundary,
    hotel_norm: str | None,
) -> BetterWay | None:  # fmt: skip
    def total_g(one: Any) -> int:
        only: dict[str, Any] = {part: (one,), "group_size": group_size}
        return compute(Answers(**only), factors, boundary, hotel_norm).total_g

    ways = []
    for message, change in ideas:
        try:
            saved_g = total_g(item) - total_g(replace(item, **change))
        except FactorMissing:
            continue
        ways.append(BetterWay(part, index, message, saved_g, {}, change))
    best = max(ways, key=lambda way: way.saved_g, default=None)
    return best if best is not None and best.saved_g > 0 else None


def _trip_ideas(trip: Trip, factors: FactorSet) -> list[Idea]:
    ideas: list[Idea] = []
    if trip.mode == "plane":
        if _by_land(trip, factors):
            fast = table_of(factors, "better")["high_speed_countries"]
            both = trip.origin.country in fast and trip.destination.country in fast
            ideas.append((_TRAIN, {"mode": "high_speed_rail"}) if both else (_SLOW_TRAIN, {"mode": "rail"}))
        if not ideas and trip.cabin != "economy":
            ideas.append((_ECONOMY, {"cabin": "economy"}))
    elif trip.mode == "car":
        ideas += [(_SHARE, {"people": 2})] if trip.people == 1 else []
        ideas.append((_COACH, {"mode": "coach"}))
        ideas += [(_CAR_TRAIN, {"mode": "rail"})] if _by_land(trip, factors) else []
    elif trip.mode == "taxi":
        ideas += [(_METRO, {"mode": "metro"}), (_BUS, {"mode": "bus"})]
    return ideas


def _by_land(trip: Trip, factors: FactorSet) -> bool:
    """Whether rails join both ends, and near enough, by the edition's list."""
    settings = table_of(factors, "better")
    ends = {trip.origin.country, trip.destination.country}
    if not any(ends <= set(group) for group in settings["land_groups"]):
        return False
    a, b = trip.origin, trip.destination
    return geodesic_km(a.lat, a.lon, b.lat, b.lon) <= float(settings["rail_max_km"])


def _stay_ideas(stay: Stay) -> list[Idea]:
    return [(_ROOM, {"guests": 2})] if stay.rooms == 1 and stay.guests == 1 else []


def _meal_ideas(meal: Meal) -> list[Idea]:
    return [(_MEAT, {"diet": "vegetarian"})] if meal.diet not in ("vegan", "vegetarian") else []
