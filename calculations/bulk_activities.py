"""Tables of activities of any kind through the one engine: whole columns at a time, the same grams as row by row.

Rows are sorted into kinds (all that decides their rates), each kind is asked of the one-by-one engine once, and its
rows are quantity × rate. Rows that this path does not understand are read one by one, and are computed there or named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from threading import Lock

import numpy as np
import numpy.typing as npt
import pandas as pd

from calculations.bulk import slice_pool, slices
from calculations.bulk_columns import Cells, Codes, Floats, Mask
from calculations.bulk_ends import AreasOf, Ends, Gazetteer, ends_of, geodesics, stops_of
from calculations.bulk_kinds import PROBES, Engine, Kind, LineKind, exact_quantity, kind_of_rows
from calculations.bulk_rates import Grams, Rates, rounded_grams
from calculations.bulk_rows import COLUMNS, KINDS, MARKERS, MAX_GRAMS, NUMBERS, POINTS, TEXTS, WHOLE, read_row
from calculations.model import FieldError, InputError
from calculations.trace import quantity_of

NAMED = ("from", "to", "place")
FEW_SHAPES = 65_536  # as many are told apart by a table, more by hashing
GRAMS = ("low_g", "total_g", "high_g", "non_co2_g", "upstream_g")
TOO_MUCH = "{field} makes more than {limit} t; check the row."


@dataclass(slots=True)
class Lines:
    """The lines of a slice, in the order of its rows. ``kind`` numbers the kinds of ``Activities.line_kinds``; -1 where
    a row is bad."""

    kind: npt.NDArray[np.int32]
    one_way_km: Floats
    low_g: Grams
    total_g: Grams
    high_g: Grams
    non_co2_g: Grams
    upstream_g: Grams

    @classmethod
    def empty(cls, rows: int) -> Lines:
        """Room for so many lines."""
        return cls(np.full(rows, -1, np.int32), np.full(rows, np.nan), *(np.zeros(rows, np.int64) for _ in GRAMS))

    def put(self, rows: npt.NDArray[np.intp] | slice, part: Lines) -> None:
        """Write the lines of some rows."""
        for each in fields(self):
            getattr(self, each.name)[rows] = getattr(part, each.name)


class Activities:
    """Computes slices of tables; what it has met (places, kinds) is kept, so that later slices are quicker. Slices may
    be computed by several threads at once."""

    def __init__(self, engine: Engine, areas_of: AreasOf | None = None):
        self.engine = engine
        self.line_kinds: list[LineKind] = []
        self._lock = Lock()
        self._numbers: dict[LineKind, int] = {}
        self._kinds: dict[tuple[object, ...], tuple[Kind | None, int]] = {}
        self._places = Gazetteer(engine.rules.resolve, areas_of)

    def lines(
        self, frame: pd.DataFrame, first_row: int = 2, most_faults: int = 10_000
    ) -> tuple[Lines, list[FieldError]]:
        """The lines of a slice and the faults of its bad rows; ``first_row`` is the number of its first row as a
        spreadsheet shows it. Reading stops being thorough once ``most_faults`` faults were found."""
        cells = Cells(frame[[name for name in COLUMNS if name in frame]])
        lines, slow = Lines.empty(cells.size), cells.none.copy()
        kinds = _kinds(cells)
        for number, kind in enumerate(KINDS):
            rows = np.flatnonzero(kinds == number)
            if len(rows) == cells.size:
                lines, slow = self._part(kind, cells)
            elif len(rows):
                part, left = self._part(kind, cells.take(rows))
                lines.put(rows, part)
                slow[rows] = left
        slow |= kinds < 0
        faults = self._one_by_one(cells.frame, np.flatnonzero(slow), lines, first_row, most_faults)
        return lines, faults

    def table(self, lines: Lines) -> dict[str, object]:
        """The columns that lines add to a table."""
        kinds = self.line_kinds
        texts = {
            "category": [each.category for each in kinds], "factor_id": [each.factor_id for each in kinds],
            "counted": [each.counted for each in kinds],
        }  # fmt: skip
        columns: dict[str, object] = {}
        for name, values in texts.items():
            index = pd.Index(values).unique()
            columns[name] = pd.Categorical.from_codes(index.get_indexer(values)[lines.kind], categories=index)
        return columns | {"one_way_km": lines.one_way_km} | {name: getattr(lines, name) for name in GRAMS}

    def found(self, frame: pd.DataFrame) -> dict[str, object]:
        """The ids of the places that a table names, as columns: ``from_found`` beside ``from``."""
        cells, columns = Cells(frame[[name for name in NAMED if name in frame]]), dict[str, object]()
        for name in cells.frame:
            column = cells.coded(str(name))
            places = [self._places.place(text) for text in column.values]
            ids = pd.Index([place.place_id if place else "" for place in places])
            columns[f"{name}_found"] = pd.Categorical.from_codes(
                ids.unique().get_indexer(ids)[column.codes], categories=ids.unique()
            )
        return columns

    def _part(self, kind: str, cells: Cells) -> tuple[Lines, Mask]:
        """The lines of rows of one kind of activity, and those that are to be read one by one."""
        ends = self._ends(kind, cells)
        code, first = _shapes(cells, ends)
        found = [self._kind(cells, ends, int(row)) for row in first]
        kinds = [kind for kind, _ in found]
        lines = Lines.empty(cells.size)
        lines.kind = np.array([number for _, number in found], np.int32)[code]
        slow = _any([np.array([kind is None for kind in kinds])[code], *(end.slow for end in ends.values())])
        slow |= _beyond(cells, kinds, code)
        for name in POINTS if kind != "trip" else ():
            slow |= cells.filled(name, number=True)
        numbers = {name: cells.numbers(name).values for name in PROBES if cells.has(name)}
        if kind == "trip":
            km = geodesics(cells, ends["from"], ends["to"], self._places)
            km = km * _spread([kind.detour if kind else 1.0 for kind in kinds], code)
            lines.one_way_km = np.where(cells.numbers("distance_km").blank, km, numbers.get("distance_km", km))
            numbers["distance_km"] = lines.one_way_km
        _fill(lines, kinds, code, numbers, slow)
        return lines, slow

    def _ends(self, kind: str, cells: Cells) -> dict[str, Ends]:
        if kind == "meal":
            return {}
        if kind != "trip":
            return {"place": ends_of(cells, "place", self._places, None, cells.none)}
        plane = cells.coded("mode").mask("plane")  # rows of flights do not depend on countries
        destination = self.engine.rules.destination
        return {
            "from": ends_of(cells, "from", self._places, None, plane),
            "to": ends_of(cells, "to", self._places, destination, plane),
            "place": ends_of(cells, "place", self._places, None, cells.none),
            "via": stops_of(cells, self._places),
        }

    def _kind(self, cells: Cells, ends: Mapping[str, Ends], row: int) -> tuple[Kind | None, int]:
        """The kind of a row that stands for all of its shape, and the number of its lines."""
        texts = {name: cells.coded(name) for name in TEXTS if cells.has(name) and name not in ends}
        said = {name: text for name, column in texts.items() if (text := column.values[column.codes[row]])}
        said |= {name: "1" for name in PROBES if cells.has(name) and not cells.numbers(name).blank[row]}
        areas = {name: int(end.area[row]) for name, end in ends.items()}
        key = (*sorted(said.items()), *sorted(areas.items()))
        if key not in self._kinds:
            at = {name: self._places.stand_in(area) for name, area in areas.items()}
            kind = kind_of_rows(self.engine, said, {name: place for name, place in at.items() if place is not None})
            self._kinds[key] = (kind, -1 if kind is None else self._number(kind.line))
        return self._kinds[key]

    def _number(self, line: LineKind) -> int:
        with self._lock:
            if line not in self._numbers:
                self.line_kinds.append(line)
                self._numbers[line] = len(self.line_kinds) - 1
            return self._numbers[line]

    def _one_by_one(
        self, frame: pd.DataFrame, rows: npt.NDArray[np.intp], lines: Lines, first_row: int, most: int
    ) -> list[FieldError]:
        """Fills in the lines of rows that were left; gives the faults of those that are bad."""
        faults: list[FieldError] = []
        columns = [(name, frame[name]) for name in frame]
        for row in rows:
            lines.kind[row] = -1
            if len(faults) >= most:
                continue
            try:
                self._put(int(row), {str(name): column.iloc[row] for name, column in columns}, lines, first_row)
            except InputError as error:
                faults += error.errors
        return faults

    def _put(self, row: int, cells: Mapping[str, object], lines: Lines, first_row: int) -> None:
        read = read_row(cells, first_row + row, self.engine.rules)
        found = self.engine.lines(read)
        lines.kind[row] = self._number(self.engine.line_kind(found[0]))
        lines.one_way_km[row] = np.nan if found[0].distance_km is None else found[0].distance_km
        counted = [line for line in found if line.category in self.engine.boundary.categories]
        if sum(line.high_g for line in counted) > MAX_GRAMS:
            field = f"row {first_row + row}.{MARKERS[read.kind]}"
            params = {"field": field, "limit": f"{MAX_GRAMS // 10**6:,}"}
            raise InputError([FieldError(field, "", TOO_MUCH, params)])
        for name in GRAMS:
            getattr(lines, name)[row] = sum(getattr(line, name) for line in counted)


def calculate_table(frame: pd.DataFrame, engine: Engine, areas_of: AreasOf | None = None) -> pd.DataFrame:
    """A table with the columns of ``Activities.table`` added, computed in slices on several threads. Rows keep their
    order and are numbered from 2, as a spreadsheet shows them. Raises InputError with the faults of every bad row."""
    activities, lines = Activities(engine, areas_of), Lines.empty(len(frame))

    def work(rows: slice) -> list[FieldError]:
        part, found = activities.lines(frame.iloc[rows], rows.start + 2)
        lines.put(rows, part)
        return found

    with slice_pool() as pool:
        faults = [fault for found in pool.map(work, slices(len(frame))) for fault in found]
    if faults:
        raise InputError(faults)
    return frame.assign(**activities.table(lines))


def _kinds(cells: Cells) -> Codes:
    """The number of each row's kind of activity in KINDS; -1 where it must be read by itself."""
    told = cells.coded("kind")
    kinds = np.array([KINDS.index(text) if text in KINDS else -1 for text in told.values], dtype=np.int64)[told.codes]
    marked = [cells.filled(marker, marker in NUMBERS) for marker in MARKERS.values()]
    if all(told.values):
        return kinds
    count = sum((mask.astype(np.int64) for mask in marked), np.zeros(cells.size, np.int64))
    inferred = sum((mask * np.int64(number) for number, mask in enumerate(marked)), np.zeros(cells.size, np.int64))
    return np.where(told.mask(""), np.where(count == 1, inferred, -1), kinds)


def _shapes(cells: Cells, ends: Mapping[str, Ends]) -> tuple[Codes, npt.NDArray[np.intp]]:
    """(shape of each row, first row of each shape): rows of one shape differ in numbers and positions alone."""
    key, size = np.zeros(cells.size, dtype=np.int64), 1
    columns = [cells.coded(name) for name in TEXTS if cells.has(name) and name not in ends]
    parts = [(column.codes, len(column.values)) for column in columns]
    blanks = [cells.numbers(name).blank for name in PROBES if cells.has(name)]
    parts += [(blank.astype(np.int64), 2) for blank in blanks if blank.any()]
    parts += [(end.area, int(end.area.max()) + 1) for end in ends.values()]
    for codes, values in parts:
        if values == 1:
            continue
        if size > 2**40 // values:
            key, found = pd.factorize(key)
            size = len(found)
        key, size = key * values + codes, size * values
    if size == 1:
        return key, np.zeros(1, np.intp)
    if size > FEW_SHAPES:
        key, found = pd.factorize(key)
        size = len(found)
    first = np.full(size, -1, dtype=np.intp)
    first[key[::-1]] = np.arange(len(key) - 1, -1, -1)
    there = first >= 0
    return (np.cumsum(there) - 1)[key], first[there]


def _beyond(cells: Cells, kinds: Sequence[Kind | None], code: Codes) -> Mask:
    """The rows in which a number is none, or beyond what the rules allow for its kind."""
    wrong = cells.none.copy()
    for name in PROBES:
        if not cells.has(name):
            continue
        column = cells.numbers(name)
        everything = (-np.inf, np.inf)
        limits = [kind.limits.get(name, everything) if kind else everything for kind in kinds]
        bad = column.values < _spread([low for low, _ in limits], code)
        bad |= column.values > _spread([high for _, high in limits], code)
        if name in WHOLE:
            bad |= column.values != np.floor(column.values)
        wrong |= (bad & ~column.blank) | column.wrong
    return wrong


def _fill(lines: Lines, kinds: Sequence[Kind | None], code: Codes, numbers: Mapping[str, Floats], slow: Mask) -> None:
    """Grams of the rows that are not slow; rows beyond any sense become slow."""
    quantity = _spread([float(quantity_of(kind.fixed)) if kind else 0.0 for kind in kinds], code)
    for name, divide in sorted({column for kind in kinds if kind for column in kind.columns}, key=lambda each: each[1]):
        used = np.array([kind is not None and (name, divide) in kind.columns for kind in kinds])
        values = numbers[name] if used.all() else np.where(used[code], numbers[name], 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            quantity = quantity / values if divide else quantity * values
    top = [float(kind.rates.high) if kind else 0.0 for kind in kinds]
    with np.errstate(over="ignore", invalid="ignore"):
        slow |= ~(quantity * _spread(top, code) < MAX_GRAMS / 2000)
    quantity = np.where(slow, 0.0, quantity) if slow.any() else quantity

    def exact(row: int) -> Decimal:
        kind = kinds[code[row]]
        assert kind is not None
        values = {
            name: int(numbers[name][row]) if name in WHOLE else float(numbers[name][row]) for name, _ in kind.columns
        }
        return exact_quantity(kind, values)

    def grams(rates: Sequence[Decimal]) -> Grams:
        return rounded_grams(quantity, code, rates, exact)

    nothing = Rates.nothing()
    each = [kind.rates if kind and kind.line.counted else nothing for kind in kinds]
    lines.low_g, lines.total_g = grams([rates.low for rates in each]), grams([rates.value for rates in each])
    lines.high_g = grams([rates.high for rates in each])
    lines.non_co2_g = grams([rates.with_all for rates in each]) - grams([rates.co2_only for rates in each])
    for number in range(max((len(rates.upstream) for rates in each), default=0)):
        part = [rates.upstream[number] if number < len(rates.upstream) else Decimal(0) for rates in each]
        lines.upstream_g += grams(part)


def _spread(values: Sequence[float], code: Codes) -> Floats:
    """A number of each kind, by row; one number where all kinds agree."""
    found = np.array(values, dtype=np.float64)
    return found[:1] if (found == found[0]).all() else found[code]


def _any(masks: Sequence[Mask]) -> Mask:
    return np.asarray(np.logical_or.reduce(masks))
