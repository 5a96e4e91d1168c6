"""The comparisons on disk: data/equivalences.toml, read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from calculations.equivalences import Equivalence

FILE = Path(__file__).resolve().parent / "equivalences.toml"


@cache
def load_equivalences() -> Mapping[str, Equivalence]:
    """Every comparison by its key. Raises KeyError for one that lacks a source, ValueError for one of no weight."""
    document = tomllib.loads(FILE.read_text(encoding="utf-8"))
    source = document.pop("source")
    found = {}
    for key, entry in document.items():
        if not entry["kg_per_unit"] > 0:
            raise ValueError(f"{key} weighs {entry['kg_per_unit']} kg")
        found[key] = Equivalence(
            key=key, names=entry["names"], unit=entry["unit"], kg_per_unit=float(entry["kg_per_unit"]),
            source_title=source["title"], source_address=source["address"], confidence=source["confidence"],
            note=entry["note"],
        )  # fmt: skip
    return MappingProxyType(found)
