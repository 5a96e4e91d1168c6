"""Files that are given out hold no formula and can be read, whatever letters the names in them have."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

import accounts
import events
from accounts import SYSTEM, set_actor
from data.store.engine import Store
from data.table_given import as_written, csv_cells, csv_text, harmless
from tests.support import hostile
from tests.support.api import client, token

ODD = "\x01\x1b\ufffe\u202e"
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize(
    ("cell", "given"),
    [("=1+1", "'=1+1"), ("\x01=1+1", "'=1+1"), ("＝1+1", "'＝1+1"), ("＠SUM(A1)", "'＠SUM(A1)"), ("-12.5", "-12.5"),
     ("+86 10", "+86 10"), ("-1+cmd|x", "'-1+cmd|x"), ("a\x0b\ud800b\nc", "ab\nc"), ("Ada", "Ada")],
)  # fmt: skip
def test_a_cell_is_text(cell: str, given: str) -> None:
    assert harmless(cell) == given
    assert harmless(as_written(given)) == given


@pytest.mark.parametrize(
    ("cell", "given"),
    [("x;=1+1", "x;'=1+1"), ('x;"=1+1', "x;\"'=1+1"), ("a\n@SUM(A1);＝2", "a\n'@SUM(A1);'＝2"),
     ("x\t-cmd|y", "x\t'-cmd|y"), ("=1;+1+1", "'=1;'+1+1"),
     ("-1;-2.5; +86 10", "'-1;-2.5; +86 10"), ("a; b, =c", "a; b, =c"), ("", "")],
)  # fmt: skip
def test_a_cell_of_a_csv_is_text_whatever_ends_a_cell(cell: str, given: str) -> None:
    """In much of Europe a semicolon is the end of a cell, and a quote within one is a letter like others."""
    assert csv_cells([cell]) == [given]
    assert csv_cells(csv_cells([cell])) == [given]
    assert as_written(given) == cell
    table = csv_text(["name"], [[cell, cell]])
    split = [part.strip('"') for line in table.splitlines() for part in re.split("[;,\t]", line)]
    numbers = [part for part in split if part.replace(".", "").lstrip("+-").isdigit()]
    assert not [part for part in split if part.startswith(FORMULAS) and part not in numbers]


@pytest.fixture
def known(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(hostile, "BAD", f"=x{hostile.BAD}{ODD}")
    monkeypatch.setattr(hostile, "NAMES", {"en": f"=Event {hostile.BAD}", "zh": f"＝论坛{hostile.BAD}"})
    made = hostile.make()
    set_actor(SYSTEM)
    code = events.make_code(made["slug"], "poster", "", "..\\../" + hostile.BAD[:40])
    accounts.register_company("=Al" + ODD + "pha", "Eve", "eve@example.org")
    return made | {"code": code.code_id}


def paths(known: dict[str, Any]) -> list[str]:
    desk = f"/desk/e/{known['slug']}"
    tables = [f"{desk}/figures", f"{desk}/inventory", f"/desk/exchange/instructions/{known['instruction']}"]
    return [
        *(f"{name}.{kind}" for name in tables for kind in ("csv", "xlsx")), f"{desk}/figures.pdf",
        f"/desk/exchange/instructions/{known['instruction']}.pdf", "/desk/reports.csv?kind=test&by=event",
        "/desk/reports.xlsx?kind=test&by=event", "/desk/trail.csv", f"{desk}/what-if.csv", f"{desk}/codes.zip",
        f"{desk}/codes/{known['code']}/poster.svg", f"/desk/company/{known['company']}/files/papers.csv",
        f"/desk/company/{known['company']}/{known['slug']}/people.csv",
        f"/order/{known['order']}/receipt.pdf", f"/certificate/{known['numbers'][0]}.pdf",
    ]  # fmt: skip


def cells(kind: str, content: bytes) -> Iterator[str]:
    """The texts of a table, of each table in an archive."""
    if kind.startswith("text/csv"):
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        yield from (cell for row in rows for cell in row)
    elif kind == BOOK:
        book = openpyxl.load_workbook(io.BytesIO(content))
        yield from (str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)
        assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    elif kind.startswith("image/svg"):
        ElementTree.fromstring(content)
    elif kind == "application/zip":
        archive = zipfile.ZipFile(io.BytesIO(content))
        for name in archive.namelist():
            assert ".." not in name and "\\" not in name and not name.startswith("/") and name.isprintable()
            yield from cells({"svg": "image/svg", "csv": "text/csv"}.get(name[-3:], ""), archive.read(name))


def test_every_file_can_be_read_and_runs_nothing(known: dict[str, Any]) -> None:
    api, held = client(), token("administrator")
    for path in paths(known):
        for language in ("en", "zh") if path.endswith("event") else ("zh",):
            answer = api.get(path, headers=held | {"Accept-Language": language})
            assert answer.status_code == 200, (path, answer.text[:200])
            found = list(cells(answer.headers["content-type"], answer.content))
            numbers = [cell for cell in found if cell.replace(".", "").lstrip("+-").isdigit()]
            assert [cell for cell in found if cell.startswith(FORMULAS) and cell not in numbers] == [], path
            assert not any(letter in cell for cell in found for letter in "\x01\x1b\ufffe"), path
