"""Attendance files: all in or all out, nothing twice, and the study's own totals."""

import csv
from pathlib import Path

import pytest

import events
from calculations.distance import geodesic_km
from calculations.trace import recompute
from data.store import events as event_rows
from data.store import participations
from data.store.engine import Store
from tests.support.events import draft

SAMPLE = Path(__file__).parent.parent / "data" / "demo"
FILES = (SAMPLE / "sample_attendances.csv", SAMPLE / "sample_events.csv")
BANDS = ((3700, 0.07761), (785, 0.08728), (0, 0.14735))


def study_kg(lat: float, lon: float, venue: tuple[float, float]) -> float:
    """One attendance by the study's formula."""
    km = geodesic_km(lat, lon, *venue)
    return round(2 * 1.891 * next(rate for start, rate in BANDS if km >= start) * km, 4)


def test_the_sample_comes_in_once_with_the_studys_arithmetic(store: Store) -> None:
    seen: list[tuple[int, int]] = []
    report = events.import_attendance(*FILES, method="sigplan", progress=lambda done, total: seen.append((done, total)))
    venues = {r["event"]: (float(r["venue_lat"]), float(r["venue_lon"])) for r in csv.DictReader(FILES[1].open())}
    wanted: dict[str, float] = {}
    for row in csv.DictReader(FILES[0].open()):
        kg = study_kg(float(row["origin_lat"]), float(row["origin_lon"]), venues[row["event"]])
        wanted[row["event"]] = wanted.get(row["event"], 0.0) + kg * int(row["attendances"])
    assert report.by_event["sample-harbour-2024"] == pytest.approx(wanted["Sample Harbour-2024"] * 1000, abs=10)
    assert report.by_event["sample-valley-2025"] == pytest.approx(wanted["Sample Valley-2025"] * 1000, abs=10)
    assert (report.row_count, report.group_count, report.people_count) == (11, 11, 229)
    assert seen[-1] == (11, 11)
    shown = events.snapshot("sample-harbour-2024")
    assert shown["participants"] == 77
    assert shown["emitted"]["total"] == report.by_event["sample-harbour-2024"]
    assert shown["origins"]["local"] == 41
    assert shown["origins"]["few"] == 2
    event = events.get_event("sample-harbour-2024")
    assert (event.livemode, event.payments, event.state) == (True, False, "closed")
    again = events.import_attendance(*FILES, method="sigplan")
    assert (again.group_count, again.known_count, again.new_event_count) == (0, 11, 0)
    assert events.snapshot("sample-harbour-2024") == shown
    assert all(finding.ok for finding in events.audit())


def test_lines_recompute_from_their_traces(sqlite_store: Store) -> None:
    events.import_attendance(*FILES, method="sigplan")
    with sqlite_store.read() as conn:
        event_id = event_rows.by_slug(conn, "sample-valley-2025")["event_id"]
        groups = participations.of_kind(conn, event_id, "group")
        lines = [participations.lines(conn, event_id, g["participation_id"], 1)[0] for g in groups]
    assert len(lines) == 5
    for line in lines:
        assert recompute(line["trace"]) == (line["low_g"], line["total_g"], line["high_g"])
        assert line["non_co2_g"] == pytest.approx(line["total_g"] * (1 - 1 / 1.891), abs=2)
        assert (
            line["total_g"] == 0 or line["low_g"] < line["total_g"] < line["high_g"]
        )  # the range of the multiplier, and of what was told
        assert 100 < line["quality"] < 300


def test_without_a_method_the_events_factors_and_the_rows_modes_count(store: Store, tmp_path: Path) -> None:
    events.create_event(draft())
    file = tmp_path / "groups.csv"
    file.write_text(
        "place,attendances,mode\nBeijing,10,high_speed_rail\n上海,4,plane\nChongqing,6,\n", encoding="utf-8"
    )
    report = events.import_attendance(file, slug="hall-2026")
    assert report.people_count == 20
    totals = events.totals("hall-2026")
    assert totals.participants == 20
    assert totals.mass.low_g < totals.mass.total_g < totals.mass.high_g
    assert totals.mass.total_g == report.total_g
    assert events.audit("hall-2026")[0].ok


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("lat,lon,attendances\n99,0,1\n1,200,1\n1,1,-3\n1,1,x\n", ["row 2.lat", "row 3.lon", "row 4.attendances",
                                                                   "row 5.attendances"]),
        ("lat,lon,mode\n1,1,rocket\n", ["row 2.mode"]),
        ("lat,lon,event\n1,1,Nowhere\n", ["row 2.event"]),
        ("lat,attendances\n1,1\n", ["columns"]),
        ("lat,lon\n1,1\n", ["event"]),
    ],
)  # fmt: skip
def test_every_bad_row_is_listed_and_nothing_is_stored(
    sqlite_store: Store, tmp_path: Path, text: str, fields: list[str]
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(events.InputError) as caught:
        events.import_attendance(file)
    assert [error.field for error in caught.value.errors] == fields
    assert events.find_events().total == 0


def test_a_row_that_says_another_number_now_is_refused(store: Store, tmp_path: Path) -> None:
    events.import_attendance(*FILES, method="sigplan")
    before = events.snapshot("sample-valley-2025")
    changed = tmp_path / "changed.csv"
    changed.write_text(FILES[0].read_text().replace("73.85535,88", "73.85535,89"), encoding="utf-8")
    with pytest.raises(events.InputError) as caught:
        events.import_attendance(changed, FILES[1], method="sigplan")
    assert [error.params["known"] for error in caught.value.errors] == [88]
    assert events.snapshot("sample-valley-2025") == before


def test_an_event_of_another_kind_is_not_taken_over(sqlite_store: Store) -> None:
    events.create_event(draft("sample-valley-2025"))
    with pytest.raises(events.InputError) as caught:
        events.import_attendance(*FILES)
    assert caught.value.errors[0].value == "sample-valley-2025"
    assert events.find_events().total == 1


def test_the_studys_conferences_come_to_the_studys_totals(sqlite_store: Store, reference_dir: Path) -> None:
    folder = reference_dir / "sigplan"
    report = events.import_attendance(folder / "attendances.csv", folder / "events.csv", method="sigplan")
    assert (report.row_count, report.people_count, len(report.by_event)) == (7244, 16374, 33)
    assert f"{report.total_g / 1e6:.2f}" == "21447.29"
    for row in csv.DictReader((folder / "events.csv").open(encoding="utf-8")):
        grams = report.by_event[row["event"].lower()]
        assert f"{grams / 1e6:.2f}" == f"{float(row['expected_total_kg']) / 1000:.2f}", row["event"]
        assert events.totals(row["event"].lower()).mass.total_g == grams
    assert f"{report.by_event['popl-2017'] / 1e6:.2f}" == "671.79"
    assert events.audit()[0].ok
