"""The facts on disk: factor sets, methods and scenarios, read once per process and checked as they are read."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from calculations.activity import TABLE, rows_by_unit, unit_of_row
from calculations.lookup import factor_of, table_of
from calculations.method_files import parse_method_text
from calculations.methods import Method
from calculations.model import (
    CATEGORIES,
    Factor,
    FactorMissing,
    FactorSet,
    FieldError,
    InputError,
    Scenario,
    ScenarioActivity,
)  # fmt: skip
from calculations.units import conversion
from data.factors.build import MANIFEST, edition_entries, path_of, read_manifest, set_hash
from data.templates import read_scenarios, scenario_paths

DEFAULT_EDITION = "2026.2"
DEFAULT_METHOD = "defra_international"
ROOT = Path(__file__).resolve().parent
QUALITY = "quality.toml"  # an edition's scheme for uncertainty and data quality, where it has one
FACTORS, METHODS = ROOT / "factors", ROOT / "methods"
HEADER = (
    "id", "category", "activity", "region", "unit", "value", "lower", "upper", "gwp_basis", "includes_rf",
    "includes_wtt", "year", "source_title", "source_address", "licence", "confidence", "note",
)  # fmt: skip


def list_editions(root: Path = FACTORS) -> list[str]:
    """The editions of the factor library, oldest first."""
    return sorted(path.parent.name for path in root.glob(f"*/{MANIFEST}"))


@cache
def load_factor_set(edition: str = DEFAULT_EDITION) -> FactorSet:
    """An edition of the library with every row of its files. Raises FactorMissing where there is no such edition."""
    if edition not in list_editions():
        raise FactorMissing(f"there is no factor set {edition!r}; there are {', '.join(list_editions())}")
    return read_factor_set(FACTORS / edition)


def read_factor_set(folder: Path) -> FactorSet:
    """The factor set in a folder. Raises FactorMissing for a doubled id or a wrong header, ValueError for a number."""
    manifest = read_manifest(folder)
    factors: dict[str, Factor] = {}
    for entry in manifest["files"]:
        if not entry["name"].endswith(".csv"):
            continue
        for factor in read_factors(path_of(folder, entry)):
            if factor.factor_id in factors:
                raise FactorMissing(f"two rows are called {factor.factor_id!r}")
            factors[factor.factor_id] = factor
    quality = _tables(folder / QUALITY) if (folder / QUALITY).is_file() else {}
    return FactorSet(manifest["edition"], manifest["sha256"], MappingProxyType(factors), _preferred(folder), quality)


def _preferred(folder: Path) -> Mapping[str, Any]:
    """The tables of every TOML file of an edition as one, the quality scheme apart. Raises FactorMissing where two
    files say the same table."""
    found: dict[str, Any] = {}
    for path in sorted(folder.glob("*.toml")):
        tables = _tables(path) if path.name != QUALITY else {}
        if doubled := found.keys() & tables.keys() - {"edition"}:
            raise FactorMissing(f"{path.name} says {', '.join(sorted(doubled))} again")
        found |= tables
    return found


def _tables(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def read_factors(path: Path) -> list[Factor]:
    """The rows of one factor file. Empty bounds are None; the region "NA" is Namibia and stays text."""
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if tuple(reader.fieldnames or ()) != HEADER:
            raise FactorMissing(f"{path.name} has another header than {', '.join(HEADER)}")
        return [_factor(row) for row in reader]


def _factor(row: Mapping[str, str]) -> Factor:
    texts = {key: row[key] for key in HEADER if key not in ("id", "value", "lower", "upper")}
    return Factor(
        factor_id=row["id"], value=float(row["value"]), lower=float(row["lower"]) if row["lower"] else None,
        upper=float(row["upper"]) if row["upper"] else None, **texts,
    )  # fmt: skip


def verify_factor_set(edition: str = DEFAULT_EDITION, root: Path = FACTORS) -> list[str]:
    """What is wrong with an edition: altered, missing or added files, a wrong set hash, preferred rows that are not
    there. Empty when all is well."""
    folder = root / edition
    if not (folder / MANIFEST).is_file():
        return [f"{edition}: there is no {MANIFEST}"]
    manifest = read_manifest(folder)
    listed = {entry["name"]: entry for entry in manifest["files"]}
    found = {entry["name"]: entry for entry in edition_entries(folder)}
    problems = [f"{name}: is missing" for name in sorted(listed.keys() - found.keys())]
    problems += [f"{name}: is not in the manifest" for name in sorted(found.keys() - listed.keys())]
    problems += [f"{name}: was altered" for name in sorted(listed.keys() & found.keys()) if listed[name] != found[name]]
    if set_hash(manifest["files"]) != manifest["sha256"]:
        problems.append(f"{MANIFEST}: the set's hash is not that of its list")
    if manifest["edition"] != edition:
        problems.append(f"{MANIFEST}: names edition {manifest['edition']}")
    return problems or _missing_preferred(read_factor_set(folder))


def _missing_preferred(factors: FactorSet) -> list[str]:
    sections = ("travel", "size", "stay", "electricity", "meal", "upstream", "upstream_losses", "flight", "model")
    named = [pair for section in sections for pair in _ids(factors.preferred.get(section, {}), section)]
    named += _ids(factors.preferred.get("caution", {}).keys(), "caution")
    problems = [
        f"preferred.toml: {path} names {factor_id!r}, which is no row"
        for path, factor_id in named
        if factor_id not in factors.factors
    ]
    return problems + [
        each for key in factors.preferred.get("activity", {}) for each in _activity_problems(factors, key)
    ]


def _activity_problems(factors: FactorSet, key: str) -> list[str]:
    """What is wrong with an activity of the edition: rows or tables that are not there, another unit than the row's."""
    said = factors.preferred["activity"][key]
    problems = [] if said["category"] in CATEGORIES else [f"activity {key}: there is no category {said['category']!r}"]
    for unit, entry in rows_by_unit(said).items():
        for path, name in _ids(entry, f"activity {key} in {unit}"):
            if name.startswith(TABLE):
                table_of(factors, *name.removeprefix(TABLE).split("."))
            elif name not in factors.factors:
                problems.append(f"{path} names {name!r}, which is no row")
            elif (conversion(factors, unit, [unit_of_row(factors.factors[name])]) or ("", 0.0))[1] != 1:
                problems.append(f"{path} is told in {unit}, the row {name} is per {factors.factors[name].unit}")
    return problems


def _ids(node: Any, path: str) -> list[tuple[str, str]]:
    """(path, id) of every text in a table that names a row."""
    plain = ("times", "by_region", "unit", "category", "name", "mode", "region", "source_title", "source_address")
    if isinstance(node, str):
        return [] if path.rsplit(".", 1)[-1] in plain else [(path, node)]
    if isinstance(node, Mapping):
        return [pair for key, value in node.items() for pair in _ids(value, f"{path}.{key}")]
    if not isinstance(node, int | float | bool):
        return [pair for number, value in enumerate(node) for pair in _ids(value, f"{path}[{number}]")]
    return []


def list_methods() -> list[str]:
    """Ids of the method files that come with the product."""
    return sorted(path.stem for path in METHODS.glob("*.toml"))


def load_method(id_or_path: str = DEFAULT_METHOD) -> Method:
    """A method by its id in data/methods or by the path of a TOML file. Raises InputError."""
    path = Path(id_or_path) if id_or_path.endswith(".toml") else METHODS / f"{id_or_path}.toml"
    if not id_or_path.endswith(".toml") and id_or_path not in list_methods():
        message = "There is no method {value}; known are {known}, or the path of a .toml file."
        params = {"value": id_or_path, "known": ", ".join(list_methods())}
        raise InputError([FieldError("method", id_or_path, message, params)])
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = "The method file {value} cannot be read: {reason}"
        raise InputError(
            [FieldError("method", id_or_path, message, {"value": id_or_path, "reason": str(error)})]
        ) from error
    return parse_method_text(text, path.stem)


@cache
def load_methods() -> tuple[Method, ...]:
    """All methods that come with the product."""
    return tuple(load_method(each) for each in list_methods())


@cache
def load_scenarios() -> Mapping[str, Scenario]:
    """The scenario templates by id, each checked against the default factor set. Raises FactorMissing."""
    return read_scenarios(scenario_paths(), load_factor_set())


def load_activities(edition: str = DEFAULT_EDITION) -> Mapping[str, ScenarioActivity]:
    """The activities that an edition prices itself, by key, with their names in English and Chinese; ``unit`` is the
    first of their units. Empty for an edition that names none."""
    table = load_factor_set(edition).preferred.get("activity", {})
    found = {
        key: ScenarioActivity(key, said["names"], next(iter(rows_by_unit(said))), said["category"])
        for key, said in table.items()
        if "names" in said
    }
    return MappingProxyType(found)


def load_life_norms(edition: str = DEFAULT_EDITION) -> Mapping[str, Factor]:
    """Yardsticks of a year's life, kg CO2e per person-year: ``mean`` (a sourced national mean) and ``goal`` (2 t)."""
    factors = load_factor_set(edition)
    table = factors.preferred["life_norm"]
    return MappingProxyType({name: factor_of(factors, table[name]) for name in ("mean", "goal")})
