"""How long the places index takes to load and to suggest: ``python -m benchmarks.places``.

Types 400 towns letter by letter, in English, in Chinese and as pinyin, and mistypes each once, as guests do.
"""

from __future__ import annotations

import random
import resource
import time

import numpy as np


def _memory_mb() -> float:
    with open("/proc/self/statm") as pages:
        return int(pages.read().split()[1]) * resource.getpagesize() / 1e6


def queries(names: list[str], chance: random.Random) -> list[str]:
    """Every beginning of each name, and the whole name with one letter changed."""
    typed = [name[:n] for name in names for n in range(1, len(name) + 1)]
    for name in names:
        at = chance.randrange(len(name))
        typed.append(name[:at] + chance.choice("aeiounst") + name[at + 1 :])
    return typed


def main() -> None:
    """Print load time, memory, and the times of a suggestion in milliseconds."""
    before, start = _memory_mb(), time.perf_counter()
    from data.places import index  # the import is a part of what is measured

    loaded = index.load()
    print(f"load {time.perf_counter() - start:.3f} s with imports, memory +{_memory_mb() - before:.0f} MB")
    chance = random.Random(20261121)
    towns = [loaded.place(chance.randrange(4000)) for _ in range(400)]
    named = [t.names["en"] for t in towns] + [t.names["zh"] for t in towns if "zh" in t.names]
    typed = queries(named + [loaded.sound(t.names["zh"]) for t in towns if "zh" in t.names], chance)
    took = []
    for text in typed:
        start = time.perf_counter()
        index.search(text)
        took.append((time.perf_counter() - start) * 1000)
    p50, p95, p99 = np.percentile(took, [50, 95, 99])
    rate = len(took) / sum(took) * 1000
    print(f"{len(took)} suggestions: p50 {p50:.2f} ms, p95 {p95:.2f} ms, p99 {p99:.2f} ms, {rate:.0f} a second")
    print(f"memory after them {_memory_mb():.0f} MB")


if __name__ == "__main__":
    main()
