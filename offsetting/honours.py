"""Signed statements of honour beside certificates of claims: who brought others. They say nothing of grams."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from data.settings import get_settings
from data.store.ids import new_certificate_number
from offsetting import statuses
from offsetting.signing import CONTEXTS, did_of, publish_key, sign

AMBASSADOR_TYPE = "ForumZeroAmbassadorCertificate"


def sign_ambassador(
    conn: Connection, event_id: str, subject: Mapping[str, Any], livemode: bool, now: datetime
) -> tuple[str, str, str]:  # fmt: skip
    """(number, signed statement as canonical JSON, its SHA-256) in the caller's transaction, with a bit of its own in
    the event's status list. ``subject`` holds canonical values."""
    base, number = get_settings().base_url, new_certificate_number(livemode)
    statuses.take_bit(conn, event_id, number)
    document = {
        "@context": list(CONTEXTS), "id": f"{base}/ambassador/{number}",
        "type": ["VerifiableCredential", AMBASSADOR_TYPE], "issuer": {"id": did_of(base), "name": "Forum Zero"},
        "validFrom": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "credentialSubject": dict(subject),
        "credentialStatus": statuses.entry(conn, event_id, number),
    }  # fmt: skip
    text = sign(document, publish_key(conn, now), now)
    return number, text, hashlib.sha256(text.encode()).hexdigest()
