"""From what a device keeps (the draft of the calculator's form) to the body of a footprint, and back to its fields.

A draft comes from outside: whatever is in it is handed on to the use case, which refuses it by field; only the shape
that this module itself walks through is checked here. Paths of fields are those of the draft: ``trips.0.from``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from calculations.model import EmissionLine, FieldError, InputError, Scenario
from events import FootprintView
from locales import t

MAX_ITEMS = 200
FUELLED = ("car", "taxi")
SIZED = ("car", "motorcycle")
_INDEX = re.compile(r"^(trips|stays|meals|other)\[(\d+)\](?:\.(.+))?$")


@dataclass(slots=True)
class Asked:
    """A body, and for each of its items (``trips``, 0) the path of the draft it came from."""

    body: dict[str, Any] = field(default_factory=lambda: {"trips": [], "stays": [], "meals": [], "other": []})
    paths: dict[tuple[str, int], str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, item: dict[str, Any], path: str) -> None:
        self.paths[kind, len(self.body[kind])] = path
        self.body[kind].append(item)

    @property
    def is_empty(self) -> bool:
        return not any(self.body[kind] for kind in ("trips", "stays", "meals", "other"))


def part(draft: Any, name: str, kind: type) -> Any:
    """A list or mapping of the draft; an empty one where it is left out, InputError where it is something else."""
    if not isinstance(draft, Mapping):
        raise InputError([FieldError("draft", str(draft)[:80], "{field} must be an object.", {"field": "draft"})])
    value = draft.get(name)
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise InputError([FieldError(name, str(value)[:80], "{field} must be a list.", {"field": name})])
    return value


def items(draft: Any, name: str) -> list[tuple[int, Mapping[str, Any]]]:
    """The objects of a list of the draft, with their positions."""
    found = part(draft, name, list)
    if len(found) > MAX_ITEMS:
        message = "A footprint may hold at most {limit} trips and lines; this one has {count}."
        raise InputError([FieldError(name, len(found), message, {"limit": MAX_ITEMS, "count": len(found)})])
    return [(i, item) for i, item in enumerate(found) if isinstance(item, Mapping)]


def asked_of(draft: Any, scenario: Scenario, whole: bool) -> Asked:
    """The body of a draft. ``whole`` asks for everything that was begun, so that what is wrong is named; without it
    what is not yet finished (a place still being typed) is left out."""
    asked = Asked()
    if (role := part(draft, "who", dict).get("role") or "guest") != "guest":
        asked.body["role"] = role
    remote = part(draft, "remote", dict)
    if remote.get("on") is True:
        item = {"activity": "remote_participation", "quantity": remote.get("hours", 1), "unit": "hour"}
        asked.add("other", item, "remote.hours")
        return asked
    if "trips" in scenario.asks:
        _add_trips(asked, draft, whole)
    if "stays" in scenario.asks:
        _add_stays(asked, draft, whole)
    if "meals" in scenario.asks:
        for diet, count in list(part(draft, "meals", dict).items())[:MAX_ITEMS]:
            if count not in (0, "", None):
                asked.add("meals", {"diet": diet, "count": count}, f"meals.{diet}")
    if whole and scenario.page.get("home"):
        _check_home(asked, part(draft, "home", dict))
    _add_other(asked, draft, scenario)
    return asked


def _check_home(asked: Asked, home: Mapping[str, Any]) -> None:
    if home.get("place_text") and not home.get("place"):
        sentence = t(
            "“{value}” is no place we know: choose one of the suggestions.", value=str(home["place_text"])[:60]
        )
        asked.errors["home.place"] = sentence


def _add_other(asked: Asked, draft: Any, scenario: Scenario) -> None:
    """The scenario's own activities. What is left as it was filled in beforehand counts as defaulted; where somebody
    lives goes with what is priced by region."""
    told, home = part(draft, "other", dict), place_id(part(draft, "home", dict).get("place"))
    for activity in scenario.activities:
        quantity = told.get(activity.key)
        if quantity in (0, "", None) or activity.key == "remote_participation":
            continue
        item = {"activity": activity.key, "quantity": quantity, "unit": activity.unit}
        item |= {"known": "defaulted"} if quantity == activity.default else {}
        item |= {"place": home} if home and activity.by_region and scenario.page.get("home") else {}
        asked.add("other", item, f"other.{activity.key}")


def place_id(value: Any) -> Any:
    """The id of a place as the form keeps it, or what stands there instead."""
    return value.get("id") if isinstance(value, Mapping) else value


def _add_trips(asked: Asked, draft: Any, whole: bool) -> None:
    for i, trip in items(draft, "trips"):
        path, stops = f"trips.{i}", trip.get("via") or []
        open_fields = _open_fields(trip, stops if isinstance(stops, list) else [])
        if not trip.get("from") and not trip.get("from_text"):
            continue
        if open_fields and whole:
            for name, text in open_fields.items():
                sentence = t("“{value}” is no place we know: choose one of the suggestions.", value=text[:60])
                asked.errors[f"{path}.{name}"] = (
                    sentence if text else t("Type a town or an airport’s code, then choose it.")
                )
        if not open_fields:
            asked.add("trips", _trip(trip), path)


def _open_fields(trip: Mapping[str, Any], stops: list[Any]) -> dict[str, str]:
    """Fields of places in which something stands that is no place yet."""
    found = {}
    for name in ("from", "to"):
        if not trip.get(name) and (name == "from" or trip.get("to_text")):
            found[name] = str(trip.get(name + "_text") or "")
    for j, stop in enumerate(stops):
        if isinstance(stop, Mapping) and not stop.get("place") and stop.get("place_text"):
            found[f"via.{j}"] = str(stop["place_text"])
    return found


def _trip(trip: Mapping[str, Any]) -> dict[str, Any]:
    mode = trip.get("mode")
    item: dict[str, Any] = {
        "from": place_id(trip.get("from")),
        "mode": mode,
        "round_trip": trip.get("round_trip", True),
    }
    if trip.get("to"):
        item["to"] = place_id(trip["to"])
    via = trip.get("via")
    if isinstance(via, list):
        stops = [place_id(stop.get("place")) for stop in via if isinstance(stop, Mapping) and stop.get("place")]
        item |= {"via": stops} if stops else {}
    elif via:
        item["via"] = via
    if mode == "plane":
        item["cabin"] = trip.get("cabin") or "economy"
    if mode in FUELLED:
        item |= {"fuel": trip.get("fuel") or "petrol", "people": trip.get("people", 1)}
    if mode in SIZED and trip.get("size"):
        item["size"] = trip["size"]
    if trip.get("count", 1) != 1:
        item["count"] = trip["count"]
    return item


def _add_stays(asked: Asked, draft: Any, whole: bool) -> None:
    for i, stay in items(draft, "stays"):
        path = f"stays.{i}"
        if not stay.get("place") and stay.get("place_text"):
            if whole:
                sentence = t(
                    "“{value}” is no place we know: choose one of the suggestions.", value=str(stay["place_text"])[:60]
                )
                asked.errors[f"{path}.place"] = sentence
            continue
        if stay.get("nights") in (0, "", None):
            continue
        item = {name: stay.get(name, 1) for name in ("nights", "rooms", "guests")}
        item |= {"kind": stay["kind"]} if stay.get("kind") else {}
        item |= {"place": place_id(stay["place"])} if stay.get("place") else {}
        asked.add("stays", item, path)


def field_path(asked: Asked, named: str) -> str:
    """The draft's path of a field that the use case named (``trips[0].from`` → ``trips.1.from``)."""
    found = _INDEX.match(named)
    if found is None:
        return named
    kind, index, rest = found[1], int(found[2]), found[3] or ""
    path = asked.paths.get((kind, index), f"{kind}.{index}")
    if kind in ("meals", "other"):
        return path
    via = re.match(r"via\[(\d+)\]", rest)
    return f"{path}.via.{via[1]}" if via else f"{path}.{rest}" if rest else path


def sentences(asked: Asked, error: InputError, names: Mapping[str, str]) -> dict[str, str]:
    """The sentence of each field that is wrong, by the draft's path; ``names`` are what people call the fields."""
    found: dict[str, str] = {}
    for each in error.errors:
        path = field_path(asked, each.field)
        params = {**each.params, "field": _called(path, names), "value": _shown(each.value)}
        found.setdefault(path, t(each.message, **params))
    return found


def _called(path: str, names: Mapping[str, str]) -> str:
    parts = path.split(".")
    return names.get(path) or names.get(parts[-1]) or names.get(parts[0]) or path


def _shown(value: Any) -> str:
    if value is None or value == "":
        return t("empty")
    return str(value)[:80]


def lines_by_path(asked: Asked, view: FootprintView) -> dict[str, EmissionLine]:
    """The emission line of each item, by the draft's path; items out of the event's boundary have none."""
    lines, found, at = list(view.lines), {}, 0
    for kind in ("trips", "stays", "meals", "other"):
        for i, item in enumerate(asked.body[kind]):
            if at < len(lines) and _is_of(lines[at], kind, item):
                found[asked.paths[kind, i]] = lines[at]
                at += 1
    return found


def _is_of(line: EmissionLine, kind: str, item: Mapping[str, Any]) -> bool:
    """Lines stand in the order of the answers; those of a category that is not counted are left out together."""
    if kind == "trips":
        return line.mode == item["mode"]
    if kind == "stays":
        return line.category == "stay"
    return line.activity == (f"{item['diet']}_meal" if kind == "meals" else item["activity"]) and not line.mode
