"""Passwords: argon2id, the same time for everybody, and what one has to be."""

from __future__ import annotations

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from calculations.model import FieldError

LEAST, MOST = 10, 200
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The argon2id hash that the store keeps."""
    return _hasher.hash(password)


@lru_cache(maxsize=1)
def dummy_hash() -> str:
    """A hash that no password fits: nobody's, so that an unknown email takes as long as a known one."""
    return _hasher.hash(secrets.token_urlsafe(16))


def matches(password_hash: str, password: str) -> bool:
    """Whether the password is the hash's; one who has none yet ('') fits nothing, in the same time."""
    nobody = dummy_hash()  # made at the first look whoever is asked for
    try:
        return _hasher.verify(password_hash or nobody, password[:MOST])
    except Argon2Error:
        return False


def password_errors(password: str, email: str = "", field: str = "password") -> list[FieldError]:
    """Why a password won't do."""
    if len(password) < LEAST:
        return [FieldError(field, "…", "{field}: a password has at least 10 characters.")]
    if len(password) > MOST:
        return [FieldError(field, "…", "{field}: a password has at most 200 characters.")]
    if email and password.casefold() in (email.casefold(), email.partition("@")[0].casefold()):
        return [FieldError(field, "…", "{field}: the password is the email; choose another.")]
    if len(set(password)) < 4:
        return [FieldError(field, "…", "{field}: the password repeats the same few characters; choose another.")]
    return []
