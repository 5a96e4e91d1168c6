"""Planned lines, comments and evidence of the inventory: what is kept, who may, what is shown of guests."""

from __future__ import annotations

import io
import zipfile

import pytest

import events
from accounts import SYSTEM, Actor, Forbidden, NotFound, read_trail, set_actor
from events.inventory import comment_line, prove_line, remove_planned, save_planned
from events.inventory_board import InventoryFilter, inventory_board
from events.inventory_notes import XLSX, evidence_file, media_type_of, withdraw_comment, withdraw_evidence
from pages.organiser._inventory_lines import LINES_AT_ONCE, lines_panel
from tests.support.events import draft, guests

AUDITOR = Actor("person", "u1", "Uta Auditor", frozenset({("auditor", "", "")}))
POWER = {"activity": "electricity", "quantity": 1000, "unit": "kWh"}


@pytest.fixture
def hall() -> events.Event:
    """An event with one line of the organiser's."""
    set_actor(SYSTEM)
    event = events.create_event(draft())
    events.save_inventory(event.slug, {"other": [POWER]})
    return event


@pytest.mark.usefixtures("store")
def test_what_is_planned_counts_in_no_total_and_stands_beside_what_it_came_to(hall: events.Event) -> None:
    before = events.totals(hall.slug).mass.total_g
    line_id = save_planned(hall.slug, {**POWER, "quantity": 1500, "session": "main"})
    board = inventory_board(hall.slug, InventoryFilter())
    beside = board.beside[0]
    assert (events.totals(hall.slug).mass.total_g, beside.actual_g) == (before, before)
    assert abs(beside.planned_g - before * 1.5) <= 1 and beside.difference_g < 0
    save_planned(hall.slug, POWER, line_id)
    assert inventory_board(hall.slug, InventoryFilter()).beside[0].difference_g == 0
    remove_planned(hall.slug, line_id)
    assert events.inventory_view(hall.slug).planned == ()
    with pytest.raises(NotFound):
        save_planned(hall.slug, POWER, line_id)


@pytest.mark.usefixtures("sqlite_store")
def test_lines_are_found_by_words_and_turned_by_pages(hall: events.Event) -> None:
    many = [{**POWER, "quantity": number} for number in range(1, 61)]
    events.save_inventory(hall.slug, {"other": [*many, {"activity": "paper", "quantity": 5, "unit": "sheet"}]})
    line_id = events.inventory_view(hall.slug).lines[3].line_id
    comment_line(hall.slug, line_id, "Read by the caretaker.")

    def found(words: str) -> list[float]:
        board = inventory_board(hall.slug, InventoryFilter.from_url({"q": words}))
        return [each.entry["quantity"] for each in board.lines]

    assert found("  Caretaker ") == [4] and found("纸") == [5] and found("electric") == list(range(1, 61))
    assert found("nothing like it") == [] and InventoryFilter(q="a b").to_url() == "q=a+b"
    view = events.inventory_view(hall.slug)
    names = {each.key: each for each in events.inventory_choices(hall.slug)}
    lines, nav = lines_panel(view, view.lines, names, 2, "stage=actual")
    assert len(lines.children) == 61 - LINES_AT_ONCE and lines.start == str(LINES_AT_ONCE + 1)
    assert [link.href for link in nav.children[1:]] == [
        f"/desk/e/{hall.slug}/inventory?stage=actual&page=1#inventory-list"
    ]
    assert len(lines_panel(view, view.lines, names, 99, "")[0].children) == len(lines.children)  # the last there is
    assert lines_panel(view, view.lines[:LINES_AT_ONCE], names, 1, "")[1] is None


@pytest.mark.usefixtures("sqlite_store")
def test_a_line_keeps_its_id_when_it_is_changed(hall: events.Event) -> None:
    first = events.inventory_view(hall.slug)
    comment_line(hall.slug, first.lines[0].line_id, "Read on the meter.")
    changed = [{**first.entries[0], "quantity": 2000}, POWER]
    events.save_inventory(hall.slug, {"other": changed}, at_version=1)
    view = events.inventory_view(hall.slug)
    assert [len(each.comments) for each in view.lines] == [1, 0]
    with pytest.raises(events.Conflict):
        events.save_inventory(hall.slug, {"other": []}, at_version=1)


@pytest.mark.usefixtures("store")
def test_comments_and_files_are_withdrawn_and_stay(hall: events.Event) -> None:
    line_id = events.inventory_view(hall.slug).lines[0].line_id
    comment_id = comment_line(hall.slug, line_id, " Read on\nthe  meter. ")
    sha256 = prove_line(hall.slug, line_id, "C:\\bills\\May.pdf", b"%PDF-1.7 bill")
    assert prove_line(hall.slug, line_id, "again.pdf", b"%PDF-1.7 bill") == sha256
    withdraw_comment(hall.slug, comment_id)
    withdraw_evidence(hall.slug, line_id, sha256)
    line = events.inventory_view(hall.slug).lines[0]
    assert (line.comments[0].text, line.comments[0].withdrawn_at is None) == ("Read on\nthe meter.", False)
    assert ([each.name for each in line.files], line.proofs) == (["May.pdf"], ())
    assert evidence_file(hall.slug, sha256)[1] == b"%PDF-1.7 bill"
    set_actor(AUDITOR)
    assert evidence_file(hall.slug, sha256)[0].media_type == "application/pdf"
    for refused in (
        lambda: comment_line(hall.slug, line_id, "x"),
        lambda: prove_line(hall.slug, line_id, "a.pdf", b"%PDF-1"),
        lambda: withdraw_comment(hall.slug, comment_id),
    ):
        with pytest.raises(Forbidden):
            refused()


@pytest.mark.usefixtures("sqlite_store")
def test_a_file_of_another_event_is_not_here(hall: events.Event) -> None:
    line_id = events.inventory_view(hall.slug).lines[0].line_id
    sha256 = prove_line(hall.slug, line_id, "a.pdf", b"%PDF-1.7 bill")
    other = events.create_event(draft("other-hall"))
    with pytest.raises(NotFound):
        evidence_file(other.slug, sha256)
    with pytest.raises(NotFound):
        comment_line(other.slug, line_id, "Not mine.")


def test_files_are_known_by_what_they_hold() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as book:
        book.writestr("[Content_Types].xml", "<x/>")
        book.writestr("xl/workbook.xml", "<x/>")
    for name, content, expected in (
        ("a.txt", b"%PDF-1.4", "application/pdf"),
        ("a.pdf", b"\x89PNG\r\n\x1a\n0", "image/png"),
        ("a", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.pdf", packed.getvalue(), XLSX),
        ("a.xlsx", packed.getvalue()[:60], ""),
        ("a.csv", "电,1\n".encode(), "text/csv"),
        ("a.csv", b"a\0b", ""),
        ("a.csv", b"<html>", ""),
        ("a.pdf", b"<html>", ""),
        ("a.pdf", b"a,b", ""),
    ):
        assert media_type_of(name, content) == expected, name


@pytest.mark.usefixtures("sqlite_store")
def test_guests_are_sums_and_only_from_five_people_on(hall: events.Event) -> None:
    guests(hall.slug, 4)
    few = inventory_board(hall.slug, InventoryFilter())
    assert (few.hidden, few.sums) == (True, ())
    guests(hall.slug, 1)
    board = inventory_board(hall.slug, InventoryFilter())
    declared = events.totals(hall.slug).mass.declared_g - board.view.total_g
    assert sum(each.grams for each in board.sums) == declared == board.sums_g["guests"]
    only = inventory_board(hall.slug, InventoryFilter(source="guests", category="stay"))
    assert (only.lines, {each.category for each in only.sums}) == ((), {"stay"})
    assert inventory_board(hall.slug, InventoryFilter(session="life")).hidden
    with pytest.raises(events.InputError):
        InventoryFilter.from_url({"source": "rumour"}, hall.sessions)


@pytest.mark.usefixtures("sqlite_store")
def test_the_trail_tells_each_line_that_was_added_changed_or_taken_out(hall: events.Event) -> None:
    before = len(read_trail(SYSTEM, action="inventory.").entries)
    one = {"activity": "paper", "quantity": 5, "unit": "sheet"}
    events.save_inventory(hall.slug, {"other": [*events.inventory_view(hall.slug).entries, one]})
    first, *rest = events.inventory_view(hall.slug).entries
    events.save_inventory(hall.slug, {"other": [{**first, "quantity": 77}, *rest]})
    events.save_inventory(hall.slug, {"other": rest})
    found = read_trail(SYSTEM, action="inventory.").entries
    new = found[: len(found) - before]
    assert [each.action for each in new] == ["inventory.remove", "inventory.change", "inventory.add"]
    assert new[1].subject == new[0].subject == first["id"]
    assert (new[1].detail["before"]["quantity"], new[1].detail["after"]["quantity"]) == (first["quantity"], 77)
    assert new[2].detail["entry"]["activity"] == "paper"
