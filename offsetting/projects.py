"""What is told of projects: facts with every version of them, disputes, documents, and where they are on offer.

Nothing is changed silently: an edit is a new version with who, when and why; disputes and documents are only added.
What an order was sold under is the version in force when it was placed, with the price and split of its own row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from accounts import Actor, Conflict, NotFound, current_actor, may, record, require
from calculations.model import FieldError, InputError
from data import evidence as files
from data.store import credits as lots
from data.store import inventory as rows
from data.store import orders
from data.store.engine import get_store, run_write
from data.store.ids import new_row_id
from offsetting import stock
from offsetting.project_view import FACTS, NO_PROJECT, Document, document_of

Row = Mapping[Any, Any]
KINDS = ("reduction", "removal")
TYPES = ("CDCER", "CCER", "forestry", "mixed reductions", "other")
MEDIA = {".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
         ".csv": "text/csv", ".txt": "text/plain",
         ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}  # fmt: skip
MOST_TEXT = 2000
_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,59}")


def facts_at(project_id: str, at: datetime) -> Mapping[str, Any]:
    """The facts of a project as they were told at a moment: what an order placed then was sold under."""
    with get_store().read() as conn:
        version = rows.version_at(conn, project_id, at)
        found = version["facts"] if version is not None else rows.project(conn, project_id)
    if found is None:
        raise NotFound(NO_PROJECT, value=project_id[:60])
    return {name: found[name] for name in FACTS}


def create_project(
    actor: Actor, project_id: str, facts: Mapping[str, Any], livemode: bool, now: datetime | None = None
) -> str:  # fmt: skip
    """A new project, live or test for good; its id. Needs credits.manage. Raises InputError, Conflict."""
    require(actor, "credits.manage")
    at, told = now or datetime.now(UTC), _checked(facts)
    if not _ID.fullmatch(project_id):
        message = "{field}: {value} does not fit; give 2 to 60 small letters, digits and hyphens."
        raise InputError([FieldError("project_id", project_id[:60], message)])

    def work(conn: Connection) -> str:
        if rows.project(conn, project_id) is not None:
            raise Conflict("There is another project {value} already.", value=project_id)
        lots.add_project(conn, {
            **told, "project_id": project_id, "livemode": livemode, "created_at": at, "version": 1,
        })  # fmt: skip
        _keep_version(conn, project_id, 1, told, sorted(told), actor, "", at)
        record(conn, "", actor, "project.create", project_id, {"livemode": livemode})
        return project_id

    return run_write(get_store(), work)


def edit_project(
    actor: Actor, project_id: str, facts: Mapping[str, Any], reason: str, now: datetime | None = None
) -> int:  # fmt: skip
    """Other facts of a project, as a new version with its reason; what stood before stays to be read. The version; the
    old one where nothing is new. Needs credits.manage. Raises InputError, NotFound."""
    require(actor, "credits.manage")
    at, told = now or datetime.now(UTC), _checked(facts)
    why = reason.strip()[:200]
    if not why:
        raise InputError([FieldError("reason", "", "{field}: say why, in a few words.")])

    def work(conn: Connection) -> int:
        known = rows.project(conn, project_id, lock=True)
        if known is None:
            raise NotFound(NO_PROJECT, value=project_id[:60])
        changed = [name for name in FACTS if known[name] != told[name]]
        if not changed:
            return int(known["version"])
        if not rows.versions(conn, project_id):
            first = {name: known[name] for name in FACTS}
            _keep_version(conn, project_id, known["version"], first, list(FACTS), None, "", known["created_at"])
        version = int(known["version"]) + 1
        rows.set_project(conn, project_id, **told, version=version)
        _keep_version(conn, project_id, version, told, changed, actor, why, at)
        before = {name: known[name] for name in changed}
        after = {name: told[name] for name in changed}
        record(conn, "", actor, "project.edit", project_id, {"before": before, "after": after, "reason": why})
        return version

    return run_write(get_store(), work)


def _keep_version(
    conn: Connection, project_id: str, version: int, facts: Mapping[str, Any], changed: Sequence[str],
    actor: Actor | None, reason: str, at: datetime,
) -> None:  # fmt: skip
    rows.add_version(conn, {
        "project_id": project_id, "version": version, "facts": dict(facts), "changed": list(changed),
        "actor": actor.label if actor else "", "reason": reason, "at": at,
    })  # fmt: skip


def add_dispute(
    actor: Actor, project_id: str, dated_on: date, text: str, source: str, link: str, answers: str = "",
    now: datetime | None = None,
) -> str:  # fmt: skip
    """An entry on what is said against a project, or an answer to one (``answers``); it is never taken back, only
    answered. Its id. Needs credits.manage. Raises InputError, NotFound."""
    require(actor, "credits.manage")
    at = now or datetime.now(UTC)
    _check_dispute(dated_on, text, source, link, at)

    def work(conn: Connection) -> str:
        if rows.project(conn, project_id) is None:
            raise NotFound(NO_PROJECT, value=project_id[:60])
        known = {row["dispute_id"] for row in rows.disputes(conn, [project_id]).get(project_id, [])}
        if answers and answers not in known:
            raise NotFound("There is no entry {value}.", value=answers[:60])
        dispute_id = new_row_id()
        rows.add_dispute(conn, {
            "project_id": project_id, "dispute_id": dispute_id, "dated_on": datetime.combine(dated_on, time(), UTC),
            "text": text.strip(), "source": source.strip(), "link": link.strip(), "answers": answers,
            "actor": actor.label, "at": at,
        })  # fmt: skip
        record(conn, "", actor, "project.dispute", project_id, {"dispute": dispute_id, "answers": answers})
        return dispute_id

    return run_write(get_store(), work)


def _check_dispute(dated_on: date, text: str, source: str, link: str, now: datetime) -> None:
    errors = []
    for name, value, most in (("text", text, MOST_TEXT), ("source", source, 200)):
        if not 1 <= len(value.strip()) <= most:
            message = "{field}: {value} does not fit; give 1 to {most} characters."
            errors.append(FieldError(name, value[:60], message, {"most": most}))
    if dated_on > now.date():
        errors.append(FieldError("dated_on", dated_on.isoformat(), "{field}: {value} is not over yet."))
    if not _is_link(link):
        errors.append(_bad_link("link", link))
    if errors:
        raise InputError(errors)


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(text) <= MOST_TEXT


def _bad_link(field: str, text: str) -> FieldError:
    message = "{field}: {value} is no address; give one that begins with https:// or http://."
    return FieldError(field, text[:80], message)


def add_document(
    actor: Actor, project_id: str, name: str, content: bytes, public: bool, now: datetime | None = None
) -> str:  # fmt: skip
    """A document of a project, kept by its hash: for everybody who opens the project's page, or for the desk alone. Its
    SHA-256; the same file again only says anew whether it is public. Needs credits.manage."""
    require(actor, "credits.manage")
    at, title = now or datetime.now(UTC), name.replace("\\", "/").rsplit("/", 1)[-1].strip()[:200]
    media = MEDIA.get("." + title.rsplit(".", 1)[-1].lower())
    if media is None or "." not in title:
        message = "{field}: {value} is no document we keep; give PDF, PNG, JPEG, CSV, XLSX or text."
        raise InputError([FieldError("document", title[:60], message)])
    try:
        sha256 = files.keep(content)
    except ValueError:
        message = "{field}: a document of 1 byte to {most} MB has to be there."
        most = files.MOST_BYTES // 1_000_000
        raise InputError([FieldError("document", len(content), message, {"most": most})]) from None

    def work(conn: Connection) -> str:
        if rows.project(conn, project_id, lock=True) is None:
            raise NotFound(NO_PROJECT, value=project_id[:60])
        rows.add_document(conn, {
            "project_id": project_id, "sha256": sha256, "name": title, "media_type": media,
            "size_bytes": len(content), "public": public, "actor": actor.label, "at": at,
        })  # fmt: skip
        record(conn, "", actor, "project.document", project_id, {"sha256": sha256, "public": public})
        return sha256

    return run_write(get_store(), work)


def document_file(project_id: str, sha256: str, actor: Actor | None = None) -> tuple[Document, bytes]:
    """A document and its bytes: a public one for anybody, another for who has credits.view; to everyone else it is not
    there. Raises NotFound."""
    with get_store().read() as conn:
        found = rows.document(conn, project_id, sha256)
    if found is None or not (found["public"] or may(actor or current_actor(), "credits.view")):
        raise NotFound("There is no document {value}.", value=sha256[:64])
    return document_of(found), files.read(sha256)


def set_offering(
    actor: Actor, event_id: str, project_id: str, price_minor_per_tonne: int, split: Sequence[Mapping[str, Any]],
    position: int = 0, is_open: bool = True,
) -> None:  # fmt: skip
    """A project's price and split at an event for orders to come, or the end of its offer there; orders keep theirs.
    The audit trail keeps both. Needs credits.manage. Raises NotFound, InputError, Conflict between test and live."""
    require(actor, "credits.manage", event_id)

    def work(conn: Connection) -> None:
        event, known = orders.event_row(conn, event_id), rows.project(conn, project_id)
        if event is None or known is None:
            raise NotFound(NO_PROJECT, value=project_id[:60])
        if event["livemode"] != known["livemode"]:
            raise Conflict("Test credits can't be sold at a live event, nor live ones at a test event.")
        before = [row for row in rows.offers_of(conn, project_id) if row["event_id"] == event_id]
        values = stock.offering_values(
            event_id, project_id, price_minor_per_tonne, event["currency"], split, position, is_open
        )
        lots.put_offering(conn, values)
        told = {"before": _terms(before[0]) if before else None, "after": _terms(values)}
        record(conn, event_id, actor, "offering.set", project_id, told)

    run_write(get_store(), work)


def _terms(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("price_minor_per_tonne", "currency", "split", "position", "open")}


def events_for(project_id: str) -> list[Row]:
    """Events that a project can be offered at: of its own mode, taking payments, not closed."""
    with get_store().read() as conn:
        known = rows.project(conn, project_id)
        return rows.open_events(conn, bool(known["livemode"])) if known is not None else []


def _checked(facts: Mapping[str, Any]) -> dict[str, Any]:
    """A project's facts as they are kept. Raises InputError with every field that does not fit."""
    told: dict[str, Any] = {
        "names": _words(facts.get("names")), "texts": _words(facts.get("texts")),
        "place": dict(facts.get("place") or {}),
        **{name: str(facts.get(name) or "").strip() for name in
           ("type", "kind", "methodology", "registry", "registry_link")},
    }  # fmt: skip
    errors = []
    if told["kind"] not in KINDS:
        message = "{field}: {value} is not known; give reduction or removal."
        errors.append(FieldError("kind", told["kind"], message))
    for name, value in (("names", told["names"].get("en", "")), ("type", told["type"]), ("registry", told["registry"])):
        if not 1 <= len(value) <= 200:
            message = "{field}: {value} does not fit; give 1 to {most} characters."
            errors.append(FieldError(name, value[:60], message, {"most": 200}))
    if told["registry_link"] and not _is_link(told["registry_link"]):
        errors.append(_bad_link("registry_link", told["registry_link"]))
    if any(len(text) > MOST_TEXT for text in [*told["texts"].values(), told["methodology"]]):
        message = "{field}: {value} does not fit; give 1 to {most} characters."
        errors.append(FieldError("texts", len(str(told["texts"])), message, {"most": MOST_TEXT}))
    if errors:
        raise InputError(errors)
    return told


def _words(told: Any) -> dict[str, str]:
    return {str(key): str(text).strip() for key, text in dict(told or {}).items() if str(text).strip()}
