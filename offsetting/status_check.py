"""Looks a credential's bit up in a status list that somebody has fetched; needs no store, settings or network."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from typing import Any

from offsetting.verification import STATUS_BITS, DocumentError, read_object, verify_document

MAX_BYTES = 8 * STATUS_BITS
REVOKED = "The issuer's status list says that this certificate is revoked."


def wrong_status(credential: Mapping[str, Any], status_list: str | bytes, did_document: str | bytes) -> str | None:
    """What a status list says against a credential, an English msgid; None where its bit is not set. The list must be
    the one that the credential names, signed by the same issuer."""
    try:
        document = read_object(status_list)
    except DocumentError as error:
        return str(error)
    found = verify_document(json.dumps(document), did_document)
    entry, subject = credential.get("credentialStatus"), found.subject
    if not found.ok or subject.get("type") != "BitstringStatusList":
        return "The status list is not signed by the issuer."
    if not isinstance(entry, dict) or entry.get("statusListCredential") != document.get("id"):
        return "The status list is another one than the certificate names."
    if entry.get("statusPurpose") != subject.get("statusPurpose"):
        return "The status list is kept for another purpose."
    try:
        return REVOKED if is_set(str(subject["encodedList"]), int(entry["statusListIndex"])) else None
    except (KeyError, ValueError):
        return "The status list can't be read."


def is_set(encoded: str, bit: int) -> bool:
    """Whether a bit of an encoded list is set, bit 0 the left-most. Raises ValueError for what is no list."""
    if not encoded.startswith("u"):
        raise ValueError("not multibase base64url")
    try:
        packed = base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4))
        field = zlib.decompressobj(wbits=31).decompress(packed, MAX_BYTES)
    except (binascii.Error, zlib.error) as error:
        raise ValueError("not a gzipped bitstring in base64url") from error
    if not 0 <= bit < 8 * len(field):
        raise ValueError(f"the list has no bit {bit}")
    return bool(field[bit // 8] & 0x80 >> bit % 8)
