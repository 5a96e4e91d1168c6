"""The names of countries and regions and of their parts, which stand beside a town's name. Used by the build only.

Countries are named as CLDR (Babel) has them in the languages below and in their own, and by their ISO codes; parts of a
country by the subdivision that airportsdata gives its airports, tied to GeoNames' code by the towns they lie near;
US states by name and code; and as areas.csv says.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from babel import Locale, UnknownLocaleError

LANGUAGES = ("en", "zh", "zh_Hant", "mr", "hi", "is", "de", "fr", "es", "pt", "ru", "ar", "ja", "ko")
_PLAIN = {"north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest", "capital",
          "northern", "southern", "eastern", "western", "capitalregion", "capitaldistrict", "centre"}  # fmt: skip
_AGREED = 0.6  # the share of a code's airports that must bear one subdivision's name

Area = tuple[str, str]  # country, admin1 or ''


def area_text(
    hand: Iterable[Mapping[str, str]], countries: Mapping[str, Mapping[str, Any]], states: Mapping[str, Any],
    near: Iterable[tuple[str, str, str]], key: Callable[[str], str],
) -> str:  # fmt: skip
    """Lines ``folded name, tab, CC.admin …``; ``near`` gives (country, admin1, subdivision) of each airport."""
    found: dict[str, set[Area]] = defaultdict(set)

    def add(names: Iterable[str], area: Area) -> None:
        for text in map(key, names):
            if len(text) > 1 and text not in _PLAIN:
                found[text].add(area)

    for code, country in countries.items():
        add(_country_names(code, country), (code, ""))
    for code, state in states.items():
        add((state["name"], code), ("US", code))
    for area, name in voted(near):
        add((name,), area)
    for row in hand:
        add(row["names"].split(";"), (row["country"], row["admin1"]))
    return "\n".join(f"{text}\t{' '.join(sorted('.'.join(area) for area in found[text]))}" for text in sorted(found))


def area_labels(
    hand: Iterable[Mapping[str, str]], states: Mapping[str, Any], near: Iterable[tuple[str, str, str]]
) -> dict[Area, tuple[str, str]]:
    """What a part of a country is called in English and in Chinese ('' where not known): shown beside towns."""
    english: dict[Area, str] = dict(voted(near)) | {("US", code): str(state["name"]) for code, state in states.items()}
    chinese: dict[Area, str] = {}
    for row in hand:
        area, names = (row["country"], row["admin1"]), row["names"].split(";")
        if not row["admin1"]:
            continue
        if names[0].isascii() and len(names[0]) > 3:
            english[area] = names[0]
        chinese[area] = next((name for name in names if "\u4e00" <= name[0] <= "\u9fff"), "")
    return {area: (english.get(area, ""), chinese.get(area, "")) for area in english.keys() | chinese.keys()}


def _country_names(code: str, country: Mapping[str, Any]) -> list[str]:
    own = [each.replace("-", "_") for each in str(country.get("languages", "")).split(",")[:3] if each]
    names = [Locale.parse(language).territories.get(code, "") for language in LANGUAGES]
    for language in own:
        try:
            names.append(Locale.parse(language).territories.get(code, ""))
        except (UnknownLocaleError, ValueError):
            continue
    return [country["name"], code, country["iso3"], *filter(None, names)]


def voted(near: Iterable[tuple[str, str, str]]) -> Sequence[tuple[Area, str]]:
    """The subdivision that most airports near a code's towns bear; mere quarters of the compass are no names."""
    votes: dict[Area, Counter[str]] = defaultdict(Counter)
    for country, admin1, name in near:
        if admin1 and name:
            votes[country, admin1][name] += 1
    chosen = []
    for area, counted in sorted(votes.items()):
        name, count = counted.most_common(1)[0]
        if count >= _AGREED * counted.total() and name.lower() not in _PLAIN:
            chosen.append((area, name))
    return chosen
