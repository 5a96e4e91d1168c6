"""Trips a second in bulk, with memory: ``python -m benchmarks.calculation [ROWS …]`` (10,000, 100,000 and 1,000,000).

Each size runs in a process of its own, so that its memory is its own: flights by the engine and by a method, with all
pairs of places different and with guests who share 3,000 cities and 10 venues, beside bare geodesics over the same
arrays (``pyproj.Geod.inv``, one call) and beside plain pandas row by row (``iterrows`` over a sample, scaled up).
"""

from __future__ import annotations

import gc
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyproj import Geod

SIZES = (10_000, 100_000, 1_000_000)
CITIES, VENUES = 3_000, 10
SAMPLE = 2_000
BEST_OF = 3
SEED = 20261121


def trips(rows: int, shared: bool) -> pd.DataFrame:
    """Flights as an organiser's table has them; coordinates to 0.01° as everywhere."""
    chance = np.random.default_rng(SEED)

    def points(count: int) -> tuple[Any, Any]:
        return np.round(chance.uniform(-55, 70, count), 2), np.round(chance.uniform(-180, 180, count), 2)

    from_lat, from_lon = points(CITIES if shared else rows)
    to_lat, to_lon = points(VENUES if shared else rows)
    start = chance.integers(0, CITIES, rows) if shared else np.arange(rows)
    stop = chance.integers(0, VENUES, rows) if shared else np.arange(rows)
    return pd.DataFrame({
        "mode": pd.Series("plane", index=range(rows), dtype="str"),
        "cabin": pd.Series(chance.choice(["economy", "business"], rows, p=[0.9, 0.1]), dtype="str"),
        "round_trip": chance.random(rows) < 0.95, "count": chance.integers(1, 4, rows),
        "from_lat": from_lat[start], "from_lon": from_lon[start], "to_lat": to_lat[stop], "to_lon": to_lon[stop],
    })  # fmt: skip


def best(work: Callable[[], object], times: int = BEST_OF) -> float:
    """The shortest of some runs, in seconds."""
    took = []
    for _ in range(times):
        gc.collect()
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took)


def row_by_row(frame: pd.DataFrame, rates: dict[str, float]) -> int:
    """The same flights as a script would do them: a loop over rows, a geodesic and a product each."""
    earth, total = Geod(ellps="WGS84"), 0
    for _, row in frame.iterrows():
        km = earth.inv(row["from_lon"], row["from_lat"], row["to_lon"], row["to_lat"])[2] / 1000
        total += round(km * (2 if row["round_trip"] else 1) * row["count"] * rates[row["cabin"]] * 1000)
    return total


def memory_mb() -> float:
    """The most that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(rows: int, shared: bool) -> None:
    """Print one size."""
    from calculations.bulk import calculate_frame
    from calculations.bulk_activities import calculate_table
    from data.library import load_factor_set, load_method
    from data.places import index
    from data.table_activities import calculate_activities, make_engine

    frame = trips(rows, shared)
    columns = [frame[name].to_numpy() for name in ("from_lon", "from_lat", "to_lon", "to_lat")]
    earth = Geod(ellps="WGS84")
    bare = best(lambda: earth.inv(*columns))
    engine, method = make_engine(index.get), load_method()
    calculate_table(frame.head(1000), engine)
    before = memory_mb()
    by_engine = best(lambda: calculate_table(frame, engine))
    engine_mb = memory_mb() - before
    flights = frame.rename(columns={"from_lat": "lat", "from_lon": "lon", "to_lat": "venue_lat", "to_lon": "venue_lon"})
    by_method = best(lambda: calculate_frame(flights, method))
    sample = frame.head(min(SAMPLE, rows))
    rates = dict.fromkeys(("economy", "business"), 0.2)
    plain = best(lambda: row_by_row(sample, rates), 1) * rows / len(sample)
    edition = load_factor_set().factor_set_id
    print(f"{rows:>9,} trips, {'cities shared' if shared else 'all pairs differ'}; factor set {edition}", flush=True)
    for name, took in (
        ("bare geodesics", bare),
        ("engine", by_engine),
        ("method", by_method),
        ("pandas, scaled", plain),
    ):
        print(f"  {name:<16}{took:9.3f} s {rows / took:>12,.0f} a second   {took / bare:8.2f} × bare")
    with tempfile.TemporaryDirectory() as folder:
        for suffix in (".parquet", ".csv"):
            path = Path(folder) / f"trips{suffix}"
            frame.to_parquet(path, index=False) if suffix == ".parquet" else frame.to_csv(path, index=False)
            out = path.with_name(f"out{suffix}")
            took = best(lambda path=path, out=out: calculate_activities(path, engine, out), 1)
            print(f"  {'file ' + suffix:<16}{took:9.3f} s {rows / took:>12,.0f} a second, read and written")
    print(f"  memory: engine +{engine_mb:.0f} MB over the table, {memory_mb():.0f} MB the whole process at most")


def main() -> None:
    """Every size asked for, each in a process of its own."""
    if sys.argv[1:2] == ["--one"]:
        measure(int(sys.argv[2]), sys.argv[3] == "shared")
        return
    for rows in [int(text.replace(",", "")) for text in sys.argv[1:]] or SIZES:
        for kind in ("different", "shared"):
            command = [sys.executable, "-m", "benchmarks.calculation", "--one", str(rows), kind]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
