"""The method that an event's boundary names, read: one of the product's, or the event's own file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from calculations.method_files import parse_method_text
from calculations.methods import Method
from calculations.model import Boundary, FieldError, InputError
from data.library import list_methods, load_method

KEPT_AS = "method_toml"  # the key of an event's defaults that holds its own method file


@lru_cache(maxsize=64)
def check_method(text: str) -> Method:
    """A method from the text of a file, under the id that an event of its own keeps it by. Raises InputError."""
    method = parse_method_text(text, "own")
    if method.mode != "plane":
        message = "{field} must be one of {known}; it is {value}."
        params = {"field": "trip.mode", "known": "plane", "value": method.mode}
        raise InputError([FieldError("trip.mode", method.mode, message, params)])
    return replace(method, method_id=f"own-{method.sha256[:12]}")


def with_method(boundary: Boundary, defaults: Mapping[str, Any]) -> Boundary:
    """The boundary with the method that its id names; without it where that is neither here nor the event's own."""
    if not boundary.flight_method:
        return boundary
    return replace(boundary, method=find_method(boundary.flight_method, defaults))


def find_method(method_id: str, defaults: Mapping[str, Any]) -> Method | None:
    """A method by its id: the event's own where that is its id, else the product's; None where there is none."""
    own_text = str(defaults.get(KEPT_AS) or "")
    try:
        if own_text and (own := check_method(own_text)).method_id == method_id:
            return own
    except InputError:
        return None
    return load_method(method_id) if method_id in list_methods() else None
