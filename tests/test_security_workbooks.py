"""Workbooks that mean harm: each reader refuses them in a sentence, and unpacks nothing without a bound."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest

from calculations.model import InputError
from data import people_list, table_slices, table_staged, tables
from data.store.engine import Store
from offsetting import batch_imports
from tests.support.alarms import within

SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>'


def cell(row: str, text: str) -> str:
    return f'<row r="{row}"><c t="inlineStr"><is><t>{text}</t></is></c></row>'


def sheet(rows: str, before: str = "") -> bytes:
    return f"<?xml version='1.0'?>{before}<worksheet {SPACE}><sheetData>{HEAD}{rows}</sheetData></worksheet>".encode()


LAUGHS = "<!DOCTYPE x [<!ENTITY a '{}'>{}]>".format(
    "lol" * 10, "".join(f"<!ENTITY {b} '{f'&{a};' * 20}'>" for a, b in zip("abcdef", "bcdefg", strict=True))
)
SHEETS = {
    "a row beyond all rows": sheet(cell("99999999999", "Ada")),
    "no row of that number": sheet(cell("1e400", "Ada")),
    "a row before the first": sheet(cell("-5", "Ada")),
    "entities in entities": sheet(cell("2", "&g;"), LAUGHS),
    "a file of the server": sheet(cell("2", "&x;"), '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "half a sheet": sheet(cell("2", "Ada"))[:-40],
    "no sheet": b"\x00\xff",
}


def book(inside: bytes) -> bytes:
    """A workbook whose sheet is ``inside``."""
    made, out = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, inside if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return out.getvalue()


@pytest.fixture(params=["people", "batches", "staged", "slices", "rows"])
def reader(request: pytest.FixtureRequest, sqlite_store: Store, tmp_path: Path) -> Callable[[bytes], object]:
    def written(content: bytes) -> Path:
        path = tmp_path / "x.xlsx"
        path.write_bytes(content)
        return path

    return {
        "people": lambda content: people_list.read_people(content, "x.xlsx"),
        "batches": lambda content: batch_imports._table(content, "x.xlsx"),
        "staged": lambda content: table_staged.stage("event", "x.xlsx", content),
        "slices": lambda content: list(table_slices.read_slices(written(content))),
        "rows": lambda content: tables.read_rows(written(content)),
    }[request.param]


@pytest.fixture
def hurried() -> Iterator[None]:
    with within(20):
        yield


def test_what_no_store_keeps_comes_in_by_no_list() -> None:
    assert people_list.read_people(b"name\nA\x00d\x01a\n", "x.csv") == ["Ada"]
    with pytest.raises(InputError, match="could not be read"):
        batch_imports._table(b"project,vintage,registry,serial_from,serial_to,count\nx\x00,2020,r,1,2,2\n", "x.csv")


def test_the_reader_of_workbooks_has_what_forbids_entities() -> None:
    assert openpyxl.DEFUSEDXML


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("what", SHEETS)
def test_a_workbook_that_means_harm_is_refused_in_a_sentence(reader: Callable[[bytes], object], what: str) -> None:
    with pytest.raises(InputError) as refused:
        reader(book(SHEETS[what]))
    said = refused.value.errors[0]
    assert "root:" not in str(said.value) + str(said.params)


@pytest.mark.parametrize(
    ("most", "read"),
    [("data.people_list.MAX_UNPACKED", people_list.read_people),
     ("offsetting.batch_imports.MOST_UNPACKED", batch_imports._table)], ids=["people", "batches"],
)  # fmt: skip
def test_what_unpacks_to_far_more_is_not_unpacked(
    monkeypatch: pytest.MonkeyPatch, most: str, read: Callable[[bytes, str], object]
) -> None:
    monkeypatch.setattr(most, 100_000)
    monkeypatch.setattr("data.table_sheets.load_workbook", lambda *_, **__: pytest.fail("it was unpacked"))
    with pytest.raises(InputError):
        read(book(sheet(cell("2", "A" * 100_000))), "x.xlsx")


def test_a_text_that_many_cells_share_is_not_written_without_end(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_staged, "MOST_UNPACKED", 100_000)
    with pytest.raises(InputError, match="unpacks to far more"):
        table_staged.stage("event", "x.xlsx", book(sheet("".join(cell(str(n), "A" * 1900) for n in range(2, 90)))))
    assert list(table_staged._root().glob("*")) == []


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("reader", ["people", "staged"], indirect=True)
def test_a_million_rows_without_a_cell_cost_little(reader: Callable[[bytes], object]) -> None:
    with suppress(InputError):
        reader(book(sheet(cell("1048576", "Ada"))))
