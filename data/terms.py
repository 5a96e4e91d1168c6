"""Terms of sale, kept as data in ``terms.toml``."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def _gifts() -> dict[str, int]:
    with (Path(__file__).parent / "terms.toml").open("rb") as handle:
        return {currency: int(amount) for currency, amount in tomllib.load(handle)["gift_minor"].items()}


def gift_minor(currency: str) -> int:
    """The gift to the special fund in minor units of a currency; 0 where none is offered in it."""
    return _gifts().get(currency, 0)
