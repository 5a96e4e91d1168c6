"""JSON that is stored many times over and encoded once: the traces of a file's people who told the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Encoded:
    """A JSON value that is text already."""

    text: str


def encoded(value: Any) -> Encoded:
    """A value as its text."""
    return Encoded(json.dumps(value))


def dumps(value: Any) -> str:
    """The text of a JSON value, as both stores keep it."""
    return value.text if isinstance(value, Encoded) else json.dumps(value)
