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
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pyproj import Geod

from calculations.bulk_kinds import Engine

SIZES = (10_000, 100_000, 1_000_000)
CITIES, VENUES = 3_000, 10
SAMPLE = 2_000
BEST_OF = 3
SEED = 20261121


class Took(NamedTuple):
    """Seconds of a run."""

    clock: float
    processor: float


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


def beside(works: Mapping[str, Callable[[], object]], times: int = BEST_OF) -> dict[str, Took]:
    """The shortest of some runs of each, in turns, so that a busy minute falls on all of them."""
    took: dict[str, list[Took]] = {name: [] for name in works}
    for _ in range(times):
        for name, work in works.items():
            gc.collect()
            clock, processor = time.perf_counter(), time.process_time()
            work()
            took[name].append(Took(time.perf_counter() - clock, time.process_time() - processor))
    return {name: Took(min(t.clock for t in runs), min(t.processor for t in runs)) for name, runs in took.items()}


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
    from data.library import load_method
    from data.places import index
    from data.table_activities import make_engine

    frame = trips(rows, shared)
    columns = [frame[name].to_numpy() for name in ("from_lon", "from_lat", "to_lon", "to_lat")]
    flights = frame.rename(columns={"from_lat": "lat", "from_lon": "lon", "to_lat": "venue_lat", "to_lon": "venue_lon"})
    earth, engine, method = Geod(ellps="WGS84"), make_engine(index.get), load_method()
    calculate_table(frame.head(1000), engine)
    before = memory_mb()
    calculate_table(frame, engine)
    more_mb = memory_mb() - before
    took = beside({
        "bare geodesics": lambda: earth.inv(*columns), "engine": lambda: calculate_table(frame, engine),
        "method": lambda: calculate_frame(flights, method),
    })  # fmt: skip
    sample = frame.head(min(SAMPLE, rows))
    plain = beside({"": lambda: row_by_row(sample, dict.fromkeys(("economy", "business"), 0.2))}, 1)[""]
    took["pandas, scaled"] = Took(plain.clock * rows / len(sample), plain.processor * rows / len(sample))
    bare = took["bare geodesics"]
    print(f"{rows:,} trips, {'cities shared' if shared else 'all pairs differ'}, by {engine.factors.factor_set_id}:")
    for name, each in (took | files(frame, engine)).items():
        ratio = f"{each.clock / bare.clock:7.2f} × bare, processor {each.processor / bare.processor:7.2f} ×"
        print(f"  {name:<16}{each.clock:9.3f} s {rows / each.clock:>12,.0f} a second  {ratio}")
    print(
        f"  memory: +{more_mb:.0f} MB for the engine's table, {memory_mb():.0f} MB the whole process at most",
        flush=True,
    )


def files(frame: pd.DataFrame, engine: Engine) -> dict[str, Took]:
    """The same through files, read and written."""
    from data.table_activities import calculate_activities

    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for suffix in (".parquet", ".csv"):
            path, out = Path(folder) / f"trips{suffix}", Path(folder) / f"out{suffix}"
            frame.to_parquet(path, index=False) if suffix == ".parquet" else frame.to_csv(path, index=False)
            found |= beside({f"file {suffix}": partial(calculate_activities, path, engine, out)}, 1)
    return found


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
