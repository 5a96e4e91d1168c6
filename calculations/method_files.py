"""Reading a method file (TOML): every field that is wrong is named, with what would be right.

``[air]`` holds one of ``bands``, ``points`` and ``ranges`` (economy class), what ``methods`` says of the other fields,
and two tables: ``[air.cabins.<class>]`` with the curve of another class (a form of its own, or ``times`` economy's
kilograms, or ``weights`` in place of the ranges' ``weight``), and ``[air.territory]`` with ``home`` (countries) and the
rates ``within`` it, ``outside`` it, and, in ``[[air.territory.to]]``, to the ``countries`` named there.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar

from calculations.method_curves import BANDS, POINTS, RANGES, Band, Curve, Point, Range
from calculations.methods import PARTS, STATUSES, Method, Rates, Territory
from calculations.model import CABINS, MODES, FieldError, InputError

COUNTRY = re.compile(r"[A-Z]{2}")
MAX_PARTS = 200
MAX_DEGREE = 5
MAX_TEXT = 2_000
MAX_FILE_CHARACTERS = 16_384
FARTHEST_KM = 20_100.0
HIGHEST = 1e9
FORMS = (BANDS, POINTS, RANGES)
INTERPOLATIONS = ("step", "linear", "monotone")
_OF_FORM = {BANDS: INTERPOLATIONS, POINTS: ("linear", "monotone"), RANGES: ("linear",)}
_TOP = ("name", "source", "source_address", "status", "year", "licence", "note", "air", "trip")
_NUMBERS = {  # name: (default, least, most)
    "multiplier": (1.0, 0.0, 100.0), "uplift_km": (0.0, 0.0, 20_000.0), "uplift_factor": (1.0, 1.0, 2.0),
    "co2_kg_per_fuel_kg": (1.0, 0.0, 10.0), "upstream_kg_per_fuel_kg": (0.0, 0.0, 10.0),
    "kg_per_km": (0.0, 0.0, 10.0), "kg_per_flight": (0.0, 0.0, 10_000.0),
}  # fmt: skip
_AIR = (*FORMS, "interpolation", "times", "cabins", "territory", "round_decimals", "non_co2", "upstream",
        "uplift_inside", *_NUMBERS)  # fmt: skip
T = TypeVar("T")


def parse_method_text(text: str, method_id: str) -> Method:
    """A method from the text of its file, with the hash of that text. Raises InputError."""
    if len(text) > MAX_FILE_CHARACTERS:
        params: dict[str, Any] = {"limit": MAX_FILE_CHARACTERS, "count": len(text)}
        message = "A method file may hold at most {limit} characters; this one has {count}."
        raise InputError([FieldError("method", len(text), message, params)])
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        message = "The method file {value} cannot be read: {reason}"
        params = {"value": method_id, "reason": str(error)[:200]}
        raise InputError([FieldError("method", method_id, message, params)]) from error
    digest = hashlib.sha256(text.encode()).hexdigest()
    return replace(parse_method(document, method_id), sha256=digest, text=text)


def parse_method(document: Mapping[str, Any], method_id: str) -> Method:
    """A method from its parsed document. Raises InputError naming every field that is wrong."""
    read = _Reader()
    method = read.method(document, method_id)
    if read.errors:
        raise InputError(read.errors)
    return method


class _Reader:
    """Collects the faults of one document while reading it."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def wrong(self, path: str, given: Any, message: str, **params: Any) -> None:
        """Books a fault; ``given`` is the value as it may be given back."""
        self.errors.append(FieldError(path, given, message, {"field": path, "value": given, **params}))

    def method(self, document: Mapping[str, Any], method_id: str) -> Method:
        self.only(document, _TOP, "")
        air, trip = self.table(document, "air", ""), self.table(document, "trip", "", {})
        self.only(trip, ("round_trip", "mode"), "trip.")
        if not isinstance(document.get("air"), Mapping):
            raise InputError(self.errors)
        self.only(air, _AIR, "air.")
        numbers = {
            name: self.number(air.get(name, default), f"air.{name}", low, high)
            for name, (default, low, high) in _NUMBERS.items()
        }
        rates = self.rates(air, "air.")
        return Method(
            method_id=method_id, name=self.text(document, "name", method_id), source=self.text(document, "source"),
            rates=rates, round_trip=self.flag(trip, "round_trip", "trip.", True),
            mode=self.choice(trip, "mode", "trip.", MODES, "plane"),
            round_decimals=self.decimals(air.get("round_decimals")),
            non_co2=self.choice(air, "non_co2", "air.", PARTS, _told_apart(rates, numbers["multiplier"])),
            upstream=self.choice(
                air, "upstream", "air.", PARTS, "inside" if numbers["upstream_kg_per_fuel_kg"] else "none"
            ),
            uplift_inside=self.flag(air, "uplift_inside", "air.", False), territory=self.territory(air),
            source_address=self.text(document, "source_address"), note=self.text(document, "note"),
            year=self.text(document, "year"), licence=self.text(document, "licence"),
            status=self.choice(document, "status", "", STATUSES, "own"), multiplier=numbers["multiplier"],
            uplift_km=numbers["uplift_km"], uplift_factor=numbers["uplift_factor"],
            co2_kg_per_fuel_kg=numbers["co2_kg_per_fuel_kg"], kg_per_km=numbers["kg_per_km"],
            upstream_kg_per_fuel_kg=numbers["upstream_kg_per_fuel_kg"], kg_per_flight=numbers["kg_per_flight"],
        )  # fmt: skip

    def rates(self, table: Mapping[str, Any], path: str) -> Rates:
        """The curves of a table: economy's, and those of its ``cabins``."""
        economy = self.curve(table, path)
        cabins: list[tuple[str, Curve]] = [("economy", economy)]
        listed = self.table(table, "cabins", path, {})
        self.only(listed, CABINS[1:], path + "cabins.")
        for name in CABINS[1:]:
            if isinstance(listed.get(name), Mapping):
                cabins.append((name, self.cabin(listed[name], economy, f"{path}cabins.{name}.")))
            elif name in listed:
                self.table(listed, name, path + "cabins.")
        return Rates(tuple(cabins))

    def cabin(self, table: Mapping[str, Any], economy: Curve, path: str) -> Curve:
        if any(form in table for form in FORMS):
            return self.curve(table, path)
        self.only(table, ("times", "weights"), path)
        times = self.number(table.get("times", 1.0), path + "times", 0.0, 100.0) * economy.times
        weights = table.get("weights")
        if weights is None:
            return replace(economy, times=times)
        if not isinstance(weights, list) or len(weights) != len(economy.ranges):
            self.wrong(path + "weights", weights, "{field} must be a list of {count} numbers, one for each range.",
                       count=len(economy.ranges))  # fmt: skip
            return economy
        numbers = [self.number(each, f"{path}weights[{i}]", 0.0, 100.0) for i, each in enumerate(weights)]
        ranges = tuple(replace(each, weight=weight) for each, weight in zip(economy.ranges, numbers, strict=True))
        return replace(economy, ranges=ranges, times=times)

    def curve(self, table: Mapping[str, Any], path: str) -> Curve:
        """The one form that a table holds."""
        given = [form for form in FORMS if form in table] or [BANDS]
        form = given[0]
        if len(given) > 1:
            self.wrong(path + given[1], None, "{field}: give one of {known}.", known=", ".join(FORMS))
        interpolation = self.choice(table, "interpolation", path, _OF_FORM[form], _OF_FORM[form][0])
        times = self.number(table.get("times", 1.0), path + "times", 0.0, 100.0)
        where, listed = path + form, table.get(form)
        if form == BANDS:
            bands = self.parts(listed, where, self.band, Band(0.0, 0.0))
            self.rising([band.from_km for band in bands], where, "from_km", first=0.0)
            return Curve(interpolation, bands=bands, times=times)
        if form == POINTS:
            points = self.parts(listed, where, self.point, Point(0.0, 0.0))
            self.rising([point.km for point in points], where, "km")
            self.not_falling([point.kg for point in points], where, interpolation)
            return Curve(interpolation, points=points, times=times)
        ranges = self.parts(listed, where, self.range, Range(0.0, FARTHEST_KM, (0.0,)))
        self.rising([km for each in ranges for km in (each.from_km, each.to_km)], where, "from_km, to_km", first=0.0)
        return Curve(interpolation, ranges=ranges, times=times)

    def parts(self, value: Any, path: str, read: Callable[[Mapping[str, Any], str], T], otherwise: T) -> tuple[T, ...]:
        """The entries of a list; one stand-in where it is none."""
        if not isinstance(value, list) or not 1 <= len(value) <= MAX_PARTS:
            self.wrong(path, None, "{field} must be a list of 1 to {limit} entries.", limit=MAX_PARTS)
            return (otherwise,)
        return tuple(self.part(each, f"{path}[{number}]", read, otherwise) for number, each in enumerate(value))

    def part(self, value: Any, path: str, read: Callable[[Mapping[str, Any], str], T], otherwise: T) -> T:
        if isinstance(value, Mapping):
            return read(value, path + ".")
        self.wrong(path, None, "{field} must be a table.")
        return otherwise

    def band(self, entry: Mapping[str, Any], path: str) -> Band:
        self.only(entry, ("from_km", "kg_per_km", "non_co2_kg_per_km"), path)
        return Band(
            self.number(entry.get("from_km"), path + "from_km", 0.0, FARTHEST_KM),
            self.number(entry.get("kg_per_km"), path + "kg_per_km", 0.0, 100.0),
            self.number(entry.get("non_co2_kg_per_km", 0.0), path + "non_co2_kg_per_km", 0.0, 100.0),
        )

    def point(self, entry: Mapping[str, Any], path: str) -> Point:
        self.only(entry, ("km", "kg", "non_co2_kg"), path)
        return Point(
            self.number(entry.get("km"), path + "km", 0.0, 100_000.0),
            self.number(entry.get("kg"), path + "kg", 0.0, HIGHEST),
            self.number(entry.get("non_co2_kg", 0.0), path + "non_co2_kg", 0.0, HIGHEST),
        )

    def range(self, entry: Mapping[str, Any], path: str) -> Range:
        shares = ("seats", "load_share", "cargo_share", "weight")
        self.only(entry, ("from_km", "to_km", "kg", "non_co2_kg", *shares), path)
        return Range(
            self.number(entry.get("from_km"), path + "from_km", 0.0, FARTHEST_KM),
            self.number(entry.get("to_km", FARTHEST_KM), path + "to_km", 0.0, FARTHEST_KM),
            self.coefficients(entry.get("kg"), path + "kg"),
            self.coefficients(entry["non_co2_kg"], path + "non_co2_kg") if "non_co2_kg" in entry else (),
            self.number(entry.get("seats", 1.0), path + "seats", 1.0, 1_000.0),
            self.number(entry.get("load_share", 1.0), path + "load_share", 0.01, 1.0),
            self.number(entry.get("cargo_share", 0.0), path + "cargo_share", 0.0, 0.99),
            self.number(entry.get("weight", 1.0), path + "weight", 0.0, 100.0),
        )

    def coefficients(self, value: Any, path: str) -> tuple[float, ...]:
        if not isinstance(value, list) or not 1 <= len(value) <= MAX_DEGREE + 1:
            self.wrong(path, None, "{field} must be a list of 1 to {limit} entries.", limit=MAX_DEGREE + 1)
            return (0.0,)
        return tuple(self.number(each, f"{path}[{i}]", -HIGHEST, HIGHEST) for i, each in enumerate(value))

    def rising(self, starts: list[float], path: str, keys: str, first: float | None = None) -> None:
        """Errors found before may have made numbers up: then nothing more is said."""
        if self.errors or (first in (None, starts[0]) and all(a < b for a, b in pairwise(starts))):
            return
        message = "{field}: {keys} must begin at 0 and rise from entry to entry."
        if first is None:
            message = "{field}: {keys} must rise from entry to entry."
        self.wrong(path, None, message, keys=keys)

    def not_falling(self, values: list[float], path: str, interpolation: str) -> None:
        if interpolation == "monotone" and any(b < a for a, b in pairwise(values)):
            self.wrong(path, None, "{field}: kilograms must not fall where the interpolation is monotone.")

    def territory(self, air: Mapping[str, Any]) -> Territory | None:
        if "territory" not in air:
            return None
        table, path = self.table(air, "territory", "air."), "air.territory."
        self.only(table, ("home", "within", "outside", "to"), path)
        named = table.get("to", [])
        if not isinstance(named, list):
            self.wrong(path + "to", None, "{field} must be a list of tables.")
            named = []
        return Territory(
            home=self.countries(table.get("home"), path + "home"),
            within=self.rates(self.table(table, "within", path), path + "within."),
            outside=self.rates(self.table(table, "outside", path), path + "outside."),
            by_country=tuple(self.named(each, f"{path}to[{number}].") for number, each in enumerate(named[:MAX_PARTS])),
        )

    def named(self, entry: Any, path: str) -> tuple[tuple[str, ...], Rates]:
        table = entry if isinstance(entry, Mapping) else {}
        return self.countries(table.get("countries"), path + "countries"), self.rates(table, path)

    def countries(self, value: Any, path: str) -> tuple[str, ...]:
        codes = value if isinstance(value, list) else []
        if codes and all(isinstance(each, str) and COUNTRY.fullmatch(each) for each in codes):
            return tuple(codes)
        self.wrong(path, None, "{field} must be a list of country codes of two capital letters, such as GB.")
        return ()

    def only(self, table: Mapping[str, Any], known: tuple[str, ...], path: str) -> None:
        for key in table:
            if key not in known:
                message = "{field} is not known here; known are {known}."
                self.errors.append(FieldError(f"{path}{key}"[:MAX_TEXT], None, message,
                                              {"field": f"{path}{key}"[:100], "known": ", ".join(known)}))  # fmt: skip

    def table(
        self, table: Mapping[str, Any], key: str, path: str, otherwise: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        section = table.get(key, otherwise)
        if isinstance(section, Mapping):
            return section
        self.wrong(path + key, None, "{field} must be a table.")
        return {}

    def text(self, table: Mapping[str, Any], key: str, otherwise: str = "") -> str:
        value = table.get(key, otherwise)
        if isinstance(value, str) and len(value) <= MAX_TEXT:
            return value
        self.wrong(key, None, "{field} must be text of at most {limit} characters.", limit=MAX_TEXT)
        return otherwise

    def choice(self, table: Mapping[str, Any], key: str, path: str, known: tuple[str, ...], otherwise: str) -> str:
        value = table.get(key, otherwise)
        if isinstance(value, str) and value in known:
            return value
        message, shown = "{field} must be one of {known}; it is {value}.", _shown(value)
        self.wrong(path + key, shown, message, known=", ".join(known))
        return otherwise

    def number(self, value: Any, path: str, low: float, high: float) -> float:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high:
            return float(value)
        message, shown = "{field} must be a number from {low} to {high}; it is {value}.", _shown(value)
        self.wrong(path, shown, message, low=_plain(low), high=_plain(high))
        return max(low, min(1.0, high))

    def flag(self, table: Mapping[str, Any], key: str, path: str, otherwise: bool) -> bool:
        value = table.get(key, otherwise)
        if isinstance(value, bool):
            return value
        self.wrong(path + key, _shown(value), "{field} must be true or false.")
        return otherwise

    def decimals(self, value: Any) -> int | None:
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 9):
            return value
        path, message = "air.round_decimals", "{field} must be a whole number from {low} to {high}."
        self.wrong(path, _shown(value), message, low=0, high=9)
        return None


def _told_apart(rates: Rates, multiplier: float) -> str:
    """Whether the figures have a non-CO2 part of their own."""
    parts = [part for _, curve in rates.cabins for part in (*curve.bands, *curve.points, *curve.ranges)]
    more = any(getattr(part, name, 0) for part in parts for name in ("non_co2_kg_per_km", "non_co2_kg"))
    return "apart" if multiplier > 1 or more else "none"


def _plain(number: float) -> int | float:
    return int(number) if number == int(number) else number


def _shown(value: Any) -> Any:
    """A wrong value as it may be given back: short and valid JSON."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return value if abs(value) < HIGHEST else str(value)[:40]
    return value[:100] if isinstance(value, str) else type(value).__name__
