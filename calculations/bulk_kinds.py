"""Kinds of activity in bulk: rows that differ in their numbers alone share one set of rates, asked of the one-by-one
engine once, through a row of probing numbers; the limits of each number come from the same rules' own refusal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from calculations.bulk_rates import Rates, rates_of
from calculations.bulk_rows import MARKERS, ActivityRow, Rules, read_row
from calculations.footprint import compute
from calculations.model import (
    CATEGORIES,
    Boundary,
    EmissionLine,
    FactorMissing,
    FactorSet,
    FieldError,
    InputError,
    Place,
)
from calculations.propagation import sources_of
from calculations.trace import quantity_of, term

PROBE = "probe:"  # before the name of a column: a place that stands for any place of its area
PROBES = {
    "people": 2,
    "count": 3,
    "nights": 5,
    "rooms": 7,
    "guests": 4,
    "group_size": 11,
    "quantity": 1,
    "distance_km": 1,
}
TERM_COLUMNS = {  # the column that each term of a quantity is read from; terms that are not here are constants
    "distance_km": "distance_km", "count": "count", "group_size": "group_size", "people_on_board": "people",
    "nights": "nights", "rooms": "rooms", "guests_sharing": "guests", "meals": "count", "quantity": "quantity",
}  # fmt: skip
NO_FACTOR = "{field}: no factor fits this row: {reason}."


@dataclass(frozen=True, slots=True)
class LineKind:
    """What lines of one kind have in common."""

    category: str
    activity: str
    mode: str
    unit: str
    factor_id: str
    counted: bool  # whether the boundary counts its category
    quality: int = 0
    sources: tuple[tuple[str, float, float, float], ...] = ()  # of error: id, share, and ln's deviations down and up


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind's rates; ``columns`` are what its quantity is made of and which of them divide, ``fixed`` the rest."""

    line: LineKind
    rates: Rates
    columns: tuple[tuple[str, bool], ...]
    fixed: tuple[Mapping[str, Any], ...]
    detour: float
    limits: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Engine:
    """The one-by-one engine with everything but the activity given."""

    factors: FactorSet
    boundary: Boundary
    rules: Rules
    hotel_norm: str | None = None

    def lines(self, row: ActivityRow) -> tuple[EmissionLine, ...]:
        """The lines of a row, those too that the boundary does not count. Raises InputError."""
        try:
            whole = replace(self.boundary, categories=CATEGORIES)
            return compute(row.answers, self.factors, whole, self.hotel_norm).lines
        except FactorMissing as error:
            field = f"row {row.number}.{MARKERS[row.kind]}"
            params = {"field": field, "reason": str(error)}
            raise InputError([FieldError(field, "", NO_FACTOR, params)]) from error

    def line_kind(self, line: EmissionLine) -> LineKind:
        """What its kind has in common."""
        counted = line.category in self.boundary.categories
        told = sources_of(line.trace)
        sources = tuple((each["id"], each["share"], each["sd_low"], each["sd_high"]) for each in told)
        return LineKind(
            line.category, line.activity, line.mode, line.unit, line.factor_id, counted, line.quality, sources
        )

    def linear(self, mode: str) -> bool:
        """Whether grams are in proportion to the distance: not where a method of its own prices flights."""
        return not (mode == "plane" and self.boundary.flight_method)


def kind_of_rows(engine: Engine, cells: Mapping[str, str], at: Mapping[str, Place]) -> Kind | None:
    """The kind of rows whose texts are ``cells`` (numbers that are there hold anything) and whose ends are ``at``. None
    where such rows are wrong, or must be computed one by one."""
    row = {name: str(PROBES.get(name, text)) for name, text in cells.items()} | {name: PROBE + name for name in at}
    places = {PROBE + name: place for name, place in at.items()}
    rules = replace(engine.rules, resolve=lambda text: places.get(text) or engine.rules.resolve(text))
    try:
        read = read_row(row, 0, rules)
        lines = engine.lines(read)
    except InputError:
        return None
    if len(lines) != 1 or not engine.linear(lines[0].mode):
        return None
    line, trace = lines[0], lines[0].trace
    known = TERM_COLUMNS
    terms = [each for each in trace["quantity_terms"] if known.get(each["name"]) in (*row, "distance_km")]
    rest = [each for each in trace["quantity_terms"] if each not in terms]
    return Kind(
        line=engine.line_kind(line), rates=rates_of(trace),
        columns=tuple((known[each["name"]], each["op"] == "÷") for each in terms), fixed=tuple(rest),
        detour=trace.get("distance", {}).get("detour", 1.0), limits=_limits(row, rules),
    )  # fmt: skip


def _limits(row: Mapping[str, str], rules: Rules) -> dict[str, tuple[float, float]]:
    """The lowest and highest value of each number of a row, as the rules name them when refusing one that is none."""
    found = {}
    for name in row.keys() & PROBES.keys():
        try:
            read_row({**row, name: "x"}, 0, rules)
        except InputError as error:
            params: Mapping[str, Any] = next(each.params for each in error.errors if each.field.endswith(f".{name}"))
            found[name] = (float(params["low"]), float(params["high"]))
    return found


def exact_quantity(kind: Kind, values: Mapping[str, float | int]) -> Decimal:
    """The quantity of a row in the trace's decimals; ``values`` are its numbers by column."""
    return quantity_of([*kind.fixed, *(term(name, values[name], divide) for name, divide in kind.columns)])
