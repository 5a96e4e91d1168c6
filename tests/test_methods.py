"""Method files, tables of origins through them, and the SIGPLAN study's own figures."""

import csv
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.bulk import calculate_frame, pair_distances, totals_of
from calculations.distance import geodesic_km, geodesic_km_many
from calculations.method_files import parse_method, parse_method_text
from calculations.methods import Method, between, curve_table, method_kg, method_mass, one_way_parts
from calculations.model import InputError
from data.library import ROOT, load_factor_set, load_method, load_methods
from data.tables import calculate_file, parse_point, read_attendance, read_rows, write_rows

PROJECT = Path(__file__).resolve().parent.parent
SIGPLAN = Path(os.environ.get("REFERENCE_DIR", PROJECT.parent / "shared" / "reference")) / "sigplan"
METHODS_PAGE = SIGPLAN.parent.parent / "factors" / "detours_and_methods.md"
SAMPLE, SAMPLE_EVENTS = ROOT / "demo" / "attendance_sample.csv", ROOT / "demo" / "events_sample.csv"
CHENGDU = (30.66, 104.06)
BANDS = [{"from_km": 0, "kg_per_km": 0.2}, {"from_km": 1000, "kg_per_km": 0.1}, {"from_km": 3000, "kg_per_km": 0.15}]


def method(**air: Any) -> Method:
    return parse_method({"air": {"bands": BANDS, **air}, "trip": {"round_trip": False}}, "test")


def test_steps() -> None:
    steps = method()
    found = [method_kg(steps, distance_km) for distance_km in (0, 999, 1000, 2999, 3000)]
    assert found == pytest.approx([0, 199.8, 100, 299.9, 450])


def test_lines_between_bands() -> None:
    found = [method_kg(method(interpolation="linear"), distance_km) for distance_km in (0, 500, 1000, 2000, 5000)]
    assert found == pytest.approx([0, 75, 100, 250, 750])


def test_monotone_runs_through_the_kilograms_at_each_band() -> None:
    monotone = method(interpolation="monotone")
    assert [method_kg(monotone, distance_km) for distance_km in (0, 1000, 3000, 5000)] == [0, 100, 450, 750]
    assert method_kg(monotone, 1e-3) == pytest.approx(0.2e-3, rel=1e-3)  # leaves 0 km with the first band's rate
    lifted = method(interpolation="monotone", bands=[*BANDS[:1], {"from_km": 1000, "kg_per_km": 0.2},
                                                     {"from_km": 1500, "kg_per_km": 0.1}])  # fmt: skip
    assert [method_kg(lifted, distance_km) for distance_km in (1000, 1500, 1900, 2500)] == [200, 200, 200, 250]


bands_of_any_file = st.lists(
    st.tuples(st.floats(1, 20_000), st.floats(0, 2)), min_size=1, max_size=8, unique_by=lambda pair: round(pair[0])
)


@settings(max_examples=80, deadline=None)
@given(st.floats(0, 2), bands_of_any_file, st.floats(0, 3), st.floats(0, 100), st.floats(1, 1.2))
def test_monotone_never_falls_and_has_no_cliff(
    first: float, more: list[tuple[float, float]], multiplier: float, uplift_km: float, uplift_factor: float
) -> None:
    bands = [{"from_km": 0, "kg_per_km": first}]
    bands += [{"from_km": km, "kg_per_km": rate, "non_co2_kg_per_km": rate / 2} for km, rate in sorted(more)]
    air = {"multiplier": multiplier, "uplift_km": uplift_km, "uplift_factor": uplift_factor}
    monotone = method(interpolation="monotone", bands=bands, **air)
    distance = np.concatenate([np.linspace(0, 20_000, 3001), [km for km, _ in more]])
    mass = method_mass(monotone, np.sort(distance)).total_kg
    assert np.all(np.diff(mass) >= -1e-9 * (1 + np.abs(mass[1:])))
    for km, _ in more:
        before, after = method_mass(monotone, np.array([km - 1e-7, km + 1e-7])).total_kg
        assert after - before <= 1e-3 * (1 + before)


def test_the_multiplier_is_told_apart_and_the_uplift_added() -> None:
    mass = method_mass(method(multiplier=1.891, uplift_km=95), np.array([0.0, 405.0]))
    assert mass.total_kg == pytest.approx([0, 1.891 * 0.2 * 500])
    assert mass.non_co2_kg == pytest.approx([0, 0.891 * 0.2 * 500])


def test_the_default_method_is_the_default_row() -> None:
    mass = method_mass(load_method(), np.array([1000.0]))
    assert (mass.total_kg[0], mass.non_co2_kg[0]) == (pytest.approx(2 * 109.16), pytest.approx(2 * 44.67))


# Section 4 of shared/factors/detours_and_methods.md, economy, one way, kg CO2e, at these kilometres.
SPREAD_KM = (300, 500, 800, 1000, 1500, 2000, 3000, 3699, 3701, 5000, 8000, 10_000)
SPREAD: list[tuple[str, str, tuple[int, ...]]] = [
    ("defra_2025_haul", "all", (38, 63, 101, 126, 189, 252, 377, 465, 433, 585, 936, 1170)),
    ("defra_2025_haul", "co2", (22, 37, 59, 74, 112, 149, 223, 275, 256, 346, 554, 693)),
    ("defra_international", "all", (33, 55, 87, 109, 164, 218, 327, 404, 404, 546, 873, 1092)),
    ("defra_2024_haul", "all", (55, 91, 146, 183, 274, 366, 549, 676, 741, 1001, 1601, 2001)),
    ("epa", "all", (39, 40, 65, 81, 121, 162, 243, 299, 299, 511, 817, 1022)),
    ("ademe", "all", (67, 112, 180, 225, 277, 369, 500, 617, 617, 834, 1423, 1779)),
    ("ademe", "co2", (37, 62, 99, 124, 152, 203, 275, 340, 340, 459, 783, 979)),
    ("myclimate", "all", (120, 147, 186, 213, 279, 365, 526, 626, 627, 817, 1282, 1610)),
    ("atmosfair_irap", "all", (101, 142, 204, 246, 349, 452, 659, 804, 804, 1142, 2035, 2630)),
    ("sigplan", "all", (84, 139, 132, 165, 248, 330, 495, 611, 543, 734, 1174, 1468)),
    ("cooleffect", "all", (80, 80, 129, 161, 241, 322, 483, 595, 731, 987, 1579, 1974)),
    ("klower", "all", (18, 100, 160, 200, 375, 500, 750, 925, 925, 1250, 2400, 3000)),
]  # fmt: skip


@pytest.mark.parametrize(("method_id", "part", "expected"), SPREAD)
def test_the_spread_table_of_the_methods_page(method_id: str, part: str, expected: tuple[int, ...]) -> None:
    published = load_method(method_id)
    if method_id == "atmosfair_irap":
        published = replace(published, uplift_factor=1.0)  # the table leaves the × 1.05 out
    mass = method_mass(published, np.array(SPREAD_KM, dtype=np.float64))
    found = mass.total_kg if part == "all" else mass.total_kg - mass.non_co2_kg
    assert (found / 2).tolist() == pytest.approx(expected, abs=0.5001)


@pytest.mark.skipif(not METHODS_PAGE.is_file(), reason=f"{METHODS_PAGE} is not here")
def test_the_spread_table_is_the_pages_own() -> None:
    lines = METHODS_PAGE.read_text(encoding="utf-8").split("## 4.")[1].split("## 5.")[0].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    assert [int(km.replace(" ", "")) for km in cells[0][1:]] == list(SPREAD_KM)
    assert [tuple(map(int, row[1:])) for row in cells[1:]] == [expected for *_, expected in SPREAD]


def test_every_method_says_where_it_is_from_and_what_is_inside() -> None:
    for each in load_methods():
        assert each.source and each.status in ("read", "secondary", "design"), each.method_id
        assert len(each.sha256) == 64
        assert each.round_trip and each.mode == "plane"
        assert not (each.uplift_inside and (each.uplift_km or each.uplift_factor != 1)), "no uplift twice"
        apart = method_mass(each, np.array([1000.0])).non_co2_kg[0] > 0
        assert apart == (each.non_co2 == "apart"), each.method_id
    assert load_method("myclimate").upstream == load_method("ademe").upstream == "inside"


def test_the_rows_of_the_uk_are_those_of_the_library() -> None:
    rows = load_factor_set().factors
    for method_id, year, hauls in (("defra_2025_haul", 2025, True), ("defra_2024_haul", 2024, True),
                                   ("defra_international", 2025, False)):  # fmt: skip
        for cabin in ("economy", "business", "premium_economy", "first"):
            bands = load_method(method_id).rates.curve(cabin).bands
            for band, haul in zip(bands, ("short-haul", "long-haul") if hauls else ("international",), strict=True):
                name = f"defra-{year}-flight-{haul}-{cabin.replace('_', '-')}"
                if f"{name}-with-rf" not in rows:
                    continue
                assert band.kg_per_km == rows[f"{name}-without-rf"].value
                assert band.kg_per_km + band.non_co2_kg_per_km == pytest.approx(rows[f"{name}-with-rf"].value)


@pytest.mark.parametrize(
    ("countries", "distance_km", "kg"),
    [
        ("GB GB", 500, 0.22928 * 500), ("CN DE", 500, 0.10916 * 500), ("GB IS", 1900, 0.12576 * 1900),
        ("TR GB", 5000, 0.12576 * 5000), ("GB US", 3000, 0.11704 * 3000), ("GB FR", 3000, 0.12576 * 3000),
        ("GB BR", 9000, 0.11704 * 9000), ("GB ", 9000, 0.11704 * 9000),
    ],
)  # fmt: skip
def test_the_uk_goes_by_territory(countries: str, distance_km: float, kg: float) -> None:
    here, there = countries.split(" ")
    assert method_kg(between(load_method("defra_2025_uk"), here, there), distance_km) / 2 == pytest.approx(kg)


def test_classes_as_published() -> None:
    myclimate = load_method("myclimate")
    kilograms = [method_kg(myclimate, 8000, cabin) for cabin in ("economy", "premium_economy", "business", "first")]
    fuel = (0.0001 * 8095**2 + 7.104 * 8095 + 5044.93) / (280.21 * 0.82) * 0.77 * (3.15 * 2 + 0.54)
    assert kilograms == pytest.approx([2 * (fuel * cw + 0.00038 * 8095 + 11.68) for cw in (0.80, 0.80, 1.54, 2.40)])
    assert method_mass(myclimate, np.array([8000.0])).non_co2_kg[0] == pytest.approx(2 * fuel * 0.8 * 3.15 / 6.84)


def test_atmosfair_counts_nothing_below_its_first_point_and_five_per_cent_more_way() -> None:
    atmosfair = load_method("atmosfair_irap")
    assert [method_kg(atmosfair, km) for km in (0, 285)] == [0, 0]
    assert method_kg(atmosfair, 300 / 1.05 + 1e-6) / 2 == pytest.approx(100.77, abs=1e-3)


def test_the_continuous_ones_have_no_cliff() -> None:
    distance = np.arange(1.0, 20_000.0, 0.5)
    for method_id in ("defra_international", "defra_2025_blend", "myclimate"):
        mass = method_mass(load_method(method_id), distance).total_kg
        assert np.all(np.diff(mass) > 0) and np.diff(mass).max() < 0.5, method_id


@pytest.mark.parametrize("cabin", ["economy", "premium_economy", "business", "first"])
def test_the_table_in_a_trace_is_the_method_again(cabin: str) -> None:
    distance = np.array([0.0, 250.0, 1499.0, 1800.0, 3650.0, 9000.0])
    for each in load_methods():
        again = parse_method({"air": json.loads(json.dumps(curve_table(each, cabin)))}, "again")
        found, expected = one_way_parts(again, distance), one_way_parts(each, distance, cabin)
        assert [part.tolist() for part in found] == [part.tolist() for part in expected], each.method_id


WRONG_METHODS: list[tuple[dict[str, Any], str]] = [
    ({}, "air"), ({"air": {}}, "air.bands"), ({"air": {"bands": []}}, "air.bands"),
    ({"air": {"bands": [1]}}, "air.bands[0]"),
    ({"air": {"bands": [{"from_km": 0}]}}, "air.bands[0].kg_per_km"),
    ({"air": {"bands": [{"from_km": 0, "kg_per_km": float("nan")}]}}, "air.bands[0].kg_per_km"),
    ({"air": {"bands": [{"from_km": 0, "kg_per_km": -1}]}}, "air.bands[0].kg_per_km"),
    ({"air": {"bands": [{"from_km": 5, "kg_per_km": 1}]}}, "air.bands"),
    ({"air": {"bands": [BANDS[0], BANDS[0]]}}, "air.bands"), ({"air": {"bands": BANDS, "rfi": 2}}, "air.rfi"),
    ({"air": {"bands": BANDS, "interpolation": "cubic"}}, "air.interpolation"),
    ({"air": {"bands": BANDS, "multiplier": "2"}}, "air.multiplier"),
    ({"air": {"bands": BANDS, "uplift_km": -1}}, "air.uplift_km"),
    ({"air": {"bands": BANDS}, "trip": {"round_trip": 1}}, "trip.round_trip"),
    ({"air": {"bands": BANDS}, "trip": {"mode": "rocket"}}, "trip.mode"),
    ({"air": {"bands": BANDS}, "rail": {}}, "rail"),
    ({"air": {"bands": BANDS}, "name": 1}, "name"),
    ({"air": {"bands": BANDS, "round_decimals": 4.0}}, "air.round_decimals"),
    ({"air": {"bands": BANDS, "points": []}}, "air.points"), ({"air": {"points": []}}, "air.points"),
    ({"air": {"points": [{"km": 5, "kg": 1}, {"km": 4, "kg": 1}]}}, "air.points"),
    ({"air": {"points": [{"km": 0, "kg": 1}, {"km": 4, "kg": 0}], "interpolation": "monotone"}}, "air.points"),
    ({"air": {"points": [{"km": 0, "kg": 1}], "interpolation": "step"}}, "air.interpolation"),
    ({"air": {"ranges": [{"from_km": 0, "kg": []}]}}, "air.ranges[0].kg"),
    ({"air": {"ranges": [{"from_km": 0, "to_km": 9, "kg": [1]}, {"from_km": 8, "kg": [1]}]}}, "air.ranges"),
    ({"air": {"ranges": [{"from_km": 0, "kg": [1], "load_share": 0}]}}, "air.ranges[0].load_share"),
    ({"air": {"bands": BANDS, "cabins": {"coach": {}}}}, "air.cabins.coach"),
    ({"air": {"bands": BANDS, "cabins": {"business": {"weights": [1]}}}}, "air.cabins.business.weights"),
    ({"air": {"bands": BANDS, "cabins": {"business": {"bands": [{}]}}}}, "air.cabins.business.bands[0].from_km"),
    ({"air": {"bands": BANDS, "non_co2": "perhaps"}}, "air.non_co2"),
    ({"air": {"bands": BANDS, "territory": {"home": ["gb"], "within": {"bands": BANDS},
                                            "outside": {"bands": BANDS}}}}, "air.territory.home"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "field"), WRONG_METHODS)
def test_a_wrong_method_file_is_refused_by_field(document: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_method(document, "test")
    assert caught.value.errors[0].field == field
    for error in caught.value.errors:
        assert error.message.format(**error.params)


def test_a_file_that_is_no_toml_or_too_long_is_refused() -> None:
    for text in ("[air", "a = 1\n" * 4000, "x = " + "[" * 6000):
        with pytest.raises(InputError) as caught:
            parse_method_text(text, "mine")
        assert caught.value.errors[0].field == "method"
        assert caught.value.errors[0].message.format(**caught.value.errors[0].params)


points = st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180))


@settings(max_examples=50, deadline=None)
@given(st.lists(points, min_size=1, max_size=6), st.integers(1, 20))
def test_many_distances_equal_single_ones(pairs: list[tuple[float, float, float, float]], repeat: int) -> None:
    columns = [np.array(column) for column in zip(*(pairs * repeat), strict=True)]
    single = [geodesic_km(*pair) for pair in pairs * repeat]
    assert geodesic_km_many(*columns).tolist() == single
    assert pair_distances(*columns).tolist() == single


def test_a_table_equals_its_rows() -> None:
    frame = pd.DataFrame({"lat": [40.08, 0.0, 30.66], "lon": [116.585, 0.0, 104.06], "attendances": [3, 1, 5]})
    for each in load_methods():
        result = calculate_frame(frame, each, CHENGDU)
        for row in result.itertuples():
            mass_kg = method_kg(each, geodesic_km(row.lat, row.lon, *CHENGDU)) * row.attendances
            assert row.total_g == int(mass_kg * 1000 + 0.5)
            assert row.emission_kg == pytest.approx(mass_kg, rel=1e-12)
            assert 0 <= row.non_co2_g <= row.total_g
        assert totals_of(result).total_g == result["total_g"].sum()
        assert totals_of(result).attendance_count == 9


def test_the_sample_adds_up_row_by_row() -> None:
    calculated = calculate_file(SAMPLE, load_method("sigplan"), events=SAMPLE_EVENTS)
    venues = {row["event"]: row for row in csv.DictReader(SAMPLE_EVENTS.open(encoding="utf-8", newline=""))}
    total = 0.0
    for row in csv.DictReader(SAMPLE.open(encoding="utf-8", newline="")):
        venue = venues[row["event"]]
        places = (row["lat"], row["lon"], venue["venue_lat"], venue["venue_lon"])
        distance_km = geodesic_km(*map(float, places))
        factor = 0.14735 if distance_km < 785 else 0.08728 if distance_km < 3700 else 0.07761
        total += round(2 * 1.891 * factor * distance_km, 4) * int(row["attendances"])
    assert calculated.totals.total_kg == pytest.approx(total, abs=1e-6)
    assert calculated.totals.attendance_count == 97
    assert set(calculated.by_event) == {"SAMPLE-CTU", "SAMPLE-REK"}
    assert sum(each.total_g for each in calculated.by_event.values()) == calculated.totals.total_g
    assert abs(calculated.totals.total_g / 1000 - total) < 0.01


@pytest.mark.skipif(not SIGPLAN.is_dir(), reason=f"the reference folder {SIGPLAN} is not here")
def test_the_sigplan_study_to_a_hundredth_of_a_tonne() -> None:
    calculated = calculate_file(SIGPLAN / "attendances.csv", load_method("sigplan"), events=SIGPLAN / "events.csv")
    assert f"{calculated.totals.total_kg:.4f}" == "21447288.8331"
    assert calculated.totals.attendance_count == 16_374
    with (SIGPLAN / "events.csv").open(encoding="utf-8", newline="") as lines:
        expected = {row["event"]: row for row in csv.DictReader(lines)}
    assert set(calculated.by_event) == set(expected)
    for name, found in calculated.by_event.items():
        assert found.total_kg == pytest.approx(float(expected[name]["expected_total_kg"]), abs=0.001)
        assert round(found.total_g / 1e6, 2) == round(float(expected[name]["expected_total_kg"]) / 1000, 2)
        assert found.attendance_count == int(expected[name]["attendances"])
    assert round(calculated.by_event["POPL-2017"].total_kg / 1000, 2) == 671.79


@pytest.mark.skipif(not SIGPLAN.is_dir(), reason=f"the reference folder {SIGPLAN} is not here")
def test_each_sigplan_origin() -> None:
    frame = read_attendance(SIGPLAN / "attendances.csv", SIGPLAN / "events.csv")
    found = calculate_frame(frame, load_method("sigplan"))
    each_kg = found["emission_kg"] / found["attendances"]
    assert np.abs(each_kg - frame["expected_kg_each"].astype(float)).max() < 1e-6


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_the_three_forms_say_the_same(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"sample{suffix}"
    write_rows(pd.read_csv(SAMPLE), path)
    same = calculate_file(path, load_method("sigplan"), events=SAMPLE_EVENTS).totals
    assert same == calculate_file(SAMPLE, load_method("sigplan"), events=SAMPLE_EVENTS).totals


def faults(path: Path, **options: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        calculate_file(path, load_method("sigplan"), **options)
    for error in caught.value.errors:
        assert error.message.format(**error.params)
    return [error.field for error in caught.value.errors]


def test_every_bad_row_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(
        "lat,lon,attendances,mode\n1,2,3,\n91,2,1,plane\nx,181,1,\n1,2,-1,\n1,2,1.5,\n1,2,,rocket\n1,nan,1,\n,2,1,\n",
        "utf-8",
    )
    assert faults(path, to=CHENGDU) == [
        "row 3.lat", "row 4.lat", "row 9.lat", "row 4.lon", "row 8.lon", "row 5.attendances", "row 6.attendances",
        "row 7.mode",
    ]  # fmt: skip


def test_rows_of_a_mode_the_method_does_not_count_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "modes.csv"
    path.write_text("lat,lon,mode\n1,2,plane\n1,2,rail\n1,2,\n", "utf-8")
    assert faults(path, to=CHENGDU) == ["row 3.mode"]


def test_events_that_do_not_fit_are_listed(tmp_path: Path) -> None:
    rows, events = tmp_path / "rows.csv", tmp_path / "events.csv"
    rows.write_text("event,lat,lon\nA,1,2\nB,1,2\n", "utf-8")
    events.write_text("event,lat,lon\nA,3,4\n", "utf-8")
    assert faults(rows, events=events) == ["row 3.event"]
    events.write_text("event,lat,lon\nA,3,4\nA,3,4\nB,99,4\n", "utf-8")
    assert faults(rows, events=events) == ["row 4.venue_lat", "row 3.event"]
    rows.write_text("lat,lon\n1,2\n", "utf-8")
    assert faults(rows) == ["to"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""), ("header.csv", b"lat,lon\n"), ("ragged.csv", b"lat,lon\n1,2\n1,2,3,4\n"),
        ("twice.xlsx", b"PK\x03\x04rubbish"), ("not.parquet", b"lat,lon\n1,2\n"), ("latin.csv", b"place\n\xe9\xff\n"),
        ("rows.txt", b"lat,lon\n1,2\n"), ("columns.csv", b"a,b\n1,2\n"),
    ],
)  # fmt: skip
def test_files_that_are_no_tables_are_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert len(faults(path, to=CHENGDU)) == 1
    assert faults(tmp_path / "absent.csv", to=CHENGDU) == ["file"]


def test_a_table_is_read_as_text_with_its_byte_order_mark_gone(tmp_path: Path) -> None:
    path = tmp_path / "bom.csv"
    path.write_bytes("\ufefflat, lon,place\n1,2,NA\n".encode())
    frame = read_rows(path)
    assert list(frame.columns) == ["lat", "lon", "place"]
    assert frame["place"].tolist() == ["NA"]


def test_points() -> None:
    assert parse_point("30.66,104.06") == CHENGDU
    for wrong in ("", "1", "1,2,3", "91,0", "0,181", "nan,0", "a,b"):
        with pytest.raises(InputError):
            parse_point(wrong)
