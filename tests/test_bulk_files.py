"""Files of activities: in slices, in every form, every bad row named, all in or all out."""

from __future__ import annotations

import string
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from calculations import bulk
from calculations.bulk_activities import GRAMS, Activities, calculate_table
from calculations.bulk_kinds import Engine
from calculations.model import (
    InputError,
    Place,
)
from cli import app
from data import table_slices
from data.library import ROOT
from data.places import index
from data.table_activities import calculate_activities, is_activities, make_engine, read_activities
from data.table_report import Asked, calculate_report
from locales import catalogue
from tests.support.tables import CHENGDU, one_by_one
from tests.test_core_words import sentences_of


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
    monkeypatch.setattr(bulk, "SLICE_ROWS", 64)
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


def test_the_command_prints_the_total_last_and_keeps_nothing_of_a_bad_file(tmp_path: Path) -> None:
    path, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    path.write_text("mode,from,to,round_trip\nplane,iata:PEK,iata:CTU,no\n", "utf-8")
    done = CliRunner().invoke(app, ["calculate", str(path), "--out", str(out), "--no-upstream"])
    total_g = int(pd.read_csv(out)["total_g"][0])
    assert done.exit_code == 0 and done.stdout.splitlines()[-1] == f"{total_g / 1000:.4f}"
    path.write_text("mode,from,to,round_trip\nplane,iata:PEK,iata:CTU,perhaps\n", "utf-8")
    out.unlink()
    done = CliRunner().invoke(app, ["calculate", str(path), "--out", str(out)])
    assert (done.exit_code, out.exists()) == (1, False)
    assert "row 2.round_trip must be true or false; it is perhaps." in done.output


def test_a_unit_that_turns_into_the_rows_own_is_taken(tmp_path: Path) -> None:
    told = tmp_path / "told.csv"
    told.write_text(
        "activity,quantity,unit,country\nwaste_food_landfill,0.5,t,CN\nwaste_food_landfill,500,kg,CN\n"
        "electricity,1.2,MWh,CN\nelectricity,1200,kWh,CN\n", encoding="utf-8"
    )  # fmt: skip
    out = tmp_path / "out.csv"
    calculate_activities(told, make_engine(index.get), out, None)
    grams = pd.read_csv(out)["total_g"].tolist()
    assert grams[0] == grams[1] == 350_154 and grams[2] == grams[3] > 0
