"""How intervals of grams read as serial numbers: credit k of a batch holds grams k × 10^6 … (k + 1) × 10^6."""

from __future__ import annotations

import re
from dataclasses import dataclass

GRAMS_PER_CREDIT = 1_000_000


@dataclass(frozen=True, slots=True)
class SerialRun:
    """Grams ``first_g`` to ``last_g`` (both included, counted from 1 within a credit) of credit ``serial_from``, or
    all grams of the credits ``serial_from`` to ``serial_to``."""

    serial_from: str
    serial_to: str
    first_g: int
    last_g: int

    @property
    def whole(self) -> bool:
        """Whether it is whole credits."""
        return (self.first_g, self.last_g) == (1, GRAMS_PER_CREDIT)


_NUMBER = re.compile(r"\d+\Z")
MOST_DIGITS = 18  # what a 64-bit integer holds


@dataclass(frozen=True, slots=True)
class SerialNumber:
    """A serial number taken apart: what it begins with, its number and the least digits that are written."""

    prefix: str
    number: int
    digits: int


def parse_serial(text: str) -> SerialNumber:
    """A serial number as its last run of digits (at most the last 18) and what stands before. ValueError without."""
    found = _NUMBER.search(text.strip())
    if found is None:
        raise ValueError(f"{text!r} does not end in a number")
    digits = found.group()[-MOST_DIGITS:]
    return SerialNumber(text.strip()[: -len(digits)], int(digits), len(digits))


def serial_span(prefix: str, first: int, digits: int, credit_count: int) -> tuple[str, int, int]:
    """The serial numbers of a batch however they are cut into prefix and number: (what stands before all digits at the
    end, in small letters and without spaces; first; last), so that runs of two batches can be compared."""
    whole = f"{prefix}{first:0{digits}d}"
    tail = _NUMBER.search(whole)
    assert tail is not None
    start = int(tail.group())
    return re.sub(r"\s+", "", whole[: tail.start()]).lower(), start, start + credit_count - 1


def credits_for(emission_g: int) -> int:
    """The whole credits that outweigh ``emission_g``: what is needed where a registry cancels whole tonnes only."""
    return -(-max(0, emission_g) // GRAMS_PER_CREDIT)


def serial(prefix: str, first: int, digits: int, credit_index: int) -> str:
    """The serial number of a batch's credit (from 0): DEMO-CDCER-2020-000140."""
    return f"{prefix}{first + credit_index:0{digits}d}"


def serial_runs(from_g: int, to_g: int, prefix: str, first: int, digits: int) -> tuple[SerialRun, ...]:
    """The half-open interval of a batch's grams as at most three runs: a part, whole credits, a part."""
    if not 0 <= from_g < to_g:
        raise ValueError(f"{from_g} to {to_g} is no interval of grams")
    runs: list[SerialRun] = []
    start = from_g
    while start < to_g:
        credit, offset = divmod(start, GRAMS_PER_CREDIT)
        whole_count = (to_g - start) // GRAMS_PER_CREDIT if offset == 0 else 0
        end = start + whole_count * GRAMS_PER_CREDIT if whole_count else min(to_g, (credit + 1) * GRAMS_PER_CREDIT)
        last_credit, last_g = (end - 1) // GRAMS_PER_CREDIT, (end - 1) % GRAMS_PER_CREDIT + 1
        names = [serial(prefix, first, digits, k) for k in (credit, last_credit)]
        runs.append(SerialRun(names[0], names[1], offset + 1, last_g))
        start = end
    return tuple(runs)
