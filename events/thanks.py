"""Thanks: to sponsors, as the organiser words it, and to companies that covered their people and may be named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from accounts import Conflict, NotFound, current_actor, record, require
from calculations.model import FieldError, InputError
from data import evidence as files
from data.store import companies as company_rows
from data.store import forum as rows
from data.store import live
from data.store.engine import get_store, run_write
from data.store.ids import new_row_id
from events.boards import board_rows
from events.catalogue import read_event
from events.forum_files import moved, read_file, told
from events.model import Event, Names
from events.setup_look import drawn_anew

KINDS = ("host", "organiser", "main", "partner", "in_kind", "media", "other")
MOST_SPONSORS, MOST_NAME, MOST_WORDS, MOST_COMPANIES = 60, 120, 300, 500


@dataclass(frozen=True, slots=True)
class SponsorDraft:
    """Whom the organiser thanks. ``logo`` is a PNG's or JPEG's bytes, b"" to keep what is there."""

    names: Names
    kind: str
    texts: Names
    position: int = 0
    logo: bytes = b""


@dataclass(frozen=True, slots=True)
class Sponsor:
    """A sponsor as thanked; ``logo_sha256`` '' where there is no logo."""

    sponsor_id: str
    names: Names
    kind: str
    texts: Names
    position: int
    logo_sha256: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class ThankedCompany:
    """A company whose people are covered: by share (10,000 = all); ``state`` is reserved or retired."""

    company_id: str
    names: Names
    share_bp: int
    state: str


@dataclass(frozen=True, slots=True)
class Thanks:
    """An event's thanks: sponsors in the organiser's order, companies by the share they cover."""

    event: Event
    sponsors: tuple[Sponsor, ...]
    companies: tuple[ThankedCompany, ...]

    def as_json(self) -> dict[str, Any]:
        """As plain values, for live views."""
        return {
            "sponsors": [
                {"names": dict(each.names), "kind": each.kind, "texts": dict(each.texts),
                 "logo": f"/e/{self.event.slug}/thanks/{each.logo_sha256}" if each.logo_sha256 else ""}
                for each in self.sponsors
            ],
            "companies": [
                {"names": dict(each.names), "share_bp": each.share_bp, "state": each.state} for each in self.companies
            ],
        }  # fmt: skip


def thanks(slug: str) -> Thanks:
    """An event's thanks. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        return Thanks(event, tuple(map(_view, rows.sponsors(conn, event.event_id))), _companies(conn, event))


def _companies(conn: sa.Connection, event: Event) -> tuple[ThankedCompany, ...]:
    """Companies of five people and more with something covered, and their word that they may be named."""
    willing = rows.thanked_companies(conn, event.event_id)
    if not willing:
        return ()
    found = board_rows(conn, event, "companies", 0, MOST_COMPANIES)[0]
    return tuple(
        ThankedCompany(row.key, row.display, row.share_bp, row.state)
        for row in found if row.share_bp > 0 and row.key in willing
    )  # fmt: skip


def _view(row: Mapping[Any, Any]) -> Sponsor:
    return Sponsor(
        row["sponsor_id"], row["names"], row["kind"], row["texts"], row["position"], row["sha256"], row["width_px"],
        row["height_px"],
    )  # fmt: skip


def save_sponsor(slug: str, draft: SponsorDraft, sponsor_id: str = "", now: datetime | None = None) -> str:
    """Keeps whom the organiser thanks; the id. Needs event.edit. Raises NotFound, InputError, Conflict."""
    actor, at = current_actor(), now or datetime.now(UTC)
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
    require(actor, "event.edit", event.event_id)
    values = {
        "names": told("names", draft.names, MOST_NAME, needed=True), "kind": _kind(draft.kind),
        "texts": told("texts", draft.texts, MOST_WORDS), "position": draft.position,
    }  # fmt: skip
    logo = _logo(draft.logo) if draft.logo else {}

    def work(conn: sa.Connection) -> str:
        kept = rows.sponsor(conn, event.event_id, sponsor_id) if sponsor_id else None
        if sponsor_id and kept is None:
            raise NotFound("There is nobody {value} to thank here.", value=sponsor_id[:40])
        if kept is None and len(rows.sponsors(conn, event.event_id)) >= MOST_SPONSORS:
            raise Conflict("An event thanks at most {limit} by name.", limit=MOST_SPONSORS)
        none = {"sha256": "", "media_type": "", "width_px": 0, "height_px": 0}
        before = {name: kept[name] for name in none} if kept else none
        row = {
            "event_id": event.event_id, "sponsor_id": sponsor_id or new_row_id(), **values, **before, **logo,
            "made_by": actor.label, "made_at": kept["made_at"] if kept else at,
        }  # fmt: skip
        rows.put_sponsor(conn, row)
        live.touch(conn, event.event_id)
        record(conn, event.event_id, actor, "forum.sponsor", row["sponsor_id"], {"names": values["names"]})
        return str(row["sponsor_id"])

    return run_write(get_store(), work)


def _kind(kind: str) -> str:
    if kind not in KINDS:
        message = "{field}: {value} is not known; one of {known}."
        raise InputError([FieldError("kind", kind[:40], message, {"known": ", ".join(KINDS)})])
    return kind


def _logo(content: bytes) -> dict[str, Any]:
    drawn, media_type, size = drawn_anew(content)
    return {"sha256": files.keep(drawn), "media_type": media_type, "width_px": size[0], "height_px": size[1]}


def drop_sponsor(slug: str, sponsor_id: str) -> None:
    """Takes somebody off the thanks. Needs event.edit. Raises NotFound."""
    actor = current_actor()

    def work(conn: sa.Connection) -> None:
        event = read_event(conn, slug=slug)
        require(actor, "event.edit", event.event_id)
        kept = rows.sponsor(conn, event.event_id, sponsor_id)
        if kept is None:
            raise NotFound("There is nobody {value} to thank here.", value=sponsor_id[:40])
        rows.drop(conn, "sponsor", event.event_id, sponsor_id)
        live.touch(conn, event.event_id)
        record(conn, event.event_id, actor, "forum.sponsor.drop", sponsor_id, {"names": kept["names"]})

    run_write(get_store(), work)


def move_sponsor(slug: str, sponsor_id: str, earlier: bool) -> None:
    """Puts a sponsor one place earlier or later among those of its kind. Needs event.edit. Raises NotFound."""
    actor = current_actor()

    def work(conn: sa.Connection) -> None:
        event = read_event(conn, slug=slug)
        require(actor, "event.edit", event.event_id)
        kept = rows.sponsors(conn, event.event_id)
        kind = next((row["kind"] for row in kept if row["sponsor_id"] == sponsor_id), "")
        same = [(row["sponsor_id"], row["position"]) for row in kept if row["kind"] == kind]
        places = moved(same, sponsor_id, earlier)
        if places is None:
            raise NotFound("There is nobody {value} to thank here.", value=sponsor_id[:40])
        for row_id, position in places:
            rows.place(conn, "sponsor", event.event_id, row_id, position)
        live.touch(conn, event.event_id)
        record(conn, event.event_id, actor, "forum.sponsor.place", sponsor_id, {"earlier": earlier})

    run_write(get_store(), work)


def sponsor_logo(slug: str, sha256: str) -> tuple[str, bytes]:
    """(media type, bytes) of a sponsor's logo. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        found = [row for row in rows.sponsors(conn, event.event_id) if sha256 and row["sha256"] == sha256]
    if not found:
        raise NotFound("There is no picture {value}.", value=sha256[:64])
    return str(found[0]["media_type"]), read_file(sha256)


def consents(slug: str, company_id: str) -> bool:
    """Whether a company lets itself be named at an event. Needs company.view. Raises NotFound."""
    with get_store().read() as conn:
        event = read_event(conn, slug=slug)
        require(current_actor(), "company.view", event.event_id, company_id)
        return company_id in rows.thanked_companies(conn, event.event_id)


def set_company_consent(slug: str, company_id: str, consent: bool, now: datetime | None = None) -> None:
    """A company's word whether it may be named among those who covered their people. It is the company's own to give:
    needs company.order. Raises NotFound, Forbidden."""
    actor, at = current_actor(), now or datetime.now(UTC)

    def work(conn: sa.Connection) -> None:
        event = read_event(conn, slug=slug)
        require(actor, "company.order", event.event_id, company_id)
        if company_rows.get(conn, company_id) is None:
            raise NotFound("There is no company {value}.", value=company_id[:40])
        values = {"event_id": event.event_id, "company_id": company_id, "consent": consent, "by": actor.label, "at": at}
        rows.put_consent(conn, values)
        live.touch(conn, event.event_id)
        record(conn, event.event_id, actor, "forum.thanks.consent", company_id, {"consent": consent})

    run_write(get_store(), work)
