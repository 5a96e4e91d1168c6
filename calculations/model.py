"""The nouns of the calculation: factors, places, activities, emission lines. Frozen, no I/O.

Masses are integer grams CO2e (``_g``); distances are kilometres; factor values are kg CO2e per ``unit``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from calculations.methods import Method

CATEGORIES = ("travel", "stay", "food", "local", "energy", "materials", "freight", "waste", "digital")
MODES = (
    "plane", "high_speed_rail", "rail", "metro", "coach", "bus", "car", "taxi", "motorcycle", "ferry", "bicycle",
    "walk",
)  # fmt: skip
CABINS = ("economy", "premium_economy", "business", "first")
FUELS = ("petrol", "diesel", "hybrid", "electric", "lpg", "cng")
DIETS = ("vegan", "vegetarian", "fish", "chicken", "beef", "average")
SIZES = ("small", "medium", "large")
ROLES = ("guest", "speaker", "staff")  # as what somebody takes part
ORGANISER = "organiser"  # the role of an event's own lines
SUPPLIES = ("grid", "contract", "certificates")  # how electricity is bought
KNOWN = ("measured", "declared", "estimated", "defaulted")  # how a quantity is known, best first


@dataclass(frozen=True, slots=True)
class Factor:
    """kg CO2e per ``unit`` (the part after ``kg CO2e/``), with its provenance; a row of a factor set."""

    factor_id: str
    category: str
    activity: str
    region: str
    unit: str
    value: float
    lower: float | None
    upper: float | None
    gwp_basis: str
    includes_rf: str
    includes_wtt: str
    year: str
    source_title: str
    source_address: str
    licence: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class FactorSet:
    """An immutable edition of factors: ``sha256`` is over its files as the manifest lists them."""

    factor_set_id: str
    sha256: str
    factors: Mapping[str, Factor]
    preferred: Mapping[str, Any]  # data/factors/<edition>/*.toml, parsed, as one table
    quality: Mapping[str, Any] = field(default_factory=dict)  # its quality.toml, parsed; empty where it has none


@dataclass(frozen=True, slots=True)
class Place:
    """A point on WGS84 with names by language; ``country`` is ISO 3166-1 alpha-2, ``region`` a factor region or ''."""

    place_id: str  # iata:CTU, geo:1815286, or point:30.66,104.06
    names: Mapping[str, str]
    lat: float
    lon: float
    country: str
    region: str = ""
    kind: str = "city"  # airport, city, point
    iata: str = ""
    detail: str = ""  # an airport's own name (Shuangliu), the nearest town of a point, or ''


@dataclass(frozen=True, slots=True)
class Boundary:
    """What an event counts: its categories, the non-CO2 part of flights, upstream fuel, and who counts."""

    categories: tuple[str, ...] = CATEGORIES
    non_co2: bool = True
    upstream: bool = True
    who: str = "all"
    electricity: str = "location"  # or market: which of the two bases of electricity counts
    flight_method: str = ""  # a method's id that prices flights; '' = the edition's International rows
    method: Method | None = None  # the method of that id, once it is read


@dataclass(frozen=True, slots=True)
class Trip:
    origin: Place
    destination: Place
    via: tuple[Place, ...] = ()
    mode: str = "plane"
    cabin: str = "economy"
    fuel: str = "petrol"
    people: int = 1  # on board of a car or taxi, the guest included
    round_trip: bool = True
    count: int = 1
    distance_km: float | None = None  # a routed distance one way, where it is known (skips the detour)
    known: str = "declared"  # one of KNOWN
    size: str = ""  # one of SIZES, of a car or motorcycle; '' = the average


@dataclass(frozen=True, slots=True)
class Stay:
    place: Place | None
    country: str
    nights: int
    rooms: int = 1
    guests: int = 1
    kind: str = "hotel"
    known: str = "declared"


@dataclass(frozen=True, slots=True)
class Meal:
    diet: str
    count: int
    known: str = "declared"


@dataclass(frozen=True, slots=True)
class Supply:
    """How electricity is bought, for its market-based figure: from the grid; under a contract with a figure of its own;
    or with certificates for a ``share`` of it, the rest from the grid."""

    kind: str = "grid"  # one of SUPPLIES
    kg_per_kwh: float = 0.0  # of the contract, or of what the certificates stand for
    share: float = 1.0  # of the kWh that contract or certificates cover
    source: str = ""  # where the figure is stated


@dataclass(frozen=True, slots=True)
class OtherActivity:
    """``factor`` (a factor id), or ``by_region`` (a table of the factor set's preferred rows) and ``region``, and
    ``times`` (a table that an energy row is multiplied by) come from the scenario's template; left empty, the factor
    set's own ``activity`` table says them by the unit, and so does the activity ``factor:<id>`` by itself."""

    activity: str  # a key of data/scenarios templates, e.g. remote_participation, electricity, cable_car
    quantity: float
    unit: str
    category: str = ""
    factor: str = ""
    by_region: str = ""
    times: str = ""
    scale: float = 1.0  # the template's own, e.g. 52 for weeks of a year
    region: str = ""
    known: str = "declared"
    supply: Supply | None = None  # of electricity
    conversion: float = 1.0  # the template's units in one unit told, e.g. 1000 kg in a t


@dataclass(frozen=True, slots=True)
class Answers:
    """What one participation told. ``group_size`` people made the same trips (1 for a guest); ``role`` is one of ROLES,
    or ORGANISER for an event's own lines."""

    trips: tuple[Trip, ...] = ()
    stays: tuple[Stay, ...] = ()
    meals: tuple[Meal, ...] = ()
    other: tuple[OtherActivity, ...] = ()
    group_size: int = 1
    role: str = "guest"


@dataclass(frozen=True, slots=True)
class ScenarioActivity:
    """One question of a scenario's calculator: what is asked, in which unit, and the row that prices it; without one
    the factor set's own ``activity`` table prices it, in any of its units."""

    key: str
    names: Mapping[str, str]
    unit: str
    category: str
    factor: str = ""
    by_region: str = ""
    times: str = ""
    scale: float = 1.0
    group: str = ""  # life: home, transport, food, goods
    default: float = 0.0
    minimum: float = 0.0
    maximum: float = 1_000_000.0
    step: float = 1.0
    help: Mapping[str, str] = field(default_factory=dict)  # a sentence below the question
    unit_names: Mapping[str, str] = field(default_factory=dict)  # the unit in words, where it has none of the product's
    shown: bool = True  # False: asked once it was looked for by name
    swap: str = ""  # the key of the activity that would emit less in its place


@dataclass(frozen=True, slots=True)
class Scenario:
    """A template of activities. ``asks`` names the built-in parts of the calculator: trips, stays, meals."""

    scenario_id: str
    names: Mapping[str, str]
    texts: Mapping[str, str]
    asks: tuple[str, ...]
    activities: tuple[ScenarioActivity, ...]
    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    page: Mapping[str, Any] = field(default_factory=dict)  # how the calculator shows it: data/scenarios/README.md

    @property
    def is_yearly(self) -> bool:
        """Whether it asks for a year, held against a mean and a goal, instead of one occasion."""
        return self.page.get("period") == "year"

    is_open: bool = False  # whether any row of the factor set may be named, as an organiser may

    def activity(self, key: str) -> ScenarioActivity | None:
        """The question called ``key``, or None."""
        return next((each for each in self.activities if each.key == key), None)


@dataclass(frozen=True, slots=True)
class EmissionLine:
    """activity × factor. ``total_g`` is rounded once, here; ``low_g`` and ``high_g`` bound it; ``non_co2_g`` is the
    aviation part beyond CO2 (within ``total_g`` where the boundary counts it), ``upstream_g`` the fuel's way to the
    tank (likewise). ``quality`` is the data-quality score in hundredths, 100 best to 500 worst, 0 where not scored.
    ``trace`` recomputes it to the gram."""

    category: str
    activity: str
    quantity: float
    unit: str
    factor_id: str
    low_g: int
    total_g: int
    high_g: int
    non_co2_g: int = 0
    distance_km: float | None = None
    mode: str = ""
    trace: Mapping[str, Any] = field(default_factory=dict)
    upstream_g: int = 0
    quality: int = 0


@dataclass(frozen=True, slots=True)
class FootprintResult:
    """All lines of one participation; the parts add up to the whole exactly."""

    lines: tuple[EmissionLine, ...]
    low_g: int
    total_g: int
    high_g: int
    non_co2_g: int
    by_category: Mapping[str, int]
    upstream_g: int = 0
    quality: int = 0  # of its lines, weighted by grams


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with an input: the field's path, the value as given, an English msgid and its
    parameters (translated at the edge). The sentence names the field, the value and what would be right."""

    field: str
    value: Any
    message: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class InputError(Exception):
    """Bad input: carries every FieldError found; edges turn it into 422 or a sentence below the field."""

    def __init__(self, errors: list[FieldError]):
        super().__init__("; ".join(f"{e.field}: {e.message}" for e in errors))
        self.errors = errors


class FactorMissing(LookupError):
    """A look-up found no factor, or several where one was asked for."""
