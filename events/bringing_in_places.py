"""Places and countries as files name them: what is taken for a name, and which names mean several."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from calculations.model import InputError, Place
from data.places import index
from data.table_cells import word_of
from events.bringing_in_model import PlaceTaken
from events.catalogue import search_key
from events.expected_lines import region_lines

CLOSE = 1.0  # in powers of ten of people: a namesake that is nearer in size is asked for
TWICE = 0.3  # the same where the town has an airport of its name and the namesake has none
MOST_CHOICES = 8


@lru_cache(maxsize=20_000)
def country_of(text: str) -> str:
    """The two letters of a country or region, by code, or by name in English, Chinese, German or French; ''
    where it is none."""
    if known := word_of("country", text):
        return known.upper()
    try:
        found = next(iter(region_lines(f"{text.strip()[:60]}: 1")), "") if text.strip() else ""
    except InputError:
        found = ""
    if not found and len(text.strip()) == 2:
        return country_of(text.strip().upper()) if text.strip() != text.strip().upper() else ""
    return found.partition("-")[0]


@lru_cache(maxsize=20_000)
def place_taken(text: str, country: str = "") -> PlaceTaken:
    """What a name is taken for, within a country where one is told. ``place_id`` is '' where nothing is called so, or
    where several places about as large are: they are its choices then."""
    exact = index.get(text.strip())
    if exact is not None:
        return PlaceTaken(text, exact.place_id, exact.names, exact.country)
    found = [place for place in index.search(text, limit=20) if country in ("", place.country)]
    if not found:
        return PlaceTaken(text, "", {}, country)
    towns = [place for place in found if place.kind == "city"] or found
    same = [place for place in towns if _is_called(place, text)]
    served = {place.region for place in found if place.kind == "airport" and _is_called(place, text)}
    rivals = [place for place in same[1:] if _weight(same[0]) - _weight(place) < _margin(same[0], place, served)]
    choices = tuple((place.place_id, place.names, _where(place)) for place in (same or towns)[:MOST_CHOICES])
    if same and not rivals:
        return PlaceTaken(text, same[0].place_id, same[0].names, same[0].country, choices)
    if not same and _weight(towns[0]) and _is_near(towns[0], text):
        return PlaceTaken(text, towns[0].place_id, towns[0].names, towns[0].country, choices)
    return PlaceTaken(text, "", {}, country, choices)


def _margin(first: Place, rival: Place, served: set[str]) -> float:
    """How much larger the first must be; ``served`` are the regions with an airport called so."""
    return TWICE if first.region in served and rival.region not in served else CLOSE


def chosen_place(text: str, country: str, choices: Mapping[str, str]) -> PlaceTaken:
    """The same with what the person chose for a name."""
    if place := index.get(choices.get(text, "")):
        return PlaceTaken(text, place.place_id, place.names, place.country, place_taken(text, country).choices)
    return place_taken(text, country)


def _is_called(place: Place, text: str) -> bool:
    wanted = _bare(text)
    return any(_bare(name) == wanted for name in place.names.values())


def _is_near(place: Place, text: str) -> bool:
    """A spelling of the name: it begins the place's own (``Frankfurt``), or says more than it (``上海市``)."""
    wanted = _bare(text)
    return any(wanted.startswith(_bare(name)) or _bare(name).startswith(wanted) for name in place.names.values())


def _bare(name: str) -> str:
    return search_key(name).replace(" ", "").removesuffix("市").removesuffix("city")


def _where(place: Place) -> str:
    return place.region or place.country


def _weight(place: Place) -> float:
    loaded, number = index.load(), place.place_id.partition(":")[2]
    at = loaded.by_number.get(int(number)) if number.isdecimal() else loaded.by_iata.get(number)
    return 0.0 if at is None else float(loaded.weight[at])
