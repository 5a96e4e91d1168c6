"""Who is expected and who has answered, stratum by stratum: which strata stand alone, and how many are missing in each.

A stratum is a way of taking part × an origin region × a company, as far as somebody has told how many are expected of
them. What is told are sums by one dimension at a time; where there are several, the missing people are laid on the
cells so that every sum holds and the answers' own pattern is kept otherwise (iterative proportional fitting: Deming
and Stephan, Ann. Math. Statist. 11 (1940) 427–444).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

DIMENSIONS = ("way", "region", "company")  # kept longest first: who takes part remotely does not travel at all
OTHERS = "*"  # all that do not stand alone, and all that nobody named
LEAST_ANSWERS = 10  # answers that a stratum of its own needs; below it joins the others (docs/method-estimate.md)
ROUNDS = 500
STEPS = 4  # a part of a country → the country → a larger region → the others
CLOSE = 1e-7
GRID = 1 << 30
TONNE_G2 = 10**12  # (1 t)², in g²
MOST_G2 = 10**27  # of one answer: the sums of an event stay far within 64 bits

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """People who have answered, alike in way, region (``CN``, or ``CN-51`` where its part is known) and company.

    ``square_g2`` is the sum over people of (grams per person)².
    """

    people: int
    total_g: int
    square_g2: int
    way: str = ""
    region: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class Stratum:
    """Those who answered in a stratum and how many are missing there; ``keys`` by dimension, empty for the whole."""

    keys: Mapping[str, str]
    people: int
    total_g: int
    square_g2: int
    missing: int


@dataclass(frozen=True, slots=True)
class Strata:
    """The strata of one whole, by the dimensions that count. ``merged`` names by dimension what was told but counts
    in a larger category; ``dropped`` the dimensions that were told and cannot be used; ``thin_people`` how many of the
    missing belong to what was merged; ``surplus`` says that more have answered from some than was told of them.
    """

    strata: tuple[Stratum, ...]
    dimensions: tuple[str, ...] = ()
    merged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    thin_people: int = 0
    surplus: bool = False


@dataclass(frozen=True, slots=True)
class _Margin:
    dimension: str
    missing: Mapping[str, int]
    joined: Mapping[str, str]  # what was told → the category it counts in
    thin_people: int
    surplus: bool

    def category(self, cell: Answered) -> str:
        """The category that a cell counts in."""
        return self.joined.get(category_of(cell, self.dimension, self.joined), OTHERS)


def stratify(
    cells: Iterable[Answered], expected: int, told: Mapping[str, Mapping[str, int]],
    parents: Mapping[str, str] | None = None,
) -> Strata:  # fmt: skip
    """Strata of those who answered, with the people missing in each; the missing add up to ``expected`` − answered.

    ``told`` has expected people by category of a dimension (``{"region": {"CN": 300, "DE": 20}}``); what it leaves out
    is among the others. ``parents`` has the larger region of a country: categories with too few answers join the rest
    of their country, then their larger region, then the others. Raises nothing: what cannot be used is left out and
    named.
    """
    cells = [cell for cell in cells if cell.people > 0]
    missing = max(0, expected - sum(cell.people for cell in cells))
    known = [name for name in DIMENSIONS if told.get(name)]
    margins = [margin for name in known if (margin := _margin(name, cells, told[name], missing, parents or {}))]
    while margins:
        groups = _grouped(cells, margins)
        fitted = _fitted({key: cell.people for key, cell in groups.items()}, margins, missing)
        if fitted is not None:
            return _strata(groups, fitted, margins, known, told, missing)
        margins.pop()
    whole = _sum(cells)
    one = Stratum({}, whole.people, whole.total_g, whole.square_g2, missing)
    return Strata((one,), merged={n: tuple(sorted(told[n])) for n in known}, dropped=tuple(known))


def square_parts(people: int, total_g: int) -> tuple[int, int]:
    """(whole t², the rest in g²) of Σ (grams per person)² of one answer for ``people``: two integers whose sums over an
    event neither overflow 64 bits nor vanish. Rounded half up to 1 g²; at most ``MOST_G2``."""
    if people <= 0:
        return 0, 0
    return divmod(min(MOST_G2, (2 * total_g * total_g + people) // (2 * people)), TONNE_G2)


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` in parts by weight that add up to it exactly: rounded down, the rest by largest remainder, ties to the
    first. All to the first part where every weight is zero."""
    whole = sum(weights)
    if not weights:
        return []
    if whole <= 0:
        return [total] + [0] * (len(weights) - 1)
    parts = [total * w // whole for w in weights]
    rests = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in rests[: total - sum(parts)]:
        parts[i] += 1
    return parts


def category_of(cell: Answered, dimension: str, named: Container[str]) -> str:
    """The named category a cell is in: its own, that of its country where its part is not named, or the others."""
    own = str(getattr(cell, dimension))
    if own in named:
        return own
    country = own.partition("-")[0]
    return country if dimension == "region" and country in named else OTHERS


def _margin(
    dimension: str, cells: Sequence[Answered], told: Mapping[str, int], missing: int, parents: Mapping[str, str]
) -> _Margin | None:  # fmt: skip
    """How many are missing by category that stands alone, and among the others; None where nothing is divided."""
    answers = dict.fromkeys((*told, OTHERS), 0)
    for cell in cells:
        answers[category_of(cell, dimension, told)] += cell.people
    joined = _joined(dimension, told, answers, parents)
    size, count = _by_category(told, joined), _by_category(answers, joined)
    alone = sorted(set(joined.values()) - {OTHERS}, key=lambda name: (-count[name], name))
    while True:
        short = {name: max(0, size[name] - count[name]) for name in alone}
        rest, others = missing - sum(short.values()), sum(count.values()) - sum(count[name] for name in alone)
        if rest <= 0 or others >= LEAST_ANSWERS or not alone:
            break
        alone.pop()  # the smallest that stood alone joins the others
    if len(alone) + (others > 0) < 2:
        return None
    if rest < 0 or not others:
        short = dict(zip(short, spread(missing, list(short.values())), strict=True))
    missed = short | ({OTHERS: max(0, rest)} if others else {})
    final = {name: to if to in missed else OTHERS for name, to in joined.items()}
    thin = sum(max(0, told[name] - answers[name]) for name, to in final.items() if name != to)
    return _Margin(dimension, missed, final, min(missing, thin), any(size[name] < count[name] for name in short))


def _joined(
    dimension: str, told: Mapping[str, int], answers: Mapping[str, int], parents: Mapping[str, str]
) -> dict[str, str]:  # fmt: skip
    """What was told → the category with enough answers that it counts in: itself, or step by step a larger one."""
    joined = {name: name for name in told}
    for _ in range(STEPS if dimension == "region" else 1):
        count = _by_category(answers, joined)
        up = {name: _larger(name, parents) if dimension == "region" else OTHERS for name in set(joined.values())}
        deepest = max((name.count("-") for name in up if count[name] < LEAST_ANSWERS and name != OTHERS), default=0)
        few = {name for name in up if count[name] < LEAST_ANSWERS and name.count("-") == deepest}
        joined = {name: up[to] if to in few else to for name, to in joined.items()}
    return joined


def _larger(name: str, parents: Mapping[str, str]) -> str:
    country = name.partition("-")[0]
    return country if country != name else parents.get(name, OTHERS)


def _by_category(counts: Mapping[str, int], joined: Mapping[str, str]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for name, count in counts.items():
        to = joined.get(name, OTHERS)
        sums[to] = sums.get(to, 0) + count
    return sums


def _grouped(cells: Sequence[Answered], margins: Sequence[_Margin]) -> dict[Key, Answered]:
    groups: dict[Key, list[Answered]] = {}
    for cell in cells:
        key = tuple(margin.category(cell) for margin in margins)
        groups.setdefault(key, []).append(cell)
    return {key: _sum(groups[key]) for key in sorted(groups)}


def _sum(cells: Sequence[Answered]) -> Answered:
    people, grams = sum(cell.people for cell in cells), sum(cell.total_g for cell in cells)
    return Answered(people, grams, sum(cell.square_g2 for cell in cells))


def _fitted(people: Mapping[Key, int], margins: Sequence[_Margin], missing: int) -> dict[Key, float] | None:
    """Missing people by cell that add up to every margin; None where the answers' pattern cannot hold them."""
    cells = {key: float(count) for key, count in people.items()}
    for _ in range(ROUNDS if len(margins) > 1 else 1):
        for place, margin in enumerate(margins):
            sums = _sums(cells, place)
            if any(wanted and not sums.get(name) for name, wanted in margin.missing.items()):
                return None
            cells = {
                key: value * margin.missing[key[place]] / sums[key[place]] if sums[key[place]] else 0.0
                for key, value in cells.items()
            }
        if _is_close(cells, margins, missing):
            return cells
    return None


def _sums(cells: Mapping[Key, float], place: int) -> dict[str, float]:
    sums: dict[str, float] = {}
    for key, value in cells.items():
        sums[key[place]] = sums.get(key[place], 0.0) + value
    return sums


def _is_close(cells: Mapping[Key, float], margins: Sequence[_Margin], missing: int) -> bool:
    return all(
        abs(_sums(cells, place).get(name, 0.0) - wanted) <= CLOSE * max(1, missing)
        for place, margin in enumerate(margins)
        for name, wanted in margin.missing.items()
    )


def _strata(
    groups: Mapping[Key, Answered], fitted: Mapping[Key, float], margins: Sequence[_Margin], known: Sequence[str],
    told: Mapping[str, Mapping[str, int]], missing: int,
) -> Strata:  # fmt: skip
    whole = spread(missing, [round(fitted[key] * GRID) for key in groups])
    names = tuple(margin.dimension for margin in margins)
    strata = tuple(
        Stratum(dict(zip(names, key, strict=True)), cell.people, cell.total_g, cell.square_g2, count)
        for (key, cell), count in zip(groups.items(), whole, strict=True)
    )
    merged = {m.dimension: tuple(sorted(name for name, to in m.joined.items() if name != to)) for m in margins}
    return Strata(
        strata, names, {k: v for k, v in merged.items() if v}, tuple(n for n in known if n not in names),
        max(margin.thin_people for margin in margins), any(margin.surplus for margin in margins),
    )  # fmt: skip
