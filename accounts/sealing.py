"""What must be read again but not by who holds the store alone: sealed with a key of the installation's own."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken

from data.settings import get_settings


@lru_cache(maxsize=8)
def _seal(purpose: str, secret: str) -> Fernet:
    key = hashlib.sha256(f"forum-zero/{purpose}/1|{secret}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(purpose: str, text: str) -> str:
    """``text`` sealed for one purpose."""
    return _seal(purpose, get_settings().secret()).encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str, oldest_s: int | None = None) -> str | None:
    """What was sealed for a purpose, at most ``oldest_s`` seconds ago; None where it was not, or not by us."""
    try:
        return _seal(purpose, get_settings().secret()).decrypt(sealed.encode(), oldest_s).decode()
    except (InvalidToken, ValueError):
        return None
