"""The file of a certificate that anyone can check off line."""

from __future__ import annotations

from data.store import certificates as rows
from data.store.engine import get_store
from offsetting import log
from offsetting.bundle import make_bundle
from offsetting.certificates import certificate_credential, find_certificate


def certificate_file(text: str, size: int | None = None) -> str:
    """The newest signed credential of a certificate with the log's proofs of its order, at the newest checkpoint or
    that of ``size``; canonical JSON. Raises NotFound."""
    number = find_certificate(text)
    log.checkpoint()  # what waits is put in first
    with get_store().read() as conn:
        signpost = rows.find_number(conn, [number])
        assert signpost is not None
        proofs = log.proofs_of(conn, signpost["event_id"], signpost["order_id"], size)
    return make_bundle(certificate_credential(number), [proof.as_json() for proof in proofs])
