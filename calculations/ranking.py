"""Who stands where on a board: by share covered, then by low-carbon choice.

* ``share_bp`` = 10,000 × covered grams ÷ total grams, at most 10,000 (100 %), rounded down, so that nobody reaches
  100 % with a gram still open. A footprint of nothing counts as covered in full.
* The norm of a route is what the same journeys emit by the usual mode of their distance: driving alone in a petrol car
  below `CAR_NORM_BELOW_KM`, from there on flying economy, each straight from origin to destination.
  ``norm_bp`` = 10,000 × travel grams ÷ norm grams, rounded half up; 10,000 is the norm, less is better. Whoever tells
  no journey has no norm and stands at the norm itself, neither rewarded nor punished.
* For groups the second key is grams a person, less being better.
* Equals share a rank, and as many ranks after them stay free: 1, 2=, 2=, 4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from calculations.model import Answers, Place, Trip

FULL_BP = 10_000
SMALLEST_GROUP = 5
CAR_NORM_BELOW_KM = 300.0


def share_bp(covered_g: int, total_g: int) -> int:
    """Share covered in basis points, 0 … 10,000."""
    if total_g <= 0:
        return FULL_BP
    return max(0, min(FULL_BP, covered_g * FULL_BP // total_g))


def shown_groups(people: Mapping[str, int], others: int = 0) -> frozenset[str]:
    """The groups whose figures may stand beside those of the whole: five people and more. Where those left out
    (``others`` are people of no group) would be one to four in all, the whole less what is shown would tell of them:
    then the smallest of the shown is left out too."""
    large = (key for key, count in people.items() if count >= SMALLEST_GROUP)
    shown = sorted(large, key=lambda key: (people[key], key))
    left = others + sum(count for count in people.values() if count < SMALLEST_GROUP)
    if shown and 0 < left < SMALLEST_GROUP:
        shown.pop(0)
    return frozenset(shown)


def norm_bp(travel_g: int, norm_g: int) -> int:
    """Travel against the norm of the route in basis points; 10,000 where there is no norm."""
    if norm_g <= 0:
        return FULL_BP
    return max(0, (2 * travel_g * FULL_BP + norm_g) // (2 * norm_g))


def norm_answers(answers: Answers, distance_km: Callable[[Place, Place], float]) -> Answers:
    """The same journeys by the usual mode of their distance, and nothing else."""
    return Answers(trips=tuple(_norm_trip(trip, distance_km) for trip in answers.trips), group_size=answers.group_size)


def _norm_trip(trip: Trip, distance_km: Callable[[Place, Place], float]) -> Trip:
    usual = "car" if distance_km(trip.origin, trip.destination) < CAR_NORM_BELOW_KM else "plane"
    routed_km = trip.distance_km if trip.mode == usual else None
    return replace(trip, via=(), mode=usual, cabin="economy", fuel="petrol", people=1, distance_km=routed_km)


@dataclass(frozen=True, slots=True)
class Standing:
    """A row's place: ``rank`` from 1, and whether others share it."""

    rank: int
    tied: bool

    @property
    def label(self) -> str:
        """``2=`` where the rank is shared, else ``2``."""
        return f"{self.rank}=" if self.tied else str(self.rank)


def standings(keys: Sequence[tuple[int, int]]) -> list[Standing]:
    """The standing of each (share_bp, second key), in the order given: more share first, then less of the second."""
    order = sorted((-share, second) for share, second in keys)
    first: dict[tuple[int, int], int] = {}
    for position, key in enumerate(order, start=1):
        first.setdefault(key, position)
    counts = _counts(order)
    wanted = [(-share, second) for share, second in keys]
    return [Standing(rank=first[key], tied=counts[key] > 1) for key in wanted]


def _counts(keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    counts: dict[tuple[int, int], int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return counts
