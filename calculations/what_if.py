"""What if: an event's footprint with something changed, by the same factors and boundary, beside what it is.

The changes are composed in this order: venue or hubs, rail, hotels, menu, power, taking part remotely. Sums are rounded
to whole grams once, per category. Low and high are propagated as those of the event: errors of one factor move
together, those of different ones do not. What is assumed is part of the answer, as notes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from calculations.changes import CategoryChange, Changes, Mass, Note, Outcome, Remote, check_changes
from calculations.model import CATEGORIES, Meal, OtherActivity, Place, Stay, Trip
from calculations.parties import Journey, Party, journeys_of, moved, near, on_rails
from calculations.rates import Grams, Rates, Tally

TRAVELLED = ("travel", "local")
KWH = {"kWh": 1.0, "MWh": 1000.0}


@dataclass(frozen=True, slots=True)
class _Case:
    """What is asked: the event's place, the rates, the changes, the places after them and which are not the event's."""

    venue: Place
    rates: Rates
    changes: Changes
    places: tuple[Place, ...]
    elsewhere: tuple[bool, ...]


@dataclass(slots=True)
class _Sums:
    """Grams by category, before and after, and the people that a change touched."""

    before: dict[str, Tally] = field(default_factory=dict)
    after: dict[str, Tally] = field(default_factory=dict)
    moved: float = 0.0
    railed: float = 0.0
    remote: float = 0.0
    homeless: int = 0
    hubs: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Changed:
    """A party after the changes: its lines, and the hub it goes to (-1: none, their way is unknown)."""

    party: Party
    lines: tuple[Grams, ...]
    hub: int
    railed: bool
    way_km: float


def what_if(parties: Sequence[Party], venue: Place, rates: Rates, changes: Changes) -> Outcome:
    """The event of these people at ``venue`` as it is, and with the changes. Raises InputError, FactorMissing."""
    check_changes(changes)
    places = changes.venues or (venue,)
    rates.measure((trip.origin, to) for party in parties for trip in party.answers.trips for to in (venue, *places))
    case = _Case(venue, rates, changes, places, tuple(not near(place, venue, rates.km) for place in places))
    sums = _Sums()
    guests = [_change(party, case) for party in parties if party.kind != "organiser"]
    for party in parties:
        _add(sums.before, as_told(party, rates), party.people, party, rates)
    for each, away in zip(guests, _remote_people(guests, changes.remote), strict=True):
        _count(sums, each, away, case)
    for party in parties:
        if party.kind == "organiser":
            _organiser(sums, party, case)
    return _outcome(sums, parties, case)


def as_told(party: Party, rates: Rates) -> list[Grams]:
    """One person's lines as they stand."""
    a = party.answers
    return [
        *[rates.trip(trip, party.method) for trip in a.trips], *[rates.stay(stay) for stay in a.stays],
        *[rates.meal(meal) for meal in a.meals], *[rates.other(other) for other in a.other],
    ]  # fmt: skip


def _add(into: dict[str, Tally], lines: Iterable[Grams], times: float, party: Party, rates: Rates) -> None:
    group = party.kind == "group"
    for line in lines:
        if line.category in rates.boundary.categories or (group and line.category in TRAVELLED):
            into.setdefault(line.category, Tally()).add(line, times, together=group)


def _change(party: Party, case: _Case) -> _Changed:
    rates, changes, answers = case.rates, case.changes, party.answers
    journeys, others = journeys_of(answers, case.venue, rates.km)
    hub, ways = _cheapest(party, journeys, case)
    trips = (*ways, *[on_rails(trip, rates.factors, changes.rail_below_km, rates.km) for trip in others])
    lines = [
        *[rates.trip(trip, party.method) for trip in trips],
        *[_slept(stay, hub, case) for stay in answers.stays],
        *_eaten(answers.meals, case),
        *[_powered(other, case) for other in answers.other],
    ]
    railed = bool(changes.rail_below_km) and _trains(trips) > _trains(answers.trips)
    km = max((rates.km(journey.home, case.places[hub]) for journey in journeys), default=0.0)
    return _Changed(party, tuple(lines), hub if journeys else -1, railed, km)


def _trains(trips: Sequence[Trip]) -> int:
    return sum(trip.mode in ("rail", "high_speed_rail") for trip in trips)


def _cheapest(party: Party, journeys: Sequence[Journey], case: _Case) -> tuple[int, tuple[Trip, ...]]:
    """The number of the place whose ways cost this party least (the first of equals), and those ways."""
    rates, below_km = case.rates, case.changes.rail_below_km
    told = tuple(on_rails(trip, rates.factors, below_km, rates.km) for each in journeys for trip in each.told)
    best = (float("inf"), 0, told)
    for number, place in enumerate(case.places if journeys else ()):
        ways = told
        if case.elsewhere[number]:
            ways = tuple(moved(each, place, rates.factors, rates.km, below_km) for each in journeys)
        cost = sum(rates.trip(trip, party.method).central for trip in ways)
        if cost < best[0]:
            best = (cost, number, ways)
    return best[1], best[2]


def _slept(stay: Stay, hub: int, case: _Case) -> Grams:
    """A stay after the changes; it goes with the venue where it was in its country."""
    to, hotels = case.places[hub], case.changes.hotels
    goes = case.elsewhere[hub] and stay.country == case.venue.country
    if goes:
        stay = replace(stay, place=to, country=to.country)
    if hotels is not None and hotels.guests_per_room:
        stay = replace(stay, rooms=1, guests=hotels.guests_per_room)
    if hotels is not None:
        nights = max(0, stay.nights + hotels.nights) if stay.nights else 0
        stay = replace(stay, nights=nights, kind=hotels.kind or stay.kind)
    return case.rates.stay(stay, moved=goes)


def _eaten(meals: Sequence[Meal], case: _Case) -> list[Grams]:
    menu, rates = case.changes.menu, case.rates
    count, rest = sum(meal.count for meal in meals), 1.0 - sum(menu.values())
    told = [rates.meal(meal).times(rest) for meal in meals]
    return [*told, *[rates.meal(Meal(diet, 1)).times(count * share) for diet, share in menu.items() if count]]


def _is_power(other: OtherActivity) -> bool:
    return other.unit in KWH and (other.activity == "electricity" or other.by_region == "electricity")


def _powered(other: OtherActivity, case: _Case) -> Grams:
    grid, power = case.rates.other(other), case.changes.power
    if power is None or not _is_power(other):
        return grid
    bought = grid
    if power.kg_per_kwh is not None:
        grams = power.kg_per_kwh * 1000.0 * other.quantity * other.scale * KWH[other.unit]
        bought = Grams(grams, grid.category)
    return bought.times(1.0 - power.certificate_share)


def _remote_people(done: Sequence[_Changed], remote: Remote | None) -> list[float]:
    """Of each party, the people who stay away."""
    present = [each.party.people if each.party.present else 0 for each in done]
    if remote is None or not remote.share:
        return [0.0] * len(done)
    if remote.whom == "anyone":
        return [people * remote.share for people in present]
    left = float(round(sum(present) * remote.share))
    away = [0.0] * len(done)
    for number in sorted(range(len(done)), key=lambda at: -done[at].way_km):
        away[number] = min(left, float(present[number]))
        left -= away[number]
    return away


def _count(sums: _Sums, each: _Changed, away: float, case: _Case) -> None:
    party, here, remote = each.party, each.party.people - away, case.changes.remote
    _add(sums.after, each.lines, here, party, case.rates)
    if away and remote is not None:
        kept = [_powered(other, case) for other in party.answers.other]
        asked = case.rates.other(OtherActivity("remote_participation", remote.hours, "hour"))
        _add(sums.after, [*kept, asked], away, party, case.rates)
        sums.remote += away
    if each.railed:
        sums.railed += here
    if each.hub >= 0:
        sums.hubs[each.hub] = sums.hubs.get(each.hub, 0.0) + here
        sums.moved += here if case.elsewhere[each.hub] else 0.0
    elif party.present:
        sums.homeless += party.people


def _organiser(sums: _Sums, party: Party, case: _Case) -> None:
    """The event's own lines: power by the grid of where it is used, shared by people where there are several hubs."""
    rates, answers, people = case.rates, party.answers, sum(sums.hubs.values())
    trips = [on_rails(trip, rates.factors, case.changes.rail_below_km, rates.km) for trip in answers.trips]
    lines = [*[rates.trip(trip) for trip in trips], *_eaten(answers.meals, case)]
    _add(sums.after, lines, party.people, party, rates)
    for hub, place in enumerate(case.places):
        share = sums.hubs.get(hub, 0.0) / people if people else 1.0 / len(case.places)
        others = [_moved_power(other, place) if case.elsewhere[hub] else other for other in answers.other]
        here = [*[_powered(other, case) for other in others], *[_slept(stay, hub, case) for stay in answers.stays]]
        _add(sums.after, here, party.people * share, party, rates)


def _moved_power(other: OtherActivity, place: Place) -> OtherActivity:
    return replace(other, region=place.region or place.country) if _is_power(other) else other


def _outcome(sums: _Sums, parties: Sequence[Party], case: _Case) -> Outcome:
    nothing, remote = Tally(), case.changes.remote
    rows = tuple(
        CategoryChange(name, Mass(*sums.before.get(name, nothing).rounded()),
                       Mass(*sums.after.get(name, nothing).rounded()))
        for name in CATEGORIES
        if name in sums.before or name in sums.after
    )  # fmt: skip
    return Outcome(
        before=_total(sums.before, [row.before for row in rows]),
        after=_total(sums.after, [row.after for row in rows]), categories=rows,
        people=sum(p.people for p in parties if p.kind != "organiser"), moved_people=round(sums.moved),
        rail_people=round(sums.railed), remote_people=round(sums.remote),
        remote_hours=sums.remote * remote.hours if remote is not None else 0.0,
        hubs=tuple((place, round(sums.hubs.get(at, 0.0))) for at, place in enumerate(case.places)),
        notes=tuple(_notes(sums, case)),
    )  # fmt: skip


def _total(tallies: Mapping[str, Tally], parts: Sequence[Mass]) -> Mass:
    """The whole: its central figure is the sum of the rounded parts, its bounds are propagated over all of them."""
    whole = Tally()
    for tally in tallies.values():
        whole.merge(tally)
    low_g, _, high_g = whole.rounded()
    total_g = sum(part.total_g for part in parts)
    return Mass(min(low_g, total_g), total_g, max(high_g, total_g))


def _notes(sums: _Sums, case: _Case) -> Iterable[Note]:
    """What was assumed, for the changes that were asked for."""
    changes = case.changes
    if any(case.elsewhere):
        yield Note("Who flew flies to the other venue in the same cabin. Who came on the ground does so as far as rail "
                   "reaches by the edition's list; farther, or over sea, they fly economy.")  # fmt: skip
        yield Note("Nights and meals stay as told; a hotel takes the figure of its new country, electricity that of "
                   "its new grid. Ways within the place of the event stay as they are.")  # fmt: skip
        if sums.homeless:
            yield Note("{count} people told no way to the event: they are not moved.", {"count": sums.homeless})
    if len(changes.venues) > 1:
        yield Note("Each guest goes to the hub whose way emits least; the event's own lines are shared by people.")
    if changes.rail_below_km:
        yield Note("A train stands in where the edition says that rails join both countries. Whether it runs on that "
                   "day is not known here; night trains and changes are not asked for.")  # fmt: skip
    if changes.menu:
        yield Note("As many meals as were told, with other diets; what is left keeps the diets as told.")
    if changes.power is not None:
        yield Note("The contract's figure is the organiser's own word; it has no range. Certificates count as 0.")
    if changes.remote is not None and changes.remote.share:
        yield Note("Those who take part remotely neither travel, stay overnight nor eat at the event; what they eat at "
                   "home is not counted.")  # fmt: skip
        if "digital" not in case.rates.boundary.categories:
            yield Note("The event does not count the category digital: hours on line add nothing.")
