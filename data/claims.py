"""Loads the table of claim sentences and jurisdictions, ``data/claims.toml``."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from calculations.claims import ClaimTable, table_of

CLAIMS_FILE = Path(__file__).with_name("claims.toml")


@lru_cache(maxsize=1)
def load_claims() -> ClaimTable:
    """The table, read once per process; ValueError names what is wrong in it."""
    with CLAIMS_FILE.open("rb") as file:
        return table_of(tomllib.load(file))
