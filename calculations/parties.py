"""An event's people in few words: who answered alike, and the journey that brings each of them to the venue.

A journey is what changes when the venue moves. Ways within ``NEAR_KM`` of the venue at both ends are made there and
stay as they are, except for those who live there themselves: they would travel from home. Legs that join (the flight
to a hub, the train from there) are one journey. Conventions of ours, named in the notes of each answer. ``Km`` measures
the geodesic between two places.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from calculations.lookup import table_of
from calculations.methods import Method
from calculations.model import Answers, FactorSet, Place, Trip

Km = Callable[[Place, Place], float]
NEAR_KM = 80.0  # an airport this near serves the place; who lives this near needs no journey


@dataclass(frozen=True, slots=True)
class Party:
    """People who answered alike: ``answers`` are those of one of them. ``kind`` is guest, group (imported attendances,
    always counted), or organiser (the event's own lines, which count no people). ``method`` prices their flights where
    an import was made with one."""

    answers: Answers
    people: int = 1
    kind: str = "guest"
    method: Method | None = None

    @property
    def present(self) -> bool:
        """Whether they came: they told a way or a night."""
        return self.kind != "organiser" and bool(self.answers.trips or self.answers.stays)


@dataclass(frozen=True, slots=True)
class Journey:
    """One person's way between home and the venue: ``told`` are its legs as told, ``main`` the leg that tells how they
    travel; ``outward`` is false for a way back that was told alone; ``at_home`` for those who live at the venue."""

    home: Place
    told: tuple[Trip, ...]
    main: Trip
    outward: bool = True
    at_home: bool = False


def near(a: Place, b: Place, km: Km) -> bool:
    """Whether two places are one and the same for a journey."""
    return a.place_id == b.place_id or km(a, b) <= NEAR_KM


def journeys_of(answers: Answers, venue: Place, km: Km) -> tuple[tuple[Journey, ...], tuple[Trip, ...]]:
    """(journeys to or from the venue, the other trips) of one person; together they are all that was told."""
    here = [(near(trip.origin, venue, km), near(trip.destination, venue, km)) for trip in answers.trips]
    left = {number: trip for number, trip in enumerate(answers.trips) if here[number] == (False, False)}
    journeys = [
        _joined(trip, left, arrives, km)
        for trip, (departs, arrives) in zip(answers.trips, here, strict=True)
        if departs != arrives
    ]
    local = tuple(trip for trip, ends in zip(answers.trips, here, strict=True) if all(ends))
    if local and not journeys and not left:
        main = replace(local[0], round_trip=True, count=1)
        return (Journey(local[0].origin, local, main, at_home=True),), ()
    return tuple(journeys), (*local, *left.values())


def _joined(trip: Trip, left: dict[int, Trip], outward: bool, km: Km) -> Journey:
    """The journey that ends (or begins) with this leg; the legs that join it are taken out of ``left``."""
    legs, end = [trip], trip.origin if outward else trip.destination
    while (number := _next(end, left, outward, km)) is not None:
        leg = left.pop(number)
        legs.append(leg)
        end = leg.origin if outward else leg.destination
    main = max(legs, key=lambda leg: km(leg.origin, leg.destination))
    return Journey(end, tuple(legs), replace(main, round_trip=trip.round_trip, count=trip.count), outward)


def _next(end: Place, left: dict[int, Trip], outward: bool, km: Km) -> int | None:
    for number, leg in left.items():
        if near(leg.destination if outward else leg.origin, end, km):
            return number
    return None


def joined_countries(country: str, factors: FactorSet) -> frozenset[str]:
    """The countries that rails join with this one, itself among them; none where the edition names no rails."""
    groups = table_of(factors, "better")["land_groups"]
    return frozenset(each for group in groups if country in group for each in group)


def by_land(a: Place, b: Place, factors: FactorSet) -> bool:
    """Whether rails join both countries, by the edition's list; the sea is never crossed."""
    return b.country in joined_countries(a.country, factors)


def rail_mode(a: Place, b: Place, factors: FactorSet) -> str:
    """High-speed rail where both countries have it, else rail."""
    fast = table_of(factors, "better")["high_speed_countries"]
    return "high_speed_rail" if a.country in fast and b.country in fast else "rail"


def ground_mode(main: Trip, home: Place, venue: Place, factors: FactorSet) -> str:
    """The way on the ground of someone who told ``main``, where rails or roads join home and venue: as they told it, by
    train for those who told a way within a town. '' for those who told a flight."""
    if main.mode == "plane":
        return ""
    if main.mode in ("coach", "car", "rail"):
        return main.mode
    return rail_mode(home, venue, factors)


def moved(journey: Journey, venue: Place, factors: FactorSet, km: Km, rail_below_km: float = 0.0) -> Trip:
    """The same journey to another venue: who flew flies in the same cabin; who came on the ground does so as far as the
    edition offers rail (its ``rail_max_km``), farther or over sea they fly economy. Below ``rail_below_km`` flights
    become rail where a line may exist."""
    home, main = journey.home, journey.main
    distance_km = km(home, venue)
    mode, cabin = "plane", main.cabin if main.mode == "plane" else "economy"
    limit_km = float(table_of(factors, "better")["rail_max_km"])
    joined = by_land(home, venue, factors)
    if joined and main.mode != "plane" and distance_km <= limit_km:
        mode = ground_mode(main, home, venue, factors)
    elif joined and distance_km <= rail_below_km:
        mode = rail_mode(home, venue, factors)
    ends = (home, venue) if journey.outward else (venue, home)
    return replace(
        main, origin=ends[0], destination=ends[1], via=(), mode=mode, cabin=cabin, distance_km=None,
        people=main.people if mode == "car" and main.mode == "car" else 1,
    )  # fmt: skip


def on_rails(trip: Trip, factors: FactorSet, below_km: float, km: Km) -> Trip:
    """A flight as a train where it is no longer than ``below_km`` and a line may exist; anything else unchanged."""
    if trip.mode != "plane" or not below_km or not by_land(trip.origin, trip.destination, factors):
        return trip
    a, b = trip.origin, trip.destination
    if km(a, b) > below_km:
        return trip
    return replace(trip, mode=rail_mode(a, b, factors), via=(), people=1, distance_km=None)
