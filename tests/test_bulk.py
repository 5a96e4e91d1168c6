"""Tables of activities: the same grams as one by one, every bad row named, all in or all out."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from calculations import bulk_activities
from calculations.bulk_activities import GRAMS, Activities, Lines, calculate_table
from calculations.bulk_ends import AreasOf, rounded
from calculations.bulk_kinds import Engine
from calculations.bulk_rates import rounded_grams
from calculations.bulk_rows import COLUMNS, Rules, cell_text, read_row
from calculations.bulk_sums import ActivitySums
from calculations.footprint import compute, total_of
from calculations.model import (
    CABINS,
    CATEGORIES,
    DIETS,
    FUELS,
    KNOWN,
    MODES,
    SIZES,
    Boundary,
    FactorMissing,
    InputError,
    Place,
    Scenario,
)
from calculations.trace import to_grams
from data import table_slices
from data.library import ROOT, list_editions, load_factor_set, load_scenarios
from data.places import index, many
from data.table_activities import calculate_activities, is_activities, make_engine, read_activities
from data.table_report import Asked, calculate_report
from locales import catalogue
from tests.test_core_words import sentences_of

EDITIONS = list_editions()
OTHER: Scenario = load_scenarios()["other"]
CHENGDU = index.get("geo:1815286")
PLACES = (
    "iata:CTU",
    "iata:PEK",
    "geo:1815286",
    "geo:1816670",
    "iata:LHR",
    "iata:KEF",
    "point:78.22,15.65",
    "30.66,104.06",
)


def engine(edition: str = EDITIONS[-1], **boundary: Any) -> Engine:
    return Engine(load_factor_set(edition), Boundary(**boundary), Rules(index.get, OTHER, CHENGDU))


def one_by_one(engine: Engine, row: Mapping[str, Any], number: int) -> tuple[Any, ...]:
    """The grams of a row by itself, or the fields that are wrong with it."""
    try:
        read = read_row(row, number, engine.rules)
        found = compute(read.answers, engine.factors, engine.boundary, engine.hotel_norm)
    except InputError as error:
        return tuple(sorted({each.field for each in error.errors}))
    except FactorMissing:
        return ("no factor",)
    return tuple(sum(getattr(line, name) for line in found.lines) for name in GRAMS)


def both(engine: Engine, frame: pd.DataFrame, areas_of: AreasOf | None = None) -> tuple[list[Any], list[Any]]:
    lines, faults = Activities(engine, areas_of).lines(frame)
    wrong: dict[int, set[str]] = {}
    for fault in faults:
        assert fault.message.format(**fault.params)
        name = "no factor" if "no factor" in fault.message else fault.field
        wrong.setdefault(int(fault.field.split(".")[0].removeprefix("row ")), set()).add(name)
    vector = [
        tuple(sorted(wrong[row + 2])) if row + 2 in wrong else tuple(int(getattr(lines, name)[row]) for name in GRAMS)
        for row in range(len(frame))
    ]
    rows = frame.to_dict("records")
    return vector, [one_by_one(engine, row, number + 2) for number, row in enumerate(rows)]


def rows_of(needed: dict[str, Any], **more: Any) -> st.SearchStrategy[dict[str, Any]]:
    optional = {"group_size": st.sampled_from([1, 3, 250]), "known": st.sampled_from(KNOWN), **more}
    return st.fixed_dictionaries(needed, optional=optional)


degrees = st.one_of(st.floats(-89, 89), st.sampled_from([0.005, 1.015, 51.475, -0.005, 2.675]))
place = st.sampled_from(PLACES)
few, share = st.integers(1, 9), st.sampled_from([1, 2, 3, 7])
trips = rows_of(
    {"mode": st.sampled_from(MODES), "round_trip": st.booleans(), "from": place},
    cabin=st.sampled_from(CABINS), fuel=st.sampled_from(FUELS), people=few, count=few, to=place,
    via=st.sampled_from(["iata:PEK", "iata:PEK;iata:LHR", "geo:1816670; 48.85,2.35"]), size=st.sampled_from(SIZES),
    distance_km=st.floats(0, 20_000),
)  # fmt: skip
routed = rows_of(
    {"mode": st.sampled_from(MODES), "round_trip": st.booleans(), "distance_km": st.floats(0, 20_000)},
    country=st.sampled_from(["CN", "GB", "FR"]), people=few, count=few,
)  # fmt: skip
points = rows_of(
    {"mode": st.sampled_from(["plane", "plane", "rail", "car"]), "round_trip": st.booleans(), "from_lat": degrees,
     "from_lon": degrees, "to_lat": degrees, "to_lon": degrees}, count=few,
)  # fmt: skip
homeward = rows_of(
    {"mode": st.sampled_from(MODES), "round_trip": st.booleans(), "from_lat": degrees, "from_lon": degrees}, count=few
)
stays = rows_of(
    {"nights": st.integers(0, 30), "rooms": share, "guests": share, "place": place}, stay_kind=st.just("hotel")
)
nights = rows_of(
    {"nights": st.integers(0, 30), "rooms": share, "guests": share}, country=st.sampled_from(["CN", "GB", "FR"]),
    stay_kind=st.sampled_from(["hotel", "hostel"]), kind=st.just("stay"),
)  # fmt: skip
meals = rows_of({"diet": st.sampled_from(DIETS), "count": st.integers(0, 1000)})
others = st.sampled_from(OTHER.activities).flatmap(lambda each: rows_of(
    {"activity": st.just(each.key), "unit": st.just(each.unit), "quantity": st.floats(0, 5000)},
    place=place, kind=st.just("other"),
))  # fmt: skip
right = st.one_of(trips, routed, points, homeward, stays, nights, meals, others)
anything = st.sampled_from(
    [None, "", "x", -1, 0, 1, 2.5, "2.0", 1e9, True, "yes", "plane", "hotel", "iata:CTU", "CN", "trip", "stay", "1,000",
     "inf", "declared", "1_0", "91", " 7 "]
)  # fmt: skip
wrong = st.tuples(right, st.dictionaries(st.sampled_from(COLUMNS), anything, min_size=1, max_size=2)).map(
    lambda pair: pair[0] | pair[1]
)
boundaries = st.fixed_dictionaries({
    "non_co2": st.booleans(), "upstream": st.booleans(), "electricity": st.sampled_from(["location", "market"]),
    "categories": st.sampled_from([CATEGORIES, CATEGORIES, ("travel", "food")]),
})  # fmt: skip


def table(rows: list[dict[str, Any]], as_text: bool) -> pd.DataFrame:
    """As text (CSV) or as typed columns (Parquet)."""
    frame = pd.DataFrame(rows).dropna(axis=1, how="all")
    return frame.map(cell_text).astype("str") if as_text else frame


@settings(max_examples=100, deadline=None)
@given(st.lists(right, min_size=1, max_size=30), boundaries, st.sampled_from(EDITIONS), st.booleans())
def test_a_table_is_its_rows_to_the_gram(
    rows: list[dict[str, Any]], boundary: dict[str, Any], edition: str, as_text: bool
) -> None:
    vector, single = both(engine(edition, **boundary), table(rows, as_text))
    assert vector == single


def test_each_way_between_airports_towns_and_positions() -> None:
    """Bounds depend on how the ends are known, rates on where they lie."""
    ends = [(start, stop, via) for start in PLACES for stop in PLACES for via in ("", "iata:PEK", "geo:1816670")]
    for mode in ("plane", "rail", "car"):
        frame = pd.DataFrame(ends, columns=["from", "to", "via"]).assign(mode=mode, round_trip="no")
        vector, single = both(engine(), frame)
        assert vector == single


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(right, wrong), min_size=1, max_size=12), st.booleans())
def test_the_same_rows_are_bad_for_the_same_reasons(rows: list[dict[str, Any]], as_text: bool) -> None:
    vector, single = both(engine(), table(rows, as_text), many.areas_of)
    assert vector == single


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 2000).map(lambda n: n / 2), min_size=1), st.decimals(0, 5, places=4))
@example([22.5], Decimal("0.0014"))
@example([7.5], Decimal("0.0082"))
@example([2975.0, 0.5], Decimal("0.55630"))
@example([4873.4], Decimal("0.37250"))
def test_halves_are_rounded_as_decimals_round(quantities: list[float], rate: Decimal) -> None:
    """Halves of a gram are where floats and decimals part."""
    exact = [Decimal(repr(each)) for each in quantities]
    found = rounded_grams(np.array(quantities), np.zeros(len(exact), np.int64), [rate], exact.__getitem__)
    assert found.tolist() == [to_grams(each * rate) for each in exact]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.floats(-180, 180), st.integers(-36000, 36000).map(lambda n: n / 200)), min_size=1))
def test_degrees_are_rounded_as_python_rounds(degrees: list[float]) -> None:
    assert rounded(np.array(degrees)).tolist() == [round(each, 2) + 0.0 for each in degrees]


def long_table(rows: int) -> pd.DataFrame:
    """A long table of all kinds; its rows come again every 7, 11 and 13 rows, so that slices share kinds and pairs."""
    number = np.arange(rows)
    kind = number % 7
    text = lambda values: pd.Series(np.array(values, dtype=object)[kind], dtype="str")  # noqa: E731
    return pd.DataFrame({
        "participation": [f"p{each}" for each in number],
        "mode": text(["plane", "rail", "car", "", "", "", "metro"]),
        "round_trip": text(["yes"] * 3 + [""] * 3 + ["no"]),
        "from": text(["iata:PEK", "Beijing", "geo:1816670", "", "", "", ""]),
        "distance_km": np.where(kind == 6, number % 11 + 0.5, np.nan),
        "nights": np.where(kind == 3, number % 13, np.nan),
        "rooms": np.where(kind == 3, 1, np.nan), "guests": np.where(kind == 3, 2, np.nan),
        "diet": text([""] * 4 + ["vegan"] + [""] * 2), "count": np.where(kind == 4, number % 11, np.nan),
        "activity": text([""] * 5 + ["electricity", ""]), "unit": text([""] * 5 + ["kWh", ""]),
        "quantity": np.where(kind == 5, number * 0.25, np.nan), "group_size": number % 3 + 1,
    })  # fmt: skip


def find(text: str) -> Place | None:
    return index.get(text) or next(iter(index.search(text, limit=1)), None)


@pytest.fixture(scope="module")
def files() -> Engine:
    return make_engine(find, destination=CHENGDU)


def save(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    elif path.suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_excel(path, index=False)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_a_file_in_many_slices_is_its_rows(
    tmp_path: Path, files: Engine, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, size in (("SLICE_ROWS", 100), ("XLSX_ROWS", 100), ("CSV_BLOCK_BYTES", 4096)):
        monkeypatch.setattr(table_slices, name, size)
    frame = long_table(1000)
    out = tmp_path / f"out{suffix}"
    found = calculate_activities(save(frame, tmp_path / f"in{suffix}"), files, out)
    totals = found.totals
    single = [one_by_one(files, row, number) for number, row in enumerate(frame.to_dict("records"), 2)]
    sums = dict(zip(GRAMS, (sum(column) for column in zip(*single, strict=True)), strict=True))
    assert all(getattr(totals, name) == sums[name] for name in ("total_g", "non_co2_g", "upstream_g"))
    assert sums["low_g"] < totals.low_g < totals.total_g < totals.high_g < sums["high_g"]
    assert totals.row_count == 1000 and found.unused_columns == ()
    assert sum(totals.by_category.values()) == totals.total_g
    read = {".csv": pd.read_csv, ".xlsx": pd.read_excel, ".parquet": pd.read_parquet}[suffix](out)
    assert read["participation"].tolist() == frame["participation"].tolist()
    assert list(read[list(GRAMS)].itertuples(index=False, name=None)) == single
    assert set(read["from_found"].dropna()) - {""} == {"iata:PEK", "geo:1816670"}
    assert set(read["category"]) == {"travel", "stay", "food", "energy", "local"}


def test_a_table_in_memory_is_the_file(tmp_path: Path, files: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_activities, "SLICE_ROWS", 64)
    frame = long_table(500)
    found = calculate_table(frame, files)
    assert (
        int(found["total_g"].sum()) == calculate_activities(save(frame, tmp_path / "a.parquet"), files).totals.total_g
    )
    assert found["participation"].equals(frame["participation"])
    with pytest.raises(InputError) as caught:
        calculate_table(frame.assign(group_size=np.where(frame.index == 321, 0, 1)), files)
    assert [each.field for each in caught.value.errors] == ["row 323.group_size"]


WRONG_ROWS = """participation,mode,from,from_lat,from_lon,via,round_trip,people,nights,rooms,guests,diet,count,unit,note
p1,plane,iata:PEK,,,,yes,,,,,,,,fine
p2,rocket,iata:PEK,,,,yes,,,,,,,,
p3,car,,91,0,,yes,2,,,,,,,
p4,car,,10,,,yes,2,,,,,,,
p5,plane,iata:NOPE,,,,yes,,,,,,,,
p6,plane,iata:PEK,,,nowhere at all;iata:LHR,yes,,,,,,,,
p7,plane,iata:PEK,,,,,,,,,,,,
p8,plane,iata:PEK,,,,yes,10,,,,,,,
p9,,,,,,,,3,1.5,1,,,,
p10,,,,,,,,,,,air,3,,
p11,,,,,,,,3,1,1,vegan,3,,
p12,,,,,,,,3,1,1,,,kg,
p13,plane,iata:PEK,1,2,,yes,,,,,,,,
"""


def test_every_bad_row_is_named_and_nothing_is_kept(tmp_path: Path, files: Engine) -> None:
    path, out, bad = tmp_path / "rows.csv", tmp_path / "out.csv", tmp_path / "bad.csv"
    path.write_text(WRONG_ROWS, "utf-8")
    with pytest.raises(InputError) as caught:
        calculate_activities(path, replace(files, rules=replace(files.rules, resolve=index.get)), out, bad)
    assert [each.field for each in caught.value.errors] == [
        "row 3.mode", "row 4.from_lat", "row 5.from_lon", "row 6.from", "row 7.via", "row 8.round_trip", "row 9.people",
        "row 10.rooms", "row 11.diet", "row 12.kind", "row 13.unit", "row 14.from",
    ]  # fmt: skip
    said = [each.message.format(**each.params) for each in caught.value.errors]
    assert said[6] == "row 9.people must be a whole number from 1 to 9; it is 10."
    kept = pd.read_csv(bad, dtype=str, keep_default_na=False)
    assert kept["participation"].tolist() == [f"p{number}" for number in range(2, 14)]
    assert kept["row"].tolist() == [str(number) for number in range(3, 15)]
    assert kept["what_would_be_right"].tolist() == said
    assert sorted(each.name for each in tmp_path.iterdir()) == ["bad.csv", "rows.csv"]


def test_a_file_stops_at_ten_thousand_faults(tmp_path: Path, files: Engine) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("diet,count\n" + "air,1\n" * 12_000, "utf-8")
    with pytest.raises(InputError) as caught:
        calculate_activities(path, files)
    assert len(caught.value.errors) == 10_000
    with pytest.raises(InputError) as caught:
        calculate_report(Asked(path), find)
    assert len(caught.value.errors) == 101
    assert caught.value.errors[-1].params["count"] == "9,900"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""), ("header.csv", b"mode,from\n"), ("ragged.csv", b"mode,from\n1,2\n1,2,3,4\n"),
        ("twice.csv", b"mode,mode\n1,2\n"), ("rubbish.xlsx", b"PK\x03\x04rubbish"), ("not.parquet", b"mode\nrail\n"),
        ("latin.csv", b"mode\n\xe9\xff\n"), ("rows.txt", b"mode\nrail\n"), ("columns.csv", b"a,b\n1,2\n"),
    ],
)  # fmt: skip
def test_files_that_are_no_tables_are_refused(tmp_path: Path, files: Engine, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for each in (path, tmp_path / "absent.csv"):
        with pytest.raises(InputError) as caught:
            calculate_activities(each, files, tmp_path / "out.csv")
        assert [(error.field, bool(error.message.format(**error.params))) for error in caught.value.errors] == [
            ("file", True)
        ]
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_semicolons_and_a_byte_order_mark(tmp_path: Path, files: Engine) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("\ufeffdiet;count;note\nvegan;2;a, b\n".encode())
    found = calculate_activities(path, files)
    assert (found.totals.row_count, found.unused_columns) == (1, ("note",))
    assert found.totals.total_g == one_by_one(files, {"diet": "vegan", "count": 2}, 2)[1]


def test_the_columns_tell_what_a_file_is(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    for header, expected in (
        ("lat,lon", False), ("origin_lat,origin_lon,mode", False), ("place,attendances", False), ("mode,from", True),
        ("place,nights,rooms", True), ("diet,count", True), ("activity,quantity", True), ("mode,distance_km", True),
    ):  # fmt: skip
        path.write_text(f"{header}\n{','.join('1' for _ in header.split(','))}\n", "utf-8")
        assert is_activities(path) is expected, header


def test_the_boundary_and_the_edition_are_switched(tmp_path: Path) -> None:
    path = save(pd.DataFrame({"mode": ["plane"], "from": ["iata:PEK"], "round_trip": ["yes"]}), tmp_path / "a.csv")
    whole = calculate_report(Asked(path, to="30.66,104.06"), find).answer
    less = calculate_report(Asked(path, to="30.66,104.06", non_co2=False, upstream=False), find).answer
    parts_g = whole["non_co2_g"] + whole["upstream_g"]
    assert whole["total_g"] - less["total_g"] == pytest.approx(parts_g, abs=2)  # each rounded once
    assert (
        calculate_report(Asked(path, to="30.66,104.06", edition="2026.1"), find).answer["factor_set"]["id"] == "2026.1"
    )
    for wrong in ({"edition": "1999"}, {"electricity": "free"}, {"to": "x"}, {"method": "astrology"}):
        with pytest.raises(InputError) as caught:
            calculate_report(Asked(path, **wrong), find)
        assert [each.field for each in caught.value.errors] == list(wrong)


def test_rows_for_an_import_carry_whom_they_concern(tmp_path: Path, files: Engine) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("participation,session,company,diet,count,group_size\nx,s,c,vegan,2,7\n", "utf-8")
    (row,) = read_activities(path, files.rules)
    assert row.labels == {"participation": "x", "session": "s", "company": "c"}
    assert (row.number, row.kind, row.answers.group_size, row.answers.meals[0].count) == (2, "meal", 7, 2)


def test_more_than_makes_sense_is_refused(files: Engine) -> None:
    row = {
        "mode": "plane",
        "cabin": "first",
        "distance_km": 50_000,
        "round_trip": True,
        "count": 1000,
        "group_size": 10**6,
    }
    _, faults = Activities(files).lines(pd.DataFrame([row]))
    assert [each.field for each in faults] == ["row 2.mode"]
    assert "more than 10,000,000,000 t" in faults[0].message.format(**faults[0].params)


def test_every_sentence_has_its_chinese() -> None:
    words = catalogue("zh")
    paths = [*(ROOT.parent / "calculations").glob("bulk*.py"), *ROOT.glob("table*.py")]
    assert len(paths) >= 10
    for text in {text for path in paths for text in sentences_of(path)}:
        assert fields_of(words[text]) == fields_of(text), text


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(-9000, 9000), st.integers(-18000, 18000)), min_size=1, max_size=10))
@example([(9000, 0), (-9000, 18000), (-1750, -17999), (8999, 18000)])
@example([(4640, 600), (4641, 613), (2232, 11417), (5067, 12)])
def test_areas_of_many_positions_are_those_of_each(hundredths: list[tuple[int, int]]) -> None:
    lat, lon = (np.array(column) / 100 for column in zip(*hundredths, strict=True))
    each = [index.point(a, b) for a, b in zip(lat.tolist(), lon.tolist(), strict=True)]
    assert many.areas_of(lat, lon) == [(place.country, place.region) for place in each]


@settings(max_examples=40, deadline=None)
@given(st.lists(right, min_size=1, max_size=20), st.sampled_from(EDITIONS), st.integers(1, 5))
def test_the_bounds_of_the_sum_are_those_of_a_footprint(rows: list[dict[str, Any]], edition: str, parts: int) -> None:
    """In slices as in one; a footprint rounds each line's part to 0.01 g, the table each kind's."""
    here, frame = engine(edition, categories=("travel", "food", "energy")), table(rows, as_text=False)
    activities, sums, each = Activities(here), ActivitySums(), [frame[part::parts] for part in range(parts)]
    for part in each:
        lines, faults = activities.lines(part) if len(part) else (Lines.empty(0), [])
        assume(not faults)
        sums.add(lines, activities.line_kinds)
    alone = [
        compute(read_row(row, 2, here.rules).answers, here.factors, here.boundary) for row in frame.to_dict("records")
    ]
    whole, found = total_of(tuple(line for one in alone for line in one.lines)), sums.totals()
    for name in ("total_g", "non_co2_g", "upstream_g", "by_category", "quality"):
        assert getattr(found, name) == getattr(whole, name)
    assert found.low_g == pytest.approx(whole.low_g, abs=len(rows))
    assert found.high_g == pytest.approx(whole.high_g, abs=2 * len(rows))
    assert found.row_count - found.outside_count == len(whole.lines)
