"""Tables of activities, a row at a time: which columns there are, what a cell may hold, and what a row becomes.

A row is turned into the body of a footprint with one activity and read by ``calculations.answers``, so that limits and
sentences are those of every other way in. The vector path (``bulk_activities``) asks this module for every row that it
does not understand, and once for each kind of row that it does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from calculations.answers import MAX_TEXT, parse_answers
from calculations.model import Answers, FactorSet, FieldError, InputError, Place, Scenario

Resolve = Callable[[str], Place | None]
KINDS = ("trip", "stay", "meal", "other")
SECTIONS = {"trip": "trips", "stay": "stays", "meal": "meals", "other": "other"}
MARKERS = {"trip": "mode", "stay": "nights", "meal": "diet", "other": "activity"}  # the column that tells a row's kind
POINTS = ("from_lat", "from_lon", "to_lat", "to_lon")
WHOLE = ("people", "count", "nights", "rooms", "guests", "group_size")
NUMBERS = (*POINTS, "distance_km", "quantity", *WHOLE)
TEXTS = (
    "kind", "mode", "cabin", "fuel", "size", "round_trip", "from", "to", "via", "place", "country", "stay_kind", "diet",
    "activity", "unit", "known",
)  # fmt: skip
LABELS = ("participation", "session", "company")  # kept as they are, for whom the row concerns
COLUMNS = (*TEXTS, *NUMBERS, *LABELS)
OWN = {
    "trip": ("mode", "cabin", "fuel", "size", "people", "round_trip", "count", "from", "to", "via", "place", "country",
             "distance_km", *POINTS),
    "stay": ("place", "country", "nights", "rooms", "guests", "stay_kind"),
    "meal": ("diet", "count"),
    "other": ("activity", "quantity", "unit", "place", "country"),
}  # fmt: skip
MAX_GROUP = 1_000_000
MAX_ROUTED_KM = 50_000.0  # one way, all legs together
MAX_GRAMS = 10**16  # of a row: a fifth of what the world emits in a year
POSITION_DECIMALS = 2
HERE = "row:here"  # stands for the row's own place or country
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_PAIR = re.compile(r"\s*([+-]?\d+(?:\.\d*)?)\s*,\s*([+-]?\d+(?:\.\d*)?)\s*", re.ASCII)
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_NO_NUMBER = "{field} must be a number from {low} to {high}; it is {value}."
_NO_WHOLE = "{field} must be a whole number from {low} to {high}; it is {value}."
_NO_CHOICE = "{field} must be one of {known}; it is {value}."


@dataclass(frozen=True, slots=True)
class Rules:
    """What rows are read by: places, the event's place, and the activities that ``other`` may name: those of the
    scenario, and those that ``factors`` price themselves, in whatever unit turns into theirs."""

    resolve: Resolve
    scenario: Scenario
    destination: Place | None = None
    factors: FactorSet | None = None


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One row: ``answers`` holds its one activity and the size of its group."""

    number: int
    kind: str
    answers: Answers
    labels: Mapping[str, str]


def cell_text(value: Any) -> str:
    """A cell as text: nothing is '', whole floats lose their point, truth is true or false."""
    if value is None or value != value:  # a missing number is not itself
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.strip()
    item = value.item() if hasattr(value, "item") else value
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, float):
        return str(int(item)) if item.is_integer() and abs(item) < 2**53 else repr(item)
    return str(item).strip()


def read_row(row: Mapping[str, Any], number: int, rules: Rules) -> ActivityRow:
    """The activity of one row (cells by column, as text or numbers). Raises InputError; fields are ``row N.column``."""
    cells = {name: text for name in COLUMNS if name in row and (text := cell_text(row[name]))}
    faults: list[FieldError] = []
    kind = kind_of(cells, faults)
    if faults:
        raise InputError([_named(each, number, each.field) for each in faults])
    answers = _answers(cells, kind, rules, faults)
    if answers is None or faults:
        raise InputError([_named(each, number, _column(each.field, kind)) for each in faults])
    return ActivityRow(number, kind, answers, {name: cells.get(name, "") for name in LABELS})


def kind_of(cells: Mapping[str, str], faults: list[FieldError]) -> str:
    """The kind that a row says, or that its columns tell."""
    if "kind" in cells:
        if cells["kind"] in KINDS:
            return cells["kind"]
        faults.append(_fault("kind", cells["kind"], _NO_CHOICE, known=", ".join(KINDS)))
        return ""
    told = [kind for kind, marker in MARKERS.items() if marker in cells]
    if len(told) == 1:
        return told[0]
    message = "{field} must say what this is: {known}. Exactly one of mode, nights, diet and activity tells it too."
    faults.append(_fault("kind", "", message, known=", ".join(KINDS)))
    return ""


def _answers(cells: Mapping[str, str], kind: str, rules: Rules, faults: list[FieldError]) -> Answers | None:
    here = _here(cells, kind, rules, faults)
    routed = _bounded(cells, "distance_km", 0.0, MAX_ROUTED_KM, faults) if "distance_km" in cells else None
    group = _group(cells, faults)
    if kind != "trip" and routed is not None:
        faults.append(_fault("distance_km", cells["distance_km"], "{field} is not known here; known are {known}.",
                             known=", ".join(OWN[kind])))  # fmt: skip
    item = _item(cells, kind, faults)
    if kind == "trip" and "from" not in item and routed is not None:
        item |= {"from": HERE, "to": item.get("to", HERE)}

    def resolve(text: str) -> Place | None:
        return here if text == HERE else rules.resolve(text)

    destination = here if kind == "other" else rules.destination
    try:
        read = parse_answers({SECTIONS[kind]: [item]}, resolve, destination, rules.scenario, rules.factors)
    except InputError as error:
        faults += error.errors
        return None
    if routed is not None and read.trips:
        read = replace(read, trips=(replace(read.trips[0], distance_km=routed),))
    return replace(read, group_size=group)


def _here(cells: Mapping[str, str], kind: str, rules: Rules, faults: list[FieldError]) -> Place | None:
    """Where a row without ends takes place: its own place or country, else the event's. Stays read theirs."""
    if kind not in ("trip", "other") or "from" in cells:
        return rules.destination
    if "place" in cells:
        found = place_of(cells["place"], rules.resolve)
        if found is None:
            message = "{field}: no place is called {value}; take an id from the suggestions, such as iata:CTU."
            faults.append(_fault("place", cells["place"], message))
        return found
    if "country" in cells:
        if re.fullmatch(r"[A-Z]{2}", cells["country"]):
            return Place("", {}, 0.0, 0.0, cells["country"])
        message = "{field} must be a country code of two capital letters (ISO 3166-1), such as CN; it is {value}."
        faults.append(_fault("country", cells["country"], message))
    return rules.destination or Place("", {}, 0.0, 0.0, "")


def place_of(text: str, resolve: Resolve) -> Place | None:
    """The place of an id, a name, or ``LAT,LON`` (rounded to 0.01°); None where there is none."""
    given = end_value(text)
    if isinstance(given, str):
        return resolve(given) if 0 < len(given) <= MAX_TEXT else None
    lat, lon = given["lat"], given["lon"]
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    lat, lon = round(lat, POSITION_DECIMALS) + 0.0, round(lon, POSITION_DECIMALS) + 0.0
    label = f"{lat:.2f},{lon:.2f}"
    return resolve(f"point:{label}") or Place(f"point:{label}", {"en": label}, lat, lon, "", kind="point")


def _item(cells: Mapping[str, str], kind: str, faults: list[FieldError]) -> dict[str, Any]:
    """The activity's JSON as API.md has it; cells that do not belong to it stay in, so that they are named."""
    away = {"kind", "group_size", *LABELS, *POINTS, "distance_km"}
    if kind == "other" or (kind == "trip" and "distance_km" in cells and "from" not in cells):
        away |= {"place", "country"}
    item = {name: _value(name, text) for name, text in cells.items() if name not in away}
    if kind == "stay" and "stay_kind" in item:
        item["kind"] = item.pop("stay_kind")
    for end in ("from", "to"):
        point = {axis: _number(cells[name]) for axis in ("lat", "lon") if (name := f"{end}_{axis}") in cells}
        if point and end in item:
            message = "{field} is given twice, as a place and as a position; give one of the two."
            faults.append(_fault(end, cells[end], message))
        elif point and kind != "trip":
            item[f"{end}_lat"] = point
        elif point:
            item[end] = point
    return item


def _value(name: str, text: str) -> Any:
    if name in WHOLE:
        number = _number(text)
        return int(number) if isinstance(number, float) and number.is_integer() else number
    if name == "quantity":
        return _number(text)
    if name == "round_trip":
        return _FLAGS.get(text.lower(), text)
    if name == "via":
        return [end_value(part.strip()) for part in text.split(";") if part.strip()]
    return end_value(text) if name in ("from", "to", "place") else text


def end_value(text: str) -> Any:
    """A place as the API has it: ``LAT,LON`` becomes a position, anything else stays an id or a name."""
    pair = _PAIR.fullmatch(text)
    return {"lat": float(pair[1]), "lon": float(pair[2])} if pair else text


def _number(text: str) -> Any:
    return float(text) if _NUMBER.fullmatch(text) else text


def _group(cells: Mapping[str, str], faults: list[FieldError]) -> int:
    number = _value("group_size", cells.get("group_size", "1"))
    if isinstance(number, int) and 1 <= number <= MAX_GROUP:
        return number
    faults.append(_fault("group_size", cells["group_size"], _NO_WHOLE, low=1, high=MAX_GROUP))
    return 1


def _bounded(cells: Mapping[str, str], name: str, low: float, high: float, faults: list[FieldError]) -> float:
    number = _number(cells[name])
    if isinstance(number, float) and low <= number <= high:
        return number
    faults.append(_fault(name, cells[name], _NO_NUMBER, low=int(low), high=int(high)))
    return low


def _fault(column: str, value: str, message: str, **params: Any) -> FieldError:
    shown = value if len(value) <= MAX_TEXT else value[:MAX_TEXT] + "…"
    return FieldError(column, shown, message, {"field": column, "value": shown, **params})


def _column(path: str, kind: str) -> str:
    """``trips[0].from.lat`` as the column it came from."""
    name = path.removeprefix(f"{SECTIONS[kind]}[0].")
    if name == "kind" and kind == "stay":
        return "stay_kind"
    return "via" if name.startswith("via[") else name.replace(".", "_")


def _named(fault: FieldError, number: int, column: str) -> FieldError:
    field = f"row {number}.{column}"
    return FieldError(field, fault.value, fault.message, {**fault.params, "field": field})
