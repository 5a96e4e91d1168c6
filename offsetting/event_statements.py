"""Statements of an event's closed books: signed like certificates with the installation's key, and told to the log."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from data.settings import get_settings
from offsetting import log
from offsetting.signing import CONTEXTS, did_of, publish_key, sign

STATEMENT_TYPE = "ForumZeroBooksStatement"


def books_entry(event_id: str, version: int) -> str:
    """By what name the log knows a closing of an event's books."""
    return f"{event_id}-books-{version}"


def sign_books(
    conn: Connection, event_id: str, slug: str, version: int, subject: Mapping[str, Any], livemode: bool, now: datetime
) -> tuple[str, str]:  # fmt: skip
    """(the signed statement as canonical JSON, its SHA-256), entered in the transparency log, in the caller's
    transaction. ``subject`` holds canonical values: whole numbers up to 2⁵³, text, lists and objects."""
    base = get_settings().base_url
    document = {
        "@context": list(CONTEXTS), "id": f"{base}/statement/{slug}?version={version}",
        "type": ["VerifiableCredential", STATEMENT_TYPE], "issuer": {"id": did_of(base), "name": "Forum Zero"},
        "validFrom": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "credentialSubject": dict(subject),
    }  # fmt: skip
    text = sign(document, publish_key(conn, now), now)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    _tell(conn, log.BOOKS, event_id, slug, version, sha256, livemode, now)
    return text, sha256


def tell_reopened(
    conn: Connection, event_id: str, slug: str, version: int, sha256: str, livemode: bool, now: datetime
) -> None:  # fmt: skip
    """An entry of the log that a statement no longer stands: its books were opened again."""
    _tell(conn, log.BOOKS_OPENED, event_id, slug, version, sha256, livemode, now)


def _tell(
    conn: Connection, kind: str, event_id: str, slug: str, version: int, sha256: str, livemode: bool, now: datetime
) -> None:  # fmt: skip
    told = {"event": slug, "version": version, "statement_sha256": sha256}
    log.append(conn, event_id, kind, books_entry(event_id, version), told, livemode, now)
