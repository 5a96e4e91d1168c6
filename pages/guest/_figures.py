"""The calculator's answer to a draft: figures and words for each field's place, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calculations.model import EmissionLine, Scenario
from events import FootprintView
from locales import formats as f
from locales import t
from pages._parts.palette import CATEGORIES
from pages.guest import _words
from pages.guest._draft import Asked, items, lines_by_path

ARROWS = {True: " ↔ ", False: " → "}


def figures(draft: Any, asked: Asked, view: FootprintView) -> dict[str, dict[str, Any]]:
    """By the draft's path what stands beside it: number, unit, range, better way, and the words of a folded trip."""
    found: dict[str, dict[str, Any]] = {path: mass_of(line) for path, line in lines_by_path(asked, view).items()}
    for path in asked.paths.values():
        if path not in found and path.startswith(("trips", "stays")):
            found[path] = {"outside": t("Not counted at this event")}
    _add_better(found, asked, view)
    for i, trip in items(draft, "trips"):
        if f"trips.{i}" in found:
            found[f"trips.{i}"] |= trip_words(trip, lines_by_path(asked, view).get(f"trips.{i}"))
    for i, stay in items(draft, "stays"):
        rooms, guests = stay.get("rooms", 1), stay.get("guests", 1)
        if f"stays.{i}" in found and isinstance(rooms, int) and isinstance(guests, int):
            found[f"stays.{i}"]["shared"] = _words.shared_room(rooms, guests)
    for group in ("meals", "other"):
        own = {path.split(".", 1)[1]: value for path, value in found.items() if path.startswith(f"{group}.")}
        found[group] = {key: f"{value['number']}{f.THIN}{value['unit']}" for key, value in own.items()}
    if "remote.hours" in found:
        found["remote"] = found["remote.hours"]
    return found


def mass_of(line: EmissionLine) -> dict[str, Any]:
    """A line's mass and range as words."""
    number, unit = f.mass(line.total_g)
    return {"number": number, "unit": unit, "range": f.mass_range(line.low_g, line.high_g, unit=unit), "known": True}


def _add_better(found: dict[str, dict[str, Any]], asked: Asked, view: FootprintView) -> None:
    lines = lines_by_path(asked, view)
    for way in view.better:
        path = asked.paths.get((way.part, way.index), "")
        if path not in found or path not in lines:
            continue
        less = t("{mass} less", mass=_coarse(way.saved_g))
        rest = _coarse(lines[path].total_g - way.saved_g)
        by = _words.by_modes().get(str(way.change.get("mode", "")))
        words = t("{way}: {mass}", way=by or t(way.message, **way.params), mass=rest)
        icon = str(
            way.change.get("mode") or ("bed" if way.part == "stays" else "meal" if way.part == "meals" else "user")
        )
        found[path] |= {"better": words, "less": less, "better_icon": icon}


def _coarse(grams: int) -> str:
    """Kilograms without decimals from 10 kg on."""
    unit = f.mass_unit(grams)
    if unit == "kg" and grams >= 10_000:
        return f.number((grams + 500) // 1000) + f.THIN + "kg"
    return f.mass_text(grams)


def trip_words(trip: Mapping[str, Any], line: EmissionLine | None) -> dict[str, str]:
    """Title and route of a trip: "Taxi, alone in the car" and "Beijing ↔ Chengdu, 1,556 km, return"."""
    mode = str(trip.get("mode", ""))
    title = _words.modes().get(mode, mode)
    more = ""
    if mode == "plane":
        more = _words.cabins().get(str(trip.get("cabin")), "")
    elif mode in ("car", "taxi") and isinstance(trip.get("people", 1), int):
        more = _words.people_on_board(trip.get("people", 1))
    both = trip.get("round_trip", True) is True
    stops = trip.get("via") if isinstance(trip.get("via"), list) else []
    places = [
        trip.get("from"),
        *[stop.get("place") for stop in stops or [] if isinstance(stop, Mapping)],
        trip.get("to"),
    ]
    route = ARROWS[both].join(
        str(place["name"])[:80] for place in places if isinstance(place, Mapping) and place.get("name")
    )
    if line is not None and line.distance_km is not None:
        route += t(", ") + t("{distance} km", distance=f.number(line.distance_km))
    return {"title": title + (t(", ") + more if more else ""), "route": route + (t(", ") + t("return") if both else "")}


def shown_parts(view: FootprintView) -> tuple[list[tuple[str, str, float]], str]:
    """((category, number, share of the strip in per cent) in the fixed order, unit); the numbers add up."""
    parts = [(name, view.by_category[name]) for name in CATEGORIES if view.by_category.get(name, 0) > 0]
    if not parts:
        return [], "kg"
    numbers, unit = f.mass_parts([grams for _, grams in parts])
    total = sum(grams for _, grams in parts)
    return [(name, number, 100 * grams / total) for (name, grams), number in zip(parts, numbers, strict=True)], unit


def field_names(names: Mapping[str, str]) -> dict[str, str]:
    """What people call the fields, for sentences; ``names`` are the scenario's activities."""
    known = {
        "from": t("From"),
        "to": t("To"),
        "via": t("Stop"),
        "mode": t("How you came"),
        "cabin": t("Class"),
        "fuel": t("Fuel"),
        "size": t("Size"),
        "people": t("People in the car"),
        "count": t("How often"),
        "round_trip": t("There and back"),
        "nights": t("Nights"),
        "rooms": t("Rooms"),
        "guests": t("Guests"),
        "place": t("Place"),
        "kind": t("Kind of stay"),
        "hours": t("Hours"),
        "company": t("Company"),
        "session": t("Sub-forum"),
        "pseudonym": t("Name on the boards"),
        "meals": t("Meals"),
        "body": t("Your answers"),
    }
    known |= {f"meals.{key}": name for key, name in _words.diets().items()}
    known |= {f"other.{key}": name for key, name in names.items()}
    return known


def group_sums(scenario: Scenario, asked: Asked, view: FootprintView) -> dict[str, str]:
    """What each group of the scenario's activities comes to, by the slot beside its name."""
    sums: dict[str, int] = {}
    for path, line in lines_by_path(asked, view).items():
        activity = scenario.activity(path.removeprefix("other.")) if path.startswith("other.") else None
        if activity is not None and activity.group:
            sums[activity.group] = sums.get(activity.group, 0) + line.total_g
    return {f"group.{key}": f.mass_text(grams) for key, grams in sums.items()}
