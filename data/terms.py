"""Terms of sale (``terms.toml``), of forestry (``forestry.toml``), and methodologies by name, kept as data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def _gifts() -> dict[str, int]:
    with (Path(__file__).parent / "terms.toml").open("rb") as handle:
        return {currency: int(amount) for currency, amount in tomllib.load(handle)["gift_minor"].items()}


def gift_minor(currency: str) -> int:
    """The gift to the special fund in minor units of a currency; 0 where none is offered in it."""
    return _gifts().get(currency, 0)


@dataclass(frozen=True, slots=True)
class ForestrySource:
    """A page that was read for the rules of forestry."""

    title: Mapping[str, str]
    address: str
    read_on: str
    says: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ForestryTerms:
    """What a planting for an event is held to (``forestry.toml``)."""

    sink_years: int
    most_area_m2: int
    most_expected_g: int
    guidance_names: Mapping[str, str]
    guidance_number: str
    guidance_address: str
    guidance_read: bool
    sources: tuple[ForestrySource, ...]


@lru_cache(maxsize=1)
def forestry_terms() -> ForestryTerms:
    """The rules of forestry with where they were read."""
    with (Path(__file__).parent / "forestry.toml").open("rb") as handle:
        told = tomllib.load(handle)
    guidance = told["guidance"]
    return ForestryTerms(
        told["sink_years"], told["most_area_m2"], told["most_expected_g"], guidance["name"], guidance["number"],
        guidance["address"], guidance["read"], tuple(ForestrySource(**source) for source in told["source"]),
    )  # fmt: skip


@lru_cache(maxsize=1)
def methodologies() -> tuple[str, ...]:
    """Names of methodologies to choose from (``methodologies.toml`` has their source)."""
    with (Path(__file__).parent / "methodologies.toml").open("rb") as handle:
        return tuple(tomllib.load(handle)["names"])
