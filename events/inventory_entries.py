"""What an organiser told, entry by entry: beside what is computed from, an id that stays, where it came from and the
session it was for."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from accounts import Conflict

OWN = ("id", "source", "session", "origin", "part")  # of an entry; nothing is computed from them
TYPED, IMPORTED = "typed", "imported"
SOURCES = (TYPED, IMPORTED)
MOST_TOLD = 50  # changes of one save that the trail tells one by one
Row = TypeVar("Row", bound=Mapping[Any, Any])


def typed_part(parts: Iterable[Row]) -> Row | None:
    """Of the organiser's participations the one that is typed; those of imports have a pseudonym (their import's)."""
    return next((part for part in parts if not part["pseudonym"]), None)


def check_version(part: Mapping[Any, Any] | None, at_version: int | None) -> None:
    """Raises Conflict where the typed lines are at another version than the one that was looked at."""
    if at_version is not None and at_version != (part["footprint_version"] if part else 0):
        raise Conflict("Somebody has changed the inventory meanwhile; look at it anew.")


def new_line_id() -> str:
    """An id that no line has."""
    return secrets.token_hex(8)


def bare(body: Any) -> Any:
    """What was told as it is computed from: entries without what is ours alone. What is no body stays as it is."""
    if not isinstance(body, Mapping) or not isinstance(body.get("other"), list):
        return body
    return {**body, "other": [_bare(each) for each in body["other"]]}


def _bare(entry: Any) -> Any:
    if not isinstance(entry, Mapping):
        return entry
    return {name: value for name, value in entry.items() if name not in OWN}


def stamped(entries: Sequence[Mapping[str, Any]], source: str = TYPED, origin: str = "") -> list[dict[str, Any]]:
    """Entries that each have an id and a source, those they have already before others; ``origin`` names the import
    that brought them."""
    made, seen = [], set[str]()
    for entry in entries:
        line_id = str(entry.get("id") or "")[:40]
        if not line_id or line_id in seen:
            line_id = new_line_id()
        seen.add(line_id)
        own = {"id": line_id, "source": entry.get("source") if entry.get("source") in SOURCES else source}
        own |= {"origin": origin} if origin and "origin" not in entry else {}
        made.append({**entry, **own})
    return made


def changes(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str, dict[str, Any]]]:  # fmt: skip
    """What the trail tells of entries that were kept: (add, change or remove, line id, detail) of each that is new,
    another or gone; of very many in one entry how many."""
    old, new = ({str(entry["id"]): dict(entry) for entry in with_ids(each)} for each in (before, after))
    found = [("add", key, {"entry": entry}) for key, entry in new.items() if key not in old]
    found += [
        ("change", key, {"before": old[key], "after": entry})
        for key, entry in new.items() if key in old and old[key] != entry
    ]  # fmt: skip
    found += [("remove", key, {"entry": entry}) for key, entry in old.items() if key not in new]
    return found if len(found) <= MOST_TOLD else [("change", "", {"count": len(found)})]


def with_ids(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same for entries that were kept before lines had ids: each is given one that follows from what it says and
    how many before it say the same."""
    found, times = [], dict[str, int]()
    for entry in entries:
        text = json.dumps(_bare(entry), sort_keys=True, ensure_ascii=False)
        times[text] = times.get(text, 0) + 1
        derived = hashlib.sha256(f"{times[text]} {text}".encode()).hexdigest()[:16]
        found.append({"source": TYPED, **entry, "id": entry.get("id") or derived})
    return found
