"""What a figure may be held against: other published models of the same trip, and the mean and the goal of a year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calculations.compare import OtherModel, other_models
from calculations.lookup import factor_of, table_of
from calculations.model import Factor
from data.library import load_methods
from data.store.engine import get_store
from events.catalogue import read_event
from events.footprints import factors_of, parse


def models_beside(slug: str, trip: Mapping[str, Any]) -> list[OtherModel]:
    """A trip (as in the body of a footprint) by other published rows and methods. Raises NotFound, InputError."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    answers = parse(event, {"trips": [dict(trip)]})
    return other_models(answers.trips[0], factors_of(event), load_methods())


def year_norms(slug: str) -> tuple[Factor, Factor]:
    """(mean, goal) of one person's year, kg CO2e, each with its source. Raises NotFound, FactorMissing."""
    with get_store().read() as conn:
        factors = factors_of(read_event(conn, slug=slug))
    ids = table_of(factors, "life_norm")
    return factor_of(factors, str(ids["mean"])), factor_of(factors, str(ids["goal"]))
