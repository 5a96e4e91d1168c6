"""A what-if question as an address: the scenario of a link that can be handed on, and of the page's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from calculations.changes import MOST_HUBS, Changes, Hotels, Power, Remote, check_changes
from calculations.model import FieldError, InputError, Place
from calculations.stay import KINDS
from data.places import index

NAMES = (
    "venues", "remote", "hours", "whom", "rail", "vegetarian", "vegan", "nights", "room", "house", "kwh",
    "certificates", "source",
)  # fmt: skip
HOURS = 8.0
LONGEST_SOURCE = 200


def changes_from_url(params: Mapping[str, Any]) -> Changes:
    """The changes that an address asks for: ``venues`` are ids of places, by commas; ``remote``, ``vegetarian``,
    ``vegan`` and ``certificates`` are percent, ``rail`` km, ``kwh`` kg CO2e per kWh; what is not there changes nothing,
    other names are left alone. Raises InputError naming every field that is wrong."""
    reader = _Reader({name: str(params.get(name) or "").strip() for name in NAMES})
    changes = reader.changes()
    if reader.wrong:
        raise InputError(reader.wrong)
    check_changes(changes)
    return changes


def changes_to_url(changes: Changes) -> str:
    """The query that says the same."""
    remote, hotels, power = changes.remote, changes.hotels, changes.power
    told: dict[str, Any] = {"venues": ",".join(place.place_id for place in changes.venues)}
    if remote is not None:
        told |= {"remote": _plain(remote.share * 100), "hours": _plain(remote.hours), "whom": remote.whom}
    told["rail"] = _plain(changes.rail_below_km)
    told |= {diet: _plain(share * 100) for diet, share in changes.menu.items()}
    if hotels is not None:
        told |= {"nights": hotels.nights or "", "room": hotels.guests_per_room or "", "house": hotels.kind}
    if power is not None:
        told["kwh"] = "" if power.kg_per_kwh is None else _plain(power.kg_per_kwh, zero="0")
        told |= {"certificates": _plain(power.certificate_share * 100), "source": power.source}
    return urlencode({name: told[name] for name in NAMES if told.get(name)}, safe=":,")


def _plain(number: float, zero: str = "") -> str:
    return f"{round(number, 6):g}" if number else zero


class _Reader:
    """Collects what is wrong while reading."""

    def __init__(self, params: Mapping[str, str]):
        self.params, self.wrong = params, list[FieldError]()

    def changes(self) -> Changes:
        return Changes(
            venues=self.places(), rail_below_km=self.number("rail", 0, 5000), hotels=self.hotels(), menu=self.menu(),
            power=self.power(), remote=self.remote(),
        )  # fmt: skip

    def number(self, name: str, low: float, high: float, otherwise: float = 0.0) -> float:
        text = self.params[name]
        try:
            value = float(text) if text else otherwise
        except ValueError:
            value = float("nan")
        if low <= value <= high:
            return value
        message = "{field} must be a number from {low} to {high}; it is {value}."
        params = {"low": f"{low:g}", "high": f"{high:g}"}
        self.wrong.append(FieldError(name, text[:40], message, params))
        return otherwise

    def choice(self, name: str, known: tuple[str, ...], otherwise: str) -> str:
        text = self.params[name] or otherwise
        if text not in known:
            message = "{field} must be one of {known}; it is {value}."
            params = {"known": ", ".join(each for each in known if each)}
            self.wrong.append(FieldError(name, text[:40], message, params))
        return text

    def places(self) -> tuple[Place, ...]:
        ids = list(dict.fromkeys(filter(None, self.params["venues"].split(","))))
        found = [index.get(each) for each in ids[: MOST_HUBS + 1]]
        if len(ids) > MOST_HUBS:
            message = "At most {limit} hubs can be compared."
            self.wrong.append(FieldError("venues", len(ids), message, {"limit": MOST_HUBS}))
        for each, place in zip(ids, found, strict=False):
            if place is None:
                message = "{field}: no place is called {value}; take an id from the suggestions, such as iata:CTU."
                self.wrong.append(FieldError("venues", each[:40], message, {}))
        return tuple(place for place in found if place is not None)

    def remote(self) -> Remote | None:
        share, hours = self.number("remote", 0, 100) / 100, self.number("hours", 0, 1000, HOURS)
        whom = self.choice("whom", ("anyone", "farthest"), "anyone")
        return Remote(share, hours, whom) if share else None

    def menu(self) -> dict[str, float]:
        shares = {diet: self.number(diet, 0, 100) / 100 for diet in ("vegetarian", "vegan")}
        if sum(shares.values()) > 1:
            message = "Vegetarian and vegan meals together are more than 100 %."
            self.wrong.append(FieldError("vegan", self.params["vegan"], message, {}))
        return {diet: share for diet, share in shares.items() if share}

    def hotels(self) -> Hotels | None:
        nights, room = round(self.number("nights", -30, 30)), round(self.number("room", 0, 6))
        house = self.choice("house", ("", *KINDS), "")
        return Hotels(nights, house, room) if nights or room or house else None

    def power(self) -> Power | None:
        share = self.number("certificates", 0, 100) / 100
        told = self.params["kwh"] != ""
        per_kwh = self.number("kwh", 0, 3)
        source = self.params["source"][:LONGEST_SOURCE]
        return Power(per_kwh if told else None, share, source) if told or share else None
