"""The same from the command line: a file of this machine, its kind and its mapping told by name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from accounts import Conflict
from calculations.model import FieldError, InputError
from data.table_staged import MOST_BYTES
from events.bringing_in import bring_in, forget_file, look_at, receive_file
from events.bringing_in_model import Brought, Looked


def import_path(
    path: str | Path, slug: str, kind: str = "", maps: Iterable[str] = (), planned: bool = False
) -> Brought:
    """Brings a file of this machine in. ``maps`` holds ``field=name of a column``, and ``field:value`` for what is so
    in all rows; what they leave out is guessed, or read as such a file was before. Raises InputError (with the numbers
    of rows), NotFound, Conflict; where it does, nothing stays of the file."""
    file = Path(path)
    if not file.is_file() or file.stat().st_size > MOST_BYTES:
        message = "{value} is no file that can be read here, or larger than {limit} MB."
        raise InputError([FieldError("file", file.name, message, {"limit": MOST_BYTES // 1_000_000})])
    seen = receive_file(slug, file.name, file.read_bytes())
    try:
        if kind and kind != seen.reading.kind:
            seen = look_at(slug, seen.token, {"kind": kind})
        told = seen.reading.as_json() | {"planned": planned or seen.reading.planned}
        _apply(told, maps, seen)
        return bring_in(slug, seen.token, told)
    except InputError as error:
        forget_file(slug, seen.token)
        raise InputError([_numbered(each) for each in error.errors]) from error
    except Conflict:
        forget_file(slug, seen.token)
        raise


def _numbered(error: FieldError) -> FieldError:
    """The same with its row's number before its sentence."""
    if "row" not in error.params:
        return error
    return FieldError(error.field, error.value, "Row {row}: " + error.message, error.params)


def _apply(told: dict[str, Any], maps: Iterable[str], seen: Looked) -> None:
    """Puts what was told into a reading; whether its fields are known is checked where it is read."""
    for each in maps:
        name, mark, column = each.partition("=") if "=" in each else each.partition(":")
        if mark == ":":
            told["fixed"][name] = column
        elif column in seen.columns:
            at = seen.columns.index(column)
            told["columns"] = {field: i for field, i in told["columns"].items() if i != at and field != name}
            told["columns"][name] = at
        else:
            known = ", ".join(seen.columns)
            message = "{field}: there is no column {value}; there are {known}."
            raise InputError([FieldError("map", column[:80], message, {"known": known})])
