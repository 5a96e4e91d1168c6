"""What ``calculate`` answers: attendances by a flight method, or activities by the engine, in sums and words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from calculations.model import Boundary, FieldError, InputError, Place
from data.library import DEFAULT_EDITION, DEFAULT_METHOD, list_editions, load_method
from data.places.many import areas_of
from data.table_activities import CalculatedActivities, calculate_activities, is_activities, make_engine
from data.tables import calculate_file, parse_point, write_rows

ENGINE = "engine"
ELECTRICITY = ("location", "market")
MOST_NAMED = 100  # bad rows that are named one by one; the file of bad rows holds more
Resolve = Callable[[str], Place | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is calculated, and how. ``method`` is a method's id, the path of a method file, or ``engine``; where it is
    None the columns tell."""

    file: Path
    method: str | None = None
    out: Path | None = None
    to: str | None = None
    events_file: Path | None = None
    bad: Path | None = None
    edition: str | None = None
    non_co2: bool = True
    upstream: bool = True
    electricity: str = "location"


@dataclass(frozen=True, slots=True)
class Report:
    """The answer as JSON, and in lines for people; the last line is the total in kg with four decimals."""

    answer: Mapping[str, Any]
    lines: Sequence[str]


def calculate_report(asked: Asked, resolve: Resolve, progress: Callable[[int], None] | None = None) -> Report:
    """Calculates a file. ``resolve`` finds a place by id (``point:LAT,LON`` too) or by name. Raises InputError."""
    if asked.method == ENGINE or (asked.method is None and asked.events_file is None and is_activities(asked.file)):
        return _by_engine(asked, resolve, progress)
    return _by_method(asked, resolve)


def _by_method(asked: Asked, resolve: Resolve) -> Report:
    method = load_method(asked.method or DEFAULT_METHOD)
    found = calculate_file(asked.file, method, parse_point(asked.to) if asked.to else None, asked.events_file, resolve)
    if asked.out is not None:
        write_rows(found.frame, asked.out)
    sums = found.totals
    answer = asdict(sums) | {"total_kg": round(sums.total_kg, 4), "method": found.method.method_id}
    answer["by_event"] = {name: part.total_g for name, part in found.by_event.items()}
    lines = [f"{name}\t{part.total_g} g" for name, part in found.by_event.items()]
    lines += [f"{sums.row_count:,} rows, {sums.attendance_count:,} attendances, {sums.total_g} g"]
    return Report(answer, [*lines, f"{sums.total_kg:.4f}"])


def _by_engine(asked: Asked, resolve: Resolve, progress: Callable[[int], None] | None) -> Report:
    edition = asked.edition or DEFAULT_EDITION
    _check_choice("edition", edition, list_editions())
    _check_choice("electricity", asked.electricity, ELECTRICITY)
    boundary = Boundary(non_co2=asked.non_co2, upstream=asked.upstream, electricity=asked.electricity)
    destination = None
    if asked.to:
        lat, lon = parse_point(asked.to)
        destination = resolve(f"point:{lat:.2f},{lon:.2f}")
    engine = make_engine(resolve, edition, boundary, destination)
    try:
        found = calculate_activities(asked.file, engine, asked.out, asked.bad, progress, areas_of)
    except InputError as error:
        raise InputError(_shortened(error.errors, asked)) from error
    factors, totals = engine.factors, found.totals
    answer = asdict(totals) | {
        "unused_columns": found.unused_columns, "total_kg": totals.total_g / 1000, "method": ENGINE,
        "factor_set": {"id": factors.factor_set_id, "sha256": factors.sha256},
        "boundary": {name: getattr(boundary, name) for name in ("non_co2", "upstream", "electricity")},
    }  # fmt: skip
    total_kg = f"{totals.total_g // 1000}.{totals.total_g % 1000:03}0"
    return Report(answer, [*_words(found, factors.factor_set_id), total_kg])


def _words(found: CalculatedActivities, edition: str) -> list[str]:
    totals = found.totals
    lines = [f"{category}\t{grams} g" for category, grams in sorted(totals.by_category.items())]
    if found.unused_columns:
        lines.append(f"Columns that are not used: {', '.join(found.unused_columns)}")
    if totals.outside_count:
        lines.append(f"{totals.outside_count:,} rows lie outside the boundary and count 0 g")
    parts = f"non-CO2 {totals.non_co2_g} g, upstream {totals.upstream_g} g"
    lines.append(f"between {totals.low_g} and {totals.high_g} g, {parts}")
    return [*lines, f"{totals.row_count:,} rows, {totals.total_g} g by factor set {edition}"]


def _check_choice(option: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        message = "{field} must be one of {known}; it is {value}."
        params = {"field": option, "known": ", ".join(known), "value": value}
        raise InputError([FieldError(option, value, message, params)])


def _shortened(errors: Sequence[FieldError], asked: Asked) -> list[FieldError]:
    """The first faults by name, and how many more there are."""
    more = len(errors) - MOST_NAMED
    if more <= 0:
        return list(errors)
    message = "{count} more are wrong; --bad FILE writes the rows to a file, each with what would be right."
    if asked.bad is not None:
        message = "{count} more are wrong; {value} has the rows, each with what would be right."
    value = "" if asked.bad is None else asked.bad.name
    return [*errors[:MOST_NAMED], FieldError("file", value, message, {"count": f"{more:,}", "value": value})]
