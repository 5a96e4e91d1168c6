"""Status lists: one bit a certificate, set when it is revoked (W3C Bitstring Status List 1.0, 2025-05-15).

A list has 131,072 bits, the least the recommendation allows, so that whoever asks for it does not tell which
certificate they look at; bits are given at random for the same reason.
"""

from __future__ import annotations

import base64
import gzip
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from accounts import NotFound
from data.settings import get_settings
from data.store import statuses as rows
from data.store.engine import get_store
from data.store.ids import event_of
from offsetting.signing import did_of, get_signer, sign
from offsetting.verification import STATUS_BITS

TRIES = 8
PURPOSE = "revocation"


def take_bit(conn: Connection, event_id: str, number: str) -> tuple[int, int]:
    """A free bit at random for a new certificate: the list's number and the bit's. A list whose bits are nearly all
    taken is followed by another."""
    list_no = 0
    while True:
        for _ in range(TRIES):
            idx = secrets.randbelow(STATUS_BITS)
            if rows.take(conn, event_id, list_no, idx, number):
                return list_no, idx
        list_no += 1


def entry(conn: Connection, event_id: str, number: str) -> dict[str, Any] | None:
    """What a credential says of its bit; None for one that has none (issued before there were lists)."""
    found = rows.of(conn, event_id, number)
    if found is None:
        return None
    address = list_address(event_id, found[0])
    return {
        "id": f"{address}#{found[1]}", "type": "BitstringStatusListEntry", "statusPurpose": PURPOSE,
        "statusListIndex": str(found[1]), "statusListCredential": address,
    }  # fmt: skip


def list_address(event_id: str, list_no: int) -> str:
    """Where a list is served."""
    return f"{get_settings().base_url}/api/v1/status-lists/{event_id}-{list_no}"


def encoded(bits: Iterable[int]) -> str:
    """A list with these bits set: multibase base64url (u) of the gzipped bitstring, bit 0 the left-most."""
    field = bytearray(STATUS_BITS // 8)
    for bit in bits:
        field[bit // 8] |= 0x80 >> bit % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(field), mtime=0)).rstrip(b"=").decode()


def status_list(list_id: str, now: datetime | None = None) -> str:
    """The signed credential of a list (``<event_id>-<number>``), canonical JSON. Raises NotFound."""
    event_id, at = event_of(list_id), (now or datetime.now(UTC)).replace(microsecond=0)
    number = list_id.partition("-")[2]
    is_number = number.isascii() and number.isdecimal() and len(number) < 10 and str(int(number)) == number
    with get_store().read() as conn:
        if not event_id or not is_number or not rows.any_of(conn, event_id, int(number)):
            raise NotFound("There is no status list {value}.", value=list_id[:60])
        bits = rows.revoked(conn, event_id, int(number))
    address = list_address(event_id, int(number))
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": {"id": did_of(get_settings().base_url), "name": "Forum Zero"},
        "validFrom": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "credentialSubject": {
            "id": f"{address}#list", "type": "BitstringStatusList", "statusPurpose": PURPOSE,
            "encodedList": encoded(bits),
        },
    }  # fmt: skip
    return sign(document, get_signer(), at)
