"""Files of activities of any kind: computed by the one engine, a slice at a time, all in or all out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from calculations.bulk import slice_pool
from calculations.bulk_activities import Activities, Lines
from calculations.bulk_ends import AreasOf
from calculations.bulk_kinds import Engine
from calculations.bulk_rows import COLUMNS, ActivityRow, Rules, cell_text, read_row
from calculations.bulk_sums import ActivitySums, ActivityTotals
from calculations.model import Boundary, FieldError, InputError, Place, Scenario
from data.library import DEFAULT_EDITION, load_factor_set, load_scenarios
from data.table_output import Output
from data.table_slices import Slice, column_names, read_slices, unreadable

SLICES_AHEAD = 3  # read while others are computed
MAX_FAULTS = 10_000  # with so many, reading stops
_ACTIVITY = {"kind", "mode", "from", "from_lat", "nights", "diet", "activity"}
_ATTENDANCE = ({"lat", "lon"}, {"origin_lat", "origin_lon"}, {"place", "attendances"})
FAULT_COLUMNS = ("row", "column", "value", "what_would_be_right")
Resolve = Callable[[str], Place | None]


@dataclass(frozen=True, slots=True)
class CalculatedActivities:
    """The sums of a file, and its columns that nothing reads."""

    totals: ActivityTotals
    unused_columns: tuple[str, ...]


def make_engine(
    resolve: Resolve, edition: str = DEFAULT_EDITION, boundary: Boundary | None = None, destination: Place | None = None
) -> Engine:
    """The engine for files: names and ids of places through ``resolve``, the activities of all scenarios."""
    factors = load_factor_set(edition)
    return Engine(factors, boundary or Boundary(), Rules(resolve, all_activities(), destination, factors))


def all_activities() -> Scenario:
    """A scenario of every activity that any scenario asks for; those of ``other`` go first."""
    scenarios = load_scenarios()
    ordered = sorted(scenarios.values(), key=lambda each: each.scenario_id != "other")
    found = {activity.key: activity for each in reversed(ordered) for activity in each.activities}
    return Scenario("bulk", {}, {}, ("trips", "stays", "meals"), tuple(found.values()))


def is_activities(path: Path) -> bool:
    """Whether a file's columns are those of activities, not of attendances. Raises InputError."""
    columns = set(column_names(path))
    return bool(columns & _ACTIVITY - {"mode"}) or not any(needed <= columns for needed in _ATTENDANCE)


def read_activities(path: Path, rules: Rules) -> Iterator[ActivityRow]:
    """The rows of a file one by one, each with its answers, its group's size and whom it concerns: what an import
    keeps. Raises InputError at the first bad row; ``calculate_activities`` names them all."""
    for each in read_slices(path):
        for number, row in enumerate(_frame(each).to_dict("records"), each.first_row):
            yield read_row({str(name): value for name, value in row.items()}, number, rules)


def calculate_activities(
    path: Path, engine: Engine, out: Path | None = None, bad: Path | None = None,
    progress: Callable[[int], None] | None = None, areas_of: AreasOf | None = None,
) -> CalculatedActivities:  # fmt: skip
    """The sums of a file of activities, its lines to ``out``. Where rows are bad nothing is kept: they go to ``bad``,
    and InputError names them, the first 10,000 at most. ``areas_of`` gives the countries of many positions."""
    activities, sums, faults, unused = (
        Activities(engine, areas_of),
        ActivitySums(),
        list[FieldError](),
        tuple[str, ...](),
    )
    with ExitStack() as stack:
        lines_file = None if out is None else stack.enter_context(Output(out))
        bad_file = _BadRows(bad)
        for each, lines, found in _computed(path, activities):
            faults += found
            if found:
                bad_file.add(each, found)
            if len(faults) >= MAX_FAULTS:
                break
            if not faults:
                sums.add(lines, activities.line_kinds)
                unused = tuple(name for name in each.table.column_names if name not in COLUMNS)
                if lines_file is not None:
                    lines_file.write(_with_lines(each.table, activities.found(_frame(each)) | activities.table(lines)))
            if progress is not None:
                progress(each.first_row + each.table.num_rows - 2)
        bad_file.write()
        if faults:
            raise InputError(faults[:MAX_FAULTS])
    return CalculatedActivities(sums.totals(), unused)


def _computed(path: Path, activities: Activities) -> Iterator[tuple[Slice, Lines, list[FieldError]]]:
    """Each slice with its lines, in order; some are computed ahead, each on a thread of its own."""
    waiting: deque[tuple[Slice, Future[tuple[Lines, list[FieldError]]]]] = deque()
    with slice_pool() as pool:
        try:
            for each in read_slices(path):
                _check_columns(path, each)
                waiting.append((each, pool.submit(activities.lines, _frame(each), each.first_row, MAX_FAULTS)))
                if len(waiting) > SLICES_AHEAD:
                    first, future = waiting.popleft()
                    yield first, *future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, *future.result()
        finally:
            for _, future in waiting:
                future.cancel()


def _frame(each: Slice) -> pd.DataFrame:
    return each.table.select([name for name in each.table.column_names if name in COLUMNS]).to_pandas()


def _check_columns(path: Path, each: Slice) -> None:
    if not _ACTIVITY & set(each.table.column_names):
        message = "The file {value} has no column of activities: one of {known} is needed."
        raise unreadable(path, message, known=", ".join(sorted(_ACTIVITY)))


def _with_lines(table: pa.Table, columns: Mapping[str, object]) -> pa.Table:
    kept = table.select([name for name in table.column_names if name not in columns])
    for name, values in columns.items():
        array = pa.array(values, from_pandas=True)
        kept = kept.append_column(
            name, array.cast(array.type.value_type) if pa.types.is_dictionary(array.type) else array
        )
    return kept


class _BadRows:
    """The bad rows of a file as they stood there, each beside what is wrong with it."""

    def __init__(self, path: Path | None):
        self._path, self._rows, self._names = path, list[list[str]](), list[str]()

    def add(self, each: Slice, faults: list[FieldError]) -> None:
        """Keep the rows of a slice that faults name."""
        if self._path is None:
            return
        self._names = [name for name in each.table.column_names if name not in FAULT_COLUMNS]
        for fault in faults:
            number, _, column = fault.field.removeprefix("row ").partition(".")
            row = each.table.slice(int(number) - each.first_row, 1).to_pylist()[0]
            sentence = fault.message.format(**fault.params)
            self._rows.append(
                [*(cell_text(row[name]) for name in self._names), number, column, str(fault.value), sentence]
            )

    def write(self) -> None:
        """Write what was kept, if anything."""
        if self._path is None or not self._rows:
            return
        names = [*self._names, *FAULT_COLUMNS]
        arrays = [pa.array(column, pa.string()) for column in zip(*self._rows, strict=True)]
        with Output(self._path, "bad") as file:
            file.write(pa.Table.from_arrays(arrays, names=names))
