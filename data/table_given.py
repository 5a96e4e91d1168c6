"""Tables and pictures that are given out: no cell is ever run as a formula by the program that opens it, and no letter
stands in them that XML has no place for."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

_NUMBER = re.compile(r"[+-]?[\d.,\s]+([eE][+-]?\d+)?\s*%?")
_SIGNS = ("=", "+", "-", "@", "|", "＝", "＋", "－", "＠")  # full-width: Chinese Excel reads them so
_STARTS = (*_SIGNS, "\t", "\r", "\n")
_WITHIN = re.compile(rf"([;\t\r\n]\"*)('?)([{re.escape(''.join(_SIGNS))}][^;\t\r\n]*)")  # where a cell may be split
_NO_LETTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def letters(text: str) -> str:
    """A text without control characters and halves of letters, which no XML, so no XLSX or SVG, can hold."""
    return _NO_LETTERS.sub("", text)


def harmless(cell: str) -> str:
    """A cell as text: what a spreadsheet would run begins with an apostrophe; numbers stay numbers."""
    plain = letters(cell)
    return f"'{plain}" if plain.startswith(_STARTS) and not _NUMBER.fullmatch(plain) else plain


def cells(row: Iterable[Any]) -> list[Any]:
    """A row of cells of any kind: texts harmless, nothing empty."""
    return ["" if cell is None else harmless(cell) if isinstance(cell, str) else cell for cell in row]


def _undivided(cell: str) -> str:
    """A text that is harmless also to a program that takes another mark than the comma for the end of a cell (a
    semicolon in much of Europe), and then goes by no quotes."""
    return _WITHIN.sub(lambda at: at[0] if at[2] or _NUMBER.fullmatch(at[3]) else f"{at[1]}'{at[3]}", cell)


def csv_cells(row: Iterable[Any]) -> list[Any]:
    """A row of cells of any kind for a CSV: as `cells`, and harmless within as well."""
    return [_undivided(cell) if isinstance(cell, str) else cell for cell in cells(row)]


def as_written(cell: str) -> str:
    """The same the other way round, for a table of ours that comes back."""
    whole = cell[1:] if cell.startswith("'") and cell[1:].startswith(_STARTS) else cell
    return _WITHIN.sub(lambda at: at[0] if _NUMBER.fullmatch(at[3]) else at[1] + at[3], whole)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A CSV of harmless cells, with the mark by which spreadsheets know UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(csv_cells(columns))
    writer.writerows(csv_cells(row) for row in rows)
    return "\ufeff" + out.getvalue()
