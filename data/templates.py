"""Scenario templates: each file of data/scenarios and of DATA_DIR/scenarios is a calculator of its own.

data/scenarios/README.md describes the form of a file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from calculations.activity import rows_by_unit
from calculations.lookup import factor_of, table_of
from calculations.model import CATEGORIES, FactorMissing, FactorSet, Scenario, ScenarioActivity
from calculations.units import accepted
from data.settings import get_settings

SCENARIOS = Path(__file__).resolve().parent / "scenarios"
ASKS = ("trips", "stays", "meals")
PAGE = (
    "heading", "section", "search", "period", "order", "icon", "first_stay", "needs_trip", "folded", "home",
    "own_first", "left_out",
)  # fmt: skip


def scenario_paths() -> list[Path]:
    """The template files: those that come with the product, and the operator's own. Raises FactorMissing for a doubled
    name."""
    own = get_settings().data_dir / "scenarios"
    paths = [*sorted(SCENARIOS.glob("*.toml")), *sorted(own.glob("*.toml"))]
    names = [path.stem for path in paths]
    if len(set(names)) != len(names):
        raise FactorMissing(f"two scenarios have one name in {SCENARIOS.name} and {own}")
    return paths


def read_scenarios(paths: Iterable[Path], factors: FactorSet) -> Mapping[str, Scenario]:
    """The scenarios of some files by id, in the order of their pages; each is checked against a factor set. Raises
    FactorMissing."""
    scenarios = [read_scenario(path, factors) for path in paths]
    scenarios.sort(key=lambda each: (float(each.page.get("order", 50)), each.scenario_id))
    return MappingProxyType({each.scenario_id: each for each in scenarios})


def read_scenario(path: Path, factors: FactorSet) -> Scenario:
    """The template in a file. Raises FactorMissing with the file's name and what is wrong."""
    try:
        return _scenario(tomllib.loads(path.read_text(encoding="utf-8")), path.stem, factors)
    except (FactorMissing, KeyError, ValueError, TypeError) as error:
        raise FactorMissing(f"scenario {path.name}: {error}") from error


def _scenario(document: Mapping[str, Any], scenario_id: str, factors: FactorSet) -> Scenario:
    groups, page = document.get("group", {}), document.get("page", {}) | {"left_out": document.get("left_out", {})}
    _known("asks", document.get("asks", ()), ASKS)
    _known("page", page, PAGE)
    each = document.get("each", {})
    activities = tuple(_activity({**each, **entry}, factors) for entry in document.get("activity", []))
    keys = [activity.key for activity in activities]
    if len(set(keys)) != len(keys):
        raise FactorMissing("one activity is asked twice")
    _known("group", (a.group for a in activities if a.group), groups)
    _known("swap", (a.swap for a in activities if a.swap), keys)
    return Scenario(
        scenario_id=scenario_id, names=document["names"], texts=document.get("texts", {}),
        asks=tuple(document.get("asks", ())), activities=activities, groups=groups, page=page,
    )  # fmt: skip


def _known(what: str, said: Iterable[str], known: Iterable[str]) -> None:
    strange = sorted(set(said) - set(known))
    if strange:
        raise FactorMissing(f"{what} names {', '.join(strange)}; known are {', '.join(known)}")


def _activity(entry: Mapping[str, Any], factors: FactorSet) -> ScenarioActivity:
    table = factors.preferred.get("activity", {}).get(entry["key"], {})
    said = {"names": table.get("names"), "category": table.get("category"), "unit": table.get("unit"), **entry}
    activity = ScenarioActivity(
        key=said["key"], names=said["names"], unit=said["unit"], category=said["category"],
        factor=said.get("factor", ""), by_region=said.get("by_region", ""), times=said.get("times", ""),
        scale=float(said.get("scale", 1.0)), group=said.get("group", ""), default=float(said.get("default", 0)),
        minimum=float(said.get("min", 0)), maximum=float(said.get("max", 1_000_000)), step=float(said.get("step", 1)),
        help=said.get("help", {}), unit_names=said.get("unit_names", {}), shown=bool(said.get("shown", True)),
        swap=said.get("swap", ""),
    )  # fmt: skip
    if activity.category not in CATEGORIES:
        raise FactorMissing(f"activity {activity.key} is of {activity.category}; known are {', '.join(CATEGORIES)}")
    _check_priced(activity, str(said.get("of", "")), table, factors)
    return activity


def _check_priced(activity: ScenarioActivity, of: str, table: Mapping[str, Any], factors: FactorSet) -> None:
    """That one thing prices an activity, in its unit: a row, a regional table, or the edition's own entry."""
    if activity.factor and activity.by_region:
        raise FactorMissing(f"activity {activity.key} names a factor and a regional table: one of the two prices it")
    if activity.factor:
        units = [factor_of(factors, activity.factor).unit.split("/", 1)[1]]
    elif activity.by_region:
        table_of(factors, *activity.by_region.split("."))
        return
    elif table:
        units = accepted(factors, list(rows_by_unit(table)))
    else:
        raise FactorMissing(f"activity {activity.key} must name a factor or a regional table")
    asked = of or activity.unit
    if not {asked, asked.rsplit("/", 1)[0]} & set(units):
        raise FactorMissing(f"activity {activity.key} is asked in {asked}; it is priced in {', '.join(units)}")
