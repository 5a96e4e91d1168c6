"""The files of a certificate that anyone can check off line: with the log's proofs, and as an Open Badge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from accounts import Conflict
from data.store.engine import get_store
from locales import formats as f
from locales import translate
from offsetting import log
from offsetting.bundle import MOST_PROOFS, make_bundle, proof_faults
from offsetting.certificate_view import CertificateView, Retired
from offsetting.certificates import certificate, certificate_credential
from offsetting.open_badges import badge_of, sign_jwt
from offsetting.signing import did_document, get_signer
from offsetting.verification import verify_document


@dataclass(frozen=True, slots=True)
class LogStep:
    """An entry of the log about a certificate's order or its retirement, and whether its proof was found to lead to the
    checkpoint just now. ``faults`` are English msgids; ``kind`` is order, retirement or revocation."""

    kind: str
    position: int
    at: str
    leaf: str
    proof: tuple[str, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogWalk:
    """What the log tells of a certificate under one checkpoint (a signed note) of ``size`` entries."""

    size: int
    checkpoint: str
    steps: tuple[LogStep, ...]

    @property
    def ok(self) -> bool:
        """Whether the order is in it and nothing was found wrong."""
        return any(step.kind == log.ORDER for step in self.steps) and not any(step.faults for step in self.steps)


def log_walk(text: str) -> LogWalk:
    """What the log holds of a certificate at its newest checkpoint, every proof checked anew. Raises NotFound."""
    view = certificate(text)
    note, keys = log.checkpoint(), json.dumps(did_document())  # what waits is put in first
    if note.split("\n")[1] == "0":
        return LogWalk(0, note, ())
    with get_store().read() as conn:
        subject = json.loads(certificate_credential(view.number))["credentialSubject"]
        proofs = list(_proofs(conn, view))
        size = proofs[0].size if proofs else 0
        note = proofs[0].checkpoint if proofs else note
    steps = []
    for one in proofs:
        faults = proof_faults(one.as_json(), subject, keys)
        body = json.loads(one.body)
        if one.kind == log.RETIREMENT and not any(_same(body, retired) for retired in view.retirements):
            faults = (*faults, "The log tells otherwise of the retirement than what is shown here.")
        steps.append(LogStep(one.kind, one.position, str(body.get("at", "")), one.leaf, one.proof, faults))
    return LogWalk(size, note, tuple(steps))


def _proofs(conn: Connection, view: CertificateView, size: int | None = None) -> Iterator[log.LogProof]:
    yield from log.proofs_of(conn, view.event_id, view.order_id, size)
    for one in view.retirements:
        if (found := log.retirement_proof(conn, view.event_id, one.retirement_id, size)) is not None:
            yield found


def _same(body: dict[str, Any], shown: Retired) -> bool:
    told = (body.get("evidenceSha256"), body.get("link"), body.get("serials"), body.get("beneficiary"))
    return told == (shown.evidence_sha256, shown.link, shown.serials, shown.beneficiary)


def certificate_file(text: str, size: int | None = None) -> str:
    """The newest signed credential of a certificate with the log's proofs of its order and of the retirements that take
    in its grams, at the newest checkpoint or that of ``size``; canonical JSON. Raises NotFound."""
    log.checkpoint()  # what waits is put in first
    view = certificate(text)
    with get_store().read() as conn:
        proofs = list(islice(_proofs(conn, view, size), MOST_PROOFS))
    return make_bundle(certificate_credential(view.number), [proof.as_json() for proof in proofs])


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
