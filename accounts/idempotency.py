"""Exactly once at the door: the same key and body give the same answer again, another body is refused."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet

from accounts.errors import Conflict
from data.settings import get_settings
from data.store import idempotency as rows
from data.store.engine import get_store

CUT_OFF = timedelta(seconds=20)  # a claim this old was left by a process that died: statements end within 15
Answer = tuple[int, Any]


@lru_cache(maxsize=1)
def _seal() -> Fernet:
    """Answers can hold a participation's secret: they rest sealed with a key of the installation's own."""
    key = hashlib.sha256(b"forum-zero/idempotency/1|" + get_settings().secret().encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def once(scope: str, key: str, body: bytes, command: Callable[[], Answer]) -> Answer:
    """Runs ``command`` for a key that is new in ``scope``, else gives its answer again. Raises Conflict where the key was
    used with another body, or where the first request is still being worked on. A command that raises frees the key."""
    sha, now, store = hashlib.sha256(body).hexdigest(), datetime.now(UTC), get_store()
    with store.write() as conn:
        ours = rows.claim(conn, scope, key, sha, now)
        known = None if ours else rows.get(conn, scope, key)
        if known is not None and known["body_sha256"] == sha and known["status"] == 0:
            ours = rows.take_over(conn, scope, key, now - CUT_OFF, now)
    if not ours:
        return _again(known, key, sha)
    try:
        status, answer = command()
    except Exception:
        with store.write() as conn:
            rows.release(conn, scope, key)
        raise
    with store.write() as conn:
        rows.answer(conn, scope, key, status, _seal().encrypt(json.dumps(answer).encode()).decode())
    return status, answer


def _again(known: Any, key: str, sha: str) -> Answer:
    if known is None or (known["status"] == 0 and known["body_sha256"] == sha):
        raise Conflict("The first request with the Idempotency-Key {key} is still being worked on.", key=key)
    if known["body_sha256"] != sha:
        raise Conflict("The Idempotency-Key {key} was used with another body; take a new key.", key=key)
    return known["status"], json.loads(_seal().decrypt(known["answer"].encode()))
