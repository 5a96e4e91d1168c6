"""What stands beside a town's name and says which of that name is meant: "Paris, Texas", "Cambridge MA", 中国成都."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from data.places.fold import fold, words

Areas = frozenset[str]  # "US.TX" for a part, "US." for a whole country
_BETWEEN = re.compile(r"[,，、;；(（)）/|]")
_HAN = re.compile(r"[\u3400-\u9fff]{3,}$")
_SUFFIX = re.compile(r"^[州省市]")
_LONGEST = 8  # characters of a Han area's name


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a query: the town's name, and where it lies."""

    name: str
    areas: Areas


def parse_areas(text: str) -> dict[str, Areas]:
    """Folded name → areas, from the lines of the index."""
    pairs = (line.split("\t") for line in text.split("\n") if line)
    return {name: frozenset(areas.split(" ")) for name, areas in pairs}


def readings(query: str, known: Mapping[str, Areas], simplify: Mapping[int, int]) -> Iterator[Reading]:
    """The ways to read a query as a town and where it lies, the likeliest first. Any text is fine."""
    parts = [part.strip() for part in _BETWEEN.split(query) if part.strip()]
    if len(parts) > 1:
        yield from _parted(parts, known, simplify)
        return
    said = words(query)
    for count in range(1, min(4, len(said))):
        yield from _split(said[:-count], said[-count:], known, simplify)
    for count in range(1, min(4, len(said))):
        yield from _split(said[count:], said[:count], known, simplify)
    if _HAN.match(query.strip()):
        yield from _han(fold(query, simplify), known)


def area_of(text: str, known: Mapping[str, Areas], simplify: Mapping[int, int]) -> Areas:
    """The areas that a text as a whole names; none for anything else."""
    return known.get(fold(text, simplify), frozenset())


def _parted(parts: list[str], known: Mapping[str, Areas], simplify: Mapping[int, int]) -> Iterator[Reading]:
    """Name first, as in "Paris, Texas, USA"; or last, as in 中国，四川，成都."""
    for name, others in ((parts[0], parts[1:]), (parts[-1], parts[:-1])):
        found = [known[key] for key in (fold(other, simplify) for other in others) if key in known]
        if found:
            yield Reading(name, _narrowest(found))


def _split(name: list[str], beside: list[str], known: Mapping[str, Areas],
           simplify: Mapping[int, int]) -> Iterator[Reading]:  # fmt: skip
    areas = known.get(fold("".join(beside), simplify))
    if areas:
        yield Reading(" ".join(name), areas)


def _han(key: str, known: Mapping[str, Areas]) -> Iterator[Reading]:
    """中国四川省成都 is read from the left, an area at a time."""
    found: list[Areas] = []
    while True:
        sizes = range(min(_LONGEST, len(key) - 1), 1, -1)
        size = next((n for n in sizes if key[:n] in known), 0)
        if not size:
            break
        found.append(known[key[:size]])
        key = _SUFFIX.sub("", key[size:]) if len(key) - size > 2 else key[size:]
        yield Reading(key, _narrowest(found))


def _narrowest(found: list[Areas]) -> Areas:
    """What several names mean together: parts of a country that was named too, else all that the first names."""
    countries = {area.split(".")[0] for areas in found for area in areas if area.endswith(".")}
    parts = {area for areas in found for area in areas if not area.endswith(".")}
    within = frozenset(area for area in parts if area.split(".")[0] in countries)
    return within if len(found) > 1 and within else found[0]
