"""Memoranda signed at an event: partners, words by language, the document as it was signed, published or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from accounts import Conflict, NotFound, current_actor, record, require
from calculations.model import FieldError, InputError
from data.store import forum as rows
from data.store.engine import get_store, run_write
from data.store.ids import new_row_id
from events.catalogue import read_event
from events.forum_files import MOST_LANGUAGE_TEXT, Document, keep_pdf, read_file, told
from events.model import Event, Names

MOST_MEMORANDA, MOST_PARTNERS, MOST_NAME = 100, 30, 200


@dataclass(frozen=True, slots=True)
class MemorandumDraft:
    """A memorandum as it is entered. ``content`` is the PDF's bytes, b"" to keep the one that is there."""

    names: Names
    partners: Sequence[str]
    texts: Names
    signed_on: date
    content: bytes = b""
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class Memorandum:
    """A memorandum as it stands; ``published_at`` None: only its organisers see it."""

    memorandum_id: str
    names: Names
    partners: tuple[str, ...]
    texts: Names
    signed_on: date
    document: Document
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Memoranda:
    """An event's memoranda, by the day they were signed."""

    event: Event
    rows: tuple[Memorandum, ...] = field(default=())


def save_memorandum(slug: str, draft: MemorandumDraft, memorandum_id: str = "", now: datetime | None = None) -> str:
    """Keeps a memorandum, new or changed; its id. What is published is taken back first. Needs event.edit. Raises
    NotFound, InputError, Conflict."""
    actor, at = current_actor(), now or datetime.now(UTC)
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    require(actor, "event.edit", event.event_id)
    values: dict[str, Any] = {
        "names": told("names", draft.names, MOST_NAME, needed=True), "partners": _partners(draft.partners),
        "texts": told("texts", draft.texts, MOST_LANGUAGE_TEXT), "signed_on": draft.signed_on.isoformat(),
    }  # fmt: skip
    document = keep_pdf(draft.content, draft.file_name) if draft.content else None

    def work(conn: sa.Connection) -> str:
        kept = _known(conn, event, memorandum_id) if memorandum_id else None
        if kept is not None and kept["published_at"] is not None:
            raise Conflict("This memorandum is published: take it off the page first.")
        if kept is None and len(rows.memoranda(conn, event.event_id)) >= MOST_MEMORANDA:
            raise Conflict("An event takes at most {limit} memoranda.", limit=MOST_MEMORANDA)
        found = document or _document(kept)
        row = {
            "event_id": event.event_id, "memorandum_id": memorandum_id or new_row_id(), **values,
            "sha256": found.sha256, "file_name": found.name, "size_bytes": found.size_bytes, "published_at": None,
            "made_by": actor.label, "made_at": kept["made_at"] if kept else at,
        }  # fmt: skip
        rows.put_memorandum(conn, row)
        detail = {"names": values["names"], "sha256": found.sha256}
        record(conn, event.event_id, actor, "forum.memorandum", row["memorandum_id"], detail)
        return str(row["memorandum_id"])

    return run_write(get_store(), work)


def _partners(names: Sequence[str]) -> list[str]:
    partners = [" ".join(name.split()) for name in names if name.strip()]
    if not 2 <= len(partners) <= MOST_PARTNERS or any(len(name) > MOST_NAME for name in partners):
        message = "{field}: write 2 to {most} partners, a line each."
        raise InputError([FieldError("partners", len(partners), message, {"most": MOST_PARTNERS})])
    return partners


def _document(row: Any) -> Document:
    return Document(row["sha256"], row["file_name"], row["size_bytes"]) if row else Document()


def _known(conn: sa.Connection, event: Event, memorandum_id: str) -> Any:
    kept = rows.memorandum(conn, event.event_id, memorandum_id)
    if kept is None:
        raise NotFound("There is no memorandum {value} here.", value=memorandum_id[:40])
    return kept


def publish_memorandum(slug: str, memorandum_id: str, published: bool = True, now: datetime | None = None) -> None:
    """Puts a memorandum on the event's page, or takes it off. Needs event.edit. Raises NotFound."""
    actor, at = current_actor(), now or datetime.now(UTC)

    def work(conn: sa.Connection) -> None:
        event = read_event(conn, slug=slug)
        require(actor, "event.edit", event.event_id)
        kept = _known(conn, event, memorandum_id)
        rows.put_memorandum(conn, dict(kept) | {"published_at": at if published else None})
        record(conn, event.event_id, actor, "forum.memorandum.publish", memorandum_id, {"published": published})

    run_write(get_store(), work)


def drop_memorandum(slug: str, memorandum_id: str) -> None:
    """Takes a memorandum out; its document stays kept, as the trail names it. Needs event.edit. Raises NotFound."""
    actor = current_actor()

    def work(conn: sa.Connection) -> None:
        event = read_event(conn, slug=slug)
        require(actor, "event.edit", event.event_id)
        kept = _known(conn, event, memorandum_id)
        rows.drop(conn, "memorandum", event.event_id, memorandum_id)
        detail = {"names": kept["names"], "sha256": kept["sha256"]}
        record(conn, event.event_id, actor, "forum.memorandum.drop", memorandum_id, detail)

    run_write(get_store(), work)


def memoranda(slug: str, with_drafts: bool = False) -> Memoranda:
    """An event's memoranda: those that are published, or all for who may see the event's desk. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        if with_drafts:
            require(current_actor(), "event.view", event.event_id)
        found = rows.memoranda(conn, event.event_id)
    return Memoranda(event, tuple(_view(row) for row in found if with_drafts or row["published_at"] is not None))


def _view(row: Any) -> Memorandum:
    return Memorandum(
        row["memorandum_id"], row["names"], tuple(row["partners"]), row["texts"], date.fromisoformat(row["signed_on"]),
        _document(row), row["published_at"],
    )  # fmt: skip


def memorandum_file(slug: str, sha256: str) -> tuple[str, bytes]:
    """(name, bytes) of a memorandum's document: of a published one for everybody, of others for the event's desk.
    Raises NotFound, Forbidden, Unauthenticated."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        found = [row for row in rows.memoranda(conn, event.event_id) if row["sha256"] == sha256 and sha256]
    if not found:
        raise NotFound("There is no document {value} here.", value=sha256[:64])
    if all(row["published_at"] is None for row in found):
        require(current_actor(), "event.view", event.event_id)
    return str(found[0]["file_name"]), read_file(sha256)
