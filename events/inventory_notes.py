"""What stands beside a line of the organiser's inventory: comments, which are withdrawn and never deleted, and files
that prove it, kept by their SHA-256."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from accounts import Conflict, NotFound, current_actor, record, require
from calculations.model import FieldError, InputError
from data import evidence as files
from data.store import books as rows
from data.store.engine import get_store, run_write
from data.store.ids import new_row_id
from events.catalogue import read_event
from events.model import Event
from events.states import hold_state

MOST_BYTES = 10_000_000
MOST_TEXT = 2000
MOST_OF_A_LINE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STARTS = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_CONTROL = frozenset(range(32)) - {9, 10, 13}
NO_LINE = "There is no line {value} in this inventory; it may have been deleted meanwhile."
Lines = Callable[[sa.Connection, Event], Iterable[str]]


@dataclass(frozen=True, slots=True)
class LineComment:
    """Who said what of a line, and when; withdrawn it still stands."""

    comment_id: str
    line_id: str
    text: str
    by: str
    by_person: str
    at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str


@dataclass(frozen=True, slots=True)
class LineFile:
    """A file that proves a line; ``sha256`` is of its bytes."""

    line_id: str
    sha256: str
    name: str
    media_type: str
    size_bytes: int
    by: str
    at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str


def notes_of(
    conn: sa.Connection, event_id: str
) -> tuple[dict[str, tuple[LineComment, ...]], dict[str, tuple[LineFile, ...]]]:
    """Comments and files of an event's lines, by line, withdrawn ones among them."""
    comments: dict[str, tuple[LineComment, ...]] = {}
    for row in rows.comments(conn, event_id):
        comments[row["line_id"]] = (*comments.get(row["line_id"], ()), _comment(row))
    found: dict[str, tuple[LineFile, ...]] = {}
    for row in rows.evidence(conn, event_id):
        found[row["line_id"]] = (*found.get(row["line_id"], ()), _file(row))
    return comments, found


def _comment(row: Mapping[Any, Any]) -> LineComment:
    names = ("comment_id", "line_id", "text", "by", "by_person", "at", "withdrawn_at", "withdrawn_by")
    return LineComment(**{name: row[name] for name in names})


def _file(row: Mapping[Any, Any]) -> LineFile:
    names = ("line_id", "sha256", "name", "media_type", "size_bytes", "by", "at", "withdrawn_at", "withdrawn_by")
    return LineFile(**{name: row[name] for name in names})


def add_comment(slug: str, line_id: str, text: str, known: Lines) -> str:
    """Says something of a line; the comment's id. Needs event.edit. Raises NotFound, Forbidden, InputError."""
    said = "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    if not said or len(said) > MOST_TEXT:
        message = "{field}: write 1 to {limit} characters."
        raise InputError([FieldError("comment", said[:60], message, {"limit": MOST_TEXT})])
    actor, now, comment_id = current_actor(), datetime.now(UTC), new_row_id()

    def work(conn: sa.Connection) -> None:
        event = read_event(conn, slug=slug)
        require(actor, "event.edit", event.event_id)
        _there(conn, event, line_id, known)
        if sum(row["line_id"] == line_id for row in rows.comments(conn, event.event_id)) >= MOST_OF_A_LINE:
            raise Conflict("A line takes at most {limit} comments.", limit=MOST_OF_A_LINE)
        rows.add_comment(conn, {
            "event_id": event.event_id, "comment_id": comment_id, "line_id": line_id, "text": said,
            "by": actor.name or actor.label, "by_person": actor.person_id, "at": now,
        })  # fmt: skip
        record(conn, event.event_id, actor, "inventory.comment", line_id, {"comment": comment_id})

    run_write(get_store(), work)
    return comment_id


def withdraw_comment(slug: str, comment_id: str) -> None:
    """Withdraws a comment: it stays, marked with who withdrew it. Needs event.edit. Raises NotFound."""
    actor, now = current_actor(), datetime.now(UTC)

    def work(conn: sa.Connection) -> None:
        event = read_event(conn, slug=slug)
        require(actor, "event.edit", event.event_id)
        found = rows.comment(conn, event.event_id, comment_id)
        if found is None:
            raise NotFound("There is no comment {value}.", value=comment_id[:60])
        if found["withdrawn_at"] is None:
            rows.withdraw_comment(conn, event.event_id, comment_id, actor.name or actor.label, now)
            record(conn, event.event_id, actor, "inventory.comment.withdraw", found["line_id"], {"comment": comment_id})

    run_write(get_store(), work)


def add_evidence(slug: str, line_id: str, name: str, content: bytes, known: Lines) -> str:
    """Keeps a file that proves a line: PDF, PNG, JPEG, XLSX or CSV of at most 10 MB, by what it holds and not by what
    it is called; its SHA-256. The same file twice is one. Needs event.edit. Raises NotFound, InputError, Conflict (the
    books are closed)."""
    actor, now = current_actor(), datetime.now(UTC)
    title = name.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "").strip()[:200] or "document"
    with get_store().read() as conn:
        asked = read_event(conn, slug=slug)
    require(actor, "event.edit", asked.event_id)
    media_type = _checked(title, content)
    sha256 = files.keep(content)

    def work(conn: sa.Connection) -> None:
        event = read_event(conn, slug=slug)
        hold_state(conn, event.event_id, "inventory")
        _there(conn, event, line_id, known)
        if sum(row["line_id"] == line_id for row in rows.evidence(conn, event.event_id)) >= MOST_OF_A_LINE:
            raise Conflict("A line takes at most {limit} files.", limit=MOST_OF_A_LINE)
        rows.put_evidence(conn, {
            "event_id": event.event_id, "line_id": line_id, "sha256": sha256, "name": title, "media_type": media_type,
            "size_bytes": len(content), "by": actor.name or actor.label, "at": now,
        })  # fmt: skip
        record(conn, event.event_id, actor, "inventory.evidence", line_id, {"sha256": sha256, "name": title})

    run_write(get_store(), work)
    return sha256


def withdraw_evidence(slug: str, line_id: str, sha256: str) -> None:
    """Takes a file off a line; it is kept, and told as withdrawn. Needs event.edit; Conflict once books are closed."""
    actor, now = current_actor(), datetime.now(UTC)

    def work(conn: sa.Connection) -> None:
        event = read_event(conn, slug=slug)
        require(actor, "event.edit", event.event_id)
        hold_state(conn, event.event_id, "inventory")
        rows.withdraw_evidence(conn, event.event_id, line_id, sha256, actor.name or actor.label, now)
        record(conn, event.event_id, actor, "inventory.evidence.withdraw", line_id, {"sha256": sha256})

    run_write(get_store(), work)


def evidence_file(slug: str, sha256: str) -> tuple[LineFile, bytes]:
    """A file of an event's lines, checked against its hash. Needs event.view. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "event.view", event.event_id)
        found = rows.evidence_file(conn, event.event_id, sha256)
    try:
        content = files.read(sha256) if found is not None else b""
    except (LookupError, ValueError):
        found = None
    if found is None:
        raise NotFound("There is no document {value} here.", value=sha256[:64])
    return _file(found), content


def _there(conn: sa.Connection, event: Event, line_id: str, known: Lines) -> None:
    if line_id not in set(known(conn, event)):
        raise NotFound(NO_LINE, value=line_id[:40])


def _checked(name: str, content: bytes) -> str:
    """The media type of a file by its content. Raises InputError."""
    if not 0 < len(content) <= MOST_BYTES:
        message = "{field}: {name} has {size} bytes; a file of 1 byte to {most} MB has to be there."
        params = {"name": name[:60], "size": len(content), "most": MOST_BYTES // 1_000_000}
        raise InputError([FieldError("evidence", name[:60], message, params)])
    media_type = media_type_of(name, content)
    if not media_type:
        message = "{field}: {value} holds no PDF, PNG, JPEG, XLSX or CSV."
        raise InputError([FieldError("evidence", name[:60], message)])
    return media_type


def media_type_of(name: str, content: bytes) -> str:
    """What a file is by its bytes; '' for what we don't keep. A table of text (CSV) has no mark of its own: it is plain
    text without control characters that is called ``.csv``."""
    for start, media_type in _STARTS:
        if content.startswith(start):
            return media_type
    if content.startswith(b"PK\x03\x04"):
        return XLSX if _is_xlsx(content) else ""
    is_text = name.lower().endswith(".csv") and not _CONTROL & set(content) and b"<" not in content[:1]
    return "text/csv" if is_text and _decodes(content) else ""


def _is_xlsx(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return {"[Content_Types].xml", "xl/workbook.xml"} <= set(packed.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError):
        return False


def _decodes(content: bytes) -> bool:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
