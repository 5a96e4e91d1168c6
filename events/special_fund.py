"""What an event's special fund supports, in its organiser's words, beside what it was given and what was paid out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

import offsetting
from accounts import NotFound, current_actor, record, require
from data.store import forum as rows
from data.store import live
from data.store.engine import get_store, run_write
from events.catalogue import read_event
from events.forum_files import MOST_LANGUAGE_TEXT, Document, keep_pdf, read_file, told
from events.model import Event, Names

MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class FundDraft:
    """A fund as its organiser tells it. ``content`` is a PDF's bytes, b"" to keep the one that is there."""

    names: Names
    texts: Names
    is_open: bool
    content: bytes = b""
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class FundView:
    """``is_told``: the organiser has said what it supports. ``takes``: a gift may be given now."""

    event: Event
    names: Names
    texts: Names
    document: Document
    is_told: bool
    is_open: bool
    takes: bool
    figures: offsetting.FundFigures


def save_fund(slug: str, draft: FundDraft, now: datetime | None = None) -> None:
    """Tells what an event's fund supports, whether it takes gifts. Needs event.edit. Raises NotFound, InputError."""
    actor, at = current_actor(), now or datetime.now(UTC)
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    require(actor, "event.edit", event.event_id)
    names = told("names", draft.names, MOST_NAME, needed=True)
    texts = told("texts", draft.texts, MOST_LANGUAGE_TEXT, needed=True)
    document = keep_pdf(draft.content, draft.file_name) if draft.content else None

    def work(conn: sa.Connection) -> None:
        kept = rows.fund(conn, event.event_id)
        found = document or (Document(kept["sha256"], kept["file_name"], kept["size_bytes"]) if kept else Document())
        rows.put_fund(conn, {
            "event_id": event.event_id, "names": names, "texts": texts, "sha256": found.sha256,
            "file_name": found.name, "size_bytes": found.size_bytes, "is_open": draft.is_open, "made_by": actor.label,
            "made_at": at,
        })  # fmt: skip
        live.touch(conn, event.event_id)
        detail = {"names": names, "is_open": draft.is_open, "sha256": found.sha256}
        record(conn, event.event_id, actor, "forum.fund", event.slug, detail)

    run_write(get_store(), work)


def special_fund(slug: str) -> FundView:
    """An event's fund with its figures. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        kept = rows.fund(conn, event.event_id)
    document = Document(kept["sha256"], kept["file_name"], kept["size_bytes"]) if kept else Document()
    facts = {"defaults": event.defaults, "payments": event.payments, "state": event.state}
    return FundView(
        event, kept["names"] if kept else {}, kept["texts"] if kept else {}, document, kept is not None,
        bool(kept and kept["is_open"]), offsetting.takes_gifts(facts, kept), offsetting.fund_figures(slug),
    )  # fmt: skip


def fund_file(slug: str, sha256: str) -> tuple[str, bytes]:
    """(name, bytes) of the fund's document. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        kept = rows.fund(conn, event.event_id)
    if kept is None or not sha256 or kept["sha256"] != sha256:
        raise NotFound("There is no document {value} here.", value=sha256[:64])
    return str(kept["file_name"]), read_file(sha256)
