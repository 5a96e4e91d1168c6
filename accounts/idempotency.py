"""Exactly once at the door: the same key and body give the same answer again, another body is refused."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import Connection

from accounts.errors import Conflict
from data.settings import get_settings
from data.store import idempotency as rows
from data.store.engine import get_store, joined, repeated

Answer = tuple[int, Any]


@lru_cache(maxsize=1)
def _seal() -> Fernet:
    """Answers can hold a participation's secret: they rest sealed with a key of the installation's own."""
    key = hashlib.sha256(b"forum-zero/idempotency/1|" + get_settings().secret().encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


class _Used(Exception):
    """The key was used by a request that came first."""


def once(scope: str, key: str, body: bytes, command: Callable[[], Answer]) -> Answer:
    """Runs ``command`` for a key that is new in ``scope``, else gives its answer again. The key, what the command
    writes and its answer are one transaction: cut off at any instant, either all of it is there or nothing. Raises
    Conflict where the key was used with another body. A command that raises leaves the key free."""
    sha, store = hashlib.sha256(body).hexdigest(), get_store()

    def claim(conn: Connection) -> None:
        if not rows.claim(conn, scope, key, sha, datetime.now(UTC)):
            raise _Used

    def run() -> Answer:
        with joined(store, claim) as joint:
            status, answer = command()
            sealed = _seal().encrypt(json.dumps(answer).encode()).decode()
            rows.answer(joint.begin(), scope, key, status, sealed)
        return status, answer

    try:
        return repeated(run)
    except _Used:
        known = _known(scope, key, sha)
    except Exception:
        known = _known(scope, key, sha)  # refused as things stand now; they stood otherwise when it was answered first
        if known is None:
            raise
    if known is None:
        raise Conflict("The first request with the Idempotency-Key {key} is still being worked on.", key=key)
    return known


def _known(scope: str, key: str, sha: str) -> Answer | None:
    with get_store().read() as conn:
        row = rows.get(conn, scope, key)
    if row is None or row["status"] == 0:
        return None
    if row["body_sha256"] != sha:
        raise Conflict("The Idempotency-Key {key} was used with another body; take a new key.", key=key)
    return row["status"], json.loads(_seal().decrypt(row["answer"].encode()))
