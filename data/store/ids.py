"""Identifiers: short, unguessable where it matters, ordered by time, and carrying their event."""

from __future__ import annotations

import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base32, lower case


_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


def _encode(number: int, length: int) -> str:
    """The lowest 5 × ``length`` bits; ``length`` is even."""
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(5 * length - 10, -1, -10)])


def new_event_id() -> str:
    """8 random characters (40 bits)."""
    return _encode(secrets.randbits(40), 8)


def new_row_id() -> str:
    """20 characters: 45 bits of milliseconds, so that ids sort by time, then 55 random bits."""
    return _encode((time.time_ns() // 1_000_000) << 55 | secrets.randbits(55), 20)


def new_id(event_id: str) -> str:
    """``<event_id>-<row id>``: an id that says which event its row belongs to."""
    return f"{event_id}-{new_row_id()}"


def event_of(row_id: str) -> str:
    """The event an id belongs to, '' where the text is no such id."""
    event_id, dash, rest = row_id.partition("-")
    return event_id if dash and len(event_id) == 8 and rest else ""


def new_code() -> str:
    """7 random characters (35 bits) of a short link, to be typed by hand too."""
    return _encode(secrets.randbits(40), 8)[:7]


def new_certificate_number(livemode: bool) -> str:
    """80 random bits as four groups of four, ``TEST-`` before those of test money."""
    text = _encode(secrets.randbits(80), 16).upper()
    number = "-".join(text[i : i + 4] for i in range(0, 16, 4))
    return number if livemode else "TEST-" + number
