"""Tables that are given out: no cell is ever run as a formula by the program that opens it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_NUMBER = re.compile(r"[+-]?[\d.,\s]+([eE][+-]?\d+)?\s*%?")
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|")


def harmless(cell: str) -> str:
    """A cell as text: what a spreadsheet would run begins with an apostrophe; numbers stay numbers."""
    return f"'{cell}" if cell.startswith(_STARTS) and not _NUMBER.fullmatch(cell) else cell


def as_written(cell: str) -> str:
    """The same the other way round, for a table of ours that comes back."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_STARTS) else cell


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A CSV of harmless cells, with the mark by which spreadsheets know UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(each) for each in columns])
    writer.writerows([harmless(each) for each in row] for row in rows)
    return "\ufeff" + out.getvalue()
