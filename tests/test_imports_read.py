"""How a file is read before anybody says: which sheet, what parts its columns, what they tell; and what is no table."""

from __future__ import annotations

import io
import zipfile

import pytest
from dash import html
from openpyxl import Workbook

import events
from accounts import SYSTEM, set_actor
from calculations.model import InputError
from data import table_staged
from data.store.engine import Store
from pages._parts.html_text import render
from pages.organiser._imports_parts import work
from tests.support.events import draft
from tests.support.imports import METERS, PRETIX, SLUG, bring, look, own_lines, sentences, text


@pytest.fixture(autouse=True)
def organiser() -> None:
    set_actor(SYSTEM)


def test_files_that_are_none_are_refused(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    events.create_event(draft())
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    for name, content, said in (
        ("bomb.xlsx", bomb.getvalue(), "unpacks"), ("empty.csv", b"", "0 bytes"),
        ("noise.csv", b"\x00\xff\xfe\x81", "text"), ("noise.xlsx", b"PK\x03\x04broken", "cannot be read"),
        ("head.csv", b"a,b\n", "no rows"),
        ("page.xls", b"\r\n<!DOCTYPE html><table>", "web page"),
        ("photo.jpg", b"\xff\xd8\xff\xe0JFIF", "picture"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel"), ("phone.heic", b"\0\0\0\x18ftypheic", "picture"),
        ("paper.pdf", b"%PDF-1.7\n1 0", "a PDF"), ("wide.csv", b",".join([b"a"] * 1_000_000) + b"\n1\n", "columns"),
    ):  # fmt: skip
        with pytest.raises(InputError) as wrong:
            events.receive_file(SLUG, name, content)
        assert said in sentences(wrong.value)[0]
    monkeypatch.setattr(table_staged, "MOST_ROWS", 2)
    with pytest.raises(InputError) as wrong:
        events.receive_file(SLUG, "long.csv", text("a,b", "1,2", "3,4", "5,6"))
    assert "more than 2 rows" in sentences(wrong.value)[0]


def test_a_workbook_is_read_below_its_title_and_given_out_harmless(sqlite_store: Store) -> None:
    events.create_event(draft())
    book, out = Workbook(), io.BytesIO()
    header, good = ["Invoice", "Energy", "Date", "Amount", "Unit"], ["R1", "Electricity", None, 12.5, "MWh"]
    for row in (["Energy report"], [], header, good, ["@SUM(A1)", "=1+1", None, "=HYPERLINK(1)", "kWh"]):
        book.active.append(row)
    book.active["B5"].data_type = book.active["D5"].data_type = "s"
    book.save(out)
    seen = look("energy.xlsx", out.getvalue())
    assert (seen.reading.kind, seen.row_count, seen.bad_count) == ("energy", 2, 1)
    given = events.bad_rows_csv(SLUG, seen.token, lambda error: error.message)
    assert ":5,'@SUM(A1),'=1+1,,'=HYPERLINK(1),kWh," in given


def test_the_sheet_that_tells_something_is_read_and_a_header_in_between_is_left_out(sqlite_store: Store) -> None:
    events.create_event(draft())
    book = Workbook()
    book.active.append(["Read me first"])  # type: ignore[union-attr]
    rows = [["Date", "Menu", "Portions"], [46146, "Vegan", 3], ["Date", "Menu", "Portions"], ["2026-05-05", "Beef", 4]]
    sheet = book.create_sheet("Lunch")
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    seen = look("lunch.xlsx", content.getvalue())
    assert (seen.sheet, seen.reading.kind, seen.row_count, seen.bad_count) == ("Lunch", "catering", 2, 0)
    assert [row.content["days"][0] for row in seen.first] == ["2026-05-04", "2026-05-05"]


def test_another_sheet_of_a_workbook_is_chosen_by_hand(sqlite_store: Store) -> None:
    events.create_event(draft())
    book = Workbook()
    for title, menu in (("Lunch", "Vegan"), ("Dinner", "Beef")):
        sheet = book.create_sheet(title)
        for row in (["Date", "Menu", "Portions"], ["2026-05-04", menu, 3]):
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    seen = look("meals.xlsx", content.getvalue())
    assert (seen.sheet, seen.sheets) == ("Lunch", ("Lunch", "Dinner"))
    with pytest.raises(InputError) as wrong:
        events.choose_sheet(SLUG, seen.token, "Supper")
    assert "Supper is no sheet" in sentences(wrong.value)[0]
    other = events.choose_sheet(SLUG, seen.token, "Dinner")
    assert (other.sheet, other.sheets, other.samples[0][1]) == ("Dinner", ("Lunch", "Dinner"), "Beef")
    with pytest.raises(InputError):  # the first is not waiting any more
        events.look_at(SLUG, seen.token)
    events.bring_in(SLUG, other.token)
    bring("meals.xlsx", content.getvalue())
    assert [quantity for _, quantity, _ in own_lines()] == [3, 3]  # two sheets of one file are two imports
    again = look("meals.xlsx", content.getvalue())
    assert again.known_at and events.choose_sheet(SLUG, again.token, "Dinner").known_at


def test_a_question_is_known_by_its_answers_and_a_count_is_no_amount(sqlite_store: Store) -> None:
    events.create_event(draft())
    asked = f"{PRETIX},How will you come?,Hotel nights"
    rows = ("f,A1,1,paid,,Ticket,Ada,,,,X1,,Berlin,DE,train,2 nights",
            "f,A2,1,paid,,Ticket,Bo,,,,X2,,长沙,CN,高铁,2 kg",
            ",,1,paid,,Ticket,Cy,,,,X3,,Atlantisville,GB,plane,1-2")  # fmt: skip
    seen = look("pretix.csv", text(asked, *rows))
    assert seen.reading.columns["mode"] == 14 and seen.reading.columns["nights"] == 15
    assert [row.content["trip"]["mode"] for row in seen.first] == ["rail"] and seen.first[0].content["nights"] == 2
    assert [[error.field for error in bad.errors] for bad in seen.bad] == [
        ["row 3.nights"], ["row 4.key", "row 4.place", "row 4.nights"],
    ]  # fmt: skip
    assert sentences(InputError(list(seen.bad[1].errors)))[0] == "Order code is empty; each row needs it."
    given = events.bad_rows_csv(SLUG, seen.token, lambda error: sentences(InputError([error]))[0])
    mended = given.replace("2 kg,", "2,").replace(",,,1,paid", ",f,A3,1,paid").replace("Atlantisville,", "London,")
    seen = look("mended.csv", mended.replace("1-2,", "1,").encode())  # its sentences hold ; and ,
    assert (seen.mended_count, seen.bad_count, seen.row_count, len(seen.first)) == (2, 0, 3, 3)


def test_lists_in_german_and_french_are_read_as_they_are(sqlite_store: Store) -> None:
    events.create_event(draft())
    german = text("Nr.;Vorname;Nachname;Firma;Land;Ort;Anreise mit;Teilnahme",
                  "1;Ada;L.;Acme;Deutschland;Berlin;Bahn;vor Ort", "2;Bo;K.;Acme;Österreich;Linz;Flugzeug;virtuell",
                  "3;Cy;M.;;Schweiz;;Auto;Präsenz")  # fmt: skip
    seen = look("anmeldungen.csv", german)
    assert (seen.reading.kind, seen.bad_count) == ("registrations", 0)
    assert {name: seen.columns[at] for name, at in seen.reading.columns.items()} == {
        "key": "Nr.", "way": "Teilnahme", "place": "Ort", "country": "Land", "company": "Firma", "mode": "Anreise mit",
    }  # fmt: skip
    assert [row.content["region"][:2] for row in seen.first] == ["DE", "AT", "CH"]
    assert [row.content["trip"].get("mode") for row in seen.first] == ["rail", "plane", None]
    assert [row.content["way"] for row in seen.first] == ["onsite", "remote", "onsite"]
    lines = ("Prénom;Nom;Société;Pays;Ville;Moyen de transport", "Ada;L.;Acme;Allemagne;Berlin;avion")
    french = look("inscrits.csv", text(*lines))
    assert (french.reading.kind, french.bad_count) == ("registrations", 0)
    assert french.first[0].content["trip"]["mode"] == "plane"
    assert look("tableau.csv", text("Consommation (kWh)", "3")).missing == ("activity",)  # no water


def test_a_row_that_adds_up_the_others_is_told_and_never_counted(sqlite_store: Store) -> None:
    events.create_event(draft())
    people = ("Company,Country,People", "Acme,DE,40", "合计 Ltd,CN,17")
    for last in ("Total,,57", ",Summe:,57", "合计：57人,,57"):
        seen = look("people.csv", text(*people, last), kind="registrations")
        assert [(bad.number, bad.errors[0].params["field"]) for bad in seen.bad] == [
            (4, "Country" if last[0] == "," else "Company")
        ]
        assert "adds up others" in sentences(InputError(list(seen.bad[0].errors)))[0]
        with pytest.raises(InputError):
            events.bring_in(SLUG, seen.token, seen.reading.as_json())
    given = events.bad_rows_csv(SLUG, seen.token, lambda error: "")
    mended = events.receive_file(SLUG, "mended.csv", given.replace("合计：57人,,57", ",,").encode())
    assert (mended.bad_count, mended.row_count) == (0, 2)
    meals = look("meals.csv", text("Datum;Menü;Portionen", "2026-05-04;Vegan;3", "Summe;;3"))
    assert "adds up others" in meals.bad[0].errors[0].message
    readings = look("meters.csv", text(*METERS, "Total,2026/5/5,9,度,电", "Total,,9,度,电"))
    assert [bad.number for bad in readings.bad] == [6]  # the main meter may be called so: it has a day


def test_what_a_file_still_needs_is_named_before_its_rows_are_read(sqlite_store: Store) -> None:
    events.create_event(draft())
    seen = look("strom.csv", text("Invoice,Energy,Consumed", "R1,Strom,12"), kind="energy")
    shown = render(html.Div(work(seen, {})))
    assert "no row is read yet" in shown and "the rows are read: Amount." in shown and "The first 0" not in shown


def test_days_that_may_be_two_are_told_and_no_others(sqlite_store: Store) -> None:
    events.create_event(draft())
    for day, tells in (("2026/5/1", True), ("1.5.2026", True), ("5/14/2026", True), ("5/1/2026", False)):
        assert look("meters.csv", text(METERS[0], f"E-1,{day},1000,度,电")).dates_tell is tells, day
