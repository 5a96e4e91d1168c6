"""Files kept as evidence, under DATA_DIR/evidence by their SHA-256: written once, never changed, the same file once."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path

from data.settings import get_settings

MOST_BYTES = 20_000_000
_SHA256 = re.compile(r"[0-9a-f]{64}")


def _path(sha256: str) -> Path:
    if not _SHA256.fullmatch(sha256):
        raise LookupError(f"{sha256[:80]!r} is no SHA-256")
    return get_settings().data_dir / "evidence" / sha256[:2] / sha256


def keep(content: bytes) -> str:
    """Keeps a file; its SHA-256. On the disk when this returns; safe to do twice and to be cut at any instant. A file
    of that name which was altered since is put right.

    Raises ValueError for an empty file or one of more than 20 MB.
    """
    if not content or len(content) > MOST_BYTES:
        raise ValueError(f"{len(content)} bytes; a file of 1 to {MOST_BYTES} bytes can be kept")
    sha256 = hashlib.sha256(content).hexdigest()
    path = _path(sha256)
    if is_whole(sha256):
        return sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{secrets.token_hex(8)}.part")
    with draft.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return sha256


def read(sha256: str) -> bytes:
    """The file, checked against its name. Raises LookupError where it is not here, ValueError where it was altered."""
    try:
        content = _path(sha256).read_bytes()
    except FileNotFoundError:
        raise LookupError(f"no file {sha256}") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"file {sha256} was altered")
    return content


def is_whole(sha256: str) -> bool:
    """Whether the file is here as it was kept. Raises LookupError for what is no SHA-256."""
    try:
        with _path(sha256).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


def every() -> list[str]:
    """The names (SHA-256) of all files here, in order; whether they are whole is not looked at."""
    found = (get_settings().data_dir / "evidence").glob("??/*")
    return sorted(path.name for path in found if _SHA256.fullmatch(path.name) and path.parent.name == path.name[:2])


def path_of(sha256: str) -> Path:
    """Where a file lies or would lie. Raises LookupError for what is no SHA-256."""
    return _path(sha256)


def has(sha256: str) -> bool:
    """Whether the file is here."""
    try:
        return _path(sha256).exists()
    except LookupError:
        return False
