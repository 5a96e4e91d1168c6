"""Tables of activities for tests: engines, and what a row gives by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from calculations.bulk_activities import GRAMS, Activities
from calculations.bulk_ends import AreasOf
from calculations.bulk_kinds import Engine
from calculations.bulk_rows import Rules, read_row
from calculations.footprint import compute
from calculations.model import (
    Boundary,
    FactorMissing,
    InputError,
    Scenario,
)
from data.library import list_editions, load_factor_set, load_scenarios
from data.places import index

EDITIONS = list_editions()
OTHER: Scenario = load_scenarios()["other"]
CHENGDU = index.get("geo:1815286")
PLACES = (
    "iata:CTU",
    "iata:PEK",
    "geo:1815286",
    "geo:1816670",
    "iata:LHR",
    "iata:KEF",
    "point:78.22,15.65",
    "30.66,104.06",
)


def engine(edition: str = EDITIONS[-1], **boundary: Any) -> Engine:
    factors = load_factor_set(edition)
    return Engine(factors, Boundary(**boundary), Rules(index.get, OTHER, CHENGDU, factors))


def one_by_one(engine: Engine, row: Mapping[str, Any], number: int) -> tuple[Any, ...]:
    """The grams of a row by itself, or the fields that are wrong with it."""
    try:
        read = read_row(row, number, engine.rules)
        found = compute(read.answers, engine.factors, engine.boundary, engine.hotel_norm)
    except InputError as error:
        return tuple(sorted({each.field for each in error.errors}))
    except FactorMissing:
        return ("no factor",)
    return tuple(sum(getattr(line, name) for line in found.lines) for name in GRAMS)


def both(engine: Engine, frame: pd.DataFrame, areas_of: AreasOf | None = None) -> tuple[list[Any], list[Any]]:
    lines, faults = Activities(engine, areas_of).lines(frame)
    wrong: dict[int, set[str]] = {}
    for fault in faults:
        assert fault.message.format(**fault.params)
        name = "no factor" if "no factor" in fault.message else fault.field
        wrong.setdefault(int(fault.field.split(".")[0].removeprefix("row ")), set()).add(name)
    vector = [
        tuple(sorted(wrong[row + 2])) if row + 2 in wrong else tuple(int(getattr(lines, name)[row]) for name in GRAMS)
        for row in range(len(frame))
    ]
    rows = frame.to_dict("records")
    return vector, [one_by_one(engine, row, number + 2) for number, row in enumerate(rows)]
