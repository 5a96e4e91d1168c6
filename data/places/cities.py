"""The cities that an event may be held in: the candidates of *Where should we have met?*."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from calculations.model import Place
from data.places.index import load


@lru_cache(maxsize=4)
def candidate_cities(count: int = 1000) -> tuple[Place, ...]:
    """At most ``count`` towns with an airport of their own, by people, most first. The rule: the most populous such
    town of each country or region comes in whatever its size, so that none is left out; the other places go to the
    most populous towns of the world. Equal ones keep the order of their numbers."""
    index = load()
    order = sorted(index.offers, key=lambda town: (-float(index.weight[town]), town))
    countries = index.a["country"]
    first: dict[bytes, int] = {}
    for town in order:
        first.setdefault(bytes(countries[town]), town)
    chosen = sorted(first.values(), key=order.index)[:count]
    seen = set(chosen)
    chosen += [town for town in order if town not in seen][: count - len(chosen)]
    chosen.sort(key=lambda town: (-float(index.weight[town]), town))
    return tuple(index.place(int(town)) for town in np.asarray(chosen, dtype=np.int64))
