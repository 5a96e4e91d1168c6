"""What may be changed about an event, and what comes of it: the question and the answer of *What if*."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from calculations.model import DIETS, FieldError, InputError, Place

WHOM = ("anyone", "farthest")
MOST_HUBS = 3


@dataclass(frozen=True, slots=True)
class Remote:
    """A ``share`` (0 … 1) of those who came takes part remotely for ``hours`` each: ``anyone`` in proportion, or those
    from ``farthest`` away first. They neither travel, stay nor eat there."""

    share: float
    hours: float
    whom: str = "anyone"


@dataclass(frozen=True, slots=True)
class Hotels:
    """Nights more or fewer per stay (none falls below 0), the kind of house ('' as told), people a room (0 as told)."""

    nights: int = 0
    kind: str = ""
    guests_per_room: int = 0


@dataclass(frozen=True, slots=True)
class Power:
    """The venue's contract: kg CO2e per kWh by the supplier's disclosure (None: the grid's row as it is), and the share
    of the kWh covered by certificates of renewable power, at 0. ``source`` is what the organiser says of both."""

    kg_per_kwh: float | None = None
    certificate_share: float = 0.0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is changed; the default changes nothing. ``venues`` are one other venue or up to three hubs, of which each
    guest goes to the one that costs least; ``rail_below_km`` turns flights up to there into rail; ``menu`` gives diets
    their share of all meals, the rest stays as told."""

    venues: tuple[Place, ...] = ()
    rail_below_km: float = 0.0
    hotels: Hotels | None = None
    menu: Mapping[str, float] = field(default_factory=dict)
    power: Power | None = None
    remote: Remote | None = None


@dataclass(frozen=True, slots=True)
class Mass:
    """Integer grams with their bounds."""

    low_g: int = 0
    total_g: int = 0
    high_g: int = 0


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """A category before and after."""

    category: str
    before: Mass
    after: Mass

    @property
    def difference_g(self) -> int:
        """After less before: negative is saved."""
        return self.after.total_g - self.before.total_g


@dataclass(frozen=True, slots=True)
class Note:
    """An assumption: an English msgid and its parameters."""

    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Before and after; ``hubs``: the people who come to each place; ``rail_people``: whose flight became a train."""

    before: Mass
    after: Mass
    categories: tuple[CategoryChange, ...]
    people: int
    moved_people: int
    rail_people: int
    remote_people: int
    remote_hours: float
    hubs: tuple[tuple[Place, int], ...]
    notes: tuple[Note, ...]

    @property
    def difference_g(self) -> int:
        """After less before: negative is saved."""
        return self.after.total_g - self.before.total_g


def check_changes(changes: Changes) -> None:
    """Raises InputError naming every field that is out of range."""
    remote, power, hotels = changes.remote, changes.power, changes.hotels
    wrong = _outside("venues", len(changes.venues), 0, MOST_HUBS)
    wrong += _outside("rail_below_km", changes.rail_below_km, 0, 5000)
    wrong += [e for diet, share in changes.menu.items() for e in _outside(f"menu.{diet}", share, 0, 1)]
    wrong += _outside("menu", round(sum(changes.menu.values()), 9), 0, 1)
    if remote is not None:
        wrong += _outside("remote.share", remote.share, 0, 1) + _outside("remote.hours", remote.hours, 0, 1000)
    if power is not None:
        wrong += _outside("power.kg_per_kwh", power.kg_per_kwh or 0, 0, 3)
        wrong += _outside("power.certificate_share", power.certificate_share, 0, 1)
    if hotels is not None:
        wrong += _outside("hotels.nights", hotels.nights, -30, 30)
        wrong += _outside("hotels.guests_per_room", hotels.guests_per_room, 0, 6)
    unknown = sorted(set(changes.menu) - set(DIETS))
    wrong += [_unknown("menu", diet, DIETS) for diet in unknown]
    if remote is not None and remote.whom not in WHOM:
        wrong.append(_unknown("remote.whom", remote.whom, WHOM))
    if wrong:
        raise InputError(wrong)


def _outside(name: str, value: float, low: float, high: float) -> list[FieldError]:
    if low <= value <= high:
        return []
    message = "{field} must be a number from {low} to {high}; it is {value}."
    return [FieldError(name, value, message, {"field": name, "value": value, "low": low, "high": high})]


def _unknown(name: str, value: str, known: Sequence[str]) -> FieldError:
    message = "{field} must be one of {known}; it is {value}."
    return FieldError(name, value, message, {"field": name, "value": value, "known": ", ".join(known)})
