"""Method files, tables of origins through them, and the SIGPLAN study's own figures."""

import csv
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.bulk import calculate_frame, pair_distances, totals_of
from calculations.distance import geodesic_km, geodesic_km_many
from calculations.methods import Method, method_kg, method_mass, parse_method
from calculations.model import InputError
from data.library import ROOT, load_method, load_methods
from data.tables import calculate_file, parse_point, read_attendance, read_rows, write_rows

PROJECT = Path(__file__).resolve().parent.parent
SIGPLAN = Path(os.environ.get("REFERENCE_DIR", PROJECT.parent / "shared" / "reference")) / "sigplan"
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


def test_monotone_keeps_what_was_reached() -> None:
    found = [method_kg(method(interpolation="monotone"), distance_km) for distance_km in (999, 1000, 1500, 2500, 3000)]
    assert found == pytest.approx([199.8, 200, 200, 250, 450])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 20_000), min_size=2, max_size=40), st.floats(0, 3), st.floats(0, 100))
def test_monotone_never_falls(distances: list[float], multiplier: float, uplift_km: float) -> None:
    monotone = method(interpolation="monotone", multiplier=multiplier, uplift_km=uplift_km)
    mass = method_mass(monotone, np.sort(np.array(distances))).total_kg
    assert np.all(np.diff(mass) >= -1e-9 * np.abs(mass[1:]))


def test_the_multiplier_is_told_apart_and_the_uplift_added() -> None:
    mass = method_mass(method(multiplier=1.891, uplift_km=95), np.array([0.0, 405.0]))
    assert mass.total_kg == pytest.approx([0, 1.891 * 0.2 * 500])
    assert mass.non_co2_kg == pytest.approx([0, 0.891 * 0.2 * 500])


def test_the_default_method_is_the_default_row() -> None:
    mass = method_mass(load_method(), np.array([1000.0]))
    assert (mass.total_kg[0], mass.non_co2_kg[0]) == (pytest.approx(2 * 109.16), pytest.approx(2 * 44.67))


@pytest.mark.parametrize(
    ("method_id", "distance_km", "kg"),
    [
        ("sigplan", 500, 139), ("sigplan", 3699, 611), ("sigplan", 3701, 543), ("sigplan", 10_000, 1468),
        ("cooleffect", 500, 80), ("cooleffect", 5000, 987), ("klower", 300, 18), ("klower", 10_000, 3000),
    ],
)  # fmt: skip
def test_the_spread_table_of_the_methods_page(method_id: str, distance_km: float, kg: float) -> None:
    assert method_kg(load_method(method_id), distance_km) / 2 == pytest.approx(kg, abs=0.5)


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
]  # fmt: skip


@pytest.mark.parametrize(("document", "field"), WRONG_METHODS)
def test_a_wrong_method_file_is_refused_by_field(document: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_method(document, "test")
    assert [error.field for error in caught.value.errors] == [field]


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
