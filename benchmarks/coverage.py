"""How often the estimate's 95 % interval holds the truth: ``python -m benchmarks.coverage``.

Takes 16,374 attendances of 33 conferences (the reference data of SIGPLAN, computed by its own method), hides 60 % of
them again and again, estimates them from the rest as the product does, and counts how often the interval holds what
was hidden: at random, with a response that depends on the country people came from, and with whole countries silent.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calculations.bulk import calculate_frame
from calculations.extrapolation import Answered, Estimate, estimate, together
from data.library import load_method

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference" / "sigplan"
HIDDEN = 0.6
SEED = 20_261_121
AT_ONCE = 50
Masks = NDArray[np.bool_]
Hiding = Callable[["People", int, np.random.Generator], Masks]


@dataclass(frozen=True)
class People:
    """One entry an attendance, sorted by event and country; ``starts`` where each event's country begins."""

    grams: NDArray[np.int64]
    country: NDArray[np.int64]
    starts: NDArray[np.int64]
    cells: list[tuple[str, str]]  # (event, country) of each start
    sizes: dict[str, dict[str, int]]  # event → country → people
    parents: dict[str, str]  # country → continent
    truth: dict[str, int]  # event → grams


def load(folder: Path = REFERENCE, method: str = "sigplan") -> People:
    """The attendances with their grams each."""
    table, events = (pd.read_csv(folder / f"{name}.csv", keep_default_na=False) for name in ("attendances", "events"))
    table = table.merge(events[["event", "venue_lat", "venue_lon"]], on="event").sort_values(
        ["event", "origin_country"]
    )
    people = table["attendances"].to_numpy()
    each = calculate_frame(table.assign(attendances=1), load_method(method))["total_g"].to_numpy()
    event, country = (np.repeat(table[name].to_numpy(str), people) for name in ("event", "origin_country"))
    grams = np.repeat(each, people)
    starts = np.flatnonzero(np.r_[True, (event[1:] != event[:-1]) | (country[1:] != country[:-1])])
    cells = [(str(event[i]), str(country[i])) for i in starts]
    counts = np.diff(np.r_[starts, len(grams)])
    sizes: dict[str, dict[str, int]] = {}
    for (name, place), count in zip(cells, counts, strict=True):
        sizes.setdefault(name, {})[place] = int(count)
    truth = {name: int(grams[event == name].sum()) for name in sizes}
    parents = dict(zip(table["origin_country"], table["origin_continent"], strict=True))
    return People(grams, np.unique(country, return_inverse=True)[1], starts, cells, sizes, parents, truth)


def at_random(people: People, draws: int, chance: np.random.Generator) -> Masks:
    """Who answers: exactly 40 % of all, every set of them as likely as any other."""
    return _lowest(chance.random((draws, len(people.grams))))


def by_country(people: People, draws: int, chance: np.random.Generator) -> Masks:
    """The same share answers, but each country with a zeal of its own, drawn anew each time (its odds differ by a
    factor of e either way, one standard deviation)."""
    zeal = np.exp(chance.normal(0, 1, (draws, int(people.country.max()) + 1)))
    return _lowest(chance.exponential(1, (draws, len(people.grams))) / zeal[:, people.country])


def near_answer(people: People, draws: int, chance: np.random.Generator) -> Masks:
    """Those who emit less answer more readily: within and between countries, so that no stratum can mend it."""
    ranks = np.argsort(np.argsort(people.grams)) / len(people.grams)
    return _lowest(chance.exponential(1, (draws, len(people.grams))) * np.exp(ranks))


def few(answers: int) -> Hiding:
    """So many of each conference answer, at random: what a small event sees."""

    def hide(people: People, draws: int, chance: np.random.Generator) -> Masks:
        ends = np.cumsum([sum(sizes.values()) for sizes in people.sizes.values()])
        parts = [
            _lowest(chance.random((draws, last - first)), answers)
            for first, last in zip(np.r_[0, ends[:-1]], ends, strict=True)
        ]
        return np.concatenate(parts, axis=1)

    return hide


def silent_countries(people: People, draws: int, chance: np.random.Generator) -> Masks:
    """Whole countries, in random order, say nothing until 60 % of all are hidden."""
    masks = np.ones((draws, len(people.grams)), np.bool_)
    counts = np.bincount(people.country)
    for mask in masks:
        order = chance.permutation(len(counts))
        silent = order[np.cumsum(counts[order]) <= HIDDEN * len(people.grams)]
        mask[np.isin(people.country, silent)] = False
    return masks


def _lowest(values: NDArray[np.float64], answers: int = 0) -> Masks:
    kept = answers or round((1 - HIDDEN) * values.shape[1])
    mask: Masks = values < np.partition(values, kept, axis=1)[:, kept : kept + 1]
    return mask


def estimates(
    people: People, hiding: Hiding, draws: int, by_region: bool, seed: int = SEED
) -> Iterator[dict[str, Estimate]]:
    """Event → estimate, once a draw; with ``by_region`` the organiser had told how many come from each country."""
    chance = np.random.default_rng(seed)
    for first in range(0, draws, AT_ONCE):
        masks = hiding(people, min(AT_ONCE, draws - first), chance)
        sums = [np.add.reduceat(masks * values, people.starts, axis=1).tolist()
                for values in (np.int64(1), people.grams, people.grams**2)]  # fmt: skip
        for row in zip(*sums, strict=True):
            yield _estimated(people, zip(*row, strict=True), by_region)


def _estimated(people: People, sums: Iterator[tuple[int, int, int]], by_region: bool) -> dict[str, Estimate]:
    cells: dict[str, list[Answered]] = {}
    for (event, country), (count, grams, square) in zip(people.cells, sums, strict=True):
        cells.setdefault(event, []).append(Answered(count, grams, square, region=country))
    told = {event: {"region": sizes} if by_region else {} for event, sizes in people.sizes.items()}
    return {
        event: estimate(found, sum(people.sizes[event].values()), told[event], people.parents)
        for event, found in cells.items()
    }


@dataclass(frozen=True)
class Coverage:
    """Share of draws whose interval holds the truth: of the whole set, of events (mean, least, most); how far the
    estimate lies off on average and how wide the interval is, as shares of the truth."""

    whole: float
    events: float
    least: float
    most: float
    bias: float
    width: float
    by_event: dict[str, float]


def coverage(people: People, hiding: Hiding, draws: int, by_region: bool, seed: int = SEED) -> Coverage:
    """Counts them."""
    held: dict[str, int] = dict.fromkeys(people.truth, 0)
    whole, bias, width, truth = 0, 0.0, 0.0, sum(people.truth.values())
    for found in estimates(people, hiding, draws, by_region, seed):
        for event, each in found.items():
            held[event] += holds(each, people.truth[event])
        every = together(found.values())
        whole += holds(every, truth)
        bias += (every.declared_g + every.estimated_g - truth) / truth
        width += (every.high_g - every.low_g) / truth
    shares = {event: count / draws for event, count in held.items()}
    mean = sum(shares.values()) / len(shares)
    return Coverage(
        whole / draws, mean, min(shares.values()), max(shares.values()), bias / draws, width / draws, shares
    )  # fmt: skip


def holds(found: Estimate, truth_g: int) -> bool:
    """Whether the interval holds what was hidden."""
    return found.low_g <= truth_g - found.declared_g <= found.high_g


CASES: tuple[tuple[str, Hiding], ...] = (
    ("at random", at_random),
    ("all but 20 of each", few(20)),
    ("all but 8 of each", few(8)),
    ("uneven by country", by_country),
    ("whole countries silent", silent_countries),
    ("who emits less answers more", near_answer),
)


def main() -> None:
    """Print the table, and each event's share for the random case."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--draws", type=int, default=500)
    given.add_argument("--seed", type=int, default=SEED)
    given.add_argument("--reference", type=Path, default=REFERENCE)
    chosen = given.parse_args()
    people, by_event = load(chosen.reference), {}
    print(f"{len(people.grams):,} attendances, {sum(people.truth.values()) / 1e6:,.2f} t, {chosen.draws} draws each")
    print("| hidden | strata | whole set | events, mean | least | most | bias | width | seconds |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, hiding in CASES:
        for by_region in (False, True):
            start = time.perf_counter()
            found = coverage(people, hiding, chosen.draws, by_region, chosen.seed)
            shares = " | ".join(f"{100 * x:.1f} %" for x in (found.whole, found.events, found.least, found.most))
            more = f"{100 * found.bias:+.2f} % | {100 * found.width:.2f} % | {time.perf_counter() - start:.1f}"
            print(f"| {name} | {'by country' if by_region else 'one'} | {shares} | {more} |", flush=True)
            by_event[name, by_region] = found.by_event
    print("\n| event | people | at random, one | at random, by country |\n| --- | ---: | ---: | ---: |")
    for event, sizes in people.sizes.items():
        shares = " | ".join(f"{100 * by_event['at random', told][event]:.1f} %" for told in (False, True))
        print(f"| {event} | {sum(sizes.values())} | {shares} |")


if __name__ == "__main__":
    main()
