"""A certificate's file for checking off line: the signed credential and the log's proofs of its order.

``verify_file`` needs no store, settings or network: the issuer's keys (did.json) and, better, a checkpoint of the log
that the checker has kept from another day or got from somebody else.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import rfc8785

from calculations import merkle
from offsetting.notes import Checkpoint, NoteError, VerifierKey, open_checkpoint, parse_key
from offsetting.open_badges import is_jwt, payload_of, verify_jwt
from offsetting.status_check import wrong_status
from offsetting.verification import LOG_SERVICE, DocumentError, Verification, read_object, verify_document

BUNDLE = "ForumZeroCertificateFile"
MEDIA_TYPE = "application/vnd.forum-zero.certificate+json"
_MEMBERS = {"type", "credential", "log"}
_PROOF_MEMBERS = {"kind", "position", "leaf_hash", "size", "proof", "checkpoint", "body", "salt"}
MOST_PROOFS = 200
NOT_IN_LOG = "The file holds no proof that the transparency log has its order."
REVOKED = "The log says that this certificate was revoked."
UNEVEN = "The grams that it says are reserved and retired are not those that it is for."
UNPROVED = "Not every gram that it says is retired is in a retirement that this file proves: ask for the file anew."


@dataclass(frozen=True, slots=True)
class _Told:
    """What a file is checked against."""

    subject: Mapping[str, Any]
    keys: tuple[VerifierKey, ...]
    known: Checkpoint | None


def make_bundle(credential: str, proofs: list[dict[str, Any]]) -> str:
    """The file's text in canonical JSON."""
    document = {"type": BUNDLE, "credential": json.loads(credential), "log": proofs}
    return rfc8785.dumps(document).decode("utf-8")


def verify_file(
    text: str | bytes, did_document: str | bytes, checkpoint: str | None = None, status_list: str | None = None
) -> Verification:
    """Checks a credential, its badge (VC-JWT), or a certificate's file with its proofs. Given a checkpoint, the proofs
    must lead to it; given the status list that it names, its bit must not be set. Raises nothing: whatever is wrong is
    a reason."""
    found = _verify(text, did_document, checkpoint)
    if found.ok and not adds_up(found.subject):
        found = replace(found, ok=False, reasons=(UNEVEN,))
    if not found.ok or status_list is None:
        return found
    credential = payload_of(text) if is_jwt(text) else read_object(text)
    if credential.get("type") == BUNDLE:
        credential = credential["credential"]
    reason = wrong_status(credential, status_list, did_document)
    return found if reason is None else replace(found, ok=False, reasons=(reason,))


def _verify(text: str | bytes, did_document: str | bytes, checkpoint: str | None) -> Verification:
    try:
        is_token = is_jwt(text)
        document = {} if is_token else read_object(text)
        if document.get("type") != BUNDLE:
            alone = (verify_jwt if is_token else verify_document)(text, did_document)
            return alone if checkpoint is None else replace(alone, ok=False, reasons=(*alone.reasons, NOT_IN_LOG))
        return _verify_bundle(document, did_document, checkpoint)
    except (DocumentError, NoteError) as error:
        return Verification(False, (str(error),))


def _verify_bundle(document: dict[str, Any], did_document: str | bytes, checkpoint: str | None) -> Verification:
    proofs = document.get("log")
    if set(document) != _MEMBERS or not isinstance(document["credential"], dict) or not isinstance(proofs, list):
        raise DocumentError("The file is not a certificate's file.")
    found = verify_document(rfc8785.dumps(document["credential"]), did_document)
    keys = _log_keys(did_document)
    known = open_checkpoint(checkpoint, keys) if checkpoint is not None else None
    told = _Told(found.subject, keys, known)
    reasons = [*found.reasons]
    if not 1 <= len(proofs) <= MOST_PROOFS:
        reasons.append(NOT_IN_LOG)
    else:
        reasons += [reason for proof in proofs for reason in _wrong_proof(proof, told)]
        reasons += list(_missing(proofs))
    notes = found.notes
    if not reasons and _proved_g(proofs, found.subject) < found.subject.get("retiredGrams", 0):
        notes = (*notes, UNPROVED)
    return replace(found, ok=not reasons, reasons=tuple(dict.fromkeys(reasons)), notes=notes)


def _log_keys(did_document: str | bytes) -> tuple[VerifierKey, ...]:
    services = json.loads(did_document).get("service", [])
    texts = [
        text for service in services if isinstance(service, dict) and service.get("type") == LOG_SERVICE
        for text in service.get("verifierKeys", [])
    ]  # fmt: skip
    return tuple(parse_key(str(text)) for text in texts)


def proof_faults(proof: Mapping[str, Any], subject: Mapping[str, Any], did_document: str | bytes) -> tuple[str, ...]:
    """What is wrong with one proof of the log, opened, for a certificate's claim: English msgids, () where it leads
    from the entry to its signed checkpoint."""
    return tuple(_wrong_proof(dict(proof), _Told(subject, _log_keys(did_document), None)))


def _missing(proofs: list[Any]) -> Iterator[str]:
    kinds = [proof.get("kind") for proof in proofs if isinstance(proof, dict)]
    if "order" not in kinds:
        yield NOT_IN_LOG
    if "revocation" in kinds:
        yield REVOKED


def _wrong_proof(proof: Any, told: _Told) -> Iterator[str]:
    if not isinstance(proof, dict) or set(proof) != _PROOF_MEMBERS:
        yield "A proof of the log can't be read."
        return
    try:
        leaf, stated = _leaf_of(proof), _digest(proof["leaf_hash"])
        path = [_digest(step) for step in proof["proof"]]
        head = open_checkpoint(proof["checkpoint"], told.keys)
        body = json.loads(proof["body"])
        numbers = (proof["position"], proof["size"])
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        yield str(error) if isinstance(error, NoteError) else "A proof of the log can't be read."
        return
    if not all(type(number) is int for number in numbers) or head.size != proof["size"]:
        yield "A proof of the log is for another size than its checkpoint."
    elif leaf != stated or body.get("type") != proof["kind"]:
        yield "An entry of the log is not what was hashed."
    elif not merkle.verify_inclusion(leaf, proof["position"], head.size, path, head.root):
        yield "A proof of the log does not lead to its checkpoint."
    yield from _wrong_head(head, told.known)
    yield from _wrong_body(body, told.subject)


def _wrong_head(head: Checkpoint, known: Checkpoint | None) -> Iterator[str]:
    if known is None:
        return
    if (head.origin, head.size) != (known.origin, known.size):
        yield "The proofs are for another checkpoint than the one given; ask for them anew at its size."
    elif head.root != known.root:
        yield "The log has shown another tree of the same size: the checkpoint given and the file's do not agree."


def _wrong_body(body: Mapping[str, Any], subject: Mapping[str, Any]) -> Iterator[str]:
    same = ("certificate", "certificateNumber"), ("orderSha256", "orderSha256"), ("livemode", "livemode")
    if body.get("type") in ("order", "revocation") and any(body.get(a) != subject.get(b) for a, b in same):
        yield "An entry of the log is about another certificate."
    if body.get("type") == "order" and body.get("grams") != _grams(subject):
        yield "The log has another number of grams than the certificate."
    if body.get("type") == "retirement" and not any(_shared(body, part) for part in _intervals(subject)):
        yield "An entry of the log is about other credits than the certificate's."


def adds_up(subject: Mapping[str, Any]) -> bool:
    """Whether the reserved and the retired grams of a claim are those it is for. Claims of before say neither."""
    if "retiredGrams" not in subject or subject.get("state") == "revoked":
        return True
    parts = (subject.get("reservedGrams"), subject["retiredGrams"])
    return all(type(part) is int and part >= 0 for part in parts) and sum(parts) == _grams(subject)


def _proved_g(proofs: list[Any], subject: Mapping[str, Any]) -> int:
    """Grams of a claim that retirements among checked proofs take in, each gram once."""
    taken: set[tuple[str, int, int]] = set()
    for proof in proofs:
        body = json.loads(proof["body"])
        if body["type"] == "retirement":
            taken |= {shared for part in _intervals(subject) if (shared := _shared(body, part))}
    return sum(to_g - from_g for _, from_g, to_g in taken)


def _intervals(subject: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = subject.get("serials") or []
    return found


def _shared(body: Mapping[str, Any], part: Mapping[str, Any]) -> tuple[str, int, int] | None:
    """What a retirement and an interval of a certificate have in common: batch, from and to gram; None for nothing."""
    ends = [body.get("fromGram"), body.get("toGram")]
    if body.get("batch") != part["batch"] or not all(type(end) is int for end in ends):
        return None
    from_g, to_g = max(ends[0], part["fromGram"]), min(ends[1], part["toGram"])
    return (part["batch"], from_g, to_g) if from_g < to_g else None


def _grams(subject: Mapping[str, Any]) -> Any:
    parts = (subject.get("coveredGrams"), subject.get("extraGrams"), subject.get("plannedGrams", 0))
    return sum(parts) if all(isinstance(part, int) for part in parts) else None


def _leaf_of(proof: Mapping[str, Any]) -> bytes:
    salt = bytes.fromhex(proof["salt"])
    if salt.hex() != proof["salt"]:
        raise ValueError("not lower-case hex")
    return merkle.leaf_hash(hashlib.sha256(salt + proof["body"].encode()).digest())


def _digest(text: Any) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(found) != 32 or base64.b64encode(found).decode() != text:
        raise ValueError("not a hash")
    return found
