"""The places index: the cases that were measured, the corrections file, weird input, ids and positions."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from calculations.model import Place
from data.places import index
from data.places.build import factor_regions

HERE = Path(index.__file__).parent
GEOD = Geod(ellps="WGS84")
with (HERE / "airport_city_aliases.csv").open(encoding="utf-8", newline="") as lines:
    ALIASES = list(csv.DictReader(lines))

# The table of README.md: a query and the id (or the English name and country) that must come first.
CASES = [
    "成都=geo:1815286",
    "Chengdu=geo:1815286",
    "PEK=iata:PEK",
    "CTU=iata:CTU",
    "TFU=iata:TFU",
    "Reykjavík=geo:3413829",
    "Reykjavik=geo:3413829",
    "मुंबई=geo:1275339",
    "Mumbai=geo:1275339",
    "पुणे=geo:1259229",
    "Pune=geo:1259229",
    "New_York=geo:5128581",
    "NYC=geo:5128581",
    "JFK=iata:JFK",
    "Changshu=geo:7283386",
    "常熟=geo:7283386",
    "Changzhi=geo:1808956",
    "长治=geo:1808956",
    "Akureyri=Akureyri/IS",
    "Keflavík=Keflavík/IS",
    "KEF=iata:KEF",
    "北京=geo:1816670",
    "Beijing=geo:1816670",
    "上海=Shanghai/CN",
    "香港=geo:1819729",
    "台北=Taipei/TW",
    "Xi'an=geo:1790630",
    "西安=geo:1790630",
    "Lhasa=Lhasa/CN",
    "拉萨=Lhasa/CN",
    "नागपूर=Nagpur/IN",
    "नाशिक=Nashik/IN",
    "औरंगाबाद=Aurangabad/IN",
    "Bengaluru=Bengaluru/IN",
    "London=geo:2643743",
    "LON=geo:2643743",
    "武漢=Wuhan/CN",
    "廣州=Guangzhou/CN",
    "Egilsstaðir=Egilsstaðir/IS",
    "Hafnarfjörður=Hafnarfjörður/IS",
]


def km(a: Place, lat: float, lon: float) -> float:
    return float(GEOD.inv(a.lon, a.lat, lon, lat)[2]) / 1000


def ids(query: str, **how: int) -> list[str]:
    return [p.place_id for p in index.search(query, **how)]


def test_load_time_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    start = time.perf_counter()
    loaded = index.Index()
    with capsys.disabled():
        print(f"\nplaces: loaded in {time.perf_counter() - start:.3f} s, {loaded.towns} towns")
    assert loaded.towns > 34_000
    assert len(loaded.by_iata) > 7_884


@pytest.mark.parametrize("case", CASES)
def test_measured_cases(case: str) -> None:
    query, expected = case.replace("_", " ").split("=")
    first = index.search(query)[0]
    assert expected in (first.place_id, f"{first.names['en']}/{first.country}")


@pytest.mark.parametrize("alias", ALIASES, ids=lambda a: f"{a['city']}-{a['lat']}")
def test_every_alias_resolves(alias: dict[str, str]) -> None:
    lat, lon = float(alias["lat"]), float(alias["lon"])
    for name in filter(None, (alias["city"], alias["name_zh"])):
        found = [p for p in index.search(name, limit=20) if p.kind == "city" and km(p, lat, lon) < 3]
        assert found, name
        assert found[0].country == alias["country"]
        if alias["airports"]:
            assert [p.iata for p in index.airports_of(found[0].place_id)] == alias["airports"].split(";")
            assert index.search(name)[0].place_id == found[0].place_id


def test_airports_come_behind_their_city() -> None:
    assert ids("Chengdu")[:3] == ["geo:1815286", "iata:CTU", "iata:TFU"]
    assert ids("北京")[:3] == ["geo:1816670", "iata:PEK", "iata:PKX"]
    tfu = index.get("iata:TFU", "zh")
    assert tfu is not None
    assert (tfu.names["zh"], tfu.detail, tfu.kind) == ("成都", "天府", "airport")
    assert index.search("CTU")[0].detail == "Shuangliu"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("cd", "Chengdu"), ("chengd", "Chengdu"), ("cheng du", "Chengdu"), ("CHENG DU", "Chengdu"), ("bj", "Beijing"),
        ("Chegndu", "Chengdu"), ("Chengdo", "Chengdu"), ("程都", "Chengdu"), ("成都市", "Chengdu"), ("lasa", "Lhasa"),
        ("Reykjavk", "Reykjavík"), ("Rekjavikk", "Reykjavík"), ("londn", "London"), ("Hyderbad", "Hyderabad"),
        ("मुंबइ", "Mumbai"), ("मुम्बई", "Mumbai"), ("Мосвка", "Moscow"), ("Bangalore", "Bengaluru"), ("Nasik", "Nashik"),
        ("Naqpur", "Nagpur"), ("Paris, France", "Paris"), ("紐約", "New York City"), ("stzburg", "Salzburg"),
        ("Chengdu Airport", "Chengdu"), ("Xian", "Xi’an"),
    ],
)  # fmt: skip
def test_pinyin_and_typing_errors(typed: str, expected: str) -> None:
    assert index.search(typed)[0].names["en"] == expected


def test_airport_names_and_codes() -> None:
    assert ids("heathrow")[0] == "iata:LHR"
    assert ids("浦东机场")[0] == "iata:PVG"
    assert ids("双流国际机场")[0] == "iata:CTU"
    assert ids("kef")[0] == "iata:KEF"
    assert ids("ctu")[0] == "iata:CTU"
    assert ids("bei")[0] != "iata:BEI"
    assert "geo:1816670" in ids("bei")


def test_corrected_positions() -> None:
    with (HERE / "airport_corrections.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            place = index.get(f"iata:{row['iata']}")
            assert place is not None, row
            assert km(place, float(row["lat"]), float(row["lon"])) < 0.1, row
    nmi, kmg = index.get("iata:NMI"), index.get("iata:KMG")
    assert nmi
    assert km(nmi, 18.9935, 73.0646) < 0.1
    assert kmg
    assert km(kmg, 25.1019, 102.9292) < 0.1


def test_second_changzhi_is_gone() -> None:
    assert index.get("geo:1815463") is None
    assert ids("Changzhi").count("geo:1808956") == 1


def test_names_and_regions() -> None:
    chengdu, mumbai = index.search("Chengdu")[0], index.search("Mumbai")[0]
    assert chengdu.names == {"en": "Chengdu", "zh": "成都"}
    assert chengdu.region == "CN-51"
    assert chengdu.country == "CN"
    assert mumbai.names == {"en": "Mumbai", "mr": "मुंबई", "zh": "孟买"}
    assert mumbai.region == ""
    assert index.search("New York")[0].names["zh"] == "纽约"
    assert index.search("New York")[0].region == "US-NY"
    capitals = {"石家庄": "CN-13", "西安": "CN-61", "太原": "CN-14", "乌鲁木齐": "CN-65", "南宁": "CN-45", "拉萨": ""}
    assert {name: index.search(name)[0].region for name in capitals} == capitals
    assert {p.region for p in index.search("CTU", limit=1) + index.search("SFO", limit=1)} == {"CN-51", "US-CA"}


def test_every_region_has_a_factor() -> None:
    stored = {r.decode() for r in set(index.load().a["region"].tolist())}
    assert stored - {""} <= factor_regions()
    assert "CN-51" in stored


def test_large_airports_lie_near_their_town() -> None:
    loaded = index.load()
    far = []
    for at, airports in loaded.offers.items():
        town = loaded.place(at)
        far += [p.iata for p in map(loaded.place, airports) if km(p, town.lat, town.lon) > 110]
    assert not far


WEIRD = ["", " ", "\0", "a\0b", "😀", "%", "\n",
         "👩‍👩‍👧‍👦🇨🇳", "\ud800", "x" * 10_000, "成" * 10_000, "ﷺ" * 5_000, "'; DROP TABLE",
         "\u202e成都", "́" * 200, "iata:", "-1", "٣", "ß" * 80, "\U0010ffff", "，", ",,,", "(", "İ", "null",
         "🏳️‍🌈,成都"]  # fmt: skip


@pytest.mark.parametrize("text", WEIRD, ids=range(len(WEIRD)))
def test_weird_text_is_no_error(text: str) -> None:
    assert len(index.search(text)) <= 8
    assert index.get(text) is None
    assert index.airports_of(text) == []


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.integers(-5, 100))
def test_any_text_never_raises(text: str, limit: int) -> None:
    found = index.search(text, limit=limit)
    assert len(found) <= max(1, min(limit, 50))
    assert len({p.place_id for p in found}) == len(found)
    index.get(text)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_ids_round_trip(data: st.DataObject) -> None:
    loaded = index.load()
    place = loaded.place(data.draw(st.integers(0, loaded.towns + len(loaded.by_iata) - 1)))
    assert index.get(place.place_id) == place
    assert place.kind == ("airport" if place.place_id.startswith("iata:") else "city")
    if place.kind == "city":
        assert place.place_id in [p.place_id for p in index.search(place.names["en"], limit=50)] or _crowded(place)


def _crowded(place: Place) -> bool:
    """Are there fifty towns with this very name?"""
    return sum(p.names["en"] == place.names["en"] for p in index.search(place.names["en"], limit=50)) > 20


@settings(max_examples=100, deadline=None)
@given(st.floats(-90, 90), st.floats(-180, 180))
def test_points_are_rounded_and_round_trip(lat: float, lon: float) -> None:
    place = index.point(lat, lon)
    assert abs(place.lat - lat) <= 0.005 + 1e-9
    assert abs(place.lon - lon) <= 0.005 + 1e-9
    assert index.get(place.place_id) == place
    assert "-0.00" not in place.place_id


def test_point_knows_where_it_lies() -> None:
    place = index.point(30.6586, 104.0648)
    assert place.place_id == "point:30.66,104.06"
    assert place.kind == "point"
    assert (place.country, place.region, place.detail) == ("CN", "CN-51", "Chengdu")
    ocean = index.point(0, -140)
    assert (ocean.country, ocean.region, ocean.detail) == ("", "", "")
    for lat, lon in ((91, 0), (0, 181), (float("nan"), 0)):
        with pytest.raises(ValueError):
            index.point(lat, lon)
        with pytest.raises(ValueError):
            index.nearest_city(lat, lon)
    assert index.get("point:91,0") is None
    assert index.get("point:abc") is None


def test_nearest_city_and_airports_of_a_town_without() -> None:
    assert index.nearest_city(30.66, 104.06).names["en"] == "Chengdu"
    assert index.nearest_city(-17.0, 179.99).country == "FJ"  # across the date line
    assert {p.iata for p in index.airports_of("geo:7283386")} & {"WUX", "SHA", "PVG"}  # Changshu: the nearest
    assert [p.iata for p in index.airports_of("iata:CTU")] == ["CTU"]
    assert index.airports_of("point:30.58,103.95")[0].iata == "CTU"


def test_names_set_by_hand_are_shown() -> None:
    with (HERE / "names.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            place = index.get(f"geo:{row['geonameid']}")
            assert place is not None, row
            assert place.names[row["language"]] == row["name"]
            found = index.search(row["name"], limit=20)
            assert place.place_id in [p.place_id for p in found], row
