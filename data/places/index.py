"""Search among 34,000 towns and 8,600 airports, in memory: names, pinyin, initials, IATA codes, mistyped spellings.

``places.npz`` (see build.py) holds sorted keys and, for each key, the places it finds and in what way (kind). A search
looks up the range of keys that begin with the query, ranks what they find by exactness, then by people; only when that
does not fill the list are spellings at a small edit distance compared (fuzzy.py). Nothing here does I/O after loading.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculations.model import Place
from data.places import fuzzy
from data.places.areas import Areas, area_of, parse_areas, readings
from data.places.fold import MAX_QUERY, codes, fold
from data.places.spots import read_spot, spot_at, town_part

PATH = Path(__file__).with_name("places.npz")
MAIN, PINYIN, ALTERNATE, WORD, INITIALS = range(5)  # as in build.py
# What a match is worth, added to log10 of the people (4.2 … 7.4): by kind, for the whole key and for its beginning.
_EXACT = np.array([12.0, 9.0, 4.0, 3.0, 4.0], np.float32)
_BEGIN = np.array([2.0, 1.0, 0.0, -1.0, -1.0], np.float32)
_SURE = 10.0  # a match that is worth more is a name in full, or a code: no other spelling is looked for
_LIMIT = 50  # suggestions at most
_NEAREST_CITY_KM = 150.0
_NEAR_KM = 500.0  # where somebody is named: places at hand count as up to ten times their people, fewer farther off
_NEAR_WORTH = 1.0
_IN_AREA = 30.0  # what it is worth to lie where the query says: more than any name elsewhere
_FILLER = re.compile(
    r"(国际机场|机场|国际|高铁站|火车站|[东南西北]?站|市|[东南西北]|internationalairport|airport|railwaystation|city)$"
)
_PARTED = re.compile(r"[,，、;；(（/|]")
_POINT = re.compile(r"point:(-?\d{1,2}(?:\.\d{1,2})?),(-?\d{1,3}(?:\.\d{1,2})?)")

Inside = NDArray[np.bool_] | None  # which places may be found; all of them where it is None


class Index:
    """The arrays of ``places.npz`` and the searches over them; places are numbered from 0, towns first."""

    def __init__(self, path: Path = PATH) -> None:
        with np.load(path) as stored:
            self.a: dict[str, NDArray[Any]] = {name: stored[name] for name in stored.files}
        self.simplify = dict(self.a["simplify"].tolist())
        self.text, self.text_at = self.a.pop("text").tobytes(), _ends(self.a["text_size"])
        key_text = self.a.pop("key_text")
        self.keys, self.key_at = key_text.tobytes(), _ends(self.a["key_size"])
        self.post_at = _ends(self.a["key_posts"])
        self.weight = self.a["weight"].astype(np.float32)
        self.towns = int(np.count_nonzero(self.a["number"]))
        self.by_iata = {c.decode(): self.towns + i for i, c in enumerate(self.a["iata"][self.towns :].tolist())}
        self.by_number = {n: i for i, n in enumerate(self.a["number"][: self.towns].tolist())}
        self.offers = self._offers()
        self.spellings = self._spellings(key_text)
        self.sounds: dict[int, str] = {}
        self.named_areas: dict[str, Areas] = {}

    def _offers(self) -> dict[int, list[int]]:
        ends = _ends(self.a["offer_count"])
        airports = self.a["offer_airport"].tolist()
        return {city: airports[ends[i] : ends[i + 1]] for i, city in enumerate(self.a["offer_city"].tolist())}

    def _spellings(self, key_text: NDArray[np.uint8]) -> fuzzy.Spellings:
        flat, last = codes(key_text)
        chars = _ends(last)[self.key_at]
        rows = np.flatnonzero(self.a["key_fuzzy"]).astype(np.int32)
        return fuzzy.spellings(flat, chars[rows], chars[rows + 1], rows)

    # Keys

    def _first(self, text: bytes) -> int:
        """The number of the first key that is not below ``text``."""
        low, high = 0, len(self.key_at) - 1
        while low < high:
            middle = (low + high) // 2
            if self.keys[self.key_at[middle] : self.key_at[middle + 1]] < text:
                low = middle + 1
            else:
                high = middle
        return low

    def begins(self, key: str, least: float = 0.0, inside: Inside = None) -> dict[int, float]:
        """Places (``inside`` an area) with a key that begins with ``key``, and what each match is worth (the best
        100 or so)."""
        text = key.encode()
        low, high = self._first(text), self._first(text + b"\xff")
        start, stop = int(self.post_at[low]), int(self.post_at[high])
        if start == stop:
            return {}
        kinds, found = self.a["post_kind"][start:stop], self.a["post_place"][start:stop]
        worth = _BEGIN[kinds] + self.weight[found] - least
        if self.key_at[low + 1] - self.key_at[low] == len(text):
            exact = int(self.post_at[low + 1]) - start
            worth[:exact] = _EXACT[kinds[:exact]] + self.weight[found[:exact]] - least
        return _best(found, worth, inside)

    def mistyped(self, key: str, inside: Inside = None) -> dict[int, float]:
        """Places with a key at one edit from ``key``, at two from seven letters; ranked below every true match."""
        typed, _ = codes(np.frombuffer(key.encode(), np.uint8))
        most = 0 if len(typed) < 3 else 1 if len(typed) < 7 else 2
        if not most or len(typed) > fuzzy.WIDTH + most:
            return {}
        rows, whole, start = fuzzy.near(typed, self.spellings, most, begun=len(typed) > 4)
        edits = np.minimum(whole * 2.5, start * 2.5 + 2.0).astype(np.float32)
        sizes = self.a["key_posts"][rows].astype(np.int64)
        posts = np.repeat(self.post_at[rows] - _ends(sizes)[:-1], sizes) + np.arange(int(sizes.sum()))
        found, kinds = self.a["post_place"][posts], self.a["post_kind"][posts]
        other = np.where(kinds > PINYIN, np.float32(2.0), np.float32(0.0))
        return _best(found, self.weight[found] - np.repeat(edits, sizes) - other - 20.0, inside)

    def sound(self, key: str) -> str:
        """A folded query with its Han characters as pinyin, for homophones."""
        if not self.sounds:
            lines = self.a["sounds"].tobytes().decode().split("\n")
            self.sounds = {ord(line[0]): line[1:] for line in lines}
        return key.translate(self.sounds)

    # Areas

    def areas(self) -> dict[str, Areas]:
        """Countries, regions and their parts by folded name; read when first asked for."""
        if not self.named_areas:
            self.named_areas = parse_areas(self.a["areas"].tobytes().decode())
        return self.named_areas

    def lies_in(self, areas: Areas) -> NDArray[np.bool_]:
        """Which places lie in one of the areas."""
        inside = np.zeros(len(self.weight), np.bool_)
        for area in areas:
            country, _, admin = area.partition(".")
            here = self.a["country"] == country.encode()
            inside |= here & (self.a["admin"] == admin.encode()) if admin else here
        return inside

    def nearer(self, found: dict[int, float], lat: float, lon: float) -> dict[int, float]:
        """The same matches, those near a point worth a little more."""
        at = np.fromiter(found, np.int64, len(found))
        lats, lons = np.radians(self.a["lat"][at]), np.radians(self.a["lon"][at])
        away = _haversine_km(math.radians(lat), math.radians(lon), lats, lons)
        more = _NEAR_WORTH * np.exp(-away / _NEAR_KM)
        return {i: found[i] + float(m) for i, m in zip(at.tolist(), more.tolist(), strict=True)}

    # Places

    def place(self, i: int, language: str = "en") -> Place:
        """The place with number ``i``; the detail of an airport in ``language`` where it is known."""
        en, zh, local, detail, detail_zh = self.text[self.text_at[i] : self.text_at[i + 1]].decode().split("\t")
        names = {"en": en}
        code = self.a["language"][i].decode()
        if local and code:
            names[code] = local
        if zh:
            names["zh"] = zh
        iata = self.a["iata"][i].decode()
        return Place(
            place_id=f"iata:{iata}" if iata else f"geo:{self.a['number'][i]}",
            names=names,
            lat=round(float(self.a["lat"][i]), 5),
            lon=round(float(self.a["lon"][i]), 5),
            country=self.a["country"][i].decode(),
            region=self.a["region"][i].decode(),
            kind="airport" if iata else "city",
            iata=iata,
            detail=detail_zh if detail_zh and language.startswith("zh") else detail,
        )

    def nearest(self, lat: float, lon: float) -> tuple[int, float]:
        """The nearest town and its distance in kilometres."""
        distance = self._km(lat, lon, slice(0, self.towns))
        at = int(np.argmin(distance))
        return at, float(distance[at])

    def within(self, lat: float, lon: float, reach_km: float) -> list[int]:
        """Towns and airports within reach of a position, the greatest first."""
        near = np.flatnonzero(self._km(lat, lon, slice(None)) <= reach_km)
        return [int(i) for i in near[np.argsort(-self.weight[near], kind="stable")]]

    def nearest_airports(self, lat: float, lon: float) -> list[int]:
        """Up to three airports within 200 km, near and large first (small fields count as farther away)."""
        distance = self._km(lat, lon, slice(self.towns, None))
        cost = distance + 60.0 * (6.0 - self.weight[self.towns :])
        near = np.flatnonzero((distance < 200.0) & (self.weight[self.towns :] > 2.9))
        return [self.towns + int(i) for i in near[np.argsort(cost[near])][:3]]

    def _km(self, lat: float, lon: float, part: slice) -> NDArray[np.float64]:
        lats, lons = np.radians(self.a["lat"][part]), np.radians(self.a["lon"][part])
        return _haversine_km(math.radians(lat), math.radians(lon), lats, lons)


def _haversine_km(a: float, b: float, lats: NDArray[Any], lons: NDArray[Any]) -> NDArray[np.float64]:
    """Kilometres on a sphere from a point to others; all in radians."""
    h = np.sin((lats - a) / 2) ** 2 + math.cos(a) * np.cos(lats) * np.sin((lons - b) / 2) ** 2
    return np.asarray(12742.0 * np.arcsin(np.sqrt(np.minimum(h, 1.0))))


def _ends(sizes: NDArray[Any]) -> NDArray[np.int32]:
    """Where each of a row of pieces begins, and at last where the last one ends."""
    ends = np.zeros(len(sizes) + 1, np.int32)
    np.cumsum(sizes, out=ends[1:])
    return ends


def _best(found: NDArray[np.int32], worth: NDArray[np.float32], inside: Inside, most: int = 150) -> dict[int, float]:
    """The best matches, one per place."""
    if inside is not None:
        here = inside[found]
        found, worth = found[here], worth[here]
    if len(found) > most:
        keep = np.argpartition(-worth, most)[:most]
        found, worth = found[keep], worth[keep]
    result: dict[int, float] = {}
    for i, w in zip(found.tolist(), worth.tolist(), strict=True):
        result[i] = max(w, result.get(i, w))
    return result


@lru_cache(maxsize=1)
def load() -> Index:
    """The index, loaded once (about 0.1 s); call it at start so that no guest waits."""
    return Index()


def search(query: str, language: str = "en", limit: int = 8, near: tuple[float, float] | None = None) -> list[Place]:
    """Places that a query may mean, the likeliest first, at most ``limit`` (1 … 50); airports follow their town.

    The query is a name in any script, pinyin or its initials, an IATA code, or a name and where it lies ("Paris,
    Texas", 四川成都). Any text is fine; what means nothing gives []. ``language`` chooses the language of ``detail``;
    ``near`` (degrees) is where it is asked from, which decides between places alike.
    """
    index, limit = load(), max(1, min(limit, _LIMIT))
    cut = query[: MAX_QUERY * 4]
    found = _find(index, cut[:MAX_QUERY], limit)
    if max(found.values(), default=0.0) < _SURE or _PARTED.search(cut):
        found = _located(index, cut, found, limit)
    found = _area_itself(index, cut, limit, found) or found
    if near is not None and found:
        found = index.nearer(found, *near)
    return [index.place(i, language) for i in _with_airports(index, found, limit)]


def _located(index: Index, cut: str, found: dict[int, float], limit: int) -> dict[int, float]:
    """The query read as a name and where it lies; else as it was found; else as its first part."""
    ways = [(way.name, index.lies_in(way.areas)) for way in readings(cut[:MAX_QUERY], index.areas(), index.simplify)]
    for name, inside in ways:
        named = _find(index, name, limit, inside, fuzzy_too=False) or _namesakes(index, name, limit, inside)
        if named:
            rest = {i: worth for i, worth in _find(index, name, limit).items() if i not in named}
            return rest | {i: worth + _IN_AREA for i, worth in named.items()}
    if ways and max(found.values(), default=0.0) <= 0:
        found = _find(index, ways[0][0], limit, ways[0][1]) or found
    return found or _find(index, _PARTED.split(cut)[0][:MAX_QUERY], limit)


def _namesakes(index: Index, name: str, limit: int, inside: NDArray[np.bool_]) -> dict[int, float]:
    """Towns within an area that are called as the best known bearer of the name is in English (巴黎 in Texas)."""
    if name.isascii():
        return {}
    known = _find(index, name, limit, fuzzy_too=False)
    best = max(known, key=lambda i: known[i], default=None)
    return _find(index, index.place(best).names["en"], limit, inside, fuzzy_too=False) if best is not None else {}


def _area_itself(index: Index, cut: str, limit: int, found: dict[int, float]) -> dict[int, float]:
    """The largest towns of the country or region that the query as a whole names, unless a town of that name is
    meant: one within it, or one of a tenth of the people or more."""
    whole = area_of(cut, index.areas(), index.simplify)
    if not whole:
        return {}
    inside = index.lies_in(whole)
    towns = np.flatnonzero(inside[: index.towns])
    best = max(found, key=lambda i: (found[i], -i), default=None)
    if not len(towns) or (best is not None and found[best] > _SURE and (
            inside[best] or index.weight[best] > index.weight[towns].max() - 1.0)):  # fmt: skip
        return {}
    order = towns[np.argsort(-index.weight[towns], kind="stable")][:limit]
    return found | {int(i): 20.0 + float(index.weight[i]) for i in order}


def _find(index: Index, text: str, limit: int, inside: Inside = None, fuzzy_too: bool = True) -> dict[int, float]:
    """Numbers of the places that fit, with the worth of each match; mistyped ones too where no name is met."""
    key = fold(text, index.simplify)
    if not key:
        return {}
    found = index.begins(key, 0.0, inside)
    shorter = _FILLER.sub("", key)
    if not found and shorter and shorter != key:
        return _find(index, shorter, limit, inside, fuzzy_too)
    if inside is None:
        _put_code(index, text.strip(), found)
    if fuzzy_too and len(found) < limit and max(found.values(), default=0.0) < _SURE:
        sound = index.sound(key)
        for more in [index.begins(sound, 10.0, inside)] * (sound != key) + [index.mistyped(sound, inside)]:
            for i, worth in more.items():
                found.setdefault(i, worth)
    return found


def _put_code(index: Index, text: str, found: dict[int, float]) -> None:
    """Three letters that are an IATA code put that airport first; in small letters only an exact town goes before."""
    at = index.by_iata.get(text.upper()) if len(text) == 3 and text.isascii() and text.isalpha() else None
    if at is None:
        return
    if text.isupper():
        found[at] = 100.0
    else:
        found[at] = 14.0 + index.weight[at] if index.weight[at] > 4.0 else 8.0


def _with_airports(index: Index, found: dict[int, float], limit: int) -> list[int]:
    """Places in order; the airports of the first town, and of every town named exactly, come right behind it."""
    order = sorted(found, key=lambda i: (-found[i], i))[:limit]
    result: dict[int, None] = {}
    for i in order:
        result[i] = None
        airports = index.offers.get(i, [])
        if i == order[0] or (len(airports) > 1 and found[i] > 9.0):
            result.update(dict.fromkeys(airports))
    return list(result)[:limit]


def get(place_id: str, language: str = "en") -> Place | None:
    """The place of an id (``iata:CTU``, ``geo:1815286``, ``point:30.66,104.06``; a spot in the town,
    ``geo:1815286@30.57280:104.06680``), or None."""
    if found := read_spot(place_id[:64]):
        return spot_at(get(found[0], language), found[1])
    scheme, _, rest = place_id[:64].partition(":")
    index = load()
    if scheme == "point":
        return _get_point(place_id, language)
    if scheme == "iata":
        at = index.by_iata.get(rest)
    else:
        at = index.by_number.get(int(rest)) if scheme == "geo" and re.fullmatch(r"[1-9][0-9]{0,9}", rest) else None
    return None if at is None else index.place(at, language)


def _get_point(place_id: str, language: str) -> Place | None:
    match = _POINT.fullmatch(place_id)
    if not match or abs(float(match[1])) > 90 or abs(float(match[2])) > 180:
        return None
    return point(float(match[1]), float(match[2]), language)


def point(lat: float, lon: float, language: str = "en") -> Place:
    """A place at a position in degrees (WGS84), rounded to 0.01° (about 1 km) so that it gives nobody's address away.

    Country and region are those of the nearest town within 150 km, else ''. Raises ValueError outside the globe.
    """
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(f"lat must be -90 … 90 and lon -180 … 180, not {lat}, {lon}")
    lat, lon = round(float(lat), 2) + 0.0, round(float(lon), 2) + 0.0
    near, distance = load().nearest(lat, lon)
    town = load().place(near) if distance < _NEAREST_CITY_KM else None
    label = f"{lat:.2f}, {lon:.2f}"
    return Place(
        place_id=f"point:{lat:.2f},{lon:.2f}",
        names={"en": label, "zh": label},
        lat=lat,
        lon=lon,
        country=town.country if town else "",
        region=town.region if town else "",
        kind="point",
        detail=town.names.get(language[:2], town.names["en"]) if town else "",
    )


def airports_of(place_id: str, language: str = "en") -> list[Place]:
    """Airports a place offers, the usual one first; the nearest ones where it has none; [] for an unknown place."""
    place = get(place_id)
    if place is None:
        return []
    index = load()
    if place.kind == "airport":
        return [place]
    at = index.by_number.get(int(town_part(place_id)[4:])) if place.kind == "city" else None
    own = index.offers.get(at, []) if at is not None else []
    return [index.place(i, language) for i in own or index.nearest_airports(place.lat, place.lon)]


def nearest_city(lat: float, lon: float, language: str = "en") -> Place:
    """The nearest town to a position in degrees (WGS84). Raises ValueError outside the globe."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ValueError(f"lat must be -90 … 90 and lon -180 … 180, not {lat}, {lon}")
    return load().place(load().nearest(lat, lon)[0], language)
