"""What a figure may be held against: other published models of the same trip, and the mean and the goal of a year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calculations.compare import OtherModel, Spread, other_models, spread_of
from calculations.lookup import factor_of, table_of
from calculations.model import Factor
from data.library import DEFAULT_METHOD, load_methods
from data.store.engine import get_store
from events.catalogue import read_event
from events.footprints import factors_of, parse


def models_beside(slug: str, trip: Mapping[str, Any]) -> list[OtherModel]:
    """A trip (as in the body of a footprint) by other published rows and methods than those that price the event's own
    lines. Raises NotFound, InputError."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    answers = parse(event, {"trips": [dict(trip)]})
    ours = event.boundary.flight_method or DEFAULT_METHOD
    found = other_models(answers.trips[0], factors_of(event), load_methods())
    return [model for model in found if model.method_id != ours]


def spread_beside(slug: str, trip: Mapping[str, Any], ours_g: int) -> Spread | None:
    """How far those models lie apart for a flight that our own answer gives ``ours_g``; None for other modes. Raises
    NotFound, InputError."""
    return spread_of(ours_g, models_beside(slug, trip)) if trip.get("mode") == "plane" else None


def year_norms(slug: str) -> tuple[Factor, Factor]:
    """(mean, goal) of one person's year, kg CO2e, each with its source. Raises NotFound, FactorMissing."""
    with get_store().read() as conn:
        factors = factors_of(read_event(conn, slug=slug))
    ids = table_of(factors, "life_norm")
    return factor_of(factors, str(ids["mean"])), factor_of(factors, str(ids["goal"]))
