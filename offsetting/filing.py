"""The files of a certificate that anyone can check off line: with the log's proofs, and as an Open Badge."""

from __future__ import annotations

import json

from accounts import Conflict
from data.store import certificates as rows
from data.store.engine import get_store
from locales import formats as f
from locales import translate
from offsetting import log
from offsetting.bundle import make_bundle
from offsetting.certificate_view import CertificateView, Retired
from offsetting.certificates import certificate, certificate_credential, find_certificate
from offsetting.open_badges import badge_of, sign_jwt
from offsetting.signing import did_document, get_signer
from offsetting.verification import verify_document


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


def open_badge(text: str) -> str:
    """The newest statement of a certificate as an Open Badge (VC-JWT), signed with the key in use, in the order's
    language. Raises NotFound, and Conflict where the statement kept is not as it was signed."""
    view = certificate(text)
    signed = certificate_credential(view.number)
    if not verify_document(signed, did_document()).ok:
        raise Conflict("The certificate kept here is not as it was signed; it is not signed again.")
    evidence = [_told(one, view) for one in view.retirements if one.link]
    return sign_jwt(badge_of(json.loads(signed), evidence, view.locale), get_signer())


def _told(one: Retired, view: CertificateView) -> dict[str, str]:
    narrative = translate(
        view.locale, "Retired on {date} for {beneficiary}. {name}, SHA-256 {hash}.",
        date=f.date_text(one.retired_on, view.locale), beneficiary=one.beneficiary, name=one.evidence_name,
        hash=one.evidence_sha256,
    )  # fmt: skip
    return {"link": one.link, "name": one.serials, "narrative": narrative}
