"""The inventory, on both stores: batches from files, projects with every version of them, disputes, documents."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import pytest
from openpyxl import Workbook

import offsetting
from accounts import ANONYMOUS, Actor, Forbidden, Unauthenticated
from calculations.model import InputError
from calculations.serials import parse_serial, serial_span
from data.store import schema as s
from offsetting import batch_imports, project_view, projects
from tests.support.shop import NOW, SPLIT, TOTAL_G, add_guest, open_shop, pay, prove, rows

EXCHANGE = Actor("person", "x", "Exchange", frozenset({("exchange", "", "")}))
AUDITOR = Actor("person", "a", "Auditor", frozenset({("auditor", "", "")}))
HEADER = "project,vintage,registry,serial_from,serial_to,count,document\n"
GOOD = "cdcer-forum,2021,demo,F-2021-0001,F-2021-0040,40,issue.pdf\ncdcer-forum,2022,demo,F-2022-1,F-2022-12,12,\n"
FACTS: dict[str, Any] = {
    "names": {"en": "Wind", "zh": "风电"}, "type": "CCER", "kind": "reduction", "methodology": "Grid wind",
    "registry": "national", "registry_link": "https://registry.example/", "place": {}, "texts": {"en": "Invented."},
}  # fmt: skip


def csv_of(text: str) -> bytes:
    """A file with our header."""
    return (HEADER + text).encode()


def faults(content: bytes, name: str = "batches.csv") -> list[tuple[str, str]]:
    """Field and message of what a file is refused for."""
    with pytest.raises(InputError) as wrong:
        batch_imports.import_batches(EXCHANGE, content, name, now=NOW)
    return [(e.field, e.message.format(**{"field": e.field, "value": e.value, **e.params})) for e in wrong.value.errors]


def test_serial_numbers_are_the_same_however_they_are_cut() -> None:
    assert parse_serial(" CDCER-2020-000140 ") == parse_serial("CDCER-2020-000140")
    assert (parse_serial("A007").number, parse_serial("A007").digits) == (7, 3)
    assert serial_span("A-", 100, 6, 3) == serial_span("a-000", 100, 3, 3) == ("a-", 100, 102)
    with pytest.raises(ValueError, match="does not end in a number"):
        parse_serial("CDCER-2020-")


@pytest.mark.usefixtures("store")
def test_a_file_comes_in_once_and_whole() -> None:
    shop = open_shop()
    seen = batch_imports.preview_batches(EXCHANGE, csv_of(GOOD), "batches.csv")
    assert (seen.credit_count, seen.errors, seen.known, len(rows(s.credit_batch))) == (52, (), False, 1)
    first = offsetting.import_batches(EXCHANGE, csv_of(GOOD), "batches.csv", now=NOW)
    again = offsetting.import_batches(EXCHANGE, csv_of(GOOD), "copy.csv", now=NOW)
    assert (first.credit_count, first.already, again.already) == (52, False, True)
    assert again.batch_ids == first.batch_ids
    assert offsetting.preview_batches(EXCHANGE, csv_of(GOOD), "x.csv").known
    batch = rows(s.credit_batch, batch_id=first.batch_ids[0])[0]
    told = (batch["serial_prefix"], batch["serial_first"], batch["serial_digits"], batch["credit_count"])
    assert (told, batch["document"], batch["livemode"]) == (("F-2021-", 1, 4, 40), "issue.pdf", False)
    offsetting.assign_tranche(shop.event_id, first.batch_ids[1], 12_000_000, now=NOW)
    assert offsetting.offers(shop.slug)[0].vintages == ("2020", "2022")
    prove(shop)


@pytest.mark.usefixtures("store")
def test_a_workbook_reads_as_a_csv_file_does() -> None:
    open_shop()
    book = Workbook()
    book.active.append(HEADER.strip().split(","))
    book.active.append(["cdcer-forum", 2021, "demo", "F-1", "F-3", 3, None])
    out = io.BytesIO()
    book.save(out)
    assert offsetting.import_batches(EXCHANGE, out.getvalue(), "batches.xlsx", now=NOW).credit_count == 3
    prove()


@pytest.mark.usefixtures("store")
def test_every_bad_row_is_named_and_nothing_comes_in() -> None:
    open_shop()
    bad = csv_of(
        GOOD + "nothing,2021,demo,X-1,X-2,2,\n"
        "cdcer-forum,21,demo,Y-1,Y-2,2,\ncdcer-forum,2021,demo,Z-1,Z-2,3,\ncdcer-forum,2021,demo,Q,R,1,\n"
        "cdcer-forum,2021,demo,W-9,V-10,2,\ncdcer-forum,2021,demo,U-9,U-3,2,\n"
    )
    found = faults(bad)
    fields = ["project (row 4)", "vintage (row 5)", "count (row 6)", "serial_from (row 7)", "serial_to (row 7)",
              "serial_to (row 8)", "serial_to (row 9)"]  # fmt: skip
    assert [field for field, _ in found] == fields
    assert found[0][1] == "project (row 4): there is no project nothing; known are cdcer-forum."
    assert found[2][1].endswith("is not the number from Z-1 to Z-2, which is 2.")
    assert [row["batch_id"] for row in rows(s.credit_batch)] == ["DEMO-forum-2020"]
    assert rows(s.batch_import) == []


@pytest.mark.usefixtures("store")
def test_known_serial_numbers_are_refused_whatever_the_prefix() -> None:
    open_shop(credit_count=10)
    known = "cdcer-forum,2020,DEMO,DEMO-forum-2020-000010,DEMO-forum-2020-000012,3,\n"
    told = "has serial numbers DEMO-forum-2020-000010 of batch DEMO-forum-2020, which is in already."
    assert [message.endswith(told) for _, message in faults(csv_of(known))] == [True]
    assert len(faults(csv_of(known.replace("-0000", "-00")))) == 1
    twice = "cdcer-forum,2021,demo,A-000100,A-000105,6,\ncdcer-forum,2021,demo,a-100,a-101,2,\n"
    assert faults(csv_of(twice))[0][1].endswith(
        "serial numbers A-000100 – A-000101 of row 2; each may be in one row alone."
    )
    offsetting.import_batches(EXCHANGE, csv_of(known.replace("DEMO,", "other,")), "b.csv", now=NOW)
    with pytest.raises(offsetting.Conflict, match="are in batch DEMO-forum-2020 already"):
        offsetting.add_batch("N", "cdcer-forum", vintage="2020", credit_count=1, serial_prefix="demo-FORUM-2020-00",
                             serial_first=3, serial_digits=4, now=NOW)  # fmt: skip
    prove()


@pytest.mark.usefixtures("sqlite_store")
@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"", "b.csv", "has 0 bytes"), (HEADER.encode(), "b.csv", "no rows"),
        (b"a,b\n1,2\n", "b.csv", "missing project"),
        (b"\xff\xfe\x00", "b.csv", "could not be read"), (b"PK not a book", "b.xlsx", "could not be read"),
        (csv_of(GOOD).replace(b"document", b"count"), "b.csv", "each once"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_batches(content: bytes, name: str, told: str) -> None:
    assert [told in message for _, message in faults(content, name)] == [True]


@pytest.mark.usefixtures("sqlite_store")
def test_only_the_exchange_brings_batches_in() -> None:
    for actor, refusal in ((AUDITOR, Forbidden), (ANONYMOUS, Unauthenticated)):
        with pytest.raises(refusal):
            batch_imports.import_batches(actor, csv_of(GOOD), "b.csv")
        with pytest.raises(refusal):
            projects.create_project(actor, "wind", FACTS, livemode=False)
        with pytest.raises(refusal):
            projects.set_offering(actor, "e", "p", 1, SPLIT)


@pytest.mark.usefixtures("store")
def test_no_fact_of_a_project_changes_silently() -> None:
    projects.create_project(EXCHANGE, "wind", FACTS, livemode=False, now=NOW)
    other = FACTS | {"methodology": "Offshore wind", "names": {"en": "Sea wind"}}
    assert projects.edit_project(EXCHANGE, "wind", other, "The registry says so", now=NOW + timedelta(days=1)) == 2
    assert projects.edit_project(EXCHANGE, "wind", other, "Again", now=NOW + timedelta(days=2)) == 2
    view = project_view.project_view("wind")
    assert (view.facts["methodology"], view.version) == ("Offshore wind", 2)
    assert [(v.version, v.changed) for v in view.versions][1] == (2, ("names", "methodology"))
    assert projects.facts_at("wind", NOW + timedelta(hours=1))["methodology"] == "Grid wind"
    assert projects.facts_at("wind", NOW + timedelta(days=3))["methodology"] == "Offshore wind"
    trail = rows(s.audit_trail, subject="wind", action="project.edit")
    assert trail[0]["detail"]["before"]["methodology"] == "Grid wind"
    with pytest.raises(InputError):
        projects.edit_project(EXCHANGE, "wind", other, "  ")
    with pytest.raises(offsetting.Conflict):
        projects.create_project(EXCHANGE, "wind", FACTS, livemode=False)


@pytest.mark.usefixtures("store")
def test_what_was_there_before_versions_keeps_its_first_facts() -> None:
    shop = open_shop()
    told = FACTS | {"kind": "removal"}
    assert projects.edit_project(EXCHANGE, shop.project, told, "Wrong kind", now=NOW + timedelta(days=1)) == 1
    assert [v.version for v in project_view.project_view(shop.project).versions] == [0, 1]
    assert projects.facts_at(shop.project, NOW)["kind"] == "reduction"


@pytest.mark.usefixtures("sqlite_store")
@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "offset"), ("names", {}), ("type", ""), ("registry", " "), ("registry_link", "javascript:alert(1)")],
)
def test_what_a_project_may_not_be(field: str, value: Any) -> None:
    with pytest.raises(InputError) as wrong:
        projects.create_project(EXCHANGE, "wind", FACTS | {field: value}, livemode=False)
    assert [error.field for error in wrong.value.errors] == [field]
    with pytest.raises(InputError):
        projects.create_project(EXCHANGE, "../wind", FACTS, livemode=False)


@pytest.mark.usefixtures("store")
def test_disputes_are_only_added_and_answered() -> None:
    shop = open_shop()
    told = ("Baseline is doubted.", "A newspaper", "https://paper.example/1")
    first = projects.add_dispute(EXCHANGE, shop.project, date(2021, 8, 1), *told, now=NOW)
    projects.add_dispute(EXCHANGE, shop.project, date(2021, 9, 1), "Checked anew.", "Registry", told[2], first, now=NOW)
    entries = project_view.disputes_of([shop.project])[shop.project]
    assert [(entry.text, entry.answers == first) for entry in entries] == [(told[0], False), ("Checked anew.", True)]
    for wrong in ((date(2021, 9, 8), *told), (date(2021, 8, 1), "", *told[1:]), (date(2021, 8, 1), *told[:2], "ftp:x")):
        with pytest.raises(InputError):
            projects.add_dispute(EXCHANGE, shop.project, *wrong, now=NOW)
    with pytest.raises(offsetting.NotFound):
        projects.add_dispute(EXCHANGE, shop.project, date(2021, 8, 1), *told, "nothing", now=NOW)


@pytest.mark.usefixtures("store")
def test_documents_are_for_whom_they_are_meant() -> None:
    shop = open_shop()
    sha256 = projects.add_document(EXCHANGE, shop.project, "C:\\x\\design.PDF", b"%PDF design", public=False, now=NOW)
    assert project_view.project_view(shop.project).documents == ()
    with pytest.raises(offsetting.NotFound):
        projects.document_file(shop.project, sha256, ANONYMOUS)
    found, content = projects.document_file(shop.project, sha256, AUDITOR)
    assert (found.name, found.media_type, content) == ("design.PDF", "application/pdf", b"%PDF design")
    assert projects.add_document(EXCHANGE, shop.project, "design.pdf", b"%PDF design", public=True, now=NOW) == sha256
    assert projects.document_file(shop.project, sha256, ANONYMOUS)[1] == b"%PDF design"
    for name, content in (("page.html", b"x"), ("pdf", b"x"), ("a.pdf", b"")):
        with pytest.raises(InputError):
            projects.add_document(EXCHANGE, shop.project, name, content, public=True, now=NOW)


@pytest.mark.usefixtures("store")
def test_a_projects_figures_are_live_and_by_serial_range() -> None:
    shop = open_shop(credit_count=3)
    pay(offsetting.place_order(add_guest(shop), shop.project, share_percent=100, now=NOW))
    offsetting.place_order(add_guest(shop, (100_000,)), shop.project, share_percent=100, now=NOW)
    offsetting.add_batch("B", shop.project, vintage="2021", credit_count=5, serial_prefix="B-", now=NOW)
    first, second = project_view.project_view(shop.project).batches
    assert first.serials == "DEMO-forum-2020-000001 – DEMO-forum-2020-000003"
    parts = (first.unassigned_g, first.free_g, first.held_g, first.sold_g, first.retired_g, first.surplus_g)
    assert parts == (0, 3_000_000 - TOTAL_G - 100_000, 100_000, TOTAL_G, 0, 0)
    assert (second.unassigned_g, second.vintage) == (5_000_000, "2021")


@pytest.mark.usefixtures("store")
def test_an_offers_terms_change_for_orders_to_come_and_are_kept() -> None:
    shop = open_shop()
    order = offsetting.place_order(add_guest(shop), shop.project, share_percent=100, now=NOW)
    projects.set_offering(EXCHANGE, shop.event_id, shop.project, 9000, SPLIT, is_open=False)
    assert (offsetting.offers(shop.slug), pay(order).price_minor_per_tonne) == ([], 4500)
    offered = project_view.project_view(shop.project).offers[0]
    assert (offered.price_minor_per_tonne, offered.is_open) == (9000, False)
    detail = rows(s.audit_trail, action="offering.set")[0]["detail"]
    assert (detail["before"]["price_minor_per_tonne"], detail["after"]["open"]) == (4500, False)
    live = open_shop(slug="live", livemode=True)
    with pytest.raises(offsetting.Conflict):
        projects.set_offering(EXCHANGE, live.event_id, shop.project, 9000, SPLIT)
    with pytest.raises(InputError):
        projects.set_offering(EXCHANGE, shop.event_id, shop.project, 0, SPLIT)
