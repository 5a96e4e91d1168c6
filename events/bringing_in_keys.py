"""Names of rows as keyed hashes: nobody can try order codes against them."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache

from data.settings import get_settings
from events.bringing_in_model import BUCKETS


def keyed(event_id: str, *parts: str) -> str:
    """A hash of this installation's own, so that nobody can try order codes against it."""
    settings = get_settings()
    text = "\x1f".join(("import", event_id, *parts))
    secret = _secret(str(settings.data_dir), settings.secret_key)
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()[:32]


@lru_cache(maxsize=8)
def _secret(_data_dir: str, _given: str) -> bytes:
    return get_settings().secret().encode()


def bucket_of(key: str) -> str:
    """The part of a dataset that a row's lines are kept in."""
    return f"{int(key[:8], 16) % BUCKETS:02d}:"
