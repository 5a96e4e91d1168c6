"""Parts of countries, countries and continents, as strata of origin name them."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
CONTINENT = "@"  # before a continent's code: AS is a country too


@cache
def continents() -> dict[str, str]:
    """Country (ISO 3166-1 alpha-2) → continent, as ``@AS``."""
    return {row["country"]: CONTINENT + row["continent"] for row in _read("continents.csv")}


@cache
def parts() -> dict[str, dict[str, str]]:
    """Names by language of the parts of countries that the index tells, by code (``CN-51``)."""
    names = {(row["country"], row["admin1"]): row["names"].split(";") for row in _read("areas.csv")}
    found = {}
    for row in _read("regions.csv"):
        known = names.get((row["country"], row["admin1"]), [])
        chinese = [name for name in known if not name.isascii()][:1]
        found[row["region"]] = {"en": row["name"]} | ({"zh": chinese[0]} if chinese else {})
    return found


def _read(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
