"""Cells as people write them: numbers with points or commas, dates in several orders, units, yes and no."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from data.table_forms import folded, words

_SIGNED = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_HEAD = re.compile(r"^([^\d+-]*)([+-]?[\d.,'’\s\u00a0\u202f]*\d)\s*(.*)$")
_DATE = re.compile(r"(\d{1,4})[./年-](\d{1,2})[./月-](\d{1,4})日?(?:[ T]+(\d{1,2}:\d{2}.*))?")
_GROUPS = (re.compile(r"\d{1,3}(,\d{3})+"), re.compile(r"\d{1,3}(\.\d{3})+"))
MOST_DIGITS = 30
_SUM = re.compile(r"(.*?)\s*(?:[:：=].*|[\d.,\s]*)")


class NotRead(ValueError):
    """A cell that is not what its field needs."""


def decimal_mark(texts: Iterable[str]) -> str:
    """``,`` or ``.``: what the numbers of a column use before their fraction. A comma that could part thousands alone
    counts as that."""
    comma = point = 0
    for text in texts:
        body = _number_part(text)
        last = max(body.rfind(","), body.rfind("."))
        if last < 0:
            continue
        both = "," in body and "." in body
        grouped = any(each.fullmatch(body.lstrip("+-")) for each in _GROUPS)
        if both or not grouped:
            comma += body[last] == ","
            point += body[last] == "."
    return "," if comma > point else "."


def _number_part(text: str) -> str:
    match = _HEAD.match(unicodedata.normalize("NFKC", text).strip())
    return re.sub(r"[\s'’]", "", match[2]) if match else ""


def number_and_rest(text: str, mark: str = ".") -> tuple[float, str]:
    """A number and what stands beside it (``1.234,5 kWh``). Raises NotRead."""
    wide = unicodedata.normalize("NFKC", text).strip()
    match = _HEAD.match(wide)
    if not match or len(wide) > 80:
        raise NotRead(text)
    body = re.sub(r"[\s'’]", "", match[2])
    other = "." if mark == "," else ","
    exponent = re.match(r"[eE][+-]?\d+", match[3])
    rest = match[3][exponent.end() :] if exponent and _SIGNED.fullmatch(body + exponent[0]) else match[3]
    if exponent and rest != match[3]:
        body += exponent[0]
    whole, _, fraction = body.partition(mark)
    if other in fraction or not _well_grouped(whole, other):
        raise NotRead(text)
    plain = whole.replace(other, "") + (f".{fraction}" if fraction else "")
    if not _SIGNED.fullmatch(plain) or len(plain) > MOST_DIGITS:
        raise NotRead(text)
    return float(plain), f"{match[1].strip()} {rest.strip()}".strip()


def _well_grouped(whole: str, mark: str) -> bool:
    """Thousands are parted in threes, or not at all: 1,5 is no 15."""
    first, *others = whole.lstrip("+-").split(mark)
    return all(len(each) == 3 for each in others) and (not others or 1 <= len(first) <= 3)


def day_comes_first(texts: Iterable[str]) -> bool | None:
    """Whether dates like 3/4/2026 begin with the day; None where there are such dates and none tells."""
    found: bool | None = True
    for text in texts:
        match = _DATE.match(unicodedata.normalize("NFKC", text).strip())
        if match and len(match[1]) <= 2 and "." not in match[0]:
            first, second = int(match[1]), int(match[2])
            if first > 12 or second > 12:
                return first > 12
            found = None
        elif match and len(match[1]) <= 2:
            return True  # 3.4.2026 is written day first
    return found


SPREADSHEET_DAY_0 = date(1899, 12, 30)


def day_of(text: str, day_first: bool = True) -> date:
    """A date as it is written: 2026-05-04, 4.5.2026, 5/4/2026, 2026年5月4日, with a time or without. Raises NotRead."""
    wide = unicodedata.normalize("NFKC", text).strip()
    match = _DATE.fullmatch(wide)
    try:
        if match is None and len(wide) == 5 and wide.isdecimal():  # days since the end of 1899, as spreadsheets count
            return SPREADSHEET_DAY_0 + timedelta(days=int(wide))
        if match is None:
            return datetime.fromisoformat(wide).date()
        a, b, c = int(match[1]), int(match[2]), int(match[3])
        if len(match[1]) == 4:
            return date(a, b, c)
        if len(match[3]) != 4:
            raise NotRead(text)
        return date(c, b, a) if day_first or "." in match[0] else date(c, a, b)
    except ValueError:
        raise NotRead(text) from None


def unit_of(text: str) -> str:
    """The symbol of a unit as files write it; '' where it is none that is known."""
    return words("units").get(folded(text), "")


def unit_in_name(column: str) -> str:
    """A unit that a column's name tells: ``Consumption (kWh)``, ``用电量（千瓦时）``, ``Weight [t]``, ``kWh``."""
    wide = unicodedata.normalize("NFKC", column)
    for text in (*re.findall(r"[(\[【](.*?)[)\]】]", wide), wide.rpartition(" in ")[2], wide):
        if found := unit_of(text):
            return found
    return ""


def is_money(text: str) -> bool:
    """Whether words beside a number say that it is an amount of money."""
    wide = folded(text)
    return any(wide == word or (len(word) == 1 and word in wide) for word in words("money"))


def is_counted(rest: str) -> bool:
    """Whether words beside a whole number may stand there (``3 人``, ``2 rooms``): no amount in kg, nor of money."""
    is_word = len(rest) <= 12 and not any(sign.isdigit() for sign in rest)
    return is_word and not is_money(rest) and unit_of(rest) in ("", "room-night", "guest-night", "item")


def word_of(table: str, text: str) -> str:
    """What a word of a table means; '' where it is not known."""
    return words(table).get(folded(text), "")


def sum_at(cells: Sequence[str]) -> int:
    """Where a row says first that it adds up others (``Total``, ``Summe: 57``, ``合计``); -1 where it does not."""
    at = next((i for i, cell in enumerate(cells) if cell.strip()), -1)
    found = _SUM.fullmatch(cells[at].strip()) if at >= 0 and len(cells[at]) <= MOST_DIGITS else None
    return at if found and word_of("sum", found[1]) else -1


def attended_of(text: str) -> bool:
    """Whether somebody came, as a check-in column tells: yes, or the moment of it. Raises NotRead."""
    known = word_of("yes", text)
    if known or not text.strip():
        return known == "yes"
    if re.search(r"\d{1,2}[:.]\d{2}|\d{4}", text):
        return True
    raise NotRead(text)
