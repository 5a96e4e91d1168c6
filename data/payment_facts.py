"""What payment providers take, kept as data in ``payment_facts.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def _facts() -> dict[str, dict[str, int]]:
    with (Path(__file__).parent / "payment_facts.toml").open("rb") as handle:
        return {name: dict(entry["minimum_minor"]) for name, entry in tomllib.load(handle).items()}


def least_minor(provider: str) -> Mapping[str, int]:
    """The currencies that a provider takes, each with its least amount in minor units; 0 where none is stated."""
    return _facts()[provider]
