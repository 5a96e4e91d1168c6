"""Files brought in for an event: read as people write them, all in or all out, nothing twice, undone as a whole."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import events
import offsetting
from accounts import SYSTEM, Conflict, set_actor
from calculations.model import InputError
from data.store import imports as import_rows
from data.store.engine import Store, get_store
from events.bringing_in_model import Brought
from tests.support.api import Forum
from tests.support.events import draft, guests
from tests.support.imports import METERS, PRETIX, SLUG, bring, look, own_lines, sentences, text


@pytest.fixture(autouse=True)
def organiser() -> None:
    set_actor(SYSTEM)


def proven() -> bool:
    return all(finding.ok for finding in events.audit(SLUG))


def test_readings_of_meters_become_lines_and_go_again(store: Store) -> None:
    events.create_event(draft())
    brought = bring("电表.csv", text(*METERS, encoding="gb18030"))
    assert (brought.kind, brought.new_count, brought.already) == ("meters", 3, False)
    assert own_lines() == [("electricity", 2500.0, "kWh")]
    total = events.inventory_view(SLUG).total_g
    assert total > 100_000
    assert bring("again.csv", text(*METERS, encoding="gb18030")).already
    later = bring("meters 2.csv", text(METERS[0], METERS[2], "E-1,2026/5/3,2000,度,电", "W-1,2026/5/6,35,方,水"))
    assert (later.new_count, later.known_count) == (2, 1)
    assert own_lines() == [("electricity", 1000.0, "kWh"), ("electricity", 1500.0, "kWh"), ("water", 25.0, "m3")]
    assert {line.source for line in events.inventory_view(SLUG).lines} == {"imported"}
    with pytest.raises(InputError) as wrong:
        bring("back.csv", text(METERS[0], "E-1,2026/5/9,100,度,电"))
    assert "E-1" in sentences(wrong.value)[0] and "3,500 kWh" in sentences(wrong.value)[0]
    seen = look("back 2.csv", text(METERS[0], "E-2,2026/5/8,300,度,电", "E-2,2026/5/9,100,度,电"))
    assert (seen.bad_count, seen.bad[0].number) == (1, 3)  # told before anything comes in
    assert "E-2,2026/5/9,100" in events.bad_rows_csv(SLUG, seen.token, lambda error: error.message)
    events.undo_import(SLUG, later.import_id)
    assert own_lines() == [("electricity", 2500.0, "kWh")]
    assert events.inventory_view(SLUG).total_g == total == events.totals(SLUG).mass.total_g
    with pytest.raises(Conflict):
        events.undo_import(SLUG, later.import_id)
    assert not bring("later.csv", text(METERS[0], "E-1,2026/5/3,2000,度,电")).already  # what was undone may come again
    assert [card.state for card in events.imports_of(SLUG)] == ["in", "undone", "in"]
    assert proven()


def test_a_bad_row_keeps_everything_out_until_it_is_mended(store: Store) -> None:
    events.create_event(draft())
    lines = ("Invoice;Energy;From;Consumption;Unit", "R1;Strom;04.05.2026;1.234,5;kWh", "R2;Gas;04.05.2026;12,5;EUR",
             "R3;Heat;31.02.2026;viel;GJ")  # fmt: skip
    seen = look("rechnungen.csv", text(*lines))
    assert (seen.reading.kind, seen.reading.decimal, seen.bad_count) == ("energy", ",", 2)
    with pytest.raises(InputError) as wrong:
        events.bring_in(SLUG, seen.token, seen.reading.as_json())
    told = sentences(wrong.value)
    assert len(told) == 3 and "amount of money" in told[0] and "kWh" in told[0] and "viel" in told[1] + told[2]
    assert own_lines() == [] and events.imports_of(SLUG) == []
    given = events.bad_rows_csv(SLUG, seen.token, lambda error: error.message)
    rows = given.removeprefix("\ufeff").splitlines()
    assert len(rows) == 3 and rows[0].startswith("file_row,Invoice,") and rows[0].endswith("what_is_wrong")
    half = events.receive_file(SLUG, "mended.csv", given.replace("EUR", "MWh").encode())
    assert (half.mended_count, half.bad_count, half.row_count) == (2, 1, 3)  # the same file is mended once more
    mended = given.replace("EUR", "MWh").replace("31.02.2026", "30.04.2026").replace("viel", "7")
    again = events.receive_file(SLUG, "mended.csv", mended.encode())
    assert (again.mended_count, again.bad_count, again.row_count) == (2, 0, 3)
    assert again.reading.as_json() == seen.reading.as_json()  # what was mapped stays
    assert events.bring_in(SLUG, again.token).new_count == 3
    assert own_lines() == [("electricity", 1234.5, "kWh"), ("heat", 7.0, "GJ"), ("natural_gas", 12.5, "MWh")]
    assert proven()


def test_a_changed_row_takes_the_place_of_what_it_was(sqlite_store: Store) -> None:
    events.create_event(draft())
    first = bring("waste.csv", text("No,Waste type,Treatment,Weight (t)", "1,Food waste,Composting,0.5",
                                    "2,Paper,Recycling,1.25"))  # fmt: skip
    assert first.kind == "waste"
    assert own_lines() == [("waste_food_composting", 0.5, "t"), ("waste_paper_recycling", 1.25, "t")]
    ids = {line.entry["activity"]: line.line_id for line in events.inventory_view(SLUG).lines}
    second = bring("waste 2.csv", text("No,Waste type,Treatment,Weight (t)", "1,Food waste,Composting,0.75"))
    assert (second.new_count, second.changed_count) == (0, 1)
    assert own_lines()[0] == ("waste_food_composting", 0.75, "t")
    assert {line.entry["activity"]: line.line_id for line in events.inventory_view(SLUG).lines} == ids
    events.undo_import(SLUG, first.import_id)
    assert own_lines() == [("waste_food_composting", 0.75, "t")]
    events.undo_import(SLUG, second.import_id)
    assert own_lines() == [] and proven()


def test_planned_lines_count_in_no_total(sqlite_store: Store) -> None:
    events.create_event(draft())
    content = text("日期,餐型,份数", "2026-05-04,素食,300", "2026-05-04,牛肉餐,20份")
    brought = bring("餐饮计划.csv", content, planned=True)
    assert brought.kind == "catering"
    view = events.inventory_view(SLUG)
    assert [line.entry["activity"] for line in view.planned] and not view.lines and view.total_g == 0
    events.undo_import(SLUG, brought.import_id)
    assert not events.inventory_view(SLUG).planned


@pytest.mark.parametrize(
    ("name", "lines", "kind", "wanted"),
    [
        ("运输.csv", ("运单号,运输方式,重量,里程", "A1,货车,3500 公斤,1200", "A2,空运,0.2吨,1000 公里"), "freight",
         [("freight_air", 200.0, "tonne-km"), ("freight_truck", 4200.0, "tonne-km")]),
        ("hotel.csv", ("Booking,City,Rooms,Nights", "B1,Chengdu,12,3"), "hotels", [("hotel", 36.0, "room-night")]),
        ("电费.csv", ("账单号,用电量（千瓦时）", "B7,\"12,345.5\""), "energy", [("electricity", 12345.5, "kWh")]),
        ("rechnungen.csv", ("Rechnungsnummer;Energieträger;Von;Bis;Menge;Einheit",
                            "R1;Wasser;01.05.2026;05.05.2026;12,5;Kubikmeter", "R2;Fernwärme;1.5.2026;;1,5;MWh"),
         "energy", [("heat", 1.5, "MWh"), ("water", 12.5, "m3")]),
        ("tableau.csv", ("Numéro de facture;Consommation (kWh);Énergie", "F1;12;Électricité"),
         "energy", [("electricity", 12.0, "kWh")]),
        ("x.csv", ("date|menu|portions", "4/5/2026|Vegan|40", "5/5/2026|lunch|10"), "catering",
         [("meal_average", 10.0, "meal"), ("meal_vegan", 40.0, "meal")]),
    ],
)  # fmt: skip
def test_kinds_are_recognised(
    sqlite_store: Store, name: str, lines: tuple[str, ...], kind: str, wanted: list[Any]
) -> None:
    events.create_event(draft())
    seen = look(name, text(*lines))
    if kind == "freight":
        seen = events.look_at(SLUG, seen.token, seen.reading.as_json() | {"fixed": {"unit": "t"}})
        assert "3,500 kg × 1,200 km = 4,200 t·km" in [row.said for row in seen.first]
    assert (seen.reading.kind, seen.bad_count, seen.missing) == (kind, 0, ())
    events.bring_in(SLUG, seen.token, seen.reading.as_json())
    assert own_lines() == sorted(wanted)


POSITIONS = (
    PRETIX, "f,ABCDE,1,paid,a@example.org,Ticket,Ada Lovelace,,,,XY1,Acme GmbH,Berlin,DE",
    "f,ABCDE,2,paid,b@example.org,Ticket,Grace Hopper,,,,XY2,Acme GmbH,Berlin,DE",
    "f,FGHIJ,1,pending,c@example.org,Ticket,王伟,,,,XY3,,成都,CN",
    "f,KLMNO,1,canceled,d@example.org,Ticket,Alan Turing,,,,XY4,,London,GB",
)  # fmt: skip
CHECKIN = ("Order code,Attendee name,Product,Price,Checked in,Checked out,Automatically checked in,E-mail,Company",
           "ABCDE,Ada Lovelace,Ticket,0.00,2026-05-04 09:12,,No,a@example.org,Acme GmbH",
           "ABCDE,Grace Hopper,Ticket,0.00,,,No,b@example.org,Acme GmbH",
           "FGHIJ,王伟,Ticket,0.00,2026-05-04 09:30,,No,c@example.org,")  # fmt: skip


def test_registrations_are_expected_and_attendance_tells_who_came(store: Store) -> None:
    events.create_event(draft())
    events.set_expected(SLUG, {"people": 7})
    seen = look("pretix.csv", text(*POSITIONS))
    assert seen.export["en"].startswith("pretix") and "orderlist.py" in seen.source
    assert [seen.columns[seen.reading.columns[n]] for n in ("company", "country")] == ["Company (2)", "Country (2)"]
    brought = events.bring_in(SLUG, seen.token, seen.reading.as_json())
    event = events.get_event(SLUG)
    assert (event.expected_people, brought.detail["cancelled"]) == (3, 1)
    assert events.told_of(event)["region"] == {"DE": 2, "CN-51": 1} or "DE" in str(events.told_of(event)["region"])
    came = bring("checkin.csv", text(*CHECKIN))
    assert came.kind == "attendance"
    assert {n: came.detail[n] for n in ("attended", "no_show", "expected")} == {
        "attended": 2, "no_show": 1, "expected": 2}  # fmt: skip
    events.undo_import(SLUG, came.import_id)
    assert events.get_event(SLUG).expected_people == 3
    events.undo_import(SLUG, brought.import_id)
    assert events.get_event(SLUG).expected_people == 7
    with get_store().read() as conn:
        kept = str([dict(row) for row in import_rows.current(conn, event.event_id, "people").values()])
        kept += str([dict(row) for row in import_rows.files(conn, event.event_id)])
    assert "Lovelace" not in kept and "example.org" not in kept and "ABCDE" not in kept


def test_people_with_their_journey_take_part_without_their_names(store: Store) -> None:
    events.create_event(draft())
    header = "编号,姓名,同意公开,出发城市,交通方式,住宿晚数,单位,分会场"
    lines = (header, "1,张三,是,北京,飞机,2,甲公司,主论坛", "2,李四,否,上海,高铁,,甲公司,", "3,王五,,,,,,")
    brought = bring("报名.csv", text(*lines))
    assert brought.detail["guests_made"] == 2 and events.get_event(SLUG).expected_people == 3
    with get_store().read() as conn:
        parts = [dict(row) for row in _people(conn)]
    assert sorted(part["display_name"] for part in parts) == ["", "张三"]
    assert {part["secret_hash"] for part in parts} == {""} and {part["import_id"] for part in parts} != {""}
    assert events.totals(SLUG).participants == 2
    changed = bring("报名2.csv", text(header, "2,李四,否,重庆,高铁,,甲公司,"))
    assert (changed.changed_count, changed.detail["guests_changed"]) == (1, 1)
    came = bring("签到.csv", text("编号,签到", "1,否", "2,是"))
    assert came.detail["guests_removed"] == 1 and came.detail["no_show"] == 2
    assert events.totals(SLUG).participants == 1 and proven()
    for each in (came, changed, brought):
        events.undo_import(SLUG, each.import_id)
    assert events.totals(SLUG).participants == 0 and proven()


def _people(conn: Any) -> list[Any]:
    from data.store import participations

    event_id = events.get_event(SLUG).event_id
    return participations.of_kind(conn, event_id, "guest")


def test_places_that_may_be_several_are_asked_for(sqlite_store: Store) -> None:
    events.create_event(draft())
    seen = look("people.csv", text("ID,City", "1,Springfield", "2,Paris", "3,Xyzzyq"))
    by_text = {place.text: place for place in seen.places}
    assert by_text["Paris"].country == "FR" and not by_text["Springfield"].place_id and seen.bad_count == 2
    choice = by_text["Springfield"].choices[1][0]
    again = events.look_at(SLUG, seen.token, seen.reading.as_json() | {"places": {"Springfield": choice}})
    assert [error.value for row in again.bad for error in row.errors] == ["Xyzzyq"]


def test_the_same_file_at_the_same_time_comes_in_once(store: Store) -> None:
    events.create_event(draft())
    content = text(*METERS)
    tokens = [events.receive_file(SLUG, f"{n}.csv", content).token for n in range(3)]
    found: list[Brought] = []

    def one(token: str) -> None:
        set_actor(SYSTEM)
        found.append(events.bring_in(SLUG, token))

    threads = [threading.Thread(target=one, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.already for each in found) == [False, True, True]
    assert own_lines() == [("electricity", 2500.0, "kWh")] and len(events.imports_of(SLUG)) == 1 and proven()


def test_books_that_are_closed_take_nothing_more(sqlite_store: Store) -> None:
    events.create_event(draft())
    brought = bring("meters.csv", text(*METERS))
    events.change_state(SLUG, "closed")
    assert not bring("more.csv", text(METERS[0], "E-1,2026/5/8,4000,度,电")).already  # closed, the books are not
    events.change_state(SLUG, "settled")
    for refused in (lambda: events.receive_file(SLUG, "a.csv", text(*METERS)),
                    lambda: events.undo_import(SLUG, brought.import_id)):  # fmt: skip
        with pytest.raises(Conflict):
            refused()


def test_an_import_whose_people_were_ordered_for_stays(forum: Forum) -> None:
    set_actor(SYSTEM)
    slug = forum.slug
    seen = events.receive_file(slug, "people.csv", text("ID,City,Travel mode", "1,北京,plane", "2,上海,train"))
    brought = events.bring_in(slug, seen.token)
    assert brought.detail["guests_made"] == 2
    with get_store().read() as conn:
        person = next(iter(import_rows.of_import(conn, events.get_event(slug).event_id, brought.import_id)))
    offsetting.place_order(person, forum.project, share_percent=100)
    with pytest.raises(Conflict, match="ordered"):
        events.undo_import(slug, brought.import_id)
    assert events.imports_of(slug)[0].state == "in" and all(finding.ok for finding in events.audit(slug))


def test_what_a_page_tells_is_checked(sqlite_store: Store) -> None:
    events.create_event(draft())
    seen = look("meters.csv", text(*METERS))
    good = seen.reading.as_json()
    for told in ({"kind": "nonsense"}, good | {"columns": {"meter": 99}}, good | {"columns": {"what": 1}}, "x",
                 good | {"columns": {"meter": 0, "date": 0}}, good | {"fixed": {"quantity": "1"}}):  # fmt: skip
        with pytest.raises(InputError):
            events.look_at(SLUG, seen.token, told)
    with pytest.raises(InputError):
        events.look_at(SLUG, "../../../../etc/passwd-and-more", good)


def test_estimates_use_registrations_as_the_size_of_strata(sqlite_store: Store) -> None:
    events.create_event(draft())
    guests(SLUG, 12)
    lines = ["ID,Country,City"] + [f"{n},CN,北京" for n in range(30)] + [f"{n},Japan," for n in range(30, 40)]
    bring("people.csv", text(*lines))
    assert events.get_event(SLUG).expected_people == 40
    assert events.told_of(events.get_event(SLUG))["region"] == {"CN-11": 30, "JP": 10}
    assert events.totals(SLUG).estimate is not None


def test_several_sessions_in_one_cell_are_counted_each(sqlite_store: Store) -> None:
    events.create_event(draft())
    lines = ("ID,Session", '1,"Main forum, Digital life"', "2,数字生活", "3,", "4,main; nowhere")
    seen = look("people.csv", text(*lines))
    assert seen.bad_count == 1 and seen.bad[0].errors[0].value == "nowhere"
    brought = bring("people.csv", text(*lines[:4]))
    assert brought.detail["sessions"] == {"main": 1, "life": 2} and brought.detail["expected"] == 3
    assert brought.said[1] == {"count": 3, "new": 3, "changed": 0, "known": 0} and "3 rows" in brought.told
