"""What an event is expected to emit before anybody has answered, and what measures would save of it: the people its
organiser expects, by where they come from, and what is planned, through the engine of *What if*."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from calculations.changes import Changes, Note, Outcome
from calculations.distance import geodesic_km
from calculations.model import DIETS, Place
from calculations.parties import NEAR_KM, Party
from calculations.ranking import CAR_NORM_BELOW_KM
from calculations.rates import Rates
from calculations.strata import spread
from calculations.what_if import what_if
from data.places.cities import candidate_cities
from events.estimates import told_of
from events.footprints import factors_of, inventory_scenario, parse
from events.inventory_entries import bare
from events.model import Event

CITIES = 1000
MEALS_A_DAY = 3
LONGEST_STAY_DAYS = 14  # an event of more days is a venue: nobody is there all the time
NO_REGIONS = "Nobody has said where people come from: their ways are not in the estimate."
USUAL = (
    "Everybody of a country or region is taken to come from its largest city with an airport, there and back by the "
    "usual way: by car below {km} km, by plane from there."
)
SHARED = "{count} people whose origin nobody told are taken to come from the same regions as the others."
NOT_FOUND = "No city is known here for {regions}: the ways of their {count} people are not in the estimate."
STAYS = "Nights: {nights}, meals: {meals}, for each who comes from more than {km} km away; the others only eat there."
REMOTE = "{count} people take part remotely: they neither travel, stay nor eat there."
OWN = "The organiser's own: {count} planned lines."


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is taken of one person: nights and meals there, and the diet."""

    nights: int
    meals: int
    diet: str = "average"


@dataclass(frozen=True, slots=True)
class Expected:
    """Who is expected, as parties of the engine, with what was assumed."""

    event: Event
    parties: tuple[Party, ...]
    people: int
    notes: tuple[Note, ...]
    rates: Rates

    def outcome(self, changes: Changes) -> Outcome:
        """Before and after a change. Raises InputError, FactorMissing."""
        return what_if(self.parties, self.event.place, self.rates, changes)


def assumed_of(event: Event) -> Assumed:
    """What is taken where nothing else is told: the calculator's own defaults, else a night for each day but the last
    and three meals a day. What is open for longer than two weeks is visited for a day."""
    zone = ZoneInfo(event.timezone)
    days = (event.ends_at.astimezone(zone).date() - event.starts_at.astimezone(zone).date() + timedelta(days=1)).days
    days = days if days <= LONGEST_STAY_DAYS else 1
    told, usual = event.defaults, max(1, days - 1)
    nights = told.get("nights", usual) if isinstance(told.get("nights"), int) else usual
    diet = told.get("diet") if told.get("diet") in DIETS else "average"
    return Assumed(nights, MEALS_A_DAY * days, str(diet))


def expected_of(event: Event, planned: Sequence[Mapping[str, Any]], assumed: Assumed) -> Expected:
    """The expected people and what is planned (entries of the inventory). Raises InputError, Conflict."""
    told = told_of(event)
    remote = min(event.expected_people, told.get("way", {}).get("remote", 0))
    onsite = event.expected_people - remote
    counts, notes = _by_region(told.get("region", {}), onsite)
    parties, lost = [], dict[str, int]()
    for code, people in counts.items():
        home = home_of(code)
        if code and home is None:
            lost[code] = people
        parties.append(Party(parse(event, _body(event, home, assumed)), people))
    notes += [Note(STAYS, {"km": NEAR_KM, "nights": assumed.nights, "meals": assumed.meals})] if onsite else []
    notes += [Note(NOT_FOUND, {"regions": ", ".join(lost), "count": sum(lost.values())})] if lost else []
    notes += [Note(REMOTE, {"count": remote})] if remote else []
    if planned:
        entries = bare({"trips": [], "stays": [], "meals": [], "other": list(planned)})
        parties.append(Party(parse(event, entries, inventory_scenario(event)), 1, "organiser"))
        notes.append(Note(OWN, {"count": len(planned)}))
    rates = Rates(factors_of(event), event.boundary, event.defaults.get("hotel_norm"), event.place.country)
    return Expected(event, tuple(parties), event.expected_people, tuple(notes), rates)


def _by_region(told: Mapping[str, int], onsite: int) -> tuple[dict[str, int], list[Note]]:
    """People by where they come from; those nobody told of are shared out among the others."""
    known = {code: count for code, count in told.items() if count > 0}
    if not known:
        return ({"": onsite} if onsite else {}), ([Note(NO_REGIONS)] if onsite else [])
    notes = [Note(USUAL, {"km": CAR_NORM_BELOW_KM})]
    rest = max(0, onsite - sum(known.values()))
    if rest:
        notes.append(Note(SHARED, {"count": rest}))
    more = spread(rest, list(known.values()))
    return {code: count + extra for (code, count), extra in zip(known.items(), more, strict=True)}, notes


def home_of(code: str) -> Place | None:
    """The largest city with an airport of a country (``JP``) or a part of one (``CN-51``); None where none is known."""
    if not code:
        return None
    return next((city for city in candidate_cities(CITIES) if code in (city.region, city.country)), None)


def _body(event: Event, home: Place | None, assumed: Assumed) -> dict[str, Any]:
    """What one person from there would tell."""
    km = geodesic_km(home.lat, home.lon, event.place.lat, event.place.lon) if home else 0.0
    body: dict[str, Any] = {"trips": [], "stays": [], "meals": [], "other": []}
    if assumed.meals:
        body["meals"] = [{"diet": assumed.diet, "count": assumed.meals}]
    if home is not None and km > NEAR_KM:
        mode = "car" if km < CAR_NORM_BELOW_KM else "plane"
        body["trips"] = [{"from": home.place_id, "mode": mode, "round_trip": True}]
    if assumed.nights and (home is None or km > NEAR_KM):
        body["stays"] = [{"country": event.place.country, "nights": assumed.nights, "rooms": 1, "guests": 1}]
    return body
