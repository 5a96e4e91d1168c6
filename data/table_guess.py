"""What a file is before anybody has read it: no table at all, and what parts the columns of one in text."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter

HEADER_ROWS = 20
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"II*\x00", b"MM\x00*")
_HIGH = re.compile(rb"[\x80-\xff]+")
_PAGES = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta")


def what_else(content: bytes) -> str:
    """What a file is that is no table, as a sentence; '' where it may be one."""
    start = content[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_PAGES):
        return "{value} is a web page, whatever its name says: open it in a spreadsheet and save it as XLSX or CSV."
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return "{value} is of the old Excel form (.xls): open it in a spreadsheet and save it as XLSX or CSV."
    if content.startswith(_PICTURES) or content[4:8] == b"ftyp":
        return "{value} is a picture or a film, no table: type its figures into a spreadsheet, or into the inventory."
    if content.startswith(b"%PDF"):
        return "{value} is a PDF, no table: ask whoever made it for XLSX or CSV."
    return ""


def decoded(content: bytes) -> tuple[str, str]:
    """A text and what it is written in: UTF-8, UTF-16, GBK (GB 18030), or Windows-1252 as spreadsheets of Western
    Europe save it. Raises ValueError for what is none of these."""
    names = {"utf-16": "UTF-16"} if content[:2] in (b"\xff\xfe", b"\xfe\xff") else {"utf-8-sig": "UTF-8"}
    if "utf-16" not in names:
        names |= ({"cp1252": "Windows-1252"} if _is_western(content) else {}) | {"gb18030": "GBK"}
    for encoding, name in names.items():
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, name
    raise ValueError("no text in UTF-8, UTF-16, GBK or Windows-1252")


def _is_western(content: bytes) -> bool:
    """Whether letters beyond ASCII stand one by one among others, as in Größe: Chinese ones are rows of pairs."""
    among, apart = 0, 0
    for found in _HIGH.finditer(content):
        beside = content[max(0, found.start() - 1) : found.start()] + content[found.end() : found.end() + 1]
        odd, pair = (found.end() - found.start()) % 2 == 1, found.end() - found.start() == 2
        if odd or (pair and sum(65 <= each <= 122 for each in beside) == 2):
            among += 1
        else:
            apart += 1
    return among > apart


def delimiter(text: str) -> str:
    """What parts the columns: that by which most of the first rows are equally wide; of several, the widest."""
    best, score = ",", (0, 0)
    for mark in (",", ";", "\t", "|"):
        rows = csv.reader(io.StringIO(text[:65_536], newline=""), delimiter=mark)
        widths = Counter(len(row) for row in itertools.islice(rows, HEADER_ROWS) if len(row) > 1)
        found = max(((count, width) for width, count in widths.items()), default=(0, 0))
        if found > score:
            best, score = mark, found
    return best
