"""Every benchmark, one after the other: `python -m benchmarks` or `make bench`."""

import subprocess
import sys

ALL = ("journey", "callbacks", "orders", "streams", "pages", "places", "calculation", "coverage", "venues")

if __name__ == "__main__":
    for name in ALL:
        print(f"\n== benchmarks.{name}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False)
