"""Where 16,374 guests should have met: ``python -m benchmarks.venues [ATTENDANCES.csv]``.

The best of 1,000 cities, the best pair and a triple, for the attendances of the SIGPLAN study taken as one event (or
any file with origin_lat, origin_lon, attendances). Beside them, in the same run: the same ranking in plain pandas with
every geodesic measured, once for each distinct origin and once row by row as the file stands; and one city in pure
Python, one trip at a time. The answers must agree to a gram a guest, or the run stops. Seconds are this process's own
(processor time), so that what else runs on the machine does not count; the fastest run of each.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyproj import Geod

from calculations.model import Answers, Boundary, Place, Trip
from calculations.parties import Party
from calculations.rates import Rates
from calculations.venues import best_hubs, rank_cities, ways_of
from data.library import load_factor_set
from data.places import index
from data.places.cities import candidate_cities

RUNS = 5
REFERENCE = Path(os.environ.get("REFERENCE_DIR", Path(__file__).resolve().parents[2] / "shared" / "reference"))
WGS84 = Geod(ellps="WGS84")


def timed(work: Callable[[], Any], runs: int = RUNS) -> tuple[float, Any]:
    """(seconds of the fastest run, its answer)."""
    best, answer = float("inf"), None
    for _ in range(runs):
        start = time.process_time()
        answer = work()
        best = min(best, time.process_time() - start)
    return best, answer


def parties_of(frame: pd.DataFrame, venue: Place) -> list[Party]:
    """A party per row, each flying from the nearest town."""
    rows = zip(frame["origin_lat"], frame["origin_lon"], frame["attendances"], strict=True)
    towns = {at: index.nearest_city(*at) for at in set(zip(frame["origin_lat"], frame["origin_lon"], strict=True))}
    return [
        Party(Answers((Trip(replace(towns[lat, lon], lat=lat, lon=lon), venue),)), int(people), "group")
        for lat, lon, people in rows
    ]


def brute(frame: pd.DataFrame, cities: list[Place], g_per_km: float) -> pd.Series:
    """Grams of a city for every row of the frame, all geodesics measured."""
    totals = {}
    for city in cities:
        lat, lon = np.full(len(frame), city.lat), np.full(len(frame), city.lon)
        km = WGS84.inv(frame["origin_lon"].to_numpy(), frame["origin_lat"].to_numpy(), lon, lat)[2] / 1000
        totals[city.place_id] = float((km * frame["attendances"].to_numpy()).sum() * 2 * g_per_km)
    return pd.Series(totals).sort_values(kind="stable")


def by_hand(frame: pd.DataFrame, city: Place, g_per_km: float) -> float:
    """One city, one trip at a time."""
    total = 0.0
    for row in frame.itertuples():
        km = WGS84.inv(row.origin_lon, row.origin_lat, city.lon, city.lat)[2] / 1000
        total += km * 2 * row.attendances * g_per_km
    return total


def main() -> None:
    """Prints the times and checks the answers against each other."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else REFERENCE / "sigplan" / "attendances.csv"
    frame = pd.read_csv(path)
    cities, venue = candidate_cities(), index.search("Paris")[0]
    parties, people = parties_of(frame, venue), int(frame["attendances"].sum())
    rates = Rates(load_factor_set(), Boundary())
    print(f"{len(frame)} rows, {people} guests, {len(cities)} cities, venue {venue.names['en']}")

    grouped_s, ways = timed(lambda: ways_of(parties, venue, Rates(rates.factors, rates.boundary)))
    print(f"ways of the guests put together      {grouped_s:7.3f} s  {len(ways)} distinct origins")
    rank_s, ranking = timed(lambda: rank_cities(ways, cities, venue, rates))
    whole = grouped_s + rank_s
    print(f"best of {len(cities)} cities                 {rank_s:7.3f} s  {whole:.3f} s with the above; "
          f"{ranking.measured} cities measured")  # fmt: skip
    rail_s, _ = timed(lambda: rank_cities(ways_of(parties, venue, rates, 700.0), cities, venue, rates), 2)
    print(f"the same, rail below 700 km          {rail_s:7.3f} s  grouping included, rates known after the first run")
    pair_s, pair = timed(lambda: best_hubs(ways, cities, venue, rates), 2)
    print(f"best pair of {pair.weighed} (proven)      {pair_s:7.3f} s  {_names(pair.best.places)}")
    triple_s, triple = timed(lambda: best_hubs(ways, cities, venue, rates, 3), 2)
    print(f"a triple, by exchange                {triple_s:7.3f} s  {_names(triple.best.places)}")

    g_per_km = ways[0].air_g / ways[0].times
    distinct = frame.groupby(["origin_lat", "origin_lon"], as_index=False)["attendances"].sum()
    others = [city for city in cities if rates.km(city, venue) > 80]
    distinct_s, best = timed(lambda: brute(distinct, others, g_per_km), 1)
    rows_s, _ = timed(lambda: brute(frame, others[:100], g_per_km), 1)
    hand_s, _ = timed(lambda: by_hand(frame, others[0], g_per_km), 1)
    print(f"pandas, geodesics per distinct origin{distinct_s:7.3f} s  {distinct_s / whole:.1f} times as long")
    print(f"pandas, geodesics per row            {rows_s * len(others) / 100:7.1f} s  from 100 cities, "
          f"{rows_s * len(others) / 100 / whole:.0f} times")  # fmt: skip
    print(f"one trip at a time                   {hand_s * len(others):7.0f} s  from one city, "
          f"{hand_s * len(others) / whole:.0f} times")  # fmt: skip
    mine = [row.places[0].place_id for row in ranking.rows]
    if mine != list(best.index[: len(mine)]) or abs(best.iloc[0] - ranking.rows[0].total_g) > people:
        sys.exit("the two rankings differ")
    print(f"the same {len(mine)} cities in the same order: {_names([row.places[0] for row in ranking.rows[:3]])} …")


def _names(places: Any) -> str:
    return ", ".join(place.names["en"] for place in places)


if __name__ == "__main__":
    main()
